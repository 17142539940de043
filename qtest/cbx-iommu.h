/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the qtests do with an IOMMU, whichever it is.
 *
 * A kind is one way to translate: an IOMMU in one of its modes. Each has a node
 * in the qos graph, and cbx-iommu-test.c runs the same cases on every kind.
 */
#ifndef QTEST_CBX_IOMMU_H
#define QTEST_CBX_IOMMU_H

#include "cbx-lib.h"

#define CBX_RIGHT_READ  1u
#define CBX_RIGHT_WRITE 2u
#define CBX_RIGHT_BOTH  (CBX_RIGHT_READ | CBX_RIGHT_WRITE)

/* What a mapping may be long: a page, or a block of 2 MiB. */
#define CBX_IOMMU_PAGE  0x1000ull
#define CBX_IOMMU_BLOCK 0x200000ull

typedef enum CbxIommuReason {
    CBX_IOMMU_NOT_MAPPED,
    CBX_IOMMU_NOT_ALLOWED,      /* mapped, but with other rights */
    CBX_IOMMU_OTHER,
} CbxIommuReason;

/* What an IOMMU has recorded about a transfer that it refused. */
typedef struct CbxIommuFault {
    uint64_t address;
    uint32_t requester;
    bool write;
    CbxIommuReason reason;
    uint32_t code;              /* as the IOMMU gives it */
} CbxIommuFault;

typedef struct QIommu QIommu;

typedef struct CbxIommuKind {
    const char *node;           /* in the qos graph */
    const char *bus;            /* interface on which the device sits */
    const char *options;        /* of the command line that make the IOMMU */
    const char *type;           /* QOM type, as the device reports it */
    size_t size;                /* of the structure that starts with QIommu */

    /* What the hardware cannot do, or its fault record does not tell. */
    bool reads_always;          /* what is mapped can be read */
    bool no_records;            /* of any fault */
    bool no_address;            /* where? */
    bool no_access;             /* read or write? */
    bool no_reason;             /* not mapped or not allowed? */
    uint64_t address_granule;   /* lower bits of the address; 0: all told */

    /* Translate for the device, from now on, with nothing mapped. */
    void (*start)(QIommu *u);
    /* Give back what start() took from the test's own process; or NULL. */
    void (*stop)(QIommu *u);
    /* Map a page or block where nothing is mapped. */
    void (*map)(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length,
                unsigned rights);
    void (*unmap)(QIommu *u, uint64_t iova, uint64_t length);
    /* Forget what was cached of a page or block. */
    void (*invalidate)(QIommu *u, uint64_t iova, uint64_t length);
    void (*invalidate_all)(QIommu *u);
    /* The oldest record of a fault, taken away; false: there is none. */
    bool (*take_fault)(QIommu *u, CbxIommuFault *fault);
} CbxIommuKind;

struct QIommu {
    QCbx d;
    const CbxIommuKind *kind;
    QGuestAllocator *alloc;
};

/* The kinds; NULL ends the list. */
extern const CbxIommuKind *const cbx_iommu_kinds[];
extern const CbxIommuKind cbx_smmu_stage1, cbx_smmu_stage2, cbx_smmu_nested;
extern const CbxIommuKind cbx_amdvi;
extern const CbxIommuKind cbx_virtio_iommu_q35, cbx_virtio_iommu_virt;
extern const CbxIommuKind cbx_vtd_legacy, cbx_vtd_second, cbx_vtd_first;

/* The requester ID of the device under test. */
#define CBX_IOMMU_REQUESTER CBX_TEST_DEVFN

/* Guest memory of @length zeros, aligned to @align (a power of two). */
uint64_t iommu_memory(QIommu *u, uint64_t length, uint64_t align);

/* Map page by page with all rights. */
void iommu_map(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length);

/*
 * The next record says what is known about a refused access to @address, and
 * there is no other.
 */
void iommu_expect_fault(QIommu *u, uint64_t address, bool write,
                        CbxIommuReason reason);
void iommu_expect_no_fault(QIommu *u);

/* A queue of four entries whose rings are mapped at @iova and one page on. */
void iommu_queue_start(QIommu *u, QCbxQueue *q, uint64_t iova);

#endif
