/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_SCREEN_H
#define CBX_VIDEO_SCREEN_H

#include "hardware.h"

/* One of the modes that this driver offers. */
typedef struct _CBX_MODE {
    ULONG Width;
    ULONG Height;
    ULONG Bits;                 /* of a pixel: 16 or 32 */
} CBX_MODE;

extern const CBX_MODE ScreenModes[];
extern const ULONG ScreenModeCount;

/* Bytes from row to row, and of the whole picture. */
ULONG ScreenStride(_In_ const CBX_MODE *Mode);
ULONG ScreenLength(_In_ const CBX_MODE *Mode);

/* A mode that is on: the framebuffer is a common buffer. */
typedef struct _CBX_SCREEN {
    const CBX_MODE *Mode;       /* NULL: the screen is off */
    CBX_HARDWARE *Hardware;
    PVP_DMA_ADAPTER Adapter;
    PHYSICAL_ADDRESS Logical;
    UCHAR *Frame;
} CBX_SCREEN;

/* Does the device have a screen? */
BOOLEAN ScreenIsThere(_In_ const CBX_HARDWARE *Hardware);

/*
 * Gets the framebuffer and switches the screen on, black. A Win32 error code;
 * DeviceStatus is the device's word (CBX_STATUS_*) if that is the error.
 */
VP_STATUS ScreenStart(_Out_ CBX_SCREEN *Screen, _In_ CBX_HARDWARE *Hardware,
                      _In_ const CBX_MODE *Mode, _Out_ ULONG *DeviceStatus);
/* Harmless when the screen is off. */
VOID ScreenStop(_Inout_ CBX_SCREEN *Screen);

/* Draws the test picture. */
VOID ScreenDraw(_Inout_ CBX_SCREEN *Screen);

/*
 * Has the device scan out the whole picture now: CBX_STATUS_*, and the
 * checksum of the pixels that it saw.
 */
ULONG ScreenUpdate(_Inout_ CBX_SCREEN *Screen, _Out_ ULONGLONG *Checksum);

#endif /* CBX_VIDEO_SCREEN_H */
