/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `cbx run`.
 */
#ifndef CBX_CLI_RUN_H
#define CBX_CLI_RUN_H

#include "options.h"

/* Makes the run, prints and writes its result; returns the exit code. */
int cbx_run(const CbxOptions *options);

#endif
