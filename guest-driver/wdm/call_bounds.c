/* SPDX-License-Identifier: MIT */
/* AllocateCommonBufferWithBounds */
#include "call.h"

static BOOLEAN
BoundsIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, AllocateCommonBufferWithBounds);
}

static BOOLEAN
BoundsAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    PHYSICAL_ADDRESS Minimum = { .QuadPart = (LONGLONG)Request->Minimum };
    PHYSICAL_ADDRESS Maximum = { .QuadPart = (LONGLONG)Request->Maximum };
    MEMORY_CACHING_TYPE Cache = Request->Uncached ? MmNonCached : MmCached;
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    PVOID Va;

    Va = Adapter->Operations->AllocateCommonBufferWithBounds(
        Adapter->Dma, Request->Minimum ? &Minimum : NULL,
        Request->Maximum ? &Maximum : NULL, Request->Length, 0,
        Request->DefaultCache ? NULL : &Cache, Request->Node, &Logical);
    CallSetBuffer(Allocation, 0, Va, Logical);
    return Va != NULL;
}

const CBX_CALL CallWithBounds = {
    CBX_API_ALLOCATE_WITH_BOUNDS, BoundsIsOffered, BoundsAllocate,
    CallFreeCommon,
};
