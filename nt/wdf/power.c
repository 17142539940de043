/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power requests: the framework is the owner of its devices' power policy. For
 * each request about the system it asks for one about the device, and passes
 * the first on when the second is complete.
 */
#include "wdf.h"

/* A system request that waits for the device's. */
typedef struct _FX_POWER_WAIT {
    FX_DEVICE *Device;
    PIRP Irp;
} FX_POWER_WAIT;

static VOID NTAPI DeviceDone(PDEVICE_OBJECT DeviceObject, UCHAR Minor,
                             POWER_STATE State, PVOID Context,
                             PIO_STATUS_BLOCK Iosb)
{
    FX_POWER_WAIT *Wait = Context;
    FX_DEVICE *Device = Wait->Device;
    PIRP Irp = Wait->Irp;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Minor);
    UNREFERENCED_PARAMETER(State);
    UNREFERENCED_PARAMETER(Iosb);
    NtsFree(Wait, sizeof(*Wait));
    FxPassOn(Device, Irp);
}

static NTSTATUS System(FX_DEVICE *Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    FX_POWER_WAIT *Wait = NtsAllocate(sizeof(*Wait));
    POWER_STATE State = {
        .DeviceState = Stack->Parameters.Power.State.SystemState ==
                       PowerSystemWorking ? PowerDeviceD0 : PowerDeviceD3
    };
    NTSTATUS Status;

    if (!Wait) {
        return FxComplete(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    Wait->Device = Device;
    Wait->Irp = Irp;
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoMarkIrpPending(Irp);
    Status = PoRequestPowerIrp(Device->Pdo, IRP_MN_SET_POWER, State,
                               DeviceDone, Wait, NULL);
    if (Status != STATUS_PENDING) {
        NtsFree(Wait, sizeof(*Wait));
        FxComplete(Irp, Status);
    }
    return STATUS_PENDING;
}

static NTSTATUS SetDevice(FX_DEVICE *Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    if (Stack->Parameters.Power.State.DeviceState != PowerDeviceD0) {
        FxPowerDown(Device, WdfPowerDeviceD3);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return FxPassOn(Device, Irp);
    }
    Status = FxPassOnAndWait(Device, Irp);
    if (NT_SUCCESS(Status) && Device->Prepared && !Device->Powered) {
        Status = FxPowerUp(Device, WdfPowerDeviceD3);
        if (!NT_SUCCESS(Status)) {
            FxPowerDown(Device, WdfPowerDeviceD3Final);
        }
    }
    return FxComplete(Irp, Status);
}

NTSTATUS NTAPI FxPowerDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    FX_DEVICE *Device = FxDeviceBehind(DeviceObject);
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    if (Stack->MinorFunction == IRP_MN_QUERY_POWER) {
        Irp->IoStatus.Status = STATUS_SUCCESS;
    }
    if (Stack->MinorFunction != IRP_MN_SET_POWER) {
        return FxPassOn(Device, Irp);
    }
    return Stack->Parameters.Power.Type == SystemPowerState
           ? System(Device, Irp) : SetDevice(Device, Irp);
}
