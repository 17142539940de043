/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_CONTROL_H
#define CBX_NET_CONTROL_H

#include "common/requests.h"
#include "nt.h"

struct _CBX_NET_ADAPTER;

/* A device object for programs. NDIS keeps the adapter's own to itself. */
typedef struct _CBX_NET_CONTROL {
    NDIS_HANDLE Handle;         /* NULL: there is none */
    PDEVICE_OBJECT Device;
} CBX_NET_CONTROL;

/*
 * Makes the device of cbx/ioctl.h, under the first name that is free, for runs
 * of this adapter by its session. The tests do not need it: a failure is
 * logged. `Driver` is what NdisMRegisterMiniportDriver returned.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ControlStart(_Inout_ struct _CBX_NET_ADAPTER *Adapter,
                  _In_ NDIS_HANDLE Driver);

/* Ends and waits for what is under way; harmless when it never started. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ControlStop(_Inout_ struct _CBX_NET_ADAPTER *Adapter);

#endif /* CBX_NET_CONTROL_H */
