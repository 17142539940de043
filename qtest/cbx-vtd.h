/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VT-d beyond what every IOMMU does.
 */
#ifndef QTEST_CBX_VTD_H
#define QTEST_CBX_VTD_H

#include "qemu/bitops.h"
#include "cbx-iommu.h"
#include "cbx-radix.h"

#define VTD_BASE            0xfed90000ull
#define VTD_GCMD            0x18
#define VTD_GSTS            0x1c
#define   VTD_TE            BIT(31)
#define   VTD_SRTP          BIT(30)
#define   VTD_QIE           BIT(26)
#define   VTD_IRE           BIT(25)
#define   VTD_SIRTP         BIT(24)
#define   VTD_LASTING       (VTD_TE | VTD_QIE)
#define VTD_RTADDR          0x20
#define   VTD_SCALABLE      (1ull << 10)
#define VTD_FSTS            0x34
#define   VTD_FSTS_PPF      BIT(1)
#define   VTD_FSTS_IQE      BIT(4)
#define VTD_FRCD            0x220
#define   VTD_FRCD_CLEAR    BIT(31)     /* in the last of its four words */
#define   VTD_FRCD_READ     BIT_ULL(62)

#define VTD_IRTA            0xb8

/* In every structure on the way to the tables. */
#define VTD_PRESENT         1ull

/* Reasons of faults. */
#define VTD_NO_CONTEXT      0x02
#define VTD_NO_PASID        0x59

typedef struct QVtd {
    QIommu u;
    QRadix tables;
    bool scalable;
    uint64_t entry;             /* of the context, or of PASID 0 */
    uint64_t queue;
    uint32_t tail;
} QVtd;

/* Set bits in GCMD beside those that last, and see them in GSTS. */
void vtd_command(QTestState *qts, uint32_t command);

#endif
