/* SPDX-License-Identifier: MIT */
/* Packet DMA, to compare with: the driver's own pages, for one transfer. */
#ifndef CBX_WDM_PACKET_H
#define CBX_WDM_PACKET_H

#include "adapter.h"
#include "core/suite.h"

/* Are GetScatterGatherList and PutScatterGatherList there? */
BOOLEAN PacketListIsOffered(_In_ const CBX_DMA_OPERATIONS *Operations);

/* And FlushDmaBuffer? */
BOOLEAN PacketFlushIsOffered(_In_ const CBX_DMA_OPERATIONS *Operations);

/* The check "scatter-gather", to the device and from it. */
_IRQL_requires_(PASSIVE_LEVEL)
VOID PacketListCheck(_Inout_ CbxSuite *Suite, _In_ const CBX_ADAPTER *Adapter);

/* The check "flush" while a buffer is mapped, to the device and from it. */
_IRQL_requires_(PASSIVE_LEVEL)
VOID PacketFlushCheck(_Inout_ CbxSuite *Suite,
                      _In_ const CBX_ADAPTER *Adapter);

#endif /* CBX_WDM_PACKET_H */
