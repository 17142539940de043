/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "log.h"

static const GUID ControlInterface = CBX_INTERFACE_GUID;

NTSTATUS
ControlStart(CBX_EXTENSION *Extension)
{
    return IoRegisterDeviceInterface(Extension->Pdo, &ControlInterface, NULL,
                                     &Extension->Control.Link);
}

VOID
ControlEnable(CBX_EXTENSION *Extension, BOOLEAN Enable)
{
    CBX_CONTROL *Control = &Extension->Control;
    NTSTATUS Status;

    if (Control->Enabled == Enable) {
        return;
    }
    Status = IoSetDeviceInterfaceState(&Control->Link, Enable);
    if (!NT_SUCCESS(Status)) {
        /* The tests do not need it: programs then do not find the device. */
        LogError("the interface does not change its state, status 0x%08lx",
                 Status);
        return;
    }
    Control->Enabled = Enable;
}

VOID
ControlStop(CBX_EXTENSION *Extension)
{
    ControlEnable(Extension, FALSE);
    RtlFreeUnicodeString(&Extension->Control.Link);
}

/* ---- Run ---------------------------------------------------------------- */

static DRIVER_CANCEL ControlCancel;
static VOID NTAPI
ControlCancel(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;

    /* The run's end completes the request, and waits for this lock first. */
    SessionAbort(&Extension->Session);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

static VOID
ControlForbidCancel(IRP *Irp)
{
    KIRQL OldIrql;

    if (!IoSetCancelRoutine(Irp, NULL)) {
        /* It runs, or has run: the lock is free when it is done. */
        IoAcquireCancelSpinLock(&OldIrql);
        IoReleaseCancelSpinLock(OldIrql);
    }
}

static IO_WORKITEM_ROUTINE ControlRunWorker;
static VOID NTAPI
ControlRunWorker(DEVICE_OBJECT *DeviceObject, PVOID Context)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    CBX_CONTROL *Control = &Extension->Control;
    IRP *Irp = Control->Irp;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Context);

    Status = RunRounds(Extension, Control->Request.rounds,
                       Control->Request.apis);
    ControlForbidCancel(Irp);
    if (Irp->Cancel) {
        Status = STATUS_CANCELLED;
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoFreeWorkItem(Control->WorkItem);
    SessionEnd(&Extension->Session);
    if (NT_SUCCESS(Status)) {
        Irp->IoStatus.Information =
            SessionQuery(&Extension->Session, 0,
                         Irp->AssociatedIrp.SystemBuffer,
                         sizeof(cbx_control_state));
    }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
}

/* STATUS_PENDING: the request and its remove lock are the worker's. */
static NTSTATUS
ControlRun(CBX_EXTENSION *Extension, IRP *Irp, ULONG In, ULONG Out)
{
    const cbx_control_run *Request = Irp->AssociatedIrp.SystemBuffer;
    CBX_CONTROL *Control = &Extension->Control;
    NTSTATUS Status;

    if (In < sizeof(*Request) || Out < sizeof(cbx_control_state)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Request->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    Status = SessionBegin(&Extension->Session);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Control->Request = *Request;
    Control->Irp = Irp;
    Control->WorkItem = IoAllocateWorkItem(Extension->Self);
    if (!Control->WorkItem) {
        SessionEnd(&Extension->Session);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoMarkIrpPending(Irp);
    IoSetCancelRoutine(Irp, ControlCancel);
    if (Irp->Cancel) {
        SessionAbort(&Extension->Session);
    }
    IoQueueWorkItem(Control->WorkItem, ControlRunWorker, DelayedWorkQueue,
                    NULL);
    return STATUS_PENDING;
}

/* ---- Query, abort ------------------------------------------------------- */

static NTSTATUS
ControlQuery(CBX_EXTENSION *Extension, IRP *Irp, ULONG In, ULONG Out)
{
    const cbx_control_query *Request = Irp->AssociatedIrp.SystemBuffer;

    if (In < sizeof(*Request) || Out < sizeof(cbx_control_state)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Request->version != CBX_CONTROL_VERSION) {
        return STATUS_REVISION_MISMATCH;
    }
    Irp->IoStatus.Information =
        SessionQuery(&Extension->Session, Request->first,
                     Irp->AssociatedIrp.SystemBuffer, Out);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
ControlDispatch(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    const IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG In = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG Out = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    NTSTATUS Status;

    Irp->IoStatus.Information = 0;
    Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        goto complete;
    }
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case CBX_CONTROL_RUN:
        Status = ControlRun(Extension, Irp, In, Out);
        if (Status == STATUS_PENDING) {
            return Status;
        }
        break;
    case CBX_CONTROL_QUERY:
        Status = ControlQuery(Extension, Irp, In, Out);
        break;
    case CBX_CONTROL_ABORT:
        SessionAbort(&Extension->Session);
        Status = STATUS_SUCCESS;
        break;
    default:
        Status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);

complete:
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
