/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Miniport drivers: registration, options, unloading. */
#include "ndis.h"

enum { DRIVERS_MAX = 4 };

static NDIS_DRIVER *Drivers[DRIVERS_MAX];

/* Images need an entry point; this one is never called. */
uint32_t NdisEntry(VOID);
uint32_t NdisEntry(VOID)
{
    return 0;
}

NDIS_DRIVER *NdisDriverOf(PDRIVER_OBJECT DriverObject)
{
    for (ULONG i = 0; i < DRIVERS_MAX; i++) {
        if (Drivers[i] && Drivers[i]->DriverObject == DriverObject) {
            return Drivers[i];
        }
    }
    return NULL;
}

NDIS_DRIVER *NdisProvider(VOID)
{
    for (ULONG i = DRIVERS_MAX; i-- > 0;) {
        if (Drivers[i] && Drivers[i]->IsProvider) {
            return Drivers[i];
        }
    }
    return NULL;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject,
                                PDEVICE_OBJECT Pdo)
{
    NDIS_DRIVER *Driver = NdisDriverOf(DriverObject);

    return Driver ? NdisAdapterAdd(Driver, Pdo) : STATUS_UNSUCCESSFUL;
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    NDIS_DRIVER *Driver = NdisDriverOf(DriverObject);

    if (!Driver) {
        return;
    }
    Driver->Handlers.UnloadHandler(DriverObject);
    if (NdisDriverOf(DriverObject)) {
        NtsFinding("miniport-deregistered", "MiniportDriverUnload returned "
                   "without a call of NdisMDeregisterMiniportDriver");
        NdisMDeregisterMiniportDriver(Driver);
    }
}

/* Everything but the optional handlers and SetOptions must be there. */
static BOOLEAN IsComplete(const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c)
{
    return c->InitializeHandlerEx && c->HaltHandlerEx && c->UnloadHandler &&
           c->PauseHandler && c->RestartHandler && c->OidRequestHandler &&
           c->SendNetBufferListsHandler && c->ReturnNetBufferListsHandler &&
           c->CancelSendHandler && c->DevicePnPEventNotifyHandler &&
           c->ShutdownHandlerEx && c->CancelOidRequestHandler;
}

static NDIS_STATUS
CheckCharacteristics(const NDIS_MINIPORT_DRIVER_CHARACTERISTICS *c)
{
    if (c->Header.Type != NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS ||
        c->Header.Revision < NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2 ||
        c->Header.Size <
            NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2) {
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    }
    /* Older ones are offered other structures, which are not here. */
    if (c->MajorNdisVersion != 6 || c->MinorNdisVersion < 20) {
        return NDIS_STATUS_BAD_VERSION;
    }
    return IsComplete(c) ? NDIS_STATUS_SUCCESS
                         : NDIS_STATUS_BAD_CHARACTERISTICS;
}

static VOID TakeOver(PDRIVER_OBJECT DriverObject)
{
    DriverObject->DriverUnload = Unload;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = NdisDispatchProgram;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = NdisDispatchProgram;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = NdisDispatchProgram;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = NdisDispatchProgram;
    DriverObject->MajorFunction[IRP_MJ_PNP] = NdisDispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = NdisDispatchForward;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = NdisDispatchForward;
}

NDIS_STATUS NTAPI NdisMRegisterMiniportDriver(
    PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
    NDIS_HANDLE MiniportDriverContext,
    PNDIS_MINIPORT_DRIVER_CHARACTERISTICS Characteristics,
    PNDIS_HANDLE NdisMiniportDriverHandle)
{
    NDIS_STATUS Status = CheckCharacteristics(Characteristics);
    NDIS_DRIVER *Driver;
    ULONG Slot = 0;

    UNREFERENCED_PARAMETER(RegistryPath);
    NTS_IRQL(PASSIVE_LEVEL);
    *NdisMiniportDriverHandle = NULL;
    if (Status != NDIS_STATUS_SUCCESS) {
        return Status;
    }
    while (Slot < DRIVERS_MAX && Drivers[Slot]) {
        Slot++;
    }
    Driver = Slot < DRIVERS_MAX ? NtsAllocate(sizeof(*Driver)) : NULL;
    if (!Driver) {
        return NDIS_STATUS_RESOURCES;
    }
    Driver->Magic = NDIS_DRIVER_MAGIC;
    Driver->DriverObject = DriverObject;
    Driver->Context = MiniportDriverContext;
    Driver->Handlers = *Characteristics;
    Drivers[Slot] = Driver;
    /* Known to the driver before it is called. */
    *NdisMiniportDriverHandle = Driver;
    if (Driver->Handlers.SetOptionsHandler) {
        Driver->InSetOptions = TRUE;
        Status = Driver->Handlers.SetOptionsHandler(Driver, Driver->Context);
        Driver->InSetOptions = FALSE;
    }
    if (Status != NDIS_STATUS_SUCCESS) {
        *NdisMiniportDriverHandle = NULL;
        NdisMDeregisterMiniportDriver(Driver);
        return Status;
    }
    TakeOver(DriverObject);
    return NDIS_STATUS_SUCCESS;
}

NDIS_DRIVER *NdisDriverFrom(NDIS_HANDLE Handle, const CHAR *Routine,
                            const VOID *Caller)
{
    for (ULONG i = 0; i < DRIVERS_MAX; i++) {
        if (Handle && Drivers[i] == Handle) {
            return Drivers[i];
        }
    }
    NdisViolation(NULL, Routine, Caller, "with a handle of no driver");
}

VOID NTAPI NdisMDeregisterMiniportDriver(NDIS_HANDLE Handle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DRIVER *Driver = NdisDriverFrom(Handle, __func__, Caller);
    CHAR Where[64];

    NTS_IRQL(PASSIVE_LEVEL);
    if (Driver->Adapters) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_UNLOAD, (ULONG_PTR)Driver,
                    (ULONG_PTR)Driver->DriverObject, Driver->Adapters,
                    "%s by %s with %u adapters left", __func__,
                    NtsWhere(Caller, Where, sizeof(Where)), Driver->Adapters);
    }
    if (Driver->Controls) {
        NdisViolation(NULL, __func__, Caller, "with devices left that "
                      "NdisRegisterDeviceEx made");
    }
    for (ULONG i = 0; i < DRIVERS_MAX; i++) {
        if (Drivers[i] == Driver) {
            Drivers[i] = NULL;
        }
    }
    RtlFillMemory(Driver, sizeof(*Driver), 0xdd);
    NtsFree(Driver, sizeof(*Driver));
}

NDIS_STATUS NTAPI NdisSetOptionalHandlers(
    NDIS_HANDLE NdisHandle, PNDIS_DRIVER_OPTIONAL_HANDLERS Handlers)
{
    NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS *Provider =
        CONTAINING_RECORD(Handlers, NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS,
                          Header);
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DRIVER *Driver = NdisDriverFrom(NdisHandle, __func__, Caller);

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Driver->InSetOptions) {
        NdisViolation(NULL, __func__, Caller, "outside MiniportSetOptions");
    }
    if (Handlers->Type !=
            NDIS_OBJECT_TYPE_SHARED_MEMORY_PROVIDER_CHARACTERISTICS) {
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    if (Handlers->Revision < 1 || Handlers->Size < sizeof(*Provider) ||
        !Provider->AllocateSharedMemoryHandler ||
        !Provider->FreeSharedMemoryHandler) {
        return NDIS_STATUS_FAILURE;
    }
    Driver->Provider = *Provider;
    Driver->IsProvider = TRUE;
    return NDIS_STATUS_SUCCESS;
}
