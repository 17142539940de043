/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cbxkmdf.sys on the stand-in's framework: that KMDF's calls pass, and that
 * what is broken below or in the framework is found.
 *
 * Usage: test-kmdf PATH-OF-CBX
 */
#include "run.h"

#define CREATE "WdfCommonBufferCreate"
#define CONFIG "WdfCommonBufferCreateWithConfig"
#define BOTH   CREATE " " CONFIG
#define RUN    "--api " CREATE "," CONFIG " "

static void assert_passed(const Run *run)
{
    static const char *const calls[] = { CREATE, CONFIG };
    static const char *const checks[] = {
        "refusal", "allocation", "getters", "alignment", "range", "memory-type",
        "integrity-to-device", "integrity-from-device", "lifetime",
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
}

static void assert_create(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "api"), ==, CREATE);
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

/* Through WdfDmaEnablerWdmGetDmaAdapter. */
static void the_calls_of_wdm_pass_too(void)
{
    static const char *const calls[] = {
        CREATE, CONFIG, "AllocateCommonBuffer", "AllocateCommonBufferEx",
        "AllocateCommonBufferVector", "AllocateCommonBufferWithBounds",
        "CreateCommonBufferFromMdl",
    };
    g_autoptr(Run) run = run_guest("--driver cbxkmdf.sys");

    assert_ended(run, 0, "pass");
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_test_message("%s", calls[i]);
        g_assert_cmpuint(count_checks(run, calls[i], "integrity-to-device",
                                      "pass"), >, 0);
    }
}

static void one_call_runs_alone(void)
{
    g_autoptr(Run) run = run_guest("--api " CREATE);

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_create);
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

static void a_physical_address_is_found_through_vtd(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-physical");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "device-access", "pass"), ==, 0);
    g_assert_cmpuint(count_checks(run, CREATE, "translation", "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, CONFIG, "translation", "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "witness", "fail"), ==, 0);
}

static void an_ignored_limit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-ignore-limit");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "range");
    assert_failed(run, "range", BOTH);
}

/* ---- A broken framework -------------------------------------------------- */

static void an_ignored_alignment_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault wdf-ignore-alignment");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "alignment");
    assert_failed(run, "alignment", BOTH);
    g_assert_cmpuint(count_checks(run, NULL, "witness", "fail"), ==, 0);
}

static void a_wrong_length_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault wdf-wrong-length");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "getters");
    assert_failed(run, "getters", BOTH);
    g_assert_cmpuint(count_checks(run, NULL, "getters", "pass"), ==, 0);
}

static void memory_kept_by_a_deleted_parent_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault wdf-keep-memory");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, CREATE, "use-after-free", "fail"), >,
                     0);
    g_assert_cmpuint(count_checks(run, CONFIG, "use-after-free", "fail"), >,
                     0);
    g_assert_cmpuint(count_checks(run, NULL, "everything-returned", "fail"),
                     ==, 1);
}

static void a_skipped_cleanup_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault wdf-skip-cleanup");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "lifetime");
    assert_failed(run, "lifetime", BOTH);
}

static void a_wrong_status_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault wdf-wrong-status");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "refusal");
    assert_failed(run, "refusal", BOTH);
    g_assert_cmpuint(count_checks(run, NULL, "refusal", "pass"), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-kmdf PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/kmdf/" #name, name)
    TEST(both_calls_pass_through_vtd);
    TEST(both_calls_pass_without_iommu);
    TEST(the_calls_of_wdm_pass_too);
    TEST(one_call_runs_alone);
    TEST(a_flipped_bit_is_found);
    TEST(a_physical_address_is_found_through_vtd);
    TEST(an_ignored_limit_is_found);
    TEST(an_ignored_alignment_is_found);
    TEST(a_wrong_length_is_found);
    TEST(memory_kept_by_a_deleted_parent_is_found);
    TEST(a_skipped_cleanup_is_found);
    TEST(a_wrong_status_is_found);
    return g_test_run();
}
