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
        if (!cbx_device_wants(&Run->Device, Plan[i].Api)) {
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
        if (Plan[i].Api != Last &&
            cbx_device_wants(&Run->Device, Plan[i].Api)) {
            cbx_suite_result(&Run->Suite, CBX_CHECK_offered, Plan[i].Api,
                             Bits == 64 ? "channel of 64 bits"
                                        : "channel of 32 bits",
                             Offered ? CBX_PASS : CBX_SKIP, Seen);
        }
        Last = Plan[i].Api;
    }
}

static VOID
RunPlan(CBX_NET_RUN *Run, BOOLEAN Wide)
{
    for (ULONG i = 0; i < PlanLength && !Run->Suite.broken; i++) {
        if (Plan[i].Wide == Wide &&
            cbx_device_wants(&Run->Device, Plan[i].Api)) {
            RunRequest(Run, &Plan[i]);
        }
    }
    if (Run->Suite.broken) {
        cbx_report_text(&Run->Report, "error",
                        "a wait for the device ran out; the run ends here");
    }
}

/* Everything through a channel of so many bits. */
static VOID
RunChannel(CBX_NET_RUN *Run, ULONG Bits)
{
    CBX_NET_ADAPTER *Adapter = Run->Adapter;
    BOOLEAN HasQueue;
    NDIS_STATUS Status;

    Status = MemoryStart(&Adapter->Memory, Adapter->Miniport, Bits);
    RunReportOffered(Run, Bits, Status);
    if (Status != NDIS_STATUS_SUCCESS) {
        return;
    }
    if (cbx_device_wants(&Run->Device, CBX_API_NDIS_ALLOCATE_SHARED)) {
        ContractOfStatus(&Run->Suite, &Adapter->Memory);
    }
    if (!ProviderStart(Adapter->Miniport, Bits, MEMORY_LENGTH_MAX)) {
        cbx_report_text(&Run->Report, "info", "the provider does not start");
    }
    HasQueue = RunQueueStart(Run);
    RunPlan(Run, Bits == 64);
    if (HasQueue) {
        RunQueueStop(Run);
    }
    ProviderStop();
    MemoryStop(&Adapter->Memory);
}

NDIS_STATUS
RunDefaultSet(CBX_NET_RUN *Run, CBX_NET_ADAPTER *Adapter)
{
    const CbxWorld *World = &Adapter->Hardware.World.Core;
    uint32_t Status;

    RtlZeroMemory(Run, sizeof(*Run));
    Run->Adapter = Adapter;
    Status = cbx_device_identify(&Run->Device, World);
    if (Status != CBX_STATUS_OK) {
        LogError("the device cannot be used, status %lu", Status);
        return NDIS_STATUS_BAD_VERSION;
    }
    GuestReportStart(&Run->Report, World, RunDriverName);
    cbx_suite_init(&Run->Suite, &Run->Device, &Run->Report);
    if (Run->Device.addr_bits >= 32) {
        RunChannel(Run, 32);
    }
    /* NDIS knows two widths, and the device must be as wide. */
    if (Run->Device.addr_bits == 64 && !Run->Suite.broken) {
        RunChannel(Run, 64);
    }
    cbx_report_end(&Run->Report);
    return NDIS_STATUS_SUCCESS;
}
