/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_MINIPORT_H
#define CBX_NET_MINIPORT_H

#include "hardware.h"
#include "link.h"
#include "memory.h"
#include "traffic.h"

/* One adapter, from MiniportInitializeEx to MiniportHaltEx. */
typedef struct _CBX_NET_ADAPTER {
    NDIS_HANDLE Miniport;
    CBX_NET_HARDWARE Hardware;
    CBX_NET_MEMORY Memory;
    CBX_NET_TRAFFIC Traffic;
    CBX_LINK Link;
} CBX_NET_ADAPTER;

MINIPORT_INITIALIZE MiniportInitializeEx;
MINIPORT_HALT MiniportHaltEx;
MINIPORT_PAUSE MiniportPause;
MINIPORT_RESTART MiniportRestart;
MINIPORT_CHECK_FOR_HANG MiniportCheckForHangEx;
MINIPORT_RESET MiniportResetEx;
MINIPORT_OID_REQUEST MiniportOidRequest;
MINIPORT_SEND_NET_BUFFER_LISTS MiniportSendNetBufferLists;
MINIPORT_RETURN_NET_BUFFER_LISTS MiniportReturnNetBufferLists;
MINIPORT_CANCEL_SEND MiniportCancelSend;
MINIPORT_DEVICE_PNP_EVENT_NOTIFY MiniportDevicePnPEventNotify;
MINIPORT_SHUTDOWN MiniportShutdownEx;
MINIPORT_CANCEL_OID_REQUEST MiniportCancelOidRequest;
MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE MiniportSharedMemoryAllocateComplete;

#endif /* CBX_NET_MINIPORT_H */
