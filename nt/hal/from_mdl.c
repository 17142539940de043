/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CreateCommonBufferFromMdl: pages of the driver become a common buffer. */
#include "hal.h"

typedef CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION CONFIG;

/* The part of a chain of MDLs that is to be mapped. */
typedef struct _PART {
    ULONGLONG Offset;               /* from the start of the chain */
    ULONGLONG Length;               /* bytes; 0: no sub-section was given */
} PART;

static const uint32_t Access[CbxHardwareAccessMax] = {
    [CbxHardwareAccessReadOnly] = PAL_ACCESS_READ,
    [CbxHardwareAccessWriteOnly] = PAL_ACCESS_WRITE,
    [CbxHardwareAccessReadWrite] = PAL_ACCESS_BOTH,
};

static BOOLEAN IsPages(ULONGLONG Value)
{
    return !(Value & (PAGE_SIZE - 1));
}

static NTSTATUS TakeConfig(const HAL_ADAPTER *Adapter, const CONFIG *Config,
                           HAL_REQUEST *Request, PART *Part)
{
    switch (Config->ConfigType) {
    case CbxConfigTypeLogicalAddressLimits:
        Request->Lowest =
            Config->u.LogicalAddressLimits.MinimumAddress.QuadPart;
        /* Documented as inclusive, unlike the others. */
        Request->Highest =
            Config->u.LogicalAddressLimits.MaximumAddress.QuadPart;
        return Request->Lowest <= Request->Highest ? STATUS_SUCCESS
                                                   : STATUS_INVALID_PARAMETER;
    case CbxConfigTypeSubSection:
        Part->Offset = Config->u.SubSection.Offset;
        Part->Length = Config->u.SubSection.Length;
        return Part->Length && IsPages(Part->Offset) && IsPages(Part->Length)
               ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    case CbxConfigTypeHardwareAccessPermissions:
        if ((ULONG)Config->u.HardwareAccessType >= CbxHardwareAccessMax) {
            return STATUS_INVALID_PARAMETER;
        }
        Request->Access = HalFaults & HAL_FAULT_IGNORE_ACCESS
                          ? PAL_ACCESS_BOTH
                          : Access[Config->u.HardwareAccessType];
        /* Linux's VT-d driver makes every page readable that is mapped. */
        return Request->Access == PAL_ACCESS_BOTH ||
               (Request->Access == PAL_ACCESS_READ && HalIsTranslated(Adapter))
               ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

static NTSTATUS TakeConfigs(const HAL_ADAPTER *Adapter, const CONFIG *Configs,
                            ULONG Count, HAL_REQUEST *Request, PART *Part)
{
    ULONG Taken = 0;

    if (Count && !Configs) {
        return STATUS_INVALID_PARAMETER;
    }
    for (ULONG i = 0; i < Count; i++) {
        NTSTATUS Status = TakeConfig(Adapter, &Configs[i], Request, Part);

        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        /* each type at most once */
        if (Taken & 1u << Configs[i].ConfigType) {
            return STATUS_INVALID_PARAMETER;
        }
        Taken |= 1u << Configs[i].ConfigType;
    }
    return STATUS_SUCCESS;
}

/* The MDL of the chain that the part lies in; Offset becomes relative to it. */
static PMDL MdlOf(PMDL Mdl, PART *Part)
{
    if (!Part->Length) {
        /* the whole of it, which must be no chain */
        if (!Mdl || Mdl->Next) {
            return NULL;
        }
        Part->Length = Mdl->ByteCount;
        return Mdl;
    }
    while (Mdl && Part->Offset >= Mdl->ByteCount) {
        Part->Offset -= Mdl->ByteCount;
        Mdl = Mdl->Next;
    }
    return Mdl && Part->Length <= Mdl->ByteCount - Part->Offset ? Mdl : NULL;
}

static BOOLEAN IsUsable(const MDL *Mdl)
{
    return !Mdl->ByteOffset && Mdl->ByteCount && IsPages(Mdl->ByteCount) &&
           Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA |
                            MDL_SOURCE_IS_NONPAGED_POOL);
}

static BOOLEAN IsContiguous(const MDL *Mdl, const PART *Part)
{
    const PFN_NUMBER *Pages = (const PFN_NUMBER *)(Mdl + 1) +
                              Part->Offset / PAGE_SIZE;

    for (ULONGLONG i = 1; i < Part->Length / PAGE_SIZE; i++) {
        if (Pages[i] != Pages[0] + i) {
            return FALSE;
        }
    }
    return TRUE;
}

static NTSTATUS Refuse(NTSTATUS Status)
{
    return HalFaults & HAL_FAULT_WRONG_STATUS &&
           Status == STATUS_INVALID_PARAMETER ? STATUS_UNSUCCESSFUL : Status;
}

NTSTATUS NTAPI HalCreateFromMdl(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                CONFIG *ExtendedConfigs,
                                ULONG ExtendedConfigsCount,
                                PHYSICAL_ADDRESS *LogicalAddress)
{
    const CHAR *Routine = "CreateCommonBufferFromMdl";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    HAL_REQUEST Request = {
        .Highest = MAXULONGLONG,
        .Cache = PAL_CACHE_WB,
        .Node = PAL_NODE_ANY,
        .Access = PAL_ACCESS_BOTH,
    };
    PART Part = { 0, 0 };
    NTSTATUS Status;

    HalRequirePassive(Routine, Caller);
    Status = TakeConfigs(Adapter, ExtendedConfigs, ExtendedConfigsCount,
                         &Request, &Part);
    if (!NT_SUCCESS(Status)) {
        return Refuse(Status);
    }
    Mdl = MdlOf(Mdl, &Part);
    if (!Mdl || !IsUsable(Mdl)) {
        return Refuse(STATUS_INVALID_PARAMETER);
    }
    if (!IsContiguous(Mdl, &Part)) {
        /* With translation Windows could; the platform layer cannot. */
        return HalIsTranslated(Adapter) ? STATUS_NOT_SUPPORTED
                                     : STATUS_INVALID_PARAMETER;
    }
    Request.Length = Part.Length;
    if (HalFaults & HAL_FAULT_READ_ONLY) {
        Request.Access = PAL_ACCESS_READ;
    }
    Request.Pages = (PUCHAR)Mdl->MappedSystemVa + Part.Offset;
    return HalBufferAllocate(Adapter, &Request, TRUE, LogicalAddress, Caller)
           ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
