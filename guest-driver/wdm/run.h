/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_RUN_H
#define CBX_WDM_RUN_H

#include "adapter.h"
#include "calls.h"
#include "common/session.h"
#include "common/world.h"
#include "core/suite.h"
#include "interrupt.h"

/* State of one run; nothing of it is needed afterwards. */
typedef struct _CBX_RUN {
    CBX_SESSION *Session;
    ULONGLONG Apis;             /* bit n: call number n; 0: all */
    CBX_WORLD World;
    CbxDevice Device;
    CbxReport Report;
    CbxSuite Suite;
    ULONG Build;                /* of the system; 0: unknown */
    CBX_ADAPTER Adapters[AdapterKinds];
    CBX_REQUEST RingsRequest;
    CBX_ALLOCATION Rings;
    CBX_ALLOCATION Allocation;
} CBX_RUN;

/*
 * Runs the default set once and reports it, to the device and to the session.
 * What fails there is a finding, not a failure of the driver: only
 * STATUS_REVISION_MISMATCH is returned, when the device speaks another ABI.
 * Apis 0: what the device was told. Everything is given back on return.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
NTSTATUS RunDefaultSet(_Out_ CBX_RUN *Run, _Inout_ CBX_SESSION *Session,
                       _In_ ULONGLONG Apis, _In_ DEVICE_OBJECT *Device,
                       _In_ DEVICE_OBJECT *Pdo, _In_ CBX_BARS *Bars,
                       _In_ CBX_INTERRUPT *Interrupt);

#endif /* CBX_WDM_RUN_H */
