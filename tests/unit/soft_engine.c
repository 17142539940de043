/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "soft_engine.h"

#include <string.h>

#include "cbx/abi.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

/* ---- The bus, one byte at a time --------------------------------------- */

uint32_t soft_translate(SoftDev *dev, uint64_t logical, uint64_t *gpa)
{
    uint64_t page = logical & ~(uint64_t)(CBX_PAGE_SIZE - 1);

    if (!dev->wide_bus && dev->addr_bits < 64 && logical >> dev->addr_bits) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    if (!dev->iommu || dev->one_to_one) {
        *gpa = logical;
        return logical >= SOFT_GPA_BASE &&
               logical < SOFT_GPA_BASE + SOFT_PAGES * CBX_PAGE_SIZE
               ? CBX_STATUS_OK : CBX_STATUS_BUS_ERROR;
    }
    for (unsigned i = 0; i < SOFT_MAPS; i++) {
        if (dev->maps[i].valid && dev->maps[i].logical == page) {
            *gpa = dev->maps[i].gpa + (logical - page);
            return CBX_STATUS_OK;
        }
    }
    return CBX_STATUS_IOMMU_FAULT;
}

static uint8_t *bus(SoftDev *dev, uint64_t logical, uint32_t *status)
{
    uint64_t gpa;

    *status = soft_translate(dev, logical, &gpa);
    return *status == CBX_STATUS_OK ? soft_byte(dev, gpa - SOFT_GPA_BASE)
                                    : NULL;
}

static uint32_t bus_read(SoftDev *dev, uint64_t logical, uint8_t *data,
                         uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        uint32_t status;
        uint8_t *byte = bus(dev, logical + i, &status);

        if (!byte) {
            return status;
        }
        data[i] = *byte;
    }
    return CBX_STATUS_OK;
}

static uint32_t bus_write(SoftDev *dev, uint64_t logical, const uint8_t *data,
                          uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        uint32_t status;
        uint8_t *byte = bus(dev, logical + i, &status);

        if (!byte) {
            return status;
        }
        *byte = data[i];
    }
    return CBX_STATUS_OK;
}

/* ---- Single-shot DMA --------------------------------------------------- */

static uint32_t single_shot_in(SoftDev *dev, uint64_t address, uint32_t length,
                               uint8_t *mem)
{
    uint32_t moved = dev->faults.in_short ? length - 1 : length;
    uint32_t status;

    if (dev->faults.in_refused) {
        return CBX_STATUS_IOMMU_FAULT;
    }
    status = bus_read(dev, address, mem, moved);
    if (dev->faults.in_flip) {
        mem[length / 2] ^= 0x10;
    }
    if (dev->faults.in_long) {
        mem[length] ^= 0xff;
    }
    return status;
}

static uint32_t single_shot_out(SoftDev *dev, uint64_t address,
                                uint32_t length, const uint8_t *mem)
{
    uint32_t moved = dev->faults.out_short ? length - 1 : length;
    uint32_t status;
    uint8_t *byte;

    if (dev->faults.out_refused) {
        return CBX_STATUS_IOMMU_FAULT;
    }
    status = bus_write(dev, address, mem, moved);
    if (dev->faults.out_flip) {
        *bus(dev, address + length / 2, &status) ^= 0x10;
    }
    if (dev->faults.out_far && length == 4097) {
        *bus(dev, address - 100, &status) ^= 0xff;
    }
    if (dev->faults.out_long) {
        uint32_t beyond;

        byte = bus(dev, address + length, &beyond);
        if (byte) {
            *byte ^= 0xff;
        }
    }
    return status;
}

void soft_single_shot(SoftDev *dev, uint32_t control)
{
    uint64_t address = soft_reg64(dev, CBX_ARM_BUS_ADDR_LO);
    uint32_t length = dev->regs[CBX_ARM_DMA_LEN / 4];
    uint32_t offset = dev->regs[CBX_ARM_DMA_OFFSET / 4];
    uint32_t *answer = &dev->regs[CBX_ARM_DMA_STATUS / 4];
    uint32_t status;

    if (offset > SOFT_MEM_SIZE || length > SOFT_MEM_SIZE - offset) {
        *answer = CBX_ARM_DMA_ERR_RANGE;
        return;
    }
    status = control & CBX_ARM_DMA_FROM_DEVICE
             ? single_shot_out(dev, address, length, dev->mem + offset)
             : single_shot_in(dev, address, length, dev->mem + offset);
    *answer = status == CBX_STATUS_OK ? CBX_ARM_DMA_OK
                                      : CBX_ARM_DMA_ERR_INTERNAL;
}

/* ---- Queue ------------------------------------------------------------- */

static uint32_t verify(SoftDev *dev, const CbxDescriptor *d,
                       const uint8_t *data, CbxCompletion *c)
{
    for (uint64_t i = 0; i < d->length; i++) {
        uint8_t byte = data[i];

        if (dev->faults.verify_flip && i == d->length / 2) {
            byte ^= 0x01;
        }
        if (byte != cbx_pattern_byte(d->argument, d->argument2 + i)) {
            c->bytes = i;
            c->value = d->address + i;
            return CBX_STATUS_MISMATCH;
        }
    }
    return CBX_STATUS_OK;
}

static uint32_t fill(SoftDev *dev, const CbxDescriptor *d, uint8_t *data)
{
    uint64_t length = dev->faults.fill_short ? d->length - 1 : d->length;
    uint64_t position = d->argument2 + (dev->faults.fill_wrong_place ? 8 : 0);
    uint32_t status;

    for (uint64_t i = 0; i < length; i++) {
        data[i] = cbx_pattern_byte(d->argument, position + i);
    }
    if (dev->faults.fill_long) {
        uint8_t *byte = bus(dev, d->address + d->length, &status);

        if (byte) {
            *byte ^= 0xff;
        }
    }
    return bus_write(dev, d->address, data, length);
}

static uint32_t write_out(SoftDev *dev, const CbxDescriptor *d, bool last)
{
    const uint8_t *from = dev->mem + d->offset;

    if (dev->faults.message_late && last) {
        g_assert_cmpuint(d->length, <=, sizeof(dev->late));
        memcpy(dev->late, from, d->length);
        dev->late_address = d->address;
        return CBX_STATUS_OK;
    }
    return bus_write(dev, d->address, from, dev->faults.message_torn
                                            ? d->length / 2 : d->length);
}

static uint32_t execute(SoftDev *dev, const CbxDescriptor *d, CbxCompletion *c,
                        bool last)
{
    g_autofree uint8_t *data = NULL;
    uint32_t status;

    if (d->op == CBX_OP_NOP) {
        return CBX_STATUS_OK;
    }
    c->bytes = d->length;
    if ((d->op == CBX_OP_READ || d->op == CBX_OP_WRITE) &&
        (d->offset > SOFT_MEM_SIZE || d->length > SOFT_MEM_SIZE - d->offset)) {
        return CBX_STATUS_BAD_OFFSET;
    }
    if (d->op == CBX_OP_WRITE) {
        return write_out(dev, d, last);
    }
    data = g_malloc(d->length);
    if (d->op == CBX_OP_FILL) {
        return fill(dev, d, data);
    }
    status = bus_read(dev, d->address, data, d->length);
    if (status != CBX_STATUS_OK) {
        c->bytes = 0;
        c->value = d->address;
        return status;
    }
    switch (d->op) {
    case CBX_OP_READ:
        memcpy(dev->mem + d->offset, data, d->length);
        return CBX_STATUS_OK;
    case CBX_OP_VERIFY:
        return verify(dev, d, data, c);
    case CBX_OP_CHECKSUM:
        c->value = XXH64(data, d->length, d->argument);
        if (dev->faults.checksum_flip) {
            c->value ^= 1;
        }
        return CBX_STATUS_OK;
    default:
        return CBX_STATUS_BAD_OPCODE;
    }
}

static void complete(SoftDev *dev, CbxCompletion *c)
{
    uint64_t cq = soft_reg64(dev, CBX_REG_QUEUE(0, CBX_Q_CQ_LO));
    uint32_t entries = dev->regs[CBX_REG_QUEUE(0, CBX_Q_ENTRIES) / 4];

    c->flags = dev->phase ? CBX_COMP_PHASE : 0;
    c->id += dev->faults.wrong_id;
    bus_write(dev, cq + (uint64_t)dev->cq_tail * CBX_COMPLETION_SIZE,
              (const uint8_t *)c, sizeof(*c));
    if (++dev->cq_tail == entries) {
        dev->cq_tail = 0;
        dev->phase = !dev->phase;
    }
}

void soft_queue(SoftDev *dev, uint32_t tail)
{
    uint64_t ring = soft_reg64(dev, CBX_REG_QUEUE(0, CBX_Q_RING_LO));
    uint32_t entries = dev->regs[CBX_REG_QUEUE(0, CBX_Q_ENTRIES) / 4];

    bool several = (tail - dev->head + entries) % entries > 1;

    if (dev->late_address) {
        bus_write(dev, dev->late_address, dev->late, sizeof(dev->late));
        dev->late_address = 0;
    }
    if (several && dev->faults.ring_silent) {
        return;
    }
    while (dev->head != tail) {
        CbxDescriptor d;
        CbxCompletion c = { 0 };

        if (dev->faults.queue_stops || (dev->faults.ring_stops && several)) {
            dev->regs[CBX_REG_QUEUE(0, CBX_Q_STATUS) / 4] =
                CBX_STATUS_IOMMU_FAULT;
            dev->interrupt = true;
            return;
        }
        g_assert_cmpuint(bus_read(dev, ring + (uint64_t)dev->head *
                                  CBX_DESCRIPTOR_SIZE, (uint8_t *)&d,
                                  sizeof(d)), ==, CBX_STATUS_OK);
        dev->head = (dev->head + 1) % entries;
        c.id = d.id;
        dev->no_snoop = d.attributes & CBX_ATTR_NO_SNOOP;
        c.status = (uint16_t)execute(dev, &d, &c, dev->head == tail);
        dev->no_snoop = false;
        if (several && dev->faults.completions_swapped) {
            c.id ^= 1;
        }
        if (!dev->faults.no_completion &&
            !(several && dev->faults.message_lost && dev->head == tail)) {
            complete(dev, &c);
        }
        if (d.flags & CBX_DESC_INTERRUPT && !dev->faults.lost_interrupt) {
            dev->interrupt = true;
        }
    }
}
