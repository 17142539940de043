/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do vector registers survive? Several threads each put a pattern of their own
 * into what a callee must preserve and sleep; each also keeps all of them busy
 * while DPCs and interrupts strike that overwrite what they may.
 */
#include "interrupts.h"

enum { THREADS = 4, SLEEPS = 40, SPINS = 200000 };

#ifdef __aarch64__
enum { VECTORS = 32, PRESERVED_FROM = 8, PRESERVED_END = 16,
       PRESERVED_BYTES = 8 };
#else
enum { VECTORS = 16, PRESERVED_FROM = 6, PRESERVED_END = 16,
       PRESERVED_BYTES = 16 };
#endif

typedef struct _REGISTERS {
    UCHAR Vector[VECTORS][16];
    ULONG64 Control;            /* MXCSR, FPCR */
} REGISTERS;

/* Loads all, calls Routine(Context), stores all; keeps the caller's. */
VOID VectorsAcross(const REGISTERS *In, REGISTERS *Out,
                   VOID (NTAPI *Routine)(PVOID), PVOID Context);
/* Loads all, spins, stores all. */
VOID VectorsSpin(const REGISTERS *In, REGISTERS *Out, ULONG64 Rounds);
/* Overwrites what a callee may overwrite. */
VOID VectorsClobber(VOID);

#ifdef __aarch64__

static const ULONG Rounding[] = { 0, 0x400000, 0x800000, 0xc00000 };

#define PAIRS(X) X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) \
    X(12, 13) X(14, 15) X(16, 17) X(18, 19) X(20, 21) X(22, 23) X(24, 25) \
    X(26, 27) X(28, 29) X(30, 31)
#define LOAD(a, b) "ldp q" #a ", q" #b ", [x19, #" #a "*16]\n"
#define STORE(a, b) "stp q" #a ", q" #b ", [x20, #" #a "*16]\n"
#define PUSH_ALL \
    "stp x29, x30, [sp, #-112]!\nmov x29, sp\nstp x19, x20, [sp, #16]\n" \
    "stp d8, d9, [sp, #32]\nstp d10, d11, [sp, #48]\n" \
    "stp d12, d13, [sp, #64]\nstp d14, d15, [sp, #80]\n" \
    "mrs x9, fpcr\nstr x9, [sp, #96]\n"
#define POP_ALL \
    "ldr x9, [sp, #96]\nmsr fpcr, x9\n" \
    "ldp d8, d9, [sp, #32]\nldp d10, d11, [sp, #48]\n" \
    "ldp d12, d13, [sp, #64]\nldp d14, d15, [sp, #80]\n" \
    "ldp x19, x20, [sp, #16]\nldp x29, x30, [sp], #112\nret\n"
#define LOAD_CONTROL "ldr x9, [x19, #512]\nmsr fpcr, x9\n"
#define STORE_CONTROL "mrs x9, fpcr\nstr x9, [x20, #512]\n"

__asm__(".arch_extension fp\n.arch_extension simd\n"
        ".globl VectorsAcross\nVectorsAcross:\n"
        PUSH_ALL
        "mov x19, x0\nmov x20, x1\nmov x10, x2\nmov x0, x3\n"
        PAIRS(LOAD) LOAD_CONTROL
        "blr x10\n"
        PAIRS(STORE) STORE_CONTROL
        POP_ALL
        ".globl VectorsSpin\nVectorsSpin:\n"
        PUSH_ALL
        "mov x19, x0\nmov x20, x1\n"
        PAIRS(LOAD) LOAD_CONTROL
        "1: subs x2, x2, #1\nb.ne 1b\n"
        PAIRS(STORE) STORE_CONTROL
        POP_ALL
        ".globl VectorsClobber\nVectorsClobber:\n"
        "movi v0.16b, #255\nmovi v1.16b, #255\nmovi v2.16b, #255\n"
        "movi v7.16b, #255\nmovi v16.16b, #255\nmovi v31.16b, #255\n"
        "ret\n");

#else

static const ULONG Rounding[] = { 0x1f80, 0x3f80, 0x5f80, 0x7f80 };

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

#endif

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

static ULONG Compare(const REGISTERS *In, const REGISTERS *Out, ULONG From,
                     ULONG End, ULONG Bytes)
{
    ULONG Wrong = (ULONG)In->Control != (ULONG)Out->Control;

    for (ULONG i = From; i < End; i++) {
        Wrong += RtlCompareMemory(In->Vector[i], Out->Vector[i], Bytes) !=
                 Bytes;
    }
    return Wrong;
}

static VOID NTAPI Worker(PVOID Context)
{
    static REGISTERS Loaded[THREADS], Stored[THREADS];
    WORKER *Worker = Context;
    REGISTERS *In = &Loaded[Worker->Id - 1], *Out = &Stored[Worker->Id - 1];

    for (ULONG i = 0; i < VECTORS; i++) {
        RtlFillMemory(In->Vector[i], 16, (UCHAR)(Worker->Id * VECTORS + i));
    }
    In->Control = Rounding[Worker->Id % RTL_NUMBER_OF(Rounding)];
    for (ULONG i = 0; i < SLEEPS; i++) {
        RtlZeroMemory(Out, sizeof(*Out));
        VectorsAcross(In, Out, Sleep, NULL);
        Worker->Wrong += Compare(In, Out, PRESERVED_FROM, PRESERVED_END,
                                 PRESERVED_BYTES);
        VectorsSpin(In, Out, SPINS);
        Worker->Wrong += Compare(In, Out, 0, VECTORS, 16);
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
