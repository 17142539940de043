/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFMEMORY: pool with the life of an object. */
#include "wdf.h"

typedef struct _FX_MEMORY {
    FX_OBJECT Head;
    PVOID Buffer;
    SIZE_T BufferSize;
} FX_MEMORY;

/* References keep the buffer, so it goes with the object's own memory. */
static VOID MemoryDestroy(FX_OBJECT *Object)
{
    FX_MEMORY *Memory = CONTAINING_RECORD(Object, FX_MEMORY, Head);

    if (Memory->Buffer) {
        ExFreePoolWithTag(Memory->Buffer, 0);
    }
}

NTSTATUS NTAPI WdfMemoryCreate(PWDF_DRIVER_GLOBALS Globals,
                               PWDF_OBJECT_ATTRIBUTES Attributes,
                               POOL_TYPE PoolType, ULONG PoolTag,
                               SIZE_T BufferSize, WDFMEMORY *Handle,
                               PVOID *Buffer)
{
    FX_MEMORY *Memory;
    NTSTATUS Status;

    FX_REQUIRE(Handle);
    if (!BufferSize) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = FxObjectCreate(FxTypeMemory, sizeof(*Memory),
                            &FxGlobals(Globals)->Driver->Head, Attributes, 0,
                            __builtin_return_address(0), &Memory);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Memory->Head.Destroy = MemoryDestroy;
    Memory->BufferSize = BufferSize;
    Memory->Buffer = ExAllocatePoolWithTag(PoolType, BufferSize,
                                           PoolTag ? PoolTag
                                                   : Globals->DriverTag);
    if (!Memory->Buffer) {
        FxObjectAbandon(&Memory->Head);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Handle = FxHandle(Memory);
    if (Buffer) {
        *Buffer = Memory->Buffer;
    }
    return STATUS_SUCCESS;
}

PVOID NTAPI WdfMemoryGetBuffer(PWDF_DRIVER_GLOBALS Globals, WDFMEMORY Handle,
                               SIZE_T *BufferSize)
{
    FX_MEMORY *Memory = FX_OBJECT_OF(Memory, Handle);

    UNREFERENCED_PARAMETER(Globals);
    if (BufferSize) {
        *BufferSize = Memory->BufferSize;
    }
    return Memory->Buffer;
}
