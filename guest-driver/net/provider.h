/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_PROVIDER_H
#define CBX_NET_PROVIDER_H

#include "nt.h"

/*
 * A shared memory provider: NetAllocateSharedMemory and NetFreeSharedMemory,
 * answered with common buffers of an adapter of its own. It notes how it was
 * called, for the checks of provider_check.c.
 */

enum { PROVIDER_BLOCKS_MAX = 4 };

/* One allocation; its address is the provider's context for it. */
typedef struct _CBX_NET_BLOCK {
    PVOID Va;                   /* NULL: the entry is free */
    PHYSICAL_ADDRESS Logical;
    ULONG Length;
} CBX_NET_BLOCK;

/* The last call of a handler, as it arrived. */
typedef struct _CBX_NET_CALL {
    ULONG Count;                /* calls so far */
    NDIS_HANDLE ProviderContext;
    NDIS_HANDLE AllocationContext;
    HANDLE Thread;
    KIRQL Irql;
    NDIS_STATUS Status;         /* that was returned */
    NDIS_SHARED_MEMORY_PARAMETERS Parameters;   /* as they came in */
} CBX_NET_CALL;

typedef struct _CBX_NET_PROVIDER {
    KMUTEX Lock;                /* held while it is up */
    CBX_DMA_ADAPTER *Dma;       /* NULL: not up, each request fails */
    CBX_NET_BLOCK Blocks[PROVIDER_BLOCKS_MAX];
    CBX_NET_CALL Allocated;
    CBX_NET_CALL Freed;
} CBX_NET_PROVIDER;

/* The one of this driver. */
extern CBX_NET_PROVIDER Provider;

/* Registers the handlers; only within MiniportSetOptions. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS ProviderRegister(_In_ NDIS_HANDLE Driver);

/*
 * Gets the adapter that the memory comes from, for blocks of up to
 * MaximumLength bytes and addresses of Bits, after the run of another adapter
 * has stopped it. FALSE: none can be had.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN ProviderStart(_In_ NDIS_HANDLE Miniport, _In_ ULONG Bits,
                      _In_ ULONG MaximumLength);

/* All blocks are freed by then. By the thread that started it. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ProviderStop(VOID);

#endif /* CBX_NET_PROVIDER_H */
