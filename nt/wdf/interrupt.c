/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFINTERRUPT: one message, or the line, each. */
#include "wdf.h"

typedef struct _FX_INTERRUPT {
    FX_OBJECT Head;
    LIST_ENTRY DeviceLink;
    FX_DEVICE *Device;
    WDF_INTERRUPT_CONFIG Config;
    BOOLEAN Assigned;
    BOOLEAN Enabled;
    CM_PARTIAL_RESOURCE_DESCRIPTOR Resource;    /* translated */
    ULONG Message;
    PKINTERRUPT Object;
    KSPIN_LOCK Lock;
    KIRQL OldIrql;                              /* of who holds it */
    KDPC Dpc;
} FX_INTERRUPT;

static FX_INTERRUPT *InterruptAt(LIST_ENTRY *Link)
{
    return CONTAINING_RECORD(Link, FX_INTERRUPT, DeviceLink);
}

static BOOLEAN IsMessage(const FX_INTERRUPT *Interrupt)
{
    return (Interrupt->Resource.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
}

/* ---- Callbacks ---------------------------------------------------------- */

static BOOLEAN NTAPI Isr(PKINTERRUPT Object, PVOID Context)
{
    FX_INTERRUPT *Interrupt = Context;
    KIRQL Irql = KeGetCurrentIrql();
    BOOLEAN Mine;

    UNREFERENCED_PARAMETER(Object);
    Mine = Interrupt->Config.EvtInterruptIsr(FxHandle(Interrupt),
                                             Interrupt->Message);
    FxRequireSameIrql(Irql, "EvtInterruptIsr");
    return Mine;
}

static VOID NTAPI Dpc(PKDPC Object, PVOID Context, PVOID Argument1,
                      PVOID Argument2)
{
    FX_INTERRUPT *Interrupt = Context;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Interrupt->Config.EvtInterruptDpc(FxHandle(Interrupt),
                                      FxHandle(Interrupt->Device));
    FxRequireSameIrql(DISPATCH_LEVEL, "EvtInterruptDpc");
}

/* EvtInterruptEnable and Disable run at DIRQL, with the interrupt's lock. */
typedef struct _SWITCH {
    FX_INTERRUPT *Interrupt;
    EVT_WDF_INTERRUPT_SWITCH *Callback;
    NTSTATUS Status;
} SWITCH;

static BOOLEAN NTAPI CallSwitch(PVOID Context)
{
    SWITCH *Switch = Context;
    KIRQL Irql = KeGetCurrentIrql();

    Switch->Status = Switch->Callback(FxHandle(Switch->Interrupt),
                                      FxHandle(Switch->Interrupt->Device));
    FxRequireSameIrql(Irql, "EvtInterruptEnable or EvtInterruptDisable");
    return TRUE;
}

static NTSTATUS CallAtDirql(FX_INTERRUPT *Interrupt,
                            EVT_WDF_INTERRUPT_SWITCH *Callback)
{
    SWITCH Switch = { Interrupt, Callback, STATUS_SUCCESS };

    if (Callback) {
        KeSynchronizeExecution(Interrupt->Object, CallSwitch, &Switch);
    }
    return Switch.Status;
}

/* ---- Creation ----------------------------------------------------------- */

static VOID InterruptDispose(FX_OBJECT *Object)
{
    FX_INTERRUPT *Interrupt = CONTAINING_RECORD(Object, FX_INTERRUPT, Head);

    if (Interrupt->Device) {
        RemoveEntryList(&Interrupt->DeviceLink);
    }
    KeFlushQueuedDpcs();
}

static NTSTATUS CheckConfig(const FX_GLOBALS *Globals,
                            const FX_DEVICE *Device,
                            const WDF_INTERRUPT_CONFIG *Config)
{
    ULONG Size = Globals->Minor < 11 ? WDF_INTERRUPT_CONFIG_SIZE_1_9 :
                 Globals->Minor < 15 ? WDF_INTERRUPT_CONFIG_SIZE_1_11
                                     : sizeof(*Config);

    if (Config->Size != Size) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (!Config->EvtInterruptIsr) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Size == WDF_INTERRUPT_CONFIG_SIZE_1_9) {
        return STATUS_SUCCESS;
    }
    if (Device->Prepared) {
        if (!Config->InterruptRaw || !Config->InterruptTranslated) {
            return STATUS_INVALID_DEVICE_STATE;
        }
    } else if (Config->InterruptRaw || Config->InterruptTranslated) {
        return STATUS_INVALID_PARAMETER;
    }
    /* One way to leave the ISR, and no waiting in it. */
    if (Config->EvtInterruptDpc && Config->EvtInterruptWorkItem) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfInterruptCreate(PWDF_DRIVER_GLOBALS Globals,
                                  WDFDEVICE DeviceHandle,
                                  PWDF_INTERRUPT_CONFIG Config,
                                  PWDF_OBJECT_ATTRIBUTES Attributes,
                                  WDFINTERRUPT *Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, DeviceHandle);
    const VOID *Caller = __builtin_return_address(0);
    FX_INTERRUPT *Interrupt;
    NTSTATUS Status;

    FX_REQUIRE(Config);
    FX_REQUIRE(Handle);
    Status = CheckConfig(FxGlobals(Globals), Device, Config);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = FxObjectCreate(FxTypeInterrupt, sizeof(*Interrupt), &Device->Head,
                            Attributes, FX_PARENT_FORBIDDEN, Caller,
                            &Interrupt);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlCopyMemory(&Interrupt->Config, Config, Config->Size);
    if (Interrupt->Config.SpinLock || Interrupt->Config.WaitLock ||
        Interrupt->Config.PassiveHandling ||
        Interrupt->Config.AutomaticSerialization ||
        Interrupt->Config.EvtInterruptWorkItem) {
        FxNotProvided("WdfInterruptCreate with a lock, passive handling, "
                      "serialization or a work item", Caller);
    }
    Interrupt->Head.Fixed = TRUE;
    Interrupt->Head.Passive = TRUE;
    Interrupt->Head.Dispose = InterruptDispose;
    Interrupt->Device = Device;
    KeInitializeSpinLock(&Interrupt->Lock);
    KeInitializeDpc(&Interrupt->Dpc, Dpc, Interrupt);
    if (Config->Size > WDF_INTERRUPT_CONFIG_SIZE_1_9 &&
        Config->InterruptTranslated) {
        Interrupt->Resource = *Config->InterruptTranslated;
        Interrupt->Assigned = TRUE;
    }
    InsertTailList(&Device->Interrupts, &Interrupt->DeviceLink);
    *Handle = FxHandle(Interrupt);
    return STATUS_SUCCESS;
}

/* ---- With the device ---------------------------------------------------- */

VOID FxInterruptsAssign(FX_DEVICE *Device)
{
    const FX_RESOURCES *Resources = Device->Translated;
    LIST_ENTRY *Link = Device->Interrupts.Flink;
    ULONG Message = 0;

    for (ULONG i = 0; i < Resources->Count && Link != &Device->Interrupts;
         i++) {
        FX_INTERRUPT *Interrupt = InterruptAt(Link);

        if (Resources->Descriptors[i].Type != CmResourceTypeInterrupt) {
            continue;
        }
        Interrupt->Resource = Resources->Descriptors[i];
        Interrupt->Message = Message++;
        Interrupt->Assigned = TRUE;
        Link = Link->Flink;
    }
}

static NTSTATUS Connect(FX_INTERRUPT *Interrupt)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Resource = &Interrupt->Resource;
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_FULLY_SPECIFIED;
    Parameters.FullySpecified.PhysicalDeviceObject = Interrupt->Device->Pdo;
    Parameters.FullySpecified.InterruptObject = &Interrupt->Object;
    Parameters.FullySpecified.ServiceRoutine = Isr;
    Parameters.FullySpecified.ServiceContext = Interrupt;
    Parameters.FullySpecified.SpinLock = &Interrupt->Lock;
    /* Both arms of the union agree on where these are. */
    Parameters.FullySpecified.Irql = (KIRQL)Resource->u.Interrupt.Level;
    Parameters.FullySpecified.SynchronizeIrql =
        (KIRQL)Resource->u.Interrupt.Level;
    Parameters.FullySpecified.Vector = Resource->u.Interrupt.Vector;
    Parameters.FullySpecified.ProcessorEnableMask =
        Resource->u.Interrupt.Affinity;
    Parameters.FullySpecified.InterruptMode =
        Resource->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched
                                                        : LevelSensitive;
    Parameters.FullySpecified.ShareVector =
        Resource->ShareDisposition == CmResourceShareShared;
    return IoConnectInterruptEx(&Parameters);
}

static VOID Disconnect(FX_INTERRUPT *Interrupt)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (!Interrupt->Object) {
        return;
    }
    if (Interrupt->Enabled) {
        Interrupt->Enabled = FALSE;
        CallAtDirql(Interrupt, Interrupt->Config.EvtInterruptDisable);
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_FULLY_SPECIFIED;
    Parameters.ConnectionContext.InterruptObject = Interrupt->Object;
    IoDisconnectInterruptEx(&Parameters);
    Interrupt->Object = NULL;
}

NTSTATUS FxInterruptsStart(FX_DEVICE *Device)
{
    for (LIST_ENTRY *Link = Device->Interrupts.Flink;
         Link != &Device->Interrupts; Link = Link->Flink) {
        FX_INTERRUPT *Interrupt = InterruptAt(Link);
        NTSTATUS Status;

        /* One that got no resource stays unconnected. */
        if (!Interrupt->Assigned) {
            continue;
        }
        Status = Connect(Interrupt);
        if (NT_SUCCESS(Status)) {
            Interrupt->Enabled = TRUE;
            Status = CallAtDirql(Interrupt,
                                 Interrupt->Config.EvtInterruptEnable);
        }
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

VOID FxInterruptsStop(FX_DEVICE *Device)
{
    for (LIST_ENTRY *Link = Device->Interrupts.Blink;
         Link != &Device->Interrupts; Link = Link->Blink) {
        Disconnect(InterruptAt(Link));
    }
    KeFlushQueuedDpcs();
}

/* ---- What drivers call -------------------------------------------------- */

BOOLEAN NTAPI WdfInterruptQueueDpcForIsr(PWDF_DRIVER_GLOBALS Globals,
                                         WDFINTERRUPT Handle)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Interrupt->Config.EvtInterruptDpc);
    return KeInsertQueueDpc(&Interrupt->Dpc, NULL, NULL);
}

typedef struct _SYNCHRONIZED {
    FX_INTERRUPT *Interrupt;
    EVT_WDF_INTERRUPT_SYNCHRONIZE *Callback;
    WDFCONTEXT Context;
} SYNCHRONIZED;

static BOOLEAN NTAPI CallSynchronized(PVOID Context)
{
    SYNCHRONIZED *Call = Context;
    KIRQL Irql = KeGetCurrentIrql();
    BOOLEAN Result = Call->Callback(FxHandle(Call->Interrupt), Call->Context);

    FxRequireSameIrql(Irql, "EvtInterruptSynchronize");
    return Result;
}

BOOLEAN NTAPI
WdfInterruptSynchronize(PWDF_DRIVER_GLOBALS Globals, WDFINTERRUPT Handle,
                        EVT_WDF_INTERRUPT_SYNCHRONIZE *Callback,
                        WDFCONTEXT Context)
{
    SYNCHRONIZED Call = { FX_OBJECT_OF(Interrupt, Handle), Callback, Context };

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Callback);
    FX_REQUIRE(Call.Interrupt->Object);
    return KeSynchronizeExecution(Call.Interrupt->Object, CallSynchronized,
                                  &Call);
}

VOID NTAPI WdfInterruptAcquireLock(PWDF_DRIVER_GLOBALS Globals,
                                   WDFINTERRUPT Handle)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Interrupt->Object);
    Irql = KeAcquireInterruptSpinLock(Interrupt->Object);
    Interrupt->OldIrql = Irql;
}

VOID NTAPI WdfInterruptReleaseLock(PWDF_DRIVER_GLOBALS Globals,
                                   WDFINTERRUPT Handle)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Interrupt->Object);
    KeReleaseInterruptSpinLock(Interrupt->Object, Interrupt->OldIrql);
}

PKINTERRUPT NTAPI WdfInterruptWdmGetInterrupt(PWDF_DRIVER_GLOBALS Globals,
                                              WDFINTERRUPT Handle)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Interrupt->Object;
}

VOID NTAPI WdfInterruptGetInfo(PWDF_DRIVER_GLOBALS Globals,
                               WDFINTERRUPT Handle, PWDF_INTERRUPT_INFO Info)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Resource = &Interrupt->Resource;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Info);
    if (Info->Size != sizeof(*Info)) {
        NtsFinding("wdf-structure-size", "WDF_INTERRUPT_INFO of %u bytes, %u "
                   "are expected", Info->Size, (ULONG)sizeof(*Info));
        return;
    }
    RtlZeroMemory(Info, sizeof(*Info));
    Info->Size = sizeof(*Info);
    Info->TargetProcessorSet = Resource->u.Interrupt.Affinity;
    Info->MessageNumber = Interrupt->Message;
    Info->Vector = Resource->u.Interrupt.Vector;
    Info->Irql = (KIRQL)Resource->u.Interrupt.Level;
    Info->Mode = Resource->Flags & CM_RESOURCE_INTERRUPT_LATCHED
                 ? Latched : LevelSensitive;
    Info->MessageSignaled = Interrupt->Assigned && IsMessage(Interrupt);
    Info->ShareDisposition = Resource->ShareDisposition;
}

WDFDEVICE NTAPI WdfInterruptGetDevice(PWDF_DRIVER_GLOBALS Globals,
                                      WDFINTERRUPT Handle)
{
    FX_INTERRUPT *Interrupt = FX_OBJECT_OF(Interrupt, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Interrupt->Device);
}
