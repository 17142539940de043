/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFQUEUE: which requests the driver gets, when, and how many at a time. */
#include "queue.h"

/* ---- Requests come and go ----------------------------------------------- */

static BOOLEAN MayPresent(const FX_QUEUE *Queue)
{
    ULONG Limit = MAXULONG;

    if (Queue->Config.DispatchType == WdfIoQueueDispatchManual) {
        return FALSE;
    }
    if (Queue->Config.DispatchType == WdfIoQueueDispatchSequential) {
        Limit = 1;
    } else if (Queue->Config.Size == sizeof(Queue->Config) &&
               Queue->Config.Settings.Parallel.NumberOfPresentedRequests) {
        Limit = Queue->Config.Settings.Parallel.NumberOfPresentedRequests;
    }
    return Queue->Running && !IsListEmpty(&Queue->Waiting) &&
           Queue->OwnedCount < Limit;
}

/* Lock held: it becomes the driver's. */
static VOID Own(FX_QUEUE *Queue, FX_REQUEST *Request)
{
    InsertTailList(&Queue->Owned, &Request->Link);
    Request->IsOwned = TRUE;
    Request->WasOwned = TRUE;
    Request->Acknowledged = FALSE;
    if (!Queue->OwnedCount++) {
        KeClearEvent(&Queue->NoneOwned);
    }
}

/* Lock held. The next one that nobody cancels, as the driver's; or NULL. */
static FX_REQUEST *Take(FX_QUEUE *Queue)
{
    while (!IsListEmpty(&Queue->Waiting)) {
        FX_REQUEST *Request = CONTAINING_RECORD(
            RemoveHeadList(&Queue->Waiting), FX_REQUEST, Link);

        if (IoSetCancelRoutine(Request->Irp, NULL)) {
            Own(Queue, Request);
            return Request;
        }
        /* Its cancel routine runs, and finds it in no list. */
        InitializeListHead(&Request->Link);
    }
    return NULL;
}

static VOID CallHandler(FX_QUEUE *Queue, FX_REQUEST *Request)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);
    const WDF_IO_QUEUE_CONFIG *Config = &Queue->Config;
    EVT_WDF_IO_QUEUE_IO_TRANSFER *Transfer = NULL;
    EVT_WDF_IO_QUEUE_IO_CONTROL *Control = NULL;
    KIRQL Irql = KeGetCurrentIrql();

    if (Queue->Passive && Irql > PASSIVE_LEVEL) {
        FxNotProvided("a queue's callback for execution level Passive, due "
                      "above PASSIVE_LEVEL", NULL);
    }
    switch (Stack->MajorFunction) {
    case IRP_MJ_READ:
        Transfer = Config->EvtIoRead;
        break;
    case IRP_MJ_WRITE:
        Transfer = Config->EvtIoWrite;
        break;
    case IRP_MJ_DEVICE_CONTROL:
        Control = Config->EvtIoDeviceControl;
        break;
    default:
        Control = Config->EvtIoInternalDeviceControl;
        break;
    }
    if (Transfer) {
        Transfer(FxHandle(Queue), FxHandle(Request),
                 Stack->Parameters.Read.Length);
    } else if (Control) {
        Control(FxHandle(Queue), FxHandle(Request),
                Stack->Parameters.DeviceIoControl.OutputBufferLength,
                Stack->Parameters.DeviceIoControl.InputBufferLength,
                Stack->Parameters.DeviceIoControl.IoControlCode);
    } else if (Config->EvtIoDefault) {
        Config->EvtIoDefault(FxHandle(Queue), FxHandle(Request));
    } else {
        FxRequestFinish(Request, STATUS_INVALID_DEVICE_REQUEST);
    }
    FxRequireSameIrql(Irql, "a callback of WDF_IO_QUEUE_CONFIG");
}

/* A handler that completes its request comes back here: one loop at a time. */
VOID FxQueuePresent(FX_QUEUE *Queue)
{
    ULONG64 Flags = NtsLock(&Queue->Lock);

    if (Queue->Presenting) {
        NtsUnlock(&Queue->Lock, Flags);
        return;
    }
    Queue->Presenting = TRUE;
    while (MayPresent(Queue)) {
        FX_REQUEST *Request = Take(Queue);

        NtsUnlock(&Queue->Lock, Flags);
        if (Request) {
            CallHandler(Queue, Request);
        }
        Flags = NtsLock(&Queue->Lock);
    }
    Queue->Presenting = FALSE;
    NtsUnlock(&Queue->Lock, Flags);
}

/* A request that the driver has had before goes back to it, if it wants. */
static VOID Cancel(FX_REQUEST *Request)
{
    FX_QUEUE *Queue = Request->Queue;
    ULONG64 Flags = NtsLock(&Queue->Lock);
    BOOLEAN Tell = Request->WasOwned && Queue->Config.EvtIoCanceledOnQueue;
    KIRQL Irql = KeGetCurrentIrql();

    RemoveEntryList(&Request->Link);
    Own(Queue, Request);
    NtsUnlock(&Queue->Lock, Flags);
    if (Tell) {
        Queue->Config.EvtIoCanceledOnQueue(FxHandle(Queue), FxHandle(Request));
        FxRequireSameIrql(Irql, "EvtIoCanceledOnQueue");
    } else {
        FxRequestFinish(Request, STATUS_CANCELLED);
    }
}

static VOID NTAPI CancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    Cancel(Irp->Tail.Overlay.DriverContext[0]);
}

VOID FxQueueInsert(FX_QUEUE *Queue, FX_REQUEST *Request, BOOLEAN AtHead)
{
    PIRP Irp = Request->Irp;
    ULONG64 Flags = NtsLock(&Queue->Lock);
    BOOLEAN IsCancelled;

    Request->Queue = Queue;
    if (AtHead) {
        InsertHeadList(&Queue->Waiting, &Request->Link);
    } else {
        InsertTailList(&Queue->Waiting, &Request->Link);
    }
    Irp->Tail.Overlay.DriverContext[0] = Request;
    IoSetCancelRoutine(Irp, CancelRoutine);
    /* If it is gone by now, it runs. */
    IsCancelled = Irp->Cancel && IoSetCancelRoutine(Irp, NULL);
    NtsUnlock(&Queue->Lock, Flags);
    if (IsCancelled) {
        Cancel(Request);
    }
    FxQueuePresent(Queue);
}

/* Lock held. */
static VOID Count(FX_QUEUE *Queue)
{
    if (!--Queue->OwnedCount) {
        KeSetEvent(&Queue->NoneOwned, IO_NO_INCREMENT, FALSE);
    }
}

VOID FxQueueRelease(FX_REQUEST *Request)
{
    FX_QUEUE *Queue = Request->Queue;
    ULONG64 Flags = NtsLock(&Queue->Lock);

    if (Request->IsOwned) {
        Request->IsOwned = FALSE;
        RemoveEntryList(&Request->Link);
        if (!Request->Acknowledged) {
            Count(Queue);
        }
    }
    NtsUnlock(&Queue->Lock, Flags);
}

VOID NTAPI WdfRequestStopAcknowledge(PWDF_DRIVER_GLOBALS Globals,
                                     WDFREQUEST Handle, BOOLEAN Requeue)
{
    FX_REQUEST *Request = FX_OBJECT_OF(Request, Handle);
    FX_QUEUE *Queue = Request->Queue;
    ULONG64 Flags;

    UNREFERENCED_PARAMETER(Globals);
    if (Requeue) {
        FxQueueRelease(Request);
        FxQueueInsert(Queue, Request, TRUE);
        return;
    }
    Flags = NtsLock(&Queue->Lock);
    if (Request->IsOwned && !Request->Acknowledged) {
        Request->Acknowledged = TRUE;
        Count(Queue);
    }
    NtsUnlock(&Queue->Lock, Flags);
}

/* ---- With the device's power -------------------------------------------- */

VOID FxQueuesStart(FX_DEVICE *Device)
{
    for (LIST_ENTRY *Link = Device->Queues.Flink; Link != &Device->Queues;
         Link = Link->Flink) {
        FX_QUEUE *Queue = CONTAINING_RECORD(Link, FX_QUEUE, DeviceLink);

        Queue->Running = TRUE;
        FxQueuePresent(Queue);
    }
}

/* The next one that the driver has; it comes last from now on. */
static FX_REQUEST *NextOwned(FX_QUEUE *Queue)
{
    ULONG64 Flags = NtsLock(&Queue->Lock);
    FX_REQUEST *Request = NULL;

    if (!IsListEmpty(&Queue->Owned)) {
        Request = CONTAINING_RECORD(RemoveHeadList(&Queue->Owned), FX_REQUEST,
                                    Link);
        InsertTailList(&Queue->Owned, &Request->Link);
        FxReference(&Request->Head);
    }
    NtsUnlock(&Queue->Lock, Flags);
    return Request;
}

static VOID AskForRequests(FX_QUEUE *Queue, ULONG Action)
{
    ULONG Count = Queue->OwnedCount;
    FX_REQUEST *Request;

    while (Count-- && (Request = NextOwned(Queue))) {
        Queue->Config.EvtIoStop(FxHandle(Queue), FxHandle(Request), Action);
        FxRequireSameIrql(PASSIVE_LEVEL, "EvtIoStop");
        FxRelease(&Request->Head);
    }
}

static VOID PurgeWaiting(FX_QUEUE *Queue)
{
    for (;;) {
        ULONG64 Flags = NtsLock(&Queue->Lock);
        FX_REQUEST *Request = Take(Queue);

        NtsUnlock(&Queue->Lock, Flags);
        if (!Request) {
            return;
        }
        FxRequestFinish(Request, STATUS_CANCELLED);
    }
}

VOID FxQueuesStop(FX_DEVICE *Device, BOOLEAN Purge)
{
    for (LIST_ENTRY *Link = Device->Queues.Flink; Link != &Device->Queues;
         Link = Link->Flink) {
        FX_QUEUE *Queue = CONTAINING_RECORD(Link, FX_QUEUE, DeviceLink);

        if (!Queue->PowerManaged && !Purge) {
            continue;
        }
        Queue->Running = FALSE;
        if (Queue->Config.EvtIoStop) {
            AskForRequests(Queue, Purge ? WdfRequestStopActionPurge
                                        : WdfRequestStopActionSuspend);
        }
        KeWaitForSingleObject(&Queue->NoneOwned, Executive, KernelMode, FALSE,
                              NULL);
        if (Purge) {
            PurgeWaiting(Queue);
        }
    }
}

/* ---- What drivers call -------------------------------------------------- */

static VOID QueueDispose(FX_OBJECT *Object)
{
    RemoveEntryList(&CONTAINING_RECORD(Object, FX_QUEUE, Head)->DeviceLink);
}

static NTSTATUS CheckConfig(const FX_GLOBALS *Globals, const FX_DEVICE *Device,
                            const WDF_IO_QUEUE_CONFIG *Config)
{
    ULONG Size = Globals->Minor < 11 ? WDF_IO_QUEUE_CONFIG_SIZE_1_9
                                     : sizeof(*Config);
    BOOLEAN Handles = Config->EvtIoDefault || Config->EvtIoRead ||
                      Config->EvtIoWrite || Config->EvtIoDeviceControl ||
                      Config->EvtIoInternalDeviceControl;

    if (Config->Size != Size) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->DispatchType <= WdfIoQueueDispatchInvalid ||
        Config->DispatchType > WdfIoQueueDispatchManual ||
        (!Handles && Config->DispatchType != WdfIoQueueDispatchManual)) {
        return STATUS_INVALID_PARAMETER;
    }
    /* A device has one default queue. */
    return Config->DefaultQueue && Device->DefaultQueue ? STATUS_UNSUCCESSFUL
                                                        : STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfIoQueueCreate(PWDF_DRIVER_GLOBALS Globals,
                                WDFDEVICE DeviceHandle,
                                PWDF_IO_QUEUE_CONFIG Config,
                                PWDF_OBJECT_ATTRIBUTES Attributes,
                                WDFQUEUE *Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, DeviceHandle);
    const VOID *Caller = __builtin_return_address(0);
    FX_QUEUE *Queue;
    NTSTATUS Status;

    FX_REQUIRE(Config);
    Status = CheckConfig(FxGlobals(Globals), Device, Config);
    if (NT_SUCCESS(Status)) {
        Status = FxObjectCreate(FxTypeQueue, sizeof(*Queue), &Device->Head,
                                Attributes, FX_EXECUTION_LEVEL, Caller,
                                &Queue);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlCopyMemory(&Queue->Config, Config, Config->Size);
    Queue->Head.Passive = TRUE;
    Queue->Passive = Attributes &&
                     Attributes->ExecutionLevel == WdfExecutionLevelPassive;
    Queue->Head.Dispose = QueueDispose;
    Queue->Device = Device;
    Queue->PowerManaged = Config->PowerManaged != WdfFalse;
    Queue->Running = !Queue->PowerManaged || Device->Powered;
    InitializeListHead(&Queue->Waiting);
    InitializeListHead(&Queue->Owned);
    KeInitializeEvent(&Queue->NoneOwned, NotificationEvent, TRUE);
    InsertTailList(&Device->Queues, &Queue->DeviceLink);
    if (Config->DefaultQueue) {
        Queue->Head.Fixed = TRUE;
        Device->DefaultQueue = Queue;
    }
    if (Handle) {
        *Handle = FxHandle(Queue);
    }
    return STATUS_SUCCESS;
}

WDFDEVICE NTAPI WdfIoQueueGetDevice(PWDF_DRIVER_GLOBALS Globals,
                                    WDFQUEUE Handle)
{
    FX_QUEUE *Queue = FX_OBJECT_OF(Queue, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Queue->Device);
}

WDFQUEUE NTAPI WdfDeviceGetDefaultQueue(PWDF_DRIVER_GLOBALS Globals,
                                        WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Device->DefaultQueue);
}

NTSTATUS NTAPI
WdfDeviceConfigureRequestDispatching(PWDF_DRIVER_GLOBALS Globals,
                                     WDFDEVICE DeviceHandle,
                                     WDFQUEUE QueueHandle, INT Type)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, DeviceHandle);
    FX_QUEUE *Queue = FX_OBJECT_OF(Queue, QueueHandle);

    UNREFERENCED_PARAMETER(Globals);
    if (Type != WdfRequestTypeRead && Type != WdfRequestTypeWrite &&
        Type != WdfRequestTypeDeviceControl &&
        Type != WdfRequestTypeDeviceControlInternal) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Device->Dispatch[Type]) {
        return STATUS_WDF_BUSY;
    }
    Queue->Head.Fixed = TRUE;
    Device->Dispatch[Type] = Queue;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfIoQueueRetrieveNextRequest(PWDF_DRIVER_GLOBALS Globals,
                                             WDFQUEUE Handle,
                                             WDFREQUEST *Request)
{
    FX_QUEUE *Queue = FX_OBJECT_OF(Queue, Handle);
    NTSTATUS Status;
    ULONG64 Flags;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Request);
    *Request = NULL;
    Flags = NtsLock(&Queue->Lock);
    if (!Queue->Running) {
        Status = STATUS_WDF_PAUSED;
    } else {
        *Request = FxHandle(Take(Queue));
        Status = *Request ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
    }
    NtsUnlock(&Queue->Lock, Flags);
    return Status;
}
