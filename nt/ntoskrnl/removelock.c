/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remove locks: they keep a device from going while it is in use. */
#include "nt.h"

VOID NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag,
                                    ULONG MaxLockedMinutes,
                                    ULONG HighWatermark, ULONG Size)
{
    UNREFERENCED_PARAMETER(AllocateTag);
    UNREFERENCED_PARAMETER(MaxLockedMinutes);
    UNREFERENCED_PARAMETER(HighWatermark);
    NTS_IRQL(PASSIVE_LEVEL);
    RtlZeroMemory(Lock, Size);
    Lock->Common.IoCount = 1;
    KeInitializeEvent(&Lock->Common.RemoveEvent, SynchronizationEvent, FALSE);
}

static VOID Drop(PIO_REMOVE_LOCK Lock, const VOID *Caller)
{
    LONG Left = InterlockedDecrement(&Lock->Common.IoCount);
    CHAR Where[64];

    if (Left < 0) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0xd5, (ULONG_PTR)Lock, 0, 0,
                    "remove lock released more often than acquired, by %s",
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    if (!Left) {
        KeSetEvent(&Lock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    }
}

NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK Lock, PVOID Tag,
                                     PCSTR File, ULONG Line, ULONG Size)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(File);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(Size);
    NTS_IRQL(DISPATCH_LEVEL);
    InterlockedIncrement(&Lock->Common.IoCount);
    if (Lock->Common.Removed) {
        Drop(Lock, __builtin_return_address(0));
        return STATUS_DELETE_PENDING;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK Lock, PVOID Tag, ULONG Size)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Size);
    NTS_IRQL(DISPATCH_LEVEL);
    Drop(Lock, __builtin_return_address(0));
}

VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK Lock, PVOID Tag,
                                        ULONG Size)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Size);
    NTS_IRQL(PASSIVE_LEVEL);
    Lock->Common.Removed = TRUE;
    /* The caller's own, and the one that IoInitializeRemoveLock took. */
    Drop(Lock, __builtin_return_address(0));
    if (InterlockedDecrement(&Lock->Common.IoCount) > 0) {
        KeWaitForSingleObject(&Lock->Common.RemoveEvent, Executive, KernelMode,
                              FALSE, NULL);
    }
}
