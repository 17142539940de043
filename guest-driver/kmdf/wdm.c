/* SPDX-License-Identifier: MIT */
#include "wdm.h"

#include "cbx/abi.h"
#include "enablers.h"
#include "wdm/calls.h"

/* Reads "CBXk" in a debugger's listing. */
#define WDM_POOL_TAG 0x6b584243u

enum { WDM_LENGTH_MAX = 64 * 1024 };

#define BELOW_4_GIB 0xffffffffull

static const struct {
    CBX_ENABLER_KIND Enabler;
    WDF_DMA_DIRECTION Direction;
    CBX_REQUEST Request;
} WdmPlan[] = {
    { EnablerVersion3, WdfDmaDirectionReadFromDevice,
      { .Api = CBX_API_ALLOCATE_COMMON_BUFFER, .Length = PAGE_SIZE + 1,
        .Elements = 1 } },
    { EnablerDuplex, WdfDmaDirectionWriteToDevice,
      { .Api = CBX_API_ALLOCATE_COMMON_BUFFER, .Length = WDM_LENGTH_MAX,
        .Elements = 1 } },
    { EnablerVersion3, WdfDmaDirectionReadFromDevice,
      { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_EX, .Length = PAGE_SIZE,
        .Elements = 1, .Maximum = BELOW_4_GIB } },
    { EnablerWidth40, WdfDmaDirectionWriteToDevice,
      { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_EX, .Length = WDM_LENGTH_MAX,
        .Elements = 1, .Uncached = TRUE } },
    { EnablerVersion3, WdfDmaDirectionReadFromDevice,
      { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR,
        .Length = WDM_LENGTH_MAX, .Elements = 3, .ElementsFirst = TRUE } },
    /* These stay cached even if the device does not snoop. */
    { EnablerVersion3, WdfDmaDirectionReadFromDevice,
      { .Api = CBX_API_ALLOCATE_WITH_BOUNDS, .Length = WDM_LENGTH_MAX,
        .Elements = 1 } },
    { EnablerVersion3, WdfDmaDirectionWriteToDevice,
      { .Api = CBX_API_CREATE_COMMON_BUFFER_FROM_MDL,
        .Length = WDM_LENGTH_MAX, .Elements = 1 } },
};

/* One of the plan, and what it works on. */
typedef struct _WDM_STEP {
    CbxSuite *Suite;
    CBX_ADAPTER Adapter;
    CBX_ALLOCATION Allocation;
    char Name[64];
} WDM_STEP;

static VOID
WdmFreed(PVOID Context, CbxBuffer *Buffer)
{
    (VOID)cbx_suite_freed(Context, Buffer);
}

static VOID
WdmDescribe(WDM_STEP *Step, ULONG Row)
{
    CbxText Text;

    cbx_text_init(&Text, Step->Name, sizeof(Step->Name));
    cbx_text_add(&Text, "of KMDF, ");
    cbx_text_add(&Text, EnablerName(WdmPlan[Row].Enabler));
    if (WdmPlan[Row].Direction == WdfDmaDirectionWriteToDevice) {
        cbx_text_add(&Text, ", to the device");
    }
}

static BOOLEAN
WdmGetAdapter(WDM_STEP *Step, WDFDMAENABLER Enabler, ULONG Row)
{
    CBX_ADAPTER *Adapter = &Step->Adapter;

    Adapter->Dma = (CBX_DMA_ADAPTER *)WdfDmaEnablerWdmGetDmaAdapter(
        Enabler, WdmPlan[Row].Direction);
    if (!Adapter->Dma) {
        return FALSE;
    }
    Adapter->Operations = Adapter->Dma->DmaOperations;
    Adapter->Name = Step->Name;
    Adapter->LastAddress = EnablerLastAddress(WdmPlan[Row].Enabler,
                                              Step->Suite->dev->addr_bits);
    Adapter->MapRegisters = (ULONG)BYTES_TO_PAGES(
        WdfDmaEnablerGetFragmentLength(Enabler, WdmPlan[Row].Direction));
    return CallIsOffered(WdmPlan[Row].Request.Api, Adapter);
}

static VOID
WdmVerify(WDM_STEP *Step, ULONG Row)
{
    const CBX_REQUEST *Request = &WdmPlan[Row].Request;
    CBX_ALLOCATION *Allocation = &Step->Allocation;
    BOOLEAN Good = CallAllocate(Allocation, Request, &Step->Adapter);

    cbx_suite_result(Step->Suite, CBX_CHECK_allocation, Request->Api,
                     Allocation->Variants[0], Good ? CBX_PASS : CBX_FAIL,
                     Good ? "virtual address given" : "the call failed");
    if (!Good) {
        return;
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        cbx_suite_allocated(Step->Suite, &Allocation->Buffers[i]);
    }
    for (ULONG i = 0; i < Request->Elements; i++) {
        if (!cbx_suite_verify(Step->Suite, &Allocation->Buffers[i])) {
            break;
        }
    }
    CallFree(Allocation, WdmFreed, Step->Suite);
}

static VOID
WdmStep(WDM_STEP *Step, WDFDEVICE Device, ULONG Row)
{
    WDFDMAENABLER Enabler;
    NTSTATUS Status;

    WdmDescribe(Step, Row);
    Status = EnablerCreate(Device, WdmPlan[Row].Enabler,
                           Step->Suite->dev->addr_bits, WDM_LENGTH_MAX, NULL,
                           &Enabler);
    if (!NT_SUCCESS(Status)) {
        cbx_suite_result(Step->Suite, CBX_CHECK_offered,
                         WdmPlan[Row].Request.Api, Step->Name, CBX_FAIL,
                         "WdfDmaEnablerCreate failed");
        return;
    }
    if (WdmGetAdapter(Step, Enabler, Row)) {
        WdmVerify(Step, Row);
    } else {
        cbx_suite_result(Step->Suite, CBX_CHECK_offered,
                         WdmPlan[Row].Request.Api, Step->Name,
                         Step->Adapter.Dma ? CBX_SKIP : CBX_FAIL,
                         Step->Adapter.Dma
                         ? "not offered by this system"
                         : "WdfDmaEnablerWdmGetDmaAdapter gives no adapter");
    }
    WdfObjectDelete(Enabler);
}

VOID
WdmRun(CbxSuite *Suite, WDFDEVICE Device, const volatile LONG *Abort)
{
    WDM_STEP *Step = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Step),
                                           WDM_POOL_TAG);

    if (!Step) {
        cbx_report_text(Suite->report, "error",
                        "no memory for the calls of WDM");
        return;
    }
    for (ULONG i = 0;
         i < ARRAYSIZE(WdmPlan) && !Suite->broken && !*Abort; i++) {
        if (cbx_device_wants(Suite->dev, WdmPlan[i].Request.Api)) {
            RtlZeroMemory(Step, sizeof(*Step));
            Step->Suite = Suite;
            WdmStep(Step, Device, i);
        }
    }
    ExFreePoolWithTag(Step, WDM_POOL_TAG);
}
