/* SPDX-License-Identifier: MIT */
#ifndef CBX_COMMON_REQUESTS_H
#define CBX_COMMON_REQUESTS_H

#include "common/session.h"

/*
 * Runs the tests Rounds times, or until a round fails or the session is
 * aborted; Apis as in cbx_control_run. The session is the caller's. What it
 * returns ends the request.
 */
typedef NTSTATUS CBX_REQUESTS_RUN(PVOID Context, ULONG Rounds, ULONGLONG Apis);

/* The requests of cbx/ioctl.h as IRPs, and the run that one of them asked for.
 * The owner sets the first four; the memory is zero before. */
typedef struct _CBX_REQUESTS {
    CBX_SESSION *Session;
    IO_REMOVE_LOCK *RemoveLock;
    CBX_REQUESTS_RUN *Run;
    PVOID Context;              /* of Run */
    cbx_control_run Request;
    IRP *Irp;
    PIO_WORKITEM WorkItem;
} CBX_REQUESTS;

/* IRP_MJ_DEVICE_CONTROL: run, query, abort. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS RequestsDispatch(_Inout_ CBX_REQUESTS *Requests,
                          _In_ DEVICE_OBJECT *Device, _Inout_ IRP *Irp);

#endif /* CBX_COMMON_REQUESTS_H */
