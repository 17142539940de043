/* SPDX-License-Identifier: MIT */
#include "traffic.h"

#include "cbx/abi.h"
#include "oid.h"

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

static VOID TrafficFinish(PVOID Context);

BOOLEAN
TrafficAllocate(CBX_NET_TRAFFIC *Traffic, CBX_NET_HARDWARE *Hardware,
                const CBX_NET_MEMORY *Memory)
{
    CBX_NET_SENDER *Sender = &Traffic->Sender;
    UCHAR *Regs = Hardware->Bars.Regs;

    RtlZeroMemory(Traffic, sizeof(*Traffic));
    Traffic->Miniport = Hardware->Miniport;
    KeInitializeSpinLock(&Traffic->Lock);
    Sender->Miniport = Hardware->Miniport;
    Sender->Memory = Memory;
    Sender->Lock = &Traffic->Lock;
    Sender->Sent = &Traffic->Card.Sent;
    Sender->Idle = TrafficFinish;
    Sender->Context = Traffic;
    Sender->EndStatus = NDIS_STATUS_MEDIA_DISCONNECTED;
    if (!(READ_REGISTER_ULONG((ULONG *)(Regs + CBX_REG_FEATURES)) &
          CBX_FEATURE_NET) ||
        READ_REGISTER_ULONG((ULONG *)(Regs + CBX_REG_QUEUES)) <
            TRAFFIC_QUEUES || Hardware->Messages < TRAFFIC_QUEUES) {
        return FALSE;
    }
    Traffic->Allocated = TRUE;
    if (SendAllocate(Sender, Hardware, TRAFFIC_SEND) &&
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
    SendFree(&Traffic->Sender);
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
            RingPost(&Traffic->Receive, Slot, RING_BUFFER, 0);
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
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    for (NET_BUFFER_LIST *List = Lists; List; List = List->Next) {
        ULONG Slot = (ULONG)(ULONG_PTR)List->MiniportReserved[0];

        Traffic->IsIndicated[Slot] = FALSE;
        Traffic->Indicated--;
        if (Traffic->Running) {
            RingPost(&Traffic->Receive, Slot, RING_BUFFER, 0);
        }
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    TrafficFinish(Traffic);
}

VOID
TrafficInterrupt(CBX_NET_TRAFFIC *Traffic, ULONG Vector)
{
    if (Vector == TRAFFIC_SEND) {
        SendInterrupt(&Traffic->Sender);
    } else if (Vector == TRAFFIC_RECEIVE) {
        TrafficReceived(Traffic);
    }
}

/* ---- Restart, reset and pause ------------------------------------------- */

/* The lock is held. */
static NDIS_STATUS
TrafficRun(CBX_NET_TRAFFIC *Traffic)
{
    if (!RingStart(&Traffic->Receive)) {
        return NDIS_STATUS_FAILURE;
    }
    if (!SendStart(&Traffic->Sender)) {
        RingStop(&Traffic->Receive);
        return NDIS_STATUS_FAILURE;
    }
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        if (!Traffic->IsIndicated[i]) {
            RingPost(&Traffic->Receive, i, RING_BUFFER, 0);
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
    Traffic->Wanted = Status == NDIS_STATUS_SUCCESS;
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Status;
}

/* The lock is held; SendTakeBack has to follow. */
static VOID
TrafficHalt(CBX_NET_TRAFFIC *Traffic, NDIS_STATUS Status)
{
    Traffic->Running = FALSE;
    RingStop(&Traffic->Receive);
    SendStop(&Traffic->Sender, Status);
}

/* Does it have to wait? The lock is held. */
static BOOLEAN
TrafficIsPending(const CBX_NET_TRAFFIC *Traffic, CBX_NET_ENDING Ending)
{
    return Traffic->Sender.Outstanding ||
           (Ending == EndingPause && Traffic->Indicated);
}

/* What is pending may have come to its end. */
static VOID
TrafficFinish(PVOID Context)
{
    CBX_NET_TRAFFIC *Traffic = Context;
    CBX_NET_ENDING Ending = EndingNothing;
    NDIS_STATUS Status = NDIS_STATUS_SUCCESS;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    if (!TrafficIsPending(Traffic, Traffic->Ending)) {
        Ending = Traffic->Ending;
        Traffic->Ending = EndingNothing;
        if (Ending == EndingReset) {
            Status = TrafficRun(Traffic);
        }
    }
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    if (Ending == EndingPause) {
        NdisMPauseComplete(Traffic->Miniport);
    } else if (Ending == EndingReset) {
        NdisMResetComplete(Traffic->Miniport, Status, FALSE);
    }
}

/* TRUE: Ending is pending. */
static BOOLEAN
TrafficEnd(CBX_NET_TRAFFIC *Traffic, CBX_NET_ENDING Ending, NDIS_STATUS Status)
{
    BOOLEAN IsPending;
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&Traffic->Lock);
    TrafficHalt(Traffic, Status);
    KeReleaseSpinLockFromDpcLevel(&Traffic->Lock);
    SendTakeBack(&Traffic->Sender);
    KeAcquireSpinLockAtDpcLevel(&Traffic->Lock);
    IsPending = TrafficIsPending(Traffic, Ending);
    Traffic->Ending = IsPending ? Ending : EndingNothing;
    KeReleaseSpinLockFromDpcLevel(&Traffic->Lock);
    KeLowerIrql(OldIrql);
    return IsPending;
}

BOOLEAN
TrafficHangs(CBX_NET_TRAFFIC *Traffic)
{
    BOOLEAN Hangs;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    /* A reset that has failed is to be tried again. */
    Hangs = Traffic->Wanted && Traffic->Ending == EndingNothing &&
            (!Traffic->Running || RingHasStopped(&Traffic->Sender.Ring) ||
             RingHasStopped(&Traffic->Receive));
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Hangs;
}

NDIS_STATUS
TrafficReset(CBX_NET_TRAFFIC *Traffic)
{
    NDIS_STATUS Status;
    KIRQL OldIrql;

    if (!Traffic->Wanted) {
        return NDIS_STATUS_SUCCESS;
    }
    if (TrafficEnd(Traffic, EndingReset, NDIS_STATUS_REQUEST_ABORTED)) {
        return NDIS_STATUS_PENDING;
    }
    KeAcquireSpinLock(&Traffic->Lock, &OldIrql);
    Status = TrafficRun(Traffic);
    KeReleaseSpinLock(&Traffic->Lock, OldIrql);
    return Status;
}

NDIS_STATUS
TrafficPause(CBX_NET_TRAFFIC *Traffic)
{
    if (!Traffic->Wanted) {
        return NDIS_STATUS_SUCCESS;
    }
    Traffic->Wanted = FALSE;
    return TrafficEnd(Traffic, EndingPause, NDIS_STATUS_PAUSED)
           ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
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
