/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_LINK_H
#define CBX_NET_LINK_H

#include "hardware.h"
#include "traffic.h"

/* The vector of a change; without it changes are seen at a restart only. */
enum { LINK_VECTOR = TRAFFIC_QUEUES };

/* The state of the link as NDIS knows it. */
typedef struct _CBX_LINK {
    CBX_NET_HARDWARE *Hardware;
    KSPIN_LOCK Lock;
    BOOLEAN IsUp;
} CBX_LINK;

/* Reads the state; TRUE: the link is up. Within MiniportInitializeEx. */
_IRQL_requires_max_(PASSIVE_LEVEL)
BOOLEAN LinkInitialize(_Out_ CBX_LINK *Link,
                       _In_ CBX_NET_HARDWARE *Hardware);

/* Has changes announced from now on; the mirror image. Not for other cards. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID LinkStart(_Inout_ CBX_LINK *Link);
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID LinkStop(_Inout_ CBX_LINK *Link);

/* Tells NDIS if the state is another: the DPC of LINK_VECTOR. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID LinkIndicate(_Inout_ CBX_LINK *Link);

#endif /* CBX_NET_LINK_H */
