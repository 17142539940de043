/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs at PASSIVE_LEVEL for an object: work items, passive timers. */
#ifndef CBX_NT_WDF_RUNNER_H
#define CBX_NT_WDF_RUNNER_H

#include "wdf.h"

typedef struct _FX_RUNNER {
    PIO_WORKITEM WorkItem;      /* NULL: not started */
    FX_OBJECT *Object;
    VOID (*Routine)(FX_OBJECT *Object);
    NTS_LOCK Lock;
    BOOLEAN Queued;
    ULONG Pending;              /* queued or running */
    KEVENT Idle;
} FX_RUNNER;

NTSTATUS FxRunnerStart(FX_RUNNER *Runner, FX_DEVICE *Device, FX_OBJECT *Object,
                       VOID (*Routine)(FX_OBJECT *Object));
/* Harmless when it is queued already. IRQL <= DISPATCH_LEVEL. */
VOID FxRunnerQueue(FX_RUNNER *Runner);
/* Waits until nothing is pending; harmless when it was not started. */
VOID FxRunnerFlush(FX_RUNNER *Runner);
VOID FxRunnerStop(FX_RUNNER *Runner);

#endif /* CBX_NT_WDF_RUNNER_H */
