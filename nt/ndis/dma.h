/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an adapter has after NdisMRegisterScatterGatherDma. */
#ifndef CBX_NT_NDIS_DMA_H
#define CBX_NT_NDIS_DMA_H

#include "nbl.h"

#include "cbx_dma.h"

typedef struct _NDIS_DMA {
    NDIS_ADAPTER *Adapter;
    CBX_DMA_ADAPTER *Channel;   /* for shared memory */
    CBX_DMA_ADAPTER *ListChannel;
    MINIPORT_PROCESS_SG_LIST *Process;
    BOOLEAN IsLate;             /* lists always come after the call */
    MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE *Complete;
    NTS_LOCK Lock;
    LIST_ENTRY Blocks;          /* of shared memory */
    LIST_ENTRY Lists;           /* of frames, scatter/gather */
    NDIS_LIST_COUNTS Counts;
    LIST_ENTRY Jobs;
    BOOLEAN Working;
    PIO_WORKITEM Worker;
    KEVENT Idle;                /* the last job is done */
} NDIS_DMA;

/* The channel of a handle; bug check when it is none. */
NDIS_DMA *NdisDmaFrom(NDIS_HANDLE Handle, const CHAR *Routine,
                      const VOID *Caller);

#endif /* CBX_NT_NDIS_DMA_H */
