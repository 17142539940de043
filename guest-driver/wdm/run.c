/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "aside.h"
#include "cbx/abi.h"
#include "common/guest.h"
#include "exhaustion.h"
#include "extension.h"
#include "log.h"
#include "permission.h"
#include "plan.h"
#include "refusal.h"

enum {
    RUN_QUEUE_ENTRIES = 64,
    /* Both rings, rounded up: elements of a vector are whole pages. */
    RUN_RINGS_LENGTH = 2 * PAGE_SIZE,
    /* One operation takes milliseconds; beyond this it is lost. */
    RUN_TIMEOUT_MS = 5000,
};

C_ASSERT(RUN_QUEUE_ENTRIES * (CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE) <=
         RUN_RINGS_LENGTH);

static const char RunDriverName[] = "cbxwdm.sys";

/* ---- What is to be run, and how far ------------------------------------ */

static BOOLEAN
RunWants(const CBX_RUN *Run, ULONG Api)
{
    return Run->Apis ? (Run->Apis >> Api & 1) != 0
                     : cbx_device_wants(&Run->Device, Api);
}

static BOOLEAN
RunIsOver(const CBX_RUN *Run)
{
    return Run->Suite.broken || Run->Session->Abort;
}

static void
RunKeepResult(void *Context, const CbxResult *Result)
{
    SessionAddResult(Context, Result);
}

/* ---- Adapters ---------------------------------------------------------- */

static VOID
RunAdaptersStart(CBX_RUN *Run, DEVICE_OBJECT *Device, DEVICE_OBJECT *Pdo)
{
    for (ULONG i = 0; i < AdapterKinds; i++) {
        if (!AdapterStart(&Run->Adapters[i], Device, Pdo, i,
                          Run->Device.addr_bits, PLAN_LENGTH_MAX)) {
            char Line[96];
            CbxText Text;

            cbx_text_init(&Text, Line, sizeof(Line));
            cbx_text_add(&Text, "no DMA adapter for description ");
            cbx_text_add(&Text, Run->Adapters[i].Name);
            cbx_report_text(&Run->Report, "info", Line);
        }
    }
}

static VOID
RunAdaptersStop(CBX_RUN *Run)
{
    for (ULONG i = AdapterKinds; i-- > 0;) {
        AdapterStop(&Run->Adapters[i]);
    }
}

/*
 * A system before Windows 8 has no version 3; the calls of version 1 are then
 * made through an older description.
 */
static const CBX_ADAPTER *
RunAdapterFor(const CBX_RUN *Run, const CBX_REQUEST *Request)
{
    if (Request->Adapter == AdapterWidest &&
        !Run->Adapters[AdapterWidest].Dma) {
        return &Run->Adapters[AdapterFlags32];
    }
    return &Run->Adapters[Request->Adapter];
}

/* ---- One allocation ---------------------------------------------------- */

static VOID
RunFreed(PVOID Context, CbxBuffer *Buffer)
{
    CBX_RUN *Run = Context;

    /* Whether to go on is asked of Suite.broken where it matters. */
    (VOID)cbx_suite_freed(&Run->Suite, Buffer);
}

/*
 * The documented answer to a request that no memory satisfies is a failure;
 * below 4 GiB minus one, above a minimum, or in one large piece, a system may
 * really have none.
 */
static VOID
RunReportNoMemory(CBX_RUN *Run, const CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;
    BOOLEAN Narrow = Request->Minimum || Request->Length > PLAN_LENGTH_SURE ||
                     (Request->Maximum && Request->Maximum < 0xffffffffull);
    char Seen[96];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "the call failed");
    if (!NT_SUCCESS(Allocation->Status)) {
        cbx_text_add(&Text, " with status ");
        cbx_text_hex(&Text, (ULONG)Allocation->Status);
    }
    if (Narrow) {
        cbx_text_add(&Text, ": no such memory is left");
    }

    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                     Allocation->Variants[0], Narrow ? CBX_SKIP : CBX_FAIL,
                     Seen);
}

/* Memory was allocated, but an element without an address is of no use. */
static BOOLEAN
RunReportAllocated(CBX_RUN *Run, const CBX_ALLOCATION *Allocation)
{
    const CBX_REQUEST *Request = Allocation->Request;

    for (ULONG i = 0; i < Request->Elements; i++) {
        BOOLEAN Good = Allocation->Buffers[i].va != NULL;

        cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                         Allocation->Variants[i], Good ? CBX_PASS : CBX_FAIL,
                         Good ? "virtual address given"
                              : "no virtual address for the element");
        if (!Good) {
            return FALSE;
        }
    }
    return TRUE;
}

static VOID
RunFreeUnverified(PVOID Context, CbxBuffer *Buffer)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Buffer);
}

static VOID
RunRequest(CBX_RUN *Run, const CBX_REQUEST *Request)
{
    const CBX_ADAPTER *Adapter = RunAdapterFor(Run, Request);
    CBX_ALLOCATION *Allocation = &Run->Allocation;

    if (!Adapter->Dma) {
        cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                         Adapter->Name, CBX_SKIP,
                         "IoGetDmaAdapter gives no adapter of this kind");
        return;
    }
    if (!CallIsOffered(Request->Api, Adapter)) {
        return;
    }
    if (Request->Node && Request->Node >= Run->World.Core.nodes) {
        /* Only nodes that exist may be named. */
        cbx_suite_result(&Run->Suite, CBX_CHECK_node, Request->Api,
                         Adapter->Name, CBX_SKIP,
                         "the system has no such node");
        return;
    }
    if (BYTES_TO_PAGES(Request->Length) > Adapter->MapRegisters) {
        /* No driver may ask for more pages than IoGetDmaAdapter promised. */
        cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                         Adapter->Name, CBX_SKIP,
                         "the adapter has too few map registers");
        return;
    }
    if (!CallAllocate(Allocation, Request, Adapter)) {
        RunReportNoMemory(Run, Allocation);
        return;
    }
    if (!RunReportAllocated(Run, Allocation)) {
        CallFree(Allocation, RunFreeUnverified, Run);
        return;
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        cbx_suite_allocated(&Run->Suite, &Allocation->Buffers[i]);
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        if (RunIsOver(Run) ||
            !cbx_suite_verify(&Run->Suite, &Allocation->Buffers[i])) {
            break;
        }
    }
    CallFree(Allocation, RunFreed, Run);
}

/* ---- The queue --------------------------------------------------------- */

/* The rings come from the first call that is wanted and offered. */
static BOOLEAN
RunQueueStart(CBX_RUN *Run)
{
    CBX_REQUEST *Request = &Run->RingsRequest;

    for (ULONG i = 0; i < PlanLength; i++) {
        const CBX_ADAPTER *Adapter = RunAdapterFor(Run, &Plan[i]);

        if (!RunWants(Run, Plan[i].Api) ||
            !CallIsOffered(Plan[i].Api, Adapter)) {
            continue;
        }
        *Request = (CBX_REQUEST) {
            .Api = Plan[i].Api,
            .Adapter = Plan[i].Adapter,
            .Length = RUN_RINGS_LENGTH,
            .Elements = 1,
        };
        if (!CallAllocate(&Run->Rings, Request, Adapter)) {
            RunReportNoMemory(Run, &Run->Rings);
            return FALSE;
        }
        if (!RunReportAllocated(Run, &Run->Rings)) {
            CallFree(&Run->Rings, RunFreeUnverified, Run);
            return FALSE;
        }
        cbx_suite_allocated(&Run->Suite, &Run->Rings.Buffers[0]);
        cbx_suite_start_queue(&Run->Suite, &Run->Rings.Buffers[0],
                              CBX_INTERRUPT_VECTOR, RUN_QUEUE_ENTRIES,
                              RUN_TIMEOUT_MS);
        return TRUE;
    }
    cbx_report_text(&Run->Report, "info",
                    "no call that hands out memory is wanted and offered");
    return FALSE;
}

static VOID
RunQueueStop(CBX_RUN *Run)
{
    cbx_suite_stop_queue(&Run->Suite);
    CallFree(&Run->Rings, RunFreed, Run);
}

/* ---- All of it --------------------------------------------------------- */

/* A system that is new enough for the call and does not have it fails. */
static BOOLEAN
RunReportOffered(CBX_RUN *Run, ULONG Api, const CBX_ADAPTER *Adapter,
                 BOOLEAN Offered)
{
    BOOLEAN Missing = !Offered && Adapter->Dma &&
                      Run->Build >= CallSinceBuild(Api);

    cbx_suite_result(&Run->Suite, CBX_CHECK_offered, Api, Adapter->Name,
                     Offered ? CBX_PASS : Missing ? CBX_FAIL : CBX_SKIP,
                     Offered ? "offered by this system" :
                     Missing ? "not offered, though systems of this build "
                               "have it" :
                     Adapter->Dma ? "not offered by this system"
                                  : "IoGetDmaAdapter gives no adapter");
    return Offered;
}

/* Once per call: is it there? The plan's rows of one call are neighbours. */
static VOID
RunCall(CBX_RUN *Run, const CBX_REQUEST *Request)
{
    const CBX_ADAPTER *Adapter = RunAdapterFor(Run, Request);

    if (RunReportOffered(Run, Request->Api, Adapter,
                         CallIsOffered(Request->Api, Adapter))) {
        RefusalCheck(&Run->Suite, Request->Api, Adapter, &Run->Allocation);
        PermissionCheck(&Run->Suite, Request->Api, Adapter);
    }
}

/*
 * Before there is a buffer: an adapter without any is all that documentation
 * lets join a domain.
 */
static VOID
RunAsides(CBX_RUN *Run)
{
    for (ULONG i = 0; i < AsidesLength; i++) {
        const CBX_ADAPTER *Adapter = &Run->Adapters[Asides[i].Adapter];

        if (RunWants(Run, Asides[i].Api) &&
            RunReportOffered(Run, Asides[i].Api, Adapter,
                             Adapter->Dma &&
                             Asides[i].IsOffered(Adapter->Operations))) {
            Asides[i].Check(&Run->Suite, Adapter);
        }
    }
}

/*
 * Once per call, when all else is done: the order in which a system hands out
 * addresses is no longer what it was.
 */
static VOID
RunExhaust(CBX_RUN *Run)
{
    ULONG Last = CBX_API_NONE;

    for (ULONG i = 0; i < PlanLength; i++) {
        const CBX_ADAPTER *Adapter = RunAdapterFor(Run, &Plan[i]);

        if (Plan[i].Api != Last && RunWants(Run, Plan[i].Api) &&
            CallIsOffered(Plan[i].Api, Adapter)) {
            ExhaustionCheck(&Run->Suite, Plan[i].Api, Adapter);
        }
        Last = Plan[i].Api;
    }
}

static VOID
RunPlan(CBX_RUN *Run)
{
    ULONG Last = CBX_API_NONE;

    for (ULONG i = 0; i < PlanLength && !RunIsOver(Run); i++) {
        if (!RunWants(Run, Plan[i].Api)) {
            continue;
        }
        if (Plan[i].Api != Last) {
            Last = Plan[i].Api;
            RunCall(Run, &Plan[i]);
        }
        RunRequest(Run, &Plan[i]);
    }
    if (Run->Suite.broken) {
        cbx_report_text(&Run->Report, "error",
                        "a wait for the device ran out; the run ends here");
    } else if (Run->Session->Abort) {
        cbx_report_text(&Run->Report, "error",
                        "the run was aborted and ends here");
        cbx_report_spoil(&Run->Report);
    } else {
        RunExhaust(Run);
    }
}

NTSTATUS
RunDefaultSet(CBX_RUN *Run, CBX_SESSION *Session, ULONGLONG Apis,
              DEVICE_OBJECT *Device, DEVICE_OBJECT *Pdo, CBX_BARS *Bars,
              CBX_INTERRUPT *Interrupt)
{
    BOOLEAN HasQueue;
    uint32_t Status;

    RtlZeroMemory(Run, sizeof(*Run));
    Run->Session = Session;
    Run->Apis = Apis;
    SessionNewRound(Session);
    WorldInitialize(&Run->World, Bars, InterruptCompletion(Interrupt));
    Status = cbx_device_identify(&Run->Device, &Run->World.Core);
    if (Status != CBX_STATUS_OK) {
        LogError("the device cannot be used, status %lu", Status);
        SessionSetOutcome(Session, CBX_CONTROL_UNUSABLE);
        return STATUS_REVISION_MISMATCH;
    }
    GuestReportStart(&Run->Report, &Run->World.Core, RunDriverName);
    Run->Build = GuestBuild();
    cbx_report_keep(&Run->Report, RunKeepResult, Session);
    cbx_suite_init(&Run->Suite, &Run->Device, &Run->Report);
    RunAdaptersStart(Run, Device, Pdo);
    RunAsides(Run);
    HasQueue = RunQueueStart(Run);
    RunPlan(Run);
    if (HasQueue) {
        RunQueueStop(Run);
    }
    RunAdaptersStop(Run);
    SessionSetOutcome(Session, Session->Abort ? CBX_CONTROL_ABORTED :
                               cbx_report_good(&Run->Report)
                                   ? CBX_CONTROL_PASSED : CBX_CONTROL_FAILED);
    cbx_report_end(&Run->Report);
    return STATUS_SUCCESS;
}

NTSTATUS
RunRounds(CBX_EXTENSION *Extension, ULONG Rounds, ULONGLONG Apis)
{
    CBX_SESSION *Session = &Extension->Session;
    NTSTATUS Status;

    do {
        Status = RunDefaultSet(&Extension->Run, Session, Apis, Extension->Self,
                               Extension->Pdo, &Extension->Bars,
                               &Extension->Interrupt);
    } while (Rounds-- > 1 && NT_SUCCESS(Status) &&
             Session->State.outcome == CBX_CONTROL_PASSED);
    return Status;
}
