/* SPDX-License-Identifier: MIT */
/*
 * AllocateDomainCommonBuffer, in the adapter's own domain: the buffer is then
 * for this device. What GetDmaDomain returns where DMA is not remapped is not
 * documented; it is handed on as it is. How such a buffer is freed is not
 * documented either; FreeCommonBuffer is the one routine that fits.
 */
#include "call.h"

static BOOLEAN
DomainIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, AllocateDomainCommonBuffer) &&
           CBX_DMA_HAS(Operations, GetDmaDomain);
}

static BOOLEAN
DomainAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    PHYSICAL_ADDRESS Maximum = { .QuadPart = (LONGLONG)Request->Maximum };
    MEMORY_CACHING_TYPE Cache = Request->Uncached ? MmNonCached : MmCached;
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    HANDLE Domain = Adapter->Operations->GetDmaDomain(Adapter->Dma);
    PVOID Va = NULL;

    Allocation->Status = Adapter->Operations->AllocateDomainCommonBuffer(
        Adapter->Dma, Domain, Request->Maximum ? &Maximum : NULL,
        Request->Length, 0, Request->DefaultCache ? NULL : &Cache, Request->Node,
        &Logical, &Va);
    if (!NT_SUCCESS(Allocation->Status)) {
        return FALSE;
    }
    CallSetBuffer(Allocation, 0, Va, Logical);
    return TRUE;
}

const CBX_CALL CallDomain = {
    CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER, DomainIsOffered, DomainAllocate,
    CallFreeCommon,
};
