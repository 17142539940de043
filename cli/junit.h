/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run as JUnit XML, as CI systems read it.
 */
#ifndef CBX_CLI_JUNIT_H
#define CBX_CLI_JUNIT_H

#include "summary.h"

/*
 * A testsuite for each call and one for the run as a whole. When a run came
 * to no verdict the latter has a case "verdict" with an error. Free with
 * g_free().
 */
char *cbx_junit_format(const CbxSummary *summary);

#endif
