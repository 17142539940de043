/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plug and play and power: from requests to the driver's callbacks. */
#include "wdf.h"

FX_DEVICE *FxDeviceBehind(PDEVICE_OBJECT DeviceObject)
{
    return *(FX_DEVICE **)DeviceObject->DeviceExtension;
}

/* ---- Callbacks ---------------------------------------------------------- */

/* Calls EvtDevice<Name> if the driver has one. */
#define CALL_STATUS(Device, Name, ...) \
    (FX_CALLBACK(Device, Name) \
     ? Checked(FX_CALLBACK(Device, Name)(FxHandle(Device), ##__VA_ARGS__), \
               "EvtDevice" #Name) \
     : STATUS_SUCCESS)
#define CALL_VOID(Device, Name) \
    do { \
        if (FX_CALLBACK(Device, Name)) { \
            FX_CALLBACK(Device, Name)(FxHandle(Device)); \
            FxRequireSameIrql(PASSIVE_LEVEL, "EvtDevice" #Name); \
        } \
    } while (0)

static NTSTATUS Checked(NTSTATUS Status, const CHAR *Callback)
{
    FxRequireSameIrql(PASSIVE_LEVEL, Callback);
    if (!NT_SUCCESS(Status)) {
        NtsLog(PAL_LOG_ERROR, "%s failed with 0x%08x", Callback,
               (ULONG)Status);
    }
    return Status;
}

/* ---- Up ----------------------------------------------------------------- */

static VOID ForgetResources(FX_DEVICE *Device)
{
    if (Device->Translated) {
        FxObjectDelete(&Device->Translated->Head);
        Device->Translated = NULL;
    }
    if (Device->Raw) {
        FxObjectDelete(&Device->Raw->Head);
        Device->Raw = NULL;
    }
}

static VOID Release(FX_DEVICE *Device)
{
    if (Device->Prepared) {
        Device->Prepared = FALSE;
        CALL_STATUS(Device, ReleaseHardware, FxHandle(Device->Translated));
    }
    ForgetResources(Device);
}

static NTSTATUS Prepare(FX_DEVICE *Device, PIO_STACK_LOCATION Stack)
{
    NTSTATUS Status;

    Status = FxResourcesCreate(
        Device, Stack->Parameters.StartDevice.AllocatedResources,
        &Device->Raw);
    if (NT_SUCCESS(Status)) {
        Status = FxResourcesCreate(
            Device, Stack->Parameters.StartDevice.AllocatedResourcesTranslated,
            &Device->Translated);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    /* Documented: EvtDeviceReleaseHardware is called even if this fails. */
    Device->Prepared = TRUE;
    Status = CALL_STATUS(Device, PrepareHardware, FxHandle(Device->Raw),
                         FxHandle(Device->Translated));
    if (NT_SUCCESS(Status)) {
        FxInterruptsAssign(Device);
    }
    return Status;
}

VOID FxPowerDown(FX_DEVICE *Device, WDF_POWER_DEVICE_STATE To)
{
    if (!Device->Powered) {
        return;
    }
    Device->Powered = FALSE;
    if (Device->Managed) {
        CALL_STATUS(Device, SelfManagedIoSuspend);
    }
    FxQueuesStop(Device, To == WdfPowerDeviceD3Final);
    FxEnablersStop(Device);
    CALL_STATUS(Device, D0ExitPreInterruptsDisabled, To);
    FxInterruptsStop(Device);
    CALL_STATUS(Device, D0Exit, To);
}

NTSTATUS FxPowerUp(FX_DEVICE *Device, WDF_POWER_DEVICE_STATE From)
{
    NTSTATUS Status;

    Status = CALL_STATUS(Device, D0Entry, From);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device->Powered = TRUE;
    Status = FxInterruptsStart(Device);
    if (NT_SUCCESS(Status)) {
        Status = CALL_STATUS(Device, D0EntryPostInterruptsEnabled, From);
    }
    if (NT_SUCCESS(Status)) {
        Status = FxEnablersStart(Device);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    FxQueuesStart(Device);
    if (Device->Managed) {
        return CALL_STATUS(Device, SelfManagedIoRestart);
    }
    Device->Managed = TRUE;
    return CALL_STATUS(Device, SelfManagedIoInit);
}

static VOID Down(FX_DEVICE *Device, WDF_POWER_DEVICE_STATE To)
{
    FxInterfacesSwitch(Device, FALSE);
    FxPowerDown(Device, To);
    Release(Device);
}

/* For good. */
static VOID EndSelfManagedIo(FX_DEVICE *Device)
{
    if (Device->Managed) {
        Device->Managed = FALSE;
        CALL_VOID(Device, SelfManagedIoFlush);
        CALL_VOID(Device, SelfManagedIoCleanup);
    }
}

/* ---- Requests ----------------------------------------------------------- */

NTSTATUS FxComplete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS FxPassOn(FX_DEVICE *Device, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IofCallDriver(Device->Lower, Irp);
}

static NTSTATUS NTAPI LowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                PVOID Event)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS FxPassOnAndWait(FX_DEVICE *Device, PIRP Irp)
{
    NTSTATUS Status;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, LowerDone, &Event, TRUE, TRUE, TRUE);
    Status = IofCallDriver(Device->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    return Status;
}

static NTSTATUS Start(FX_DEVICE *Device, PIRP Irp)
{
    NTSTATUS Status = FxPassOnAndWait(Device, Irp);

    if (NT_SUCCESS(Status)) {
        Status = Prepare(Device, IoGetCurrentIrpStackLocation(Irp));
        if (NT_SUCCESS(Status)) {
            Status = FxPowerUp(Device, WdfPowerDeviceD3Final);
        }
        if (NT_SUCCESS(Status)) {
            FxInterfacesSwitch(Device, TRUE);
        } else {
            Down(Device, WdfPowerDeviceD3Final);
        }
    }
    return FxComplete(Irp, Status);
}

static NTSTATUS Remove(FX_DEVICE *Device, PIRP Irp)
{
    NTSTATUS Status;

    Down(Device, WdfPowerDeviceD3Final);
    /* What has come since then waits in vain. */
    FxQueuesStop(Device, TRUE);
    EndSelfManagedIo(Device);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = FxPassOn(Device, Irp);
    FxObjectDelete(&Device->Head);
    return Status;
}

/* The driver's word decides; a request it agrees to goes down. */
static NTSTATUS Query(FX_DEVICE *Device, PIRP Irp, NTSTATUS Status)
{
    if (!NT_SUCCESS(Status)) {
        return FxComplete(Irp, Status);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    return FxPassOn(Device, Irp);
}

NTSTATUS NTAPI FxPnpDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    FX_DEVICE *Device = FxDeviceBehind(DeviceObject);

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return Start(Device, Irp);
    case IRP_MN_REMOVE_DEVICE:
        return Remove(Device, Irp);
    case IRP_MN_SURPRISE_REMOVAL:
        CALL_VOID(Device, SurpriseRemoval);
        Down(Device, WdfPowerDeviceD3Final);
        return Query(Device, Irp, STATUS_SUCCESS);
    case IRP_MN_STOP_DEVICE:
        Down(Device, WdfPowerDeviceD3Final);
        return Query(Device, Irp, STATUS_SUCCESS);
    case IRP_MN_QUERY_STOP_DEVICE:
        return Query(Device, Irp, CALL_STATUS(Device, QueryStop));
    case IRP_MN_QUERY_REMOVE_DEVICE:
        return Query(Device, Irp, CALL_STATUS(Device, QueryRemove));
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        return Query(Device, Irp, STATUS_SUCCESS);
    default:
        return FxPassOn(Device, Irp);
    }
}

/* WMI requests go down; the rest is what a function driver has no handler for. */
NTSTATUS NTAPI FxForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_POWER:
    case IRP_MJ_SYSTEM_CONTROL:
        return FxPassOn(FxDeviceBehind(DeviceObject), Irp);
    default:
        return FxComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

NTSTATUS NTAPI FxCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Information = 0;
    return FxComplete(Irp, STATUS_SUCCESS);
}
