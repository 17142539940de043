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
/* Gives back what is kept of what the driver has indicated. */
VOID NdisReturnKept(NDIS_ADAPTER *Adapter);

/* ---- list.c ------------------------------------------------------------- */

/* Scatter/gather lists of frames. */
typedef struct _NDIS_LIST_COUNTS {
    ULONG Built;
    ULONG Several;              /* of these, with several elements */
    ULONG Late;                 /* after the call had returned */
    ULONG Refused;
} NDIS_LIST_COUNTS;

/* Those of an adapter since it was initialized. */
VOID NdisListCounts(const NDIS_ADAPTER *Adapter, NDIS_LIST_COUNTS *Counts);
/* Has the driver not freed the list of a frame of these? */
BOOLEAN NdisListsLeft(NDIS_ADAPTER *Adapter, const NET_BUFFER_LIST *List);

/* ---- oid.c -------------------------------------------------------------- */

/* Requests of an adapter that is not halted. PASSIVE_LEVEL. */
NDIS_STATUS NdisOidQuery(NDIS_ADAPTER *Adapter, NDIS_OID Oid, PVOID Buffer,
                         ULONG Length, PULONG Written, PULONG Needed);
NDIS_STATUS NdisOidSet(NDIS_ADAPTER *Adapter, NDIS_OID Oid, PVOID Buffer,
                       ULONG Length);
/* Queries all that the driver supports: check "oids-answered". */
VOID NdisOidsCheck(NDIS_ADAPTER *Adapter);

/* ---- protocol.c --------------------------------------------------------- */

/*
 * Sends the frames that cbx_nt.parameters=Frames=dword:N asks for, to be returned
 * by whoever is on the other side, and reports how many came back unchanged. The
 * driver is reset after a third of them, paused and restarted after two. Then
 * waits for as many changes of the link as LinkChanges=dword:N says.
 */
VOID NdisProtocolRun(NDIS_ADAPTER *Adapter);
/* Before a pause that ends it: ends what it does beside other things. */
VOID NdisProtocolStop(NDIS_ADAPTER *Adapter);
/* The driver is paused: nothing of the protocol's may be with it. */
VOID NdisProtocolPaused(NDIS_ADAPTER *Adapter);
VOID NdisProtocolSent(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List);
VOID NdisProtocolReceived(NDIS_ADAPTER *Adapter, const NET_BUFFER *Buffer);

#endif /* CBX_NT_NDIS_NBL_H */
