/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI bus driver: physical device objects and what they answer. */
#include "nt.h"

/* Messages a device gets; Windows takes the number from the driver's INF. */
enum { MESSAGES_MAX = 8 };

static PDRIVER_OBJECT PciDriver;

NTS_PDO *NtsPdo(PDEVICE_OBJECT DeviceObject)
{
    if (!DeviceObject || DeviceObject->Type != IO_TYPE_DEVICE ||
        DeviceObject->DriverObject != PciDriver) {
        return NULL;
    }
    return DeviceObject->DeviceExtension;
}

/* ---- BUS_INTERFACE_STANDARD --------------------------------------------- */

static VOID NTAPI InterfaceReference(PVOID Context)
{
    ObfReferenceObject(Context);
}

static VOID NTAPI InterfaceDereference(PVOID Context)
{
    ObfDereferenceObject(Context);
}

static BOOLEAN NTAPI TranslateAddress(PVOID Context, PHYSICAL_ADDRESS Address,
                                      ULONG Length, PULONG AddressSpace,
                                      PPHYSICAL_ADDRESS Translated)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(AddressSpace);
    *Translated = Address;
    return TRUE;
}

static struct _DMA_ADAPTER *NTAPI GetAdapter(PVOID Context,
                                             PDEVICE_DESCRIPTION Description,
                                             PULONG NumberOfMapRegisters)
{
    return HalNtsGetAdapter(NtsPdo(Context)->Device, Description,
                            NumberOfMapRegisters,
                            __builtin_return_address(0));
}

static ULONG NTAPI SetData(PVOID Context, ULONG Space, PVOID Buffer,
                           ULONG Offset, ULONG Length)
{
    if (Space != PCI_WHICHSPACE_CONFIG) {
        return 0;
    }
    return pal_config(NtsPdo(Context)->Device, Offset, Buffer, Length, 1);
}

static ULONG NTAPI GetData(PVOID Context, ULONG Space, PVOID Buffer,
                           ULONG Offset, ULONG Length)
{
    if (Space != PCI_WHICHSPACE_CONFIG) {
        return 0;
    }
    return pal_config(NtsPdo(Context)->Device, Offset, Buffer, Length, 0);
}

static NTSTATUS QueryInterface(PDEVICE_OBJECT Device, PIO_STACK_LOCATION Stack)
{
    static const GUID Standard = { 0x496b8280, 0x6f25, 0x11d0,
                                   { 0xbe, 0xaf, 0x08, 0x00,
                                     0x2b, 0xe2, 0x09, 0x2f } };
    PBUS_INTERFACE_STANDARD Interface =
        (PVOID)Stack->Parameters.QueryInterface.Interface;

    if (memcmp(Stack->Parameters.QueryInterface.InterfaceType, &Standard,
               sizeof(GUID)) ||
        Stack->Parameters.QueryInterface.Size < sizeof(*Interface)) {
        return STATUS_NOT_SUPPORTED;
    }
    Interface->Size = sizeof(*Interface);
    Interface->Version = 1;
    Interface->Context = Device;
    Interface->InterfaceReference = InterfaceReference;
    Interface->InterfaceDereference = InterfaceDereference;
    Interface->TranslateBusAddress = TranslateAddress;
    Interface->GetDmaAdapter = GetAdapter;
    Interface->SetBusData = SetData;
    Interface->GetBusData = GetData;
    InterfaceReference(Device);
    return STATUS_SUCCESS;
}

/* ---- Requests ----------------------------------------------------------- */

static NTSTATUS QueryCapabilities(const NTS_PDO *Pdo, PIO_STACK_LOCATION Stack)
{
    PDEVICE_CAPABILITIES Capabilities =
        Stack->Parameters.DeviceCapabilities.Capabilities;

    Capabilities->Address = Pdo->Info.slot << 16 | Pdo->Info.function;
    Capabilities->UINumber = MAXULONG;
    Capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    return STATUS_SUCCESS;
}

static NTSTATUS Start(NTS_PDO *Pdo)
{
    Pdo->Started = TRUE;
    pal_device_enable(Pdo->Device, 1);
    return STATUS_SUCCESS;
}

static NTSTATUS Stop(NTS_PDO *Pdo)
{
    if (Pdo->Started) {
        pal_device_enable(Pdo->Device, 0);
    }
    Pdo->Started = FALSE;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTS_PDO *Pdo = NtsPdo(Device);
    NTSTATUS Status;

    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        Status = Start(Pdo);
        break;
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
        Status = Stop(Pdo);
        break;
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_CAPABILITIES:
        Status = QueryCapabilities(Pdo, Stack);
        break;
    case IRP_MN_QUERY_INTERFACE:
        Status = QueryInterface(Device, Stack);
        break;
    default:
        /* What the bus does not know keeps the status it came with. */
        Status = Irp->IoStatus.Status;
        break;
    }
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI DispatchPower(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTS_PDO *Pdo = NtsPdo(Device);
    BOOLEAN Off = Stack->Parameters.Power.State.DeviceState != PowerDeviceD0;

    if (Stack->MinorFunction == IRP_MN_SET_POWER &&
        Stack->Parameters.Power.Type == DevicePowerState && Pdo->Off != Off) {
        Pdo->Off = Off;
        pal_device_power(Pdo->Device, !Off);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI DispatchOther(PDEVICE_OBJECT Device, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Device);
    Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NtsPdoCreate(void *Device, BOOLEAN Messages,
                      PDEVICE_OBJECT *DeviceObject)
{
    NTS_PDO *Pdo;
    NTSTATUS Status;

    Status = NtsDriverCreate(L"\\Driver\\pci", &PciDriver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        PciDriver->MajorFunction[i] = DispatchOther;
    }
    PciDriver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    PciDriver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
    Status = NtsDeviceCreate(PciDriver, sizeof(NTS_PDO), FILE_DEVICE_UNKNOWN,
                             0, DeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    (*DeviceObject)->Flags |= DO_BUS_ENUMERATED_DEVICE;
    (*DeviceObject)->Flags &= ~DO_DEVICE_INITIALIZING;
    Pdo = (*DeviceObject)->DeviceExtension;
    Pdo->Device = Device;
    pal_device_info(Device, &Pdo->Info);
    if (pal_irq_alloc(Device, Messages ? MESSAGES_MAX : 0, &Pdo->Irqs)) {
        NtsLog(PAL_LOG_ERROR, "the device gets no interrupt");
    }
    return STATUS_SUCCESS;
}

VOID NtsPdoDelete(PDEVICE_OBJECT DeviceObject)
{
    pal_irq_free(NtsPdo(DeviceObject)->Device);
    NtsDeviceDelete(DeviceObject);
    NtsDriverDelete(PciDriver);
    PciDriver = NULL;
}

/* ---- What drivers ask about a physical device object -------------------- */

PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject,
                                   PDEVICE_DESCRIPTION DeviceDescription,
                                   PULONG NumberOfMapRegisters)
{
    NTS_PDO *Pdo = NtsPdo(PhysicalDeviceObject);

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Pdo) {
        return NULL;
    }
    return HalNtsGetAdapter(Pdo->Device, DeviceDescription,
                            NumberOfMapRegisters,
                            __builtin_return_address(0));
}

static NTSTATUS Answer(const VOID *Value, ULONG Size, PVOID Buffer,
                       ULONG Length, PULONG ResultLength)
{
    *ResultLength = Size;
    if (Length < Size) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(Buffer, Value, Size);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject,
                                   DEVICE_REGISTRY_PROPERTY Property,
                                   ULONG BufferLength, PVOID Buffer,
                                   PULONG ResultLength)
{
    const NTS_PDO *Pdo = NtsPdo(DeviceObject);
    INTERFACE_TYPE Bus = PCIBus;
    WCHAR Wide[64];
    CHAR Text[64];
    SIZE_T Length;
    ULONG Value;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Pdo) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    switch (Property) {
    case DevicePropertyBusNumber:
        Value = Pdo->Info.segment << 8 | Pdo->Info.bus;
        return Answer(&Value, sizeof(Value), Buffer, BufferLength,
                      ResultLength);
    case DevicePropertyAddress:
        Value = Pdo->Info.slot << 16 | Pdo->Info.function;
        return Answer(&Value, sizeof(Value), Buffer, BufferLength,
                      ResultLength);
    case DevicePropertyLegacyBusType:
        return Answer(&Bus, sizeof(Bus), Buffer, BufferLength, ResultLength);
    case DevicePropertyHardwareID:
        Length = NtsFormat(Text, sizeof(Text), "PCI\\VEN_%04X&DEV_%04X",
                           Pdo->Info.vendor, Pdo->Info.device);
        for (SIZE_T i = 0; i < Length; i++) {
            Wide[i] = Text[i];
        }
        /* a list of one string */
        Wide[Length] = Wide[Length + 1] = 0;
        return Answer(Wide, (ULONG)((Length + 2) * sizeof(WCHAR)), Buffer,
                      BufferLength, ResultLength);
    default:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
}

NTSTATUS NTAPI IoGetDeviceNumaNode(PDEVICE_OBJECT DeviceObject,
                                   PUSHORT NodeNumber)
{
    const NTS_PDO *Pdo = NtsPdo(DeviceObject);

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Pdo) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Pdo->Info.node == PAL_NODE_ANY) {
        return STATUS_NOT_FOUND;
    }
    *NodeNumber = (USHORT)Pdo->Info.node;
    return STATUS_SUCCESS;
}

VOID NtsDeviceAnswers(PDEVICE_OBJECT DeviceObject, BOOLEAN Answers)
{
    enum { PCI_COMMAND = 4, PCI_MEMORY_SPACE = 0x2 };
    void *Device = NtsPdo(DeviceObject)->Device;
    USHORT Command = 0;

    pal_config(Device, PCI_COMMAND, &Command, sizeof(Command), 0);
    Command &= ~PCI_MEMORY_SPACE;
    Command |= Answers ? PCI_MEMORY_SPACE : 0;
    pal_config(Device, PCI_COMMAND, &Command, sizeof(Command), 1);
}
