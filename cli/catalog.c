/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog.h"

#include <string.h>

#include "cbx/abi.h"

#define CALL(n, id, text) { .number = (n), .name = (text) },
const CbxCall cbx_calls[] = { CBX_API_LIST(CALL) { 0 } };
#undef CALL

/* A fault added to abi.h does not compile until it is explained here. */
#define HELP_FLIP_BIT   "the device inverts one bit of the data"
#define HELP_DROP_WRITE "the device reports a write that it did not make"
#define HELP_SHORT      "the device leaves out the last byte"
#define HELP_LOST_IRQ   "the device does not send the interrupt"
#define HELP_WRONG_ADDRESS "the device inverts bit 6 of the address"
#define HELP_DELAY      "the device completes a descriptor late"
#define HELP_DUPLICATE  "the device completes a descriptor twice"
#define HELP_SPURIOUS_IRQ "the device sends an interrupt without a reason"
#define HELP_STUCK      "the device fetches no more descriptors of a queue"
#define HELP_FLIP_VERIFY   "as flip-bit, but only of what it compares"
#define HELP_FLIP_CHECKSUM "as flip-bit, but only of what it sums up"
#define HELP_FLIP_FILL     "as flip-bit, but only of patterns it writes"
#define HELP_FLIP_SHOT_IN  "as flip-bit, but only of single reads"
#define HELP_FLIP_SHOT_OUT "as flip-bit, but only of single writes"
#define HELP_STRAY_WRITE   "the device changes a byte before what it writes"
#define HELP_CROSS_FILL    "the device changes another element, too"
#define HELP_MIXED_UP      "the device names the wrong descriptor as completed"
#define HELP_FLIP_PIXEL    "the device inverts one bit of the picture it shows"

#define HELP_OMIT_CLEAN \
    "the driver does not clean the caches before the device reads"
#define HELP_OMIT_INVALIDATE \
    "the driver does not invalidate the caches after the device wrote"
#define HELP_INVALIDATE_EARLY \
    "the driver invalidates the caches before the device writes, not after"

#define FAULT(n, id, text) { text, CBX_FAULT_IN_DEVICE, HELP_##id },
#define DRIVER_FAULT(n, id, text) { text, CBX_FAULT_IN_DRIVER, HELP_##id },
const CbxFault cbx_faults[] = {
    CBX_FAULT_LIST(FAULT)
    CBX_DRIVER_FAULT_LIST(DRIVER_FAULT)
    { "hal-physical", CBX_FAULT_IN_GUEST,
      "the HAL returns the physical instead of the logical address" },
    { "hal-ignore-limit", CBX_FAULT_IN_GUEST,
      "the HAL ignores the highest address asked for" },
    { "hal-ignore-cache", CBX_FAULT_IN_GUEST,
      "the HAL gives cached memory where uncached was asked for" },
    { "hal-ignores-cca", CBX_FAULT_IN_GUEST,
      "the HAL takes every device for a coherent one, whatever _CCA says" },
    { "hal-forgets-clean", CBX_FAULT_IN_GUEST,
      "the HAL leaves lines of uncached memory in the caches" },
    { "hal-ignore-minimum", CBX_FAULT_IN_GUEST,
      "the HAL ignores the lowest address asked for" },
    { "hal-wrong-status", CBX_FAULT_IN_GUEST,
      "the HAL refuses a request with an undocumented status" },
    { "hal-misaligned", CBX_FAULT_IN_GUEST,
      "the HAL's buffers start inside a page" },
    { "hal-open-before", CBX_FAULT_IN_GUEST,
      "the HAL maps the page before a long buffer, too" },
    { "hal-open-after", CBX_FAULT_IN_GUEST,
      "the HAL maps the page after a long buffer, too" },
    { "hal-stale", CBX_FAULT_IN_GUEST,
      "the HAL unmaps a freed buffer only at the next allocation" },
    { "hal-overlap", CBX_FAULT_IN_GUEST,
      "the HAL gives all elements of a vector the same memory" },
    { "hal-no-memory", CBX_FAULT_IN_GUEST,
      "the HAL has no memory for long buffers" },
    { "hal-read-only", CBX_FAULT_IN_GUEST,
      "the HAL maps the pages of an MDL for reading only" },
    { "hal-wrong-page", CBX_FAULT_IN_GUEST,
      "MmGetPhysicalAddress tells the page that follows" },
    { "hal-last-page", CBX_FAULT_IN_GUEST,
      "the HAL puts long buffers at the end of all addresses" },
    { "hal-no-member", CBX_FAULT_IN_GUEST,
      "the HAL's table lacks AllocateCommonBufferEx" },
    { "hal-leak", CBX_FAULT_IN_GUEST,
      "the HAL keeps adapters that were put back" },
    { "wdf-ignore-alignment", CBX_FAULT_IN_GUEST,
      "the framework aligns to a page, whatever was asked for" },
    { "wdf-wrong-length", CBX_FAULT_IN_GUEST,
      "the framework says a common buffer is one byte longer" },
    { "wdf-keep-memory", CBX_FAULT_IN_GUEST,
      "the framework keeps the memory of what goes with its parent" },
    { "wdf-skip-cleanup", CBX_FAULT_IN_GUEST,
      "the framework forgets the cleanup of what goes with its parent" },
    { "wdf-wrong-status", CBX_FAULT_IN_GUEST,
      "the framework refuses with an undocumented status" },
    { "hal-exhausted", CBX_FAULT_IN_GUEST,
      "the HAL, once out of memory below a limit, stays so" },
    { "ndis-wrong-context", CBX_FAULT_IN_GUEST,
      "NDIS calls a provider of shared memory with another context" },
    { "ndis-wrong-status", CBX_FAULT_IN_GUEST,
      "NDIS changes the status that a provider returned" },
    { "ndis-short-list", CBX_FAULT_IN_GUEST,
      "NDIS leaves out the last of several elements of a scatter list" },
    { "ndis-wrong-length", CBX_FAULT_IN_GUEST,
      "NDIS announces shared memory of another length" },
    { "ndis-reset-fails", CBX_FAULT_IN_GUEST,
      "the device does not answer while its miniport is reset" },
    { "ndis-restart-fails", CBX_FAULT_IN_GUEST,
      "the device does not answer while its miniport is restarted" },
    { "ndis-wrong-statistics", CBX_FAULT_IN_GUEST,
      "NDIS sends one frame more than it counts" },
    { "ndis-no-list", CBX_FAULT_IN_GUEST,
      "NDIS makes no scatter/gather lists of frames" },
    { "ndis-physical-list", CBX_FAULT_IN_GUEST,
      "NDIS puts physical addresses into scatter/gather lists of frames" },
    { "hal-wrong-info", CBX_FAULT_IN_GUEST,
      "the HAL's GetDmaAdapterInfo tells another address width" },
    { "hal-wrong-domain", CBX_FAULT_IN_GUEST,
      "the HAL's GetDmaDomain does not know what JoinDmaDomain joined" },
    { "hal-ignore-access", CBX_FAULT_IN_GUEST,
      "the HAL lets the device write what is for reading only" },
    { "hal-wrong-node", CBX_FAULT_IN_GUEST,
      "the HAL allocates in another node than the one preferred" },
    { "hal-windows-8", CBX_FAULT_IN_GUEST,
      "no fault: the HAL offers what that of Windows 8 does" },
    { "hal-short-list", CBX_FAULT_IN_GUEST,
      "the HAL's scatter/gather lists lack the last byte" },
    { "hal-no-flush", CBX_FAULT_IN_GUEST, "the HAL's FlushDmaBuffer fails" },
    { "hal-never-refuse", CBX_FAULT_IN_GUEST,
      "the HAL ignores limits that no address satisfies" },
    { "firmware-coherent", CBX_FAULT_IN_FIRMWARE,
      "firmware says that DMA is coherent, with --cca 0 (_CCA, IORT)" },
    { 0 }
};
#undef DRIVER_FAULT
#undef FAULT

static const guint wdm_calls[] = {
    CBX_API_ALLOCATE_COMMON_BUFFER,
    CBX_API_ALLOCATE_COMMON_BUFFER_EX,
    CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR,
    CBX_API_ALLOCATE_WITH_BOUNDS,
    CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER,
    CBX_API_CREATE_COMMON_BUFFER_FROM_MDL,
    CBX_API_HAL_ALLOCATE_COMMON_BUFFER,
    CBX_API_GET_DMA_ADAPTER_INFO,
    CBX_API_JOIN_DMA_DOMAIN,
    CBX_API_GET_SCATTER_GATHER_LIST,
    CBX_API_FLUSH_DMA_BUFFER,
    CBX_API_NONE
};

static const guint kmdf_calls[] = {
    CBX_API_WDF_COMMON_BUFFER_CREATE,
    CBX_API_WDF_COMMON_BUFFER_CREATE_CFG,
    /* through WdfDmaEnablerWdmGetDmaAdapter */
    CBX_API_ALLOCATE_COMMON_BUFFER,
    CBX_API_ALLOCATE_COMMON_BUFFER_EX,
    CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR,
    CBX_API_ALLOCATE_WITH_BOUNDS,
    CBX_API_CREATE_COMMON_BUFFER_FROM_MDL,
    CBX_API_NONE
};

static const guint video_calls[] = {
    CBX_API_VIDEOPORT_ALLOCATE,
    CBX_API_VIDEOPORT_GET,
    CBX_API_NONE
};

static const guint net_calls[] = {
    CBX_API_NDIS_M_ALLOCATE_SHARED,
    CBX_API_NDIS_M_ALLOCATE_SHARED_ASYNC,
    CBX_API_NDIS_ALLOCATE_SHARED,
    CBX_API_NET_ALLOCATE_SHARED,
    CBX_API_NONE
};

const CbxDriver cbx_drivers[] = {
    { .name = "cbxwdm.sys", .calls = wdm_calls, .device = "cbx" },
    { .name = "cbxkmdf.sys", .calls = kmdf_calls, .device = "cbx" },
    { .name = "cbxnet.sys", .calls = net_calls, .device = "cbx-net" },
    { .name = "cbxvid.sys", .calls = video_calls, .device = "cbx-display" },
    { 0 }
};

G_STATIC_ASSERT(G_N_ELEMENTS(cbx_drivers) - 1 <= CBX_DRIVERS_MAX);

/*
 * panic=-1 with QEMU's -no-reboot ends QEMU at once when the guest panics.
 * no_timer_check: Linux counts timer interrupts against the time stamp counter
 * and panics when QEMU did not get enough processor time meanwhile.
 * cryptomgr.notests: Linux's self-tests of its ciphers are none of ours, and
 * take 0.2 s.
 * qemu64 has no AVX, which the stand-in host does not preserve; cortex-a57 has
 * no pointer authentication, which is slow to emulate, and no SVE.
 * On arm64 the firmware is what brings ACPI, and with it _CCA and the IORT.
 * cma=0: the area for large pieces is of one node, whatever node was wanted.
 */
const CbxArch cbx_archs[] = {
    {
        .name = "x86_64",
        .emulator = "qemu-system-x86_64",
        .machine = "q35",
        .cpu = "qemu64",
        .kernel = "vmlinux",
        .initrd = "initrd.cpio",
        .append = "console=ttyS0 panic=-1 oops=panic no_timer_check "
                  "cryptomgr.notests",
        .iommu = "vtd",
        .magic = "\177ELF",
    },
    {
        .name = "aarch64",
        .emulator = "qemu-system-aarch64",
        .machine = "virt,gic-version=3,its=on",
        .noncoherent = "pcie-dma-noncoherent=on",
        .cpu = "cortex-a57",
        .kernel = "Image",
        .initrd = "initrd.cpio",
        .firmware = "QEMU_EFI.fd",
        .append = "console=ttyAMA0 panic=-1 oops=panic acpi=force "
                  "cryptomgr.notests cma=0",
        .iommu = "smmuv3",
        .magic = "ARM\x64",
        .magic_at = 56,
    },
    { 0 }
};

/*
 * iommu.strict: what is freed must be out of reach at once, not ms later.
 * iommu.forcedac: logical addresses from the top of what the IOMMU has, so
 * that who keeps 32 bits of one is found out.
 */
const CbxIommu cbx_iommus[] = {
    {
        .name = "none",
        .arch = "x86_64",
        .type = "none",
        .title = "no IOMMU",
    },
    {
        .name = "vtd",
        .arch = "x86_64",
        .type = "intel-iommu",
        .title = "VT-d",
        .device = "intel-iommu",
        .append = "intel_iommu=on iommu.strict=1 iommu.forcedac=1",
    },
    {
        .name = "none",
        .arch = "aarch64",
        .type = "none",
        .title = "no IOMMU",
    },
    {
        .name = "smmuv3",
        .arch = "aarch64",
        .type = "arm-smmuv3",
        .title = "SMMUv3",
        .machine = "iommu=smmuv3",
        .append = "iommu.strict=1 iommu.forcedac=1",
    },
    { 0 }
};

const CbxCall *cbx_call_find(const char *name)
{
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

const CbxFault *cbx_fault_find(const char *name)
{
    for (const CbxFault *f = cbx_faults; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    return NULL;
}

const CbxArch *cbx_arch_find(const char *name)
{
    for (const CbxArch *a = cbx_archs; a->name; a++) {
        if (strcmp(a->name, name) == 0) {
            return a;
        }
    }
    return NULL;
}

const CbxDriver *cbx_driver_find(const char *name)
{
    g_autofree char *whole = g_strdup_printf("cbx%s.sys", name);

    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        if (strcmp(d->name, name) == 0 || strcmp(d->name, whole) == 0) {
            return d;
        }
    }
    return NULL;
}

const CbxIommu *cbx_iommu_find(const char *arch, const char *name)
{
    for (const CbxIommu *i = cbx_iommus; i->name; i++) {
        if (strcmp(i->arch, arch) == 0 && strcmp(i->name, name) == 0) {
            return i;
        }
    }
    return NULL;
}

gboolean cbx_iommu_translates(const CbxIommu *iommu)
{
    return strcmp(iommu->type, "none") != 0;
}

const char *cbx_call_name(guint number)
{
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        if (c->number == number) {
            return c->name;
        }
    }
    return NULL;
}

gboolean cbx_driver_runs(const CbxDriver *driver, guint number)
{
    for (const guint *n = driver->calls; *n != CBX_API_NONE; n++) {
        if (*n == number) {
            return TRUE;
        }
    }
    return FALSE;
}

const CbxDriver *cbx_driver_for(guint number)
{
    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        if (cbx_driver_runs(d, number)) {
            return d;
        }
    }
    return NULL;
}

/* Levenshtein distance of two ASCII words, letter case aside. */
static gsize edit_distance(const char *a, const char *b)
{
    gsize m = strlen(a), n = strlen(b);
    g_autofree gsize *row = g_new(gsize, n + 1);

    for (gsize j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (gsize i = 1; i <= m; i++) {
        gsize diagonal = row[0];

        row[0] = i;
        for (gsize j = 1; j <= n; j++) {
            gboolean same = g_ascii_tolower(a[i - 1]) ==
                            g_ascii_tolower(b[j - 1]);
            gsize replaced = diagonal + !same;

            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

const char *cbx_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    gsize best_distance = (strlen(word) + 1) / 2 + 1;

    for (; *names; names++) {
        gsize distance = edit_distance(word, *names);

        if (distance < best_distance) {
            best = *names;
            best_distance = distance;
        }
    }
    return best;
}
