/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DbgPrint and the console. */
#include "format.h"

enum { LINE_MAX = 512 };

static VOID LogV(ULONG Level, const CHAR *Format, va_list Args)
{
    CHAR Line[LINE_MAX];
    SIZE_T Length = NtsFormatV(Line, sizeof(Line), Format, Args);

    while (Length && (Line[Length - 1] == '\n' || Line[Length - 1] == '\r')) {
        Line[--Length] = 0;
    }
    pal_log(Level, Line);
}

VOID NtsLog(ULONG Level, const CHAR *Format, ...)
{
    va_list Args;

    va_start(Args, Format);
    LogV(Level, Format, Args);
    va_end(Args);
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    va_list Args;

    va_start(Args, Format);
    LogV(PAL_LOG_INFO, Format, Args);
    va_end(Args);
    return STATUS_SUCCESS;
}

ULONG __cdecl DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list Args;

    UNREFERENCED_PARAMETER(ComponentId);
    va_start(Args, Format);
    LogV(Level == DPFLTR_ERROR_LEVEL ? PAL_LOG_ERROR : PAL_LOG_INFO, Format,
         Args);
    va_end(Args);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlAssert(PVOID Assertion, PVOID FileName, ULONG Line, PCHAR Message)
{
    NtsBugCheck(NTS_BUG_VERIFIER, 0, (ULONG_PTR)Assertion,
                (ULONG_PTR)FileName, Line, "assertion %s failed at %s:%u %s",
                (const CHAR *)Assertion, (const CHAR *)FileName, Line,
                Message ? Message : "");
}
