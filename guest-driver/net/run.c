/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "cbx/abi.h"
#include "common/guest.h"
#include "contract.h"
#include "core/text.h"
#include "plan.h"

enum {
    RUN_QUEUE_ENTRIES = 64,
    RUN_RINGS_LENGTH = 2 * PAGE_SIZE,
    /* One operation takes milliseconds; beyond this it is lost. */
    RUN_TIMEOUT_MS = 5000,
};

C_ASSERT(RUN_QUEUE_ENTRIES * (CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE) <=
         RUN_RINGS_LENGTH);

static const char RunDriverName[] = "cbxnet.sys";

/* ---- What is to be run, and how far ------------------------------------- */

static BOOLEAN
RunIsAsked(const CBX_NET_RUN *Run, ULONG Api)
{
    return Run->Apis ? (Run->Apis >> Api & 1) != 0
                     : cbx_device_wants(&Run->Device, Api);
}

/* A call that is not for this time. */
static BOOLEAN
RunIsTooLate(const CBX_NET_RUN *Run, ULONG Api)
{
    return Run->IsLate && Api == CBX_API_NDIS_M_ALLOCATE_SHARED;
}

static BOOLEAN
RunWants(const CBX_NET_RUN *Run, ULONG Api)
{
    return RunIsAsked(Run, Api) && !RunIsTooLate(Run, Api);
}

static BOOLEAN
RunIsOver(const CBX_NET_RUN *Run)
{
    return Run->Suite.broken || Run->Adapter->Session.Abort;
}

static void
RunKeepResult(void *Context, const CbxResult *Result)
{
    SessionAddResult(Context, Result);
}

/* ---- One allocation ---------------------------------------------------- */

static BOOLEAN
RunIsProvided(const CBX_NET_REQUEST *Request)
{
    return Request->Api == CBX_API_NDIS_ALLOCATE_SHARED ||
           Request->Api == CBX_API_NET_ALLOCATE_SHARED;
}

static VOID
RunReportFailed(CBX_NET_RUN *Run, const CBX_NET_ALLOCATION *Allocation)
{
    char Seen[64];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "no memory, status ");
    cbx_text_hex(&Text, (ULONG)Allocation->Status);
    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation,
                     Allocation->Request->Api, Allocation->Variants[0],
                     CBX_FAIL, Seen);
}

/* FALSE: there is nothing to verify, and nothing is allocated. */
static BOOLEAN
RunAllocate(CBX_NET_RUN *Run, CBX_NET_ALLOCATION *Allocation,
            const CBX_NET_REQUEST *Request)
{
    CBX_NET_MEMORY *Memory = &Run->Adapter->Memory;

    if (!MemoryAllocate(Allocation, Request, Memory)) {
        RunReportFailed(Run, Allocation);
        return FALSE;
    }
    cbx_suite_result(&Run->Suite, CBX_CHECK_allocation, Request->Api,
                     Allocation->Variants[0], CBX_PASS,
                     "virtual address given");
    if (!ContractOfAllocation(&Run->Suite, Allocation, Memory)) {
        MemoryFree(Allocation, Memory);
        return FALSE;
    }
    for (ULONG i = 0; i < Allocation->Elements; i++) {
        cbx_suite_allocated(&Run->Suite, &Allocation->Buffers[i]);
    }
    return TRUE;
}

/* Whether to go on is asked of Suite.broken where it matters. */
static VOID
RunFree(CBX_NET_RUN *Run, CBX_NET_ALLOCATION *Allocation)
{
    MemoryFree(Allocation, &Run->Adapter->Memory);
    for (ULONG i = 0; i < Allocation->Elements; i++) {
        (VOID)cbx_suite_freed(&Run->Suite, &Allocation->Buffers[i]);
    }
}

static VOID
RunRequest(CBX_NET_RUN *Run, const CBX_NET_REQUEST *Request)
{
    CBX_NET_ALLOCATION *Allocation = &Run->Allocation;

    Run->Before = Provider;
    if (!RunAllocate(Run, Allocation, Request)) {
        return;
    }
    for (ULONG i = 0; i < Allocation->Elements; i++) {
        if (!cbx_suite_verify(&Run->Suite, &Allocation->Buffers[i])) {
            break;
        }
    }
    RunFree(Run, Allocation);
    ContractOfProvider(&Run->Suite, Allocation, &Run->Before);
}

/* ---- The queue --------------------------------------------------------- */

/* The rings come from the first call that is wanted. */
static BOOLEAN
RunQueueStart(CBX_NET_RUN *Run)
{
    for (ULONG i = 0; i < PlanLength; i++) {
        if (!RunWants(Run, Plan[i].Api)) {
            continue;
        }
        Run->RingsRequest = (CBX_NET_REQUEST) {
            .Api = Plan[i].Api,
            .Length = RUN_RINGS_LENGTH,
            .Wide = Run->Adapter->Memory.Bits == 64,
            .Contiguous = RunIsProvided(&Plan[i]),
            .Usage = NdisSharedMemoryUsageOther,
        };
        if (!RunAllocate(Run, &Run->Rings, &Run->RingsRequest)) {
            return FALSE;
        }
        cbx_suite_start_queue(&Run->Suite, &Run->Rings.Buffers[0],
                              CBX_NET_VECTOR, RUN_QUEUE_ENTRIES,
                              RUN_TIMEOUT_MS);
        return TRUE;
    }
    cbx_report_text(&Run->Report, "error",
                    "this driver has none of the calls that were asked for");
    return FALSE;
}

static VOID
RunQueueStop(CBX_NET_RUN *Run)
{
    cbx_suite_stop_queue(&Run->Suite);
    RunFree(Run, &Run->Rings);
}

/* ---- All of it --------------------------------------------------------- */

/* Once per call: is there a channel for it? The plan has calls in groups. */
static VOID
RunReportOffered(CBX_NET_RUN *Run, ULONG Bits, NDIS_STATUS Status)
{
    BOOLEAN Offered = Status == NDIS_STATUS_SUCCESS;
    ULONG Last = CBX_API_NONE;
    char Seen[64];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "NdisMRegisterScatterGatherDma: status ");
    cbx_text_hex(&Text, (ULONG)Status);
    for (ULONG i = 0; i < PlanLength; i++) {
        ULONG Api = Plan[i].Api;

        if (Api != Last && RunIsAsked(Run, Api)) {
            BOOLEAN Late = RunIsTooLate(Run, Api);

            cbx_suite_result(&Run->Suite, CBX_CHECK_offered, Api,
                             Bits == 64 ? "channel of 64 bits"
                                        : "channel of 32 bits",
                             Offered && !Late ? CBX_PASS : CBX_SKIP,
                             Late ? "only within MiniportInitializeEx" : Seen);
        }
        Last = Plan[i].Api;
    }
}

static VOID
RunPlan(CBX_NET_RUN *Run, BOOLEAN Wide)
{
    for (ULONG i = 0; i < PlanLength && !RunIsOver(Run); i++) {
        if (Plan[i].Wide == Wide && RunWants(Run, Plan[i].Api)) {
            RunRequest(Run, &Plan[i]);
        }
    }
    if (Run->Suite.broken) {
        cbx_report_text(&Run->Report, "error",
                        "a wait for the device ran out; the run ends here");
    } else if (RunIsOver(Run)) {
        cbx_report_text(&Run->Report, "error",
                        "the run was aborted and ends here");
        cbx_report_spoil(&Run->Report);
    }
}

/* Everything through the adapter's channel. */
static VOID
RunChannel(CBX_NET_RUN *Run)
{
    CBX_NET_MEMORY *Memory = &Run->Adapter->Memory;
    BOOLEAN HasQueue, HasProvider;

    if (RunWants(Run, CBX_API_NDIS_ALLOCATE_SHARED)) {
        ContractOfStatus(&Run->Suite, Memory);
    }
    HasProvider = ProviderStart(Memory->Miniport, Memory->Bits,
                                MEMORY_LENGTH_MAX);
    if (!HasProvider) {
        cbx_report_text(&Run->Report, "info", "the provider does not start");
    }
    HasQueue = RunQueueStart(Run);
    RunPlan(Run, Memory->Bits == 64);
    if (HasQueue) {
        RunQueueStop(Run);
    }
    if (HasProvider) {
        ProviderStop();
    }
}

/* The same, with a channel of so many bits for this run alone. */
static VOID
RunNewChannel(CBX_NET_RUN *Run, ULONG Bits)
{
    CBX_NET_ADAPTER *Adapter = Run->Adapter;
    NDIS_STATUS Status = MemoryStart(&Adapter->Memory, Adapter->Miniport,
                                     Bits);

    RunReportOffered(Run, Bits, Status);
    if (Status == NDIS_STATUS_SUCCESS) {
        RunChannel(Run);
        MemoryStop(&Adapter->Memory);
    }
}

static VOID
RunChannels(CBX_NET_RUN *Run)
{
    const CBX_NET_MEMORY *Memory = &Run->Adapter->Memory;

    if (Run->IsLate) {
        RunReportOffered(Run, Memory->Bits, Memory->Dma ? NDIS_STATUS_SUCCESS
                                                        : NDIS_STATUS_FAILURE);
        if (Memory->Dma) {
            RunChannel(Run);
        }
        return;
    }
    if (Run->Device.addr_bits >= 32) {
        RunNewChannel(Run, 32);
    }
    /* NDIS knows two widths, and the device must be as wide. */
    if (Run->Device.addr_bits == 64 && !RunIsOver(Run)) {
        RunNewChannel(Run, 64);
    }
}

static ULONG
RunOutcome(const CBX_NET_RUN *Run)
{
    if (Run->Adapter->Session.Abort) {
        return CBX_CONTROL_ABORTED;
    }
    return cbx_report_good(&Run->Report) ? CBX_CONTROL_PASSED
                                         : CBX_CONTROL_FAILED;
}

static NDIS_STATUS
RunOnce(CBX_NET_RUN *Run, CBX_NET_ADAPTER *Adapter, ULONGLONG Apis,
        BOOLEAN IsLate)
{
    const CbxWorld *World = &Adapter->Hardware.World.Core;
    CBX_SESSION *Session = &Adapter->Session;
    uint32_t Status;

    RtlZeroMemory(Run, sizeof(*Run));
    Run->Adapter = Adapter;
    Run->Apis = Apis;
    Run->IsLate = IsLate;
    SessionNewRound(Session);
    Status = cbx_device_identify(&Run->Device, World);
    if (Status != CBX_STATUS_OK) {
        LogError("the device cannot be used, status %lu", Status);
        SessionSetOutcome(Session, CBX_CONTROL_UNUSABLE);
        return NDIS_STATUS_BAD_VERSION;
    }
    GuestReportStart(&Run->Report, World, RunDriverName);
    cbx_report_keep(&Run->Report, RunKeepResult, Session);
    cbx_suite_init(&Run->Suite, &Run->Device, &Run->Report);
    RunChannels(Run);
    SessionSetOutcome(Session, RunOutcome(Run));
    cbx_report_end(&Run->Report);
    return NDIS_STATUS_SUCCESS;
}

static CBX_NET_RUN *
RunAllocateState(VOID)
{
    return ExAllocatePoolWithTag(NonPagedPool, sizeof(CBX_NET_RUN),
                                 CBX_NET_TAG);
}

NDIS_STATUS
RunAtStart(CBX_NET_ADAPTER *Adapter)
{
    CBX_NET_RUN *Run = RunAllocateState();
    NDIS_STATUS Status;

    if (!Run) {
        return NDIS_STATUS_RESOURCES;
    }
    Status = RunOnce(Run, Adapter, 0, FALSE);
    ExFreePoolWithTag(Run, CBX_NET_TAG);
    return Status;
}

NTSTATUS
RunRounds(PVOID Context, ULONG Rounds, ULONGLONG Apis)
{
    CBX_NET_ADAPTER *Adapter = Context;
    CBX_NET_RUN *Run = RunAllocateState();
    NDIS_STATUS Status;

    if (!Run) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    do {
        Status = RunOnce(Run, Adapter, Apis, TRUE);
    } while (Rounds-- > 1 && Status == NDIS_STATUS_SUCCESS &&
             Adapter->Session.Results.state.outcome == CBX_CONTROL_PASSED);
    ExFreePoolWithTag(Run, CBX_NET_TAG);
    return Status == NDIS_STATUS_SUCCESS ? STATUS_SUCCESS
                                         : STATUS_REVISION_MISMATCH;
}
