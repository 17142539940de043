/* SPDX-License-Identifier: MIT */
/*
 * cbxctl.exe: finds the device of cbxwdm.sys or cbxkmdf.sys and has it
 * tested. No C library: kernel32.dll and cfgmgr32.dll are all that it needs.
 */
#include <windows.h>
#include <winioctl.h>
#include <cfgmgr32.h>

#include "output.h"

enum {
    WORDS_MAX = 128,
    LINE_MAX = 4096,
    LINK_MAX = 1024,
    PAGE_RESULTS = 64,
};

static const GUID Interface = CBX_INTERFACE_GUID;

/* One answer to CBX_CONTROL_QUERY. */
static struct {
    cbx_control_state State;
    cbx_control_result Results[PAGE_RESULTS];
} Page;

static char Line[LINE_MAX];
static char *Words[WORDS_MAX];
static WCHAR Links[LINK_MAX];

static void WriteText(void *Handle, const char *Text)
{
    DWORD Length = 0, Written;

    while (Text[Length]) {
        Length++;
    }
    WriteFile(Handle, Text, Length, &Written, NULL);
}

static CbxctlExit Refused(CbxctlOutput *Errors, DWORD Error)
{
    static const struct {
        DWORD Error;
        const char *Text;
    } Known[] = {
        { ERROR_ACCESS_DENIED, "access is denied; run it as administrator" },
        { ERROR_BUSY, "a run is under way; \"cbxctl abort\" ends it" },
        { ERROR_NOT_READY, "the device is stopped or without power" },
        { ERROR_REVISION_MISMATCH,
          "the driver and this program are of different versions" },
        { ERROR_OPERATION_ABORTED, "the request was cancelled" },
    };

    for (unsigned i = 0; i < ARRAYSIZE(Known); i++) {
        if (Known[i].Error == Error) {
            cbxctl_print_wrong(Errors, Known[i].Text, "");
            return CBXCTL_EXIT_DEVICE;
        }
    }
    cbxctl_print_wrong(Errors, "the device refuses the request", "");
    return CBXCTL_EXIT_DEVICE;
}

/* The first device there is; INVALID_HANDLE_VALUE, and it has been said why. */
static HANDLE OpenDevice(CbxctlOutput *Errors)
{
    HANDLE Device;

    if (CM_Get_Device_Interface_ListW((GUID *)&Interface, NULL, Links,
                                      LINK_MAX, 0) != CR_SUCCESS ||
        !Links[0]) {
        cbxctl_print_wrong(Errors, "no device; is cbxwdm.sys or cbxkmdf.sys "
                           "installed and started?", "");
        return INVALID_HANDLE_VALUE;
    }
    Device = CreateFileW(Links, GENERIC_READ | GENERIC_WRITE,
                         FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                         OPEN_EXISTING, 0, NULL);
    if (Device == INVALID_HANDLE_VALUE) {
        Refused(Errors, GetLastError());
    }
    return Device;
}

static BOOL Query(HANDLE Device, uint32_t First, DWORD *Results)
{
    cbx_control_query In = { CBX_CONTROL_VERSION, First };
    DWORD Length = 0;

    if (!DeviceIoControl(Device, CBX_CONTROL_QUERY, &In, sizeof(In), &Page,
                         sizeof(Page), &Length, NULL)) {
        return FALSE;
    }
    *Results = (Length - sizeof(Page.State)) / sizeof(Page.Results[0]);
    return TRUE;
}

static CbxctlExit Print(HANDLE Device, CbxctlOutput *Output,
                        CbxctlOutput *Errors)
{
    cbx_control_state State;
    uint32_t First = 0;
    DWORD Results;

    if (!Query(Device, 0, &Results)) {
        return Refused(Errors, GetLastError());
    }
    /* A run under way adds to them: as many as there were at first. */
    State = Page.State;
    cbxctl_print_begin(Output, &State);
    while (First < State.results && Results) {
        for (DWORD i = 0; i < Results && First < State.results; i++) {
            cbxctl_print_result(Output, &Page.Results[i]);
            First++;
        }
        if (First < State.results && !Query(Device, First, &Results)) {
            return Refused(Errors, GetLastError());
        }
    }
    cbxctl_print_end(Output, &State);
    return cbxctl_exit_code(&State);
}

static CbxctlExit Run(HANDLE Device, const CbxctlArguments *Arguments,
                      CbxctlOutput *Output, CbxctlOutput *Errors)
{
    cbx_control_run In = { CBX_CONTROL_VERSION, Arguments->rounds,
                           Arguments->apis };
    cbx_control_state State;
    DWORD Length;

    /* Control-C ends the program, which cancels the request: that aborts. */
    if (!DeviceIoControl(Device, CBX_CONTROL_RUN, &In, sizeof(In), &State,
                         sizeof(State), &Length, NULL)) {
        return Refused(Errors, GetLastError());
    }
    return Print(Device, Output, Errors);
}

static CbxctlExit Abort(HANDLE Device, CbxctlOutput *Errors)
{
    DWORD Length;

    if (!DeviceIoControl(Device, CBX_CONTROL_ABORT, NULL, 0, NULL, 0, &Length,
                         NULL)) {
        return Refused(Errors, GetLastError());
    }
    return CBXCTL_EXIT_PASSED;
}

static CbxctlExit Command(const CbxctlArguments *Arguments,
                          CbxctlOutput *Output, CbxctlOutput *Errors)
{
    CbxctlExit Exit;
    HANDLE Device;

    if (Arguments->command == CBXCTL_HELP) {
        cbxctl_print_help(Output);
        return CBXCTL_EXIT_PASSED;
    }
    if (Arguments->command == CBXCTL_LIST) {
        cbxctl_print_list(Output);
        return CBXCTL_EXIT_PASSED;
    }
    Device = OpenDevice(Errors);
    if (Device == INVALID_HANDLE_VALUE) {
        return CBXCTL_EXIT_DEVICE;
    }
    if (Arguments->command == CBXCTL_RUN) {
        Exit = Run(Device, Arguments, Output, Errors);
    } else if (Arguments->command == CBXCTL_QUERY) {
        Exit = Print(Device, Output, Errors);
    } else {
        Exit = Abort(Device, Errors);
    }
    CloseHandle(Device);
    return Exit;
}

/* The words that mean something are ASCII. */
static void CopyCommandLine(void)
{
    const WCHAR *From = GetCommandLineW();
    unsigned i = 0;

    for (; From[i] && i < LINE_MAX - 1; i++) {
        Line[i] = From[i] < 0x80 ? (char)From[i] : '?';
    }
    Line[i] = 0;
}

void Start(void);
void Start(void)
{
    CbxctlOutput Output = { WriteText, GetStdHandle(STD_OUTPUT_HANDLE), false,
                            false, 1 };
    CbxctlOutput Errors = { WriteText, GetStdHandle(STD_ERROR_HANDLE), false,
                            false, 1 };
    CbxctlArguments Arguments;
    const char *Wrong, *Word;
    CbxctlExit Exit = CBXCTL_EXIT_USAGE;

    CopyCommandLine();
    Wrong = cbxctl_parse(&Arguments, Words,
                         cbxctl_split(Line, Words, WORDS_MAX), &Word);
    if (Wrong) {
        cbxctl_print_wrong(&Errors, Wrong, Word);
    } else {
        Output.tap = Arguments.tap;
        Output.verbose = Arguments.verbose;
        Exit = Command(&Arguments, &Output, &Errors);
    }
    ExitProcess(Exit);
}
