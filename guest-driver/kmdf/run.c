/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "cbx/abi.h"
#include "common/guest.h"
#include "common/world.h"
#include "core/suite.h"
#include "interrupt.h"
#include "plan.h"
#include "refusal.h"
#include "wdm.h"

/* Reads "CBXk" in a debugger's listing. */
#define RUN_POOL_TAG 0x6b584243u

enum {
    RUN_QUEUE_ENTRIES = 64,
    /* Both rings. */
    RUN_RINGS_LENGTH = RUN_QUEUE_ENTRIES *
                       (CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE),
    /* One operation takes milliseconds; beyond this it is lost. */
    RUN_TIMEOUT_MS = 5000,
};

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_RUN {
    WDFDEVICE Handle;
    CBX_SESSION *Session;
    CBX_WORLD World;
    CbxDevice Device;
    CbxReport Report;
    CbxSuite Suite;
    CBX_WDF_REQUEST RingsRequest;
    CBX_WDF_ALLOCATION Rings;
    CBX_WDF_ALLOCATION Allocation;
} CBX_RUN;

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

/* ---- One allocation ----------------------------------------------------- */

/*
 * The documented answer to a request that no memory satisfies is a failure;
 * below 4 GiB minus one a system may really have none.
 */
static VOID
RunReportNoMemory(CBX_RUN *Run, const CBX_WDF_ALLOCATION *Allocation)
{
    BOOLEAN Narrow = Allocation->Buffer.max < 0xffffffffull &&
                     NT_SUCCESS(Allocation->EnablerStatus);
    char Seen[96];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    if (!NT_SUCCESS(Allocation->EnablerStatus)) {
        cbx_text_add(&Text, "WdfDmaEnablerCreate failed with status ");
        cbx_text_hex(&Text, (ULONG)Allocation->EnablerStatus);
    } else {
        cbx_text_add(&Text, "the call failed with status ");
        cbx_text_hex(&Text, (ULONG)Allocation->Status);
    }
    if (Narrow) {
        cbx_text_add(&Text, ": no memory within the limits");
    }
    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation,
                     Allocation->Request->Api, Allocation->Variant,
                     Narrow ? CBX_SKIP : CBX_FAIL, Seen);
}

static VOID
RunReportGetters(CBX_RUN *Run, const CBX_WDF_ALLOCATION *Allocation)
{
    BOOLEAN Good = Allocation->Steady &&
                   Allocation->SeenLength == Allocation->Request->Length;
    char Seen[96];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "length ");
    cbx_text_dec(&Text, Allocation->SeenLength);
    cbx_text_add(&Text, Allocation->Steady ? ", the same when asked again"
                                           : ", another when asked again");
    cbx_suite_result(&Run->Suite, CBX_CHECK_getters, Allocation->Request->Api,
                     Allocation->Variant, Good ? CBX_PASS : CBX_FAIL, Seen);
}

static VOID
RunReportLife(CBX_RUN *Run, const CBX_WDF_ALLOCATION *Allocation,
              BOOLEAN InTime)
{
    const CBX_LIFE *Life = &Allocation->BufferLife;
    BOOLEAN Good = InTime && BufferLifeWasGood(Allocation);
    char Seen[128];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "the buffer's cleanup callback ran ");
    cbx_text_dec(&Text, Life->Cleanups);
    cbx_text_add(&Text, " times, its destroy callback ");
    cbx_text_dec(&Text, Life->Destroys);
    cbx_text_add(&Text, Good ? " times, in order"
                             : " times, too late or out of order");
    cbx_suite_result(&Run->Suite, CBX_CHECK_lifetime, Allocation->Request->Api,
                     Allocation->Variant, Good ? CBX_PASS : CBX_FAIL, Seen);
}

/* Shows a buffer that was allocated to the device. */
static BOOLEAN
RunAllocate(CBX_RUN *Run, CBX_WDF_ALLOCATION *Allocation,
            const CBX_WDF_REQUEST *Request)
{
    BOOLEAN Good;

    if (!BufferAllocate(Allocation, Request, Run->Handle,
                        Run->Device.addr_bits)) {
        RunReportNoMemory(Run, Allocation);
        return FALSE;
    }
    Good = Allocation->Buffer.va != NULL;
    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                     Allocation->Variant, Good ? CBX_PASS : CBX_FAIL,
                     Good ? "virtual address given" : "no virtual address");
    if (!Good) {
        if (!(BufferFree(Allocation) & BufferEnd(Allocation))) {
            Run->Suite.broken = true;
        }
        return FALSE;
    }
    RunReportGetters(Run, Allocation);
    cbx_suite_allocated(&Run->Suite, &Allocation->Buffer);
    return TRUE;
}

static VOID
RunFree(CBX_RUN *Run, CBX_WDF_ALLOCATION *Allocation)
{
    BOOLEAN InTime = BufferFree(Allocation);

    /* Whether to go on is asked of Suite.broken where it matters. */
    (VOID)cbx_suite_freed(&Run->Suite, &Allocation->Buffer);
    InTime &= BufferEnd(Allocation);
    RunReportLife(Run, Allocation, InTime);
    if (!InTime) {
        /* The callbacks would still write to the allocation. */
        Run->Suite.broken = true;
    }
}

static VOID
RunRequest(CBX_RUN *Run, const CBX_WDF_REQUEST *Request)
{
    CBX_WDF_ALLOCATION *Allocation = &Run->Allocation;

    if (RunAllocate(Run, Allocation, Request)) {
        (VOID)cbx_suite_verify(&Run->Suite, &Allocation->Buffer);
        RunFree(Run, Allocation);
    }
}

/* ---- The queue ---------------------------------------------------------- */

/* The rings come from the first call that is wanted. */
static BOOLEAN
RunQueueStart(CBX_RUN *Run)
{
    for (ULONG i = 0; i < PlanLength; i++) {
        if (!cbx_device_wants(&Run->Device, Plan[i].Api)) {
            continue;
        }
        Run->RingsRequest = (CBX_WDF_REQUEST) {
            .Api = Plan[i].Api,
            .Enabler = Plan[i].Enabler,
            .Length = RUN_RINGS_LENGTH,
        };
        if (!RunAllocate(Run, &Run->Rings, &Run->RingsRequest)) {
            return FALSE;
        }
        cbx_suite_start_queue(&Run->Suite, &Run->Rings.Buffer,
                              CBX_INTERRUPT_VECTOR, RUN_QUEUE_ENTRIES,
                              RUN_TIMEOUT_MS);
        return TRUE;
    }
    cbx_report_text(&Run->Report, "error",
                    "no call of KMDF was asked for, so there is no queue");
    return FALSE;
}

static VOID
RunQueueStop(CBX_RUN *Run)
{
    cbx_suite_stop_queue(&Run->Suite);
    RunFree(Run, &Run->Rings);
}

/* ---- All of it ---------------------------------------------------------- */

/* The plan's rows of one call are neighbours. */
static VOID
RunPlan(CBX_RUN *Run)
{
    ULONG Last = CBX_API_NONE;

    for (ULONG i = 0; i < PlanLength && !RunIsOver(Run); i++) {
        if (!cbx_device_wants(&Run->Device, Plan[i].Api)) {
            continue;
        }
        if (Plan[i].Api != Last) {
            Last = Plan[i].Api;
            RefusalCheck(&Run->Suite, Last, Run->Handle);
        }
        RunRequest(Run, &Plan[i]);
    }
    WdmRun(&Run->Suite, Run->Handle, &Run->Session->Abort);
    if (Run->Suite.broken) {
        cbx_report_text(&Run->Report, "error",
                        "a wait ran out; the run ends here");
    } else if (Run->Session->Abort) {
        cbx_report_text(&Run->Report, "error",
                        "the run was aborted and ends here");
        cbx_report_spoil(&Run->Report);
    }
}

static NTSTATUS
RunAll(CBX_RUN *Run, ULONGLONG Apis)
{
    CBX_SESSION *Session = Run->Session;
    uint32_t Status = cbx_device_identify(&Run->Device, &Run->World.Core);
    BOOLEAN HasQueue;

    if (Status != CBX_STATUS_OK) {
        LogError("the device cannot be used, status %u", Status);
        SessionSetOutcome(Session, CBX_CONTROL_UNUSABLE);
        return STATUS_REVISION_MISMATCH;
    }
    if (Apis) {
        Run->Device.run_apis = Apis;
    }
    GuestReportStart(&Run->Report, &Run->World.Core, "cbxkmdf.sys");
    cbx_report_keep(&Run->Report, RunKeepResult, Session);
    cbx_suite_init(&Run->Suite, &Run->Device, &Run->Report);
    HasQueue = RunQueueStart(Run);
    RunPlan(Run);
    if (HasQueue) {
        RunQueueStop(Run);
    }
    SessionSetOutcome(Session, Session->Abort ? CBX_CONTROL_ABORTED :
                               cbx_report_good(&Run->Report)
                                   ? CBX_CONTROL_PASSED : CBX_CONTROL_FAILED);
    cbx_report_end(&Run->Report);
    return STATUS_SUCCESS;
}

static NTSTATUS
RunRound(CBX_RUN *Run, CBX_DEVICE *Device, ULONGLONG Apis)
{
    RtlZeroMemory(Run, sizeof(*Run));
    Run->Handle = Device->Handle;
    Run->Session = &Device->Session;
    SessionNewRound(Run->Session);
    WorldInitialize(&Run->World, &Device->Bars, InterruptCompletion(Device));
    return RunAll(Run, Apis);
}

NTSTATUS
RunRounds(CBX_DEVICE *Device, ULONG Rounds, ULONGLONG Apis)
{
    CBX_RUN *Run = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Run),
                                         RUN_POOL_TAG);
    NTSTATUS Status;

    if (!Run) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    do {
        Status = RunRound(Run, Device, Apis);
    } while (Rounds-- > 1 && NT_SUCCESS(Status) &&
             Device->Session.Results.state.outcome == CBX_CONTROL_PASSED);
    ExFreePoolWithTag(Run, RUN_POOL_TAG);
    return Status;
}
