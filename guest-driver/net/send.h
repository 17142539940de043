/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_SEND_H
#define CBX_NET_SEND_H

#include "card.h"
#include "memory.h"
#include "ring.h"

#include "cbx_ndis_nbl.h"

typedef enum _CBX_NET_SLOT_STATE {
    SlotFree,
    SlotMapping,                /* MiniportProcessSGList is to come */
    SlotReady,                  /* waits for those before it */
    SlotPosted,                 /* with the device */
    SlotEnding,                 /* whoever made it so gives the frame back */
} CBX_NET_SLOT_STATE;

/* A frame on its way through a slot of the ring. */
typedef struct _CBX_NET_SLOT {
    struct _CBX_NET_SENDER *Sender;
    CBX_NET_SLOT_STATE State;
    NET_BUFFER_LIST *List;
    NET_BUFFER *Buffer;         /* the frame, one of the list's */
    PSCATTER_GATHER_LIST Mapped;        /* NULL: there is none */
    ULONG Length;               /* 0: it cannot be sent */
    BOOLEAN IsLed;              /* the device follows a list, or has a copy */
    UCHAR Address[NET_ADDRESS]; /* that the frame goes to */
} CBX_NET_SLOT;

/*
 * Frames are read where they lie, by the scatter/gather list that NDIS makes
 * of them; those that it makes none of, or one too long for the device, are
 * copied into shared memory. They go out in the order they come in.
 */
typedef struct _CBX_NET_SENDER {
    NDIS_HANDLE Miniport;
    const CBX_NET_MEMORY *Memory;
    KSPIN_LOCK *Lock;           /* the owner's, for all that follows */
    CBX_NET_COUNTERS *Sent;
    VOID (*Idle)(PVOID Context);        /* stopped, and all is given back */
    PVOID Context;
    CBX_NET_RING Ring;
    CBX_NET_SLOT Slots[RING_SLOTS];
    UCHAR *Room;                /* for a scatter/gather list of each */
    ULONG RoomSize;             /* of one */
    BOOLEAN Running;
    BOOLEAN Pumping;            /* by somebody, who goes on */
    BOOLEAN Posting;            /* the same */
    BOOLEAN Taking;             /* back, the same */
    BOOLEAN TakeAgain;          /* more has come to be taken back */
    NDIS_STATUS EndStatus;      /* of what is not sent any more */
    ULONG Next;                 /* slot for the next frame */
    ULONG Post;                 /* slot that the device gets next */
    NET_BUFFER_LIST *First, *Last;      /* that have found no slot yet */
    ULONG Outstanding;          /* lists that NDIS has not got back */
    ULONGLONG Led, Copied;      /* frames sent this way and that */
} CBX_NET_SENDER;

/* Allocates what it needs, within MiniportInitializeEx. */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN SendAllocate(_Inout_ CBX_NET_SENDER *Sender,
                     _In_ CBX_NET_HARDWARE *Hardware, _In_ ULONG Queue);

/* Harmless when nothing is allocated. Nothing is outstanding by then. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID SendFree(_Inout_ CBX_NET_SENDER *Sender);

/* The owner holds the lock: frames are taken; FALSE: the device refuses. */
_IRQL_requires_(DISPATCH_LEVEL)
_Must_inspect_result_
BOOLEAN SendStart(_Inout_ CBX_NET_SENDER *Sender);

/*
 * The owner holds the lock: no frame is read any more. What is under way gets
 * the status, and is given back by SendTakeBack; what is being mapped later.
 */
_IRQL_requires_(DISPATCH_LEVEL)
VOID SendStop(_Inout_ CBX_NET_SENDER *Sender, _In_ NDIS_STATUS Status);
_IRQL_requires_(DISPATCH_LEVEL)
VOID SendTakeBack(_Inout_ CBX_NET_SENDER *Sender);

/* What MiniportSendNetBufferLists does. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID SendLists(_Inout_ CBX_NET_SENDER *Sender, _In_ NET_BUFFER_LIST *Lists);

/* The device is done with frames. */
_IRQL_requires_(DISPATCH_LEVEL)
VOID SendInterrupt(_Inout_ CBX_NET_SENDER *Sender);

/* For NdisMRegisterScatterGatherDma. */
MINIPORT_PROCESS_SG_LIST MiniportProcessSGList;

#endif /* CBX_NET_SEND_H */
