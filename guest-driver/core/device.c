/* SPDX-License-Identifier: MIT */
#include "core/device.h"

#include "cbx/abi.h"
#include "core/status.h"

static uint32_t read32(const CbxDevice *dev, uint32_t offset)
{
    return dev->world->ops->read32(dev->world->context, offset);
}

static uint64_t read64(const CbxDevice *dev, uint32_t offset)
{
    return dev->world->ops->read64(dev->world->context, offset);
}

static void write32(const CbxDevice *dev, uint32_t offset, uint32_t value)
{
    dev->world->ops->write32(dev->world->context, offset, value);
}

static void write64(const CbxDevice *dev, uint32_t offset, uint64_t value)
{
    dev->world->ops->write64(dev->world->context, offset, value);
}

uint32_t cbx_device_identify(CbxDevice *dev, const CbxWorld *world)
{
    uint64_t mem;

    dev->world = world;
    if (read32(dev, CBX_REG_MAGIC) != CBX_MAGIC) {
        return CBX_STATUS_NOT_CBX;
    }
    if (read32(dev, CBX_REG_VERSION) >> 16 != CBX_ABI_MAJOR) {
        return CBX_STATUS_VERSION;
    }
    dev->features = read32(dev, CBX_REG_FEATURES);
    dev->addr_bits = read32(dev, CBX_REG_ADDR_BITS);
    dev->queues = read32(dev, CBX_REG_QUEUES);
    dev->seed = read64(dev, CBX_REG_SEED_LO);
    dev->run_apis = read64(dev, CBX_REG_RUN_APIS_LO);
    dev->run_faults = read32(dev, CBX_REG_RUN_FAULTS);
    mem = read64(dev, CBX_REG_MEM_SIZE_LO);
    dev->mem_length = mem < world->mem_length ? mem : world->mem_length;
    return CBX_STATUS_OK;
}

bool cbx_device_wants(const CbxDevice *dev, uint32_t api)
{
    return !dev->run_apis || dev->run_apis >> api & 1;
}

uint64_t cbx_device_last_address(const CbxDevice *dev)
{
    return dev->addr_bits >= 64 ? UINT64_MAX
                                : (UINT64_C(1) << dev->addr_bits) - 1;
}

static uint32_t dma(CbxDevice *dev, uint32_t control, uint64_t address,
                    uint32_t length, uint32_t offset)
{
    uint32_t status;

    write32(dev, CBX_ARM_DMA_STATUS, CBX_ARM_DMA_STATUS_CLEAR);
    write32(dev, CBX_ARM_DMA_OFFSET, offset);
    write64(dev, CBX_ARM_BUS_ADDR_LO, address);
    write32(dev, CBX_ARM_DMA_LEN, length);
    dev->world->ops->barrier(dev->world->context);
    write32(dev, CBX_ARM_DMA_CTL, control | CBX_ARM_DMA_TRIGGER);
    dev->world->ops->barrier(dev->world->context);

    status = read32(dev, CBX_ARM_DMA_STATUS) & CBX_ARM_DMA_STATUS_MASK;
    switch (status) {
    case CBX_ARM_DMA_OK:
        return CBX_STATUS_OK;
    case CBX_ARM_DMA_ERR_RANGE:
        return CBX_STATUS_BAD_OFFSET;
    default:
        return CBX_STATUS_DMA_INTERNAL;
    }
}

uint32_t cbx_device_dma_in(CbxDevice *dev, uint64_t address, uint32_t length,
                           uint32_t offset)
{
    return dma(dev, 0, address, length, offset);
}

uint32_t cbx_device_dma_out(CbxDevice *dev, uint64_t address, uint32_t length,
                            uint32_t offset)
{
    return dma(dev, CBX_ARM_DMA_FROM_DEVICE, address, length, offset);
}

uint32_t cbx_device_declare(CbxDevice *dev, CbxBuffer *buffer)
{
    uint32_t status;

    write32(dev, CBX_REG_BUF_API, buffer->api);
    write32(dev, CBX_REG_BUF_ELEMENT, buffer->element);
    write64(dev, CBX_REG_BUF_VA_LO, (uint64_t)(uintptr_t)buffer->va);
    write64(dev, CBX_REG_BUF_LOGICAL_LO, buffer->logical);
    write64(dev, CBX_REG_BUF_LENGTH_LO, buffer->length);
    write64(dev, CBX_REG_BUF_MIN_LO, buffer->min);
    write64(dev, CBX_REG_BUF_MAX_LO, buffer->max);
    write64(dev, CBX_REG_BUF_ALIGN_LO, buffer->align);
    write32(dev, CBX_REG_BUF_CACHE, buffer->cache);
    write32(dev, CBX_REG_BUF_NODE, buffer->node);
    dev->world->ops->barrier(dev->world->context);
    write32(dev, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);

    status = read32(dev, CBX_REG_BUF_STATUS);
    buffer->declared = status == CBX_STATUS_OK;
    if (buffer->declared) {
        buffer->id = read32(dev, CBX_REG_BUF_ID);
        buffer->found.facts = read32(dev, CBX_REG_BUF_FACTS);
        buffer->found.pages = read32(dev, CBX_REG_BUF_PAGES);
        buffer->found.pages_ok = read32(dev, CBX_REG_BUF_PAGES_OK);
        buffer->found.type_seen = read32(dev, CBX_REG_BUF_TYPE_SEEN);
        buffer->found.guest_node = read32(dev, CBX_REG_BUF_GUEST_NODE);
        buffer->found.gpa = read64(dev, CBX_REG_BUF_GPA_LO);
        buffer->found.first_bad = read64(dev, CBX_REG_BUF_BAD_LO);
    }
    return status;
}

void cbx_device_use(const CbxDevice *dev, const CbxBuffer *buffer)
{
    if (buffer->declared && dev->features & CBX_FEATURE_COHERENCE) {
        write32(dev, CBX_REG_BUF_ID, buffer->id);
        write32(dev, CBX_REG_BUF_COMMAND, CBX_BUF_USE);
    }
}

uint32_t cbx_device_release(CbxDevice *dev, CbxBuffer *buffer)
{
    write32(dev, CBX_REG_BUF_ID, buffer->id);
    write32(dev, CBX_REG_BUF_COMMAND, CBX_BUF_RELEASE);
    buffer->declared = false;
    return read32(dev, CBX_REG_BUF_STATUS);
}

uint32_t cbx_device_probe(CbxDevice *dev, uint64_t address, uint32_t access)
{
    write64(dev, CBX_REG_PROBE_LO, address);
    write32(dev, CBX_REG_PROBE_COMMAND, access);
    return read32(dev, CBX_REG_PROBE_STATUS);
}
