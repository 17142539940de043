/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work items, each run by one of some system threads: one that waits for
 * another is no deadlock.
 */
#include "nt.h"

enum { WORKERS = 3 };

struct _IO_WORKITEM {
    LIST_ENTRY Link;
    PVOID IoObject;
    PIO_WORKITEM_ROUTINE Routine;
    PIO_WORKITEM_ROUTINE_EX RoutineEx;
    PVOID Context;
    BOOLEAN Queued;
};

static LIST_ENTRY Queue = { &Queue, &Queue };
static NTS_LOCK Lock;
static KSEMAPHORE Filled;
static struct _KTHREAD Workers[WORKERS];
static LONG Started;
static volatile LONG Unfinished;
static KEVENT Finished;

static PIO_WORKITEM Pop(VOID)
{
    ULONG64 Flags = NtsLock(&Lock);
    PIO_WORKITEM Item = NULL;

    if (!IsListEmpty(&Queue)) {
        Item = CONTAINING_RECORD(RemoveHeadList(&Queue), struct _IO_WORKITEM,
                                 Link);
        Item->Queued = FALSE;
    }
    NtsUnlock(&Lock, Flags);
    return Item;
}

static void Work(void *Unused)
{
    UNREFERENCED_PARAMETER(Unused);
    for (;;) {
        PIO_WORKITEM Item;

        KeWaitForSingleObject(&Filled, Executive, KernelMode, FALSE, NULL);
        Item = Pop();
        if (!Item) {
            continue;
        }
        /* The routine may free the item. */
        if (Item->RoutineEx) {
            Item->RoutineEx(Item->IoObject, Item->Context, Item);
        } else {
            Item->Routine(Item->IoObject, Item->Context);
        }
        if (!InterlockedDecrement(&Unfinished)) {
            KeSetEvent(&Finished, IO_NO_INCREMENT, FALSE);
        }
    }
}

/* All that could be had, one at least. */
static BOOLEAN Start(VOID)
{
    ULONG Count = 0;

    if (KeGetCurrentIrql() > APC_LEVEL) {
        return FALSE;
    }
    KeInitializeSemaphore(&Filled, 0, MAXLONG);
    KeInitializeEvent(&Finished, SynchronizationEvent, FALSE);
    for (ULONG i = 0; i < WORKERS; i++) {
        struct _KTHREAD *Worker = &Workers[i];

        NtsObjectInitialize(&Worker->Header, NTS_THREAD, sizeof(*Worker), 0);
        Worker->References = 1;
        Count += !pal_thread_create(Work, NULL, Worker, &Worker->Handle);
    }
    return Count != 0;
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    PIO_WORKITEM Item;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!InterlockedExchange(&Started, 1) && !Start()) {
        Started = 0;
        return NULL;
    }
    Item = NtsAllocate(sizeof(*Item));
    if (!Item) {
        return NULL;
    }
    Item->IoObject = DeviceObject;
    if (!NtsLedgerAdd(NtsKindWorkItem, Item, 0, 0,
                      __builtin_return_address(0))) {
        NtsFree(Item, sizeof(*Item));
        return NULL;
    }
    return Item;
}

VOID NTAPI IoFreeWorkItem(PIO_WORKITEM Item)
{
    CHAR Where[64];

    NTS_IRQL(DISPATCH_LEVEL);
    if (Item->Queued || !NtsLedgerRemove(NtsKindWorkItem, Item, NULL)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, 0, (ULONG_PTR)Item, 0, 0,
                    "IoFreeWorkItem of an item that is queued or free, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    NtsFree(Item, sizeof(*Item));
}

static VOID Insert(PIO_WORKITEM Item, PVOID Context, const VOID *Caller)
{
    ULONG64 Flags;
    BOOLEAN Was;
    CHAR Where[64];

    Flags = NtsLock(&Lock);
    Was = Item->Queued;
    if (!Was) {
        Item->Queued = TRUE;
        Item->Context = Context;
        InsertTailList(&Queue, &Item->Link);
    }
    NtsUnlock(&Lock, Flags);
    if (Was) {
        /* WORKER_INVALID */
        NtsBugCheck(0x000000e4, 1, (ULONG_PTR)Item, (ULONG_PTR)Item, 0,
                    "a work item was queued twice, by %s",
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    InterlockedIncrement(&Unfinished);
    KeReleaseSemaphore(&Filled, 0, 1, FALSE);
}

VOID NtsWorkItemsFlush(VOID)
{
    while (Unfinished) {
        KeWaitForSingleObject(&Finished, Executive, KernelMode, FALSE, NULL);
    }
}

VOID NTAPI IoQueueWorkItem(PIO_WORKITEM Item, PIO_WORKITEM_ROUTINE Routine,
                           WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    UNREFERENCED_PARAMETER(QueueType);
    NTS_IRQL(DISPATCH_LEVEL);
    Item->Routine = Routine;
    Item->RoutineEx = NULL;
    Insert(Item, Context, __builtin_return_address(0));
}

VOID NTAPI IoQueueWorkItemEx(PIO_WORKITEM Item,
                             PIO_WORKITEM_ROUTINE_EX Routine,
                             WORK_QUEUE_TYPE QueueType, PVOID Context)
{
    UNREFERENCED_PARAMETER(QueueType);
    NTS_IRQL(DISPATCH_LEVEL);
    Item->RoutineEx = Routine;
    Insert(Item, Context, __builtin_return_address(0));
}
