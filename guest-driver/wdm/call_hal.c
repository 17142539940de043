/* SPDX-License-Identifier: MIT */
/*
 * HalAllocateCommonBuffer and HalFreeCommonBuffer, the exports of the HAL.
 * wdm.h has inlines of these names which only call DMA_OPERATIONS, so they are
 * declared here under other ones.
 *
 * They are looked up, not imported: they are obsolete, and a system without
 * them, or without a HAL of its own, must still load the driver. The adapter is
 * that of IoGetDmaAdapter, for an adapter object begins with its DMA_ADAPTER,
 * and wdm.h's inlines take one, too. HalGetAdapter is not used: Driver Verifier
 * stops a system for it (0xE6, 0x1E), and it is told of no device, whose
 * translation the buffers would be in.
 */
#include "call.h"

typedef PVOID NTAPI CBX_HAL_ALLOCATE(CBX_DMA_ADAPTER *Adapter, ULONG Length,
                                     PHYSICAL_ADDRESS *LogicalAddress,
                                     BOOLEAN CacheEnabled);
typedef VOID NTAPI CBX_HAL_FREE(CBX_DMA_ADAPTER *Adapter, ULONG Length,
                                PHYSICAL_ADDRESS LogicalAddress,
                                PVOID VirtualAddress, BOOLEAN CacheEnabled);

static CBX_HAL_ALLOCATE *
HalCallAllocate(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"HalAllocateCommonBuffer");

    return (CBX_HAL_ALLOCATE *)(ULONG_PTR)MmGetSystemRoutineAddress(&Name);
}

static CBX_HAL_FREE *
HalCallFree(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"HalFreeCommonBuffer");

    return (CBX_HAL_FREE *)(ULONG_PTR)MmGetSystemRoutineAddress(&Name);
}

static BOOLEAN
HalIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    UNREFERENCED_PARAMETER(Operations);

    return HalCallAllocate() && HalCallFree();
}

static BOOLEAN
HalAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    PVOID Va;

    Va = HalCallAllocate()(Allocation->Adapter->Dma, Request->Length, &Logical,
                           !Request->Uncached);
    CallSetBuffer(Allocation, 0, Va, Logical);
    return Va != NULL;
}

static VOID
HalFree(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed, PVOID Context)
{
    const CBX_REQUEST *Request = Allocation->Request;
    CbxBuffer *Buffer = &Allocation->Buffers[0];
    PHYSICAL_ADDRESS Logical = { .QuadPart = (LONGLONG)Buffer->logical };

    HalCallFree()(Allocation->Adapter->Dma, Request->Length, Logical,
                  (PVOID)Buffer->va, !Request->Uncached);
    Freed(Context, Buffer);
}

const CBX_CALL CallHal = {
    CBX_API_HAL_ALLOCATE_COMMON_BUFFER, HalIsOffered, HalAllocate, HalFree,
};
