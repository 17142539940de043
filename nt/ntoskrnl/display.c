/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window system's use of a video miniport: the device is opened, which
 * initializes it, and every mode is set, drawn into, and left.
 */
#include "client.h"
#include "report.h"

#include <ntddvdeo.h>

#include <cbx/abi.h>
#include <cbx/ioctl.h>
#include <cbx/picture.h>

static const CHAR Source[] =
    "Windows driver documentation, Video Miniport Driver I/O Control Codes";

/* One check "display": the step's name is in what was expected. */
static BOOLEAN Expect(BOOLEAN Good, const CHAR *Expected, const NTS_CALL *Call)
{
    CHAR Seen[64];

    NtsFormat(Seen, sizeof(Seen), "0x%08x, %u bytes", (ULONG)Call->Status,
              (ULONG)Call->Information);
    ReportResult("display", Good, Expected, Seen, Source);
    return Good;
}

/* Sends a request; TRUE if it succeeds and returns so many bytes. */
static BOOLEAN Send(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Code,
                    ULONG InputLength, ULONG OutputLength)
{
    Call->Status = STATUS_INSUFFICIENT_RESOURCES;
    Call->Information = 0;
    NtsClientControl(Client, Call, Code, InputLength, OutputLength);
    return NT_SUCCESS(Call->Status) && Call->Information == OutputLength;
}

/* ---- Modes --------------------------------------------------------------- */

static BOOLEAN IsPlausible(const VIDEO_MODE_INFORMATION *Mode)
{
    ULONG Masks = Mode->RedMask | Mode->GreenMask | Mode->BlueMask;
    ULONG Sum = Mode->RedMask + Mode->GreenMask + Mode->BlueMask;

    return Mode->Length == sizeof(*Mode) && Mode->VisScreenWidth &&
           Mode->VisScreenHeight && Mode->NumberOfPlanes == 1 &&
           (Mode->BitsPerPlane == 16 || Mode->BitsPerPlane == 32) &&
           Mode->ScreenStride >=
               Mode->VisScreenWidth * Mode->BitsPerPlane / 8 &&
           Mode->RedMask && Mode->GreenMask && Mode->BlueMask &&
           Masks == Sum &&
           Mode->AttributeFlags & VIDEO_MODE_GRAPHICS;
}

/* How many modes there are; copies them. */
static ULONG ListModes(NTS_CLIENT *Client, NTS_CALL *Call,
                       VIDEO_MODE_INFORMATION *Modes, ULONG Most)
{
    const VIDEO_NUM_MODES *Number = (PVOID)Call->Data.Bytes;
    const VIDEO_MODE_INFORMATION *Listed = (PVOID)Call->Data.Bytes;
    BOOLEAN Good;
    ULONG Count;

    Good = Send(Client, Call, IOCTL_VIDEO_QUERY_NUM_AVAIL_MODES, 0,
                sizeof(*Number)) &&
           Number->NumModes && Number->NumModes <= Most &&
           Number->ModeInformationLength == sizeof(*Listed);
    if (!Expect(Good, "the number of modes, at least one", Call)) {
        return 0;
    }
    Count = Number->NumModes;
    Good = !Send(Client, Call, IOCTL_VIDEO_QUERY_AVAIL_MODES, 0,
                 Count * sizeof(*Listed) - 1);
    Expect(Good && Call->Status == STATUS_BUFFER_TOO_SMALL,
           "modes for which there is no room are refused: 0xc0000023", Call);
    Good = Send(Client, Call, IOCTL_VIDEO_QUERY_AVAIL_MODES, 0,
                Count * sizeof(*Listed));
    for (ULONG i = 0; Good && i < Count; i++) {
        Good = IsPlausible(&Listed[i]);
    }
    if (!Expect(Good, "a list of modes that make sense", Call)) {
        return 0;
    }
    RtlCopyMemory(Modes, Listed, Count * sizeof(*Modes));
    return Count;
}

static BOOLEAN SetMode(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Index)
{
    ((VIDEO_MODE *)(PVOID)Call->Data.Bytes)->RequestedMode = Index;
    return Send(Client, Call, IOCTL_VIDEO_SET_CURRENT_MODE, sizeof(VIDEO_MODE),
                0);
}

/* ---- Drawing ------------------------------------------------------------- */

/* Eight bits in the place and width of @Mask. */
static ULONG Component(ULONG Value, ULONG Mask)
{
    ULONG Shift = (ULONG)__builtin_ctz(Mask);

    return Value * ((Mask >> Shift) + 1) / 256 << Shift;
}

static ULONG Pixel(const VIDEO_MODE_INFORMATION *Mode, ULONG X, ULONG Y)
{
    uint32_t Rgb = cbx_picture_pixel(X, Y, Mode->VisScreenWidth,
                                     Mode->VisScreenHeight);

    return Component(Rgb >> 16, Mode->RedMask) |
           Component(Rgb >> 8 & 0xff, Mode->GreenMask) |
           Component(Rgb & 0xff, Mode->BlueMask);
}

/* Draws, then looks at it again: the memory is there and keeps it. */
static BOOLEAN Draw(const VIDEO_MODE_INFORMATION *Mode, PUCHAR Frame)
{
    BOOLEAN Same = TRUE;

    for (ULONG Pass = 0; Pass < 2; Pass++) {
        for (ULONG Y = 0; Y < Mode->VisScreenHeight; Y++) {
            PUCHAR Row = Frame + Y * Mode->ScreenStride;

            for (ULONG X = 0; X < Mode->VisScreenWidth; X++) {
                volatile ULONG *Long = (PVOID)(Row + 4 * X);
                volatile USHORT *Short = (PVOID)(Row + 2 * X);
                ULONG Wanted = Pixel(Mode, X, Y);

                if (Pass) {
                    Same &= Wanted == (Mode->BitsPerPlane == 32 ? *Long
                                                                : *Short);
                } else if (Mode->BitsPerPlane == 32) {
                    *Long = Wanted;
                } else {
                    *Short = (USHORT)Wanted;
                }
            }
        }
    }
    return Same;
}

static VOID UseMode(NTS_CLIENT *Client, NTS_CALL *Call,
                    const VIDEO_MODE_INFORMATION *Mode)
{
    VIDEO_MEMORY *Memory = (PVOID)Call->Data.Bytes;
    VIDEO_MEMORY_INFORMATION *Mapped = (PVOID)Call->Data.Bytes;
    PVOID Frame;
    BOOLEAN Good;

    if (!Expect(SetMode(Client, Call, Mode->ModeIndex),
                "a listed mode can be set", Call)) {
        return;
    }
    Good = Send(Client, Call, IOCTL_VIDEO_QUERY_CURRENT_MODE, 0, sizeof(*Mode));
    Expect(Good && !memcmp(Call->Data.Bytes, Mode, sizeof(*Mode)),
           "the mode that was set is the current one", Call);
    Memory->RequestedVirtualAddress = NULL;
    Good = Send(Client, Call, IOCTL_VIDEO_MAP_VIDEO_MEMORY, sizeof(*Memory),
                sizeof(*Mapped)) && Mapped->FrameBufferBase &&
           Mapped->FrameBufferLength / Mode->ScreenStride >=
               Mode->VisScreenHeight;
    if (!Expect(Good, "the framebuffer is mapped, as long as the mode needs",
                Call)) {
        return;
    }
    Frame = Mapped->FrameBufferBase;
    Expect(Draw(Mode, Frame), "what is drawn is there", Call);
    Memory->RequestedVirtualAddress = Frame;
    Expect(Send(Client, Call, IOCTL_VIDEO_UNMAP_VIDEO_MEMORY, sizeof(*Memory),
                0), "the framebuffer is unmapped", Call);
}

/* ---- The driver's tests, asked for by private requests ------------------- */

static VOID Query(NTS_CLIENT *Client, NTS_CALL *Call, ULONG First,
                  ULONG OutputLength)
{
    cbx_control_query *In = (PVOID)Call->Data.Bytes;

    In->version = CBX_CONTROL_VERSION;
    In->first = First;
    Call->Status = STATUS_INSUFFICIENT_RESOURCES;
    NtsClientControl(Client, Call, CBX_CONTROL_QUERY, sizeof(*In),
                     OutputLength);
}

static VOID Run(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Rounds, ULONG64 Apis)
{
    cbx_control_run *In = (PVOID)Call->Data.Bytes;

    In->version = CBX_CONTROL_VERSION;
    In->rounds = Rounds;
    In->apis = Apis;
    Call->Status = STATUS_INSUFFICIENT_RESOURCES;
    NtsClientControl(Client, Call, CBX_CONTROL_RUN, sizeof(*In),
                     sizeof(cbx_control_state));
}

static BOOLEAN ExpectState(BOOLEAN Good, const CHAR *Expected,
                           const NTS_CALL *Call)
{
    const cbx_control_state *State = (const void *)Call->Data.Bytes;
    CHAR Seen[128];

    NtsFormat(Seen, sizeof(Seen), "0x%08x, %u rounds, %u passed, %u failed, "
              "%u skipped, %u results", (ULONG)Call->Status, State->rounds,
              State->passed, State->failed, State->skipped, State->results);
    ReportResult("program", Good, Expected, Seen,
                 "project's own, cbx/ioctl.h");
    return Good;
}

/* All results can be had; what they say is not the matter here. */
static BOOLEAN HasAll(const NTS_CALL *Call, ULONG Rounds)
{
    const cbx_control_state *State = (const void *)Call->Data.Bytes;

    return NT_SUCCESS(Call->Status) && State->rounds == Rounds &&
           State->results && !State->lost &&
           State->results == State->passed + State->failed + State->skipped &&
           (State->outcome == CBX_CONTROL_PASSED ||
            State->outcome == CBX_CONTROL_FAILED);
}

static VOID Control(NTS_CLIENT *Client, NTS_CALL *Call)
{
    const cbx_control_state *State = (PVOID)Call->Data.Bytes;
    const cbx_control_result *Result = (PVOID)(State + 1);

    Query(Client, Call, 0, sizeof(*State));
    if (!ExpectState(HasAll(Call, 1), "the start's run has results", Call)) {
        return;
    }
    Query(Client, Call, State->results - 1, sizeof(Call->Data));
    ExpectState(NT_SUCCESS(Call->Status) &&
                Call->Information == sizeof(*State) + sizeof(*Result) &&
                Result->check[0] && Result->seen[0], "the last of them", Call);
    Query(Client, Call, 0, sizeof(*State) - 1);
    Expect(Call->Status == STATUS_BUFFER_TOO_SMALL, "a query too short for its "
           "output is refused: 0xc0000023", Call);
    Run(Client, Call, 2, 0);
    Expect(Call->Status == STATUS_INVALID_PARAMETER, "a run of two rounds, "
           "which nothing could end, is refused: 0xc000000d", Call);
    Send(Client, Call, CBX_CONTROL_ABORT, 0, 0);
    Expect(NT_SUCCESS(Call->Status), "an abort is harmless", Call);
}

/* With a screen that is on. */
static VOID ControlRun(NTS_CLIENT *Client, NTS_CALL *Call)
{
    Run(Client, Call, 1, 0);
    ExpectState(HasAll(Call, 2) &&
                Call->Information == sizeof(cbx_control_state),
                "a run beside the screen", Call);
}

/* ---- A session ----------------------------------------------------------- */

enum { MODES_MAX = sizeof(((NTS_CALL *)0)->Data) /
                   sizeof(VIDEO_MODE_INFORMATION) };

static VOID Use(NTS_CLIENT *Client, NTS_CALL *Call,
                VIDEO_MODE_INFORMATION *Modes)
{
    ULONG Count, Free = 0;

    Control(Client, Call);
    Count = ListModes(Client, Call, Modes, MODES_MAX);
    for (ULONG i = 0; i < Count; i++) {
        UseMode(Client, Call, &Modes[i]);
        Free = max(Free, Modes[i].ModeIndex + 1);
    }
    if (NtsParameter("DisplayRun")) {
        ControlRun(Client, Call);
    }
    Expect(!SetMode(Client, Call, Free), "a mode that is not listed is "
           "refused", Call);
    Send(Client, Call, CTL_CODE(FILE_DEVICE_VIDEO, 0x7ff, METHOD_BUFFERED,
                                FILE_ANY_ACCESS), 0, 0);
    Expect(Call->Status == STATUS_NOT_IMPLEMENTED, "an unknown request is "
           "refused: 0xc0000002", Call);
    Expect(Send(Client, Call, IOCTL_VIDEO_RESET_DEVICE, 0, 0),
           "the device is reset", Call);
}

VOID NtsDisplay(PDEVICE_OBJECT Pdo)
{
    SIZE_T Size = sizeof(NTS_CALL) + MODES_MAX * sizeof(VIDEO_MODE_INFORMATION);
    NTS_CALL *Call = NtsAllocate(Size);
    NTS_CLIENT Client;
    NTSTATUS Status;
    CHAR Seen[16];

    Status = NtsClientOpen(&Client, Pdo);
    NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
    ReportResult("opened", Call && NT_SUCCESS(Status), "0x00000000", Seen,
                 "Windows driver documentation, HwVidInitialize");
    if (Call && NT_SUCCESS(Status)) {
        Use(&Client, Call, (PVOID)(Call + 1));
    }
    NtsClientClose(&Client);
    NtsFree(Call, Size);
}
