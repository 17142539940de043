/* SPDX-License-Identifier: MIT */
#include "pnp.h"

#include "extension.h"
#include "hardware.h"
#include "log.h"
#include "run.h"

static IO_COMPLETION_ROUTINE PnpLowerDone;
static NTSTATUS NTAPI
PnpLowerDone(DEVICE_OBJECT *DeviceObject, IRP *Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);

    /* Nobody waits when the call below returned without pending. */
    if (Irp->PendingReturned) {
        KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Hands the request to the drivers below and waits until they are done. */
static NTSTATUS
PnpForwardAndWait(CBX_EXTENSION *Extension, IRP *Irp)
{
    KEVENT Done;
    NTSTATUS Status;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, PnpLowerDone, &Done, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Extension->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    return Status;
}

static NTSTATUS
PnpForward(CBX_EXTENSION *Extension, IRP *Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Extension->Lower, Irp);
}

/* The verdict goes through the device; a start fails for its own reasons. */
static NTSTATUS
PnpBringUp(CBX_EXTENSION *Extension, const CM_RESOURCE_LIST *Translated)
{
    NTSTATUS Status;

    Status = HardwareStart(Extension, Translated);
    if (!NT_SUCCESS(Status)) {
        LogError("the hardware does not start, status 0x%08lx", Status);
        return Status;
    }
    Status = RunDefaultSet(&Extension->Run, Extension->Pdo, &Extension->Bars,
                           &Extension->Interrupt);
    if (!NT_SUCCESS(Status)) {
        goto cleanupHardware;
    }
    return STATUS_SUCCESS;

cleanupHardware:
    HardwareStop(Extension);
    return Status;
}

static NTSTATUS
PnpStart(CBX_EXTENSION *Extension, IRP *Irp)
{
    const IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);
    const CM_RESOURCE_LIST *Translated =
        Stack->Parameters.StartDevice.AllocatedResourcesTranslated;
    NTSTATUS Status;

    Status = PnpForwardAndWait(Extension, Irp);
    if (NT_SUCCESS(Status)) {
        Status = PnpBringUp(Extension, Translated);
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* The remove lock is held by the caller and released here, for good. */
static NTSTATUS
PnpRemove(CBX_EXTENSION *Extension, IRP *Irp)
{
    NTSTATUS Status;

    IoReleaseRemoveLockAndWait(&Extension->RemoveLock, Irp);
    HardwareStop(Extension);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = PnpForward(Extension, Irp);
    IoDetachDevice(Extension->Lower);
    IoDeleteDevice(Extension->Self);
    return Status;
}

NTSTATUS NTAPI
PnpDispatch(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = PnpStart(Extension, Irp);
        break;
    case IRP_MN_REMOVE_DEVICE:
        return PnpRemove(Extension, Irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        HardwareStop(Extension);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = PnpForward(Extension, Irp);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = PnpForward(Extension, Irp);
        break;
    default:
        Status = PnpForward(Extension, Irp);
        break;
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}
