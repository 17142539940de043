/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of frames inside ndis.sys, and who has them. */
#ifndef CBX_NT_NDIS_NBL_H
#define CBX_NT_NDIS_NBL_H

#include "ndis.h"

#include "cbx_ndis_nbl.h"

/* A list of the host's own; deleted by the second. NULL: no memory. */
PNET_BUFFER_LIST NdisListCreate(PMDL Mdl, ULONG DataOffset, SIZE_T DataLength);
VOID NdisListDelete(PNET_BUFFER_LIST List);

/* Whom a list was handed to; NULL: it is with who allocated it. */
static inline NDIS_ADAPTER *NdisListOwner(const NET_BUFFER_LIST *List)
{
    return List->NdisReserved[0];
}

/* Hands lists to the driver for sending. IRQL <= DISPATCH_LEVEL. */
VOID NdisSend(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists);
/* Gives indicated lists back to the driver. */
VOID NdisReturn(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists);

/* ---- protocol.c --------------------------------------------------------- */

/*
 * Sends the frames that cbx_nt.parameters=Frames=dword:N asks for, to be returned
 * by whoever is on the other side, and reports how many came back unchanged.
 */
VOID NdisProtocolRun(NDIS_ADAPTER *Adapter);
/* The driver is paused. */
VOID NdisProtocolStop(NDIS_ADAPTER *Adapter);
VOID NdisProtocolSent(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List);
VOID NdisProtocolReceived(NDIS_ADAPTER *Adapter, const NET_BUFFER *Buffer);

#endif /* CBX_NT_NDIS_NBL_H */
