/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System threads, their objects and handles. */
#include "nt.h"

static struct _KTHREAD Initial;

/* What PsThreadType points to: only its address is of use. */
static UCHAR ThreadType;
POBJECT_TYPE NtsThreadType = (POBJECT_TYPE)&ThreadType;
POBJECT_TYPE *PsThreadType = &NtsThreadType;

static VOID Initialize(PKTHREAD Thread)
{
    NtsObjectInitialize(&Thread->Header, NTS_THREAD, sizeof(*Thread), 0);
    Thread->References = 1;
}

VOID NtsThreadStart(void *Handle)
{
    Initialize(&Initial);
    Initial.Handle = Handle;
    pal_thread_set(&Initial);
}

VOID NtsThreadReference(PKTHREAD Thread)
{
    InterlockedIncrement(&Thread->References);
}

VOID NtsThreadRelease(PKTHREAD Thread)
{
    LONG Left = InterlockedDecrement(&Thread->References);

    if (Left < 0) {
        /* REFERENCE_BY_POINTER */
        NtsBugCheck(0x00000018, 0, (ULONG_PTR)Thread, 0, (ULONG_PTR)Left,
                    "a thread object was dereferenced too often");
    }
    if (!Left) {
        NtsFree(Thread, sizeof(*Thread));
    }
}

static void Run(void *Context)
{
    PKTHREAD Thread = Context;

    Thread->Routine(Thread->Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes,
                                    HANDLE ProcessHandle, PCLIENT_ID ClientId,
                                    PKSTART_ROUTINE Routine, PVOID Context)
{
    PKTHREAD Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(ObjectAttributes);
    UNREFERENCED_PARAMETER(ProcessHandle);
    NTS_IRQL(PASSIVE_LEVEL);
    Thread = NtsAllocate(sizeof(*Thread));
    if (!Thread) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Initialize(Thread);
    Thread->Routine = Routine;
    Thread->Context = Context;
    Status = NtsHandleCreate(NtsHandleThread, Thread, ThreadHandle,
                             __builtin_return_address(0));
    if (!NT_SUCCESS(Status)) {
        NtsThreadRelease(Thread);
        return Status;
    }
    /* One reference for the handle, one until the thread ends. */
    NtsThreadReference(Thread);
    NtsLedgerAdd(NtsKindThread, Thread, 0, 0, (PVOID)(ULONG_PTR)Routine);
    if (ClientId) {
        ClientId->UniqueProcess = (HANDLE)4;
        ClientId->UniqueThread = (HANDLE)Thread;
    }
    if (pal_thread_create(Run, Thread, Thread, &Thread->Handle)) {
        NtsLedgerRemove(NtsKindThread, Thread, NULL);
        NtsThreadRelease(Thread);
        ZwClose(*ThreadHandle);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus)
{
    PKTHREAD Thread = KeGetCurrentThread();
    ULONG64 Flags;

    UNREFERENCED_PARAMETER(ExitStatus);
    NTS_IRQL(PASSIVE_LEVEL);
    if (Thread == &Initial) {
        return STATUS_INVALID_PARAMETER;
    }
    NtsLedgerRemove(NtsKindThread, Thread, NULL);
    Flags = NtsDispatcherLock();
    Thread->Header.SignalState = 1;
    NtsDispatcherSignal(&Thread->Header);
    NtsDispatcherUnlock(Flags);
    pal_thread_set(NULL);
    NtsThreadRelease(Thread);
    pal_thread_exit();
    return STATUS_SUCCESS;
}

HANDLE NTAPI PsGetCurrentThreadId(VOID)
{
    return (HANDLE)KeGetCurrentThread();
}

HANDLE NTAPI PsGetCurrentProcessId(VOID)
{
    /* The system process. */
    return (HANDLE)4;
}

KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
    UNREFERENCED_PARAMETER(Thread);
    UNREFERENCED_PARAMETER(Priority);
    NTS_IRQL(PASSIVE_LEVEL);
    /* LOW_REALTIME_PRIORITY / 2: what threads of the system process have. */
    return 8;
}

VOID NTAPI KeEnterCriticalRegion(VOID)
{
    NTS_IRQL(APC_LEVEL);
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    NTS_IRQL(APC_LEVEL);
}

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY Active)
{
    if (Active) {
        *Active = ((KAFFINITY)1 << NtsProcessors) - 1;
    }
    return NtsProcessors;
}

ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT Group)
{
    return Group && Group != ALL_PROCESSOR_GROUPS ? 0 : NtsProcessors;
}

KAFFINITY NTAPI KeQueryActiveProcessors(VOID)
{
    return ((KAFFINITY)1 << NtsProcessors) - 1;
}

USHORT NTAPI KeQueryHighestNodeNumber(VOID)
{
    return (USHORT)(NtsNodes - 1);
}
