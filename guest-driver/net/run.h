/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_RUN_H
#define CBX_NET_RUN_H

#include "core/suite.h"
#include "miniport.h"
#include "provider.h"

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_NET_RUN {
    CBX_NET_ADAPTER *Adapter;
    ULONGLONG Apis;             /* as in cbx_control_run */
    BOOLEAN IsLate;             /* MiniportInitializeEx has returned */
    CbxDevice Device;
    CbxReport Report;
    CbxSuite Suite;
    CBX_NET_REQUEST RingsRequest;
    CBX_NET_ALLOCATION Rings;
    CBX_NET_ALLOCATION Allocation;
    CBX_NET_PROVIDER Before;
} CBX_NET_RUN;

/*
 * Runs the default set within MiniportInitializeEx and reports it; the session
 * is the caller's. What fails there is a finding, not a failure of the driver:
 * it returns NDIS_STATUS_BAD_VERSION when the device speaks another ABI, and
 * NDIS_STATUS_RESOURCES. Everything is given back, the DMA channel as well.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NDIS_STATUS RunAtStart(_Inout_ CBX_NET_ADAPTER *Adapter);

/*
 * For the adapter that is its context, beside traffic: what can be done by the
 * adapter's own DMA channel, without NdisMAllocateSharedMemory, which is for
 * MiniportInitializeEx alone.
 */
CBX_REQUESTS_RUN RunRounds;

#endif /* CBX_NET_RUN_H */
