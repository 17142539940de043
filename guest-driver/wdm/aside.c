/* SPDX-License-Identifier: MIT */
#include "aside.h"

#include "cbx/abi.h"
#include "packet.h"

/* ---- GetDmaAdapterInfo ------------------------------------------------- */

enum { INFO_VERSION_UNKNOWN = 7 };

static BOOLEAN
InfoIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, GetDmaAdapterInfo);
}

static BOOLEAN
InfoIsRight(const CBX_DMA_ADAPTER_INFO *Info, const CBX_ADAPTER *Adapter)
{
    ULONGLONG Width = Info->V1.DmaAddressWidth;

    return Width && Width <= 64 &&
           Adapter->LastAddress == ~0ull >> (64 - Width) &&
           Info->V1.ScatterGatherLimit;
}

static VOID
InfoAsk(CbxSuite *Suite, const CBX_ADAPTER *Adapter, ULONG Version)
{
    BOOLEAN Known = Version == CBX_DMA_ADAPTER_INFO_VERSION1;
    CBX_DMA_ADAPTER_INFO Info;
    BOOLEAN Good;
    char Seen[112];
    NTSTATUS Status;
    CbxText Text;

    RtlZeroMemory(&Info, sizeof(Info));
    Info.Version = Version;
    Status = Adapter->Operations->GetDmaAdapterInfo(Adapter->Dma, &Info);
    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "status ");
    cbx_text_hex(&Text, (ULONG)Status);
    if (NT_SUCCESS(Status)) {
        cbx_text_add(&Text, ", ");
        cbx_text_dec(&Text, Info.V1.DmaAddressWidth);
        cbx_text_add(&Text, " address bits, ");
        cbx_text_dec(&Text, Info.V1.ScatterGatherLimit);
        cbx_text_add(&Text, " scatter/gather elements");
    }
    Good = Known ? NT_SUCCESS(Status) && InfoIsRight(&Info, Adapter)
                 : Status == STATUS_NOT_SUPPORTED;
    cbx_suite_result(Suite, CBX_CHECK_adapter_info,
                     CBX_API_GET_DMA_ADAPTER_INFO,
                     Known ? Adapter->Name : "an unknown version",
                     Good ? CBX_PASS : CBX_FAIL, Seen);
}

static VOID
InfoCheck(CbxSuite *Suite, const CBX_ADAPTER *Adapter)
{
    InfoAsk(Suite, Adapter, CBX_DMA_ADAPTER_INFO_VERSION1);
    InfoAsk(Suite, Adapter, INFO_VERSION_UNKNOWN);
}

/* ---- JoinDmaDomain, LeaveDmaDomain ------------------------------------- */

static BOOLEAN
JoinIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, JoinDmaDomain) &&
           CBX_DMA_HAS(Operations, LeaveDmaDomain) &&
           CBX_DMA_HAS(Operations, GetDmaDomain);
}

/*
 * The adapter joins the domain that it is in, which moves no device. Which
 * statuses may come back is not documented: a refusal tells nothing.
 */
static VOID
JoinCheck(CbxSuite *Suite, const CBX_ADAPTER *Adapter)
{
    const CBX_DMA_OPERATIONS *Operations = Adapter->Operations;
    HANDLE Domain = Operations->GetDmaDomain(Adapter->Dma);
    CbxVerdict Verdict = CBX_SKIP;
    char Seen[112];
    NTSTATUS Status;
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    if (!Domain) {
        cbx_text_add(&Text, "the adapter is in no domain");
        goto report;
    }
    Status = Operations->JoinDmaDomain(Adapter->Dma, Domain);
    cbx_text_add(&Text, "joined with status ");
    cbx_text_hex(&Text, (ULONG)Status);
    if (NT_SUCCESS(Status)) {
        HANDLE Joined = Operations->GetDmaDomain(Adapter->Dma);

        Status = Operations->LeaveDmaDomain(Adapter->Dma);
        cbx_text_add(&Text, Joined == Domain ? ", is in that domain"
                                             : ", is in another domain");
        cbx_text_add(&Text, ", left with status ");
        cbx_text_hex(&Text, (ULONG)Status);
        Verdict = Joined == Domain && NT_SUCCESS(Status) ? CBX_PASS
                                                         : CBX_FAIL;
    }

report:
    cbx_suite_result(Suite, CBX_CHECK_domain_membership,
                     CBX_API_JOIN_DMA_DOMAIN, Adapter->Name, Verdict, Seen);
}

/* ---- All of them ------------------------------------------------------- */

const CBX_ASIDE Asides[] = {
    { CBX_API_GET_DMA_ADAPTER_INFO, AdapterWidest, InfoIsOffered, InfoCheck },
    { CBX_API_GET_DMA_ADAPTER_INFO, AdapterWidth32, InfoIsOffered, InfoCheck },
    { CBX_API_JOIN_DMA_DOMAIN, AdapterWidest, JoinIsOffered, JoinCheck },
    { CBX_API_GET_SCATTER_GATHER_LIST, AdapterWidest, PacketListIsOffered,
      PacketListCheck },
    { CBX_API_GET_SCATTER_GATHER_LIST, AdapterFlags32, PacketListIsOffered,
      PacketListCheck },
    { CBX_API_FLUSH_DMA_BUFFER, AdapterWidest, PacketFlushIsOffered,
      PacketFlushCheck },
};

const ULONG AsidesLength = ARRAYSIZE(Asides);
