/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_CALLS_H
#define CBX_WDM_CALLS_H

#include "adapter.h"
#include "core/buffer.h"

enum {
    CALLS_ELEMENTS_MAX = 4,
    CALLS_VARIANT_MAX = 112,
};

/* One allocation to be made, as a row of the plan. */
typedef struct _CBX_REQUEST {
    ULONG Api;                  /* CBX_API_* */
    CBX_ADAPTER_KIND Adapter;
    ULONG Length;               /* bytes, of each element */
    ULONG Elements;             /* 1 unless the call makes vectors */
    /*
     * Preferred, where the call takes one. Plain numbers only: what
     * MM_ANY_NODE_OK does is not documented, and 0 there always is.
     */
    ULONG Node;
    ULONGLONG Minimum;          /* lowest address allowed; 0: not given */
    ULONGLONG Maximum;          /* highest address allowed; 0: not given */
    BOOLEAN Uncached;
    BOOLEAN DefaultCache;       /* no cache type given: the platform's */
    BOOLEAN SubSection;         /* MDL: from the second page of a longer one */
    BOOLEAN ReadWrite;          /* MDL: with access permissions given: both */
    BOOLEAN ElementsFirst;      /* vectors: free each, then the vector */
} CBX_REQUEST;

/* What came of it. */
typedef struct _CBX_ALLOCATION {
    const CBX_REQUEST *Request;
    const CBX_ADAPTER *Adapter;
    NTSTATUS Status;            /* of a call that returns one */
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    PVOID Pages;                /* ours, for an MDL */
    PMDL Mdl;
    CbxBuffer Buffers[CALLS_ELEMENTS_MAX];
    char Variants[CALLS_ELEMENTS_MAX][CALLS_VARIANT_MAX];
} CBX_ALLOCATION;

/* Told after each free of buffers, with those that are gone. */
typedef VOID CBX_CALL_FREED(_In_ PVOID Context, _In_ CbxBuffer *Buffer);

/* Does this driver know the call at all? */
BOOLEAN CallIsKnown(_In_ ULONG Api);

/* First build of Windows of which documentation says that it has the call. */
ULONG CallSinceBuild(_In_ ULONG Api);

/* Does the system offer the call through this adapter? */
BOOLEAN CallIsOffered(_In_ ULONG Api, _In_ const CBX_ADAPTER *Adapter);

/*
 * Makes the request; fills in the buffers, with what was asked for and what
 * was returned. FALSE when the call failed: nothing is allocated then, and
 * only the variants are valid.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN CallAllocate(_Out_ CBX_ALLOCATION *Allocation,
                     _In_ const CBX_REQUEST *Request,
                     _In_ const CBX_ADAPTER *Adapter);

/* Frees it the way the request says and tells Freed of each buffer. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID CallFree(_Inout_ CBX_ALLOCATION *Allocation, _In_ CBX_CALL_FREED *Freed,
              _In_ PVOID Context);

#endif /* CBX_WDM_CALLS_H */
