/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_ATTRIBUTES_H
#define CBX_NET_ATTRIBUTES_H

#include "nt.h"

/* Tells NDIS of a bus master whose context is Context; the first call. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS AttributesRegister(_In_ NDIS_HANDLE Miniport,
                               _In_ NDIS_HANDLE Context);

/* Tells NDIS of an Ethernet card with an address of 6 bytes. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS AttributesDescribe(_In_ NDIS_HANDLE Miniport,
                               _In_ const UCHAR *Address,
                               _In_ BOOLEAN LinkUp);

#endif /* CBX_NET_ATTRIBUTES_H */
