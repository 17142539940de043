/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_TRAFFIC_H
#define CBX_NET_TRAFFIC_H

#include "send.h"

/* Queues, and with them vectors, of the card. */
enum { TRAFFIC_SEND = 1, TRAFFIC_RECEIVE = 2, TRAFFIC_QUEUES = 3 };

/* What ends when nothing is under way any more. */
typedef enum _CBX_NET_ENDING {
    EndingNothing, EndingPause, EndingReset
} CBX_NET_ENDING;

/*
 * Frames in both directions. Received ones are indicated where they lie, and
 * their slots posted again when they come back.
 */
typedef struct _CBX_NET_TRAFFIC {
    NDIS_HANDLE Miniport;
    KSPIN_LOCK Lock;
    CBX_NET_CARD Card;
    BOOLEAN Allocated;
    BOOLEAN Wanted;             /* between restart and pause */
    BOOLEAN Running;            /* ... and the device is at it */
    CBX_NET_ENDING Ending;      /* what is pending */
    CBX_NET_SENDER Sender;
    CBX_NET_RING Receive;
    NDIS_HANDLE Pool;
    NET_BUFFER_LIST *Lists[RING_SLOTS]; /* one for each slot */
    PMDL Mdls[RING_SLOTS];
    BOOLEAN IsIndicated[RING_SLOTS];    /* its list is with NDIS */
    ULONG Indicated;                    /* how many are */
} CBX_NET_TRAFFIC;

/*
 * Allocates rings, buffers and lists, within MiniportInitializeEx. FALSE: the
 * device is no network card, or memory or messages are lacking.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
BOOLEAN TrafficAllocate(_Out_ CBX_NET_TRAFFIC *Traffic,
                        _In_ CBX_NET_HARDWARE *Hardware,
                        _In_ const CBX_NET_MEMORY *Memory);

/* Harmless when nothing is allocated. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID TrafficFree(_Inout_ CBX_NET_TRAFFIC *Traffic);

/* What MiniportRestart, MiniportResetEx and MiniportPause do. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS TrafficStart(_Inout_ CBX_NET_TRAFFIC *Traffic);
_IRQL_requires_max_(DISPATCH_LEVEL)
NDIS_STATUS TrafficReset(_Inout_ CBX_NET_TRAFFIC *Traffic);
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS TrafficPause(_Inout_ CBX_NET_TRAFFIC *Traffic);

/* What MiniportReturnNetBufferLists does. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID TrafficReturn(_Inout_ CBX_NET_TRAFFIC *Traffic,
                   _In_ NET_BUFFER_LIST *Lists);

/* TRUE: a queue has stopped by itself, and only a reset helps. */
_IRQL_requires_max_(DISPATCH_LEVEL)
BOOLEAN TrafficHangs(_Inout_ CBX_NET_TRAFFIC *Traffic);

/* What MiniportOidRequest does. */
_IRQL_requires_max_(DISPATCH_LEVEL)
NDIS_STATUS TrafficOid(_Inout_ CBX_NET_TRAFFIC *Traffic,
                       _Inout_ NDIS_OID_REQUEST *Request);

/* The DPC of a vector. */
_IRQL_requires_(DISPATCH_LEVEL)
VOID TrafficInterrupt(_Inout_ CBX_NET_TRAFFIC *Traffic, _In_ ULONG Vector);

#endif /* CBX_NET_TRAFFIC_H */
