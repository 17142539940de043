/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run for people.
 */
#ifndef CBX_CLI_TABLE_H
#define CBX_CLI_TABLE_H

#include <glib.h>

#include "summary.h"

/* Width to fit when the output is not a terminal: it will not be cut. */
#define CBX_WIDTH_UNLIMITED 0

typedef struct CbxStyle {
    gboolean colour;
    gboolean verbose;  /* every buffer and every check */
    guint width;       /* columns, or CBX_WIDTH_UNLIMITED */
} CbxStyle;

/*
 * Every buffer, skipped and failed checks, last words, a line for each call,
 * and the verdict as the last line. Free with g_free().
 */
char *cbx_table_format(const CbxSummary *summary, const CbxStyle *style);

#endif
