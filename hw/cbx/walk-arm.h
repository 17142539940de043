/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: page walk of an Arm processor in AArch64 state, stage 1, for a
 * translation regime with one or two ranges of virtual addresses.
 *
 * Numbers are those of the Arm Architecture Reference Manual (DDI 0487):
 * VMSAv8-64 descriptor formats, and the registers of the same names.
 */
#ifndef HW_CBX_WALK_ARM_H
#define HW_CBX_WALK_ARM_H

#include "walk.h"

typedef struct CbxArmMmu {
    uint64_t sctlr;
    uint64_t tcr;
    uint64_t ttbr0;
    uint64_t ttbr1;
    uint64_t mair;
} CbxArmMmu;

/*
 * TCR is that of a regime with two ranges. 52-bit addresses with 4 and 16 KiB
 * granules (TCR.DS) and big-endian tables are CBX_WALK_UNSUPPORTED. Where
 * inner and outer cacheability differ, the weaker one is the type.
 */
CbxWalk cbx_walk_arm(const CbxArmMmu *mmu, uint64_t va, CbxWalkRead *read,
                     void *opaque);

#endif /* HW_CBX_WALK_ARM_H */
