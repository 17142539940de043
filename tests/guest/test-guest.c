/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole system: the guest boots, the Windows driver runs, the device
 * judges. First that all is well, then that what is broken is found.
 *
 * Usage: test-guest PATH-OF-CBX DIRECTORY-OF-GUEST PATH-OF-QEMU
 */
#define _GNU_SOURCE  /* memmem() */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "run.h"

#define WDM "cbxwdm.sys"
#define WDM_CALLS "AllocateCommonBuffer AllocateCommonBufferEx " \
                  "AllocateCommonBufferVector " \
                  "AllocateCommonBufferWithBounds " \
                  "AllocateDomainCommonBuffer CreateCommonBufferFromMdl " \
                  "HalAllocateCommonBuffer"
#define KMDF "cbxkmdf.sys"
#define KMDF_CALLS "WdfCommonBufferCreate WdfCommonBufferCreateWithConfig " \
                   "AllocateCommonBuffer AllocateCommonBufferEx " \
                   "AllocateCommonBufferVector"
#define VIDEO "cbxvid.sys"
#define VIDEO_CALLS "VideoPortAllocateCommonBuffer VideoPortGetCommonBuffer"

/* The drivers that run by default, and what each has to show. */
static const struct {
    const char *driver;
    const char *calls;
} drivers[] = {
    { WDM, WDM_CALLS },
    { KMDF, KMDF_CALLS },
    { VIDEO, VIDEO_CALLS },
};

static const char *guest_directory, *qemu;

static void assert_call_passed(const Run *run, const char *driver,
                               const char *call)
{
    g_test_message("%s of %s", call, driver);
#define COUNT(check, verdict) \
    count_checks_of(run, driver, call, check, verdict)
    g_assert_cmpuint(COUNT("integrity-to-device", "pass"), >, 0);
    g_assert_cmpuint(COUNT("integrity-from-device", "pass"), >, 0);
    g_assert_cmpuint(COUNT("range", "pass"), >, 0);
    g_assert_cmpuint(COUNT("ring", "pass"), ==, 1);
    g_assert_cmpuint(COUNT("memory-type", "pass"), >, 0);
    g_assert_cmpuint(COUNT("memory-type", "skip"), ==, 0);
    g_assert_cmpuint(COUNT("coverage", "pass"), ==, 1);
    g_assert_cmpuint(COUNT("witness", "pass"), ==, 1);
#undef COUNT
}

static void assert_calls_passed(const Run *run)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_auto(GStrv) calls = g_strsplit(drivers[i].calls, " ", -1);

        for (char **call = calls; *call; call++) {
            assert_call_passed(run, drivers[i].driver, *call);
        }
        g_assert_cmpuint(count_checks_of(run, drivers[i].driver, NULL,
                                         "everything-returned", "pass"),
                         ==, 1);
    }
    g_assert_cmpuint(count_checks(run, NULL, "offered", "skip"), ==, 0);
    g_assert_cmpuint(count_checks(run, NULL, "node", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "node", "skip"), ==, 0);
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

/* What one driver leaves behind is not held against the next. */
static void each_driver_answers_for_itself(void)
{
    g_autoptr(Run) run = run_guest("--driver kmdf,wdm "
                                   "--fault wdf-keep-memory");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks_of(run, KMDF, NULL, "everything-returned",
                                     "fail"), ==, 1);
    g_assert_cmpuint(count_checks_of(run, KMDF, NULL, "use-after-free",
                                     "fail"), >, 0);
    g_assert_cmpuint(count_checks_of(run, WDM, NULL, "everything-returned",
                                     "pass"), ==, 1);
    g_assert_cmpuint(count_checks_of(run, WDM, NULL, NULL, "fail"), ==, 0);
}

/* A bug check in one ends the run, though the other had passed. */
static void a_crash_of_one_driver_is_the_runs(void)
{
    g_autoptr(Run) run = run_guest("--fault wrong-address");

    assert_ended(run, 4, "crash");
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
    g_autoptr(Run) run = run_guest("--driver wdm --fault hal-windows-8");

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
    assert_failed(bad, "range", WDM_CALLS);
    assert_failed(bad, "range", KMDF_CALLS);
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
    g_autoptr(Run) run = run_guest("--driver wdm --iommu vtd "
                                     "--fault hal-physical");

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

/* nttest.sys with the case @name. */
static Run *run_case(const char *name, const char *arguments)
{
    g_autofree char *driver = g_build_filename(guest_directory, "initrd",
                                               "nttest.sys", NULL);
    g_autofree char *words = g_strdup_printf("cbx_nt.parameters=Case=%s",
                                             name);
    g_autofree char *wrapper = write_qemu(qemu, "", words);
    g_autofree char *line = g_strdup_printf("--driver '%s' --qemu '%s' %s",
                                            driver, wrapper, arguments);
    Run *run = run_guest(line);

    g_unlink(wrapper);
    return run;
}

/* Where the system knows one node only, no other is named, none judged. */
static void one_node_is_not_judged(void)
{
    g_autofree char *wrapper = write_qemu(qemu, "", "numa=off");
    g_autofree char *line = g_strdup_printf("--driver cbxwdm.sys --api "
                                            "AllocateCommonBufferEx,"
                                            "AllocateCommonBufferVector "
                                            "--qemu '%s'", wrapper);
    g_autoptr(Run) run = run_guest(line);

    g_unlink(wrapper);
    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, "node", "pass"), ==, 0);
    g_assert_cmpuint(count_checks(run, NULL, "node", "skip"), >, 0);
    g_assert_nonnull(strstr(run->output, "the system has one node only"));
    g_assert_nonnull(strstr(run->output, "the system has no such node"));
}

/* The last of what the guest's console shows is in the output. */
static void assert_last_words(const Run *run, const char *words)
{
    g_assert_nonnull(strstr(run->output, "| "));
    g_assert_nonnull(strstr(run->output, words));
}

static void a_hang_is_a_timeout_with_last_words(void)
{
    g_autoptr(Run) run = run_case("hang", "--timeout 15");

    assert_ended(run, 4, "timeout");
    assert_last_words(run, "init: loading /cbx_nt.ko");
}

static void a_reset_is_a_crash_with_last_words(void)
{
    g_autoptr(Run) run = run_case("reset", "");

    assert_ended(run, 4, "crash");
    assert_last_words(run, "init: loading /cbx_nt.ko");
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
    assert_last_words(run, "Kernel panic - not syncing");
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
    if (argc != 4) {
        g_printerr("usage: test-guest PATH-OF-CBX DIRECTORY-OF-GUEST "
                   "PATH-OF-QEMU\n");
        return 2;
    }
    run_command = argv[1];
    guest_directory = argv[2];
    qemu = argv[3];
#define TEST(name) g_test_add_func("/guest/" #name, name)
    TEST(every_call_passes_through_vtd);
    TEST(every_call_passes_without_iommu);
    TEST(each_driver_answers_for_itself);
    TEST(a_crash_of_one_driver_is_the_runs);
    TEST(one_call_runs_alone);
    TEST(bounds_are_found_alone);
    TEST(an_older_system_passes);
    TEST(every_check_made_is_listed);
    TEST(one_node_is_not_judged);
    TEST(only_the_check_asked_for_is_judged);
    TEST(a_driver_of_ones_own_runs);
    TEST(a_silent_driver_is_judged_by_the_stand_in);
    TEST(an_independent_driver_runs);
    TEST(a_physical_address_is_found_through_vtd);
    TEST(a_physical_address_is_invisible_without_iommu);
    TEST(too_little_time_is_a_timeout);
    TEST(a_panic_has_last_words);
    TEST(a_hang_is_a_timeout_with_last_words);
    TEST(a_reset_is_a_crash_with_last_words);
    TEST(a_missing_import_is_named);
    return g_test_run();
}
