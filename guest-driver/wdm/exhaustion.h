/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_EXHAUSTION_H
#define CBX_WDM_EXHAUSTION_H

#include "adapter.h"
#include "core/suite.h"

/*
 * Asks the call for buffers below 16 MiB until it is refused (check
 * "exhaustion"). Does nothing for a call without a highest address. The call
 * is offered.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ExhaustionCheck(_Inout_ CbxSuite *Suite, _In_ ULONG Api,
                     _In_ const CBX_ADAPTER *Adapter);

#endif /* CBX_WDM_EXHAUSTION_H */
