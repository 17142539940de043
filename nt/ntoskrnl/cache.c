/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KeFlushIoBuffers, which is a macro that does nothing on x64: arm64. */
#include "nt.h"

enum { DMA_NOT_LOCKED = 0x0e };     /* first parameter of 0xE6 */

/* CTR_EL0.DminLine: log2 of the words in the smallest data cache line. */
static ULONG LineSize(VOID)
{
    ULONG64 Ctr;

    __asm__("mrs %0, ctr_el0" : "=r"(Ctr));
    return 4u << (Ctr >> 16 & 0xf);
}

static VOID CleanInvalidate(PUCHAR At, const UCHAR *End, ULONG Line)
{
    for (; At < End; At += Line) {
        __asm__ volatile("dc civac, %0" : : "r"(At) : "memory");
    }
}

static VOID Clean(PUCHAR At, const UCHAR *End, ULONG Line)
{
    for (; At < End; At += Line) {
        __asm__ volatile("dc cvac, %0" : : "r"(At) : "memory");
    }
}

/* After PIO, instructions are fetched of what was stored. */
static VOID CleanToUnification(PUCHAR At, const UCHAR *End, ULONG Line)
{
    for (; At < End; At += Line) {
        __asm__ volatile("dc cvau, %0" : : "r"(At) : "memory");
    }
    __asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb"
                     : : : "memory");
}

/*
 * Of this MDL, not of those that it is chained to. Whether a device is
 * coherent is not asked: the routine is not told which one it is.
 */
VOID NTAPI KeFlushIoBuffers(PMDL Mdl, BOOLEAN ReadOperation,
                            BOOLEAN DmaOperation)
{
    ULONG Line = LineSize();
    CHAR Where[64];
    PUCHAR At, End;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!Mdl || !(Mdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL |
                                   MDL_MAPPED_TO_SYSTEM_VA))) {
        NtsBugCheck(NTS_BUG_DMA, DMA_NOT_LOCKED, (ULONG_PTR)Mdl, 0, 0,
                    "KeFlushIoBuffers with an MDL whose pages are not locked, "
                    "by %s", NtsWhere(__builtin_return_address(0), Where,
                                      sizeof(Where)));
    }
    At = Mdl->MappedSystemVa;
    End = At + Mdl->ByteCount;
    At = (PUCHAR)((ULONG_PTR)At & ~(ULONG_PTR)(Line - 1));
    if (DmaOperation && ReadOperation) {
        CleanInvalidate(At, End, Line);
    } else if (DmaOperation) {
        Clean(At, End, Line);
    } else if (ReadOperation) {
        CleanToUnification(At, End, Line);
    }
    __asm__ volatile("dsb sy" : : : "memory");
}
