/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time and timers. */
#include "nt.h"

/* From 1601, where NT's time begins, to 1970: 369 years, 89 of them leap. */
#define EPOCH_100NS (11644473600ll * 10000000ll)

static LIST_ENTRY Timers = { &Timers, &Timers };

LONGLONG NtsInterruptTime(VOID)
{
    return (LONGLONG)(pal_time(PAL_CLOCK_MONOTONIC) / 100);
}

LONGLONG NtsSystemTime(VOID)
{
    return (LONGLONG)(pal_time(PAL_CLOCK_REAL) / 100) + EPOCH_100NS;
}

ULONG NTAPI KeQueryTimeIncrement(VOID)
{
    return 10000;
}

ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
    ULONGLONG Now = NtsInterruptTime();

    *QpcTimeStamp = Now;
    return Now;
}

VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = NtsSystemTime();
}

LARGE_INTEGER NtsPerformanceCounter(PLARGE_INTEGER Frequency)
{
    LARGE_INTEGER Now;

    if (Frequency) {
        Frequency->QuadPart = 10000000;
    }
    Now.QuadPart = NtsInterruptTime();
    return Now;
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER Frequency)
{
    return NtsPerformanceCounter(Frequency);
}

VOID NtsStall(ULONG Microseconds)
{
    uint64_t End = pal_time(PAL_CLOCK_MONOTONIC) + Microseconds * 1000ull;

    while (pal_time(PAL_CLOCK_MONOTONIC) < End) {
        YieldProcessor();
    }
}

VOID NTAPI KeStallExecutionProcessor(ULONG Microseconds)
{
    NtsStall(Microseconds);
}

VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    RtlZeroMemory(Timer, sizeof(*Timer));
    NtsObjectInitialize(&Timer->Header,
                        Type == NotificationTimer ? NTS_NOTIFICATION_TIMER
                                                  : NTS_SYNCHRONIZATION_TIMER,
                        sizeof(*Timer), 0);
}

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

/* The platform knows one time only: the earliest. Lock held. */
static VOID Arm(VOID)
{
    if (IsListEmpty(&Timers)) {
        pal_dispatch_at(~0ull);
    } else {
        PKTIMER First = CONTAINING_RECORD(Timers.Flink, KTIMER,
                                          TimerListEntry);

        pal_dispatch_at(First->DueTime.QuadPart * 100);
    }
}

static VOID Insert(PKTIMER Timer)
{
    LIST_ENTRY *Link = Timers.Flink;

    while (Link != &Timers &&
           CONTAINING_RECORD(Link, KTIMER, TimerListEntry)->DueTime.QuadPart <=
           Timer->DueTime.QuadPart) {
        Link = Link->Flink;
    }
    InsertTailList(Link, &Timer->TimerListEntry);
    Timer->Header.Inserted = 1;
}

static BOOLEAN Remove(PKTIMER Timer)
{
    if (!Timer->Header.Inserted) {
        return FALSE;
    }
    RemoveEntryList(&Timer->TimerListEntry);
    Timer->Header.Inserted = 0;
    return TRUE;
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period,
                           PKDPC Dpc)
{
    LONGLONG Now, Due;
    ULONG64 Flags;
    BOOLEAN Was;

    NTS_IRQL(DISPATCH_LEVEL);
    Now = NtsInterruptTime();
    Due = DueTime.QuadPart < 0 ? Now - DueTime.QuadPart
                               : Now + DueTime.QuadPart - NtsSystemTime();
    Flags = NtsDispatcherLock();
    Was = Remove(Timer);
    Timer->Header.SignalState = 0;
    Timer->DueTime.QuadPart = Due < Now ? Now : Due;
    Timer->Dpc = Dpc;
    Timer->Period = Period;
    Insert(Timer);
    Arm();
    NtsDispatcherUnlock(Flags);
    return Was;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    NTS_IRQL(DISPATCH_LEVEL);
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    ULONG64 Flags;
    BOOLEAN Was;

    NTS_IRQL(DISPATCH_LEVEL);
    Flags = NtsDispatcherLock();
    Was = Remove(Timer);
    Arm();
    NtsDispatcherUnlock(Flags);
    return Was;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer)
{
    NTS_IRQL(DISPATCH_LEVEL);
    return Timer->Header.SignalState > 0;
}

VOID NtsTimerExpire(VOID)
{
    ULONG64 Flags = NtsDispatcherLock();
    ULONGLONG Now = NtsInterruptTime();

    while (!IsListEmpty(&Timers)) {
        PKTIMER Timer = CONTAINING_RECORD(Timers.Flink, KTIMER,
                                          TimerListEntry);

        if (Timer->DueTime.QuadPart > Now) {
            break;
        }
        Remove(Timer);
        if (Timer->Period) {
            /* milliseconds */
            Timer->DueTime.QuadPart = Now + Timer->Period * 10000ull;
            Insert(Timer);
        }
        Timer->Header.SignalState = 1;
        NtsDispatcherSignal(&Timer->Header);
        if (Timer->Dpc) {
            NtsDpcInsert(Timer->Dpc, NULL, NULL);
        }
    }
    Arm();
    NtsDispatcherUnlock(Flags);
}

ULONG NtsTimerCountIn(const VOID *Base, SIZE_T Size)
{
    ULONG64 Flags = NtsDispatcherLock();
    ULONG Count = 0;

    for (LIST_ENTRY *Link = Timers.Flink; Link != &Timers;
         Link = Link->Flink) {
        PKTIMER Timer = CONTAINING_RECORD(Link, KTIMER, TimerListEntry);

        if (Timer->Dpc && (ULONG_PTR)Timer->Dpc->DeferredRoutine -
                          (ULONG_PTR)Base < Size) {
            Count++;
        }
    }
    NtsDispatcherUnlock(Flags);
    return Count;
}
