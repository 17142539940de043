/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a run is: one line that is written over where the terminal can do
 * that, else a line for each call.
 */
#ifndef CBX_CLI_PROGRESS_H
#define CBX_CLI_PROGRESS_H

#include <glib.h>
#include <stdio.h>

#include "report.h"
#include "terminal.h"

typedef struct CbxProgress {
    FILE *out;             /* NULL: nothing is shown */
    CbxTerminal terminal;
    char *prefix;          /* "run 2 of 5: ", or "" */
    char *stage;           /* what was told last, when lines are plain */
    gint64 drawn;          /* when the line was written, microseconds */
} CbxProgress;

/* For run @run of @runs; @out is not owned. */
CbxProgress *cbx_progress_new(FILE *out, guint run, guint runs);

/* Tells of what is new in @report. */
void cbx_progress_update(CbxProgress *progress, const CbxReport *report);

/* Erases the line. */
void cbx_progress_free(CbxProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxProgress, cbx_progress_free)

#endif
