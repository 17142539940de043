/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_ENABLERS_H
#define CBX_KMDF_ENABLERS_H

#include "kmdf.h"

/* The ways in which the driver makes a WDFDMAENABLER. */
typedef enum _CBX_ENABLER_KIND {
    EnablerPacket,
    EnablerPacket64,
    EnablerScatterGather,
    EnablerScatterGather64,
    EnablerDuplex,
    EnablerDuplex64,
    EnablerVersion2,        /* WdmDmaVersionOverride */
    EnablerVersion3,
    EnablerWidth24,         /* AddressWidthOverride */
    EnablerWidth32,
    EnablerWidth40,
    EnablerKinds
} CBX_ENABLER_KIND;

/* In words, and the highest address that it may put on the bus. */
const char *EnablerName(_In_ CBX_ENABLER_KIND Kind);
ULONGLONG EnablerLastAddress(_In_ CBX_ENABLER_KIND Kind,
                             _In_ ULONG DeviceBits);

/*
 * Makes one for transfers of up to MaximumLength bytes, with the attributes
 * given. A device with fewer than 64 bits is described as what it is.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS EnablerCreate(_In_ WDFDEVICE Device, _In_ CBX_ENABLER_KIND Kind,
                       _In_ ULONG DeviceBits, _In_ SIZE_T MaximumLength,
                       _In_opt_ WDF_OBJECT_ATTRIBUTES *Attributes,
                       _Out_ WDFDMAENABLER *Enabler);

#endif /* CBX_KMDF_ENABLERS_H */
