/* SPDX-License-Identifier: MIT */
/* The adapter's life as NDIS leads it. */
#include "miniport.h"

#include "attributes.h"
#include "oid.h"
#include "run.h"

/* What fails in the run is reported through the device. */
static NDIS_STATUS
MiniportVerify(CBX_NET_ADAPTER *Adapter)
{
    CBX_NET_RUN *Run = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Run),
                                             CBX_NET_TAG);
    NDIS_STATUS Status;

    if (!Run) {
        return NDIS_STATUS_RESOURCES;
    }
    Status = RunDefaultSet(Run, Adapter);
    ExFreePoolWithTag(Run, CBX_NET_TAG);
    return Status;
}

NDIS_STATUS NTAPI
MiniportInitializeEx(NDIS_HANDLE NdisMiniportHandle,
                     NDIS_HANDLE MiniportDriverContext,
                     PNDIS_MINIPORT_INIT_PARAMETERS Parameters)
{
    CBX_NET_ADAPTER *Adapter;
    NDIS_STATUS Status;

    UNREFERENCED_PARAMETER(MiniportDriverContext);

    Adapter = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Adapter),
                                    CBX_NET_TAG);
    if (!Adapter) {
        return NDIS_STATUS_RESOURCES;
    }
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->Miniport = NdisMiniportHandle;
    Status = AttributesRegister(NdisMiniportHandle, Adapter);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanupAdapter;
    }
    Status = HardwareStart(&Adapter->Hardware, NdisMiniportHandle,
                           Parameters->AllocatedResources);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanupAdapter;
    }
    Status = MiniportVerify(Adapter);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanupHardware;
    }
    Status = AttributesDescribe(NdisMiniportHandle);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanupHardware;
    }
    return NDIS_STATUS_SUCCESS;

cleanupHardware:
    HardwareStop(&Adapter->Hardware);
cleanupAdapter:
    LogError("the adapter does not start, status 0x%08lx", Status);
    ExFreePoolWithTag(Adapter, CBX_NET_TAG);
    return Status;
}

VOID NTAPI
MiniportHaltEx(NDIS_HANDLE Context, NDIS_HALT_ACTION Action)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Action);

    HardwareStop(&Adapter->Hardware);
    ExFreePoolWithTag(Adapter, CBX_NET_TAG);
}

VOID NTAPI
MiniportSharedMemoryAllocateComplete(NDIS_HANDLE Context, PVOID VirtualAddress,
                                     PNDIS_PHYSICAL_ADDRESS PhysicalAddress,
                                     ULONG Length, PVOID AllocationContext)
{
    CBX_NET_ADAPTER *Adapter = Context;

    MemoryComplete(&Adapter->Memory, VirtualAddress, PhysicalAddress, Length,
                   AllocationContext);
}

NDIS_STATUS NTAPI
MiniportPause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Parameters);

    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI
MiniportRestart(NDIS_HANDLE Context,
                PNDIS_MINIPORT_RESTART_PARAMETERS Parameters)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Parameters);

    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS NTAPI
MiniportOidRequest(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request)
{
    UNREFERENCED_PARAMETER(Context);

    return OidRequest(Request);
}

/* Requests are answered at once: there is nothing to cancel. */
VOID NTAPI
MiniportCancelOidRequest(NDIS_HANDLE Context, PVOID RequestId)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(RequestId);
}

VOID NTAPI
MiniportDevicePnPEventNotify(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Event);
}

/* The system is going down: the device must not write into memory any more. */
VOID NTAPI
MiniportShutdownEx(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Action);

    HardwareReset(&Adapter->Hardware);
}
