/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Right use of what cbxkmdf.sys does not use. */
#include "wdftest.h"

/* ---- Objects ------------------------------------------------------------ */

typedef struct _COUNTS {
    ULONG Cleanups, Destroys;
    CHAR Order[8];
    ULONG Length;
} COUNTS;

typedef struct _NODE {
    COUNTS *Counts;
    CHAR Letter;
} NODE;

WDF_DECLARE_CONTEXT(NODE, NodeOf)
WDF_DEFINE_CONTEXT(NODE, NodeOf)

typedef struct _EXTRA {
    ULONG Zero[4];
} EXTRA;

WDF_DECLARE_CONTEXT(EXTRA, ExtraOf)
WDF_DEFINE_CONTEXT(EXTRA, ExtraOf)

static VOID NTAPI NodeCleanup(WDFOBJECT Object)
{
    NODE *Node = NodeOf(Object);

    Node->Counts->Cleanups++;
    Node->Counts->Order[Node->Counts->Length++] = Node->Letter;
}

static VOID NTAPI NodeDestroy(WDFOBJECT Object)
{
    NodeOf(Object)->Counts->Destroys++;
}

static NTSTATUS CreateNode(COUNTS *Counts, CHAR Letter, WDFOBJECT Parent,
                           WDFOBJECT *Object)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;

    Attributes.EvtCleanupCallback = NodeCleanup;
    Attributes.EvtDestroyCallback = NodeDestroy;
    Attributes.ParentObject = Parent;
    Attributes.ContextTypeInfo = &NodeOfInfo;
    REQUIRE(WdfObjectCreate(&Attributes, Object) == STATUS_SUCCESS);
    REQUIRE(!NodeOf(*Object)->Counts);
    NodeOf(*Object)->Counts = Counts;
    NodeOf(*Object)->Letter = Letter;
    return STATUS_SUCCESS;
}

static NTSTATUS Objects(TEST_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Extra = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDFOBJECT Root, Left, Right, Leaf;
    COUNTS Counts = { 0 };
    EXTRA *Data;

    REQUIRE(CreateNode(&Counts, 'R', Device->Handle, &Root) == 0);
    REQUIRE(CreateNode(&Counts, 'l', Root, &Left) == 0);
    REQUIRE(CreateNode(&Counts, 'r', Root, &Right) == 0);
    REQUIRE(CreateNode(&Counts, 'f', Left, &Leaf) == 0);
    REQUIRE(!ExtraOf(Leaf));
    Extra.ContextTypeInfo = &ExtraOfInfo;
    REQUIRE(WdfObjectAllocateContext(Leaf, &Extra, (PVOID *)&Data) ==
            STATUS_SUCCESS);
    REQUIRE(ExtraOf(Leaf) == Data && !Data->Zero[3]);
    REQUIRE(WdfObjectContextGetObject(Data) == Leaf);
    REQUIRE(WdfObjectAllocateContext(Leaf, &Extra, (PVOID *)&Data) ==
            STATUS_OBJECT_NAME_EXISTS);

    /* A reference keeps the memory, not the object's life. */
    WdfObjectReferenceActual(Leaf, NULL, 0, NULL);
    WdfObjectDelete(Root);
    REQUIRE(Counts.Cleanups == 4 && Counts.Destroys == 1);
    REQUIRE(NodeOf(Leaf)->Letter == 'f');
    WdfObjectDereferenceActual(Leaf, NULL, 0, NULL);
    REQUIRE(Counts.Destroys == 4);
    /* Children before their parents. */
    REQUIRE(RtlCompareMemory(Counts.Order, "rflR", 4) == 4);
    return STATUS_SUCCESS;
}

/* ---- Timers, DPCs, work items ------------------------------------------- */

typedef struct _TICK {
    KEVENT Done;
    volatile LONG Count;
    volatile KIRQL Irql;
} TICK;

WDF_DECLARE_CONTEXT(TICK, TickOf)
WDF_DEFINE_CONTEXT(TICK, TickOf)

static VOID Tick(WDFOBJECT Object, LONG Enough)
{
    TICK *Context = TickOf(Object);

    Context->Irql = KeGetCurrentIrql();
    if (InterlockedIncrement(&Context->Count) == Enough) {
        KeSetEvent(&Context->Done, IO_NO_INCREMENT, FALSE);
    }
}

static VOID NTAPI Once(WDFTIMER Timer)
{
    Tick(Timer, 1);
}

static VOID NTAPI ThreeTimes(WDFTIMER Timer)
{
    Tick(Timer, 3);
}

static VOID NTAPI DpcRoutine(WDFDPC Dpc)
{
    Tick(Dpc, 1);
}

static VOID NTAPI WorkRoutine(WDFWORKITEM Item)
{
    Tick(Item, 1);
}

static WDF_OBJECT_ATTRIBUTES TickAttributes(TEST_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;

    Attributes.ParentObject = Device->Handle;
    Attributes.ContextTypeInfo = &TickOfInfo;
    return Attributes;
}

static BOOLEAN Came(WDFOBJECT Object)
{
    LARGE_INTEGER Timeout = { .QuadPart = -5 * 10000000ll };

    return KeWaitForSingleObject(&TickOf(Object)->Done, Executive, KernelMode,
                                 FALSE, &Timeout) == STATUS_SUCCESS;
}

static VOID Arm(WDFOBJECT Object)
{
    KeInitializeEvent(&TickOf(Object)->Done, NotificationEvent, FALSE);
}

static NTSTATUS Timers(TEST_DEVICE *Device)
{
    WDF_TIMER_CONFIG Config = {
        .Size = sizeof(Config),
        .EvtTimerFunc = Once,
        .AutomaticSerialization = TRUE,
    };
    WDF_OBJECT_ATTRIBUTES Attributes = TickAttributes(Device);
    WDFTIMER Timer, Periodic, Passive;

    REQUIRE(WdfTimerCreate(&Config, NULL, &Timer) ==
            STATUS_WDF_PARENT_NOT_SPECIFIED);
    REQUIRE(WdfTimerCreate(&Config, &Attributes, &Timer) == STATUS_SUCCESS);
    Arm(Timer);
    REQUIRE(WdfTimerGetParentObject(Timer) == Device->Handle);
    REQUIRE(!WdfTimerStart(Timer, -10000));
    REQUIRE(Came(Timer) && TickOf(Timer)->Irql == DISPATCH_LEVEL);
    REQUIRE(!WdfTimerStart(Timer, -10 * 10000000ll));
    REQUIRE(WdfTimerStop(Timer, TRUE));

    Config.EvtTimerFunc = ThreeTimes;
    Config.Period = 1;
    REQUIRE(WdfTimerCreate(&Config, &Attributes, &Periodic) == STATUS_SUCCESS);
    Arm(Periodic);
    WdfTimerStart(Periodic, 0);
    REQUIRE(Came(Periodic));
    /* Deletion stops it. */
    WdfObjectDelete(Periodic);

    Config.EvtTimerFunc = Once;
    Config.Period = 0;
    Config.AutomaticSerialization = FALSE;
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    REQUIRE(WdfTimerCreate(&Config, &Attributes, &Passive) == STATUS_SUCCESS);
    Arm(Passive);
    WdfTimerStart(Passive, -10000);
    REQUIRE(Came(Passive) && TickOf(Passive)->Irql == PASSIVE_LEVEL);
    Config.Size -= 8;
    REQUIRE(WdfTimerCreate(&Config, &Attributes, &Passive) ==
            STATUS_INFO_LENGTH_MISMATCH);
    return STATUS_SUCCESS;
}

static NTSTATUS Deferred(TEST_DEVICE *Device)
{
    WDF_DPC_CONFIG DpcConfig = {
        .Size = sizeof(DpcConfig),
        .EvtDpcFunc = DpcRoutine,
    };
    WDF_WORKITEM_CONFIG ItemConfig = {
        .Size = sizeof(ItemConfig),
        .EvtWorkItemFunc = WorkRoutine,
    };
    WDF_OBJECT_ATTRIBUTES Attributes = TickAttributes(Device);
    WDFWORKITEM Item;
    WDFDPC Dpc;

    REQUIRE(WdfDpcCreate(&DpcConfig, &Attributes, &Dpc) == STATUS_SUCCESS);
    Arm(Dpc);
    REQUIRE(WdfDpcEnqueue(Dpc));
    REQUIRE(Came(Dpc) && TickOf(Dpc)->Irql == DISPATCH_LEVEL);
    REQUIRE(!WdfDpcCancel(Dpc, TRUE));
    REQUIRE(WdfDpcGetParentObject(Dpc) == Device->Handle);

    REQUIRE(WdfWorkItemCreate(&ItemConfig, NULL, &Item) ==
            STATUS_WDF_PARENT_NOT_SPECIFIED);
    REQUIRE(WdfWorkItemCreate(&ItemConfig, &Attributes, &Item) ==
            STATUS_SUCCESS);
    Arm(Item);
    WdfWorkItemEnqueue(Item);
    WdfWorkItemFlush(Item);
    REQUIRE(TickOf(Item)->Count == 1 && TickOf(Item)->Irql == PASSIVE_LEVEL);
    REQUIRE(WdfWorkItemGetParentObject(Item) == Device->Handle);
    /* Deletion waits for it. */
    WdfWorkItemEnqueue(Item);
    WdfObjectDelete(Item);
    return STATUS_SUCCESS;
}

/* ---- Locks, memory, registry -------------------------------------------- */

static NTSTATUS Locks(TEST_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    LONGLONG Now = 0;
    WDFSPINLOCK Spin;
    WDFWAITLOCK Wait;

    Attributes.ParentObject = Device->Handle;
    REQUIRE(WdfSpinLockCreate(&Attributes, &Spin) == STATUS_SUCCESS);
    WdfSpinLockAcquire(Spin);
    REQUIRE(KeGetCurrentIrql() == DISPATCH_LEVEL);
    WdfSpinLockRelease(Spin);
    REQUIRE(KeGetCurrentIrql() == PASSIVE_LEVEL);
    REQUIRE(WdfWaitLockCreate(&Attributes, &Wait) == STATUS_SUCCESS);
    REQUIRE(WdfWaitLockAcquire(Wait, &Now) == STATUS_SUCCESS);
    WdfWaitLockRelease(Wait);
    REQUIRE(WdfWaitLockAcquire(Wait, NULL) == STATUS_SUCCESS);
    WdfWaitLockRelease(Wait);
    return STATUS_SUCCESS;
}

static NTSTATUS Memory(TEST_DEVICE *Device)
{
    UNICODE_STRING Known = RTL_CONSTANT_STRING(L"Case");
    UNICODE_STRING Unknown = RTL_CONSTANT_STRING(L"None");
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    PVOID Buffer;
    SIZE_T Size;
    ULONG Number, Length;
    WDFMEMORY Handle;
    WDFKEY Key;

    Attributes.ParentObject = Device->Handle;
    REQUIRE(WdfMemoryCreate(&Attributes, NonPagedPool, 0, 0, &Handle,
                            &Buffer) == STATUS_INVALID_PARAMETER);
    REQUIRE(WdfMemoryCreate(&Attributes, NonPagedPool, 0, 24, &Handle,
                            &Buffer) == STATUS_SUCCESS);
    REQUIRE(WdfMemoryGetBuffer(Handle, &Size) == Buffer && Size == 24);

    REQUIRE(WdfDriverOpenParametersRegistryKey(Device->Driver, KEY_READ, NULL,
                                               &Key) == STATUS_SUCCESS);
    REQUIRE(WdfRegistryWdmGetHandle(Key));
    REQUIRE(WdfRegistryQueryULong(Key, &Unknown, &Number) ==
            STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE(WdfRegistryQueryULong(Key, &Known, &Number) ==
            STATUS_OBJECT_TYPE_MISMATCH);
    REQUIRE(WdfRegistryQueryValue(Key, &Known, 1, &Number, &Length, NULL) ==
            STATUS_BUFFER_OVERFLOW && Length > 1);
    WdfRegistryClose(Key);
    return STATUS_SUCCESS;
}

/* ---- Device, interrupt, DMA --------------------------------------------- */

static BOOLEAN NTAPI Synchronized(WDFINTERRUPT Interrupt, WDFCONTEXT Irql)
{
    UNREFERENCED_PARAMETER(Interrupt);
    *(KIRQL *)Irql = KeGetCurrentIrql();
    return TRUE;
}

static NTSTATUS Hardware(TEST_DEVICE *Device)
{
    WDF_INTERRUPT_INFO Info = { .Size = sizeof(Info) };
    WDF_INTERRUPT_CONFIG Config = { .Size = sizeof(Config) };
    WDFINTERRUPT Late;
    KIRQL Irql = 0;

    REQUIRE(WdfDeviceGetDriver(Device->Handle) == Device->Driver);
    REQUIRE(WdfDeviceWdmGetAttachedDevice(Device->Handle) ==
            WdfDeviceWdmGetPhysicalDevice(Device->Handle));
    REQUIRE(WdfDeviceWdmGetDeviceObject(Device->Handle)->DriverObject ==
            WdfDriverWdmGetDriverObject(Device->Driver));
    WdfInterruptGetInfo(Device->Interrupt, &Info);
    REQUIRE(Info.MessageSignaled && Info.MessageNumber == 0);
    REQUIRE(WdfInterruptWdmGetInterrupt(Device->Interrupt));
    REQUIRE(WdfInterruptSynchronize(Device->Interrupt, Synchronized, &Irql));
    REQUIRE(Irql == Info.Irql);
    WdfInterruptAcquireLock(Device->Interrupt);
    REQUIRE(KeGetCurrentIrql() == Info.Irql);
    WdfInterruptReleaseLock(Device->Interrupt);
    REQUIRE(KeGetCurrentIrql() == PASSIVE_LEVEL);
    /* Outside EvtDriverDeviceAdd it takes resources; and always an ISR. */
    REQUIRE(WdfInterruptCreate(Device->Handle, &Config, NULL, &Late) ==
            STATUS_INVALID_PARAMETER);
    return STATUS_SUCCESS;
}

static NTSTATUS Dma(TEST_DEVICE *Device)
{
    WDF_DMA_ENABLER_CONFIG Config = {
        .Size = sizeof(Config),
        .Profile = WdfDmaProfileScatterGather64Duplex,
        .MaximumLength = 5 * PAGE_SIZE,
    };
    PDMA_ADAPTER Read, Write;
    WDFDMAENABLER Enabler;

    REQUIRE(WdfDmaEnablerCreate(Device->Handle, &Config, NULL, &Enabler) ==
            STATUS_SUCCESS);
    REQUIRE(WdfDmaEnablerGetMaximumLength(Enabler) == 5 * PAGE_SIZE);
    REQUIRE(WdfDmaEnablerGetFragmentLength(
                Enabler, WdfDmaDirectionReadFromDevice) == 5 * PAGE_SIZE);
    WdfDmaEnablerSetMaximumScatterGatherElements(Enabler, 3);
    REQUIRE(WdfDmaEnablerGetMaximumScatterGatherElements(Enabler) == 3);
    Read = WdfDmaEnablerWdmGetDmaAdapter(Enabler,
                                         WdfDmaDirectionReadFromDevice);
    Write = WdfDmaEnablerWdmGetDmaAdapter(Enabler,
                                          WdfDmaDirectionWriteToDevice);
    REQUIRE(Read && Write && Read != Write);
    REQUIRE(!WdfDmaEnablerWdmGetDmaAdapter(Enabler, 2));
    /* The device's removal deletes it. */
    return STATUS_SUCCESS;
}

static NTSTATUS Good(TEST_DEVICE *Device)
{
    static CASE_ROUTINE *const Routines[] = {
        Objects, Timers, Deferred, Locks, Memory, Hardware, Dma,
    };

    for (ULONG i = 0; i < ARRAYSIZE(Routines); i++) {
        NTSTATUS Status = Routines[i](Device);

        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

const CASE RightCases[] = {
    { L"wdf-good", Good },
    { L"wdf-bind", CaseBind },
    { L"wdf-surprise", Good },
    { L"wdf-rebalance", Good },
    { L"wdf-power", Good },
    { L"wdf-no-power", Good },
    { NULL, NULL }
};
