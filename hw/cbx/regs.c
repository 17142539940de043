/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: dispatch of BAR0.
 *
 * Accesses of 1, 2, 4 and 8 bytes at any address are taken apart into 32-bit
 * registers with byte enables, lowest address first.
 */
#include "qemu/osdep.h"
#include "cbx.h"
#include "coherence.h"
#include "trace.h"

typedef struct CbxRegister {
    /* Bits that software can change, with a handler or without. */
    uint32_t writable;
    /* Writing 1 clears them instead. */
    bool clears;
    /* Instead of the register file. */
    uint32_t (*read)(CbxState *s, uint32_t offset);
    bool mode;                  /* of the screen: writable while it is off */
    /* Takes the register's value with the enabled bytes replaced. */
    void (*write)(CbxState *s, uint32_t value);
} CbxRegister;

void cbx_note_error(CbxState *s, uint16_t status)
{
    if (status != CBX_STATUS_OK) {
        cbx_set32(s, CBX_REG_ERRORS,
                  cbx_get32(s, CBX_REG_ERRORS) | 1u << status);
    }
}

void cbx_register_error(CbxState *s, uint16_t status)
{
    cbx_note_error(s, status);
    cbx_set32(s, CBX_REG_ERROR, status);
}

static void cbx_control_write(CbxState *s, uint32_t value)
{
    if (value & CBX_CONTROL_RESET) {
        trace_cbx_reset("control");
        pci_set_irq(&s->parent_obj, 0);
        cbx_reset_core(s);
    }
}

static void cbx_error_write(CbxState *s, uint32_t value)
{
    cbx_set32(s, CBX_REG_ERROR, CBX_STATUS_OK);
}

static uint32_t cbx_features_read(CbxState *s, uint32_t offset)
{
    bool iommu = pci_device_iommu_address_space(&s->parent_obj)
                 != &address_space_memory;

    return CBX_FEATURE_QUEUES | CBX_FEATURE_ORACLE | CBX_FEATURE_REPORT |
           (iommu ? CBX_FEATURE_IOMMU : 0) |
           (s->bypass ? CBX_FEATURE_BYPASS : 0) |
           (s->nic ? CBX_FEATURE_NET : 0) |
           (s->display ? CBX_FEATURE_DISPLAY : 0) |
           (s->cca ? 0 : CBX_FEATURE_NON_COHERENT) |
           (cbx_coherence_on(s) ? CBX_FEATURE_COHERENCE : 0);
}

static uint32_t cbx_stopped_read(CbxState *s, uint32_t offset)
{
    return cbx_queues_stopped(s);
}

static uint32_t cbx_trace_read(CbxState *s, uint32_t offset)
{
    return cbx_trace_data_read(s);
}

static uint32_t cbx_stat_read(CbxState *s, uint32_t offset)
{
    return s->stats[(offset - CBX_REG_STAT_BASE) / 8] >> (offset % 8 * 8);
}

#define FAULT_BIT(n, id, name) | 1u << n
#define FAULT_BITS (0 CBX_FAULT_LIST(FAULT_BIT))

static void cbx_faults_write(CbxState *s, uint32_t value)
{
    cbx_faults_arm(s, value & FAULT_BITS);
}

#define STAT_REGISTER(n, id, name) \
    [CBX_REG_STAT(n) / 4] = { .read = cbx_stat_read }, \
    [CBX_REG_STAT(n) / 4 + 1] = { .read = cbx_stat_read },

#define RW { .writable = 0xffffffff }
#define MODE { .writable = 0xffffffff, .mode = true }

static const CbxRegister cbx_registers[CBX_REG_FILE_SIZE / 4] = {
    [CBX_ARM_MSI_CTL / 4] = {
        .writable = CBX_ARM_MSI_VECTOR_MASK, .write = cbx_msi_ctl_write,
    },
    [CBX_ARM_INTX_CTL / 4] = {
        .writable = CBX_ARM_INTX_ASSERT, .write = cbx_intx_ctl_write,
    },
    [CBX_ARM_DMA_CTL / 4] = {
        .writable = CBX_ARM_DMA_CTL_BITS, .write = cbx_dma_ctl_write,
    },
    [CBX_ARM_DMA_OFFSET / 4] = RW,
    [CBX_ARM_BUS_ADDR_LO / 4] = RW,
    [CBX_ARM_BUS_ADDR_HI / 4] = RW,
    [CBX_ARM_DMA_LEN / 4] = RW,
    [CBX_ARM_DMA_STATUS / 4] = {
        .writable = CBX_ARM_DMA_STATUS_MASK, .write = cbx_dma_status_write,
    },
    [CBX_ARM_PASID_VAL / 4] = { .writable = CBX_ARM_PASID_MASK },
    /*
     * The request's qualifiers can be set; a request fails at once, that is,
     * neither "in flight" nor "succeeded" ever reads 1.
     */
    [CBX_ARM_ATS_CTL / 4] = { .writable = 0x0000001e },
    [CBX_ARM_RID_CTL / 4] = {
        .writable = CBX_ARM_RID_VALID | CBX_ARM_RID_MASK,
    },
    [CBX_ARM_TRACE_DATA / 4] = { .read = cbx_trace_read },
    [CBX_ARM_TRACE_CTL / 4] = {
        .writable = CBX_ARM_TRACE_ENABLE, .write = cbx_trace_ctl_write,
    },

    [CBX_REG_FEATURES / 4] = { .read = cbx_features_read },
    [CBX_REG_CONTROL / 4] = { .write = cbx_control_write },
    [CBX_REG_ERROR / 4] = { .write = cbx_error_write },
    [CBX_REG_SCRATCH_LO / 4] = RW,
    [CBX_REG_SCRATCH_HI / 4] = RW,
    [CBX_REG_ERRORS / 4] = { .writable = 0xffffffff, .clears = true },
    [CBX_REG_STOPPED / 4] = { .read = cbx_stopped_read },

    [CBX_REG_NET_STATUS / 4] = { .read = cbx_net_read },
    [CBX_REG_NET_VECTOR / 4] = RW,
    [CBX_REG_NET_MAC_LO / 4] = { .read = cbx_net_read },
    [CBX_REG_NET_MAC_HI / 4] = { .read = cbx_net_read },

    [CBX_REG_BUF_API / 4] = RW,
    [CBX_REG_BUF_ELEMENT / 4] = RW,
    [CBX_REG_BUF_VA_LO / 4] = RW,
    [CBX_REG_BUF_VA_HI / 4] = RW,
    [CBX_REG_BUF_LOGICAL_LO / 4] = RW,
    [CBX_REG_BUF_LOGICAL_HI / 4] = RW,
    [CBX_REG_BUF_LENGTH_LO / 4] = RW,
    [CBX_REG_BUF_LENGTH_HI / 4] = RW,
    [CBX_REG_BUF_MIN_LO / 4] = RW,
    [CBX_REG_BUF_MIN_HI / 4] = RW,
    [CBX_REG_BUF_MAX_LO / 4] = RW,
    [CBX_REG_BUF_MAX_HI / 4] = RW,
    [CBX_REG_BUF_ALIGN_LO / 4] = RW,
    [CBX_REG_BUF_ALIGN_HI / 4] = RW,
    [CBX_REG_BUF_CACHE / 4] = RW,
    [CBX_REG_BUF_NODE / 4] = RW,
    [CBX_REG_BUF_COMMAND / 4] = { .write = cbx_buffer_command },
    [CBX_REG_BUF_ID / 4] = RW,
    [CBX_REG_PROBE_LO / 4] = RW,
    [CBX_REG_PROBE_HI / 4] = RW,
    [CBX_REG_PROBE_COMMAND / 4] = { .write = cbx_probe_command },

    CBX_STAT_LIST(STAT_REGISTER)

    [CBX_REG_FAULTS / 4] = {
        .writable = FAULT_BITS, .write = cbx_faults_write,
    },
    [CBX_REG_FAULT_SKIP / 4] = RW,
    [CBX_REG_FAULT_LIMIT / 4] = RW,
    [CBX_REG_FAULT_DELAY / 4] = RW,

    [CBX_REG_DISPLAY_CONTROL / 4] = { .write = cbx_display_control_write },
    [CBX_REG_DISPLAY_FORMAT / 4] = MODE,
    [CBX_REG_DISPLAY_WIDTH / 4] = MODE,
    [CBX_REG_DISPLAY_HEIGHT / 4] = MODE,
    [CBX_REG_DISPLAY_STRIDE / 4] = MODE,
    [CBX_REG_DISPLAY_BASE_LO / 4] = MODE,
    [CBX_REG_DISPLAY_BASE_HI / 4] = MODE,
};

void cbx_registers_reset(CbxState *s)
{
    memset(s->regs, 0, sizeof(s->regs));
    cbx_set32(s, CBX_REG_MAGIC, CBX_MAGIC);
    cbx_set32(s, CBX_REG_VERSION, CBX_ABI_VERSION);
    cbx_set32(s, CBX_REG_ADDR_BITS, s->addr_bits);
    cbx_set32(s, CBX_REG_QUEUES, s->n_queues);
    cbx_set32(s, CBX_REG_VECTORS, s->n_vectors);
    cbx_set32(s, CBX_REG_NET_VECTOR, CBX_Q_VECTOR_NONE);
    cbx_set64(s, CBX_REG_MEM_SIZE_LO, s->mem_size);
    cbx_set64(s, CBX_REG_SEED_LO, s->seed);
    cbx_set64(s, CBX_REG_RUN_APIS_LO, s->apis);
    cbx_set32(s, CBX_REG_FAULT_SKIP, s->fault_skip);
    cbx_set32(s, CBX_REG_FAULT_LIMIT, s->fault_limit);
    cbx_set32(s, CBX_REG_FAULT_DELAY, s->fault_delay);
    cbx_faults_arm(s, s->faults);
}

bool cbx_registers_valid(CbxState *s)
{
    static const uint32_t constant[] = {
        CBX_REG_MAGIC, CBX_REG_VERSION, CBX_REG_ADDR_BITS, CBX_REG_QUEUES,
        CBX_REG_VECTORS, CBX_REG_MEM_SIZE_LO, CBX_REG_MEM_SIZE_HI,
        CBX_REG_SEED_LO, CBX_REG_SEED_HI, CBX_REG_RUN_APIS_LO,
        CBX_REG_RUN_APIS_HI,
    };
    g_autofree CbxState *fresh = g_memdup2(s, sizeof(*s));

    cbx_registers_reset(fresh);
    for (unsigned i = 0; i < ARRAY_SIZE(constant); i++) {
        if (cbx_get32(s, constant[i]) != cbx_get32(fresh, constant[i])) {
            return false;
        }
    }
    for (unsigned i = 0; i < ARRAY_SIZE(cbx_registers); i++) {
        const CbxRegister *r = &cbx_registers[i];

        if (r->writable && (s->regs[i] & ~r->writable)) {
            return false;
        }
    }
    return !(s->faults & ~FAULT_BITS);
}

/* ---- One 32-bit register ----------------------------------------------- */

static uint32_t cbx_register_read(CbxState *s, uint32_t offset)
{
    if (offset >= CBX_REG_QUEUE_BASE) {
        return offset < CBX_REG_DOORBELL_BASE ? cbx_queue_read(s, offset) : 0;
    }
    if (offset >= CBX_REG_FILE_SIZE) {
        return 0;
    }
    if (cbx_registers[offset / 4].read) {
        return cbx_registers[offset / 4].read(s, offset);
    }
    return cbx_get32(s, offset);
}

static void cbx_file_write(CbxState *s, uint32_t offset, uint32_t value,
                           uint32_t lanes)
{
    const CbxRegister *r = &cbx_registers[offset / 4];
    uint32_t old = cbx_get32(s, offset);

    if (r->mode && (!s->display || !cbx_display_is_off(s))) {
        cbx_register_error(s, CBX_STATUS_UNSUPPORTED);
    } else if (r->write) {
        r->write(s, (old & ~lanes) | (value & lanes));
    } else {
        lanes &= r->writable;
        if (r->clears) {
            value = old & ~value;
        }
        cbx_set32(s, offset, (old & ~lanes) | (value & lanes));
    }
}

static void cbx_register_write(CbxState *s, uint32_t offset, uint32_t value,
                               uint32_t lanes)
{
    if (offset >= CBX_REG_DOORBELL_BASE) {
        cbx_doorbell_write(s, offset, value & lanes);
    } else if (offset >= CBX_REG_QUEUE_BASE) {
        cbx_queue_write(s, offset, value, lanes);
    } else if (offset >= CBX_REG_REPORT_DATA &&
               offset < CBX_REG_REPORT(CBX_REPORT_PORTS, CBX_REG_REPORT_DATA)) {
        cbx_report_write(s, offset, value, lanes);
    } else if (offset < CBX_REG_FILE_SIZE) {
        cbx_file_write(s, offset, value, lanes);
    }
}

/* ---- Accesses ---------------------------------------------------------- */

/* The part of an access that falls into the 32 bits at @offset. */
typedef struct CbxLanes {
    uint32_t mask;
    int shift;                  /* of the access against the register, bits */
} CbxLanes;

static CbxLanes cbx_lanes(hwaddr addr, unsigned size, uint32_t offset)
{
    hwaddr first = MAX(addr, offset);
    hwaddr end = MIN(addr + size, offset + 4);

    return (CbxLanes) {
        .mask = MAKE_64BIT_MASK((first - offset) * 8, (end - first) * 8),
        .shift = ((int)addr - (int)offset) * 8,
    };
}

static uint64_t cbx_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    CbxState *s = opaque;
    uint64_t value = 0;
    uint32_t offset;

    for (offset = addr & ~3; offset < addr + size; offset += 4) {
        CbxLanes l = cbx_lanes(addr, size, offset);
        uint64_t part = cbx_register_read(s, offset) & l.mask;

        value |= l.shift < 0 ? part << -l.shift : part >> l.shift;
    }
    trace_cbx_mmio_read(addr, size, value);
    cbx_monitor_memory(s, true, addr, value, size);
    return value;
}

static void cbx_mmio_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    CbxState *s = opaque;
    uint32_t offset;

    trace_cbx_mmio_write(addr, size, value);
    cbx_monitor_memory(s, false, addr, value, size);
    for (offset = addr & ~3; offset < addr + size; offset += 4) {
        CbxLanes l = cbx_lanes(addr, size, offset);

        cbx_register_write(s, offset,
                           l.shift < 0 ? value >> -l.shift : value << l.shift,
                           l.mask);
    }
}

const MemoryRegionOps cbx_register_ops = {
    .read = cbx_mmio_read,
    .write = cbx_mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};
