/* SPDX-License-Identifier: MIT */
#ifndef CBX_COMMON_GUEST_H
#define CBX_COMMON_GUEST_H

#include "common/nt.h"
#include "core/report.h"

/* Writes START for `driver`, with the system that it runs on. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID GuestReportStart(_Out_ CbxReport *Report, _In_ const CbxWorld *World,
                      _In_ const char *Driver);

/* Number of the system's build, 0 if it is unknown. */
_IRQL_requires_max_(PASSIVE_LEVEL)
ULONG GuestBuild(VOID);

/* NUMA nodes of the system, 0 when unknown. */
_IRQL_requires_max_(PASSIVE_LEVEL)
ULONG GuestNodes(VOID);

#endif /* CBX_COMMON_GUEST_H */
