/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Caches that write nothing back and fetch nothing unasked. A line that differs
 * from what it was when it was last in step has been stored to.
 */
#include <string.h>

#include "cbx/abi.h"
#include "soft_engine.h"

enum { LINE = 64, BYTES = SOFT_PAGES * CBX_PAGE_SIZE };

struct SoftCaches {
    bool snoops;
    uint8_t memory[BYTES];          /* what is behind the caches */
    uint8_t step[BYTES];            /* what both were */
    bool cached[SOFT_PAGES];
};

void softdev_start_caches(SoftDev *dev, bool snoops)
{
    SoftCaches *c = g_new0(SoftCaches, 1);

    c->snoops = snoops;
    memcpy(c->memory, dev->memory, BYTES);
    memcpy(c->step, dev->memory, BYTES);
    dev->caches = c;
    dev->regs[CBX_REG_FEATURES / 4] |= CBX_FEATURE_COHERENCE |
                                       (snoops ? 0
                                               : CBX_FEATURE_NON_COHERENT);
}

void soft_caches_free(SoftDev *dev)
{
    g_free(dev->caches);
}

uint8_t *soft_byte(SoftDev *dev, uint64_t offset)
{
    SoftCaches *c = dev->caches;

    return c && c->cached[offset / CBX_PAGE_SIZE] &&
           (dev->no_snoop || !c->snoops)
           ? &c->memory[offset] : &dev->memory[offset];
}

void soft_caches_map(SoftDev *dev, uint32_t type)
{
    uint64_t logical = soft_reg64(dev, CBX_REG_BUF_LOGICAL_LO);
    uint64_t last = logical + soft_reg64(dev, CBX_REG_BUF_LENGTH_LO) - 1;
    SoftCaches *c = dev->caches;

    for (uint64_t at = logical; c && at <= last;
         at = (at | (CBX_PAGE_SIZE - 1)) + 1) {
        uint64_t gpa, page;

        if (soft_translate(dev, at, &gpa) == CBX_STATUS_OK) {
            page = (gpa - SOFT_GPA_BASE) & ~(uint64_t)(CBX_PAGE_SIZE - 1);
            memcpy(&c->memory[page], &dev->memory[page], CBX_PAGE_SIZE);
            memcpy(&c->step[page], &dev->memory[page], CBX_PAGE_SIZE);
            c->cached[page / CBX_PAGE_SIZE] = type == CBX_MEMTYPE_WB;
        }
    }
}

void soft_caches_flush(SoftDev *dev, const volatile void *address,
                       uint64_t length, bool read)
{
    uint64_t at = (uint64_t)((const volatile uint8_t *)address - dev->memory);
    uint64_t end = at + length;
    SoftCaches *c = dev->caches;

    for (at &= ~(uint64_t)(LINE - 1); c && at < end; at += LINE) {
        if (memcmp(&dev->memory[at], &c->step[at], LINE)) {
            memcpy(&c->memory[at], &dev->memory[at], LINE);
        } else if (read) {
            memcpy(&dev->memory[at], &c->memory[at], LINE);
        }
        memcpy(&c->step[at], &dev->memory[at], LINE);
    }
}
