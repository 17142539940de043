/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFTIMER and WDFDPC. */
#include "runner.h"

/* The parent is required, and has a device above it. */
static NTSTATUS FindDevice(PWDF_OBJECT_ATTRIBUTES Attributes,
                           const CHAR *Routine, const VOID *Caller,
                           FX_DEVICE **Device)
{
    NTSTATUS Status = FxAttributesCheck(Attributes, FX_PARENT_REQUIRED |
                                        FX_EXECUTION_LEVEL);

    if (NT_SUCCESS(Status)) {
        *Device = FxDeviceOf(FxObject(Attributes->ParentObject, FxTypeAny,
                                      Routine, Caller));
        if (!*Device) {
            return STATUS_INVALID_DEVICE_REQUEST;
        }
    }
    return Status;
}

/* ---- WDFTIMER ----------------------------------------------------------- */

typedef struct _FX_TIMER {
    FX_OBJECT Head;
    EVT_WDF_TIMER *Callback;
    LONG Period;
    KTIMER Timer;
    KDPC Dpc;
    FX_RUNNER Runner;           /* for the execution level Passive */
} FX_TIMER;

static VOID TimerCall(FX_OBJECT *Object)
{
    FX_TIMER *Timer = CONTAINING_RECORD(Object, FX_TIMER, Head);
    KIRQL Irql = KeGetCurrentIrql();

    Timer->Callback(FxHandle(Timer));
    FxRequireSameIrql(Irql, "EvtTimerFunc");
}

static VOID NTAPI TimerDpc(PKDPC Dpc, PVOID Context, PVOID Argument1,
                           PVOID Argument2)
{
    FX_TIMER *Timer = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Timer->Runner.WorkItem) {
        FxRunnerQueue(&Timer->Runner);
    } else {
        TimerCall(&Timer->Head);
    }
}

static VOID TimerDispose(FX_OBJECT *Object)
{
    FX_TIMER *Timer = CONTAINING_RECORD(Object, FX_TIMER, Head);

    KeCancelTimer(&Timer->Timer);
    KeFlushQueuedDpcs();
    FxRunnerStop(&Timer->Runner);
}

static NTSTATUS TimerCheck(const FX_GLOBALS *Globals,
                           const WDF_TIMER_CONFIG *Config)
{
    ULONG Size = Globals->Minor < 13 ? WDF_TIMER_CONFIG_SIZE_1_11
                                     : sizeof(*Config);

    if (Config->Size != Size) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!Config->EvtTimerFunc || Config->Period > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfTimerCreate(PWDF_DRIVER_GLOBALS Globals,
                              PWDF_TIMER_CONFIG Config,
                              PWDF_OBJECT_ATTRIBUTES Attributes,
                              WDFTIMER *Handle)
{
    const VOID *Caller = __builtin_return_address(0);
    FX_DEVICE *Device;
    FX_TIMER *Timer;
    NTSTATUS Status;

    FX_REQUIRE(Config);
    FX_REQUIRE(Handle);
    Status = TimerCheck(FxGlobals(Globals), Config);
    if (NT_SUCCESS(Status)) {
        Status = FindDevice(Attributes, __func__, Caller, &Device);
    }
    if (NT_SUCCESS(Status)) {
        Status = FxObjectCreate(FxTypeTimer, sizeof(*Timer), NULL, Attributes,
                                FX_PARENT_REQUIRED | FX_EXECUTION_LEVEL,
                                Caller, &Timer);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Timer->Callback = Config->EvtTimerFunc;
    Timer->Period = (LONG)Config->Period;
    KeInitializeTimerEx(&Timer->Timer, NotificationTimer);
    KeInitializeDpc(&Timer->Dpc, TimerDpc, Timer);
    Timer->Head.Passive = TRUE;
    Timer->Head.Dispose = TimerDispose;
    if (Attributes->ExecutionLevel == WdfExecutionLevelPassive) {
        Status = FxRunnerStart(&Timer->Runner, Device, &Timer->Head,
                               TimerCall);
        if (!NT_SUCCESS(Status)) {
            FxObjectAbandon(&Timer->Head);
            return Status;
        }
    }
    *Handle = FxHandle(Timer);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI WdfTimerStart(PWDF_DRIVER_GLOBALS Globals, WDFTIMER Handle,
                            LONGLONG DueTime)
{
    FX_TIMER *Timer = FX_OBJECT_OF(Timer, Handle);
    LARGE_INTEGER Due = { .QuadPart = DueTime };

    UNREFERENCED_PARAMETER(Globals);
    return KeSetTimerEx(&Timer->Timer, Due, Timer->Period, &Timer->Dpc);
}

BOOLEAN NTAPI WdfTimerStop(PWDF_DRIVER_GLOBALS Globals, WDFTIMER Handle,
                           BOOLEAN Wait)
{
    FX_TIMER *Timer = FX_OBJECT_OF(Timer, Handle);
    BOOLEAN WasSet;

    UNREFERENCED_PARAMETER(Globals);
    if (Wait) {
        NTS_IRQL(PASSIVE_LEVEL);
    }
    WasSet = KeCancelTimer(&Timer->Timer);
    if (Wait) {
        KeFlushQueuedDpcs();
        FxRunnerFlush(&Timer->Runner);
    }
    return WasSet;
}

WDFOBJECT NTAPI WdfTimerGetParentObject(PWDF_DRIVER_GLOBALS Globals,
                                        WDFTIMER Handle)
{
    FX_TIMER *Timer = FX_OBJECT_OF(Timer, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Timer->Head.Parent);
}

/* ---- WDFDPC ------------------------------------------------------------- */

typedef struct _FX_DPC {
    FX_OBJECT Head;
    EVT_WDF_DPC *Callback;
    KDPC Dpc;
} FX_DPC;

static VOID NTAPI DpcCall(PKDPC Object, PVOID Context, PVOID Argument1,
                          PVOID Argument2)
{
    FX_DPC *Dpc = Context;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Dpc->Callback(FxHandle(Dpc));
    FxRequireSameIrql(DISPATCH_LEVEL, "EvtDpcFunc");
}

static VOID DpcDispose(FX_OBJECT *Object)
{
    FX_DPC *Dpc = CONTAINING_RECORD(Object, FX_DPC, Head);

    KeRemoveQueueDpc(&Dpc->Dpc);
    KeFlushQueuedDpcs();
}

NTSTATUS NTAPI WdfDpcCreate(PWDF_DRIVER_GLOBALS Globals,
                            PWDF_DPC_CONFIG Config,
                            PWDF_OBJECT_ATTRIBUTES Attributes, WDFDPC *Handle)
{
    const VOID *Caller = __builtin_return_address(0);
    FX_DEVICE *Device;
    FX_DPC *Dpc;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Config);
    FX_REQUIRE(Handle);
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!Config->EvtDpcFunc) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = FindDevice(Attributes, __func__, Caller, &Device);
    if (NT_SUCCESS(Status)) {
        Status = FxObjectCreate(FxTypeDpc, sizeof(*Dpc), NULL, Attributes,
                                FX_PARENT_REQUIRED, Caller, &Dpc);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Dpc->Callback = Config->EvtDpcFunc;
    KeInitializeDpc(&Dpc->Dpc, DpcCall, Dpc);
    Dpc->Head.Passive = TRUE;
    Dpc->Head.Dispose = DpcDispose;
    *Handle = FxHandle(Dpc);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI WdfDpcEnqueue(PWDF_DRIVER_GLOBALS Globals, WDFDPC Handle)
{
    FX_DPC *Dpc = FX_OBJECT_OF(Dpc, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return KeInsertQueueDpc(&Dpc->Dpc, NULL, NULL);
}

BOOLEAN NTAPI WdfDpcCancel(PWDF_DRIVER_GLOBALS Globals, WDFDPC Handle,
                           BOOLEAN Wait)
{
    FX_DPC *Dpc = FX_OBJECT_OF(Dpc, Handle);
    BOOLEAN WasQueued;

    UNREFERENCED_PARAMETER(Globals);
    if (Wait) {
        NTS_IRQL(PASSIVE_LEVEL);
    }
    WasQueued = KeRemoveQueueDpc(&Dpc->Dpc);
    if (Wait) {
        KeFlushQueuedDpcs();
    }
    return WasQueued;
}

WDFOBJECT NTAPI WdfDpcGetParentObject(PWDF_DRIVER_GLOBALS Globals,
                                      WDFDPC Handle)
{
    FX_DPC *Dpc = FX_OBJECT_OF(Dpc, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Dpc->Head.Parent);
}
