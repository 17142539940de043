/* SPDX-License-Identifier: MIT */
#ifndef CBX_COMMON_SESSION_H
#define CBX_COMMON_SESSION_H

#include "common/nt.h"

#include "core/results.h"

/*
 * One run at a time, and only while the device is up. The results of the last
 * round are kept for who asks.
 */
typedef struct _CBX_SESSION {
    KSPIN_LOCK Lock;
    BOOLEAN Open;               /* runs may begin */
    BOOLEAN Busy;               /* one is under way */
    volatile LONG Abort;        /* and is to end early */
    KEVENT Idle;
    KMUTEX ResultsLock;         /* for all that follows */
    CbxResults Results;
} CBX_SESSION;

VOID SessionInitialize(_Out_ CBX_SESSION *Session);

/* Frees the results. No run is under way. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID SessionDelete(_Inout_ CBX_SESSION *Session);

/* The device is up: runs may begin. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID SessionOpen(_Inout_ CBX_SESSION *Session);

/* Is one under way? */
_IRQL_requires_max_(DISPATCH_LEVEL)
BOOLEAN SessionIsBusy(_Inout_ CBX_SESSION *Session);

/* Lets no run begin any more; FALSE, and nothing is changed, if one runs. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
BOOLEAN SessionCloseIfIdle(_Inout_ CBX_SESSION *Session);

/* The same; a run that is under way is aborted and waited for. */
_IRQL_requires_max_(APC_LEVEL)
VOID SessionClose(_Inout_ CBX_SESSION *Session);

/* STATUS_DEVICE_NOT_READY, STATUS_DEVICE_BUSY, or the run is the caller's. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
NTSTATUS SessionBegin(_Inout_ CBX_SESSION *Session);
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID SessionEnd(_Inout_ CBX_SESSION *Session);

/* Asks the run under way to end early; for any IRQL. */
VOID SessionAbort(_Inout_ CBX_SESSION *Session);

/* Within a run: forgets results, keeps one, notes how the run ended. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID SessionNewRound(_Inout_ CBX_SESSION *Session);
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID SessionAddResult(_Inout_ CBX_SESSION *Session,
                      _In_ const CbxResult *Result);
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID SessionSetOutcome(_Inout_ CBX_SESSION *Session, _In_ ULONG Outcome);

/* State, then results from First on, into Length bytes; returns bytes used. */
_IRQL_requires_max_(PASSIVE_LEVEL)
ULONG SessionQuery(_Inout_ CBX_SESSION *Session, _In_ ULONG First,
                   _Out_ PVOID Buffer, _In_ ULONG Length);

#endif /* CBX_COMMON_SESSION_H */
