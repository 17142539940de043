/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "cbx/abi.h"
#include "run.h"

static const GUID ControlInterface = CBX_INTERFACE_GUID;

/* ---- Run ---------------------------------------------------------------- */

/* While a run lasts its request waits in a queue, where it can be cancelled. */
static EVT_WDF_IO_QUEUE_IO_DEFAULT ControlCanceledOnQueue;
static VOID NTAPI
ControlCanceledOnQueue(WDFQUEUE Queue, WDFREQUEST Request)
{
    CBX_DEVICE *Device = DeviceContext(WdfIoQueueGetDevice(Queue));

    SessionAbort(&Device->Session);
    WdfRequestComplete(Request, STATUS_CANCELLED);
    KeSetEvent(&Device->Control.Canceled, IO_NO_INCREMENT, FALSE);
}

static VOID
ControlAnswerRun(CBX_DEVICE *Device, WDFREQUEST Request, NTSTATUS Status)
{
    ULONG_PTR Information = 0;
    PVOID State;

    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputBuffer(
            Request, sizeof(cbx_control_state), &State, NULL);
    }
    if (NT_SUCCESS(Status)) {
        Information = SessionQuery(&Device->Session, 0, State,
                                   sizeof(cbx_control_state));
    }
    WdfRequestCompleteWithInformation(Request, Status, Information);
}

static EVT_WDF_WORKITEM ControlRunWorker;
static VOID NTAPI
ControlRunWorker(WDFWORKITEM WorkItem)
{
    CBX_DEVICE *Device = DeviceContext(WdfWorkItemGetParentObject(WorkItem));
    CBX_CONTROL *Control = &Device->Control;
    WDFREQUEST Request = NULL;
    NTSTATUS Status;

    Status = RunRounds(Device, Control->Request.rounds,
                       Control->Request.apis);
    if (!NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Control->Runs, &Request))) {
        /* It is being cancelled, and must not abort the next run. */
        KeWaitForSingleObject(&Control->Canceled, Executive, KernelMode,
                              FALSE, NULL);
        SessionEnd(&Device->Session);
        return;
    }
    SessionEnd(&Device->Session);
    ControlAnswerRun(Device, Request, Status);
}

/* STATUS_PENDING: the request is the worker's. */
static NTSTATUS
ControlRun(CBX_DEVICE *Device, WDFREQUEST Request)
{
    CBX_CONTROL *Control = &Device->Control;
    const cbx_control_run *In;
    PVOID Input, Output;
    NTSTATUS Status;

    Status = WdfRequestRetrieveInputBuffer(Request, sizeof(*In), &Input, NULL);
    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputBuffer(
            Request, sizeof(cbx_control_state), &Output, NULL);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    In = Input;
    if (In->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    Status = SessionBegin(&Device->Session);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Control->Request = *In;
    KeClearEvent(&Control->Canceled);
    Status = WdfRequestForwardToIoQueue(Request, Control->Runs);
    if (!NT_SUCCESS(Status)) {
        SessionEnd(&Device->Session);
        return Status;
    }
    WdfWorkItemEnqueue(Control->Worker);
    return STATUS_PENDING;
}

/* ---- Query, abort ------------------------------------------------------- */

static NTSTATUS
ControlQuery(CBX_DEVICE *Device, WDFREQUEST Request, ULONG_PTR *Information)
{
    const cbx_control_query *In;
    PVOID Input, Output;
    SIZE_T Length;
    NTSTATUS Status;

    Status = WdfRequestRetrieveInputBuffer(Request, sizeof(*In), &Input, NULL);
    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputBuffer(
            Request, sizeof(cbx_control_state), &Output, &Length);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    In = Input;
    if (In->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    *Information = SessionQuery(&Device->Session, In->first, Output,
                                (ULONG)Length);
    return STATUS_SUCCESS;
}

static EVT_WDF_IO_QUEUE_IO_CONTROL ControlRequest;
static VOID NTAPI
ControlRequest(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength,
               SIZE_T InputLength, ULONG Code)
{
    CBX_DEVICE *Device = DeviceContext(WdfIoQueueGetDevice(Queue));
    ULONG_PTR Information = 0;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);

    switch (Code) {
    case CBX_CONTROL_RUN:
        Status = ControlRun(Device, Request);
        if (Status == STATUS_PENDING) {
            return;
        }
        break;
    case CBX_CONTROL_QUERY:
        Status = ControlQuery(Device, Request, &Information);
        break;
    case CBX_CONTROL_ABORT:
        SessionAbort(&Device->Session);
        Status = STATUS_SUCCESS;
        break;
    default:
        Status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    WdfRequestCompleteWithInformation(Request, Status, Information);
}

/* ---- Queues ------------------------------------------------------------- */

/*
 * Neither depends on the device's power: requests are answered while it
 * sleeps, and the session knows when a run may begin.
 */
static NTSTATUS
ControlCreateQueues(CBX_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDF_IO_QUEUE_CONFIG Requests = {
        .Size = sizeof(Requests),
        .DispatchType = WdfIoQueueDispatchParallel,
        .PowerManaged = WdfFalse,
        .DefaultQueue = TRUE,
        .EvtIoDeviceControl = ControlRequest,
        .Settings.Parallel.NumberOfPresentedRequests = MAXULONG,
    };
    WDF_IO_QUEUE_CONFIG Runs = {
        .Size = sizeof(Runs),
        .DispatchType = WdfIoQueueDispatchManual,
        .PowerManaged = WdfFalse,
        .EvtIoCanceledOnQueue = ControlCanceledOnQueue,
    };
    NTSTATUS Status;

    /* The results are guarded by a mutex. */
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    Status = WdfIoQueueCreate(Device->Handle, &Requests, &Attributes, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return WdfIoQueueCreate(Device->Handle, &Runs, NULL,
                            &Device->Control.Runs);
}

NTSTATUS
ControlCreate(CBX_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDF_WORKITEM_CONFIG Worker = {
        .Size = sizeof(Worker),
        .EvtWorkItemFunc = ControlRunWorker,
    };
    NTSTATUS Status;

    KeInitializeEvent(&Device->Control.Canceled, NotificationEvent, FALSE);
    Attributes.ParentObject = Device->Handle;
    Status = WdfWorkItemCreate(&Worker, &Attributes, &Device->Control.Worker);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ControlCreateQueues(Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return WdfDeviceCreateDeviceInterface(Device->Handle, &ControlInterface,
                                          NULL);
}
