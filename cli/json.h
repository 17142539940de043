/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run as one JSON object; docs/cli.md describes its members.
 */
#ifndef CBX_CLI_JSON_H
#define CBX_CLI_JSON_H

#include <glib.h>

#include "summary.h"

#define CBX_JSON_SCHEMA 1

/* Text of the object. Free with g_free(). */
char *cbx_json_format(const CbxSummary *summary);

#endif
