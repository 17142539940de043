/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packet DMA by scatter/gather list: map registers, mapping, list in one. */
#include "hal.h"

LONGLONG HalLogicalOf(const HAL_RUN *Run)
{
    return (LONGLONG)(HalFaults & HAL_FAULT_PHYSICAL ? Run->Physical
                                                     : Run->Logical);
}

VOID HalListAdd(SCATTER_GATHER_LIST *List, const HAL_RUN *Run)
{
    SCATTER_GATHER_ELEMENT *Element = &List->Elements[List->NumberOfElements++];

    Element->Address.QuadPart = HalLogicalOf(Run);
    Element->Length = Run->Length;
    Element->Reserved = 0;
}

static VOID Discard(HAL_REGISTERS *Registers)
{
    HalUnmapRuns(Registers, Registers->Mdl, 0, MAXLONGLONG);
    if (Registers->ListSize) {
        NtsFree(Registers->List, Registers->ListSize);
    }
    HalRegistersGive(Registers);
}

/* Maps all, and fills in the list. */
static BOOLEAN Fill(HAL_REGISTERS *Registers, BOOLEAN WriteToDevice)
{
    HAL_ADAPTER *Adapter = Registers->Adapter;
    SCATTER_GATHER_LIST *List = Registers->List;
    ULONGLONG Offset = Registers->Offset;
    ULONG Left = Registers->Length;

    List->NumberOfElements = 0;
    List->Reserved = (ULONG_PTR)Registers;
    while (Left) {
        const HAL_RUN *Run = HalMapRun(Registers, Registers->Mdl, Offset, Left,
                                       WriteToDevice);

        if (!Run) {
            return FALSE;
        }
        HalListAdd(List, Run);
        Offset += Run->Length;
        Left -= Run->Length;
    }
    if (HalFaults & HAL_FAULT_SHORT_LIST) {
        List->Elements[List->NumberOfElements - 1].Length--;
    }
    if (!Adapter->ScatterGather && List->NumberOfElements > 1) {
        HalUnprovided("scattered pages for a device without ScatterGather",
                      Registers->Caller);
    }
    InterlockedIncrement(&Adapter->Lists);
    NtsLedgerAdd(NtsKindList, List, Registers->Length, 0, Registers->Caller);
    return TRUE;
}

static VOID Call(HAL_REGISTERS *Registers)
{
    PDRIVER_LIST_CONTROL *Control = (PDRIVER_LIST_CONTROL *)&Registers->Routine;
    const VOID *Caller = Registers->Caller;
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    (*Control)(Registers->DeviceObject, Registers->DeviceObject->CurrentIrp,
               Registers->List, Registers->Context);
    HalRequireExactlyDispatch("return of an AdapterListControl routine",
                              Caller);
    KeLowerIrql(Irql);
}

/* After a wait nobody is there any more to be told of a failure. */
static VOID GrantedLate(HAL_REGISTERS *Registers)
{
    enum { NO_CONTIGUOUS_REGISTERS = 2 };

    if (!Fill(Registers, Registers->Access == PAL_ACCESS_READ)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_MISCELLANEOUS, NO_CONTIGUOUS_REGISTERS,
                    Registers->Count, 0, "no addresses for a scatter/gather "
                    "list of %u pages", Registers->Count);
    }
    Call(Registers);
}

/* What Get... and Build..., old and new, have in common. */
typedef struct _REQUEST {
    PDEVICE_OBJECT DeviceObject;
    PMDL Mdl;
    ULONGLONG Offset;
    ULONG Length;
    PDRIVER_LIST_CONTROL Routine;
    PVOID Context;
    PVOID TransferContext;
    BOOLEAN WriteToDevice;
    BOOLEAN Synchronous;
    PVOID Buffer;                   /* NULL: ours */
    ULONG BufferLength;
    PSCATTER_GATHER_LIST *Result;   /* optional */
} REQUEST;

static NTSTATUS Start(HAL_ADAPTER *Adapter, const REQUEST *Request,
                      const CHAR *Name, const VOID *Caller)
{
    HAL_REGISTERS *Registers;
    ULONG Count;
    SIZE_T Size;

    if (!Request->Length ||
        !HalHolds(Request->Mdl, Request->Offset, Request->Length, Name,
                  Caller)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Count = HalRegistersFor(Request->Mdl, Request->Offset, Request->Length);
    if (Count > Adapter->MapRegisters) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Size = HAL_LIST_SIZE(HalRunsOf(Request->Mdl, Request->Offset,
                                   Request->Length));
    if (Request->Buffer && Request->BufferLength < Size) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Registers = HalRegistersCreate(Adapter, Count, Caller);
    if (!Registers) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Registers->Granted = GrantedLate;
    Registers->DeviceObject = Request->DeviceObject;
    Registers->Routine = (PVOID)(ULONG_PTR)Request->Routine;
    Registers->Context = Request->Context;
    Registers->TransferContext = Request->TransferContext;
    Registers->Mdl = Request->Mdl;
    Registers->Offset = Request->Offset;
    Registers->Length = Request->Length;
    Registers->Access = Request->WriteToDevice ? PAL_ACCESS_READ
                                               : PAL_ACCESS_WRITE;
    Registers->ListSize = Request->Buffer ? 0 : Size;
    Registers->List = Request->Buffer ? Request->Buffer : NtsAllocate(Size);
    if (!Registers->List) {
        HalRegistersDelete(Registers);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!HalRegistersTake(Registers, !Request->Synchronous)) {
        if (!Request->Synchronous) {
            return STATUS_SUCCESS;
        }
        if (Registers->ListSize) {
            NtsFree(Registers->List, Size);
        }
        HalRegistersDelete(Registers);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!Fill(Registers, Request->WriteToDevice)) {
        Discard(Registers);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Request->Result) {
        *Request->Result = Registers->List;
    }
    if (Request->Routine) {
        Call(Registers);
    }
    return STATUS_SUCCESS;
}

/* ---- Versions 1 and 2 --------------------------------------------------- */

static NTSTATUS NTAPI GetList(CBX_DMA_ADAPTER *Public,
                              PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                              PVOID CurrentVa, ULONG Length,
                              PDRIVER_LIST_CONTROL ListControl, PVOID Context,
                              BOOLEAN WriteToDevice)
{
    const CHAR *Routine = "GetScatterGatherList";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    REQUEST Request = {
        .DeviceObject = DeviceObject, .Mdl = Mdl, .Length = Length,
        .Routine = ListControl, .Context = Context,
        .WriteToDevice = WriteToDevice,
    };

    HalRequireExactlyDispatch(Routine, Caller);
    Request.Offset = HalOffsetOf(Mdl, CurrentVa, Routine, Caller);
    return Start(Adapter, &Request, Routine, Caller);
}

static NTSTATUS NTAPI BuildList(CBX_DMA_ADAPTER *Public,
                                PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                                PVOID CurrentVa, ULONG Length,
                                PDRIVER_LIST_CONTROL ListControl,
                                PVOID Context, BOOLEAN WriteToDevice,
                                PVOID Buffer, ULONG BufferLength)
{
    const CHAR *Routine = "BuildScatterGatherList";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV2(Public, Routine, Caller);
    REQUEST Request = {
        .DeviceObject = DeviceObject, .Mdl = Mdl, .Length = Length,
        .Routine = ListControl, .Context = Context,
        .WriteToDevice = WriteToDevice, .Buffer = Buffer,
        .BufferLength = BufferLength,
    };

    HalRequireExactlyDispatch(Routine, Caller);
    if (!Buffer) {
        return STATUS_INVALID_PARAMETER;
    }
    Request.Offset = HalOffsetOf(Mdl, CurrentVa, Routine, Caller);
    return Start(Adapter, &Request, Routine, Caller);
}

/* The registers behind a list that the driver holds. */
static HAL_REGISTERS *RequireList(HAL_ADAPTER *Adapter,
                                  PSCATTER_GATHER_LIST List,
                                  const CHAR *Routine, const VOID *Caller)
{
    HAL_REGISTERS *Registers;
    CHAR Where[64];

    if (NtsLedgerFind(NtsKindList, List, NULL)) {
        Registers = (HAL_REGISTERS *)List->Reserved;
        if (Registers && Registers->List == List &&
            Registers->Adapter == Adapter) {
            return Registers;
        }
    }
    NtsBugCheck(NTS_BUG_DMA, DMA_LISTS_FREED_TOO_OFTEN,
                Adapter->Lists + Adapter->ListsPut, Adapter->ListsPut + 1, 0,
                "%s of 0x%p, which is no scatter/gather list of this adapter, "
                "or was put already, by %s", Routine, List,
                NtsWhere(Caller, Where, sizeof(Where)));
}

static VOID NTAPI PutList(CBX_DMA_ADAPTER *Public, PSCATTER_GATHER_LIST List,
                          BOOLEAN WriteToDevice)
{
    const CHAR *Routine = "PutScatterGatherList";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    HAL_REGISTERS *Registers;
    CHAR Where[64];

    HalRequireExactlyDispatch(Routine, Caller);
    Registers = RequireList(Adapter, List, Routine, Caller);
    if ((Registers->Access == PAL_ACCESS_READ) != (WriteToDevice != FALSE)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_DIRECTION, WriteToDevice, 0, 0,
                    "%s with WriteToDevice %u, unlike the list's, by %s",
                    Routine, WriteToDevice,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    NtsLedgerRemove(NtsKindList, List, NULL);
    InterlockedDecrement(&Adapter->Lists);
    InterlockedIncrement(&Adapter->ListsPut);
    Discard(Registers);
}

static NTSTATUS NTAPI CalculateList(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                    PVOID CurrentVa, ULONG Length,
                                    ULONG *ListSize,
                                    ULONG *NumberOfMapRegisters)
{
    const CHAR *Routine = "CalculateScatterGatherList";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV2(Public, Routine, Caller);
    ULONG Pages;

    HalRequireDispatch(Routine, Caller);
    if (Mdl) {
        ULONGLONG Offset = HalOffsetOf(Mdl, CurrentVa, Routine, Caller);

        if (!HalHolds(Mdl, Offset, Length, Routine, Caller)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        Pages = HalRegistersFor(Mdl, Offset, Length);
    } else {
        Pages = (ULONG)ADDRESS_AND_SIZE_TO_SPAN_PAGES(CurrentVa, Length);
    }
    if (Pages > Adapter->MapRegisters) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *ListSize = HAL_LIST_SIZE(Pages);
    if (NumberOfMapRegisters) {
        *NumberOfMapRegisters = Pages;
    }
    return STATUS_SUCCESS;
}

/* Nothing is copied elsewhere, so the buffer's own MDL describes the list. */
static NTSTATUS NTAPI BuildMdl(CBX_DMA_ADAPTER *Public,
                               PSCATTER_GATHER_LIST List, PMDL OriginalMdl,
                               PMDL *TargetMdl)
{
    const CHAR *Routine = "BuildMdlFromScatterGatherList";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV2(Public, Routine, Caller);

    HalRequireDispatch(Routine, Caller);
    if (RequireList(Adapter, List, Routine, Caller)->Mdl != OriginalMdl) {
        return STATUS_INVALID_PARAMETER;
    }
    *TargetMdl = OriginalMdl;
    return STATUS_SUCCESS;
}

/* ---- Version 3 ---------------------------------------------------------- */

static NTSTATUS StartEx(HAL_ADAPTER *Adapter, REQUEST *Request, ULONG Flags,
                        const CHAR *Name, const VOID *Caller)
{
    HalRequireDispatch(Name, Caller);
    Request->Synchronous = Flags & CBX_DMA_SYNCHRONOUS_CALLBACK;
    if (!HalIsTransferContext(Request->TransferContext) ||
        Flags & ~CBX_DMA_SYNCHRONOUS_CALLBACK ||
        (!Request->Routine && (!Request->Synchronous || !Request->Result))) {
        return STATUS_INVALID_PARAMETER;
    }
    return Start(Adapter, Request, Name, Caller);
}

static NTSTATUS NTAPI GetListEx(
    CBX_DMA_ADAPTER *Public, PDEVICE_OBJECT DeviceObject,
    PVOID TransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
    ULONG Flags, PDRIVER_LIST_CONTROL ListControl, PVOID Context,
    BOOLEAN WriteToDevice, CBX_DMA_COMPLETION_ROUTINE Completion,
    PVOID CompletionContext, PSCATTER_GATHER_LIST *List)
{
    const CHAR *Routine = "GetScatterGatherListEx";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    REQUEST Request = {
        .DeviceObject = DeviceObject, .Mdl = Mdl, .Offset = Offset,
        .Length = Length, .Routine = ListControl, .Context = Context,
        .TransferContext = TransferContext, .WriteToDevice = WriteToDevice,
        .Result = List,
    };

    /* Of system DMA. */
    UNREFERENCED_PARAMETER(Completion);
    UNREFERENCED_PARAMETER(CompletionContext);
    return StartEx(Adapter, &Request, Flags, Routine, Caller);
}

static NTSTATUS NTAPI BuildListEx(
    CBX_DMA_ADAPTER *Public, PDEVICE_OBJECT DeviceObject,
    PVOID TransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
    ULONG Flags, PDRIVER_LIST_CONTROL ListControl, PVOID Context,
    BOOLEAN WriteToDevice, PVOID Buffer, ULONG BufferLength,
    CBX_DMA_COMPLETION_ROUTINE Completion, PVOID CompletionContext, PVOID List)
{
    const CHAR *Routine = "BuildScatterGatherListEx";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    REQUEST Request = {
        .DeviceObject = DeviceObject, .Mdl = Mdl, .Offset = Offset,
        .Length = Length, .Routine = ListControl, .Context = Context,
        .TransferContext = TransferContext, .WriteToDevice = WriteToDevice,
        .Buffer = Buffer, .BufferLength = BufferLength, .Result = List,
    };

    UNREFERENCED_PARAMETER(Completion);
    UNREFERENCED_PARAMETER(CompletionContext);
    if (!Buffer) {
        return STATUS_INVALID_PARAMETER;
    }
    return StartEx(Adapter, &Request, Flags, Routine, Caller);
}

static NTSTATUS NTAPI GetTransferInfo(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                      ULONGLONG Offset, ULONG Length,
                                      BOOLEAN WriteOnly,
                                      CBX_DMA_TRANSFER_INFO *Info)
{
    const CHAR *Routine = "GetDmaTransferInfo";
    const VOID *Caller = __builtin_return_address(0);

    UNREFERENCED_PARAMETER(WriteOnly);
    HalAdapterV3(Public, Routine, Caller);
    HalRequireDispatch(Routine, Caller);
    if (Info->Version != CBX_DMA_TRANSFER_INFO_VERSION1 &&
        Info->Version != CBX_DMA_TRANSFER_INFO_VERSION2) {
        return STATUS_NOT_SUPPORTED;
    }
    if (!Length || !HalHolds(Mdl, Offset, Length, Routine, Caller)) {
        return STATUS_INVALID_PARAMETER;
    }
    Info->MapRegisterCount = HalRegistersFor(Mdl, Offset, Length);
    Info->ScatterGatherElementCount = HalRunsOf(Mdl, Offset, Length);
    Info->ScatterGatherListSize =
        HAL_LIST_SIZE(Info->ScatterGatherElementCount);
    if (Info->Version == CBX_DMA_TRANSFER_INFO_VERSION2) {
        Info->LogicalPageCount = Info->MapRegisterCount;
    }
    return STATUS_SUCCESS;
}

VOID HalListOperations(CBX_DMA_OPERATIONS *Operations)
{
    Operations->GetScatterGatherList = GetList;
    Operations->PutScatterGatherList = PutList;
    Operations->CalculateScatterGatherList = CalculateList;
    Operations->BuildScatterGatherList = BuildList;
    Operations->BuildMdlFromScatterGatherList = BuildMdl;
    Operations->GetDmaTransferInfo = GetTransferInfo;
    Operations->GetScatterGatherListEx = GetListEx;
    Operations->BuildScatterGatherListEx = BuildListEx;
}
