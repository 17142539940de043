/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run for people.
 */
#ifndef CBX_CLI_TABLE_H
#define CBX_CLI_TABLE_H

#include <glib.h>

#include "options.h"
#include "report.h"
#include "verdict.h"

/* Width to fit when the output is not a terminal: it will not be cut. */
#define CBX_WIDTH_UNLIMITED 0

typedef struct CbxStyle {
    gboolean colour;
    gboolean verbose;  /* every buffer and every check */
    guint width;       /* columns, or CBX_WIDTH_UNLIMITED */
} CbxStyle;

/*
 * The table, failed and skipped checks, last words, and the verdict as the
 * last line. @seconds is from the start of QEMU to the verdict. Free with
 * g_free().
 */
char *cbx_table_format(const CbxOptions *options, const CbxReport *report,
                       const CbxJudgement *judgement, double seconds,
                       const char *const *last_words, const CbxStyle *style);

#endif
