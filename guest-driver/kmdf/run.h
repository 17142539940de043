/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_RUN_H
#define CBX_KMDF_RUN_H

#include "device.h"

/*
 * Runs the default set Rounds times, or until a round fails or the session,
 * which is the caller's, is aborted, and reports it to the device and the
 * session; Apis as in cbx_control_run. What fails there is a finding, not a
 * failure of the driver: only STATUS_REVISION_MISMATCH is returned, when the
 * device speaks another ABI, and STATUS_INSUFFICIENT_RESOURCES. Everything is
 * given back on return.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS RunRounds(_Inout_ CBX_DEVICE *Device, _In_ ULONG Rounds,
                   _In_ ULONGLONG Apis);

#endif /* CBX_KMDF_RUN_H */
