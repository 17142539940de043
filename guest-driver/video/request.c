/* SPDX-License-Identifier: MIT */
#include "request.h"

enum {
    REQUEST_FREQUENCY = 60,     /* Hz; the device has no clock of its own */
    REQUEST_DPI = 96,
};

/* Tenths of an inch are 254 hundredths of a millimetre. */
static ULONG
RequestMillimeters(ULONG Pixels)
{
    return Pixels * 254 / (REQUEST_DPI * 10);
}

static VOID
RequestDescribe(ULONG Index, VIDEO_MODE_INFORMATION *To)
{
    const CBX_MODE *Mode = &ScreenModes[Index];
    BOOLEAN Wide = Mode->Bits == 32;

    VideoPortZeroMemory(To, sizeof(*To));
    To->Length = sizeof(*To);
    To->ModeIndex = Index;
    To->VisScreenWidth = Mode->Width;
    To->VisScreenHeight = Mode->Height;
    To->ScreenStride = ScreenStride(Mode);
    To->NumberOfPlanes = 1;
    To->BitsPerPlane = Mode->Bits;
    To->Frequency = REQUEST_FREQUENCY;
    To->XMillimeter = RequestMillimeters(Mode->Width);
    To->YMillimeter = RequestMillimeters(Mode->Height);
    To->NumberRedBits = Wide ? 8 : 5;
    To->NumberGreenBits = Wide ? 8 : 6;
    To->NumberBlueBits = Wide ? 8 : 5;
    To->RedMask = Wide ? 0xff0000 : 0xf800;
    To->GreenMask = Wide ? 0x00ff00 : 0x07e0;
    To->BlueMask = Wide ? 0x0000ff : 0x001f;
    To->AttributeFlags = VIDEO_MODE_COLOR | VIDEO_MODE_GRAPHICS |
                         VIDEO_MODE_NO_OFF_SCREEN;
    To->VideoMemoryBitmapWidth = Mode->Width;
    To->VideoMemoryBitmapHeight = Mode->Height;
}

/* ---- One function for each request ----------------------------------------- */

typedef VP_STATUS REQUEST_ROUTINE(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                                  VIDEO_REQUEST_PACKET *Packet);

static VP_STATUS
RequestCountModes(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                  VIDEO_REQUEST_PACKET *Packet)
{
    VIDEO_NUM_MODES *Modes = Packet->OutputBuffer;

    UNREFERENCED_PARAMETER(Screen);

    Modes->NumModes = ScreenIsThere(Hardware) ? ScreenModeCount : 0;
    Modes->ModeInformationLength = sizeof(VIDEO_MODE_INFORMATION);
    Packet->StatusBlock->Information = sizeof(*Modes);
    return NO_ERROR;
}

static VP_STATUS
RequestListModes(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                 VIDEO_REQUEST_PACKET *Packet)
{
    VIDEO_MODE_INFORMATION *Modes = Packet->OutputBuffer;
    ULONG Count = ScreenIsThere(Hardware) ? ScreenModeCount : 0;

    UNREFERENCED_PARAMETER(Screen);

    if (Packet->OutputBufferLength < Count * sizeof(*Modes)) {
        return ERROR_INSUFFICIENT_BUFFER;
    }
    for (ULONG i = 0; i < Count; i++) {
        RequestDescribe(i, &Modes[i]);
    }
    Packet->StatusBlock->Information = Count * sizeof(*Modes);
    return NO_ERROR;
}

static VP_STATUS
RequestCurrentMode(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                   VIDEO_REQUEST_PACKET *Packet)
{
    UNREFERENCED_PARAMETER(Hardware);

    if (!Screen->Mode) {
        return ERROR_INVALID_FUNCTION;
    }
    RequestDescribe((ULONG)(Screen->Mode - ScreenModes), Packet->OutputBuffer);
    Packet->StatusBlock->Information = sizeof(VIDEO_MODE_INFORMATION);
    return NO_ERROR;
}

static VP_STATUS
RequestSetMode(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
               VIDEO_REQUEST_PACKET *Packet)
{
    const VIDEO_MODE *Wanted = Packet->InputBuffer;
    ULONG Index = Wanted->RequestedMode & ~(VIDEO_MODE_NO_ZERO_MEMORY |
                                            VIDEO_MODE_MAP_MEM_LINEAR);
    ULONG DeviceStatus;

    if (!ScreenIsThere(Hardware) || Index >= ScreenModeCount) {
        return ERROR_INVALID_PARAMETER;
    }
    ScreenStop(Screen);
    return ScreenStart(Screen, Hardware, &ScreenModes[Index], &DeviceStatus);
}

/*
 * The logical address is the device's, not the CPU's, so VideoPortMapMemory
 * has nothing to map. A display driver of this model draws in kernel mode: the
 * buffer's own address serves it.
 */
static VP_STATUS
RequestMapMemory(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                 VIDEO_REQUEST_PACKET *Packet)
{
    VIDEO_MEMORY_INFORMATION *Memory = Packet->OutputBuffer;

    UNREFERENCED_PARAMETER(Hardware);

    if (!Screen->Mode) {
        return ERROR_INVALID_FUNCTION;
    }
    Memory->VideoRamBase = Screen->Frame;
    Memory->VideoRamLength = ScreenLength(Screen->Mode);
    Memory->FrameBufferBase = Screen->Frame;
    Memory->FrameBufferLength = ScreenLength(Screen->Mode);
    Packet->StatusBlock->Information = sizeof(*Memory);
    return NO_ERROR;
}

static VP_STATUS
RequestUnmapMemory(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
                   VIDEO_REQUEST_PACKET *Packet)
{
    const VIDEO_MEMORY *Memory = Packet->InputBuffer;

    UNREFERENCED_PARAMETER(Hardware);

    return Screen->Mode && Memory->RequestedVirtualAddress == Screen->Frame
           ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

/* Back to the state before the first mode: the screen is off. */
static VP_STATUS
RequestReset(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
             VIDEO_REQUEST_PACKET *Packet)
{
    UNREFERENCED_PARAMETER(Hardware);
    UNREFERENCED_PARAMETER(Packet);

    ScreenStop(Screen);
    return NO_ERROR;
}

/* Code, bytes of input and output that it needs at least. */
static const struct {
    ULONG Code;
    ULONG Input;
    ULONG Output;
    REQUEST_ROUTINE *Routine;
} RequestTable[] = {
    { IOCTL_VIDEO_QUERY_NUM_AVAIL_MODES, 0, sizeof(VIDEO_NUM_MODES),
      RequestCountModes },
    { IOCTL_VIDEO_QUERY_AVAIL_MODES, 0, 0, RequestListModes },
    { IOCTL_VIDEO_QUERY_CURRENT_MODE, 0, sizeof(VIDEO_MODE_INFORMATION),
      RequestCurrentMode },
    { IOCTL_VIDEO_SET_CURRENT_MODE, sizeof(VIDEO_MODE), 0, RequestSetMode },
    { IOCTL_VIDEO_MAP_VIDEO_MEMORY, sizeof(VIDEO_MEMORY),
      sizeof(VIDEO_MEMORY_INFORMATION), RequestMapMemory },
    { IOCTL_VIDEO_UNMAP_VIDEO_MEMORY, sizeof(VIDEO_MEMORY), 0,
      RequestUnmapMemory },
    { IOCTL_VIDEO_RESET_DEVICE, 0, 0, RequestReset },
};

VOID
RequestStart(CBX_SCREEN *Screen, CBX_HARDWARE *Hardware,
             VIDEO_REQUEST_PACKET *Packet)
{
    STATUS_BLOCK *Block = Packet->StatusBlock;

    Block->Status = ERROR_INVALID_FUNCTION;
    Block->Information = 0;
    for (ULONG i = 0; i < sizeof(RequestTable) / sizeof(RequestTable[0]);
         i++) {
        if (RequestTable[i].Code != Packet->IoControlCode) {
            continue;
        }
        if (Packet->InputBufferLength < RequestTable[i].Input ||
            Packet->OutputBufferLength < RequestTable[i].Output) {
            Block->Status = ERROR_INSUFFICIENT_BUFFER;
        } else {
            Block->Status = RequestTable[i].Routine(Screen, Hardware, Packet);
        }
        return;
    }
}
