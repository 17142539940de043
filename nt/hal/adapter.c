/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMA adapters: made from a device description, checked on every use. */
#include "hal.h"

enum {
    DMA_ADAPTER_LEAKS_BUFFERS = 0x07,
    DMA_IRQL = 0x13,
    DMA_ADAPTER_RELEASED = 0x18,
    DMA_ADAPTER_NULL = 0x19,
    DMA_BAD_VERSION = 0x25,
    IRQL_DIFFERS = 1,
    IRQL_TOO_HIGH = 2,
};

/* KMDF takes one off and expects something to be left. */
enum { MAP_REGISTERS_MIN = 2 };

static VOID IrqlViolation(ULONG Kind, KIRQL Expected, const CHAR *Routine,
                          const VOID *Caller)
{
    KIRQL Irql = KeGetCurrentIrql();
    CHAR Where[64];

    NtsBugCheck(NTS_BUG_DMA, DMA_IRQL, Kind, Expected, Irql,
                "%s called at IRQL %u, %s %u is required, by %s", Routine,
                Irql, Kind == IRQL_DIFFERS ? "exactly" : "at most", Expected,
                NtsWhere(Caller, Where, sizeof(Where)));
}

VOID HalRequirePassive(const CHAR *Routine, const VOID *Caller)
{
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) {
        IrqlViolation(IRQL_DIFFERS, PASSIVE_LEVEL, Routine, Caller);
    }
}

VOID HalRequireDispatch(const CHAR *Routine, const VOID *Caller)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        IrqlViolation(IRQL_TOO_HIGH, DISPATCH_LEVEL, Routine, Caller);
    }
}

HAL_ADAPTER *HalAdapter(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                        const VOID *Caller)
{
    CHAR Where[64];

    if (!Public) {
        NtsBugCheck(NTS_BUG_DMA, DMA_ADAPTER_NULL, 0, 0, 0,
                    "%s with a NULL adapter, by %s", Routine,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    /* Asked of the ledger, so that a released one is not touched. */
    if (!NtsLedgerFind(NtsKindAdapter, Public, NULL)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_ADAPTER_RELEASED, (ULONG_PTR)Public, 0, 0,
                    "%s with an adapter that was released or never was one, "
                    "by %s", Routine, NtsWhere(Caller, Where, sizeof(Where)));
    }
    return CONTAINING_RECORD(Public, HAL_ADAPTER, Public);
}

BOOLEAN HalIsTranslated(const HAL_ADAPTER *Adapter)
{
    struct pal_device_info Info;

    pal_device_info(Adapter->Device, &Info);
    return Info.translated != 0;
}

/* Bits of address, as 2.4 of DEVICE_DESCRIPTION's documentation has it. */
static ULONG AddressWidth(const CBX_DEVICE_DESCRIPTION *Description)
{
    if (Description->Version >= CBX_DEVICE_DESCRIPTION_VERSION3) {
        return Description->DmaAddressWidth;
    }
    if (Description->Dma64BitAddresses) {
        return 64;
    }
    if (Description->Dma32BitAddresses ||
        (Description->ScatterGather && Description->InterfaceType == PCIBus)) {
        return 32;
    }
    return 24;
}

struct _DMA_ADAPTER *HalNtsGetAdapter(void *Device,
                                      struct _DEVICE_DESCRIPTION *Given,
                                      ULONG *NumberOfMapRegisters,
                                      const VOID *Caller)
{
    /* The header's structure ends before the members of version 3. */
    const CBX_DEVICE_DESCRIPTION *Description = (PVOID)Given;
    HAL_ADAPTER *Adapter;
    CHAR Where[64];
    ULONG Width;

    if (Description->Version > CBX_DEVICE_DESCRIPTION_VERSION3) {
        NtsBugCheck(NTS_BUG_DMA, DMA_BAD_VERSION, Description->Version, 0, 0,
                    "DEVICE_DESCRIPTION of version %u, by %s",
                    Description->Version,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    Width = AddressWidth(Description);
    /* System DMA has no controller behind PCI. */
    if (!Description->Master || !Width || Width > 64 ||
        !Description->MaximumLength) {
        return NULL;
    }
    Adapter = NtsAllocate(sizeof(*Adapter));
    if (!Adapter) {
        return NULL;
    }
    Adapter->Device = Device;
    Adapter->Version = Description->Version;
    Adapter->AddressWidth = Width;
    Adapter->ScatterGather = Description->ScatterGather;
    Adapter->MapRegisters =
        (ULONG)BYTES_TO_PAGES((ULONGLONG)Description->MaximumLength) + 1;
    if (Adapter->MapRegisters < MAP_REGISTERS_MIN) {
        Adapter->MapRegisters = MAP_REGISTERS_MIN;
    }
    HalOperationsInitialize(Adapter);
    if (!NtsLedgerAdd(NtsKindAdapter, &Adapter->Public, sizeof(*Adapter), 0,
                      Caller)) {
        NtsFree(Adapter, sizeof(*Adapter));
        return NULL;
    }
    *NumberOfMapRegisters = Adapter->MapRegisters;
    return (PVOID)&Adapter->Public;
}

/* ---- Members that concern the adapter itself ---------------------------- */

static VOID NTAPI PutDmaAdapter(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, "PutDmaAdapter", Caller);
    CHAR Where[64];

    HalRequireDispatch("PutDmaAdapter", Caller);
    NtsWhere(Caller, Where, sizeof(Where));
    if (Adapter->Vectors) {
        NtsBugCheck(CBX_DMA_COMMON_BUFFER_VECTOR_ERROR,
                    CBX_VECTOR_ERROR_LEAKED, 0, 0, 0,
                    "adapter released with %u common buffer vectors, by %s",
                    Adapter->Vectors, Where);
    }
    if (Adapter->Buffers) {
        NtsBugCheck(NTS_BUG_DMA, DMA_ADAPTER_LEAKS_BUFFERS, (ULONG_PTR)Public,
                    Adapter->Buffers, 0,
                    "adapter released with %u common buffers, by %s",
                    Adapter->Buffers, Where);
    }
    HalStaleFlush();
    if (HalFaults & HAL_FAULT_LEAK) {
        return;
    }
    NtsLedgerRemove(NtsKindAdapter, Public, NULL);
    RtlFillMemory(Adapter, sizeof(*Adapter), 0xdd);
    NtsFree(Adapter, sizeof(*Adapter));
}

static ULONG NTAPI GetDmaAlignment(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);

    HalAdapter(Public, "GetDmaAlignment", Caller);
    HalRequirePassive("GetDmaAlignment", Caller);
    /* Bytes. x86 is coherent, nothing is required. */
    return 1;
}

static NTSTATUS NTAPI GetDmaAdapterInfo(CBX_DMA_ADAPTER *Public,
                                        CBX_DMA_ADAPTER_INFO *Info)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, "GetDmaAdapterInfo", Caller);

    HalRequireDispatch("GetDmaAdapterInfo", Caller);
    if (Info->Version != CBX_DMA_ADAPTER_INFO_VERSION1) {
        return STATUS_NOT_SUPPORTED;
    }
    Info->V1.ReadDmaCounterAvailable = 0;
    Info->V1.ScatterGatherLimit = Adapter->ScatterGather
                                  ? Adapter->MapRegisters : 1;
    Info->V1.DmaAddressWidth = Adapter->AddressWidth;
    Info->V1.Flags = 0;
    Info->V1.MinimumTransferUnit = 1;
    return STATUS_SUCCESS;
}

VOID HalOperationsInitialize(HAL_ADAPTER *Adapter)
{
    CBX_DMA_OPERATIONS *Operations = &Adapter->Operations;

    HalOperationsUnprovided(Operations);
    Operations->PutDmaAdapter = PutDmaAdapter;
    Operations->AllocateCommonBuffer = HalAllocateCommonBufferV1;
    Operations->FreeCommonBuffer = HalFreeCommonBufferV1;
    Operations->GetDmaAlignment = GetDmaAlignment;
    Operations->GetDmaAdapterInfo = GetDmaAdapterInfo;
    Operations->AllocateCommonBufferEx =
        HalFaults & HAL_FAULT_NO_MEMBER ? NULL : HalAllocateCommonBufferEx;
    Operations->AllocateDomainCommonBuffer = HalAllocateInDomain;
    Operations->JoinDmaDomain = HalJoinDmaDomain;
    Operations->LeaveDmaDomain = HalLeaveDmaDomain;
    Operations->GetDmaDomain = HalGetDmaDomain;
    Operations->AllocateCommonBufferWithBounds = HalAllocateWithBounds;
    Operations->AllocateCommonBufferVector = HalAllocateVector;
    Operations->GetCommonBufferFromVectorByIndex = HalGetFromVector;
    Operations->FreeCommonBufferFromVector = HalFreeFromVector;
    Operations->FreeCommonBufferVector = HalFreeVector;
    Operations->CreateCommonBufferFromMdl = HalCreateFromMdl;
    switch (Adapter->Version) {
    case 0:
    case 1:
        Operations->Size = CBX_DMA_OPERATIONS_END(PutScatterGatherList);
        break;
    case 2:
        Operations->Size =
            CBX_DMA_OPERATIONS_END(BuildMdlFromScatterGatherList);
        break;
    default:
        Operations->Size = sizeof(*Operations);
        break;
    }
    /* What the version does not have is NULL. */
    RtlZeroMemory((PUCHAR)Operations + Operations->Size,
                  sizeof(*Operations) - Operations->Size);
    Adapter->Public.Version = 1;
    Adapter->Public.Size = sizeof(Adapter->Public);
    Adapter->Public.DmaOperations = Operations;
}
