/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients of other versions: how they bind, and their structures' sizes. */
#include "wdftest.h"

enum { FUNCTIONS_1_9 = 396, FUNCTIONS_1_33 = 458 };

NTSYSAPI NTSTATUS NTAPI WdfVersionBind(DRIVER_OBJECT *DriverObject,
                                       UNICODE_STRING *RegistryPath,
                                       WDF_BIND_INFO *Info,
                                       PWDF_DRIVER_GLOBALS *Globals);
NTSYSAPI NTSTATUS NTAPI WdfVersionUnbind(UNICODE_STRING *RegistryPath,
                                         WDF_BIND_INFO *Info,
                                         PWDF_DRIVER_GLOBALS Globals);

static WCHAR Component[] = L"KmdfLibrary", Stranger[] = L"UmdfLibrary";
static UNICODE_STRING Path = RTL_CONSTANT_STRING(L"\\Services\\client");

/* One more than the version has: nobody writes to it. */
static WDFFUNC Table[FUNCTIONS_1_9 + 1];

#define CALL(Name) ((WDF_DDI_TYPE(Name) *)Table[WdfIndex##Name])

static NTSTATUS UseOld(TEST_DEVICE *Device, PWDF_DRIVER_GLOBALS Globals)
{
    WDF_COMMON_BUFFER_CONFIG Aligned = {
        .Size = sizeof(Aligned),
        .AlignmentRequirement = 0x3fff,
    };
    WDF_DMA_ENABLER_CONFIG Config = {
        .Size = sizeof(Config),
        .Profile = WdfDmaProfilePacket64,
        .MaximumLength = 16 * PAGE_SIZE,
    };
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDFCOMMONBUFFER Buffer;
    WDFDMAENABLER Enabler;

    REQUIRE(CALL(DmaEnablerCreate)(Globals, Device->Handle, &Config, NULL,
                                   &Enabler) == STATUS_INFO_LENGTH_MISMATCH);
    Config.Size = WDF_DMA_ENABLER_CONFIG_SIZE_1_9;
    /* Behind the structure that 1.9 knows. */
    Config.AddressWidthOverride = 99;
    /* A parent is ignored before 1.11, and so may be any object. */
    Attributes.ParentObject = Device->Driver;
    REQUIRE(CALL(DmaEnablerCreate)(Globals, Device->Handle, &Config,
                                   &Attributes, &Enabler) == STATUS_SUCCESS);
    REQUIRE(Attributes.ParentObject == Device->Driver);
    REQUIRE(CALL(CommonBufferCreateWithConfig)(Globals, Enabler, PAGE_SIZE,
                                               &Aligned, NULL, &Buffer) ==
            STATUS_SUCCESS);
    REQUIRE(!(CALL(CommonBufferGetAlignedLogicalAddress)(Globals, Buffer)
                  .QuadPart & Aligned.AlignmentRequirement));
    CALL(ObjectDelete)(Globals, Enabler);
    return STATUS_SUCCESS;
}

NTSTATUS CaseBind(TEST_DEVICE *Device)
{
    DRIVER_OBJECT *Driver = WdfDriverWdmGetDriverObject(Device->Driver);
    WDF_BIND_INFO Info = {
        .Size = sizeof(Info),
        .Component = Component,
        .Version = { .Major = 1, .Minor = 9 },
        .FuncCount = FUNCTIONS_1_9,
        .FuncTable = Table,
    };
    WDF_BIND_INFO2 Newest = {
        .V1 = { .Size = sizeof(Newest), .Component = Component,
                .Version = { .Major = 1, .Minor = 33 },
                .FuncCount = FUNCTIONS_1_33 },
    };
    const WDFFUNC *Pointer = NULL;
    PWDF_DRIVER_GLOBALS Globals;
    NTSTATUS Status;

    REQUIRE(WdfVersionBind(Driver, &Path, &Info, &Globals) == STATUS_SUCCESS);
    REQUIRE(Table[FUNCTIONS_1_9 - 1] && !Table[FUNCTIONS_1_9]);
    REQUIRE(RtlCompareMemory(Globals->DriverName, "client", 7) == 7);
    Status = UseOld(Device, Globals);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    REQUIRE(WdfVersionUnbind(&Path, &Info, Globals) == STATUS_SUCCESS);

    Newest.V1.FuncTable = &Pointer;
    REQUIRE(WdfVersionBind(Driver, &Path, &Newest.V1, &Globals) ==
            STATUS_SUCCESS);
    REQUIRE(Pointer == WdfFunctions);
    REQUIRE(WdfVersionUnbind(&Path, &Newest.V1, Globals) == STATUS_SUCCESS);

    Info.FuncCount++;
    REQUIRE(WdfVersionBind(Driver, &Path, &Info, &Globals) ==
            STATUS_INVALID_PARAMETER);
    Info.FuncCount--;
    Info.Component = Stranger;
    REQUIRE(WdfVersionBind(Driver, &Path, &Info, &Globals) ==
            STATUS_OBJECT_NAME_NOT_FOUND);
    return STATUS_SUCCESS;
}
