/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_MEMORY_H
#define CBX_NET_MEMORY_H

#include "core/buffer.h"
#include "nt.h"

enum {
    /* 64 KiB and a byte, in pages */
    MEMORY_ELEMENTS_MAX = 17,
    MEMORY_VARIANT_MAX = 96,
    MEMORY_LENGTH_MAX = 1024 * 1024,
    /* Bytes that the device moves at once, of a frame and what lies before. */
    MEMORY_MAPPING_MAX = 64 * 1024,
};

/* One allocation to be made, as a row of the plan. */
typedef struct _CBX_NET_REQUEST {
    ULONG Api;                  /* CBX_API_* */
    ULONG Length;               /* bytes */
    BOOLEAN Wide;               /* by the DMA channel of 64 bits */
    BOOLEAN Uncached;
    BOOLEAN Contiguous;         /* asked of a provider */
    NDIS_SHARED_MEMORY_USAGE Usage;
    ULONG Node;                 /* preferred, of a provider */
} CBX_NET_REQUEST;

/* How the last asynchronous allocation ended. */
typedef struct _CBX_NET_COMPLETION {
    ULONG Count;
    PVOID Va;
    PHYSICAL_ADDRESS Address;
    ULONG Length;
    PVOID Context;
    KIRQL Irql;
} CBX_NET_COMPLETION;

/* The DMA channel and what goes through it. */
typedef struct _CBX_NET_MEMORY {
    NDIS_HANDLE Miniport;
    NDIS_HANDLE Dma;            /* NULL: there is no channel */
    ULONG Bits;                 /* of its addresses */
    ULONG ListSize;             /* that holds a frame's scatter/gather list */
    KEVENT Completed;
    CBX_NET_COMPLETION Completion;
} CBX_NET_MEMORY;

/* What came of a request. */
typedef struct _CBX_NET_ALLOCATION {
    const CBX_NET_REQUEST *Request;
    NDIS_STATUS Status;         /* of a call that returns one */
    NDIS_HANDLE Handle;         /* of NdisAllocateSharedMemory */
    NDIS_SHARED_MEMORY_PARAMETERS Parameters;
    union {
        SCATTER_GATHER_LIST List;
        UCHAR Room[sizeof(SCATTER_GATHER_LIST) +
                   MEMORY_ELEMENTS_MAX * sizeof(SCATTER_GATHER_ELEMENT)];
    } u;
    ULONG Elements;             /* of these two */
    CbxBuffer Buffers[MEMORY_ELEMENTS_MAX];
    char Variants[MEMORY_ELEMENTS_MAX][MEMORY_VARIANT_MAX];
} CBX_NET_ALLOCATION;

/*
 * Registers a DMA channel of 32 or 64 bits, which shared memory comes through.
 * Only within MiniportInitializeEx.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NDIS_STATUS MemoryStart(_Out_ CBX_NET_MEMORY *Memory,
                        _In_ NDIS_HANDLE Miniport, _In_ ULONG Bits);

/* Harmless when there is no channel. All memory is freed by then. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID MemoryStop(_Inout_ CBX_NET_MEMORY *Memory);

/* What MiniportSharedMemoryAllocateComplete does. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID MemoryComplete(_Inout_ CBX_NET_MEMORY *Memory, _In_opt_ PVOID Va,
                    _In_ const PHYSICAL_ADDRESS *Address, _In_ ULONG Length,
                    _In_opt_ PVOID Context);

/*
 * Makes the request; fills in the buffers, with what was asked for and what
 * was returned. FALSE when the call failed: nothing is allocated then, and
 * only the first variant is valid.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN MemoryAllocate(_Out_ CBX_NET_ALLOCATION *Allocation,
                       _In_ const CBX_NET_REQUEST *Request,
                       _Inout_ CBX_NET_MEMORY *Memory);

_IRQL_requires_max_(PASSIVE_LEVEL)
VOID MemoryFree(_Inout_ CBX_NET_ALLOCATION *Allocation,
                _In_ CBX_NET_MEMORY *Memory);

#endif /* CBX_NET_MEMORY_H */
