/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFWORKITEM, and what else waits for a thread. */
#include "runner.h"

static VOID NTAPI Run(PDEVICE_OBJECT Device, PVOID Context)
{
    FX_RUNNER *Runner = Context;
    ULONG64 Flags = NtsLock(&Runner->Lock);

    UNREFERENCED_PARAMETER(Device);
    Runner->Queued = FALSE;
    NtsUnlock(&Runner->Lock, Flags);
    Runner->Routine(Runner->Object);
    Flags = NtsLock(&Runner->Lock);
    if (--Runner->Pending == 0) {
        KeSetEvent(&Runner->Idle, IO_NO_INCREMENT, FALSE);
    }
    NtsUnlock(&Runner->Lock, Flags);
}

NTSTATUS FxRunnerStart(FX_RUNNER *Runner, FX_DEVICE *Device, FX_OBJECT *Object,
                       VOID (*Routine)(FX_OBJECT *Object))
{
    KeInitializeEvent(&Runner->Idle, NotificationEvent, TRUE);
    Runner->Object = Object;
    Runner->Routine = Routine;
    Runner->WorkItem = IoAllocateWorkItem(Device->Fdo);
    return Runner->WorkItem ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

VOID FxRunnerQueue(FX_RUNNER *Runner)
{
    ULONG64 Flags = NtsLock(&Runner->Lock);
    BOOLEAN Mine = !Runner->Queued;

    if (Mine) {
        Runner->Queued = TRUE;
        Runner->Pending++;
        KeClearEvent(&Runner->Idle);
    }
    NtsUnlock(&Runner->Lock, Flags);
    if (Mine) {
        IoQueueWorkItem(Runner->WorkItem, Run, DelayedWorkQueue, Runner);
    }
}

VOID FxRunnerFlush(FX_RUNNER *Runner)
{
    if (Runner->WorkItem) {
        KeWaitForSingleObject(&Runner->Idle, Executive, KernelMode, FALSE,
                              NULL);
    }
}

VOID FxRunnerStop(FX_RUNNER *Runner)
{
    ULONG64 Flags;

    if (Runner->WorkItem) {
        FxRunnerFlush(Runner);
        /* Its last user has left the lock, too. */
        Flags = NtsLock(&Runner->Lock);
        NtsUnlock(&Runner->Lock, Flags);
        IoFreeWorkItem(Runner->WorkItem);
        Runner->WorkItem = NULL;
    }
}

/* ---- WDFWORKITEM -------------------------------------------------------- */

typedef struct _FX_WORKITEM {
    FX_OBJECT Head;
    EVT_WDF_WORKITEM *Callback;
    FX_RUNNER Runner;
} FX_WORKITEM;

static VOID WorkItemCall(FX_OBJECT *Object)
{
    FX_WORKITEM *Item = CONTAINING_RECORD(Object, FX_WORKITEM, Head);

    Item->Callback(FxHandle(Item));
    FxRequireSameIrql(PASSIVE_LEVEL, "EvtWorkItemFunc");
}

static VOID WorkItemDispose(FX_OBJECT *Object)
{
    FxRunnerStop(&CONTAINING_RECORD(Object, FX_WORKITEM, Head)->Runner);
}

NTSTATUS NTAPI WdfWorkItemCreate(PWDF_DRIVER_GLOBALS Globals,
                                 PWDF_WORKITEM_CONFIG Config,
                                 PWDF_OBJECT_ATTRIBUTES Attributes,
                                 WDFWORKITEM *Handle)
{
    const VOID *Caller = __builtin_return_address(0);
    FX_WORKITEM *Item;
    FX_DEVICE *Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Config);
    FX_REQUIRE(Handle);
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!Config->EvtWorkItemFunc) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = FxObjectCreate(FxTypeWorkItem, sizeof(*Item), NULL, Attributes,
                            FX_PARENT_REQUIRED, Caller, &Item);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Item->Callback = Config->EvtWorkItemFunc;
    Item->Head.Passive = TRUE;
    Item->Head.Dispose = WorkItemDispose;
    Device = FxDeviceOf(&Item->Head);
    Status = Device ? FxRunnerStart(&Item->Runner, Device, &Item->Head,
                                    WorkItemCall)
                    : STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(Status)) {
        FxObjectAbandon(&Item->Head);
        return Status;
    }
    *Handle = FxHandle(Item);
    return STATUS_SUCCESS;
}

VOID NTAPI WdfWorkItemEnqueue(PWDF_DRIVER_GLOBALS Globals, WDFWORKITEM Handle)
{
    FX_WORKITEM *Item = FX_OBJECT_OF(WorkItem, Handle);

    UNREFERENCED_PARAMETER(Globals);
    NTS_IRQL(DISPATCH_LEVEL);
    FxRunnerQueue(&Item->Runner);
}

WDFOBJECT NTAPI WdfWorkItemGetParentObject(PWDF_DRIVER_GLOBALS Globals,
                                           WDFWORKITEM Handle)
{
    FX_WORKITEM *Item = FX_OBJECT_OF(WorkItem, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Item->Head.Parent);
}

VOID NTAPI WdfWorkItemFlush(PWDF_DRIVER_GLOBALS Globals, WDFWORKITEM Handle)
{
    FX_WORKITEM *Item = FX_OBJECT_OF(WorkItem, Handle);

    UNREFERENCED_PARAMETER(Globals);
    NTS_IRQL(PASSIVE_LEVEL);
    FxRunnerFlush(&Item->Runner);
}
