/* SPDX-License-Identifier: MIT */
/*
 * cbxkmdf.sys: verifies KMDF's calls that hand out common buffers.
 *
 * The function driver of the CBX device, as a KMDF driver is written. It runs
 * when the device has come up and reports through the device itself; a program
 * may ask for more, see cbx/ioctl.h.
 */
#include "device.h"

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI
DriverEntry(DRIVER_OBJECT *DriverObject, UNICODE_STRING *RegistryPath)
{
    WDF_DRIVER_CONFIG Config = {
        .Size = sizeof(Config),
        .EvtDriverDeviceAdd = DeviceAdd,
    };

    return WdfDriverCreate(DriverObject, RegistryPath, NULL, &Config, NULL);
}
