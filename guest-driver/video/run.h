/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_RUN_H
#define CBX_VIDEO_RUN_H

#include "calls.h"
#include "core/suite.h"
#include "screen.h"
#include "world.h"

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_RUN {
    PVOID Extension;
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
 * Runs the default set and reports it. What fails there is a finding, not a
 * failure of the driver: FALSE only when the device speaks another ABI or
 * memory is short. Everything is given back on return, the interrupt too.
 */
BOOLEAN RunDefaultSet(_Out_ CBX_RUN *Run, _In_ PVOID Extension,
                      _In_ CBX_HARDWARE *Hardware);

#endif /* CBX_VIDEO_RUN_H */
