/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start of the HAL, faults, and its small services. */
#include "hal.h"

ULONG HalFaults;
static ULONG OtherFaults;           /* of other images */

#define HAL_FAULT_ROW_(Id, Bit, Name) { &HalFaults, Bit, Name },
#define OTHER_FAULT_ROW_(Id, Bit, Name) { &OtherFaults, Bit, Name },
static const struct {
    ULONG *Word;
    ULONG Bit;
    const CHAR *Name;
} Faults[] = {
    HAL_FAULT_LIST(HAL_FAULT_ROW_)
    NTS_WDF_FAULT_LIST(OTHER_FAULT_ROW_)
    NTS_NDIS_FAULT_LIST(OTHER_FAULT_ROW_)
};
#undef HAL_FAULT_ROW_
#undef OTHER_FAULT_ROW_

static BOOLEAN NameIs(const CHAR *Name, const CHAR *Text, SIZE_T Length)
{
    for (SIZE_T i = 0; i < Length; i++) {
        if (Name[i] != Text[i]) {
            return FALSE;
        }
    }
    return !Name[Length];
}

static VOID TurnOn(const CHAR *Text, SIZE_T Length)
{
    static CHAR Known[1024], Message[1280];   /* the stack is small */
    SIZE_T Used = 0;

    for (ULONG i = 0; i < RTL_NUMBER_OF(Faults); i++) {
        if (NameIs(Faults[i].Name, Text, Length)) {
            *Faults[i].Word |= Faults[i].Bit;
            return;
        }
        Used += NtsFormat(Known + Used, sizeof(Known) - Used, "%s%s",
                          i ? ", " : "", Faults[i].Name);
    }
    NtsFormat(Message, sizeof(Message),
              "cbx_nt.fault names \"%.*s\", which the stand-in does not know; "
              "it knows %s", (int)Length, Text, Known);
    pal_panic("unknown-fault", Message);
}

BOOLEAN HalHasLongFault(ULONG Fault, ULONGLONG Length)
{
    return HalFaults & Fault && Length >= HAL_LONG;
}

ULONGLONG HalNtsPhysicalError(VOID)
{
    return HalFaults & HAL_FAULT_WRONG_PAGE ? PAGE_SIZE : 0;
}

VOID HalNtsStart(const struct pal_boot *Boot)
{
    const CHAR *p = Boot->fault;

    while (*p) {
        SIZE_T Length = 0;

        while (p[Length] && p[Length] != ',') {
            Length++;
        }
        if (Length) {
            TurnOn(p, Length);
        }
        p += Length;
        p += *p == ',';
    }
    if (HalFaults || OtherFaults) {
        NtsLog(PAL_LOG_ERROR, "faults on: %s", Boot->fault);
    }
}

ULONG HalNtsFaults(VOID)
{
    return OtherFaults;
}

BOOLEAN HalNtsIsWindows8(VOID)
{
    return (HalFaults & HAL_FAULT_WINDOWS_8) != 0;
}

/* Images need an entry point; this one is never called. */
uint32_t HalEntry(VOID);
uint32_t HalEntry(VOID)
{
    return 0;
}

VOID NTAPI KeStallExecutionProcessor(ULONG Microseconds)
{
    NtsStall(Microseconds);
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER Frequency)
{
    return NtsPerformanceCounter(Frequency);
}

NTHALAPI VOID NTAPI KeFlushWriteBuffer(VOID);
VOID NTAPI KeFlushWriteBuffer(VOID)
{
    __sync_synchronize();
}

/* The verifier's word for it: drivers get adapters from IoGetDmaAdapter. */
NTHALAPI PVOID NTAPI HalGetAdapter(PDEVICE_DESCRIPTION Description,
                                   PULONG NumberOfMapRegisters);
PVOID NTAPI HalGetAdapter(PDEVICE_DESCRIPTION Description,
                          PULONG NumberOfMapRegisters)
{
    CHAR Where[64];

    UNREFERENCED_PARAMETER(Description);
    UNREFERENCED_PARAMETER(NumberOfMapRegisters);
    NtsBugCheck(NTS_BUG_DMA, DMA_HAL_GET_ADAPTER, 0, 0, 0, "HalGetAdapter called by %s",
                NtsWhere(__builtin_return_address(0), Where, sizeof(Where)));
}
