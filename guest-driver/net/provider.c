/* SPDX-License-Identifier: MIT */
#include "provider.h"

CBX_NET_PROVIDER Provider;

/* ---- The list that the caller gets -------------------------------------- */

/* A list of pages, unless one piece was asked for. */
static ULONG
ProviderElements(const NDIS_SHARED_MEMORY_PARAMETERS *Parameters)
{
    return Parameters->Flags & NDIS_SHARED_MEM_PARAMETERS_CONTIGUOUS
           ? 1 : (ULONG)BYTES_TO_PAGES(Parameters->Length);
}

static ULONG
ProviderListLength(ULONG Elements)
{
    return (ULONG)(FIELD_OFFSET(SCATTER_GATHER_LIST, Elements) +
                   Elements * sizeof(SCATTER_GATHER_ELEMENT));
}

static VOID
ProviderFillList(const CBX_NET_BLOCK *Block,
                 NDIS_SHARED_MEMORY_PARAMETERS *Parameters)
{
    SCATTER_GATHER_LIST *List = Parameters->SGListBuffer;
    ULONG Count = ProviderElements(Parameters), Done = 0;

    List->NumberOfElements = Count;
    List->Reserved = 0;
    for (ULONG i = 0; i < Count; i++) {
        SCATTER_GATHER_ELEMENT *Element = &List->Elements[i];
        ULONG Left = Block->Length - Done;

        Element->Address.QuadPart = Block->Logical.QuadPart + Done;
        Element->Length = Count == 1 || Left < PAGE_SIZE ? Left : PAGE_SIZE;
        Element->Reserved = 0;
        Done += Element->Length;
    }
}

/* ---- The handlers ------------------------------------------------------- */

static VOID
ProviderNote(CBX_NET_CALL *Call, NDIS_HANDLE ProviderContext,
             NDIS_HANDLE AllocationContext)
{
    Call->Count++;
    Call->ProviderContext = ProviderContext;
    Call->AllocationContext = AllocationContext;
    Call->Thread = PsGetCurrentThreadId();
    Call->Irql = KeGetCurrentIrql();
}

static NDIS_STATUS
ProviderAllocate(NDIS_SHARED_MEMORY_PARAMETERS *Parameters,
                 CBX_NET_BLOCK **Allocated)
{
    CBX_NET_BLOCK *Block = NULL;

    if (!Parameters->Length || !Parameters->SGListBuffer ||
        Parameters->SGListBufferLength <
            ProviderListLength(ProviderElements(Parameters))) {
        return NDIS_STATUS_INVALID_PARAMETER;
    }
    if (!Provider.Dma) {
        return NDIS_STATUS_FAILURE;
    }
    for (ULONG i = 0; i < PROVIDER_BLOCKS_MAX && !Block; i++) {
        if (!Provider.Blocks[i].Va) {
            Block = &Provider.Blocks[i];
        }
    }
    if (!Block) {
        return NDIS_STATUS_RESOURCES;
    }
    Block->Va = Provider.Dma->DmaOperations->AllocateCommonBuffer(
        Provider.Dma, Parameters->Length, &Block->Logical, TRUE);
    if (!Block->Va) {
        return NDIS_STATUS_RESOURCES;
    }
    Block->Length = Parameters->Length;
    ProviderFillList(Block, Parameters);
    Parameters->VirtualAddress = Block->Va;
    Parameters->SharedMemoryHandle = Block;
    *Allocated = Block;
    return NDIS_STATUS_SUCCESS;
}

static ALLOCATE_SHARED_MEMORY_HANDLER ProviderNetAllocate;
static NDIS_STATUS NTAPI
ProviderNetAllocate(NDIS_HANDLE ProviderContext,
                    PNDIS_SHARED_MEMORY_PARAMETERS Parameters,
                    PNDIS_HANDLE AllocationContext)
{
    CBX_NET_BLOCK *Block = NULL;

    Provider.Allocated.Parameters = *Parameters;
    Provider.Allocated.Status = ProviderAllocate(Parameters, &Block);
    *AllocationContext = Block;
    ProviderNote(&Provider.Allocated, ProviderContext, Block);
    return Provider.Allocated.Status;
}

static FREE_SHARED_MEMORY_HANDLER ProviderNetFree;
static VOID NTAPI
ProviderNetFree(NDIS_HANDLE ProviderContext, NDIS_HANDLE AllocationContext)
{
    ProviderNote(&Provider.Freed, ProviderContext, AllocationContext);
    for (ULONG i = 0; i < PROVIDER_BLOCKS_MAX; i++) {
        CBX_NET_BLOCK *Block = &Provider.Blocks[i];

        if (Block == AllocationContext && Block->Va) {
            Provider.Dma->DmaOperations->FreeCommonBuffer(
                Provider.Dma, Block->Length, Block->Logical, Block->Va, TRUE);
            Block->Va = NULL;
        }
    }
}

/* ---- Up and down -------------------------------------------------------- */

NDIS_STATUS
ProviderRegister(NDIS_HANDLE Driver)
{
    NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS Characteristics;

    KeInitializeMutex(&Provider.Lock, 0);
    RtlZeroMemory(&Characteristics, sizeof(Characteristics));
    Characteristics.Header.Type =
        NDIS_OBJECT_TYPE_SHARED_MEMORY_PROVIDER_CHARACTERISTICS;
    Characteristics.Header.Revision = 1;
    Characteristics.Header.Size = sizeof(Characteristics);
    Characteristics.ProviderContext = &Provider;
    Characteristics.AllocateSharedMemoryHandler = ProviderNetAllocate;
    Characteristics.FreeSharedMemoryHandler = ProviderNetFree;
    return NdisSetOptionalHandlers(Driver, &Characteristics.Header);
}

BOOLEAN
ProviderStart(NDIS_HANDLE Miniport, ULONG Bits, ULONG MaximumLength)
{
    DEVICE_DESCRIPTION Description;
    DEVICE_OBJECT *Pdo = NULL;
    ULONG Registers;

    KeWaitForSingleObject(&Provider.Lock, Executive, KernelMode, FALSE, NULL);
    NdisMGetDeviceProperty(Miniport, &Pdo, NULL, NULL, NULL, NULL);
    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION2;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.Dma64BitAddresses = Bits == 64;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = MaximumLength;
    Provider.Dma = (CBX_DMA_ADAPTER *)IoGetDmaAdapter(Pdo, &Description,
                                                      &Registers);
    if (!Provider.Dma) {
        KeReleaseMutex(&Provider.Lock, FALSE);
    }
    return Provider.Dma != NULL;
}

VOID
ProviderStop(VOID)
{
    Provider.Dma->DmaOperations->PutDmaAdapter(Provider.Dma);
    Provider.Dma = NULL;
    KeReleaseMutex(&Provider.Lock, FALSE);
}
