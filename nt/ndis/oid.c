/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that a protocol makes of the miniport. */
#include "nbl.h"

#include "cbx_ndis_oid.h"

enum { ROOM = 1024 };

VOID NTAPI NdisMOidRequestComplete(NDIS_HANDLE MiniportHandle,
                                   PNDIS_OID_REQUEST Request,
                                   NDIS_STATUS Status)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    NTS_IRQL(DISPATCH_LEVEL);
    if (!Request || Adapter->Request != Request) {
        NdisViolation(Adapter, __func__, Caller,
                      "of a request that is not pending");
    }
    Adapter->Request = NULL;
    Adapter->TransitionStatus = Status;
    KeSetEvent(&Adapter->Transition, IO_NO_INCREMENT, FALSE);
}

static NDIS_STATUS Ask(NDIS_ADAPTER *Adapter, PNDIS_OID_REQUEST Request)
{
    NDIS_STATUS Status;

    Request->Header.Type = NDIS_OBJECT_TYPE_OID_REQUEST;
    Request->Header.Revision = 1;
    Request->Header.Size = NDIS_SIZEOF_OID_REQUEST_REVISION_1;
    Adapter->Request = Request;
    Status = NdisAwait(Adapter, Adapter->Driver->Handlers.OidRequestHandler(
                                    Adapter->Context, Request));
    Adapter->Request = NULL;
    return Status;
}

NDIS_STATUS NdisOidQuery(NDIS_ADAPTER *Adapter, NDIS_OID Oid, PVOID Buffer,
                         ULONG Length, PULONG Written, PULONG Needed)
{
    NDIS_OID_REQUEST Request;
    NDIS_STATUS Status;

    RtlZeroMemory(&Request, sizeof(Request));
    Request.RequestType = NdisRequestQueryInformation;
    Request.DATA.QUERY_INFORMATION.Oid = Oid;
    Request.DATA.QUERY_INFORMATION.InformationBuffer = Buffer;
    Request.DATA.QUERY_INFORMATION.InformationBufferLength = Length;
    Status = Ask(Adapter, &Request);
    *Written = Request.DATA.QUERY_INFORMATION.BytesWritten;
    *Needed = Request.DATA.QUERY_INFORMATION.BytesNeeded;
    return Status;
}

NDIS_STATUS NdisOidSet(NDIS_ADAPTER *Adapter, NDIS_OID Oid, PVOID Buffer,
                       ULONG Length)
{
    NDIS_OID_REQUEST Request;

    RtlZeroMemory(&Request, sizeof(Request));
    Request.RequestType = NdisRequestSetInformation;
    Request.DATA.SET_INFORMATION.Oid = Oid;
    Request.DATA.SET_INFORMATION.InformationBuffer = Buffer;
    Request.DATA.SET_INFORMATION.InformationBufferLength = Length;
    return Ask(Adapter, &Request);
}

/*
 * Without room the driver says how much it needs, and with that much it
 * answers, in no more bytes.
 */
static const CHAR *Wrong(NDIS_ADAPTER *Adapter, NDIS_OID Oid, UCHAR *Buffer)
{
    ULONG Written, Needed, Room;
    NDIS_STATUS Status;

    Status = NdisOidQuery(Adapter, Oid, NULL, 0, &Written, &Needed);
    if (Status == NDIS_STATUS_SUCCESS) {
        return Written ? "wrote where there was no room" : NULL;
    }
    if (Status != NDIS_STATUS_BUFFER_TOO_SHORT &&
        Status != NDIS_STATUS_INVALID_LENGTH) {
        return "was not answered";
    }
    if (!Needed || Needed > ROOM) {
        return "did not say how many bytes it needs";
    }
    Room = Needed;
    Status = NdisOidQuery(Adapter, Oid, Buffer, Room, &Written, &Needed);
    if (Status != NDIS_STATUS_SUCCESS) {
        return "was refused with as much room as it needs";
    }
    return Written && Written <= Room ? NULL : "wrote too much or nothing";
}

VOID NdisOidsCheck(NDIS_ADAPTER *Adapter)
{
    const NDIS_OID *Oids = Adapter->General.SupportedOidList;
    ULONG Count = Adapter->General.SupportedOidListLength / sizeof(*Oids);
    UCHAR *Buffer = NtsAllocate(ROOM);
    const CHAR *Bad = NULL;
    CHAR Seen[96];
    ULONG i = 0;

    if (!Buffer) {
        return;
    }
    while (i < Count && !Bad) {
        Bad = Wrong(Adapter, Oids[i++], Buffer);
    }
    if (Bad) {
        NtsFormat(Seen, sizeof(Seen), "OID 0x%08x %s", Oids[i - 1], Bad);
    } else {
        NtsFormat(Seen, sizeof(Seen), "%u of %u answered", Count, Count);
    }
    ReportResult("oids-answered", !Bad, "each OID of SupportedOidList can be "
                 "queried", Seen, "MiniportOidRequest; OID_GEN_SUPPORTED_LIST");
    NtsFree(Buffer, ROOM);
}
