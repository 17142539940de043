/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client does wrong. */
#include "wdf.h"

VOID FxRequireParameter(const VOID *Pointer, const CHAR *Routine,
                        const VOID *Caller)
{
    CHAR Where[64];

    if (!Pointer) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_NULL, 0, (ULONG_PTR)Caller,
                    0, "%s with NULL where a value is required, by %s",
                    Routine, NtsWhere(Caller, Where, sizeof(Where)));
    }
}

NTSTATUS FxCheckPassive(const CHAR *Routine, const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    if (Irql == PASSIVE_LEVEL) {
        return STATUS_SUCCESS;
    }
    NtsFinding("wdf-irql", "%s at IRQL %u, by %s", Routine, Irql,
               NtsWhere(Caller, Where, sizeof(Where)));
    return STATUS_INVALID_DEVICE_REQUEST;
}

VOID FxRequireSameIrql(KIRQL Before, const CHAR *Callback)
{
    KIRQL After = KeGetCurrentIrql();

    if (After != Before) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_IRQL, Before, After, 0,
                    "%s was called at IRQL %u and returned at %u", Callback,
                    Before, After);
    }
}

VOID FxNotProvided(const CHAR *What, const VOID *Caller)
{
    CHAR Text[160], Where[64];

    NtsFormat(Text, sizeof(Text), "%s, which this stand-in does not provide, "
              "was called by %s", What, NtsWhere(Caller, Where, sizeof(Where)));
    pal_panic("not-provided", Text);
    for (;;) {
        YieldProcessor();
    }
}

ULONG FxFaults(VOID)
{
    return HalNtsFaults();
}

NTSTATUS FxOutcome(NTSTATUS Status)
{
    return !NT_SUCCESS(Status) && FxFaults() & NTS_FAULT_WDF_STATUS
           ? STATUS_UNSUCCESSFUL : Status;
}
