/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_CONTROL_H
#define CBX_WDM_CONTROL_H

#include "extension.h"

/*
 * The device interface of cbx/ioctl.h. Registered once for a device; enabled
 * while it is there.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS ControlStart(_Inout_ CBX_EXTENSION *Extension);
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ControlEnable(_Inout_ CBX_EXTENSION *Extension, _In_ BOOLEAN Enable);
/* Harmless if it was never started. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ControlStop(_Inout_ CBX_EXTENSION *Extension);

/* IRP_MJ_DEVICE_CONTROL: run, query, abort. */
DRIVER_DISPATCH ControlDispatch;

#endif /* CBX_WDM_CONTROL_H */
