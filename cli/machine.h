/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMU command line of a run.
 */
#ifndef CBX_CLI_MACHINE_H
#define CBX_CLI_MACHINE_H

#include <glib.h>

#include "options.h"

/* File descriptors that QEMU inherits: the writing end of a pipe each, */
#define CBX_FD_REPORT  3    /* of the first driver's device */
#define CBX_FD_CONSOLE 4
/* with --driver PATH an initrd that is in memory only, */
#define CBX_FD_INITRD  5
/* with --screendump a socket of QEMU's monitor, */
#define CBX_FD_MONITOR 6
/* and the reports of the other drivers' devices. */
#define CBX_FD_REPORTS 7

/* Memory of the guest in MiB: enough that a 28-bit limit is a limit. */
#define CBX_GUEST_MEMORY 512

/* The kind of guest, as it stands in the result. */
#define CBX_GUEST "stand-in"

typedef struct CbxMachine {
    GStrv argv;  /* of QEMU */
    guint ports; /* reports it writes, to cbx_machine_report_fd() of each */
    int initrd;  /* what becomes CBX_FD_INITRD, or -1 */
    int monitor; /* what becomes CBX_FD_MONITOR, or -1; not closed with it */
} CbxMachine;

/*
 * The QEMU that makes the run @options ask for. When QEMU or a file of the
 * guest is missing, returns NULL and sets @error (CBX_ERROR_ENVIRONMENT) to a
 * message with the remedy. With --keep an initrd made for the run is put into
 * that directory, which must exist.
 */
CbxMachine *cbx_machine_new(const CbxOptions *options, GError **error);

/* Adds a monitor on @fd, and a stop at each update of the screen. */
void cbx_machine_watch(CbxMachine *machine, int fd);
void cbx_machine_free(CbxMachine *machine);

/* Where the report of driver @index goes in QEMU. */
int cbx_machine_report_fd(guint index);

/* Path of the QEMU, and directory of the guest's files. Free with g_free(). */
char *cbx_machine_qemu(const CbxOptions *options);
char *cbx_machine_guest(const CbxOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxMachine, cbx_machine_free)

#endif
