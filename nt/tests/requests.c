/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests, objects of the I/O manager, power: right use and wrong. */
#include "cases.h"

/* ---- Power -------------------------------------------------------------- */

typedef struct _POWER {
    KEVENT Done;
    UCHAR Minor;
    DEVICE_POWER_STATE State;
    NTSTATUS Status;
} POWER;

static VOID NTAPI PowerDone(PDEVICE_OBJECT DeviceObject, UCHAR Minor,
                            POWER_STATE State, PVOID Context,
                            PIO_STATUS_BLOCK Iosb)
{
    POWER *Power = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    Power->Minor = Minor;
    Power->State = State.DeviceState;
    Power->Status = Iosb->Status;
    KeSetEvent(&Power->Done, IO_NO_INCREMENT, FALSE);
}

static BOOLEAN Go(CASE_DEVICE *Device, DEVICE_POWER_STATE To)
{
    POWER_STATE State;
    POWER Power;

    State.DeviceState = To;
    KeInitializeEvent(&Power.Done, NotificationEvent, FALSE);
    if (PoRequestPowerIrp(Device->Pdo, IRP_MN_SET_POWER, State, PowerDone,
                          &Power, NULL) != STATUS_PENDING) {
        return FALSE;
    }
    KeWaitForSingleObject(&Power.Done, Executive, KernelMode, FALSE, NULL);
    return Power.Minor == IRP_MN_SET_POWER && Power.State == To &&
           Power.Status == STATUS_SUCCESS && Device->PowerIrps;
}

/* In D3 the device's memory does not answer; in D0 it does again. */
NTSTATUS CasePower(CASE_DEVICE *Device)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Bar =
        Device->Translated->List[0].PartialResourceList.PartialDescriptors;
    PULONG Regs = MmMapIoSpace(Bar->u.Memory.Start, PAGE_SIZE, MmNonCached);
    PULONG Magic = Regs + 0x100 / sizeof(ULONG);
    ULONG Before = READ_REGISTER_ULONG(Magic);
    POWER_STATE State;
    BOOLEAN Good;

    Device->PowerIrps = 0;
    State.DeviceState = PowerDeviceD3;
    Good = Go(Device, PowerDeviceD3) &&
           PoSetPowerState(Device->Self, DevicePowerState, State)
               .DeviceState == PowerDeviceD0 &&
           Go(Device, PowerDeviceD0) && Device->PowerIrps == 2 &&
           READ_REGISTER_ULONG(Magic) == Before;
    State.DeviceState = PowerDeviceD0;
    Good = PoSetPowerState(Device->Self, DevicePowerState, State)
               .DeviceState == PowerDeviceD3 && Good;
    MmUnmapIoSpace(Regs, PAGE_SIZE);
    return Good ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* ---- Device interfaces -------------------------------------------------- */

static const GUID Class = { 0x5b1d6a42, 0x3c1f, 0x4e58,
                            { 0x9a, 0x01, 0x77, 0x10, 0x42, 0x9c, 0x5d,
                              0x33 } };

NTSTATUS CaseInterface(CASE_DEVICE *Device)
{
    UNICODE_STRING Link;
    BOOLEAN Good;

    if (!NT_SUCCESS(IoRegisterDeviceInterface(Device->Pdo, &Class, NULL,
                                              &Link))) {
        return STATUS_UNSUCCESSFUL;
    }
    Good = Link.Length > 4 * sizeof(WCHAR) && Link.Buffer[0] == '\\' &&
           IoSetDeviceInterfaceState(&Link, FALSE) ==
           STATUS_OBJECT_NAME_NOT_FOUND &&
           IoSetDeviceInterfaceState(&Link, TRUE) == STATUS_SUCCESS &&
           IoSetDeviceInterfaceState(&Link, TRUE) ==
           STATUS_OBJECT_NAME_EXISTS &&
           IoSetDeviceInterfaceState(&Link, FALSE) == STATUS_SUCCESS;
    RtlFreeUnicodeString(&Link);
    return Good ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* ---- Wrong -------------------------------------------------------------- */

static PIRP Query(CASE_DEVICE *Device, PKEVENT Event, PIO_STATUS_BLOCK Iosb)
{
    PIRP Irp;

    KeInitializeEvent(Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Device->Lower, NULL, 0,
                                       NULL, Event, Iosb);
    IoGetNextIrpStackLocation(Irp)->MinorFunction = IRP_MN_QUERY_STOP_DEVICE;
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    return Irp;
}

static NTSTATUS IrpTwice(CASE_DEVICE *Device)
{
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp = Query(Device, &Event, &Iosb);

    IofCallDriver(Device->Lower, Irp);
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS IrpPending(CASE_DEVICE *Device)
{
    PIRP Irp = IoAllocateIrp(Device->Self->StackSize, FALSE);

    Irp->IoStatus.Status = STATUS_PENDING;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS IrpNoStack(CASE_DEVICE *Device)
{
    IofCallDriver(Device->Lower, IoAllocateIrp(0, FALSE));
    return STATUS_SUCCESS;
}

static NTSTATUS IrpNoIrp(CASE_DEVICE *Device)
{
    IofCallDriver(Device->Lower, (PIRP)Device->Self);
    return STATUS_SUCCESS;
}

static NTSTATUS IrpNoDevice(CASE_DEVICE *Device)
{
    PIRP Irp = IoAllocateIrp(1, FALSE);

    UNREFERENCED_PARAMETER(Device);
    IofCallDriver((PDEVICE_OBJECT)Irp, Irp);
    return STATUS_SUCCESS;
}

static NTSTATUS IrpFreedTwice(CASE_DEVICE *Device)
{
    PIRP Irp = IoAllocateIrp(1, FALSE);

    UNREFERENCED_PARAMETER(Device);
    IoFreeIrp(Irp);
    IoFreeIrp(Irp);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI Raise(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                            PVOID Context)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS CompletionRaises(CASE_DEVICE *Device)
{
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp = Query(Device, &Event, &Iosb);

    IoSetCompletionRoutine(Irp, Raise, NULL, TRUE, TRUE, TRUE);
    IofCallDriver(Device->Lower, Irp);
    return STATUS_SUCCESS;
}

/* The dispatch routine of nttest.sys does it when it sees this. */
static NTSTATUS DispatchRaises(CASE_DEVICE *Device)
{
    PIRP Irp = IoAllocateIrp(Device->Self->StackSize, FALSE);
    PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);

    Stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    Stack->Parameters.DeviceIoControl.IoControlCode = CASE_IOCTL_RAISE;
    IofCallDriver(Device->Self, Irp);
    return STATUS_SUCCESS;
}

static NTSTATUS DeleteAttached(CASE_DEVICE *Device)
{
    IoDeleteDevice(Device->Self);
    return STATUS_SUCCESS;
}

static NTSTATUS DeleteTwice(CASE_DEVICE *Device)
{
    PDEVICE_OBJECT Extra;

    IoCreateDevice(Device->Driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                   &Extra);
    IoDeleteDevice(Extra);
    IoDeleteDevice(Extra);
    return STATUS_SUCCESS;
}

static NTSTATUS DetachNothing(CASE_DEVICE *Device)
{
    IoDetachDevice(Device->Self);
    return STATUS_SUCCESS;
}

static VOID NTAPI Nothing(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
}

static NTSTATUS WorkTwice(CASE_DEVICE *Device)
{
    PIO_WORKITEM Item = IoAllocateWorkItem(Device->Self);
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    IoQueueWorkItem(Item, Nothing, DelayedWorkQueue, NULL);
    IoQueueWorkItem(Item, Nothing, DelayedWorkQueue, NULL);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS WorkFreedQueued(CASE_DEVICE *Device)
{
    PIO_WORKITEM Item = IoAllocateWorkItem(Device->Self);
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    IoQueueWorkItem(Item, Nothing, DelayedWorkQueue, NULL);
    IoFreeWorkItem(Item);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS MdlTwice(CASE_DEVICE *Device)
{
    PMDL Mdl = IoAllocateMdl(Device, 16, FALSE, FALSE, NULL);

    IoFreeMdl(Mdl);
    IoFreeMdl(Mdl);
    return STATUS_SUCCESS;
}

static NTSTATUS UnmapOtherSize(CASE_DEVICE *Device)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Bar =
        Device->Translated->List[0].PartialResourceList.PartialDescriptors;

    MmUnmapIoSpace(MmMapIoSpace(Bar->u.Memory.Start, PAGE_SIZE, MmNonCached),
                   2 * PAGE_SIZE);
    return STATUS_SUCCESS;
}

static NTSTATUS BadHandle(CASE_DEVICE *Device)
{
    PVOID Object;

    UNREFERENCED_PARAMETER(Device);
    ObReferenceObjectByHandle((HANDLE)0x44, THREAD_ALL_ACCESS, *PsThreadType,
                              KernelMode, &Object, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS DisconnectNothing(CASE_DEVICE *Device)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    Parameters.Version = CONNECT_FULLY_SPECIFIED;
    Parameters.ConnectionContext.Generic = Device;
    IoDisconnectInterruptEx(&Parameters);
    return STATUS_SUCCESS;
}

const CASE RequestCases[] = {
    { L"irp-completed-twice", IrpTwice, TRUE },
    { L"irp-completed-pending", IrpPending, TRUE },
    { L"irp-no-stack", IrpNoStack, TRUE },
    { L"irp-no-irp", IrpNoIrp, TRUE },
    { L"irp-no-device", IrpNoDevice, TRUE },
    { L"irp-freed-twice", IrpFreedTwice, TRUE },
    { L"completion-raises-irql", CompletionRaises, TRUE },
    { L"dispatch-raises-irql", DispatchRaises, TRUE },
    { L"device-deleted-attached", DeleteAttached, FALSE },
    { L"device-deleted-twice", DeleteTwice, TRUE },
    { L"device-not-attached", DetachNothing, TRUE },
    { L"work-queued-twice", WorkTwice, TRUE },
    { L"work-freed-queued", WorkFreedQueued, TRUE },
    { L"mdl-freed-twice", MdlTwice, TRUE },
    { L"unmap-other-size", UnmapOtherSize, TRUE },
    { L"bad-handle", BadHandle, TRUE },
    { L"interrupt-not-connected", DisconnectNothing, TRUE },
    { NULL, NULL, FALSE },
};
