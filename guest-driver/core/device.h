/* SPDX-License-Identifier: MIT */
/*
 * Verbs of the device's registers. Each returns a status of status.h and is
 * complete when it returns. One thread at a time.
 */
#ifndef CBX_CORE_DEVICE_H
#define CBX_CORE_DEVICE_H

#include "core/buffer.h"
#include "core/world.h"

typedef struct CbxDevice {
    const CbxWorld *world;
    uint32_t features;      /* CBX_FEATURE_* */
    uint32_t addr_bits;
    uint32_t queues;
    uint64_t mem_length;    /* bytes of device memory that are mapped */
    uint64_t seed;
    uint64_t run_apis;      /* bit n: call n is wanted; 0: all */
    uint32_t run_faults;    /* CBX_DRIVER_FAULT_* to be made */
} CbxDevice;

/*
 * Reads who the device is. CBX_STATUS_NOT_CBX, CBX_STATUS_VERSION (another
 * major number) or OK.
 */
uint32_t cbx_device_identify(CbxDevice *dev, const CbxWorld *world);

/* Does the user want this call (CBX_API_*) run? */
bool cbx_device_wants(const CbxDevice *dev, uint32_t api);

/* Highest address the device can put on the bus. */
uint64_t cbx_device_last_address(const CbxDevice *dev);

/*
 * Single-shot DMA of `length` bytes between the bus and device memory at
 * `offset`. The registers have no room for what went wrong on the bus:
 * CBX_STATUS_BAD_OFFSET or CBX_STATUS_DMA_INTERNAL.
 */
uint32_t cbx_device_dma_in(CbxDevice *dev, uint64_t address, uint32_t length,
                           uint32_t offset);
uint32_t cbx_device_dma_out(CbxDevice *dev, uint64_t address, uint32_t length,
                            uint32_t offset);

/* Shows a buffer to the device; fills in id, declared and found. */
uint32_t cbx_device_declare(CbxDevice *dev, CbxBuffer *buffer);
/*
 * The CPU is about to read the buffer: a device that knows the caches reports
 * what is stale in them. Harmless otherwise.
 */
void cbx_device_use(const CbxDevice *dev, const CbxBuffer *buffer);
/* Tells the device that the buffer was freed. */
uint32_t cbx_device_release(CbxDevice *dev, CbxBuffer *buffer);

/* May the device access this byte? access is CBX_PROBE_*; nothing changes. */
uint32_t cbx_device_probe(CbxDevice *dev, uint64_t address, uint32_t access);

#endif /* CBX_CORE_DEVICE_H */
