/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor's own interrupt mask, which IRQL is not: see pal/context.c.
 */
#ifndef CBX_NT_PROCESSOR_H
#define CBX_NT_PROCESSOR_H

#ifdef __aarch64__

#include "pal/pal.h"

/* x18 is not the compiler's: the platform keeps it. */
static inline struct pal_processor *NtsProcessor(VOID)
{
    struct pal_processor *Processor;

    __asm__ volatile("mov %0, x18" : "=r"(Processor));
    return Processor;
}

/* Linux masks FIQ with IRQ: the bits 1 and 0 of DAIF's fields. */
static inline ULONG64 NtsInterruptsDisable(VOID)
{
    ULONG64 Flags;

    __asm__ volatile("mrs %0, daif\n\tmsr daifset, #3"
                     : "=r"(Flags) : : "memory");
    return Flags;
}

static inline VOID NtsInterruptsRestore(ULONG64 Flags)
{
    __asm__ volatile("msr daif, %0" : : "r"(Flags) : "memory");
}

static inline VOID NtsInterruptsEnable(VOID)
{
    __asm__ volatile("msr daifclr, #3" : : : "memory");
}

#else

static inline ULONG64 NtsInterruptsDisable(VOID)
{
    ULONG64 Flags = __readeflags();

    __asm__ volatile("cli" : : : "memory");
    return Flags;
}

static inline VOID NtsInterruptsRestore(ULONG64 Flags)
{
    __writeeflags(Flags);
}

static inline VOID NtsInterruptsEnable(VOID)
{
    __writeeflags(__readeflags() | 0x200);
}

#endif

#endif /* CBX_NT_PROCESSOR_H */
