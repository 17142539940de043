/* SPDX-License-Identifier: MIT */
/* The calls under test: the current pair, and the obsolete one. */
#include "calls.h"

#include "cbx/abi.h"
#include "core/text.h"

/* Documented granularity of a common buffer's address: a page. */
enum { CALLS_PAGE = 4096 };

static const struct {
    const char *Name;
    ULONGLONG Last;     /* highest address that the description allows */
} CallsAdapters[AdapterKinds] = {
    [AdapterBits64] = { "64 bits", ~0ull },
    [AdapterBits32] = { "32 bits", 0xffffffffull },
};

PVP_DMA_ADAPTER
CallsAdapterStart(PVOID Extension, CBX_ADAPTER_KIND Kind, ULONG MaximumLength)
{
    VP_DEVICE_DESCRIPTION Description = {
        .ScatterGather = TRUE,
        /* Kept TRUE for both: some systems look at nothing else. */
        .Dma32BitAddresses = TRUE,
        .Dma64BitAddresses = Kind == AdapterBits64,
        .MaximumLength = MaximumLength,
    };

    return VideoPortGetDmaAdapter(Extension, &Description);
}

static VOID
CallsDescribe(CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    CbxText Text;

    cbx_text_init(&Text, Allocation->Variant, CALLS_VARIANT_MAX);
    cbx_text_dec(&Text, Request->Length);
    cbx_text_add(&Text, Request->Length == 1 ? " byte" : " bytes");
    cbx_text_add(&Text, Request->Uncached ? ", uncached" : ", cached");
    cbx_text_add(&Text, ", adapter ");
    cbx_text_add(&Text, CallsAdapters[Request->Adapter].Name);
}

static VOID
CallsPrepare(CBX_ALLOCATION *Allocation, ULONGLONG DeviceLast)
{
    const CBX_REQUEST *Request = Allocation->Request;
    CbxBuffer *Buffer = &Allocation->Buffer;
    ULONGLONG Last = CallsAdapters[Request->Adapter].Last;

    Buffer->api = Request->Api;
    Buffer->length = Request->Length;
    Buffer->max = Last < DeviceLast ? Last : DeviceLast;
    Buffer->align = CALLS_PAGE;
    Buffer->cache = Request->Uncached ? CBX_CACHE_NONCACHED
                                      : CBX_CACHE_CACHED;
    Buffer->node = CBX_NODE_ANY;
    Buffer->variant = Allocation->Variant;
}

BOOLEAN
CallsAllocate(CBX_ALLOCATION *Allocation, PVOID Extension,
              PVP_DMA_ADAPTER Adapter, const CBX_REQUEST *Request,
              ULONGLONG DeviceLast)
{
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    PVOID Va;

    VideoPortZeroMemory(Allocation, sizeof(*Allocation));
    Allocation->Request = Request;
    Allocation->Adapter = Adapter;
    CallsDescribe(Allocation);
    CallsPrepare(Allocation, DeviceLast);
    if (Request->Api == CBX_API_VIDEOPORT_GET) {
        Va = VideoPortGetCommonBuffer(Extension, Request->Length, 0, &Logical,
                                      &Allocation->ActualLength,
                                      !Request->Uncached);
    } else {
        Va = VideoPortAllocateCommonBuffer(Extension, Adapter,
                                           Request->Length, &Logical,
                                           !Request->Uncached, NULL);
    }
    Allocation->Buffer.va = Va;
    Allocation->Buffer.logical = (ULONGLONG)Logical.QuadPart;
    return Va != NULL;
}

/* The two frees take the addresses in opposite order. */
VOID
CallsFree(CBX_ALLOCATION *Allocation, PVOID Extension)
{
    const CBX_REQUEST *Request = Allocation->Request;
    PVOID Va = (PVOID)Allocation->Buffer.va;
    PHYSICAL_ADDRESS Logical = {
        .QuadPart = (LONGLONG)Allocation->Buffer.logical
    };

    if (Request->Api == CBX_API_VIDEOPORT_GET) {
        VideoPortFreeCommonBuffer(Extension, Allocation->ActualLength, Va,
                                  Logical, !Request->Uncached);
    } else {
        VideoPortReleaseCommonBuffer(Extension, Allocation->Adapter,
                                     Request->Length, Logical, Va,
                                     !Request->Uncached);
    }
}
