/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_RUN_H
#define CBX_NET_RUN_H

#include "core/suite.h"
#include "miniport.h"
#include "provider.h"

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_NET_RUN {
    CBX_NET_ADAPTER *Adapter;
    CbxDevice Device;
    CbxReport Report;
    CbxSuite Suite;
    CBX_NET_REQUEST RingsRequest;
    CBX_NET_ALLOCATION Rings;
    CBX_NET_ALLOCATION Allocation;
    CBX_NET_PROVIDER Before;
} CBX_NET_RUN;

/*
 * Runs the default set within MiniportInitializeEx and reports it. What fails
 * there is a finding, not a failure of the driver: only NDIS_STATUS_BAD_VERSION
 * is returned, when the device speaks another ABI. Everything is given back,
 * the DMA channel as well.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS RunDefaultSet(_Out_ CBX_NET_RUN *Run,
                          _Inout_ CBX_NET_ADAPTER *Adapter);

#endif /* CBX_NET_RUN_H */
