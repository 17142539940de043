/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attempt.h"
#include "cases.h"

DRIVER_INITIALIZE DriverEntry;

static WCHAR CaseName[32];

static const CASE *const Tables[] = {
    CacheCases, CallCases, DmaCases, KernelCases, MdlCases, PacketCases,
    RequestCases, LevelCases, LeakCases,     GoodCases
};

/* ---- Violations, each in a thread that it ends -------------------------- */

typedef struct _ATTEMPT {
    const CASE *Case;               /* or */
    const IRQL_RULE *Rule;
    CASE_DEVICE *Device;
} ATTEMPT;

static VOID Attempt(PVOID Context)
{
    const ATTEMPT *This = Context;

    if (This->Case) {
        This->Case->Routine(This->Device);
    } else {
        CaseBreakIrqlRule(This->Rule);
    }
}

static NTSTATUS Violations(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG i = 0; i < RTL_NUMBER_OF(Tables); i++) {
        for (const CASE *Case = Tables[i]; Case->Name; Case++) {
            ATTEMPT This = { Case, NULL, Device };

            if (Case->IsViolation && NT_SUCCESS(Status)) {
                Status = AttemptInThread(Case->Name, Attempt, &This);
            }
        }
    }
    for (const IRQL_RULE *Rule = CaseIrqlRules;
         Rule->Routine && NT_SUCCESS(Status); Rule++) {
        ATTEMPT This = { NULL, Rule, Device };

        Status = AttemptInThread(Rule->Routine, Attempt, &This);
    }
    return Status;
}

static CASE_ROUTINE *FindCase(VOID)
{
    UNICODE_STRING Wanted, Name;

    RtlInitUnicodeString(&Wanted, CaseName);
    RtlInitUnicodeString(&Name, L"violations");
    if (RtlEqualUnicodeString(&Wanted, &Name, FALSE)) {
        return Violations;
    }
    for (ULONG i = 0; i < RTL_NUMBER_OF(Tables); i++) {
        for (const CASE *Case = Tables[i]; Case->Name; Case++) {
            RtlInitUnicodeString(&Name, Case->Name);
            if (RtlEqualUnicodeString(&Wanted, &Name, FALSE)) {
                return Case->Routine;
            }
        }
    }
    return NULL;
}

/* ---- PnP ---------------------------------------------------------------- */

static NTSTATUS Forward(CASE_DEVICE *Device, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IofCallDriver(Device->Lower, Irp);
}

static NTSTATUS NTAPI Started(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                              PVOID Event)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Start(CASE_DEVICE *Device, PIRP Irp)
{
    CASE_ROUTINE *Routine = FindCase();
    NTSTATUS Status;
    KEVENT Event;

    Device->Translated = IoGetCurrentIrpStackLocation(Irp)
        ->Parameters.StartDevice.AllocatedResourcesTranslated;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Started, &Event, TRUE, TRUE, TRUE);
    Status = IofCallDriver(Device->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = Routine ? Routine(Device) : STATUS_NOT_IMPLEMENTED;
    }
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS Remove(CASE_DEVICE *Device, PIRP Irp)
{
    NTSTATUS Status;

    Irp->IoStatus.Status = STATUS_SUCCESS;
    Status = Forward(Device, Irp);
    IoDetachDevice(Device->Lower);
    IoDeleteDevice(Device->Self);
    return Status;
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    CASE_DEVICE *Device = DeviceObject->DeviceExtension;

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return Start(Device, Irp);
    case IRP_MN_REMOVE_DEVICE:
        return Remove(Device, Irp);
    case IRP_MN_QUERY_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return Forward(Device, Irp);
    default:
        return Forward(Device, Irp);
    }
}

static NTSTATUS NTAPI DispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    CASE_DEVICE *Device = DeviceObject->DeviceExtension;

    if (Stack->MinorFunction == IRP_MN_SET_POWER &&
        Stack->Parameters.Power.Type == DevicePowerState) {
        Device->PowerIrps++;
    }
    PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(Device->Lower, Irp);
}

static NTSTATUS NTAPI DispatchOpen(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    BOOLEAN HasFile = IoGetCurrentIrpStackLocation(Irp)->FileObject != NULL;

    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = HasFile ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return HasFile ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

static NTSTATUS NTAPI DispatchControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    static const CHAR Name[] = "case";
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case CASE_IOCTL_NAME:
        Status = STATUS_BUFFER_TOO_SMALL;
        if (Stack->Parameters.DeviceIoControl.OutputBufferLength >=
            sizeof(Name)) {
            RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, Name, sizeof(Name));
            Irp->IoStatus.Information = sizeof(Name);
            Status = STATUS_SUCCESS;
        }
        break;
    case CASE_IOCTL_TOO_MUCH:
        Irp->IoStatus.Information =
            Stack->Parameters.DeviceIoControl.OutputBufferLength + 1;
        Status = STATUS_SUCCESS;
        break;
    case CASE_IOCTL_RAISE:
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
        return STATUS_PENDING;
    }
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Pdo)
{
    CASE_DEVICE *Device;
    PDEVICE_OBJECT Self;
    NTSTATUS Status;

    Status = IoCreateDevice(Driver, sizeof(*Device), NULL, FILE_DEVICE_UNKNOWN,
                            FILE_DEVICE_SECURE_OPEN, FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device = Self->DeviceExtension;
    Device->Driver = Driver;
    Device->Self = Self;
    Device->Pdo = Pdo;
    Device->Lower = IoAttachDeviceToDeviceStack(Self, Pdo);
    if (!Device->Lower) {
        IoDeleteDevice(Self);
        return STATUS_DEVICE_REMOVED;
    }
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver)
{
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath)
{
    Driver->MajorFunction[IRP_MJ_CREATE] = DispatchOpen;
    Driver->MajorFunction[IRP_MJ_CLEANUP] = DispatchOpen;
    Driver->MajorFunction[IRP_MJ_CLOSE] = DispatchOpen;
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
    Driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
    Driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    Driver->DriverExtension->AddDevice = AddDevice;
    Driver->DriverUnload = Unload;
    CaseInitOnly();
    return AttemptReadCase(RegistryPath, CaseName, sizeof(CaseName));
}
