/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cbxnet.sys in the guest: NDIS's calls for shared memory, on a sound system
 * and on broken ones.
 *
 * Usage: test-net PATH-OF-CBX
 */
#include "run.h"

#define CALLS "NdisMAllocateSharedMemory NdisMAllocateSharedMemoryAsyncEx " \
              "NdisAllocateSharedMemory NetAllocateSharedMemory"

static Run *run_net(const char *arguments)
{
    g_auto(GStrv) calls = g_strsplit(CALLS, " ", -1);
    g_autofree char *joined = g_strjoinv(" --api ", calls);
    g_autofree char *all = g_strdup_printf("--api %s %s", joined, arguments);

    return run_guest(all);
}

static void assert_net_passed(const Run *run)
{
    g_auto(GStrv) calls = g_strsplit(CALLS, " ", -1);

    assert_ended(run, 0, "pass");
    for (char **call = calls; *call; call++) {
        g_assert_cmpuint(count_checks(run, *call, "integrity-to-device",
                                      "pass"), >, 0);
        g_assert_cmpuint(count_checks(run, *call, "integrity-from-device",
                                      "pass"), >, 0);
        g_assert_cmpuint(count_checks(run, *call, "memory-type", "pass"), >,
                         0);
        g_assert_cmpuint(count_checks(run, *call, "witness", "pass"), ==, 1);
    }
    g_assert_cmpuint(count_checks(run, NULL, "async-completion", "pass"), >,
                     0);
    g_assert_cmpuint(count_checks(run, NULL, "provider-called", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "scatter-list", "pass"), >, 0);
    /* four statuses, by channels of 32 and of 64 bits */
    g_assert_cmpuint(count_checks(run, NULL, "provider-status", "pass"), ==,
                     8);
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
}

static void every_call_passes_through_vtd(void)
{
    g_autoptr(Run) run = run_net("--iommu vtd");

    assert_net_passed(run);
    g_assert_cmpuint(count_checks(run, NULL, NULL, "skip"), ==, 0);
}

static void every_call_passes_without_iommu(void)
{
    g_autoptr(Run) run = run_net("--iommu none");

    assert_net_passed(run);
}

static guint elements;

static void count_element(JsonObject *buffer)
{
    if (g_str_equal(json_object_get_string_member(buffer, "api"),
                    "NdisAllocateSharedMemory") &&
        json_object_get_int_member(buffer, "element") == 15) {
        elements++;
    }
}

/* A list of 64 KiB in pages has sixteen elements: the device saw each. */
static void the_device_sees_each_element(void)
{
    g_autoptr(Run) run = run_guest("--api NdisAllocateSharedMemory");

    assert_ended(run, 0, "pass");
    elements = 0;
    each_buffer(run, count_element);
    g_assert_cmpuint(elements, ==, 1);
}

static void a_physical_address_is_found(void)
{
    g_autoptr(Run) run = run_net("--iommu vtd --fault hal-physical");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "device-access", "pass"), ==, 0);
    g_assert_cmpuint(count_checks(run, NULL, "translation", "pass"), ==, 0);
}

/*
 * The rings of the narrow channel lie too high as well. The driver makes no
 * checks of rings, so there the device is the only one to say so.
 */
static void an_ignored_limit_is_found(void)
{
    g_autoptr(Run) run = run_net("--iommu vtd --fault hal-ignore-limit");
    guint range = count_checks(run, NULL, "range", "fail");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, "NdisMAllocateSharedMemory", "witness",
                                  "fail"), ==, 1);
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, range + 1);
    g_assert_cmpuint(count_checks(run, "NdisMAllocateSharedMemory", "range",
                                  "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, "NdisMAllocateSharedMemoryAsyncEx",
                                  "range", "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, "NdisAllocateSharedMemory", "range",
                                  "fail"), >, 0);
    g_assert_cmpuint(count_checks(run, "NetAllocateSharedMemory", "range",
                                  "fail"), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-net PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/net/" #name, name)
    TEST(every_call_passes_through_vtd);
    TEST(every_call_passes_without_iommu);
    TEST(the_device_sees_each_element);
    TEST(a_physical_address_is_found);
    TEST(an_ignored_limit_is_found);
    return g_test_run();
}
