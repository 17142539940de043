/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_HARDWARE_H
#define CBX_NET_HARDWARE_H

#include "common/world.h"
#include "nt.h"

/* The device as NDIS hands it out: memory spaces and interrupt. */
typedef struct _CBX_NET_HARDWARE {
    NDIS_HANDLE Miniport;
    CBX_BARS Bars;
    NDIS_HANDLE Interrupt;
    ULONG Messages;             /* that the system assigned; 0: the line */
    VOID (*Traffic)(PVOID Context, ULONG Vector);   /* DPC of the others */
    PVOID TrafficContext;
    KEVENT Completed;           /* the verification's message has come */
    CBX_WORLD World;
} CBX_NET_HARDWARE;

/* The MSI-X vector of the queue that the verification uses. */
#define CBX_NET_VECTOR 0u

/*
 * Maps the BARs, looks for a CBX device behind them and registers the
 * interrupt. Only within MiniportInitializeEx. Nothing stays up on failure.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NDIS_STATUS HardwareStart(_Out_ CBX_NET_HARDWARE *Hardware,
                          _In_ NDIS_HANDLE Miniport,
                          _In_ const CM_PARTIAL_RESOURCE_LIST *Resources);

/* The mirror image; harmless when the hardware is not up. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID HardwareStop(_Inout_ CBX_NET_HARDWARE *Hardware);

/* Stops all DMA of the device at once. */
_IRQL_requires_max_(HIGH_LEVEL)
VOID HardwareReset(_In_ const CBX_NET_HARDWARE *Hardware);

#endif /* CBX_NET_HARDWARE_H */
