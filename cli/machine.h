/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMU command line of a run.
 */
#ifndef CBX_CLI_MACHINE_H
#define CBX_CLI_MACHINE_H

#include <glib.h>

#include "options.h"

/* File descriptors that QEMU inherits: the writing end of a pipe each. */
#define CBX_FD_REPORT  3
#define CBX_FD_CONSOLE 4

/* The kind of guest, as it stands in the result. */
#define CBX_GUEST "stand-in"

/*
 * The arguments, NULL-terminated, of the QEMU that makes the run @options ask
 * for. When QEMU or a file of the guest is missing, returns NULL and sets
 * @error (CBX_ERROR_ENVIRONMENT) to a message with the remedy.
 */
GStrv cbx_machine_command(const CbxOptions *options, GError **error);

#endif
