/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: how the processor that accesses the device maps a virtual address.
 */
#ifndef HW_CBX_MAPPING_H
#define HW_CBX_MAPPING_H

#include "walk-arm.h"
#include "walk-x86.h"

typedef enum CbxCpuKind {
    CBX_CPU_NONE,               /* no processor, or one that cannot be walked */
    CBX_CPU_X86,
    CBX_CPU_ARM,
} CbxCpuKind;

/* Registers of translation, as of one moment. */
typedef struct CbxCpuMmu {
    CbxCpuKind kind;
    union {
        CbxX86Mmu x86;
        CbxArmMmu arm;
    };
} CbxCpuMmu;

typedef struct CbxMapping {
    CbxCpuMmu mmu;
    bool begun;                 /* the types are those of a page */
    uint8_t type;               /* CBX_MEMTYPE_* of all pages walked so far */
    uint8_t page_type;          /* the same, of the entries alone */
} CbxMapping;

/*
 * Registers of the processor whose access the device is serving; kind NONE if
 * there is none (qtest), or if its addresses pass through a second stage or a
 * regime of which there is no walker. Compiled for each target.
 */
void cbx_cpu_mmu(CbxCpuMmu *mmu);

/* Takes the registers; no page has been walked. */
void cbx_mapping_start(CbxMapping *m);

/*
 * Walks for one address and takes its types into account: UNMAPPED if some
 * page is not mapped, else UNKNOWN if some page's is, else MIXED if they
 * differ. Reads RAM only.
 */
CbxWalk cbx_mapping_walk(CbxMapping *m, uint64_t va);

#endif /* HW_CBX_MAPPING_H */
