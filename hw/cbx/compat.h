/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the QEMU versions the device is built with.
 */
#ifndef HW_CBX_COMPAT_H
#define HW_CBX_COMPAT_H

#include "hw/pci/pci_device.h"

#endif /* HW_CBX_COMPAT_H */
