/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include "cbx/abi.h"

static KMESSAGE_SERVICE_ROUTINE InterruptMessageIsr;
static BOOLEAN NTAPI
InterruptMessageIsr(PKINTERRUPT Object, PVOID Context, ULONG MessageId)
{
    CBX_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Object);

    if (MessageId != CBX_INTERRUPT_VECTOR) {
        return FALSE;
    }
    KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
    return TRUE;
}

/* The line may be shared: it is ours only if the device asserts it. */
static KSERVICE_ROUTINE InterruptLineIsr;
static BOOLEAN NTAPI
InterruptLineIsr(PKINTERRUPT Object, PVOID Context)
{
    CBX_INTERRUPT *Interrupt = Context;
    ULONG *Register = (ULONG *)(Interrupt->Regs + CBX_ARM_INTX_CTL);

    UNREFERENCED_PARAMETER(Object);

    if (!(READ_REGISTER_ULONG(Register) & CBX_ARM_INTX_ASSERT)) {
        return FALSE;
    }
    WRITE_REGISTER_ULONG(Register, 0);
    KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
    return TRUE;
}

static KDEFERRED_ROUTINE InterruptDpc;
static VOID NTAPI
InterruptDpc(KDPC *Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    CBX_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);

    KeSetEvent(&Interrupt->Event, IO_NO_INCREMENT, FALSE);
}

NTSTATUS
InterruptStart(CBX_INTERRUPT *Interrupt, UCHAR *Regs, DEVICE_OBJECT *Pdo)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    RtlZeroMemory(Interrupt, sizeof(*Interrupt));
    Interrupt->Regs = Regs;
    KeInitializeEvent(&Interrupt->Event, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Interrupt->Dpc, InterruptDpc, Interrupt);

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_MESSAGE_BASED;
    Parameters.MessageBased.PhysicalDeviceObject = Pdo;
    Parameters.MessageBased.ConnectionContext.Generic =
        &Interrupt->Context.Generic;
    Parameters.MessageBased.MessageServiceRoutine = InterruptMessageIsr;
    Parameters.MessageBased.ServiceContext = Interrupt;
    Parameters.MessageBased.FallBackServiceRoutine = InterruptLineIsr;
    Status = IoConnectInterruptEx(&Parameters);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Interrupt->Version = Parameters.Version;
    Interrupt->Connected = TRUE;
    return STATUS_SUCCESS;
}

VOID
InterruptStop(CBX_INTERRUPT *Interrupt)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (!Interrupt->Connected) {
        return;
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Interrupt->Version;
    Parameters.ConnectionContext.Generic = Interrupt->Context.Generic;
    IoDisconnectInterruptEx(&Parameters);
    KeFlushQueuedDpcs();
    Interrupt->Connected = FALSE;
}

KEVENT *
InterruptCompletion(CBX_INTERRUPT *Interrupt)
{
    return Interrupt->Connected && Interrupt->Version == CONNECT_MESSAGE_BASED
           ? &Interrupt->Event : NULL;
}
