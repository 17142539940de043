/* SPDX-License-Identifier: MIT */
#include "common/requests.h"

/* ---- Run ---------------------------------------------------------------- */

static DRIVER_CANCEL RequestsCancel;
static VOID NTAPI
RequestsCancel(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_REQUESTS *Requests = Irp->Tail.Overlay.DriverContext[0];

    UNREFERENCED_PARAMETER(DeviceObject);

    /* The run's end completes the request, and waits for this lock first. */
    SessionAbort(Requests->Session);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

static VOID
RequestsForbidCancel(IRP *Irp)
{
    KIRQL OldIrql;

    if (!IoSetCancelRoutine(Irp, NULL)) {
        /* It runs, or has run: the lock is free when it is done. */
        IoAcquireCancelSpinLock(&OldIrql);
        IoReleaseCancelSpinLock(OldIrql);
    }
}

static IO_WORKITEM_ROUTINE RequestsRunWorker;
static VOID NTAPI
RequestsRunWorker(DEVICE_OBJECT *DeviceObject, PVOID Context)
{
    CBX_REQUESTS *Requests = Context;
    IRP *Irp = Requests->Irp;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DeviceObject);

    Status = Requests->Run(Requests->Context, Requests->Request.rounds,
                           Requests->Request.apis);
    RequestsForbidCancel(Irp);
    if (Irp->Cancel) {
        Status = STATUS_CANCELLED;
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoFreeWorkItem(Requests->WorkItem);
    SessionEnd(Requests->Session);
    if (NT_SUCCESS(Status)) {
        Irp->IoStatus.Information =
            SessionQuery(Requests->Session, 0,
                         Irp->AssociatedIrp.SystemBuffer,
                         sizeof(cbx_control_state));
    }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoReleaseRemoveLock(Requests->RemoveLock, Irp);
}

/* STATUS_PENDING: the request and its remove lock are the worker's. */
static NTSTATUS
RequestsRun(CBX_REQUESTS *Requests, DEVICE_OBJECT *Device, IRP *Irp, ULONG In,
           ULONG Out)
{
    const cbx_control_run *Request = Irp->AssociatedIrp.SystemBuffer;
    NTSTATUS Status;

    if (In < sizeof(*Request) || Out < sizeof(cbx_control_state)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Request->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    Status = SessionBegin(Requests->Session);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Requests->Request = *Request;
    Requests->Irp = Irp;
    Requests->WorkItem = IoAllocateWorkItem(Device);
    if (!Requests->WorkItem) {
        SessionEnd(Requests->Session);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoMarkIrpPending(Irp);
    Irp->Tail.Overlay.DriverContext[0] = Requests;
    IoSetCancelRoutine(Irp, RequestsCancel);
    if (Irp->Cancel) {
        SessionAbort(Requests->Session);
    }
    IoQueueWorkItem(Requests->WorkItem, RequestsRunWorker, DelayedWorkQueue,
                    Requests);
    return STATUS_PENDING;
}

/* ---- Query, abort ------------------------------------------------------- */

static NTSTATUS
RequestsQuery(CBX_REQUESTS *Requests, IRP *Irp, ULONG In, ULONG Out)
{
    const cbx_control_query *Request = Irp->AssociatedIrp.SystemBuffer;

    if (In < sizeof(*Request) || Out < sizeof(cbx_control_state)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Request->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    Irp->IoStatus.Information =
        SessionQuery(Requests->Session, Request->first,
                     Irp->AssociatedIrp.SystemBuffer, Out);
    return STATUS_SUCCESS;
}

NTSTATUS
RequestsDispatch(CBX_REQUESTS *Requests, DEVICE_OBJECT *Device, IRP *Irp)
{
    const IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG In = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG Out = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    NTSTATUS Status;

    Irp->IoStatus.Information = 0;
    Status = IoAcquireRemoveLock(Requests->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        goto complete;
    }
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case CBX_CONTROL_RUN:
        Status = RequestsRun(Requests, Device, Irp, In, Out);
        if (Status == STATUS_PENDING) {
            return Status;
        }
        break;
    case CBX_CONTROL_QUERY:
        Status = RequestsQuery(Requests, Irp, In, Out);
        break;
    case CBX_CONTROL_ABORT:
        SessionAbort(Requests->Session);
        Status = STATUS_SUCCESS;
        break;
    default:
        Status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    IoReleaseRemoveLock(Requests->RemoveLock, Irp);

complete:
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
