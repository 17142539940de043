/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CreateCommonBufferFromMdl: wrong use, and what it must refuse. */
#include "cases.h"

typedef CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION CONFIG;

typedef struct _PAGES {
    ADAPTER A;
    PUCHAR Va;
    PMDL Mdl;
    PHYSICAL_ADDRESS Logical;
} PAGES;

enum { LENGTH = 4 * PAGE_SIZE };

static NTSTATUS Get(CASE_DEVICE *Device, PAGES *Pages)
{
    PHYSICAL_ADDRESS Anywhere;

    Anywhere.QuadPart = -1;
    Pages->Va = MmAllocateContiguousMemory(LENGTH, Anywhere);
    Pages->Mdl = IoAllocateMdl(Pages->Va, LENGTH, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Pages->Mdl);
    return CaseAdapter(Device, 3, &Pages->A);
}

static NTSTATUS Create(PAGES *Pages, PMDL Mdl, CONFIG *Configs, ULONG Count)
{
    return Pages->A.Do->CreateCommonBufferFromMdl(Pages->A.Adapter, Mdl,
                                                  Configs, Count,
                                                  &Pages->Logical);
}

static VOID Free(PAGES *Pages, ULONG Offset, ULONG Length)
{
    Pages->A.Do->FreeCommonBuffer(Pages->A.Adapter, Length, Pages->Logical,
                                  Pages->Va + Offset, TRUE);
}

static VOID Put(PAGES *Pages)
{
    IoFreeMdl(Pages->Mdl);
    MmFreeContiguousMemory(Pages->Va);
    Pages->A.Do->PutDmaAdapter(Pages->A.Adapter);
}

static NTSTATUS AtDispatch(CASE_DEVICE *Device)
{
    PAGES Pages;
    KIRQL Irql;

    Get(Device, &Pages);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Create(&Pages, Pages.Mdl, NULL, 0);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS Leak(CASE_DEVICE *Device)
{
    PAGES Pages;

    Get(Device, &Pages);
    Create(&Pages, Pages.Mdl, NULL, 0);
    Pages.A.Do->PutDmaAdapter(Pages.A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS PagesFirst(CASE_DEVICE *Device)
{
    PAGES Pages;

    Get(Device, &Pages);
    Create(&Pages, Pages.Mdl, NULL, 0);
    IoFreeMdl(Pages.Mdl);
    MmFreeContiguousMemory(Pages.Va);
    Free(&Pages, 0, LENGTH);
    Pages.A.Do->PutDmaAdapter(Pages.A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS DoubleFree(CASE_DEVICE *Device)
{
    PAGES Pages;

    Get(Device, &Pages);
    MmFreeContiguousMemory(Pages.Va);
    MmFreeContiguousMemory(Pages.Va);
    return STATUS_SUCCESS;
}

static CONFIG Limits(LONGLONG Minimum, LONGLONG Maximum)
{
    CONFIG Config;

    RtlZeroMemory(&Config, sizeof(Config));
    Config.ConfigType = CbxConfigTypeLogicalAddressLimits;
    Config.u.LogicalAddressLimits.MinimumAddress.QuadPart = Minimum;
    Config.u.LogicalAddressLimits.MaximumAddress.QuadPart = Maximum;
    return Config;
}

static CONFIG Part(ULONGLONG Offset, ULONG Length)
{
    CONFIG Config;

    RtlZeroMemory(&Config, sizeof(Config));
    Config.ConfigType = CbxConfigTypeSubSection;
    Config.u.SubSection.Offset = Offset;
    Config.u.SubSection.Length = Length;
    return Config;
}

static CONFIG Access(ULONG Type)
{
    CONFIG Config;

    RtlZeroMemory(&Config, sizeof(Config));
    Config.ConfigType = CbxConfigTypeHardwareAccessPermissions;
    Config.u.HardwareAccessType = Type;
    return Config;
}

/* The MDL without the bytes and flags that make it fit. */
static BOOLEAN BadMdlsRefused(PAGES *Pages)
{
    PMDL Mdl = Pages->Mdl;
    BOOLEAN Good;
    CSHORT Flags = Mdl->MdlFlags;

    Mdl->ByteCount = LENGTH - 1;
    Good = Create(Pages, Mdl, NULL, 0) == STATUS_INVALID_PARAMETER;
    Mdl->ByteCount = LENGTH - PAGE_SIZE;
    Mdl->ByteOffset = 16;
    Good = Create(Pages, Mdl, NULL, 0) == STATUS_INVALID_PARAMETER && Good;
    Mdl->ByteCount = LENGTH;
    Mdl->ByteOffset = 0;
    Mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL);
    Good = Create(Pages, Mdl, NULL, 0) == STATUS_INVALID_PARAMETER && Good;
    Mdl->MdlFlags = Flags;
    Mdl->Next = Mdl;
    Good = Create(Pages, Mdl, NULL, 0) == STATUS_INVALID_PARAMETER && Good;
    Mdl->Next = NULL;
    return Good && Create(Pages, NULL, NULL, 0) == STATUS_INVALID_PARAMETER;
}

static BOOLEAN BadConfigsRefused(PAGES *Pages)
{
    static const struct {
        ULONGLONG Offset;
        ULONG Length;
    } Parts[] = {
        { 1, PAGE_SIZE }, { 0, PAGE_SIZE + 1 }, { 0, 0 },
        { LENGTH, PAGE_SIZE }, { PAGE_SIZE, LENGTH },
    };
    CONFIG Twice[] = { Part(0, PAGE_SIZE), Part(0, PAGE_SIZE) };
    CONFIG Upside = Limits(0x2000000, 0x1000000);
    CONFIG Nowhere = Limits(0, 0xfff);
    CONFIG Unknown = Access(CbxHardwareAccessReadWrite);
    CONFIG NoAccess = Access(CbxHardwareAccessMax);
    /* There is no IOMMU in the path of these tests. */
    CONFIG ReadOnly = Access(CbxHardwareAccessReadOnly);

    Unknown.ConfigType = CbxConfigTypeMax;
    for (ULONG i = 0; i < RTL_NUMBER_OF(Parts); i++) {
        CONFIG Config = Part(Parts[i].Offset, Parts[i].Length);

        if (Create(Pages, Pages->Mdl, &Config, 1) !=
            STATUS_INVALID_PARAMETER) {
            return FALSE;
        }
    }
    return Create(Pages, Pages->Mdl, NULL, 1) == STATUS_INVALID_PARAMETER &&
           Create(Pages, Pages->Mdl, Twice, 2) == STATUS_INVALID_PARAMETER &&
           Create(Pages, Pages->Mdl, &Upside, 1) == STATUS_INVALID_PARAMETER &&
           Create(Pages, Pages->Mdl, &Unknown, 1) ==
           STATUS_INVALID_PARAMETER &&
           Create(Pages, Pages->Mdl, &NoAccess, 1) ==
           STATUS_INVALID_PARAMETER &&
           Create(Pages, Pages->Mdl, &ReadOnly, 1) == STATUS_NOT_SUPPORTED &&
           Create(Pages, Pages->Mdl, &Nowhere, 1) ==
           STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS CaseMdlRefused(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    CONFIG Second = Part(PAGE_SIZE, PAGE_SIZE);
    PAGES Pages;

    Get(Device, &Pages);
    Pages.Va[PAGE_SIZE] = 0x5a;
    if (BadMdlsRefused(&Pages) && BadConfigsRefused(&Pages) &&
        Create(&Pages, Pages.Mdl, &Second, 1) == STATUS_SUCCESS) {
        /* What was in the pages stays. */
        if (Pages.Va[PAGE_SIZE] == 0x5a &&
            Pages.Logical.QuadPart ==
            MmGetPhysicalAddress(Pages.Va + PAGE_SIZE).QuadPart) {
            Status = STATUS_SUCCESS;
        }
        Free(&Pages, PAGE_SIZE, PAGE_SIZE);
    }
    Put(&Pages);
    return Status;
}

const CASE MdlCases[] = {
    { L"mdl-at-dispatch", AtDispatch, TRUE },
    { L"mdl-leak", Leak, TRUE },
    { L"mdl-pages-first", PagesFirst, FALSE },
    { L"contiguous-twice", DoubleFree, TRUE },
    { NULL, NULL, FALSE },
};
