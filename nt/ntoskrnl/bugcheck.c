/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of the guest, with the documented code and what led to it. */
#include "format.h"

enum { TEXT_MAX = 384 };

static const struct {
    ULONG Code;
    const CHAR *Name;
} BugChecks[] = {
    { 0x0000000a, "IRQL_NOT_LESS_OR_EQUAL" },
    { 0x0000000c, "MAXIMUM_WAIT_OBJECTS_EXCEEDED" },
    { 0x0000000f, "SPIN_LOCK_ALREADY_OWNED" },
    { 0x00000010, "SPIN_LOCK_NOT_OWNED" },
    { 0x00000018, "REFERENCE_BY_POINTER" },
    { 0x0000001e, "KMODE_EXCEPTION_NOT_HANDLED" },
    { 0x00000035, "NO_MORE_IRP_STACK_LOCATIONS" },
    { 0x00000044, "MULTIPLE_IRP_COMPLETE_REQUESTS" },
    { 0x000000c2, "BAD_POOL_CALLER" },
    { 0x000000c4, "DRIVER_VERIFIER_DETECTED_VIOLATION" },
    { 0x000000c8, "IRQL_UNEXPECTED_VALUE" },
    { 0x000000c9, "DRIVER_VERIFIER_IOMANAGER_VIOLATION" },
    { 0x000000ce, "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS" },
    { 0x000000e4, "WORKER_INVALID" },
    { 0x000000e6, "DRIVER_VERIFIER_DMA_VIOLATION" },
    { 0x0000010d, "WDF_VIOLATION" },
    { 0x000001dc, "DMA_COMMON_BUFFER_VECTOR_ERROR" },
};

static const CHAR *BugCheckName(ULONG Code)
{
    for (ULONG i = 0; i < RTL_NUMBER_OF(BugChecks); i++) {
        if (BugChecks[i].Code == Code) {
            return BugChecks[i].Name;
        }
    }
    return "see the bug check code reference";
}

static BOOLEAN EndsThread;

VOID NtsBugCheckStart(const struct pal_boot *Boot)
{
    CHAR Text[128];

    EndsThread = !strcmp(Boot->bugcheck, "thread");
    if (!EndsThread && strcmp(Boot->bugcheck, "guest")) {
        NtsFormat(Text, sizeof(Text), "cbx_nt.bugcheck=%s: it must be guest "
                  "or thread", Boot->bugcheck);
        pal_panic("bad-parameter", Text);
    }
}

/*
 * For tests: a driver's own thread that did wrong ends, and the guest goes on.
 * Whatever it held is left as it is. Elsewhere there is nothing to end.
 */
static VOID EndThread(VOID)
{
    if (!EndsThread || !pal_in_thread() || NtsDpcIsRunning() ||
        !NtsLedgerFind(NtsKindThread, KeGetCurrentThread(), NULL)) {
        return;
    }
    KeLowerIrql(PASSIVE_LEVEL);
    NtsInterruptsEnable();
    PsTerminateSystemThread(STATUS_UNSUCCESSFUL);
}

static DECLSPEC_NORETURN VOID Stop(ULONG Code, const ULONG_PTR *P,
                                   const CHAR *Why)
{
    CHAR Text[TEXT_MAX], Number[16];

    NtsFormat(Number, sizeof(Number), "0x%08X", Code);
    NtsLog(PAL_LOG_ERROR,
           "*** STOP: 0x%08X (0x%016I64X,0x%016I64X,0x%016I64X,0x%016I64X)",
           Code, P[0], P[1], P[2], P[3]);
    NtsFormat(Text, sizeof(Text), "%s (0x%I64x, 0x%I64x, 0x%I64x, 0x%I64x): %s",
              BugCheckName(Code), P[0], P[1], P[2], P[3], Why);
    if (EndsThread) {
        NtsLog(PAL_LOG_ERROR, "%s", Text);
        EndThread();
    }
    pal_panic(Number, Text);
    for (;;) {
        YieldProcessor();
    }
}

VOID NtsBugCheck(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3,
                 ULONG_PTR P4, const CHAR *Format, ...)
{
    ULONG_PTR P[4] = { P1, P2, P3, P4 };
    CHAR Why[TEXT_MAX];
    va_list Args;

    va_start(Args, Format);
    NtsFormatV(Why, sizeof(Why), Format, Args);
    va_end(Args);
    Stop(Code, P, Why);
}

DECLSPEC_NORETURN VOID NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR P1,
                                          ULONG_PTR P2, ULONG_PTR P3,
                                          ULONG_PTR P4)
{
    CHAR Where[64];

    NtsBugCheck(Code, P1, P2, P3, P4, "KeBugCheckEx by %s",
                NtsWhere(__builtin_return_address(0), Where, sizeof(Where)));
}

DECLSPEC_NORETURN VOID NTAPI KeBugCheck(ULONG Code)
{
    CHAR Where[64];

    NtsBugCheck(Code, 0, 0, 0, 0, "KeBugCheck by %s",
                NtsWhere(__builtin_return_address(0), Where, sizeof(Where)));
}

VOID NtsRequireIrql(KIRQL Highest, const CHAR *Routine, const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    if (Irql > Highest) {
        NtsBugCheck(NTS_BUG_VERIFIER, NTS_VERIFIER_IRQL, Irql, Highest,
                    (ULONG_PTR)Caller,
                    "%s called at IRQL %u, at most %u is allowed, by %s",
                    Routine, Irql, Highest,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
}

const CHAR *NtsWhere(const VOID *Address, CHAR *Text, SIZE_T Size)
{
    uint64_t Offset;
    const char *Image = pal_image_at(Address, &Offset);

    if (Image) {
        NtsFormat(Text, Size, "%s+0x%I64x", Image, Offset);
    } else {
        NtsFormat(Text, Size, "0x%p", Address);
    }
    return Text;
}
