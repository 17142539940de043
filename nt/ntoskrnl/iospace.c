/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device memory and physical addresses. */
#include "nt.h"

enum {
    VERIFIER_MAP_IRQL = 0x73,
    VERIFIER_UNMAP_IRQL = 0x7b,
};

static PVOID Map(PHYSICAL_ADDRESS Address, SIZE_T Size, uint32_t Cache,
                 const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];
    PVOID Va;

    /* The platform sleeps here, so DISPATCH_LEVEL is refused as well. */
    if (Irql >= DISPATCH_LEVEL) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_MAP_IRQL, Irql,
                    Address.QuadPart, Size, "MmMapIoSpace at IRQL %u by %s",
                    Irql, NtsWhere(Caller, Where, sizeof(Where)));
    }
    if (!Size) {
        return NULL;
    }
    Va = pal_map_io(Address.QuadPart, Size, Cache);
    if (Va && !NtsLedgerAdd(NtsKindIoSpace, Va, Size, 0, Caller)) {
        pal_unmap_io(Va);
        return NULL;
    }
    return Va;
}

PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS Address, SIZE_T Size,
                         MEMORY_CACHING_TYPE CacheType)
{
    uint32_t Cache = CacheType == MmCached ? PAL_CACHE_WB :
                     CacheType == MmWriteCombined ? PAL_CACHE_WC :
                     PAL_CACHE_UC;

    return Map(Address, Size, Cache, __builtin_return_address(0));
}

PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS Address, SIZE_T Size,
                           ULONG Protect)
{
    const ULONG Access = PAGE_READONLY | PAGE_READWRITE | PAGE_EXECUTE |
                         PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE;
    uint32_t Cache = Protect & PAGE_NOCACHE ? PAL_CACHE_UC :
                     Protect & PAGE_WRITECOMBINE ? PAL_CACHE_WC :
                     PAL_CACHE_WB;

    /* Needs an access right; executable I/O space is nobody's need. */
    if (!(Protect & Access) || (Protect & Access & ~(PAGE_READONLY |
                                                     PAGE_READWRITE))) {
        return NULL;
    }
    return Map(Address, Size, Cache, __builtin_return_address(0));
}

VOID NTAPI MmUnmapIoSpace(PVOID Va, SIZE_T Size)
{
    KIRQL Irql = KeGetCurrentIrql();
    NTS_ENTRY Entry;
    CHAR Where[64];

    NtsWhere(__builtin_return_address(0), Where, sizeof(Where));
    if (Irql >= DISPATCH_LEVEL) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_UNMAP_IRQL, Irql, (ULONG_PTR)Va,
                    Size, "MmUnmapIoSpace at IRQL %u by %s", Irql, Where);
    }
    if (!NtsLedgerRemove(NtsKindIoSpace, Va, &Entry) || Entry.Size != Size) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0x16, 0, (ULONG_PTR)Va, 0,
                    "MmUnmapIoSpace of 0x%p, 0x%llx bytes, by %s: no such "
                    "mapping", Va, (ULONGLONG)Size, Where);
    }
    pal_unmap_io(Va);
}

PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID Va)
{
    PHYSICAL_ADDRESS Address;
    uint64_t Physical = pal_phys(Va);

    /* Windows says 0 where nothing is mapped. */
    Address.QuadPart = Physical == ~0ull
                       ? 0 : (LONGLONG)(Physical + HalNtsPhysicalError());
    return Address;
}

BOOLEAN NTAPI MmIsAddressValid(PVOID Va)
{
    NTS_IRQL(DISPATCH_LEVEL);
    return pal_phys(Va) != ~0ull;
}
