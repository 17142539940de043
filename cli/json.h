/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The result of a run as one JSON object; docs/cli.md describes its members.
 */
#ifndef CBX_CLI_JSON_H
#define CBX_CLI_JSON_H

#include <glib.h>

#include "options.h"
#include "report.h"
#include "verdict.h"

#define CBX_JSON_SCHEMA 1

/*
 * Text of the object. @seconds is from the start of QEMU to the verdict;
 * @last_words the end of the console, or NULL. Free with g_free().
 */
char *cbx_json_format(const CbxOptions *options, const CbxReport *report,
                      const CbxJudgement *judgement, double seconds,
                      const char *const *last_words);

#endif
