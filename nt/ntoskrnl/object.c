/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handles and object references. */
#include "nt.h"

enum { HANDLES = 64, VERIFIER_BAD_HANDLE = 0x3c };

static struct {
    NTS_HANDLE_TYPE Type;
    PVOID Object;
} Handles[HANDLES];
static NTS_LOCK Lock;

/* Multiples of 4, not 0. */
static HANDLE HandleOf(ULONG Index)
{
    return (HANDLE)(ULONG_PTR)((Index + 1) * 4);
}

NTSTATUS NtsHandleCreate(NTS_HANDLE_TYPE Type, PVOID Object, PHANDLE Handle,
                         const VOID *Caller)
{
    ULONG64 Flags = NtsLock(&Lock);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    for (ULONG i = 0; i < HANDLES; i++) {
        if (Handles[i].Type == NtsHandleFree) {
            Handles[i].Type = Type;
            Handles[i].Object = Object;
            *Handle = HandleOf(i);
            Status = STATUS_SUCCESS;
            break;
        }
    }
    NtsUnlock(&Lock, Flags);
    if (NT_SUCCESS(Status)) {
        NtsLedgerAdd(NtsKindHandle, *Handle, 0, 0, Caller);
    }
    return Status;
}

PVOID NtsHandleObject(HANDLE Handle, NTS_HANDLE_TYPE Type)
{
    ULONG_PTR Index = (ULONG_PTR)Handle / 4 - 1;

    if ((ULONG_PTR)Handle % 4 || Index >= HANDLES ||
        Handles[Index].Type != Type) {
        return NULL;
    }
    return Handles[Index].Object;
}

NTSTATUS NTAPI ZwClose(HANDLE Handle)
{
    ULONG_PTR Index = (ULONG_PTR)Handle / 4 - 1;
    NTS_HANDLE_TYPE Type;
    PVOID Object;
    ULONG64 Flags;

    NTS_IRQL(PASSIVE_LEVEL);
    if ((ULONG_PTR)Handle % 4 || Index >= HANDLES) {
        return STATUS_INVALID_HANDLE;
    }
    Flags = NtsLock(&Lock);
    Type = Handles[Index].Type;
    Object = Handles[Index].Object;
    Handles[Index].Type = NtsHandleFree;
    NtsUnlock(&Lock, Flags);
    if (Type == NtsHandleFree) {
        return STATUS_INVALID_HANDLE;
    }
    NtsLedgerRemove(NtsKindHandle, Handle, NULL);
    if (Type == NtsHandleThread) {
        NtsThreadRelease(Object);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle,
                                         ACCESS_MASK DesiredAccess,
                                         POBJECT_TYPE ObjectType,
                                         KPROCESSOR_MODE AccessMode,
                                         PVOID *Object,
                                         POBJECT_HANDLE_INFORMATION Information)
{
    PKTHREAD Thread;

    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(AccessMode);
    NTS_IRQL(PASSIVE_LEVEL);
    Thread = NtsHandleObject(Handle, NtsHandleThread);
    if (!Thread) {
        CHAR Where[64];

        NtsBugCheck(NTS_BUG_VERIFIER, VERIFIER_BAD_HANDLE, (ULONG_PTR)Handle,
                    (ULONG_PTR)ObjectType, 0, "ObReferenceObjectByHandle of "
                    "0x%p, which is no handle of a thread, by %s", Handle,
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    if (ObjectType && ObjectType != *PsThreadType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    NtsThreadReference(Thread);
    *Object = Thread;
    if (Information) {
        RtlZeroMemory(Information, sizeof(*Information));
    }
    return STATUS_SUCCESS;
}

LONG_PTR FASTCALL ObfReferenceObject(PVOID Object)
{
    DISPATCHER_HEADER *Header = Object;

    NTS_IRQL(DISPATCH_LEVEL);
    if (Header->Type == NTS_THREAD) {
        NtsThreadReference(Object);
        return ((PKTHREAD)Object)->References;
    }
    return InterlockedIncrement(&((PDEVICE_OBJECT)Object)->ReferenceCount);
}

LONG_PTR FASTCALL ObfDereferenceObject(PVOID Object)
{
    DISPATCHER_HEADER *Header = Object;

    NTS_IRQL(DISPATCH_LEVEL);
    if (Header->Type == NTS_THREAD) {
        LONG Before = ((PKTHREAD)Object)->References;

        NtsThreadRelease(Object);
        return Before - 1;
    }
    return InterlockedDecrement(&((PDEVICE_OBJECT)Object)->ReferenceCount);
}
