/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the device, and video request packets to the miniport. */
#include "videoprt.h"

NTSTATUS VpOpen(VP_DEVICE *Device)
{
    if (Device->State == VpInitialized) {
        return STATUS_SUCCESS;
    }
    if (!Device->Miniport->Data.HwInitialize(VpExtension(Device))) {
        NtsLog(PAL_LOG_ERROR, "HwVidInitialize has failed");
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Device->State = VpInitialized;
    return STATUS_SUCCESS;
}

VP_STATUS VpRequest(VP_DEVICE *Device, ULONG Code, PVOID Input,
                    ULONG InputLength, PVOID Output, ULONG OutputLength,
                    ULONG_PTR *Information)
{
    STATUS_BLOCK Block = { .Status = ERROR_INVALID_FUNCTION };
    VIDEO_REQUEST_PACKET Packet = {
        .IoControlCode = Code,
        .StatusBlock = &Block,
        .InputBuffer = Input,
        .InputBufferLength = InputLength,
        .OutputBuffer = Output,
        .OutputBufferLength = OutputLength,
    };

    KeWaitForSingleObject(&Device->Lock, Executive, KernelMode, FALSE, NULL);
    Device->Miniport->Data.HwStartIO(VpExtension(Device), &Packet);
    KeSetEvent(&Device->Lock, IO_NO_INCREMENT, FALSE);
    if (Information) {
        *Information = Block.Information;
    }
    return Block.Status;
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
