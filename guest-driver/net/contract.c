/* SPDX-License-Identifier: MIT */
#include "contract.h"

#include "cbx/abi.h"

enum { SEEN_MAX = 160 };

static VOID
ContractReport(CbxSuite *Suite, CbxCheckId Check,
               const CBX_NET_ALLOCATION *Allocation, const char *Wrong)
{
    cbx_suite_result(Suite, Check, Allocation->Request->Api,
                     Allocation->Variants[0], Wrong ? CBX_FAIL : CBX_PASS,
                     Wrong ? Wrong : "so it is");
}

/* ---- The asynchronous call ---------------------------------------------- */

static const char *
ContractAsyncWrong(const CBX_NET_ALLOCATION *Allocation,
                   const CBX_NET_COMPLETION *Completion)
{
    if (Completion->Count != 1) {
        return "the handler was called more than once";
    }
    if (Completion->Irql != PASSIVE_LEVEL) {
        return "the handler was called above PASSIVE_LEVEL";
    }
    if (Completion->Length != Allocation->Request->Length) {
        return "the handler was given another length";
    }
    if (Completion->Context != Allocation) {
        return "the handler was given another context";
    }
    return NULL;
}

/* ---- The scatter list --------------------------------------------------- */

static const char *
ContractListWrong(const CBX_NET_ALLOCATION *Allocation)
{
    const NDIS_SHARED_MEMORY_PARAMETERS *Parameters = &Allocation->Parameters;
    const SCATTER_GATHER_LIST *List = Parameters->SGListBuffer;
    const CBX_NET_BLOCK *Block = Provider.Allocated.AllocationContext;
    ULONGLONG Done = 0;

    if (!Parameters->VirtualAddress) {
        return "no virtual address";
    }
    if (List->NumberOfElements > MEMORY_ELEMENTS_MAX) {
        return "more elements than the list has room for";
    }
    if (Allocation->Request->Contiguous && List->NumberOfElements != 1) {
        return "one element was asked for, not one was given";
    }
    for (ULONG i = 0; i < List->NumberOfElements; i++) {
        if ((ULONGLONG)List->Elements[i].Address.QuadPart !=
                (ULONGLONG)Block->Logical.QuadPart + Done) {
            return "an element has another address than the provider gave";
        }
        Done += List->Elements[i].Length;
    }
    return Done == Parameters->Length
           ? NULL : "the elements do not cover the length";
}

BOOLEAN
ContractOfAllocation(CbxSuite *Suite, const CBX_NET_ALLOCATION *Allocation,
                     const CBX_NET_MEMORY *Memory)
{
    const char *Wrong;

    switch (Allocation->Request->Api) {
    case CBX_API_NDIS_M_ALLOCATE_SHARED_ASYNC:
        ContractReport(Suite, CBX_CHECK_async_completion, Allocation,
                       ContractAsyncWrong(Allocation, &Memory->Completion));
        return TRUE;
    case CBX_API_NDIS_ALLOCATE_SHARED:
        Wrong = ContractListWrong(Allocation);
        ContractReport(Suite, CBX_CHECK_scatter_list, Allocation, Wrong);
        return !Wrong;
    default:
        return TRUE;
    }
}

/* ---- How the provider was called ---------------------------------------- */

static BOOLEAN
ContractSameParameters(const NDIS_SHARED_MEMORY_PARAMETERS *Seen,
                       const CBX_NET_REQUEST *Request)
{
    return Seen->Length == Request->Length && Seen->Usage == Request->Usage &&
           Seen->PreferredNode == Request->Node &&
           !(Seen->Flags & NDIS_SHARED_MEM_PARAMETERS_CONTIGUOUS) ==
               !Request->Contiguous;
}

static const char *
ContractProviderWrong(const CBX_NET_ALLOCATION *Allocation,
                      const CBX_NET_PROVIDER *Before)
{
    const CBX_NET_CALL *Made = &Provider.Allocated, *Freed = &Provider.Freed;

    if (Made->Count != Before->Allocated.Count + 1) {
        return "NetAllocateSharedMemory was not called once";
    }
    if (Freed->Count != Before->Freed.Count + 1) {
        return "NetFreeSharedMemory was not called once";
    }
    if (Made->ProviderContext != &Provider ||
        Freed->ProviderContext != &Provider) {
        return "called with another context than was registered";
    }
    if (Freed->AllocationContext != Made->AllocationContext) {
        return "NetFreeSharedMemory was given another handle";
    }
    if (Made->Irql != PASSIVE_LEVEL || Freed->Irql != PASSIVE_LEVEL) {
        return "called above PASSIVE_LEVEL";
    }
    if (Made->Thread != PsGetCurrentThreadId()) {
        return "NetAllocateSharedMemory was called in another thread";
    }
    return ContractSameParameters(&Made->Parameters, Allocation->Request)
           ? NULL : "NetAllocateSharedMemory was given other parameters";
}

VOID
ContractOfProvider(CbxSuite *Suite, const CBX_NET_ALLOCATION *Allocation,
                   const CBX_NET_PROVIDER *Before)
{
    if (Allocation->Request->Api == CBX_API_NET_ALLOCATE_SHARED) {
        ContractReport(Suite, CBX_CHECK_provider_called, Allocation,
                       ContractProviderWrong(Allocation, Before));
    }
}

/* ---- Statuses ----------------------------------------------------------- */

static VOID
ContractStatus(CbxSuite *Suite, CBX_NET_MEMORY *Memory, const char *Variant,
               ULONG Length, ULONG ListLength, NDIS_STATUS Expected)
{
    union {
        SCATTER_GATHER_LIST List;
        UCHAR Room[sizeof(SCATTER_GATHER_LIST)];
    } u;
    NDIS_SHARED_MEMORY_PARAMETERS Parameters;
    NDIS_HANDLE Handle = &u;
    NDIS_STATUS Status;
    char Seen[SEEN_MAX];
    BOOLEAN Good;
    CbxText Text;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Parameters.Flags = NDIS_SHARED_MEM_PARAMETERS_CONTIGUOUS;
    Parameters.Usage = NdisSharedMemoryUsageOther;
    Parameters.Length = Length;
    Parameters.SGListBuffer = &u.List;
    Parameters.SGListBufferLength = ListLength;
    Status = NdisAllocateSharedMemory(Memory->Miniport, &Parameters, &Handle);
    Good = Status == Expected && Provider.Allocated.Status == Expected &&
           !Handle == (Status != NDIS_STATUS_SUCCESS);

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "status ");
    cbx_text_hex(&Text, (ULONG)Status);
    cbx_text_add(&Text, ", of the provider ");
    cbx_text_hex(&Text, (ULONG)Provider.Allocated.Status);
    cbx_text_add(&Text, Handle ? ", a handle" : ", no handle");
    cbx_suite_result(Suite, CBX_CHECK_provider_status,
                     CBX_API_NDIS_ALLOCATE_SHARED, Variant,
                     Good ? CBX_PASS : CBX_FAIL, Seen);
    if (Status == NDIS_STATUS_SUCCESS) {
        NdisFreeSharedMemory(Memory->Miniport, Handle);
    }
}

VOID
ContractOfStatus(CbxSuite *Suite, CBX_NET_MEMORY *Memory)
{
    enum { ROOM = sizeof(SCATTER_GATHER_LIST) };

    ContractStatus(Suite, Memory, "NDIS_STATUS_FAILURE: a provider that is "
                   "not up", PAGE_SIZE, ROOM, NDIS_STATUS_FAILURE);
    if (!ProviderStart(Memory->Miniport, Memory->Bits, MEMORY_LENGTH_MAX)) {
        return;
    }
    ContractStatus(Suite, Memory, "NDIS_STATUS_INVALID_PARAMETER: no room for "
                   "the list", PAGE_SIZE, ROOM - 1,
                   NDIS_STATUS_INVALID_PARAMETER);
    ContractStatus(Suite, Memory, "NDIS_STATUS_RESOURCES: more than the "
                   "provider has", 0xf0000000u, ROOM, NDIS_STATUS_RESOURCES);
    ContractStatus(Suite, Memory, "NDIS_STATUS_SUCCESS: a page", PAGE_SIZE,
                   ROOM, NDIS_STATUS_SUCCESS);
    ProviderStop();
}
