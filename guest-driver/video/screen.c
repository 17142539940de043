/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include "cbx/abi.h"
#include "cbx/picture.h"

/* No row ends on a page of 4 KiB in all of them. */
const CBX_MODE ScreenModes[] = {
    { 640, 480, 32 },
    { 800, 600, 16 },
    { 800, 600, 32 },
};

const ULONG ScreenModeCount = sizeof(ScreenModes) / sizeof(ScreenModes[0]);

ULONG
ScreenStride(const CBX_MODE *Mode)
{
    return Mode->Width * (Mode->Bits / 8);
}

ULONG
ScreenLength(const CBX_MODE *Mode)
{
    return ScreenStride(Mode) * Mode->Height;
}

static ULONG
ScreenRead(const CBX_HARDWARE *Hardware, ULONG Offset)
{
    return VideoPortReadRegisterUlong((ULONG *)(Hardware->Regs + Offset));
}

static VOID
ScreenWrite(const CBX_HARDWARE *Hardware, ULONG Offset, ULONG Value)
{
    VideoPortWriteRegisterUlong((ULONG *)(Hardware->Regs + Offset), Value);
}

BOOLEAN
ScreenIsThere(const CBX_HARDWARE *Hardware)
{
    return (ScreenRead(Hardware, CBX_REG_FEATURES) & CBX_FEATURE_DISPLAY) != 0;
}

static ULONG
ScreenOn(CBX_SCREEN *Screen)
{
    const CBX_HARDWARE *Hardware = Screen->Hardware;
    const CBX_MODE *Mode = Screen->Mode;

    ScreenWrite(Hardware, CBX_REG_DISPLAY_CONTROL, 0);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_FORMAT,
                Mode->Bits == 32 ? CBX_DISPLAY_XRGB8888 : CBX_DISPLAY_RGB565);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_WIDTH, Mode->Width);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_HEIGHT, Mode->Height);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_STRIDE, ScreenStride(Mode));
    ScreenWrite(Hardware, CBX_REG_DISPLAY_BASE_LO, Screen->Logical.LowPart);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_BASE_HI,
                (ULONG)Screen->Logical.HighPart);
    ScreenWrite(Hardware, CBX_REG_DISPLAY_CONTROL, CBX_DISPLAY_ON);
    return ScreenRead(Hardware, CBX_REG_DISPLAY_STATUS);
}

VP_STATUS
ScreenStart(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware, const CBX_MODE *Mode,
            ULONG *DeviceStatus)
{
    VP_DEVICE_DESCRIPTION Description = {
        .ScatterGather = TRUE,
        .Dma32BitAddresses = TRUE,
        .Dma64BitAddresses = TRUE,
        .MaximumLength = ScreenLength(Mode),
    };
    VP_STATUS Error = ERROR_NOT_ENOUGH_MEMORY;

    VideoPortZeroMemory(Screen, sizeof(*Screen));
    *DeviceStatus = CBX_STATUS_OK;
    Screen->Hardware = Hardware;
    Screen->Adapter = VideoPortGetDmaAdapter(Hardware->Extension,
                                             &Description);
    if (!Screen->Adapter) {
        return Error;
    }
    Screen->Frame = VideoPortAllocateCommonBuffer(
        Hardware->Extension, Screen->Adapter, ScreenLength(Mode),
        &Screen->Logical, TRUE, NULL);
    if (!Screen->Frame) {
        goto cleanupAdapter;
    }
    VideoPortZeroMemory(Screen->Frame, ScreenLength(Mode));
    Screen->Mode = Mode;
    *DeviceStatus = ScreenOn(Screen);
    if (*DeviceStatus != CBX_STATUS_OK) {
        ScreenStop(Screen);
        return ERROR_INVALID_PARAMETER;
    }
    return NO_ERROR;

cleanupAdapter:
    VideoPortPutDmaAdapter(Hardware->Extension, Screen->Adapter);
    Screen->Adapter = NULL;
    return Error;
}

/* The device lets go of the memory before the system gets it back. */
VOID
ScreenStop(CBX_SCREEN *Screen)
{
    PVOID Extension;

    if (!Screen->Mode) {
        return;
    }
    Extension = Screen->Hardware->Extension;
    ScreenWrite(Screen->Hardware, CBX_REG_DISPLAY_CONTROL, 0);
    VideoPortReleaseCommonBuffer(Extension, Screen->Adapter,
                                 ScreenLength(Screen->Mode), Screen->Logical,
                                 Screen->Frame, TRUE);
    VideoPortPutDmaAdapter(Extension, Screen->Adapter);
    Screen->Mode = NULL;
}

VOID
ScreenDraw(CBX_SCREEN *Screen)
{
    const CBX_MODE *Mode = Screen->Mode;

    for (ULONG y = 0; y < Mode->Height; y++) {
        UCHAR *Row = Screen->Frame + y * ScreenStride(Mode);

        for (ULONG x = 0; x < Mode->Width; x++) {
            uint32_t Pixel = cbx_picture_pixel(x, y, Mode->Width,
                                               Mode->Height);

            if (Mode->Bits == 32) {
                ((volatile uint32_t *)Row)[x] = Pixel;
            } else {
                ((volatile uint16_t *)Row)[x] = cbx_picture_rgb565(Pixel);
            }
        }
    }
}

ULONG
ScreenUpdate(CBX_SCREEN *Screen, ULONGLONG *Checksum)
{
    const CBX_HARDWARE *Hardware = Screen->Hardware;

    /* The pixels first, then the word to the device. */
    __sync_synchronize();
    ScreenWrite(Hardware, CBX_REG_DISPLAY_CONTROL,
                CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE);
    *Checksum = ScreenRead(Hardware, CBX_REG_DISPLAY_SUM_LO) |
                (ULONGLONG)ScreenRead(Hardware, CBX_REG_DISPLAY_SUM_HI) << 32;
    return ScreenRead(Hardware, CBX_REG_DISPLAY_STATUS);
}
