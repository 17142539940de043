/* SPDX-License-Identifier: MIT */
/* One common buffer: enabler, WDFCOMMONBUFFER, and how they go again. */
#ifndef CBX_KMDF_BUFFERS_H
#define CBX_KMDF_BUFFERS_H

#include "core/buffer.h"
#include "enablers.h"

enum { BUFFERS_VARIANT_MAX = 128 };

typedef enum _CBX_DELETION {
    DeleteBuffer,           /* WdfObjectDelete of the buffer */
    DeleteParent,           /* of its enabler */
    DeleteAtDispatch,       /* of the buffer, at DISPATCH_LEVEL: deferred */
} CBX_DELETION;

/* One allocation to be made, as a row of the plan. */
typedef struct _CBX_REQUEST {
    ULONG Api;                  /* CBX_API_WDF_* */
    CBX_ENABLER_KIND Enabler;
    ULONG Length;               /* bytes */
    ULONG Mask;                 /* WDF_COMMON_BUFFER_CONFIG's */
    ULONG DeviceMask;           /* WdfDeviceSetAlignmentRequirement's */
    CBX_DELETION Deletion;
} CBX_WDF_REQUEST;

/* What the callbacks of an object have seen; ticks count over both objects. */
typedef struct _CBX_LIFE {
    ULONG Cleanups, Destroys;
    ULONG CleanupTick, DestroyTick;
    KEVENT Destroyed;           /* the object is gone */
} CBX_LIFE;

typedef struct _CBX_ALLOCATION {
    const CBX_WDF_REQUEST *Request;
    NTSTATUS EnablerStatus, Status;
    WDFDMAENABLER Enabler;
    WDFCOMMONBUFFER Handle;
    SIZE_T SeenLength;          /* WdfCommonBufferGetLength */
    BOOLEAN Steady;             /* the getters say the same when asked again */
    CbxBuffer Buffer;
    char Variant[BUFFERS_VARIANT_MAX];
    ULONG Ticks;
    CBX_LIFE BufferLife, EnablerLife;
} CBX_WDF_ALLOCATION;

/*
 * Makes an enabler and a buffer of it. FALSE: one of the two statuses says
 * why, nothing is allocated then, and only the variant is valid. The
 * allocation has to stay where it is until BufferEnd returns.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN BufferAllocate(_Out_ CBX_WDF_ALLOCATION *Allocation,
                       _In_ const CBX_WDF_REQUEST *Request,
                       _In_ WDFDEVICE Device, _In_ ULONG DeviceBits);

/*
 * Deletes the buffer the way the request says. FALSE: it was not gone within
 * some seconds.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN BufferFree(_Inout_ CBX_WDF_ALLOCATION *Allocation);

/*
 * Deletes the enabler, if that has not been the way. FALSE: it was not gone
 * within some seconds; a deferred deletion of the buffer may still hold it.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN BufferEnd(_Inout_ CBX_WDF_ALLOCATION *Allocation);

/* Did the callbacks of both run, each once, in the documented order? */
BOOLEAN BufferLifeWasGood(_In_ const CBX_WDF_ALLOCATION *Allocation);

#endif /* CBX_KMDF_BUFFERS_H */
