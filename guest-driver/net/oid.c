/* SPDX-License-Identifier: MIT */
#include "oid.h"

#define OID_GEN_MAXIMUM_FRAME_SIZE      0x00010106u
#define OID_GEN_TRANSMIT_BLOCK_SIZE     0x0001010au
#define OID_GEN_RECEIVE_BLOCK_SIZE      0x0001010bu
#define OID_GEN_VENDOR_ID               0x0001010cu
#define OID_GEN_VENDOR_DESCRIPTION      0x0001010du
#define OID_GEN_CURRENT_PACKET_FILTER   0x0001010eu
#define OID_GEN_CURRENT_LOOKAHEAD       0x0001010fu
#define OID_GEN_MAXIMUM_TOTAL_SIZE      0x00010111u
#define OID_GEN_VENDOR_DRIVER_VERSION   0x00010116u
#define OID_802_3_PERMANENT_ADDRESS     0x01010101u
#define OID_802_3_CURRENT_ADDRESS       0x01010102u
#define OID_802_3_MULTICAST_LIST        0x01010103u
#define OID_802_3_MAXIMUM_LIST_SIZE     0x01010104u

static const char OidVendor[] = "CBX project";

/* Values that never change. */
static const struct {
    NDIS_OID Oid;
    ULONG Value;
} OidNumbers[] = {
    { OID_GEN_MAXIMUM_FRAME_SIZE, NET_MTU },
    { OID_GEN_TRANSMIT_BLOCK_SIZE, NET_FRAME_MAX },
    { OID_GEN_RECEIVE_BLOCK_SIZE, NET_FRAME_MAX },
    { OID_GEN_VENDOR_ID, 0x00ffffff },          /* no IEEE number */
    { OID_GEN_CURRENT_LOOKAHEAD, NET_MTU },
    { OID_GEN_MAXIMUM_TOTAL_SIZE, NET_FRAME_MAX },
    { OID_GEN_VENDOR_DRIVER_VERSION, 0x00000001 },
    { OID_802_3_MAXIMUM_LIST_SIZE, 32 },
};

NDIS_OID OidSupported[] = {
    OID_GEN_MAXIMUM_FRAME_SIZE,
    OID_GEN_TRANSMIT_BLOCK_SIZE,
    OID_GEN_RECEIVE_BLOCK_SIZE,
    OID_GEN_VENDOR_ID,
    OID_GEN_VENDOR_DESCRIPTION,
    OID_GEN_CURRENT_PACKET_FILTER,
    OID_GEN_CURRENT_LOOKAHEAD,
    OID_GEN_MAXIMUM_TOTAL_SIZE,
    OID_GEN_VENDOR_DRIVER_VERSION,
    OID_802_3_PERMANENT_ADDRESS,
    OID_802_3_CURRENT_ADDRESS,
    OID_802_3_MULTICAST_LIST,
    OID_802_3_MAXIMUM_LIST_SIZE,
};
const ULONG OidSupportedLength = sizeof(OidSupported);

static NDIS_STATUS
OidAnswer(NDIS_OID_REQUEST *Request, const VOID *Value, ULONG Length)
{
    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength < Length) {
        Request->DATA.QUERY_INFORMATION.BytesWritten = 0;
        Request->DATA.QUERY_INFORMATION.BytesNeeded = Length;
        return NDIS_STATUS_BUFFER_TOO_SHORT;
    }
    RtlCopyMemory(Request->DATA.QUERY_INFORMATION.InformationBuffer, Value,
                  Length);
    Request->DATA.QUERY_INFORMATION.BytesWritten = Length;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
OidQuery(const UCHAR *Address, NDIS_OID_REQUEST *Request)
{
    NDIS_OID Oid = Request->DATA.QUERY_INFORMATION.Oid;

    for (ULONG i = 0; i < ARRAYSIZE(OidNumbers); i++) {
        if (OidNumbers[i].Oid == Oid) {
            return OidAnswer(Request, &OidNumbers[i].Value, sizeof(ULONG));
        }
    }
    switch (Oid) {
    case OID_GEN_VENDOR_DESCRIPTION:
        return OidAnswer(Request, OidVendor, sizeof(OidVendor));
    case OID_802_3_PERMANENT_ADDRESS:
    case OID_802_3_CURRENT_ADDRESS:
        return OidAnswer(Request, Address, NET_ADDRESS);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

/* The device has no filter: the card takes what its address list allows. */
static NDIS_STATUS
OidSet(NDIS_OID_REQUEST *Request)
{
    ULONG Length = Request->DATA.SET_INFORMATION.InformationBufferLength;

    switch (Request->DATA.SET_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
    case OID_GEN_CURRENT_LOOKAHEAD:
        if (Length < sizeof(ULONG)) {
            Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(ULONG);
            return NDIS_STATUS_INVALID_LENGTH;
        }
        break;
    case OID_802_3_MULTICAST_LIST:
        if (Length % NET_ADDRESS) {
            return NDIS_STATUS_INVALID_LENGTH;
        }
        break;
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    Request->DATA.SET_INFORMATION.BytesRead = Length;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS
OidRequest(const UCHAR *Address, NDIS_OID_REQUEST *Request)
{
    switch (Request->RequestType) {
    case NdisRequestQueryInformation:
    case NdisRequestQueryStatistics:
        return OidQuery(Address, Request);
    case NdisRequestSetInformation:
        return OidSet(Request);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}
