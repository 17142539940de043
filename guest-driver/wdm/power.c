/* SPDX-License-Identifier: MIT */
/*
 * Requests are passed on with IoCallDriver, which carries power requests since
 * Windows Vista, the oldest system of this driver; PoStartNextPowerIrp is not
 * needed there either. DO_POWER_PAGABLE is set: requests arrive at
 * PASSIVE_LEVEL, completion routines may not.
 */
#include "power.h"

#include "extension.h"
#include "forward.h"
#include "hardware.h"

/* ---- The device's state ------------------------------------------------- */

static VOID
PowerSet(CBX_EXTENSION *Extension, POWER_STATE State)
{
    Extension->Power = State.DeviceState;
    PoSetPowerState(Extension->Self, DevicePowerState, State);
}

/* The bus driver has powered the device: it is ours again. */
static IO_COMPLETION_ROUTINE PowerUpDone;
static NTSTATUS NTAPI
PowerUpDone(DEVICE_OBJECT *DeviceObject, IRP *Irp, PVOID Context)
{
    CBX_EXTENSION *Extension = Context;

    UNREFERENCED_PARAMETER(DeviceObject);

    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    if (NT_SUCCESS(Irp->IoStatus.Status)) {
        PowerSet(Extension,
                 IoGetCurrentIrpStackLocation(Irp)->Parameters.Power.State);
        HardwareResume(Extension);
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS
PowerSetDevice(CBX_EXTENSION *Extension, IRP *Irp, POWER_STATE State)
{
    NTSTATUS Status;

    if (State.DeviceState < Extension->Power) {
        IoCopyCurrentIrpStackLocationToNext(Irp);
        IoSetCompletionRoutine(Irp, PowerUpDone, Extension, TRUE, TRUE, TRUE);
        /* the completion routine releases the remove lock */
        return IoCallDriver(Extension->Lower, Irp);
    }
    if (State.DeviceState > Extension->Power) {
        HardwareSuspend(Extension);
        PowerSet(Extension, State);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = ForwardRequest(Extension, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}

/* ---- The system's state ------------------------------------------------- */

static REQUEST_POWER_COMPLETE PowerDeviceDone;
static VOID NTAPI
PowerDeviceDone(DEVICE_OBJECT *DeviceObject, UCHAR MinorFunction,
                POWER_STATE State, PVOID Context, IO_STATUS_BLOCK *IoStatus)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    IRP *Irp = Context;

    UNREFERENCED_PARAMETER(MinorFunction);
    UNREFERENCED_PARAMETER(State);

    Irp->IoStatus.Status = IoStatus->Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
}

/* The drivers below know the system's state: the device's follows. */
static IO_COMPLETION_ROUTINE PowerSystemDone;
static NTSTATUS NTAPI
PowerSystemDone(DEVICE_OBJECT *DeviceObject, IRP *Irp, PVOID Context)
{
    CBX_EXTENSION *Extension = Context;
    POWER_STATE Wanted;
    NTSTATUS Status = Irp->IoStatus.Status;

    UNREFERENCED_PARAMETER(DeviceObject);

    if (NT_SUCCESS(Status)) {
        const IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);

        Wanted.DeviceState = Stack->Parameters.Power.State.SystemState ==
                             PowerSystemWorking ? PowerDeviceD0
                                                : PowerDeviceD3;
        Status = PoRequestPowerIrp(Extension->Self, Stack->MinorFunction,
                                   Wanted, PowerDeviceDone, Irp, NULL);
        if (Status == STATUS_PENDING) {
            return STATUS_MORE_PROCESSING_REQUIRED;
        }
        Irp->IoStatus.Status = Status;
    }
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS
PowerSystem(CBX_EXTENSION *Extension, IRP *Irp)
{
    IoMarkIrpPending(Irp);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, PowerSystemDone, Extension, TRUE, TRUE, TRUE);
    IoCallDriver(Extension->Lower, Irp);
    return STATUS_PENDING;
}

NTSTATUS NTAPI
PowerDispatch(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    const IO_STACK_LOCATION *Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    if (Stack->MinorFunction == IRP_MN_SET_POWER ||
        Stack->MinorFunction == IRP_MN_QUERY_POWER) {
        if (Stack->Parameters.Power.Type == SystemPowerState) {
            return PowerSystem(Extension, Irp);
        }
        if (Stack->MinorFunction == IRP_MN_SET_POWER) {
            return PowerSetDevice(Extension, Irp,
                                  Stack->Parameters.Power.State);
        }
    }
    Status = ForwardRequest(Extension, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}
