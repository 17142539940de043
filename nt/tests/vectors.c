/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do vector registers survive? Several threads each put a pattern of their own
 * into what a callee must preserve and sleep; each also keeps all of them busy
 * while DPCs and interrupts strike that overwrite what they may.
 */
#include "interrupts.h"

enum { THREADS = 4, SLEEPS = 40, SPINS = 200000 };

typedef struct _REGISTERS {
    UCHAR Xmm[16][16];
    ULONG Mxcsr;
} REGISTERS;

/* Loads all, calls Routine(Context), stores all; keeps the caller's. */
VOID VectorsAcross(const REGISTERS *In, REGISTERS *Out,
                   VOID (NTAPI *Routine)(PVOID), PVOID Context);
/* Loads all, spins, stores all. */
VOID VectorsSpin(const REGISTERS *In, REGISTERS *Out, ULONG64 Rounds);
/* Overwrites what a callee may overwrite. */
VOID VectorsClobber(VOID);

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
    X(11) X(12) X(13) X(14) X(15)
#define LOAD(n) "movups " #n "*16(%rbx), %xmm" #n "\n"
#define STORE(n) "movups %xmm" #n ", " #n "*16(%rsi)\n"
#define PUSH_ALL \
    "push %rbx\npush %rsi\npush %rdi\npush %rbp\nmov %rsp, %rbp\n" \
    "sub $0x108, %rsp\nand $-16, %rsp\n" \
    "movups %xmm6, 0x20(%rsp)\nmovups %xmm7, 0x30(%rsp)\n" \
    "movups %xmm8, 0x40(%rsp)\nmovups %xmm9, 0x50(%rsp)\n" \
    "movups %xmm10, 0x60(%rsp)\nmovups %xmm11, 0x70(%rsp)\n" \
    "movups %xmm12, 0x80(%rsp)\nmovups %xmm13, 0x90(%rsp)\n" \
    "movups %xmm14, 0xa0(%rsp)\nmovups %xmm15, 0xb0(%rsp)\n" \
    "stmxcsr 0xc0(%rsp)\n"
#define POP_ALL \
    "ldmxcsr 0xc0(%rsp)\n" \
    "movups 0x20(%rsp), %xmm6\nmovups 0x30(%rsp), %xmm7\n" \
    "movups 0x40(%rsp), %xmm8\nmovups 0x50(%rsp), %xmm9\n" \
    "movups 0x60(%rsp), %xmm10\nmovups 0x70(%rsp), %xmm11\n" \
    "movups 0x80(%rsp), %xmm12\nmovups 0x90(%rsp), %xmm13\n" \
    "movups 0xa0(%rsp), %xmm14\nmovups 0xb0(%rsp), %xmm15\n" \
    "mov %rbp, %rsp\npop %rbp\npop %rdi\npop %rsi\npop %rbx\nret\n"

__asm__(".globl VectorsAcross\nVectorsAcross:\n"
        PUSH_ALL
        "mov %rcx, %rbx\nmov %rdx, %rsi\nmov %r8, %rax\nmov %r9, %rcx\n"
        EACH(LOAD) "ldmxcsr 256(%rbx)\n"
        "call *%rax\n"
        EACH(STORE) "stmxcsr 256(%rsi)\n"
        POP_ALL
        ".globl VectorsSpin\nVectorsSpin:\n"
        PUSH_ALL
        "mov %rcx, %rbx\nmov %rdx, %rsi\n"
        EACH(LOAD) "ldmxcsr 256(%rbx)\n"
        "1: dec %r8\njnz 1b\n"
        EACH(STORE) "stmxcsr 256(%rsi)\n"
        POP_ALL
        ".globl VectorsClobber\nVectorsClobber:\n"
        "pcmpeqd %xmm0, %xmm0\npcmpeqd %xmm1, %xmm1\npcmpeqd %xmm2, %xmm2\n"
        "pcmpeqd %xmm3, %xmm3\npcmpeqd %xmm4, %xmm4\npcmpeqd %xmm5, %xmm5\n"
        "ret\n");

typedef struct _WORKER {
    UCHAR Id;
    ULONG Wrong;                /* registers found changed */
} WORKER;

static VOID NTAPI Sleep(PVOID Unused)
{
    LARGE_INTEGER Interval;

    UNREFERENCED_PARAMETER(Unused);
    Interval.QuadPart = -1000;
    KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

static ULONG Compare(const REGISTERS *In, const REGISTERS *Out, ULONG From)
{
    ULONG Wrong = In->Mxcsr != Out->Mxcsr;

    for (ULONG i = From; i < 16; i++) {
        Wrong += RtlCompareMemory(In->Xmm[i], Out->Xmm[i], 16) != 16;
    }
    return Wrong;
}

static VOID NTAPI Worker(PVOID Context)
{
    static const ULONG Rounding[] = { 0x1f80, 0x3f80, 0x5f80, 0x7f80 };
    WORKER *Worker = Context;
    REGISTERS In, Out;

    for (ULONG i = 0; i < 16; i++) {
        RtlFillMemory(In.Xmm[i], 16, (UCHAR)(Worker->Id * 16 + i));
    }
    In.Mxcsr = Rounding[Worker->Id % RTL_NUMBER_OF(Rounding)];
    for (ULONG i = 0; i < SLEEPS; i++) {
        RtlZeroMemory(&Out, sizeof(Out));
        VectorsAcross(&In, &Out, Sleep, NULL);
        Worker->Wrong += Compare(&In, &Out, 6);
        VectorsSpin(&In, &Out, SPINS);
        Worker->Wrong += Compare(&In, &Out, 0);
    }
}

typedef struct _CLOBBER {
    volatile LONG Strikes;
    CASE_INTERRUPT Interrupt;
} CLOBBER;

/* And has the device interrupt whatever runs then. */
static VOID NTAPI ClobberDpc(PKDPC Dpc, PVOID Context, PVOID A, PVOID B)
{
    CLOBBER *Clobber = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(A);
    UNREFERENCED_PARAMETER(B);
    VectorsClobber();
    InterlockedIncrement(&Clobber->Strikes);
    CaseInterruptTrigger(&Clobber->Interrupt);
}

NTSTATUS CaseVectors(CASE_DEVICE *Device)
{
    WORKER Workers[THREADS];
    PVOID Threads[THREADS];
    CLOBBER Clobber;
    ULONG Wrong = 0;
    LARGE_INTEGER Soon;
    KTIMER Timer;
    KDPC Dpc;

    Clobber.Strikes = 0;
    if (!NT_SUCCESS(CaseInterruptConnect(Device, &Clobber.Interrupt,
                                         CONNECT_MESSAGE_BASED,
                                         VectorsClobber))) {
        return STATUS_UNSUCCESSFUL;
    }
    Soon.QuadPart = -1000;
    KeInitializeDpc(&Dpc, ClobberDpc, &Clobber);
    KeInitializeTimer(&Timer);
    KeSetTimerEx(&Timer, Soon, 1, &Dpc);
    for (ULONG i = 0; i < THREADS; i++) {
        HANDLE Handle;

        Workers[i].Id = (UCHAR)(i + 1);
        Workers[i].Wrong = 0;
        if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL,
                                             NULL, NULL, Worker,
                                             &Workers[i]))) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType,
                                  KernelMode, &Threads[i], NULL);
        ZwClose(Handle);
    }
    for (ULONG i = 0; i < THREADS; i++) {
        KeWaitForSingleObject(Threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Threads[i]);
        Wrong += Workers[i].Wrong;
    }
    KeCancelTimer(&Timer);
    KeFlushQueuedDpcs();
    CaseInterruptDisconnect(&Clobber.Interrupt);
    DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
               "%u registers changed, %d DPCs, %d interrupts\n", Wrong,
               Clobber.Strikes, Clobber.Interrupt.Strikes);
    if (!Clobber.Strikes || !Clobber.Interrupt.Strikes) {
        return STATUS_DEVICE_NOT_READY;
    }
    return Wrong ? STATUS_DATA_ERROR : STATUS_SUCCESS;
}
