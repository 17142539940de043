/* SPDX-License-Identifier: MIT */
#include "common/world.h"

#include "common/guest.h"

static UCHAR *
WorldRegister(PVOID Context, uint32_t Offset)
{
    CBX_WORLD *World = Context;

    return World->Bars->Regs + Offset;
}

static uint32_t
WorldRead32(void *Context, uint32_t Offset)
{
    return READ_REGISTER_ULONG((ULONG *)WorldRegister(Context, Offset));
}

static uint64_t
WorldRead64(void *Context, uint32_t Offset)
{
    return READ_REGISTER_ULONG64((ULONG64 *)WorldRegister(Context, Offset));
}

static void
WorldWrite8(void *Context, uint32_t Offset, uint8_t Value)
{
    WRITE_REGISTER_UCHAR(WorldRegister(Context, Offset), Value);
}

static void
WorldWrite32(void *Context, uint32_t Offset, uint32_t Value)
{
    WRITE_REGISTER_ULONG((ULONG *)WorldRegister(Context, Offset), Value);
}

static void
WorldWrite64(void *Context, uint32_t Offset, uint64_t Value)
{
    WRITE_REGISTER_ULONG64((ULONG64 *)WorldRegister(Context, Offset), Value);
}

static void
WorldBarrier(void *Context)
{
    UNREFERENCED_PARAMETER(Context);

    __sync_synchronize();
}

static void
WorldInterruptArm(void *Context)
{
    CBX_WORLD *World = Context;

    KeClearEvent(World->Completion);
}

static bool
WorldInterruptWait(void *Context, uint32_t Milliseconds)
{
    CBX_WORLD *World = Context;
    LARGE_INTEGER Timeout;

    /* negative: relative, in units of 100 ns */
    Timeout.QuadPart = -(LONGLONG)Milliseconds * 10000;
    return KeWaitForSingleObject(World->Completion, Executive, KernelMode,
                                 FALSE, &Timeout) == STATUS_SUCCESS;
}

static uint64_t
WorldVirtToPhys(void *Context, const volatile void *Address)
{
    PHYSICAL_ADDRESS Physical = MmGetPhysicalAddress((PVOID)Address);

    UNREFERENCED_PARAMETER(Context);

    return Physical.QuadPart ? (uint64_t)Physical.QuadPart : CBX_PHYS_UNKNOWN;
}

static uint32_t
WorldReportLock(void *Context)
{
    CBX_WORLD *World = Context;
    KIRQL OldIrql;

    KeAcquireSpinLock(&World->ReportLock, &OldIrql);
    return OldIrql;
}

static void
WorldReportUnlock(void *Context, uint32_t State)
{
    CBX_WORLD *World = Context;

    KeReleaseSpinLock(&World->ReportLock, (KIRQL)State);
}

static const CbxWorldOps WorldOps = {
    .read32 = WorldRead32,
    .read64 = WorldRead64,
    .write8 = WorldWrite8,
    .write32 = WorldWrite32,
    .write64 = WorldWrite64,
    .barrier = WorldBarrier,
    .interrupt_arm = WorldInterruptArm,
    .interrupt_wait = WorldInterruptWait,
    .virt_to_phys = WorldVirtToPhys,
    .report_lock = WorldReportLock,
    .report_unlock = WorldReportUnlock,
};

VOID
WorldInitialize(CBX_WORLD *World, CBX_BARS *Bars, KEVENT *Completion)
{
    World->Core.ops = &WorldOps;
    World->Core.context = World;
    World->Core.mem = Bars->Mem;
    World->Core.mem_length = Bars->MemLength;
    World->Core.has_interrupt = Completion != NULL;
    World->Core.nodes = GuestNodes();
    World->Bars = Bars;
    World->Completion = Completion;
    KeInitializeSpinLock(&World->ReportLock);
}
