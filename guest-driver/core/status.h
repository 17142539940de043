/* SPDX-License-Identifier: MIT */
/* One number space for what the device answers and what the core finds. */
#ifndef CBX_CORE_STATUS_H
#define CBX_CORE_STATUS_H

#include <stdint.h>

/* Beyond CBX_STATUS_* of the ABI. Number, identifier, text for people. */
#define CBX_CORE_STATUS_LIST(X) \
    X(256, NOT_CBX,        "no CBX device answers") \
    X(257, VERSION,        "the device speaks another ABI version") \
    X(258, DMA_INTERNAL,   "single-shot DMA failed inside the device or bus") \
    X(259, TIMEOUT,        "no completion and no interrupt in time") \
    X(260, NO_INTERRUPT,   "completed, but no interrupt in time") \
    X(261, NO_COMPLETION,  "interrupt, but no completion in the ring") \
    X(262, BAD_COMPLETION, "completion of another descriptor") \
    X(263, BAD_RINGS,      "rings are too small or not aligned")
#define CBX_CORE_STATUS_ENUM_(n, id, text) CBX_STATUS_##id = n,
enum { CBX_CORE_STATUS_LIST(CBX_CORE_STATUS_ENUM_) CBX_CORE_STATUS_END };
#undef CBX_CORE_STATUS_ENUM_

/* Text of a status of either list; never NULL. */
const char *cbx_status_text(uint32_t status);

#endif /* CBX_CORE_STATUS_H */
