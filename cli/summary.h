/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that is to be told of a run, whatever the form.
 */
#ifndef CBX_CLI_SUMMARY_H
#define CBX_CLI_SUMMARY_H

#include <glib.h>

#include "options.h"
#include "report.h"
#include "timing.h"
#include "verdict.h"

typedef struct CbxSummary {
    const CbxOptions *options;
    const CbxReport *report;
    const CbxJudgement *judgement;
    const char *const *last_words; /* end of the console; may be NULL */
    const GArray *timing;          /* of CbxPhase */
    double seconds;                /* start of QEMU to the verdict */
    guint run;                     /* number of the run, of --repeat */
} CbxSummary;

/*
 * One line without its end, such as "PASS  19 checks passed, 3 buffers,
 * 2.3 s". Free with g_free().
 */
char *cbx_summary_line(const CbxSummary *summary, gboolean colour);

#endif
