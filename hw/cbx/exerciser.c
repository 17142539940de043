/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the register block of Arm's PCIe Exerciser.
 *
 * Arm's tests expect every operation to be over when the register write that
 * started it returns, and never wait.
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "cbx.h"
#include "trace.h"

/* Attribute word of a monitor record. */
#define RECORD_READ         0x2u
#define RECORD_CONFIG       0x4u
#define RECORD_SIZE_SHIFT   16

/*
 * The processor waits for all of it. Enough for the largest device memory
 * from RAM page by page; a device's registers are given up on after 8 MiB.
 */
#define SINGLE_SHOT_BUDGET  (512 * MiB)

/* ---- Interrupts -------------------------------------------------------- */

void cbx_msi_ctl_write(CbxState *s, uint32_t value)
{
    cbx_set32(s, CBX_ARM_MSI_CTL, value & CBX_ARM_MSI_VECTOR_MASK);
    if (value & CBX_ARM_MSI_TRIGGER) {
        cbx_interrupt(s, value & CBX_ARM_MSI_VECTOR_MASK);
    }
}

void cbx_intx_ctl_write(CbxState *s, uint32_t value)
{
    uint32_t level = value & CBX_ARM_INTX_ASSERT;

    cbx_set32(s, CBX_ARM_INTX_CTL, level);
    trace_cbx_intx(level);
    pci_set_irq(&s->parent_obj, level);
}

/* ---- DMA --------------------------------------------------------------- */

/*
 * What this device cannot do: PASIDs, translations of its own (there is no
 * ATC, so no entry that could match) and requests that claim to be translated.
 */
static bool cbx_dma_supported(CbxState *s, uint32_t ctl)
{
    uint32_t type = (ctl & CBX_ARM_DMA_AT_MASK) >> CBX_ARM_DMA_AT_SHIFT;

    if (type == CBX_ARM_DMA_AT_RESERVED) {
        PCIDevice *port = pci_get_bus(&s->parent_obj)->parent_dev;

        if (port && pci_is_express(port)) {
            pci_word_test_and_set_mask(port->config + port->exp.exp_cap +
                                       PCI_EXP_DEVSTA, PCI_EXP_DEVSTA_URD);
        }
    }
    return type < CBX_ARM_DMA_AT_TRANSLATED &&
           !(ctl & (CBX_ARM_DMA_PASID | CBX_ARM_DMA_USE_ATC));
}

static uint32_t cbx_dma_run(CbxState *s, uint32_t ctl)
{
    uint64_t budget = SINGLE_SHOT_BUDGET;
    CbxTransfer t = {
        .op = ctl & CBX_ARM_DMA_FROM_DEVICE ? CBX_OP_WRITE : CBX_OP_READ,
        .attributes = ctl & CBX_ARM_DMA_NO_SNOOP ? CBX_ATTR_NO_SNOOP : 0,
        .address = cbx_get64(s, CBX_ARM_BUS_ADDR_LO),
        .length = cbx_get32(s, CBX_ARM_DMA_LEN),
        .offset = cbx_get32(s, CBX_ARM_DMA_OFFSET),
        .single = true,
    };

    if (!cbx_dma_supported(s, ctl)) {
        return CBX_ARM_DMA_ERR_INTERNAL;
    }
    cbx_transfer_start(s, &t);
    if (!cbx_transfer_step(s, &t, &budget)) {
        return CBX_ARM_DMA_ERR_INTERNAL;
    }

    if (t.status != CBX_STATUS_ABORTED) {
        cbx_note_error(s, t.status);
    }
    switch (t.status) {
    case CBX_STATUS_OK:
        return CBX_ARM_DMA_OK;
    case CBX_STATUS_BAD_OFFSET:
        return CBX_ARM_DMA_ERR_RANGE;
    default:
        return CBX_ARM_DMA_ERR_INTERNAL;
    }
}

void cbx_dma_ctl_write(CbxState *s, uint32_t value)
{
    uint32_t ctl = value & CBX_ARM_DMA_CTL_BITS;
    uint32_t epoch = s->epoch;
    uint32_t status;

    cbx_set32(s, CBX_ARM_DMA_CTL, ctl);
    if ((value & CBX_ARM_DMA_TRIGGER_MASK) != CBX_ARM_DMA_TRIGGER) {
        return;
    }
    status = cbx_dma_run(s, ctl);
    if (s->epoch != epoch) {
        return;
    }
    cbx_set32(s, CBX_ARM_DMA_STATUS, status);
    /*
     * Software only ever ORs the address type in. If it outlived the
     * transfer, one test with a reserved type would spoil all later ones.
     */
    cbx_set32(s, CBX_ARM_DMA_CTL, ctl & ~CBX_ARM_DMA_AT_MASK);
}

void cbx_dma_status_write(CbxState *s, uint32_t value)
{
    if (value & CBX_ARM_DMA_STATUS_CLEAR) {
        cbx_set32(s, CBX_ARM_DMA_STATUS, CBX_ARM_DMA_OK);
    }
}

/* ---- Transaction monitor ----------------------------------------------- */

void cbx_trace_ctl_write(CbxState *s, uint32_t value)
{
    cbx_set32(s, CBX_ARM_TRACE_CTL, value & CBX_ARM_TRACE_ENABLE);
    if (value & CBX_ARM_TRACE_ENABLE) {
        /* Stopping leaves a stale record; nobody but the next start clears. */
        s->trace_read = 0;
        s->trace_written = 0;
    }
}

uint32_t cbx_trace_data_read(CbxState *s)
{
    if (s->trace_read == s->trace_written) {
        return CBX_ARM_TRACE_EMPTY;
    }
    return s->trace_fifo[s->trace_read++];
}

static void cbx_monitor(CbxState *s, uint32_t attributes, uint64_t address,
                        uint64_t value, unsigned size)
{
    uint32_t *record = &s->trace_fifo[s->trace_written];

    /* When full, the oldest records stay: readers start with the first. */
    if (!(cbx_get32(s, CBX_ARM_TRACE_CTL) & CBX_ARM_TRACE_ENABLE) ||
        s->trace_written == CBX_TRACE_DWORDS) {
        return;
    }
    record[0] = attributes | 1u << (RECORD_SIZE_SHIFT + ctz32(size));
    record[1] = (uint32_t)address;
    record[2] = address >> 32;
    record[3] = (uint32_t)value;
    record[4] = value >> 32;
    s->trace_written += CBX_TRACE_RECORD_DWORDS;
}

void cbx_monitor_memory(CbxState *s, bool read, hwaddr offset, uint64_t value,
                        unsigned size)
{
    /* Reading the log must not write it. */
    if (offset / 8 == CBX_ARM_TRACE_DATA / 8) {
        return;
    }
    cbx_monitor(s, read ? RECORD_READ : 0,
                pci_get_bar_addr(&s->parent_obj, CBX_BAR_REGS) + offset,
                value, size);
}

void cbx_monitor_config(CbxState *s, bool read, uint32_t offset,
                        uint32_t value, unsigned size)
{
    /* The address as in the request: bus, device, function, register. */
    cbx_monitor(s, RECORD_CONFIG | (read ? RECORD_READ : 0),
                (uint32_t)pci_requester_id(&s->parent_obj) << 12 | offset,
                value, size);
}
