/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_CARD_H
#define CBX_NET_CARD_H

#include "nt.h"

enum {
    NET_MTU = 1500,
    NET_HEADER = 14,
    NET_FRAME_MAX = NET_HEADER + NET_MTU,
    NET_ADDRESS = 6,
    NET_MULTICAST_MAX = 32,
};

#define NET_LINK_SPEED 1000000000ull    /* bit/s */

/* What the card can be told to let through. */
#define NET_FILTERS \
    (NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | \
     NDIS_PACKET_TYPE_ALL_MULTICAST | NDIS_PACKET_TYPE_BROADCAST | \
     NDIS_PACKET_TYPE_PROMISCUOUS)

/* Kinds of frames, by the address they go to. */
typedef enum _CBX_NET_KIND {
    NetDirected, NetMulticast, NetBroadcast, NetKinds
} CBX_NET_KIND;

/* One direction's statistics. */
typedef struct _CBX_NET_COUNTERS {
    ULONGLONG Frames[NetKinds];
    ULONGLONG Bytes[NetKinds];
    ULONGLONG Errors;
    ULONGLONG Discards;
} CBX_NET_COUNTERS;

/* The card as the network knows it. Who uses it holds its owner's lock. */
typedef struct _CBX_NET_CARD {
    UCHAR Address[NET_ADDRESS];
    ULONG PacketFilter;         /* NDIS_PACKET_TYPE_* */
    ULONG Lookahead;
    ULONG Multicasts;           /* addresses in the list */
    UCHAR Multicast[NET_MULTICAST_MAX][NET_ADDRESS];
    CBX_NET_COUNTERS Sent, Received;
} CBX_NET_CARD;

/* Does the packet filter let this frame through? The device has no filter. */
_IRQL_requires_max_(DISPATCH_LEVEL)
BOOLEAN CardAccepts(_In_ const CBX_NET_CARD *Card, _In_ const UCHAR *Frame);

/* Counts a frame of Length bytes. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID CardCount(_Inout_ CBX_NET_COUNTERS *Counters, _In_ const UCHAR *Frame,
               _In_ ULONG Length);

/* Frames of all kinds. */
ULONGLONG CardFrames(_In_ const CBX_NET_COUNTERS *Counters);

#endif /* CBX_NET_CARD_H */
