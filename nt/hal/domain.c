/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DMA domains. Linux gives the one device that there is a domain of its own,
 * which all its adapters share: that is what the handle stands for. There is
 * no other domain to move to, and without translation there is none at all.
 */
#include "hal.h"

HANDLE NTAPI HalGetDmaDomain(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "GetDmaDomain", Caller);

    HalRequirePassive("GetDmaDomain", Caller);
    if (Adapter->Joined && HalFaults & HAL_FAULT_WRONG_DOMAIN) {
        return Adapter;
    }
    return HalIsTranslated(Adapter) ? Adapter->Device : NULL;
}

NTSTATUS NTAPI HalJoinDmaDomain(CBX_DMA_ADAPTER *Public, HANDLE DomainHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "JoinDmaDomain", Caller);

    HalRequirePassive("JoinDmaDomain", Caller);
    if (!HalIsTranslated(Adapter)) {
        return STATUS_NOT_SUPPORTED;
    }
    if (DomainHandle != Adapter->Device) {
        return STATUS_INVALID_HANDLE;
    }
    if (Adapter->Joined) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Adapter->Joined = TRUE;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI HalLeaveDmaDomain(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "LeaveDmaDomain", Caller);

    HalRequirePassive("LeaveDmaDomain", Caller);
    if (!HalIsTranslated(Adapter)) {
        return STATUS_NOT_SUPPORTED;
    }
    if (!Adapter->Joined) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Adapter->Joined = FALSE;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI HalAllocateInDomain(CBX_DMA_ADAPTER *Public,
                                   HANDLE DomainHandle,
                                   PHYSICAL_ADDRESS *MaximumAddress,
                                   ULONG Length, ULONG Flags,
                                   MEMORY_CACHING_TYPE *CacheType,
                                   CBX_NODE_REQUIREMENT PreferredNode,
                                   PHYSICAL_ADDRESS *LogicalAddress,
                                   PVOID *VirtualAddress)
{
    const CHAR *Routine = "AllocateDomainCommonBuffer";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    HAL_REQUEST Request = {
        .Highest = MAXULONGLONG,
        .Length = Length,
        .Node = PreferredNode,
    };
    uint32_t Wish;
    PVOID Va;

    HalRequirePassive(Routine, Caller);
    if (DomainHandle != (HalIsTranslated(Adapter) ? Adapter->Device : NULL)) {
        return STATUS_INVALID_HANDLE;
    }
    if (!Length || Flags & ~CBX_DOMAIN_COMMON_BUFFER_LARGE_PAGE ||
        !HalWishOf(CacheType, &Wish)) {
        return STATUS_INVALID_PARAMETER;
    }
    /* Large pages are not to be had. */
    if (Flags) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (MaximumAddress) {
        Request.Highest = HalHighestBelow(MaximumAddress->QuadPart);
    }
    Request.Cache = HalCacheFor(Adapter, Wish, FALSE);
    Va = HalBufferAllocate(Adapter, &Request, Wish == PAL_CACHE_WB,
                           LogicalAddress, Caller);
    if (!Va) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *VirtualAddress = Va;
    return STATUS_SUCCESS;
}
