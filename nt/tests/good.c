/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Right use of what the main driver does not use: waits, timers, threads. */
#include "cases.h"

#define REQUIRE(Condition) \
    do { \
        if (!(Condition)) { \
            DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL, \
                       "%s:%u: %s\n", __FILE__, __LINE__, #Condition); \
            return STATUS_UNSUCCESSFUL; \
        } \
    } while (0)

static NTSTATUS Wait(PVOID Object, LONGLONG Milliseconds)
{
    LARGE_INTEGER Timeout;

    Timeout.QuadPart = -Milliseconds * 10000;
    return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE,
                                 &Timeout);
}

static NTSTATUS Events(CASE_DEVICE *Device)
{
    KEVENT Latched, Auto;
    KSEMAPHORE Semaphore;
    PVOID Both[] = { &Latched, &Auto };
    LARGE_INTEGER Now;

    UNREFERENCED_PARAMETER(Device);
    Now.QuadPart = 0;
    KeInitializeEvent(&Latched, NotificationEvent, TRUE);
    KeInitializeEvent(&Auto, SynchronizationEvent, FALSE);
    KeInitializeSemaphore(&Semaphore, 2, 2);
    REQUIRE(Wait(&Latched, 0) == STATUS_SUCCESS);
    REQUIRE(Wait(&Latched, 0) == STATUS_SUCCESS);
    REQUIRE(Wait(&Auto, 1) == STATUS_TIMEOUT);
    REQUIRE(KeWaitForMultipleObjects(2, Both, WaitAll, Executive, KernelMode,
                                     FALSE, &Now, NULL) == STATUS_TIMEOUT);
    KeSetEvent(&Auto, IO_NO_INCREMENT, FALSE);
    REQUIRE(KeWaitForMultipleObjects(2, Both, WaitAll, Executive, KernelMode,
                                     FALSE, &Now, NULL) == STATUS_SUCCESS);
    REQUIRE(!KeReadStateEvent(&Auto));
    REQUIRE(KeResetEvent(&Latched) == 1);
    REQUIRE(Wait(&Latched, 0) == STATUS_TIMEOUT);
    REQUIRE(Wait(&Semaphore, 0) == STATUS_SUCCESS);
    REQUIRE(Wait(&Semaphore, 0) == STATUS_SUCCESS);
    REQUIRE(Wait(&Semaphore, 0) == STATUS_TIMEOUT);
    REQUIRE(KeReleaseSemaphore(&Semaphore, 0, 1, FALSE) == 0);
    return STATUS_SUCCESS;
}

typedef struct _TICKS {
    KEVENT Enough;
    volatile LONG Count;
    volatile BOOLEAN WrongIrql;
} TICKS;

static VOID NTAPI Tick(PKDPC Dpc, PVOID Context, PVOID A, PVOID B)
{
    TICKS *Ticks = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(A);
    UNREFERENCED_PARAMETER(B);
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) {
        Ticks->WrongIrql = TRUE;
    }
    if (InterlockedIncrement(&Ticks->Count) == 3) {
        KeSetEvent(&Ticks->Enough, IO_NO_INCREMENT, FALSE);
    }
}

static NTSTATUS Timers(CASE_DEVICE *Device)
{
    LARGE_INTEGER Soon;
    TICKS Ticks;
    KTIMER Timer;
    KDPC Dpc;

    UNREFERENCED_PARAMETER(Device);
    RtlZeroMemory(&Ticks, sizeof(Ticks));
    KeInitializeEvent(&Ticks.Enough, NotificationEvent, FALSE);
    KeInitializeDpc(&Dpc, Tick, &Ticks);
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    Soon.QuadPart = -10000;
    REQUIRE(!KeSetTimerEx(&Timer, Soon, 1, &Dpc));
    REQUIRE(Wait(&Timer, 5000) == STATUS_SUCCESS);
    REQUIRE(Wait(&Ticks.Enough, 5000) == STATUS_SUCCESS);
    REQUIRE(KeCancelTimer(&Timer));
    KeFlushQueuedDpcs();
    REQUIRE(!Ticks.WrongIrql);
    return STATUS_SUCCESS;
}

/* A DPC must not run while its processor is at DISPATCH_LEVEL. */
static NTSTATUS DpcExclusion(CASE_DEVICE *Device)
{
    TICKS Ticks;
    LONG During;
    KIRQL Irql;
    KDPC Dpc;

    UNREFERENCED_PARAMETER(Device);
    RtlZeroMemory(&Ticks, sizeof(Ticks));
    KeInitializeEvent(&Ticks.Enough, NotificationEvent, FALSE);
    Ticks.Count = 2;
    KeInitializeDpc(&Dpc, Tick, &Ticks);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    REQUIRE(KeInsertQueueDpc(&Dpc, NULL, NULL));
    REQUIRE(!KeInsertQueueDpc(&Dpc, NULL, NULL));
    KeStallExecutionProcessor(5000);
    During = Ticks.Count;
    KeLowerIrql(Irql);
    REQUIRE(During == 2);
    REQUIRE(Wait(&Ticks.Enough, 5000) == STATUS_SUCCESS);
    return STATUS_SUCCESS;
}

typedef struct _PINGPONG {
    KEVENT Ping, Pong;
    LONG Rounds;
} PINGPONG;

static VOID NTAPI Ponger(PVOID Context)
{
    PINGPONG *Game = Context;

    for (LONG i = 0; i < 100; i++) {
        KeWaitForSingleObject(&Game->Ping, Executive, KernelMode, FALSE, NULL);
        Game->Rounds++;
        KeSetEvent(&Game->Pong, IO_NO_INCREMENT, FALSE);
    }
}

static NTSTATUS Threads(CASE_DEVICE *Device)
{
    PINGPONG Game;
    HANDLE Handle;
    PVOID Thread;

    UNREFERENCED_PARAMETER(Device);
    Game.Rounds = 0;
    KeInitializeEvent(&Game.Ping, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Game.Pong, SynchronizationEvent, FALSE);
    REQUIRE(NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL,
                                            NULL, NULL, Ponger, &Game)));
    REQUIRE(NT_SUCCESS(ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS,
                                                 *PsThreadType, KernelMode,
                                                 &Thread, NULL)));
    ZwClose(Handle);
    REQUIRE(Thread != (PVOID)KeGetCurrentThread());
    for (LONG i = 0; i < 100; i++) {
        KeSetEvent(&Game.Ping, IO_NO_INCREMENT, FALSE);
        REQUIRE(Wait(&Game.Pong, 5000) == STATUS_SUCCESS);
    }
    REQUIRE(Wait(Thread, 5000) == STATUS_SUCCESS);
    REQUIRE(Game.Rounds == 100);
    ObDereferenceObject(Thread);
    return STATUS_SUCCESS;
}

static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Event)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
}

static NTSTATUS WorkItems(CASE_DEVICE *Device)
{
    PIO_WORKITEM Item = IoAllocateWorkItem(Device->Self);
    KEVENT Done;

    REQUIRE(Item);
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, &Done);
    REQUIRE(Wait(&Done, 5000) == STATUS_SUCCESS);
    IoFreeWorkItem(Item);
    return STATUS_SUCCESS;
}

/* One boot for all: each must return success. */
static NTSTATUS Good(CASE_DEVICE *Device)
{
    static const CASE All[] = {
        { L"events", Events, FALSE },
        { L"timers", Timers, FALSE },
        { L"DPC exclusion", DpcExclusion, FALSE },
        { L"threads", Threads, FALSE },
        { L"work items", WorkItems, FALSE },
        { L"poisoned pool", CasePoolPoisoned, FALSE },
        { L"adapters of each version", CaseOldVersion, FALSE },
        { L"vectors freed", CaseVectorFreed, FALSE },
        { L"bounds refused", CaseBoundsRefused, FALSE },
        { L"domains refused", CaseDomainRefused, FALSE },
        { L"MDLs refused", CaseMdlRefused, FALSE },
        { L"packet DMA", CasePacket, FALSE },
        { L"interrupts", CaseInterrupts, FALSE },
        { L"power", CasePower, FALSE },
        { L"device interface", CaseInterface, FALSE },
        { L"map registers that wait", CaseRegistersWait, FALSE },
    };

    for (ULONG i = 0; i < RTL_NUMBER_OF(All); i++) {
        NTSTATUS Status = All[i].Routine(Device);

        if (!NT_SUCCESS(Status)) {
            DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
                       "%ws: 0x%08x\n", All[i].Name, (ULONG)Status);
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

const CASE GoodCases[] = {
    { L"good", Good, FALSE },
    { L"packet", CasePacket, FALSE },
    { L"packet-caches", CasePacketCaches, FALSE },
    { L"vectors", CaseVectors, FALSE },
    { NULL, NULL, FALSE },
};
