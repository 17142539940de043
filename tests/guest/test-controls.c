/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The negative controls: for every check a fault that makes it fail, and
 * nothing that has no part in it.
 *
 * Usage: test-controls PATH-OF-CBX PATH-OF-QEMU
 */
#include <glib/gstdio.h>
#include <string.h>

#include "cbx/abi.h"
#include "run.h"

#define ALL "AllocateCommonBuffer AllocateCommonBufferEx " \
            "AllocateCommonBufferVector AllocateCommonBufferWithBounds " \
            "AllocateDomainCommonBuffer CreateCommonBufferFromMdl " \
            "HalAllocateCommonBuffer"
/* Those whose memory is the system's. */
#define ALLOCATING "AllocateCommonBuffer AllocateCommonBufferEx " \
                   "AllocateCommonBufferVector " \
                   "AllocateCommonBufferWithBounds " \
                   "AllocateDomainCommonBuffer HalAllocateCommonBuffer"
/* Those that honour a wish for uncached memory, and one for a node. */
#define UNCACHED "AllocateCommonBufferEx AllocateCommonBufferVector " \
                 "AllocateCommonBufferWithBounds AllocateDomainCommonBuffer"
/* Those with a lowest address that the driver makes use of. */
#define BOUNDED "AllocateCommonBufferWithBounds CreateCommonBufferFromMdl"

/* Those whose memory stays cached where DMA does not snoop. */
#define OVERRIDING "AllocateCommonBufferWithBounds CreateCommonBufferFromMdl"

#define EX      "AllocateCommonBufferEx"
#define VECTOR  "AllocateCommonBufferVector"
#define MDL     "CreateCommonBufferFromMdl"
#define NO_CALL ""
#define KMDF_RUN "WdfCommonBufferCreate,WdfCommonBufferCreateWithConfig"
#define NET_RUN  "NdisMAllocateSharedMemory," \
                 "NdisMAllocateSharedMemoryAsyncEx," \
                 "NdisAllocateSharedMemory,NetAllocateSharedMemory"
#define KMDF     "WdfCommonBufferCreate WdfCommonBufferCreateWithConfig"

#define VIDEO    "VideoPortAllocateCommonBuffer"

#define TRANSFERS "integrity-to-device checksum edges-to-device " \
                  "edges-from-device integrity-from-device"

/* DMA that does not snoop, so that caches have to be maintained. */
#define NON_COHERENT "--arch aarch64 --cca 0"
#define COHERENT     "--arch aarch64 --cca 1"

typedef struct Control {
    const char *check;      /* what the fault is a control of */
    const char *fault;
    const char *calls;      /* of which the check must fail, blanks between */
    const char *also;       /* fails too, of some call, and must */
    const char *why;        /* it must */
    const char *may;        /* fails too, now and then */
    const char *device;     /* property of the device, NAME=VALUE */
    const char *apis;       /* that are run; NULL: all of cbxwdm.sys */
    const char *platform;   /* options; NULL: x64 through VT-d */
} Control;

/* Without `also` the check must be the only one that fails. */
static const Control controls[] = {
    { .check = "completion-interrupt", .fault = "lost-interrupt",
      .calls = "AllocateCommonBuffer",
      .also = "coverage",
      .why = "without interrupts the run ends" },
    { .check = "offered", .fault = "hal-no-member", .calls = EX,
      .also = "coverage",
      .why = "a call that is not there gives no buffers" },
    { .check = "refusal", .fault = "hal-wrong-status", .calls = MDL },
    { .check = "refusal", .fault = "hal-never-refuse",
      .calls = "AllocateCommonBufferEx AllocateCommonBufferVector "
               "AllocateCommonBufferWithBounds AllocateDomainCommonBuffer" },
    { .check = "scatter-gather", .fault = "hal-short-list",
      .calls = "GetScatterGatherList" },
    { .check = "flush", .fault = "hal-no-flush", .calls = "FlushDmaBuffer" },
    { .check = "permission", .fault = "hal-ignore-access", .calls = MDL },
    { .check = "adapter-info", .fault = "hal-wrong-info",
      .calls = "GetDmaAdapterInfo" },
    { .check = "domain-membership", .fault = "hal-wrong-domain",
      .calls = "JoinDmaDomain" },
    { .check = "exhaustion", .fault = "hal-exhausted", .calls = EX },
    { .check = "allocation", .fault = "hal-no-memory", .calls = ALL },
    { .check = "declaration", .fault = "hal-last-page", .calls = ALL,
      .also = "range ring exhaustion witness " TRANSFERS,
      .why = "a description is refused only when it makes no sense; such a "
             "buffer is nowhere, and the device says so, too" },
    { .check = "separate", .fault = "hal-overlap", .calls = VECTOR,
      .also = "neighbours-unchanged",
      .why = "what two buffers share changes in both" },
    { .check = "range", .fault = "hal-ignore-limit", .calls = ALL,
      .also = "exhaustion refusal scatter-gather",
      .why = "where no limit is, no memory comes to an end, and nothing is "
             "beyond it" },
    { .check = "range", .fault = "hal-ignore-minimum", .calls = BOUNDED },
    { .check = "address-width", .fault = "hal-ignore-limit", .calls = EX,
      .also = "range completion-interrupt device-access ram physical-pages "
              "translation edges-to-device edges-from-device permission "
              "refusal scatter-gather flush witness",
      .why = "no address beyond the device's width is within the limits or "
             "within its reach",
      .may = "exhaustion",
      .device = "addr-bits=32" },
    { .check = "alignment", .fault = "hal-misaligned", .calls = ALLOCATING,
      .also = "witness",
      .why = "of the rings only the device's record tells" },
    { .check = "device-access", .fault = "hal-read-only", .calls = MDL,
      .also = "physical-pages edges-from-device integrity-from-device ring",
      .why = "what the device may not write it does not write" },
    { .check = "ram", .fault = "hal-physical", .calls = ALL,
      .also = "completion-interrupt device-access physical-pages "
              "translation range edges-to-device edges-from-device permission "
              "scatter-gather flush",
      .why = "where no memory stands, no data go; the physical address breaks "
             "limits and reaches no page",
      /* physical pages do not follow one another */
      .may = "separate exhaustion node" },
    { .check = "physical-pages", .fault = "hal-wrong-page", .calls = ALL },
    { .check = "memory-type", .fault = "hal-ignore-cache", .calls = UNCACHED },
    { .check = "node", .fault = "hal-wrong-node", .calls = UNCACHED },
    { .check = "translation", .fault = "hal-physical", .calls = ALL,
      .also = "completion-interrupt device-access ram physical-pages range "
              "edges-to-device edges-from-device permission scatter-gather "
              "flush",
      .why = "an address that the IOMMU does not translate leads nowhere",
      .may = "separate exhaustion node" },
    { .check = "guard-before", .fault = "hal-open-before",
      .calls = ALLOCATING },
    { .check = "guard-after", .fault = "hal-open-after", .calls = ALLOCATING },
    { .check = "integrity-to-device", .fault = "flip-verify", .calls = ALL },
    { .check = "checksum", .fault = "flip-checksum", .calls = ALL },
    { .check = "edges-to-device", .fault = "flip-shot-in", .calls = ALL,
      .also = "exhaustion scatter-gather flush",
      .why = "the many buffers, and packets, are looked at by single reads" },
    { .check = "edges-from-device", .fault = "flip-shot-out", .calls = ALL,
      .also = "scatter-gather flush",
      .why = "packets are sent by single writes" },
    { .check = "outside-unchanged", .fault = "stray-write", .calls = ALL },
    { .check = "integrity-from-device", .fault = "flip-fill", .calls = ALL },
    { .check = "neighbours-unchanged", .fault = "cross-fill", .calls = VECTOR },
    { .check = "ring", .fault = "mixed-up", .calls = ALL },
    { .check = "use-after-free", .fault = "hal-stale", .calls = ALL },
    { .check = "getters", .fault = "wdf-wrong-length", .calls = KMDF,
      .apis = KMDF_RUN },
    { .check = "lifetime", .fault = "wdf-skip-cleanup", .calls = KMDF,
      .apis = KMDF_RUN },
    { .check = "async-completion", .fault = "ndis-wrong-length",
      .calls = "NdisMAllocateSharedMemoryAsyncEx", .apis = NET_RUN },
    { .check = "scatter-list", .fault = "ndis-short-list",
      .calls = "NdisAllocateSharedMemory", .apis = NET_RUN },
    { .check = "provider-called", .fault = "ndis-wrong-context",
      .calls = "NetAllocateSharedMemory", .apis = NET_RUN },
    { .check = "provider-status", .fault = "ndis-wrong-status",
      .calls = "NdisAllocateSharedMemory", .apis = NET_RUN },
    { .check = "scan-out", .fault = "flip-pixel", .calls = VIDEO,
      .apis = VIDEO },
    { .check = "coherence", .fault = "hal-forgets-clean", .calls = ALLOCATING,
      .platform = NON_COHERENT },
    { .check = "everything-returned", .fault = "hal-leak", .calls = NO_CALL },
    { .check = "no-snoop", .fault = "hal-ignore-cache", .calls = UNCACHED,
      .also = "memory-type coherence",
      .why = "the mapping is not what was asked for, and has stale lines",
      .device = "coherence=on" },
    /* The driver, of memory that is cached though the device does not snoop. */
    { .check = "integrity-to-device", .fault = "driver-omit-clean",
      .calls = OVERRIDING, .platform = NON_COHERENT,
      .also = "checksum edges-to-device ring coherence",
      .why = "all that the CPU stores and the device reads" },
    { .check = "integrity-from-device", .fault = "driver-omit-invalidate",
      .calls = OVERRIDING, .platform = NON_COHERENT,
      .also = "edges-from-device ring coherence",
      .why = "all that the device writes and the CPU reads" },
    { .check = "integrity-from-device", .fault = "driver-invalidate-early",
      .calls = OVERRIDING, .platform = NON_COHERENT,
      .also = "edges-from-device ring coherence",
      .why = "all that the device writes and the CPU reads" },
    /* Broken in more than one way. */
    { .check = "integrity-to-device", .fault = "flip-bit", .calls = ALL,
      .also = "checksum edges-to-device edges-from-device "
              "integrity-from-device ring exhaustion scatter-gather flush",
      .why = "all that moves data" },
    { .check = "integrity-from-device", .fault = "drop-write", .calls = ALL,
      .also = "edges-from-device ring scatter-gather flush",
      .why = "all that writes" },
    { .check = "integrity-to-device", .fault = "short-transfer", .calls = ALL,
      .also = "checksum edges-to-device edges-from-device "
              "integrity-from-device ring exhaustion scatter-gather flush",
      .why = "all that moves data" },
};

static const char *qemu;

static gboolean has_control(const char *check)
{
    for (gsize i = 0; i < G_N_ELEMENTS(controls); i++) {
        if (strcmp(controls[i].check, check) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static void every_check_has_a_control(void)
{
    static const char *const ids[] = {
#define CBX_CHECK_CALL(symbol, id, expected, source) id,
#define CBX_CHECK_DECLARED(symbol, id, expected, source) id,
#define CBX_CHECK_BUFFER(symbol, id, expected, source) id,
#define CBX_CHECK_SOME(symbol, id, expected, source) id,
#define CBX_CHECK_FREED(symbol, id, expected, source) id,
#include "core/checks.def"
        "coherence", "everything-returned",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        if (!has_control(ids[i])) {
            g_test_message("check %s has no negative control", ids[i]);
            g_test_fail();
        }
    }
}

/* QEMU with a property of the device; NULL: as it is. */
static char *write_wrapper(const Control *control)
{
    g_autofree char *options = g_strdup_printf("-global cbx.%s",
                                               control->device);

    return control->device ? write_qemu(qemu, options, "") : NULL;
}

static void is_caught(gconstpointer data)
{
    const Control *control = data;
    g_autofree char *wrapper = write_wrapper(control);
    g_autoptr(GString) line = g_string_new(NULL);
    g_auto(GStrv) also = g_strsplit(control->also ? control->also : "", " ",
                                    -1);
    g_autofree char *checks = NULL;
    g_autoptr(Run) run = NULL;

    g_string_printf(line, "%s --fault %s", control->platform
                                           ? control->platform
                                           : "--iommu vtd", control->fault);
    if (control->apis) {
        g_string_append_printf(line, " --api %s", control->apis);
    } else {
        g_string_append(line, " --driver cbxwdm.sys");
    }
    if (wrapper) {
        g_string_append_printf(line, " --qemu '%s'", wrapper);
    }
    run = run_guest(line->str);
    if (wrapper) {
        g_unlink(wrapper);
    }
    assert_ended(run, 1, "fail");
    checks = g_strjoin(" ", control->check, control->also ? control->also : "",
                       control->may, NULL);
    assert_no_other_failed(run, checks);
    assert_failed(run, control->check, control->calls);
    for (char **c = also; *c; c++) {
        g_test_message("%s, because %s", *c, control->why);
        g_assert_cmpuint(count_checks(run, NULL, *c, "fail"), >, 0);
    }
}

/* Where DMA snoops, a driver that maintains no caches does nothing wrong. */
static void makes_no_difference_where_dma_snoops(void)
{
    static const char *const faults[] = {
#define NAME(n, id, name) name,
        CBX_DRIVER_FAULT_LIST(NAME)
#undef NAME
    };

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *line = g_strdup_printf(COHERENT " --driver wdm "
                                                "--fault %s", faults[i]);
        g_autoptr(Run) run = run_guest(line);

        assert_ended(run, 0, "pass");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    if (argc != 3) {
        g_printerr("usage: test-controls PATH-OF-CBX PATH-OF-QEMU\n");
        return 2;
    }
    run_command = argv[1];
    qemu = argv[2];
    g_test_add_func("/controls/every-check-has-one",
                    every_check_has_a_control);
    g_test_add_func("/controls/coherent",
                    makes_no_difference_where_dma_snoops);
    for (gsize i = 0; i < G_N_ELEMENTS(controls); i++) {
        g_autofree char *path = g_strdup_printf("/controls/%s/%s%s%s",
                                                controls[i].check,
                                                controls[i].fault,
                                                controls[i].device ? "-" : "",
                                                controls[i].device
                                                ? controls[i].device : "");

        g_test_add_data_func(path, &controls[i], is_caught);
    }
    return g_test_run();
}
