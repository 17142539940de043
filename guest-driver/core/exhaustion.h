/* SPDX-License-Identifier: MIT */
/* Check exhaustion: a call until it is refused, and what comes after that. */
#ifndef CBX_CORE_EXHAUSTION_H
#define CBX_CORE_EXHAUSTION_H

#include "core/suite.h"

/* Where the buffers come from and go to: one call with one request. */
typedef struct CbxSource {
    uint32_t api;               /* CBX_API_* */
    const char *variant;        /* what is asked for, in words */
    unsigned count;             /* most that are asked for */
    void *context;
    /* Asks for buffer n, with what a driver sets in it; NULL: refused. */
    CbxBuffer *(*allocate)(void *context, unsigned n);
    void (*free)(void *context, unsigned n);
} CbxSource;

/*
 * Asks until it is refused, looks whether all that was given is apart, within
 * its limits and of use, gives it back, and asks once more. Reports the check;
 * nothing is allocated afterwards.
 */
void cbx_suite_exhaust(CbxSuite *suite, const CbxSource *source);

#endif /* CBX_CORE_EXHAUSTION_H */
