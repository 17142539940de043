/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_REFUSAL_H
#define CBX_KMDF_REFUSAL_H

#include "core/suite.h"
#include "kmdf.h"

/*
 * Makes the requests that the documentation of WdfDmaEnablerCreate and of a
 * call (CBX_API_WDF_*) rules out and reports for each whether it was refused
 * with the documented status (check "refusal"). Enablers are reported with the
 * call that they are needed for.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID RefusalCheck(_Inout_ CbxSuite *Suite, _In_ ULONG Api,
                  _In_ WDFDEVICE Device);

#endif /* CBX_KMDF_REFUSAL_H */
