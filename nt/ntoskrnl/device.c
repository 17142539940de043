/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device objects, stacks of them, names and interfaces. */
#include "nt.h"

enum { TAG = 0x69766544 };          /* "Devi" */

typedef struct _NAMED {
    LIST_ENTRY Link;
    UNICODE_STRING Name;
} NAMED;

static LIST_ENTRY Links = { &Links, &Links };
static LIST_ENTRY Names = { &Names, &Names };
static NTS_LOCK Lock;

static SIZE_T DeviceSize(ULONG ExtensionSize)
{
    return sizeof(DEVICE_OBJECT) + sizeof(DEVOBJ_EXTENSION) + ExtensionSize +
           2 * MEMORY_ALLOCATION_ALIGNMENT;
}

NTSTATUS NtsDeviceCreate(PDRIVER_OBJECT Driver, ULONG ExtensionSize,
                         DEVICE_TYPE Type, ULONG Characteristics,
                         PDEVICE_OBJECT *DeviceObject)
{
    PDEVICE_OBJECT Device = NtsAllocate(DeviceSize(ExtensionSize));
    PUCHAR Behind;

    if (!Device) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Device->Type = IO_TYPE_DEVICE;
    Device->Size = (USHORT)(sizeof(*Device) + ExtensionSize);
    Device->DriverObject = Driver;
    Device->DeviceType = Type;
    Device->Characteristics = Characteristics;
    Device->Flags = DO_DEVICE_INITIALIZING;
    Device->StackSize = 1;
    Behind = (PUCHAR)(Device + 1);
    Device->DeviceObjectExtension = (PDEVOBJ_EXTENSION)Behind;
    Device->DeviceObjectExtension->Type = IO_TYPE_DEVICE_OBJECT_EXTENSION;
    Device->DeviceObjectExtension->DeviceObject = Device;
    Behind += sizeof(DEVOBJ_EXTENSION) + MEMORY_ALLOCATION_ALIGNMENT - 1;
    Behind = (PUCHAR)((ULONG_PTR)Behind &
                      ~(ULONG_PTR)(MEMORY_ALLOCATION_ALIGNMENT - 1));
    Device->DeviceExtension = ExtensionSize ? Behind : NULL;
    Device->NextDevice = Driver->DeviceObject;
    Driver->DeviceObject = Device;
    *DeviceObject = Device;
    return STATUS_SUCCESS;
}

VOID NtsDeviceDelete(PDEVICE_OBJECT Device)
{
    PDEVICE_OBJECT *Link = &Device->DriverObject->DeviceObject;

    while (*Link && *Link != Device) {
        Link = &(*Link)->NextDevice;
    }
    if (*Link) {
        *Link = Device->NextDevice;
    }
    NtsFree(Device, DeviceSize(Device->Size - sizeof(*Device)));
}

PDEVICE_OBJECT NtsDeviceTop(PDEVICE_OBJECT Device)
{
    while (Device->AttachedDevice) {
        Device = Device->AttachedDevice;
    }
    return Device;
}

PDEVICE_OBJECT NtsDeviceTarget(PDEVICE_OBJECT Pdo, PDRIVER_OBJECT Driver)
{
    for (PDEVICE_OBJECT Each = Driver->DeviceObject; Each;
         Each = Each->NextDevice) {
        if (Each->Flags & DO_DEVICE_HAS_NAME) {
            return Each;
        }
    }
    return NtsDeviceTop(Pdo);
}

/* ---- Names -------------------------------------------------------------- */

static NAMED *NameFind(LIST_ENTRY *List, PCUNICODE_STRING Name)
{
    for (LIST_ENTRY *Link = List->Flink; Link != List; Link = Link->Flink) {
        NAMED *Named = CONTAINING_RECORD(Link, NAMED, Link);

        if (NtsIsSameName(&Named->Name, Name)) {
            return Named;
        }
    }
    return NULL;
}

static NTSTATUS NameAdd(LIST_ENTRY *List, PCUNICODE_STRING Name, NAMED **Added)
{
    NAMED *Named = NtsAllocate(sizeof(*Named) + Name->Length);
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG64 Flags;

    if (!Named) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Named->Name.Buffer = (PWSTR)(Named + 1);
    Named->Name.MaximumLength = Name->Length;
    RtlCopyUnicodeString(&Named->Name, Name);
    Flags = NtsLock(&Lock);
    if (NameFind(List, Name)) {
        Status = STATUS_OBJECT_NAME_COLLISION;
    } else {
        InsertTailList(List, &Named->Link);
    }
    NtsUnlock(&Lock, Flags);
    if (!NT_SUCCESS(Status)) {
        NtsFree(Named, sizeof(*Named) + Name->Length);
        return Status;
    }
    *Added = Named;
    return STATUS_SUCCESS;
}

static VOID NameDelete(NAMED *Named)
{
    ULONG64 Flags = NtsLock(&Lock);

    RemoveEntryList(&Named->Link);
    NtsUnlock(&Lock, Flags);
    NtsFree(Named, sizeof(*Named) + Named->Name.MaximumLength);
}

/* ---- What drivers call -------------------------------------------------- */

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject,
                              ULONG DeviceExtensionSize,
                              PUNICODE_STRING DeviceName,
                              DEVICE_TYPE DeviceType,
                              ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject)
{
    NAMED *Named = NULL;
    NTSTATUS Status;

    NTS_IRQL(APC_LEVEL);
    if (DeviceExtensionSize > MAXUSHORT - sizeof(DEVICE_OBJECT)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (DeviceName && DeviceName->Length) {
        Status = NameAdd(&Names, DeviceName, &Named);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    Status = NtsDeviceCreate(DriverObject, DeviceExtensionSize, DeviceType,
                             DeviceCharacteristics, DeviceObject);
    if (!NT_SUCCESS(Status)) {
        goto cleanup;
    }
    if (Exclusive) {
        (*DeviceObject)->Flags |= DO_EXCLUSIVE;
    }
    if (Named) {
        (*DeviceObject)->Flags |= DO_DEVICE_HAS_NAME;
        /* SecurityDescriptor is opaque to drivers; the name hangs there. */
        (*DeviceObject)->SecurityDescriptor = Named;
    }
    if (!NtsLedgerAdd(NtsKindDevice, *DeviceObject, DeviceExtensionSize, 0,
                      __builtin_return_address(0))) {
        NtsDeviceDelete(*DeviceObject);
        Status = STATUS_INSUFFICIENT_RESOURCES;
        goto cleanup;
    }
    return STATUS_SUCCESS;

cleanup:
    if (Named) {
        NameDelete(Named);
    }
    return Status;
}

VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject)
{
    CHAR Where[64];

    NTS_IRQL(APC_LEVEL);
    NtsWhere(__builtin_return_address(0), Where, sizeof(Where));
    if (!NtsLedgerRemove(NtsKindDevice, DeviceObject, NULL)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IO_TYPE_DEVICE, (ULONG_PTR)DeviceObject,
                    0, 0, "IoDeleteDevice of what is no device object of the "
                    "driver, by %s", Where);
    }
    if (NtsLedgerFind(NtsKindAttachment, DeviceObject, NULL)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IO_TYPE_DEVICE, (ULONG_PTR)DeviceObject,
                    0, 0, "IoDeleteDevice of a device object that is still "
                    "attached, by %s", Where);
    }
    if (DeviceObject->Flags & DO_DEVICE_HAS_NAME) {
        NameDelete(DeviceObject->SecurityDescriptor);
    }
    NtsDeviceDelete(DeviceObject);
}

PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice,
                                                 PDEVICE_OBJECT TargetDevice)
{
    PDEVICE_OBJECT Top;

    NTS_IRQL(DISPATCH_LEVEL);
    Top = NtsDeviceTop(TargetDevice);
    if (!NtsLedgerAdd(NtsKindAttachment, SourceDevice, 0, 0,
                      __builtin_return_address(0))) {
        return NULL;
    }
    Top->AttachedDevice = SourceDevice;
    SourceDevice->StackSize = Top->StackSize + 1;
    SourceDevice->AlignmentRequirement = Top->AlignmentRequirement;
    SourceDevice->SectorSize = Top->SectorSize;
    return Top;
}

VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice)
{
    CHAR Where[64];

    NTS_IRQL(DISPATCH_LEVEL);
    if (!TargetDevice->AttachedDevice ||
        !NtsLedgerRemove(NtsKindAttachment, TargetDevice->AttachedDevice,
                         NULL)) {
        NtsBugCheck(NTS_BUG_IOMANAGER, IO_TYPE_DEVICE, (ULONG_PTR)TargetDevice,
                    0, 0, "IoDetachDevice: nothing is attached there, by %s",
                    NtsWhere(__builtin_return_address(0), Where,
                             sizeof(Where)));
    }
    TargetDevice->AttachedDevice = NULL;
}

PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)
{
    PDEVICE_OBJECT Top;

    NTS_IRQL(DISPATCH_LEVEL);
    Top = NtsDeviceTop(DeviceObject);
    ObfReferenceObject(Top);
    return Top;
}

NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                    PUNICODE_STRING DeviceName)
{
    NAMED *Named;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DeviceName);
    NTS_IRQL(PASSIVE_LEVEL);
    Status = NameAdd(&Links, SymbolicLinkName, &Named);
    if (NT_SUCCESS(Status)) {
        NtsLedgerAdd(NtsKindLink, Named, SymbolicLinkName->Length, 0,
                     __builtin_return_address(0));
    }
    return Status;
}

NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
    ULONG64 Flags;
    NAMED *Named;

    NTS_IRQL(PASSIVE_LEVEL);
    Flags = NtsLock(&Lock);
    Named = NameFind(&Links, SymbolicLinkName);
    NtsUnlock(&Lock, Flags);
    if (!Named) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    NtsLedgerRemove(NtsKindLink, Named, NULL);
    NameDelete(Named);
    return STATUS_SUCCESS;
}

/* ---- Device interfaces -------------------------------------------------- */

NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                                         CONST GUID *InterfaceClassGuid,
                                         PUNICODE_STRING ReferenceString,
                                         PUNICODE_STRING SymbolicLinkName)
{
    enum { LENGTH = 160 };
    const GUID *g = InterfaceClassGuid;
    NTS_PDO *Pdo = NtsPdo(PhysicalDeviceObject);
    CHAR Text[LENGTH];
    SIZE_T Length;

    UNREFERENCED_PARAMETER(ReferenceString);
    NTS_IRQL(PASSIVE_LEVEL);
    if (!Pdo) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Length = NtsFormat(Text, sizeof(Text), "\\??\\PCI#VEN_%04X&DEV_%04X#%x#"
                       "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
                       Pdo->Info.vendor, Pdo->Info.device, Pdo->Info.slot,
                       g->Data1, g->Data2, g->Data3, g->Data4[0], g->Data4[1],
                       g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5],
                       g->Data4[6], g->Data4[7]);
    /* The caller frees it with RtlFreeUnicodeString. */
    SymbolicLinkName->Buffer = ExAllocatePoolWithTag(
        PagedPool, (Length + 1) * sizeof(WCHAR), TAG);
    if (!SymbolicLinkName->Buffer) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (SIZE_T i = 0; i <= Length; i++) {
        SymbolicLinkName->Buffer[i] = Text[i];
    }
    SymbolicLinkName->Length = (USHORT)(Length * sizeof(WCHAR));
    SymbolicLinkName->MaximumLength = SymbolicLinkName->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING String)
{
    NTS_IRQL(PASSIVE_LEVEL);
    if (String->Buffer) {
        ExFreePoolWithTag(String->Buffer, 0);
        RtlZeroMemory(String, sizeof(*String));
    }
}

NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName,
                                         BOOLEAN Enable)
{
    NAMED *Named;
    NTSTATUS Status;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Enable) {
        ULONG64 Flags = NtsLock(&Lock);

        Named = NameFind(&Links, SymbolicLinkName);
        NtsUnlock(&Lock, Flags);
        if (!Named) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        NtsLedgerRemove(NtsKindInterface, Named, NULL);
        NameDelete(Named);
        return STATUS_SUCCESS;
    }
    Status = NameAdd(&Links, SymbolicLinkName, &Named);
    if (NT_SUCCESS(Status)) {
        NtsLedgerAdd(NtsKindInterface, Named, SymbolicLinkName->Length, 0,
                     __builtin_return_address(0));
    } else if (Status == STATUS_OBJECT_NAME_COLLISION) {
        Status = STATUS_OBJECT_NAME_EXISTS;
    }
    return Status;
}
