/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_WDM_H
#define CBX_KMDF_WDM_H

#include "core/suite.h"
#include "kmdf.h"

/*
 * Makes the WDM calls that are wanted through adapters that
 * WdfDmaEnablerWdmGetDmaAdapter gives, and every check of their buffers; ends
 * early when Abort is set.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID WdmRun(_Inout_ CbxSuite *Suite, _In_ WDFDEVICE Device,
            _In_ const volatile LONG *Abort);

#endif /* CBX_KMDF_WDM_H */
