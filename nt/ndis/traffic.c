/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames between the miniport and what is bound to it, which is nothing yet. */
#include "ndis.h"

#include "cbx_ndis_nbl.h"

VOID NTAPI NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportHandle,
                                           PNET_BUFFER_LIST Lists,
                                           ULONG SendCompleteFlags)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    UNREFERENCED_PARAMETER(Lists);
    UNREFERENCED_PARAMETER(SendCompleteFlags);
    NdisViolation(Adapter, __func__, Caller, "of what was not sent");
}
