/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From resources to a working adapter: ranges, interrupt, HwVidFindAdapter. */
#include "videoprt.h"

/* ---- Interrupt, DPC, timer ----------------------------------------------- */

static BOOLEAN NTAPI LineIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    VP_DEVICE *Device = Context;

    UNREFERENCED_PARAMETER(Interrupt);
    return Device->Miniport->Data.HwInterrupt(VpExtension(Device));
}

static VOID NTAPI Deferred(PKDPC Dpc, PVOID Context, PVOID Argument1,
                           PVOID Argument2)
{
    VP_DEVICE *Device = Context;

    UNREFERENCED_PARAMETER(Dpc);
    ((PMINIPORT_DPC_ROUTINE)Argument1)(VpExtension(Device), Argument2);
}

static VOID NTAPI Tick(PKDPC Dpc, PVOID Context, PVOID Argument1,
                       PVOID Argument2)
{
    VP_DEVICE *Device = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Device->Miniport->Data.HwTimer(VpExtension(Device));
}

/* Miniports of this model know line interrupts only. */
static NTSTATUS Connect(VP_DEVICE *Device)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    NTSTATUS Status;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_LINE_BASED;
    Parameters.LineBased.PhysicalDeviceObject = Device->Pdo;
    Parameters.LineBased.InterruptObject = &Device->Interrupt;
    Parameters.LineBased.ServiceRoutine = LineIsr;
    Parameters.LineBased.ServiceContext = Device;
    Status = IoConnectInterruptEx(&Parameters);
    Device->Connected = NT_SUCCESS(Status);
    return Status;
}

static VOID Disconnect(VP_DEVICE *Device)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (!Device->Connected) {
        return;
    }
    Parameters.Version = CONNECT_LINE_BASED;
    Parameters.ConnectionContext.InterruptObject = Device->Interrupt;
    IoDisconnectInterruptEx(&Parameters);
    Device->Connected = FALSE;
    KeFlushQueuedDpcs();
}

BOOLEAN NTAPI VideoPortQueueDpc(PVOID HwDeviceExtension,
                                PMINIPORT_DPC_ROUTINE CallbackRoutine,
                                PVOID Context)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    return KeInsertQueueDpc(&Device->Dpc,
                            (PVOID)(ULONG_PTR)CallbackRoutine, Context);
}

VP_STATUS NTAPI VideoPortEnableInterrupt(PVOID HwDeviceExtension)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    return Device->Connected || NT_SUCCESS(Connect(Device))
           ? NO_ERROR : ERROR_INVALID_FUNCTION;
}

VP_STATUS NTAPI VideoPortDisableInterrupt(PVOID HwDeviceExtension)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    if (!Device->Connected) {
        return ERROR_INVALID_FUNCTION;
    }
    Disconnect(Device);
    return NO_ERROR;
}

/* HwVidTimer is called about once a second. */
VOID NTAPI VideoPortStartTimer(PVOID HwDeviceExtension)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    LARGE_INTEGER Due = { .QuadPart = -10000000 };

    NTS_IRQL(DISPATCH_LEVEL);
    if (Device->Miniport->Data.HwTimer) {
        KeSetTimerEx(&Device->Timer, Due, 1000, &Device->TimerDpc);
    }
}

VOID NTAPI VideoPortStopTimer(PVOID HwDeviceExtension)
{
    NTS_IRQL(DISPATCH_LEVEL);
    KeCancelTimer(&VP_DEVICE_OF(HwDeviceExtension)->Timer);
}

typedef struct _SYNCHRONIZED {
    PMINIPORT_SYNCHRONIZE_ROUTINE Routine;
    PVOID Context;
} SYNCHRONIZED;

static BOOLEAN NTAPI Synchronize(PVOID Context)
{
    SYNCHRONIZED *Call = Context;

    return Call->Routine(Call->Context);
}

BOOLEAN NTAPI VideoPortSynchronizeExecution(
    PVOID HwDeviceExtension, VIDEO_SYNCHRONIZE_PRIORITY Priority,
    PMINIPORT_SYNCHRONIZE_ROUTINE SynchronizeRoutine, PVOID Context)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    SYNCHRONIZED Call = { SynchronizeRoutine, Context };

    if (Priority != VpLowPriority && Device->Connected) {
        return KeSynchronizeExecution(Device->Interrupt, Synchronize, &Call);
    }
    return SynchronizeRoutine(Context);
}

/* ---- Ranges -------------------------------------------------------------- */

static VOID TakeResource(VP_DEVICE *Device,
                         const CM_PARTIAL_RESOURCE_DESCRIPTOR *From)
{
    VIDEO_ACCESS_RANGE *Range = &Device->Ranges[Device->RangeCount];

    switch (From->Type) {
    case CmResourceTypeMemory:
    case CmResourceTypePort:
        if (Device->RangeCount < VP_RANGES_MAX) {
            Range->RangeStart = From->u.Generic.Start;
            Range->RangeLength = From->u.Generic.Length;
            Range->RangeInIoSpace = From->Type == CmResourceTypePort;
            Range->RangeShareable =
                From->ShareDisposition == CmResourceShareShared;
            Device->RangeCount++;
        }
        break;
    case CmResourceTypeInterrupt:
        Device->HasInterrupt = TRUE;
        Device->InterruptIsMessage =
            (From->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
        Device->Config.BusInterruptLevel = From->u.Interrupt.Level;
        Device->Config.BusInterruptVector = From->u.Interrupt.Vector;
        Device->Config.InterruptMode =
            From->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched
                                                        : LevelSensitive;
        Device->Config.InterruptShareable =
            From->ShareDisposition == CmResourceShareShared;
        break;
    }
}

static VOID TakeResources(VP_DEVICE *Device, PCM_RESOURCE_LIST Translated)
{
    const CM_PARTIAL_RESOURCE_LIST *List =
        &Translated->List[0].PartialResourceList;

    Device->RangeCount = 0;
    Device->HasInterrupt = FALSE;
    Device->Bus = Translated->List[0].BusNumber;
    for (ULONG i = 0; i < List->Count; i++) {
        TakeResource(Device, &List->PartialDescriptors[i]);
    }
}

/* For a PnP adapter: what the bus gave it, whatever was requested. */
VP_STATUS NTAPI VideoPortGetAccessRanges(PVOID HwDeviceExtension,
                                         ULONG NumRequestedResources,
                                         PIO_RESOURCE_DESCRIPTOR Requested,
                                         ULONG NumAccessRanges,
                                         PVIDEO_ACCESS_RANGE AccessRanges,
                                         PVOID VendorId, PVOID DeviceId,
                                         PULONG Slot)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    UNREFERENCED_PARAMETER(NumRequestedResources);
    UNREFERENCED_PARAMETER(Requested);
    UNREFERENCED_PARAMETER(VendorId);
    UNREFERENCED_PARAMETER(DeviceId);
    NTS_IRQL(PASSIVE_LEVEL);
    if (NumAccessRanges < Device->RangeCount) {
        return ERROR_MORE_DATA;
    }
    memcpy(AccessRanges, Device->Ranges,
           Device->RangeCount * sizeof(*AccessRanges));
    if (Slot) {
        *Slot = Device->Slot;
    }
    return NO_ERROR;
}

VP_STATUS NTAPI VideoPortVerifyAccessRanges(PVOID HwDeviceExtension,
                                            ULONG NumAccessRanges,
                                            PVIDEO_ACCESS_RANGE AccessRanges)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    NTS_IRQL(PASSIVE_LEVEL);
    for (ULONG i = 0; i < NumAccessRanges; i++) {
        ULONG j = 0;

        while (j < Device->RangeCount &&
               Device->Ranges[j].RangeStart.QuadPart !=
               AccessRanges[i].RangeStart.QuadPart) {
            j++;
        }
        if (j == Device->RangeCount) {
            return ERROR_INVALID_PARAMETER;
        }
    }
    return NO_ERROR;
}

/* ---- Start and stop ------------------------------------------------------ */

static PVOID NTAPI GetProcAddress(PVOID HwDeviceExtension, PUCHAR Name)
{
    VP_DEVICE_OF(HwDeviceExtension);
    return pal_image_export("videoprt.sys", (const char *)Name);
}

static NTSTATUS Find(VP_DEVICE *Device)
{
    VIDEO_PORT_CONFIG_INFO *Config = &Device->Config;
    VP_STATUS Error;
    UCHAR Again = 0;

    Config->Length = sizeof(*Config);
    Config->SystemIoBusNumber = Device->Bus;
    Config->AdapterInterfaceType = PCIBus;
    Config->Master = TRUE;
    Config->VideoPortGetProcAddress = GetProcAddress;
    Config->DriverRegistryPath = Device->Miniport->RegistryPath;
    Device->State = VpFinding;
    Error = Device->Miniport->Data.HwFindAdapter(VpExtension(Device),
                                                 Device->Miniport->HwContext,
                                                 NULL, Config, &Again);
    if (Error != NO_ERROR) {
        NtsLog(PAL_LOG_ERROR, "HwVidFindAdapter: error %d", Error);
        Device->State = VpAdded;
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->State = VpFound;
    return STATUS_SUCCESS;
}

NTSTATUS VpAdapterStart(VP_DEVICE *Device, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;

    if (!Translated || !Translated->Count) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    KeInitializeDpc(&Device->Dpc, Deferred, Device);
    KeInitializeTimer(&Device->Timer);
    KeInitializeDpc(&Device->TimerDpc, Tick, Device);
    TakeResources(Device, Translated);
    Status = Find(Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Device->HasInterrupt && !Device->InterruptIsMessage &&
        Device->Miniport->Data.HwInterrupt) {
        return Connect(Device);
    }
    return STATUS_SUCCESS;
}

VOID VpAdapterStop(VP_DEVICE *Device)
{
    if (Device->State < VpFound) {
        return;
    }
    KeCancelTimer(&Device->Timer);
    Disconnect(Device);
    VpUnmapAll(Device);
    Device->State = VpAdded;
}
