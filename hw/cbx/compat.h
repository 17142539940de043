/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the QEMU versions the device is built with.
 */
#ifndef HW_CBX_COMPAT_H
#define HW_CBX_COMPAT_H

#include "qemu/timer.h"
#include "chardev/char-fe.h"
#include "hw/boards.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_bridge.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/resettable.h"
#include "migration/vmstate.h"
#include "qobject/json-writer.h"
#include "system/hostmem.h"
#include "system/numa.h"

/*
 * 10.1 moved the memory headers out of exec/ and made class data and
 * interface lists const; 10.2 renamed the front end of a character device.
 */
#if __has_include("system/memory.h")
#include "system/memory.h"
#include "system/address-spaces.h"
#define CBX_CLASS_DATA const void
#define CBX_INTERFACES const
#else
#include "exec/memory.h"
#include "exec/address-spaces.h"
#define CBX_CLASS_DATA void
#define CBX_INTERFACES
#define CharFrontend CharBackend
#endif

#endif /* HW_CBX_COMPAT_H */
