/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a miniport indicates about itself: whether its link is up. */
#include "ndis.h"

static BOOLEAN IsComplete(const NDIS_STATUS_INDICATION *Indication)
{
    return Indication->Header.Type == NDIS_OBJECT_TYPE_STATUS_INDICATION &&
           Indication->Header.Revision >= 1 &&
           Indication->Header.Size >= sizeof(*Indication);
}

static BOOLEAN HasLinkState(const NDIS_STATUS_INDICATION *Indication)
{
    const NDIS_LINK_STATE *State = Indication->StatusBuffer;

    return State && Indication->StatusBufferSize >= sizeof(*State) &&
           State->Header.Type == NDIS_OBJECT_TYPE_DEFAULT &&
           State->Header.Revision >= 1 &&
           State->Header.Size >= sizeof(*State) &&
           State->MediaConnectState <= MediaConnectStateDisconnected;
}

static BOOLEAN MayIndicate(const NDIS_ADAPTER *Adapter)
{
    return Adapter->State != NdisInitializing && Adapter->State != NdisHalted;
}

VOID NTAPI NdisMIndicateStatusEx(NDIS_HANDLE MiniportHandle,
                                 PNDIS_STATUS_INDICATION Indication)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    const NDIS_LINK_STATE *State;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!MayIndicate(Adapter)) {
        NdisViolation(Adapter, __func__, Caller,
                      "before it is initialized or when it is halted");
    }
    if (!IsComplete(Indication) || Indication->SourceHandle != Adapter) {
        NdisViolation(Adapter, __func__, Caller,
                      "with a header or source that is wrong");
    }
    if (Indication->StatusCode != NDIS_STATUS_LINK_STATE) {
        return;
    }
    if (!HasLinkState(Indication)) {
        NdisViolation(Adapter, __func__, Caller, "without a link's state");
    }
    State = Indication->StatusBuffer;
    Adapter->Link = State->MediaConnectState;
    KeSetEvent(&Adapter->LinkChanged, IO_NO_INCREMENT, FALSE);
}

BOOLEAN NdisAwaitLink(NDIS_ADAPTER *Adapter, ULONG Wanted, ULONG Milliseconds)
{
    LARGE_INTEGER Patience = { .QuadPart = -(LONGLONG)Milliseconds * 10000 };

    while (Adapter->Link != Wanted) {
        if (KeWaitForSingleObject(&Adapter->LinkChanged, Executive, KernelMode,
                                  FALSE, &Patience) == STATUS_TIMEOUT) {
            return FALSE;
        }
    }
    return TRUE;
}
