/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_OID_H
#define CBX_NET_OID_H

#include "card.h"
#include "cbx_ndis_oid.h"

/* What the card answers; the length in bytes. */
extern NDIS_OID OidSupported[];
extern const ULONG OidSupportedLength;

/* NDIS_STATISTICS_FLAGS_* of what is counted. */
#define OID_STATISTICS \
    (NDIS_STATISTICS_FLAGS_FRAMES_RCV | NDIS_STATISTICS_FLAGS_BYTES_RCV | \
     NDIS_STATISTICS_FLAGS_RCV_ERROR | NDIS_STATISTICS_FLAGS_RCV_DISCARDS | \
     NDIS_STATISTICS_FLAGS_FRAMES_XMIT | NDIS_STATISTICS_FLAGS_BYTES_XMIT | \
     NDIS_STATISTICS_FLAGS_XMIT_ERROR | NDIS_STATISTICS_FLAGS_XMIT_DISCARDS)

/* Answers or carries out a request; never pending. */
_IRQL_requires_max_(DISPATCH_LEVEL)
NDIS_STATUS OidRequest(_Inout_ CBX_NET_CARD *Card,
                       _Inout_ NDIS_OID_REQUEST *Request);

#endif /* CBX_NET_OID_H */
