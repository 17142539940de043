/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "control.h"
#include "interrupt.h"
#include "run.h"

WDF_DEFINE_CONTEXT(CBX_DEVICE, DeviceContext)

static EVT_WDF_DEVICE_PREPARE_HARDWARE DevicePrepareHardware;
static NTSTATUS NTAPI
DevicePrepareHardware(WDFDEVICE Handle, WDFCMRESLIST Raw,
                      WDFCMRESLIST Translated)
{
    CBX_DEVICE *Device = DeviceContext(Handle);
    CBX_BAR_RESOURCES Resources = { 0 };
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Raw);

    for (ULONG i = 0; i < WdfCmResourceListGetCount(Translated); i++) {
        BarsAddResource(&Resources,
                        WdfCmResourceListGetDescriptor(Translated, i));
    }
    Status = BarsStart(&Device->Bars, &Resources);
    if (!NT_SUCCESS(Status)) {
        LogError("the hardware does not start, status 0x%08lx", Status);
    }
    return Status;
}

/* Called after a failed DevicePrepareHardware, too. */
static EVT_WDF_DEVICE_RELEASE_HARDWARE DeviceReleaseHardware;
static NTSTATUS NTAPI
DeviceReleaseHardware(WDFDEVICE Handle, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Translated);

    BarsStop(&DeviceContext(Handle)->Bars);
    return STATUS_SUCCESS;
}

static EVT_WDF_DEVICE_D0 DeviceD0Entry;
static NTSTATUS NTAPI
DeviceD0Entry(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(PreviousState);

    KeClearEvent(&DeviceContext(Handle)->Completion);
    return STATUS_SUCCESS;
}

/* Nothing of the device runs between runs, so nothing has to be stopped. */
static EVT_WDF_DEVICE_D0 DeviceD0Exit;
static NTSTATUS NTAPI
DeviceD0Exit(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(TargetState);

    return STATUS_SUCCESS;
}

/* Once, after the first D0 entry, with interrupts enabled. */
static EVT_WDF_DEVICE_STATUS DeviceSelfManagedIoInit;
static NTSTATUS NTAPI
DeviceSelfManagedIoInit(WDFDEVICE Handle)
{
    CBX_DEVICE *Device = DeviceContext(Handle);
    NTSTATUS Status;

    SessionOpen(&Device->Session);
    if (!Device->Parameters.RunAtStart) {
        return STATUS_SUCCESS;
    }
    Status = SessionBegin(&Device->Session);
    if (NT_SUCCESS(Status)) {
        Status = RunRounds(Device, 1, Device->Parameters.Apis);
        SessionEnd(&Device->Session);
    }
    return Status;
}

/* The device is about to lose its power, or is lost. */
static EVT_WDF_DEVICE_STATUS DeviceSelfManagedIoSuspend;
static NTSTATUS NTAPI
DeviceSelfManagedIoSuspend(WDFDEVICE Handle)
{
    SessionClose(&DeviceContext(Handle)->Session);
    return STATUS_SUCCESS;
}

static EVT_WDF_DEVICE_STATUS DeviceSelfManagedIoRestart;
static NTSTATUS NTAPI
DeviceSelfManagedIoRestart(WDFDEVICE Handle)
{
    SessionOpen(&DeviceContext(Handle)->Session);
    return STATUS_SUCCESS;
}

/*
 * A device that is at work does not go. One that is idle may begin another run
 * until it goes, which ends that: the framework does not tell of a query that
 * is cancelled.
 */
static EVT_WDF_DEVICE_STATUS DeviceQuery;
static NTSTATUS NTAPI
DeviceQuery(WDFDEVICE Handle)
{
    return SessionIsBusy(&DeviceContext(Handle)->Session) ? STATUS_DEVICE_BUSY
                                                          : STATUS_SUCCESS;
}

/* Its children are gone, the worker with them. */
static EVT_WDF_OBJECT_CONTEXT_DESTROY DeviceDestroy;
static VOID NTAPI
DeviceDestroy(WDFOBJECT Handle)
{
    SessionDelete(&DeviceContext(Handle)->Session);
}

NTSTATUS NTAPI
DeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks = {
        .Size = sizeof(Callbacks),
        .EvtDevicePrepareHardware = DevicePrepareHardware,
        .EvtDeviceReleaseHardware = DeviceReleaseHardware,
        .EvtDeviceD0Entry = DeviceD0Entry,
        .EvtDeviceD0Exit = DeviceD0Exit,
        .EvtDeviceSelfManagedIoInit = DeviceSelfManagedIoInit,
        .EvtDeviceSelfManagedIoSuspend = DeviceSelfManagedIoSuspend,
        .EvtDeviceSelfManagedIoRestart = DeviceSelfManagedIoRestart,
        .EvtDeviceQueryRemove = DeviceQuery,
        .EvtDeviceQueryStop = DeviceQuery,
    };
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    CBX_DEVICE *Device;
    WDFDEVICE Handle;
    NTSTATUS Status;

    WdfDeviceInitSetPnpPowerEventCallbacks(DeviceInit, &Callbacks);
    Attributes.ContextTypeInfo = &DeviceContextInfo;
    Attributes.EvtDestroyCallback = DeviceDestroy;
    Status = WdfDeviceCreate(&DeviceInit, &Attributes, &Handle);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    /* From here on the framework deletes the device when this fails. */
    Device = DeviceContext(Handle);
    Device->Handle = Handle;
    ParametersRead(&Device->Parameters, Driver);
    SessionInitialize(&Device->Session);
    Status = InterruptCreate(Device);
    return NT_SUCCESS(Status) ? ControlCreate(Device) : Status;
}
