/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A CBX device, its bus, an IOMMU and a system's memory, in this process.
 *
 * Everything is done at once, inside the register write. A model of the ABI
 * that shares no code with hw/cbx, so that core and device are not wrong
 * together.
 */
#ifndef CBX_TEST_SOFTDEV_H
#define CBX_TEST_SOFTDEV_H

#include <glib.h>

#include "cbx/abi.h"
#include "core/device.h"
#include "core/world.h"

#define SOFT_PAGES      1024u                   /* of memory */
#define SOFT_GPA_BASE   UINT64_C(0x40000000)    /* where memory starts */
#define SOFT_MEM_SIZE   0x10000u                /* device memory */
#define SOFT_MAPS       2048u

/* What to do wrong; each is meant to trip one check. */
typedef struct SoftFaults {
    bool lost_interrupt;
    bool no_completion;         /* interrupt, but nothing in the ring */
    bool wrong_id;              /* completion of another descriptor */
    bool queue_stops;           /* by itself, with an interrupt */
    bool refuse_declare;
    bool facts_range;           /* says that the range is not kept */
    bool facts_width;
    bool facts_align;
    bool facts_no_write;        /* says that the second page is read-only */
    bool facts_no_ram;
    bool facts_gaps;            /* says that pages do not follow each other */
    bool facts_no_iommu;        /* says that this buffer bypasses the IOMMU */
    bool facts_translated;      /* says that it is translated */
    bool type_unmapped;         /* what it says of the CPU's mapping */
    bool type_mixed;
    bool type_uncached;
    bool type_write_combining;
    bool type_cached;
    bool type_write_through;
    bool type_unknown;
    uint32_t type;              /* CBX_MEMTYPE_*; 0: none of these */
    bool node_other;            /* says that the pages are of another node */
    bool node_mixed;
    bool node_unknown;
    bool facts_other_page;      /* says that the CPU is led elsewhere */
    bool phys_other_page;       /* the system tells the page next to it */
    bool phys_gaps;             /* ... from the second page on */
    bool phys_unknown;
    bool verify_flip;           /* the device reads one bit wrong */
    bool checksum_flip;
    bool in_flip;               /* single-shot: one bit wrong in the middle */
    bool in_short;              /* last byte missing */
    bool in_long;               /* one byte too many */
    bool in_refused;
    bool out_flip;
    bool out_short;
    bool out_long;
    bool out_far;               /* and a byte far from the range */
    bool out_refused;
    bool fill_short;            /* queue: last byte missing */
    bool fill_long;             /* and the byte behind it */
    bool fill_wrong_place;      /* 8 bytes too far in the pattern */
    bool message_torn;          /* queue, WRITE: second half missing */
    bool message_late;          /* ... the last one, until the next doorbell */
    bool message_lost;          /* one of several descriptors is passed over */
    bool completions_swapped;   /* when several descriptors are under way */
    bool ring_stops;            /* when several descriptors are under way */
    bool ring_silent;           /* nothing happens then */
    bool stale_mapping;         /* a free leaves the mapping there */
    bool refuse_record;
} SoftFaults;

typedef struct SoftMap {
    uint64_t logical;           /* page */
    uint64_t gpa;               /* page */
    bool valid;
} SoftMap;

typedef struct SoftCaches SoftCaches;

typedef struct SoftDev {
    CbxWorld world;
    SoftFaults faults;
    bool iommu;
    bool one_to_one;            /* the IOMMU maps a page to itself */
    bool wide_bus;              /* DMA is not held to addr_bits */
    uint32_t addr_bits;
    uint64_t run_apis;

    uint8_t *memory;            /* as the CPU sees it */
    SoftCaches *caches;         /* NULL: the device sees the same */
    bool no_snoop;              /* the transfer under way */
    unsigned flushes;           /* of the system's, so far */
    unsigned uses;              /* that the device was told of */
    unsigned pages_used;
    uint64_t next_logical;
    uint64_t gap_offset;        /* phys_gaps: where in memory it begins */
    SoftMap maps[SOFT_MAPS];
    uint8_t *mem;
    uint32_t regs[CBX_BAR_REGS_SIZE / 4];
    uint32_t head;
    uint32_t cq_tail;
    bool phase;
    bool interrupt;
    bool late_interrupt;        /* of something before: the next wait ends,
                                   and only then is the doorbell heard */
    uint32_t unheard;           /* tail of that doorbell */
    uint32_t last_id;
    uint64_t late_address;      /* of a late message; 0: none */
    uint8_t late[64];

    GByteArray *record;
    GPtrArray *records;         /* GHashTable: field to value, and "type" */
    GPtrArray *live;            /* CbxBuffer: what the CPU may touch */
    unsigned misaligned;        /* accesses that Device memory would refuse */
    unsigned outside;           /* accesses beyond what was allocated */
    unsigned locked;
} SoftDev;

SoftDev *softdev_new(bool iommu);
/* Asserts that the core touched nothing it should not have. */
void softdev_free(SoftDev *dev);

/*
 * What AllocateCommonBuffer does: memory, mapping, addresses into `buffer`
 * (offset bytes into its first page, 0 as a rule).
 */
void softdev_allocate(SoftDev *dev, CbxBuffer *buffer, uint64_t length,
                      uint64_t offset);
void softdev_release(SoftDev *dev, CbxBuffer *buffer);
/* Maps one more page at a logical address. */
void softdev_map(SoftDev *dev, uint64_t logical);

/*
 * From now on memory has a second image, of which declared buffers that are
 * mapped write-back can be out of step; snoops: only transfers with No Snoop
 * go there, else all do.
 */
void softdev_start_caches(SoftDev *dev, bool snoops);

/* Records of one type, from the n-th on; NULL: no more. */
GHashTable *softdev_record(SoftDev *dev, const char *type, unsigned n);

#endif /* CBX_TEST_SOFTDEV_H */
