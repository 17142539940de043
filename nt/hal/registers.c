/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Map registers: an adapter has a number of them, one for each page that a
 * transfer touches; transfers that find too few wait in order. And what is
 * mapped with them, piece by piece, through the platform's DMA mapping.
 */
#include "hal.h"

enum { MDL_BEFORE = 1, MDL_AFTER = 2 };

static NTS_LOCK Lock;

/* ---- Chains of MDLs ----------------------------------------------------- */

static BOOLEAN IsLocked(const MDL *Mdl)
{
    return Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL |
                            MDL_PARTIAL);
}

/* Steps over whole MDLs, so that Offset lies in *Mdl. */
static VOID Seek(PMDL *Mdl, ULONGLONG *Offset)
{
    while (*Mdl && *Offset >= (*Mdl)->ByteCount) {
        *Offset -= (*Mdl)->ByteCount;
        *Mdl = (*Mdl)->Next;
    }
}

/* One contiguous piece of at most Length bytes. */
static ULONG NextPiece(const MDL *Mdl, ULONGLONG Offset, ULONGLONG Length,
                       ULONGLONG *Physical)
{
    const PFN_NUMBER *Pages = (const PFN_NUMBER *)(Mdl + 1);
    ULONGLONG At = Mdl->ByteOffset + Offset;
    ULONGLONG Page = At / PAGE_SIZE, Last = Page;
    ULONGLONG End = Mdl->ByteOffset + (ULONGLONG)Mdl->ByteCount;

    if (End > At + Length) {
        End = At + Length;
    }
    while ((Last + 1) * PAGE_SIZE < End && Pages[Last + 1] == Pages[Last] + 1) {
        Last++;
    }
    if (End > (Last + 1) * PAGE_SIZE) {
        End = (Last + 1) * PAGE_SIZE;
    }
    *Physical = (ULONGLONG)Pages[Page] * PAGE_SIZE + At % PAGE_SIZE;
    return (ULONG)(End - At);
}

static ULONG PagesOf(ULONGLONG Physical, ULONG Length)
{
    return (ULONG)BYTES_TO_PAGES(Physical % PAGE_SIZE + Length);
}

/* Counts pieces, and the pages in them. */
static ULONG Measure(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length,
                     ULONG *Registers)
{
    ULONG Runs = 0;

    *Registers = 0;
    Seek(&Mdl, &Offset);
    while (Mdl && Length) {
        ULONGLONG Physical;
        ULONG Got = NextPiece(Mdl, Offset, Length, &Physical);

        Runs++;
        *Registers += PagesOf(Physical, Got);
        Length -= Got;
        Offset += Got;
        Seek(&Mdl, &Offset);
    }
    return Runs;
}

ULONG HalRegistersFor(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length)
{
    ULONG Registers;

    Measure(Mdl, Offset, Length, &Registers);
    return Registers;
}

ULONG HalRunsOf(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length)
{
    ULONG Registers;

    return Measure(Mdl, Offset, Length, &Registers);
}

BOOLEAN HalHolds(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length,
                 const CHAR *Routine, const VOID *Caller)
{
    ULONGLONG Bytes = 0;
    CHAR Where[64];

    if (!Mdl) {
        return FALSE;
    }
    for (PMDL Each = Mdl; Each; Each = Each->Next) {
        Bytes += Each->ByteCount;
        if (!IsLocked(Each)) {
            NtsBugCheck(NTS_BUG_DMA, DMA_NOT_LOCKED, (ULONG_PTR)Each, 0, 0,
                        "%s with an MDL whose pages are not locked, by %s",
                        Routine, NtsWhere(Caller, Where, sizeof(Where)));
        }
    }
    return Offset <= Bytes && Length <= Bytes - Offset;
}

ULONGLONG HalOffsetOf(PMDL Mdl, PVOID Va, const CHAR *Routine,
                      const VOID *Caller)
{
    PUCHAR Start = MmGetMdlVirtualAddress(Mdl);
    BOOLEAN Before = (PUCHAR)Va < Start;
    CHAR Where[64];

    if (Before || (PUCHAR)Va >= Start + Mdl->ByteCount) {
        NtsBugCheck(NTS_BUG_DMA, DMA_INVALID_BUFFER,
                    Before ? MDL_BEFORE : MDL_AFTER, (ULONG_PTR)Va,
                    (ULONG_PTR)Mdl, "%s with address 0x%p, which is not in "
                    "the MDL, by %s", Routine, Va,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return (ULONGLONG)((PUCHAR)Va - Start);
}

/* ---- Registers ---------------------------------------------------------- */

static SIZE_T SetSize(ULONG Count)
{
    return sizeof(HAL_REGISTERS) + Count * sizeof(HAL_RUN);
}

HAL_REGISTERS *HalRegistersCreate(HAL_ADAPTER *Adapter, ULONG Count,
                                  const VOID *Caller)
{
    HAL_REGISTERS *Registers = NtsAllocate(SetSize(Count));

    if (Registers) {
        Registers->Adapter = Adapter;
        Registers->Count = Count;
        Registers->Caller = Caller;
    }
    return Registers;
}

VOID HalRegistersDelete(HAL_REGISTERS *Registers)
{
    NtsFree(Registers, SetSize(Registers->Count));
}

BOOLEAN HalRegistersTake(HAL_REGISTERS *Registers, BOOLEAN MayWait)
{
    HAL_ADAPTER *Adapter = Registers->Adapter;
    ULONG64 Flags = NtsLock(&Lock);
    BOOLEAN Granted = IsListEmpty(&Adapter->Waiting) &&
                      Adapter->RegistersFree >= Registers->Count;

    if (Granted) {
        Adapter->RegistersFree -= Registers->Count;
        InsertTailList(&Adapter->Granted, &Registers->Link);
    } else if (MayWait) {
        InsertTailList(&Adapter->Waiting, &Registers->Link);
    }
    NtsUnlock(&Lock, Flags);
    return Granted;
}

/* The next that waits, if there are registers for it. */
static HAL_REGISTERS *NextGranted(HAL_ADAPTER *Adapter)
{
    ULONG64 Flags = NtsLock(&Lock);
    HAL_REGISTERS *Next = NULL;

    if (!IsListEmpty(&Adapter->Waiting)) {
        Next = CONTAINING_RECORD(Adapter->Waiting.Flink, HAL_REGISTERS, Link);
        if (Next->Count > Adapter->RegistersFree) {
            Next = NULL;
        } else {
            RemoveEntryList(&Next->Link);
            InsertTailList(&Adapter->Granted, &Next->Link);
            Adapter->RegistersFree -= Next->Count;
        }
    }
    NtsUnlock(&Lock, Flags);
    return Next;
}

VOID HalRegistersGive(HAL_REGISTERS *Registers)
{
    HAL_ADAPTER *Adapter = Registers->Adapter;
    ULONG64 Flags = NtsLock(&Lock);
    HAL_REGISTERS *Next;

    Adapter->RegistersFree += Registers->Count;
    RemoveEntryList(&Registers->Link);
    NtsUnlock(&Lock, Flags);
    HalRegistersDelete(Registers);
    while ((Next = NextGranted(Adapter)) != NULL) {
        Next->Granted(Next);
    }
}

BOOLEAN HalRegistersCancel(HAL_ADAPTER *Adapter, PVOID TransferContext)
{
    ULONG64 Flags = NtsLock(&Lock);
    HAL_REGISTERS *Found = NULL;

    for (LIST_ENTRY *Link = Adapter->Waiting.Flink;
         Link != &Adapter->Waiting && !Found; Link = Link->Flink) {
        HAL_REGISTERS *Each = CONTAINING_RECORD(Link, HAL_REGISTERS, Link);

        if (Each->TransferContext == TransferContext) {
            Found = Each;
            RemoveEntryList(&Found->Link);
        }
    }
    NtsUnlock(&Lock, Flags);
    if (!Found) {
        return FALSE;
    }
    if (Found->ListSize) {
        NtsFree(Found->List, Found->ListSize);
    }
    HalRegistersDelete(Found);
    return TRUE;
}

/* ---- Mapping ------------------------------------------------------------ */

static VOID RequireUnmapped(const HAL_REGISTERS *Registers, const MDL *Mdl,
                            ULONGLONG Offset, ULONG Length)
{
    for (ULONG i = 0; i < Registers->Runs; i++) {
        const HAL_RUN *Run = &Registers->Run[i];

        if (Run->Mdl == Mdl && Offset < Run->Offset + Run->Length &&
            Run->Offset < Offset + Length) {
            NtsBugCheck(NTS_BUG_DMA, DMA_MAPPED_TWICE, Offset, Offset + Length,
                        Run->Offset, "bytes %I64u to %I64u of a buffer are "
                        "mapped already", Offset, Offset + Length);
        }
    }
}

/*
 * In version 3 mapping flushes caches where the device is not coherent; before,
 * the driver has to, by KeFlushIoBuffers. After a transfer it is always ours.
 */
static uint32_t CleanedBy(const HAL_ADAPTER *Adapter)
{
    return Adapter->Version < CBX_DEVICE_DESCRIPTION_VERSION3
           ? PAL_ACCESS_CLEANED : 0;
}

const HAL_RUN *HalMapRun(HAL_REGISTERS *Registers, PMDL Mdl, ULONGLONG Offset,
                         ULONG Length, BOOLEAN WriteToDevice)
{
    HAL_ADAPTER *Adapter = Registers->Adapter;
    ULONGLONG Within = Offset, Limit = MAXULONGLONG;
    PMDL Part = Mdl;
    uint64_t Logical;
    HAL_RUN Run;

    Seek(&Part, &Within);
    Run.Mdl = Mdl;
    Run.Offset = Offset;
    Run.Length = NextPiece(Part, Within, Length, &Run.Physical);
    RequireUnmapped(Registers, Mdl, Offset, Run.Length);
    if (PagesOf(Run.Physical, Run.Length) >
        Registers->Count - Registers->Used) {
        NtsBugCheck(NTS_BUG_DMA, DMA_TOO_MANY_REGISTERS,
                    Registers->Used + PagesOf(Run.Physical, Run.Length),
                    Registers->Count, 0, "a transfer needs more map registers "
                    "than the %u that were allocated", Registers->Count);
    }
    Registers->Access = WriteToDevice ? PAL_ACCESS_READ : PAL_ACCESS_WRITE;
    if (Adapter->AddressWidth < 64 && !(HalFaults & HAL_FAULT_IGNORE_LIMIT)) {
        Limit = (1ull << Adapter->AddressWidth) - 1;
    }
    if (pal_dma_map_run(Adapter->Device, Run.Physical, Run.Length, Limit,
                        Registers->Access | CleanedBy(Adapter), &Logical)) {
        return NULL;
    }
    Run.Logical = Logical;
    Registers->Used += PagesOf(Run.Physical, Run.Length);
    Registers->Run[Registers->Runs] = Run;
    return &Registers->Run[Registers->Runs++];
}

static ULONG SyncRuns(const HAL_REGISTERS *Registers, const MDL *Mdl,
                      uint32_t Access, BOOLEAN *OtherWay)
{
    ULONG Synced = 0;

    for (ULONG i = 0; i < Registers->Runs; i++) {
        const HAL_RUN *Run = &Registers->Run[i];

        if (Run->Mdl != Mdl) {
            continue;
        }
        *OtherWay = *OtherWay || Registers->Access != Access;
        pal_dma_sync_run(Registers->Adapter->Device, Run->Logical, Run->Length,
                         Registers->Access);
        Synced++;
    }
    return Synced;
}

ULONG HalSyncRuns(HAL_ADAPTER *Adapter, const MDL *Mdl, BOOLEAN ReadOperation,
                  const CHAR *Routine, const VOID *Caller)
{
    ULONG64 Flags = NtsLock(&Lock);
    BOOLEAN OtherWay = FALSE;
    ULONG Synced = 0;
    CHAR Where[64];

    for (LIST_ENTRY *Link = Adapter->Granted.Flink; Link != &Adapter->Granted;
         Link = Link->Flink) {
        Synced += SyncRuns(CONTAINING_RECORD(Link, HAL_REGISTERS, Link), Mdl,
                           ReadOperation ? PAL_ACCESS_WRITE : PAL_ACCESS_READ,
                           &OtherWay);
    }
    NtsUnlock(&Lock, Flags);
    if (OtherWay) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_DIRECTION, ReadOperation, 0, 0,
                    "%s with ReadOperation %u, unlike the mapping, by %s",
                    Routine, ReadOperation,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Synced;
}

ULONG HalUnmapRuns(HAL_REGISTERS *Registers, const MDL *Mdl, ULONGLONG Offset,
                   ULONGLONG Length)
{
    ULONG Unmapped = 0;

    for (ULONG i = 0; i < Registers->Runs;) {
        HAL_RUN *Run = &Registers->Run[i];

        if (Run->Mdl != Mdl || Run->Offset < Offset ||
            Run->Offset + Run->Length > Offset + Length) {
            i++;
            continue;
        }
        pal_dma_unmap_run(Registers->Adapter->Device, Run->Logical,
                          Run->Length, Registers->Access);
        Registers->Used -= PagesOf(Run->Physical, Run->Length);
        *Run = Registers->Run[--Registers->Runs];
        Unmapped++;
    }
    return Unmapped;
}
