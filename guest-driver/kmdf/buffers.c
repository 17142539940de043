/* SPDX-License-Identifier: MIT */
#include "buffers.h"

#include "cbx/abi.h"
#include "core/text.h"

/* A deferred deletion takes milliseconds; beyond this it is lost. */
enum { BUFFERS_TIMEOUT_MS = 5000 };

/* ---- What happens to the objects ---------------------------------------- */

typedef struct _CBX_LIFE_CONTEXT {
    CBX_WDF_ALLOCATION *Allocation;
    CBX_LIFE *Life;
} CBX_LIFE_CONTEXT;

WDF_DECLARE_CONTEXT(CBX_LIFE_CONTEXT, LifeContext)
WDF_DEFINE_CONTEXT(CBX_LIFE_CONTEXT, LifeContext)

static EVT_WDF_OBJECT_CONTEXT_CLEANUP BufferCleanup;
static VOID NTAPI
BufferCleanup(WDFOBJECT Object)
{
    CBX_LIFE_CONTEXT *Context = LifeContext(Object);

    Context->Life->Cleanups++;
    Context->Life->CleanupTick = ++Context->Allocation->Ticks;
}

static EVT_WDF_OBJECT_CONTEXT_DESTROY BufferDestroy;
static VOID NTAPI
BufferDestroy(WDFOBJECT Object)
{
    CBX_LIFE_CONTEXT *Context = LifeContext(Object);

    Context->Life->Destroys++;
    Context->Life->DestroyTick = ++Context->Allocation->Ticks;
    KeSetEvent(&Context->Life->Destroyed, IO_NO_INCREMENT, FALSE);
}

static VOID
BufferAttributes(WDF_OBJECT_ATTRIBUTES *Attributes)
{
    *Attributes = (WDF_OBJECT_ATTRIBUTES) WDF_OBJECT_ATTRIBUTES_VALUE;
    Attributes->EvtCleanupCallback = BufferCleanup;
    Attributes->EvtDestroyCallback = BufferDestroy;
    Attributes->ContextTypeInfo = &LifeContextInfo;
}

BOOLEAN
BufferLifeWasGood(const CBX_WDF_ALLOCATION *Allocation)
{
    const CBX_LIFE *Buffer = &Allocation->BufferLife;
    const CBX_LIFE *Enabler = &Allocation->EnablerLife;

    return Buffer->Cleanups == 1 && Buffer->Destroys == 1 &&
           Enabler->Cleanups == 1 && Enabler->Destroys == 1 &&
           Buffer->CleanupTick < Buffer->DestroyTick &&
           Buffer->CleanupTick < Enabler->CleanupTick &&
           Enabler->CleanupTick < Enabler->DestroyTick;
}

/* ---- Making them -------------------------------------------------------- */

static VOID
BufferDescribe(CBX_WDF_ALLOCATION *Allocation)
{
    static const char *const Deletions[] = {
        [DeleteBuffer] = "",
        [DeleteParent] = ", deleted by its parent",
        [DeleteAtDispatch] = ", deleted at DISPATCH_LEVEL",
    };
    const CBX_WDF_REQUEST *Request = Allocation->Request;
    CbxText Text;

    cbx_text_init(&Text, Allocation->Variant, sizeof(Allocation->Variant));
    cbx_text_dec(&Text, Request->Length);
    cbx_text_add(&Text, Request->Length == 1 ? " byte" : " bytes");
    if (Request->Api == CBX_API_WDF_COMMON_BUFFER_CREATE_CFG) {
        cbx_text_add(&Text, ", alignment mask ");
        cbx_text_hex(&Text, Request->Mask);
    }
    if (Request->DeviceMask) {
        cbx_text_add(&Text, ", the device's alignment mask ");
        cbx_text_hex(&Text, Request->DeviceMask);
    }
    cbx_text_add(&Text, ", enabler ");
    cbx_text_add(&Text, EnablerName(Request->Enabler));
    cbx_text_add(&Text, Deletions[Request->Deletion]);
}

/* The mask that holds for the request. */
static ULONG
BufferMask(const CBX_WDF_REQUEST *Request)
{
    return Request->Api == CBX_API_WDF_COMMON_BUFFER_CREATE_CFG
           ? Request->Mask : Request->DeviceMask;
}

static VOID
BufferPrepare(CBX_WDF_ALLOCATION *Allocation, ULONG DeviceBits)
{
    const CBX_WDF_REQUEST *Request = Allocation->Request;
    CbxBuffer *Buffer = &Allocation->Buffer;
    ULONG Mask = BufferMask(Request);

    BufferDescribe(Allocation);
    KeInitializeEvent(&Allocation->BufferLife.Destroyed, NotificationEvent,
                      FALSE);
    KeInitializeEvent(&Allocation->EnablerLife.Destroyed, NotificationEvent,
                      FALSE);
    Buffer->api = Request->Api;
    Buffer->length = Request->Length;
    Buffer->max = EnablerLastAddress(Request->Enabler, DeviceBits);
    Buffer->align = Mask < PAGE_SIZE ? PAGE_SIZE : (ULONGLONG)Mask + 1;
    /* The framework allocates so much more, and says not where. */
    Buffer->slack = Mask < PAGE_SIZE ? 0 : Mask;
    Buffer->cache = CBX_CACHE_CACHED;
    Buffer->node = CBX_NODE_ANY;
    Buffer->variant = Allocation->Variant;
}

static NTSTATUS
BufferMakeEnabler(CBX_WDF_ALLOCATION *Allocation, WDFDEVICE Device,
                  ULONG DeviceBits)
{
    const CBX_WDF_REQUEST *Request = Allocation->Request;
    ULONG OldMask = WdfDeviceGetAlignmentRequirement(Device);
    WDF_OBJECT_ATTRIBUTES Attributes;
    CBX_LIFE_CONTEXT *Context;
    NTSTATUS Status;

    /* The enabler takes it over when it is made. */
    if (Request->DeviceMask) {
        WdfDeviceSetAlignmentRequirement(Device, Request->DeviceMask);
    }
    BufferAttributes(&Attributes);
    Status = EnablerCreate(Device, Request->Enabler, DeviceBits,
                           (SIZE_T)Request->Length + BufferMask(Request),
                           &Attributes, &Allocation->Enabler);
    WdfDeviceSetAlignmentRequirement(Device, OldMask);
    if (NT_SUCCESS(Status)) {
        Context = LifeContext(Allocation->Enabler);
        Context->Allocation = Allocation;
        Context->Life = &Allocation->EnablerLife;
    }
    return Status;
}

static NTSTATUS
BufferMake(CBX_WDF_ALLOCATION *Allocation)
{
    const CBX_WDF_REQUEST *Request = Allocation->Request;
    WDF_COMMON_BUFFER_CONFIG Config = {
        .Size = sizeof(Config),
        .AlignmentRequirement = Request->Mask,
    };
    WDF_OBJECT_ATTRIBUTES Attributes;
    CBX_LIFE_CONTEXT *Context;
    NTSTATUS Status;

    BufferAttributes(&Attributes);
    if (Request->Api == CBX_API_WDF_COMMON_BUFFER_CREATE_CFG) {
        Status = WdfCommonBufferCreateWithConfig(Allocation->Enabler,
                                                 Request->Length, &Config,
                                                 &Attributes,
                                                 &Allocation->Handle);
    } else {
        Status = WdfCommonBufferCreate(Allocation->Enabler, Request->Length,
                                       &Attributes, &Allocation->Handle);
    }
    if (NT_SUCCESS(Status)) {
        Context = LifeContext(Allocation->Handle);
        Context->Allocation = Allocation;
        Context->Life = &Allocation->BufferLife;
    }
    return Status;
}

static VOID
BufferGet(CBX_WDF_ALLOCATION *Allocation)
{
    WDFCOMMONBUFFER Handle = Allocation->Handle;
    PVOID Va = WdfCommonBufferGetAlignedVirtualAddress(Handle);
    PHYSICAL_ADDRESS Logical = WdfCommonBufferGetAlignedLogicalAddress(Handle);

    Allocation->Buffer.va = Va;
    Allocation->Buffer.logical = (ULONGLONG)Logical.QuadPart;
    Allocation->SeenLength = WdfCommonBufferGetLength(Handle);
    Allocation->Steady =
        WdfCommonBufferGetAlignedVirtualAddress(Handle) == Va &&
        WdfCommonBufferGetAlignedLogicalAddress(Handle).QuadPart ==
            Logical.QuadPart &&
        WdfCommonBufferGetLength(Handle) == Allocation->SeenLength;
}

BOOLEAN
BufferAllocate(CBX_WDF_ALLOCATION *Allocation, const CBX_WDF_REQUEST *Request,
               WDFDEVICE Device, ULONG DeviceBits)
{
    RtlZeroMemory(Allocation, sizeof(*Allocation));
    Allocation->Request = Request;
    BufferPrepare(Allocation, DeviceBits);
    Allocation->EnablerStatus = BufferMakeEnabler(Allocation, Device,
                                                  DeviceBits);
    if (!NT_SUCCESS(Allocation->EnablerStatus)) {
        return FALSE;
    }
    Allocation->Status = BufferMake(Allocation);
    if (!NT_SUCCESS(Allocation->Status)) {
        goto cleanupEnabler;
    }
    BufferGet(Allocation);
    return TRUE;

cleanupEnabler:
    WdfObjectDelete(Allocation->Enabler);
    Allocation->Enabler = NULL;
    return FALSE;
}

/* ---- Deleting them ------------------------------------------------------ */

static BOOLEAN
BufferAwait(CBX_LIFE *Life)
{
    /* negative: relative, in units of 100 ns */
    LARGE_INTEGER Timeout = { .QuadPart = -BUFFERS_TIMEOUT_MS * 10000ll };

    return KeWaitForSingleObject(&Life->Destroyed, Executive, KernelMode,
                                 FALSE, &Timeout) == STATUS_SUCCESS;
}

BOOLEAN
BufferFree(CBX_WDF_ALLOCATION *Allocation)
{
    KIRQL OldIrql;

    switch (Allocation->Request->Deletion) {
    case DeleteBuffer:
        WdfObjectDelete(Allocation->Handle);
        break;
    case DeleteParent:
        WdfObjectDelete(Allocation->Enabler);
        Allocation->Enabler = NULL;
        break;
    case DeleteAtDispatch:
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        WdfObjectDelete(Allocation->Handle);
        KeLowerIrql(OldIrql);
        break;
    }
    Allocation->Handle = NULL;
    return BufferAwait(&Allocation->BufferLife);
}

BOOLEAN
BufferEnd(CBX_WDF_ALLOCATION *Allocation)
{
    if (Allocation->Enabler) {
        WdfObjectDelete(Allocation->Enabler);
        Allocation->Enabler = NULL;
    }
    return BufferAwait(&Allocation->EnablerLife);
}
