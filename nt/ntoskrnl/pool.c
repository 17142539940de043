/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pool. Each allocation is in the ledger, starts filled with a pattern unless
 * zeroed memory was asked for, has guard bytes behind it, and is overwritten
 * when it is freed.
 */
#include "nt.h"

enum {
    FRESH = 0xad,
    GUARD = 0xbd,
    FREED = 0xdd,
    GUARD_SIZE = 16,
    /* "None", what Windows takes for a caller without a tag */
    TAG_NONE = 0x656e6f4e,
    VERIFIER_ZERO_BYTES = 0x00,
    VERIFIER_ALLOCATE_PAGED = 0x01,
    VERIFIER_ALLOCATE = 0x02,
    VERIFIER_BAD_FREE = 0x10,
    VERIFIER_FREE_PAGED = 0x11,
    VERIFIER_FREE = 0x12,
    VERIFIER_OVERRUN = 0x52,
    BAD_POOL_CALLER = 0xc2,
    POOL_OTHER_TAG = 0x0a,
};

/* ExAllocatePool2: Windows 10 2004. */
#define POOL2_UNINITIALIZED  0x0000000000000002ull
#define POOL2_NON_PAGED      0x0000000000000040ull
#define POOL2_EXECUTE        0x0000000000000080ull
#define POOL2_PAGED          0x0000000000000100ull

static SIZE_T Rounded(SIZE_T Size)
{
    return ((Size + 15) & ~(SIZE_T)15) + GUARD_SIZE;
}

static PVOID Allocate(BOOLEAN Paged, BOOLEAN Zero, SIZE_T Size, ULONG Tag,
                      const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    PUCHAR Memory;
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (!Size) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_ZERO_BYTES, Irql, Paged, 0,
                    "pool allocation of 0 bytes by %s", Where);
    }
    if (Irql > (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
        NtsBugCheck(NTS_BUG_VERIFIER,
                    Paged ? VERIFIER_ALLOCATE_PAGED : VERIFIER_ALLOCATE, Irql,
                    Paged, Size, "pool allocation at IRQL %u by %s", Irql,
                    Where);
    }
    if (Size > MAXLONG - PAGE_SIZE) {
        return NULL;
    }
    Memory = pal_alloc(Rounded(Size),
                       Irql < DISPATCH_LEVEL ? 0 : PAL_ALLOC_ATOMIC);
    if (!Memory) {
        return NULL;
    }
    RtlFillMemory(Memory, Size, Zero ? 0 : FRESH);
    RtlFillMemory(Memory + Size, Rounded(Size) - Size, GUARD);
    if (!NtsLedgerAdd(Paged ? NtsKindPagedPool : NtsKindPool, Memory,
                      Size, Tag, Caller)) {
        pal_free(Memory, Rounded(Size));
        return NULL;
    }
    return Memory;
}

/* Tag 0 fits any. */
static VOID Free(PVOID Memory, ULONG Tag, const VOID *Caller)
{
    PUCHAR Bytes = Memory;
    KIRQL Irql = KeGetCurrentIrql();
    BOOLEAN Paged = NtsLedgerFind(NtsKindPagedPool, Memory, NULL);
    NTS_ENTRY Entry;
    CHAR Where[64], By[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Irql > (Paged ? APC_LEVEL : DISPATCH_LEVEL)) {
        NtsBugCheck(NTS_BUG_VERIFIER,
                    Paged ? VERIFIER_FREE_PAGED : VERIFIER_FREE, Irql, Paged,
                    (ULONG_PTR)Memory, "pool freed at IRQL %u by %s", Irql,
                    Where);
    }
    if (!NtsLedgerRemove(Paged ? NtsKindPagedPool : NtsKindPool, Memory,
                         &Entry)) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_BAD_FREE, (ULONG_PTR)Memory, 0,
                    0, "0x%p freed by %s is no pool allocation, or is freed "
                    "already", Memory, Where);
    }
    if (Tag && Tag != Entry.Tag) {
        NtsBugCheck(BAD_POOL_CALLER, POOL_OTHER_TAG, (ULONG_PTR)Memory,
                    Entry.Tag, Tag, "pool allocated with tag 0x%08x by %s was "
                    "freed with tag 0x%08x by %s", Entry.Tag,
                    NtsWhere(Entry.Caller, By, sizeof(By)), Tag, Where);
    }
    for (SIZE_T i = Entry.Size; i < Rounded(Entry.Size); i++) {
        if (Bytes[i] != GUARD) {
            NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_OVERRUN, (ULONG_PTR)Memory,
                        (ULONG_PTR)&Bytes[i], Entry.Size,
                        "byte %llu of an allocation of %llu bytes by %s was "
                        "written", (ULONGLONG)i, (ULONGLONG)Entry.Size,
                        NtsWhere(Entry.Caller, By, sizeof(By)));
        }
    }
    RtlFillMemory(Memory, Rounded(Entry.Size), FREED);
    pal_free(Memory, Rounded(Entry.Size));
}

/* Bit 0 of a pool type says paged; bits above 0x1f are flags. */
static BOOLEAN IsPaged(POOL_TYPE Type)
{
    return Type & 1;
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    return Allocate(IsPaged(Type), FALSE, Size, Tag,
                    __builtin_return_address(0));
}

#undef ExAllocatePool
NTKERNELAPI PVOID NTAPI ExAllocatePool(POOL_TYPE Type, SIZE_T Size);
PVOID NTAPI ExAllocatePool(POOL_TYPE Type, SIZE_T Size)
{
    return Allocate(IsPaged(Type), FALSE, Size, TAG_NONE,
                    __builtin_return_address(0));
}

PVOID NTAPI ExAllocatePoolZero(POOL_TYPE Type, SIZE_T Size, ULONG Tag)
{
    return Allocate(IsPaged(Type), TRUE, Size, Tag,
                    __builtin_return_address(0));
}

PVOID NTAPI ExAllocatePool2(ULONG64 Flags, SIZE_T Size, ULONG Tag)
{
    ULONG64 Kind = Flags & (POOL2_NON_PAGED | POOL2_EXECUTE | POOL2_PAGED);

    /* Exactly one kind of pool, and a tag. */
    if (!Kind || (Kind & (Kind - 1)) || !Tag) {
        return NULL;
    }
    return Allocate(Kind == POOL2_PAGED, !(Flags & POOL2_UNINITIALIZED), Size,
                    Tag, __builtin_return_address(0));
}

VOID NTAPI ExFreePoolWithTag(PVOID Memory, ULONG Tag)
{
    Free(Memory, Tag, __builtin_return_address(0));
}

#undef ExFreePool
NTKERNELAPI VOID NTAPI ExFreePool(PVOID Memory);
VOID NTAPI ExFreePool(PVOID Memory)
{
    Free(Memory, 0, __builtin_return_address(0));
}
