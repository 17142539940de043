/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run in the Test Anything Protocol, version 13.
 */
#ifndef CBX_CLI_TAP_H
#define CBX_CLI_TAP_H

#include "summary.h"

/*
 * A line for each check, with a YAML block where one failed. A run without a
 * verdict ends with "Bail out!". Free with g_free().
 */
char *cbx_tap_format(const CbxSummary *summary);

#endif
