/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O request packets: down the stack and up again. */
#include "nt.h"

enum {
    FREED = 0xdd,
    IOMANAGER_BAD_IRP = 0x03,
    IOMANAGER_BAD_DEVICE = 0x04,
    IOMANAGER_IRQL_CHANGED = 0x05,
    IOMANAGER_PENDING_STATUS = 0x06,
    IOMANAGER_OTHER_STATUS = 0x0c,
    IOMANAGER_NOT_COMPLETED = 0x0e,
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

PIRP NtsIrpAllocate(CCHAR StackSize)
{
    PIRP Irp = NtsAllocate(IoSizeOfIrp(StackSize));

    if (Irp) {
        IoInitializeIrp(Irp, IoSizeOfIrp(StackSize), StackSize);
    }
    return Irp;
}

/* So that a second completion is known for what it is. */
VOID NtsIrpFree(PIRP Irp)
{
    SIZE_T Size = Irp ? Irp->Size : 0;

    if (Irp) {
        RtlFillMemory(Irp, Size, FREED);
        NtsFree(Irp, Size);
    }
}

PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    PIRP Irp;

    UNREFERENCED_PARAMETER(ChargeQuota);
    NTS_IRQL(DISPATCH_LEVEL);
    Irp = NtsIrpAllocate(StackSize);
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
    NtsIrpFree(Irp);
}

PIRP NtsIrpBuild(UCHAR MajorFunction, PDEVICE_OBJECT DeviceObject,
                 PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = NtsIrpAllocate(DeviceObject->StackSize);

    if (Irp) {
        Irp->UserEvent = Event;
        Irp->UserIosb = IoStatusBlock;
        Irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
        IoGetNextIrpStackLocation(Irp)->MajorFunction = MajorFunction;
    }
    return Irp;
}

NTSTATUS NtsIrpSend(PDEVICE_OBJECT DeviceObject, PIRP Irp, PKEVENT Event,
                    const IO_STATUS_BLOCK *Iosb)
{
    UCHAR Major = IoGetNextIrpStackLocation(Irp)->MajorFunction;
    UCHAR Minor = IoGetNextIrpStackLocation(Irp)->MinorFunction;
    NTSTATUS Status = IofCallDriver(DeviceObject, Irp);

    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
        return Iosb->Status;
    }
    if (!KeReadStateEvent(Event)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_NOT_COMPLETED,
                    (ULONG_PTR)DeviceObject, Minor, (ULONG)Status,
                    "request 0x%02x/0x%02x returned 0x%08x and was not "
                    "completed", Major, Minor, (ULONG)Status);
    }
    if (Status != Iosb->Status) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IOMANAGER_OTHER_STATUS,
                    (ULONG_PTR)DeviceObject, (ULONG)Status,
                    (ULONG)Iosb->Status, "request 0x%02x/0x%02x returned "
                    "0x%08x but was completed with 0x%08x", Major, Minor,
                    (ULONG)Status, (ULONG)Iosb->Status);
    }
    return Status;
}

/* Such a request is freed by its completion, not by the one who built it. */
PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction,
                                        PDEVICE_OBJECT DeviceObject,
                                        PVOID Buffer, ULONG Length,
                                        PLARGE_INTEGER StartingOffset,
                                        PKEVENT Event,
                                        PIO_STATUS_BLOCK IoStatusBlock)
{
    UNREFERENCED_PARAMETER(Buffer);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(StartingOffset);
    NTS_IRQL(PASSIVE_LEVEL);
    /* The others move data, which nothing behind this host does. */
    if (MajorFunction != IRP_MJ_PNP && MajorFunction != IRP_MJ_FLUSH_BUFFERS &&
        MajorFunction != IRP_MJ_SHUTDOWN && MajorFunction != IRP_MJ_POWER) {
        return NULL;
    }
    return NtsIrpBuild((UCHAR)MajorFunction, DeviceObject, Event,
                       IoStatusBlock);
}

PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG Code,
                                         PDEVICE_OBJECT DeviceObject,
                                         PVOID Input, ULONG InputLength,
                                         PVOID Output, ULONG OutputLength,
                                         BOOLEAN Internal, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock)
{
    ULONG Size = max(InputLength, OutputLength);
    PIO_STACK_LOCATION Stack;
    PIRP Irp;

    NTS_IRQL(PASSIVE_LEVEL);
    /* The low bits say how data travel; nobody here sends it by MDL. */
    if ((Code & 3) != METHOD_BUFFERED) {
        return NULL;
    }
    Irp = NtsIrpBuild(Internal ? IRP_MJ_INTERNAL_DEVICE_CONTROL
                               : IRP_MJ_DEVICE_CONTROL,
                      DeviceObject, Event, IoStatusBlock);
    if (!Irp) {
        return NULL;
    }
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->Parameters.DeviceIoControl.IoControlCode = Code;
    Stack->Parameters.DeviceIoControl.InputBufferLength = InputLength;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = OutputLength;
    if (!Size) {
        return Irp;
    }
    Irp->AssociatedIrp.SystemBuffer = NtsAllocate(Size);
    if (!Irp->AssociatedIrp.SystemBuffer) {
        NtsIrpFree(Irp);
        return NULL;
    }
    memcpy(Irp->AssociatedIrp.SystemBuffer, Input, InputLength);
    Irp->Flags = IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER |
                 (OutputLength ? IRP_INPUT_OPERATION : 0);
    Irp->UserBuffer = Output;
    /* The lengths, where the stack locations are gone. */
    Irp->Overlay.AllocationSize.LowPart = Size;
    Irp->Overlay.AllocationSize.HighPart = (LONG)OutputLength;
    return Irp;
}

NTSTATUS FASTCALL IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KIRQL Irql = KeGetCurrentIrql(), After;
    PIO_STACK_LOCATION Stack;
    NTSTATUS Status;
    CHAR Where[64];

    NtsRequireIrql(DISPATCH_LEVEL, "IoCallDriver",
                   __builtin_return_address(0));
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

/* What the driver has put there goes to who asked for it. */
static VOID ReturnBuffer(PIRP Irp)
{
    ULONG Room = (ULONG)Irp->Overlay.AllocationSize.HighPart;

    if (Irp->IoStatus.Information > Room) {
        NtsFinding("information-fits", "a request was completed with %llu "
                   "bytes for a buffer of %u",
                   (ULONGLONG)Irp->IoStatus.Information, Room);
        Irp->IoStatus.Information = Room;
    }
    if (Irp->Flags & IRP_INPUT_OPERATION && !NT_ERROR(Irp->IoStatus.Status)) {
        memcpy(Irp->UserBuffer, Irp->AssociatedIrp.SystemBuffer,
               Irp->IoStatus.Information);
    }
    NtsFree(Irp->AssociatedIrp.SystemBuffer,
            Irp->Overlay.AllocationSize.LowPart);
}

static VOID Finish(PIRP Irp)
{
    PKEVENT Event = Irp->UserEvent;

    if (Irp->Flags & IRP_BUFFERED_IO) {
        ReturnBuffer(Irp);
    }
    if (Irp->UserIosb) {
        *Irp->UserIosb = Irp->IoStatus;
    }
    NtsIrpFree(Irp);
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
    NTS_IRQL(DISPATCH_LEVEL);
    /* Windows keeps the driver loaded; here it is unloaded last anyway. */
    IoSetCompletionRoutine(Irp, Routine, Context, InvokeOnSuccess,
                           InvokeOnError, InvokeOnCancel);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI IoCancelIrp(PIRP Irp)
{
    PDRIVER_CANCEL Routine;
    KIRQL Irql;

    NTS_IRQL(DISPATCH_LEVEL);
    /* Whoever finds the routine gone waits for it with this lock. */
    IoAcquireCancelSpinLock(&Irql);
    Irp->Cancel = TRUE;
    Routine = (PDRIVER_CANCEL)InterlockedExchangePointer(
        (PVOID *)&Irp->CancelRoutine, NULL);
    if (!Routine) {
        IoReleaseCancelSpinLock(Irql);
        return FALSE;
    }
    Irp->CancelIrql = Irql;
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
