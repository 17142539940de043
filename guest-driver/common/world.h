/* SPDX-License-Identifier: MIT */
#ifndef CBX_COMMON_WORLD_H
#define CBX_COMMON_WORLD_H

#include "common/bars.h"
#include "core/world.h"

enum {
    /* What one MDL describes, wherever in a page it begins. */
    WORLD_FLUSH_PAGES = 16,
    WORLD_FLUSH_LENGTH = (WORLD_FLUSH_PAGES - 1) * PAGE_SIZE,
};

/* The verification core's view of this device. */
typedef struct _CBX_WORLD {
    CbxWorld Core;
    CBX_BARS *Bars;
    KEVENT *Completion;      /* a synchronization event */
    KSPIN_LOCK ReportLock;
    /* For KeFlushIoBuffers: what is ours already cannot be lacking. */
    MDL Mdl;
    PFN_NUMBER MdlPages[WORLD_FLUSH_PAGES];
} CBX_WORLD;

/*
 * Completion is signaled by the interrupt of the queue; NULL: none can come.
 * The BARs are up, and both stay where they are.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID WorldInitialize(_Out_ CBX_WORLD *World, _In_ CBX_BARS *Bars,
                     _In_opt_ KEVENT *Completion);

#endif /* CBX_COMMON_WORLD_H */
