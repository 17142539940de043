/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_RUN_H
#define CBX_VIDEO_RUN_H

#include "calls.h"
#include "core/results.h"
#include "core/suite.h"
#include "screen.h"
#include "world.h"

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_RUN {
    PVOID Extension;
    ULONGLONG Apis;             /* as in cbx_control_run */
    CBX_WORLD World;
    CbxDevice Device;
    CbxReport Report;
    CbxSuite Suite;
    PVP_DMA_ADAPTER Adapters[AdapterKinds];
    CBX_REQUEST RingsRequest;
    CBX_ALLOCATION Rings;
    CBX_ALLOCATION Allocation;
    CBX_SCREEN Screen;
} CBX_RUN;

/*
 * Runs the default set, or of Apis what cbx_control_run says, and reports it;
 * a screen that is on stays so and is not used. Results is of the caller. What fails there is a finding, not a
 * failure of the driver: FALSE only when the device speaks another ABI or
 * memory is short. Everything is given back on return, the interrupt too.
 */
BOOLEAN RunDefaultSet(_Out_ CBX_RUN *Run, _In_ PVOID Extension,
                      _In_ CBX_HARDWARE *Hardware, _In_ const CBX_SCREEN *Screen,
                      _Inout_ CbxResults *Results, _In_ ULONGLONG Apis);

#endif /* CBX_VIDEO_RUN_H */
