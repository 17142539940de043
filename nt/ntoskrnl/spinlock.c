/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spin locks, with the IRQL rules that the verifier checks. */
#include "nt.h"

enum {
    VERIFIER_LOWER = 0x31,
    VERIFIER_RELEASE_IRQL = 0x32,
    VERIFIER_ACQUIRE_AT_DPC = 0x40,
    VERIFIER_RELEASE_FROM_DPC = 0x41,
    VERIFIER_ACQUIRE_IRQL = 0x42,
};

static DECLSPEC_NORETURN VOID Violation(ULONG Which, PKSPIN_LOCK SpinLock,
                                        const CHAR *Routine,
                                        const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    NtsBugCheck(NTS_BUG_VERIFIER, Which, Irql, (ULONG_PTR)SpinLock, 0,
                "%s at IRQL %u by %s", Routine, Irql,
                NtsWhere(Caller, Where, sizeof(Where)));
}

static VOID Take(PKSPIN_LOCK SpinLock, const VOID *Caller)
{
    while (_InterlockedExchange64((volatile LONG64 *)SpinLock, 1)) {
        /* On one processor nobody can release it while this spins. */
        if (NtsProcessors == 1) {
            CHAR Where[64];

            /* SPIN_LOCK_ALREADY_OWNED */
            NtsBugCheck(0x0000000f, (ULONG_PTR)SpinLock, 0, 0, 0,
                        "spin lock taken twice, by %s",
                        NtsWhere(Caller, Where, sizeof(Where)));
        }
        YieldProcessor();
    }
}

static VOID Drop(PKSPIN_LOCK SpinLock, const VOID *Caller)
{
    if (!_InterlockedExchange64((volatile LONG64 *)SpinLock, 0)) {
        CHAR Where[64];

        /* SPIN_LOCK_NOT_OWNED */
        NtsBugCheck(0x00000010, (ULONG_PTR)SpinLock, 0, 0, 0,
                    "spin lock released that nobody holds, by %s",
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
}

/* Lowers, and does what the higher IRQL held back. */
static VOID Lower(KIRQL Irql)
{
    KeLowerIrql(Irql);
    if (Irql < DISPATCH_LEVEL) {
        NtsDpcCatchUp();
    }
}

#undef KeInitializeSpinLock
VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
    *SpinLock = 0;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    KIRQL Irql;

    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        Violation(VERIFIER_ACQUIRE_IRQL, SpinLock, "KeAcquireSpinLock",
                  __builtin_return_address(0));
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Take(SpinLock, __builtin_return_address(0));
    return Irql;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) {
        Violation(VERIFIER_RELEASE_IRQL, SpinLock, "KeReleaseSpinLock",
                  __builtin_return_address(0));
    }
    if (NewIrql > DISPATCH_LEVEL) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_LOWER, DISPATCH_LEVEL, NewIrql,
                    0, "KeReleaseSpinLock to IRQL %u", NewIrql);
    }
    Drop(SpinLock, __builtin_return_address(0));
    Lower(NewIrql);
}

VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (KeGetCurrentIrql() < DISPATCH_LEVEL) {
        Violation(VERIFIER_ACQUIRE_AT_DPC, SpinLock,
                  "KeAcquireSpinLockAtDpcLevel", __builtin_return_address(0));
    }
    Take(SpinLock, __builtin_return_address(0));
}

VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (KeGetCurrentIrql() < DISPATCH_LEVEL) {
        Violation(VERIFIER_RELEASE_FROM_DPC, SpinLock,
                  "KeReleaseSpinLockFromDpcLevel",
                  __builtin_return_address(0));
    }
    Drop(SpinLock, __builtin_return_address(0));
}

BOOLEAN FASTCALL KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
    if (KeGetCurrentIrql() < DISPATCH_LEVEL) {
        Violation(VERIFIER_ACQUIRE_AT_DPC, SpinLock,
                  "KeTryToAcquireSpinLockAtDpcLevel",
                  __builtin_return_address(0));
    }
    return !_InterlockedExchange64((volatile LONG64 *)SpinLock, 1);
}

VOID FASTCALL KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock,
                                             PKLOCK_QUEUE_HANDLE Handle)
{
    Handle->LockQueue.Next = NULL;
    Handle->LockQueue.Lock = SpinLock;
    Handle->OldIrql = KeAcquireSpinLockRaiseToDpc(SpinLock);
}

VOID FASTCALL KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE Handle)
{
    KeReleaseSpinLock((PKSPIN_LOCK)Handle->LockQueue.Lock, Handle->OldIrql);
}
