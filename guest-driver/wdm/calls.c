/* SPDX-License-Identifier: MIT */
/* The calls under test, one behind the other in a table. */
#include "call.h"
#include "core/text.h"

VOID
CallSetBuffer(CBX_ALLOCATION *Allocation, ULONG Element, PVOID Va,
              PHYSICAL_ADDRESS Logical)
{
    Allocation->Buffers[Element].va = Va;
    Allocation->Buffers[Element].logical = (ULONGLONG)Logical.QuadPart;
}

/* ---- AllocateCommonBuffer, AllocateCommonBufferEx ---------------------- */

static BOOLEAN
CommonIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, AllocateCommonBuffer);
}

static BOOLEAN
CommonAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    PVOID Va;

    Va = Adapter->Operations->AllocateCommonBuffer(
        Adapter->Dma, Request->Length, &Logical, !Request->Uncached);
    CallSetBuffer(Allocation, 0, Va, Logical);
    return Va != NULL;
}

static BOOLEAN
CommonExIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, AllocateCommonBufferEx);
}

static BOOLEAN
CommonExAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    PHYSICAL_ADDRESS Maximum = { .QuadPart = (LONGLONG)Request->Maximum };
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    PVOID Va;

    Va = Adapter->Operations->AllocateCommonBufferEx(
        Adapter->Dma, Request->Maximum ? &Maximum : NULL, Request->Length,
        &Logical, !Request->Uncached, Request->Node);
    CallSetBuffer(Allocation, 0, Va, Logical);
    return Va != NULL;
}

VOID
CallFreeCommon(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed,
               PVOID Context)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    CbxBuffer *Buffer = &Allocation->Buffers[0];
    PHYSICAL_ADDRESS Logical = { .QuadPart = (LONGLONG)Buffer->logical };

    Adapter->Operations->FreeCommonBuffer(Adapter->Dma, Request->Length,
                                          Logical, (PVOID)Buffer->va,
                                          !Request->Uncached);
    Freed(Context, Buffer);
}

/* ---- AllocateCommonBufferVector ---------------------------------------- */

static BOOLEAN
VectorIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, AllocateCommonBufferVector) &&
           CBX_DMA_HAS(Operations, GetCommonBufferFromVectorByIndex) &&
           CBX_DMA_HAS(Operations, FreeCommonBufferFromVector) &&
           CBX_DMA_HAS(Operations, FreeCommonBufferVector);
}

static BOOLEAN
VectorAllocate(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    PHYSICAL_ADDRESS Low = { .QuadPart = (LONGLONG)Request->Minimum };
    PHYSICAL_ADDRESS High = {
        .QuadPart = Request->Maximum ? (LONGLONG)Request->Maximum : -1
    };

    Allocation->Status = Adapter->Operations->AllocateCommonBufferVector(
        Adapter->Dma, Low, High, Request->Uncached ? MmNonCached : MmCached,
        Request->Node, 0, Request->Elements, Request->Length,
        &Allocation->Vector);
    if (!NT_SUCCESS(Allocation->Status)) {
        return FALSE;
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
        PVOID Va = NULL;

        Adapter->Operations->GetCommonBufferFromVectorByIndex(
            Adapter->Dma, Allocation->Vector, i, &Va, &Logical);
        CallSetBuffer(Allocation, i, Va, Logical);
    }
    return TRUE;
}

static VOID
VectorFree(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed, PVOID Context)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;

    if (Request->ElementsFirst) {
        for (ULONG i = 0; i < Request->Elements; i++) {
            Adapter->Operations->FreeCommonBufferFromVector(
                Adapter->Dma, Allocation->Vector, i);
            Freed(Context, &Allocation->Buffers[i]);
        }
    }
    Adapter->Operations->FreeCommonBufferVector(Adapter->Dma,
                                                Allocation->Vector);
    if (!Request->ElementsFirst) {
        for (ULONG i = 0; i < Request->Elements; i++) {
            Freed(Context, &Allocation->Buffers[i]);
        }
    }
}

/* ---- All of them ------------------------------------------------------- */

static const CBX_CALL CallCommon = {
    CBX_API_ALLOCATE_COMMON_BUFFER, CommonIsOffered, CommonAllocate,
    CallFreeCommon,
};
static const CBX_CALL CallCommonEx = {
    CBX_API_ALLOCATE_COMMON_BUFFER_EX, CommonExIsOffered, CommonExAllocate,
    CallFreeCommon,
};
static const CBX_CALL CallVector = {
    CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR, VectorIsOffered, VectorAllocate,
    VectorFree,
};

static const CBX_CALL *const Calls[] = {
    &CallCommon,
    &CallCommonEx,
    &CallVector,
    &CallWithBounds,
    &CallDomain,
    &CallFromMdl,
    &CallHal,
};

static const CBX_CALL *
CallFind(ULONG Api)
{
    for (ULONG i = 0; i < ARRAYSIZE(Calls); i++) {
        if (Calls[i]->Api == Api) {
            return Calls[i];
        }
    }
    return NULL;
}

BOOLEAN
CallIsKnown(ULONG Api)
{
    return CallFind(Api) != NULL;
}

/* Vectors: from the oldest build that is known to have them. */
ULONG
CallSinceBuild(ULONG Api)
{
    switch (Api) {
    case CBX_API_ALLOCATE_COMMON_BUFFER_EX:
    case CBX_API_GET_DMA_ADAPTER_INFO:
        return 9200;        /* Windows 8 */
    case CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER:
    case CBX_API_FLUSH_DMA_BUFFER:
    case CBX_API_JOIN_DMA_DOMAIN:
        return 10240;       /* Windows 10 */
    case CBX_API_ALLOCATE_WITH_BOUNDS:
        return 17134;       /* version 1803 */
    case CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR:
        return 19041;       /* version 2004 */
    case CBX_API_CREATE_COMMON_BUFFER_FROM_MDL:
        return 20348;       /* Windows Server 2022 */
    default:
        return 0;
    }
}

BOOLEAN
CallIsOffered(ULONG Api, const CBX_ADAPTER *Adapter)
{
    const CBX_CALL *Call = CallFind(Api);

    return Call && Adapter->Dma && Call->IsOffered(Adapter->Operations);
}

static VOID
CallDescribe(const CBX_REQUEST *Request, const CBX_ADAPTER *Adapter,
             ULONG Element, char *Variant)
{
    CbxText Text;

    cbx_text_init(&Text, Variant, CALLS_VARIANT_MAX);
    cbx_text_dec(&Text, Request->Length);
    cbx_text_add(&Text, Request->Length == 1 ? " byte" : " bytes");
    if (Request->Minimum) {
        cbx_text_add(&Text, " from ");
        cbx_text_hex(&Text, Request->Minimum);
    }
    if (Request->Maximum) {
        cbx_text_add(&Text, " up to ");
        cbx_text_hex(&Text, Request->Maximum);
    }
    cbx_text_add(&Text, Request->DefaultCache ? ", default cache type" :
                        Request->Uncached ? ", uncached" : ", cached");
    if (Request->Node) {
        cbx_text_add(&Text, ", node ");
        cbx_text_dec(&Text, Request->Node);
    }
    cbx_text_add(&Text, ", adapter ");
    cbx_text_add(&Text, Adapter->Name);
    if (Request->SubSection) {
        cbx_text_add(&Text, ", sub-section");
    }
    if (Request->ReadWrite) {
        cbx_text_add(&Text, ", for reading and writing");
    }
    if (Request->Api == CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR) {
        cbx_text_add(&Text, ", element ");
        cbx_text_dec(&Text, Element);
        cbx_text_add(&Text, " of ");
        cbx_text_dec(&Text, Request->Elements);
        cbx_text_add(&Text, Request->ElementsFirst ? ", freed one by one"
                                                   : ", freed at once");
    }
}

static BOOLEAN
CallTakesNode(ULONG Api)
{
    return Api != CBX_API_ALLOCATE_COMMON_BUFFER &&
           Api != CBX_API_HAL_ALLOCATE_COMMON_BUFFER &&
           Api != CBX_API_CREATE_COMMON_BUFFER_FROM_MDL;
}

static VOID
CallPrepare(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    const CBX_ADAPTER *Adapter = Allocation->Adapter;
    ULONGLONG Maximum = Adapter->LastAddress;

    if (Request->Maximum && Request->Maximum < Maximum) {
        Maximum = Request->Maximum;
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        CbxBuffer *Buffer = &Allocation->Buffers[i];

        Buffer->api = Request->Api;
        Buffer->element = i;
        Buffer->length = Request->Length;
        Buffer->min = Request->Minimum;
        Buffer->max = Maximum;
        Buffer->align = PAGE_SIZE;
        Buffer->cache = Request->DefaultCache ? CBX_CACHE_DEFAULT :
                        Request->Uncached ? CBX_CACHE_NONCACHED
                                          : CBX_CACHE_CACHED;
        Buffer->node = CallTakesNode(Request->Api) ? Request->Node
                                                   : CBX_NODE_ANY;
        Buffer->variant = Allocation->Variants[i];
        CallDescribe(Request, Adapter, i, Allocation->Variants[i]);
    }
}

BOOLEAN
CallAllocate(CBX_ALLOCATION *Allocation, const CBX_REQUEST *Request,
             const CBX_ADAPTER *Adapter)
{
    RtlZeroMemory(Allocation, sizeof(*Allocation));
    Allocation->Request = Request;
    Allocation->Adapter = Adapter;
    CallPrepare(Allocation);
    return CallFind(Request->Api)->Allocate(Allocation);
}

VOID
CallFree(CBX_ALLOCATION *Allocation, CBX_CALL_FREED *Freed, PVOID Context)
{
    CallFind(Allocation->Request->Api)->Free(Allocation, Freed, Context);
}
