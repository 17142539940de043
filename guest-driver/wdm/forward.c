/* SPDX-License-Identifier: MIT */
#include "forward.h"

NTSTATUS
ForwardRequest(CBX_EXTENSION *Extension, IRP *Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Extension->Lower, Irp);
}

static IO_COMPLETION_ROUTINE ForwardLowerDone;
static NTSTATUS NTAPI
ForwardLowerDone(DEVICE_OBJECT *DeviceObject, IRP *Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);

    /* Nobody waits when the call below returned without pending. */
    if (Irp->PendingReturned) {
        KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS
ForwardAndWait(CBX_EXTENSION *Extension, IRP *Irp)
{
    KEVENT Done;
    NTSTATUS Status;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, ForwardLowerDone, &Done, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Extension->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    return Status;
}
