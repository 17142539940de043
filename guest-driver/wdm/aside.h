/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_ASIDE_H
#define CBX_WDM_ASIDE_H

#include "adapter.h"
#include "core/suite.h"

/* A call that goes with common buffers, or compares, and hands out none. */
typedef struct _CBX_ASIDE {
    ULONG Api;
    CBX_ADAPTER_KIND Adapter;
    BOOLEAN (*IsOffered)(const CBX_DMA_OPERATIONS *Operations);
    VOID (*Check)(CbxSuite *Suite, const CBX_ADAPTER *Adapter);
} CBX_ASIDE;

extern const CBX_ASIDE Asides[];
extern const ULONG AsidesLength;

#endif /* CBX_WDM_ASIDE_H */
