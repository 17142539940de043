/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_HARDWARE_H
#define CBX_WDM_HARDWARE_H

#include "extension.h"

/* Maps the BARs and connects the interrupt; nothing stays up on failure. */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS HardwareStart(_Inout_ CBX_EXTENSION *Extension,
                       _In_ const CM_RESOURCE_LIST *Translated);

/* The mirror image; harmless when the hardware is not up. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID HardwareStop(_Inout_ CBX_EXTENSION *Extension);

/* Before the device loses its power: a run is ended, none can begin. */
_IRQL_requires_max_(APC_LEVEL)
VOID HardwareSuspend(_Inout_ CBX_EXTENSION *Extension);

/* The device is in D0 again: runs may begin, if it is still ours. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID HardwareResume(_Inout_ CBX_EXTENSION *Extension);

#endif /* CBX_WDM_HARDWARE_H */
