/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IoConnectInterruptEx in each version, on a line and by message. */
#include "interrupts.h"

#include <cbx/abi.h>

static VOID Count(CASE_INTERRUPT *Interrupt)
{
    if (Interrupt->InIsr) {
        Interrupt->InIsr();
    }
    InterlockedIncrement(&Interrupt->Strikes);
    Interrupt->WrongIrql |= KeGetCurrentIrql() <= DISPATCH_LEVEL;
    KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
}

static BOOLEAN NTAPI MessageIsr(PKINTERRUPT Object, PVOID Context,
                                ULONG Message)
{
    UNREFERENCED_PARAMETER(Object);
    if (Message) {
        return FALSE;
    }
    Count(Context);
    return TRUE;
}

/* Of a line, or of one message as the resources give it. */
static BOOLEAN NTAPI LineIsr(PKINTERRUPT Object, PVOID Context)
{
    CASE_INTERRUPT *Interrupt = Context;
    PULONG Line = (PULONG)(Interrupt->Regs + CBX_ARM_INTX_CTL);

    UNREFERENCED_PARAMETER(Object);
    if (Interrupt->IsLine) {
        if (!(READ_REGISTER_ULONG(Line) & CBX_ARM_INTX_ASSERT)) {
            return FALSE;
        }
        WRITE_REGISTER_ULONG(Line, 0);
    }
    Count(Interrupt);
    return TRUE;
}

static VOID NTAPI Dpc(PKDPC Object, PVOID Context, PVOID A, PVOID B)
{
    CASE_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(A);
    UNREFERENCED_PARAMETER(B);
    KeSetEvent(&Interrupt->Event, IO_NO_INCREMENT, FALSE);
}

VOID CaseInterruptTrigger(CASE_INTERRUPT *Interrupt)
{
    if (Interrupt->IsLine) {
        WRITE_REGISTER_ULONG((PULONG)(Interrupt->Regs + CBX_ARM_INTX_CTL),
                             CBX_ARM_INTX_ASSERT);
    } else {
        WRITE_REGISTER_ULONG((PULONG)(Interrupt->Regs + CBX_ARM_MSI_CTL),
                             CBX_ARM_MSI_TRIGGER);
    }
}

static const CM_PARTIAL_RESOURCE_DESCRIPTOR *Resource(CASE_DEVICE *Device,
                                                      UCHAR Type)
{
    const CM_PARTIAL_RESOURCE_LIST *List =
        &Device->Translated->List[0].PartialResourceList;

    for (ULONG i = 0; i < List->Count; i++) {
        if (List->PartialDescriptors[i].Type == Type) {
            return &List->PartialDescriptors[i];
        }
    }
    return NULL;
}

static VOID FullySpecified(const CM_PARTIAL_RESOURCE_DESCRIPTOR *From,
                           BOOLEAN IsLine,
                           PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS To)
{
    To->Vector = IsLine ? From->u.Interrupt.Vector
                        : From->u.MessageInterrupt.Translated.Vector;
    To->Irql = (KIRQL)(IsLine ? From->u.Interrupt.Level
                              : From->u.MessageInterrupt.Translated.Level);
    To->ProcessorEnableMask =
        IsLine ? From->u.Interrupt.Affinity
               : From->u.MessageInterrupt.Translated.Affinity;
    To->SynchronizeIrql = To->Irql;
    To->ShareVector = IsLine;
    To->InterruptMode = IsLine ? LevelSensitive : Latched;
}

NTSTATUS CaseInterruptConnect(CASE_DEVICE *Device, CASE_INTERRUPT *Interrupt,
                              ULONG Version, VOID (*InIsr)(VOID))
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Bar =
        Resource(Device, CmResourceTypeMemory);
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Vector =
        Resource(Device, CmResourceTypeInterrupt);
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    RtlZeroMemory(Interrupt, sizeof(*Interrupt));
    Interrupt->IsLine = !(Vector->Flags & CM_RESOURCE_INTERRUPT_MESSAGE);
    Interrupt->InIsr = InIsr;
    Interrupt->Regs = MmMapIoSpace(Bar->u.Memory.Start, PAGE_SIZE,
                                   MmNonCached);
    KeInitializeEvent(&Interrupt->Event, SynchronizationEvent, FALSE);
    KeInitializeDpc(&Interrupt->Dpc, Dpc, Interrupt);
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Version;
    /* These three are at the same place in each version. */
    Parameters.FullySpecified.PhysicalDeviceObject = Device->Pdo;
    Parameters.MessageBased.ConnectionContext.Generic = &Interrupt->Object;
    if (Version == CONNECT_MESSAGE_BASED) {
        Parameters.MessageBased.MessageServiceRoutine = MessageIsr;
        Parameters.MessageBased.ServiceContext = Interrupt;
        Parameters.MessageBased.FallBackServiceRoutine = LineIsr;
    } else {
        Parameters.FullySpecified.ServiceRoutine = LineIsr;
        Parameters.FullySpecified.ServiceContext = Interrupt;
        if (Version == CONNECT_FULLY_SPECIFIED) {
            FullySpecified(Vector, Interrupt->IsLine,
                           &Parameters.FullySpecified);
        }
    }
    Status = IoConnectInterruptEx(&Parameters);
    Interrupt->Version = Parameters.Version;
    if (!NT_SUCCESS(Status)) {
        MmUnmapIoSpace(Interrupt->Regs, PAGE_SIZE);
    }
    return Status;
}

VOID CaseInterruptDisconnect(CASE_INTERRUPT *Interrupt)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    Parameters.Version = Interrupt->Version;
    Parameters.ConnectionContext.Generic = Interrupt->Object;
    IoDisconnectInterruptEx(&Parameters);
    KeFlushQueuedDpcs();
    MmUnmapIoSpace(Interrupt->Regs, PAGE_SIZE);
}

static BOOLEAN Strikes(CASE_DEVICE *Device, ULONG Version)
{
    LARGE_INTEGER Timeout;
    CASE_INTERRUPT Interrupt;
    BOOLEAN Good = TRUE;

    if (!NT_SUCCESS(CaseInterruptConnect(Device, &Interrupt, Version, NULL))) {
        return FALSE;
    }
    Timeout.QuadPart = -50000000;
    for (LONG i = 1; i <= 3 && Good; i++) {
        CaseInterruptTrigger(&Interrupt);
        Good = KeWaitForSingleObject(&Interrupt.Event, Executive, KernelMode,
                                     FALSE, &Timeout) == STATUS_SUCCESS &&
               Interrupt.Strikes == i && !Interrupt.WrongIrql;
    }
    CaseInterruptDisconnect(&Interrupt);
    return Good;
}

NTSTATUS CaseInterrupts(CASE_DEVICE *Device)
{
    BOOLEAN IsLine = !(Resource(Device, CmResourceTypeInterrupt)->Flags &
                       CM_RESOURCE_INTERRUPT_MESSAGE);
    CASE_INTERRUPT Interrupt;

    if (!Strikes(Device, CONNECT_FULLY_SPECIFIED) ||
        !Strikes(Device, CONNECT_MESSAGE_BASED) ||
        Strikes(Device, CONNECT_LINE_BASED) != IsLine) {
        return STATUS_UNSUCCESSFUL;
    }
    return CaseInterruptConnect(Device, &Interrupt, 99, NULL) ==
           STATUS_NOT_SUPPORTED &&
           Interrupt.Version == CONNECT_FULLY_SPECIFIED_GROUP
           ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
