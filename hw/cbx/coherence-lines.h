/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: two images of memory, line by line, for DMA that does not snoop.
 *
 * What the CPUs see through cacheable mappings is RAM itself. What memory
 * holds behind the caches is a copy kept here, for tracked pages only: such
 * DMA reads and writes the copy, and cache maintenance brings the two into
 * step. docs/coherence.md has the rules and their limits.
 *
 * CPU stores arrive unannounced. They are found by comparing a line of RAM
 * with what it held when last looked at, whenever an event touches the line.
 *
 * Like the page walkers, this knows nothing of QEMU. Nothing here locks:
 * calls for one object come one at a time, but for cbx_lines_concern(), while
 * CPUs may store to RAM.
 */
#ifndef HW_CBX_COHERENCE_LINES_H
#define HW_CBX_COHERENCE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CBX_LINE_SIZE   64u
#define CBX_LINE_PAGE   4096u

/* Cache maintenance, by what it does to a line. */
typedef enum CbxMaintenance {
    CBX_MAINTENANCE_NONE,
    CBX_MAINTENANCE_CLEAN,              /* DC CVAC, CSW, CLWB, WBNOINVD */
    CBX_MAINTENANCE_INVALIDATE,         /* DC IVAC, ISW, INVD */
    CBX_MAINTENANCE_CLEAN_INVALIDATE,   /* DC CIVAC, CISW, CLFLUSH, WBINVD */
    CBX_MAINTENANCE_CLEAN_POU,          /* DC CVAU: does not reach memory */
    CBX_MAINTENANCES
} CbxMaintenance;

/*
 * What caches do unasked, any combination. None ("late"): nothing leaves or
 * enters a cache before it must, so that everything stays stale longest.
 */
enum {
    CBX_POLICY_EARLY_WRITE_BACK = 1 << 0,
    CBX_POLICY_EARLY_REFILL = 1 << 1,
    CBX_POLICY_INVALIDATE_DISCARDS = 1 << 2,
};

typedef enum CbxFinding {
    /* A clean is missing: */
    CBX_FINDING_STALE_READ,     /* the device read what is not in memory yet */
    CBX_FINDING_DIRTY_WRITE,    /* a write-back can destroy what it wrote */
    /* An invalidate is missing: */
    CBX_FINDING_STALE_USE,      /* the CPU used what the device has replaced */
    /* Data are gone: */
    CBX_FINDING_OVERWRITTEN,    /* the device's, under a write-back */
    CBX_FINDING_DISCARDED,      /* the CPU's, by an invalidate */
    /* Cacheable and other mappings are used for one page: */
    CBX_FINDING_MIXED,
    CBX_FINDINGS
} CbxFinding;

/* An instruction that was executed: by which processor, and where it is. */
typedef struct CbxInsn {
    uint64_t pc;
    unsigned cpu;
} CbxInsn;

/* Neighbouring lines of one event with equal history are one record. */
typedef struct CbxLineRecord {
    CbxFinding finding;
    CbxMaintenance last;        /* the last maintenance of these lines */
    CbxInsn insn;               /* which did it; 0: there was none */
    uint64_t address;           /* of whole lines; of the page with MIXED */
    uint64_t length;
} CbxLineRecord;

typedef struct CbxLineCounts {
    /* Lines; each once until it is in step again. MIXED counts pages. */
    uint64_t findings[CBX_FINDINGS];
    /* Lines that stopped being in step, whether or not anybody noticed. */
    uint64_t stale_for_device;
    uint64_t stale_for_cpu;
    /* Lines the policy wrote back or refilled. */
    uint64_t early_write_backs;
    uint64_t early_refills;
    /* Lines of tracked pages, by operation. */
    uint64_t maintained[CBX_MAINTENANCES];
    /* Pages that left because the table was full. */
    uint64_t evicted_pages;
} CbxLineCounts;

/* Lines of a range as they are now. */
typedef struct CbxLineSurvey {
    uint64_t tracked;
    uint64_t stale_for_device;
    uint64_t stale_for_cpu;
} CbxLineSurvey;

/*
 * RAM, and who hears of findings. @load and @store stay within a page; CPUs
 * may store at the same time. @cacheable: do CPUs use this page through
 * cacheable mappings? Asked of pages that are not tracked. None may call back
 * into the object.
 */
typedef struct CbxLineOps {
    void (*load)(void *opaque, uint64_t address, void *data, size_t length);
    void (*store)(void *opaque, uint64_t address, const void *data,
                  size_t length);
    bool (*cacheable)(void *opaque, uint64_t address);
    void (*found)(void *opaque, const CbxLineRecord *record);
} CbxLineOps;

typedef struct CbxLineConfig {
    uint64_t seed;              /* of what the policy does at random */
    unsigned policy;            /* CBX_POLICY_* */
    unsigned max_pages;         /* tracked at a time, at least 1 */
    /* Count and report only: all data go to RAM, no policy acts. */
    bool audit;
} CbxLineConfig;

typedef struct CbxLines CbxLines;

/* @ops and @opaque outlive the object. */
CbxLines *cbx_lines_new(const CbxLineConfig *config, const CbxLineOps *ops,
                        void *opaque);
/* Does not touch RAM: untrack first where memory has news for the CPU. */
void cbx_lines_free(CbxLines *lines);

/*
 * Addresses are those of RAM, whatever stands for the identity of a byte
 * there; a range may cross pages, and not the end of the address space.
 *
 * A page is in step when tracking begins: what a CPU stored before counts
 * as clean. DMA that does not snoop tracks the pages it touches if they are
 * cacheable; others have one image only, RAM. When the table is full another
 * page leaves, as if its lines had been evicted.
 */
void cbx_lines_track(CbxLines *lines, uint64_t address, uint64_t length);
/* Evicts the lines of all pages that the range touches, and forgets them. */
void cbx_lines_untrack(CbxLines *lines, uint64_t address, uint64_t length);
void cbx_lines_untrack_all(CbxLines *lines);
/*
 * A CPU has got a mapping that is not cacheable, and accesses through it are
 * not trapped: it would see the wrong image. Tracked pages are reported as
 * mixed and untracked.
 */
void cbx_lines_mapped_past(CbxLines *lines, uint64_t address, uint64_t length);

void cbx_lines_device_read(CbxLines *lines, uint64_t address, void *data,
                           size_t length, bool snooped);
void cbx_lines_device_write(CbxLines *lines, uint64_t address,
                            const void *data, size_t length, bool snooped);

/*
 * Accesses of a CPU that were trapped. A cacheable one that nobody traps
 * is noticed all the same, with the limits above; one through another
 * mapping goes to memory only if it comes here.
 */
void cbx_lines_cpu_read(CbxLines *lines, uint64_t address, void *data,
                        size_t length, bool cacheable);
void cbx_lines_cpu_write(CbxLines *lines, uint64_t address, const void *data,
                         size_t length, bool cacheable);
/*
 * The CPU has used the range, or says that it is going to: what a read of it
 * would find, without data.
 */
void cbx_lines_cpu_use(CbxLines *lines, uint64_t address, uint64_t length);

/*
 * May maintenance of this line matter? For any thread at any time: false says
 * that its page is not tracked, true that it may be. With this, maintenance
 * of all other memory costs no lock.
 */
bool cbx_lines_concern(const CbxLines *lines, uint64_t address);

/* By address: every line that the range touches. @insn is for the records. */
void cbx_lines_maintain(CbxLines *lines, uint64_t address, uint64_t length,
                        CbxMaintenance op, CbxInsn insn);
/* By set and way, or everything: all tracked lines. */
void cbx_lines_maintain_all(CbxLines *lines, CbxMaintenance op, CbxInsn insn);

/* What memory holds. Nothing happens by it. */
void cbx_lines_peek(CbxLines *lines, uint64_t address, void *data,
                    size_t length);
CbxLineSurvey cbx_lines_survey(CbxLines *lines, uint64_t address,
                               uint64_t length);
const CbxLineCounts *cbx_lines_counts(const CbxLines *lines);
unsigned cbx_lines_pages(const CbxLines *lines);

#endif /* HW_CBX_COHERENCE_LINES_H */
