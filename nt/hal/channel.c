/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet DMA by adapter channel: a driver gets map registers, maps a buffer
 * piece by piece, flushes, and gives the registers back. Versions 1 and 3.
 */
#include "hal.h"

/* What the driver's 128 bytes hold. */
typedef struct _TRANSFER_CONTEXT {
    ULONG Version;
    ULONG Magic;
} TRANSFER_CONTEXT;

enum { CONTEXT_MAGIC = 0x43544344 };

BOOLEAN HalIsTransferContext(const VOID *TransferContext)
{
    const TRANSFER_CONTEXT *Context = TransferContext;

    return Context && Context->Version == CBX_DMA_TRANSFER_CONTEXT_VERSION1 &&
           Context->Magic == CONTEXT_MAGIC;
}

static NTSTATUS NTAPI InitializeContext(CBX_DMA_ADAPTER *Public,
                                        PVOID TransferContext)
{
    const CHAR *Routine = "InitializeDmaTransferContext";
    const VOID *Caller = __builtin_return_address(0);
    TRANSFER_CONTEXT *Context = TransferContext;

    HalAdapterV3(Public, Routine, Caller);
    HalRequireDispatch(Routine, Caller);
    RtlZeroMemory(Context, CBX_DMA_TRANSFER_CONTEXT_SIZE_V1);
    Context->Version = CBX_DMA_TRANSFER_CONTEXT_VERSION1;
    Context->Magic = CONTEXT_MAGIC;
    return STATUS_SUCCESS;
}

/* ---- Getting and giving back -------------------------------------------- */

static VOID RequireFlushed(const HAL_REGISTERS *Registers,
                           const CHAR *Routine, const VOID *Caller)
{
    CHAR Where[64];

    if (Registers->Used) {
        NtsBugCheck(NTS_BUG_DMA, DMA_STILL_MAPPED, Registers->Used, 0, 0,
                    "%s with %u map registers that are mapped still, by %s",
                    Routine, Registers->Used,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
}

static VOID Release(HAL_REGISTERS *Registers, const CHAR *Routine,
                    const VOID *Caller)
{
    RequireFlushed(Registers, Routine, Caller);
    NtsLedgerRemove(NtsKindRegisters, Registers, NULL);
    InterlockedDecrement(&Registers->Adapter->Sets);
    HalRegistersGive(Registers);
}

/* What the driver wants to become of channel and registers. */
static VOID Conclude(HAL_ADAPTER *Adapter, HAL_REGISTERS *Registers,
                     IO_ALLOCATION_ACTION Action, const CHAR *Routine,
                     const VOID *Caller)
{
    if (Action == KeepObject) {
        return;
    }
    Adapter->Channel = NULL;
    if (Action == DeallocateObject) {
        Release(Registers, Routine, Caller);
    }
}

static VOID Own(HAL_REGISTERS *Registers)
{
    HAL_ADAPTER *Adapter = Registers->Adapter;

    Adapter->Channel = Registers;
    InterlockedIncrement(&Adapter->Sets);
    NtsLedgerAdd(NtsKindRegisters, Registers, Registers->Count * PAGE_SIZE, 0,
                 Registers->Caller);
}

static VOID Granted(HAL_REGISTERS *Registers)
{
    PDRIVER_CONTROL *Control = (PDRIVER_CONTROL *)&Registers->Routine;
    IO_ALLOCATION_ACTION Action;
    KIRQL Irql;

    Own(Registers);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Action = (*Control)(Registers->DeviceObject,
                        Registers->DeviceObject->CurrentIrp, Registers,
                        Registers->Context);
    HalRequireExactlyDispatch("return of an AdapterControl routine",
                              Registers->Caller);
    KeLowerIrql(Irql);
    Conclude(Registers->Adapter, Registers, Action, "AdapterControl",
             Registers->Caller);
}

static HAL_REGISTERS *Create(HAL_ADAPTER *Adapter, PDEVICE_OBJECT DeviceObject,
                             ULONG Count, const CHAR *Routine,
                             const VOID *Caller)
{
    HAL_REGISTERS *Registers;
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Count > Adapter->MapRegisters) {
        NtsBugCheck(NTS_BUG_DMA, DMA_TOO_MANY_REGISTERS, Count,
                    Adapter->MapRegisters, 0, "%s of %u map registers of an "
                    "adapter that has %u, by %s", Routine, Count,
                    Adapter->MapRegisters, Where);
    }
    if (Adapter->Channel) {
        NtsBugCheck(NTS_BUG_DMA, DMA_TOO_MANY_CHANNELS, 1, 0, 0,
                    "%s while the adapter's channel is allocated, by %s",
                    Routine, Where);
    }
    Registers = HalRegistersCreate(Adapter, Count, Caller);
    if (Registers) {
        Registers->Granted = Granted;
        Registers->DeviceObject = DeviceObject;
    }
    return Registers;
}

static NTSTATUS NTAPI AllocateChannel(CBX_DMA_ADAPTER *Public,
                                      PDEVICE_OBJECT DeviceObject,
                                      ULONG NumberOfMapRegisters,
                                      PDRIVER_CONTROL ExecutionRoutine,
                                      PVOID Context)
{
    const CHAR *Routine = "AllocateAdapterChannel";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    HAL_REGISTERS *Registers;

    HalRequireExactlyDispatch(Routine, Caller);
    Registers = Create(Adapter, DeviceObject, NumberOfMapRegisters, Routine,
                       Caller);
    if (!Registers) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Registers->Routine = (PVOID)(ULONG_PTR)ExecutionRoutine;
    Registers->Context = Context;
    if (HalRegistersTake(Registers, TRUE)) {
        Granted(Registers);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI AllocateChannelEx(CBX_DMA_ADAPTER *Public,
                                        PDEVICE_OBJECT DeviceObject,
                                        PVOID TransferContext,
                                        ULONG NumberOfMapRegisters,
                                        ULONG Flags,
                                        PDRIVER_CONTROL ExecutionRoutine,
                                        PVOID Context, PVOID *MapRegisterBase)
{
    const CHAR *Routine = "AllocateAdapterChannelEx";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    BOOLEAN Synchronous = Flags & CBX_DMA_SYNCHRONOUS_CALLBACK;
    HAL_REGISTERS *Registers;

    HalRequireDispatch(Routine, Caller);
    /* Without a routine, the answer must be there at once. */
    if (!HalIsTransferContext(TransferContext) ||
        Flags & ~CBX_DMA_SYNCHRONOUS_CALLBACK ||
        (!ExecutionRoutine && (!Synchronous || !MapRegisterBase))) {
        return STATUS_INVALID_PARAMETER;
    }
    Registers = Create(Adapter, DeviceObject, NumberOfMapRegisters, Routine,
                       Caller);
    if (!Registers) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Registers->Routine = (PVOID)(ULONG_PTR)ExecutionRoutine;
    Registers->Context = Context;
    Registers->TransferContext = TransferContext;
    if (!HalRegistersTake(Registers, !Synchronous)) {
        if (Synchronous) {
            HalRegistersDelete(Registers);
        }
        return Synchronous ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    if (MapRegisterBase) {
        *MapRegisterBase = Registers;
    }
    if (ExecutionRoutine) {
        Granted(Registers);
    } else {
        Own(Registers);
    }
    return STATUS_SUCCESS;
}

static HAL_REGISTERS *RequireChannel(const HAL_ADAPTER *Adapter,
                                     const CHAR *Routine, const VOID *Caller)
{
    CHAR Where[64];

    if (!Adapter->Channel) {
        NtsBugCheck(NTS_BUG_DMA, DMA_CHANNELS_FREED_TOO_OFTEN, 1, 0, 0,
                    "%s without an allocated channel, by %s", Routine,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Adapter->Channel;
}

static VOID NTAPI FreeChannel(CBX_DMA_ADAPTER *Public)
{
    const CHAR *Routine = "FreeAdapterChannel";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);

    HalRequireExactlyDispatch(Routine, Caller);
    Conclude(Adapter, RequireChannel(Adapter, Routine, Caller),
             DeallocateObject, Routine, Caller);
}

static VOID NTAPI FreeAdapterObject(CBX_DMA_ADAPTER *Public,
                                    IO_ALLOCATION_ACTION Action)
{
    const CHAR *Routine = "FreeAdapterObject";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);

    HalRequireDispatch(Routine, Caller);
    Conclude(Adapter, RequireChannel(Adapter, Routine, Caller), Action,
             Routine, Caller);
}

static VOID NTAPI FreeMapRegisters(CBX_DMA_ADAPTER *Public,
                                   PVOID MapRegisterBase, ULONG Count)
{
    const CHAR *Routine = "FreeMapRegisters";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    HAL_REGISTERS *Registers = MapRegisterBase;
    CHAR Where[64];

    HalRequireExactlyDispatch(Routine, Caller);
    if (!NtsLedgerFind(NtsKindRegisters, Registers, NULL) ||
        Registers->Adapter != Adapter || Registers == Adapter->Channel ||
        Registers->Count != Count) {
        NtsBugCheck(NTS_BUG_DMA, DMA_REGISTERS_FREED_TOO_OFTEN, Count, 0, 0,
                    "%s of %u registers at 0x%p, which the driver does not "
                    "hold so, by %s", Routine, Count, MapRegisterBase,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    Release(Registers, Routine, Caller);
}

/* System DMA alone has something to configure or to cancel. */
static NTSTATUS NTAPI ConfigureChannel(CBX_DMA_ADAPTER *Public,
                                       ULONG FunctionNumber, PVOID Context)
{
    UNREFERENCED_PARAMETER(FunctionNumber);
    UNREFERENCED_PARAMETER(Context);
    HalAdapterV3(Public, "ConfigureAdapterChannel",
                 __builtin_return_address(0));
    return STATUS_NOT_IMPLEMENTED;
}

static NTSTATUS NTAPI CancelMapped(CBX_DMA_ADAPTER *Public,
                                   PVOID TransferContext)
{
    UNREFERENCED_PARAMETER(TransferContext);
    HalAdapterV3(Public, "CancelMappedTransfer", __builtin_return_address(0));
    return STATUS_NOT_IMPLEMENTED;
}

static BOOLEAN NTAPI CancelChannel(CBX_DMA_ADAPTER *Public,
                                   PDEVICE_OBJECT DeviceObject,
                                   PVOID TransferContext)
{
    const CHAR *Routine = "CancelAdapterChannel";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);

    UNREFERENCED_PARAMETER(DeviceObject);
    HalRequireDispatch(Routine, Caller);
    return HalRegistersCancel(Adapter, TransferContext);
}

/* ---- Mapping ------------------------------------------------------------ */

static HAL_REGISTERS *RequireBase(const HAL_ADAPTER *Adapter, PVOID Base,
                                  const CHAR *Routine, const VOID *Caller)
{
    HAL_REGISTERS *Registers = Base;
    CHAR Where[64];

    if (!NtsLedgerFind(NtsKindRegisters, Registers, NULL) ||
        Registers->Adapter != Adapter) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_REGISTER_BASE, (ULONG_PTR)Base, 0, 0,
                    "%s with MapRegisterBase 0x%p, which holds no registers "
                    "of this adapter, by %s", Routine, Base,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Registers;
}

/* Bug checks unless the buffer is one that can be mapped. */
static VOID RequireBuffer(PMDL Mdl, ULONGLONG Offset, ULONG Length,
                          const CHAR *Routine, const VOID *Caller)
{
    enum { TOO_LONG = 3 };
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (!Length) {
        NtsBugCheck(NTS_BUG_DMA, DMA_EMPTY_BUFFER, 0, 0, 0,
                    "%s of 0 bytes, by %s", Routine, Where);
    }
    if (!HalHolds(Mdl, Offset, Length, Routine, Caller)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_INVALID_BUFFER, TOO_LONG, (ULONG_PTR)Mdl,
                    Length, "%s of %u bytes at %I64u, which is more than the "
                    "MDL holds, by %s", Routine, Length, Offset, Where);
    }
}

static PHYSICAL_ADDRESS NTAPI MapTransfer(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                          PVOID MapRegisterBase,
                                          PVOID CurrentVa, ULONG *Length,
                                          BOOLEAN WriteToDevice)
{
    const CHAR *Routine = "MapTransfer";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    HAL_REGISTERS *Registers;
    PHYSICAL_ADDRESS Address;
    const HAL_RUN *Run;
    ULONGLONG Offset;

    HalRequireDispatch(Routine, Caller);
    Registers = RequireBase(Adapter, MapRegisterBase, Routine, Caller);
    Offset = HalOffsetOf(Mdl, CurrentVa, Routine, Caller);
    RequireBuffer(Mdl, Offset, *Length, Routine, Caller);
    Run = HalMapRun(Registers, Mdl, Offset, *Length, WriteToDevice);
    if (!Run) {
        /* It cannot fail: registers are what it had to wait for. */
        HalUnprovided("a bounce buffer for MapTransfer", Caller);
    }
    if (!Adapter->ScatterGather && Run->Length != *Length) {
        HalUnprovided("scattered pages for a device without ScatterGather",
                      Caller);
    }
    *Length = Run->Length;
    Address.QuadPart = HalLogicalOf(Run);
    return Address;
}

static NTSTATUS NTAPI MapTransferEx(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                    PVOID MapRegisterBase, ULONGLONG Offset,
                                    ULONG DeviceOffset, ULONG *Length,
                                    BOOLEAN WriteToDevice,
                                    SCATTER_GATHER_LIST *List,
                                    ULONG ListLength,
                                    CBX_DMA_COMPLETION_ROUTINE Completion,
                                    PVOID CompletionContext)
{
    const CHAR *Routine = "MapTransferEx";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    HAL_REGISTERS *Registers;
    ULONG Room, Left = *Length;

    /* Of system DMA. */
    UNREFERENCED_PARAMETER(DeviceOffset);
    UNREFERENCED_PARAMETER(Completion);
    UNREFERENCED_PARAMETER(CompletionContext);
    HalRequireDispatch(Routine, Caller);
    Registers = RequireBase(Adapter, MapRegisterBase, Routine, Caller);
    RequireBuffer(Mdl, Offset, Left, Routine, Caller);
    Room = ListLength < HAL_LIST_SIZE(1)
           ? 0 : (ListLength - HAL_LIST_SIZE(0)) /
                 sizeof(SCATTER_GATHER_ELEMENT);
    if (!List || !Room) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    List->NumberOfElements = 0;
    List->Reserved = 0;
    while (Left && List->NumberOfElements < Room) {
        const HAL_RUN *Run = HalMapRun(Registers, Mdl, Offset, Left,
                                       WriteToDevice);

        if (!Run) {
            break;
        }
        HalListAdd(List, Run);
        Offset += Run->Length;
        Left -= Run->Length;
    }
    *Length -= Left;
    return *Length ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static VOID Flush(HAL_REGISTERS *Registers, const MDL *Mdl, ULONGLONG Offset,
                  ULONG Length, BOOLEAN WriteToDevice, const CHAR *Routine,
                  const VOID *Caller)
{
    uint32_t Access = WriteToDevice ? PAL_ACCESS_READ : PAL_ACCESS_WRITE;
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Registers->Runs && Registers->Access != Access) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_DIRECTION, WriteToDevice, 0, 0,
                    "%s with WriteToDevice %u, unlike the mapping, by %s",
                    Routine, WriteToDevice, Where);
    }
    if (!HalUnmapRuns(Registers, Mdl, Offset, Length)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_FLUSH_NOT_MAPPED, (ULONG_PTR)Registers, 0,
                    0, "%s of %u bytes at %I64u, none of which is mapped, by "
                    "%s", Routine, Length, Offset, Where);
    }
}

static BOOLEAN NTAPI FlushBuffers(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                  PVOID MapRegisterBase, PVOID CurrentVa,
                                  ULONG Length, BOOLEAN WriteToDevice)
{
    const CHAR *Routine = "FlushAdapterBuffers";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);

    HalRequireDispatch(Routine, Caller);
    Flush(RequireBase(Adapter, MapRegisterBase, Routine, Caller), Mdl,
          HalOffsetOf(Mdl, CurrentVa, Routine, Caller), Length, WriteToDevice,
          Routine, Caller);
    return TRUE;
}

static NTSTATUS NTAPI FlushBuffersEx(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                     PVOID MapRegisterBase, ULONGLONG Offset,
                                     ULONG Length, BOOLEAN WriteToDevice)
{
    const CHAR *Routine = "FlushAdapterBuffersEx";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);

    HalRequireDispatch(Routine, Caller);
    Flush(RequireBase(Adapter, MapRegisterBase, Routine, Caller), Mdl, Offset,
          Length, WriteToDevice, Routine, Caller);
    return STATUS_SUCCESS;
}

VOID HalChannelOperations(CBX_DMA_OPERATIONS *Operations)
{
    Operations->AllocateAdapterChannel = AllocateChannel;
    Operations->FlushAdapterBuffers = FlushBuffers;
    Operations->FreeAdapterChannel = FreeChannel;
    Operations->FreeMapRegisters = FreeMapRegisters;
    Operations->MapTransfer = MapTransfer;
    Operations->InitializeDmaTransferContext = InitializeContext;
    Operations->AllocateAdapterChannelEx = AllocateChannelEx;
    Operations->ConfigureAdapterChannel = ConfigureChannel;
    Operations->CancelAdapterChannel = CancelChannel;
    Operations->MapTransferEx = MapTransferEx;
    Operations->FlushAdapterBuffersEx = FlushBuffersEx;
    Operations->FreeAdapterObject = FreeAdapterObject;
    Operations->CancelMappedTransfer = CancelMapped;
}
