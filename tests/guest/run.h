/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for tests that boot the guest: make a run with the cbx command, and
 * ask its JSON result.
 */
#ifndef CBX_TESTS_GUEST_RUN_H
#define CBX_TESTS_GUEST_RUN_H

#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct Run {
    int exit_code;
    char *output;      /* what the command wrote for people */
    JsonNode *root;
    JsonObject *json;  /* the result; part of root */
} Run;

/* Path of the cbx command; set before the first run. */
extern const char *run_command;

/* `cbx run` with these arguments (one string, quoted as for a shell). */
Run *run_guest(const char *arguments);
void run_free(Run *run);

/* Fails the test, showing the output, unless the run ended so. */
void assert_ended(const Run *run, int exit_code, const char *verdict);

/* How many checks of @api (NULL: any), called @check (NULL: any), ended so. */
guint count_checks(const Run *run, const char *api, const char *check,
                   const char *verdict);

/*
 * Every failed check of a driver or of the stand-in is one of @checks (blanks
 * between them), and each of these has failed for each call in @apis.
 */
void assert_failed_exactly(const Run *run, const char *checks,
                           const char *apis);

/* Calls @check for each buffer of the run; there must be one. */
void each_buffer(const Run *run, void (*check)(JsonObject *buffer));

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

#endif
