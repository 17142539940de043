/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --keep leaves of a run: the raw streams, and how to make it again.
 */
#ifndef CBX_CLI_KEPT_H
#define CBX_CLI_KEPT_H

#include <glib.h>
#include <stdio.h>

typedef struct CbxKept {
    FILE *report;    /* report.ndjson: the device's report */
    FILE *console;   /* console.log: the guest's console */
    FILE *messages;  /* qemu.log: QEMU's own messages */
} CbxKept;

/* Makes @directory. Errors are CBX_ERROR_ENVIRONMENT, as below. */
gboolean cbx_kept_prepare(const char *directory, GError **error);

/*
 * Opens the files in @directory, those of an earlier run being emptied, and
 * writes a shell script that starts QEMU with @argv.
 */
CbxKept *cbx_kept_open(const char *directory, const char *const *argv,
                       GError **error);
void cbx_kept_close(CbxKept *kept);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxKept, cbx_kept_close)

#endif
