/* SPDX-License-Identifier: MIT */
#include "adapter.h"

static const struct {
    const char *Name;
    ULONG Version;
    ULONG Bits;         /* 0: as many as the device has */
} AdapterTable[AdapterKinds] = {
    [AdapterWidest] = { "version 3", CBX_DEVICE_DESCRIPTION_VERSION3, 0 },
    [AdapterWidth32] = { "version 3, 32 bits",
                         CBX_DEVICE_DESCRIPTION_VERSION3, 32 },
    [AdapterFlags32] = { "version 2, 32 bits", DEVICE_DESCRIPTION_VERSION2,
                         32 },
    [AdapterVersion1] = { "version 1, 32 bits", DEVICE_DESCRIPTION_VERSION1,
                          32 },
    [AdapterVersion0] = { "version 0, 32 bits", DEVICE_DESCRIPTION_VERSION,
                          32 },
};

static ULONGLONG
AdapterLastAddress(ULONG Bits)
{
    return Bits >= 64 ? ~0ull : (1ull << Bits) - 1;
}

BOOLEAN
AdapterStart(CBX_ADAPTER *Adapter, DEVICE_OBJECT *Device, DEVICE_OBJECT *Pdo,
             CBX_ADAPTER_KIND Kind, ULONG DeviceBits, ULONG MaximumLength)
{
    ULONG Bits = AdapterTable[Kind].Bits ? AdapterTable[Kind].Bits
                                         : DeviceBits;
    CBX_DEVICE_DESCRIPTION Description;

    RtlZeroMemory(Adapter, sizeof(*Adapter));
    Adapter->Device = Device;
    Adapter->Name = AdapterTable[Kind].Name;
    Adapter->LastAddress = AdapterLastAddress(Bits);
    if (Bits > DeviceBits) {
        return FALSE;
    }

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = AdapterTable[Kind].Version;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = MaximumLength;
    if (Description.Version == CBX_DEVICE_DESCRIPTION_VERSION3) {
        Description.DmaAddressWidth = Bits;
    } else {
        Description.Dma32BitAddresses = TRUE;
    }
    Adapter->Dma = (CBX_DMA_ADAPTER *)IoGetDmaAdapter(
        Pdo, (DEVICE_DESCRIPTION *)&Description, &Adapter->MapRegisters);
    if (!Adapter->Dma) {
        return FALSE;
    }
    Adapter->Operations = Adapter->Dma->DmaOperations;
    return TRUE;
}

VOID
AdapterStop(CBX_ADAPTER *Adapter)
{
    if (Adapter->Dma) {
        Adapter->Operations->PutDmaAdapter(Adapter->Dma);
        Adapter->Dma = NULL;
    }
}
