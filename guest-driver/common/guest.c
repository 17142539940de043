/* SPDX-License-Identifier: MIT */
#include "common/guest.h"

#include "core/text.h"

static BOOLEAN
GuestVersion(CBX_OS_VERSION *Version)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"RtlGetVersion");
    CBX_RTL_GET_VERSION *GetVersion =
        (CBX_RTL_GET_VERSION *)(ULONG_PTR)MmGetSystemRoutineAddress(&Name);

    RtlZeroMemory(Version, sizeof(*Version));
    Version->Size = sizeof(*Version);
    return GetVersion && NT_SUCCESS(GetVersion(Version));
}

ULONG
GuestBuild(VOID)
{
    CBX_OS_VERSION Version;

    return GuestVersion(&Version) ? Version.Build : 0;
}

/* Looked up, not imported: systems before Windows 7 lack it. */
ULONG
GuestNodes(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KeQueryHighestNodeNumber");
    USHORT (NTAPI *HighestNode)(VOID) =
        (USHORT (NTAPI *)(VOID))(ULONG_PTR)MmGetSystemRoutineAddress(&Name);

    return HighestNode ? HighestNode() + 1u : 0;
}

VOID
GuestReportStart(CbxReport *Report, const CbxWorld *World, const char *Driver)
{
    CBX_OS_VERSION Version;
    char Guest[64];
    CbxText Text;

    cbx_text_init(&Text, Guest, sizeof(Guest));
    cbx_text_add(&Text, "Windows NT");
    if (GuestVersion(&Version)) {
        cbx_text_add(&Text, " ");
        cbx_text_dec(&Text, Version.Major);
        cbx_text_add(&Text, ".");
        cbx_text_dec(&Text, Version.Minor);
        cbx_text_add(&Text, " build ");
        cbx_text_dec(&Text, Version.Build);
    }
    cbx_report_start(Report, World, Driver, Guest);
}
