/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFDMAENABLER: a device's DMA adapters and what may go through them. */
#include "wdf.h"

enum { FLAG_NO_PREALLOCATION = 1, FLAG_SINGLE_TRANSFER = 2 };

static const struct {
    BOOLEAN ScatterGather, Is64, Duplex, System;
} Profiles[] = {
    [WdfDmaProfilePacket] = { FALSE, FALSE, FALSE, FALSE },
    [WdfDmaProfileScatterGather] = { TRUE, FALSE, FALSE, FALSE },
    [WdfDmaProfilePacket64] = { FALSE, TRUE, FALSE, FALSE },
    [WdfDmaProfileScatterGather64] = { TRUE, TRUE, FALSE, FALSE },
    [WdfDmaProfileScatterGatherDuplex] = { TRUE, FALSE, TRUE, FALSE },
    [WdfDmaProfileScatterGather64Duplex] = { TRUE, TRUE, TRUE, FALSE },
    [WdfDmaProfileSystem] = { FALSE, FALSE, FALSE, TRUE },
    [WdfDmaProfileSystemDuplex] = { FALSE, FALSE, TRUE, TRUE },
};

/* ---- What is asked of the HAL ------------------------------------------- */

static NTSTATUS ChooseVersion(const WDF_DMA_ENABLER_CONFIG *Config,
                              ULONG *Version)
{
    ULONG Needed = DEVICE_DESCRIPTION_VERSION2;

    if (Config->AddressWidthOverride || Profiles[Config->Profile].System ||
        Config->Flags & FLAG_SINGLE_TRANSFER) {
        Needed = CBX_DEVICE_DESCRIPTION_VERSION3;
    }
    *Version = Needed;
    if (Config->WdmDmaVersionOverride) {
        if (Config->WdmDmaVersionOverride < Needed ||
            Config->WdmDmaVersionOverride > CBX_DEVICE_DESCRIPTION_VERSION3) {
            return STATUS_INVALID_PARAMETER;
        }
        *Version = Config->WdmDmaVersionOverride;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS CheckWidth(const WDF_DMA_ENABLER_CONFIG *Config)
{
    ULONG Width = Config->AddressWidthOverride;

    if (!Width) {
        return STATUS_SUCCESS;
    }
    if (Profiles[Config->Profile].System || Width > 64 ||
        (Width > 32 && !Profiles[Config->Profile].Is64)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

static VOID Describe(const WDF_DMA_ENABLER_CONFIG *Config, ULONG Version,
                     CBX_DEVICE_DESCRIPTION *Description)
{
    BOOLEAN Is64 = Profiles[Config->Profile].Is64;

    RtlZeroMemory(Description, sizeof(*Description));
    Description->Version = Version;
    Description->Master = TRUE;
    Description->ScatterGather = Profiles[Config->Profile].ScatterGather;
    Description->Dma32BitAddresses = TRUE;
    Description->Dma64BitAddresses = Is64;
    Description->InterfaceType = PCIBus;
    Description->MaximumLength = (ULONG)Config->MaximumLength;
    if (Version == CBX_DEVICE_DESCRIPTION_VERSION3) {
        Description->DmaAddressWidth = Config->AddressWidthOverride
                                       ? Config->AddressWidthOverride
                                       : Is64 ? 64 : 32;
    }
}

static NTSTATUS GetAdapter(FX_ENABLER *Enabler, ULONG Direction)
{
    CBX_DEVICE_DESCRIPTION Description;
    ULONG Version, MapRegisters = 0;
    SIZE_T Length;
    NTSTATUS Status;

    Status = ChooseVersion(&Enabler->Config, &Version);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Describe(&Enabler->Config, Version, &Description);
    Enabler->Direction[Direction].Adapter = (CBX_DMA_ADAPTER *)IoGetDmaAdapter(
        Enabler->Device->Pdo, (DEVICE_DESCRIPTION *)&Description,
        &MapRegisters);
    if (!Enabler->Direction[Direction].Adapter) {
        return STATUS_UNSUCCESSFUL;
    }
    /* One register less: a transfer need not start on a page. */
    Length = (SIZE_T)(MapRegisters - 1) * PAGE_SIZE;
    if (Length > Enabler->Config.MaximumLength) {
        Length = Enabler->Config.MaximumLength;
    }
    Enabler->Direction[Direction].FragmentLength = Length;
    return STATUS_SUCCESS;
}

/* The larger of what the device and the adapter want; packets: none. */
static ULONG ChooseAlignment(const FX_ENABLER *Enabler)
{
    CBX_DMA_ADAPTER *Adapter = Enabler->Direction[0].Adapter;
    ULONG Device = Enabler->Device->Fdo->AlignmentRequirement, Bytes;

    if (!Profiles[Enabler->Config.Profile].ScatterGather) {
        return 0;
    }
    Bytes = Adapter->DmaOperations->GetDmaAlignment(Adapter);
    return Bytes && Bytes - 1 > Device ? Bytes - 1 : Device;
}

static NTSTATUS GetAdapters(FX_ENABLER *Enabler)
{
    NTSTATUS Status = CheckWidth(&Enabler->Config);

    if (NT_SUCCESS(Status)) {
        Status = GetAdapter(Enabler, WdfDmaDirectionReadFromDevice);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Enabler->Duplex = Profiles[Enabler->Config.Profile].Duplex;
    if (Enabler->Duplex) {
        Status = GetAdapter(Enabler, WdfDmaDirectionWriteToDevice);
    } else {
        Enabler->Direction[WdfDmaDirectionWriteToDevice] =
            Enabler->Direction[WdfDmaDirectionReadFromDevice];
    }
    if (NT_SUCCESS(Status)) {
        Enabler->Alignment = ChooseAlignment(Enabler);
    }
    return Status;
}

/* ---- Life --------------------------------------------------------------- */

static VOID PutAdapter(FX_ENABLER *Enabler, ULONG Direction)
{
    CBX_DMA_ADAPTER *Adapter = Enabler->Direction[Direction].Adapter;

    if (Adapter) {
        Adapter->DmaOperations->PutDmaAdapter(Adapter);
        Enabler->Direction[Direction].Adapter = NULL;
    }
}

static VOID EnablerDispose(FX_OBJECT *Object)
{
    FX_ENABLER *Enabler = CONTAINING_RECORD(Object, FX_ENABLER, Head);

    RemoveEntryList(&Enabler->DeviceLink);
    if (Enabler->Leaking) {
        return;
    }
    if (Enabler->Duplex) {
        PutAdapter(Enabler, WdfDmaDirectionWriteToDevice);
    }
    PutAdapter(Enabler, WdfDmaDirectionReadFromDevice);
}

static NTSTATUS CheckConfig(const FX_GLOBALS *Globals,
                            const WDF_DMA_ENABLER_CONFIG *Config)
{
    ULONG Size = Globals->Minor < 11 ? WDF_DMA_ENABLER_CONFIG_SIZE_1_9
                                     : sizeof(*Config);

    if (Config->Size != Size) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->Profile <= WdfDmaProfileInvalid ||
        Config->Profile > WdfDmaProfileSystemDuplex ||
        !Config->MaximumLength) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Since 1.11 the parent may be any object below the device. */
static NTSTATUS CheckParent(const FX_GLOBALS *Globals, const FX_DEVICE *Device,
                            PWDF_OBJECT_ATTRIBUTES Attributes,
                            const VOID *Caller)
{
    FX_OBJECT *Parent;

    if (!Attributes || !Attributes->ParentObject) {
        return STATUS_SUCCESS;
    }
    Parent = FxObject(Attributes->ParentObject, FxTypeAny,
                      "WdfDmaEnablerCreate", Caller);
    if (Globals->Minor < 11) {
        Attributes->ParentObject = NULL;
        return STATUS_SUCCESS;
    }
    return FxDeviceOf(Parent) == Device ? STATUS_SUCCESS
                                        : STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
}

NTSTATUS NTAPI WdfDmaEnablerCreate(PWDF_DRIVER_GLOBALS Globals,
                                   WDFDEVICE DeviceHandle,
                                   PWDF_DMA_ENABLER_CONFIG Config,
                                   PWDF_OBJECT_ATTRIBUTES Given,
                                   WDFDMAENABLER *Handle)
{
    FX_DEVICE *Device = FX_OBJECT_OF(Device, DeviceHandle);
    const VOID *Caller = __builtin_return_address(0);
    WDF_OBJECT_ATTRIBUTES Attributes;
    FX_ENABLER *Enabler;
    NTSTATUS Status = FX_CHECK_PASSIVE();

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    FX_REQUIRE(Handle);
    FX_REQUIRE(Config);
    *Handle = NULL;
    Status = FxAttributesCheck(Given, 0);
    if (NT_SUCCESS(Status) && Given) {
        Attributes = *Given;
        Given = &Attributes;
        Status = CheckParent(FxGlobals(Globals), Device, Given, Caller);
    }
    if (NT_SUCCESS(Status)) {
        Status = CheckConfig(FxGlobals(Globals), Config);
    }
    if (NT_SUCCESS(Status)) {
        Status = FxObjectCreate(FxTypeEnabler, sizeof(*Enabler), &Device->Head,
                                Given, 0, Caller, &Enabler);
    }
    if (!NT_SUCCESS(Status)) {
        return FxOutcome(Status);
    }
    Enabler->Head.Passive = TRUE;
    Enabler->Head.Dispose = EnablerDispose;
    Enabler->Device = Device;
    Enabler->MaximumFragments = MAXULONG_PTR;
    RtlCopyMemory(&Enabler->Config, Config, Config->Size);
    InsertTailList(&Device->Enablers, &Enabler->DeviceLink);
    Status = GetAdapters(Enabler);
    if (!NT_SUCCESS(Status)) {
        FxObjectAbandon(&Enabler->Head);
        return FxOutcome(Status);
    }
    *Handle = FxHandle(Enabler);
    return STATUS_SUCCESS;
}

/* ---- With the device's power -------------------------------------------- */

static NTSTATUS Call(FX_ENABLER *Enabler, EVT_WDF_DMA_ENABLER *Callback)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (Callback) {
        Status = Callback(FxHandle(Enabler));
        FxRequireSameIrql(PASSIVE_LEVEL, "a callback of WDF_DMA_ENABLER_CONFIG");
    }
    return Status;
}

NTSTATUS FxEnablersStart(FX_DEVICE *Device)
{
    for (LIST_ENTRY *Link = Device->Enablers.Flink; Link != &Device->Enablers;
         Link = Link->Flink) {
        FX_ENABLER *Enabler = CONTAINING_RECORD(Link, FX_ENABLER, DeviceLink);
        NTSTATUS Status;

        Enabler->Up = TRUE;
        Status = Call(Enabler, Enabler->Config.EvtDmaEnablerFill);
        if (NT_SUCCESS(Status)) {
            Status = Call(Enabler, Enabler->Config.EvtDmaEnablerEnable);
        }
        if (NT_SUCCESS(Status)) {
            Status = Call(Enabler,
                          Enabler->Config.EvtDmaEnablerSelfManagedIoStart);
        }
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

VOID FxEnablersStop(FX_DEVICE *Device)
{
    for (LIST_ENTRY *Link = Device->Enablers.Flink; Link != &Device->Enablers;
         Link = Link->Flink) {
        FX_ENABLER *Enabler = CONTAINING_RECORD(Link, FX_ENABLER, DeviceLink);

        if (Enabler->Up) {
            Enabler->Up = FALSE;
            Call(Enabler, Enabler->Config.EvtDmaEnablerSelfManagedIoStop);
            Call(Enabler, Enabler->Config.EvtDmaEnablerDisable);
            Call(Enabler, Enabler->Config.EvtDmaEnablerFlush);
        }
    }
}

/* ---- What it knows ------------------------------------------------------ */

SIZE_T NTAPI WdfDmaEnablerGetMaximumLength(PWDF_DRIVER_GLOBALS Globals,
                                           WDFDMAENABLER Handle)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Enabler->Config.MaximumLength;
}

SIZE_T NTAPI
WdfDmaEnablerGetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS Globals,
                                             WDFDMAENABLER Handle)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Enabler->MaximumFragments;
}

VOID NTAPI
WdfDmaEnablerSetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS Globals,
                                             WDFDMAENABLER Handle,
                                             SIZE_T MaximumFragments)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, Handle);

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE((PVOID)MaximumFragments);
    Enabler->MaximumFragments = MaximumFragments;
}

SIZE_T NTAPI WdfDmaEnablerGetFragmentLength(PWDF_DRIVER_GLOBALS Globals,
                                            WDFDMAENABLER Handle,
                                            WDF_DMA_DIRECTION Direction)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return (ULONG)Direction <= WdfDmaDirectionWriteToDevice
           ? Enabler->Direction[Direction].FragmentLength : 0;
}

PDMA_ADAPTER NTAPI WdfDmaEnablerWdmGetDmaAdapter(PWDF_DRIVER_GLOBALS Globals,
                                                 WDFDMAENABLER Handle,
                                                 WDF_DMA_DIRECTION Direction)
{
    FX_ENABLER *Enabler = FX_OBJECT_OF(Enabler, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return (ULONG)Direction <= WdfDmaDirectionWriteToDevice
           ? (PDMA_ADAPTER)Enabler->Direction[Direction].Adapter : NULL;
}
