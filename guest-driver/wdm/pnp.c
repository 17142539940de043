/* SPDX-License-Identifier: MIT */
#include "pnp.h"

#include "control.h"
#include "extension.h"
#include "forward.h"
#include "hardware.h"
#include "log.h"

static NTSTATUS
PnpRun(CBX_EXTENSION *Extension)
{
    NTSTATUS Status;

    Status = SessionBegin(&Extension->Session);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = RunRounds(Extension, 1, Extension->Parameters.Apis);
    SessionEnd(&Extension->Session);
    return Status;
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
    if (Extension->Parameters.RunAtStart) {
        Status = PnpRun(Extension);
        if (!NT_SUCCESS(Status)) {
            goto cleanupHardware;
        }
    }
    ControlEnable(Extension, TRUE);
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

    Status = ForwardAndWait(Extension, Irp);
    if (NT_SUCCESS(Status)) {
        Status = PnpBringUp(Extension, Translated);
    }
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* A device that is at work does not go; one that is idle stays so. */
static NTSTATUS
PnpQuery(CBX_EXTENSION *Extension, IRP *Irp)
{
    if (!SessionCloseIfIdle(&Extension->Session)) {
        Irp->IoStatus.Status = STATUS_DEVICE_BUSY;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return STATUS_DEVICE_BUSY;
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return ForwardRequest(Extension, Irp);
}

/* Also sent when there was no query, or one that failed. */
static NTSTATUS
PnpCancelQuery(CBX_EXTENSION *Extension, IRP *Irp)
{
    NTSTATUS Status;

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = ForwardAndWait(Extension, Irp);
    if (Extension->Started && Extension->Power == PowerDeviceD0) {
        SessionOpen(&Extension->Session);
    }
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* The remove lock is held by the caller and released here, for good. */
static NTSTATUS
PnpRemove(CBX_EXTENSION *Extension, IRP *Irp)
{
    NTSTATUS Status;

    ControlEnable(Extension, FALSE);
    SessionClose(&Extension->Session);
    IoReleaseRemoveLockAndWait(&Extension->RemoveLock, Irp);
    HardwareStop(Extension);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = ForwardRequest(Extension, Irp);
    IoDetachDevice(Extension->Lower);
    ControlStop(Extension);
    SessionDelete(&Extension->Session);
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
    case IRP_MN_SURPRISE_REMOVAL:
        ControlEnable(Extension, FALSE);
        /* fall through */
    case IRP_MN_STOP_DEVICE:
        HardwareStop(Extension);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = ForwardRequest(Extension, Irp);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
        Status = PnpQuery(Extension, Irp);
        break;
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Status = PnpCancelQuery(Extension, Irp);
        break;
    default:
        Status = ForwardRequest(Extension, Irp);
        break;
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}
