/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_INTERRUPT_H
#define CBX_KMDF_INTERRUPT_H

#include "device.h"

/* The MSI-X vector of the driver's one queue: it takes the first message. */
#define CBX_INTERRUPT_VECTOR 0u

/* In EvtDriverDeviceAdd, where the framework still has no resources. */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS InterruptCreate(_Inout_ CBX_DEVICE *Device);

/*
 * The event that each interrupt signals; NULL when the device does not signal
 * by messages, for the queue has no other way. The device is in D0.
 */
_IRQL_requires_max_(DISPATCH_LEVEL)
KEVENT *InterruptCompletion(_In_ CBX_DEVICE *Device);

#endif /* CBX_KMDF_INTERRUPT_H */
