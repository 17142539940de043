/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFDRIVER: the root of a client's objects. */
#include "wdf.h"

enum { DEFAULT_TAG = 0x72445846 };      /* "FXDr" */

/* By driver object: AddDevice and DriverUnload know no more. */
static FX_DRIVER *Drivers[4];

static FX_DRIVER *DriverOf(PDRIVER_OBJECT DriverObject)
{
    for (ULONG i = 0; i < RTL_NUMBER_OF(Drivers); i++) {
        if (Drivers[i] && Drivers[i]->DriverObject == DriverObject) {
            return Drivers[i];
        }
    }
    return NULL;
}

static BOOLEAN Enter(FX_DRIVER *Driver)
{
    for (ULONG i = 0; i < RTL_NUMBER_OF(Drivers); i++) {
        if (!Drivers[i]) {
            Drivers[i] = Driver;
            return TRUE;
        }
    }
    return FALSE;
}

static VOID DriverDispose(FX_OBJECT *Object)
{
    FX_DRIVER *Driver = CONTAINING_RECORD(Object, FX_DRIVER, Head);

    for (ULONG i = 0; i < RTL_NUMBER_OF(Drivers); i++) {
        if (Drivers[i] == Driver) {
            Drivers[i] = NULL;
        }
    }
    Driver->Globals->Driver = NULL;
    Driver->Globals->Public.Driver = NULL;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    FX_DRIVER *Driver = DriverOf(DriverObject);
    KIRQL Irql = KeGetCurrentIrql();

    if (!Driver) {
        return;
    }
    if (Driver->Unload) {
        Driver->Unload(FxHandle(Driver));
        FxRequireSameIrql(Irql, "EvtDriverUnload");
    }
    FxObjectDelete(&Driver->Head);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject,
                                PDEVICE_OBJECT Pdo)
{
    FX_DRIVER *Driver = DriverOf(DriverObject);

    return Driver ? FxDeviceAdd(Driver, Pdo) : STATUS_DEVICE_NOT_READY;
}

static VOID SetDispatch(PDRIVER_OBJECT DriverObject)
{
    for (ULONG i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) {
        DriverObject->MajorFunction[i] = FxForward;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = FxCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = FxCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = FxCreateClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = FxIoDispatch;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = FxIoDispatch;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = FxIoDispatch;
    DriverObject->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = FxIoDispatch;
    DriverObject->MajorFunction[IRP_MJ_PNP] = FxPnpDispatch;
    DriverObject->MajorFunction[IRP_MJ_POWER] = FxPowerDispatch;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
}

NTSTATUS NTAPI WdfDriverCreate(PWDF_DRIVER_GLOBALS Globals,
                               PDRIVER_OBJECT DriverObject,
                               PCUNICODE_STRING RegistryPath,
                               PWDF_OBJECT_ATTRIBUTES Attributes,
                               PWDF_DRIVER_CONFIG Config, WDFDRIVER *Handle)
{
    const VOID *Caller = __builtin_return_address(0);
    FX_GLOBALS *Private = FxGlobals(Globals);
    FX_DRIVER *Driver;
    NTSTATUS Status;

    FX_REQUIRE(DriverObject);
    FX_REQUIRE(RegistryPath);
    FX_REQUIRE(Config);
    Status = FX_CHECK_PASSIVE();
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Private->Driver) {
        return STATUS_DRIVER_INTERNAL_ERROR;
    }
    if (Config->DriverInitFlags) {
        FxNotProvided("WdfDriverCreate with DriverInitFlags", Caller);
    }
    Status = FxObjectCreate(FxTypeDriver, sizeof(*Driver), NULL, Attributes,
                            FX_PARENT_FORBIDDEN | FX_EXECUTION_LEVEL |
                            FX_SYNCHRONIZATION, Caller, &Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!Enter(Driver)) {
        FxObjectAbandon(&Driver->Head);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Driver->Head.Fixed = TRUE;
    Driver->Head.Passive = TRUE;
    Driver->Head.Dispose = DriverDispose;
    Driver->Globals = Private;
    Driver->DriverObject = DriverObject;
    Driver->DeviceAdd = Config->EvtDriverDeviceAdd;
    Driver->Unload = Config->EvtDriverUnload;
    Driver->RegistryPath.Buffer = Driver->RegistryPathBuffer;
    Driver->RegistryPath.MaximumLength = sizeof(Driver->RegistryPathBuffer) -
                                         sizeof(WCHAR);
    RtlCopyUnicodeString(&Driver->RegistryPath,
                         (PUNICODE_STRING)RegistryPath);
    Private->Driver = Driver;
    Globals->Driver = FxHandle(Driver);
    Globals->DriverFlags = Config->DriverInitFlags;
    Globals->DriverTag = Config->DriverPoolTag ? Config->DriverPoolTag
                                               : DEFAULT_TAG;
    /* The client's entry stub unbinds after DriverUnload. */
    Globals->DisplaceDriverUnload = TRUE;
    SetDispatch(DriverObject);
    if (Handle) {
        *Handle = Globals->Driver;
    }
    return STATUS_SUCCESS;
}

PWSTR NTAPI WdfDriverGetRegistryPath(PWDF_DRIVER_GLOBALS Globals,
                                     WDFDRIVER Handle)
{
    FX_DRIVER *Driver = FX_OBJECT_OF(Driver, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Driver->RegistryPathBuffer;
}

PDRIVER_OBJECT NTAPI WdfDriverWdmGetDriverObject(PWDF_DRIVER_GLOBALS Globals,
                                                 WDFDRIVER Handle)
{
    FX_DRIVER *Driver = FX_OBJECT_OF(Driver, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Driver->DriverObject;
}
