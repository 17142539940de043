/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFDEVICE: a function device object, from EvtDriverDeviceAdd to removal. */
#include "wdf.h"

/* ---- WDFDEVICE_INIT ----------------------------------------------------- */

VOID NTAPI WdfDeviceInitFree(PWDF_DRIVER_GLOBALS Globals,
                             PWDFDEVICE_INIT Init)
{
    UNREFERENCED_PARAMETER(Globals);
    UNREFERENCED_PARAMETER(Init);
    /* Documented for those of WdfControlDeviceInitAllocate and PDOs only. */
    FxNotProvided("WdfDeviceInitFree of EvtDriverDeviceAdd's DeviceInit",
                  __builtin_return_address(0));
}

VOID NTAPI
WdfDeviceInitSetPnpPowerEventCallbacks(PWDF_DRIVER_GLOBALS Globals,
                                       PWDFDEVICE_INIT Init,
                                       PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
    ULONG Size = FxGlobals(Globals)->Minor < 11
                 ? WDF_PNPPOWER_EVENT_CALLBACKS_SIZE_1_9 : sizeof(*Callbacks);

    FX_REQUIRE(Init);
    FX_REQUIRE(Callbacks);
    if (Callbacks->Size != Size) {
        /* A routine without a result has no other way to say so. */
        NtsFinding("wdf-structure-size", "WDF_PNPPOWER_EVENT_CALLBACKS of %u "
                   "bytes, %u are expected", Callbacks->Size, Size);
        return;
    }
    RtlCopyMemory(&Init->Callbacks, Callbacks, Size);
    if (Init->Callbacks.EvtDeviceUsageNotification ||
        Init->Callbacks.EvtDeviceRelationsQuery ||
        Init->Callbacks.EvtDeviceUsageNotificationEx) {
        FxNotProvided("EvtDeviceUsageNotification or EvtDeviceRelationsQuery",
                      __builtin_return_address(0));
    }
}

VOID NTAPI WdfDeviceInitSetIoType(PWDF_DRIVER_GLOBALS Globals,
                                  PWDFDEVICE_INIT Init,
                                  WDF_DEVICE_IO_TYPE IoType)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Init);
    Init->IoType = IoType;
}

VOID NTAPI WdfDeviceInitSetExclusive(PWDF_DRIVER_GLOBALS Globals,
                                     PWDFDEVICE_INIT Init, BOOLEAN Exclusive)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Init);
    Init->Exclusive = Exclusive;
}

VOID NTAPI WdfDeviceInitSetDeviceType(PWDF_DRIVER_GLOBALS Globals,
                                      PWDFDEVICE_INIT Init, DEVICE_TYPE Type)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Init);
    Init->DeviceType = Type;
}

VOID NTAPI WdfDeviceInitSetCharacteristics(PWDF_DRIVER_GLOBALS Globals,
                                           PWDFDEVICE_INIT Init,
                                           ULONG Characteristics,
                                           BOOLEAN OrInValues)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Init);
    Init->Characteristics = Characteristics |
                            (OrInValues ? Init->Characteristics : 0);
}

PDEVICE_OBJECT NTAPI
WdfFdoInitWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS Globals,
                               PWDFDEVICE_INIT Init)
{
    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Init);
    return Init->Pdo;
}

/* ---- Creation ----------------------------------------------------------- */

static VOID DeviceDispose(FX_OBJECT *Object)
{
    FX_DEVICE *Device = CONTAINING_RECORD(Object, FX_DEVICE, Head);

    FxInterfacesDelete(Device);
    if (Device->Lower) {
        IoDetachDevice(Device->Lower);
    }
    if (Device->Fdo) {
        IoDeleteDevice(Device->Fdo);
    }
    FxDeferStop();
}

/* The device object's extension is a pointer to the framework's device. */
static NTSTATUS Attach(FX_DEVICE *Device, const struct WDFDEVICE_INIT *Init)
{
    NTSTATUS Status;

    Status = IoCreateDevice(Init->Driver->DriverObject, sizeof(FX_DEVICE *),
                            NULL, Init->DeviceType, Init->Characteristics,
                            Init->Exclusive, &Device->Fdo);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    *(FX_DEVICE **)Device->Fdo->DeviceExtension = Device;
    Device->Pdo = Init->Pdo;
    Device->Lower = IoAttachDeviceToDeviceStack(Device->Fdo, Init->Pdo);
    if (!Device->Lower) {
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->Fdo->Flags |= Device->Lower->Flags & DO_POWER_PAGABLE;
    Device->Fdo->Flags |= Init->IoType == WdfDeviceIoBuffered ? DO_BUFFERED_IO :
                          Init->IoType == WdfDeviceIoDirect ? DO_DIRECT_IO : 0;
    return FxDeferStart(Device->Fdo);
}

NTSTATUS NTAPI WdfDeviceCreate(PWDF_DRIVER_GLOBALS Globals,
                               PWDFDEVICE_INIT *InitPointer,
                               PWDF_OBJECT_ATTRIBUTES Attributes,
                               WDFDEVICE *Handle)
{
    PWDFDEVICE_INIT Init;
    FX_DEVICE *Device;
    NTSTATUS Status;

    FX_REQUIRE(InitPointer);
    FX_REQUIRE(*InitPointer);
    FX_REQUIRE(Handle);
    Init = *InitPointer;
    Status = FX_CHECK_PASSIVE();
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    /* Without one, automatic serialization serializes nothing. */
    if (Attributes && Attributes->SynchronizationScope !=
                          WdfSynchronizationScopeInheritFromParent &&
        Attributes->SynchronizationScope != WdfSynchronizationScopeNone) {
        FxNotProvided("WdfDeviceCreate with a synchronization scope",
                      __builtin_return_address(0));
    }
    Status = FxObjectCreate(FxTypeDevice, sizeof(*Device),
                            &FxGlobals(Globals)->Driver->Head, Attributes,
                            FX_PARENT_FORBIDDEN | FX_EXECUTION_LEVEL |
                            FX_SYNCHRONIZATION, __builtin_return_address(0),
                            &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device->Head.Fixed = TRUE;
    Device->Head.Passive = TRUE;
    Device->Head.Dispose = DeviceDispose;
    Device->Driver = Init->Driver;
    Device->Callbacks = Init->Callbacks;
    InitializeListHead(&Device->Interrupts);
    InitializeListHead(&Device->Enablers);
    InitializeListHead(&Device->Queues);
    InitializeListHead(&Device->Interfaces);
    Status = Attach(Device, Init);
    if (!NT_SUCCESS(Status)) {
        FxObjectAbandon(&Device->Head);
        return Status;
    }
    Init->Created = Device;
    *InitPointer = NULL;
    *Handle = FxHandle(Device);
    return STATUS_SUCCESS;
}

NTSTATUS FxDeviceAdd(FX_DRIVER *Driver, PDEVICE_OBJECT Pdo)
{
    struct WDFDEVICE_INIT Init = {
        .Driver = Driver,
        .Pdo = Pdo,
        .DeviceType = FILE_DEVICE_UNKNOWN,
        .Characteristics = FILE_DEVICE_SECURE_OPEN,
        .IoType = WdfDeviceIoBuffered,
    };
    KIRQL Irql = KeGetCurrentIrql();
    NTSTATUS Status;

    if (!Driver->DeviceAdd) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Status = Driver->DeviceAdd(FxHandle(Driver), &Init);
    FxRequireSameIrql(Irql, "EvtDriverDeviceAdd");
    if (!Init.Created) {
        /* A driver may decline; that is no failure of the stack. */
        return Status;
    }
    if (!NT_SUCCESS(Status)) {
        FxObjectDelete(&Init.Created->Head);
        return Status;
    }
    Init.Created->Fdo->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

FX_DEVICE *FxDeviceOf(FX_OBJECT *Object)
{
    while (Object && Object->Type != FxTypeDevice) {
        Object = Object->Parent;
    }
    return Object ? CONTAINING_RECORD(Object, FX_DEVICE, Head) : NULL;
}

/* ---- What it knows ------------------------------------------------------ */

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetDeviceObject(PWDF_DRIVER_GLOBALS Globals,
                                                 WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Device->Fdo;
}

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetAttachedDevice(PWDF_DRIVER_GLOBALS Globals,
                                                   WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Device->Lower;
}

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS Globals,
                                                   WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Device->Pdo;
}

WDFDRIVER NTAPI WdfDeviceGetDriver(PWDF_DRIVER_GLOBALS Globals,
                                   WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return FxHandle(Device->Driver);
}

ULONG NTAPI WdfDeviceGetAlignmentRequirement(PWDF_DRIVER_GLOBALS Globals,
                                             WDFDEVICE Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Device->Fdo->AlignmentRequirement;
}

VOID NTAPI WdfDeviceSetAlignmentRequirement(PWDF_DRIVER_GLOBALS Globals,
                                            WDFDEVICE Handle, ULONG Mask)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, Handle);

    UNREFERENCED_PARAMETER(Globals);
    Device->Fdo->AlignmentRequirement = Mask;
}
