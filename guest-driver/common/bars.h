/* SPDX-License-Identifier: MIT */
#ifndef CBX_COMMON_BARS_H
#define CBX_COMMON_BARS_H

#include "common/nt.h"

/* The device's memory spaces as the CPU sees them. */
typedef struct _CBX_BARS {
    UCHAR *Regs;        /* BAR0, CBX_BAR_REGS_SIZE bytes */
    SIZE_T RegsLength;
    UCHAR *Mem;         /* BAR2, the first MemLength bytes of it */
    SIZE_T MemLength;
} CBX_BARS;

/* The memory resources that the system assigned, in BAR order. */
typedef struct _CBX_BAR_RESOURCES {
    ULONG Count;
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *Memory[2];
} CBX_BAR_RESOURCES;

/*
 * Notes down a translated resource that the driver wants; others are passed
 * over. The descriptor has to stay until BarsStart. Starts with all zero.
 */
VOID BarsAddResource(_Inout_ CBX_BAR_RESOURCES *Resources,
                     _In_ const CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptor);

/*
 * Maps what was assigned and looks for a CBX device behind it.
 * STATUS_DEVICE_CONFIGURATION_ERROR: a BAR is missing or too small;
 * STATUS_NO_SUCH_DEVICE: something else answers. Nothing stays mapped then.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS BarsStart(_Out_ CBX_BARS *Bars,
                   _In_ const CBX_BAR_RESOURCES *Resources);

/* Unmaps; harmless when nothing is mapped. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID BarsStop(_Inout_ CBX_BARS *Bars);

#endif /* CBX_COMMON_BARS_H */
