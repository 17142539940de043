/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrong use of the kernel: pool, IRQL, waits, locks, memory, unloading. */
#include "cases.h"

enum { TAG = 0x54534554 };      /* "TEST" */

static NTSTATUS PoolOverrun(CASE_DEVICE *Device)
{
    PUCHAR Memory = ExAllocatePoolWithTag(NonPagedPool, 20, TAG);

    UNREFERENCED_PARAMETER(Device);
    *(volatile UCHAR *)(Memory + 20) = 0;
    ExFreePoolWithTag(Memory, TAG);
    return STATUS_SUCCESS;
}

static NTSTATUS PoolDoubleFree(CASE_DEVICE *Device)
{
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, 20, TAG);

    UNREFERENCED_PARAMETER(Device);
    ExFreePoolWithTag(Memory, TAG);
    ExFreePoolWithTag(Memory, TAG);
    return STATUS_SUCCESS;
}

NTSTATUS CasePoolPoisoned(CASE_DEVICE *Device)
{
    PULONG Memory = ExAllocatePoolWithTag(NonPagedPool, 4096, TAG);
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    UNREFERENCED_PARAMETER(Device);
    if (Memory[0] == 0xadadadad && Memory[1023] == 0xadadadad) {
        Status = STATUS_SUCCESS;
    }
    ExFreePoolWithTag(Memory, TAG);
    return Status;
}

static NTSTATUS PoolLeak(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    return ExAllocatePoolWithTag(NonPagedPool, 20, TAG)
           ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS PagedAtDispatch(CASE_DEVICE *Device)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    ExAllocatePoolWithTag(PagedPool, 20, TAG);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS WaitAtDispatch(CASE_DEVICE *Device)
{
    KEVENT Event;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS ReleaseUnheld(CASE_DEVICE *Device)
{
    KSPIN_LOCK Lock;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeInitializeSpinLock(&Lock);
    Irql = KeAcquireSpinLockRaiseToDpc(&Lock);
    KeReleaseSpinLock(&Lock, Irql);
    KeReleaseSpinLock(&Lock, Irql);
    return STATUS_SUCCESS;
}

static VOID NTAPI LoweringDpc(PKDPC Dpc, PVOID Context, PVOID A, PVOID B)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(A);
    UNREFERENCED_PARAMETER(B);
    KeLowerIrql(PASSIVE_LEVEL);
}

static NTSTATUS DpcLowers(CASE_DEVICE *Device)
{
    KDPC Dpc;

    UNREFERENCED_PARAMETER(Device);
    KeInitializeDpc(&Dpc, LoweringDpc, NULL);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeFlushQueuedDpcs();
    return STATUS_SUCCESS;
}

static NTSTATUS NullWrite(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    *(volatile ULONG *)(ULONG_PTR)0x18 = 1;
    return STATUS_SUCCESS;
}

static NTSTATUS ReadTime(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    /* InterruptTime, as inlines of the headers read it */
    return *(volatile ULONG64 *)0xfffff78000000008ull ? STATUS_SUCCESS
                                                      : STATUS_UNSUCCESSFUL;
}

static NTSTATUS NullWriteAtDispatch(CASE_DEVICE *Device)
{
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    NullWrite(Device);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS WriteCode(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    *(volatile UCHAR *)(ULONG_PTR)WriteCode = 0xc3;
    return STATUS_SUCCESS;
}

static volatile ULONG InitCalls;

__attribute__((section("INIT"), noinline)) VOID NTAPI CaseInitOnly(VOID)
{
    InitCalls++;
}

static NTSTATUS CallInit(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    CaseInitOnly();
    return STATUS_SUCCESS;
}

/* For `cbx run`, which must not wait for ever: tests/guest. */
static NTSTATUS Hang(CASE_DEVICE *Device)
{
    volatile BOOLEAN Forever = TRUE;
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Device);
    KeRaiseIrql(HIGH_LEVEL, &Irql);
    while (Forever) {
        YieldProcessor();
    }
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

/* ... and must know a guest that is gone. */
static NTSTATUS Reset(CASE_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
#ifdef __aarch64__
    /* PSCI's SYSTEM_RESET */
    __asm__ volatile("mov x0, %0\n\thvc #0" : : "r"(0x84000009ull) : "x0");
#else
    __outbyte(0xcf9, 0x06);     /* the chipset's reset control: hard, now */
#endif
    return STATUS_SUCCESS;
}

static KTIMER ForgottenTimer;
static KDPC ForgottenDpc;

static NTSTATUS TimerAtUnload(CASE_DEVICE *Device)
{
    LARGE_INTEGER Hour;

    UNREFERENCED_PARAMETER(Device);
    Hour.QuadPart = -36000000000ll;
    KeInitializeTimer(&ForgottenTimer);
    KeInitializeDpc(&ForgottenDpc, LoweringDpc, NULL);
    KeSetTimer(&ForgottenTimer, Hour, &ForgottenDpc);
    return STATUS_SUCCESS;
}

const CASE KernelCases[] = {
    { L"pool-overrun", PoolOverrun, TRUE },
    { L"pool-double-free", PoolDoubleFree, TRUE },
    { L"pool-leak", PoolLeak, FALSE },
    { L"pool-paged-at-dispatch", PagedAtDispatch, TRUE },
    { L"wait-at-dispatch", WaitAtDispatch, TRUE },
    { L"lock-not-held", ReleaseUnheld, TRUE },
    { L"dpc-lowers-irql", DpcLowers, FALSE },
    { L"null-write", NullWrite, FALSE },
    { L"null-write-at-dispatch", NullWriteAtDispatch, FALSE },
    { L"shared-time", ReadTime, FALSE },
    { L"code-write", WriteCode, FALSE },
    { L"init-section", CallInit, FALSE },
    { L"timer-at-unload", TimerAtUnload, FALSE },
    { L"hang", Hang, FALSE },
    { L"reset", Reset, FALSE },
    { NULL, NULL, FALSE },
};
