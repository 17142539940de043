/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of DMA_OPERATIONS that nobody has written yet. Calling one stops the
 * guest with the member's name.
 */
#include "hal.h"

#define UNPROVIDED_LIST(X) \
    X(AllocateAdapterChannel) \
    X(FlushAdapterBuffers) \
    X(FreeAdapterChannel) \
    X(FreeMapRegisters) \
    X(MapTransfer) \
    X(ReadDmaCounter) \
    X(GetScatterGatherList) \
    X(PutScatterGatherList) \
    X(CalculateScatterGatherList) \
    X(BuildScatterGatherList) \
    X(BuildMdlFromScatterGatherList) \
    X(GetDmaTransferInfo) \
    X(InitializeDmaTransferContext) \
    X(AllocateAdapterChannelEx) \
    X(ConfigureAdapterChannel) \
    X(CancelAdapterChannel) \
    X(MapTransferEx) \
    X(GetScatterGatherListEx) \
    X(BuildScatterGatherListEx) \
    X(FlushAdapterBuffersEx) \
    X(FreeAdapterObject) \
    X(CancelMappedTransfer) \
    X(FlushDmaBuffer)

static VOID Unprovided(const CHAR *Member, const VOID *Caller)
{
    CHAR Text[160], Where[64];

    NtsFormat(Text, sizeof(Text), "DMA_OPERATIONS.%s, which this stand-in does "
              "not provide, was called by %s", Member,
              NtsWhere(Caller, Where, sizeof(Where)));
    pal_panic("not-provided", Text);
}

/* One calling convention: a function without parameters serves all. */
#define UNPROVIDED_STUB_(Member) \
    static VOID NTAPI Member(VOID) \
    { \
        Unprovided(#Member, __builtin_return_address(0)); \
    }
UNPROVIDED_LIST(UNPROVIDED_STUB_)
#undef UNPROVIDED_STUB_

VOID HalOperationsUnprovided(CBX_DMA_OPERATIONS *Operations)
{
#define UNPROVIDED_SET_(Member) \
    *(PVOID *)&Operations->Member = (PVOID)(ULONG_PTR)Member;
    UNPROVIDED_LIST(UNPROVIDED_SET_)
#undef UNPROVIDED_SET_
}
