/* SPDX-License-Identifier: MIT */
#include "oid.h"

static const char OidVendor[] = "CBX project";

/* Values that never change. */
static const struct {
    NDIS_OID Oid;
    ULONG Value;
} OidNumbers[] = {
    { OID_GEN_MAXIMUM_FRAME_SIZE, NET_MTU },
    { OID_GEN_TRANSMIT_BUFFER_SPACE, NET_FRAME_MAX },
    { OID_GEN_RECEIVE_BUFFER_SPACE, NET_FRAME_MAX },
    { OID_GEN_TRANSMIT_BLOCK_SIZE, NET_FRAME_MAX },
    { OID_GEN_RECEIVE_BLOCK_SIZE, NET_FRAME_MAX },
    { OID_GEN_VENDOR_ID, 0x00ffffff },          /* no IEEE number */
    { OID_GEN_MAXIMUM_TOTAL_SIZE, NET_FRAME_MAX },
    { OID_GEN_VENDOR_DRIVER_VERSION, 0x00000001 },
    { OID_802_3_MAXIMUM_LIST_SIZE, NET_MULTICAST_MAX },
    { OID_802_3_RCV_ERROR_ALIGNMENT, 0 },
    { OID_802_3_XMIT_ONE_COLLISION, 0 },
    { OID_802_3_XMIT_MORE_COLLISIONS, 0 },
};

NDIS_OID OidSupported[] = {
    OID_GEN_MAXIMUM_FRAME_SIZE,
    OID_GEN_TRANSMIT_BUFFER_SPACE,
    OID_GEN_RECEIVE_BUFFER_SPACE,
    OID_GEN_TRANSMIT_BLOCK_SIZE,
    OID_GEN_RECEIVE_BLOCK_SIZE,
    OID_GEN_VENDOR_ID,
    OID_GEN_VENDOR_DESCRIPTION,
    OID_GEN_CURRENT_PACKET_FILTER,
    OID_GEN_CURRENT_LOOKAHEAD,
    OID_GEN_MAXIMUM_TOTAL_SIZE,
    OID_GEN_VENDOR_DRIVER_VERSION,
    OID_GEN_INTERRUPT_MODERATION,
    OID_GEN_XMIT_OK,
    OID_GEN_RCV_OK,
    OID_GEN_STATISTICS,
    OID_802_3_PERMANENT_ADDRESS,
    OID_802_3_CURRENT_ADDRESS,
    OID_802_3_MULTICAST_LIST,
    OID_802_3_MAXIMUM_LIST_SIZE,
    OID_802_3_RCV_ERROR_ALIGNMENT,
    OID_802_3_XMIT_ONE_COLLISION,
    OID_802_3_XMIT_MORE_COLLISIONS,
};
const ULONG OidSupportedLength = sizeof(OidSupported);

/* ---- Queries ------------------------------------------------------------ */

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

/* A count takes 64 bits, or 32 if there is no room for more. */
static NDIS_STATUS
OidAnswerCount(NDIS_OID_REQUEST *Request, ULONGLONG Count)
{
    ULONG Low = (ULONG)Count;

    if (Request->DATA.QUERY_INFORMATION.InformationBufferLength <
            sizeof(Count)) {
        return OidAnswer(Request, &Low, sizeof(Low));
    }
    return OidAnswer(Request, &Count, sizeof(Count));
}

static NDIS_STATUS
OidAnswerModeration(NDIS_OID_REQUEST *Request)
{
    NDIS_INTERRUPT_MODERATION_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Parameters.Header.Revision = 1;
    Parameters.Header.Size = sizeof(Parameters);
    Parameters.InterruptModeration = NDIS_INTERRUPT_MODERATION_NOT_SUPPORTED;
    return OidAnswer(Request, &Parameters, sizeof(Parameters));
}

static NDIS_STATUS
OidAnswerStatistics(NDIS_OID_REQUEST *Request, const CBX_NET_CARD *Card)
{
    const CBX_NET_COUNTERS *In = &Card->Received, *Out = &Card->Sent;
    NDIS_STATISTICS_INFO Info;

    RtlZeroMemory(&Info, sizeof(Info));
    Info.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    Info.Header.Revision = 1;
    Info.Header.Size = sizeof(Info);
    Info.SupportedStatistics = OID_STATISTICS;
    Info.ifInDiscards = In->Discards;
    Info.ifInErrors = In->Errors;
    Info.ifOutDiscards = Out->Discards;
    Info.ifOutErrors = Out->Errors;
    for (ULONG i = 0; i < NetKinds; i++) {
        Info.ifHCInPkts[i] = In->Frames[i];
        Info.ifHCInKindOctets[i] = In->Bytes[i];
        Info.ifHCInOctets += In->Bytes[i];
        Info.ifHCOutPkts[i] = Out->Frames[i];
        Info.ifHCOutKindOctets[i] = Out->Bytes[i];
        Info.ifHCOutOctets += Out->Bytes[i];
    }
    return OidAnswer(Request, &Info, sizeof(Info));
}

static NDIS_STATUS
OidQuery(const CBX_NET_CARD *Card, NDIS_OID_REQUEST *Request)
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
    case OID_GEN_CURRENT_PACKET_FILTER:
        return OidAnswer(Request, &Card->PacketFilter, sizeof(ULONG));
    case OID_GEN_CURRENT_LOOKAHEAD:
        return OidAnswer(Request, &Card->Lookahead, sizeof(ULONG));
    case OID_GEN_INTERRUPT_MODERATION:
        return OidAnswerModeration(Request);
    case OID_GEN_XMIT_OK:
        return OidAnswerCount(Request, CardFrames(&Card->Sent));
    case OID_GEN_RCV_OK:
        return OidAnswerCount(Request, CardFrames(&Card->Received));
    case OID_GEN_STATISTICS:
        return OidAnswerStatistics(Request, Card);
    case OID_802_3_PERMANENT_ADDRESS:
    case OID_802_3_CURRENT_ADDRESS:
        return OidAnswer(Request, Card->Address, NET_ADDRESS);
    case OID_802_3_MULTICAST_LIST:
        return OidAnswer(Request, Card->Multicast,
                         Card->Multicasts * NET_ADDRESS);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

/* ---- Settings ----------------------------------------------------------- */

static NDIS_STATUS
OidSetNumber(NDIS_OID_REQUEST *Request, ULONG *Number)
{
    if (Request->DATA.SET_INFORMATION.InformationBufferLength <
            sizeof(*Number)) {
        Request->DATA.SET_INFORMATION.BytesNeeded = sizeof(*Number);
        return NDIS_STATUS_INVALID_LENGTH;
    }
    RtlCopyMemory(Number, Request->DATA.SET_INFORMATION.InformationBuffer,
                  sizeof(*Number));
    Request->DATA.SET_INFORMATION.BytesRead = sizeof(*Number);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
OidSetFilter(NDIS_OID_REQUEST *Request, CBX_NET_CARD *Card)
{
    ULONG Filter = 0;
    NDIS_STATUS Status = OidSetNumber(Request, &Filter);

    if (Status != NDIS_STATUS_SUCCESS) {
        return Status;
    }
    if (Filter & ~NET_FILTERS) {
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    Card->PacketFilter = Filter;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
OidSetMulticast(NDIS_OID_REQUEST *Request, CBX_NET_CARD *Card)
{
    ULONG Length = Request->DATA.SET_INFORMATION.InformationBufferLength;

    if (Length % NET_ADDRESS) {
        return NDIS_STATUS_INVALID_LENGTH;
    }
    if (Length > sizeof(Card->Multicast)) {
        return NDIS_STATUS_RESOURCES;
    }
    RtlCopyMemory(Card->Multicast,
                  Request->DATA.SET_INFORMATION.InformationBuffer, Length);
    Card->Multicasts = Length / NET_ADDRESS;
    Request->DATA.SET_INFORMATION.BytesRead = Length;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
OidSet(CBX_NET_CARD *Card, NDIS_OID_REQUEST *Request)
{
    switch (Request->DATA.SET_INFORMATION.Oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
        return OidSetFilter(Request, Card);
    case OID_GEN_CURRENT_LOOKAHEAD:
        return OidSetNumber(Request, &Card->Lookahead);
    case OID_802_3_MULTICAST_LIST:
        return OidSetMulticast(Request, Card);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}

NDIS_STATUS
OidRequest(CBX_NET_CARD *Card, NDIS_OID_REQUEST *Request)
{
    switch (Request->RequestType) {
    case NdisRequestQueryInformation:
    case NdisRequestQueryStatistics:
        return OidQuery(Card, Request);
    case NdisRequestSetInformation:
        return OidSet(Card, Request);
    default:
        return NDIS_STATUS_NOT_SUPPORTED;
    }
}
