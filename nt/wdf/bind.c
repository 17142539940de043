/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Binding: a client's version, its table of functions and its globals. */
#include "bind.h"
#include "wdf.h"

/* The first client version that points to the table instead of copying it. */
enum { COPIED_FUNCTIONS_MAX = 438 };

static BOOLEAN IsKnownVersion(const WDF_BIND_INFO *Info)
{
    static const struct {
        ULONG Minor, Functions;
    } Versions[] = {
#define VERSION_(Minor, Functions) { Minor, Functions },
        WDF_VERSION_LIST(VERSION_)
#undef VERSION_
    };

    for (ULONG i = 0; i < RTL_NUMBER_OF(Versions); i++) {
        if (Versions[i].Minor == Info->Version.Minor &&
            Versions[i].Functions == Info->FuncCount) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The service's name: the last part of its registry path. */
static VOID SetName(FX_GLOBALS *Globals, PCUNICODE_STRING RegistryPath)
{
    ULONG Length = RegistryPath->Length / sizeof(WCHAR), Start = Length, n = 0;

    while (Start && RegistryPath->Buffer[Start - 1] != '\\') {
        Start--;
    }
    while (Start < Length && n < sizeof(Globals->Public.DriverName) - 1) {
        Globals->Public.DriverName[n++] = (CHAR)RegistryPath->Buffer[Start++];
    }
}

NTSTATUS FxBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                PWDF_BIND_INFO Info, PWDF_DRIVER_GLOBALS *Public)
{
    FX_GLOBALS *Globals;

    UNREFERENCED_PARAMETER(DriverObject);
    if (!Info || !Info->FuncTable || !Public || !RegistryPath ||
        (Info->Size != sizeof(WDF_BIND_INFO) &&
         Info->Size != sizeof(WDF_BIND_INFO2))) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Info->Version.Major != 1) {
        return STATUS_REVISION_MISMATCH;
    }
    if (!IsKnownVersion(Info)) {
        return STATUS_INVALID_PARAMETER;
    }
    Globals = NtsAllocate(sizeof(*Globals));
    if (!Globals) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!NtsLedgerAdd(NtsKindWdfBinding, Globals, sizeof(*Globals), 0,
                      __builtin_return_address(0))) {
        NtsFree(Globals, sizeof(*Globals));
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Globals->Minor = Info->Version.Minor;
    SetName(Globals, RegistryPath);
    FxTableInitialize();
    if (Info->FuncCount <= COPIED_FUNCTIONS_MAX) {
        RtlCopyMemory(Info->FuncTable, FxTable,
                      Info->FuncCount * sizeof(FxTable[0]));
    } else {
        *(const WDFFUNC **)Info->FuncTable = FxTable;
    }
    *Public = &Globals->Public;
    return STATUS_SUCCESS;
}

NTSTATUS FxUnbind(PWDF_BIND_INFO Info, PWDF_DRIVER_GLOBALS Public)
{
    FX_GLOBALS *Globals;

    if (!Info || !Public) {
        return STATUS_INVALID_PARAMETER;
    }
    Globals = FxGlobals(Public);
    if (!NtsLedgerRemove(NtsKindWdfBinding, Globals, NULL)) {
        return STATUS_INVALID_PARAMETER;
    }
    /* A DriverEntry that failed leaves its driver object behind. */
    if (Globals->Driver) {
        FxObjectDelete(&Globals->Driver->Head);
    }
    NtsFree(Globals, sizeof(*Globals));
    return STATUS_SUCCESS;
}

/* Images need an entry point; this one is never called. */
uint32_t FxEntry(VOID);
uint32_t FxEntry(VOID)
{
    return 0;
}
