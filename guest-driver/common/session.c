/* SPDX-License-Identifier: MIT */
#include "common/session.h"

/* Reads "CBXs" in a debugger's listing. */
#define SESSION_POOL_TAG 0x73584243u

/* ---- Memory of results -------------------------------------------------- */

static void *
SessionAllocateBlock(void *Context, uint32_t Size)
{
    UNREFERENCED_PARAMETER(Context);

    return ExAllocatePoolWithTag(PagedPool, Size, SESSION_POOL_TAG);
}

static void
SessionReleaseBlock(void *Context, void *Block)
{
    UNREFERENCED_PARAMETER(Context);

    ExFreePoolWithTag(Block, SESSION_POOL_TAG);
}

static const CbxResultsMemory SessionMemory = {
    SessionAllocateBlock, SessionReleaseBlock
};

VOID
SessionInitialize(CBX_SESSION *Session)
{
    RtlZeroMemory(Session, sizeof(*Session));
    KeInitializeSpinLock(&Session->Lock);
    KeInitializeEvent(&Session->Idle, NotificationEvent, TRUE);
    KeInitializeMutex(&Session->ResultsLock, 0);
    cbx_results_init(&Session->Results, &SessionMemory, NULL);
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
SessionIsBusy(CBX_SESSION *Session)
{
    BOOLEAN Busy;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Session->Lock, &OldIrql);
    Busy = Session->Busy;
    KeReleaseSpinLock(&Session->Lock, OldIrql);
    return Busy;
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

VOID
SessionDelete(CBX_SESSION *Session)
{
    cbx_results_free(&Session->Results);
}

VOID
SessionNewRound(CBX_SESSION *Session)
{
    SessionLockResults(Session);
    cbx_results_new_round(&Session->Results);
    SessionUnlockResults(Session);
}

VOID
SessionAddResult(CBX_SESSION *Session, const CbxResult *Result)
{
    SessionLockResults(Session);
    cbx_results_add(&Session->Results, Result);
    SessionUnlockResults(Session);
}

VOID
SessionSetOutcome(CBX_SESSION *Session, ULONG Outcome)
{
    SessionLockResults(Session);
    Session->Results.state.outcome = Outcome;
    SessionUnlockResults(Session);
}

ULONG
SessionQuery(CBX_SESSION *Session, ULONG First, PVOID Buffer, ULONG Length)
{
    ULONG Used;

    SessionLockResults(Session);
    Used = cbx_results_copy(&Session->Results, First, Buffer, Length);
    SessionUnlockResults(Session);
    ((cbx_control_state *)Buffer)->running = Session->Busy;
    return Used;
}
