/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `cbx doctor`: is all there that a run needs?
 */
#ifndef CBX_CLI_DOCTOR_H
#define CBX_CLI_DOCTOR_H

#include "options.h"

/*
 * Prints a line for each thing that the run asked for in @options would need,
 * with the remedy where it is missing. Returns the exit code: 0, or
 * CBX_ERROR_ENVIRONMENT.
 */
int cbx_doctor(const CbxOptions *options);

#endif
