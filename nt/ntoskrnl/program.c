/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program's use of the control interface, as cbxctl.exe makes it: each request, and
 * each that must be refused.
 */
#include "client.h"

#include <cbx/abi.h>
#include <cbx/ioctl.h>

#include "report.h"

static const CHAR Source[] = "project's own, cbx/ioctl.h";

/* Many more than a run can make before the request that ends it. */
enum { ROUNDS = 1000 };

/* One check "program": the step's name is in what was expected. */
static VOID Expect(BOOLEAN Good, const CHAR *Expected, NTSTATUS Status,
                   const cbx_control_state *State)
{
    CHAR Seen[160];

    NtsFormat(Seen, sizeof(Seen), "0x%08x, outcome %u, %u rounds, %u passed, "
              "%u failed, %u results", (ULONG)Status, State->outcome,
              State->rounds, State->passed, State->failed, State->results);
    ReportResult("program", Good, Expected, Seen, Source);
}

static NTSTATUS Run(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Rounds,
                    ULONG64 Apis)
{
    cbx_control_run *In = (PVOID)Call->Data.Bytes;

    In->version = CBX_CONTROL_VERSION;
    In->rounds = Rounds;
    In->apis = Apis;
    return NtsClientStart(Client, Call, CBX_CONTROL_RUN, sizeof(*In),
                          sizeof(cbx_control_state));
}

static NTSTATUS Query(NTS_CLIENT *Client, NTS_CALL *Call, ULONG First,
                      ULONG OutputLength)
{
    cbx_control_query *In = (PVOID)Call->Data.Bytes;

    In->version = CBX_CONTROL_VERSION;
    In->first = First;
    return NtsClientControl(Client, Call, CBX_CONTROL_QUERY, sizeof(*In),
                            OutputLength);
}

/* The last result: of one call, so of that call. */
static BOOLEAN HasResults(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Api)
{
    cbx_control_state *State = (PVOID)Call->Data.Bytes;
    cbx_control_result *Result = (PVOID)(State + 1);
    ULONG Last = State->results - 1;

    return NT_SUCCESS(Query(Client, Call, Last, sizeof(Call->Data))) &&
           Call->Information == sizeof(*State) + sizeof(*Result) &&
           Result->api == Api && Result->check[0] && Result->seen[0];
}

/* A call that the driver makes at any time: the first that handed out memory. */
static ULONG ApiOf(NTS_CLIENT *Client, NTS_CALL *Call)
{
    enum { SIZE = sizeof(cbx_control_result) };
    const cbx_control_state *State = (PVOID)Call->Data.Bytes;
    const cbx_control_result *Results = (PVOID)(State + 1);
    ULONG First = 0, Count;

    do {
        if (!NT_SUCCESS(Query(Client, Call, First, sizeof(Call->Data)))) {
            break;
        }
        Count = (Call->Information - sizeof(*State)) / SIZE;
        for (ULONG i = 0; i < Count; i++) {
            if (!strcmp(Results[i].check, "allocation") &&
                Results[i].api != CBX_API_NDIS_M_ALLOCATE_SHARED) {
                return Results[i].api;
            }
        }
        First += Count;
    } while (Count);
    return CBX_API_NONE;
}

/* A run of all calls, unless the start has made one; of which call one is. */
static ULONG Explore(NTS_CLIENT *Client, NTS_CALL *Call)
{
    const cbx_control_state *State = (PVOID)Call->Data.Bytes;

    if (!State->rounds) {
        Run(Client, Call, 1, 0);
        if (Call->Irp) {
            NtsClientFinish(Call);
        }
    }
    return ApiOf(Client, Call);
}

static VOID Refused(NTS_CLIENT *Client, NTS_CALL *Call,
                    const cbx_control_state *None)
{
    NTSTATUS Status;

    Status = NtsClientControl(Client, Call, CBX_CONTROL_QUERY,
                              sizeof(cbx_control_query) - 1, 100);
    Expect(Status == STATUS_BUFFER_TOO_SMALL, "a query too short for its "
           "input is refused: 0xc0000023", Status, None);
    Status = Query(Client, Call, 0, sizeof(cbx_control_state) - 1);
    Expect(Status == STATUS_BUFFER_TOO_SMALL, "a query too short for its "
           "output is refused: 0xc0000023", Status, None);
    RtlFillMemory(Call->Data.Bytes, sizeof(cbx_control_run), 0xff);
    Status = NtsClientControl(Client, Call, CBX_CONTROL_RUN,
                              sizeof(cbx_control_run),
                              sizeof(cbx_control_state));
    Expect(Status == STATUS_REVISION_MISMATCH, "a run of another version is "
           "refused: 0xc0000059", Status, None);
    Status = NtsClientControl(Client, Call, CBX_CONTROL_ABORT + 4, 0, 0);
    Expect(Status == STATUS_INVALID_DEVICE_REQUEST, "an unknown request is "
           "refused: 0xc0000010", Status, None);
}

/* Somebody wants to remove the device, and then not. */
static NTSTATUS QueryRemoval(PDEVICE_OBJECT Pdo)
{
    NTSTATUS Status = NtsPnpSend(Pdo, IRP_MN_QUERY_REMOVE_DEVICE, NULL, NULL);

    NtsPnpSend(Pdo, IRP_MN_CANCEL_REMOVE_DEVICE, NULL, NULL);
    return Status;
}

/*
 * A long run, ended by another request and by cancellation. Pdo: of a driver
 * that is asked whether its device may go.
 */
static VOID Ended(NTS_CLIENT *Client, NTS_CALL *Long, NTS_CALL *Other,
                  PDEVICE_OBJECT Pdo, const cbx_control_state *None)
{
    const cbx_control_state *State = (PVOID)Long->Data.Bytes;
    NTSTATUS Status, Second, Abort, Removal = STATUS_DEVICE_BUSY;

    /* Two cannot write to the device's report port at the same time. */
    Status = Run(Client, Long, ROUNDS, 0);
    Second = Run(Client, Other, 1, 0);
    if (Other->Irp) {
        Second = NtsClientFinish(Other);
    }
    if (Pdo && Long->Irp) {
        Removal = QueryRemoval(Pdo);
    }
    Abort = NtsClientControl(Client, Other, CBX_CONTROL_ABORT, 0, 0);
    if (!Long->Irp) {
        Expect(FALSE, "a run begins", Status, None);
        return;
    }
    NtsClientFinish(Long);
    Expect(Status == STATUS_PENDING && Second == STATUS_DEVICE_BUSY,
           "a run during another is refused: 0x80000011", Second, None);
    if (Pdo) {
        Expect(Removal == STATUS_DEVICE_BUSY, "a removal during a run is "
               "refused: 0x80000011", Removal, None);
    }
    Expect(NT_SUCCESS(Abort) && NT_SUCCESS(Long->Status) &&
           State->outcome == CBX_CONTROL_ABORTED && State->rounds < ROUNDS,
           "a run that is aborted ends early, as aborted", Long->Status,
           State);

    Status = Run(Client, Long, ROUNDS, 0);
    if (Long->Irp) {
        IoCancelIrp(Long->Irp);
        Second = NtsClientFinish(Long);
    }
    Expect(Status == STATUS_PENDING && Second == STATUS_CANCELLED,
           "a run whose request is cancelled ends: 0xc0000120", Second, None);
}

/* Returns a call that the driver makes; Pdo as above. */
static ULONG Use(NTS_CLIENT *Client, NTS_CALL *Call, NTS_CALL *Other,
                 PDEVICE_OBJECT Pdo)
{
    static const cbx_control_state None;
    const cbx_control_state *State = (PVOID)Call->Data.Bytes;
    NTSTATUS Status;
    ULONG Api;

    Status = Query(Client, Call, 0, sizeof(*State));
    Expect(NT_SUCCESS(Status) && State->rounds <= 1 && !State->running,
           "the state after the start can be had", Status, State);
    Api = Explore(Client, Call);
    Refused(Client, Call, &None);

    Status = Run(Client, Call, 2, 1ull << Api);
    if (Call->Irp) {
        Status = NtsClientFinish(Call);
    }
    Expect(NT_SUCCESS(Status) && State->outcome == CBX_CONTROL_PASSED &&
           State->rounds >= 2 && State->passed && !State->failed &&
           State->results == State->passed + State->skipped && !State->lost,
           "two rounds of one call pass", Status, State);
    Expect(HasResults(Client, Call, Api),
           "the results are of that call", Call->Status, State);
    Ended(Client, Call, Other, Pdo, &None);
    return Api;
}

/* While the device is off, and with it perhaps the report's way. */
typedef struct _SLEEPER {
    NTS_CLIENT *Client;
    NTS_CALL *Call;
    NTSTATUS Status;
} SLEEPER;

static VOID UseAsleep(PVOID Context)
{
    SLEEPER *Sleeper = Context;

    Sleeper->Status = Run(Sleeper->Client, Sleeper->Call, 1, 0);
    if (Sleeper->Call->Irp) {
        Sleeper->Status = NtsClientFinish(Sleeper->Call);
    }
}

/* The device loses its power and gets it back. */
static VOID UseAgain(NTS_CLIENT *Client, NTS_CALL *Call, PDEVICE_OBJECT Pdo,
                     ULONG Api)
{
    static const cbx_control_state None;
    const cbx_control_state *State = (PVOID)Call->Data.Bytes;
    SLEEPER Sleeper = { .Client = Client, .Call = Call };
    NTSTATUS Status;

    NtsPowerCycle(Pdo, UseAsleep, &Sleeper);
    Expect(Sleeper.Status == STATUS_DEVICE_NOT_READY, "a run while the device "
           "sleeps is refused: 0xc00000a3", Sleeper.Status, &None);
    Status = Run(Client, Call, 1, 1ull << Api);
    if (Call->Irp) {
        Status = NtsClientFinish(Call);
    }
    Expect(NT_SUCCESS(Status) && State->outcome == CBX_CONTROL_PASSED,
           "a run after the sleep passes", Status, State);
}

/* TRUE: by a device interface. Else there must be a link to a named device. */
static BOOLEAN ReportEnabled(VOID)
{
    ULONG Interfaces = NtsLedgerCount(NtsKindInterface);
    ULONG Links = NtsLedgerCount(NtsKindLink);
    CHAR Seen[48];

    NtsFormat(Seen, sizeof(Seen), "%u interfaces, %u links", Interfaces,
              Links);
    ReportResult("interface-enabled", Interfaces + Links == 1,
                 "an interface or a link", Seen, "Windows driver "
                 "documentation, IoSetDeviceInterfaceState; "
                 "NdisRegisterDeviceEx");
    return Interfaces != 0;
}

VOID NtsProgram(PDEVICE_OBJECT Pdo)
{
    NTS_CALL *Calls = NtsAllocate(2 * sizeof(*Calls));
    NTS_CLIENT Client;
    CHAR Seen[16];
    BOOLEAN HasInterface;
    NTSTATUS Status;
    ULONG Api;

    HasInterface = ReportEnabled();
    Status = NtsClientOpen(&Client, Pdo);
    NtsFormat(Seen, sizeof(Seen), "0x%08x", (ULONG)Status);
    ReportResult("opened", Calls && NT_SUCCESS(Status), "0x00000000", Seen,
                 Source);
    if (Calls && NT_SUCCESS(Status)) {
        /* NDIS lets a device go without asking the driver. */
        Api = Use(&Client, Calls, Calls + 1, HasInterface ? Pdo : NULL);
        /* NDIS would halt the adapter, and the device go with it. */
        if (HasInterface) {
            UseAgain(&Client, Calls, Pdo, Api);
        }
    }
    NtsClientClose(&Client);
    NtsFree(Calls, 2 * sizeof(*Calls));
}
