/* SPDX-License-Identifier: MIT */
/* CreateCommonBufferFromMdl: pages of our own, given to the device. */
#include "call.h"

enum {
    /* Where a sub-section is asked for, a page before and one behind it. */
    MDL_MARGIN = PAGE_SIZE,
    MDL_CONFIGS = CbxConfigTypeMax,
};

static BOOLEAN
MdlIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, CreateCommonBufferFromMdl);
}

/* One configuration of each type that the request needs. */
static ULONG
MdlConfigure(const CBX_REQUEST *Request,
             CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION *Configs)
{
    ULONG Count = 0;

    RtlZeroMemory(Configs, MDL_CONFIGS * sizeof(*Configs));
    if (Request->Minimum || Request->Maximum) {
        Configs[Count].ConfigType = CbxConfigTypeLogicalAddressLimits;
        Configs[Count].u.LogicalAddressLimits.MinimumAddress.QuadPart =
            (LONGLONG)Request->Minimum;
        Configs[Count].u.LogicalAddressLimits.MaximumAddress.QuadPart =
            Request->Maximum ? (LONGLONG)Request->Maximum : -1;
        Count++;
    }
    if (Request->SubSection) {
        Configs[Count].ConfigType = CbxConfigTypeSubSection;
        Configs[Count].u.SubSection.Offset = MDL_MARGIN;
        Configs[Count].u.SubSection.Length = Request->Length;
        Count++;
    }
    if (Request->ReadWrite) {
        Configs[Count].ConfigType = CbxConfigTypeHardwareAccessPermissions;
        Configs[Count].u.HardwareAccessType = CbxHardwareAccessReadWrite;
        Count++;
    }
    return Count;
}

static VOID
MdlFreePages(CBX_ALLOCATION *Allocation)
{
    if (Allocation->Mdl) {
        IoFreeMdl(Allocation->Mdl);
        Allocation->Mdl = NULL;
    }
    if (Allocation->Pages) {
        MmFreeContiguousMemory(Allocation->Pages);
        Allocation->Pages = NULL;
    }
}

static BOOLEAN
MdlAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION Configs[MDL_CONFIGS];
    ULONG Margin = Request->SubSection ? MDL_MARGIN : 0;
    ULONG Length = Request->Length + 2 * Margin;
    PHYSICAL_ADDRESS Anywhere = { .QuadPart = -1 };
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    ULONG Count = MdlConfigure(Request, Configs);

    /* Contiguous: so it has to be where DMA is not remapped. */
    Allocation->Pages = MmAllocateContiguousMemory(Length, Anywhere);
    if (!Allocation->Pages) {
        goto cleanup;
    }
    Allocation->Mdl = IoAllocateMdl(Allocation->Pages, Length, FALSE, FALSE,
                                    NULL);
    if (!Allocation->Mdl) {
        goto cleanup;
    }
    MmBuildMdlForNonPagedPool(Allocation->Mdl);
    Allocation->Status = Adapter->Operations->CreateCommonBufferFromMdl(
        Adapter->Dma, Allocation->Mdl, Count ? Configs : NULL, Count,
        &Logical);
    if (!NT_SUCCESS(Allocation->Status)) {
        goto cleanup;
    }
    CallSetBuffer(Allocation, 0, (UCHAR *)Allocation->Pages + Margin, Logical);
    return TRUE;

cleanup:
    MdlFreePages(Allocation);
    return FALSE;
}

/* The pages stay ours, and have to outlive the buffer. */
static VOID
MdlFree(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed, PVOID Context)
{
    CallFreeCommon(Allocation, Freed, Context);
    MdlFreePages(Allocation);
}

const CBX_CALL CallFromMdl = {
    CBX_API_CREATE_COMMON_BUFFER_FROM_MDL, MdlIsOffered, MdlAllocate, MdlFree,
};
