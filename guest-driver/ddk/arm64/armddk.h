/* SPDX-License-Identifier: MIT */
/*
 * What wdm.h has for each processor, for arm64. Included by it.
 *
 * Contract: Microsoft's driver reference (IRQLs, names); "Overview of ARM64
 * ABI conventions" (x18 is the processor's block, not the compiler's).
 */
#ifndef CBX_DDK_ARMDDK_H
#define CBX_DDK_ARMDDK_H

#define PASSIVE_LEVEL           0
#define LOW_LEVEL               0
#define APC_LEVEL               1
#define DISPATCH_LEVEL          2
#define CLOCK_LEVEL             13
#define IPI_LEVEL               14
#define POWER_LEVEL             14
#define PROFILE_LEVEL           15
#define HIGH_LEVEL              15

#define PAGE_SIZE               0x1000
#define PAGE_SHIFT              12L

/* The rest of wdm.h has these for x64 alone. */
#define InterlockedAnd          _InterlockedAnd
#define InterlockedOr           _InterlockedOr
#define InterlockedXor          _InterlockedXor
#define InterlockedIncrement    _InterlockedIncrement
#define InterlockedDecrement    _InterlockedDecrement
#define InterlockedExchange     _InterlockedExchange
#define InterlockedExchangeAdd  _InterlockedExchangeAdd
#define InterlockedCompareExchange _InterlockedCompareExchange
#define InterlockedExchangePointer _InterlockedExchangePointer
#define InterlockedCompareExchangePointer _InterlockedCompareExchangePointer

typedef struct _KFLOATING_SAVE {
    ULONG Dummy;
} KFLOATING_SAVE, *PKFLOATING_SAVE;

/* Functions, where x64 has inlines on CR8 and GS. */
NTKERNELAPI KIRQL NTAPI KeGetCurrentIrql(VOID);
NTKERNELAPI VOID NTAPI KeLowerIrql(KIRQL NewIrql);
NTKERNELAPI KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))

NTKERNELAPI KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
#define KeAcquireSpinLock(SpinLock, OldIrql) \
    (*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock))
NTKERNELAPI VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
NTKERNELAPI VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);

NTKERNELAPI struct _KTHREAD *NTAPI KeGetCurrentThread(VOID);

#define YieldProcessor()        __asm__ volatile("yield")
/* dmb ish does not order against a device outside the inner domain */
#define KeMemoryBarrier()       __asm__ volatile("dmb sy" : : : "memory")

#endif /* CBX_DDK_ARMDDK_H */
