/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Common buffers: whole pages from the platform, filled with a pattern, with
 * guard bytes from the last byte asked for to the end of the last page.
 */
#include "hal.h"

enum {
    OVERRUN_PADDING_AFTER = 5,
    FRESH = 0xcb,
    GUARD = 0x0f,               /* as the verifier's padding */
    /* What an unfit address may cost, see Obtain(). */
    ATTEMPTS = 64,
    /* Where a wedge leads to: not to 0, which Linux takes for no mapping. */
    WEDGE_PHYSICAL = 0x200000,
};

static LIST_ENTRY Buffers = { &Buffers, &Buffers };
/* Freed, but mapped still: a fault. */
static LIST_ENTRY Stale = { &Stale, &Stale };
static NTS_LOCK Lock;
/* There was no memory below a highest address: a fault. */
static BOOLEAN Exhausted;

ULONGLONG HalHighestBelow(ULONGLONG Maximum)
{
    ULONGLONG Page = Maximum & ~(ULONGLONG)(PAGE_SIZE - 1);

    return Page ? Page - 1 : 0;
}

/* Last byte that an adapter of so many bits reaches. */
static ULONGLONG HighestOf(ULONG Width)
{
    return Width >= 64 ? MAXULONGLONG : (1ull << Width) - 1;
}

static BOOLEAN Fits(const HAL_REQUEST *Request, const struct pal_dma *Dma)
{
    ULONGLONG Last = Dma->logical + Dma->size - 1;

    if (HalFaults & HAL_FAULT_IGNORE_LIMIT) {
        return TRUE;
    }
    return (Dma->logical >= Request->Lowest ||
            HalFaults & HAL_FAULT_IGNORE_MINIMUM) && Last <= Dma->limit &&
           /* Nothing forbids crossing 4 GiB; no HAL is known to do it. */
           Dma->logical >> 32 == Last >> 32;
}

/* The last byte allowed; FALSE: no address is, whatever memory there is. */
static BOOLEAN FindLimit(const HAL_ADAPTER *Adapter,
                         const HAL_REQUEST *Request, ULONGLONG *Limit)
{
    *Limit = HalFaults & HAL_FAULT_IGNORE_LIMIT
             ? MAXULONGLONG
             : min(HighestOf(Adapter->AddressWidth), Request->Highest);
    if (Request->Lowest > *Limit ||
        Request->Length - 1 > *Limit - Request->Lowest) {
        *Limit = HighestOf(Adapter->AddressWidth);
        return (HalFaults & HAL_FAULT_NEVER_REFUSE) != 0;
    }
    if (HalFaults & HAL_FAULT_IGNORE_MINIMUM && Request->Lowest) {
        *Limit = Request->Lowest - 1;
    }
    return TRUE;
}

static int32_t Get(void *Device, const HAL_REQUEST *Request,
                   struct pal_dma *Dma)
{
    return Request->Pages ? pal_dma_map(Device, Dma, Request->Access)
                          : pal_dma_alloc(Device, Dma);
}

static VOID Put(void *Device, BOOLEAN IsMapped, uint32_t Access,
                struct pal_dma *Dma)
{
    if (IsMapped) {
        pal_dma_unmap(Device, Dma, Access);
    } else {
        pal_dma_free(Device, Dma);
    }
}

static ULONGLONG WedgeSize(const HAL_REQUEST *Request)
{
    return ROUND_TO_PAGES(Request->Lowest);
}

/*
 * Linux searches for addresses below 4 GiB from where it last found one on
 * downwards, and from the top again only when it finds none. A piece too large
 * for what is below the lowest address makes it begin at the top.
 */
static BOOLEAN TakeWedge(void *Device, const HAL_REQUEST *Request,
                         const struct pal_dma *Dma, ULONGLONG *Wedge)
{
    return Dma->logical < Request->Lowest && Request->Lowest <= MAXLONG &&
           !pal_dma_map_run(Device, WEDGE_PHYSICAL, WedgeSize(Request),
                            Dma->limit, PAL_ACCESS_READ, Wedge);
}

/*
 * The platform honours a highest address but no lowest one. Addresses that do
 * not fit are kept until one fits, so that they are not offered again.
 */
static BOOLEAN Obtain(void *Device, const HAL_REQUEST *Request,
                      struct pal_dma *Dma)
{
    struct pal_dma *Unfit = NtsAllocate(ATTEMPTS * sizeof(*Unfit));
    ULONGLONG Wedge;
    BOOLEAN HasWedge = FALSE;
    ULONG Count = 0;
    BOOLEAN Found = FALSE;

    if (!Unfit) {
        return FALSE;
    }
    while (!Found && Count < ATTEMPTS && !Get(Device, Request, Dma)) {
        Found = Fits(Request, Dma) ||
                /* larger than 4 GiB never fits between two borders */
                Dma->size > 0x100000000ull;
        if (!Found) {
            HasWedge = HasWedge || TakeWedge(Device, Request, Dma, &Wedge);
            Unfit[Count++] = *Dma;
        }
    }
    if (HasWedge) {
        pal_dma_unmap_run(Device, Wedge, WedgeSize(Request),
                          PAL_ACCESS_READ);
    }
    while (Count) {
        Put(Device, Request->Pages != NULL, Request->Access,
            &Unfit[--Count]);
    }
    NtsFree(Unfit, ATTEMPTS * sizeof(*Unfit));
    return Found;
}

/* It may be Device memory: aligned accesses only, so no RtlFillMemory(). */
static VOID FillWith(PUCHAR Memory, ULONGLONG Size, UCHAR Value)
{
    PUCHAR End = Memory + Size;

    while (Memory < End) {
        if ((ULONG_PTR)Memory % 8 == 0 && End - Memory >= 8) {
            *(volatile ULONG64 *)Memory = Value * 0x0101010101010101ull;
            Memory += 8;
        } else {
            *(volatile UCHAR *)Memory++ = Value;
        }
    }
}

static VOID Fill(PUCHAR Memory, ULONGLONG Size, ULONGLONG Length)
{
    FillWith(Memory, Length, FRESH);
    FillWith(Memory + Length, Size - Length, GUARD);
}

/* What lies before the first byte and after the last page: faults. */
static ULONGLONG FrontOf(const HAL_REQUEST *Request)
{
    return HalHasLongFault(HAL_FAULT_OPEN_BEFORE, Request->Length) ? PAGE_SIZE
         : HalFaults & HAL_FAULT_MISALIGNED ? HAL_MISALIGNED_BY : 0;
}

static ULONGLONG BackOf(const HAL_REQUEST *Request)
{
    return HalHasLongFault(HAL_FAULT_OPEN_AFTER, Request->Length) ? PAGE_SIZE
                                                                  : 0;
}

PVOID HalBufferVa(const HAL_BUFFER *Buffer)
{
    return (PUCHAR)Buffer->Dma.va + Buffer->Front;
}

static ULONGLONG LogicalOf(const HAL_BUFFER *Buffer)
{
    if (HalFaults & HAL_FAULT_PHYSICAL) {
        return pal_phys(HalBufferVa(Buffer));
    }
    if (HalHasLongFault(HAL_FAULT_LAST_PAGE, Buffer->Length)) {
        return 0 - (ULONGLONG)PAGE_SIZE;
    }
    return Buffer->Dma.logical + Buffer->Front;
}

HAL_BUFFER *HalBufferCreate(HAL_ADAPTER *Adapter, const HAL_REQUEST *Request,
                            BOOLEAN InVector, const VOID *Caller)
{
    HAL_BUFFER *Buffer;
    ULONGLONG Limit;
    ULONG64 Flags;

    HalStaleFlush();
    if (HalHasLongFault(HAL_FAULT_NO_MEMORY, Request->Length)) {
        return NULL;
    }
    if (Request->Length > MAXULONG - PAGE_SIZE ||
        BYTES_TO_PAGES(Request->Length) > Adapter->MapRegisters ||
        !FindLimit(Adapter, Request, &Limit)) {
        return NULL;
    }
    Buffer = NtsAllocate(sizeof(*Buffer));
    if (!Buffer) {
        return NULL;
    }
    Buffer->Front = Request->Pages ? 0 : FrontOf(Request);
    Buffer->Dma.size = ROUND_TO_PAGES(Buffer->Front + Request->Length) +
                       (Request->Pages ? 0 : BackOf(Request));
    Buffer->Dma.limit = Limit;
    Buffer->Dma.node = Request->Node != PAL_NODE_ANY &&
                       HalFaults & HAL_FAULT_WRONG_NODE
                       ? Request->Node ^ 1 : Request->Node;
    Buffer->Dma.cache = Request->Cache;
    Buffer->Dma.unclean = (HalFaults & HAL_FAULT_FORGETS_CLEAN) != 0;
    Buffer->Dma.va = Request->Pages;
    if (Request->Highest < MAXULONGLONG && Exhausted) {
        goto cleanup_buffer;
    }
    if (!Obtain(Adapter->Device, Request, &Buffer->Dma)) {
        Exhausted = HalFaults & HAL_FAULT_EXHAUSTED
                    ? Request->Highest < MAXULONGLONG : FALSE;
        goto cleanup_buffer;
    }
    Buffer->Adapter = Adapter;
    Buffer->Length = Request->Length;
    Buffer->Logical = LogicalOf(Buffer);
    Buffer->InVector = InVector;
    Buffer->IsMapped = Request->Pages != NULL;
    Buffer->Access = Request->Access;
    Buffer->Caller = Caller;
    if (!InVector &&
        !NtsLedgerAdd(NtsKindCommonBuffer, Buffer->Dma.va, Request->Length, 0,
                      Caller)) {
        goto cleanup_memory;
    }
    if (!Buffer->IsMapped) {
        Fill(HalBufferVa(Buffer), Buffer->Dma.size - Buffer->Front,
             Request->Length);
    }
    Flags = NtsLock(&Lock);
    InsertHeadList(&Buffers, &Buffer->Link);
    NtsUnlock(&Lock, Flags);
    if (!InVector) {
        InterlockedIncrement(&Adapter->Buffers);
    }
    return Buffer;

cleanup_memory:
    Put(Adapter->Device, Buffer->IsMapped, Buffer->Access, &Buffer->Dma);
cleanup_buffer:
    NtsFree(Buffer, sizeof(*Buffer));
    return NULL;
}

static VOID RequireGuard(const HAL_BUFFER *Buffer, const VOID *Caller)
{
    const volatile UCHAR *Memory = HalBufferVa(Buffer);
    CHAR By[64], Where[64];

    for (ULONGLONG i = Buffer->Length; i < Buffer->Dma.size - Buffer->Front;
         i++) {
        if (Memory[i] != GUARD) {
            NtsBugCheck(NTS_BUG_DMA, DMA_OVERRUN, OVERRUN_PADDING_AFTER,
                        (ULONG_PTR)Memory, (ULONG_PTR)&Memory[i],
                        "byte %llu of a common buffer of %llu bytes "
                        "(allocated by %s) was written; found when %s freed "
                        "it", i, Buffer->Length,
                        NtsWhere(Buffer->Caller, By, sizeof(By)),
                        NtsWhere(Caller, Where, sizeof(Where)));
        }
    }
}

VOID HalBufferDelete(HAL_BUFFER *Buffer, const VOID *Caller)
{
    HAL_ADAPTER *Adapter = Buffer->Adapter;
    ULONG64 Flags;

    RequireGuard(Buffer, Caller);
    Flags = NtsLock(&Lock);
    RemoveEntryList(&Buffer->Link);
    NtsUnlock(&Lock, Flags);
    if (!Buffer->InVector) {
        NtsLedgerRemove(NtsKindCommonBuffer, Buffer->Dma.va, NULL);
        InterlockedDecrement(&Adapter->Buffers);
    }
    if (HalFaults & HAL_FAULT_STALE) {
        InsertTailList(&Stale, &Buffer->Link);
        return;
    }
    Put(Adapter->Device, Buffer->IsMapped, Buffer->Access, &Buffer->Dma);
    NtsFree(Buffer, sizeof(*Buffer));
}

VOID HalStaleFlush(VOID)
{
    while (!IsListEmpty(&Stale)) {
        HAL_BUFFER *Buffer = CONTAINING_RECORD(RemoveHeadList(&Stale),
                                               HAL_BUFFER, Link);

        Put(Buffer->Adapter->Device, Buffer->IsMapped, Buffer->Access,
            &Buffer->Dma);
        NtsFree(Buffer, sizeof(*Buffer));
    }
}

/* Pages mapped twice have one address; then the logical one tells which. */
static HAL_BUFFER *BufferAt(const HAL_ADAPTER *Adapter, const VOID *Va,
                            ULONGLONG Logical)
{
    ULONG64 Flags = NtsLock(&Lock);
    HAL_BUFFER *Found = NULL;

    for (LIST_ENTRY *Link = Buffers.Flink; Link != &Buffers;
         Link = Link->Flink) {
        HAL_BUFFER *Buffer = CONTAINING_RECORD(Link, HAL_BUFFER, Link);

        if (HalBufferVa(Buffer) == Va && Buffer->Adapter == Adapter &&
            !Buffer->InVector && (!Found || Buffer->Logical == Logical)) {
            Found = Buffer;
        }
    }
    NtsUnlock(&Lock, Flags);
    return Found;
}

/* ---- Members of DMA_OPERATIONS ------------------------------------------ */

uint32_t HalCacheFor(const HAL_ADAPTER *Adapter, uint32_t Wish,
                     BOOLEAN WishWins)
{
    if (HalFaults & HAL_FAULT_IGNORE_CACHE) {
        Wish = PAL_CACHE_WB;
    }
    return Wish == PAL_CACHE_WB && !WishWins && !HalIsCoherent(Adapter)
           ? PAL_CACHE_UC : Wish;
}

PVOID HalBufferAllocate(HAL_ADAPTER *Adapter, const HAL_REQUEST *Request,
                        BOOLEAN CacheEnabled, PHYSICAL_ADDRESS *LogicalAddress,
                        const VOID *Caller)
{
    HAL_BUFFER *Buffer;

    if (!Request->Length) {
        return NULL;
    }
    Buffer = HalBufferCreate(Adapter, Request, FALSE, Caller);
    if (!Buffer) {
        return NULL;
    }
    Buffer->CacheEnabled = CacheEnabled;
    LogicalAddress->QuadPart = (LONGLONG)Buffer->Logical;
    return HalBufferVa(Buffer);
}

PVOID NTAPI HalAllocateCommonBufferV1(CBX_DMA_ADAPTER *Public, ULONG Length,
                                      PHYSICAL_ADDRESS *LogicalAddress,
                                      BOOLEAN CacheEnabled)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, "AllocateCommonBuffer", Caller);
    /* CacheEnabled is ignored here. */
    HAL_REQUEST Request = {
        .Highest = MAXULONGLONG,
        .Length = Length,
        .Cache = HalCacheFor(Adapter, PAL_CACHE_WB, FALSE),
        .Node = PAL_NODE_ANY,
    };

    HalRequirePassive("AllocateCommonBuffer", Caller);
    return HalBufferAllocate(Adapter, &Request, CacheEnabled, LogicalAddress,
                             Caller);
}

PVOID NTAPI HalAllocateCommonBufferEx(CBX_DMA_ADAPTER *Public,
                                      PHYSICAL_ADDRESS *MaximumAddress,
                                      ULONG Length,
                                      PHYSICAL_ADDRESS *LogicalAddress,
                                      BOOLEAN CacheEnabled,
                                      CBX_NODE_REQUIREMENT PreferredNode)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "AllocateCommonBufferEx",
                                        Caller);
    HAL_REQUEST Request = {
        .Highest = MAXULONGLONG,
        .Length = Length,
        .Cache = HalCacheFor(Adapter, CacheEnabled ? PAL_CACHE_WB
                                                   : PAL_CACHE_UC, FALSE),
        .Node = PreferredNode,
    };

    HalRequirePassive("AllocateCommonBufferEx", Caller);
    if (MaximumAddress) {
        Request.Highest = HalHighestBelow(MaximumAddress->QuadPart);
    }
    return HalBufferAllocate(Adapter, &Request, CacheEnabled, LogicalAddress,
                             Caller);
}

VOID NTAPI HalFreeCommonBufferV1(CBX_DMA_ADAPTER *Public, ULONG Length,
                                 PHYSICAL_ADDRESS LogicalAddress,
                                 PVOID VirtualAddress, BOOLEAN CacheEnabled)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, "FreeCommonBuffer", Caller);
    HAL_BUFFER *Buffer = BufferAt(Adapter, VirtualAddress,
                                  LogicalAddress.QuadPart);
    CHAR Where[64];

    HalRequirePassive("FreeCommonBuffer", Caller);
    NtsWhere(Caller, Where, sizeof(Where));
    if (!Buffer) {
        NtsBugCheck(NTS_BUG_DMA, DMA_BUFFERS_FREED_TOO_OFTEN, 1, 0, 0,
                    "FreeCommonBuffer of 0x%p, which is no common buffer of "
                    "this adapter or is freed already, by %s", VirtualAddress,
                    Where);
    }
    if (Buffer->Length != Length ||
        Buffer->Logical != (ULONGLONG)LogicalAddress.QuadPart ||
        !Buffer->CacheEnabled != !CacheEnabled) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_FREE_ARGUMENTS, Length,
                    LogicalAddress.QuadPart, CacheEnabled,
                    "FreeCommonBuffer with length %u, logical address 0x%I64x "
                    "and CacheEnabled %u of a buffer with length %llu, "
                    "0x%I64x and %u, by %s", Length, LogicalAddress.QuadPart,
                    CacheEnabled, Buffer->Length, Buffer->Logical,
                    Buffer->CacheEnabled, Where);
    }
    HalBufferDelete(Buffer, Caller);
}
