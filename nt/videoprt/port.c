/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of miniports, their device objects, PnP. */
#include "videoprt.h"

static LIST_ENTRY Miniports = { &Miniports, &Miniports };

/* Images need an entry point; a port driver is an export library. */
uint32_t VpEntry(VOID);
uint32_t VpEntry(VOID)
{
    return 0;
}

VP_DEVICE *VpDevice(PVOID HwDeviceExtension, const CHAR *Routine,
                    const VOID *Caller)
{
    VP_DEVICE *Device = (VP_DEVICE *)HwDeviceExtension - 1;
    CHAR Where[64];

    if (!HwDeviceExtension || Device->Signature != VP_SIGNATURE) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0, (ULONG_PTR)HwDeviceExtension, 0, 0,
                    "%s: %p is no device extension of a video miniport, "
                    "called by %s", Routine, HwDeviceExtension,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Device;
}

static VP_MINIPORT *MiniportOf(PDRIVER_OBJECT DriverObject)
{
    for (LIST_ENTRY *p = Miniports.Flink; p != &Miniports; p = p->Flink) {
        VP_MINIPORT *Miniport = CONTAINING_RECORD(p, VP_MINIPORT, Link);

        if (Miniport->DriverObject == DriverObject) {
            return Miniport;
        }
    }
    return NULL;
}

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* ---- PnP ----------------------------------------------------------------- */

static NTSTATUS NTAPI LowerDone(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS ForwardAndWait(VP_DEVICE *Device, PIRP Irp)
{
    NTSTATUS Status;
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, LowerDone, &Done, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Device->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    return Status;
}

static NTSTATUS Start(VP_DEVICE *Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PCM_RESOURCE_LIST Translated =
        Stack->Parameters.StartDevice.AllocatedResourcesTranslated;
    NTSTATUS Status = ForwardAndWait(Device, Irp);

    if (NT_SUCCESS(Status)) {
        Status = VpAdapterStart(Device, Translated);
    }
    return Complete(Irp, Status);
}

static NTSTATUS Forward(VP_DEVICE *Device, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Device->Lower, Irp);
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    VP_DEVICE *Device = DeviceObject->DeviceExtension;
    NTSTATUS Status;

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return Start(Device, Irp);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return Forward(Device, Irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        VpAdapterStop(Device);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return Forward(Device, Irp);
    case IRP_MN_REMOVE_DEVICE:
        VpAdapterStop(Device);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        Status = Forward(Device, Irp);
        IoDetachDevice(Device->Lower);
        Device->Signature = 0;
        IoDeleteDevice(DeviceObject);
        return Status;
    default:
        return Forward(Device, Irp);
    }
}

static NTSTATUS NTAPI DispatchForward(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Forward(DeviceObject->DeviceExtension, Irp);
}

static NTSTATUS NTAPI DispatchCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Complete(Irp, VpOpen(DeviceObject->DeviceExtension));
}

static NTSTATUS NTAPI DispatchClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return Complete(Irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI DispatchControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Complete(Irp, VpRequest(DeviceObject->DeviceExtension, Irp));
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject,
                                PDEVICE_OBJECT Pdo)
{
    VP_MINIPORT *Miniport = MiniportOf(DriverObject);
    PDEVICE_OBJECT Self;
    VP_DEVICE *Device;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(VP_DEVICE) +
                            Miniport->Data.HwDeviceExtensionSize, NULL,
                            FILE_DEVICE_VIDEO, 0, FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device = Self->DeviceExtension;
    RtlZeroMemory(Device, sizeof(*Device) +
                  Miniport->Data.HwDeviceExtensionSize);
    Device->Signature = VP_SIGNATURE;
    Device->Miniport = Miniport;
    Device->Self = Self;
    Device->Pdo = Pdo;
    KeInitializeEvent(&Device->Lock, SynchronizationEvent, TRUE);
    Device->Lower = IoAttachDeviceToDeviceStack(Self, Pdo);
    if (!Device->Lower) {
        IoDeleteDevice(Self);
        return STATUS_NO_SUCH_DEVICE;
    }
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    VP_MINIPORT *Miniport = MiniportOf(DriverObject);

    RemoveEntryList(&Miniport->Link);
    NtsFree(Miniport, sizeof(*Miniport));
}

/* ---- VideoPortInitialize ------------------------------------------------- */

/* The sizes that systems from NT 4 to 7 know, for x64. */
static BOOLEAN IsKnownSize(ULONG Size)
{
    return Size == SIZE_OF_NT4_VIDEO_HW_INITIALIZATION_DATA ||
           Size == SIZE_OF_W2K_VIDEO_HW_INITIALIZATION_DATA ||
           Size == SIZE_OF_WXP_VIDEO_HW_INITIALIZATION_DATA;
}

ULONG NTAPI VideoPortInitialize(PVOID Argument1, PVOID Argument2,
                                PVIDEO_HW_INITIALIZATION_DATA Data,
                                PVOID HwContext)
{
    PDRIVER_OBJECT DriverObject = Argument1;
    UNICODE_STRING Path;
    VP_MINIPORT *Miniport;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!IsKnownSize(Data->HwInitDataSize)) {
        return (ULONG)STATUS_REVISION_MISMATCH;
    }
    if (!Data->HwFindAdapter || !Data->HwInitialize || !Data->HwStartIO) {
        return (ULONG)STATUS_INVALID_PARAMETER;
    }
    Miniport = NtsAllocate(sizeof(*Miniport));
    if (!Miniport) {
        return (ULONG)STATUS_INSUFFICIENT_RESOURCES;
    }
    memcpy(&Miniport->Data, Data, Data->HwInitDataSize);
    Miniport->DriverObject = DriverObject;
    Miniport->HwContext = HwContext;
    Path.Buffer = Miniport->RegistryPath;
    Path.Length = 0;
    Path.MaximumLength = sizeof(Miniport->RegistryPath) - sizeof(WCHAR);
    RtlCopyUnicodeString(&Path, Argument2);
    InsertTailList(&Miniports, &Miniport->Link);

    DriverObject->DriverUnload = Unload;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchCreate;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DispatchClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DispatchForward;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DispatchForward;
    return (ULONG)STATUS_SUCCESS;
}
