/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device object of an adapter and what PnP sends it. */
#include "ndis.h"

enum { TAG = 0x7344644e };          /* "NdDs" */

#define NDIS_STATE_NAME_(Id, Name) Name,
static const CHAR *const StateNames[] = { NDIS_STATE_LIST(NDIS_STATE_NAME_) };
#undef NDIS_STATE_NAME_

const CHAR *NdisStateName(const NDIS_ADAPTER *Adapter)
{
    return StateNames[Adapter->State];
}

VOID NdisViolation(const NDIS_ADAPTER *Adapter, const CHAR *Routine,
                   const VOID *Caller, const CHAR *What)
{
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Adapter) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_OTHER, (ULONG_PTR)Adapter,
                    (ULONG_PTR)Caller, Adapter->State,
                    "%s %s by %s; the adapter is %s", Routine, What, Where,
                    NdisStateName(Adapter));
    }
    NtsBugCheck(NDIS_BUG, NDIS_BUG_OTHER, 0, (ULONG_PTR)Caller, 0,
                "%s %s by %s", Routine, What, Where);
}

NDIS_ADAPTER *NdisAdapterOf(PDEVICE_OBJECT DeviceObject)
{
    return DeviceObject->DeviceExtension;
}

NDIS_ADAPTER *NdisAdapter(NDIS_HANDLE Handle, const CHAR *Routine,
                          const VOID *Caller)
{
    NDIS_ADAPTER *Adapter = Handle;

    if (!Handle || !MmIsAddressValid(Handle) ||
        Adapter->Magic != NDIS_ADAPTER_MAGIC) {
        NdisViolation(NULL, Routine, Caller, "with a handle of no adapter");
    }
    return Adapter;
}

NTSTATUS NdisAdapterAdd(NDIS_DRIVER *Driver, PDEVICE_OBJECT Pdo)
{
    NDIS_ADAPTER *Adapter;
    PDEVICE_OBJECT Self;
    NTSTATUS Status;

    Status = IoCreateDevice(Driver->DriverObject, sizeof(*Adapter), NULL,
                            FILE_DEVICE_PHYSICAL_NETCARD,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Adapter = Self->DeviceExtension;
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->Magic = NDIS_ADAPTER_MAGIC;
    Adapter->Driver = Driver;
    Adapter->Self = Self;
    Adapter->Pdo = Pdo;
    IoInitializeRemoveLock(&Adapter->RemoveLock, TAG, 0, 0);
    KeInitializeEvent(&Adapter->Transition, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Adapter->LinkChanged, SynchronizationEvent, FALSE);
    Adapter->Lower = IoAttachDeviceToDeviceStack(Self, Pdo);
    if (!Adapter->Lower) {
        IoDeleteDevice(Self);
        return STATUS_NO_SUCH_DEVICE;
    }
    Driver->Adapters++;
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

VOID NdisAdapterDelete(NDIS_ADAPTER *Adapter)
{
    Adapter->Driver->Adapters--;
    IoDetachDevice(Adapter->Lower);
    Adapter->Magic = 0;
    IoDeleteDevice(Adapter->Self);
}

VOID NTAPI NdisMGetDeviceProperty(
    NDIS_HANDLE MiniportHandle, PDEVICE_OBJECT *PhysicalDeviceObject,
    PDEVICE_OBJECT *FunctionalDeviceObject, PDEVICE_OBJECT *NextDeviceObject,
    PCM_RESOURCE_LIST *AllocatedResources,
    PCM_RESOURCE_LIST *AllocatedResourcesTranslated)
{
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__,
                                        __builtin_return_address(0));

    NTS_IRQL(PASSIVE_LEVEL);
    if (PhysicalDeviceObject) {
        *PhysicalDeviceObject = Adapter->Pdo;
    }
    if (FunctionalDeviceObject) {
        *FunctionalDeviceObject = Adapter->Self;
    }
    if (NextDeviceObject) {
        *NextDeviceObject = Adapter->Lower;
    }
    if (AllocatedResources) {
        *AllocatedResources = Adapter->Raw;
    }
    if (AllocatedResourcesTranslated) {
        *AllocatedResourcesTranslated = Adapter->Translated;
    }
}

/* ---- Requests ----------------------------------------------------------- */

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS Forward(NDIS_ADAPTER *Adapter, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IofCallDriver(Adapter->Lower, Irp);
}

NTSTATUS NTAPI NdisDispatchCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return Complete(Irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI NdisDispatchForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Forward(NdisAdapterOf(DeviceObject), Irp);
}

static NTSTATUS NTAPI LowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                PVOID Event)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Start(NDIS_ADAPTER *Adapter, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, LowerDone, &Event, TRUE, TRUE, TRUE);
    Status = IofCallDriver(Adapter->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = NdisAdapterStart(
            Adapter, Stack->Parameters.StartDevice.AllocatedResources,
            Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    }
    return Complete(Irp, Status);
}

static VOID Tell(NDIS_ADAPTER *Adapter, NDIS_DEVICE_PNP_EVENT Event)
{
    NET_DEVICE_PNP_EVENT Notice;

    if (Adapter->State == NdisHalted) {
        return;
    }
    RtlZeroMemory(&Notice, sizeof(Notice));
    Notice.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Notice.Header.Revision = 1;
    Notice.Header.Size = sizeof(Notice);
    Notice.DevicePnPEvent = Event;
    Adapter->Driver->Handlers.DevicePnPEventNotifyHandler(Adapter->Context,
                                                          &Notice);
}

static NTSTATUS Remove(NDIS_ADAPTER *Adapter, PIRP Irp)
{
    NTSTATUS Status;

    IoReleaseRemoveLockAndWait(&Adapter->RemoveLock, Irp);
    NdisAdapterStop(Adapter, NdisHaltDeviceDisabled);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = Forward(Adapter, Irp);
    NdisAdapterDelete(Adapter);
    return Status;
}

NTSTATUS NTAPI NdisDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NDIS_ADAPTER *Adapter = NdisAdapterOf(DeviceObject);
    NTSTATUS Status;

    Status = IoAcquireRemoveLock(&Adapter->RemoveLock, Irp);
    if (!NT_SUCCESS(Status)) {
        return Complete(Irp, Status);
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = Start(Adapter, Irp);
        break;
    case IRP_MN_REMOVE_DEVICE:
        return Remove(Adapter, Irp);
    case IRP_MN_SURPRISE_REMOVAL:
        Tell(Adapter, NdisDevicePnPEventSurpriseRemoved);
        NdisAdapterStop(Adapter, NdisHaltDeviceSurpriseRemoved);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = Forward(Adapter, Irp);
        break;
    case IRP_MN_STOP_DEVICE:
        NdisAdapterStop(Adapter, NdisHaltDeviceStopped);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = Forward(Adapter, Irp);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = Forward(Adapter, Irp);
        break;
    default:
        Status = Forward(Adapter, Irp);
        break;
    }
    IoReleaseRemoveLock(&Adapter->RemoveLock, Irp);
    return Status;
}
