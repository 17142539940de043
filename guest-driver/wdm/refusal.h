/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_REFUSAL_H
#define CBX_WDM_REFUSAL_H

#include "adapter.h"
#include "core/suite.h"

/*
 * Makes the requests that the call's documentation rules out and reports for
 * each whether it was refused with a documented status (check "refusal").
 * Does nothing for a call without such rules. The call is offered.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID RefusalCheck(_Inout_ CbxSuite *Suite, _In_ ULONG Api,
                  _In_ const CBX_ADAPTER *Adapter);

#endif /* CBX_WDM_REFUSAL_H */
