/* SPDX-License-Identifier: MIT */
/*
 * edu.sys: a small WDM driver of the plain kind for QEMU's `edu` device. It
 * shares nothing with cbxwdm.sys and knows nothing of the stand-in: what it
 * finds is the status of its start, and words for a debugger.
 */
#include "device.h"

typedef struct _EXTENSION {
    PDEVICE_OBJECT Lower;
    EDU_DEVICE Device;
} EXTENSION;

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS Forward(EXTENSION *Extension, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IofCallDriver(Extension->Lower, Irp);
}

static NTSTATUS NTAPI LowerStarted(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                   PVOID Event)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Start(EXTENSION *Extension, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, LowerStarted, &Event, TRUE, TRUE, TRUE);
    Status = IofCallDriver(Extension->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = EduStart(&Extension->Device,
                          Stack->Parameters.StartDevice
                              .AllocatedResourcesTranslated);
    }
    if (NT_SUCCESS(Status)) {
        Status = EduTest(&Extension->Device);
        if (!NT_SUCCESS(Status)) {
            EduStop(&Extension->Device);
        }
    }
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    EXTENSION *Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return Start(Extension, Irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        EduStop(&Extension->Device);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return Forward(Extension, Irp);
    case IRP_MN_REMOVE_DEVICE:
        EduStop(&Extension->Device);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = Forward(Extension, Irp);
        IoDetachDevice(Extension->Lower);
        IoDeleteDevice(DeviceObject);
        return Status;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return Forward(Extension, Irp);
    default:
        return Forward(Extension, Irp);
    }
}

static NTSTATUS NTAPI DispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    EXTENSION *Extension = DeviceObject->DeviceExtension;

    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(Extension->Lower, Irp);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT Self;
    EXTENSION *Extension;
    NTSTATUS Status;

    Status = IoCreateDevice(Driver, sizeof(*Extension), NULL,
                            FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                            FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Extension = Self->DeviceExtension;
    Extension->Device.Pdo = Pdo;
    Extension->Lower = IoAttachDeviceToDeviceStack(Self, Pdo);
    if (!Extension->Lower) {
        IoDeleteDevice(Self);
        return STATUS_NO_SUCH_DEVICE;
    }
    Self->Flags |= DO_POWER_PAGABLE;
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver)
{
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    Driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    Driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
    Driver->DriverExtension->AddDevice = AddDevice;
    Driver->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
