/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFREQUEST: an I/O request on its way through queues. */
#include "queue.h"

NTSTATUS NTAPI FxIoDispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    FX_DEVICE *Device = FxDeviceBehind(DeviceObject);
    UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    FX_QUEUE *Queue = Device->Dispatch[Major] ? Device->Dispatch[Major]
                                              : Device->DefaultQueue;
    FX_REQUEST *Request;
    NTSTATUS Status;

    Irp->IoStatus.Information = 0;
    if (!Queue) {
        return FxComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    Status = FxObjectCreate(FxTypeRequest, sizeof(*Request), &Device->Head,
                            NULL, 0, __builtin_return_address(0), &Request);
    if (!NT_SUCCESS(Status)) {
        return FxComplete(Irp, Status);
    }
    Request->Head.Fixed = TRUE;
    Request->Irp = Irp;
    IoMarkIrpPending(Irp);
    FxQueueInsert(Queue, Request, FALSE);
    return STATUS_PENDING;
}

VOID FxRequestFinish(FX_REQUEST *Request, NTSTATUS Status)
{
    FX_QUEUE *Queue = Request->Queue;
    PIRP Irp = Request->Irp;

    Request->Irp = NULL;
    FxQueueRelease(Request);
    FxObjectDelete(&Request->Head);
    FxComplete(Irp, Status);
    FxQueuePresent(Queue);
}

/* What a queue still holds is not the driver's to complete. */
static FX_REQUEST *OwnedRequest(WDFREQUEST Handle, const CHAR *Routine,
                                const VOID *Caller)
{
    FX_REQUEST *Request = FxObject(Handle, FxTypeRequest, Routine, Caller);
    CHAR Where[64];

    if (!Request->IsOwned) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_QUEUE, (ULONG_PTR)Handle, 0,
                    0, "%s with a request that the driver does not own, by %s",
                    Routine, NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Request;
}
#define OWNED(Handle) \
    OwnedRequest(Handle, __func__, __builtin_return_address(0))

/* ---- Completion --------------------------------------------------------- */

VOID NTAPI WdfRequestComplete(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle,
                              NTSTATUS Status)
{
    UNREFERENCED_PARAMETER(Globals);
    FxRequestFinish(OWNED(Handle), Status);
}

VOID NTAPI WdfRequestCompleteWithInformation(PWDF_DRIVER_GLOBALS Globals,
                                             WDFREQUEST Handle,
                                             NTSTATUS Status,
                                             ULONG_PTR Information)
{
    FX_REQUEST *Request = OWNED(Handle);

    UNREFERENCED_PARAMETER(Globals);
    Request->Irp->IoStatus.Information = Information;
    FxRequestFinish(Request, Status);
}

VOID NTAPI WdfRequestSetInformation(PWDF_DRIVER_GLOBALS Globals,
                                    WDFREQUEST Handle, ULONG_PTR Information)
{
    UNREFERENCED_PARAMETER(Globals);
    OWNED(Handle)->Irp->IoStatus.Information = Information;
}

ULONG_PTR NTAPI WdfRequestGetInformation(PWDF_DRIVER_GLOBALS Globals,
                                         WDFREQUEST Handle)
{
    UNREFERENCED_PARAMETER(Globals);
    return OWNED(Handle)->Irp->IoStatus.Information;
}

NTSTATUS NTAPI WdfRequestForwardToIoQueue(PWDF_DRIVER_GLOBALS Globals,
                                          WDFREQUEST Handle,
                                          WDFQUEUE QueueHandle)
{
    FX_REQUEST *Request = OWNED(Handle);
    FX_QUEUE *To = FX_OBJECT_OF(Queue, QueueHandle), *From = Request->Queue;

    UNREFERENCED_PARAMETER(Globals);
    if (To == From || To->Device != From->Device) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    FxQueueRelease(Request);
    FxQueueInsert(To, Request, FALSE);
    FxQueuePresent(From);
    return STATUS_SUCCESS;
}

/* ---- What it knows ------------------------------------------------------ */

VOID NTAPI WdfRequestGetParameters(PWDF_DRIVER_GLOBALS Globals,
                                   WDFREQUEST Handle,
                                   PWDF_REQUEST_PARAMETERS Parameters)
{
    PIO_STACK_LOCATION Stack =
        IoGetCurrentIrpStackLocation(OWNED(Handle)->Irp);

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Parameters);
    if (Parameters->Size != sizeof(*Parameters)) {
        NtsFinding("wdf-structure-size", "WDF_REQUEST_PARAMETERS of %u bytes, "
                   "%u are expected", Parameters->Size,
                   (ULONG)sizeof(*Parameters));
        return;
    }
    Parameters->MinorFunction = Stack->MinorFunction;
    Parameters->Type = (WDF_REQUEST_TYPE)Stack->MajorFunction;
    C_ASSERT(sizeof(Parameters->Parameters) == sizeof(Stack->Parameters));
    RtlCopyMemory(&Parameters->Parameters, &Stack->Parameters,
                  sizeof(Stack->Parameters));
}

WDFQUEUE NTAPI WdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS Globals,
                                    WDFREQUEST Handle)
{
    FX_REQUEST *Request = FX_OBJECT_OF(Request, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Request->Queue);
}

PIRP NTAPI WdfRequestWdmGetIrp(PWDF_DRIVER_GLOBALS Globals, WDFREQUEST Handle)
{
    FX_REQUEST *Request = FX_OBJECT_OF(Request, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Request->Irp;
}

/* ---- Buffers ------------------------------------------------------------ */

static NTSTATUS Answer(PVOID Buffer, SIZE_T Length, SIZE_T Minimum,
                       PVOID *Result, SIZE_T *ResultLength)
{
    if (!Length || Length < Minimum) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (!Buffer) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Result = Buffer;
    if (ResultLength) {
        *ResultLength = Length;
    }
    return STATUS_SUCCESS;
}

static PVOID Mapped(PIRP Irp)
{
    return Irp->MdlAddress ? MmGetSystemAddressForMdlSafe(Irp->MdlAddress,
                                                          NormalPagePriority)
                           : NULL;
}

/* Of a read or a write; which one must be Major. */
static NTSTATUS TransferBuffer(const FX_REQUEST *Request, UCHAR Major,
                               SIZE_T Minimum, PVOID *Buffer, SIZE_T *Length)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);
    ULONG Flags = Request->Queue->Device->Fdo->Flags;

    if (Stack->MajorFunction != Major ||
        !(Flags & (DO_BUFFERED_IO | DO_DIRECT_IO))) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return Answer(Flags & DO_BUFFERED_IO
                  ? Request->Irp->AssociatedIrp.SystemBuffer
                  : Mapped(Request->Irp),
                  Stack->Parameters.Read.Length, Minimum, Buffer, Length);
}

static BOOLEAN IsControl(const FX_REQUEST *Request, ULONG *Method)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);

    *Method = Stack->Parameters.DeviceIoControl.IoControlCode & 3;
    return Stack->MajorFunction == IRP_MJ_DEVICE_CONTROL ||
           Stack->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL;
}

NTSTATUS NTAPI WdfRequestRetrieveInputBuffer(PWDF_DRIVER_GLOBALS Globals,
                                             WDFREQUEST Handle, SIZE_T Minimum,
                                             PVOID *Buffer, SIZE_T *Length)
{
    FX_REQUEST *Request = OWNED(Handle);
    ULONG Method;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Buffer);
    if (!IsControl(Request, &Method)) {
        return TransferBuffer(Request, IRP_MJ_WRITE, Minimum, Buffer, Length);
    }
    if (Method == METHOD_NEITHER) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return Answer(Request->Irp->AssociatedIrp.SystemBuffer,
                  IoGetCurrentIrpStackLocation(Request->Irp)
                      ->Parameters.DeviceIoControl.InputBufferLength,
                  Minimum, Buffer, Length);
}

NTSTATUS NTAPI WdfRequestRetrieveOutputBuffer(PWDF_DRIVER_GLOBALS Globals,
                                              WDFREQUEST Handle,
                                              SIZE_T Minimum, PVOID *Buffer,
                                              SIZE_T *Length)
{
    FX_REQUEST *Request = OWNED(Handle);
    ULONG Method;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Buffer);
    if (!IsControl(Request, &Method)) {
        return TransferBuffer(Request, IRP_MJ_READ, Minimum, Buffer, Length);
    }
    if (Method == METHOD_NEITHER) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return Answer(Method == METHOD_BUFFERED
                  ? Request->Irp->AssociatedIrp.SystemBuffer
                  : Mapped(Request->Irp),
                  IoGetCurrentIrpStackLocation(Request->Irp)
                      ->Parameters.DeviceIoControl.OutputBufferLength,
                  Minimum, Buffer, Length);
}
