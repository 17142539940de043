/* SPDX-License-Identifier: MIT */
/* Frames: the link is down, so none is sent and none arrives. */
#include "miniport.h"

#include "cbx_ndis_nbl.h"

VOID NTAPI
MiniportSendNetBufferLists(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                           NDIS_PORT_NUMBER Port, ULONG SendFlags)
{
    CBX_NET_ADAPTER *Adapter = Context;
    ULONG Flags = SendFlags & NDIS_SEND_FLAGS_DISPATCH_LEVEL
                  ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0;

    UNREFERENCED_PARAMETER(Port);

    for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
        List->Status = NDIS_STATUS_MEDIA_DISCONNECTED;
    }
    NdisMSendNetBufferListsComplete(Adapter->Miniport, Lists, Flags);
}

/* None was indicated, so none comes back. */
VOID NTAPI
MiniportReturnNetBufferLists(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists,
                             ULONG ReturnFlags)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Lists);
    UNREFERENCED_PARAMETER(ReturnFlags);
}

/* Sends are completed at once: there is nothing to cancel. */
VOID NTAPI
MiniportCancelSend(NDIS_HANDLE Context, PVOID CancelId)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(CancelId);
}
