/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "cbx_dma.h"

enum {
    REG_IDENTIFICATION = 0x00,
    REG_LIVENESS = 0x04,
    REG_FACTORIAL = 0x08,
    REG_STATUS = 0x20,
    REG_CAUSE = 0x24,
    REG_ACKNOWLEDGE = 0x64,
    REG_DMA_SOURCE = 0x80,
    REG_DMA_DESTINATION = 0x88,
    REG_DMA_COUNT = 0x90,
    REG_DMA_COMMAND = 0x98,

    STATUS_INTERRUPT = 0x80,    /* when the factorial is there */
    CAUSE_FACTORIAL = 0x001,
    CAUSE_DMA = 0x100,

    DMA_RUN = 1,
    DMA_TO_MEMORY = 2,
    DMA_INTERRUPT = 4,

    MEMORY = 0x40000,           /* the device's own, by its DMA engine */
    MEMORY_SIZE = 4096,
    ADDRESS_BITS = 28,
    PATIENCE_MS = 5000,
};

static ULONG Read(const EDU_DEVICE *Device, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Device->Registers + Register));
}

static VOID Write(EDU_DEVICE *Device, ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Device->Registers + Register), Value);
}

/* ---- Interrupt ---------------------------------------------------------- */

static BOOLEAN NTAPI Isr(PKINTERRUPT Interrupt, PVOID Context)
{
    EDU_DEVICE *Device = Context;
    ULONG Causes = Read(Device, REG_CAUSE);

    UNREFERENCED_PARAMETER(Interrupt);
    if (!Causes) {
        return FALSE;
    }
    Write(Device, REG_ACKNOWLEDGE, Causes);
    Device->Pending |= Causes;
    KeInsertQueueDpc(&Device->Dpc, NULL, NULL);
    return TRUE;
}

static VOID NTAPI Dpc(PKDPC Object, PVOID Context, PVOID Unused1, PVOID Unused2)
{
    EDU_DEVICE *Device = Context;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Unused1);
    UNREFERENCED_PARAMETER(Unused2);
    KeSetEvent(&Device->Done, IO_NO_INCREMENT, FALSE);
}

typedef struct _TAKE {
    EDU_DEVICE *Device;
    ULONG Causes;
} TAKE;

static BOOLEAN NTAPI TakeCauses(PVOID Context)
{
    TAKE *Take = Context;

    Take->Causes = Take->Device->Pending;
    Take->Device->Pending = 0;
    return TRUE;
}

static NTSTATUS WaitFor(EDU_DEVICE *Device, ULONG Cause)
{
    TAKE Take = { Device, 0 };
    LARGE_INTEGER Timeout;
    NTSTATUS Status;

    Timeout.QuadPart = -PATIENCE_MS * 10000ll;
    Status = KeWaitForSingleObject(&Device->Done, Executive, KernelMode, FALSE,
                                   &Timeout);
    KeSynchronizeExecution(Device->Interrupt, TakeCauses, &Take);
    if (Status != STATUS_SUCCESS) {
        DbgPrint("edu: no interrupt with cause 0x%x\n", Cause);
        return STATUS_IO_TIMEOUT;
    }
    if (Take.Causes != Cause) {
        DbgPrint("edu: interrupt with causes 0x%x, not 0x%x\n", Take.Causes,
                 Cause);
        return STATUS_DEVICE_PROTOCOL_ERROR;
    }
    return STATUS_SUCCESS;
}

/* As the resource says, whether line or message. */
static NTSTATUS Connect(EDU_DEVICE *Device,
                        const CM_PARTIAL_RESOURCE_DESCRIPTOR *Resource)
{
    /* Kept as it is: the one thing to relocate where code needs nothing. */
    __attribute__((used)) static const CHAR *const Kinds[] = {
        "line", "message"
    };
    IO_CONNECT_INTERRUPT_PARAMETERS Parameters;
    BOOLEAN IsMessage =
        (Resource->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = CONNECT_FULLY_SPECIFIED;
    Parameters.FullySpecified.PhysicalDeviceObject = Device->Pdo;
    Parameters.FullySpecified.InterruptObject = &Device->Interrupt;
    Parameters.FullySpecified.ServiceRoutine = Isr;
    Parameters.FullySpecified.ServiceContext = Device;
    Parameters.FullySpecified.ShareVector =
        Resource->ShareDisposition == CmResourceShareShared;
    Parameters.FullySpecified.InterruptMode =
        Resource->Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched
                                                        : LevelSensitive;
    if (IsMessage) {
        Parameters.FullySpecified.Vector =
            Resource->u.MessageInterrupt.Translated.Vector;
        Parameters.FullySpecified.Irql =
            (KIRQL)Resource->u.MessageInterrupt.Translated.Level;
        Parameters.FullySpecified.ProcessorEnableMask =
            Resource->u.MessageInterrupt.Translated.Affinity;
    } else {
        Parameters.FullySpecified.Vector = Resource->u.Interrupt.Vector;
        Parameters.FullySpecified.Irql = (KIRQL)Resource->u.Interrupt.Level;
        Parameters.FullySpecified.ProcessorEnableMask =
            Resource->u.Interrupt.Affinity;
    }
    Parameters.FullySpecified.SynchronizeIrql = Parameters.FullySpecified.Irql;
    DbgPrint("edu: interrupt by %s\n", Kinds[IsMessage]);
    return IoConnectInterruptEx(&Parameters);
}

/* ---- Start and stop ----------------------------------------------------- */

NTSTATUS EduStart(EDU_DEVICE *Device, const CM_RESOURCE_LIST *Translated)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Memory = NULL, *Interrupt = NULL;
    const CM_PARTIAL_RESOURCE_LIST *List;
    NTSTATUS Status;

    if (!Translated || !Translated->Count) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG i = 0; i < List->Count; i++) {
        const CM_PARTIAL_RESOURCE_DESCRIPTOR *d = &List->PartialDescriptors[i];

        if (d->Type == CmResourceTypeMemory && !Memory) {
            Memory = d;
        } else if (d->Type == CmResourceTypeInterrupt && !Interrupt) {
            Interrupt = d;
        }
    }
    if (!Memory || !Interrupt || Memory->u.Memory.Length <= REG_DMA_COMMAND) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    KeInitializeDpc(&Device->Dpc, Dpc, Device);
    KeInitializeEvent(&Device->Done, SynchronizationEvent, FALSE);
    Device->Pending = 0;
    Device->Length = Memory->u.Memory.Length;
    Device->Registers = MmMapIoSpace(Memory->u.Memory.Start, Device->Length,
                                     MmNonCached);
    if (!Device->Registers) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = Connect(Device, Interrupt);
    if (!NT_SUCCESS(Status)) {
        Device->Interrupt = NULL;
        EduStop(Device);
    }
    return Status;
}

VOID EduStop(EDU_DEVICE *Device)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Parameters;

    if (Device->Interrupt) {
        RtlZeroMemory(&Parameters, sizeof(Parameters));
        Parameters.Version = CONNECT_FULLY_SPECIFIED;
        Parameters.ConnectionContext.InterruptObject = Device->Interrupt;
        IoDisconnectInterruptEx(&Parameters);
        KeFlushQueuedDpcs();
        Device->Interrupt = NULL;
    }
    if (Device->Registers) {
        MmUnmapIoSpace(Device->Registers, Device->Length);
        Device->Registers = NULL;
    }
}

/* ---- Tests -------------------------------------------------------------- */

static NTSTATUS TestFactorial(EDU_DEVICE *Device)
{
    NTSTATUS Status;
    ULONG Got;

    Write(Device, REG_STATUS, STATUS_INTERRUPT);
    Write(Device, REG_FACTORIAL, 10);
    Status = WaitFor(Device, CAUSE_FACTORIAL);
    Got = Read(Device, REG_FACTORIAL);
    if (NT_SUCCESS(Status) && Got != 3628800) {
        DbgPrint("edu: 10! is %u\n", Got);
        Status = STATUS_DATA_ERROR;
    }
    return Status;
}

/* One transfer of the whole of the device's memory. */
static NTSTATUS Transfer(EDU_DEVICE *Device, PHYSICAL_ADDRESS Address,
                         BOOLEAN ToMemory)
{
    ULONG Source = ToMemory ? REG_DMA_DESTINATION : REG_DMA_SOURCE;
    ULONG Other = ToMemory ? REG_DMA_SOURCE : REG_DMA_DESTINATION;

    Write(Device, Source, Address.LowPart);
    Write(Device, Other, MEMORY);
    Write(Device, REG_DMA_COUNT, MEMORY_SIZE);
    Write(Device, REG_DMA_COMMAND,
          DMA_RUN | DMA_INTERRUPT | (ToMemory ? DMA_TO_MEMORY : 0));
    return WaitFor(Device, CAUSE_DMA);
}

/* What a compiler is invited to do with vector registers, across the waits. */
static NTSTATUS Exchange(EDU_DEVICE *Device, ULONG *Buffer,
                         PHYSICAL_ADDRESS Logical)
{
    const ULONG Words = MEMORY_SIZE / sizeof(ULONG);
    ULONG Wrong = 0;
    NTSTATUS Status;

    for (ULONG i = 0; i < Words; i++) {
        Buffer[i] = i * 0x9e3779b1u + 1;
    }
    Status = Transfer(Device, Logical, FALSE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlZeroMemory(Buffer, MEMORY_SIZE);
    Status = Transfer(Device, Logical, TRUE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    for (ULONG i = 0; i < Words; i++) {
        Wrong += Buffer[i] != i * 0x9e3779b1u + 1;
    }
    DbgPrint("edu: DMA of %u bytes to the device and back, %u words wrong\n",
             MEMORY_SIZE, Wrong);
    return Wrong ? STATUS_DATA_ERROR : STATUS_SUCCESS;
}

static NTSTATUS TestDma(EDU_DEVICE *Device)
{
    CBX_DEVICE_DESCRIPTION Description;
    CBX_DMA_ADAPTER *Adapter;
    CBX_DMA_OPERATIONS *Do;
    PHYSICAL_ADDRESS Logical;
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG MapRegisters;
    ULONG *Buffer;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = CBX_DEVICE_DESCRIPTION_VERSION3;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = MEMORY_SIZE;
    Description.DmaAddressWidth = ADDRESS_BITS;
    Adapter = (PVOID)IoGetDmaAdapter(Device->Pdo, (PVOID)&Description,
                                     &MapRegisters);
    if (!Adapter) {
        DbgPrint("edu: no DMA adapter\n");
        return Status;
    }
    Do = (CBX_DMA_OPERATIONS *)Adapter->DmaOperations;
    Buffer = Do->AllocateCommonBuffer(Adapter, MEMORY_SIZE, &Logical, TRUE);
    if (Buffer) {
        DbgPrint("edu: common buffer at logical 0x%I64x, physical 0x%I64x\n",
                 Logical.QuadPart, MmGetPhysicalAddress(Buffer).QuadPart);
        Status = Exchange(Device, Buffer, Logical);
        Do->FreeCommonBuffer(Adapter, MEMORY_SIZE, Logical, Buffer, TRUE);
    }
    Do->PutDmaAdapter(Adapter);
    return Status;
}

static NTSTATUS TestIdentity(EDU_DEVICE *Device)
{
    ULONG Value = Read(Device, REG_IDENTIFICATION);

    if ((Value & 0xffff) != 0xed) {
        DbgPrint("edu: identification 0x%08x\n", Value);
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Write(Device, REG_LIVENESS, 0x12345678);
    Value = Read(Device, REG_LIVENESS);
    if (Value != ~0x12345678u) {
        DbgPrint("edu: the inverse of 0x12345678 is 0x%08x\n", Value);
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    return STATUS_SUCCESS;
}

static const struct {
    const CHAR *Name;
    NTSTATUS (*Run)(EDU_DEVICE *Device);
} Tests[] = {
    { "identity", TestIdentity },
    { "factorial", TestFactorial },
    { "DMA", TestDma },
};

NTSTATUS EduTest(EDU_DEVICE *Device)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG i = 0; i < RTL_NUMBER_OF(Tests) && NT_SUCCESS(Status); i++) {
        Status = Tests[i].Run(Device);
        DbgPrint("edu: %s %s, 0x%08x\n", Tests[i].Name,
                 NT_SUCCESS(Status) ? "passed" : "failed", (ULONG)Status);
    }
    return Status;
}
