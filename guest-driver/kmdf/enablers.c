/* SPDX-License-Identifier: MIT */
#include "enablers.h"

static const struct {
    const char *Name;
    WDF_DMA_PROFILE Profile;
    ULONG Bits;             /* 64: as many as the device has */
    ULONG Width;            /* AddressWidthOverride */
    ULONG Version;          /* WdmDmaVersionOverride */
} EnablerTable[EnablerKinds] = {
    [EnablerPacket] = { "packet", WdfDmaProfilePacket, 32, 0, 0 },
    [EnablerPacket64] = { "packet 64", WdfDmaProfilePacket64, 64, 0, 0 },
    [EnablerScatterGather] = { "scatter-gather", WdfDmaProfileScatterGather,
                               32, 0, 0 },
    [EnablerScatterGather64] = { "scatter-gather 64",
                                 WdfDmaProfileScatterGather64, 64, 0, 0 },
    [EnablerDuplex] = { "duplex", WdfDmaProfileScatterGatherDuplex, 32, 0, 0 },
    [EnablerDuplex64] = { "duplex 64", WdfDmaProfileScatterGather64Duplex, 64,
                          0, 0 },
    [EnablerVersion2] = { "packet 64, version 2", WdfDmaProfilePacket64, 64,
                          0, 2 },
    [EnablerVersion3] = { "scatter-gather 64, version 3",
                          WdfDmaProfileScatterGather64, 64, 0, 3 },
    [EnablerWidth24] = { "packet, 24 bits", WdfDmaProfilePacket, 24, 24, 0 },
    [EnablerWidth32] = { "scatter-gather 64, 32 bits",
                         WdfDmaProfileScatterGather64, 32, 32, 0 },
    [EnablerWidth40] = { "scatter-gather 64, 40 bits, version 3",
                         WdfDmaProfileScatterGather64, 40, 40, 3 },
};

const char *
EnablerName(CBX_ENABLER_KIND Kind)
{
    return EnablerTable[Kind].Name;
}

static ULONG
EnablerBits(CBX_ENABLER_KIND Kind, ULONG DeviceBits)
{
    ULONG Bits = EnablerTable[Kind].Bits;

    return Bits < DeviceBits ? Bits : DeviceBits;
}

ULONGLONG
EnablerLastAddress(CBX_ENABLER_KIND Kind, ULONG DeviceBits)
{
    ULONG Bits = EnablerBits(Kind, DeviceBits);

    return Bits >= 64 ? ~0ull : (1ull << Bits) - 1;
}

NTSTATUS
EnablerCreate(WDFDEVICE Device, CBX_ENABLER_KIND Kind, ULONG DeviceBits,
              SIZE_T MaximumLength, WDF_OBJECT_ATTRIBUTES *Attributes,
              WDFDMAENABLER *Enabler)
{
    WDF_DMA_ENABLER_CONFIG Config = {
        .Size = sizeof(Config),
        .Profile = EnablerTable[Kind].Profile,
        .MaximumLength = MaximumLength,
        .AddressWidthOverride = EnablerTable[Kind].Width,
        .WdmDmaVersionOverride = EnablerTable[Kind].Version,
    };

    if (EnablerBits(Kind, DeviceBits) < EnablerTable[Kind].Bits) {
        Config.AddressWidthOverride = DeviceBits;
        Config.WdmDmaVersionOverride = 0;
    }
    return WdfDmaEnablerCreate(Device, &Config, Attributes, Enabler);
}
