/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_CONTROL_H
#define CBX_KMDF_CONTROL_H

#include "device.h"

/*
 * The device interface of cbx/ioctl.h and the queues behind it; the framework
 * enables the one and deletes the others with the device.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS ControlCreate(_Inout_ CBX_DEVICE *Device);

#endif /* CBX_KMDF_CONTROL_H */
