/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device objects of miniport drivers for programs, beside those of adapters. */
#include "ndis.h"

/* ndis.sys's part of the extension; the driver's follows. */
typedef struct _NDIS_CONTROL {
    ULONG Magic;
    NDIS_DRIVER *Driver;
    PDEVICE_OBJECT Self;
    UNICODE_STRING Link;
    PDRIVER_DISPATCH MajorFunctions[IRP_MJ_MAXIMUM_FUNCTION + 1];
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) UCHAR Reserved[];
} NDIS_CONTROL;

static NDIS_CONTROL *ControlOf(PDEVICE_OBJECT DeviceObject)
{
    NDIS_CONTROL *Control = DeviceObject->DeviceExtension;

    return Control->Magic == NDIS_CONTROL_MAGIC ? Control : NULL;
}

static BOOLEAN IsComplete(const NDIS_DEVICE_OBJECT_ATTRIBUTES *Attributes)
{
    return Attributes->Header.Type ==
               NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES &&
           Attributes->Header.Revision >= 1 &&
           Attributes->Header.Size >= sizeof(*Attributes) &&
           Attributes->DeviceName && Attributes->SymbolicName &&
           Attributes->MajorFunctions;
}

/* The name has to outlive the caller's. */
static NDIS_STATUS MakeLink(NDIS_CONTROL *Control, PUNICODE_STRING Link,
                            PUNICODE_STRING Device)
{
    NTSTATUS Status;

    Control->Link.Buffer = NtsAllocate(Link->Length);
    if (!Control->Link.Buffer) {
        return NDIS_STATUS_RESOURCES;
    }
    Control->Link.MaximumLength = Link->Length;
    RtlCopyUnicodeString(&Control->Link, Link);
    Status = IoCreateSymbolicLink(&Control->Link, Device);
    if (!NT_SUCCESS(Status)) {
        NtsFree(Control->Link.Buffer, Control->Link.MaximumLength);
    }
    return Status;
}

NDIS_STATUS NTAPI NdisRegisterDeviceEx(
    NDIS_HANDLE NdisHandle, PNDIS_DEVICE_OBJECT_ATTRIBUTES Attributes,
    PDEVICE_OBJECT *DeviceObject, PNDIS_HANDLE NdisDeviceHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DRIVER *Driver = NdisDriverFrom(NdisHandle, __func__, Caller);
    PDEVICE_OBJECT Self;
    NDIS_CONTROL *Control;
    NDIS_STATUS Status;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!IsComplete(Attributes)) {
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    Status = IoCreateDevice(Driver->DriverObject,
                            sizeof(*Control) + Attributes->ExtensionSize,
                            Attributes->DeviceName, FILE_DEVICE_NETWORK,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Control = Self->DeviceExtension;
    RtlZeroMemory(Control, sizeof(*Control) + Attributes->ExtensionSize);
    Status = MakeLink(Control, Attributes->SymbolicName,
                      Attributes->DeviceName);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Self);
        return Status;
    }
    Control->Magic = NDIS_CONTROL_MAGIC;
    Control->Driver = Driver;
    Control->Self = Self;
    RtlCopyMemory(Control->MajorFunctions, Attributes->MajorFunctions,
                  sizeof(Control->MajorFunctions));
    Driver->Controls++;
    *DeviceObject = Self;
    *NdisDeviceHandle = Control;
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisDeregisterDeviceEx(NDIS_HANDLE NdisDeviceHandle)
{
    NDIS_CONTROL *Control = NdisDeviceHandle;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Control || !MmIsAddressValid(Control) ||
        Control->Magic != NDIS_CONTROL_MAGIC) {
        NdisViolation(NULL, __func__, __builtin_return_address(0),
                      "with a handle of no device");
    }
    Control->Driver->Controls--;
    Control->Magic = 0;
    IoDeleteSymbolicLink(&Control->Link);
    NtsFree(Control->Link.Buffer, Control->Link.MaximumLength);
    IoDeleteDevice(Control->Self);
}

PVOID NTAPI NdisGetDeviceReservedExtension(PDEVICE_OBJECT DeviceObject)
{
    NDIS_CONTROL *Control = ControlOf(DeviceObject);

    NTS_IRQL(DISPATCH_LEVEL);
    return Control ? Control->Reserved : NULL;
}

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* An adapter's own device object can be opened, and does nothing. */
NTSTATUS NTAPI NdisDispatchProgram(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    NDIS_CONTROL *Control = ControlOf(DeviceObject);

    if (Control) {
        return Control->MajorFunctions[Major]
               ? Control->MajorFunctions[Major](DeviceObject, Irp)
               : Complete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    return Complete(Irp, Major == IRP_MJ_DEVICE_CONTROL
                         ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS);
}
