/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the PCI Express function.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx/abi.h"
#include "compat.h"
#include "trace.h"

static void cbx_class_init(ObjectClass *oc, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);

    pc->vendor_id = CBX_PCI_VENDOR_ID;
    pc->device_id = CBX_PCI_DEVICE_ID;
    pc->class_id = PCI_CLASS_OTHERS;
    dc->desc = "common-buffer DMA exerciser";
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo cbx_info = {
    .name = "cbx",
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(PCIDevice),
    .class_init = cbx_class_init,
    .interfaces = (const InterfaceInfo[]) {
        { INTERFACE_PCIE_DEVICE },
        { },
    },
};

static void cbx_register_types(void)
{
    type_register_static(&cbx_info);
}

type_init(cbx_register_types)
