/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DbgPrint and the console. */
#include "format.h"
#include "report.h"

enum { LINE_MAX = 512 };

/* Without the newline that the console adds itself. */
static VOID FormatLine(CHAR *Line, const CHAR *Format, va_list Args)
{
    SIZE_T Length = NtsFormatV(Line, LINE_MAX, Format, Args);

    while (Length && (Line[Length - 1] == '\n' || Line[Length - 1] == '\r')) {
        Line[--Length] = 0;
    }
}

VOID NtsLog(ULONG Level, const CHAR *Format, ...)
{
    CHAR Line[LINE_MAX];
    va_list Args;

    va_start(Args, Format);
    FormatLine(Line, Format, Args);
    va_end(Args);
    pal_log(Level, Line);
}

/* What the driver says. */
static VOID Say(ULONG Level, const CHAR *Format, va_list Args)
{
    CHAR Line[LINE_MAX];

    FormatLine(Line, Format, Args);
    pal_log(Level, Line);
    ReportText(Level == PAL_LOG_ERROR ? "error" : "info", Line);
}

ULONG __cdecl DbgPrint(PCSTR Format, ...)
{
    va_list Args;

    va_start(Args, Format);
    Say(PAL_LOG_INFO, Format, Args);
    va_end(Args);
    return STATUS_SUCCESS;
}

ULONG __cdecl DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list Args;

    UNREFERENCED_PARAMETER(ComponentId);
    va_start(Args, Format);
    Say(Level == DPFLTR_ERROR_LEVEL ? PAL_LOG_ERROR : PAL_LOG_INFO, Format,
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
