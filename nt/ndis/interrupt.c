/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts of an adapter, and its device memory. */
#include "ndis.h"

/* Connected messages and the DPC of each; or the line and its DPC. */
typedef struct _NDIS_INTERRUPT {
    NDIS_ADAPTER *Adapter;
    NDIS_HANDLE Context;
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS Handlers;
    ULONG Version;
    union {
        PIO_INTERRUPT_MESSAGE_INFO Messages;
        PKINTERRUPT Line;
        PVOID Generic;
    } Connection;
    KDPC Dpcs[PAL_VECTORS_MAX];         /* of messages */
    KDPC LineDpc;
} NDIS_INTERRUPT;

static VOID NTAPI MessageDpc(PKDPC Dpc, PVOID Context, PVOID Argument1,
                             PVOID Argument2)
{
    NDIS_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Interrupt->Handlers.MessageInterruptDpcHandler(
        Interrupt->Context, (ULONG)(Dpc - Interrupt->Dpcs), NULL, NULL, NULL);
}

static VOID NTAPI RunLineDpc(PKDPC Dpc, PVOID Context, PVOID Argument1,
                             PVOID Argument2)
{
    NDIS_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Interrupt->Handlers.InterruptDpcHandler(Interrupt->Context, NULL, NULL,
                                            NULL);
}

static BOOLEAN NTAPI MessageService(PKINTERRUPT Object, PVOID Context,
                                    ULONG MessageId)
{
    NDIS_INTERRUPT *Interrupt = Context;
    BOOLEAN Mine, Queue = FALSE;
    ULONG Processors = 0;

    UNREFERENCED_PARAMETER(Object);
    Mine = Interrupt->Handlers.MessageInterruptHandler(
        Interrupt->Context, MessageId, &Queue, &Processors);
    if (Mine && Queue) {
        KeInsertQueueDpc(&Interrupt->Dpcs[MessageId], NULL, NULL);
    }
    return Mine;
}

static BOOLEAN NTAPI LineService(PKINTERRUPT Object, PVOID Context)
{
    NDIS_INTERRUPT *Interrupt = Context;
    BOOLEAN Mine, Queue = FALSE;
    ULONG Processors = 0;

    UNREFERENCED_PARAMETER(Object);
    Mine = Interrupt->Handlers.InterruptHandler(Interrupt->Context, &Queue,
                                                &Processors);
    if (Mine && Queue) {
        KeInsertQueueDpc(&Interrupt->LineDpc, NULL, NULL);
    }
    return Mine;
}

static BOOLEAN
IsComplete(const NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS *c)
{
    return c->Header.Type == NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT &&
           c->Header.Revision >= 1 && c->Header.Size >= sizeof(*c) &&
           c->InterruptHandler && c->InterruptDpcHandler &&
           (!c->MsiSupported || (c->MessageInterruptHandler &&
                                 c->MessageInterruptDpcHandler));
}

static NTSTATUS Connect(NDIS_INTERRUPT *Interrupt)
{
    BOOLEAN Messages = Interrupt->Handlers.MsiSupported;
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    if (Messages) {
        Parameters.Version = CONNECT_MESSAGE_BASED;
        Parameters.MessageBased.PhysicalDeviceObject = Interrupt->Adapter->Pdo;
        Parameters.MessageBased.ConnectionContext.Generic =
            &Interrupt->Connection.Generic;
        Parameters.MessageBased.MessageServiceRoutine = MessageService;
        Parameters.MessageBased.ServiceContext = Interrupt;
        Parameters.MessageBased.FallBackServiceRoutine = LineService;
    } else {
        Parameters.Version = CONNECT_LINE_BASED;
        Parameters.LineBased.PhysicalDeviceObject = Interrupt->Adapter->Pdo;
        Parameters.LineBased.InterruptObject = &Interrupt->Connection.Line;
        Parameters.LineBased.ServiceRoutine = LineService;
        Parameters.LineBased.ServiceContext = Interrupt;
    }
    Status = IoConnectInterruptEx(&Parameters);
    Interrupt->Version = Parameters.Version;
    return Status;
}

NDIS_STATUS NTAPI NdisMRegisterInterruptEx(
    NDIS_HANDLE MiniportHandle, NDIS_HANDLE InterruptContext,
    PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS Characteristics,
    PNDIS_HANDLE InterruptHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    NDIS_INTERRUPT *Interrupt;

    NTS_IRQL(PASSIVE_LEVEL);
    *InterruptHandle = NULL;
    if (Adapter->State != NdisInitializing || !Adapter->HasRegistration) {
        NdisViolation(Adapter, __func__, Caller, "outside "
                      "MiniportInitializeEx or before its attributes");
    }
    if (!IsComplete(Characteristics)) {
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    }
    if (Adapter->Interrupt) {
        return NDIS_STATUS_RESOURCE_CONFLICT;
    }
    Interrupt = NtsAllocate(sizeof(*Interrupt));
    if (!Interrupt) {
        return NDIS_STATUS_RESOURCES;
    }
    Interrupt->Adapter = Adapter;
    Interrupt->Context = InterruptContext;
    Interrupt->Handlers = *Characteristics;
    for (ULONG i = 0; i < PAL_VECTORS_MAX; i++) {
        KeInitializeDpc(&Interrupt->Dpcs[i], MessageDpc, Interrupt);
    }
    KeInitializeDpc(&Interrupt->LineDpc, RunLineDpc, Interrupt);
    if (!NT_SUCCESS(Connect(Interrupt))) {
        NtsFree(Interrupt, sizeof(*Interrupt));
        return NDIS_STATUS_RESOURCE_CONFLICT;
    }
    if (Interrupt->Version == CONNECT_MESSAGE_BASED) {
        Characteristics->InterruptType = NDIS_CONNECT_MESSAGE_BASED;
        Characteristics->MessageInfoTable = Interrupt->Connection.Messages;
    } else {
        Characteristics->InterruptType = NDIS_CONNECT_LINE_BASED;
        Characteristics->MessageInfoTable = NULL;
    }
    Adapter->Interrupt = Interrupt;
    *InterruptHandle = Interrupt;
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisMDeregisterInterruptEx(NDIS_HANDLE InterruptHandle)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;
    NDIS_INTERRUPT *Interrupt = InterruptHandle;

    NTS_IRQL(PASSIVE_LEVEL);
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Interrupt->Version;
    Parameters.ConnectionContext.Generic = Interrupt->Connection.Generic;
    IoDisconnectInterruptEx(&Parameters);
    KeFlushQueuedDpcs();
    Interrupt->Adapter->Interrupt = NULL;
    NtsFree(Interrupt, sizeof(*Interrupt));
}

BOOLEAN NTAPI NdisMSynchronizeWithInterruptEx(
    NDIS_HANDLE InterruptHandle, ULONG MessageId,
    MINIPORT_SYNCHRONIZE_INTERRUPT *Routine, PVOID Context)
{
    NDIS_INTERRUPT *Interrupt = InterruptHandle;
    PKINTERRUPT Object = Interrupt->Connection.Line;

    if (Interrupt->Version == CONNECT_MESSAGE_BASED) {
        Object = Interrupt->Connection.Messages->MessageInfo[MessageId]
                     .InterruptObject;
    }
    return KeSynchronizeExecution(Object, (PKSYNCHRONIZE_ROUTINE)Routine,
                                  Context);
}

/* ---- Device memory ------------------------------------------------------ */

NDIS_STATUS NTAPI NdisMMapIoSpace(PVOID *VirtualAddress,
                                  NDIS_HANDLE MiniportHandle,
                                  NDIS_PHYSICAL_ADDRESS PhysicalAddress,
                                  ULONG Length)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    NTS_IRQL(PASSIVE_LEVEL);
    if (Adapter->State != NdisInitializing) {
        NdisViolation(Adapter, __func__, Caller,
                      "outside MiniportInitializeEx");
    }
    *VirtualAddress = MmMapIoSpace(PhysicalAddress, Length, MmNonCached);
    return *VirtualAddress ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

VOID NTAPI NdisMUnmapIoSpace(NDIS_HANDLE MiniportHandle, PVOID VirtualAddress,
                             ULONG Length)
{
    NdisAdapter(MiniportHandle, __func__, __builtin_return_address(0));
    NTS_IRQL(PASSIVE_LEVEL);
    MmUnmapIoSpace(VirtualAddress, Length);
}
