/* SPDX-License-Identifier: MIT */
/* Requests that must be refused. */
#include "refusal.h"

#include "cbx/abi.h"

/* ---- Rules of CreateCommonBufferFromMdl -------------------------------- */

typedef CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION CBX_CONFIG;

/* The MDL has this many pages. */
enum { REFUSAL_LENGTH = 2 * PAGE_SIZE, REFUSAL_CONFIGS = 2 };

static const struct {
    const char *Name;
    ULONG Count;                /* configurations, all the same */
    ULONG Length;               /* of the MDL, bytes */
    ULONGLONG PartOffset;
    ULONG PartLength;
} RefusalTable[] = {
    { "an MDL of a page and a half", 0, PAGE_SIZE + PAGE_SIZE / 2, 0, 0 },
    { "a sub-section given twice", 2, REFUSAL_LENGTH, 0, PAGE_SIZE },
    { "a sub-section within a page", 1, REFUSAL_LENGTH, 16, PAGE_SIZE },
    { "a sub-section of half a page", 1, REFUSAL_LENGTH, 0, PAGE_SIZE / 2 },
    { "a sub-section beyond the MDL", 1, REFUSAL_LENGTH, PAGE_SIZE,
      REFUSAL_LENGTH },
};

static VOID
RefusalReport(CbxSuite *Suite, ULONG Row, NTSTATUS Status)
{
    BOOLEAN Good = Status == STATUS_INVALID_PARAMETER ||
                   Status == STATUS_NOT_SUPPORTED;
    char Seen[48];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    cbx_text_add(&Text, "status ");
    cbx_text_hex(&Text, (ULONG)Status);
    cbx_suite_result(Suite, CBX_CHECK_refusal,
                     CBX_API_CREATE_COMMON_BUFFER_FROM_MDL,
                     RefusalTable[Row].Name, Good ? CBX_PASS : CBX_FAIL, Seen);
}

static VOID
RefusalOfMdl(CbxSuite *Suite, ULONG Row, const CBX_ADAPTER *Adapter,
             UCHAR *Pages)
{
    CBX_CONFIG Configs[REFUSAL_CONFIGS];
    PHYSICAL_ADDRESS Logical = { .QuadPart = 0 };
    ULONG Count = RefusalTable[Row].Count;
    ULONG Length = RefusalTable[Row].Length;
    NTSTATUS Status;
    PMDL Mdl;

    Mdl = IoAllocateMdl(Pages, Length, FALSE, FALSE, NULL);
    if (!Mdl) {
        cbx_suite_result(Suite, CBX_CHECK_refusal,
                         CBX_API_CREATE_COMMON_BUFFER_FROM_MDL,
                         RefusalTable[Row].Name, CBX_SKIP,
                         "no memory for the MDL");
        return;
    }
    MmBuildMdlForNonPagedPool(Mdl);
    RtlZeroMemory(Configs, sizeof(Configs));
    for (ULONG i = 0; i < Count; i++) {
        Configs[i].ConfigType = CbxConfigTypeSubSection;
        Configs[i].u.SubSection.Offset = RefusalTable[Row].PartOffset;
        Configs[i].u.SubSection.Length = RefusalTable[Row].PartLength;
    }
    Status = Adapter->Operations->CreateCommonBufferFromMdl(
        Adapter->Dma, Mdl, Count ? Configs : NULL, Count, &Logical);
    RefusalReport(Suite, Row, Status);
    if (NT_SUCCESS(Status)) {
        Adapter->Operations->FreeCommonBuffer(
            Adapter->Dma, Count ? RefusalTable[Row].PartLength : Length,
            Logical, Pages + RefusalTable[Row].PartOffset, TRUE);
    }
    IoFreeMdl(Mdl);
}

static VOID
RefusalOfMdls(CbxSuite *Suite, ULONG Api, const CBX_ADAPTER *Adapter)
{
    PHYSICAL_ADDRESS Anywhere = { .QuadPart = -1 };
    UCHAR *Pages;

    Pages = MmAllocateContiguousMemory(REFUSAL_LENGTH, Anywhere);
    if (!Pages) {
        cbx_suite_result(Suite, CBX_CHECK_refusal, Api, Adapter->Name,
                         CBX_SKIP, "no contiguous memory for the MDL");
        return;
    }
    for (ULONG i = 0; i < ARRAYSIZE(RefusalTable); i++) {
        RefusalOfMdl(Suite, i, Adapter, Pages);
    }
    MmFreeContiguousMemory(Pages);
}

/* ---- Limits that no address satisfies ---------------------------------- */

/*
 * However the limits are read, inclusive or exclusive. What a call does with
 * a length of 0, or a vector of no elements, is not documented.
 */
static const CBX_REQUEST RefusalLimits[] = {
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_EX, .Adapter = AdapterWidest,
      .Length = REFUSAL_LENGTH, .Elements = 1, .Maximum = PAGE_SIZE - 1 },
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR, .Adapter = AdapterWidest,
      .Length = REFUSAL_LENGTH, .Elements = 2, .Maximum = PAGE_SIZE - 1 },
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR, .Adapter = AdapterWidest,
      .Length = PAGE_SIZE, .Elements = 2, .Minimum = 0x80000000,
      .Maximum = 0x7fffffff },
    { .Api = CBX_API_ALLOCATE_WITH_BOUNDS, .Adapter = AdapterWidest,
      .Length = REFUSAL_LENGTH, .Elements = 1, .Maximum = PAGE_SIZE - 1 },
    { .Api = CBX_API_ALLOCATE_WITH_BOUNDS, .Adapter = AdapterWidest,
      .Length = PAGE_SIZE, .Elements = 1, .Minimum = 0x80000000,
      .Maximum = 0x7fffffff },
    { .Api = CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER, .Adapter = AdapterWidest,
      .Length = REFUSAL_LENGTH, .Elements = 1, .Maximum = PAGE_SIZE - 1 },
};

static VOID
RefusalFreed(PVOID Context, CbxBuffer *Buffer)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Buffer);
}

static VOID
RefusalOfLimits(CbxSuite *Suite, const CBX_REQUEST *Request,
                const CBX_ADAPTER *Adapter, CBX_ALLOCATION *Scratch)
{
    BOOLEAN Given = CallAllocate(Scratch, Request, Adapter);
    char Seen[64];
    CbxText Text;

    cbx_text_init(&Text, Seen, sizeof(Seen));
    if (Given) {
        cbx_text_add(&Text, "memory at ");
        cbx_text_hex(&Text, Scratch->Buffers[0].logical);
    } else {
        cbx_text_add(&Text, "refused");
    }
    if (!NT_SUCCESS(Scratch->Status)) {
        cbx_text_add(&Text, " with status ");
        cbx_text_hex(&Text, (ULONG)Scratch->Status);
    }
    cbx_suite_result(Suite, CBX_CHECK_refusal, Request->Api,
                     Scratch->Variants[0], Given ? CBX_FAIL : CBX_PASS, Seen);
    if (Given) {
        CallFree(Scratch, RefusalFreed, NULL);
    }
}

/* ---- All of them ------------------------------------------------------- */

VOID
RefusalCheck(CbxSuite *Suite, ULONG Api, const CBX_ADAPTER *Adapter,
             CBX_ALLOCATION *Scratch)
{
    if (Api == CBX_API_CREATE_COMMON_BUFFER_FROM_MDL) {
        RefusalOfMdls(Suite, Api, Adapter);
    }
    for (ULONG i = 0; i < ARRAYSIZE(RefusalLimits); i++) {
        if (RefusalLimits[i].Api == Api) {
            RefusalOfLimits(Suite, &RefusalLimits[i], Adapter, Scratch);
        }
    }
}
