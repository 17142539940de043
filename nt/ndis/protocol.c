/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protocol above the miniport: sends numbered frames of every length, with
 * contents that follow from the number, and compares what comes back.
 */
#include "frame.h"

#include "cbx_ndis_oid.h"

enum {
    WINDOW = 32,                /* frames on their way at one time */
    PATIENCE_MS = 5000,         /* without any progress */
};

static struct {
    NDIS_FRAME Frames[WINDOW];
    ULONG Wanted;               /* up to the next of the breaks */
    BOOLEAN IsOver;
    volatile LONG Sent;         /* handed to the driver */
    volatile LONG Completed;    /* given back, successful */
    volatile LONG Failed;       /* given back, not so */
    volatile LONG Received;
    volatile LONG Wrong;        /* not the frame that was due */
    BOOLEAN IsReset;            /* what is given back goes below */
    volatile LONG Flown, Aborted;
    KEVENT Progress;
    PIO_WORKITEM Beside;        /* exchanges frames until it is to stop */
    volatile LONG IsStopping;
    KEVENT Stopped;
    ULONG Before;               /* frames exchanged before that */
} Run;

VOID NdisProtocolReceived(NDIS_ADAPTER *Adapter, const NET_BUFFER *Buffer)
{
    UNREFERENCED_PARAMETER(Adapter);
    if (!Run.Wanted || Run.IsOver) {
        return;
    }
    if (!NdisFrameIs(Buffer, (ULONG)Run.Received)) {
        InterlockedIncrement(&Run.Wrong);
    }
    InterlockedIncrement(&Run.Received);
    KeSetEvent(&Run.Progress, IO_NO_INCREMENT, FALSE);
}

VOID NdisProtocolSent(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List)
{
    NDIS_FRAME *Frame = List->ProtocolReserved[0];

    UNREFERENCED_PARAMETER(Adapter);
    if (List->Status == NDIS_STATUS_SUCCESS) {
        InterlockedIncrement(Run.IsReset ? &Run.Flown : &Run.Completed);
    } else {
        InterlockedIncrement(Run.IsReset ? &Run.Aborted : &Run.Failed);
    }
    InterlockedExchange(&Frame->Busy, 0);
    KeSetEvent(&Run.Progress, IO_NO_INCREMENT, FALSE);
}

/* ---- One run ------------------------------------------------------------ */

/* Of every shape, or all of the simplest. */
static BOOLEAN Prepare(VOID)
{
    BOOLEAN Plain = NtsParameter("Plain") != 0;

    for (ULONG i = 0; i < WINDOW; i++) {
        NDIS_FRAME *Frame = &Run.Frames[i];

        if (!NdisFrameCreate(Frame, Plain ? 0 : i)) {
            return FALSE;
        }
        Frame->List->ProtocolReserved[0] = Frame;
    }
    return TRUE;
}

static VOID Discard(VOID)
{
    for (ULONG i = 0; i < WINDOW; i++) {
        NdisFrameDelete(&Run.Frames[i]);
    }
}

/* Sends as long as the window is open and a frame's memory is free. */
static VOID Advance(NDIS_ADAPTER *Adapter)
{
    while ((ULONG)Run.Sent < Run.Wanted &&
           Run.Sent - Run.Received < (LONG)WINDOW) {
        ULONG Number = (ULONG)Run.Sent;
        NDIS_FRAME *Frame = &Run.Frames[Number % WINDOW];

        if (InterlockedExchange(&Frame->Busy, 1)) {
            return;
        }
        NdisFrameFill(Frame, Adapter, Number, FRAME_TO_RETURN);
        Frame->List->Next = NULL;
        Run.Sent++;
        NdisSend(Adapter, Frame->List);
    }
}

static BOOLEAN IsDone(VOID)
{
    return (ULONG)Run.Received >= Run.Wanted &&
           (ULONG)(Run.Completed + Run.Failed) >= Run.Wanted;
}

/* FALSE: frames are missing. */
static BOOLEAN Exchange(NDIS_ADAPTER *Adapter, ULONG Wanted)
{
    LARGE_INTEGER Patience = { .QuadPart = -PATIENCE_MS * 10000ll };

    Run.Wanted = Wanted;
    while (!IsDone()) {
        Advance(Adapter);
        if (!IsDone() &&
            KeWaitForSingleObject(&Run.Progress, Executive, KernelMode, FALSE,
                                  &Patience) == STATUS_TIMEOUT) {
            return FALSE;
        }
    }
    return TRUE;
}

static VOID Report(ULONG Frames)
{
    CHAR Expected[96], Seen[160];
    BOOLEAN Good = !Run.Wrong && !Run.Failed &&
                   (ULONG)Run.Received == Frames &&
                   (ULONG)Run.Completed == Frames;

    NtsFormat(Expected, sizeof(Expected), "%u frames sent and received "
              "unchanged, in order", Frames);
    NtsFormat(Seen, sizeof(Seen), "%u sent, %u completed, %u failed, %u "
              "received, %u of them not the one due", Run.Sent, Run.Completed,
              Run.Failed, Run.Received, Run.Wrong);
    ReportResult("frames-returned", Good, Expected, Seen,
                 "MiniportSendNetBufferLists; "
                 "NdisMIndicateReceiveNetBufferLists");
}

/* A fault: a frame more, which is not counted here. */
static VOID SendUncounted(NDIS_ADAPTER *Adapter)
{
    LARGE_INTEGER Patience = { .QuadPart = -PATIENCE_MS * 10000ll };
    NDIS_FRAME *Frame = &Run.Frames[0];

    if (InterlockedExchange(&Frame->Busy, 1)) {
        return;
    }
    NdisFrameFill(Frame, Adapter, 0, FRAME_TO_LOSE);
    Frame->List->Next = NULL;
    Run.IsReset = TRUE;
    NdisSend(Adapter, Frame->List);
    while (Frame->Busy &&
           KeWaitForSingleObject(&Run.Progress, Executive, KernelMode, FALSE,
                                 &Patience) != STATUS_TIMEOUT) {
    }
    Run.IsReset = FALSE;
}

/* What the driver counts is what happened. */
static VOID ReportStatistics(NDIS_ADAPTER *Adapter)
{
    ULONG Sent = Run.Completed + Run.Flown, Written, Needed;
    CHAR Expected[96], Seen[96];
    NDIS_STATISTICS_INFO Info;

    if (HalNtsFaults() & NDIS_FAULT_STATISTICS) {
        SendUncounted(Adapter);
    }
    RtlZeroMemory(&Info, sizeof(Info));
    (VOID)NdisOidQuery(Adapter, OID_GEN_STATISTICS, &Info, sizeof(Info),
                       &Written, &Needed);
    NtsFormat(Expected, sizeof(Expected), "%u frames sent, %u received",
              Sent, Run.Received);
    NtsFormat(Seen, sizeof(Seen), "%u frames sent, %u received",
              (ULONG)Info.ifHCOutPkts[0], (ULONG)Info.ifHCInPkts[0]);
    ReportResult("statistics",
                 Info.ifHCOutPkts[0] == Sent &&
                 Info.ifHCInPkts[0] == (ULONG)Run.Received, Expected, Seen,
                 "OID_GEN_STATISTICS");
}

/* A driver that takes lists gets some of several elements. */
static VOID ReportLists(const NDIS_ADAPTER *Adapter)
{
    NDIS_LIST_COUNTS Counts;
    CHAR Seen[96];

    NdisListCounts(Adapter, &Counts);
    if (!Counts.Built && !Counts.Refused) {
        return;
    }
    NtsFormat(Seen, sizeof(Seen), "%u lists, %u of them with several "
              "elements, %u late, %u refused", Counts.Built, Counts.Several,
              Counts.Late, Counts.Refused);
    ReportResult("frame-lists", Counts.Several != 0,
                 "scatter/gather lists of frames", Seen,
                 "NdisMAllocateNetBufferSGList; MiniportProcessSGList");
}

/* Until a protocol has set a filter, a card receives nothing. */
static BOOLEAN OpenFilter(NDIS_ADAPTER *Adapter)
{
    ULONG Filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;

    return NdisOidSet(Adapter, OID_GEN_CURRENT_PACKET_FILTER, &Filter,
                      sizeof(Filter)) == NDIS_STATUS_SUCCESS;
}

/* A reset while frames are on their way: each list is given back, once. */
static VOID Reset(NDIS_ADAPTER *Adapter)
{
    LARGE_INTEGER Patience = { .QuadPart = -PATIENCE_MS * 10000ll };
    PNET_BUFFER_LIST Lists = NULL;
    CHAR Expected[64], Seen[96];
    NDIS_STATUS Status;

    for (ULONG i = 0; i < WINDOW; i++) {
        NDIS_FRAME *Frame = &Run.Frames[i];

        Frame->Busy = 1;
        NdisFrameFill(Frame, Adapter, i, FRAME_TO_LOSE);
        Frame->List->Next = Lists;
        Lists = Frame->List;
    }
    Run.IsReset = TRUE;
    Status = NdisAdapterReset(Adapter, Lists);
    while (Run.Flown + Run.Aborted < WINDOW &&
           KeWaitForSingleObject(&Run.Progress, Executive, KernelMode, FALSE,
                                 &Patience) != STATUS_TIMEOUT) {
    }
    Run.IsReset = FALSE;
    NtsFormat(Expected, sizeof(Expected), "NDIS_STATUS_SUCCESS, %u lists "
              "given back", WINDOW);
    NtsFormat(Seen, sizeof(Seen), "status 0x%08x, %u lists given back, %u of "
              "them aborted", (ULONG)Status, Run.Flown + Run.Aborted,
              Run.Aborted);
    ReportResult("reset", Status == NDIS_STATUS_SUCCESS &&
                 Run.Flown + Run.Aborted == WINDOW, Expected, Seen,
                 "MiniportResetEx; NdisMSendNetBufferListsComplete");
}

static VOID ReportBreak(const CHAR *Check, NDIS_STATUS Status,
                        const CHAR *Source)
{
    CHAR Seen[32];

    NtsFormat(Seen, sizeof(Seen), "status 0x%08x", (ULONG)Status);
    ReportResult(Check, Status == NDIS_STATUS_SUCCESS,
                 "NDIS_STATUS_SUCCESS", Seen, Source);
}

/* As many frames again, now that the link has come back. */
static VOID ExchangeAgain(NDIS_ADAPTER *Adapter, ULONG Frames)
{
    CHAR Expected[96], Seen[160];
    BOOLEAN Good;

    Run.IsOver = FALSE;
    Good = Exchange(Adapter, Run.Wanted + Frames) && !Run.Wrong && !Run.Failed;
    Run.IsOver = TRUE;
    NtsFormat(Expected, sizeof(Expected), "%u frames sent and received "
              "unchanged, in order", Run.Wanted);
    NtsFormat(Seen, sizeof(Seen), "%u completed, %u failed, %u received, %u "
              "of them not the one due", Run.Completed, Run.Failed,
              Run.Received, Run.Wrong);
    ReportResult("frames-after-link", Good, Expected, Seen,
                 "NDIS_STATUS_LINK_STATE; MiniportSendNetBufferLists");
}

/*
 * Somebody else pulls the cable, and plugs it in again; the first change may
 * have come before anybody asks here. After the last, frames go through.
 */
static VOID WatchLink(NDIS_ADAPTER *Adapter, ULONG Frames)
{
    ULONG Changes = NtsParameter("LinkChanges");
    BOOLEAN IsUp = TRUE;
    BOOLEAN Good = TRUE;

    for (ULONG i = 0; i < Changes && Good; i++) {
        IsUp = !IsUp;
        Good = NdisAwaitLink(Adapter, IsUp ? MediaConnectStateConnected
                                           : MediaConnectStateDisconnected,
                             PATIENCE_MS);
        ReportResult("link-state", Good, IsUp ? "up" : "down",
                     Good == IsUp ? "up" : "down",
                     "NdisMIndicateStatusEx; NDIS_STATUS_LINK_STATE");
    }
    if (Changes && Good && IsUp) {
        ExchangeAgain(Adapter, Frames);
    }
}

/* ---- Beside other things ------------------------------------------------ */

static IO_WORKITEM_ROUTINE ExchangeBeside;
static VOID NTAPI ExchangeBeside(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    while (!Run.IsStopping && Exchange(Context, Run.Wanted + WINDOW)) {
    }
    KeSetEvent(&Run.Stopped, IO_NO_INCREMENT, FALSE);
}

/* What programs ask of the driver comes while it sends and receives. */
static VOID GoOnBeside(NDIS_ADAPTER *Adapter)
{
    Run.Beside = IoAllocateWorkItem(Adapter->Self);
    if (!Run.Beside) {
        return;
    }
    Run.IsOver = FALSE;
    Run.Before = Run.Wanted;
    KeInitializeEvent(&Run.Stopped, NotificationEvent, FALSE);
    IoQueueWorkItem(Run.Beside, ExchangeBeside, DelayedWorkQueue, Adapter);
}

VOID NdisProtocolStop(NDIS_ADAPTER *Adapter)
{
    ULONG Frames;
    CHAR Seen[160];

    UNREFERENCED_PARAMETER(Adapter);
    if (!Run.Beside) {
        return;
    }
    InterlockedExchange(&Run.IsStopping, TRUE);
    KeWaitForSingleObject(&Run.Stopped, Executive, KernelMode, FALSE, NULL);
    IoFreeWorkItem(Run.Beside);
    Run.Beside = NULL;
    Run.IsOver = TRUE;
    Frames = Run.Wanted - Run.Before;
    NtsFormat(Seen, sizeof(Seen), "%u frames, %u failed, %u missing, %u of "
              "them not the one due", Frames, Run.Failed,
              Run.Wanted - Run.Received, Run.Wrong);
    ReportResult("frames-beside", Frames && !Run.Failed && !Run.Wrong &&
                 (ULONG)Run.Received == Run.Wanted,
                 "frames sent and received unchanged, in order", Seen,
                 "MiniportSendNetBufferLists; "
                 "NdisMIndicateReceiveNetBufferLists");
}

VOID NdisProtocolRun(NDIS_ADAPTER *Adapter)
{
    ULONG Frames = NtsParameter("Frames");

    if (!Frames) {
        return;
    }
    RtlZeroMemory(&Run, sizeof(Run));
    KeInitializeEvent(&Run.Progress, SynchronizationEvent, FALSE);
    if (OpenFilter(Adapter) && Prepare() && Exchange(Adapter, Frames / 3)) {
        Reset(Adapter);
        if (Exchange(Adapter, Frames / 3 * 2)) {
            ReportBreak("paused-and-restarted", NdisAdapterCycle(Adapter),
                        "MiniportPause; MiniportRestart");
            (VOID)Exchange(Adapter, Frames);
        }
    }
    Run.IsOver = TRUE;
    Report(Frames);
    ReportStatistics(Adapter);
    ReportLists(Adapter);
    WatchLink(Adapter, Frames);
    if (NtsParameter("Beside")) {
        GoOnBeside(Adapter);
    }
}

VOID NdisProtocolPaused(NDIS_ADAPTER *Adapter)
{
    for (ULONG i = 0; i < WINDOW; i++) {
        if (Run.Frames[i].Busy) {
            NdisViolation(Adapter, "MiniportPause", NULL,
                          "left a list that was sent");
        }
    }
    if (Run.IsOver) {
        Discard();
    }
}
