/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power requests: what drivers ask for, and what the system sends in a test. */
#include "report.h"

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTS_IRQL(DISPATCH_LEVEL);
    return IofCallDriver(DeviceObject, Irp);
}

/* Since Windows Vista there is nothing to start. */
VOID NTAPI PoStartNextPowerIrp(PIRP Irp)
{
    UNREFERENCED_PARAMETER(Irp);
    NTS_IRQL(DISPATCH_LEVEL);
}

/* The state of one device; the one before is the answer. */
POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT DeviceObject,
                                  POWER_STATE_TYPE Type, POWER_STATE State)
{
    static volatile LONG Device = PowerDeviceD0;
    POWER_STATE Before;

    UNREFERENCED_PARAMETER(DeviceObject);
    NTS_IRQL(DISPATCH_LEVEL);
    RtlZeroMemory(&Before, sizeof(Before));
    if (Type == DevicePowerState) {
        Before.DeviceState =
            (DEVICE_POWER_STATE)InterlockedExchange(&Device,
                                                    State.DeviceState);
    } else {
        Before.SystemState = PowerSystemWorking;
    }
    return Before;
}

/* ---- Requests ----------------------------------------------------------- */

static VOID Setup(PIO_STACK_LOCATION Stack, UCHAR Minor, POWER_STATE_TYPE Type,
                  POWER_STATE State)
{
    Stack->MajorFunction = IRP_MJ_POWER;
    Stack->MinorFunction = Minor;
    if (Minor == IRP_MN_WAIT_WAKE) {
        Stack->Parameters.WaitWake.PowerState = State.SystemState;
        return;
    }
    Stack->Parameters.Power.Type = Type;
    Stack->Parameters.Power.State = State;
    Stack->Parameters.Power.ShutdownType = PowerActionSleep;
}

/* What is to happen when a driver's request is complete. */
typedef struct _PROMISE {
    PDEVICE_OBJECT DeviceObject;
    UCHAR Minor;
    POWER_STATE State;
    PREQUEST_POWER_COMPLETE Complete;
    PVOID Context;
} PROMISE;

static NTSTATUS NTAPI Done(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                           PVOID Context)
{
    PROMISE *Promise = Context;
    IO_STATUS_BLOCK Iosb = Irp->IoStatus;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (Promise->Complete) {
        Promise->Complete(Promise->DeviceObject, Promise->Minor,
                          Promise->State, Promise->Context, &Iosb);
    }
    NtsLedgerRemove(NtsKindPowerIrp, Irp, NULL);
    NtsFree(Promise, sizeof(*Promise));
    NtsIrpFree(Irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS NTAPI PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject,
                                 UCHAR MinorFunction, POWER_STATE PowerState,
                                 PREQUEST_POWER_COMPLETE CompletionFunction,
                                 PVOID Context, PIRP *Result)
{
    PDEVICE_OBJECT Top;
    PROMISE *Promise;
    PIRP Irp;

    NTS_IRQL(DISPATCH_LEVEL);
    if (MinorFunction != IRP_MN_SET_POWER &&
        MinorFunction != IRP_MN_QUERY_POWER &&
        MinorFunction != IRP_MN_WAIT_WAKE) {
        return STATUS_INVALID_PARAMETER_2;
    }
    Top = NtsDeviceTop(DeviceObject);
    Promise = NtsAllocate(sizeof(*Promise));
    Irp = NtsIrpAllocate(Top->StackSize);
    if (!Promise || !Irp) {
        NtsFree(Promise, sizeof(*Promise));
        NtsIrpFree(Irp);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Promise->DeviceObject = DeviceObject;
    Promise->Minor = MinorFunction;
    Promise->State = PowerState;
    Promise->Complete = CompletionFunction;
    Promise->Context = Context;
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Setup(IoGetNextIrpStackLocation(Irp), MinorFunction, DevicePowerState,
          PowerState);
    IoSetCompletionRoutine(Irp, Done, Promise, TRUE, TRUE, TRUE);
    NtsLedgerAdd(NtsKindPowerIrp, Irp, 0, 0, __builtin_return_address(0));
    if (Result) {
        *Result = Irp;
    }
    IofCallDriver(Top, Irp);
    return STATUS_PENDING;
}

/* ---- What the system sends ---------------------------------------------- */

static NTSTATUS Send(PDEVICE_OBJECT Pdo, UCHAR Minor, POWER_STATE_TYPE Type,
                     LONG Value)
{
    PDEVICE_OBJECT Top = NtsDeviceTop(Pdo);
    IO_STATUS_BLOCK Iosb;
    POWER_STATE State;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = NtsIrpBuild(IRP_MJ_POWER, Top, &Event, &Iosb);
    if (!Irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    if (Type == SystemPowerState) {
        State.SystemState = Value;
    } else {
        State.DeviceState = Value;
    }
    Setup(IoGetNextIrpStackLocation(Irp), Minor, Type, State);
    return NtsIrpSend(Top, Irp, &Event, &Iosb);
}

VOID NtsPowerCycle(PDEVICE_OBJECT Pdo, NTS_ASLEEP *Asleep, PVOID Context)
{
    static const struct {
        UCHAR Minor;
        POWER_STATE_TYPE Type;
        LONG Value;
        const CHAR *Check;
    } Steps[] = {
        { IRP_MN_QUERY_POWER, SystemPowerState, PowerSystemSleeping3,
          "query-sleep" },
        { IRP_MN_SET_POWER, SystemPowerState, PowerSystemSleeping3, "sleep" },
        { IRP_MN_SET_POWER, DevicePowerState, PowerDeviceD3, "power-down" },
        { IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking, "wake" },
        { IRP_MN_SET_POWER, DevicePowerState, PowerDeviceD0, "power-up" },
    };
    NTSTATUS Status[RTL_NUMBER_OF(Steps)];

    for (ULONG i = 0; i < RTL_NUMBER_OF(Steps); i++) {
        Status[i] = Send(Pdo, Steps[i].Minor, Steps[i].Type, Steps[i].Value);
        if (Asleep && Steps[i].Value == PowerDeviceD3 &&
            Steps[i].Type == DevicePowerState) {
            Asleep(Context);
        }
    }
    /* The report's way may be the device that was off. */
    for (ULONG i = 0; i < RTL_NUMBER_OF(Steps); i++) {
        CHAR Seen[16];

        NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status[i]);
        ReportResult(Steps[i].Check, NT_SUCCESS(Status[i]), "0x00000000", Seen,
                     "Windows driver documentation, IRP_MJ_POWER");
    }
}
