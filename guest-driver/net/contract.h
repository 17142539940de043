/* SPDX-License-Identifier: MIT */
/* What NDIS promises about its calls for shared memory, beside the memory. */
#ifndef CBX_NET_CONTRACT_H
#define CBX_NET_CONTRACT_H

#include "core/suite.h"
#include "memory.h"
#include "provider.h"

/* Of an allocation that succeeded; FALSE: its elements are of no use. */
_IRQL_requires_max_(PASSIVE_LEVEL)
BOOLEAN ContractOfAllocation(_Inout_ CbxSuite *Suite,
                             _In_ const CBX_NET_ALLOCATION *Allocation,
                             _In_ const CBX_NET_MEMORY *Memory);

/*
 * Of one that a provider has answered and that is freed by now; Before is what
 * Provider was before the request.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ContractOfProvider(_Inout_ CbxSuite *Suite,
                        _In_ const CBX_NET_ALLOCATION *Allocation,
                        _In_ const CBX_NET_PROVIDER *Before);

/*
 * Makes NdisAllocateSharedMemory return each of its documented statuses; the
 * provider is not up before and after. DeviceBits as for ProviderStart.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ContractOfStatus(_Inout_ CbxSuite *Suite, _In_ CBX_NET_MEMORY *Memory);

#endif /* CBX_NET_CONTRACT_H */
