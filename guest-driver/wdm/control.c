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

NTSTATUS NTAPI
ControlDispatch(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;

    return RequestsDispatch(&Extension->Control.Requests, DeviceObject, Irp);
}
