/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between WDFQUEUE and WDFREQUEST. */
#ifndef CBX_NT_WDF_QUEUE_H
#define CBX_NT_WDF_QUEUE_H

#include "wdf.h"

typedef struct _FX_QUEUE {
    FX_OBJECT Head;
    LIST_ENTRY DeviceLink;
    FX_DEVICE *Device;
    WDF_IO_QUEUE_CONFIG Config;
    BOOLEAN PowerManaged;
    NTS_LOCK Lock;              /* guards what follows */
    LIST_ENTRY Waiting, Owned;  /* by the driver */
    ULONG OwnedCount;           /* not acknowledged as stopped */
    BOOLEAN Running;            /* requests are presented */
    BOOLEAN Passive;            /* ... at PASSIVE_LEVEL only */
    BOOLEAN Presenting;         /* somebody does it */
    KEVENT NoneOwned;
} FX_QUEUE;

typedef struct _FX_REQUEST {
    FX_OBJECT Head;
    LIST_ENTRY Link;            /* in one of the queue's lists */
    FX_QUEUE *Queue;
    PIRP Irp;
    BOOLEAN IsOwned, Acknowledged;
    BOOLEAN WasOwned;           /* before it came to where it waits */
} FX_REQUEST;

/* Takes a request up and presents what may be presented. */
VOID FxQueueInsert(FX_QUEUE *Queue, FX_REQUEST *Request, BOOLEAN AtHead);
/* The driver's no more. */
VOID FxQueueRelease(FX_REQUEST *Request);
VOID FxQueuePresent(FX_QUEUE *Queue);
VOID FxRequestFinish(FX_REQUEST *Request, NTSTATUS Status);

#endif /* CBX_NT_WDF_QUEUE_H */
