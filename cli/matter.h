/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results that are cases of one matter: the same check expects and sees the
 * same, but for the numbers in it.
 */
#ifndef CBX_CLI_MATTER_H
#define CBX_CLI_MATTER_H

#include <glib.h>

/*
 * @results (CbxResult) as lists of lists, in order of their first result.
 * Free with g_ptr_array_unref(); the results are not copied.
 */
GPtrArray *cbx_matters(const GPtrArray *results);

#endif
