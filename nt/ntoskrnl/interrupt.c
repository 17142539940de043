/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupt objects: by message, by line, fully specified. */
#include "nt.h"

enum { VERIFIER_ISR_IRQL = 0x111 };

/* Opaque to drivers. */
struct _KINTERRUPT {
    void *Device;
    ULONG Index;                        /* of the platform's interrupt */
    ULONG MessageId;
    PKSERVICE_ROUTINE Routine;
    PKMESSAGE_SERVICE_ROUTINE MessageRoutine;
    PVOID Context;
    PKSPIN_LOCK SpinLock;
    KSPIN_LOCK OwnLock;
    KIRQL SynchronizeIrql;
    ULONG64 Flags;                      /* of who holds SpinLock */
};

/* Interrupts off on entry: this is the processor's interrupt context. */
static uint32_t Service(void *Context, uint32_t Index)
{
    PKINTERRUPT Interrupt = Context;
    KIRQL Irql, After;
    BOOLEAN Mine;
    CHAR Where[64];

    UNREFERENCED_PARAMETER(Index);
    KeRaiseIrql(Interrupt->SynchronizeIrql, &Irql);
    KeAcquireSpinLockAtDpcLevel(Interrupt->SpinLock);
    if (Interrupt->MessageRoutine) {
        Mine = Interrupt->MessageRoutine(Interrupt, Interrupt->Context,
                                         Interrupt->MessageId);
    } else {
        Mine = Interrupt->Routine(Interrupt, Interrupt->Context);
    }
    KeReleaseSpinLockFromDpcLevel(Interrupt->SpinLock);
    After = KeGetCurrentIrql();
    if (After != Interrupt->SynchronizeIrql) {
        PVOID Routine = Interrupt->MessageRoutine
                        ? (PVOID)(ULONG_PTR)Interrupt->MessageRoutine
                        : (PVOID)(ULONG_PTR)Interrupt->Routine;

        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_ISR_IRQL, (ULONG_PTR)Routine,
                    Interrupt->SynchronizeIrql, After,
                    "interrupt service routine %s was called at IRQL %u and "
                    "returned at %u", NtsWhere(Routine, Where, sizeof(Where)),
                    Interrupt->SynchronizeIrql, After);
    }
    KeLowerIrql(Irql);
    return Mine;
}

static NTSTATUS Connect(void *Device, ULONG Index, PKINTERRUPT Template,
                        PKINTERRUPT *Object)
{
    PKINTERRUPT Interrupt = NtsAllocate(sizeof(*Interrupt));
    KIRQL Irql = NTS_DIRQL(NTS_VECTOR_BASE + Index);

    if (!Interrupt) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Interrupt = *Template;
    Interrupt->Device = Device;
    Interrupt->Index = Index;
    if (!Interrupt->SpinLock) {
        Interrupt->SpinLock = &Interrupt->OwnLock;
    }
    if (Interrupt->SynchronizeIrql < Irql) {
        Interrupt->SynchronizeIrql = Irql;
    }
    /* A message may arrive before the caller has the object. */
    *Object = Interrupt;
    if (pal_irq_connect(Device, Index, Service, Interrupt)) {
        *Object = NULL;
        NtsFree(Interrupt, sizeof(*Interrupt));
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

static VOID Disconnect(PKINTERRUPT Interrupt)
{
    pal_irq_disconnect(Interrupt->Device, Interrupt->Index);
    NtsFree(Interrupt, sizeof(*Interrupt));
}

/* ---- One interrupt: line-based and fully specified ---------------------- */

static NTSTATUS ConnectOne(void *Device, ULONG Index, PKSERVICE_ROUTINE Routine,
                           PVOID Context, PKSPIN_LOCK SpinLock,
                           KIRQL SynchronizeIrql, PKINTERRUPT *Object,
                           const VOID *Caller)
{
    struct _KINTERRUPT Template;
    NTSTATUS Status;

    if (!Routine || !Object) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlZeroMemory(&Template, sizeof(Template));
    Template.Routine = Routine;
    Template.Context = Context;
    Template.SpinLock = SpinLock;
    Template.SynchronizeIrql = SynchronizeIrql;
    Status = Connect(Device, Index, &Template, Object);
    if (NT_SUCCESS(Status)) {
        NtsLedgerAdd(NtsKindInterrupt, *Object, 0, 0, Caller);
    }
    return Status;
}

/* ---- All messages of a device ------------------------------------------- */

static SIZE_T TableSize(ULONG Count)
{
    return FIELD_OFFSET(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) +
           Count * sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY);
}

static VOID DisconnectTable(PIO_INTERRUPT_MESSAGE_INFO Table)
{
    for (ULONG i = 0; i < Table->MessageCount; i++) {
        if (Table->MessageInfo[i].InterruptObject) {
            Disconnect(Table->MessageInfo[i].InterruptObject);
        }
    }
    NtsFree(Table, TableSize(Table->MessageCount));
}

static NTSTATUS ConnectMessages(const NTS_PDO *Pdo,
                                PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS
                                    Parameters, const VOID *Caller)
{
    ULONG Count = Pdo->Irqs.count;
    PIO_INTERRUPT_MESSAGE_INFO Table = NtsAllocate(TableSize(Count));
    struct _KINTERRUPT Template;

    if (!Table) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(&Template, sizeof(Template));
    Template.MessageRoutine = Parameters->MessageServiceRoutine;
    Template.Context = Parameters->ServiceContext;
    Template.SpinLock = Parameters->SpinLock;
    /* One IRQL for all, so that one lock can serve all. */
    Template.SynchronizeIrql = NTS_DIRQL(NTS_VECTOR_BASE + Count - 1);
    if (Template.SynchronizeIrql < Parameters->SynchronizeIrql) {
        Template.SynchronizeIrql = Parameters->SynchronizeIrql;
    }
    Table->UnifiedIrql = Template.SynchronizeIrql;
    Table->MessageCount = Count;
    *Parameters->ConnectionContext.InterruptMessageTable = Table;
    for (ULONG i = 0; i < Count; i++) {
        PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[i];
        NTSTATUS Status;

        Entry->MessageAddress.QuadPart = Pdo->Irqs.irq[i].address;
        Entry->MessageData = Pdo->Irqs.irq[i].data;
        Entry->TargetProcessorSet = ((KAFFINITY)1 << NtsProcessors) - 1;
        Entry->Vector = NTS_VECTOR_BASE + i;
        Entry->Irql = Template.SynchronizeIrql;
        Entry->Mode = Latched;
        Template.MessageId = i;
        Status = Connect(Pdo->Device, i, &Template, &Entry->InterruptObject);
        if (!NT_SUCCESS(Status)) {
            *Parameters->ConnectionContext.InterruptMessageTable = NULL;
            DisconnectTable(Table);
            return Status;
        }
    }
    NtsLedgerAdd(NtsKindInterrupt, Table, TableSize(Count), 0, Caller);
    return STATUS_SUCCESS;
}

/* ---- What drivers call -------------------------------------------------- */

static NTSTATUS ConnectMessageBased(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters,
                                    const VOID *Caller)
{
    PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS Message =
        &Parameters->MessageBased;
    const NTS_PDO *Pdo = NtsPdo(Message->PhysicalDeviceObject);

    if (!Pdo || !Message->MessageServiceRoutine ||
        !Message->ConnectionContext.Generic) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!Pdo->Irqs.count) {
        return STATUS_NOT_FOUND;
    }
    if (Pdo->Irqs.kind != PAL_IRQ_LINE) {
        return ConnectMessages(Pdo, Message, Caller);
    }
    if (!Message->FallBackServiceRoutine) {
        return STATUS_NOT_FOUND;
    }
    /* This is how the caller learns of the fall-back. */
    Parameters->Version = CONNECT_LINE_BASED;
    return ConnectOne(Pdo->Device, 0, Message->FallBackServiceRoutine,
                      Message->ServiceContext, Message->SpinLock,
                      Message->SynchronizeIrql,
                      Message->ConnectionContext.InterruptObject, Caller);
}

static NTSTATUS ConnectLineBased(PIO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS
                                     Line, const VOID *Caller)
{
    const NTS_PDO *Pdo = NtsPdo(Line->PhysicalDeviceObject);

    if (!Pdo) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Pdo->Irqs.kind != PAL_IRQ_LINE || !Pdo->Irqs.count) {
        return STATUS_NOT_FOUND;
    }
    return ConnectOne(Pdo->Device, 0, Line->ServiceRoutine,
                      Line->ServiceContext, Line->SpinLock,
                      Line->SynchronizeIrql, Line->InterruptObject, Caller);
}

static NTSTATUS
ConnectFullySpecified(PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS Full,
                      const VOID *Caller)
{
    const NTS_PDO *Pdo = NtsPdo(Full->PhysicalDeviceObject);
    ULONG Index = Full->Vector - NTS_VECTOR_BASE;

    if (!Pdo || Index >= Pdo->Irqs.count ||
        Full->Irql != NTS_DIRQL(Full->Vector)) {
        return STATUS_INVALID_PARAMETER;
    }
    return ConnectOne(Pdo->Device, Index, Full->ServiceRoutine,
                      Full->ServiceContext, Full->SpinLock,
                      Full->SynchronizeIrql, Full->InterruptObject, Caller);
}

NTSTATUS NTAPI IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters)
{
    const VOID *Caller = __builtin_return_address(0);

    NTS_IRQL(PASSIVE_LEVEL);
    switch (Parameters->Version) {
    case CONNECT_FULLY_SPECIFIED:
    case CONNECT_FULLY_SPECIFIED_GROUP:
        return ConnectFullySpecified(&Parameters->FullySpecified, Caller);
    case CONNECT_LINE_BASED:
        return ConnectLineBased(&Parameters->LineBased, Caller);
    case CONNECT_MESSAGE_BASED:
        return ConnectMessageBased(Parameters, Caller);
    default:
        /* The highest version that is served. */
        Parameters->Version = CONNECT_FULLY_SPECIFIED_GROUP;
        return STATUS_NOT_SUPPORTED;
    }
}

VOID NTAPI
IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters)
{
    CHAR Where[64];
    PVOID Object;

    NTS_IRQL(PASSIVE_LEVEL);
    Object = Parameters->ConnectionContext.Generic;
    if (!NtsLedgerRemove(NtsKindInterrupt, Object, NULL)) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0xe1, (ULONG_PTR)Object, 0, 0,
                    "IoDisconnectInterruptEx of what is not connected, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    if (Parameters->Version == CONNECT_MESSAGE_BASED) {
        DisconnectTable(Object);
    } else {
        Disconnect(Object);
    }
}

/* The device is found by the vector: there is one device. */
NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject,
                                  PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock,
                                  ULONG Vector, KIRQL Irql,
                                  KIRQL SynchronizeIrql,
                                  KINTERRUPT_MODE InterruptMode,
                                  BOOLEAN ShareVector,
                                  KAFFINITY ProcessorEnableMask,
                                  BOOLEAN FloatingSave)
{
    UNREFERENCED_PARAMETER(InterruptMode);
    UNREFERENCED_PARAMETER(ShareVector);
    UNREFERENCED_PARAMETER(ProcessorEnableMask);
    UNREFERENCED_PARAMETER(FloatingSave);
    NTS_IRQL(PASSIVE_LEVEL);
    if (Vector < NTS_VECTOR_BASE || Irql != NTS_DIRQL(Vector)) {
        return STATUS_INVALID_PARAMETER;
    }
    return ConnectOne(NtsDevice, Vector - NTS_VECTOR_BASE, ServiceRoutine,
                      ServiceContext, SpinLock, SynchronizeIrql,
                      InterruptObject, __builtin_return_address(0));
}

VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    NTS_IRQL(PASSIVE_LEVEL);
    Parameters.Version = CONNECT_FULLY_SPECIFIED;
    Parameters.ConnectionContext.InterruptObject = InterruptObject;
    IoDisconnectInterruptEx(&Parameters);
}

/* ---- Excluding an interrupt --------------------------------------------- */

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt)
{
    /* The IRQL is a label here; what keeps the interrupt away is this. */
    ULONG64 Flags = NtsInterruptsDisable();
    KIRQL Irql;

    KeRaiseIrql(Interrupt->SynchronizeIrql, &Irql);
    KeAcquireSpinLockAtDpcLevel(Interrupt->SpinLock);
    Interrupt->Flags = Flags;
    return Irql;
}

VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql)
{
    ULONG64 Flags = Interrupt->Flags;

    KeReleaseSpinLockFromDpcLevel(Interrupt->SpinLock);
    KeLowerIrql(OldIrql);
    NtsInterruptsRestore(Flags);
    if (OldIrql < DISPATCH_LEVEL) {
        NtsDpcCatchUp();
    }
}

BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                     PKSYNCHRONIZE_ROUTINE Routine,
                                     PVOID Context)
{
    KIRQL Irql = KeAcquireInterruptSpinLock(Interrupt);
    BOOLEAN Result = Routine(Context);

    KeReleaseInterruptSpinLock(Interrupt, Irql);
    return Result;
}
