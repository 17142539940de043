/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_PERMISSION_H
#define CBX_WDM_PERMISSION_H

#include "adapter.h"
#include "core/suite.h"

/*
 * Gives the device memory for reading only and for writing only, and has it
 * try both. Calls that take no permissions are passed over.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID PermissionCheck(_Inout_ CbxSuite *Suite, _In_ ULONG Api,
                     _In_ const CBX_ADAPTER *Adapter);

#endif /* CBX_WDM_PERMISSION_H */
