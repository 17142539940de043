/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deferred procedure calls: one queue, run in order at DISPATCH_LEVEL. */
#include "nt.h"

/* KDPC.DpcData: whether it is queued. */
static UCHAR Queued;

static LIST_ENTRY Queue = { &Queue, &Queue };
static const KDPC *volatile Running;

enum { DPC_OBJECT = 19, THREADED_DPC_OBJECT = 24 };

VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE Routine,
                           PVOID Context)
{
    RtlZeroMemory(Dpc, sizeof(*Dpc));
    Dpc->Type = DPC_OBJECT;
    Dpc->Importance = MediumImportance;
    Dpc->DeferredRoutine = Routine;
    Dpc->DeferredContext = Context;
}

VOID NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE Routine,
                                   PVOID Context)
{
    KeInitializeDpc(Dpc, Routine, Context);
    Dpc->Type = THREADED_DPC_OBJECT;
}

VOID NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance)
{
    Dpc->Importance = (UCHAR)Importance;
}

VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number)
{
    /* 0 means any; a number is stored above the largest number. */
    Dpc->Number = (USHORT)(MAXIMUM_PROCESSORS + Number);
}

BOOLEAN NtsDpcInsert(PKDPC Dpc, PVOID Argument1, PVOID Argument2)
{
    if (Dpc->DpcData) {
        return FALSE;
    }
    Dpc->DpcData = &Queued;
    Dpc->SystemArgument1 = Argument1;
    Dpc->SystemArgument2 = Argument2;
    if (Dpc->Importance == HighImportance) {
        InsertHeadList(&Queue, &Dpc->DpcListEntry);
    } else {
        InsertTailList(&Queue, &Dpc->DpcListEntry);
    }
    return TRUE;
}

BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID Argument1, PVOID Argument2)
{
    ULONG64 Flags;
    BOOLEAN Inserted;
    CHAR Where[64];

    if (Dpc->Type != DPC_OBJECT && Dpc->Type != THREADED_DPC_OBJECT) {
        NtsBugCheck(NTS_BUG_VERIFIER, 0xe1, (ULONG_PTR)Dpc, 0, 0,
                    "KeInsertQueueDpc of what is no initialized DPC, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    Flags = NtsDispatcherLock();
    Inserted = NtsDpcInsert(Dpc, Argument1, Argument2);
    NtsDispatcherUnlock(Flags);
    if (Inserted) {
        pal_dispatch_request();
    }
    return Inserted;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc)
{
    ULONG64 Flags = NtsDispatcherLock();
    BOOLEAN Removed = Dpc->DpcData != NULL;

    if (Removed) {
        RemoveEntryList(&Dpc->DpcListEntry);
        Dpc->DpcData = NULL;
    }
    NtsDispatcherUnlock(Flags);
    return Removed;
}

static VOID Call(const KDPC *Dpc, PKDPC Object)
{
    KIRQL Irql;

    Dpc->DeferredRoutine(Object, Dpc->DeferredContext, Dpc->SystemArgument1,
                         Dpc->SystemArgument2);
    Irql = KeGetCurrentIrql();
    if (Irql != DISPATCH_LEVEL) {
        CHAR Where[64];

        /* IRQL_UNEXPECTED_VALUE: current << 16 | expected << 8 */
        NtsBugCheck(0x000000c8, (ULONG_PTR)Irql << 16 | DISPATCH_LEVEL << 8, 0,
                    (ULONG_PTR)Object, (ULONG_PTR)Dpc->DeferredRoutine,
                    "DPC routine %s returned at IRQL %u",
                    NtsWhere((PVOID)(ULONG_PTR)Dpc->DeferredRoutine, Where,
                             sizeof(Where)), Irql);
    }
}

VOID NtsDpcRun(VOID)
{
    for (;;) {
        ULONG64 Flags = NtsDispatcherLock();
        PKDPC Dpc;
        KDPC Copy;

        if (Running || IsListEmpty(&Queue)) {
            NtsDispatcherUnlock(Flags);
            return;
        }
        Dpc = CONTAINING_RECORD(RemoveHeadList(&Queue), KDPC, DpcListEntry);
        Dpc->DpcData = NULL;
        /* Once off the queue its owner may queue, change or free it. */
        Copy = *Dpc;
        Running = &Copy;
        NtsDispatcherUnlock(Flags);
        Call(&Copy, Dpc);
        Running = NULL;
    }
}

BOOLEAN NtsDpcIsRunning(VOID)
{
    return Running != NULL;
}

VOID NtsDpcCatchUp(VOID)
{
    KIRQL Irql;

    if (IsListEmpty(&Queue) || Running) {
        return;
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    NtsDpcRun();
    KeLowerIrql(Irql);
}

VOID NTAPI KeFlushQueuedDpcs(VOID)
{
    NTS_IRQL(PASSIVE_LEVEL);
    while (!IsListEmpty(&Queue) || Running) {
        NtsDpcCatchUp();
        YieldProcessor();
    }
}

static BOOLEAN LiesIn(const KDPC *Dpc, const VOID *Base, SIZE_T Size)
{
    return (ULONG_PTR)Dpc->DeferredRoutine - (ULONG_PTR)Base < Size;
}

ULONG NtsDpcCountIn(const VOID *Base, SIZE_T Size)
{
    ULONG64 Flags = NtsDispatcherLock();
    ULONG Count = 0;

    for (LIST_ENTRY *Link = Queue.Flink; Link != &Queue; Link = Link->Flink) {
        Count += LiesIn(CONTAINING_RECORD(Link, KDPC, DpcListEntry), Base,
                        Size);
    }
    if (Running && LiesIn((const KDPC *)Running, Base, Size)) {
        Count++;
    }
    NtsDispatcherUnlock(Flags);
    return Count;
}
