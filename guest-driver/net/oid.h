/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_OID_H
#define CBX_NET_OID_H

#include "nt.h"

enum {
    NET_MTU = 1500,
    NET_HEADER = 14,
    NET_FRAME_MAX = NET_HEADER + NET_MTU,
    NET_ADDRESS = 6,
};

#define NET_LINK_SPEED 1000000000ull    /* bit/s */

/* What the card answers; the length in bytes. */
extern NDIS_OID OidSupported[];
extern const ULONG OidSupportedLength;

/* Answers or carries out a request to the card of an address; never pending. */
_IRQL_requires_max_(DISPATCH_LEVEL)
NDIS_STATUS OidRequest(_In_ const UCHAR *Address,
                       _Inout_ NDIS_OID_REQUEST *Request);

#endif /* CBX_NET_OID_H */
