/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_ATTRIBUTES_H
#define CBX_NET_ATTRIBUTES_H

#include "nt.h"

/* Tells NDIS of a bus master whose context is Context; the first call. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS AttributesRegister(_In_ NDIS_HANDLE Miniport,
                               _In_ NDIS_HANDLE Context);

/* Tells NDIS of an Ethernet card. */
_IRQL_requires_max_(PASSIVE_LEVEL)
NDIS_STATUS AttributesDescribe(_In_ NDIS_HANDLE Miniport);

#endif /* CBX_NET_ATTRIBUTES_H */
