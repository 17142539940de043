/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules with bug checks of their own: pool, waits, locks, and their IRQLs. */
#include "cases.h"

enum { TAG = 0x54534554, HIGH = DISPATCH_LEVEL + 1 };

#define AT(Level, Name) \
    static VOID Name##_(CASE_DEVICE *Device); \
    static NTSTATUS Name(CASE_DEVICE *Device) \
    { \
        KIRQL Irql; \
        \
        KeRaiseIrql(Level, &Irql); \
        Name##_(Device); \
        KeLowerIrql(Irql); \
        return STATUS_SUCCESS; \
    } \
    static VOID Name##_(CASE_DEVICE *Device)

/* ---- Pool --------------------------------------------------------------- */

AT(PASSIVE_LEVEL, PoolEmpty)
{
    UNREFERENCED_PARAMETER(Device);
    ExAllocatePoolWithTag(NonPagedPool, 0, TAG);
}

AT(HIGH, PoolAtHigh)
{
    UNREFERENCED_PARAMETER(Device);
    ExAllocatePoolWithTag(NonPagedPool, 20, TAG);
}

AT(DISPATCH_LEVEL, PoolFreedHigh)
{
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, 20, TAG);
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeRaiseIrql(HIGH, &Irql);
    ExFreePoolWithTag(Memory, TAG);
}

AT(PASSIVE_LEVEL, PoolPagedFreed)
{
    PVOID Memory = ExAllocatePoolWithTag(PagedPool, 20, TAG);
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    ExFreePoolWithTag(Memory, TAG);
}

AT(PASSIVE_LEVEL, PoolOtherTag)
{
    UNREFERENCED_PARAMETER(Device);
    ExFreePoolWithTag(ExAllocatePoolWithTag(NonPagedPool, 20, TAG), TAG + 1);
}

/* ---- Waits and signals -------------------------------------------------- */

static VOID Wait(LONGLONG Timeout)
{
    LARGE_INTEGER Interval;
    KEVENT Event;

    Interval.QuadPart = Timeout;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Interval);
}

AT(HIGH, WaitAtHigh)
{
    UNREFERENCED_PARAMETER(Device);
    Wait(0);
}

AT(DISPATCH_LEVEL, WaitTimeout)
{
    UNREFERENCED_PARAMETER(Device);
    Wait(0);
    Wait(-1);
}

AT(PASSIVE_LEVEL, WaitNoObject)
{
    KEVENT Event;

    UNREFERENCED_PARAMETER(Device);
    RtlFillMemory(&Event, sizeof(Event), 0x7f);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
}

AT(PASSIVE_LEVEL, WaitTooMany)
{
    PVOID Objects[THREAD_WAIT_OBJECTS + 1] = { NULL };

    UNREFERENCED_PARAMETER(Device);
    KeWaitForMultipleObjects(THREAD_WAIT_OBJECTS + 1, Objects, WaitAny,
                             Executive, KernelMode, FALSE, NULL, NULL);
}

AT(HIGH, EventAtHigh)
{
    KEVENT Event;

    UNREFERENCED_PARAMETER(Device);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeSetEvent(&Event, IO_NO_INCREMENT, FALSE);
}

/* The fault is in ntoskrnl.exe, the fault's cause is not. */
AT(DISPATCH_LEVEL, NullEvent)
{
    UNREFERENCED_PARAMETER(Device);
    KeSetEvent(NULL, IO_NO_INCREMENT, FALSE);
}

/* ---- Spin locks --------------------------------------------------------- */

static KSPIN_LOCK Lock;

AT(HIGH, LockAtHigh)
{
    UNREFERENCED_PARAMETER(Device);
    KeAcquireSpinLockRaiseToDpc(&Lock);
}

AT(PASSIVE_LEVEL, LockAtDpcPassive)
{
    UNREFERENCED_PARAMETER(Device);
    KeAcquireSpinLockAtDpcLevel(&Lock);
}

AT(PASSIVE_LEVEL, LockFromDpcPassive)
{
    UNREFERENCED_PARAMETER(Device);
    KeReleaseSpinLockFromDpcLevel(&Lock);
}

/* With one processor nobody could let go of it. */
AT(DISPATCH_LEVEL, LockTwice)
{
    KSPIN_LOCK Own = 0;

    UNREFERENCED_PARAMETER(Device);
    KeAcquireSpinLockAtDpcLevel(&Own);
    KeAcquireSpinLockAtDpcLevel(&Own);
}

AT(DISPATCH_LEVEL, LockNotOwned)
{
    UNREFERENCED_PARAMETER(Device);
    KeReleaseSpinLockFromDpcLevel(&Lock);
}

AT(DISPATCH_LEVEL, LockRaises)
{
    UNREFERENCED_PARAMETER(Device);
    KeReleaseSpinLock(&Lock, HIGH);
}

/* ---- Other objects ------------------------------------------------------ */

AT(HIGH, MapIoAtHigh)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Bar =
        Device->Translated->List[0].PartialResourceList.PartialDescriptors;

    MmMapIoSpace(Bar->u.Memory.Start, PAGE_SIZE, MmNonCached);
}

AT(PASSIVE_LEVEL, DpcNotInitialized)
{
    KDPC Dpc;

    UNREFERENCED_PARAMETER(Device);
    RtlZeroMemory(&Dpc, sizeof(Dpc));
    KeInsertQueueDpc(&Dpc, NULL, NULL);
}

static VOID NTAPI Ends(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
}

/* Its memory is not given back before the last reference: one too many. */
AT(PASSIVE_LEVEL, ThreadDereferenced)
{
    HANDLE Handle;
    PVOID Thread;

    UNREFERENCED_PARAMETER(Device);
    PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Ends,
                         NULL);
    ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType,
                              KernelMode, &Thread, NULL);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
    ObDereferenceObject(Thread);
    ObDereferenceObject(Thread);
}

AT(PASSIVE_LEVEL, RemoveLockReleased)
{
    IO_REMOVE_LOCK RemoveLock;

    UNREFERENCED_PARAMETER(Device);
    IoInitializeRemoveLock(&RemoveLock, TAG, 0, 0);
    IoReleaseRemoveLock(&RemoveLock, NULL);
    IoReleaseRemoveLock(&RemoveLock, NULL);
}

const CASE LevelCases[] = {
    { L"pool-empty", PoolEmpty, TRUE },
    { L"pool-at-high", PoolAtHigh, TRUE },
    { L"pool-freed-high", PoolFreedHigh, TRUE },
    { L"pool-paged-freed-at-dispatch", PoolPagedFreed, TRUE },
    { L"pool-other-tag", PoolOtherTag, TRUE },
    { L"wait-at-high", WaitAtHigh, TRUE },
    { L"wait-timeout-at-dispatch", WaitTimeout, TRUE },
    { L"wait-no-object", WaitNoObject, TRUE },
    { L"wait-too-many", WaitTooMany, TRUE },
    { L"event-at-high", EventAtHigh, TRUE },
    { L"null-event-at-dispatch", NullEvent, FALSE },
    { L"lock-at-high", LockAtHigh, TRUE },
    { L"lock-at-dpc-passive", LockAtDpcPassive, TRUE },
    { L"lock-from-dpc-passive", LockFromDpcPassive, TRUE },
    { L"lock-twice", LockTwice, TRUE },
    { L"lock-not-owned", LockNotOwned, TRUE },
    { L"lock-raises", LockRaises, TRUE },
    { L"map-io-at-high", MapIoAtHigh, TRUE },
    { L"dpc-not-initialized", DpcNotInitialized, TRUE },
    { L"thread-dereferenced", ThreadDereferenced, TRUE },
    { L"remove-lock-released", RemoveLockReleased, TRUE },
    { NULL, NULL, FALSE },
};
