/* SPDX-License-Identifier: MIT */
/*
 * cbxnet.sys: verifies NDIS's calls for memory shared with a device.
 *
 * An NDIS 6.20 miniport of the CBX device, and a provider of shared memory. It
 * runs within MiniportInitializeEx, the only place for some of these calls, and
 * again when a program asks for it (cbx/ioctl.h), then with the others; and
 * reports through the device itself.
 */
#include "miniport.h"
#include "provider.h"

DRIVER_INITIALIZE DriverEntry;

/* The context that NDIS hands to MiniportInitializeEx. */
static NDIS_HANDLE DriverHandle;

static SET_OPTIONS DriverSetOptions;
static NDIS_STATUS NTAPI
DriverSetOptions(NDIS_HANDLE NdisDriverHandle, NDIS_HANDLE DriverContext)
{
    UNREFERENCED_PARAMETER(DriverContext);

    return ProviderRegister(NdisDriverHandle);
}

static MINIPORT_DRIVER_UNLOAD DriverUnload;
static VOID NTAPI
DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);

    NdisMDeregisterMiniportDriver(DriverHandle);
}

NTSTATUS NTAPI
DriverEntry(DRIVER_OBJECT *DriverObject, UNICODE_STRING *RegistryPath)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Characteristics;

    RtlZeroMemory(&Characteristics, sizeof(Characteristics));
    Characteristics.Header.Type =
        NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS;
    Characteristics.Header.Revision =
        NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2;
    Characteristics.Header.Size =
        NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2;
    Characteristics.MajorNdisVersion = 6;
    Characteristics.MinorNdisVersion = 20;
    Characteristics.MinorDriverVersion = 1;
    Characteristics.SetOptionsHandler = DriverSetOptions;
    Characteristics.InitializeHandlerEx = MiniportInitializeEx;
    Characteristics.HaltHandlerEx = MiniportHaltEx;
    Characteristics.UnloadHandler = DriverUnload;
    Characteristics.PauseHandler = MiniportPause;
    Characteristics.RestartHandler = MiniportRestart;
    Characteristics.OidRequestHandler = MiniportOidRequest;
    Characteristics.SendNetBufferListsHandler = MiniportSendNetBufferLists;
    Characteristics.ReturnNetBufferListsHandler = MiniportReturnNetBufferLists;
    Characteristics.CancelSendHandler = MiniportCancelSend;
    Characteristics.CheckForHangHandlerEx = MiniportCheckForHangEx;
    Characteristics.ResetHandlerEx = MiniportResetEx;
    Characteristics.DevicePnPEventNotifyHandler = MiniportDevicePnPEventNotify;
    Characteristics.ShutdownHandlerEx = MiniportShutdownEx;
    Characteristics.CancelOidRequestHandler = MiniportCancelOidRequest;
    return NdisMRegisterMiniportDriver(DriverObject, RegistryPath,
                                       &DriverHandle, &Characteristics,
                                       &DriverHandle);
}
