/* SPDX-License-Identifier: MIT */
#include "traffic.h"

#include "cbx/abi.h"
#include "oid.h"

/* MiniportReserved of a list that is being sent. */
enum { LIST_NEXT_BUFFER, LIST_BUFFERS_LEFT };

/* ---- Memory ------------------------------------------------------------- */

static BOOLEAN
TrafficAllocateLists(CBX_NET_TRAFFIC *Traffic)
{
    NET_BUFFER_LIST_POOL_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Parameters.fAllocateNetBuffer = TRUE;
    Parameters.PoolTag = CBX_NET_TAG;
    Traffic->Pool = NdisAllocateNetBufferListPool(Traffic->Miniport,
                                                  &Parameters);
    if (!Traffic->Pool) {
        return FALSE;
    }
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        Traffic->Mdls[i] = NdisAllocateMdl(Traffic->Miniport,
                                           RingBuffer(&Traffic->Receive, i),
                                           RING_BUFFER);
        if (!Traffic->Mdls[i]) {
            return FALSE;
        }
        Traffic->Lists[i] = NdisAllocateNetBufferAndNetBufferList(
            Traffic->Pool, 0, 0, Traffic->Mdls[i], 0, 0);
        if (!Traffic->Lists[i]) {
            return FALSE;
        }
        Traffic->Lists[i]->SourceHandle = Traffic->Miniport;
        Traffic->Lists[i]->MiniportReserved[0] = (PVOID)(ULONG_PTR)i;
    }
    return TRUE;
}

BOOLEAN
TrafficAllocate(CBX_NET_TRAFFIC *Traffic, CBX_NET_HARDWARE *Hardware)
{
    UCHAR *Regs = Hardware->Bars.Regs;

    RtlZeroMemory(Traffic, sizeof(*Traffic));
    Traffic->Miniport = Hardware->Miniport;
    KeInitializeSpinLock(&Traffic->Lock);
    if (!(READ_REGISTER_ULONG((ULONG *)(Regs + CBX_REG_FEATURES)) &
          CBX_FEATURE_NET) ||
        READ_REGISTER_ULONG((ULONG *)(Regs + CBX_REG_QUEUES)) <
            TRAFFIC_QUEUES || Hardware->Messages < TRAFFIC_QUEUES) {
        return FALSE;
    }
    Traffic->Allocated = TRUE;
    if (RingAllocate(&Traffic->Send, Hardware, TRAFFIC_SEND, CBX_OP_SEND) &&
        RingAllocate(&Traffic->Receive, Hardware, TRAFFIC_RECEIVE,
                     CBX_OP_RECEIVE) &&
        TrafficAllocateLists(Traffic)) {
        return TRUE;
    }
    TrafficFree(Traffic);
    return FALSE;
}

VOID
TrafficFree(CBX_NET_TRAFFIC *Traffic)
{
    if (!Traffic->Allocated) {
        return;
    }
    Traffic->Allocated = FALSE;
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        if (Traffic->Lists[i]) {
            NdisFreeNetBufferList(Traffic->Lists[i]);
        }
        if (Traffic->Mdls[i]) {
            NdisFreeMdl(Traffic->Mdls[i]);
        }
    }
    if (Traffic->Pool) {
        NdisFreeNetBufferListPool(Traffic->Pool);
    }
    RingFree(&Traffic->Receive);
    RingFree(&Traffic->Send);
}

/* ---- Sending ------------------------------------------------------------ */

static ULONG
TrafficCopy(const NET_BUFFER *Buffer, UCHAR *To)
{
    PMDL Mdl = Buffer->CurrentMdl;
    ULONG Offset = Buffer->CurrentMdlOffset;
    ULONG Left = (ULONG)Buffer->DataLength, Done = 0;

    while (Mdl && Left) {
        const UCHAR *From = MmGetSystemAddressForMdlSafe(Mdl,
                                                         NormalPagePriority);
        ULONG Piece = MmGetMdlByteCount(Mdl) - Offset;

        if (!From) {
            return 0;
        }
        if (Piece > Left) {
            Piece = Left;
        }
        RtlCopyMemory(To + Done, From + Offset, Piece);
        Done += Piece;
        Left -= Piece;
        Offset = 0;
        Mdl = Mdl->Next;
    }
    return Done;
}

/* One frame of a list is through; the list, if it was the last. */
static NET_BUFFER_LIST *
TrafficBufferDone(NET_BUFFER_LIST *List)
{
    ULONG_PTR Left = (ULONG_PTR)List->MiniportReserved[LIST_BUFFERS_LEFT] - 1;

    List->MiniportReserved[LIST_BUFFERS_LEFT] = (PVOID)Left;
    return Left ? NULL : List;
}

/* Fills free slots from the lists that wait. The lock is held. */
static NET_BUFFER_LIST *
TrafficPump(CBX_NET_TRAFFIC *Traffic, NET_BUFFER_LIST *Done)
{
    while (Traffic->First && Traffic->Sending < RING_SLOTS) {
        NET_BUFFER_LIST *List = Traffic->First;
        NET_BUFFER *Buffer = List->MiniportReserved[LIST_NEXT_BUFFER];
        ULONG Slot = 0, Length = 0;

        while (Traffic->Owners[Slot]) {
            Slot++;
        }
        List->MiniportReserved[LIST_NEXT_BUFFER] = Buffer->Next;
        if (!Buffer->Next) {
            Traffic->First = List->Next;
            List->Next = NULL;
        }
        if (Buffer->DataLength <= NET_FRAME_MAX) {
            Length = TrafficCopy(Buffer, RingBuffer(&Traffic->Send, Slot));
        }
        if (Length) {
            Traffic->Owners[Slot] = List;
            Traffic->Sending++;
            RingPost(&Traffic->Send, Slot, Length);
            continue;
        }
        Traffic->Card.Sent.Discards++;
        List->Status = NDIS_STATUS_INVALID_LENGTH;
        if (TrafficBufferDone(List)) {
            List->Next = Done;
            Done = List;
        }
    }
    return Done;
}

static VOID
TrafficComplete(CBX_NET_TRAFFIC *Traffic, NET_BUFFER_LIST *Done, ULONG Flags)
{
    if (Done) {
        NdisMSendNetBufferListsComplete(Traffic->Miniport, Done, Flags);
    }
}

static VOID
TrafficEnqueue(CBX_NET_TRAFFIC *Traffic, NET_BUFFER_LIST *List)
{
    ULONG_PTR Buffers = 0;

    for (NET_BUFFER *b = List->FirstNetBuffer; b; b = b->Next) {
        Buffers++;
    }
    List->MiniportReserved[LIST_NEXT_BUFFER] = List->FirstNetBuffer;
    List->MiniportReserved[LIST_BUFFERS_LEFT] = (PVOID)Buffers;
    List->Status = NDIS_STATUS_SUCCESS;
    List->Next = NULL;
    if (Traffic->First) {
        Traffic->Last->Next = List;
    } else {
        Traffic->First = List;
    }
    Traffic->Last = List;
}

VOID
TrafficSend(CBX_NET_TRAFFIC *Traffic, NET_BUFFER_LIST *Lists, ULONG SendFlags)
{
    ULONG Flags = SendFlags & NDIS_SEND_FLAGS_DISPATCH_LEVEL
                  ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0;
    NET_BUFFER_LIST *Done = NULL, *Next;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    for (NET_BUFFER_LIST *List = Lists; List; List = Next) {
        Next = List->Next;
        if (Traffic->Running) {
            TrafficEnqueue(Traffic, List);
        } else {
            List->Status = Traffic->Allocated ? NDIS_STATUS_PAUSED
                                              : NDIS_STATUS_MEDIA_DISCONNECTED;
            List->Next = Done;
            Done = List;
        }
    }
    if (Traffic->Running) {
        Done = TrafficPump(Traffic, Done);
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    TrafficComplete(Traffic, Done, Flags);
}

static VOID
TrafficSent(CBX_NET_TRAFFIC *Traffic)
{
    NET_BUFFER_LIST *Done = NULL;
    ULONG Slot, Length;

    KeAcquireSpinLockAtDpcLevel(&Traffic->Lock);
    while (Traffic->Running && RingTake(&Traffic->Send, &Slot, &Length)) {
        NET_BUFFER_LIST *List = Traffic->Owners[Slot];

        Traffic->Owners[Slot] = NULL;
        Traffic->Sending--;
        if (Length) {
            CardCount(&Traffic->Card.Sent, RingBuffer(&Traffic->Send, Slot),
                      Length);
        } else {
            Traffic->Card.Sent.Errors++;
            List->Status = NDIS_STATUS_FAILURE;
        }
        if (TrafficBufferDone(List)) {
            List->Next = Done;
            Done = List;
        }
    }
    if (Traffic->Running) {
        Done = TrafficPump(Traffic, Done);
    }
    KeReleaseSpinLockFromDpcLevel(&Traffic->Lock);
    TrafficComplete(Traffic, Done, NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
}

/* ---- Receiving ---------------------------------------------------------- */

/* Is a received frame for NDIS? The lock is held. */
static BOOLEAN
TrafficAccepts(CBX_NET_TRAFFIC *Traffic, ULONG Slot, ULONG Length)
{
    CBX_NET_CARD *Card = &Traffic->Card;
    const UCHAR *Frame = RingBuffer(&Traffic->Receive, Slot);

    if (Length < NET_HEADER || Length > NET_FRAME_MAX) {
        Card->Received.Errors++;
        return FALSE;
    }
    if (!CardAccepts(Card, Frame)) {
        return FALSE;
    }
    CardCount(&Card->Received, Frame, Length);
    return TRUE;
}

static VOID
TrafficReceived(CBX_NET_TRAFFIC *Traffic)
{
    NET_BUFFER_LIST *First = NULL, **Link = &First;
    ULONG Count = 0, Slot, Length;

    KeAcquireSpinLockAtDpcLevel(&Traffic->Lock);
    while (Traffic->Running && RingTake(&Traffic->Receive, &Slot, &Length)) {
        NET_BUFFER_LIST *List = Traffic->Lists[Slot];

        if (!TrafficAccepts(Traffic, Slot, Length)) {
            RingPost(&Traffic->Receive, Slot, RING_BUFFER);
            continue;
        }
        Traffic->IsIndicated[Slot] = TRUE;
        List->FirstNetBuffer->DataLength = Length;
        List->Status = NDIS_STATUS_SUCCESS;
        List->Next = NULL;
        *Link = List;
        Link = &List->Next;
        Count++;
    }
    Traffic->Indicated += Count;
    KeReleaseSpinLockFromDpcLevel(&Traffic->Lock);
    if (First) {
        NdisMIndicateReceiveNetBufferLists(Traffic->Miniport, First, 0, Count,
                                           NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL);
    }
}

VOID
TrafficReturn(CBX_NET_TRAFFIC *Traffic, NET_BUFFER_LIST *Lists)
{
    BOOLEAN Paused;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    for (NET_BUFFER_LIST *List = Lists; List; List = List->Next) {
        ULONG Slot = (ULONG)(ULONG_PTR)List->MiniportReserved[0];

        Traffic->IsIndicated[Slot] = FALSE;
        Traffic->Indicated--;
        if (Traffic->Running) {
            RingPost(&Traffic->Receive, Slot, RING_BUFFER);
        }
    }
    Paused = Traffic->Pausing && !Traffic->Indicated;
    if (Paused) {
        Traffic->Pausing = FALSE;
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    if (Paused) {
        NdisMPauseComplete(Traffic->Miniport);
    }
}

VOID
TrafficInterrupt(CBX_NET_TRAFFIC *Traffic, ULONG Vector)
{
    if (Vector == TRAFFIC_SEND) {
        TrafficSent(Traffic);
    } else if (Vector == TRAFFIC_RECEIVE) {
        TrafficReceived(Traffic);
    }
}

/* ---- Restart, reset and pause ------------------------------------------- */

/* The lock is held. */
static NDIS_STATUS
TrafficRun(CBX_NET_TRAFFIC *Traffic)
{
    if (!RingStart(&Traffic->Send) || !RingStart(&Traffic->Receive)) {
        RingStop(&Traffic->Send);
        return NDIS_STATUS_FAILURE;
    }
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        if (!Traffic->IsIndicated[i]) {
            RingPost(&Traffic->Receive, i, RING_BUFFER);
        }
    }
    Traffic->Running = TRUE;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS
TrafficStart(CBX_NET_TRAFFIC *Traffic)
{
    NDIS_STATUS Status;
    KIRQL OldIrql;

    if (!Traffic->Allocated) {
        return NDIS_STATUS_SUCCESS;
    }
    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    Status = TrafficRun(Traffic);
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Status;
}

/* What has not been sent by now is given back. The lock is held. */
static NET_BUFFER_LIST *
TrafficTakeBack(CBX_NET_TRAFFIC *Traffic, NDIS_STATUS Status)
{
    NET_BUFFER_LIST *Done = NULL, *List;

    for (ULONG i = 0; i < RING_SLOTS; i++) {
        List = Traffic->Owners[i];
        Traffic->Owners[i] = NULL;
        /* One with frames that wait is in that queue, too. */
        if (List && TrafficBufferDone(List)) {
            List->Status = Status;
            List->Next = Done;
            Done = List;
        }
    }
    Traffic->Sending = 0;
    while ((List = Traffic->First)) {
        Traffic->First = List->Next;
        List->Status = Status;
        List->Next = Done;
        Done = List;
    }
    return Done;
}

/* The lock is held. */
static NET_BUFFER_LIST *
TrafficHalt(CBX_NET_TRAFFIC *Traffic, NDIS_STATUS Status)
{
    Traffic->Running = FALSE;
    RingStop(&Traffic->Receive);
    RingStop(&Traffic->Send);
    return TrafficTakeBack(Traffic, Status);
}

BOOLEAN
TrafficHangs(CBX_NET_TRAFFIC *Traffic)
{
    BOOLEAN Hangs;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    Hangs = Traffic->Running && (RingHasStopped(&Traffic->Send) ||
                                 RingHasStopped(&Traffic->Receive));
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Hangs;
}

NDIS_STATUS
TrafficReset(CBX_NET_TRAFFIC *Traffic)
{
    NDIS_STATUS Status = NDIS_STATUS_SUCCESS;
    NET_BUFFER_LIST *Done = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    if (Traffic->Running) {
        Done = TrafficHalt(Traffic, NDIS_STATUS_REQUEST_ABORTED);
        Status = TrafficRun(Traffic);
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    TrafficComplete(Traffic, Done, 0);
    return Status;
}

NDIS_STATUS
TrafficPause(CBX_NET_TRAFFIC *Traffic)
{
    NET_BUFFER_LIST *Done = NULL;
    BOOLEAN Pending = FALSE;
    KIRQL OldIrql;

    if (!Traffic->Allocated) {
        return NDIS_STATUS_SUCCESS;
    }
    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    if (Traffic->Running) {
        Done = TrafficHalt(Traffic, NDIS_STATUS_PAUSED);
        Pending = Traffic->Indicated != 0;
        Traffic->Pausing = Pending;
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    TrafficComplete(Traffic, Done, 0);
    return Pending ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
}

/* ---- Requests ----------------------------------------------------------- */

NDIS_STATUS
TrafficOid(CBX_NET_TRAFFIC *Traffic, NDIS_OID_REQUEST *Request)
{
    NDIS_STATUS Status;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    Status = OidRequest(&Traffic->Card, Request);
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Status;
}
