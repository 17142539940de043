/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cbxvid.sys on the stand-in's video port: that its calls pass, that the screen
 * shows what was drawn, and that what is broken below is found.
 *
 * Usage: test-video PATH-OF-CBX
 */
#include "run.h"

#define ALLOCATE "VideoPortAllocateCommonBuffer"
#define GET      "VideoPortGetCommonBuffer"
#define BOTH     ALLOCATE " " GET
#define RUN      "--driver cbxvid.sys "

/* Modes that the driver has. */
#define SCREENS 3

static void assert_passed(const Run *run)
{
    static const char *const calls[] = { ALLOCATE, GET };
    static const char *const checks[] = {
        "offered", "allocation", "alignment", "range", "memory-type",
        "integrity-to-device", "integrity-from-device",
    };

    assert_ended(run, 0, "pass");
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(checks); k++) {
            g_test_message("%s of %s", checks[k], calls[i]);
            g_assert_cmpuint(count_checks(run, calls[i], checks[k], "pass"),
                             >, 0);
        }
    }
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "pass"), ==,
                     SCREENS);
}

static void assert_translated(JsonObject *buffer)
{
    g_assert_true(json_object_get_boolean_member(buffer, "translated"));
}

static void assert_identity(JsonObject *buffer)
{
    g_assert_true(json_object_get_boolean_member(buffer, "identity"));
}

static void assert_get(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "api"), ==, GET);
}

/* ---- All is well --------------------------------------------------------- */

static void both_calls_pass_through_vtd(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu vtd");

    assert_passed(run);
    each_buffer(run, assert_translated);
    g_assert_cmpuint(count_checks(run, NULL, "use-after-free", "pass"), >, 0);
}

static void both_calls_pass_without_iommu(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu none");

    assert_passed(run);
    each_buffer(run, assert_identity);
}

/* The obsolete pair has no part in the screen. */
static void one_call_runs_alone(void)
{
    g_autoptr(Run) run = run_guest("--api " GET);

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_get);
    g_assert_cmpuint(count_checks(run, NULL, "scan-out", NULL), ==, 0);
}

/* ---- A broken device or HAL ---------------------------------------------- */

static void a_flipped_bit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault flip-bit");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "integrity-to-device checksum ring "
                           "edges-to-device integrity-from-device "
                           "edges-from-device");
    assert_failed(run, "integrity-to-device", BOTH);
    assert_failed(run, "integrity-from-device", BOTH);
}

static void a_flipped_pixel_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault flip-pixel");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "scan-out");
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "fail"), ==,
                     SCREENS);
}

static void a_physical_address_is_found_through_vtd(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-physical");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "device-access", "pass"), ==, 0);
    assert_failed(run, "translation", BOTH);
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "fail"), ==,
                     SCREENS);
}

static void an_ignored_limit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-ignore-limit");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "range");
    assert_failed(run, "range", ALLOCATE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-video PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/video/" #name, name)
    TEST(both_calls_pass_through_vtd);
    TEST(both_calls_pass_without_iommu);
    TEST(one_call_runs_alone);
    TEST(a_flipped_bit_is_found);
    TEST(a_flipped_pixel_is_found);
    TEST(a_physical_address_is_found_through_vtd);
    TEST(an_ignored_limit_is_found);
    return g_test_run();
}
