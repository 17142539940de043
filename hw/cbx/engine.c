/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the device on the bus.
 *
 * Every access goes through the same three questions: may the device use the
 * bus, what does the IOMMU say, and what stands at the address it gave. The
 * answers are looked at one by one rather than left to pci_dma_rw(), because
 * the guest is told which of them was "no".
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/rcu.h"
#include "cbx.h"
#include "coherence.h"
#include "trace.h"

MemTxAttrs cbx_attrs(CbxState *s)
{
    uint32_t rid = cbx_get32(s, CBX_ARM_RID_CTL);

    return (MemTxAttrs) {
        .requester_id = rid & CBX_ARM_RID_VALID
                        ? rid & CBX_ARM_RID_MASK
                        : pci_requester_id(&s->parent_obj),
    };
}

static bool cbx_in_d0(PCIDevice *d)
{
    return !(pci_get_word(d->config + d->pm_cap + PCI_PM_CTRL)
             & PCI_PM_CTRL_STATE_MASK);
}

uint16_t cbx_bus_status(CbxState *s)
{
    PCIDevice *d = &s->parent_obj;
    PCIBus *bus = pci_get_bus(d);

    /*
     * A function reset clears COMMAND but not the memory region by which
     * QEMU's core gates bus mastering, so the bit itself has to be read.
     */
    if (!(pci_get_word(d->config + PCI_COMMAND) & PCI_COMMAND_MASTER) ||
        !cbx_in_d0(d)) {
        return CBX_STATUS_NO_MASTER;
    }

    while (!pci_bus_is_root(bus)) {
        PCIDevice *port = bus->parent_dev;

        if (!(pci_get_word(port->config + PCI_COMMAND)
              & PCI_COMMAND_MASTER)) {
            pci_word_test_and_set_mask(d->config + PCI_STATUS,
                                       PCI_STATUS_REC_MASTER_ABORT);
            if (pci_is_express(port)) {
                pci_word_test_and_set_mask(port->config + port->exp.exp_cap +
                                           PCI_EXP_DEVSTA, PCI_EXP_DEVSTA_URD);
            }
            return CBX_STATUS_BUS_ERROR;
        }
        bus = pci_get_bus(port);
    }
    return CBX_STATUS_OK;
}

const char *cbx_iommu_name(CbxState *s)
{
    PCIBus *bus = pci_get_bus(&s->parent_obj);

    if (pci_device_iommu_address_space(&s->parent_obj)
        == &address_space_memory) {
        return "none";
    }
    while (!bus->iommu_ops && bus->parent_dev) {
        bus = pci_get_bus(bus->parent_dev);
    }
    return bus->iommu_opaque ? object_get_typename(OBJECT(bus->iommu_opaque))
                             : "none";
}

/* The IOMMU's word on @address, in t->as, t->gpa and t->length. */
static void cbx_translate(IOMMUMemoryRegion *iommu, hwaddr offset, bool write,
                          MemTxAttrs attrs, CbxTarget *t)
{
    IOMMUMemoryRegionClass *imrc = memory_region_get_iommu_class_nocheck(iommu);
    IOMMUAccessFlags want = write ? IOMMU_WO : IOMMU_RO;
    int index = memory_region_iommu_attrs_to_index(iommu, attrs);
    IOMMUTLBEntry entry = imrc->translate(iommu, offset, want, index);

    t->iommu = true;
    if (!(entry.perm & want)) {
        t->status = CBX_STATUS_IOMMU_FAULT;
        return;
    }
    t->as = entry.target_as;
    t->gpa = (entry.translated_addr & ~entry.addr_mask) |
             (offset & entry.addr_mask);
    t->length = MIN(t->length, entry.addr_mask - (offset & entry.addr_mask));
    t->length += t->length != HWADDR_MAX;
}

CbxTarget cbx_resolve(CbxState *s, uint64_t address, bool write)
{
    AddressSpace *as = s->bypass
                       ? &address_space_memory
                       : pci_device_iommu_address_space(&s->parent_obj);
    MemTxAttrs attrs = cbx_attrs(s);
    CbxTarget t = {
        .status = CBX_STATUS_OK,
        .as = as,
        .gpa = address,
        .length = HWADDR_MAX,
    };
    MemoryRegionSection section;
    MemoryRegion *mr;
    hwaddr xlat;

    RCU_READ_LOCK_GUARD();

    section = memory_region_find(as->root, address, 1);
    if (section.mr) {
        IOMMUMemoryRegion *iommu = memory_region_get_iommu(section.mr);
        hwaddr offset = section.offset_within_region;

        memory_region_unref(section.mr);
        if (iommu) {
            cbx_translate(iommu, offset, write, attrs, &t);
            if (t.status != CBX_STATUS_OK) {
                return t;
            }
            section = memory_region_find(t.as->root, t.gpa, 1);
            memory_region_unref(section.mr);
        }
    }
    if (!section.mr) {
        t.status = CBX_STATUS_BUS_ERROR;
        return t;
    }

    mr = address_space_translate(t.as, t.gpa, &xlat, &t.length, write, attrs);
    t.direct = memory_access_is_direct(mr, write, attrs);
    t.ram = t.direct && memory_region_is_ram(mr) && !mr->dev;
    cbx_coherence_target(s, &t);
    return t;
}

void cbx_read_failed(CbxState *s, uint16_t status)
{
    if (status == CBX_STATUS_IOMMU_FAULT || status == CBX_STATUS_BUS_ERROR) {
        pci_word_test_and_set_mask(s->parent_obj.config + PCI_STATUS,
                                   PCI_STATUS_REC_MASTER_ABORT);
    }
}

uint16_t cbx_target_seen(const CbxTarget *t, uint64_t address)
{
    return (t->iommu ? CBX_COMP_IOMMU : 0) |
           (t->status == CBX_STATUS_OK && t->gpa != address
            ? CBX_COMP_TRANSLATED : 0);
}

uint16_t cbx_access(CbxState *s, const CbxTarget *t, void *data, hwaddr length,
                    bool write)
{
    MemTxResult r;

    if (t->modelled) {
        cbx_coherence_access(s, t, data, length, write);
        return CBX_STATUS_OK;
    }
    r = address_space_rw(t->as, t->gpa, cbx_attrs(s), data, length, write);
    return r == MEMTX_OK ? CBX_STATUS_OK : CBX_STATUS_BUS_ERROR;
}

static CbxTarget cbx_structure_target(CbxState *s, uint64_t address, bool write)
{
    uint16_t status = cbx_bus_status(s);

    if (status != CBX_STATUS_OK) {
        return (CbxTarget) { .status = status };
    }
    return cbx_resolve(s, address, write);
}

uint16_t cbx_structure_read(CbxState *s, uint64_t address, void *data,
                            unsigned length)
{
    CbxTarget t = cbx_structure_target(s, address, false);

    return t.status == CBX_STATUS_OK ? cbx_access(s, &t, data, length, false)
                                     : t.status;
}

uint16_t cbx_structure_write(CbxState *s, uint64_t address, void *data,
                             unsigned length)
{
    CbxTarget t = cbx_structure_target(s, address, true);

    return t.status == CBX_STATUS_OK ? cbx_access(s, &t, data, length, true)
                                     : t.status;
}

uint16_t cbx_structure_store(CbxState *s, uint64_t address, uint64_t value)
{
    CbxTarget t = cbx_structure_target(s, address, true);
    MemTxResult r;

    if (t.status != CBX_STATUS_OK) {
        return t.status;
    }
    if (t.modelled) {
        value = cpu_to_le64(value);
        cbx_coherence_access(s, &t, &value, sizeof(value), true);
        return CBX_STATUS_OK;
    }
    address_space_stq_le(t.as, t.gpa, value, cbx_attrs(s), &r);
    return r == MEMTX_OK ? CBX_STATUS_OK : CBX_STATUS_BUS_ERROR;
}
