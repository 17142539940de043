/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64: which memory each call gives, as the firmware's _CCA has it, and what
 * is found of a HAL that does not care.
 *
 * Usage: test-memory-type PATH-OF-CBX
 */
#include <string.h>

#include "run.h"

#define RUN "--arch aarch64 --iommu smmuv3 "
#define WDM "--driver cbxwdm.sys "

#define ALLOCATING "AllocateCommonBuffer AllocateCommonBufferEx " \
                   "AllocateCommonBufferVector " \
                   "AllocateCommonBufferWithBounds " \
                   "AllocateDomainCommonBuffer HalAllocateCommonBuffer"

/* Memory that is not cached would be written right without any maintenance. */
#define MOVES_DATA "completion-interrupt edges-to-device edges-from-device " \
                   "coherence"

static const char *const honours[] = {
    "AllocateCommonBufferEx", "AllocateCommonBufferVector",
    "AllocateCommonBufferWithBounds", "AllocateDomainCommonBuffer",
};

static gboolean is(JsonObject *buffer, const char *member, const char *value)
{
    return strcmp(json_object_get_string_member(buffer, member), value) == 0;
}

static const char *asked(JsonObject *buffer)
{
    for (gsize i = 0; i < G_N_ELEMENTS(honours); i++) {
        if (is(buffer, "api", honours[i]) && is(buffer, "cache", "noncached")) {
            return "Device-nGnRnE";
        }
    }
    return "Normal-WB";
}

static void assert_type(JsonObject *buffer, const char *type)
{
    g_test_message("%s, %s", json_object_get_string_member(buffer, "api"),
                   json_object_get_string_member(buffer, "cache"));
    g_assert_cmpstr(json_object_get_string_member(buffer, "memory_type"), ==,
                    type);
}

static void assert_as_asked(JsonObject *buffer)
{
    assert_type(buffer, asked(buffer));
}

/* An explicit cache type wins in one call; an MDL's pages are cached. */
static void assert_as_the_device(JsonObject *buffer)
{
    gboolean wins = (is(buffer, "api", "AllocateCommonBufferWithBounds") &&
                     !is(buffer, "cache", "default")) ||
                    is(buffer, "api", "CreateCommonBufferFromMdl");

    assert_type(buffer, wins ? asked(buffer) : "Device-nGnRnE");
}

static void assert_judged(const Run *run)
{
    g_assert_cmpuint(count_checks(run, NULL, "memory-type", "pass"), >, 100);
    g_assert_cmpuint(count_checks(run, NULL, "memory-type", "fail"), ==, 0);
    g_assert_cmpuint(count_checks(run, NULL, "memory-type", "skip"), ==, 0);
}

static void coherent_as_asked(void)
{
    g_autoptr(Run) run = run_guest(RUN "--cca 1");

    assert_ended(run, 0, "pass");
    assert_judged(run);
    each_buffer(run, assert_as_asked);
}

static void non_coherent_as_the_device(void)
{
    g_autoptr(Run) run = run_guest(RUN "--cca 0");

    assert_ended(run, 0, "pass");
    assert_judged(run);
    each_buffer(run, assert_as_the_device);
}

static void ignoring_cca_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN WDM "--cca 0 --fault hal-ignores-cca");

    assert_ended(run, 1, "fail");
    assert_failed(run, "memory-type", ALLOCATING);
    assert_no_other_failed(run, "memory-type " MOVES_DATA);
    each_buffer(run, assert_as_asked);
}

static void ignoring_cca_makes_no_difference_if_coherent(void)
{
    g_autoptr(Run) run = run_guest(RUN WDM "--cca 1 --fault hal-ignores-cca");

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_as_asked);
}

/* The type is right, and so are the data, until a line is written back. */
static void forgetting_to_clean_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--cca 0 --fault hal-forgets-clean");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "coherence", "fail"), >, 0);
    assert_no_other_failed(run, "coherence");
    g_assert_nonnull(strstr(run->output, "seen      unclean of "));
    each_buffer(run, assert_as_the_device);
}

/* Nobody models the caches then. */
static void forgetting_to_clean_is_nothing_to_a_coherent_device(void)
{
    g_autoptr(Run) run = run_guest(RUN "--cca 1 --fault hal-forgets-clean");

    assert_ended(run, 0, "pass");
}

static void ignoring_the_wish_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN WDM "--cca 1 --fault hal-ignore-cache");

    assert_ended(run, 1, "fail");
    assert_failed(run, "memory-type",
                  "AllocateCommonBufferEx AllocateCommonBufferVector "
                  "AllocateCommonBufferWithBounds AllocateDomainCommonBuffer");
    assert_no_other_failed(run, "memory-type");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-memory-type PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/memory-type/" #name, name)
    TEST(coherent_as_asked);
    TEST(non_coherent_as_the_device);
    TEST(ignoring_cca_is_found);
    TEST(ignoring_cca_makes_no_difference_if_coherent);
    TEST(forgetting_to_clean_is_found);
    TEST(forgetting_to_clean_is_nothing_to_a_coherent_device);
    TEST(ignoring_the_wish_is_found);
    return g_test_run();
}
