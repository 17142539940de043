/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_EXTENSION_H
#define CBX_WDM_EXTENSION_H

#include "common/bars.h"
#include "common/nt.h"
#include "common/session.h"
#include "interrupt.h"
#include "parameters.h"
#include "pool.h"
#include "run.h"

/* The control interface and the run that it was asked for. */
typedef struct _CBX_CONTROL {
    UNICODE_STRING Link;
    BOOLEAN Enabled;
    cbx_control_run Request;
    IRP *Irp;
    PIO_WORKITEM WorkItem;
} CBX_CONTROL;

/* Device extension: everything the driver keeps for one device. */
typedef struct _CBX_EXTENSION {
    DEVICE_OBJECT *Self;
    DEVICE_OBJECT *Pdo;
    DEVICE_OBJECT *Lower;
    IO_REMOVE_LOCK RemoveLock;
    CBX_PARAMETERS Parameters;
    BOOLEAN Started;        /* what HardwareStart started is up */
    DEVICE_POWER_STATE Power;
    CBX_BARS Bars;
    CBX_INTERRUPT Interrupt;
    CBX_SESSION Session;
    CBX_CONTROL Control;
    CBX_RUN Run;
} CBX_EXTENSION;

/*
 * Runs the tests Rounds times, or until a round fails or the session is
 * aborted; Apis as in cbx_control_run. The session is the caller's.
 * STATUS_REVISION_MISMATCH: the device speaks another ABI, nothing was run.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS RunRounds(_Inout_ CBX_EXTENSION *Extension, _In_ ULONG Rounds,
                   _In_ ULONGLONG Apis);

#endif /* CBX_WDM_EXTENSION_H */
