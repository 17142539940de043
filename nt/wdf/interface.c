/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device interfaces: the driver registers them, the framework switches them on
 * when the device has started and off when it goes.
 */
#include "wdf.h"

typedef struct _FX_INTERFACE {
    LIST_ENTRY Link;
    UNICODE_STRING Name;
} FX_INTERFACE;

static NTSTATUS Switch(FX_INTERFACE *Interface, BOOLEAN On)
{
    NTSTATUS Status = IoSetDeviceInterfaceState(&Interface->Name, On);

    if (!NT_SUCCESS(Status)) {
        NtsLog(PAL_LOG_ERROR, "a device interface does not change its state: "
               "0x%08x", (ULONG)Status);
    }
    return Status;
}

VOID FxInterfacesSwitch(FX_DEVICE *Device, BOOLEAN On)
{
    if (Device->InterfacesOn == On) {
        return;
    }
    Device->InterfacesOn = On;
    for (LIST_ENTRY *Link = Device->Interfaces.Flink;
         Link != &Device->Interfaces; Link = Link->Flink) {
        Switch(CONTAINING_RECORD(Link, FX_INTERFACE, Link), On);
    }
}

VOID FxInterfacesDelete(FX_DEVICE *Device)
{
    while (!IsListEmpty(&Device->Interfaces)) {
        FX_INTERFACE *Interface = CONTAINING_RECORD(
            RemoveHeadList(&Device->Interfaces), FX_INTERFACE, Link);

        RtlFreeUnicodeString(&Interface->Name);
        NtsFree(Interface, sizeof(*Interface));
    }
}

NTSTATUS NTAPI WdfDeviceCreateDeviceInterface(PWDF_DRIVER_GLOBALS Globals,
                                              WDFDEVICE Handle,
                                              const GUID *Class,
                                              PCUNICODE_STRING Reference)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);
    FX_INTERFACE *Interface;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Class);
    Status = FX_CHECK_PASSIVE();
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Interface = NtsAllocate(sizeof(*Interface));
    if (!Interface) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoRegisterDeviceInterface(Device->Pdo, Class,
                                       (PUNICODE_STRING)Reference,
                                       &Interface->Name);
    if (!NT_SUCCESS(Status)) {
        NtsFree(Interface, sizeof(*Interface));
        return Status;
    }
    InsertTailList(&Device->Interfaces, &Interface->Link);
    return Device->InterfacesOn ? Switch(Interface, TRUE) : STATUS_SUCCESS;
}
