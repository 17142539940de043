/* SPDX-License-Identifier: MIT */
/*
 * The free wdm.h knows no arm64. Its branch for 32-bit Arm includes a file
 * that it does not bring, so that branch is taken and armddk.h is ours. The
 * macro is set for nothing but this header: others go by it, too.
 */
#pragma GCC system_header
#ifndef CBX_DDK_ARM64_WDM_H
#define CBX_DDK_ARM64_WDM_H

#include <ntdef.h>
#include <ntstatus.h>
#include <intrin.h>

#define _M_ARM 1
/* It defines functions of these names, which would not be static; unused. */
#define InterlockedBitTestAndSet CbxInterlockedBitTestAndSet
#define InterlockedBitTestAndReset CbxInterlockedBitTestAndReset
#include_next <ddk/wdm.h>
#undef _M_ARM

/*
 * Device registers: one access each, with a plain base register (a hypervisor
 * cannot emulate write-back forms). As WDK's: a write comes after all memory
 * accesses before it, a read before all after it. The free header declares
 * functions of these names, which arm64's HAL does not export.
 */
#define CBX_REGISTER_(Name, Type, Load, Store, Width) \
    static __inline__ Type CbxRead##Name(const volatile Type *Register) \
    { \
        Type Value; \
\
        __asm__ volatile(Load " %" Width "0, [%1]\n\tdmb sy" \
                         : "=r"(Value) : "r"(Register) : "memory"); \
        return Value; \
    } \
    static __inline__ VOID CbxWrite##Name(volatile Type *Register, Type Value) \
    { \
        __asm__ volatile("dmb sy\n\t" Store " %" Width "0, [%1]" \
                         : : "r"(Value), "r"(Register) : "memory"); \
    }
CBX_REGISTER_(Uchar, UCHAR, "ldrb", "strb", "w")
CBX_REGISTER_(Ushort, USHORT, "ldrh", "strh", "w")
CBX_REGISTER_(Ulong, ULONG, "ldr", "str", "w")
CBX_REGISTER_(Ulong64, ULONG64, "ldr", "str", "x")
#undef CBX_REGISTER_

#define READ_REGISTER_UCHAR     CbxReadUchar
#define READ_REGISTER_USHORT    CbxReadUshort
#define READ_REGISTER_ULONG     CbxReadUlong
#define READ_REGISTER_ULONG64   CbxReadUlong64
#define WRITE_REGISTER_UCHAR    CbxWriteUchar
#define WRITE_REGISTER_USHORT   CbxWriteUshort
#define WRITE_REGISTER_ULONG    CbxWriteUlong
#define WRITE_REGISTER_ULONG64  CbxWriteUlong64

#endif /* CBX_DDK_ARM64_WDM_H */
