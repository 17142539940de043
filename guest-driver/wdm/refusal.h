/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_REFUSAL_H
#define CBX_WDM_REFUSAL_H

#include "calls.h"
#include "core/suite.h"

/*
 * Makes the requests that the call's documentation rules out, or that nothing
 * can satisfy, and reports for each whether it was refused (check "refusal").
 * Does nothing for a call that has none. The call is offered; Scratch is for
 * the time of the check.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID RefusalCheck(_Inout_ CbxSuite *Suite, _In_ ULONG Api,
                  _In_ const CBX_ADAPTER *Adapter,
                  _Out_ CBX_ALLOCATION *Scratch);

#endif /* CBX_WDM_REFUSAL_H */
