/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet DMA: channels, map registers, scatter/gather lists. The device is the
 * witness: its single-shot engine reads and writes what the calls mapped.
 */
#include "cases.h"

#include <cbx/abi.h>

enum { TAG = 0x4b434150, PIECE = 3 * PAGE_SIZE, START = 100,
       LENGTH = 2 * PIECE - 300 };

/* A buffer of two pieces that do not neighbour, and what moves it. */
typedef struct _TRANSFER {
    ADAPTER A;
    CASE_DEVICE *Device;
    PUCHAR Regs;
    PUCHAR Piece[2];
    PMDL Mdl[2];
    SCATTER_GATHER_LIST *List;      /* as AdapterListControl got it */
    PVOID Base;                     /* as AdapterControl got it */
    IO_ALLOCATION_ACTION Action;
    BOOLEAN WrongIrql;
} TRANSFER;

enum { REGISTERS = 13 };            /* of 17: 64 KiB and one page more */

static BOOLEAN DmaOne(const TRANSFER *T, ULONGLONG Address, ULONG Length,
                      ULONG Offset, BOOLEAN FromDevice)
{
    PULONG Control = (PULONG)(T->Regs + CBX_ARM_DMA_CTL);
    PULONG Status = (PULONG)(T->Regs + CBX_ARM_DMA_STATUS);
    ULONG Result;

    WRITE_REGISTER_ULONG((PULONG)(T->Regs + CBX_ARM_BUS_ADDR_LO),
                         (ULONG)Address);
    WRITE_REGISTER_ULONG((PULONG)(T->Regs + CBX_ARM_BUS_ADDR_HI),
                         (ULONG)(Address >> 32));
    WRITE_REGISTER_ULONG((PULONG)(T->Regs + CBX_ARM_DMA_LEN), Length);
    WRITE_REGISTER_ULONG((PULONG)(T->Regs + CBX_ARM_DMA_OFFSET), Offset);
    WRITE_REGISTER_ULONG(Control, CBX_ARM_DMA_TRIGGER |
                         (FromDevice ? CBX_ARM_DMA_FROM_DEVICE : 0));
    Result = READ_REGISTER_ULONG(Status) & CBX_ARM_DMA_STATUS_MASK;
    WRITE_REGISTER_ULONG(Status, CBX_ARM_DMA_STATUS_CLEAR);
    return Result == CBX_ARM_DMA_OK;
}

/* The whole list, to or from the start of device memory. */
static BOOLEAN DmaList(const TRANSFER *T, const SCATTER_GATHER_LIST *List,
                       BOOLEAN FromDevice)
{
    ULONG Offset = 0;
    BOOLEAN Good = TRUE;

    for (ULONG i = 0; i < List->NumberOfElements; i++) {
        Good = DmaOne(T, List->Elements[i].Address.QuadPart,
                      List->Elements[i].Length, Offset, FromDevice) && Good;
        Offset += List->Elements[i].Length;
    }
    return Good && Offset == LENGTH;
}

static UCHAR PatternAt(ULONG i)
{
    return (UCHAR)(i * 7 + (i >> 8));
}

/* Bytes START... of the pieces, as one buffer of LENGTH bytes. */
static PUCHAR At(const TRANSFER *T, ULONG i)
{
    i += START;
    return &T->Piece[i / PIECE][i % PIECE];
}

static VOID Fill(const TRANSFER *T, BOOLEAN Pattern)
{
    for (ULONG i = 0; i < LENGTH; i++) {
        *At(T, i) = Pattern ? PatternAt(i) : 0;
    }
}

static BOOLEAN IsPattern(const TRANSFER *T)
{
    for (ULONG i = 0; i < LENGTH; i++) {
        if (*At(T, i) != PatternAt(i)) {
            return FALSE;
        }
    }
    return TRUE;
}

static VOID Get(CASE_DEVICE *Device, ULONG Version, TRANSFER *T)
{
    const CM_PARTIAL_RESOURCE_LIST *List =
        &Device->Translated->List[0].PartialResourceList;

    RtlZeroMemory(T, sizeof(*T));
    T->Device = Device;
    T->Regs = MmMapIoSpace(List->PartialDescriptors[0].u.Memory.Start,
                           PAGE_SIZE, MmNonCached);
    for (ULONG i = 0; i < 2; i++) {
        T->Piece[i] = ExAllocatePoolWithTag(NonPagedPool, PIECE, TAG);
        T->Mdl[i] = IoAllocateMdl(T->Piece[i], PIECE, FALSE, FALSE, NULL);
        MmBuildMdlForNonPagedPool(T->Mdl[i]);
    }
    T->Mdl[0]->Next = T->Mdl[1];
    CaseAdapter(Device, Version, &T->A);
}

static VOID Put(TRANSFER *T)
{
    for (ULONG i = 0; i < 2; i++) {
        IoFreeMdl(T->Mdl[i]);
        ExFreePoolWithTag(T->Piece[i], TAG);
    }
    T->A.Do->PutDmaAdapter(T->A.Adapter);
    MmUnmapIoSpace(T->Regs, PAGE_SIZE);
}

static VOID NTAPI ListControl(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                              PSCATTER_GATHER_LIST List, PVOID Context)
{
    TRANSFER *T = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    T->WrongIrql |= KeGetCurrentIrql() != DISPATCH_LEVEL;
    T->List = List;
}

static IO_ALLOCATION_ACTION NTAPI Control(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                          PVOID Base, PVOID Context)
{
    TRANSFER *T = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    T->WrongIrql |= KeGetCurrentIrql() != DISPATCH_LEVEL;
    T->Base = Base;
    return T->Action;
}

static NTSTATUS GetList(TRANSFER *T, BOOLEAN WriteToDevice)
{
    return T->A.Do->GetScatterGatherList(T->A.Adapter, T->Device->Self,
                                         T->Mdl[0], T->Piece[0] + START,
                                         LENGTH, ListControl, T,
                                         WriteToDevice);
}

static VOID PutList(TRANSFER *T, BOOLEAN WriteToDevice)
{
    T->A.Do->PutScatterGatherList(T->A.Adapter, T->List, WriteToDevice);
    T->List = NULL;
}

/* ---- Each way to do it -------------------------------------------------- */

/* There and back by a list; with translation, not the wrong way. */
static BOOLEAN ByList(TRANSFER *T)
{
    BOOLEAN Translated = READ_REGISTER_ULONG(
        (PULONG)(T->Regs + CBX_REG_FEATURES)) & CBX_FEATURE_IOMMU;
    ULONGLONG First;
    BOOLEAN Good;

    Fill(T, TRUE);
    if (!NT_SUCCESS(GetList(T, TRUE)) || !T->List) {
        return FALSE;
    }
    Good = T->List->NumberOfElements == 2 && DmaList(T, T->List, FALSE);
    First = T->List->Elements[0].Address.QuadPart;
    if (Translated) {
        Good = Good && !DmaOne(T, First, 16, 0x80000, TRUE);
    }
    PutList(T, TRUE);
    if (Translated) {
        Good = Good && !DmaOne(T, First, 16, 0x80000, FALSE);
    }
    Fill(T, FALSE);
    if (!NT_SUCCESS(GetList(T, FALSE)) || !T->List) {
        return FALSE;
    }
    Good = DmaList(T, T->List, TRUE) && Good;
    PutList(T, FALSE);
    return Good && IsPattern(T);
}

static BOOLEAN ByBuiltList(TRANSFER *T)
{
    ULONG Size, Registers;
    PMDL Target = NULL;
    BOOLEAN Good;
    PVOID Buffer;

    if (!NT_SUCCESS(T->A.Do->CalculateScatterGatherList(
            T->A.Adapter, T->Mdl[0], T->Piece[0] + START, LENGTH, &Size,
            &Registers)) ||
        Registers != 6) {
        return FALSE;
    }
    Buffer = ExAllocatePoolWithTag(NonPagedPool, Size, TAG);
    Fill(T, FALSE);
    Good = T->A.Do->BuildScatterGatherList(
               T->A.Adapter, T->Device->Self, T->Mdl[0], T->Piece[0] + START,
               LENGTH, ListControl, T, FALSE, Buffer, 16) ==
           STATUS_BUFFER_TOO_SMALL &&
           T->A.Do->BuildScatterGatherList(
               T->A.Adapter, T->Device->Self, T->Mdl[0], T->Piece[0] + START,
               LENGTH, ListControl, T, FALSE, Buffer, Size) ==
           STATUS_SUCCESS &&
           T->List == Buffer;
    if (Good) {
        Good = DmaList(T, T->List, TRUE) &&
               NT_SUCCESS(T->A.Do->BuildMdlFromScatterGatherList(
                   T->A.Adapter, T->List, T->Mdl[0], &Target)) &&
               Target == T->Mdl[0];
        PutList(T, FALSE);
    }
    ExFreePoolWithTag(Buffer, TAG);
    return Good && IsPattern(T);
}

/* One MDL by a channel whose registers are kept, piece by piece. */
static BOOLEAN ByChannel(TRANSFER *T)
{
    PUCHAR Va = T->Piece[0] + START;
    ULONG Left = PIECE - START, Length;
    ULONG Offset = 0;
    BOOLEAN Good = TRUE;

    Fill(T, FALSE);
    T->Mdl[0]->Next = NULL;
    T->Action = DeallocateObjectKeepRegisters;
    T->A.Do->AllocateAdapterChannel(T->A.Adapter, T->Device->Self, 3, Control,
                                    T);
    while (Left && Good) {
        PHYSICAL_ADDRESS Address;

        Length = Left;
        Address = T->A.Do->MapTransfer(T->A.Adapter, T->Mdl[0], T->Base,
                                       Va + Offset, &Length, FALSE);
        Good = Length && DmaOne(T, Address.QuadPart, Length, Offset, TRUE);
        Offset += Length;
        Left -= Length;
    }
    Good = T->A.Do->FlushAdapterBuffers(T->A.Adapter, T->Mdl[0], T->Base, Va,
                                        PIECE - START, FALSE) && Good;
    T->A.Do->FreeMapRegisters(T->A.Adapter, T->Base, 3);
    for (ULONG i = 0; i < PIECE - START; i++) {
        Good = Va[i] == PatternAt(i) && Good;
    }
    /* And one that is kept, then freed. */
    T->Action = KeepObject;
    T->A.Do->AllocateAdapterChannel(T->A.Adapter, T->Device->Self, 1, Control,
                                    T);
    T->A.Do->FreeAdapterChannel(T->A.Adapter);
    T->Mdl[0]->Next = T->Mdl[1];
    return Good;
}

static BOOLEAN Version3(TRANSFER *T)
{
    UCHAR Context[CBX_DMA_TRANSFER_CONTEXT_SIZE_V1];
    UCHAR Room[256];
    SCATTER_GATHER_LIST *List = (PVOID)Room;
    CBX_DMA_TRANSFER_INFO Info = { .Version = 2 };
    ULONG Length = LENGTH;
    BOOLEAN Good;

    RtlZeroMemory(Context, sizeof(Context));
    Good = T->A.Do->GetDmaTransferInfo(T->A.Adapter, T->Mdl[0], START, LENGTH,
                                       FALSE, &Info) == STATUS_SUCCESS &&
           Info.MapRegisterCount == 6 && Info.ScatterGatherElementCount == 2 &&
           Info.ScatterGatherListSize == 0x40 && Info.LogicalPageCount == 6 &&
           T->A.Do->AllocateAdapterChannelEx(
               T->A.Adapter, T->Device->Self, Context, 6,
               CBX_DMA_SYNCHRONOUS_CALLBACK, NULL, NULL, &T->Base) ==
           STATUS_INVALID_PARAMETER &&
           NT_SUCCESS(T->A.Do->InitializeDmaTransferContext(T->A.Adapter,
                                                            Context)) &&
           NT_SUCCESS(T->A.Do->AllocateAdapterChannelEx(
               T->A.Adapter, T->Device->Self, Context, 6,
               CBX_DMA_SYNCHRONOUS_CALLBACK, NULL, NULL, &T->Base));
    if (!Good) {
        return FALSE;
    }
    Fill(T, FALSE);
    Good = T->A.Do->MapTransferEx(T->A.Adapter, T->Mdl[0], T->Base, START, 0,
                                  &Length, FALSE, List, sizeof(Room), NULL,
                                  NULL) == STATUS_SUCCESS &&
           Length == LENGTH && DmaList(T, List, TRUE) &&
           NT_SUCCESS(T->A.Do->FlushAdapterBuffersEx(
               T->A.Adapter, T->Mdl[0], T->Base, START, LENGTH, FALSE)) &&
           IsPattern(T);
    T->A.Do->FreeAdapterObject(T->A.Adapter, DeallocateObject);
    Fill(T, FALSE);
    if (!Good ||
        !NT_SUCCESS(T->A.Do->GetScatterGatherListEx(
            T->A.Adapter, T->Device->Self, Context, T->Mdl[0], START, LENGTH,
            CBX_DMA_SYNCHRONOUS_CALLBACK, NULL, NULL, FALSE, NULL, NULL,
            &T->List))) {
        return FALSE;
    }
    Good = DmaList(T, T->List, TRUE) &&
           T->A.Do->FlushDmaBuffer(T->A.Adapter, T->Mdl[0], TRUE) ==
           STATUS_SUCCESS;
    PutList(T, FALSE);
    if (!Good || !IsPattern(T) ||
        !NT_SUCCESS(T->A.Do->BuildScatterGatherListEx(
            T->A.Adapter, T->Device->Self, Context, T->Mdl[0], START, LENGTH,
            0, ListControl, T, TRUE, Room, sizeof(Room), NULL, NULL, NULL))) {
        return FALSE;
    }
    Good = T->List == (PVOID)Room && DmaList(T, T->List, FALSE);
    PutList(T, TRUE);
    return Good &&
           T->A.Do->ConfigureAdapterChannel(T->A.Adapter, 0, NULL) ==
           STATUS_NOT_IMPLEMENTED &&
           T->A.Do->CancelMappedTransfer(T->A.Adapter, Context) ==
           STATUS_NOT_IMPLEMENTED;
}

NTSTATUS CasePacket(CASE_DEVICE *Device)
{
    static BOOLEAN (*const Ways[])(TRANSFER *) = {
        ByList, ByBuiltList, ByChannel, Version3
    };
    NTSTATUS Status = STATUS_SUCCESS;
    TRANSFER T;
    KIRQL Irql;

    Get(Device, 3, &T);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    for (ULONG i = 0; i < RTL_NUMBER_OF(Ways) && NT_SUCCESS(Status); i++) {
        if (!Ways[i](&T) || T.WrongIrql) {
            DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
                       "packet DMA, way %u\n", i);
            Status = STATUS_DATA_ERROR;
        }
    }
    KeLowerIrql(Irql);
    if (NT_SUCCESS(Status)) {
        Put(&T);
    }
    return Status;
}

/* A list must wait until there are registers, or be refused, or cancelled. */
NTSTATUS CaseRegistersWait(CASE_DEVICE *Device)
{
    UCHAR Context[CBX_DMA_TRANSFER_CONTEXT_SIZE_V1];
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    SCATTER_GATHER_LIST *None;
    BOOLEAN Waited, Refused, Cancelled;
    TRANSFER T;
    KIRQL Irql;

    Get(Device, 3, &T);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    T.A.Do->InitializeDmaTransferContext(T.A.Adapter, Context);
    T.Action = DeallocateObjectKeepRegisters;
    T.A.Do->AllocateAdapterChannel(T.A.Adapter, Device->Self, REGISTERS,
                                   Control, &T);
    Refused = T.A.Do->GetScatterGatherListEx(
                  T.A.Adapter, Device->Self, Context, T.Mdl[0], START, LENGTH,
                  CBX_DMA_SYNCHRONOUS_CALLBACK, NULL, NULL, TRUE, NULL, NULL,
                  &None) == STATUS_INSUFFICIENT_RESOURCES;
    T.A.Do->GetScatterGatherListEx(T.A.Adapter, Device->Self, Context,
                                   T.Mdl[0], START, LENGTH, 0, ListControl, &T,
                                   TRUE, NULL, NULL, NULL);
    Cancelled = !T.List &&
                T.A.Do->CancelAdapterChannel(T.A.Adapter, Device->Self,
                                             Context) &&
                !T.A.Do->CancelAdapterChannel(T.A.Adapter, Device->Self,
                                              Context);
    Waited = NT_SUCCESS(GetList(&T, TRUE)) && !T.List;
    T.A.Do->FreeMapRegisters(T.A.Adapter, T.Base, REGISTERS);
    if (Refused && Cancelled && Waited && T.List) {
        PutList(&T, TRUE);
        Status = STATUS_SUCCESS;
    }
    KeLowerIrql(Irql);
    if (NT_SUCCESS(Status)) {
        Put(&T);
    }
    return Status;
}

/* ---- Misuse ------------------------------------------------------------- */

/* Gets it all, at DISPATCH_LEVEL, and does Wrong, which does not return. */
static NTSTATUS Misuse(CASE_DEVICE *Device, VOID (*Wrong)(TRANSFER *T))
{
    TRANSFER T;
    KIRQL Irql;

    Get(Device, 3, &T);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Wrong(&T);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static VOID GetChannel(TRANSFER *T, ULONG Registers,
                       IO_ALLOCATION_ACTION Action)
{
    T->Action = Action;
    T->A.Do->AllocateAdapterChannel(T->A.Adapter, T->Device->Self, Registers,
                                    Control, T);
}

/* Maps `Length` bytes at `Va`, with registers that are kept. */
static VOID Map(TRANSFER *T, PUCHAR Va, ULONG Length)
{
    if (!T->Base) {
        GetChannel(T, 3, DeallocateObjectKeepRegisters);
    }
    T->A.Do->MapTransfer(T->A.Adapter, T->Mdl[0], T->Base, Va, &Length, TRUE);
}

#define MISUSE(Name) \
    static VOID Name##_(TRANSFER *T); \
    static NTSTATUS Name(CASE_DEVICE *Device) \
    { \
        return Misuse(Device, Name##_); \
    } \
    static VOID Name##_(TRANSFER *T)

MISUSE(ListTwice)
{
    SCATTER_GATHER_LIST *List;

    GetList(T, TRUE);
    List = T->List;
    PutList(T, TRUE);
    T->A.Do->PutScatterGatherList(T->A.Adapter, List, TRUE);
}

MISUSE(ListLeak)
{
    GetList(T, TRUE);
    T->A.Do->PutDmaAdapter(T->A.Adapter);
}

MISUSE(ListDirection)
{
    GetList(T, TRUE);
    PutList(T, FALSE);
}

MISUSE(ListAtPassive)
{
    KeLowerIrql(PASSIVE_LEVEL);
    GetList(T, TRUE);
}

MISUSE(ChannelTwice)
{
    GetChannel(T, 1, KeepObject);
    GetChannel(T, 1, KeepObject);
}

MISUSE(ChannelLeak)
{
    GetChannel(T, 1, KeepObject);
    T->A.Do->PutDmaAdapter(T->A.Adapter);
}

MISUSE(ChannelFreedTwice)
{
    GetChannel(T, 1, KeepObject);
    T->A.Do->FreeAdapterChannel(T->A.Adapter);
    T->A.Do->FreeAdapterChannel(T->A.Adapter);
}

MISUSE(RegistersTooMany)
{
    GetChannel(T, 18, KeepObject);
}

MISUSE(RegistersLeak)
{
    GetChannel(T, 3, DeallocateObjectKeepRegisters);
    T->A.Do->PutDmaAdapter(T->A.Adapter);
}

MISUSE(RegistersTwice)
{
    GetChannel(T, 3, DeallocateObjectKeepRegisters);
    T->A.Do->FreeMapRegisters(T->A.Adapter, T->Base, 3);
    T->A.Do->FreeMapRegisters(T->A.Adapter, T->Base, 3);
}

MISUSE(RegistersMapped)
{
    Map(T, T->Piece[0], PIECE);
    T->A.Do->FreeMapRegisters(T->A.Adapter, T->Base, 3);
}

MISUSE(FlushNotMapped)
{
    GetChannel(T, 3, DeallocateObjectKeepRegisters);
    T->A.Do->FlushAdapterBuffers(T->A.Adapter, T->Mdl[0], T->Base, T->Piece[0],
                                 PIECE, TRUE);
}

MISUSE(FlushDirection)
{
    Map(T, T->Piece[0], PIECE);
    T->A.Do->FlushAdapterBuffers(T->A.Adapter, T->Mdl[0], T->Base, T->Piece[0],
                                 PIECE, FALSE);
}

MISUSE(BufferNotMapped)
{
    T->A.Do->FlushDmaBuffer(T->A.Adapter, T->Mdl[0], TRUE);
}

MISUSE(BufferDirection)
{
    Map(T, T->Piece[0], PIECE);
    T->A.Do->FlushDmaBuffer(T->A.Adapter, T->Mdl[0], TRUE);
}

MISUSE(MapTwice)
{
    Map(T, T->Piece[0], PAGE_SIZE);
    Map(T, T->Piece[0] + 100, 100);
}

MISUSE(MapTooMuch)
{
    GetChannel(T, 1, DeallocateObjectKeepRegisters);
    Map(T, T->Piece[0], PIECE);
}

MISUSE(MapEmpty)
{
    Map(T, T->Piece[0], 0);
}

MISUSE(MapBefore)
{
    Map(T, T->Piece[0] - 1, 100);
}

MISUSE(MapAfter)
{
    Map(T, T->Piece[0] + PIECE, 100);
}

MISUSE(MapTooLong)
{
    Map(T, T->Piece[0], 2 * PIECE + 1);
}

MISUSE(MapNotLocked)
{
    T->Mdl[0]->MdlFlags &= ~MDL_SOURCE_IS_NONPAGED_POOL;
    Map(T, T->Piece[0], 100);
}

MISUSE(MapWithoutRegisters)
{
    T->Base = T;
    Map(T, T->Piece[0], 100);
}

const CASE PacketCases[] = {
    { L"list-put-twice", ListTwice, TRUE },
    { L"list-leak", ListLeak, TRUE },
    { L"list-wrong-direction", ListDirection, TRUE },
    { L"list-at-passive", ListAtPassive, TRUE },
    { L"channel-twice", ChannelTwice, TRUE },
    { L"channel-leak", ChannelLeak, TRUE },
    { L"channel-freed-twice", ChannelFreedTwice, TRUE },
    { L"registers-too-many", RegistersTooMany, TRUE },
    { L"registers-leak", RegistersLeak, TRUE },
    { L"registers-twice", RegistersTwice, TRUE },
    { L"registers-mapped", RegistersMapped, TRUE },
    { L"flush-not-mapped", FlushNotMapped, TRUE },
    { L"flush-wrong-direction", FlushDirection, TRUE },
    { L"flush-buffer-not-mapped", BufferNotMapped, TRUE },
    { L"flush-buffer-wrong-direction", BufferDirection, TRUE },
    { L"map-twice", MapTwice, TRUE },
    { L"map-too-much", MapTooMuch, TRUE },
    { L"map-empty", MapEmpty, TRUE },
    { L"map-before", MapBefore, TRUE },
    { L"map-after", MapAfter, TRUE },
    { L"map-too-long", MapTooLong, TRUE },
    { L"map-not-locked", MapNotLocked, TRUE },
    { L"map-without-registers", MapWithoutRegisters, TRUE },
    { NULL, NULL, FALSE },
};
