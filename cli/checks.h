/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every check that a run can report, for --check and `cbx list`.
 */
#ifndef CBX_CLI_CHECKS_H
#define CBX_CLI_CHECKS_H

#include <glib.h>

typedef struct CbxCheck {
    const char *name;
    const char *maker;     /* "driver", "stand-in" or "cbx" */
    const char *expected;
    gboolean always;       /* judged whatever --check names */
} CbxCheck;

/* Ends with an entry whose name is NULL. */
extern const CbxCheck cbx_checks[];

/* By exact name; NULL when there is none. */
const CbxCheck *cbx_check_find(const char *name);

#endif
