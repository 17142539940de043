/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ndistest.sys: a miniport that breaks the rule of NDIS that
 * cbx_nt.parameters=Case=NAME names. Case=violations breaks those one after the
 * other that a thread can break which the bug check ends.
 */
#include "wdk.h"

#define NDISAPI DECLSPEC_IMPORT
#include "cbx_ndis_api.h"
#include "cbx_ndis_nbl.h"
#include "cbx_ndis_oid.h"

#include "attempt.h"

DRIVER_INITIALIZE DriverEntry;

enum { LENGTH = 4096, TAG = 0x7473644e, MTU = 1500 };

static WCHAR CaseName[32];
static NDIS_HANDLE Driver, Miniport, Dma, Interrupt, Pool;
static PNET_BUFFER_LIST List;
static PVOID Bytes;
static PMDL Mdl;
static PSCATTER_GATHER_LIST Gathered;   /* of the list's frame */
static PVOID Shared;
static NDIS_PHYSICAL_ADDRESS SharedAddress;

static BOOLEAN Is(const WCHAR *Name)
{
    UNICODE_STRING Wanted, Given;

    RtlInitUnicodeString(&Wanted, CaseName);
    RtlInitUnicodeString(&Given, Name);
    return RtlEqualUnicodeString(&Wanted, &Given, FALSE);
}

/* ---- What a thread can do wrong ----------------------------------------- */

static VOID SharedAtDispatch(PVOID Context)
{
    NDIS_PHYSICAL_ADDRESS Address;
    PVOID Va;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Context);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    NdisMAllocateSharedMemory(Miniport, LENGTH, TRUE, &Va, &Address);
}

static VOID SharedFreedTwice(PVOID Context)
{
    NDIS_PHYSICAL_ADDRESS Address;
    PVOID Va = NULL;

    UNREFERENCED_PARAMETER(Context);
    NdisMAllocateSharedMemory(Miniport, LENGTH, TRUE, &Va, &Address);
    NdisMFreeSharedMemory(Miniport, LENGTH, TRUE, Va, Address);
    NdisMFreeSharedMemory(Miniport, LENGTH, TRUE, Va, Address);
}

static VOID PauseComplete(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMPauseComplete(Miniport);
}

static VOID RestartComplete(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMRestartComplete(Miniport, NDIS_STATUS_SUCCESS);
}

static VOID ResetComplete(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMResetComplete(Miniport, NDIS_STATUS_SUCCESS, FALSE);
}

static VOID OidComplete(PVOID Context)
{
    static NDIS_OID_REQUEST Request;

    UNREFERENCED_PARAMETER(Context);
    NdisMOidRequestComplete(Miniport, &Request, NDIS_STATUS_SUCCESS);
}

static VOID HandlersLate(PVOID Context)
{
    static NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS Handlers;

    UNREFERENCED_PARAMETER(Context);
    NdisSetOptionalHandlers(Driver, &Handlers.Header);
}

static VOID NotSent(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMSendNetBufferListsComplete(Miniport, List, 0);
}

static VOID IndicatedEarly(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMIndicateReceiveNetBufferLists(Miniport, List, 0, 1, 0);
}

/* Says nothing but from whom it is. */
static VOID IndicateStatus(NDIS_HANDLE Source)
{
    NDIS_STATUS_INDICATION Indication;

    RtlZeroMemory(&Indication, sizeof(Indication));
    Indication.Header.Type = NDIS_OBJECT_TYPE_STATUS_INDICATION;
    Indication.Header.Revision = 1;
    Indication.Header.Size = sizeof(Indication);
    Indication.SourceHandle = Source;
    Indication.StatusCode = NDIS_STATUS_LINK_STATE;
    NdisMIndicateStatusEx(Miniport, &Indication);
}

static VOID StatusEarly(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    IndicateStatus(Miniport);
}

/* At DISPATCH_LEVEL, and so it returns. */
static KIRQL Gather(VOID)
{
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    (VOID)NdisMAllocateNetBufferSGList(Dma, List->FirstNetBuffer, NULL,
                                       NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0);
    return Irql;
}

/* What a case has left. */
static VOID Ungather(VOID)
{
    KIRQL Irql;

    if (Gathered) {
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
        NdisMFreeNetBufferSGList(Dma, Gathered, List->FirstNetBuffer);
        KeLowerIrql(Irql);
        Gathered = NULL;
    }
}

static VOID GatheredAtPassive(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    (VOID)NdisMAllocateNetBufferSGList(Dma, List->FirstNetBuffer, NULL,
                                       NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0);
}

static VOID GatheredByAdapter(PVOID Context)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Context);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    (VOID)NdisMAllocateNetBufferSGList(Miniport, List->FirstNetBuffer, NULL,
                                       NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0);
}

static VOID UngatheredAtPassive(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeLowerIrql(Gather());
    NdisMFreeNetBufferSGList(Dma, Gathered, List->FirstNetBuffer);
}

static VOID UngatheredTwice(PVOID Context)
{
    PSCATTER_GATHER_LIST Freed;

    UNREFERENCED_PARAMETER(Context);
    (VOID)Gather();
    Freed = Gathered;
    Gathered = NULL;
    NdisMFreeNetBufferSGList(Dma, Freed, List->FirstNetBuffer);
    NdisMFreeNetBufferSGList(Dma, Freed, List->FirstNetBuffer);
}

static VOID UngatheredOther(PVOID Context)
{
    static NET_BUFFER Other;

    UNREFERENCED_PARAMETER(Context);
    (VOID)Gather();
    NdisMFreeNetBufferSGList(Dma, Gathered, &Other);
}

static VOID DmaWithLists(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeLowerIrql(Gather());
    NdisMDeregisterScatterGatherDma(Dma);
}

static VOID Deregistered(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMDeregisterMiniportDriver(Driver);
}

static VOID PoolWithLists(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisFreeNetBufferListPool(Pool);
}

static VOID NoAdapter(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisMPauseComplete(&Driver);
}

static VOID NoDevice(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    NdisDeregisterDeviceEx(&Driver);
}

static const struct {
    const WCHAR *Name;
    ATTEMPT_ROUTINE *Routine;
} Cases[] = {
    { L"shared-at-dispatch", SharedAtDispatch },
    { L"shared-freed-twice", SharedFreedTwice },
    { L"pause-complete", PauseComplete },
    { L"restart-complete", RestartComplete },
    { L"reset-complete", ResetComplete },
    { L"oid-complete", OidComplete },
    { L"handlers-late", HandlersLate },
    { L"not-sent", NotSent },
    { L"indicated-early", IndicatedEarly },
    { L"status-early", StatusEarly },
    { L"gathered-at-passive", GatheredAtPassive },
    { L"gathered-by-adapter", GatheredByAdapter },
    { L"ungathered-at-passive", UngatheredAtPassive },
    { L"ungathered-twice", UngatheredTwice },
    { L"ungathered-other", UngatheredOther },
    { L"dma-with-lists", DmaWithLists },
    { L"deregistered", Deregistered },
    { L"pool-with-lists", PoolWithLists },
    { L"no-adapter", NoAdapter },
    { L"no-device", NoDevice },
};

static NTSTATUS Violations(VOID)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG i = 0; i < RTL_NUMBER_OF(Cases) && NT_SUCCESS(Status); i++) {
        Status = AttemptInThread(Cases[i].Name, Cases[i].Routine, NULL);
        Ungather();
    }
    return Status;
}

/* ---- Initialization ----------------------------------------------------- */

static NDIS_OID Oids[] = { OID_GEN_MAXIMUM_FRAME_SIZE };

static NDIS_STATUS SetRegistration(VOID)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES a;

    RtlZeroMemory(&a, sizeof(a));
    a.RegistrationAttributes.Header.Type =
        NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES;
    a.RegistrationAttributes.Header.Revision = 1;
    a.RegistrationAttributes.Header.Size = NDIS_SIZE_THROUGH(
        NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, InterfaceType);
    a.RegistrationAttributes.MiniportAdapterContext = CaseName;
    a.RegistrationAttributes.AttributeFlags =
        NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE |
        NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER;
    a.RegistrationAttributes.InterfaceType = PCIBus;
    return NdisMSetMiniportAttributes(Miniport, &a);
}

static NDIS_STATUS SetGeneral(VOID)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES a;

    RtlZeroMemory(&a, sizeof(a));
    a.GeneralAttributes.Header.Type =
        NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES;
    a.GeneralAttributes.Header.Revision = 2;
    a.GeneralAttributes.Header.Size = sizeof(a.GeneralAttributes);
    a.GeneralAttributes.MtuSize = MTU;
    a.GeneralAttributes.SupportedOidList = Oids;
    a.GeneralAttributes.SupportedOidListLength = sizeof(Oids);
    return NdisMSetMiniportAttributes(Miniport, &a);
}

static VOID NTAPI Process(PDEVICE_OBJECT DeviceObject, PVOID Reserved,
                          PSCATTER_GATHER_LIST Scattered, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Reserved);
    UNREFERENCED_PARAMETER(Context);
    Gathered = Scattered;
}

static NDIS_STATUS RegisterDma(VOID)
{
    NDIS_SG_DMA_DESCRIPTION Description;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Header.Type = NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION;
    Description.Header.Revision = 1;
    Description.Header.Size = NDIS_SIZE_THROUGH(NDIS_SG_DMA_DESCRIPTION,
                                                ScatterGatherListSize);
    Description.MaximumPhysicalMapping = LENGTH;
    Description.ProcessSGListHandler = Process;
    return NdisMRegisterScatterGatherDma(Miniport, &Description, &Dma);
}

static BOOLEAN NTAPI Isr(NDIS_HANDLE Context, PBOOLEAN QueueDpc,
                         PULONG Processors)
{
    UNREFERENCED_PARAMETER(Context);
    *QueueDpc = FALSE;
    *Processors = 0;
    return FALSE;
}

static VOID NTAPI Dpc(NDIS_HANDLE Context, PVOID MiniportContext,
                      PVOID Throttle, PVOID Reserved)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(MiniportContext);
    UNREFERENCED_PARAMETER(Throttle);
    UNREFERENCED_PARAMETER(Reserved);
}

static BOOLEAN NTAPI MessageIsr(NDIS_HANDLE Context, ULONG Message,
                                PBOOLEAN QueueDpc, PULONG Processors)
{
    UNREFERENCED_PARAMETER(Message);
    return Isr(Context, QueueDpc, Processors);
}

static VOID NTAPI MessageDpc(NDIS_HANDLE Context, ULONG Message,
                             PVOID MiniportContext, PVOID Throttle,
                             PVOID Reserved)
{
    UNREFERENCED_PARAMETER(Message);
    Dpc(Context, MiniportContext, Throttle, Reserved);
}

static NDIS_STATUS RegisterInterrupt(VOID)
{
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS c;

    RtlZeroMemory(&c, sizeof(c));
    c.Header.Type = NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT;
    c.Header.Revision = 1;
    c.Header.Size = sizeof(c);
    c.InterruptHandler = Isr;
    c.InterruptDpcHandler = Dpc;
    c.MsiSupported = TRUE;
    c.MessageInterruptHandler = MessageIsr;
    c.MessageInterruptDpcHandler = MessageDpc;
    return NdisMRegisterInterruptEx(Miniport, CaseName, &c, &Interrupt);
}

static NDIS_STATUS CreateList(VOID)
{
    NET_BUFFER_LIST_POOL_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Parameters.fAllocateNetBuffer = TRUE;
    Parameters.PoolTag = TAG;
    Pool = NdisAllocateNetBufferListPool(Miniport, &Parameters);
    Bytes = ExAllocatePoolWithTag(NonPagedPool, LENGTH, TAG);
    Mdl = Bytes ? NdisAllocateMdl(Miniport, Bytes, LENGTH) : NULL;
    List = Pool && Mdl ? NdisAllocateNetBufferAndNetBufferList(Pool, 0, 0, Mdl,
                                                               0, LENGTH)
                       : NULL;
    return List ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

static VOID Discard(VOID)
{
    if (List) {
        NdisFreeNetBufferList(List);
        List = NULL;
    }
    if (Pool) {
        NdisFreeNetBufferListPool(Pool);
        Pool = NULL;
    }
    if (Mdl) {
        NdisFreeMdl(Mdl);
        Mdl = NULL;
    }
    if (Bytes) {
        ExFreePoolWithTag(Bytes, TAG);
        Bytes = NULL;
    }
    if (Shared) {
        NdisMFreeSharedMemory(Miniport, Is(L"wrong-length") ? LENGTH / 2
                                                            : LENGTH,
                              TRUE, Shared, SharedAddress);
        Shared = NULL;
    }
    if (Dma && !Is(L"dma-left")) {
        NdisMDeregisterScatterGatherDma(Dma);
        Dma = NULL;
    }
}

static NDIS_STATUS NTAPI Initialize(NDIS_HANDLE Handle, NDIS_HANDLE Context,
                                    PNDIS_MINIPORT_INIT_PARAMETERS Parameters)
{
    NDIS_STATUS Status;

    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Parameters);
    Miniport = Handle;
    if (Is(L"general-first")) {
        return SetGeneral();
    }
    Status = SetRegistration();
    if (Status != NDIS_STATUS_SUCCESS || Is(L"no-general")) {
        return Status;
    }
    if (Is(L"oid-unknown")) {
        Oids[0] = OID_GEN_VENDOR_ID;
    }
    Status = SetGeneral();
    if (Status == NDIS_STATUS_SUCCESS) {
        Status = RegisterDma();
    }
    if (Status == NDIS_STATUS_SUCCESS) {
        Status = CreateList();
    }
    if (Status != NDIS_STATUS_SUCCESS) {
        return Status;
    }
    NdisMAllocateSharedMemory(Miniport, LENGTH, TRUE, &Shared, &SharedAddress);
    if (Is(L"halted-with-interrupt") || Is(L"failed-with-interrupt")) {
        Status = RegisterInterrupt();
    }
    if (Is(L"failed-with-interrupt")) {
        Discard();
        return NDIS_STATUS_FAILURE;
    }
    return Is(L"violations") ? Violations() : Status;
}

static VOID NTAPI Halt(NDIS_HANDLE Context, NDIS_HALT_ACTION Action)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Action);
    Discard();
}

/* ---- The other handlers ------------------------------------------------- */

static NDIS_STATUS NTAPI Pause(NDIS_HANDLE Context,
                               PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Parameters);
    return Is(L"pause-fails") ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI Restart(NDIS_HANDLE Context,
                                 PNDIS_MINIPORT_RESTART_PARAMETERS Parameters)
{
    NDIS_PHYSICAL_ADDRESS Address;
    PVOID Va;

    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Parameters);
    if (Is(L"shared-late")) {
        NdisMAllocateSharedMemory(Miniport, LENGTH, TRUE, &Va, &Address);
    }
    if (Is(L"status-without-source")) {
        IndicateStatus(NULL);
    }
    if (Is(L"status-without-link")) {
        IndicateStatus(Miniport);
    }
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI Request(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request)
{
    ULONG Number = MTU;

    UNREFERENCED_PARAMETER(Context);
    if (Request->DATA.SET_INFORMATION.Oid == OID_GEN_CURRENT_PACKET_FILTER) {
        return NDIS_STATUS_SUCCESS;
    }
    if (Request->DATA.QUERY_INFORMATION.Oid != OID_GEN_MAXIMUM_FRAME_SIZE) {
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength <
        sizeof(Number)) {
        Request->DATA.QUERY_INFORMATION.BytesNeeded = sizeof(Number);
        return NDIS_STATUS_BUFFER_TOO_SHORT;
    }
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, &Number,
                  sizeof(Number));
    Request->DATA.QUERY_INFORMATION.BytesWritten = sizeof(Number);
    /* The adapter runs now, and no longer has to when the list comes back. */
    if (Is(L"paused-with-list")) {
        NdisMIndicateReceiveNetBufferLists(Miniport, List, 0, 1, 0);
    }
    return NDIS_STATUS_SUCCESS;
}

static VOID NTAPI Send(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                       NDIS_PORT_NUMBER Port, ULONG Flags)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Port);
    UNREFERENCED_PARAMETER(Flags);
    if (Is(L"completed-with-list")) {
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
        (VOID)NdisMAllocateNetBufferSGList(Dma, Lists->FirstNetBuffer, NULL,
                                           NDIS_SG_LIST_WRITE_TO_DEVICE, NULL,
                                           0);
        KeLowerIrql(Irql);
        NdisMSendNetBufferListsComplete(Miniport, Lists, 0);
    }
}

static VOID NTAPI Return(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                         ULONG Flags)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Lists);
    UNREFERENCED_PARAMETER(Flags);
}

static VOID NTAPI Cancel(NDIS_HANDLE Context, PVOID Id)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Id);
}

static VOID NTAPI Notify(NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Event);
}

static VOID NTAPI Shutdown(NDIS_HANDLE Context, NDIS_SHUTDOWN_ACTION Action)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Action);
}

/* A device for programs that nobody takes away again. */
static VOID LeaveDevice(VOID)
{
    static PDRIVER_DISPATCH Major[IRP_MJ_MAXIMUM_FUNCTION + 1];
    UNICODE_STRING Name, Link;
    NDIS_DEVICE_OBJECT_ATTRIBUTES a;
    NDIS_HANDLE Handle;
    PDEVICE_OBJECT Device;

    RtlInitUnicodeString(&Name, L"\\Device\\Left");
    RtlInitUnicodeString(&Link, L"\\DosDevices\\Left");
    RtlZeroMemory(&a, sizeof(a));
    a.Header.Type = NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES;
    a.Header.Revision = 1;
    a.Header.Size = sizeof(a);
    a.DeviceName = &Name;
    a.SymbolicName = &Link;
    a.MajorFunctions = Major;
    (VOID)NdisRegisterDeviceEx(Driver, &a, &Device, &Handle);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (Is(L"device-left")) {
        LeaveDevice();
    }
    if (!Is(L"not-deregistered")) {
        NdisMDeregisterMiniportDriver(Driver);
    }
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject,
                           PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS c;
    NTSTATUS Status = AttemptReadCase(RegistryPath, CaseName,
                                      sizeof(CaseName));

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlZeroMemory(&c, sizeof(c));
    c.Header.Type = NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS;
    c.Header.Revision = NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2;
    c.Header.Size = NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2;
    c.MajorNdisVersion = 6;
    c.MinorNdisVersion = 20;
    c.InitializeHandlerEx = Initialize;
    c.HaltHandlerEx = Halt;
    c.UnloadHandler = Unload;
    c.PauseHandler = Pause;
    c.RestartHandler = Restart;
    c.OidRequestHandler = Request;
    c.SendNetBufferListsHandler = Send;
    c.ReturnNetBufferListsHandler = Return;
    c.CancelSendHandler = Cancel;
    c.DevicePnPEventNotifyHandler = Notify;
    c.ShutdownHandlerEx = Shutdown;
    c.CancelOidRequestHandler = Cancel;
    return NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &c,
                                       &Driver);
}
