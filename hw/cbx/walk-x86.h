/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: page walk of an x86 processor in 64-bit mode or without paging.
 *
 * Numbers are those of the Intel SDM, volume 3: chapter "Paging" and chapter
 * "Memory Cache Control" (PAT, MTRRs, effective page-level memory types).
 */
#ifndef HW_CBX_WALK_X86_H
#define HW_CBX_WALK_X86_H

#include "walk.h"

#define CBX_X86_MTRR_FIXED      11
#define CBX_X86_MTRR_VARIABLE   16

typedef struct CbxX86Mmu {
    uint64_t cr0;
    uint64_t cr3;
    uint64_t cr4;
    uint64_t efer;
    uint64_t pat;               /* IA32_PAT */
    unsigned phys_bits;         /* MAXPHYADDR */
    /* CPUID.1:EDX.MTRR; without it, what there is is write-back. */
    bool has_mtrr;
    uint64_t mtrr_def_type;     /* IA32_MTRR_DEF_TYPE */
    uint64_t mtrr_fixed[CBX_X86_MTRR_FIXED];    /* FIX64K, 2 FIX16K, 8 FIX4K */
    unsigned mtrr_variables;    /* of the next, how many there are */
    struct {
        uint64_t base;
        uint64_t mask;
    } mtrr_variable[CBX_X86_MTRR_VARIABLE];
} CbxX86Mmu;

/*
 * Two-level and PAE paging are CBX_WALK_UNSUPPORTED. The type is UNKNOWN where
 * the MTRRs leave it undefined.
 */
CbxWalk cbx_walk_x86(const CbxX86Mmu *mmu, uint64_t va, CbxWalkRead *read,
                     void *opaque);

#endif /* HW_CBX_WALK_X86_H */
