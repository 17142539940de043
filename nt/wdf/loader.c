/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wdfldr.sys: what KMDF drivers import by name. On Windows it finds and loads
 * the library of the wanted version; here there is one.
 */
#define FXAPI DECLSPEC_IMPORT
#include "bind.h"
#include "nts.h"
#include "pal/pal.h"

NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject,
                              PUNICODE_STRING RegistryPath,
                              PWDF_BIND_INFO Info,
                              PWDF_DRIVER_GLOBALS *Globals);
NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING RegistryPath,
                                PWDF_BIND_INFO Info,
                                PWDF_DRIVER_GLOBALS Globals);
NTSTATUS NTAPI WdfVersionBindClass(PWDF_BIND_INFO Info,
                                   PWDF_DRIVER_GLOBALS Globals,
                                   PVOID ClassInfo);
VOID NTAPI WdfVersionUnbindClass(PWDF_BIND_INFO Info,
                                 PWDF_DRIVER_GLOBALS Globals, PVOID ClassInfo);
NTSTATUS NTAPI WdfLdrQueryInterface(PVOID Interface);

static BOOLEAN IsKmdf(const WDF_BIND_INFO *Info)
{
    UNICODE_STRING Known = RTL_CONSTANT_STRING(L"KmdfLibrary"), Wanted;

    RtlInitUnicodeString(&Wanted, Info->Component);
    return RtlEqualUnicodeString(&Wanted, &Known, TRUE);
}

NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject,
                              PUNICODE_STRING RegistryPath,
                              PWDF_BIND_INFO Info,
                              PWDF_DRIVER_GLOBALS *Globals)
{
    NTS_IRQL(PASSIVE_LEVEL);
    if (!DriverObject || !RegistryPath || !Info || !Info->Component ||
        !Globals) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!IsKmdf(Info)) {
        NtsLog(PAL_LOG_ERROR, "WdfVersionBind: there is no library %ws",
               Info->Component);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return FxBind(DriverObject, RegistryPath, Info, Globals);
}

NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING RegistryPath,
                                PWDF_BIND_INFO Info,
                                PWDF_DRIVER_GLOBALS Globals)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    NTS_IRQL(PASSIVE_LEVEL);
    return FxUnbind(Info, Globals);
}

/* Class extensions: none is installed. */
NTSTATUS NTAPI WdfVersionBindClass(PWDF_BIND_INFO Info,
                                   PWDF_DRIVER_GLOBALS Globals,
                                   PVOID ClassInfo)
{
    UNREFERENCED_PARAMETER(Info);
    UNREFERENCED_PARAMETER(Globals);
    UNREFERENCED_PARAMETER(ClassInfo);
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

VOID NTAPI WdfVersionUnbindClass(PWDF_BIND_INFO Info,
                                 PWDF_DRIVER_GLOBALS Globals, PVOID ClassInfo)
{
    UNREFERENCED_PARAMETER(Info);
    UNREFERENCED_PARAMETER(Globals);
    UNREFERENCED_PARAMETER(ClassInfo);
}

NTSTATUS NTAPI WdfLdrQueryInterface(PVOID Interface)
{
    UNREFERENCED_PARAMETER(Interface);
    return STATUS_NOT_SUPPORTED;
}

/* Images need an entry point; this one is never called. */
uint32_t LoaderEntry(VOID);
uint32_t LoaderEntry(VOID)
{
    return 0;
}
