/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WDFCOMMONBUFFER: AllocateCommonBuffer on the enabler's adapter, aligned as
 * the driver wants.
 */
#include "wdf.h"

typedef struct _FX_COMMON_BUFFER {
    FX_OBJECT Head;
    FX_ENABLER *Enabler;
    SIZE_T Length;
    ULONG Mask;
    /* As allocated, and what of it the driver sees. */
    ULONG RawLength;
    PUCHAR RawVa, Va;
    PHYSICAL_ADDRESS RawLogical, Logical;
} FX_COMMON_BUFFER;

static VOID BufferDispose(FX_OBJECT *Object)
{
    FX_COMMON_BUFFER *Buffer = CONTAINING_RECORD(Object, FX_COMMON_BUFFER,
                                                 Head);
    CBX_DMA_ADAPTER *Adapter = Buffer->Enabler->Direction[0].Adapter;

    /* Here on behalf of the parent? */
    if (FxFaults() & NTS_FAULT_WDF_KEEP_CHILDREN && Buffer->RawVa &&
        Buffer->Enabler->Head.Deleted) {
        Buffer->Enabler->Leaking = TRUE;
        return;
    }
    if (Buffer->RawVa) {
        Adapter->DmaOperations->FreeCommonBuffer(
            Adapter, Buffer->RawLength, Buffer->RawLogical, Buffer->RawVa,
            TRUE);
        Buffer->RawVa = NULL;
    }
}

/* Rounds the logical address up and moves the virtual one by as much. */
static VOID Align(FX_COMMON_BUFFER *Buffer)
{
    ULONGLONG Logical = (ULONGLONG)Buffer->RawLogical.QuadPart;
    ULONGLONG Aligned = (Logical + Buffer->Mask) & ~(ULONGLONG)Buffer->Mask;

    if (Buffer->Mask >= PAGE_SIZE && FxFaults() & NTS_FAULT_WDF_ALIGNMENT) {
        /* on a page, never where it was asked for */
        Aligned = Logical & Buffer->Mask ? Logical : Logical + PAGE_SIZE;
    }
    Buffer->Logical.QuadPart = (LONGLONG)Aligned;
    Buffer->Va = Buffer->RawVa + (Aligned - Logical);
}

static NTSTATUS Allocate(FX_COMMON_BUFFER *Buffer, BOOLEAN AlwaysAdd)
{
    CBX_DMA_ADAPTER *Adapter = Buffer->Enabler->Direction[0].Adapter;
    SIZE_T Raw = Buffer->Length;

    /* What is allocated starts a page: smaller alignments need nothing. */
    if (Buffer->Mask >= PAGE_SIZE || AlwaysAdd) {
        if (Raw + Buffer->Mask < Raw) {
            return STATUS_INTEGER_OVERFLOW;
        }
        Raw += Buffer->Mask;
    }
    if (Raw > MAXULONG) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Buffer->RawLength = (ULONG)Raw;
    Buffer->RawVa = Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, Buffer->RawLength, &Buffer->RawLogical, TRUE);
    if (!Buffer->RawVa) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Align(Buffer);
    return STATUS_SUCCESS;
}

/* Config NULL: WdfCommonBufferCreate. */
static NTSTATUS Create(const FX_GLOBALS *Globals, FX_ENABLER *Enabler,
                       SIZE_T Length, const WDF_COMMON_BUFFER_CONFIG *Config,
                       PWDF_OBJECT_ATTRIBUTES Attributes, const VOID *Caller,
                       WDFCOMMONBUFFER *Handle)
{
    FX_COMMON_BUFFER *Buffer;
    NTSTATUS Status;

    if (!Length) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = FxObjectCreate(FxTypeCommonBuffer, sizeof(*Buffer),
                            &Enabler->Head, Attributes, FX_PARENT_FORBIDDEN,
                            Caller, &Buffer);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Buffer->Head.Passive = TRUE;
    Buffer->Head.Dispose = BufferDispose;
    Buffer->Enabler = Enabler;
    Buffer->Length = Length;
    Buffer->Mask = Config ? Config->AlignmentRequirement : Enabler->Alignment;
    Status = Allocate(Buffer, Globals->Minor < 11);
    if (!NT_SUCCESS(Status)) {
        FxObjectAbandon(&Buffer->Head);
        return Status;
    }
    *Handle = FxHandle(Buffer);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfCommonBufferCreate(PWDF_DRIVER_GLOBALS Globals,
                                     WDFDMAENABLER EnablerHandle,
                                     SIZE_T Length,
                                     PWDF_OBJECT_ATTRIBUTES Attributes,
                                     WDFCOMMONBUFFER *Handle)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, EnablerHandle);
    NTSTATUS Status;

    FX_REQUIRE(Handle);
    *Handle = NULL;
    Status = FX_CHECK_PASSIVE();
    if (NT_SUCCESS(Status)) {
        Status = Create(FxGlobals(Globals), Enabler, Length, NULL, Attributes,
                        __builtin_return_address(0), Handle);
    }
    return FxOutcome(Status);
}

NTSTATUS NTAPI
WdfCommonBufferCreateWithConfig(PWDF_DRIVER_GLOBALS Globals,
                                WDFDMAENABLER EnablerHandle, SIZE_T Length,
                                PWDF_COMMON_BUFFER_CONFIG Config,
                                PWDF_OBJECT_ATTRIBUTES Attributes,
                                WDFCOMMONBUFFER *Handle)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, EnablerHandle);
    NTSTATUS Status;

    FX_REQUIRE(Config);
    if (Config->Size != sizeof(*Config)) {
        return FxOutcome(STATUS_INFO_LENGTH_MISMATCH);
    }
    FX_REQUIRE(Handle);
    *Handle = NULL;
    Status = FX_CHECK_PASSIVE();
    if (NT_SUCCESS(Status)) {
        Status = Create(FxGlobals(Globals), Enabler, Length, Config,
                        Attributes, __builtin_return_address(0), Handle);
    }
    return FxOutcome(Status);
}

PVOID NTAPI
WdfCommonBufferGetAlignedVirtualAddress(PWDF_DRIVER_GLOBALS Globals,
                                        WDFCOMMONBUFFER Handle)
{
    FX_COMMON_BUFFER *Buffer = FX_OBJECT_OF(CommonBuffer, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Buffer->Va;
}

PHYSICAL_ADDRESS NTAPI
WdfCommonBufferGetAlignedLogicalAddress(PWDF_DRIVER_GLOBALS Globals,
                                        WDFCOMMONBUFFER Handle)
{
    FX_COMMON_BUFFER *Buffer = FX_OBJECT_OF(CommonBuffer, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Buffer->Logical;
}

SIZE_T NTAPI WdfCommonBufferGetLength(PWDF_DRIVER_GLOBALS Globals,
                                      WDFCOMMONBUFFER Handle)
{
    FX_COMMON_BUFFER *Buffer = FX_OBJECT_OF(CommonBuffer, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxFaults() & NTS_FAULT_WDF_LENGTH ? Buffer->Length + 1
                                             : Buffer->Length;
}
