/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64 where firmware says that DMA is not coherent, and where it is not.
 *
 * Usage: test-noncoherent PATH-OF-CBX
 */
#include <string.h>

#include "run.h"

#define RUN "--arch aarch64 "
#define WDM "--driver cbxwdm.sys "

/* Checks that read or write a whole buffer, and those about what it is. */
#define CHECKS "memory-type integrity-to-device checksum edges-to-device " \
               "edges-from-device integrity-from-device witness"

/* The driver does not use a ring that it knows to be stale: no interrupts. */
#define WITHOUT_DATA "memory-type completion-interrupt"

/* Nobody cleans or invalidates anything: the memory is of the right type. */
static void all_pass_without_maintenance(gconstpointer iommu)
{
    g_autofree char *arguments =
        g_strdup_printf(RUN "--cca 0 --iommu %s", (const char *)iommu);
    g_autoptr(Run) run = run_guest(arguments);

    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
    assert_checks_passed(run, FOUNDING, CHECKS " coherence");
    assert_memory_type(run, FOUNDING " AllocateCommonBuffer", "Device-nGnRnE");
    assert_memory_type(run, "CreateCommonBufferFromMdl", "Normal-WB");
    g_assert_nonnull(strstr(run->output, ", CCA 0, "));
}

/* @text is in what is said of a failed check `coherence` of @api. */
static gboolean is_named(const Run *run, const char *api, const char *text)
{
    JsonArray *results = json_object_get_array_member(run->json, "results");

    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *r = json_array_get_object_element(results, i);

        if (strcmp(json_object_get_string_member(r, "check"), "coherence") ==
                0 &&
            strcmp(json_object_get_string_member(r, "verdict"), "fail") == 0 &&
            strcmp(json_object_get_string_member(r, "api"), api) == 0 &&
            strstr(json_object_get_string_member(r, "seen"), text)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The HAL does not heed firmware, or firmware is wrong. */
static void cached_memory_is_found_line_by_line(gconstpointer fault)
{
    static const char *const named[] = {
        "stale-read of ", "missing: clean before the transfer",
        "stale-use of ", "missing: invalidate after the transfer",
        "Normal-WB", "last maintenance: none",
    };
    g_auto(GStrv) founding = g_strsplit(FOUNDING, " ", -1);
    g_autofree char *arguments =
        g_strdup_printf(RUN "--cca 0 --fault %s", (const char *)fault);
    g_autoptr(Run) run = run_guest(arguments);

    assert_ended(run, 1, "fail");
    assert_failed(run, "coherence", FOUNDING);
    assert_failed(run, "memory-type", FOUNDING);
    assert_no_other_failed(run, "coherence " WITHOUT_DATA
                           " edges-to-device edges-from-device");
    for (char **api = founding; *api; api++) {
        for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
            g_test_message("%s: %s", *api, named[i]);
            g_assert_true(is_named(run, *api, named[i]));
        }
    }
    g_assert_nonnull(strstr(run->output, "\n  remedy    before the transfer "
                            "KeFlushIoBuffers"));
}

/* All data are right, and yet it is found. */
static void an_audit_finds_the_same(void)
{
    g_autoptr(Run) run = run_guest(RUN WDM "--cca 0 --coherence audit "
                                   "--fault hal-ignores-cca");

    assert_ended(run, 1, "fail");
    assert_failed(run, "coherence", "AllocateCommonBuffer");
    assert_no_other_failed(run, "coherence " WITHOUT_DATA);
    assert_checks_passed(run, "AllocateCommonBuffer",
                         "edges-to-device edges-from-device");
}

static void without_the_model_it_is_invisible(void)
{
    g_autoptr(Run) run = run_guest(RUN WDM "--cca 0 --coherence off "
                                   "--fault hal-ignores-cca");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "coherence", NULL), ==, 0);
    assert_failed(run, "memory-type", "AllocateCommonBuffer");
    assert_no_other_failed(run, WITHOUT_DATA);
}

/* Only what has No-Snoop set does not snoop there. */
static void x64_has_nothing_stale(void)
{
    g_autoptr(Run) run = run_guest(WDM "--coherence on");

    assert_ended(run, 0, "pass");
    assert_checks_passed(run, "AllocateCommonBuffer AllocateCommonBufferEx",
                  "coherence");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-noncoherent PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(option, name) \
    g_test_add_data_func("/noncoherent/" #name "/" option, option, name)
    TEST("smmuv3", all_pass_without_maintenance);
    TEST("none", all_pass_without_maintenance);
    TEST("hal-ignores-cca", cached_memory_is_found_line_by_line);
    TEST("firmware-coherent", cached_memory_is_found_line_by_line);
#undef TEST
#define TEST(name) g_test_add_func("/noncoherent/" #name, name)
    TEST(an_audit_finds_the_same);
    TEST(without_the_model_it_is_invisible);
    TEST(x64_has_nothing_stale);
    return g_test_run();
}
