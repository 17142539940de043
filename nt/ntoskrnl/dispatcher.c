/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting. As in Windows, it is the one who signals an object that satisfies
 * the waits on it, so that an event set and reset at once still lets go all
 * who waited.
 */
#include "nt.h"

#define NTS_VERIFIER_WAIT_HIGH      0x120u
#define NTS_VERIFIER_WAIT_FOREVER   0x121u
#define NTS_VERIFIER_WAIT_TIMEOUT   0x122u
#define NTS_VERIFIER_BAD_OBJECT     0xe1u

static NTS_LOCK Lock;

ULONG64 NtsDispatcherLock(VOID)
{
    return NtsLock(&Lock);
}

VOID NtsDispatcherUnlock(ULONG64 Flags)
{
    NtsUnlock(&Lock, Flags);
}

static VOID RequireObject(const DISPATCHER_HEADER *Object, const VOID *Caller)
{
    CHAR Where[64];

    switch (Object->Type) {
    case NotificationEvent:
    case SynchronizationEvent:
    case NTS_MUTANT:
    case NTS_SEMAPHORE:
    case NTS_THREAD:
    case NTS_NOTIFICATION_TIMER:
    case NTS_SYNCHRONIZATION_TIMER:
        if (Object->WaitListHead.Flink) {
            return;
        }
    }
    NtsBugCheck(NTS_BUG_VERIFIER, NTS_VERIFIER_BAD_OBJECT, (ULONG_PTR)Object,
                0, 0, "wait on what is no initialized event, timer, mutex, "
                "semaphore or thread (type %u) by %s", Object->Type,
                NtsWhere(Caller, Where, sizeof(Where)));
}

static BOOLEAN IsSignaled(const DISPATCHER_HEADER *Object, PKTHREAD Thread)
{
    if (Object->Type == NTS_MUTANT &&
        ((const KMUTANT *)Object)->OwnerThread == Thread) {
        return TRUE;
    }
    return Object->SignalState > 0;
}

/* What a satisfied wait does to the object. */
static VOID Consume(DISPATCHER_HEADER *Object, PKTHREAD Thread)
{
    switch (Object->Type) {
    case SynchronizationEvent:
    case NTS_SYNCHRONIZATION_TIMER:
        Object->SignalState = 0;
        break;
    case NTS_MUTANT:
        ((KMUTANT *)Object)->OwnerThread = Thread;
        Object->SignalState--;
        break;
    case NTS_SEMAPHORE:
        Object->SignalState--;
        break;
    }
}

static BOOLEAN AllSignaled(PKTHREAD Thread)
{
    for (ULONG i = 0; i < Thread->WaitCount; i++) {
        if (!IsSignaled(Thread->WaitBlocks[i].Object, Thread)) {
            return FALSE;
        }
    }
    return TRUE;
}

static VOID EndWait(PKTHREAD Thread, NTSTATUS Status)
{
    for (ULONG i = 0; i < Thread->WaitCount; i++) {
        RemoveEntryList(&Thread->WaitBlocks[i].WaitListEntry);
    }
    Thread->WaitStatus = Status;
    Thread->Waiting = FALSE;
}

/* Satisfies the wait that Block belongs to, if the objects allow it. */
static BOOLEAN TrySatisfy(PKWAIT_BLOCK Block)
{
    PKTHREAD Thread = Block->Thread;
    DISPATCHER_HEADER *Object = Block->Object;

    if (Block->WaitType == WaitAny) {
        if (!IsSignaled(Object, Thread)) {
            return FALSE;
        }
        Consume(Object, Thread);
        EndWait(Thread, STATUS_WAIT_0 + Block->WaitKey);
    } else {
        if (!AllSignaled(Thread)) {
            return FALSE;
        }
        for (ULONG i = 0; i < Thread->WaitCount; i++) {
            Consume(Thread->WaitBlocks[i].Object, Thread);
        }
        EndWait(Thread, STATUS_WAIT_0);
    }
    pal_wake(Thread->Handle);
    return TRUE;
}

VOID NtsDispatcherSignal(DISPATCHER_HEADER *Object)
{
    LIST_ENTRY *Head = &Object->WaitListHead, *Link = Head->Flink;

    while (Link != Head) {
        if (TrySatisfy(CONTAINING_RECORD(Link, KWAIT_BLOCK, WaitListEntry))) {
            /* Any block may be gone now. */
            Link = Head->Flink;
        } else {
            Link = Link->Flink;
        }
    }
}

/* Nanoseconds from now until Timeout (100 ns; negative: relative). */
static LONGLONG TimeoutNs(const LARGE_INTEGER *Timeout)
{
    LONGLONG Ticks;

    if (!Timeout) {
        return PAL_FOREVER;
    }
    Ticks = -Timeout->QuadPart;
    if (Timeout->QuadPart > 0) {
        Ticks = Timeout->QuadPart - NtsSystemTime();
    }
    if (Ticks < 0) {
        return 0;
    }
    return Ticks > MAXLONGLONG / 100 ? MAXLONGLONG : Ticks * 100;
}

static VOID RequireWaitIrql(const VOID *Object, const LARGE_INTEGER *Timeout,
                            const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    ULONG Violation;
    CHAR Where[64];

    if (Irql < DISPATCH_LEVEL ||
        (Irql == DISPATCH_LEVEL && Timeout && !Timeout->QuadPart)) {
        return;
    }
    Violation = Irql > DISPATCH_LEVEL ? NTS_VERIFIER_WAIT_HIGH :
                Timeout ? NTS_VERIFIER_WAIT_TIMEOUT :
                NTS_VERIFIER_WAIT_FOREVER;
    NtsBugCheck(NTS_BUG_VERIFIER, Violation, Irql, (ULONG_PTR)Object,
                (ULONG_PTR)Timeout, "wait at IRQL %u by %s", Irql,
                NtsWhere(Caller, Where, sizeof(Where)));
}

static NTSTATUS Block(PKTHREAD Thread, ULONG Count, PKWAIT_BLOCK Blocks,
                      LONGLONG Ns, ULONG64 Flags)
{
    LONGLONG End = Ns < 0 ? 0 : (LONGLONG)pal_time(PAL_CLOCK_MONOTONIC) + Ns;

    Thread->WaitCount = Count;
    Thread->WaitBlocks = Blocks;
    Thread->Waiting = TRUE;
    for (ULONG i = 0; i < Count; i++) {
        DISPATCHER_HEADER *Object = Blocks[i].Object;

        InsertTailList(&Object->WaitListHead, &Blocks[i].WaitListEntry);
    }
    while (Thread->Waiting) {
        LONGLONG Left = Ns;
        int32_t Late;

        if (Ns >= 0 && End >= 0) {
            Left = End - (LONGLONG)pal_time(PAL_CLOCK_MONOTONIC);
            Left = Left < 0 ? 0 : Left;
        }
        NtsDispatcherUnlock(Flags);
        Late = pal_wait(Left);
        Flags = NtsDispatcherLock();
        if (Late && Thread->Waiting) {
            EndWait(Thread, STATUS_TIMEOUT);
        }
    }
    NtsDispatcherUnlock(Flags);
    return Thread->WaitStatus;
}

static NTSTATUS Wait(ULONG Count, PVOID *Objects, WAIT_TYPE Type,
                     PLARGE_INTEGER Timeout, PKWAIT_BLOCK Blocks,
                     const VOID *Caller)
{
    PKTHREAD Thread = KeGetCurrentThread();
    LONGLONG Ns;
    ULONG64 Flags;
    ULONG Ready = 0;

    RequireWaitIrql(Objects[0], Timeout, Caller);
    for (ULONG i = 0; i < Count; i++) {
        RequireObject(Objects[i], Caller);
    }
    Ns = TimeoutNs(Timeout);
    Flags = NtsDispatcherLock();
    for (ULONG i = 0; i < Count; i++) {
        if (!IsSignaled(Objects[i], Thread)) {
            continue;
        }
        Ready++;
        if (Type == WaitAny) {
            Consume(Objects[i], Thread);
            NtsDispatcherUnlock(Flags);
            return STATUS_WAIT_0 + i;
        }
    }
    if (Type == WaitAll && Ready == Count) {
        for (ULONG i = 0; i < Count; i++) {
            Consume(Objects[i], Thread);
        }
        NtsDispatcherUnlock(Flags);
        return STATUS_WAIT_0;
    }
    if (!Ns) {
        NtsDispatcherUnlock(Flags);
        return STATUS_TIMEOUT;
    }
    for (ULONG i = 0; i < Count; i++) {
        Blocks[i].Thread = Thread;
        Blocks[i].Object = Objects[i];
        Blocks[i].WaitKey = (USHORT)i;
        Blocks[i].WaitType = (UCHAR)Type;
    }
    return Block(Thread, Count, Blocks, Ns, Flags);
}

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON Reason,
                                     KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                     PLARGE_INTEGER Timeout)
{
    KWAIT_BLOCK One;

    UNREFERENCED_PARAMETER(Reason);
    UNREFERENCED_PARAMETER(Mode);
    UNREFERENCED_PARAMETER(Alertable);
    return Wait(1, &Object, WaitAny, Timeout, &One,
                __builtin_return_address(0));
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Objects[],
                                        WAIT_TYPE Type, KWAIT_REASON Reason,
                                        KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                        PLARGE_INTEGER Timeout,
                                        PKWAIT_BLOCK Blocks)
{
    KWAIT_BLOCK Own[THREAD_WAIT_OBJECTS];

    UNREFERENCED_PARAMETER(Reason);
    UNREFERENCED_PARAMETER(Mode);
    UNREFERENCED_PARAMETER(Alertable);
    if (!Count || Count > MAXIMUM_WAIT_OBJECTS ||
        (!Blocks && Count > THREAD_WAIT_OBJECTS)) {
        /* MAXIMUM_WAIT_OBJECTS_EXCEEDED */
        NtsBugCheck(0x0000000c, Count, 0, 0, 0,
                    "wait for %u objects without enough wait blocks", Count);
    }
    return Wait(Count, Objects, Type, Timeout, Blocks ? Blocks : Own,
                __builtin_return_address(0));
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE Mode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval)
{
    LONGLONG Ns = TimeoutNs(Interval), End;

    UNREFERENCED_PARAMETER(Mode);
    UNREFERENCED_PARAMETER(Alertable);
    NTS_IRQL(APC_LEVEL);
    End = (LONGLONG)pal_time(PAL_CLOCK_MONOTONIC) + Ns;
    while (!pal_wait(Ns)) {
        /* A wake-up that came late for an earlier wait. */
        Ns = End - (LONGLONG)pal_time(PAL_CLOCK_MONOTONIC);
        if (Ns <= 0) {
            break;
        }
    }
    return STATUS_SUCCESS;
}

/* Runs in interrupt context, below DISPATCH_LEVEL. */
static void Dispatch(void *Unused)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Unused);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    NtsTimerExpire();
    NtsDpcRun();
    KeLowerIrql(Irql);
}

VOID NtsDispatcherStart(VOID)
{
    pal_dispatch_set(Dispatch);
}
