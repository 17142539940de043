/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of each kind that is never given back. */
#include "cases.h"

enum { TAG = 0x4b41454c };

static const GUID Class = { 0x0f3a1d7e, 0x8b52, 0x4f0e,
                            { 0x93, 0x2b, 0x5e, 0x66, 0x90, 0x1c, 0x27,
                              0x4d } };

static KEVENT Waits;

static VOID NTAPI Wait(PVOID Event)
{
    KeSetEvent(&Waits, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
}

static BOOLEAN NTAPI Isr(PKINTERRUPT Interrupt, PVOID Context, ULONG Message)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Message);
    return TRUE;
}

static VOID NTAPI GotList(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                          PSCATTER_GATHER_LIST List, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(List);
    UNREFERENCED_PARAMETER(Context);
}

static IO_ALLOCATION_ACTION NTAPI GotChannel(PDEVICE_OBJECT DeviceObject,
                                             PIRP Irp, PVOID Base,
                                             PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Base);
    UNREFERENCED_PARAMETER(Context);
    return DeallocateObjectKeepRegisters;
}

static VOID Dma(CASE_DEVICE *Device, PMDL Mdl)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    PHYSICAL_ADDRESS Low, High, Logical;
    ADAPTER A;
    KIRQL Irql;

    Low.QuadPart = 0;
    High.QuadPart = -1;
    CaseAdapter(Device, 3, &A);
    A.Do->AllocateCommonBuffer(A.Adapter, 4096, &Logical, TRUE);
    A.Do->AllocateCommonBufferVector(A.Adapter, Low, High, MmCached, 0, 0, 2,
                                     4096, &Vector);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    A.Do->AllocateAdapterChannel(A.Adapter, Device->Self, 1, GotChannel, NULL);
    A.Do->GetScatterGatherList(A.Adapter, Device->Self, Mdl,
                               MmGetMdlVirtualAddress(Mdl), 16, GotList, NULL,
                               TRUE);
    KeLowerIrql(Irql);
}

static VOID Interrupt(CASE_DEVICE *Device)
{
    static PIO_INTERRUPT_MESSAGE_INFO Table;
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_MESSAGE_BASED;
    Parameters.MessageBased.PhysicalDeviceObject = Device->Pdo;
    Parameters.MessageBased.ConnectionContext.InterruptMessageTable = &Table;
    Parameters.MessageBased.MessageServiceRoutine = Isr;
    IoConnectInterruptEx(&Parameters);
}

static NTSTATUS LeakAll(CASE_DEVICE *Device)
{
    static KEVENT Never;
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Bar =
        Device->Translated->List[0].PartialResourceList.PartialDescriptors;
    UNICODE_STRING LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Leak");
    UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Leak");
    PUCHAR Memory = ExAllocatePoolWithTag(NonPagedPool, 16, TAG);
    PMDL Mdl = IoAllocateMdl(Memory, 16, FALSE, FALSE, NULL);
    PHYSICAL_ADDRESS Anywhere;
    UNICODE_STRING Interface;
    PDEVICE_OBJECT Extra;
    HANDLE Handle;

    /* The interface's name is paged pool, which is not freed either. */
    IoRegisterDeviceInterface(Device->Pdo, &Class, NULL, &Interface);
    IoSetDeviceInterfaceState(&Interface, TRUE);
    Anywhere.QuadPart = -1;
    MmAllocateContiguousMemory(16, Anywhere);
    IoCreateDevice(Device->Driver, 0, &DeviceName, FILE_DEVICE_UNKNOWN, 0,
                   FALSE, &Extra);
    IoCreateSymbolicLink(&LinkName, &DeviceName);
    Interrupt(Device);
    MmMapIoSpace(Bar->u.Memory.Start, PAGE_SIZE, MmNonCached);
    MmBuildMdlForNonPagedPool(Mdl);
    IoAllocateIrp(1, FALSE);
    IoAllocateWorkItem(Device->Self);
    KeInitializeEvent(&Never, NotificationEvent, FALSE);
    KeInitializeEvent(&Waits, NotificationEvent, FALSE);
    PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, Wait,
                         &Never);
    /* One that begins only when the image has gone is another case. */
    KeWaitForSingleObject(&Waits, Executive, KernelMode, FALSE, NULL);
    Dma(Device, Mdl);
    return STATUS_SUCCESS;
}

const CASE LeakCases[] = {
    { L"leak-all", LeakAll, FALSE },
    { NULL, NULL, FALSE },
};
