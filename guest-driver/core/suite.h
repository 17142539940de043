/* SPDX-License-Identifier: MIT */
/*
 * The verification of common buffers, as a driver uses it:
 *
 *     cbx_suite_init(&suite, &dev, &report);
 *     allocate the rings; cbx_suite_allocated(&suite, &rings);
 *     cbx_suite_start_queue(&suite, &rings, ...);
 *     for each call and variant
 *         allocate one or more; cbx_suite_allocated() for each;
 *         cbx_suite_verify() for each;
 *         free; cbx_suite_freed() for each;
 *     cbx_suite_stop_queue(&suite); free the rings; cbx_suite_freed();
 */
#ifndef CBX_CORE_SUITE_H
#define CBX_CORE_SUITE_H

#include "core/device.h"
#include "core/live.h"
#include "core/queue.h"
#include "core/report.h"
#include "core/text.h"

/* Identifies a check in the calls below. */
typedef enum CbxCheckId {
#define CBX_CHECK_CALL(symbol, id, expected, source)     CBX_CHECK_##symbol,
#define CBX_CHECK_DECLARED(symbol, id, expected, source) CBX_CHECK_##symbol,
#define CBX_CHECK_BUFFER(symbol, id, expected, source)   CBX_CHECK_##symbol,
#define CBX_CHECK_SOME(symbol, id, expected, source)     CBX_CHECK_##symbol,
#define CBX_CHECK_FREED(symbol, id, expected, source)    CBX_CHECK_##symbol,
#include "core/checks.def"
    CBX_CHECKS
} CbxCheckId;

enum { CBX_SEEN_MAX = 256 };

typedef struct CbxSuite {
    CbxDevice *dev;
    CbxReport *report;
    CbxLive live;
    CbxQueue queue;
    const CbxBuffer *rings; /* of the queue */
    bool queue_up;
    const char *no_queue;   /* why not, for people */
    bool broken;            /* a wait ran out: verify nothing more */
    uint64_t ring_made;     /* bit n: check ring was made for call n */
    uint64_t seeds;         /* patterns handed out so far */
    char seen[CBX_SEEN_MAX];
} CbxSuite;

void cbx_suite_init(CbxSuite *suite, CbxDevice *dev, CbxReport *report);

/*
 * Reports a check that the driver made itself (CBX_CHECK_CALL). For a skip,
 * `seen` is the reason.
 */
void cbx_suite_result(CbxSuite *suite, CbxCheckId check, uint32_t api,
                      const char *variant, CbxVerdict verdict,
                      const char *seen);

/*
 * Counts a buffer as live until cbx_suite_freed(), and declares it to the
 * device. Its structure has to stay where it is. All buffers that one call
 * returned are made known before the first is verified: the checks must not
 * take the others for strangers.
 */
void cbx_suite_allocated(CbxSuite *suite, CbxBuffer *buffer);

/*
 * Makes every check of a live buffer and reports each. False when the run has
 * to end.
 */
bool cbx_suite_verify(CbxSuite *suite, CbxBuffer *buffer);

/* After the free: tells the device and checks that the memory is out of reach.
 * False when the run has to end. */
bool cbx_suite_freed(CbxSuite *suite, CbxBuffer *buffer);

/*
 * Makes a queue of a live buffer of cbx_queue_bytes(entries) bytes and
 * runs one descriptor through it (check completion-interrupt). When that
 * fails, or the buffer is none that device and CPU can share, the checks that
 * need a queue are skipped from then on; the failure itself has been reported.
 */
void cbx_suite_start_queue(CbxSuite *suite, const CbxBuffer *rings,
                           uint32_t vector, uint32_t entries,
                           uint32_t timeout_ms);
/* Harmless when there is none. */
void cbx_suite_stop_queue(CbxSuite *suite);

#endif /* CBX_CORE_SUITE_H */
