/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the time of a run goes.
 */
#ifndef CBX_CLI_TIMING_H
#define CBX_CLI_TIMING_H

#include <glib.h>

#include "options.h"
#include "process.h"
#include "report.h"

/* What the guest's first process writes to the console when it begins. */
#define CBX_INIT_WORDS "init: loading "

/* What the host's clock (g_get_monotonic_time()) said; 0: did not happen. */
typedef struct CbxClock {
    gint64 init;    /* init spoke */
    gint64 report;  /* the first record was here */
} CbxClock;

typedef struct CbxPhase {
    char *name;
    double seconds;
} CbxPhase;

/*
 * The phases of a run, in order, as far as it got; they add up to the time
 * from the start of QEMU to its end. The report's clock runs with the host's
 * from the moment when QEMU starts the guest. @process may be NULL. Free with
 * g_array_unref().
 */
GArray *cbx_timing(const CbxReport *report, const CbxClock *clock,
                   const CbxProcess *process);

/* One line for each phase. Free with g_free(). */
char *cbx_timing_format(const GArray *timing);

#endif
