/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "miniport.h"
#include "run.h"

/* What NDIS keeps for us with the device object. */
typedef struct _CBX_NET_CONTROL_EXTENSION {
    volatile LONG IsReady;      /* not before all else is; zero at first */
    IO_REMOVE_LOCK RemoveLock;
    CBX_REQUESTS Requests;
} CBX_NET_CONTROL_EXTENSION;

static DRIVER_DISPATCH ControlCreateClose;
static NTSTATUS NTAPI
ControlCreateClose(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_NET_CONTROL_EXTENSION *Extension =
        NdisGetDeviceReservedExtension(DeviceObject);
    NTSTATUS Status = Extension->IsReady ? STATUS_SUCCESS
                                         : STATUS_DEVICE_NOT_READY;

    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static DRIVER_DISPATCH ControlDispatch;
static NTSTATUS NTAPI
ControlDispatch(DEVICE_OBJECT *DeviceObject, IRP *Irp)
{
    CBX_NET_CONTROL_EXTENSION *Extension =
        NdisGetDeviceReservedExtension(DeviceObject);

    return RequestsDispatch(&Extension->Requests, DeviceObject, Irp);
}

/* One name after the other, as another adapter may have the first. */
static NDIS_STATUS
ControlRegister(CBX_NET_CONTROL *Control, NDIS_HANDLE Driver)
{
    static const UNICODE_STRING Administrators =
        RTL_CONSTANT_STRING(L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
    WCHAR DeviceName[] = L"\\Device\\" CBX_CONTROL_NET_NAME;
    WCHAR LinkName[] = L"\\DosDevices\\" CBX_CONTROL_NET_NAME;
    DRIVER_DISPATCH *Major[IRP_MJ_MAXIMUM_FUNCTION + 1] = { NULL };
    NDIS_DEVICE_OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Device, Link;
    NDIS_STATUS Status = NDIS_STATUS_FAILURE;

    Major[IRP_MJ_CREATE] = ControlCreateClose;
    Major[IRP_MJ_CLEANUP] = ControlCreateClose;
    Major[IRP_MJ_CLOSE] = ControlCreateClose;
    Major[IRP_MJ_DEVICE_CONTROL] = ControlDispatch;
    RtlZeroMemory(&Attributes, sizeof(Attributes));
    Attributes.Header.Type = NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES;
    Attributes.Header.Revision = 1;
    Attributes.Header.Size = sizeof(Attributes);
    Attributes.DeviceName = &Device;
    Attributes.SymbolicName = &Link;
    Attributes.MajorFunctions = Major;
    Attributes.ExtensionSize = sizeof(CBX_NET_CONTROL_EXTENSION);
    Attributes.DefaultSDDLString = &Administrators;
    for (ULONG i = 0; i < CBX_CONTROL_NET_NAMES &&
                      Status != NDIS_STATUS_SUCCESS; i++) {
        DeviceName[ARRAYSIZE(DeviceName) - 2] = (WCHAR)(L'0' + i);
        LinkName[ARRAYSIZE(LinkName) - 2] = (WCHAR)(L'0' + i);
        RtlInitUnicodeString(&Device, DeviceName);
        RtlInitUnicodeString(&Link, LinkName);
        Status = NdisRegisterDeviceEx(Driver, &Attributes, &Control->Device,
                                      &Control->Handle);
    }
    if (Status != NDIS_STATUS_SUCCESS) {
        Control->Handle = NULL;
    }
    return Status;
}

VOID
ControlStart(CBX_NET_ADAPTER *Adapter, NDIS_HANDLE Driver)
{
    CBX_NET_CONTROL *Control = &Adapter->Control;
    NDIS_STATUS Status = ControlRegister(Control, Driver);
    CBX_NET_CONTROL_EXTENSION *Extension;

    if (Status != NDIS_STATUS_SUCCESS) {
        LogError("no device for programs, status 0x%08lx", Status);
        return;
    }
    Extension = NdisGetDeviceReservedExtension(Control->Device);
    IoInitializeRemoveLock(&Extension->RemoveLock, CBX_NET_TAG, 0, 0);
    Extension->Requests.Session = &Adapter->Session;
    Extension->Requests.RemoveLock = &Extension->RemoveLock;
    Extension->Requests.Context = Adapter;
    Extension->Requests.Run = RunRounds;
    InterlockedExchange(&Extension->IsReady, TRUE);
}

VOID
ControlStop(CBX_NET_ADAPTER *Adapter)
{
    CBX_NET_CONTROL *Control = &Adapter->Control;
    CBX_NET_CONTROL_EXTENSION *Extension;

    SessionClose(&Adapter->Session);
    if (!Control->Handle) {
        return;
    }
    /* Whoever has opened it may go on sending requests: to nobody. */
    Extension = NdisGetDeviceReservedExtension(Control->Device);
    if (NT_SUCCESS(IoAcquireRemoveLock(&Extension->RemoveLock, Adapter))) {
        IoReleaseRemoveLockAndWait(&Extension->RemoveLock, Adapter);
    }
    NdisDeregisterDeviceEx(Control->Handle);
    Control->Handle = NULL;
}
