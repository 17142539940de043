/* SPDX-License-Identifier: MIT */
#include "hardware.h"

#include "cbx/abi.h"

/* Memory ranges arrive in BAR order; the third is the MSI-X table. */
enum { HARDWARE_REGS, HARDWARE_MEM, HARDWARE_RANGES = 6 };

/* The core needs a window into device memory, not all 256 MiB of it. */
enum { HARDWARE_MEM_WINDOW = CBX_MEM_SIZE_MIN };

VP_STATUS
HardwareStart(CBX_HARDWARE *Hardware, PVOID Extension,
              const VIDEO_PORT_CONFIG_INFO *Config)
{
    VIDEO_ACCESS_RANGE Ranges[HARDWARE_RANGES];
    ULONG Slot = 0;
    VP_STATUS Error;

    VideoPortZeroMemory(Hardware, sizeof(*Hardware));
    VideoPortZeroMemory(Ranges, sizeof(Ranges));
    Hardware->Extension = Extension;
    Hardware->HasInterrupt = Config->BusInterruptLevel ||
                             Config->BusInterruptVector;
    Error = VideoPortGetAccessRanges(Extension, 0, NULL, HARDWARE_RANGES,
                                     Ranges, NULL, NULL, &Slot);
    if (Error != NO_ERROR) {
        return Error;
    }
    if (Ranges[HARDWARE_REGS].RangeLength < CBX_BAR_REGS_SIZE ||
        Ranges[HARDWARE_MEM].RangeLength < HARDWARE_MEM_WINDOW) {
        return ERROR_DEV_NOT_EXIST;
    }

    Hardware->Regs = VideoPortGetDeviceBase(
        Extension, Ranges[HARDWARE_REGS].RangeStart, CBX_BAR_REGS_SIZE, 0);
    if (!Hardware->Regs) {
        Error = ERROR_NOT_ENOUGH_MEMORY;
        goto cleanup;
    }
    if (VideoPortReadRegisterUlong((ULONG *)(Hardware->Regs + CBX_REG_MAGIC)) !=
        CBX_MAGIC) {
        Error = ERROR_DEV_NOT_EXIST;
        goto cleanup;
    }
    Hardware->MemLength = HARDWARE_MEM_WINDOW;
    Hardware->Mem = VideoPortGetDeviceBase(
        Extension, Ranges[HARDWARE_MEM].RangeStart, HARDWARE_MEM_WINDOW, 0);
    if (!Hardware->Mem) {
        Error = ERROR_NOT_ENOUGH_MEMORY;
        goto cleanup;
    }
    return NO_ERROR;

cleanup:
    if (Hardware->Regs) {
        VideoPortFreeDeviceBase(Extension, Hardware->Regs);
        Hardware->Regs = NULL;
    }
    return Error;
}

/* ---- The interrupt ------------------------------------------------------- */

VP_STATUS
HardwareWaitStart(CBX_HARDWARE *Hardware)
{
    VP_STATUS Error = VideoPortCreateEvent(Hardware->Extension,
                                           SYNCHRONIZATION_EVENT, NULL,
                                           &Hardware->Event);

    if (Error != NO_ERROR || !Hardware->Disabled) {
        return Error;
    }
    Error = VideoPortEnableInterrupt(Hardware->Extension);
    if (Error != NO_ERROR) {
        VideoPortDeleteEvent(Hardware->Extension, Hardware->Event);
        Hardware->Event = NULL;
        return Error;
    }
    Hardware->Disabled = FALSE;
    return NO_ERROR;
}

/* Disconnected first: nobody sets the event after that. */
VOID
HardwareWaitStop(CBX_HARDWARE *Hardware)
{
    if (Hardware->HasInterrupt) {
        VideoPortDisableInterrupt(Hardware->Extension);
        Hardware->Disabled = TRUE;
    }
    VideoPortDeleteEvent(Hardware->Extension, Hardware->Event);
    Hardware->Event = NULL;
}

static VOID NTAPI
HardwareDpc(PVOID Extension, PVOID Context)
{
    CBX_HARDWARE *Hardware = Context;

    VideoPortSetEvent(Extension, Hardware->Event);
}

BOOLEAN
HardwareInterrupt(CBX_HARDWARE *Hardware)
{
    ULONG *Register = (ULONG *)(Hardware->Regs + CBX_ARM_INTX_CTL);

    if (!(VideoPortReadRegisterUlong(Register) & CBX_ARM_INTX_ASSERT)) {
        return FALSE;
    }
    VideoPortWriteRegisterUlong(Register, 0);
    if (Hardware->Event) {
        VideoPortQueueDpc(Hardware->Extension, HardwareDpc, Hardware);
    }
    return TRUE;
}

VOID
HardwareArm(CBX_HARDWARE *Hardware)
{
    VideoPortClearEvent(Hardware->Extension, Hardware->Event);
}

BOOLEAN
HardwareWait(CBX_HARDWARE *Hardware, ULONG Milliseconds)
{
    LARGE_INTEGER Timeout;

    /* negative: relative, in units of 100 ns */
    Timeout.QuadPart = -(LONGLONG)Milliseconds * 10000;
    return VideoPortWaitForSingleObject(Hardware->Extension, Hardware->Event,
                                        &Timeout) == NO_ERROR;
}
