/* SPDX-License-Identifier: MIT */
#include "link.h"

#include "cbx/abi.h"

static BOOLEAN
LinkRead(const CBX_LINK *Link)
{
    UCHAR *Register = Link->Hardware->Bars.Regs + CBX_REG_NET_STATUS;

    return (READ_REGISTER_ULONG((ULONG *)Register) & CBX_NET_LINK) != 0;
}

static VOID
LinkSetVector(const CBX_LINK *Link, ULONG Vector)
{
    WRITE_REGISTER_ULONG((ULONG *)(Link->Hardware->Bars.Regs +
                                   CBX_REG_NET_VECTOR), Vector);
}

BOOLEAN
LinkInitialize(CBX_LINK *Link, CBX_NET_HARDWARE *Hardware)
{
    Link->Hardware = Hardware;
    KeInitializeSpinLock(&Link->Lock);
    Link->IsUp = LinkRead(Link);
    return Link->IsUp;
}

static VOID
LinkTell(const CBX_LINK *Link, BOOLEAN IsUp)
{
    NDIS_STATUS_INDICATION Indication;
    NDIS_LINK_STATE State;

    RtlZeroMemory(&State, sizeof(State));
    State.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    State.Header.Revision = 1;
    State.Header.Size = sizeof(State);
    State.MediaConnectState = IsUp ? MediaConnectStateConnected
                                   : MediaConnectStateDisconnected;
    State.MediaDuplexState = MediaDuplexStateFull;
    State.XmitLinkSpeed = NET_LINK_SPEED;
    State.RcvLinkSpeed = NET_LINK_SPEED;
    RtlZeroMemory(&Indication, sizeof(Indication));
    Indication.Header.Type = NDIS_OBJECT_TYPE_STATUS_INDICATION;
    Indication.Header.Revision = 1;
    Indication.Header.Size = sizeof(Indication);
    Indication.SourceHandle = Link->Hardware->Miniport;
    Indication.StatusCode = NDIS_STATUS_LINK_STATE;
    Indication.StatusBuffer = &State;
    Indication.StatusBufferSize = sizeof(State);
    NdisMIndicateStatusEx(Link->Hardware->Miniport, &Indication);
}

VOID
LinkIndicate(CBX_LINK *Link)
{
    BOOLEAN IsUp, Changed;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Link->Lock, &OldIrql);
    IsUp = LinkRead(Link);
    Changed = IsUp != Link->IsUp;
    Link->IsUp = IsUp;
    KeReleaseSpinLock(&Link->Lock, OldIrql);
    if (Changed) {
        LinkTell(Link, IsUp);
    }
}

VOID
LinkStart(CBX_LINK *Link)
{
    if (Link->Hardware->Messages > LINK_VECTOR) {
        LinkSetVector(Link, LINK_VECTOR);
    }
    /* What has changed before. */
    LinkIndicate(Link);
}

VOID
LinkStop(CBX_LINK *Link)
{
    LinkSetVector(Link, CBX_Q_VECTOR_NONE);
}
