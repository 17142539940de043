/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the PCI Express function - capabilities, BARs, interrupts, reset.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/host-utils.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/acpi/acpi_aml_interface.h"
#include "cbx.h"
#include "coherence.h"
#include "trace.h"

/* Arm's model of its exerciser says EDh, which no class code list knows. */
#define CBX_ARM_CLASS       0xed00

#define CBX_VECTORS_DEFAULT 16

/* Bits of Device Control that QEMU's helpers leave to the device. */
#define DEVCTL_WRITABLE     (PCI_EXP_DEVCTL_RELAX_EN | \
                             PCI_EXP_DEVCTL_NOSNOOP_EN | \
                             PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_READRQ)
/* PCI Express Base Specification, Device Control: 2 is 512 bytes. */
#define DEVCTL_RESET        (PCI_EXP_DEVCTL_RELAX_EN | \
                             PCI_EXP_DEVCTL_NOSNOOP_EN | 2 << 12)

/* ---- Interrupts -------------------------------------------------------- */

/* A vector that software can receive now? */
static bool cbx_vector_open(PCIDevice *d, uint32_t vector)
{
    return msix_enabled(d) ? !msix_is_masked(d, vector)
                           : !msi_is_masked(d, vector);
}

static bool cbx_vector_exists(CbxState *s, uint32_t vector)
{
    PCIDevice *d = &s->parent_obj;

    if (msix_enabled(d)) {
        return vector < s->n_vectors;
    }
    return msi_enabled(d) && vector < msi_nr_vectors_allocated(d);
}

void cbx_interrupt(CbxState *s, uint32_t vector)
{
    PCIDevice *d = &s->parent_obj;

    if (!cbx_vector_exists(s, vector)) {
        trace_cbx_interrupt(vector, "no such vector");
        return;
    }
    if (cbx_vector_open(d, vector)) {
        if (cbx_bus_status(s) != CBX_STATUS_OK) {
            trace_cbx_interrupt(vector, "bus mastering off");
            return;
        }
        if (cbx_faults_strike(s, CBX_FAULT_LOST_IRQ)) {
            cbx_fault_report_vector(s, CBX_FAULT_LOST_IRQ, vector);
            return;
        }
        s->stats[CBX_STAT_INTERRUPTS]++;
        trace_cbx_interrupt(vector, "sent");
    } else {
        trace_cbx_interrupt(vector, "pending");
    }
    if (msix_enabled(d)) {
        msix_notify(d, vector);
    } else {
        msi_notify(d, vector);
    }
}

void cbx_queue_interrupt(CbxState *s, uint32_t vector)
{
    PCIDevice *d = &s->parent_obj;

    if (vector == CBX_Q_VECTOR_NONE) {
        return;
    }
    if (msix_enabled(d) || msi_enabled(d)) {
        cbx_interrupt(s, vector);
    } else if (cbx_faults_strike(s, CBX_FAULT_LOST_IRQ)) {
        cbx_fault_report_vector(s, CBX_FAULT_LOST_IRQ, vector);
    } else {
        s->stats[CBX_STAT_INTERRUPTS]++;
        cbx_intx_ctl_write(s, CBX_ARM_INTX_ASSERT);
    }
}

/* ---- Reset ------------------------------------------------------------- */

void cbx_reset_core(CbxState *s)
{
    s->epoch++;
    cbx_queue_reset(s);
    cbx_display_reset(s);
    cbx_registers_reset(s);
    cbx_coherence_forget(s);
    memset(s->stats, 0, sizeof(s->stats));
    memset(s->buffers, 0, sizeof(s->buffers));
    s->trace_read = 0;
    s->trace_written = 0;
    memset(s->report_ports, 0, sizeof(s->report_ports));
}

/* Before anything is loaded into RAM again. */
static void cbx_reset_enter(Object *obj, ResetType type)
{
    cbx_coherence_forget(CBX_BASE(obj));
}

/* Also runs for FLR. Buffer identifiers and the report's numbers go on. */
static void cbx_reset_hold(Object *obj, ResetType type)
{
    CbxState *s = CBX_BASE(obj);
    PCIDevice *d = &s->parent_obj;
    uint8_t *devctl = d->config + d->exp.exp_cap + PCI_EXP_DEVCTL;

    trace_cbx_reset(pci_get_word(devctl) & PCI_EXP_DEVCTL_BCR_FLR ? "flr"
                                                                  : "cold");
    pcie_cap_deverr_reset(d);
    pci_set_word(devctl, DEVCTL_RESET);
    cbx_reset_core(s);
}

/* ---- Configuration space ----------------------------------------------- */

static uint32_t cbx_config_read(PCIDevice *d, uint32_t address, int len)
{
    uint32_t value = pci_default_read_config(d, address, len);

    cbx_monitor_config(CBX_BASE(d), true, address, value, len);
    return value;
}

static void cbx_config_write(PCIDevice *d, uint32_t address, uint32_t value,
                             int len)
{
    cbx_monitor_config(CBX_BASE(d), false, address, value, len);
    pci_default_write_config(d, address, value, len);
    pcie_cap_flr_write_config(d, address, value, len);
}

static void cbx_set_identity(CbxState *s)
{
    uint8_t *config = s->parent_obj.config;

    pci_config_set_interrupt_pin(config, 1);
    if (!s->arm_id) {
        return;
    }
    pci_config_set_vendor_id(config, CBX_ARM_VENDOR_ID);
    pci_config_set_device_id(config, CBX_ARM_DEVICE_ID);
    pci_config_set_revision(config, 0);
    pci_config_set_class(config, CBX_ARM_CLASS);
    pci_set_word(config + PCI_SUBSYSTEM_VENDOR_ID, CBX_ARM_VENDOR_ID);
    pci_set_word(config + PCI_SUBSYSTEM_ID, 0);
}

static bool cbx_add_capabilities(CbxState *s, Error **errp)
{
    PCIDevice *d = &s->parent_obj;
    Error *msi_error = NULL;
    int pos;

    pos = pcie_endpoint_cap_init(d, 0);
    if (pos < 0) {
        error_setg(errp, "cbx: no room for the PCI Express capability");
        return false;
    }
    pcie_cap_deverr_init(d);
    pcie_cap_flr_init(d);
    pci_word_test_and_set_mask(d->wmask + pos + PCI_EXP_DEVCTL,
                               DEVCTL_WRITABLE);

    pos = pci_pm_init(d, 0, errp);
    if (pos < 0) {
        return false;
    }
    pci_set_word(d->config + pos + PCI_PM_PMC, 3);
    pci_set_word(d->config + pos + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
    pci_set_word(d->wmask + pos + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);

    if (msix_init_exclusive_bar(d, s->n_vectors, CBX_BAR_MSIX, errp)) {
        return false;
    }
    for (uint32_t i = 0; i < s->n_vectors; i++) {
        msix_vector_use(d, i);
    }
    /* A machine without MSI leaves INTx. */
    if (msi_init(d, 0, pow2floor(MIN(s->n_vectors, 32)), true, true,
                 &msi_error)) {
        error_free(msi_error);
    }
    return true;
}

/* ---- Platform ---------------------------------------------------------- */

/* A machine without this property says nothing of its root buses. */
static const char cbx_noncoherent[] = "pcie-dma-noncoherent";

/* Does firmware tell the guest the same of DMA as `cca` does? */
static bool cbx_platform_agrees(CbxState *s, Error **errp)
{
    Object *machine = qdev_get_machine();
    PCIBus *bus = pci_device_root_bus(&s->parent_obj);
    bool bridge = bus->parent_dev &&
                  object_property_get_bool(OBJECT(bus->parent_dev),
                                           "dma-noncoherent", NULL);
    bool noncoherent = bridge ||
                       object_property_get_bool(machine, cbx_noncoherent,
                                                NULL);

    if (!s->check_platform || noncoherent == !s->cca ||
        (!noncoherent && !object_property_find(machine, cbx_noncoherent))) {
        return true;
    }
    error_setg(errp, "cbx: cca=%s, but the platform declares DMA here to be "
               "%s", s->cca ? "on" : "off",
               noncoherent ? "non-coherent" : "coherent");
    error_append_hint(errp, "Set cca=%s, or %s of the machine or "
                      "dma-noncoherent of the expander bridge to %s; or "
                      "check-platform=off, to test with wrong firmware.\n",
                      s->cca ? "off" : "on", cbx_noncoherent,
                      s->cca ? "off" : "on");
    return false;
}

/* Where nothing above the device has a _CCA, its own is the one that counts. */
static void cbx_build_aml(AcpiDevAmlIf *adev, Aml *scope)
{
    if (!object_property_find(qdev_get_machine(), cbx_noncoherent)) {
        aml_append(scope, aml_name_decl("_CCA",
                                        aml_int(CBX_BASE(adev)->cca)));
    }
}

/* ---- Life -------------------------------------------------------------- */

static bool cbx_check_properties(CbxState *s, Error **errp)
{
    if (s->addr_bits < 24 || s->addr_bits > 64) {
        error_setg(errp, "cbx: addr-bits=%u: choose 24 to 64", s->addr_bits);
        return false;
    }
    if (s->n_queues < 1 || s->n_queues > CBX_QUEUES_MAX) {
        error_setg(errp, "cbx: queues=%u: choose 1 to %u", s->n_queues,
                   CBX_QUEUES_MAX);
        return false;
    }
    if (s->n_vectors < 1 || s->n_vectors > PCI_MSIX_FLAGS_QSIZE + 1) {
        error_setg(errp, "cbx: vectors=%u: choose 1 to %u", s->n_vectors,
                   PCI_MSIX_FLAGS_QSIZE + 1);
        return false;
    }
    if (!is_power_of_2(s->mem_size) || s->mem_size < CBX_MEM_SIZE_MIN ||
        s->mem_size > CBX_MEM_SIZE_MAX) {
        error_setg(errp, "cbx: mem-size=%" PRIu64 ": choose a power of two "
                   "from %u to %u bytes", s->mem_size, CBX_MEM_SIZE_MIN,
                   CBX_MEM_SIZE_MAX);
        return false;
    }
    return true;
}

static void cbx_realize(PCIDevice *d, Error **errp)
{
    CbxState *s = CBX_BASE(d);

    if (!cbx_check_properties(s, errp)) {
        return;
    }
    if (!memory_region_init_ram(&s->memory, OBJECT(s), "cbx-memory",
                                s->mem_size, errp)) {
        return;
    }
    if (!cbx_platform_agrees(s, errp) || !cbx_coherence_start(s, errp)) {
        return;
    }
    memory_region_init_io(&s->registers, OBJECT(s), &cbx_register_ops, s,
                          "cbx-registers", CBX_BAR_REGS_SIZE);
    pci_register_bar(d, CBX_BAR_REGS, PCI_BASE_ADDRESS_SPACE_MEMORY,
                     &s->registers);
    pci_register_bar(d, CBX_BAR_MEM,
                     PCI_BASE_ADDRESS_SPACE_MEMORY |
                     PCI_BASE_ADDRESS_MEM_TYPE_64 |
                     PCI_BASE_ADDRESS_MEM_PREFETCH, &s->memory);
    cbx_set_identity(s);
    if (!cbx_add_capabilities(s, errp)) {
        return;
    }
    cbx_queue_init(s);
    cbx_net_realize(s);
    if (object_dynamic_cast(OBJECT(s), TYPE_CBX_DISPLAY)) {
        cbx_display_init(s);
    }
}

static void cbx_exit(PCIDevice *d)
{
    CbxState *s = CBX_BASE(d);

    s->epoch++;
    cbx_coherence_stop(s);
    cbx_coherence_drop_saved(s);
    cbx_net_exit(s);
    cbx_queue_exit(s);
    cbx_display_exit(s);
    qemu_chr_fe_deinit(&s->report, false);
    /* References may outlive this; the name is the next device's here. */
    vmstate_unregister_ram(&s->memory, DEVICE(s));
    msi_uninit(d);
    msix_unuse_all_vectors(d);
    msix_uninit_exclusive_bar(d);
    pcie_cap_exit(d);
}

/* ---- Migration --------------------------------------------------------- */

static int cbx_pre_save(void *opaque)
{
    cbx_coherence_save(opaque);
    return 0;
}

static int cbx_post_save(void *opaque)
{
    cbx_coherence_drop_saved(opaque);
    return 0;
}

/* What is declared now is gone. */
static int cbx_pre_load(void *opaque)
{
    cbx_coherence_forget(opaque);
    cbx_coherence_drop_saved(opaque);
    return 0;
}

static bool cbx_claims_limit(void *opaque, int version_id)
{
    return cbx_coherence_may_load(opaque);
}

static int cbx_post_load(void *opaque, int version_id)
{
    CbxState *s = opaque;

    if (s->trace_written > CBX_TRACE_DWORDS ||
        s->trace_written % CBX_TRACE_RECORD_DWORDS ||
        s->trace_read > s->trace_written ||
        !cbx_registers_valid(s) || !cbx_queue_post_load(s) ||
        !cbx_display_post_load(s)) {
        return -EINVAL;
    }
    for (unsigned i = 0; i < CBX_REPORT_PORTS; i++) {
        if (s->report_ports[i].length > CBX_REPORT_BYTES_MAX) {
            return -EINVAL;
        }
    }
    for (unsigned i = 0; i < CBX_BUFFERS_MAX; i++) {
        if (s->buffers[i].id && !cbx_buffer_valid(&s->buffers[i])) {
            return -EINVAL;
        }
    }
    return cbx_coherence_load(s) ? 0 : -EINVAL;
}

static const VMStateDescription vmstate_cbx_cursor = {
    .name = "cbx/cursor",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(address, CbxCursor),
        VMSTATE_UINT64(length, CbxCursor),
        VMSTATE_UINT64(begin, CbxCursor),
        VMSTATE_UINT64(element, CbxCursor),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx_hash = {
    .name = "cbx/hash",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64_ARRAY(lanes, CbxHashState, 4),
        VMSTATE_UINT8_ARRAY(pending, CbxHashState, 32),
        VMSTATE_END_OF_LIST()
    },
};

static int cbx_transfer_pre_save(void *opaque)
{
    CbxTransfer *t = opaque;

    cbx_hash_save(&t->hash, &t->hash_saved);
    return 0;
}

static const VMStateDescription vmstate_cbx_transfer = {
    .name = "cbx/transfer",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = cbx_transfer_pre_save,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(op, CbxTransfer),
        VMSTATE_UINT8(flags, CbxTransfer),
        VMSTATE_UINT16(attributes, CbxTransfer),
        VMSTATE_UINT64(address, CbxTransfer),
        VMSTATE_UINT64(address2, CbxTransfer),
        VMSTATE_UINT64(length, CbxTransfer),
        VMSTATE_UINT64(offset, CbxTransfer),
        VMSTATE_UINT64(argument, CbxTransfer),
        VMSTATE_UINT64(argument2, CbxTransfer),
        VMSTATE_UINT64(done, CbxTransfer),
        VMSTATE_STRUCT(cursor, CbxTransfer, 1, vmstate_cbx_cursor, CbxCursor),
        VMSTATE_STRUCT(cursor2, CbxTransfer, 1, vmstate_cbx_cursor, CbxCursor),
        VMSTATE_UINT64(flip_bit, CbxTransfer),
        VMSTATE_UINT32(faults, CbxTransfer),
        VMSTATE_STRUCT(hash_saved, CbxTransfer, 1, vmstate_cbx_hash,
                       CbxHashState),
        VMSTATE_UINT16(status, CbxTransfer),
        VMSTATE_UINT16(seen, CbxTransfer),
        VMSTATE_UINT64(value, CbxTransfer),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx_queue = {
    .name = "cbx/queue",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_ARRAY(regs, CbxQueue, CBX_Q_REGS_SIZE / 4),
        VMSTATE_UINT32(tail, CbxQueue),
        VMSTATE_UINT32(cq_head, CbxQueue),
        VMSTATE_BOOL(phase, CbxQueue),
        VMSTATE_BOOL(busy, CbxQueue),
        VMSTATE_BOOL(waiting, CbxQueue),
        VMSTATE_UINT32(id, CbxQueue),
        VMSTATE_BOOL(stuck, CbxQueue),
        VMSTATE_INT64(due, CbxQueue),
        VMSTATE_UINT32(ended, CbxQueue),
        VMSTATE_UINT32_ARRAY(fence, CbxQueue, CBX_QUEUES_MAX),
        VMSTATE_STRUCT(transfer, CbxQueue, 1, vmstate_cbx_transfer,
                       CbxTransfer),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx_report_port = {
    .name = "cbx/report-port",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8_ARRAY(bytes, CbxReportPort, CBX_REPORT_BYTES_MAX),
        VMSTATE_UINT32(length, CbxReportPort),
        VMSTATE_BOOL(overflow, CbxReportPort),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx_buffer = {
    .name = "cbx/buffer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(id, CbxBuffer),
        VMSTATE_UINT32(api, CbxBuffer),
        VMSTATE_UINT32(element, CbxBuffer),
        VMSTATE_UINT32(cache, CbxBuffer),
        VMSTATE_UINT32(node, CbxBuffer),
        VMSTATE_UINT64(va, CbxBuffer),
        VMSTATE_UINT64(logical, CbxBuffer),
        VMSTATE_UINT64(length, CbxBuffer),
        VMSTATE_UINT64(min, CbxBuffer),
        VMSTATE_UINT64(max, CbxBuffer),
        VMSTATE_UINT64(align, CbxBuffer),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx_claim = {
    .name = "cbx/claim",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(buffer, CbxSavedClaim),
        VMSTATE_BOOL(cacheable, CbxSavedClaim),
        VMSTATE_UINT64(address, CbxSavedClaim),
        VMSTATE_UINT64(length, CbxSavedClaim),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cbx = {
    .name = "cbx",
    .version_id = 4,
    .minimum_version_id = 4,
    .pre_save = cbx_pre_save,
    .post_save = cbx_post_save,
    .pre_load = cbx_pre_load,
    .post_load = cbx_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, CbxState),
        VMSTATE_MSIX(parent_obj, CbxState),
        VMSTATE_UINT32_EQUAL(addr_bits, CbxState, "property addr-bits"),
        VMSTATE_UINT32_EQUAL(n_queues, CbxState, "property queues"),
        VMSTATE_UINT32_EQUAL(n_vectors, CbxState, "property vectors"),
        VMSTATE_UINT64(seed, CbxState),
        VMSTATE_UINT64(apis, CbxState),
        VMSTATE_UINT32(driver_faults, CbxState),
        VMSTATE_UINT32(faults, CbxState),
        VMSTATE_UINT32_ARRAY(regs, CbxState, CBX_REG_FILE_SIZE / 4),
        VMSTATE_UINT64_ARRAY(stats, CbxState, CBX_STATS),
        VMSTATE_UINT32(fault_skip, CbxState),
        VMSTATE_UINT32(fault_limit, CbxState),
        VMSTATE_UINT32(fault_delay, CbxState),
        VMSTATE_BOOL(bypass, CbxState),
        VMSTATE_UINT32_ARRAY(fault_passed, CbxState, 32),
        VMSTATE_UINT32_ARRAY(fault_struck, CbxState, 32),
        VMSTATE_STRUCT_ARRAY(queues, CbxState, CBX_QUEUES_MAX, 1,
                             vmstate_cbx_queue, CbxQueue),
        VMSTATE_UINT32(next_queue, CbxState),
        VMSTATE_STRUCT_ARRAY(buffers, CbxState, CBX_BUFFERS_MAX, 1,
                             vmstate_cbx_buffer, CbxBuffer),
        VMSTATE_UINT32(last_buffer_id, CbxState),
        VMSTATE_INT32(n_claims, CbxState),
        VMSTATE_VALIDATE("number of claims", cbx_claims_limit),
        VMSTATE_STRUCT_VARRAY_ALLOC(claims, CbxState, n_claims, 1,
                                    vmstate_cbx_claim, CbxSavedClaim),
        VMSTATE_UINT32_ARRAY(trace_fifo, CbxState, CBX_TRACE_DWORDS),
        VMSTATE_UINT32(trace_read, CbxState),
        VMSTATE_UINT32(trace_written, CbxState),
        VMSTATE_STRUCT_ARRAY(report_ports, CbxState, CBX_REPORT_PORTS, 1,
                             vmstate_cbx_report_port, CbxReportPort),
        VMSTATE_BOOL(report_begun, CbxState),
        VMSTATE_UINT64(report_seq, CbxState),
        VMSTATE_END_OF_LIST()
    },
};

/* ---- Type -------------------------------------------------------------- */

static const Property cbx_properties[] = {
    DEFINE_PROP_CHR("report", CbxState, report),
    DEFINE_PROP_SIZE("mem-size", CbxState, mem_size, CBX_MEM_SIZE_MIN),
    DEFINE_PROP_UINT64("seed", CbxState, seed, CBX_DEFAULT_SEED),
    DEFINE_PROP_UINT32("addr-bits", CbxState, addr_bits, 64),
    DEFINE_PROP_UINT32("queues", CbxState, n_queues, 1),
    DEFINE_PROP_UINT32("vectors", CbxState, n_vectors, CBX_VECTORS_DEFAULT),
    DEFINE_PROP_BOOL("cca", CbxState, cca, true),
    DEFINE_PROP_BOOL("check-platform", CbxState, check_platform, true),
    DEFINE_PROP_BOOL("arm-id", CbxState, arm_id, false),
    DEFINE_PROP_BOOL("pause-frames", CbxState, pause_frames, false),
};

static void cbx_base_class_init(ObjectClass *oc, CBX_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    pc->vendor_id = CBX_PCI_VENDOR_ID;
    pc->revision = CBX_ABI_MAJOR;
    pc->realize = cbx_realize;
    pc->exit = cbx_exit;
    pc->config_read = cbx_config_read;
    pc->config_write = cbx_config_write;
    rc->phases.enter = cbx_reset_enter;
    rc->phases.hold = cbx_reset_hold;
    ACPI_DEV_AML_IF_CLASS(oc)->build_dev_aml = cbx_build_aml;
    dc->vmsd = &vmstate_cbx;
    device_class_set_props(dc, cbx_properties);
    cbx_name_properties(oc);
    cbx_fault_properties(oc);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

typedef struct CbxIdentity {
    uint16_t device_id;
    uint16_t class_id;
    const char *desc;
} CbxIdentity;

static void cbx_class_init(ObjectClass *oc, CBX_CLASS_DATA *data)
{
    const CbxIdentity *identity = data;
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);

    pc->device_id = identity->device_id;
    pc->class_id = identity->class_id;
    DEVICE_CLASS(oc)->desc = identity->desc;
    if (identity->device_id == CBX_NET_PCI_DEVICE_ID) {
        cbx_net_properties(oc);
    }
}

#define IDENTITY(device, class, text) \
    .parent = TYPE_CBX_BASE, \
    .class_init = cbx_class_init, \
    .class_data = (void *)&(const CbxIdentity) { \
        .device_id = device, .class_id = class, .desc = text, \
    }

static const TypeInfo cbx_types[] = {
    {
        .name = TYPE_CBX_BASE,
        .parent = TYPE_PCI_DEVICE,
        .abstract = true,
        .instance_size = sizeof(CbxState),
        .class_init = cbx_base_class_init,
        .interfaces = (CBX_INTERFACES InterfaceInfo[]) {
            { INTERFACE_PCIE_DEVICE },
            { TYPE_ACPI_DEV_AML_IF },
            { },
        },
    },
    {
        .name = TYPE_CBX,
        IDENTITY(CBX_PCI_DEVICE_ID, PCI_CLASS_SYSTEM_OTHER,
                 "common-buffer DMA exerciser")
    },
    {
        .name = TYPE_CBX_NET,
        IDENTITY(CBX_NET_PCI_DEVICE_ID, PCI_CLASS_NETWORK_ETHERNET,
                 "common-buffer DMA exerciser for network drivers")
    },
    {
        .name = TYPE_CBX_DISPLAY,
        IDENTITY(CBX_DISPLAY_PCI_DEVICE_ID, PCI_CLASS_DISPLAY_OTHER,
                 "common-buffer DMA exerciser for display drivers")
    },
};

DEFINE_TYPES(cbx_types)
