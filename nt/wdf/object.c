/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framework objects: a tree in which deletion goes from the leaves to the
 * root. Disposal comes first: the object gives back what it holds, its cleanup
 * callbacks run. When the last reference is gone the destroy callbacks run and
 * the memory goes.
 */
#include "wdf.h"

struct _FX_CONTEXT {
    FX_CONTEXT *Next;
    FX_OBJECT *Object;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO Type;    /* the unique one; may be NULL */
    EVT_WDF_OBJECT_CONTEXT_CLEANUP *Cleanup;
    EVT_WDF_OBJECT_CONTEXT_DESTROY *Destroy;
    SIZE_T Size;
    DECLSPEC_ALIGN(16) UCHAR Data[];
};

static const CHAR *const TypeNames[FxTypes] = {
    [FxTypeAny] = "a framework object",
    [FxTypeCommonBuffer] = "a WDFCOMMONBUFFER",
    [FxTypeDevice] = "a WDFDEVICE",
    [FxTypeDpc] = "a WDFDPC",
    [FxTypeDriver] = "a WDFDRIVER",
    [FxTypeEnabler] = "a WDFDMAENABLER",
    [FxTypeInterrupt] = "a WDFINTERRUPT",
    [FxTypeKey] = "a WDFKEY",
    [FxTypeMemory] = "a WDFMEMORY",
    [FxTypeQueue] = "a WDFQUEUE",
    [FxTypeRequest] = "a WDFREQUEST",
    [FxTypeObject] = "a general WDFOBJECT",
    [FxTypeResources] = "a WDFCMRESLIST",
    [FxTypeSpinLock] = "a WDFSPINLOCK",
    [FxTypeTimer] = "a WDFTIMER",
    [FxTypeWaitLock] = "a WDFWAITLOCK",
    [FxTypeWorkItem] = "a WDFWORKITEM",
};

/* Guards every list of children and the list of the deferred. */
static NTS_LOCK TreeLock;

/* ---- Handles ------------------------------------------------------------ */

PVOID FxObject(const VOID *Handle, FX_TYPE Type, const CHAR *Routine,
               const VOID *Caller)
{
    FX_OBJECT *Object = FxHandle(Handle);
    CHAR Where[64];

    FxRequireParameter(Handle, Routine, Caller);
    /* Asked of the ledger, so that memory which is no object is not read. */
    if (!NtsLedgerFind(NtsKindWdfObject, Object, NULL) ||
        (Type != FxTypeAny && Object->Type != Type)) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_HANDLE, (ULONG_PTR)Handle,
                    0, 0, "%s with handle 0x%p, which is not %s or no more, "
                    "by %s", Routine, Handle, TypeNames[Type],
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Object;
}

/* ---- Contexts ----------------------------------------------------------- */

static FX_CONTEXT *ContextCreate(FX_OBJECT *Object,
                                 const WDF_OBJECT_ATTRIBUTES *Attributes)
{
    PCWDF_OBJECT_CONTEXT_TYPE_INFO Type = Attributes->ContextTypeInfo;
    SIZE_T Size = sizeof(FX_CONTEXT);
    FX_CONTEXT *Context;

    if (Type) {
        Size += Attributes->ContextSizeOverride
                ? Attributes->ContextSizeOverride : Type->ContextSize;
    }
    Context = NtsAllocate(Size);
    if (Context) {
        Context->Object = Object;
        Context->Type = Type ? Type->UniqueType : NULL;
        Context->Cleanup = Attributes->EvtCleanupCallback;
        Context->Destroy = Attributes->EvtDestroyCallback;
        Context->Size = Size;
    }
    return Context;
}

static FX_CONTEXT *ContextFind(const FX_OBJECT *Object,
                               PCWDF_OBJECT_CONTEXT_TYPE_INFO Type)
{
    FX_CONTEXT *Context = Object->Contexts;

    while (Context && Context->Type != Type) {
        Context = Context->Next;
    }
    return Context;
}

PVOID NTAPI WdfObjectGetTypedContextWorker(PWDF_DRIVER_GLOBALS Globals,
                                           WDFOBJECT Handle,
                                           PCWDF_OBJECT_CONTEXT_TYPE_INFO Type)
{
    FX_OBJECT *Object = FX_OBJECT_OF(Any, Handle);
    FX_CONTEXT *Context = ContextFind(Object, Type);

    UNREFERENCED_PARAMETER(Globals);
    return Context ? Context->Data : NULL;
}

NTSTATUS NTAPI WdfObjectAllocateContext(PWDF_DRIVER_GLOBALS Globals,
                                        WDFOBJECT Handle,
                                        PWDF_OBJECT_ATTRIBUTES Attributes,
                                        PVOID *Data)
{
    FX_OBJECT *Object = FX_OBJECT_OF(Any, Handle);
    FX_CONTEXT *Context;
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG64 Flags;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Attributes);
    Status = FxAttributesCheck(Attributes, FX_PARENT_FORBIDDEN);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!Attributes->ContextTypeInfo) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Context = ContextCreate(Object, Attributes);
    if (!Context) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Flags = NtsLock(&TreeLock);
    if (ContextFind(Object, Context->Type)) {
        Status = STATUS_OBJECT_NAME_EXISTS;
    } else if (Object->Deleted) {
        Status = STATUS_DELETE_PENDING;
    } else {
        Context->Next = Object->Contexts;
        Object->Contexts = Context;
    }
    NtsUnlock(&TreeLock, Flags);
    if (Status != STATUS_SUCCESS) {
        NtsFree(Context, Context->Size);
        return Status;
    }
    if (Data) {
        *Data = Context->Data;
    }
    return STATUS_SUCCESS;
}

WDFOBJECT NTAPI WdfObjectContextGetObject(PWDF_DRIVER_GLOBALS Globals,
                                          PVOID Data)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Data);
    return FxHandle(CONTAINING_RECORD(Data, FX_CONTEXT, Data)->Object);
}

/* ---- Creation ----------------------------------------------------------- */

NTSTATUS FxObjectCreate(FX_TYPE Type, SIZE_T Size, FX_OBJECT *Parent,
                        PWDF_OBJECT_ATTRIBUTES Attributes, ULONG Options,
                        const VOID *Caller, PVOID Created)
{
    NTSTATUS Status = FxAttributesCheck(Attributes, Options);
    FX_OBJECT *Object;
    ULONG64 Flags;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Attributes && Attributes->ParentObject) {
        Parent = FxObject(Attributes->ParentObject, FxTypeAny,
                          "an object's creation with a parent", Caller);
    }
    Object = NtsAllocate(Size);
    if (!Object) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Object->Type = Type;
    Object->Size = Size;
    Object->References = 1;
    InitializeListHead(&Object->Children);
    InitializeListHead(&Object->Link);
    if (Attributes) {
        Object->Contexts = ContextCreate(Object, Attributes);
        if (!Object->Contexts) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
            goto cleanup;
        }
    }
    if (!NtsLedgerAdd(NtsKindWdfObject, Object, Size, 0, Caller)) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
        goto cleanup;
    }
    if (Parent) {
        Flags = NtsLock(&TreeLock);
        if (Parent->Deleted) {
            Status = STATUS_DELETE_PENDING;
        } else {
            Object->Parent = Parent;
            FxReference(Parent);
            /* Newest first: children go in the reverse order of coming. */
            InsertHeadList(&Parent->Children, &Object->Link);
        }
        NtsUnlock(&TreeLock, Flags);
        if (!NT_SUCCESS(Status)) {
            NtsLedgerRemove(NtsKindWdfObject, Object, NULL);
            goto cleanup;
        }
    }
    *(PVOID *)Created = Object;
    return STATUS_SUCCESS;

cleanup:
    if (Object->Contexts) {
        NtsFree(Object->Contexts, Object->Contexts->Size);
    }
    NtsFree(Object, Size);
    return Status;
}

NTSTATUS NTAPI WdfObjectCreate(PWDF_DRIVER_GLOBALS Globals,
                               PWDF_OBJECT_ATTRIBUTES Attributes,
                               WDFOBJECT *Handle)
{
    FX_OBJECT *Object;
    NTSTATUS Status;

    FX_REQUIRE(Handle);
    Status = FxObjectCreate(FxTypeObject, sizeof(*Object),
                            &FxGlobals(Globals)->Driver->Head, Attributes,
                            FX_EXECUTION_LEVEL, __builtin_return_address(0),
                            &Object);
    if (NT_SUCCESS(Status)) {
        *Handle = FxHandle(Object);
    }
    return Status;
}

/* ---- References --------------------------------------------------------- */

VOID FxReference(FX_OBJECT *Object)
{
    InterlockedIncrement(&Object->References);
}

static VOID Destroy(FX_OBJECT *Object)
{
    FX_OBJECT *Parent = Object->Parent;
    KIRQL Irql = KeGetCurrentIrql();

    for (FX_CONTEXT *c = Object->Contexts; c; c = c->Next) {
        if (c->Destroy) {
            c->Destroy(FxHandle(Object));
            FxRequireSameIrql(Irql, "EvtDestroyCallback");
        }
    }
    if (Object->Destroy) {
        Object->Destroy(Object);
    }
    while (Object->Contexts) {
        FX_CONTEXT *Context = Object->Contexts;

        Object->Contexts = Context->Next;
        NtsFree(Context, Context->Size);
    }
    NtsLedgerRemove(NtsKindWdfObject, Object, NULL);
    NtsFree(Object, Object->Size);
    if (Parent) {
        FxRelease(Parent);
    }
}

VOID FxRelease(FX_OBJECT *Object)
{
    if (InterlockedDecrement(&Object->References) == 0) {
        Destroy(Object);
    }
}

VOID NTAPI WdfObjectReferenceActual(PWDF_DRIVER_GLOBALS Globals,
                                    WDFOBJECT Handle, PVOID Tag, LONG Line,
                                    PCCH File)
{
    UNREFERENCED_PARAMETER(Globals);
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    FxReference(FX_OBJECT_OF(Any, Handle));
}

VOID NTAPI WdfObjectDereferenceActual(PWDF_DRIVER_GLOBALS Globals,
                                      WDFOBJECT Handle, PVOID Tag, LONG Line,
                                      PCCH File)
{
    FX_OBJECT *Object = FX_OBJECT_OF(Any, Handle);
    CHAR Where[64];

    UNREFERENCED_PARAMETER(Globals);
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(File);
    if (Object->References == 1 && !Object->Deleted) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_OBJECT, (ULONG_PTR)Handle,
                    0, 0, "WdfObjectDereference took the last reference of %s "
                    "which was not deleted, by %s", TypeNames[Object->Type],
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    FxRelease(Object);
}

/* ---- Deletion ----------------------------------------------------------- */

static VOID CallCleanup(FX_OBJECT *Object)
{
    KIRQL Irql = KeGetCurrentIrql();

    if (FxFaults() & NTS_FAULT_WDF_CLEANUP && Object->Parent &&
        Object->Type == FxTypeCommonBuffer && Object->Parent->Deleted) {
        return;
    }
    for (FX_CONTEXT *c = Object->Contexts; c; c = c->Next) {
        if (c->Cleanup) {
            c->Cleanup(FxHandle(Object));
            FxRequireSameIrql(Irql, "EvtCleanupCallback");
        }
    }
}

static FX_OBJECT *TakeChild(FX_OBJECT *Object)
{
    ULONG64 Flags = NtsLock(&TreeLock);
    FX_OBJECT *Child = NULL;

    if (!IsListEmpty(&Object->Children)) {
        Child = CONTAINING_RECORD(RemoveHeadList(&Object->Children),
                                  FX_OBJECT, Link);
        InitializeListHead(&Child->Link);
        Child->Deleted = TRUE;
    }
    NtsUnlock(&TreeLock, Flags);
    return Child;
}

/* Children first; then what the object holds, then its cleanup callbacks. */
static VOID DisposeTree(FX_OBJECT *Object)
{
    FX_OBJECT *Child;

    while ((Child = TakeChild(Object))) {
        DisposeTree(Child);
    }
    if (Object->Dispose) {
        Object->Dispose(Object);
    }
    CallCleanup(Object);
    FxRelease(Object);
}

/* Lock held. */
static BOOLEAN NeedsPassive(const FX_OBJECT *Object)
{
    if (Object->Passive) {
        return TRUE;
    }
    for (LIST_ENTRY *Link = Object->Children.Flink;
         Link != &Object->Children; Link = Link->Flink) {
        if (NeedsPassive(CONTAINING_RECORD(Link, FX_OBJECT, Link))) {
            return TRUE;
        }
    }
    return FALSE;
}

static struct {
    PIO_WORKITEM WorkItem;
    LIST_ENTRY List;
    BOOLEAN Queued;
    KEVENT Idle;
} Deferred = { .List = { &Deferred.List, &Deferred.List } };

static FX_OBJECT *TakeDeferred(VOID)
{
    ULONG64 Flags = NtsLock(&TreeLock);
    FX_OBJECT *Object = NULL;

    if (IsListEmpty(&Deferred.List)) {
        Deferred.Queued = FALSE;
        KeSetEvent(&Deferred.Idle, IO_NO_INCREMENT, FALSE);
    } else {
        Object = CONTAINING_RECORD(RemoveHeadList(&Deferred.List), FX_OBJECT,
                                   Deferred);
    }
    NtsUnlock(&TreeLock, Flags);
    return Object;
}

static VOID NTAPI DisposeDeferred(PDEVICE_OBJECT Device, PVOID Context)
{
    FX_OBJECT *Object;

    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Context);
    while ((Object = TakeDeferred())) {
        DisposeTree(Object);
    }
}

NTSTATUS FxDeferStart(PDEVICE_OBJECT Device)
{
    KeInitializeEvent(&Deferred.Idle, NotificationEvent, TRUE);
    Deferred.WorkItem = IoAllocateWorkItem(Device);
    return Deferred.WorkItem ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

VOID FxDeferStop(VOID)
{
    if (Deferred.WorkItem) {
        KeWaitForSingleObject(&Deferred.Idle, Executive, KernelMode, FALSE,
                              NULL);
        IoFreeWorkItem(Deferred.WorkItem);
        Deferred.WorkItem = NULL;
    }
}

VOID FxObjectDelete(FX_OBJECT *Object)
{
    ULONG64 Flags = NtsLock(&TreeLock);
    BOOLEAN Mine = !Object->Deleted, Defer = FALSE, Start = FALSE;

    if (Mine) {
        Object->Deleted = TRUE;
        RemoveEntryList(&Object->Link);
        InitializeListHead(&Object->Link);
        Defer = KeGetCurrentIrql() > PASSIVE_LEVEL && NeedsPassive(Object);
    }
    if (Defer) {
        InsertTailList(&Deferred.List, &Object->Deferred);
        Start = !Deferred.Queued;
        Deferred.Queued = TRUE;
        KeClearEvent(&Deferred.Idle);
    }
    NtsUnlock(&TreeLock, Flags);
    if (Start) {
        IoQueueWorkItem(Deferred.WorkItem, DisposeDeferred, DelayedWorkQueue,
                        NULL);
    } else if (Mine && !Defer) {
        DisposeTree(Object);
    }
}

VOID FxObjectAbandon(FX_OBJECT *Object)
{
    for (FX_CONTEXT *c = Object->Contexts; c; c = c->Next) {
        c->Cleanup = NULL;
        c->Destroy = NULL;
    }
    FxObjectDelete(Object);
}

VOID NTAPI WdfObjectDelete(PWDF_DRIVER_GLOBALS Globals, WDFOBJECT Handle)
{
    FX_OBJECT *Object = FX_OBJECT_OF(Any, Handle);
    CHAR Where[64];

    UNREFERENCED_PARAMETER(Globals);
    NTS_IRQL(DISPATCH_LEVEL);
    if (Object->Fixed) {
        NtsFinding("wdf-cannot-delete", "WdfObjectDelete of %s, which is not "
                   "the driver's to delete, by %s", TypeNames[Object->Type],
                   NtsWhere(__builtin_return_address(0), Where,
                            sizeof(Where)));
        return;
    }
    FxObjectDelete(Object);
}
