/* SPDX-License-Identifier: MIT */
/* The calls for shared memory, one behind the other in a table. */
#include "memory.h"

#include "cbx/abi.h"
#include "core/text.h"
#include "miniport.h"
#include "provider.h"
#include "send.h"

enum {
    /* Beyond this a completion is lost. */
    MEMORY_TIMEOUT_MS = 5000,
};

/* ---- The channel -------------------------------------------------------- */

NDIS_STATUS
MemoryStart(CBX_NET_MEMORY *Memory, NDIS_HANDLE Miniport, ULONG Bits)
{
    NDIS_SG_DMA_DESCRIPTION Description;
    NDIS_STATUS Status;

    RtlZeroMemory(Memory, sizeof(*Memory));
    Memory->Miniport = Miniport;
    Memory->Bits = Bits;
    KeInitializeEvent(&Memory->Completed, SynchronizationEvent, FALSE);
    RtlZeroMemory(&Description, sizeof(Description));
    Description.Header.Type = NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION;
    Description.Header.Revision = 1;
    Description.Header.Size = NDIS_SIZE_THROUGH(NDIS_SG_DMA_DESCRIPTION,
                                                ScatterGatherListSize);
    Description.Flags = Bits == 64 ? NDIS_SG_DMA_64_BIT_ADDRESS : 0;
    Description.MaximumPhysicalMapping = MEMORY_MAPPING_MAX;
    Description.ProcessSGListHandler = MiniportProcessSGList;
    Description.SharedMemAllocateCompleteHandler =
        MiniportSharedMemoryAllocateComplete;
    Status = NdisMRegisterScatterGatherDma(Miniport, &Description,
                                           &Memory->Dma);
    Memory->ListSize = Description.ScatterGatherListSize;
    return Status;
}

VOID
MemoryStop(CBX_NET_MEMORY *Memory)
{
    if (Memory->Dma) {
        NdisMDeregisterScatterGatherDma(Memory->Dma);
        Memory->Dma = NULL;
    }
}

/* ---- NdisMAllocateSharedMemory and NdisMAllocateSharedMemoryAsyncEx ----- */

static VOID
MemorySetBuffer(CBX_NET_ALLOCATION *Allocation, ULONG Element, PVOID Va,
                LONGLONG Logical, ULONG Length)
{
    Allocation->Buffers[Element].va = Va;
    Allocation->Buffers[Element].logical = (ULONGLONG)Logical;
    Allocation->Buffers[Element].length = Length;
}

static BOOLEAN
MemoryShared(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const CBX_NET_REQUEST *Request = Allocation->Request;
    PHYSICAL_ADDRESS Address = { .QuadPart = 0 };
    PVOID Va = NULL;

    NdisMAllocateSharedMemory(Memory->Miniport, Request->Length,
                              !Request->Uncached, &Va, &Address);
    MemorySetBuffer(Allocation, 0, Va, Address.QuadPart, Request->Length);
    return Va != NULL;
}

VOID
MemoryComplete(CBX_NET_MEMORY *Memory, PVOID Va,
               const PHYSICAL_ADDRESS *Address, ULONG Length, PVOID Context)
{
    CBX_NET_COMPLETION *Completion = &Memory->Completion;

    Completion->Count++;
    Completion->Va = Va;
    Completion->Address = *Address;
    Completion->Length = Length;
    Completion->Context = Context;
    Completion->Irql = KeGetCurrentIrql();
    KeSetEvent(&Memory->Completed, IO_NO_INCREMENT, FALSE);
}

static BOOLEAN
MemoryAsync(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const CBX_NET_REQUEST *Request = Allocation->Request;
    const CBX_NET_COMPLETION *Completion = &Memory->Completion;
    LARGE_INTEGER Timeout = { .QuadPart = -MEMORY_TIMEOUT_MS * 10000ll };

    RtlZeroMemory(&Memory->Completion, sizeof(Memory->Completion));
    Allocation->Status = NdisMAllocateSharedMemoryAsyncEx(
        Memory->Dma, Request->Length, !Request->Uncached, Allocation);
    if (Allocation->Status != NDIS_STATUS_PENDING ||
        KeWaitForSingleObject(&Memory->Completed, Executive, KernelMode,
                              FALSE, &Timeout) != STATUS_SUCCESS) {
        return FALSE;
    }
    MemorySetBuffer(Allocation, 0, Completion->Va,
                    Completion->Address.QuadPart, Request->Length);
    return Completion->Va != NULL;
}

static VOID
MemoryFreeShared(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const CbxBuffer *Buffer = &Allocation->Buffers[0];
    PHYSICAL_ADDRESS Address = { .QuadPart = (LONGLONG)Buffer->logical };

    NdisMFreeSharedMemory(Memory->Miniport, Allocation->Request->Length,
                          !Allocation->Request->Uncached, (PVOID)Buffer->va,
                          Address);
}

/* ---- NdisAllocateSharedMemory, answered by NetAllocateSharedMemory ------ */

static BOOLEAN
MemoryProvided(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const CBX_NET_REQUEST *Request = Allocation->Request;
    NDIS_SHARED_MEMORY_PARAMETERS *Parameters = &Allocation->Parameters;

    Parameters->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters->Header.Revision = 1;
    Parameters->Header.Size = sizeof(*Parameters);
    Parameters->Flags = Request->Contiguous
                        ? NDIS_SHARED_MEM_PARAMETERS_CONTIGUOUS : 0;
    Parameters->PreferredNode = Request->Node;
    Parameters->Usage = Request->Usage;
    Parameters->Length = Request->Length;
    Parameters->SGListBuffer = &Allocation->u.List;
    Parameters->SGListBufferLength = sizeof(Allocation->u);
    Allocation->Status = NdisAllocateSharedMemory(
        Memory->Miniport, Parameters, &Allocation->Handle);
    return Allocation->Status == NDIS_STATUS_SUCCESS;
}

/* Each element of the list is a buffer of its own. */
static BOOLEAN
MemoryAsClient(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const SCATTER_GATHER_LIST *List = &Allocation->u.List;
    UCHAR *Va;

    if (!MemoryProvided(Allocation, Memory)) {
        return FALSE;
    }
    Va = Allocation->Parameters.VirtualAddress;
    Allocation->Elements = List->NumberOfElements < MEMORY_ELEMENTS_MAX
                           ? List->NumberOfElements : MEMORY_ELEMENTS_MAX;
    for (ULONG i = 0; i < Allocation->Elements; i++) {
        const SCATTER_GATHER_ELEMENT *Element = &List->Elements[i];

        MemorySetBuffer(Allocation, i, Va, Element->Address.QuadPart,
                        Element->Length);
        Va += Element->Length;
    }
    return TRUE;
}

/* What the provider allocated, in one piece. */
static BOOLEAN
MemoryAsProvider(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    const CBX_NET_BLOCK *Block;

    if (!MemoryProvided(Allocation, Memory)) {
        return FALSE;
    }
    Block = Provider.Allocated.AllocationContext;
    MemorySetBuffer(Allocation, 0, Block->Va, Block->Logical.QuadPart,
                    Block->Length);
    return TRUE;
}

static VOID
MemoryFreeProvided(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    NdisFreeSharedMemory(Memory->Miniport, Allocation->Handle);
}

/* ---- All of them -------------------------------------------------------- */

static const struct {
    ULONG Api;
    BOOLEAN HasCache;
    BOOLEAN (*Allocate)(CBX_NET_ALLOCATION *Allocation,
                        CBX_NET_MEMORY *Memory);
    VOID (*Free)(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory);
} MemoryCalls[] = {
    { CBX_API_NDIS_M_ALLOCATE_SHARED, TRUE, MemoryShared,
      MemoryFreeShared },
    { CBX_API_NDIS_M_ALLOCATE_SHARED_ASYNC, TRUE, MemoryAsync,
      MemoryFreeShared },
    { CBX_API_NDIS_ALLOCATE_SHARED, FALSE, MemoryAsClient,
      MemoryFreeProvided },
    { CBX_API_NET_ALLOCATE_SHARED, FALSE, MemoryAsProvider,
      MemoryFreeProvided },
};

static ULONG
MemoryFind(ULONG Api)
{
    ULONG i = 0;

    while (MemoryCalls[i].Api != Api) {
        i++;
    }
    return i;
}

static VOID
MemoryDescribe(CBX_NET_ALLOCATION *Allocation, ULONG Bits, ULONG Element)
{
    const CBX_NET_REQUEST *Request = Allocation->Request;
    CbxText Text;

    cbx_text_init(&Text, Allocation->Variants[Element], MEMORY_VARIANT_MAX);
    cbx_text_dec(&Text, Request->Length);
    cbx_text_add(&Text, Request->Length == 1 ? " byte" : " bytes");
    if (MemoryCalls[MemoryFind(Request->Api)].HasCache) {
        cbx_text_add(&Text, Request->Uncached ? ", uncached" : ", cached");
    } else {
        cbx_text_add(&Text, Request->Contiguous ? ", contiguous"
                                                : ", in pages");
    }
    cbx_text_add(&Text, ", channel of ");
    cbx_text_dec(&Text, Bits);
    cbx_text_add(&Text, " bits");
    if (Allocation->Elements > 1) {
        cbx_text_add(&Text, ", element ");
        cbx_text_dec(&Text, Element);
        cbx_text_add(&Text, " of ");
        cbx_text_dec(&Text, Allocation->Elements);
    }
}

static VOID
MemoryPrepare(CBX_NET_ALLOCATION *Allocation, ULONG Bits, ULONG Element)
{
    const CBX_NET_REQUEST *Request = Allocation->Request;
    ULONG Call = MemoryFind(Request->Api);
    CbxBuffer *Buffer = &Allocation->Buffers[Element];

    Buffer->api = Request->Api;
    Buffer->element = Element;
    Buffer->min = 0;
    Buffer->max = Bits == 64 ? ~0ull : 0xffffffffull;
    Buffer->align = PAGE_SIZE;
    Buffer->cache = !MemoryCalls[Call].HasCache ? CBX_CACHE_DEFAULT :
                    Request->Uncached ? CBX_CACHE_NONCACHED
                                      : CBX_CACHE_CACHED;
    /* The calls take none, but for the provider: ours only notes it down. */
    Buffer->node = CBX_NODE_ANY;
    Buffer->variant = Allocation->Variants[Element];
    MemoryDescribe(Allocation, Bits, Element);
}

BOOLEAN
MemoryAllocate(CBX_NET_ALLOCATION *Allocation, const CBX_NET_REQUEST *Request,
               CBX_NET_MEMORY *Memory)
{
    BOOLEAN Done;

    RtlZeroMemory(Allocation, sizeof(*Allocation));
    Allocation->Request = Request;
    Allocation->Elements = 1;
    Done = MemoryCalls[MemoryFind(Request->Api)].Allocate(Allocation, Memory);
    MemoryPrepare(Allocation, Memory->Bits, 0);
    for (ULONG i = 1; i < Allocation->Elements; i++) {
        MemoryPrepare(Allocation, Memory->Bits, i);
    }
    return Done;
}

VOID
MemoryFree(CBX_NET_ALLOCATION *Allocation, CBX_NET_MEMORY *Memory)
{
    MemoryCalls[MemoryFind(Allocation->Request->Api)].Free(Allocation, Memory);
}
