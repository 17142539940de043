/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_RUN_H
#define CBX_KMDF_RUN_H

#include "common/bars.h"
#include "kmdf.h"

/*
 * Runs the default set and reports it. What fails there is a finding, not a
 * failure of the driver: only STATUS_REVISION_MISMATCH is returned, when the
 * device speaks another ABI, and STATUS_INSUFFICIENT_RESOURCES. Everything is
 * given back on return.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS RunDefaultSet(_In_ WDFDEVICE Device, _In_ CBX_BARS *Bars,
                       _In_opt_ KEVENT *Completion);

#endif /* CBX_KMDF_RUN_H */
