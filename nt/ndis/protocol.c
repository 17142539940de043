/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protocol above the miniport: sends numbered frames of every length, with
 * contents that follow from the number, and compares what comes back.
 */
#include "nbl.h"

#include "cbx/abi.h"
#include "cbx_ndis_oid.h"

enum {
    WINDOW = 32,                /* frames on their way at one time */
    HEADER = 14,
    NUMBER = HEADER,            /* where the frame's number stands, 8 bytes */
    DATA = NUMBER + 8,
    SHORTEST = 60,
    LONGEST = 1514,
    STRIDE = 37,                /* from one length to the next */
    PATIENCE_MS = 5000,         /* without any progress */
    ETHERTYPE_LOCAL = 0x88b5,   /* for local experiments, IEEE 802 */
    ETHERTYPE_LOST = 0x88b6,    /* the other: nobody is to return it */
};

typedef struct _FRAME {
    PNET_BUFFER_LIST List;
    PMDL Mdl;
    volatile LONG Busy;
    UCHAR *Bytes;
} FRAME;

static struct {
    FRAME Frames[WINDOW];
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
} Run;

static ULONG LengthOf(ULONG Number)
{
    return SHORTEST + Number * STRIDE % (LONGEST - SHORTEST + 1);
}

static VOID Fill(const NDIS_ADAPTER *Adapter, UCHAR *Bytes, ULONG Number)
{
    const UCHAR *Mac = Adapter->General.CurrentMacAddress;
    ULONG Length = LengthOf(Number);

    for (ULONG i = 0; i < 6; i++) {
        Bytes[i] = Mac[i];
        Bytes[6 + i] = Mac[i];
    }
    Bytes[12] = ETHERTYPE_LOCAL >> 8;
    Bytes[13] = ETHERTYPE_LOCAL & 0xff;
    for (ULONG i = 0; i < 8; i++) {
        Bytes[NUMBER + i] = (UCHAR)((ULONGLONG)Number >> 8 * i);
    }
    for (ULONG i = DATA; i < Length; i++) {
        Bytes[i] = cbx_pattern_byte(Number, i);
    }
}

/* The buffer's bytes lie in one MDL: those of this miniport do. */
static BOOLEAN IsFrame(const NET_BUFFER *Buffer, ULONG Number)
{
    const UCHAR *Bytes = (PUCHAR)Buffer->CurrentMdl->MappedSystemVa +
                         Buffer->CurrentMdlOffset;
    ULONG Length = LengthOf(Number);

    if (Buffer->DataLength != Length || Buffer->CurrentMdl->ByteCount -
                                        Buffer->CurrentMdlOffset < Length) {
        return FALSE;
    }
    for (ULONG i = 0; i < 8; i++) {
        if (Bytes[NUMBER + i] != (UCHAR)((ULONGLONG)Number >> 8 * i)) {
            return FALSE;
        }
    }
    for (ULONG i = DATA; i < Length; i++) {
        if (Bytes[i] != cbx_pattern_byte(Number, i)) {
            return FALSE;
        }
    }
    return TRUE;
}

VOID NdisProtocolReceived(NDIS_ADAPTER *Adapter, const NET_BUFFER *Buffer)
{
    UNREFERENCED_PARAMETER(Adapter);
    if (!Run.Wanted || Run.IsOver) {
        return;
    }
    if (!IsFrame(Buffer, (ULONG)Run.Received)) {
        InterlockedIncrement(&Run.Wrong);
    }
    InterlockedIncrement(&Run.Received);
    KeSetEvent(&Run.Progress, IO_NO_INCREMENT, FALSE);
}

VOID NdisProtocolSent(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List)
{
    FRAME *Frame = List->ProtocolReserved[0];

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

static BOOLEAN Prepare(VOID)
{
    for (ULONG i = 0; i < WINDOW; i++) {
        FRAME *Frame = &Run.Frames[i];

        Frame->Bytes = NtsAllocate(LONGEST);
        Frame->Mdl = Frame->Bytes ? IoAllocateMdl(Frame->Bytes, LONGEST, FALSE,
                                                  FALSE, NULL) : NULL;
        if (!Frame->Mdl) {
            return FALSE;
        }
        MmBuildMdlForNonPagedPool(Frame->Mdl);
        Frame->List = NdisListCreate(Frame->Mdl, 0, 0);
        if (!Frame->List) {
            return FALSE;
        }
        Frame->List->ProtocolReserved[0] = Frame;
    }
    return TRUE;
}

static VOID Discard(VOID)
{
    for (ULONG i = 0; i < WINDOW; i++) {
        FRAME *Frame = &Run.Frames[i];

        if (Frame->List) {
            NdisListDelete(Frame->List);
        }
        if (Frame->Mdl) {
            IoFreeMdl(Frame->Mdl);
        }
        if (Frame->Bytes) {
            NtsFree(Frame->Bytes, LONGEST);
        }
        RtlZeroMemory(Frame, sizeof(*Frame));
    }
}

/* Sends as long as the window is open and a frame's memory is free. */
static VOID Advance(NDIS_ADAPTER *Adapter)
{
    while ((ULONG)Run.Sent < Run.Wanted &&
           Run.Sent - Run.Received < (LONG)WINDOW) {
        ULONG Number = (ULONG)Run.Sent;
        FRAME *Frame = &Run.Frames[Number % WINDOW];

        if (InterlockedExchange(&Frame->Busy, 1)) {
            return;
        }
        Fill(Adapter, Frame->Bytes, Number);
        Frame->List->FirstNetBuffer->DataLength = LengthOf(Number);
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

/* What the driver counts is what happened. */
static VOID ReportStatistics(NDIS_ADAPTER *Adapter)
{
    CHAR Expected[96], Seen[96];
    NDIS_STATISTICS_INFO Info;
    ULONG Written, Needed;

    RtlZeroMemory(&Info, sizeof(Info));
    (VOID)NdisOidQuery(Adapter, OID_GEN_STATISTICS, &Info, sizeof(Info),
                       &Written, &Needed);
    if (HalNtsFaults() & NDIS_FAULT_STATISTICS) {
        Info.ifHCOutPkts[0]++;
    }
    NtsFormat(Expected, sizeof(Expected), "%u frames sent, %u received",
              Run.Completed + Run.Flown, Run.Received);
    NtsFormat(Seen, sizeof(Seen), "%u frames sent, %u received",
              (ULONG)Info.ifHCOutPkts[0], (ULONG)Info.ifHCInPkts[0]);
    ReportResult("statistics",
                 Info.ifHCOutPkts[0] == (ULONG)(Run.Completed + Run.Flown) &&
                 Info.ifHCInPkts[0] == (ULONG)Run.Received, Expected, Seen,
                 "OID_GEN_STATISTICS");
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
        FRAME *Frame = &Run.Frames[i];

        Frame->Busy = 1;
        Fill(Adapter, Frame->Bytes, i);
        Frame->Bytes[12] = ETHERTYPE_LOST >> 8;
        Frame->Bytes[13] = ETHERTYPE_LOST & 0xff;
        Frame->List->FirstNetBuffer->DataLength = LengthOf(i);
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

/*
 * Somebody else pulls the cable, and plugs it in again; the first change may
 * have come before anybody asks here.
 */
static VOID WatchLink(NDIS_ADAPTER *Adapter)
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
    WatchLink(Adapter);
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
