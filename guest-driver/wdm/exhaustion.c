/* SPDX-License-Identifier: MIT */
/* One call until it is refused: where little memory is, that comes soon. */
#include "exhaustion.h"

#include "calls.h"
#include "cbx/abi.h"
#include "core/exhaustion.h"
#include "plan.h"

enum {
    EXHAUSTION_LENGTH = PLAN_LENGTH_SURE,
    /* Twice as many as there can be. */
    EXHAUSTION_COUNT = 2 * 16 * 1024 * 1024 / EXHAUSTION_LENGTH,
    EXHAUSTION_TAG = 0x20786243,    /* "Cbx " */
};

typedef struct _CBX_EXHAUSTION {
    const CBX_ADAPTER *Adapter;
    CBX_REQUEST Request;
    CBX_ALLOCATION Allocations[EXHAUSTION_COUNT];
} CBX_EXHAUSTION;

static CbxBuffer *
ExhaustionAllocate(void *Context, unsigned n)
{
    CBX_EXHAUSTION *Exhaustion = Context;
    CBX_ALLOCATION *Allocation = &Exhaustion->Allocations[n];

    return CallAllocate(Allocation, &Exhaustion->Request, Exhaustion->Adapter)
           ? &Allocation->Buffers[0] : NULL;
}

static VOID
ExhaustionFreed(PVOID Context, CbxBuffer *Buffer)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Buffer);
}

static void
ExhaustionFree(void *Context, unsigned n)
{
    CBX_EXHAUSTION *Exhaustion = Context;

    CallFree(&Exhaustion->Allocations[n], ExhaustionFreed, NULL);
}

VOID
ExhaustionCheck(CbxSuite *Suite, ULONG Api, const CBX_ADAPTER *Adapter)
{
    CbxSource Source = {
        .api = Api,
        .variant = "1 MiB each, up to 0xffffff",
        .count = EXHAUSTION_COUNT,
        .allocate = ExhaustionAllocate,
        .free = ExhaustionFree,
    };
    CBX_EXHAUSTION *Exhaustion;

    if (Api != CBX_API_ALLOCATE_COMMON_BUFFER_EX &&
        Api != CBX_API_ALLOCATE_WITH_BOUNDS &&
        Api != CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER) {
        return;
    }
    Exhaustion = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Exhaustion),
                                       EXHAUSTION_TAG);
    if (!Exhaustion) {
        cbx_suite_result(Suite, CBX_CHECK_exhaustion, Api, Source.variant,
                         CBX_SKIP, "no memory to remember the buffers in");
        return;
    }
    Exhaustion->Adapter = Adapter;
    Exhaustion->Request = (CBX_REQUEST) {
        .Api = Api,
        .Adapter = AdapterWidest,
        .Length = EXHAUSTION_LENGTH,
        .Elements = 1,
        .Maximum = 0xffffff,
    };
    Source.context = Exhaustion;
    cbx_suite_exhaust(Suite, &Source);
    ExFreePoolWithTag(Exhaustion, EXHAUSTION_TAG);
}
