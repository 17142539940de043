/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMA adapters and common buffers, over the HAL's. */
#include "videoprt.h"

/* What a VP_DMA_ADAPTER is nobody's business but ours. */
struct __VP_DMA_ADAPTER {
    VP_DEVICE *Device;
    PDMA_ADAPTER Adapter;
    ULONG MapRegisters;
};

static PDMA_ADAPTER AdapterOf(VP_DEVICE *Device, PVP_DMA_ADAPTER Adapter,
                              const CHAR *Routine, const VOID *Caller)
{
    CHAR Where[64];

    if (!Adapter || Adapter->Device != Device) {
        NtsBugCheck(NTS_BUG_DMA, 0, (ULONG_PTR)Adapter, 0, 0,
                    "%s: %p is no DMA adapter of this device, called by %s",
                    Routine, Adapter, NtsWhere(Caller, Where, sizeof(Where)));
    }
    return Adapter->Adapter;
}
#define ADAPTER_OF(Device, Adapter) \
    AdapterOf(Device, Adapter, __func__, __builtin_return_address(0))

PVP_DMA_ADAPTER NTAPI VideoPortGetDmaAdapter(PVOID HwDeviceExtension,
                                             PVP_DEVICE_DESCRIPTION From)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    DEVICE_DESCRIPTION Description;
    PVP_DMA_ADAPTER Adapter;

    NTS_IRQL(PASSIVE_LEVEL);
    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = From->ScatterGather;
    Description.Dma32BitAddresses = From->Dma32BitAddresses;
    Description.Dma64BitAddresses = From->Dma64BitAddresses;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = From->MaximumLength;
    Adapter = NtsAllocate(sizeof(*Adapter));
    if (!Adapter) {
        return NULL;
    }
    Adapter->Device = Device;
    Adapter->Adapter = IoGetDmaAdapter(Device->Pdo, &Description,
                                       &Adapter->MapRegisters);
    if (!Adapter->Adapter) {
        NtsFree(Adapter, sizeof(*Adapter));
        return NULL;
    }
    if (!Device->FirstAdapter) {
        Device->FirstAdapter = Adapter;
    }
    return Adapter;
}

VOID NTAPI VideoPortPutDmaAdapter(PVOID HwDeviceExtension,
                                  PVP_DMA_ADAPTER VpDmaAdapter)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    PDMA_ADAPTER Adapter = ADAPTER_OF(Device, VpDmaAdapter);

    NTS_IRQL(PASSIVE_LEVEL);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
    if (Device->FirstAdapter == VpDmaAdapter) {
        Device->FirstAdapter = NULL;
    }
    VpDmaAdapter->Device = NULL;
    NtsFree(VpDmaAdapter, sizeof(*VpDmaAdapter));
}

PVOID NTAPI VideoPortAllocateCommonBuffer(PVOID HwDeviceExtension,
                                          PVP_DMA_ADAPTER VpDmaAdapter,
                                          ULONG DesiredLength,
                                          PPHYSICAL_ADDRESS LogicalAddress,
                                          BOOLEAN CacheEnabled, PVOID Reserved)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    PDMA_ADAPTER Adapter = ADAPTER_OF(Device, VpDmaAdapter);

    UNREFERENCED_PARAMETER(Reserved);
    NTS_IRQL(PASSIVE_LEVEL);
    return Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, DesiredLength, LogicalAddress, CacheEnabled);
}

/* The HAL compares all of it with what was handed out. */
VOID NTAPI VideoPortReleaseCommonBuffer(PVOID HwDeviceExtension,
                                        PVP_DMA_ADAPTER VpDmaAdapter,
                                        ULONG Length,
                                        PHYSICAL_ADDRESS LogicalAddress,
                                        PVOID VirtualAddress,
                                        BOOLEAN CacheEnabled)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    PDMA_ADAPTER Adapter = ADAPTER_OF(Device, VpDmaAdapter);

    NTS_IRQL(PASSIVE_LEVEL);
    Adapter->DmaOperations->FreeCommonBuffer(Adapter, Length, LogicalAddress,
                                             VirtualAddress, CacheEnabled);
}

/* The obsolete pair: Alignment is ignored, as documented. */
PVOID NTAPI VideoPortGetCommonBuffer(PVOID HwDeviceExtension,
                                     ULONG DesiredLength, ULONG Alignment,
                                     PPHYSICAL_ADDRESS LogicalAddress,
                                     PULONG ActualLength, BOOLEAN CacheEnabled)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);
    PVOID Buffer;

    UNREFERENCED_PARAMETER(Alignment);
    NTS_IRQL(PASSIVE_LEVEL);
    if (!Device->FirstAdapter) {
        return NULL;
    }
    Buffer = VideoPortAllocateCommonBuffer(HwDeviceExtension,
                                           Device->FirstAdapter,
                                           DesiredLength, LogicalAddress,
                                           CacheEnabled, NULL);
    *ActualLength = Buffer ? DesiredLength : 0;
    return Buffer;
}

VOID NTAPI VideoPortFreeCommonBuffer(PVOID HwDeviceExtension, ULONG Length,
                                     PVOID VirtualAddress,
                                     PHYSICAL_ADDRESS LogicalAddress,
                                     BOOLEAN CacheEnabled)
{
    VP_DEVICE *Device = VP_DEVICE_OF(HwDeviceExtension);

    VideoPortReleaseCommonBuffer(HwDeviceExtension, Device->FirstAdapter,
                                 Length, LogicalAddress, VirtualAddress,
                                 CacheEnabled);
}
