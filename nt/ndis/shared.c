/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DMA channel of an adapter and the memory that its driver shares with the
 * device: NdisMAllocateSharedMemory, its asynchronous sibling, the free.
 */
#include "dma.h"

enum {
    /* What one channel can map; NDIS documents no bound on shared memory. */
    CHANNEL_BYTES = 64 * 1024 * 1024,
};

typedef struct _BLOCK {
    LIST_ENTRY Link;
    PVOID Va;
    NDIS_PHYSICAL_ADDRESS Address;
    ULONG Length;
    BOOLEAN Cached;
    const VOID *Caller;
} BLOCK;

/* What is left to a thread at PASSIVE_LEVEL. */
typedef struct _JOB {
    LIST_ENTRY Link;
    BLOCK *Free;                /* NULL: allocate */
    ULONG Length;
    BOOLEAN Cached;
    PVOID Context;
    const VOID *Caller;
} JOB;

NDIS_DMA *NdisDmaFrom(NDIS_HANDLE Handle, const CHAR *Routine,
                      const VOID *Caller)
{
    NDIS_DMA *Dma = Handle;

    if (!Handle || !MmIsAddressValid(Handle) ||
        !MmIsAddressValid(Dma->Adapter) || Dma->Adapter->Dma != Dma) {
        NdisViolation(NULL, Routine, Caller, "with a handle of no DMA channel");
    }
    return Dma;
}

BOOLEAN NdisHasDma(const NDIS_ADAPTER *Adapter)
{
    return Adapter->Dma != NULL;
}

/* ---- Memory ------------------------------------------------------------- */

PVOID NdisDmaAllocate(NDIS_ADAPTER *Adapter, ULONG Length, BOOLEAN Cached,
                      PNDIS_PHYSICAL_ADDRESS Address, const VOID *Caller)
{
    NDIS_DMA *Dma = Adapter->Dma;
    BLOCK *Block = NtsAllocate(sizeof(*Block));
    ULONG64 Flags;

    if (!Block) {
        return NULL;
    }
    Block->Va = Dma->Channel->DmaOperations->AllocateCommonBuffer(
        Dma->Channel, Length, &Block->Address, Cached);
    if (!Block->Va) {
        NtsFree(Block, sizeof(*Block));
        return NULL;
    }
    Block->Length = Length;
    Block->Cached = Cached;
    Block->Caller = Caller;
    Flags = NtsLock(&Dma->Lock);
    InsertHeadList(&Dma->Blocks, &Block->Link);
    NtsUnlock(&Dma->Lock, Flags);
    *Address = Block->Address;
    return Block->Va;
}

static BLOCK *Take(NDIS_DMA *Dma, PVOID Va)
{
    ULONG64 Flags = NtsLock(&Dma->Lock);
    BLOCK *Found = NULL;

    for (LIST_ENTRY *Link = Dma->Blocks.Flink; Link != &Dma->Blocks;
         Link = Link->Flink) {
        BLOCK *Block = CONTAINING_RECORD(Link, BLOCK, Link);

        if (Block->Va == Va) {
            Found = Block;
            RemoveEntryList(Link);
            break;
        }
    }
    NtsUnlock(&Dma->Lock, Flags);
    return Found;
}

static VOID Release(NDIS_DMA *Dma, BLOCK *Block)
{
    Dma->Channel->DmaOperations->FreeCommonBuffer(
        Dma->Channel, Block->Length, Block->Address, Block->Va, Block->Cached);
    NtsFree(Block, sizeof(*Block));
}

VOID NdisDmaFree(NDIS_ADAPTER *Adapter, PVOID Va)
{
    BLOCK *Block = Take(Adapter->Dma, Va);

    if (Block) {
        Release(Adapter->Dma, Block);
    }
}

/* ---- Jobs at PASSIVE_LEVEL ---------------------------------------------- */

static JOB *NextJob(NDIS_DMA *Dma)
{
    ULONG64 Flags = NtsLock(&Dma->Lock);
    JOB *Job = NULL;

    if (IsListEmpty(&Dma->Jobs)) {
        /* Under the lock: who waits may free all this once he has it. */
        Dma->Working = FALSE;
        KeSetEvent(&Dma->Idle, IO_NO_INCREMENT, FALSE);
    } else {
        Job = CONTAINING_RECORD(RemoveHeadList(&Dma->Jobs), JOB, Link);
    }
    NtsUnlock(&Dma->Lock, Flags);
    return Job;
}

static VOID Do(NDIS_DMA *Dma, const JOB *Job)
{
    NDIS_PHYSICAL_ADDRESS Address = { .QuadPart = 0 };
    PVOID Va;

    if (Job->Free) {
        Release(Dma, Job->Free);
        return;
    }
    Va = NdisDmaAllocate(Dma->Adapter, Job->Length, Job->Cached, &Address,
                         Job->Caller);
    Dma->Complete(Dma->Adapter->Context, Va, &Address,
                  HalNtsFaults() & NDIS_FAULT_ASYNC ? Job->Length + 1
                                                    : Job->Length,
                  Job->Context);
}

static VOID NTAPI Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    NDIS_DMA *Dma = Context;
    JOB *Job;

    UNREFERENCED_PARAMETER(DeviceObject);
    while ((Job = NextJob(Dma))) {
        Do(Dma, Job);
        NtsFree(Job, sizeof(*Job));
    }
}

static BOOLEAN Queue(NDIS_DMA *Dma, const JOB *Template)
{
    JOB *Job = NtsAllocate(sizeof(*Job));
    ULONG64 Flags;
    BOOLEAN Start;

    if (!Job) {
        return FALSE;
    }
    *Job = *Template;
    Flags = NtsLock(&Dma->Lock);
    InsertTailList(&Dma->Jobs, &Job->Link);
    Start = !Dma->Working;
    Dma->Working = TRUE;
    NtsUnlock(&Dma->Lock, Flags);
    if (Start) {
        IoQueueWorkItem(Dma->Worker, Work, DelayedWorkQueue, Dma);
    }
    return TRUE;
}

static BOOLEAN IsWorking(NDIS_DMA *Dma)
{
    ULONG64 Flags = NtsLock(&Dma->Lock);
    BOOLEAN Working = Dma->Working;

    NtsUnlock(&Dma->Lock, Flags);
    return Working;
}

static VOID AwaitIdle(NDIS_DMA *Dma)
{
    while (IsWorking(Dma)) {
        KeWaitForSingleObject(&Dma->Idle, Executive, KernelMode, FALSE, NULL);
    }
}

/* ---- The channel -------------------------------------------------------- */

static CBX_DMA_ADAPTER *GetChannel(const NDIS_ADAPTER *Adapter, ULONG Flags,
                                   ULONG Length)
{
    DEVICE_DESCRIPTION Description;
    ULONG Registers;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION2;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.Dma64BitAddresses = (Flags & NDIS_SG_DMA_64_BIT_ADDRESS) != 0;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = Length;
    return (PVOID)IoGetDmaAdapter(Adapter->Pdo, &Description, &Registers);
}

/* Room for one element per page of the largest transfer, and one more. */
static ULONG ListSize(ULONG Mapping)
{
    return (ULONG)(FIELD_OFFSET(SCATTER_GATHER_LIST, Elements) +
                   (BYTES_TO_PAGES(Mapping) + 1) *
                   sizeof(SCATTER_GATHER_ELEMENT));
}

static VOID PutChannel(CBX_DMA_ADAPTER *Channel)
{
    if (Channel) {
        Channel->DmaOperations->PutDmaAdapter(Channel);
    }
}

static VOID Close(NDIS_DMA *Dma)
{
    Dma->Adapter->Dma = NULL;
    PutChannel(Dma->ListChannel);
    PutChannel(Dma->Channel);
    if (Dma->Worker) {
        IoFreeWorkItem(Dma->Worker);
    }
    NtsFree(Dma, sizeof(*Dma));
}

NDIS_STATUS NTAPI NdisMRegisterScatterGatherDma(
    NDIS_HANDLE MiniportHandle, PNDIS_SG_DMA_DESCRIPTION Description,
    PNDIS_HANDLE DmaHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    NDIS_DMA *Dma;

    NTS_IRQL(PASSIVE_LEVEL);
    *DmaHandle = NULL;
    if (Adapter->State != NdisInitializing) {
        NdisViolation(Adapter, __func__, Caller,
                      "outside MiniportInitializeEx");
    }
    if (Description->Header.Type != NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION ||
        Description->Header.Revision < 1 ||
        Description->Header.Size < NDIS_SIZE_THROUGH(NDIS_SG_DMA_DESCRIPTION,
                                                     ScatterGatherListSize)) {
        return NDIS_STATUS_BAD_VERSION;
    }
    if (!(Adapter->AttributeFlags & NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER) ||
        Adapter->Dma) {
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    Dma = NtsAllocate(sizeof(*Dma));
    if (!Dma) {
        return NDIS_STATUS_RESOURCES;
    }
    Dma->Adapter = Adapter;
    Dma->Complete = Description->SharedMemAllocateCompleteHandler;
    Dma->Process = Description->ProcessSGListHandler;
    Dma->IsLate = NtsParameter("LateLists") != 0;
    InitializeListHead(&Dma->Blocks);
    InitializeListHead(&Dma->Lists);
    InitializeListHead(&Dma->Jobs);
    KeInitializeEvent(&Dma->Idle, SynchronizationEvent, FALSE);
    Dma->Worker = IoAllocateWorkItem(Adapter->Self);
    Dma->Channel = GetChannel(Adapter, Description->Flags, CHANNEL_BYTES);
    Dma->ListChannel = GetChannel(Adapter, Description->Flags,
                                  Description->MaximumPhysicalMapping);
    if (!Dma->Worker || !Dma->Channel || !Dma->ListChannel) {
        Close(Dma);
        return NDIS_STATUS_RESOURCES;
    }
    Description->ScatterGatherListSize =
        ListSize(Description->MaximumPhysicalMapping);
    Adapter->Dma = Dma;
    *DmaHandle = Dma;
    return NDIS_STATUS_SUCCESS;
}

VOID NTAPI NdisMDeregisterScatterGatherDma(NDIS_HANDLE DmaHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DMA *Dma = NdisDmaFrom(DmaHandle, __func__, Caller);

    NTS_IRQL(PASSIVE_LEVEL);
    AwaitIdle(Dma);
    if (!IsListEmpty(&Dma->Lists)) {
        NdisViolation(Dma->Adapter, __func__, Caller,
                      "with scatter/gather lists of frames left");
    }
    if (!IsListEmpty(&Dma->Blocks)) {
        NdisViolation(Dma->Adapter, __func__, Caller,
                      "with shared memory still allocated");
    }
    Close(Dma);
}

/* Documentation forbids to leave any and names no code. */
VOID NdisSharedMemoryReclaim(NDIS_ADAPTER *Adapter)
{
    NDIS_DMA *Dma = Adapter->Dma;

    if (!Dma) {
        return;
    }
    AwaitIdle(Dma);
    while (!IsListEmpty(&Dma->Blocks)) {
        BLOCK *Block = CONTAINING_RECORD(RemoveHeadList(&Dma->Blocks), BLOCK,
                                         Link);
        CHAR Where[64];

        NtsFinding("shared-memory-returned", "%u bytes of shared memory, "
                   "allocated by %s, were left after the halt", Block->Length,
                   NtsWhere(Block->Caller, Where, sizeof(Where)));
        Release(Dma, Block);
    }
    NtsFinding("dma-deregistered", "the halt left the channel of "
               "NdisMRegisterScatterGatherDma registered");
    Close(Dma);
}

ULONG NTAPI NdisMGetDmaAlignment(NDIS_HANDLE MiniportHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Adapter->Dma) {
        NdisViolation(Adapter, __func__, Caller, "without a DMA channel");
    }
    return Adapter->Dma->Channel->DmaOperations->GetDmaAlignment(
        Adapter->Dma->Channel);
}

/* ---- What drivers call -------------------------------------------------- */

VOID NTAPI NdisMAllocateSharedMemory(NDIS_HANDLE MiniportHandle, ULONG Length,
                                     BOOLEAN Cached, PVOID *VirtualAddress,
                                     PNDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    if (Irql != PASSIVE_LEVEL) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_ALLOCATE_IRQL, (ULONG_PTR)Adapter,
                    Length, Irql, "%s at IRQL %u by %s", __func__, Irql,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    if (Adapter->State != NdisInitializing || !Adapter->Dma) {
        NdisViolation(Adapter, __func__, Caller, "outside "
                      "MiniportInitializeEx or without a DMA channel");
    }
    *VirtualAddress = NdisDmaAllocate(Adapter, Length, Cached, PhysicalAddress,
                                      Caller);
}

NDIS_STATUS NTAPI NdisMAllocateSharedMemoryAsyncEx(NDIS_HANDLE DmaHandle,
                                                   ULONG Length,
                                                   BOOLEAN Cached,
                                                   PVOID Context)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_DMA *Dma = NdisDmaFrom(DmaHandle, __func__, Caller);
    JOB Job = {
        .Length = Length, .Cached = Cached, .Context = Context,
        .Caller = Caller,
    };

    NTS_IRQL(DISPATCH_LEVEL);
    if (Dma->Adapter->State == NdisHalting) {
        NdisViolation(Dma->Adapter, __func__, Caller, "during the halt");
    }
    if (!Dma->Complete || !Queue(Dma, &Job)) {
        return NDIS_STATUS_FAILURE;
    }
    return NDIS_STATUS_PENDING;
}

VOID NTAPI NdisMFreeSharedMemory(NDIS_HANDLE MiniportHandle, ULONG Length,
                                 BOOLEAN Cached, PVOID VirtualAddress,
                                 NDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    JOB Job = { .Caller = Caller };
    CHAR Where[64];
    BLOCK *Block;

    NTS_IRQL(DISPATCH_LEVEL);
    NtsWhere(Caller, Where, sizeof(Where));
    Block = Adapter->Dma ? Take(Adapter->Dma, VirtualAddress) : NULL;
    if (!Block) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_FREE_INVALID, (ULONG_PTR)Adapter,
                    (ULONG_PTR)PAGE_ALIGN(VirtualAddress),
                    (ULONG_PTR)VirtualAddress, "%s of 0x%p, which is no "
                    "shared memory or freed already, by %s", __func__,
                    VirtualAddress, Where);
    }
    if (Block->Length != Length || !Block->Cached != !Cached ||
        Block->Address.QuadPart != PhysicalAddress.QuadPart) {
        NtsFinding("free-arguments", "%s with length %u, Cached %u and address "
                   "0x%I64x for %u bytes, Cached %u, at 0x%I64x, by %s",
                   __func__, Length, Cached, PhysicalAddress.QuadPart,
                   Block->Length, Block->Cached, Block->Address.QuadPart,
                   Where);
    }
    if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
        Release(Adapter->Dma, Block);
        return;
    }
    Job.Free = Block;
    if (!Queue(Adapter->Dma, &Job)) {
        NtsBugCheck(NDIS_BUG, NDIS_BUG_OTHER, 0, 0, 0,
                    "no memory to free shared memory later");
    }
}
