/* SPDX-License-Identifier: MIT */
#include "world.h"

static PVOID
WorldRegister(PVOID Context, uint32_t Offset)
{
    CBX_WORLD *World = Context;

    return World->Hardware->Regs + Offset;
}

static uint32_t
WorldRead32(void *Context, uint32_t Offset)
{
    return VideoPortReadRegisterUlong(WorldRegister(Context, Offset));
}

/* The video port has no accessors of 64 bits. */
static uint64_t
WorldRead64(void *Context, uint32_t Offset)
{
    return *(volatile uint64_t *)WorldRegister(Context, Offset);
}

static void
WorldWrite8(void *Context, uint32_t Offset, uint8_t Value)
{
    VideoPortWriteRegisterUchar(WorldRegister(Context, Offset), Value);
}

static void
WorldWrite32(void *Context, uint32_t Offset, uint32_t Value)
{
    VideoPortWriteRegisterUlong(WorldRegister(Context, Offset), Value);
}

static void
WorldWrite64(void *Context, uint32_t Offset, uint64_t Value)
{
    *(volatile uint64_t *)WorldRegister(Context, Offset) = Value;
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

    HardwareArm(World->Hardware);
}

static bool
WorldInterruptWait(void *Context, uint32_t Milliseconds)
{
    CBX_WORLD *World = Context;

    return HardwareWait(World->Hardware, Milliseconds);
}

/* The video port tells no physical address of a common buffer. */
static uint64_t
WorldVirtToPhys(void *Context, const volatile void *Address)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Address);

    return CBX_PHYS_UNKNOWN;
}

/* The port driver calls this miniport in one thread at a time. */
static uint32_t
WorldReportLock(void *Context)
{
    UNREFERENCED_PARAMETER(Context);

    return 0;
}

static void
WorldReportUnlock(void *Context, uint32_t State)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(State);
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
WorldInitialize(CBX_WORLD *World, CBX_HARDWARE *Hardware)
{
    World->Core.ops = &WorldOps;
    World->Core.context = World;
    World->Core.mem = Hardware->Mem;
    World->Core.mem_length = Hardware->MemLength;
    World->Core.has_interrupt = Hardware->HasInterrupt;
    World->Hardware = Hardware;
}
