/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_BARS_H
#define CBX_WDM_BARS_H

#include "nt.h"

/* The device's memory spaces as the CPU sees them. */
typedef struct _CBX_BARS {
    UCHAR *Regs;        /* BAR0, CBX_BAR_REGS_SIZE bytes */
    SIZE_T RegsLength;
    UCHAR *Mem;         /* BAR2, the first MemLength bytes of it */
    SIZE_T MemLength;
} CBX_BARS;

/*
 * Maps what IRP_MN_START_DEVICE assigned and looks for a CBX device behind it.
 * STATUS_DEVICE_CONFIGURATION_ERROR: a BAR is missing or too small;
 * STATUS_NO_SUCH_DEVICE: something else answers. Nothing stays mapped then.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS BarsStart(_Out_ CBX_BARS *Bars,
                   _In_ const CM_RESOURCE_LIST *Translated);

/* Unmaps; harmless when nothing is mapped. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID BarsStop(_Inout_ CBX_BARS *Bars);

#endif /* CBX_WDM_BARS_H */
