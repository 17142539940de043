/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_WORLD_H
#define CBX_WDM_WORLD_H

#include "bars.h"
#include "core/world.h"
#include "interrupt.h"

/* The verification core's view of this device. */
typedef struct _CBX_WORLD {
    CbxWorld Core;
    CBX_BARS *Bars;
    CBX_INTERRUPT *Interrupt;
    KSPIN_LOCK ReportLock;
} CBX_WORLD;

/* Both must be up and stay where they are. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID WorldInitialize(_Out_ CBX_WORLD *World, _In_ CBX_BARS *Bars,
                     _In_ CBX_INTERRUPT *Interrupt);

#endif /* CBX_WDM_WORLD_H */
