/* SPDX-License-Identifier: MIT */
#include "card.h"

static CBX_NET_KIND
CardKind(const UCHAR *Frame)
{
    static const UCHAR Everybody[NET_ADDRESS] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    };

    if (RtlEqualMemory(Frame, Everybody, NET_ADDRESS)) {
        return NetBroadcast;
    }
    return Frame[0] & 1 ? NetMulticast : NetDirected;
}

static BOOLEAN
CardListens(const CBX_NET_CARD *Card, const UCHAR *Frame)
{
    for (ULONG i = 0; i < Card->Multicasts; i++) {
        if (RtlEqualMemory(Frame, Card->Multicast[i], NET_ADDRESS)) {
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN
CardAccepts(const CBX_NET_CARD *Card, const UCHAR *Frame)
{
    ULONG Filter = Card->PacketFilter;

    if (Filter & NDIS_PACKET_TYPE_PROMISCUOUS) {
        return TRUE;
    }
    switch (CardKind(Frame)) {
    case NetBroadcast:
        return (Filter & NDIS_PACKET_TYPE_BROADCAST) != 0;
    case NetMulticast:
        return Filter & NDIS_PACKET_TYPE_ALL_MULTICAST ||
               (Filter & NDIS_PACKET_TYPE_MULTICAST &&
                CardListens(Card, Frame));
    default:
        return Filter & NDIS_PACKET_TYPE_DIRECTED &&
               RtlEqualMemory(Frame, Card->Address, NET_ADDRESS);
    }
}

VOID
CardCount(CBX_NET_COUNTERS *Counters, const UCHAR *Frame, ULONG Length)
{
    CBX_NET_KIND Kind = CardKind(Frame);

    Counters->Frames[Kind]++;
    Counters->Bytes[Kind] += Length;
}

ULONGLONG
CardFrames(const CBX_NET_COUNTERS *Counters)
{
    return Counters->Frames[NetDirected] + Counters->Frames[NetMulticast] +
           Counters->Frames[NetBroadcast];
}
