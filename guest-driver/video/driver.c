/* SPDX-License-Identifier: MIT */
/*
 * cbxvid.sys: verifies the video port's common buffers.
 *
 * A video miniport of the kind that Windows XP to 7 and ReactOS load. It runs
 * when the device is opened for the first time (HwVidInitialize), again when a
 * private request asks for it, and reports through the device itself.
 */
#include "control.h"
#include "request.h"

typedef struct _CBX_EXTENSION {
    CBX_HARDWARE Hardware;
    CBX_SCREEN Screen;
    CBX_CONTROL Control;
} CBX_EXTENSION;

static VP_STATUS NTAPI
DriverFindAdapter(PVOID HwDeviceExtension, PVOID HwContext,
                  PWSTR ArgumentString, PVIDEO_PORT_CONFIG_INFO ConfigInfo,
                  PUCHAR Again)
{
    CBX_EXTENSION *Extension = HwDeviceExtension;

    UNREFERENCED_PARAMETER(HwContext);
    UNREFERENCED_PARAMETER(ArgumentString);

    *Again = FALSE;
    if (ConfigInfo->Length < sizeof(VIDEO_PORT_CONFIG_INFO)) {
        return ERROR_INVALID_PARAMETER;
    }
    return HardwareStart(&Extension->Hardware, Extension, ConfigInfo);
}

static BOOLEAN NTAPI
DriverInitialize(PVOID HwDeviceExtension)
{
    CBX_EXTENSION *Extension = HwDeviceExtension;

    ControlInitialize(&Extension->Control, Extension);
    if (!RunDefaultSet(&Extension->Control.Run, Extension,
                       &Extension->Hardware, &Extension->Screen,
                       &Extension->Control.Results, 0)) {
        ControlReset(&Extension->Control);
        return FALSE;
    }
    return TRUE;
}

static BOOLEAN NTAPI
DriverInterrupt(PVOID HwDeviceExtension)
{
    CBX_EXTENSION *Extension = HwDeviceExtension;

    return HardwareInterrupt(&Extension->Hardware);
}

static BOOLEAN NTAPI
DriverStartIo(PVOID HwDeviceExtension, PVIDEO_REQUEST_PACKET RequestPacket)
{
    CBX_EXTENSION *Extension = HwDeviceExtension;

    if (ControlStart(&Extension->Control, &Extension->Hardware,
                     &Extension->Screen, RequestPacket)) {
        return TRUE;
    }
    RequestStart(&Extension->Screen, &Extension->Hardware, RequestPacket);
    if (RequestPacket->IoControlCode == IOCTL_VIDEO_RESET_DEVICE) {
        ControlReset(&Extension->Control);
    }
    return TRUE;
}

static VP_STATUS NTAPI
DriverSetPower(PVOID HwDeviceExtension, ULONG HwId,
               PVIDEO_POWER_MANAGEMENT VideoPowerControl)
{
    UNREFERENCED_PARAMETER(HwDeviceExtension);
    UNREFERENCED_PARAMETER(HwId);
    UNREFERENCED_PARAMETER(VideoPowerControl);

    return NO_ERROR;
}

/* On and off: what the adapter's power management knows. */
static VP_STATUS NTAPI
DriverGetPower(PVOID HwDeviceExtension, ULONG HwId,
               PVIDEO_POWER_MANAGEMENT VideoPowerControl)
{
    UNREFERENCED_PARAMETER(HwDeviceExtension);

    if (HwId != DISPLAY_ADAPTER_HW_ID) {
        return ERROR_INVALID_PARAMETER;
    }
    return VideoPowerControl->PowerState == VideoPowerOn ||
           VideoPowerControl->PowerState == VideoPowerOff
           ? NO_ERROR : ERROR_INVALID_FUNCTION;
}

/* No children: a monitor would be one. */
static VP_STATUS NTAPI
DriverGetChild(PVOID HwDeviceExtension, PVIDEO_CHILD_ENUM_INFO ChildEnumInfo,
               PVIDEO_CHILD_TYPE VideoChildType, PUCHAR ChildDescriptor,
               PULONG UId, PULONG Unused)
{
    UNREFERENCED_PARAMETER(HwDeviceExtension);
    UNREFERENCED_PARAMETER(ChildEnumInfo);
    UNREFERENCED_PARAMETER(VideoChildType);
    UNREFERENCED_PARAMETER(ChildDescriptor);
    UNREFERENCED_PARAMETER(UId);
    UNREFERENCED_PARAMETER(Unused);

    return VIDEO_ENUM_NO_MORE_DEVICES;
}

ULONG NTAPI
DriverEntry(PVOID DriverObject, PVOID RegistryPath)
{
    VIDEO_HW_INITIALIZATION_DATA Data;
    ULONG Status;

    VideoPortZeroMemory(&Data, sizeof(Data));
    Data.HwInitDataSize = SIZE_OF_WXP_VIDEO_HW_INITIALIZATION_DATA;
    Data.AdapterInterfaceType = PCIBus;
    Data.HwFindAdapter = DriverFindAdapter;
    Data.HwInitialize = DriverInitialize;
    Data.HwInterrupt = DriverInterrupt;
    Data.HwStartIO = DriverStartIo;
    Data.HwSetPowerState = DriverSetPower;
    Data.HwGetPowerState = DriverGetPower;
    Data.HwGetVideoChildDescriptor = DriverGetChild;
    Data.HwDeviceExtensionSize = sizeof(CBX_EXTENSION);

    Status = VideoPortInitialize(DriverObject, RegistryPath, &Data, NULL);
    if (Status) {
        /* Windows 2000 takes no structure of this length. */
        Data.HwInitDataSize = SIZE_OF_W2K_VIDEO_HW_INITIALIZATION_DATA;
        Status = VideoPortInitialize(DriverObject, RegistryPath, &Data, NULL);
    }
    return Status;
}
