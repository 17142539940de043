/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

/* The request stays ours, so that it can be cancelled at any time. */
static NTSTATUS NTAPI Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                PVOID Context)
{
    NTS_CALL *Call = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    Call->Status = Irp->IoStatus.Status;
    Call->Information = Irp->IoStatus.Information;
    KeSetEvent(&Call->Done, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Start(NTS_CLIENT *Client, NTS_CALL *Call, UCHAR Major,
                      ULONG Code, ULONG InputLength, ULONG OutputLength)
{
    PIO_STACK_LOCATION Stack;

    KeInitializeEvent(&Call->Done, NotificationEvent, FALSE);
    Call->Irp = IoAllocateIrp(Client->Top->StackSize, FALSE);
    if (!Call->Irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Call->Irp->RequestorMode = UserMode;
    Call->Irp->AssociatedIrp.SystemBuffer = Call->Data.Bytes;
    Call->Irp->Tail.Overlay.OriginalFileObject = &Client->File;
    Call->Irp->Tail.Overlay.Thread = (PETHREAD)KeGetCurrentThread();
    Stack = IoGetNextIrpStackLocation(Call->Irp);
    Stack->MajorFunction = Major;
    Stack->FileObject = &Client->File;
    Stack->Parameters.DeviceIoControl.IoControlCode = Code;
    Stack->Parameters.DeviceIoControl.InputBufferLength = InputLength;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = OutputLength;
    IoSetCompletionRoutine(Call->Irp, Completed, Call, TRUE, TRUE, TRUE);
    return IofCallDriver(Client->Top, Call->Irp);
}

NTSTATUS NtsClientFinish(NTS_CALL *Call)
{
    KeWaitForSingleObject(&Call->Done, Executive, KernelMode, FALSE, NULL);
    IoFreeIrp(Call->Irp);
    Call->Irp = NULL;
    return Call->Status;
}

static NTSTATUS Request(NTS_CLIENT *Client, UCHAR Major)
{
    NTS_CALL *Call = NtsAllocate(sizeof(*Call));
    NTSTATUS Status;

    if (!Call) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = Start(Client, Call, Major, 0, 0, 0);
    if (Call->Irp) {
        Status = NtsClientFinish(Call);
    }
    NtsFree(Call, sizeof(*Call));
    return Status;
}

NTSTATUS NtsClientOpen(NTS_CLIENT *Client, PDEVICE_OBJECT Pdo)
{
    RtlZeroMemory(Client, sizeof(*Client));
    Client->Top = NtsDeviceTarget(Pdo, NtsDeviceTop(Pdo)->DriverObject);
    Client->File.Type = IO_TYPE_FILE;
    Client->File.Size = sizeof(Client->File);
    Client->File.DeviceObject = Pdo;
    return Request(Client, IRP_MJ_CREATE);
}

VOID NtsClientClose(NTS_CLIENT *Client)
{
    Request(Client, IRP_MJ_CLEANUP);
    Request(Client, IRP_MJ_CLOSE);
}

NTSTATUS NtsClientStart(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Code,
                        ULONG InputLength, ULONG OutputLength)
{
    return Start(Client, Call, IRP_MJ_DEVICE_CONTROL, Code, InputLength,
                 OutputLength);
}

NTSTATUS NtsClientControl(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Code,
                          ULONG InputLength, ULONG OutputLength)
{
    NTSTATUS Status = NtsClientStart(Client, Call, Code, InputLength,
                                     OutputLength);

    return Call->Irp ? NtsClientFinish(Call) : Status;
}
