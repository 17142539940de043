/* SPDX-License-Identifier: MIT */
/* The adapter's life as NDIS leads it. */
#include "miniport.h"

#include "attributes.h"
#include "cbx/abi.h"
#include "oid.h"
#include "run.h"

/* What fails in the run is reported through the device. */
static NDIS_STATUS
MiniportVerify(CBX_NET_ADAPTER *Adapter)
{
    NDIS_STATUS Status;

    SessionOpen(&Adapter->Session);
    Status = SessionBegin(&Adapter->Session);
    if (Status == NDIS_STATUS_SUCCESS) {
        Status = RunAtStart(Adapter);
        SessionEnd(&Adapter->Session);
    }
    return Status;
}

static VOID
MiniportTrafficInterrupt(PVOID Context, ULONG Vector)
{
    CBX_NET_ADAPTER *Adapter = Context;

    if (Vector == LINK_VECTOR) {
        LinkIndicate(&Adapter->Link);
    } else {
        TrafficInterrupt(&Adapter->Traffic, Vector);
    }
}

static VOID
MiniportReadAddress(const CBX_NET_HARDWARE *Hardware, UCHAR *Address)
{
    UCHAR *Register = Hardware->Bars.Regs + CBX_REG_NET_MAC_LO;
    ULONG Low = READ_REGISTER_ULONG((ULONG *)Register);
    ULONG High = READ_REGISTER_ULONG((ULONG *)Register + 1);

    for (ULONG i = 0; i < NET_ADDRESS; i++) {
        Address[i] = (UCHAR)((i < 4 ? Low : High) >> i % 4 * 8);
    }
}

/* TRUE: frames can be exchanged and the link is up. */
static BOOLEAN
MiniportCardStart(CBX_NET_ADAPTER *Adapter)
{
    CBX_NET_HARDWARE *Hardware = &Adapter->Hardware;
    BOOLEAN HasCard;

    if (MemoryStart(&Adapter->Memory, Adapter->Miniport, 32) !=
            NDIS_STATUS_SUCCESS) {
        return FALSE;
    }
    HasCard = TrafficAllocate(&Adapter->Traffic, Hardware,
                              &Adapter->Memory);
    MiniportReadAddress(Hardware, Adapter->Traffic.Card.Address);
    Hardware->TrafficContext = Adapter;
    Hardware->Traffic = MiniportTrafficInterrupt;
    return LinkInitialize(&Adapter->Link, Hardware) && HasCard;
}

/* The mirror image; harmless when it has not started. */
static VOID
MiniportCardStop(CBX_NET_ADAPTER *Adapter)
{
    if (Adapter->Traffic.Allocated) {
        LinkStop(&Adapter->Link);
    }
    TrafficFree(&Adapter->Traffic);
    MemoryStop(&Adapter->Memory);
}

NDIS_STATUS NTAPI
MiniportInitializeEx(NDIS_HANDLE NdisMiniportHandle,
                     NDIS_HANDLE MiniportDriverContext,
                     PNDIS_MINIPORT_INIT_PARAMETERS Parameters)
{
    CBX_NET_ADAPTER *Adapter;
    NDIS_STATUS Status;
    BOOLEAN HasCard;

    Adapter = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Adapter),
                                    CBX_NET_TAG);
    if (!Adapter) {
        return NDIS_STATUS_RESOURCES;
    }
    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->Miniport = NdisMiniportHandle;
    SessionInitialize(&Adapter->Session);
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
    /* A device that is no network card has no link, and no more. */
    HasCard = MiniportCardStart(Adapter);
    Status = AttributesDescribe(NdisMiniportHandle,
                                Adapter->Traffic.Card.Address, HasCard);
    if (Status != NDIS_STATUS_SUCCESS) {
        goto cleanupCard;
    }
    ControlStart(Adapter, *(NDIS_HANDLE *)MiniportDriverContext);
    return NDIS_STATUS_SUCCESS;

cleanupCard:
    MiniportCardStop(Adapter);
cleanupHardware:
    HardwareStop(&Adapter->Hardware);
cleanupAdapter:
    LogError("the adapter does not start, status 0x%08lx", Status);
    SessionDelete(&Adapter->Session);
    ExFreePoolWithTag(Adapter, CBX_NET_TAG);
    return Status;
}

VOID NTAPI
MiniportHaltEx(NDIS_HANDLE Context, NDIS_HALT_ACTION Action)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Action);

    ControlStop(Adapter);
    MiniportCardStop(Adapter);
    HardwareStop(&Adapter->Hardware);
    SessionDelete(&Adapter->Session);
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
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Parameters);

    return TrafficPause(&Adapter->Traffic);
}

NDIS_STATUS NTAPI
MiniportRestart(NDIS_HANDLE Context,
                PNDIS_MINIPORT_RESTART_PARAMETERS Parameters)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Parameters);

    if (Adapter->Traffic.Allocated) {
        LinkStart(&Adapter->Link);
    }
    return TrafficStart(&Adapter->Traffic);
}

BOOLEAN NTAPI
MiniportCheckForHangEx(NDIS_HANDLE Context)
{
    CBX_NET_ADAPTER *Adapter = Context;

    return TrafficHangs(&Adapter->Traffic);
}

/* Of the card's queues; what else the device does is not NDIS's. */
NDIS_STATUS NTAPI
MiniportResetEx(NDIS_HANDLE Context, PBOOLEAN AddressingReset)
{
    CBX_NET_ADAPTER *Adapter = Context;

    *AddressingReset = FALSE;
    return TrafficReset(&Adapter->Traffic);
}

VOID NTAPI
MiniportSendNetBufferLists(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                           NDIS_PORT_NUMBER Port, ULONG SendFlags)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Port);
    UNREFERENCED_PARAMETER(SendFlags);

    SendLists(&Adapter->Traffic.Sender, Lists);
}

VOID NTAPI
MiniportReturnNetBufferLists(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                             ULONG ReturnFlags)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(ReturnFlags);

    TrafficReturn(&Adapter->Traffic, Lists);
}

/* Whoever cancels has to wait no longer than for the frames before his. */
VOID NTAPI
MiniportCancelSend(NDIS_HANDLE Context, PVOID CancelId)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(CancelId);
}

NDIS_STATUS NTAPI
MiniportOidRequest(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request)
{
    CBX_NET_ADAPTER *Adapter = Context;

    return TrafficOid(&Adapter->Traffic, Request);
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
    CBX_NET_ADAPTER *Adapter = Context;

    /* A run would wait for a device that is gone. */
    if (Event->DevicePnPEvent == NdisDevicePnPEventSurpriseRemoved) {
        SessionAbort(&Adapter->Session);
    }
}

/* The system is going down: the device must not write into memory any more. */
VOID NTAPI
MiniportShutdownEx(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action)
{
    CBX_NET_ADAPTER *Adapter = Context;

    UNREFERENCED_PARAMETER(Action);

    HardwareReset(&Adapter->Hardware);
}
