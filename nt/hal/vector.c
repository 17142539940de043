/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Common buffer vectors: many buffers of one size, allocated as one. */
#include "hal.h"

/* Opaque to drivers. */
struct _CBX_DMA_COMMON_BUFFER_VECTOR {
    HAL_ADAPTER *Adapter;
    ULONG Count;
    HAL_BUFFER *Element[];          /* NULL: freed */
};

typedef CBX_DMA_COMMON_BUFFER_VECTOR VECTOR;

/* More than any device has; keeps the sizes from overflowing. */
enum { ELEMENTS_MAX = 0x10000 };

static VOID RequireIrql(KIRQL Highest, const CHAR *Routine, const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    if (Irql > Highest) {
        NtsBugCheck(CBX_DMA_COMMON_BUFFER_VECTOR_ERROR, CBX_VECTOR_ERROR_IRQL,
                    Irql, 0, 0, "%s called at IRQL %u by %s", Routine, Irql,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
}

/* The vector, known to be alive, of this adapter and with such an element. */
static VECTOR *Require(CBX_DMA_ADAPTER *Public, VECTOR *Vector,
                       const CHAR *Routine, const VOID *Caller)
{
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    CHAR Where[64];

    if (!NtsLedgerFind(NtsKindVector, Vector, NULL) ||
        Vector->Adapter != Adapter) {
        NtsBugCheck(NTS_BUG_DMA, DMA_BUFFERS_FREED_TOO_OFTEN, 1, 0, 0,
                    "%s of 0x%p, which is no vector of this adapter or is "
                    "freed already, by %s", Routine, Vector,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Vector;
}

static HAL_BUFFER **RequireElement(VECTOR *Vector, ULONG Index,
                                   const CHAR *Routine, const VOID *Caller)
{
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Index >= Vector->Count) {
        NtsBugCheck(CBX_DMA_COMMON_BUFFER_VECTOR_ERROR, CBX_VECTOR_ERROR_INDEX,
                    Vector->Count, Index, 0, "%s of element %u of %u, by %s",
                    Routine, Index, Vector->Count, Where);
    }
    if (!Vector->Element[Index]) {
        NtsBugCheck(CBX_DMA_COMMON_BUFFER_VECTOR_ERROR,
                    CBX_VECTOR_ERROR_ALREADY_FREED, Index, 0, 0,
                    "%s of element %u, which is freed already, by %s", Routine,
                    Index, Where);
    }
    return &Vector->Element[Index];
}

static SIZE_T VectorSize(ULONG Count)
{
    return FIELD_OFFSET(VECTOR, Element) + Count * sizeof(HAL_BUFFER *);
}

/* A fault may have given several elements the same memory. */
static VOID DeleteElement(VECTOR *Vector, ULONG Index, const VOID *Caller)
{
    HAL_BUFFER *Buffer = Vector->Element[Index];

    Vector->Element[Index] = NULL;
    for (ULONG i = 0; i < Vector->Count; i++) {
        if (Vector->Element[i] == Buffer) {
            return;
        }
    }
    HalBufferDelete(Buffer, Caller);
}

static VOID Delete(VECTOR *Vector, const VOID *Caller)
{
    for (ULONG i = 0; i < Vector->Count; i++) {
        if (Vector->Element[i]) {
            DeleteElement(Vector, i, Caller);
        }
    }
    NtsFree(Vector, VectorSize(Vector->Count));
}

static NTSTATUS WishOf(MEMORY_CACHING_TYPE Type, uint32_t *Wish)
{
    switch (Type) {
    case MmCached:
        *Wish = PAL_CACHE_WB;
        return STATUS_SUCCESS;
    case MmNonCached:
        *Wish = PAL_CACHE_UC;
        return STATUS_SUCCESS;
    case MmWriteCombined:
        *Wish = PAL_CACHE_WC;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI HalAllocateVector(CBX_DMA_ADAPTER *Public,
                                 PHYSICAL_ADDRESS LowAddress,
                                 PHYSICAL_ADDRESS HighAddress,
                                 MEMORY_CACHING_TYPE CacheType,
                                 CBX_NODE_REQUIREMENT IdealNode, ULONG Flags,
                                 ULONG NumberOfElements,
                                 ULONGLONG SizeOfElements,
                                 CBX_DMA_COMMON_BUFFER_VECTOR **Result)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "AllocateCommonBufferVector",
                                      Caller);
    HAL_REQUEST Request = {
        .Lowest = LowAddress.QuadPart,
        .Highest = HalHighestBelow(HighAddress.QuadPart),
        .Length = SizeOfElements,
        .Node = IdealNode,
    };
    uint32_t Wish;
    VECTOR *Vector;

    RequireIrql(PASSIVE_LEVEL, "AllocateCommonBufferVector", Caller);
    if (Flags || !NumberOfElements || NumberOfElements > ELEMENTS_MAX ||
        !SizeOfElements || !NT_SUCCESS(WishOf(CacheType, &Wish))) {
        return STATUS_INVALID_PARAMETER;
    }
    Request.Cache = HalCacheFor(Adapter, Wish, FALSE);
    Vector = NtsAllocate(VectorSize(NumberOfElements));
    if (!Vector) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Vector->Adapter = Adapter;
    Vector->Count = NumberOfElements;
    for (ULONG i = 0; i < NumberOfElements; i++) {
        Vector->Element[i] = i && HalFaults & HAL_FAULT_OVERLAP
                             ? Vector->Element[0]
                             : HalBufferCreate(Adapter, &Request, TRUE, Caller);
        if (!Vector->Element[i]) {
            Delete(Vector, Caller);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (!NtsLedgerAdd(NtsKindVector, Vector, NumberOfElements * SizeOfElements,
                      0, Caller)) {
        Delete(Vector, Caller);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InterlockedIncrement(&Adapter->Vectors);
    *Result = Vector;
    return STATUS_SUCCESS;
}

VOID NTAPI HalGetFromVector(CBX_DMA_ADAPTER *Public, VECTOR *Vector,
                            ULONG Index, PVOID *VirtualAddress,
                            PHYSICAL_ADDRESS *LogicalAddress)
{
    const VOID *Caller = __builtin_return_address(0);
    const CHAR *Routine = "GetCommonBufferFromVectorByIndex";
    HAL_BUFFER *Buffer;

    RequireIrql(DISPATCH_LEVEL, Routine, Caller);
    Require(Public, Vector, Routine, Caller);
    Buffer = *RequireElement(Vector, Index, Routine, Caller);
    *VirtualAddress = HalBufferVa(Buffer);
    LogicalAddress->QuadPart = (LONGLONG)Buffer->Logical;
}

VOID NTAPI HalFreeFromVector(CBX_DMA_ADAPTER *Public, VECTOR *Vector,
                             ULONG Index)
{
    const VOID *Caller = __builtin_return_address(0);
    const CHAR *Routine = "FreeCommonBufferFromVector";

    RequireIrql(PASSIVE_LEVEL, Routine, Caller);
    Require(Public, Vector, Routine, Caller);
    RequireElement(Vector, Index, Routine, Caller);
    DeleteElement(Vector, Index, Caller);
}

/*
 * Elements that are left go with the vector: a known user frees it so, though
 * the bug check reference has a code for a vector that is not empty.
 */
VOID NTAPI HalFreeVector(CBX_DMA_ADAPTER *Public, VECTOR *Vector)
{
    const VOID *Caller = __builtin_return_address(0);

    RequireIrql(PASSIVE_LEVEL, "FreeCommonBufferVector", Caller);
    Require(Public, Vector, "FreeCommonBufferVector", Caller);
    NtsLedgerRemove(NtsKindVector, Vector, NULL);
    InterlockedDecrement(&Vector->Adapter->Vectors);
    Delete(Vector, Caller);
}
