/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events and spin locks. */
#include "videoprt.h"

enum { SYNC_TAG = 0x79735056 };     /* "VPsy" */

/* Opaque to miniports. */
struct _VIDEO_PORT_SPIN_LOCK {
    KSPIN_LOCK Lock;
};

typedef struct _VIDEO_PORT_EVENT {
    KEVENT Event;
} VIDEO_PORT_EVENT;

/* ---- Events -------------------------------------------------------------- */

VP_STATUS NTAPI VideoPortCreateEvent(PVOID HwDeviceExtension, ULONG EventFlag,
                                     PVOID Unused, PEVENT *ppEvent)
{
    VIDEO_PORT_EVENT *Event;

    UNREFERENCED_PARAMETER(Unused);
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(PASSIVE_LEVEL);
    Event = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Event), SYNC_TAG);
    if (!Event) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    KeInitializeEvent(&Event->Event,
                      EventFlag & EVENT_TYPE_MASK ? NotificationEvent
                                                  : SynchronizationEvent,
                      (EventFlag & INITIAL_EVENT_STATE_MASK) != 0);
    *ppEvent = (PEVENT)Event;
    return NO_ERROR;
}

VP_STATUS NTAPI VideoPortDeleteEvent(PVOID HwDeviceExtension, PEVENT pEvent)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(DISPATCH_LEVEL);
    ExFreePoolWithTag(pEvent, SYNC_TAG);
    return NO_ERROR;
}

LONG NTAPI VideoPortSetEvent(PVOID HwDeviceExtension, PEVENT pEvent)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(DISPATCH_LEVEL);
    return KeSetEvent((PRKEVENT)pEvent, IO_NO_INCREMENT, FALSE);
}

VOID NTAPI VideoPortClearEvent(PVOID HwDeviceExtension, PEVENT pEvent)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(DISPATCH_LEVEL);
    KeClearEvent((PRKEVENT)pEvent);
}

LONG NTAPI VideoPortReadStateEvent(PVOID HwDeviceExtension, PEVENT pEvent)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(DISPATCH_LEVEL);
    return KeReadStateEvent((PRKEVENT)pEvent);
}

VP_STATUS NTAPI VideoPortWaitForSingleObject(PVOID HwDeviceExtension,
                                             PVOID Object,
                                             PLARGE_INTEGER TimeOut)
{
    NTSTATUS Status;

    VP_DEVICE_OF(HwDeviceExtension);
    Status = KeWaitForSingleObject(Object, Executive, KernelMode, FALSE,
                                   TimeOut);
    return Status == STATUS_SUCCESS ? NO_ERROR :
           Status == STATUS_TIMEOUT ? WAIT_TIMEOUT : ERROR_INVALID_PARAMETER;
}

/* ---- Spin locks ---------------------------------------------------------- */

VP_STATUS NTAPI VideoPortCreateSpinLock(PVOID HwDeviceExtension,
                                        PSPIN_LOCK *SpinLock)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(PASSIVE_LEVEL);
    *SpinLock = ExAllocatePoolWithTag(NonPagedPool, sizeof(**SpinLock),
                                      SYNC_TAG);
    if (!*SpinLock) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    KeInitializeSpinLock(&(*SpinLock)->Lock);
    return NO_ERROR;
}

VP_STATUS NTAPI VideoPortDeleteSpinLock(PVOID HwDeviceExtension,
                                        PSPIN_LOCK SpinLock)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(DISPATCH_LEVEL);
    ExFreePoolWithTag(SpinLock, SYNC_TAG);
    return NO_ERROR;
}

VOID NTAPI VideoPortAcquireSpinLock(PVOID HwDeviceExtension,
                                    PSPIN_LOCK SpinLock, PUCHAR OldIrql)
{
    VP_DEVICE_OF(HwDeviceExtension);
    KeAcquireSpinLock(&SpinLock->Lock, OldIrql);
}

VOID NTAPI VideoPortReleaseSpinLock(PVOID HwDeviceExtension,
                                    PSPIN_LOCK SpinLock, UCHAR NewIrql)
{
    VP_DEVICE_OF(HwDeviceExtension);
    KeReleaseSpinLock(&SpinLock->Lock, NewIrql);
}

VOID NTAPI VideoPortAcquireSpinLockAtDpcLevel(PVOID HwDeviceExtension,
                                              PSPIN_LOCK SpinLock)
{
    VP_DEVICE_OF(HwDeviceExtension);
    KeAcquireSpinLockAtDpcLevel(&SpinLock->Lock);
}

VOID NTAPI VideoPortReleaseSpinLockFromDpcLevel(PVOID HwDeviceExtension,
                                                PSPIN_LOCK SpinLock)
{
    VP_DEVICE_OF(HwDeviceExtension);
    KeReleaseSpinLockFromDpcLevel(&SpinLock->Lock);
}
