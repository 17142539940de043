/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --keep leaves of a run: the raw streams, and how to make it again.
 */
#ifndef CBX_CLI_KEPT_H
#define CBX_CLI_KEPT_H

#include <glib.h>
#include <stdio.h>

#include "options.h"

typedef struct CbxKept {
    /* By driver: the device's report. report.ndjson, or if there are several */
    /* cbxwdm.report.ndjson and so on. */
    FILE *report[CBX_DRIVERS_MAX];
    FILE *console;   /* console.log: the guest's console */
    FILE *messages;  /* qemu.log: QEMU's own messages */
} CbxKept;

/* Makes @directory. Errors are CBX_ERROR_ENVIRONMENT, as below. */
gboolean cbx_kept_prepare(const char *directory, GError **error);

/*
 * Opens the files in the directory of --keep, those of an earlier run being
 * emptied, and writes a shell script that starts QEMU with @argv.
 */
CbxKept *cbx_kept_open(const CbxOptions *options, const char *const *argv,
                       GError **error);
void cbx_kept_close(CbxKept *kept);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxKept, cbx_kept_close)

#endif
