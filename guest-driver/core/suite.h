/* SPDX-License-Identifier: MIT */
/*
 * The verification of common buffers, as a driver uses it:
 *
 *     cbx_suite_init(&suite, &dev, &report);
 *     allocate the rings; cbx_suite_adopt(&suite, &rings);
 *     cbx_suite_start_queue(&suite, &rings, ...);
 *     for each call and variant
 *         allocate; cbx_suite_verify(); free; cbx_suite_freed();
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
#define CBX_CHECK_CALL(symbol, id, expected, source)   CBX_CHECK_##symbol,
#define CBX_CHECK_BUFFER(symbol, id, expected, source) CBX_CHECK_##symbol,
#define CBX_CHECK_FREED(symbol, id, expected, source)  CBX_CHECK_##symbol,
#include "core/checks.def"
    CBX_CHECKS
} CbxCheckId;

enum { CBX_SEEN_MAX = 256 };

typedef struct CbxSuite {
    CbxDevice *dev;
    CbxReport *report;
    CbxLive live;
    CbxQueue queue;
    bool queue_up;
    const char *no_queue;   /* why not, for people */
    bool broken;            /* a wait ran out: verify nothing more */
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
 * Declares the buffer, makes every check of a live buffer and reports each.
 * Until cbx_suite_freed() the buffer counts as live; its memory must stay
 * where it is. False when the run has to end.
 */
bool cbx_suite_verify(CbxSuite *suite, CbxBuffer *buffer);

/*
 * Declares a buffer that the driver needs for itself and counts it as live:
 * only the declaration is reported. False when the run has to end.
 */
bool cbx_suite_adopt(CbxSuite *suite, CbxBuffer *buffer);

/* After the free: tells the device and checks that the memory is out of reach.
 * False when the run has to end. */
bool cbx_suite_freed(CbxSuite *suite, CbxBuffer *buffer);

/*
 * Makes a queue of an adopted buffer of cbx_queue_bytes(entries) bytes and
 * runs one descriptor through it (check completion-interrupt). When that
 * fails, or the device may not access the buffer, the checks that need a
 * queue are skipped from then on; the failure itself has been reported.
 */
void cbx_suite_start_queue(CbxSuite *suite, const CbxBuffer *rings,
                           uint32_t vector, uint32_t entries,
                           uint32_t timeout_ms);
/* Harmless when there is none. */
void cbx_suite_stop_queue(CbxSuite *suite);

#endif /* CBX_CORE_SUITE_H */
