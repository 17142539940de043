/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events, semaphores, mutexes. */
#include "nt.h"

#define NTS_VERIFIER_SET_EVENT 0x80u

VOID NtsObjectInitialize(DISPATCHER_HEADER *Object, UCHAR Type, ULONG Size,
                         LONG State)
{
    Object->Lock = 0;
    Object->Type = Type;
    Object->Size = (UCHAR)(Size / sizeof(LONG));
    Object->SignalState = State;
    InitializeListHead(&Object->WaitListHead);
}

VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
    NtsObjectInitialize(&Event->Header, (UCHAR)Type, sizeof(*Event), State);
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
    KIRQL Irql = KeGetCurrentIrql();
    ULONG64 Flags;
    LONG Before;
    CHAR Where[64];

    UNREFERENCED_PARAMETER(Increment);
    UNREFERENCED_PARAMETER(Wait);
    if (Irql > DISPATCH_LEVEL) {
        NtsBugCheck(NTS_BUG_VERIFIER, NTS_VERIFIER_SET_EVENT, Irql,
                    (ULONG_PTR)Event, 0, "KeSetEvent at IRQL %u by %s", Irql,
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    Flags = NtsDispatcherLock();
    Before = Event->Header.SignalState;
    Event->Header.SignalState = 1;
    NtsDispatcherSignal(&Event->Header);
    NtsDispatcherUnlock(Flags);
    return Before;
}

LONG NTAPI KeResetEvent(PRKEVENT Event)
{
    ULONG64 Flags;
    LONG Before;

    NTS_IRQL(DISPATCH_LEVEL);
    Flags = NtsDispatcherLock();
    Before = Event->Header.SignalState;
    Event->Header.SignalState = 0;
    NtsDispatcherUnlock(Flags);
    return Before;
}

VOID NTAPI KeClearEvent(PRKEVENT Event)
{
    NTS_IRQL(DISPATCH_LEVEL);
    KeResetEvent(Event);
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event)
{
    return Event->Header.SignalState;
}

VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
    NtsObjectInitialize(&Semaphore->Header, NTS_SEMAPHORE, sizeof(*Semaphore),
                        Count);
    Semaphore->Limit = Limit;
}

LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment,
                              LONG Adjustment, BOOLEAN Wait)
{
    ULONG64 Flags;
    LONG Before;

    UNREFERENCED_PARAMETER(Increment);
    UNREFERENCED_PARAMETER(Wait);
    NTS_IRQL(DISPATCH_LEVEL);
    Flags = NtsDispatcherLock();
    Before = Semaphore->Header.SignalState;
    if (Adjustment <= 0 || Adjustment > Semaphore->Limit - Before) {
        NtsDispatcherUnlock(Flags);
        ExRaiseStatus(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    }
    Semaphore->Header.SignalState = Before + Adjustment;
    NtsDispatcherSignal(&Semaphore->Header);
    NtsDispatcherUnlock(Flags);
    return Before;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
    return Semaphore->Header.SignalState;
}

VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
    UNREFERENCED_PARAMETER(Level);
    RtlZeroMemory(Mutex, sizeof(*Mutex));
    NtsObjectInitialize(&Mutex->Header, NTS_MUTANT, sizeof(*Mutex), 1);
    InitializeListHead(&Mutex->MutantListEntry);
    Mutex->ApcDisable = 1;
}

LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
    ULONG64 Flags;
    LONG Before;

    UNREFERENCED_PARAMETER(Wait);
    NTS_IRQL(DISPATCH_LEVEL);
    Flags = NtsDispatcherLock();
    if (Mutex->OwnerThread != KeGetCurrentThread()) {
        NtsDispatcherUnlock(Flags);
        ExRaiseStatus(STATUS_MUTANT_NOT_OWNED);
    }
    Before = Mutex->Header.SignalState++;
    if (Mutex->Header.SignalState == 1) {
        Mutex->OwnerThread = NULL;
        NtsDispatcherSignal(&Mutex->Header);
    }
    NtsDispatcherUnlock(Flags);
    return Before;
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex)
{
    NTS_IRQL(DISPATCH_LEVEL);
    return Mutex->Header.SignalState;
}

/* Structured exceptions are not dispatched here: nobody would catch it. */
VOID NTAPI ExRaiseStatus(NTSTATUS Status)
{
    CHAR Where[64];

    NtsBugCheck(0x0000001e, (ULONG)Status,
                (ULONG_PTR)__builtin_return_address(0), 0, 0,
                "exception 0x%08x raised by %s", (ULONG)Status,
                NtsWhere(__builtin_return_address(0), Where, sizeof(Where)));
}

VOID NTAPI RtlRaiseStatus(NTSTATUS Status)
{
    ExRaiseStatus(Status);
}
