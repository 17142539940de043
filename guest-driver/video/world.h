/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_WORLD_H
#define CBX_VIDEO_WORLD_H

#include "core/world.h"
#include "hardware.h"

/* The verification core's view of this device. */
typedef struct _CBX_WORLD {
    CbxWorld Core;
    CBX_HARDWARE *Hardware;
} CBX_WORLD;

/* The hardware must be up and stay where it is. */
VOID WorldInitialize(_Out_ CBX_WORLD *World, _In_ CBX_HARDWARE *Hardware);

#endif /* CBX_VIDEO_WORLD_H */
