/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for tests that boot the guest: make a run with the cbx command, and
 * ask its JSON result.
 */
#ifndef CBX_TESTS_GUEST_RUN_H
#define CBX_TESTS_GUEST_RUN_H

#include <glib.h>
#include <json-glib/json-glib.h>

/* The calls of each kind of driver that the project was begun for. */
#define FOUNDING "WdfCommonBufferCreate VideoPortAllocateCommonBuffer " \
                 "NdisMAllocateSharedMemory NdisAllocateSharedMemory " \
                 "NetAllocateSharedMemory"

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

/* The same among what is from or about @driver's device. */
guint count_checks_of(const Run *run, const char *driver, const char *api,
                      const char *check, const char *verdict);

/* Every failed check of the run is one of @checks (blanks between them). */
void assert_no_other_failed(const Run *run, const char *checks);

/* @check has failed for each call of @apis; with none there, for the run. */
void assert_failed(const Run *run, const char *check, const char *apis);

/*
 * Each call of @apis (blanks between them) has buffers, and the processor maps
 * each of them as @type.
 */
void assert_memory_type(const Run *run, const char *apis, const char *type);

/*
 * Path of a script that starts @qemu with @options more, and with @words at
 * the end of the kernel's command line; each may be "". g_unlink() it.
 */
char *write_qemu(const char *qemu, const char *options, const char *words);

/* Each of @checks has passed for each call of @apis (blanks between them). */
void assert_checks_passed(const Run *run, const char *apis, const char *checks);

/* Calls @check for each buffer of the run; there must be one. */
void each_buffer(const Run *run, void (*check)(JsonObject *buffer));

/* For each_buffer(): the IOMMU translates it; logical is physical address. */
void assert_translated(JsonObject *buffer);
void assert_identity(JsonObject *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

#endif
