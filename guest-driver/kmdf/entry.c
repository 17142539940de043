/* SPDX-License-Identifier: MIT */
/*
 * The entry point: what Microsoft's static library wdfdriverentry does for
 * other drivers. Binds to the framework, then calls DriverEntry; unbinds when
 * that fails or the driver is unloaded.
 */
#include "kmdf.h"

/* 1.15: the oldest whose structures are as in cbx_wdf.h. */
enum { ENTRY_MINOR = 15, ENTRY_FUNCTIONS = 444 };

DRIVER_INITIALIZE DriverEntry;
DRIVER_INITIALIZE FxDriverEntry;

NTSYSAPI NTSTATUS NTAPI WdfVersionBind(DRIVER_OBJECT *DriverObject,
                                       UNICODE_STRING *RegistryPath,
                                       WDF_BIND_INFO *Info,
                                       PWDF_DRIVER_GLOBALS *Globals);
NTSYSAPI NTSTATUS NTAPI WdfVersionUnbind(UNICODE_STRING *RegistryPath,
                                         WDF_BIND_INFO *Info,
                                         PWDF_DRIVER_GLOBALS Globals);

PWDF_DRIVER_GLOBALS WdfDriverGlobals;
const WDFFUNC *WdfFunctions;

static WCHAR EntryComponent[] = L"KmdfLibrary";
static WDF_BIND_INFO EntryBindInfo = {
    .Size = sizeof(EntryBindInfo),
    .Component = EntryComponent,
    .Version = { .Major = 1, .Minor = ENTRY_MINOR },
    .FuncCount = ENTRY_FUNCTIONS,
    .FuncTable = &WdfFunctions,
};

/* The path that DriverEntry gets does not outlive it. */
static WCHAR EntryPathBuffer[260];
static UNICODE_STRING EntryPath = {
    .MaximumLength = sizeof(EntryPathBuffer),
    .Buffer = EntryPathBuffer,
};

static DRIVER_UNLOAD *EntryFrameworkUnload;

static DRIVER_UNLOAD EntryUnload;
static VOID NTAPI
EntryUnload(DRIVER_OBJECT *DriverObject)
{
    if (EntryFrameworkUnload) {
        EntryFrameworkUnload(DriverObject);
    }
    WdfVersionUnbind(&EntryPath, &EntryBindInfo, WdfDriverGlobals);
}

NTSTATUS NTAPI
FxDriverEntry(DRIVER_OBJECT *DriverObject, UNICODE_STRING *RegistryPath)
{
    NTSTATUS Status;

    RtlCopyUnicodeString(&EntryPath, RegistryPath);
    Status = WdfVersionBind(DriverObject, &EntryPath, &EntryBindInfo,
                            &WdfDriverGlobals);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = DriverEntry(DriverObject, RegistryPath);
    if (!NT_SUCCESS(Status)) {
        goto cleanupBinding;
    }
    if (WdfDriverGlobals->DisplaceDriverUnload) {
        EntryFrameworkUnload = DriverObject->DriverUnload;
        DriverObject->DriverUnload = EntryUnload;
    }
    return STATUS_SUCCESS;

cleanupBinding:
    WdfVersionUnbind(&EntryPath, &EntryBindInfo, WdfDriverGlobals);
    return Status;
}
