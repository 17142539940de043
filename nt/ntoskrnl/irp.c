/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O request packets: down the stack and up again. */
#include "nt.h"

enum {
    IOMANAGER_BAD_IRP = 0x03,
    IOMANAGER_BAD_DEVICE = 0x04,
    IOMANAGER_IRQL_CHANGED = 0x05,
    IOMANAGER_PENDING_STATUS = 0x06,
    VERIFIER_COMPLETION_IRQL = 0xfa,
};

VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    RtlZeroMemory(Irp, PacketSize);
    Irp->Type = IO_TYPE_IRP;
    Irp->Size = PacketSize;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = StackSize + 1;
    Irp->Tail.Overlay.CurrentStackLocation =
        (PIO_STACK_LOCATION)(Irp + 1) + StackSize;
    InitializeListHead(&Irp->ThreadListEntry);
}

static PIRP Allocate(CCHAR StackSize)
{
    PIRP Irp = NtsAllocate(IoSizeOfIrp(StackSize));

    if (Irp) {
        IoInitializeIrp(Irp, IoSizeOfIrp(StackSize), StackSize);
    }
    return Irp;
}

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    PIRP Irp;

    UNREFERENCED_PARAMETER(ChargeQuota);
    NTS_IRQL(DISPATCH_LEVEL);
    Irp = Allocate(StackSize);
    if (Irp && !NtsLedgerAdd(NtsKindIrp, Irp, Irp->Size, 0,
                             __builtin_return_address(0))) {
        NtsFree(Irp, Irp->Size);
        return NULL;
    }
    return Irp;
}

VOID NTAPI IoFreeIrp(PIRP Irp)
{
    CHAR Where[64];

    NTS_IRQL(DISPATCH_LEVEL);
    if (!NtsLedgerRemove(NtsKindIrp, Irp, NULL)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, 0x01, (ULONG_PTR)Irp, 0, 0,
                    "IoFreeIrp of what IoAllocateIrp did not return, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    NtsFree(Irp, Irp->Size);
}

/* Such a request is freed by its completion, not by the one who built it. */
PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction,
                                        PDEVICE_OBJECT DeviceObject,
                                        PVOID Buffer, ULONG Length,
                                        PLARGE_INTEGER StartingOffset,
                                        PKEVENT Event,
                                        PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp;

    UNREFERENCED_PARAMETER(Buffer);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(StartingOffset);
    NTS_IRQL(PASSIVE_LEVEL);
    /* The others move data, which nothing behind this host does. */
    if (MajorFunction != IRP_MJ_PNP && MajorFunction != IRP_MJ_FLUSH_BUFFERS &&
        MajorFunction != IRP_MJ_SHUTDOWN && MajorFunction != IRP_MJ_POWER) {
        return NULL;
    }
    Irp = Allocate(DeviceObject->StackSize);
    if (!Irp) {
        return NULL;
    }
    Irp->UserEvent = Event;
    Irp->UserIosb = IoStatusBlock;
    Irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
    IoGetNextIrpStackLocation(Irp)->MajorFunction = (UCHAR)MajorFunction;
    return Irp;
}

NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KIRQL Irql = KeGetCurrentIrql(), After;
    PIO_STACK_LOCATION Stack;
    NTSTATUS Status;
    CHAR Where[64];

    NtsWhere(__builtin_return_address(0), Where, sizeof(Where));
    if (Irp->Type != IO_TYPE_IRP) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_BAD_IRP, (ULONG_PTR)Irp, 0, 0,
                    "IoCallDriver with what is no IRP, by %s", Where);
    }
    if (!DeviceObject || DeviceObject->Type != IO_TYPE_DEVICE) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_BAD_DEVICE,
                    (ULONG_PTR)DeviceObject, 0, 0,
                    "IoCallDriver to what is no device object, by %s", Where);
    }
    if (Irql > DISPATCH_LEVEL) {
        NtsRequireIrql(DISPATCH_LEVEL, "IoCallDriver",
                       __builtin_return_address(0));
    }
    if (--Irp->CurrentLocation <= 0) {
        /* NO_MORE_IRP_STACK_LOCATIONS */
        NtsBugCheck(0x00000035, (ULONG_PTR)Irp, 0, 0, 0,
                    "IoCallDriver without a stack location left, by %s",
                    Where);
    }
    Stack = --Irp->Tail.Overlay.CurrentStackLocation;
    Stack->DeviceObject = DeviceObject;
    Status = DeviceObject->DriverObject->MajorFunction[Stack->MajorFunction](
        DeviceObject, Irp);
    After = KeGetCurrentIrql();
    if (After != Irql) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_IRQL_CHANGED,
                    (ULONG_PTR)DeviceObject, Irql, After,
                    "a dispatch routine was called at IRQL %u and returned at "
                    "%u", Irql, After);
    }
    return Status;
}

/* The completion routine of a location, if the outcome is one it wants. */
static PIO_COMPLETION_ROUTINE Wanted(PIRP Irp, const IO_STACK_LOCATION *Stack)
{
    UCHAR Mask = NT_SUCCESS(Irp->IoStatus.Status) ? SL_INVOKE_ON_SUCCESS
                                                  : SL_INVOKE_ON_ERROR;

    if (Irp->Cancel) {
        Mask |= SL_INVOKE_ON_CANCEL;
    }
    return Stack->Control & Mask ? Stack->CompletionRoutine : NULL;
}

static NTSTATUS CallCompletion(PIO_COMPLETION_ROUTINE Routine,
                               PDEVICE_OBJECT DeviceObject, PIRP Irp,
                               PVOID Context)
{
    KIRQL Irql = KeGetCurrentIrql(), After;
    NTSTATUS Status = Routine(DeviceObject, Irp, Context);

    After = KeGetCurrentIrql();
    if (After != Irql) {
        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_COMPLETION_IRQL,
                    (ULONG_PTR)Routine, Irql, After,
                    "a completion routine was called at IRQL %u and returned "
                    "at %u", Irql, After);
    }
    return Status;
}

static VOID Finish(PIRP Irp)
{
    PKEVENT Event = Irp->UserEvent;

    if (Irp->UserIosb) {
        *Irp->UserIosb = Irp->IoStatus;
    }
    NtsFree(Irp, Irp->Size);
    if (Event) {
        KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    }
}

VOID FASTCALL IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    CHAR Where[64];

    UNREFERENCED_PARAMETER(PriorityBoost);
    NtsRequireIrql(DISPATCH_LEVEL, "IoCompleteRequest",
                   __builtin_return_address(0));
    NtsWhere(__builtin_return_address(0), Where, sizeof(Where));
    if (Irp->CurrentLocation > Irp->StackCount + 1 ||
        Irp->Type != IO_TYPE_IRP) {
        /* MULTIPLE_IRP_COMPLETE_REQUESTS */
        NtsBugCheck(0x00000044, (ULONG_PTR)Irp, 0, 0, 0,
                    "a request was completed twice, the second time by %s",
                    Where);
    }
    if (Irp->IoStatus.Status == STATUS_PENDING ||
        Irp->IoStatus.Status == (NTSTATUS)-1) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_PENDING_STATUS,
                    (ULONG)Irp->IoStatus.Status, (ULONG_PTR)Irp, 0,
                    "a request was completed with status 0x%08x by %s",
                    (ULONG)Irp->IoStatus.Status, Where);
    }
    while (Irp->CurrentLocation <= Irp->StackCount) {
        PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
        PIO_COMPLETION_ROUTINE Routine = Wanted(Irp, Stack);
        PDEVICE_OBJECT DeviceObject = NULL;

        Irp->PendingReturned = Stack->Control & SL_PENDING_RETURNED;
        Irp->CurrentLocation++;
        Irp->Tail.Overlay.CurrentStackLocation++;
        /* The routine belongs to the driver above the location. */
        if (Irp->CurrentLocation <= Irp->StackCount) {
            DeviceObject = IoGetCurrentIrpStackLocation(Irp)->DeviceObject;
        }
        if (Routine) {
            PVOID Context = Stack->Context;

            Stack->Control = 0;
            if (CallCompletion(Routine, DeviceObject, Irp, Context) ==
                STATUS_MORE_PROCESSING_REQUIRED) {
                return;
            }
        } else if (Irp->PendingReturned &&
                   Irp->CurrentLocation <= Irp->StackCount) {
            IoMarkIrpPending(Irp);
        }
    }
    Finish(Irp);
}

NTSTATUS NTAPI IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                        PIO_COMPLETION_ROUTINE Routine,
                                        PVOID Context, BOOLEAN InvokeOnSuccess,
                                        BOOLEAN InvokeOnError,
                                        BOOLEAN InvokeOnCancel)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    /* Windows keeps the driver loaded; here it is unloaded last anyway. */
    IoSetCompletionRoutine(Irp, Routine, Context, InvokeOnSuccess,
                           InvokeOnError, InvokeOnCancel);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI IoCancelIrp(PIRP Irp)
{
    PDRIVER_CANCEL Routine;

    NTS_IRQL(DISPATCH_LEVEL);
    Irp->Cancel = TRUE;
    Routine = (PDRIVER_CANCEL)InterlockedExchangePointer(
        (PVOID *)&Irp->CancelRoutine, NULL);
    if (!Routine) {
        return FALSE;
    }
    IoAcquireCancelSpinLock(&Irp->CancelIrql);
    Routine(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
    return TRUE;
}

static KSPIN_LOCK CancelLock;

VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql)
{
    *Irql = KeAcquireSpinLockRaiseToDpc(&CancelLock);
}

VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql)
{
    KeReleaseSpinLock(&CancelLock, Irql);
}

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return IofCallDriver(DeviceObject, Irp);
}

VOID NTAPI PoStartNextPowerIrp(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
}

POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject,
                                  POWER_STATE_TYPE Type, POWER_STATE State)
{
    POWER_STATE Before;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(State);
    RtlZeroMemory(&Before, sizeof(Before));
    if (Type == DevicePowerState) {
        Before.DeviceState = PowerDeviceD0;
    } else {
        Before.SystemState = PowerSystemWorking;
    }
    return Before;
}
