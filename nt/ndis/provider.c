/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NdisAllocateSharedMemory and NdisFreeSharedMemory. Which provider serves a
 * caller is not documented: here it is the one registered last, and where none
 * is, the HAL by the DMA channel of the caller's adapter.
 */
#include "ndis.h"

/* What an allocation handle stands for. */
typedef struct _SHARE {
    LIST_ENTRY Link;
    NDIS_HANDLE Owner;          /* the handle given to the allocation */
    NDIS_DRIVER *Provider;      /* NULL: the HAL */
    NDIS_HANDLE Context;        /* the provider's */
    PVOID Va;
} SHARE;

static LIST_ENTRY Shares = { &Shares, &Shares };
static NTS_LOCK Lock;

static BOOLEAN ParametersFit(const NDIS_SHARED_MEMORY_PARAMETERS *p)
{
    return p->Header.Type == NDIS_OBJECT_TYPE_DEFAULT &&
           p->Header.Revision >= 1 && p->Header.Size >= sizeof(*p);
}

static NDIS_STATUS AskProvider(SHARE *Share,
                               PNDIS_SHARED_MEMORY_PARAMETERS Parameters)
{
    const NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS *Provider =
        &Share->Provider->Provider;
    NDIS_HANDLE Context = HalNtsFaults() & NDIS_FAULT_CONTEXT
                          ? NULL : Provider->ProviderContext;
    NDIS_STATUS Status;

    Status = Provider->AllocateSharedMemoryHandler(Context, Parameters,
                                                   &Share->Context);
    if (HalNtsFaults() & NDIS_FAULT_STATUS && Status != NDIS_STATUS_SUCCESS) {
        Status = Status == NDIS_STATUS_FAILURE ? NDIS_STATUS_RESOURCES
                                               : NDIS_STATUS_FAILURE;
    }
    if (HalNtsFaults() & NDIS_FAULT_LIST && Status == NDIS_STATUS_SUCCESS &&
        Parameters->SGListBuffer->NumberOfElements > 1) {
        Parameters->SGListBuffer->NumberOfElements--;
    }
    return Status;
}

static NDIS_STATUS AskHal(SHARE *Share, NDIS_ADAPTER *Adapter,
                          PNDIS_SHARED_MEMORY_PARAMETERS Parameters,
                          const VOID *Caller)
{
    PSCATTER_GATHER_LIST List = Parameters->SGListBuffer;
    NDIS_PHYSICAL_ADDRESS Address;

    if (!Parameters->Length || !List ||
        Parameters->SGListBufferLength < sizeof(*List)) {
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    Share->Va = NdisDmaAllocate(Adapter, Parameters->Length, TRUE, &Address,
                                Caller);
    if (!Share->Va) {
        return NDIS_STATUS_RESOURCES;
    }
    RtlZeroMemory(List, sizeof(*List));
    List->NumberOfElements = 1;
    List->Elements[0].Address = Address;
    List->Elements[0].Length = Parameters->Length;
    Parameters->VirtualAddress = Share->Va;
    /* This value names memory of the HAL. */
    Parameters->SharedMemoryHandle = NULL;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI NdisAllocateSharedMemory(
    NDIS_HANDLE NdisHandle, PNDIS_SHARED_MEMORY_PARAMETERS Parameters,
    PNDIS_HANDLE AllocationHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(NdisHandle, __func__, Caller);
    NDIS_STATUS Status;
    ULONG64 Flags;
    SHARE *Share;

    NTS_IRQL(PASSIVE_LEVEL);
    *AllocationHandle = NULL;
    if (!NdisHasDma(Adapter)) {
        NdisViolation(Adapter, __func__, Caller, "without a DMA channel");
    }
    if (!ParametersFit(Parameters)) {
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    Share = NtsAllocate(sizeof(*Share));
    if (!Share) {
        return NDIS_STATUS_RESOURCES;
    }
    Share->Owner = NdisHandle;
    Share->Provider = NdisProvider();
    Status = Share->Provider ? AskProvider(Share, Parameters)
                             : AskHal(Share, Adapter, Parameters, Caller);
    if (Status != NDIS_STATUS_SUCCESS) {
        NtsFree(Share, sizeof(*Share));
        return Status;
    }
    Flags = NtsLock(&Lock);
    InsertHeadList(&Shares, &Share->Link);
    NtsUnlock(&Lock, Flags);
    *AllocationHandle = Share;
    return NDIS_STATUS_SUCCESS;
}

static SHARE *Take(NDIS_HANDLE Owner, NDIS_HANDLE Handle)
{
    ULONG64 Flags = NtsLock(&Lock);
    SHARE *Found = NULL;

    for (LIST_ENTRY *Link = Shares.Flink; Link != &Shares;
         Link = Link->Flink) {
        SHARE *Share = CONTAINING_RECORD(Link, SHARE, Link);

        if (Share == Handle && Share->Owner == Owner) {
            Found = Share;
            RemoveEntryList(Link);
            break;
        }
    }
    NtsUnlock(&Lock, Flags);
    return Found;
}

VOID NTAPI NdisFreeSharedMemory(NDIS_HANDLE NdisHandle,
                                NDIS_HANDLE AllocationHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(NdisHandle, __func__, Caller);
    SHARE *Share = Take(NdisHandle, AllocationHandle);

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Share) {
        NdisViolation(Adapter, __func__, Caller,
                      "of what this handle has not allocated");
    }
    if (Share->Provider) {
        Share->Provider->Provider.FreeSharedMemoryHandler(
            Share->Provider->Provider.ProviderContext, Share->Context);
    } else {
        NdisDmaFree(Adapter, Share->Va);
    }
    NtsFree(Share, sizeof(*Share));
}

VOID NdisSharesReclaim(NDIS_ADAPTER *Adapter)
{
    ULONG64 Flags = NtsLock(&Lock);
    ULONG Left = 0;

    for (LIST_ENTRY *Link = Shares.Flink; Link != &Shares;
         Link = Link->Flink) {
        Left += CONTAINING_RECORD(Link, SHARE, Link)->Owner == Adapter;
    }
    NtsUnlock(&Lock, Flags);
    if (Left) {
        NtsFinding("shared-memory-returned", "%u allocations of "
                   "NdisAllocateSharedMemory were left after the halt", Left);
    }
}
