/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory descriptor lists over non-paged memory. */
#include "nt.h"

static PPFN_NUMBER Pages(PMDL Mdl)
{
    return (PPFN_NUMBER)(Mdl + 1);
}

PMDL NTAPI IoAllocateMdl(PVOID Va, ULONG Length, BOOLEAN Secondary,
                         BOOLEAN ChargeQuota, PIRP Irp)
{
    ULONG Count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Length);
    SIZE_T Size = sizeof(MDL) + Count * sizeof(PFN_NUMBER);
    PMDL Mdl;

    UNREFERENCED_PARAMETER(ChargeQuota);
    NTS_IRQL(DISPATCH_LEVEL);
    Mdl = NtsAllocate(Size);
    if (!Mdl) {
        return NULL;
    }
    MmInitializeMdl(Mdl, Va, Length);
    Mdl->MdlFlags |= MDL_ALLOCATED_FIXED_SIZE;
    if (!NtsLedgerAdd(NtsKindMdl, Mdl, Size, 0, __builtin_return_address(0))) {
        NtsFree(Mdl, Size);
        return NULL;
    }
    if (Irp && !Secondary) {
        Irp->MdlAddress = Mdl;
    } else if (Irp) {
        PMDL *Last = &Irp->MdlAddress;

        while (*Last) {
            Last = &(*Last)->Next;
        }
        *Last = Mdl;
    }
    return Mdl;
}

VOID NTAPI IoFreeMdl(PMDL Mdl)
{
    NTS_ENTRY Entry;
    CHAR Where[64];

    NTS_IRQL(DISPATCH_LEVEL);
    if (!NtsLedgerRemove(NtsKindMdl, Mdl, &Entry)) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0x16, 0, (ULONG_PTR)Mdl, 0,
                    "IoFreeMdl of what IoAllocateMdl did not return, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    NtsFree(Mdl, Entry.Size);
}

VOID NTAPI MmBuildMdlForNonPagedPool(PMDL Mdl)
{
    CHAR Where[64];
    PUCHAR Va;
    ULONG Count;

    NTS_IRQL(DISPATCH_LEVEL);
    Va = Mdl->StartVa;
    Count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(Mdl),
                                           Mdl->ByteCount);
    for (ULONG i = 0; i < Count; i++) {
        uint64_t Physical = pal_phys(Va + i * PAGE_SIZE);

        if (Physical == ~0ull) {
            NtsBugCheck(NTS_BUG_VERIFIER, 0x7f, 0, (ULONG_PTR)Mdl,
                        (ULONG_PTR)Mdl->MdlFlags,
                        "MmBuildMdlForNonPagedPool: nothing is at 0x%p, by %s",
                        Va + i * PAGE_SIZE,
                        NtsWhere(__builtin_return_address(0), Where,
                                 sizeof(Where)));
        }
        Pages(Mdl)[i] = Physical >> PAGE_SHIFT;
    }
    Mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    Mdl->MappedSystemVa = MmGetMdlVirtualAddress(Mdl);
    Mdl->Process = NULL;
}

PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE Mode,
                                         MEMORY_CACHING_TYPE CacheType,
                                         PVOID BaseAddress,
                                         ULONG BugCheckOnFailure,
                                         MM_PAGE_PRIORITY Priority)
{
    UNREFERENCED_PARAMETER(CacheType);
    UNREFERENCED_PARAMETER(BaseAddress);
    UNREFERENCED_PARAMETER(BugCheckOnFailure);
    UNREFERENCED_PARAMETER(Priority);
    NTS_IRQL(DISPATCH_LEVEL);
    /* Only what is mapped already: pages without a mapping come from calls */
    /* that are not offered here. */
    if (Mode != KernelMode || !(Mdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL |
                                                 MDL_MAPPED_TO_SYSTEM_VA))) {
        return NULL;
    }
    return Mdl->MappedSystemVa;
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL Mdl)
{
    UNREFERENCED_PARAMETER(BaseAddress);
    UNREFERENCED_PARAMETER(Mdl);
    NTS_IRQL(DISPATCH_LEVEL);
}
