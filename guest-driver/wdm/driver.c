/* SPDX-License-Identifier: MIT */
/*
 * cbxwdm.sys: verifies the WDM calls that hand out common buffers.
 *
 * The function driver of the CBX device. It runs when the device starts and
 * reports through the device itself, so nothing in the guest has to ask; a
 * program may ask for more, see cbx/ioctl.h.
 */
#include "control.h"
#include "extension.h"
#include "common/nt.h"
#include "forward.h"
#include "parameters.h"
#include "pnp.h"
#include "power.h"

DRIVER_INITIALIZE DriverEntry;

static CBX_PARAMETERS DriverParameters;

/* Nothing is kept for a handle: requests are the device's. */
static DRIVER_DISPATCH DriverCreateClose;
static NTSTATUS NTAPI
DriverCreateClose(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* WMI requests belong to the drivers below. */
static DRIVER_DISPATCH DriverForward;
static NTSTATUS NTAPI
DriverForward(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_EXTENSION *Extension = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Extension->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    Status = ForwardRequest(Extension, Irp);
    IoReleaseRemoveLock(&Extension->RemoveLock, Irp);
    return Status;
}

static DRIVER_ADD_DEVICE DriverAddDevice;
static NTSTATUS NTAPI
DriverAddDevice(DRIVER_OBJECT *DriverObject, DEVICE_OBJECT *Pdo)
{
    CBX_EXTENSION *Extension;
    DEVICE_OBJECT *Self;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(*Extension), NULL,
                            FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                            FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Extension = Self->DeviceExtension;
    RtlZeroMemory(Extension, sizeof(*Extension));
    Extension->Self = Self;
    Extension->Pdo = Pdo;
    Extension->Parameters = DriverParameters;
    Extension->Power = PowerDeviceD0;
    SessionInitialize(&Extension->Session);
    IoInitializeRemoveLock(&Extension->RemoveLock, CBX_POOL_TAG, 0, 0);
    Extension->Control.Requests.Session = &Extension->Session;
    Extension->Control.Requests.RemoveLock = &Extension->RemoveLock;
    Extension->Control.Requests.Run = RunRounds;
    Extension->Control.Requests.Context = Extension;
    Extension->Lower = IoAttachDeviceToDeviceStack(Self, Pdo);
    if (!Extension->Lower) {
        Status = STATUS_NO_SUCH_DEVICE;
        goto cleanupDevice;
    }
    Status = ControlStart(Extension);
    if (!NT_SUCCESS(Status)) {
        goto cleanupStack;
    }
    Self->Flags |= DO_POWER_PAGABLE;
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;

cleanupStack:
    IoDetachDevice(Extension->Lower);
cleanupDevice:
    IoDeleteDevice(Self);
    return Status;
}

/* Every device was removed before: there is nothing left to give back. */
static DRIVER_UNLOAD DriverUnload;
static VOID NTAPI
DriverUnload(DRIVER_OBJECT *DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS NTAPI
DriverEntry(DRIVER_OBJECT *DriverObject, UNICODE_STRING *RegistryPath)
{
    ParametersRead(&DriverParameters, RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    DriverObject->DriverExtension->AddDevice = DriverAddDevice;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DriverCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = DriverCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DriverCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = ControlDispatch;
    DriverObject->MajorFunction[IRP_MJ_PNP] = PnpDispatch;
    DriverObject->MajorFunction[IRP_MJ_POWER] = PowerDispatch;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DriverForward;
    return STATUS_SUCCESS;
}
