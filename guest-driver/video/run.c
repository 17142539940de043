/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "cbx/abi.h"
#include "core/pattern.h"
#include "core/status.h"

enum {
    RUN_QUEUE_ENTRIES = 64,
    RUN_RINGS_LENGTH = 8192,
    /* One operation takes milliseconds; beyond this it is lost. */
    RUN_TIMEOUT_MS = 5000,
    RUN_LENGTH_MAX = 1024 * 1024,
};

VP_ASSERT(RUN_QUEUE_ENTRIES * (CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE) <=
          RUN_RINGS_LENGTH);

static const char RunDriverName[] = "cbxvid.sys";

/* The obsolete pair is held to less: some systems refuse above 256 KiB. */
#define CURRENT(kind, length, ...) \
    { .Api = CBX_API_VIDEOPORT_ALLOCATE, .Adapter = Adapter##kind, \
      .Length = length, ##__VA_ARGS__ }
#define OBSOLETE(length, ...) \
    { .Api = CBX_API_VIDEOPORT_GET, .Adapter = AdapterBits64, \
      .Length = length, ##__VA_ARGS__ }

static const CBX_REQUEST RunPlan[] = {
    CURRENT(Bits64, 1),
    CURRENT(Bits64, 4096),
    CURRENT(Bits64, 4097),
    CURRENT(Bits64, 65536),
    CURRENT(Bits64, RUN_LENGTH_MAX),
    CURRENT(Bits64, 65536, .Uncached = TRUE),
    CURRENT(Bits32, 4097),
    CURRENT(Bits32, 65536),
    CURRENT(Bits32, 4096, .Uncached = TRUE),

    OBSOLETE(4096),
    OBSOLETE(65536),
    OBSOLETE(4097, .Uncached = TRUE),
};

enum { RUN_PLAN_LENGTH = sizeof(RunPlan) / sizeof(RunPlan[0]) };

static BOOLEAN
RunWants(const CBX_RUN *Run, ULONG Api)
{
    return Run->Apis ? (Run->Apis >> Api & 1) != 0
                     : cbx_device_wants(&Run->Device, Api);
}

static void
RunKeepResult(void *Context, const CbxResult *Result)
{
    cbx_results_add(Context, Result);
}

/* ---- Who we are -------------------------------------------------------- */

static VOID
RunReportStart(CBX_RUN *Run)
{
    VPOSVERSIONINFO Version;
    char Guest[64];
    CbxText Text;

    cbx_text_init(&Text, Guest, sizeof(Guest));
    cbx_text_add(&Text, "Windows NT");
    VideoPortZeroMemory(&Version, sizeof(Version));
    Version.Size = sizeof(Version);
    if (VideoPortGetVersion(Run->Extension, &Version) == NO_ERROR) {
        cbx_text_add(&Text, " ");
        cbx_text_dec(&Text, Version.MajorVersion);
        cbx_text_add(&Text, ".");
        cbx_text_dec(&Text, Version.MinorVersion);
        cbx_text_add(&Text, " build ");
        cbx_text_dec(&Text, Version.BuildNumber);
    }
    cbx_report_start(&Run->Report, &Run->World.Core, RunDriverName, Guest);
}

/* ---- One allocation ---------------------------------------------------- */

/* VideoPortGetCommonBuffer says how long its buffer is. */
static BOOLEAN
RunAllocated(CBX_RUN *Run, const CBX_ALLOCATION *Allocation, BOOLEAN Given)
{
    const CBX_REQUEST *Request = Allocation->Request;
    BOOLEAN Good = Given && (Request->Api != CBX_API_VIDEOPORT_GET ||
                             Allocation->ActualLength >= Request->Length);

    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                     Allocation->Variant, Good ? CBX_PASS : CBX_FAIL,
                     Good ? "virtual address given" :
                     Given ? "shorter than asked for" : "the call failed");
    return Good;
}

static VOID
RunRequest(CBX_RUN *Run, const CBX_REQUEST *Request)
{
    PVP_DMA_ADAPTER Adapter = Run->Adapters[Request->Adapter];
    CBX_ALLOCATION *Allocation = &Run->Allocation;
    BOOLEAN Given, Good;

    if (!Adapter) {
        cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                         "", CBX_SKIP,
                         "VideoPortGetDmaAdapter gives no adapter");
        return;
    }
    Given = CallsAllocate(Allocation, Run->Extension, Adapter, Request,
                          cbx_device_last_address(&Run->Device));
    Good = RunAllocated(Run, Allocation, Given);
    if (Good) {
        cbx_suite_allocated(&Run->Suite, &Allocation->Buffer);
        (VOID)cbx_suite_verify(&Run->Suite, &Allocation->Buffer);
    }
    if (Given) {
        CallsFree(Allocation, Run->Extension);
    }
    if (Good) {
        (VOID)cbx_suite_freed(&Run->Suite, &Allocation->Buffer);
    }
}

/* ---- The queue --------------------------------------------------------- */

/* The rings come from the first call that is wanted. */
static BOOLEAN
RunQueueStart(CBX_RUN *Run)
{
    ULONG i = 0;

    while (i < RUN_PLAN_LENGTH &&
           !RunWants(Run, RunPlan[i].Api)) {
        i++;
    }
    if (i == RUN_PLAN_LENGTH) {
        cbx_report_text(&Run->Report, "error",
                        "this driver has none of the calls that were asked "
                        "for");
        return FALSE;
    }
    if (!Run->Adapters[AdapterBits64]) {
        return FALSE;
    }
    Run->RingsRequest = RunPlan[i];
    Run->RingsRequest.Length = RUN_RINGS_LENGTH;
    if (!RunAllocated(Run, &Run->Rings,
                      CallsAllocate(&Run->Rings, Run->Extension,
                                    Run->Adapters[AdapterBits64],
                                    &Run->RingsRequest,
                                    cbx_device_last_address(&Run->Device)))) {
        if (Run->Rings.Buffer.va) {
            CallsFree(&Run->Rings, Run->Extension);
        }
        return FALSE;
    }
    cbx_suite_allocated(&Run->Suite, &Run->Rings.Buffer);
    cbx_suite_start_queue(&Run->Suite, &Run->Rings.Buffer, 0,
                          RUN_QUEUE_ENTRIES, RUN_TIMEOUT_MS);
    return TRUE;
}

static VOID
RunQueueStop(CBX_RUN *Run)
{
    cbx_suite_stop_queue(&Run->Suite);
    CallsFree(&Run->Rings, Run->Extension);
    (VOID)cbx_suite_freed(&Run->Suite, &Run->Rings.Buffer);
}

/* ---- The screen -------------------------------------------------------- */

static VOID
RunDescribeMode(const CBX_MODE *Mode, char *Variant, ULONG Size)
{
    CbxText Text;

    cbx_text_init(&Text, Variant, Size);
    cbx_text_dec(&Text, ScreenLength(Mode));
    cbx_text_add(&Text, " bytes, a screen of ");
    cbx_text_dec(&Text, Mode->Width);
    cbx_text_add(&Text, " by ");
    cbx_text_dec(&Text, Mode->Height);
    cbx_text_add(&Text, ", ");
    cbx_text_dec(&Text, Mode->Bits);
    cbx_text_add(&Text, " bits");
}

/* What the driver drew is what the device shows. */
static VOID
RunScreen(CBX_RUN *Run, CBX_HARDWARE *Hardware, const CBX_MODE *Mode)
{
    CBX_SCREEN *Screen = &Run->Screen;
    char Variant[CALLS_VARIANT_MAX], Seen[128];
    ULONGLONG Drawn = 0, Shown = 0;
    ULONG Status;
    CbxText Text;

    RunDescribeMode(Mode, Variant, sizeof(Variant));
    cbx_text_init(&Text, Seen, sizeof(Seen));
    if (ScreenStart(Screen, Hardware, Mode, &Status) != NO_ERROR) {
        cbx_text_add(&Text, "the mode cannot be set: ");
        cbx_text_add(&Text, Status == CBX_STATUS_OK
                            ? "no framebuffer" : cbx_status_text(Status));
        cbx_suite_result(&Run->Suite, CBX_CHECK_scan_out,
                         CBX_API_VIDEOPORT_ALLOCATE, Variant, CBX_FAIL, Seen);
        return;
    }
    ScreenDraw(Screen);
    Status = ScreenUpdate(Screen, &Shown);
    Drawn = cbx_pattern_checksum(Screen->Frame, ScreenLength(Mode));
    cbx_text_add(&Text, cbx_status_text(Status));
    cbx_text_add(&Text, ", pixels sum to ");
    cbx_text_hex(&Text, Shown);
    cbx_text_add(&Text, ", drawn were ");
    cbx_text_hex(&Text, Drawn);
    cbx_suite_result(&Run->Suite, CBX_CHECK_scan_out,
                     CBX_API_VIDEOPORT_ALLOCATE, Variant,
                     Status == CBX_STATUS_OK && Shown == Drawn ? CBX_PASS
                                                               : CBX_FAIL,
                     Seen);
    ScreenStop(Screen);
}

static VOID
RunScreens(CBX_RUN *Run, CBX_HARDWARE *Hardware, const CBX_SCREEN *Screen)
{
    if (!RunWants(Run, CBX_API_VIDEOPORT_ALLOCATE)) {
        return;
    }
    if (!ScreenIsThere(Hardware)) {
        cbx_suite_result(&Run->Suite, CBX_CHECK_scan_out,
                         CBX_API_VIDEOPORT_ALLOCATE, "", CBX_SKIP,
                         "the device has no screen; it is no cbx-display");
        return;
    }
    if (Screen->Mode) {
        cbx_suite_result(&Run->Suite, CBX_CHECK_scan_out,
                         CBX_API_VIDEOPORT_ALLOCATE, "", CBX_SKIP,
                         "the screen is in use");
        return;
    }
    for (ULONG i = 0; i < ScreenModeCount; i++) {
        RunScreen(Run, Hardware, &ScreenModes[i]);
    }
}

/* ---- All of it --------------------------------------------------------- */

static VOID
RunAll(CBX_RUN *Run)
{
    ULONG Last = CBX_API_NONE;

    for (ULONG i = 0; i < RUN_PLAN_LENGTH && !Run->Suite.broken; i++) {
        const CBX_REQUEST *Request = &RunPlan[i];

        if (!RunWants(Run, Request->Api)) {
            continue;
        }
        if (Request->Api != Last) {
            Last = Request->Api;
            cbx_suite_result(&Run->Suite, CBX_CHECK_offered, Last, "",
                             CBX_PASS, "offered by this system");
        }
        RunRequest(Run, Request);
    }
    if (Run->Suite.broken) {
        cbx_report_text(&Run->Report, "error",
                        "a wait for the device ran out; the run ends here");
    }
}

BOOLEAN
RunDefaultSet(CBX_RUN *Run, PVOID Extension, CBX_HARDWARE *Hardware,
              const CBX_SCREEN *Screen, CbxResults *Results, ULONGLONG Apis)
{
    BOOLEAN HasQueue;

    VideoPortZeroMemory(Run, sizeof(*Run));
    Run->Extension = Extension;
    Run->Apis = Apis;
    cbx_results_new_round(Results);
    WorldInitialize(&Run->World, Hardware);
    if (cbx_device_identify(&Run->Device, &Run->World.Core) != CBX_STATUS_OK ||
        HardwareWaitStart(Hardware) != NO_ERROR) {
        Results->state.outcome = CBX_CONTROL_UNUSABLE;
        return FALSE;
    }
    RunReportStart(Run);
    cbx_report_keep(&Run->Report, RunKeepResult, Results);
    cbx_suite_init(&Run->Suite, &Run->Device, &Run->Report);
    for (ULONG i = 0; i < AdapterKinds; i++) {
        Run->Adapters[i] = CallsAdapterStart(Extension, i, RUN_LENGTH_MAX);
    }
    HasQueue = RunQueueStart(Run);
    RunAll(Run);
    RunScreens(Run, Hardware, Screen);
    if (HasQueue) {
        RunQueueStop(Run);
    }
    for (ULONG i = AdapterKinds; i-- > 0;) {
        if (Run->Adapters[i]) {
            VideoPortPutDmaAdapter(Extension, Run->Adapters[i]);
        }
    }
    HardwareWaitStop(Hardware);
    Results->state.outcome = cbx_report_good(&Run->Report)
                             ? CBX_CONTROL_PASSED : CBX_CONTROL_FAILED;
    cbx_report_end(&Run->Report);
    return TRUE;
}
