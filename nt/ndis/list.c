/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scatter/gather lists of frames, which the HAL builds: at once, or when map
 * registers have come back to an adapter that ran out of them.
 */
#include "dma.h"

typedef struct _FRAME_LIST {
    LIST_ENTRY Link;
    ULONG Number;               /* an address comes back, a number does not */
    NDIS_DMA *Dma;
    PNET_BUFFER Buffer;
    PSCATTER_GATHER_LIST List;  /* NULL: not built yet */
    PVOID Context;              /* the driver's */
    BOOLEAN WriteToDevice;
    PDEVICE_OBJECT DeviceObject;
    KDPC Dpc;                   /* hands it over, if it is to be late */
} FRAME_LIST;

static volatile LONG Numbers;

VOID NdisListCounts(const NDIS_ADAPTER *Adapter, NDIS_LIST_COUNTS *Counts)
{
    RtlZeroMemory(Counts, sizeof(*Counts));
    if (Adapter->Dma) {
        *Counts = Adapter->Dma->Counts;
    }
}

static FRAME_LIST *Next(NDIS_DMA *Dma, FRAME_LIST *After)
{
    LIST_ENTRY *Link = After ? After->Link.Flink : Dma->Lists.Flink;

    return Link == &Dma->Lists ? NULL : CONTAINING_RECORD(Link, FRAME_LIST,
                                                          Link);
}

/* ---- Building ----------------------------------------------------------- */

/* A fault: the addresses of the CPU in place of the device's. */
static VOID MakePhysical(const FRAME_LIST *Frame, PSCATTER_GATHER_LIST List)
{
    PMDL Mdl = Frame->Buffer->CurrentMdl;
    ULONG Offset = 0;

    for (ULONG i = 0; i < List->NumberOfElements; i++) {
        PUCHAR Va = MmGetMdlVirtualAddress(Mdl);

        List->Elements[i].Address = MmGetPhysicalAddress(Va + Offset);
        Offset += List->Elements[i].Length;
        if (Offset == MmGetMdlByteCount(Mdl)) {
            Offset = 0;
            Mdl = Mdl->Next;
        }
    }
}

static VOID HandOver(FRAME_LIST *Frame, PSCATTER_GATHER_LIST List)
{
    PDEVICE_OBJECT DeviceObject = Frame->DeviceObject;
    PVOID Context = Frame->Context;
    NDIS_DMA *Dma = Frame->Dma;
    ULONG64 Flags = NtsLock(&Dma->Lock);

    Frame->List = List;
    Dma->Counts.Built++;
    Dma->Counts.Several += List->NumberOfElements > 1;
    NtsUnlock(&Dma->Lock, Flags);
    /* Frame may be gone when this returns, and the list with it. */
    Dma->Process(DeviceObject, NULL, List, Context);
}

static KDEFERRED_ROUTINE HandOverLate;
static VOID NTAPI HandOverLate(PKDPC Dpc, PVOID Context, PVOID List,
                               PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument2);
    HandOver(Context, List);
}

static DRIVER_LIST_CONTROL Built;
static VOID NTAPI Built(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                        PSCATTER_GATHER_LIST List, PVOID Context)
{
    FRAME_LIST *Frame = Context;

    UNREFERENCED_PARAMETER(Irp);
    if (HalNtsFaults() & NDIS_FAULT_PHYSICAL_LIST) {
        MakePhysical(Frame, List);
    }
    Frame->DeviceObject = DeviceObject;
    if (Frame->Dma->IsLate) {
        KeInitializeDpc(&Frame->Dpc, HandOverLate, Frame);
        KeInsertQueueDpc(&Frame->Dpc, List, NULL);
    } else {
        HandOver(Frame, List);
    }
}

static NTSTATUS Ask(FRAME_LIST *Frame, PVOID Buffer, ULONG BufferSize)
{
    CBX_DMA_ADAPTER *Channel = Frame->Dma->ListChannel;
    CBX_DMA_OPERATIONS *Do = Channel->DmaOperations;
    PDEVICE_OBJECT DeviceObject = Frame->Dma->Adapter->Self;
    PMDL Mdl = Frame->Buffer->CurrentMdl;
    PVOID Va = MmGetMdlVirtualAddress(Mdl);
    ULONG Length = Frame->Buffer->CurrentMdlOffset +
                   (ULONG)Frame->Buffer->DataLength, Size;
    NTSTATUS Status;

    if (HalNtsFaults() & NDIS_FAULT_NO_LIST) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = Do->CalculateScatterGatherList(Channel, Mdl, Va, Length, &Size,
                                            NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Buffer && BufferSize >= Size) {
        return Do->BuildScatterGatherList(Channel, DeviceObject, Mdl, Va,
                                          Length, Built, Frame,
                                          Frame->WriteToDevice, Buffer,
                                          BufferSize);
    }
    return Do->GetScatterGatherList(Channel, DeviceObject, Mdl, Va, Length,
                                    Built, Frame, Frame->WriteToDevice);
}

/* Has the call returned before the list is there? */
static VOID CountLate(NDIS_DMA *Dma, ULONG Number)
{
    ULONG64 Flags = NtsLock(&Dma->Lock);

    for (FRAME_LIST *f = Next(Dma, NULL); f; f = Next(Dma, f)) {
        Dma->Counts.Late += f->Number == Number && !f->List;
    }
    NtsUnlock(&Dma->Lock, Flags);
}

static VOID RequireDispatch(const NDIS_DMA *Dma, const CHAR *Routine,
                            const VOID *Caller)
{
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) {
        NdisViolation(Dma->Adapter, Routine, Caller, "not at DISPATCH_LEVEL");
    }
}

NDIS_STATUS NTAPI NdisMAllocateNetBufferSGList(
    NDIS_HANDLE NdisMiniportDmaHandle, PNET_BUFFER NetBuffer, PVOID Context,
    ULONG Flags, PVOID ScatterGatherListBuffer,
    ULONG ScatterGatherListBufferSize)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DMA *Dma = NdisDmaFrom(NdisMiniportDmaHandle, __func__, Caller);
    FRAME_LIST *Frame;
    NTSTATUS Status;
    ULONG64 Held;
    ULONG Number;

    RequireDispatch(Dma, __func__, Caller);
    if (!Dma->Process) {
        NdisViolation(Dma->Adapter, __func__, Caller,
                      "without a MiniportProcessSGList");
    }
    Frame = NtsAllocate(sizeof(*Frame));
    if (!Frame) {
        return NDIS_STATUS_RESOURCES;
    }
    Number = (ULONG)InterlockedIncrement(&Numbers);
    Frame->Number = Number;
    Frame->Dma = Dma;
    Frame->Buffer = NetBuffer;
    Frame->Context = Context;
    Frame->WriteToDevice = (Flags & NDIS_SG_LIST_WRITE_TO_DEVICE) != 0;
    Held = NtsLock(&Dma->Lock);
    InsertTailList(&Dma->Lists, &Frame->Link);
    NtsUnlock(&Dma->Lock, Held);
    Status = Ask(Frame, ScatterGatherListBuffer, ScatterGatherListBufferSize);
    if (NT_SUCCESS(Status)) {
        CountLate(Dma, Number);
        return NDIS_STATUS_SUCCESS;
    }
    Held = NtsLock(&Dma->Lock);
    RemoveEntryList(&Frame->Link);
    Dma->Counts.Refused++;
    NtsUnlock(&Dma->Lock, Held);
    NtsFree(Frame, sizeof(*Frame));
    return NDIS_STATUS_RESOURCES;
}

/* ---- Giving back -------------------------------------------------------- */

static FRAME_LIST *Take(NDIS_DMA *Dma, PSCATTER_GATHER_LIST List,
                        PNET_BUFFER Buffer)
{
    ULONG64 Flags = NtsLock(&Dma->Lock);
    FRAME_LIST *Found = Next(Dma, NULL);

    while (Found && (Found->List != List || Found->Buffer != Buffer)) {
        Found = Next(Dma, Found);
    }
    if (Found) {
        RemoveEntryList(&Found->Link);
    }
    NtsUnlock(&Dma->Lock, Flags);
    return Found;
}

VOID NTAPI NdisMFreeNetBufferSGList(NDIS_HANDLE NdisMiniportDmaHandle,
                                    PSCATTER_GATHER_LIST pSGL,
                                    PNET_BUFFER NetBuffer)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DMA *Dma = NdisDmaFrom(NdisMiniportDmaHandle, __func__, Caller);
    FRAME_LIST *Frame;

    RequireDispatch(Dma, __func__, Caller);
    Frame = pSGL ? Take(Dma, pSGL, NetBuffer) : NULL;
    if (!Frame) {
        NdisViolation(Dma->Adapter, __func__, Caller,
                      "of what is no list of this frame, or freed already");
    }
    /* The HAL goes on to build what waits for the map registers. */
    Dma->ListChannel->DmaOperations->PutScatterGatherList(
        Dma->ListChannel, pSGL, Frame->WriteToDevice);
    NtsFree(Frame, sizeof(*Frame));
}

BOOLEAN NdisListsLeft(NDIS_ADAPTER *Adapter, const NET_BUFFER_LIST *List)
{
    NDIS_DMA *Dma = Adapter->Dma;
    BOOLEAN Left = FALSE;
    ULONG64 Flags;

    if (!Dma) {
        return FALSE;
    }
    Flags = NtsLock(&Dma->Lock);
    for (FRAME_LIST *f = Next(Dma, NULL); f; f = Next(Dma, f)) {
        for (NET_BUFFER *b = List->FirstNetBuffer; b; b = b->Next) {
            Left |= f->Buffer == b;
        }
    }
    NtsUnlock(&Dma->Lock, Flags);
    return Left;
}
