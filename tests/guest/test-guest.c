/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole system: the guest boots, the Windows driver runs, the device
 * judges. First that all is well, then that what is broken is found.
 *
 * Usage: test-guest PATH-OF-CBX DIRECTORY-OF-GUEST
 */
#define _GNU_SOURCE  /* memmem() */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "run.h"

#define CALLS "AllocateCommonBuffer AllocateCommonBufferEx " \
              "AllocateCommonBufferVector AllocateCommonBufferWithBounds " \
              "AllocateDomainCommonBuffer CreateCommonBufferFromMdl " \
              "HalAllocateCommonBuffer"

static const char *guest_directory;

static void assert_calls_passed(const Run *run)
{
    g_auto(GStrv) calls = g_strsplit(CALLS, " ", -1);

    for (char **call = calls; *call; call++) {
        g_assert_cmpuint(count_checks(run, *call, "integrity-to-device",
                                      "pass"), >, 0);
        g_assert_cmpuint(count_checks(run, *call, "integrity-from-device",
                                      "pass"), >, 0);
        g_assert_cmpuint(count_checks(run, *call, "range", "pass"), >, 0);
        g_assert_cmpuint(count_checks(run, *call, "ring", "pass"), ==, 1);
        g_assert_cmpuint(count_checks(run, *call, "memory-type", "pass"), >,
                         0);
        g_assert_cmpuint(count_checks(run, *call, "memory-type", "skip"), ==,
                         0);
        g_assert_cmpuint(count_checks(run, *call, "witness", "pass"), ==, 1);
    }
    g_assert_cmpuint(count_checks(run, NULL, "offered", "skip"), ==, 0);
    g_assert_cmpuint(count_checks(run, "GetDmaAdapterInfo", "adapter-info",
                                  "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "permission", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "scatter-gather", "pass"), ==,
                     4);
    g_assert_cmpuint(count_checks(run, NULL, "flush", "pass"), ==, 2);
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
}

static void assert_other_address(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "logical"), !=,
                    json_object_get_string_member(buffer, "gpa"));
    g_assert_true(json_object_get_boolean_member(buffer, "translated"));
    g_assert_cmpstr(json_object_get_string_member(buffer, "iommu"), ==,
                    "intel-iommu");
}

static void assert_same_address(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "logical"), ==,
                    json_object_get_string_member(buffer, "gpa"));
    g_assert_true(json_object_get_boolean_member(buffer, "identity"));
    g_assert_cmpstr(json_object_get_string_member(buffer, "iommu"), ==,
                    "none");
}

static void assert_ex(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "api"), ==,
                    "AllocateCommonBufferEx");
}

/* ---- All is well --------------------------------------------------------- */

static void every_call_passes_through_vtd(void)
{
    g_autoptr(Run) run = run_guest("--iommu vtd");

    assert_ended(run, 0, "pass");
    assert_calls_passed(run);
    g_assert_cmpuint(count_checks(run, "JoinDmaDomain", "domain-membership",
                                  "pass"), ==, 1);
    each_buffer(run, assert_other_address);
}

static void every_call_passes_without_iommu(void)
{
    g_autoptr(Run) run = run_guest("--iommu none");

    assert_ended(run, 0, "pass");
    assert_calls_passed(run);
    each_buffer(run, assert_same_address);
}

static void one_call_runs_alone(void)
{
    g_autoptr(Run) run = run_guest("--api AllocateCommonBufferEx");

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_ex);
}

/* What it finds free must not depend on what others left behind. */
static void bounds_are_found_alone(void)
{
    g_autoptr(Run) run = run_guest("--api AllocateCommonBufferWithBounds");

    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, "allocation", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "allocation", "skip"), ==, 0);
}

/* Calls that came later are skipped, and named; the others still count. */
static void an_older_system_passes(void)
{
    static const char *const later[] = {
        "AllocateCommonBufferVector", "AllocateCommonBufferWithBounds",
        "AllocateDomainCommonBuffer", "CreateCommonBufferFromMdl",
        "JoinDmaDomain", "FlushDmaBuffer",
    };
    g_autoptr(Run) run = run_guest("--fault hal-windows-8");

    assert_ended(run, 0, "pass");
    for (gsize i = 0; i < G_N_ELEMENTS(later); i++) {
        g_test_message("%s", later[i]);
        g_assert_cmpuint(count_checks(run, later[i], "offered", "skip"), ==,
                         1);
        g_assert_cmpuint(count_checks(run, later[i], "coverage", "skip"), ==,
                         1);
        g_assert_cmpuint(count_checks(run, later[i], NULL, "pass"), ==, 0);
    }
    g_assert_cmpuint(count_checks(run, NULL, "coverage", "skip"), ==,
                     G_N_ELEMENTS(later));
}

/* What --check and `cbx list` do not know nobody can ask for. */
static void every_check_made_is_listed(void)
{
    g_autoptr(Run) run = run_guest("");
    JsonArray *results = json_object_get_array_member(run->json, "results");

    assert_ended(run, 0, "pass");
    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *r = json_array_get_object_element(results, i);
        const char *check = json_object_get_string_member(r, "check");

        g_test_message("%s", check);
        g_assert_nonnull(cbx_check_find(check));
    }
}

static void only_the_check_asked_for_is_judged(void)
{
    g_autoptr(Run) run = run_guest("--check range --fault flip-bit");
    g_autoptr(Run) bad = run_guest("--check range --fault hal-ignore-limit");

    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, "checksum", NULL), ==, 0);
    assert_ended(bad, 1, "fail");
    assert_no_other_failed(bad, "range");
    assert_failed(bad, "range", CALLS);
}

/* `cbx run` with the driver @name of the guest's, as if it were the user's. */
static Run *run_as_own(const char *name, const char *as)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-guest-XXXXXX", NULL);
    g_autofree char *source = g_build_filename(guest_directory, "initrd",
                                               name, NULL);
    g_autofree char *target = g_build_filename(directory, as, NULL);
    g_autofree char *arguments = g_strdup_printf("--driver '%s'", target);
    Run *run;

    g_assert_cmpint(symlink(source, target), ==, 0);
    run = run_guest(arguments);
    g_unlink(target);
    g_rmdir(directory);
    return run;
}

static void a_driver_of_ones_own_runs(void)
{
    g_autoptr(Run) run = run_as_own("cbxwdm.sys", "mine.sys");

    assert_ended(run, 0, "pass");
    g_assert_cmpstr(json_object_get_string_member(run->json, "driver"), ==,
                    "mine.sys");
    g_assert_cmpuint(count_checks(run, NULL, "range", "pass"), >, 0);
}

/* nttest.sys reports nothing, and does not load without a case to do. */
static void a_silent_driver_is_judged_by_the_stand_in(void)
{
    g_autoptr(Run) run = run_as_own("nttest.sys", "silent.sys");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "driver-loaded");
    assert_failed(run, "driver-loaded", "");
}

/* A driver that knows nothing of this project, for a device of QEMU's own. */
static void an_independent_driver_runs(void)
{
    g_autofree char *file = g_build_filename(guest_directory, "..", "..",
                                             "pe-x86_64", "tests", "drivers",
                                             "edu", "edu.sys", NULL);
    g_autofree char *good = g_strdup_printf(
        "--driver '%s' --device edu --device-id 1234:11e8", file);
    g_autofree char *bad = g_strdup_printf(
        "--driver '%s' --device-id 1234:11e8", file);
    g_autoptr(Run) run = run_guest(good);
    g_autoptr(Run) alone = run_guest(bad);

    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, "driver-started", "pass"), ==,
                     1);
    assert_ended(alone, 4, "crash");
    g_assert_nonnull(strstr(alone->output, "1234:11e8"));
}

/* ---- A broken HAL -------------------------------------------------------- */

/*
 * Behind VT-d the physical address leads nowhere: the device is refused, and
 * says the same of each buffer as the driver does.
 */
static void a_physical_address_is_found_through_vtd(void)
{
    static const char *const impossible[] = {
        "completion-interrupt", "device-access", "translation",
        "integrity-to-device", "integrity-from-device",
        "edges-to-device", "edges-from-device",
    };
    g_autoptr(Run) run = run_guest("--iommu vtd --fault hal-physical");

    assert_ended(run, 1, "fail");
    for (gsize i = 0; i < G_N_ELEMENTS(impossible); i++) {
        g_test_message("%s", impossible[i]);
        g_assert_cmpuint(count_checks(run, NULL, impossible[i], "pass"), ==,
                         0);
    }
    g_assert_cmpuint(count_checks(run, NULL, "completion-interrupt", "fail"),
                     ==, 1);
    g_assert_cmpuint(count_checks(run, NULL, "device-access", "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "translation", "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "witness", "fail"), ==, 0);
}

/*
 * Without an IOMMU the physical address is the logical one. That this passes
 * is the reason why the verdict that matters comes from VT-d.
 */
static void a_physical_address_is_invisible_without_iommu(void)
{
    g_autoptr(Run) run = run_guest("--iommu none --fault hal-physical");

    assert_ended(run, 0, "pass");
}

/* ---- A guest that does not get there ------------------------------------- */

static void too_little_time_is_a_timeout(void)
{
    g_autoptr(Run) run = run_guest("--timeout 0.2");

    assert_ended(run, 4, "timeout");
}

/* A guest with the true kernel and @initrd; what is made of it. */
static Run *run_with_initrd(const char *initrd, gsize length)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-guest-XXXXXX", NULL);
    g_autofree char *kernel = g_build_filename(directory, "vmlinux", NULL);
    g_autofree char *file = g_build_filename(directory, "initrd.cpio", NULL);
    g_autofree char *target = g_build_filename(guest_directory, "vmlinux",
                                               NULL);
    g_autofree char *arguments = g_strdup_printf("--guest-dir '%s'",
                                                 directory);
    Run *run;

    g_assert_cmpint(symlink(target, kernel), ==, 0);
    g_assert_true(g_file_set_contents(file, initrd, (gssize)length, NULL));
    run = run_guest(arguments);
    g_unlink(kernel);
    g_unlink(file);
    g_rmdir(directory);
    return run;
}

static void a_panic_has_last_words(void)
{
    g_autoptr(Run) run = run_with_initrd("none", 4);

    assert_ended(run, 4, "crash");
    g_assert_nonnull(strstr(run->output, "| "));
    g_assert_nonnull(strstr(run->output, "Kernel panic - not syncing"));
}

/*
 * The driver's import of IoGetDmaAdapter is made one of something unheard of.
 * With two letters exchanged that lie two bytes apart the checksum in the PE
 * header, a sum of 16-bit words, still holds.
 */
static void a_missing_import_is_named(void)
{
    /* Its name behind the end of a cpio header; others contain the name. */
    static const char driver[] = "00000000cbxwdm.sys";
    static const char import[] = "IoGetDmaAdapter";
    g_autofree char *file = g_build_filename(guest_directory, "initrd.cpio",
                                             NULL);
    g_autofree char *initrd = NULL;
    g_autoptr(Run) run = NULL;
    char *at;
    gsize length;

    g_assert_true(g_file_get_contents(file, &initrd, &length, NULL));
    at = memmem(initrd, length, driver, sizeof(driver));
    g_assert_nonnull(at);
    at = memmem(at, length - (gsize)(at - initrd), import, sizeof(import));
    g_assert_nonnull(at);
    memcpy(at, "GoIetDmaAdapter", sizeof(import));
    run = run_with_initrd(initrd, length);
    assert_ended(run, 4, "crash");
    g_assert_nonnull(strstr(run->output, "GoIetDmaAdapter"));
    g_assert_cmpuint(count_checks(run, NULL, NULL, NULL), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 3) {
        g_printerr("usage: test-guest PATH-OF-CBX DIRECTORY-OF-GUEST\n");
        return 2;
    }
    run_command = argv[1];
    guest_directory = argv[2];
#define TEST(name) g_test_add_func("/guest/" #name, name)
    TEST(every_call_passes_through_vtd);
    TEST(every_call_passes_without_iommu);
    TEST(one_call_runs_alone);
    TEST(bounds_are_found_alone);
    TEST(an_older_system_passes);
    TEST(every_check_made_is_listed);
    TEST(only_the_check_asked_for_is_judged);
    TEST(a_driver_of_ones_own_runs);
    TEST(a_silent_driver_is_judged_by_the_stand_in);
    TEST(an_independent_driver_runs);
    TEST(a_physical_address_is_found_through_vtd);
    TEST(a_physical_address_is_invisible_without_iommu);
    TEST(too_little_time_is_a_timeout);
    TEST(a_panic_has_last_words);
    TEST(a_missing_import_is_named);
    return g_test_run();
}
