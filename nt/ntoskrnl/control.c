/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that opens the driver's device and sends it control codes: what
 * cbx_nt.ioctl= asks for. The control device, if the driver has made one with
 * a name; else the device itself.
 */
#include "report.h"

enum { OUTPUT_MAX = 2048 };

static NTSTATUS Simple(PDEVICE_OBJECT Device, PFILE_OBJECT File, UCHAR Major)
{
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = NtsIrpBuild(Major, Device, &Event, &Iosb);
    if (!Irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoGetNextIrpStackLocation(Irp)->FileObject = File;
    return NtsIrpSend(Device, Irp, &Event, &Iosb);
}

static NTSTATUS Control(PDEVICE_OBJECT Device, PFILE_OBJECT File, ULONG Code,
                        PVOID Output, ULONG_PTR *Returned)
{
    IO_STATUS_BLOCK Iosb;
    NTSTATUS Status;
    KEVENT Event;
    PIRP Irp;

    Iosb.Information = 0;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(Code, Device, NULL, 0, Output,
                                        OUTPUT_MAX, FALSE, &Event, &Iosb);
    if (!Irp) {
        return STATUS_NOT_SUPPORTED;
    }
    IoGetNextIrpStackLocation(Irp)->FileObject = File;
    Status = NtsIrpSend(Device, Irp, &Event, &Iosb);
    *Returned = Iosb.Information;
    return Status;
}

static VOID Report(const CHAR *Check, NTSTATUS Status, ULONG_PTR Returned)
{
    CHAR Seen[64];

    NtsFormat(Seen, sizeof(Seen), "0x%08x, %llu bytes", (ULONG)Status,
              (ULONGLONG)Returned);
    ReportResult(Check, NT_SUCCESS(Status), "0x00000000", Seen,
                 "Windows driver documentation, IRP_MJ_DEVICE_CONTROL");
}

VOID NtsControl(PDEVICE_OBJECT Pdo, PDRIVER_OBJECT Driver, ULONG Code)
{
    PDEVICE_OBJECT Device = NtsDeviceTarget(Pdo, Driver);
    PFILE_OBJECT File = NtsAllocate(sizeof(*File));
    PVOID Output = NtsAllocate(OUTPUT_MAX);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG_PTR Returned = 0;

    if (File && Output) {
        File->Type = IO_TYPE_FILE;
        File->Size = sizeof(*File);
        File->DeviceObject = Device;
        Status = Simple(Device, File, IRP_MJ_CREATE);
    }
    Report("opened", Status, 0);
    if (NT_SUCCESS(Status)) {
        Status = Control(Device, File, Code, Output, &Returned);
        Report("device-control", Status, Returned);
        Report("cleaned-up", Simple(Device, File, IRP_MJ_CLEANUP), 0);
        Report("closed", Simple(Device, File, IRP_MJ_CLOSE), 0);
    }
    NtsFree(Output, OUTPUT_MAX);
    NtsFree(File, sizeof(*File));
}
