/* SPDX-License-Identifier: MIT */
#include "common/session.h"

#include "cbx/abi.h"

/* Reads "CBXs" in a debugger's listing. */
#define SESSION_POOL_TAG 0x73584243u

enum { SESSION_BLOCK_RESULTS = 128 };

/* Many results in one allocation. */
typedef struct _CBX_SESSION_BLOCK {
    LIST_ENTRY Link;
    ULONG Count;
    cbx_control_result Results[SESSION_BLOCK_RESULTS];
} CBX_SESSION_BLOCK;

VOID
SessionInitialize(CBX_SESSION *Session)
{
    RtlZeroMemory(Session, sizeof(*Session));
    KeInitializeSpinLock(&Session->Lock);
    KeInitializeEvent(&Session->Idle, NotificationEvent, TRUE);
    KeInitializeMutex(&Session->ResultsLock, 0);
    InitializeListHead(&Session->Blocks);
    Session->State.version = CBX_CONTROL_VERSION;
}

/* ---- One run at a time -------------------------------------------------- */

VOID
SessionOpen(CBX_SESSION *Session)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    Session->Open = TRUE;
    KeReleaseSpinLock(&Session->Lock, OldIrql);
}

BOOLEAN
SessionCloseIfIdle(CBX_SESSION *Session)
{
    BOOLEAN Idle;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    Idle = !Session->Busy;
    if (Idle) {
        Session->Open = FALSE;
    }
    KeReleaseSpinLock(&Session->Lock, OldIrql);
    return Idle;
}

VOID
SessionClose(CBX_SESSION *Session)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    Session->Open = FALSE;
    SessionAbort(Session);
    KeReleaseSpinLock(&Session->Lock, OldIrql);
    KeWaitForSingleObject(&Session->Idle, Executive, KernelMode, FALSE, NULL);
}

NTSTATUS
SessionBegin(CBX_SESSION *Session)
{
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    if (!Session->Open) {
        Status = STATUS_DEVICE_NOT_READY;
    } else if (Session->Busy) {
        Status = STATUS_DEVICE_BUSY;
    } else {
        Session->Busy = TRUE;
        Session->Abort = FALSE;
        KeClearEvent(&Session->Idle);
    }
    KeReleaseSpinLock(&Session->Lock, OldIrql);
    return Status;
}

VOID
SessionEnd(CBX_SESSION *Session)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    Session->Busy = FALSE;
    KeSetEvent(&Session->Idle, IO_NO_INCREMENT, FALSE);
    KeReleaseSpinLock(&Session->Lock, OldIrql);
}

VOID
SessionAbort(CBX_SESSION *Session)
{
    InterlockedExchange(&Session->Abort, TRUE);
}

/* ---- Results ------------------------------------------------------------ */

static VOID
SessionLockResults(CBX_SESSION *Session)
{
    KeWaitForSingleObject(&Session->ResultsLock, Executive, KernelMode, FALSE,
                          NULL);
}

static VOID
SessionUnlockResults(CBX_SESSION *Session)
{
    KeReleaseMutex(&Session->ResultsLock, FALSE);
}

static VOID
SessionFreeBlocks(CBX_SESSION *Session)
{
    while (!IsListEmpty(&Session->Blocks)) {
        LIST_ENTRY *Link = RemoveHeadList(&Session->Blocks);

        ExFreePoolWithTag(CONTAINING_RECORD(Link, CBX_SESSION_BLOCK, Link),
                          SESSION_POOL_TAG);
    }
}

VOID
SessionDelete(CBX_SESSION *Session)
{
    SessionFreeBlocks(Session);
}

VOID
SessionNewRound(CBX_SESSION *Session)
{
    SessionLockResults(Session);
    SessionFreeBlocks(Session);
    Session->State.rounds++;
    Session->State.passed = 0;
    Session->State.failed = 0;
    Session->State.skipped = 0;
    Session->State.results = 0;
    Session->State.lost = 0;
    SessionUnlockResults(Session);
}

static cbx_control_result *
SessionNewResult(CBX_SESSION *Session)
{
    CBX_SESSION_BLOCK *Block = NULL;

    if (!IsListEmpty(&Session->Blocks)) {
        Block = CONTAINING_RECORD(Session->Blocks.Blink, CBX_SESSION_BLOCK,
                                  Link);
    }
    if (!Block || Block->Count == SESSION_BLOCK_RESULTS) {
        Block = ExAllocatePoolWithTag(PagedPool, sizeof(*Block),
                                      SESSION_POOL_TAG);
        if (!Block) {
            return NULL;
        }
        Block->Count = 0;
        InsertTailList(&Session->Blocks, &Block->Link);
    }
    return &Block->Results[Block->Count++];
}

/* All of it is written: what lies behind the string goes to a program. */
static VOID
SessionCopyString(char *To, ULONG Size, const char *From)
{
    ULONG i = 0;

    for (; i < Size - 1 && From[i]; i++) {
        To[i] = From[i];
    }
    for (; i < Size; i++) {
        To[i] = 0;
    }
}

VOID
SessionAddResult(CBX_SESSION *Session, const CbxResult *Result)
{
    cbx_control_result *Kept;

    SessionLockResults(Session);
    Session->State.passed += Result->verdict == CBX_PASS;
    Session->State.failed += Result->verdict == CBX_FAIL;
    Session->State.skipped += Result->verdict == CBX_SKIP;
    Kept = SessionNewResult(Session);
    if (Kept) {
        Kept->api = Result->api_number;
        Kept->verdict = Result->verdict;
        SessionCopyString(Kept->check, sizeof(Kept->check), Result->check);
        SessionCopyString(Kept->variant, sizeof(Kept->variant),
                          Result->variant);
        SessionCopyString(Kept->seen, sizeof(Kept->seen), Result->seen);
        Session->State.results++;
    } else {
        Session->State.lost++;
    }
    SessionUnlockResults(Session);
}

VOID
SessionSetOutcome(CBX_SESSION *Session, ULONG Outcome)
{
    SessionLockResults(Session);
    Session->State.outcome = Outcome;
    SessionUnlockResults(Session);
}

static ULONG
SessionCopyResults(const CBX_SESSION *Session, ULONG First,
                   cbx_control_result *To, ULONG Room)
{
    ULONG Number = 0, Copied = 0;

    for (const LIST_ENTRY *Link = Session->Blocks.Flink;
         Link != &Session->Blocks; Link = Link->Flink) {
        const CBX_SESSION_BLOCK *Block =
            CONTAINING_RECORD(Link, CBX_SESSION_BLOCK, Link);

        for (ULONG i = 0; i < Block->Count; i++, Number++) {
            if (Number >= First && Copied < Room) {
                To[Copied++] = Block->Results[i];
            }
        }
    }
    return Copied;
}

ULONG
SessionQuery(CBX_SESSION *Session, ULONG First, PVOID Buffer, ULONG Length)
{
    cbx_control_state *State = Buffer;
    ULONG Room = (Length - sizeof(*State)) / sizeof(cbx_control_result);
    ULONG Copied;

    SessionLockResults(Session);
    *State = Session->State;
    State->running = Session->Busy;
    Copied = SessionCopyResults(Session, First,
                                (cbx_control_result *)(State + 1), Room);
    SessionUnlockResults(Session);
    return sizeof(*State) + Copied * sizeof(cbx_control_result);
}
