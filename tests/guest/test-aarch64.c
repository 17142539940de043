/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole system on arm64, of the same sources: firmware, ACPI, SMMUv3, ITS.
 *
 * Usage: test-aarch64 PATH-OF-CBX
 */
#include "run.h"

#define RUN "--arch aarch64 "

/* Each with calls of its own. */
static const char *const drivers[] = {
    "cbxwdm.sys", "cbxkmdf.sys", "cbxnet.sys", "cbxvid.sys",
};

static void assert_drivers_passed(const Run *run)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_test_message("%s", drivers[i]);
#define COUNT(check) count_checks_of(run, drivers[i], NULL, check, "pass")
        g_assert_cmpuint(COUNT("integrity-to-device"), >, 0);
        g_assert_cmpuint(COUNT("integrity-from-device"), >, 0);
        g_assert_cmpuint(COUNT("ring"), >, 0);
        g_assert_cmpuint(COUNT("completion-interrupt"), >, 0);
        g_assert_cmpuint(COUNT("witness"), >, 0);
        g_assert_cmpuint(COUNT("everything-returned"), ==, 1);
#undef COUNT
    }
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
    assert_checks_passed(run, FOUNDING, "memory-type integrity-to-device "
                         "integrity-from-device");
    assert_memory_type(run, FOUNDING, "Normal-WB");
}

static void assert_smmu_translated(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "logical"), !=,
                    json_object_get_string_member(buffer, "gpa"));
    g_assert_true(json_object_get_boolean_member(buffer, "translated"));
    g_assert_cmpstr(json_object_get_string_member(buffer, "iommu"), ==,
                    "arm-smmuv3");
}

static void assert_same_address(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "logical"), ==,
                    json_object_get_string_member(buffer, "gpa"));
    g_assert_cmpstr(json_object_get_string_member(buffer, "iommu"), ==,
                    "none");
}

static void every_call_passes_through_smmuv3(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu smmuv3");

    assert_ended(run, 0, "pass");
    assert_drivers_passed(run);
    g_assert_cmpuint(count_checks(run, NULL, "use-after-free", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "guard-after", "pass"), >, 0);
    each_buffer(run, assert_smmu_translated);
    g_assert_cmpuint(count_checks(run, NULL, "memory-type", "skip"), ==, 0);
    /* ACPI has two nodes, and the guest's Linux believes it. */
    g_assert_cmpuint(count_checks(run, NULL, "node", "pass"), >, 0);
    g_assert_cmpuint(count_checks(run, NULL, "node", "skip"), ==, 0);
}

static void every_call_passes_without_iommu(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu none");

    assert_ended(run, 0, "pass");
    assert_drivers_passed(run);
    g_assert_cmpuint(count_checks(run, NULL, "node", "pass"), >, 0);
    each_buffer(run, assert_same_address);
}

static void smmuv3_is_the_default(void)
{
    g_autoptr(Run) run = run_guest(RUN "--driver wdm --api "
                                   "AllocateCommonBuffer");

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_smmu_translated);
}

/* It uses vector registers, and an address width that needs the SMMU. */
static void an_independent_driver_runs(void)
{
    g_autofree char *file = g_build_filename(
        g_getenv("CBX_BUILD_DIR"), "pe-aarch64", "tests", "drivers", "edu",
        "edu.sys", NULL);
    g_autofree char *arguments = g_strdup_printf(
        RUN "--driver '%s' --device edu --device-id 1234:11e8", file);
    g_autoptr(Run) run = run_guest(arguments);

    assert_ended(run, 0, "pass");
    g_assert_cmpuint(count_checks(run, NULL, "driver-started", "pass"), ==,
                     1);
}

static void a_physical_address_is_found_through_smmuv3(void)
{
    static const char *const impossible[] = {
        "completion-interrupt", "device-access", "translation",
        "integrity-to-device", "integrity-from-device",
    };
    g_autoptr(Run) run = run_guest(RUN "--driver wdm --iommu smmuv3 "
                                   "--fault hal-physical");

    assert_ended(run, 1, "fail");
    for (gsize i = 0; i < G_N_ELEMENTS(impossible); i++) {
        g_test_message("%s", impossible[i]);
        g_assert_cmpuint(count_checks(run, NULL, impossible[i], "pass"), ==,
                         0);
    }
    g_assert_cmpuint(count_checks(run, NULL, "translation", "fail"), >, 0);
}

static void a_physical_address_is_invisible_without_iommu(void)
{
    g_autoptr(Run) run = run_guest(RUN "--driver wdm --iommu none "
                                   "--fault hal-physical");

    assert_ended(run, 0, "pass");
}

static void another_node_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--driver wdm --fault hal-wrong-node");

    assert_ended(run, 1, "fail");
    assert_failed(run, "node", "AllocateCommonBufferEx "
                  "AllocateCommonBufferVector AllocateCommonBufferWithBounds "
                  "AllocateDomainCommonBuffer");
    assert_no_other_failed(run, "node");
}

static void a_flipped_bit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--driver wdm --api "
                                   "AllocateCommonBuffer --fault flip-bit");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, "AllocateCommonBuffer",
                                  "integrity-from-device", "fail"), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-aarch64 PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/aarch64/" #name, name)
    TEST(every_call_passes_through_smmuv3);
    TEST(every_call_passes_without_iommu);
    TEST(smmuv3_is_the_default);
    TEST(an_independent_driver_runs);
    TEST(a_physical_address_is_found_through_smmuv3);
    TEST(a_physical_address_is_invisible_without_iommu);
    TEST(another_node_is_found);
    TEST(a_flipped_bit_is_found);
    return g_test_run();
}
