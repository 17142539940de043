/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMA adapters: made from a device description, checked on every use. */
#include "hal.h"

enum {
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

VOID HalRequireExactlyDispatch(const CHAR *Routine, const VOID *Caller)
{
    if (KeGetCurrentIrql() != DISPATCH_LEVEL) {
        IrqlViolation(IRQL_DIFFERS, DISPATCH_LEVEL, Routine, Caller);
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

static HAL_ADAPTER *AdapterOf(CBX_DMA_ADAPTER *Public, ULONG Version,
                              const CHAR *Routine, const VOID *Caller)
{
    HAL_ADAPTER *Adapter = HalAdapter(Public, Routine, Caller);
    CHAR Where[64];

    if (Adapter->Version < Version) {
        NtsBugCheck(NTS_BUG_DMA, DMA_OWN_VERSION, (ULONG_PTR)Public,
                    Adapter->Version, Version, "%s, which needs version %u, "
                    "with an adapter of version %u, by %s", Routine, Version,
                    Adapter->Version, NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Adapter;
}

HAL_ADAPTER *HalAdapterV2(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                          const VOID *Caller)
{
    return AdapterOf(Public, 2, Routine, Caller);
}

HAL_ADAPTER *HalAdapterV3(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                          const VOID *Caller)
{
    return AdapterOf(Public, 3, Routine, Caller);
}

BOOLEAN HalIsTranslated(const HAL_ADAPTER *Adapter)
{
    struct pal_device_info Info;

    pal_device_info(Adapter->Device, &Info);
    return Info.translated != 0;
}

BOOLEAN HalIsCoherent(const HAL_ADAPTER *Adapter)
{
    struct pal_device_info Info;

    pal_device_info(Adapter->Device, &Info);
    return Info.coherent || HalFaults & HAL_FAULT_IGNORES_CCA;
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
    Adapter->RegistersFree = Adapter->MapRegisters;
    InitializeListHead(&Adapter->Waiting);
    InitializeListHead(&Adapter->Granted);
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

/* What an adapter must not be released with, in the order of the codes. */
static VOID RequireReturned(const HAL_ADAPTER *Adapter, const VOID *Caller)
{
    const struct {
        ULONG Violation;
        LONG Left;
        const CHAR *Name;
    } Kinds[] = {
        { DMA_ADAPTER_LEAKS_BUFFERS, Adapter->Buffers, "common buffers" },
        { DMA_ADAPTER_LEAKS_CHANNEL, Adapter->Channel ||
          !IsListEmpty(&Adapter->Waiting), "channels" },
        { DMA_ADAPTER_LEAKS_LISTS, Adapter->Lists, "scatter/gather lists" },
        { DMA_ADAPTER_LEAKS_REGISTERS, Adapter->Sets,
          "sets of map registers" },
    };
    CHAR Where[64];

    NtsWhere(Caller, Where, sizeof(Where));
    if (Adapter->Vectors) {
        NtsBugCheck(CBX_DMA_COMMON_BUFFER_VECTOR_ERROR,
                    CBX_VECTOR_ERROR_LEAKED, 0, 0, 0,
                    "adapter released with %u common buffer vectors, by %s",
                    Adapter->Vectors, Where);
    }
    for (ULONG i = 0; i < RTL_NUMBER_OF(Kinds); i++) {
        if (Kinds[i].Left) {
            NtsBugCheck(NTS_BUG_DMA, Kinds[i].Violation, (ULONG_PTR)Adapter,
                        Kinds[i].Left, 0, "adapter released with %u %s, by %s",
                        Kinds[i].Left, Kinds[i].Name, Where);
        }
    }
}

static VOID NTAPI PutDmaAdapter(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapter(Public, "PutDmaAdapter", Caller);

    HalRequireDispatch("PutDmaAdapter", Caller);
    RequireReturned(Adapter, Caller);
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
    const HAL_ADAPTER *Adapter = HalAdapter(Public, "GetDmaAlignment", Caller);
    struct pal_device_info Info;

    HalRequirePassive("GetDmaAlignment", Caller);
    pal_device_info(Adapter->Device, &Info);
    return Info.alignment;
}

static NTSTATUS NTAPI GetDmaAdapterInfo(CBX_DMA_ADAPTER *Public,
                                        CBX_DMA_ADAPTER_INFO *Info)
{
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, "GetDmaAdapterInfo", Caller);

    HalRequireDispatch("GetDmaAdapterInfo", Caller);
    if (Info->Version != CBX_DMA_ADAPTER_INFO_VERSION1) {
        return STATUS_NOT_SUPPORTED;
    }
    Info->V1.ReadDmaCounterAvailable = 0;
    Info->V1.ScatterGatherLimit = Adapter->ScatterGather
                                  ? Adapter->MapRegisters : 1;
    Info->V1.DmaAddressWidth = HalFaults & HAL_FAULT_WRONG_INFO
                               ? Adapter->AddressWidth - 1
                               : Adapter->AddressWidth;
    Info->V1.Flags = 0;
    Info->V1.MinimumTransferUnit = 1;
    return STATUS_SUCCESS;
}

/* System DMA only: what a bus master has transferred only it knows. */
static ULONG NTAPI ReadDmaCounter(CBX_DMA_ADAPTER *Public)
{
    const VOID *Caller = __builtin_return_address(0);

    HalAdapter(Public, "ReadDmaCounter", Caller);
    HalRequireDispatch("ReadDmaCounter", Caller);
    return 0;
}

static NTSTATUS NTAPI FlushDmaBuffer(CBX_DMA_ADAPTER *Public, PMDL Mdl,
                                     BOOLEAN ReadOperation)
{
    const CHAR *Routine = "FlushDmaBuffer";
    const VOID *Caller = __builtin_return_address(0);
    HAL_ADAPTER *Adapter = HalAdapterV3(Public, Routine, Caller);
    CHAR Where[64];

    HalRequireDispatch(Routine, Caller);
    if (HalFaults & HAL_FAULT_NO_FLUSH) {
        return STATUS_UNSUCCESSFUL;
    }
    if (!HalHolds(Mdl, 0, 0, Routine, Caller)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!HalSyncRuns(Adapter, Mdl, ReadOperation, Routine, Caller)) {
        NtsBugCheck(NTS_BUG_DMA, DMA_FLUSH_NOT_MAPPED, (ULONG_PTR)Mdl, 0, 0,
                    "%s of a buffer that is not mapped, by %s", Routine,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
    return STATUS_SUCCESS;
}

DECLSPEC_NORETURN VOID HalUnprovided(const CHAR *What, const VOID *Caller)
{
    CHAR Text[160], Where[64];

    NtsFormat(Text, sizeof(Text), "%s, which this stand-in does not provide, "
              "was wanted by %s", What, NtsWhere(Caller, Where,
                                                 sizeof(Where)));
    pal_panic("not-provided", Text);
    for (;;) {
        YieldProcessor();
    }
}

VOID HalOperationsInitialize(HAL_ADAPTER *Adapter)
{
    CBX_DMA_OPERATIONS *Operations = &Adapter->Operations;

    HalChannelOperations(Operations);
    HalListOperations(Operations);
    Operations->PutDmaAdapter = PutDmaAdapter;
    Operations->AllocateCommonBuffer = HalAllocateCommonBufferV1;
    Operations->FreeCommonBuffer = HalFreeCommonBufferV1;
    Operations->GetDmaAlignment = GetDmaAlignment;
    Operations->ReadDmaCounter = ReadDmaCounter;
    Operations->FlushDmaBuffer = FlushDmaBuffer;
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
        Operations->Size = HalFaults & HAL_FAULT_WINDOWS_8
                           ? CBX_DMA_OPERATIONS_END(CancelMappedTransfer)
                           : sizeof(*Operations);
        break;
    }
    /* What the version does not have is NULL. */
    RtlZeroMemory((PUCHAR)Operations + Operations->Size,
                  sizeof(*Operations) - Operations->Size);
    Adapter->Public.Version = 1;
    Adapter->Public.Size = sizeof(Adapter->Public);
    Adapter->Public.DmaOperations = Operations;
}
