/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the device, and video request packets to the miniport. */
#include "videoprt.h"

NTSTATUS VpOpen(VP_DEVICE *Device)
{
    if (Device->State == VpInitialized) {
        return STATUS_SUCCESS;
    }
    if (Device->State != VpFound) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    if (!Device->Miniport->Data.HwInitialize(VpExtension(Device))) {
        NtsLog(PAL_LOG_ERROR, "HwVidInitialize has failed");
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Device->State = VpInitialized;
    return STATUS_SUCCESS;
}

static const struct {
    VP_STATUS Error;
    NTSTATUS Status;
} Errors[] = {
    { NO_ERROR, STATUS_SUCCESS },
    { ERROR_NOT_ENOUGH_MEMORY, STATUS_INSUFFICIENT_RESOURCES },
    { ERROR_MORE_DATA, STATUS_BUFFER_OVERFLOW },
    { ERROR_INVALID_FUNCTION, STATUS_NOT_IMPLEMENTED },
    { ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
    { ERROR_INSUFFICIENT_BUFFER, STATUS_BUFFER_TOO_SMALL },
    { ERROR_DEV_NOT_EXIST, STATUS_DEVICE_DOES_NOT_EXIST },
};

static NTSTATUS StatusOf(VP_STATUS Error)
{
    for (ULONG i = 0; i < RTL_NUMBER_OF(Errors); i++) {
        if (Errors[i].Error == Error) {
            return Errors[i].Status;
        }
    }
    return STATUS_UNSUCCESSFUL;
}

NTSTATUS VpRequest(VP_DEVICE *Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    STATUS_BLOCK Block = { .Status = ERROR_INVALID_FUNCTION };
    VIDEO_REQUEST_PACKET Packet = {
        .IoControlCode = Stack->Parameters.DeviceIoControl.IoControlCode,
        .StatusBlock = &Block,
        .InputBuffer = Irp->AssociatedIrp.SystemBuffer,
        .InputBufferLength =
            Stack->Parameters.DeviceIoControl.InputBufferLength,
        .OutputBuffer = Irp->AssociatedIrp.SystemBuffer,
        .OutputBufferLength =
            Stack->Parameters.DeviceIoControl.OutputBufferLength,
    };

    if (Device->State != VpInitialized) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    KeWaitForSingleObject(&Device->Lock, Executive, KernelMode, FALSE, NULL);
    Device->Miniport->Data.HwStartIO(VpExtension(Device), &Packet);
    KeSetEvent(&Device->Lock, IO_NO_INCREMENT, FALSE);
    Irp->IoStatus.Information = Block.Information;
    return StatusOf(Block.Status);
}

VOID NTAPI VideoPortAcquireDeviceLock(PVOID HwDeviceExtension)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    NTS_IRQL(PASSIVE_LEVEL);
    KeWaitForSingleObject(&Device->Lock, Executive, KernelMode, FALSE, NULL);
}

VOID NTAPI VideoPortReleaseDeviceLock(PVOID HwDeviceExtension)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    NTS_IRQL(PASSIVE_LEVEL);
    KeSetEvent(&Device->Lock, IO_NO_INCREMENT, FALSE);
}
