/* SPDX-License-Identifier: MIT */
/* CreateCommonBufferFromMdl: what the device may do with the memory. */
#include "permission.h"

#include "cbx/abi.h"
#include "core/status.h"

enum { PERMISSION_LENGTH = PAGE_SIZE };

static const struct {
    const char *Name;
    CBX_DMA_HARDWARE_ACCESS_TYPE Type;
    BOOLEAN MayRead;
} PermissionTable[] = {
    { "for reading only", CbxHardwareAccessReadOnly, TRUE },
    { "for writing only", CbxHardwareAccessWriteOnly, FALSE },
};

/* The device's own word: what it may do, and what it is refused. */
static CbxVerdict
PermissionProbe(CbxSuite *Suite, ULONG Row, ULONGLONG Logical, CbxText *Seen)
{
    BOOLEAN MayRead = PermissionTable[Row].MayRead;
    uint32_t Read = cbx_device_probe(Suite->dev, Logical, CBX_PROBE_READ);
    uint32_t Write = cbx_device_probe(Suite->dev, Logical, CBX_PROBE_WRITE);

    cbx_text_add(Seen, "read: ");
    cbx_text_add(Seen, cbx_status_text(Read));
    cbx_text_add(Seen, ", write: ");
    cbx_text_add(Seen, cbx_status_text(Write));
    return (MayRead ? Read : Write) == CBX_STATUS_OK &&
           (MayRead ? Write : Read) == CBX_STATUS_IOMMU_FAULT ? CBX_PASS
                                                              : CBX_FAIL;
}

static CbxVerdict
PermissionOfMdl(CbxSuite *Suite, ULONG Row, const CBX_ADAPTER *Adapter,
                PMDL Mdl, CbxText *Seen)
{
    CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION Config;
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    CbxVerdict Verdict;
    NTSTATUS Status;

    RtlZeroMemory(&Config, sizeof(Config));
    Config.ConfigType = CbxConfigTypeHardwareAccessPermissions;
    Config.u.HardwareAccessType = PermissionTable[Row].Type;
    Status = Adapter->Operations->CreateCommonBufferFromMdl(
        Adapter->Dma, Mdl, &Config, 1, &Logical);
    if (!NT_SUCCESS(Status)) {
        BOOLEAN Documented = Status == STATUS_NOT_SUPPORTED ||
                             Status == STATUS_INVALID_PARAMETER;

        cbx_text_add(Seen, "refused with status ");
        cbx_text_hex(Seen, (ULONG)Status);
        return !Documented ? CBX_FAIL :
               Suite->dev->features & CBX_FEATURE_IOMMU ? CBX_SKIP : CBX_PASS;
    }
    if (!(Suite->dev->features & CBX_FEATURE_IOMMU)) {
        cbx_text_add(Seen, "granted, with no IOMMU to see to it");
        Verdict = CBX_FAIL;
    } else {
        Verdict = PermissionProbe(Suite, Row, (ULONGLONG)Logical.QuadPart,
                                  Seen);
    }
    Adapter->Operations->FreeCommonBuffer(Adapter->Dma, PERMISSION_LENGTH,
                                          Logical, MmGetMdlVirtualAddress(Mdl),
                                          TRUE);
    return Verdict;
}

VOID
PermissionCheck(CbxSuite *Suite, ULONG Api, const CBX_ADAPTER *Adapter)
{
    PHYSICAL_ADDRESS Anywhere = { .QuadPart = -1 };
    PMDL Mdl = NULL;
    PVOID Pages;

    if (Api != CBX_API_CREATE_COMMON_BUFFER_FROM_MDL) {
        return;
    }
    Pages = MmAllocateContiguousMemory(PERMISSION_LENGTH, Anywhere);
    if (Pages) {
        Mdl = IoAllocateMdl(Pages, PERMISSION_LENGTH, FALSE, FALSE, NULL);
    }
    if (Mdl) {
        MmBuildMdlForNonPagedPool(Mdl);
    }
    for (ULONG i = 0; i < ARRAYSIZE(PermissionTable); i++) {
        CbxVerdict Verdict = CBX_SKIP;
        char Seen[128];
        CbxText Text;

        cbx_text_init(&Text, Seen, sizeof(Seen));
        if (Mdl) {
            Verdict = PermissionOfMdl(Suite, i, Adapter, Mdl, &Text);
        } else {
            cbx_text_add(&Text, "no memory for the MDL");
        }
        cbx_suite_result(Suite, CBX_CHECK_permission, Api,
                         PermissionTable[i].Name, Verdict, Seen);
    }
    if (Mdl) {
        IoFreeMdl(Mdl);
    }
    if (Pages) {
        MmFreeContiguousMemory(Pages);
    }
}
