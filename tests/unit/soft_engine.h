/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the software device: its bus and what moves data over it. */
#ifndef CBX_TEST_SOFT_ENGINE_H
#define CBX_TEST_SOFT_ENGINE_H

#include "softdev.h"

uint64_t soft_reg64(SoftDev *dev, uint32_t offset);
void soft_set_reg64(SoftDev *dev, uint32_t offset, uint64_t value);

/* Guest-physical address behind a logical one, or why there is none. */
uint32_t soft_translate(SoftDev *dev, uint64_t logical, uint64_t *gpa);

/* The byte at this offset of memory as a transfer sees it. */
uint8_t *soft_byte(SoftDev *dev, uint64_t offset);
/* A buffer was declared with this type, CBX_MEMTYPE_*. */
void soft_caches_map(SoftDev *dev, uint32_t type);
/* KeFlushIoBuffers. */
void soft_caches_flush(SoftDev *dev, const volatile void *address,
                       uint64_t length, bool read);
void soft_caches_free(SoftDev *dev);

/* Write of the trigger bit to CBX_ARM_DMA_CTL. */
void soft_single_shot(SoftDev *dev, uint32_t control);
/* Write of the tail doorbell of queue 0. */
void soft_queue(SoftDev *dev, uint32_t tail);

#endif /* CBX_TEST_SOFT_ENGINE_H */
