/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for AMD-Vi beyond those that every IOMMU has.
 */
#ifndef QTEST_CBX_AMDVI_H
#define QTEST_CBX_AMDVI_H

#include "cbx-iommu.h"

/* QEMU's AMD-Vi was reworked for 10.2; what it lacked before is skipped. */
#define AMDVI_OLD (QEMU_VERSION_MAJOR == 10 && QEMU_VERSION_MINOR < 2)
#include "cbx-radix.h"

#define AMDVI_DTE_VALID     1ull
#define AMDVI_DTE_TRANSLATE 2ull

#define AMDVI_EVENT_ILLEGAL_DTE 1u
#define AMDVI_EVENT_PAGE_FAULT  2u

typedef struct QAmdvi {
    QIommu u;
    QRadix tables;
    uint64_t devices;
    uint64_t commands;
    uint64_t events;
    uint32_t tail;              /* of the commands */
    uint32_t head;              /* of the events */
} QAmdvi;

/*
 * Set the device's entry in the device table and have it read again: 0, or
 * AMDVI_DTE_*.
 */
void amdvi_set_dte(QAmdvi *a, uint64_t flags);

#endif
