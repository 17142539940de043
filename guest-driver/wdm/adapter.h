/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_ADAPTER_H
#define CBX_WDM_ADAPTER_H

#include "common/nt.h"

/* The limits under which buffers are asked for: one adapter each. */
typedef enum _CBX_ADAPTER_KIND {
    AdapterWidest,      /* description version 3, all that the device can */
    AdapterWidth32,     /* version 3, DmaAddressWidth 32 */
    AdapterFlags32,     /* version 2, Dma32BitAddresses */
    AdapterVersion1,    /* version 1, as above */
    AdapterVersion0,    /* version 0, as above */
    AdapterKinds
} CBX_ADAPTER_KIND;

typedef struct _CBX_ADAPTER {
    CBX_DMA_ADAPTER *Dma;       /* NULL: the system offers none of this kind */
    CBX_DMA_OPERATIONS *Operations;
    DEVICE_OBJECT *Device;      /* ours, for packet DMA */
    const char *Name;
    ULONGLONG LastAddress;      /* highest that the description allows */
    ULONG MapRegisters;
} CBX_ADAPTER;

/*
 * Gets an adapter for transfers of up to MaximumLength bytes. FALSE, and an
 * adapter without Dma, if the system does not know the description's version,
 * lacks resources, or if the device is narrower than the kind.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
BOOLEAN AdapterStart(_Out_ CBX_ADAPTER *Adapter, _In_ DEVICE_OBJECT *Device,
                     _In_ DEVICE_OBJECT *Pdo, _In_ CBX_ADAPTER_KIND Kind,
                     _In_ ULONG DeviceBits, _In_ ULONG MaximumLength);

/* Puts it back; harmless when there is none. Its buffers are freed by then. */
_IRQL_requires_max_(DISPATCH_LEVEL)
VOID AdapterStop(_Inout_ CBX_ADAPTER *Adapter);

#endif /* CBX_WDM_ADAPTER_H */
