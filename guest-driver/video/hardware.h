/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_HARDWARE_H
#define CBX_VIDEO_HARDWARE_H

#include "vp.h"

/* BAR0, a window of BAR2, and the event that the line interrupt sets. */
typedef struct _CBX_HARDWARE {
    PVOID Extension;
    UCHAR *Regs;
    UCHAR *Mem;
    ULONG MemLength;
    BOOLEAN HasInterrupt;       /* the system has assigned the line */
    BOOLEAN Disabled;           /* its interrupt, by HardwareWaitStop */
    PEVENT Event;
} CBX_HARDWARE;

/*
 * Maps the BARs; a Win32 error code. HwVidFindAdapter only. There is no stop:
 * the video port has no callback for it and unmaps by itself.
 */
VP_STATUS HardwareStart(_Out_ CBX_HARDWARE *Hardware, _In_ PVOID Extension,
                        _In_ const VIDEO_PORT_CONFIG_INFO *Config);

/* From here to the stop an interrupt can be waited for. Win32 error code. */
VP_STATUS HardwareWaitStart(_Inout_ CBX_HARDWARE *Hardware);
VOID HardwareWaitStop(_Inout_ CBX_HARDWARE *Hardware);

/* HwVidInterrupt: TRUE if the device asserts the line; lowers it. */
BOOLEAN HardwareInterrupt(_Inout_ CBX_HARDWARE *Hardware);

/* Forgets an interrupt that has come and was not waited for. */
VOID HardwareArm(_Inout_ CBX_HARDWARE *Hardware);
/* Waits for one interrupt; FALSE when none came within the milliseconds. */
BOOLEAN HardwareWait(_Inout_ CBX_HARDWARE *Hardware, _In_ ULONG Milliseconds);

#endif /* CBX_VIDEO_HARDWARE_H */
