/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_CALLS_H
#define CBX_VIDEO_CALLS_H

#include "core/buffer.h"
#include "vp.h"

enum { CALLS_VARIANT_MAX = 96 };

/* The limits under which buffers are asked for: one adapter each. */
typedef enum _CBX_ADAPTER_KIND {
    AdapterBits64,      /* Dma64BitAddresses */
    AdapterBits32,      /* Dma32BitAddresses */
    AdapterKinds
} CBX_ADAPTER_KIND;

/* One allocation to be made, as a row of the plan. */
typedef struct _CBX_REQUEST {
    ULONG Api;                  /* CBX_API_VIDEOPORT_* */
    CBX_ADAPTER_KIND Adapter;
    ULONG Length;               /* bytes */
    BOOLEAN Uncached;
} CBX_REQUEST;

/* What came of it. */
typedef struct _CBX_ALLOCATION {
    const CBX_REQUEST *Request;
    PVP_DMA_ADAPTER Adapter;
    ULONG ActualLength;         /* VideoPortGetCommonBuffer */
    CbxBuffer Buffer;
    char Variant[CALLS_VARIANT_MAX];
} CBX_ALLOCATION;

/* NULL: the system has no such adapter. */
PVP_DMA_ADAPTER CallsAdapterStart(_In_ PVOID Extension,
                                  _In_ CBX_ADAPTER_KIND Kind,
                                  _In_ ULONG MaximumLength);

/*
 * Makes the request; FALSE when the call failed. DeviceLast is the highest
 * address that the device can put on the bus.
 */
BOOLEAN CallsAllocate(_Out_ CBX_ALLOCATION *Allocation, _In_ PVOID Extension,
                      _In_ PVP_DMA_ADAPTER Adapter,
                      _In_ const CBX_REQUEST *Request,
                      _In_ ULONGLONG DeviceLast);
VOID CallsFree(_Inout_ CBX_ALLOCATION *Allocation, _In_ PVOID Extension);

#endif /* CBX_VIDEO_CALLS_H */
