/* SPDX-License-Identifier: MIT */
/*
 * Maintenance of the CPU's caches around transfers. It does something only for
 * buffers that are mapped cached though the device's DMA does not snoop; what
 * shares cache lines with the range is maintained, too. The faults of
 * CBX_REG_RUN_FAULTS are obeyed here.
 */
#ifndef CBX_CORE_CACHES_H
#define CBX_CORE_CACHES_H

#include "core/device.h"

/*
 * Is its memory type that which was asked for, whatever the platform says of
 * the device? The type asked for wins by contract, and an MDL's pages have one.
 */
bool cbx_caches_override(const CbxBuffer *buffer);

/* Is it such a buffer, by contract? */
bool cbx_caches_matter(const CbxDevice *dev, const CbxBuffer *buffer);

/* The CPU has stored there; from now on the device may read it. */
void cbx_caches_before_read(const CbxDevice *dev, const CbxBuffer *buffer,
                            uint64_t offset, uint64_t length);

/* The device is about to write: no line may be written back over it. */
void cbx_caches_before_write(const CbxDevice *dev, const CbxBuffer *buffer,
                             uint64_t offset, uint64_t length);

/*
 * The device may have written there; the CPU is about to read. What it does
 * not read, nor the device has written, may be left out.
 */
void cbx_caches_after_write(const CbxDevice *dev, const CbxBuffer *buffer,
                            uint64_t offset, uint64_t length);

#endif /* CBX_CORE_CACHES_H */
