/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_RING_H
#define CBX_NET_RING_H

#include "hardware.h"
#include "memory.h"

enum {
    RING_ENTRIES = 64,
    /* One slot stays empty: a full ring is not an empty one. */
    RING_SLOTS = RING_ENTRIES - 1,
    RING_BUFFER = 2048,         /* bytes of each packet buffer */
    RING_ELEMENTS = 16,         /* of a list that leads elsewhere */
};

/* A piece of memory that the device shares. */
typedef struct _CBX_NET_SHARED {
    UCHAR *Va;                  /* NULL: none */
    PHYSICAL_ADDRESS Address;
    ULONG Length;
} CBX_NET_SHARED;

/* A queue of the device, used for frames in one direction. */
typedef struct _CBX_NET_RING {
    CBX_NET_HARDWARE *Hardware;
    ULONG Number;               /* of the queue, and of its vector */
    UCHAR Op;                   /* CBX_OP_* of every descriptor */
    CBX_NET_SHARED Rings;       /* descriptors, then completions */
    CBX_NET_SHARED Buffers;     /* one per slot */
    ULONG Tail;
    ULONG CqHead;
    USHORT Phase;
} CBX_NET_RING;

/* Allocates the shared memory; only within MiniportInitializeEx. */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN RingAllocate(_Out_ CBX_NET_RING *Ring,
                     _In_ CBX_NET_HARDWARE *Hardware, _In_ ULONG Number,
                     _In_ UCHAR Op);

/* Harmless when there is none. The queue is stopped by then. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID RingFree(_Inout_ CBX_NET_RING *Ring);

/* Enables the queue, empty. FALSE: the device refuses. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
BOOLEAN RingStart(_Inout_ CBX_NET_RING *Ring);

/* Afterwards the device touches neither rings nor buffers. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID RingStop(_Inout_ CBX_NET_RING *Ring);

/* TRUE: the device has given it up, a bad address for instance. */
_IRQL_requires_max_(DISPATCH_LEVEL)
BOOLEAN RingHasStopped(_In_ const CBX_NET_RING *Ring);

/* The packet buffer of a slot. */
UCHAR *RingBuffer(_In_ const CBX_NET_RING *Ring, _In_ ULONG Slot);

/*
 * Makes the slot's buffer a list that leads to Length bytes of another, after
 * the first Skip. FALSE: they are not there, or in too many pieces.
 */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
BOOLEAN RingLead(_In_ const CBX_NET_RING *Ring, _In_ ULONG Slot,
                 _In_ const SCATTER_GATHER_LIST *List, _In_ ULONG Skip,
                 _In_ ULONG Length);

/*
 * Puts Length bytes in front of the device: of the slot's buffer, or by Flags
 * CBX_DESC_LIST of what the list in there leads to.
 */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID RingPost(_Inout_ CBX_NET_RING *Ring, _In_ ULONG Slot, _In_ ULONG Length,
              _In_ UCHAR Flags);

/* The next slot that the device is done with; Length 0: it failed. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
BOOLEAN RingTake(_Inout_ CBX_NET_RING *Ring, _Out_ ULONG *Slot,
                 _Out_ ULONG *Length);

#endif /* CBX_NET_RING_H */
