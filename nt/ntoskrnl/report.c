/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include "format.h"

#include <cbx/abi.h>

static BOOLEAN Failed;

typedef struct _FIELDS {
    CHAR Bytes[CBX_REPORT_BYTES_MAX];
    SIZE_T Used;
} FIELDS;

/* A record is built under the lock and is too large for a stack. */
static FIELDS Fields;
static NTS_LOCK FieldsLock;

/* Adds key NUL value NUL; what does not fit is cut. */
static VOID Add(const CHAR *Key, const CHAR *Value)
{
    Fields.Used += NtsFormat(Fields.Bytes + Fields.Used,
                             sizeof(Fields.Bytes) - Fields.Used, "%s", Key) + 1;
    Fields.Used += NtsFormat(Fields.Bytes + Fields.Used,
                             sizeof(Fields.Bytes) - Fields.Used, "%s",
                             Value) + 1;
}

static VOID Commit(ULONG Kind)
{
    uint32_t Status = pal_report(Kind, Fields.Bytes, (uint32_t)Fields.Used);

    if (Status != CBX_STATUS_OK) {
        NtsLog(PAL_LOG_ERROR, "the device refuses a report record: status %u",
               Status);
    }
    Fields.Used = 0;
}

VOID ReportText(const CHAR *Level, const CHAR *Text)
{
    struct pal_device_info Info;
    ULONG64 Flags;

    pal_device_info(NtsDevice, &Info);
    if (Info.vendor == CBX_PCI_VENDOR_ID && Info.device == CBX_PCI_DEVICE_ID) {
        return;
    }
    Flags = NtsLock(&FieldsLock);
    Add("level", Level);
    Add("text", Text);
    Commit(CBX_REPORT_TEXT);
    NtsUnlock(&FieldsLock, Flags);
}

VOID ReportResult(const CHAR *Check, BOOLEAN Pass, const CHAR *Expected,
                  const CHAR *Seen, const CHAR *Source)
{
    ULONG64 Flags = NtsLock(&FieldsLock);

    Failed |= !Pass;
    Add("driver", "stand-in");
    Add("api", "");
    Add("variant", "");
    Add("check", Check);
    Add("verdict", Pass ? "pass" : "fail");
    Add("expected", Expected);
    Add("seen", Seen);
    Add("source", Source);
    Commit(CBX_REPORT_RESULT);
    NtsUnlock(&FieldsLock, Flags);
    NtsLog(Pass ? PAL_LOG_INFO : PAL_LOG_ERROR, "%s: %s: expected %s, seen %s",
           Check, Pass ? "pass" : "fail", Expected, Seen);
}

/* ---- Findings ----------------------------------------------------------- */

enum { FINDINGS = 8, FINDING_MAX = 256 };

static struct {
    const CHAR *Check;
    ULONG Times;
    CHAR First[FINDING_MAX];
} Findings[FINDINGS];
static NTS_LOCK FindingsLock;

VOID NtsFinding(const CHAR *Check, const CHAR *Format, ...)
{
    CHAR Text[FINDING_MAX];
    va_list Args;
    ULONG64 Flags;

    va_start(Args, Format);
    NtsFormatV(Text, sizeof(Text), Format, Args);
    va_end(Args);
    NtsLog(PAL_LOG_ERROR, "%s: %s", Check, Text);
    Flags = NtsLock(&FindingsLock);
    for (ULONG i = 0; i < FINDINGS; i++) {
        if (!Findings[i].Check) {
            Findings[i].Check = Check;
            memcpy(Findings[i].First, Text, sizeof(Text));
        }
        if (!strcmp(Findings[i].Check, Check)) {
            Findings[i].Times++;
            break;
        }
    }
    NtsUnlock(&FindingsLock, Flags);
}

VOID ReportFindings(VOID)
{
    for (ULONG i = 0; i < FINDINGS && Findings[i].Check; i++) {
        CHAR Seen[FINDING_MAX + 32];

        NtsFormat(Seen, sizeof(Seen), "%u times, first: %s", Findings[i].Times,
                  Findings[i].First);
        ReportResult(Findings[i].Check, FALSE, "never", Seen,
                     "Windows driver documentation, page of the routine");
    }
    RtlZeroMemory(Findings, sizeof(Findings));
}

VOID ReportEnd(VOID)
{
    ULONG64 Flags = NtsLock(&FieldsLock);

    Add("driver", "stand-in");
    Add("verdict", Failed ? "fail" : "pass");
    Commit(CBX_REPORT_END);
    Failed = FALSE;
    NtsUnlock(&FieldsLock, Flags);
}
