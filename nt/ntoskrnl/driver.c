/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Driver objects. */
#include "nt.h"

/* The object, its extension, its name in one piece. */
typedef struct _DRIVER {
    DRIVER_OBJECT Object;
    DRIVER_EXTENSION Extension;
    WCHAR Name[64];
} DRIVER;

static NTSTATUS NTAPI InvalidRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NtsDriverCreate(const WCHAR *Name, PDRIVER_OBJECT *DriverObject)
{
    DRIVER *Driver = NtsAllocate(sizeof(*Driver));
    UNICODE_STRING From;

    if (!Driver) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Driver->Object.Type = IO_TYPE_DRIVER;
    Driver->Object.Size = sizeof(Driver->Object);
    Driver->Object.DriverExtension = &Driver->Extension;
    Driver->Object.DriverName.Buffer = Driver->Name;
    Driver->Object.DriverName.MaximumLength = sizeof(Driver->Name);
    RtlInitUnicodeString(&From, Name);
    RtlCopyUnicodeString(&Driver->Object.DriverName, &From);
    Driver->Extension.DriverObject = &Driver->Object;
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        Driver->Object.MajorFunction[i] = InvalidRequest;
    }
    *DriverObject = &Driver->Object;
    return STATUS_SUCCESS;
}

VOID NtsDriverDelete(PDRIVER_OBJECT DriverObject)
{
    NtsFree(CONTAINING_RECORD(DriverObject, DRIVER, Object), sizeof(DRIVER));
}
