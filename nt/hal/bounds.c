/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AllocateCommonBufferWithBounds: a window of addresses, a cache type. */
#include "hal.h"

BOOLEAN HalWishOf(const MEMORY_CACHING_TYPE *CacheType, uint32_t *Wish)
{
    *Wish = CacheType && *CacheType == MmNonCached ? PAL_CACHE_UC
                                                   : PAL_CACHE_WB;
    return !CacheType || *CacheType == MmCached || *CacheType == MmNonCached;
}

PVOID NTAPI HalAllocateWithBounds(CBX_DMA_ADAPTER *Public,
                                  PHYSICAL_ADDRESS *MinimumAddress,
                                  PHYSICAL_ADDRESS *MaximumAddress,
                                  ULONG Length, ULONG Flags,
                                  MEMORY_CACHING_TYPE *CacheType,
                                  CBX_NODE_REQUIREMENT PreferredNode,
                                  PHYSICAL_ADDRESS *LogicalAddress)
{
    const CHAR *Routine = "AllocateCommonBufferWithBounds";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    HAL_REQUEST Request = {
        .Highest = MAXULONGLONG,
        .Length = Length,
        .Node = PreferredNode,
    };
    uint32_t Wish;

    HalRequirePassive(Routine, Caller);
    /*
     * CBX_DOMAIN_COMMON_BUFFER_LARGE_PAGE "may fail": here it does. Other
     * flags there are not.
     */
    if (Flags || !HalWishOf(CacheType, &Wish)) {
        return NULL;
    }
    /* "Regardless of platform". */
    Request.Cache = HalCacheFor(Adapter, Wish, CacheType != NULL);
    if (MinimumAddress) {
        Request.Lowest = MinimumAddress->QuadPart;
    }
    if (MaximumAddress) {
        Request.Highest = HalHighestBelow(MaximumAddress->QuadPart);
    }
    return HalBufferAllocate(Adapter, &Request, Wish == PAL_CACHE_WB,
                             LogicalAddress, Caller);
}
