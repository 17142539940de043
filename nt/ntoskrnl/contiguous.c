/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physically contiguous memory. */
#include "nt.h"

enum { FRESH = 0xad, FREED = 0xdd, VERIFIER_BAD_FREE = 0x10 };

PVOID NTAPI MmAllocateContiguousMemory(SIZE_T Size, PHYSICAL_ADDRESS Highest)
{
    SIZE_T Pages = ROUND_TO_PAGES(Size);
    PVOID Memory;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!Size || Size > MAXLONG - PAGE_SIZE) {
        return NULL;
    }
    Memory = pal_alloc(Pages, KeGetCurrentIrql() < DISPATCH_LEVEL
                              ? 0 : PAL_ALLOC_ATOMIC);
    if (!Memory) {
        return NULL;
    }
    /* The platform offers no choice of addresses. */
    if (pal_phys(Memory) + Pages - 1 > (ULONGLONG)Highest.QuadPart ||
        !NtsLedgerAdd(NtsKindContiguous, Memory, Pages, 0,
                      __builtin_return_address(0))) {
        pal_free(Memory, Pages);
        return NULL;
    }
    RtlFillMemory(Memory, Pages, FRESH);
    return Memory;
}

VOID NTAPI MmFreeContiguousMemory(PVOID Memory)
{
    const VOID *Caller = __builtin_return_address(0);
    NTS_ENTRY Entry;
    CHAR Where[64];

    NTS_IRQL(DISPATCH_LEVEL);
    NtsWhere(Caller, Where, sizeof(Where));
    if (!NtsLedgerRemove(NtsKindContiguous, Memory, &Entry)) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_BAD_FREE, (ULONG_PTR)Memory, 0,
                    0, "0x%p freed by %s is no contiguous memory, or is freed "
                    "already", Memory, Where);
    }
    if (NtsLedgerFind(NtsKindCommonBuffer, Memory, NULL)) {
        NtsFinding("pages-outlive-buffer", "pages at 0x%p freed by %s, which "
                   "still are a common buffer", Memory, Where);
    }
    RtlFillMemory(Memory, Entry.Size, FREED);
    pal_free(Memory, Entry.Size);
}
