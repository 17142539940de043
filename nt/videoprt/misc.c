/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory, time, configuration space, words. */
#include "videoprt.h"

/* ---- Memory -------------------------------------------------------------- */

PVOID NTAPI VideoPortAllocatePool(PVOID HwDeviceExtension,
                                  VP_POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                  ULONG Tag)
{
    VP_DEVICE_OF(HwDeviceExtension);
    return ExAllocatePoolWithTag((POOL_TYPE)PoolType, NumberOfBytes, Tag);
}

VOID NTAPI VideoPortFreePool(PVOID HwDeviceExtension, PVOID Ptr)
{
    VP_DEVICE_OF(HwDeviceExtension);
    ExFreePool(Ptr);
}

VOID NTAPI VideoPortZeroMemory(PVOID Destination, ULONG Length)
{
    RtlZeroMemory(Destination, Length);
}

VOID NTAPI VideoPortMoveMemory(PVOID Destination, PVOID Source, ULONG Length)
{
    RtlMoveMemory(Destination, Source, Length);
}

ULONG NTAPI VideoPortCompareMemory(PVOID Source1, PVOID Source2, SIZE_T Length)
{
    return (ULONG)RtlCompareMemory(Source1, Source2, Length);
}

VOID NTAPI VideoPortZeroDeviceMemory(PVOID Destination, ULONG Length)
{
    volatile UCHAR *To = Destination;

    while (Length--) {
        *To++ = 0;
    }
}

/* ---- Time and level ------------------------------------------------------ */

UCHAR NTAPI VideoPortGetCurrentIrql(VOID)
{
    return KeGetCurrentIrql();
}

VOID NTAPI VideoPortStallExecution(ULONG Microseconds)
{
    NtsStall(Microseconds);
}

VOID NTAPI VideoPortQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    KeQuerySystemTimePrecise(CurrentTime);
}

LONGLONG NTAPI VideoPortQueryPerformanceCounter(PVOID HwDeviceExtension,
                                                PLONGLONG Frequency)
{
    LARGE_INTEGER Rate, Now;

    VP_DEVICE_OF(HwDeviceExtension);
    Now = NtsPerformanceCounter(&Rate);
    if (Frequency) {
        *Frequency = Rate.QuadPart;
    }
    return Now.QuadPart;
}

/* ---- The bus ------------------------------------------------------------- */

static NTSTATUS QueryInterface(VP_DEVICE *Device,
                               BUS_INTERFACE_STANDARD *Interface)
{
    static const GUID Standard = { 0x496b8280, 0x6f25, 0x11d0,
                                   { 0xbe, 0xaf, 0x08, 0x00,
                                     0x2b, 0xe2, 0x09, 0x2f } };
    PIO_STACK_LOCATION Stack;
    IO_STATUS_BLOCK Block;
    NTSTATUS Status;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Device->Lower, NULL, 0,
                                       NULL, &Event, &Block);
    if (!Irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = &Standard;
    Stack->Parameters.QueryInterface.Size = sizeof(*Interface);
    Stack->Parameters.QueryInterface.Version = 1;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)Interface;
    Status = IoCallDriver(Device->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Block.Status;
    }
    return Status;
}

static ULONG Config(VP_DEVICE *Device, ULONG Type, PVOID Buffer, ULONG Offset,
                    ULONG Length, BOOLEAN Write)
{
    BUS_INTERFACE_STANDARD Interface;
    ULONG Done;

    NTS_IRQL(PASSIVE_LEVEL);
    if (Type != VP_PCI_CONFIGURATION ||
        !NT_SUCCESS(QueryInterface(Device, &Interface))) {
        return 0;
    }
    Done = (Write ? Interface.SetBusData : Interface.GetBusData)(
        Interface.Context, PCI_WHICHSPACE_CONFIG, Buffer, Offset, Length);
    Interface.InterfaceDereference(Interface.Context);
    return Done;
}

/* For a PnP device the slot is the device itself, whatever the number says. */
ULONG NTAPI VideoPortGetBusData(PVOID HwDeviceExtension,
                                BUS_DATA_TYPE BusDataType, ULONG SlotNumber,
                                PVOID Buffer, ULONG Offset, ULONG Length)
{
    UNREFERENCED_PARAMETER(SlotNumber);
    return Config(VP_DEVICE_OF(HwDeviceExtension), BusDataType, Buffer, Offset,
                  Length, FALSE);
}

ULONG NTAPI VideoPortSetBusData(PVOID HwDeviceExtension,
                                BUS_DATA_TYPE BusDataType, ULONG SlotNumber,
                                PVOID Buffer, ULONG Offset, ULONG Length)
{
    UNREFERENCED_PARAMETER(SlotNumber);
    return Config(VP_DEVICE_OF(HwDeviceExtension), BusDataType, Buffer, Offset,
                  Length, TRUE);
}

/* ---- The system ---------------------------------------------------------- */

/* Windows 7: the last one that loads these drivers. */
VP_STATUS NTAPI VideoPortGetVersion(PVOID HwDeviceExtension,
                                    PVPOSVERSIONINFO Version)
{
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(PASSIVE_LEVEL);
    if (Version->Size < sizeof(*Version)) {
        return ERROR_INVALID_PARAMETER;
    }
    Version->MajorVersion = 6;
    Version->MinorVersion = 1;
    Version->BuildNumber = 7601;
    Version->ServicePackMajor = 1;
    Version->ServicePackMinor = 0;
    return NO_ERROR;
}

/* A service without parameters. */
VP_STATUS NTAPI
VideoPortGetRegistryParameters(PVOID HwDeviceExtension, PWSTR ParameterName,
                               UCHAR IsParameterFileName,
                               PMINIPORT_GET_REGISTRY_ROUTINE CallbackRoutine,
                               PVOID Context)
{
    UNREFERENCED_PARAMETER(ParameterName);
    UNREFERENCED_PARAMETER(IsParameterFileName);
    UNREFERENCED_PARAMETER(CallbackRoutine);
    UNREFERENCED_PARAMETER(Context);
    VP_DEVICE_OF(HwDeviceExtension);
    NTS_IRQL(PASSIVE_LEVEL);
    return ERROR_INVALID_PARAMETER;
}

VOID NTAPI VideoPortLogError(PVOID HwDeviceExtension,
                             PVIDEO_REQUEST_PACKET Vrp, VP_STATUS ErrorCode,
                             ULONG UniqueId)
{
    UNREFERENCED_PARAMETER(Vrp);
    VP_DEVICE_OF(HwDeviceExtension);
    NtsLog(PAL_LOG_ERROR, "the miniport logs error %d, place %u", ErrorCode,
           UniqueId);
}
