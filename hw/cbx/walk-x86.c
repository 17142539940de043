/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk-x86.h"

#include "cbx/abi.h"

#define CR0_PG          (1ull << 31)
#define CR4_LA57        (1ull << 12)
#define EFER_LMA        (1ull << 10)

#define PTE_PRESENT     (1ull << 0)
#define PTE_PWT         (1ull << 3)
#define PTE_PCD         (1ull << 4)
#define PTE_PS          (1ull << 7)
#define PTE_PAT_4K      (1ull << 7)
#define PTE_PAT_LARGE   (1ull << 12)
#define PTE_ADDRESS     0x000ffffffffff000ull

#define MTRR_TYPE       0xffull
#define MTRR_ENABLE     (1ull << 11)
#define MTRR_FIXED      (1ull << 10)
#define MTRR_VALID      (1ull << 11)

enum {
    PAGE_BITS = 12,
    INDEX_BITS = 9,
    LEVEL_MAX_LARGE = 3,        /* level whose entry can map 1 GiB */
};

/* ---- Types ------------------------------------------------------------- */

/* Encodings of PAT and MTRR; only PAT has 7. */
static uint8_t type_of_encoding(uint64_t encoding, bool pat)
{
    switch (encoding) {
    case 0:
        return CBX_MEMTYPE_UC;
    case 1:
        return CBX_MEMTYPE_WC;
    case 4:
        return CBX_MEMTYPE_WT;
    case 5:
        return CBX_MEMTYPE_WP;
    case 6:
        return CBX_MEMTYPE_WB;
    case 7:
        return pat ? CBX_MEMTYPE_UC_MINUS : CBX_MEMTYPE_UNKNOWN;
    default:
        return CBX_MEMTYPE_UNKNOWN;
    }
}

/* "Effective Page-Level Memory Types": rows MTRR, columns PAT. */
static uint8_t effective_type(uint8_t mtrr, uint8_t page)
{
#define ROW(uc, uc_minus, wc, wt, wp, wb) { \
        [CBX_MEMTYPE_UC] = CBX_MEMTYPE_##uc, \
        [CBX_MEMTYPE_UC_MINUS] = CBX_MEMTYPE_##uc_minus, \
        [CBX_MEMTYPE_WC] = CBX_MEMTYPE_##wc, \
        [CBX_MEMTYPE_WT] = CBX_MEMTYPE_##wt, \
        [CBX_MEMTYPE_WP] = CBX_MEMTYPE_##wp, \
        [CBX_MEMTYPE_WB] = CBX_MEMTYPE_##wb, \
    }
    static const uint8_t table[CBX_MEMTYPES][CBX_MEMTYPES] = {
        /*                      UC  UC- WC  WT  WP  WB */
        [CBX_MEMTYPE_UC] =  ROW(UC, UC, WC, UC, UC, UC),
        [CBX_MEMTYPE_WC] =  ROW(UC, WC, WC, UC, UC, WC),
        [CBX_MEMTYPE_WT] =  ROW(UC, UC, WC, WT, WP, WT),
        [CBX_MEMTYPE_WP] =  ROW(UC, WC, WC, WT, WP, WP),
        [CBX_MEMTYPE_WB] =  ROW(UC, UC, WC, WT, WP, WB),
    };
#undef ROW

    return table[mtrr][page];
}

/* Of the first MiB: 8 ranges in each register, 64, 16 and 4 KiB wide. */
static uint8_t mtrr_fixed_type(const CbxX86Mmu *mmu, uint64_t address)
{
    unsigned range;

    if (address < 0x80000) {
        range = address >> 16;
    } else if (address < 0xc0000) {
        range = 8 + ((address - 0x80000) >> 14);
    } else {
        range = 24 + ((address - 0xc0000) >> 12);
    }
    return type_of_encoding(mmu->mtrr_fixed[range / 8] >> (range % 8 * 8) &
                            MTRR_TYPE, false);
}

/* Where two ranges overlap: UC wins, WT wins over WB, the rest is undefined. */
static uint8_t mtrr_overlap(uint8_t a, uint8_t b)
{
    if (a == b) {
        return a;
    }
    if (a == CBX_MEMTYPE_UC || b == CBX_MEMTYPE_UC) {
        return CBX_MEMTYPE_UC;
    }
    if ((a == CBX_MEMTYPE_WT && b == CBX_MEMTYPE_WB) ||
        (a == CBX_MEMTYPE_WB && b == CBX_MEMTYPE_WT)) {
        return CBX_MEMTYPE_WT;
    }
    return CBX_MEMTYPE_UNKNOWN;
}

static uint8_t mtrr_type(const CbxX86Mmu *mmu, uint64_t address)
{
    uint8_t type = CBX_MEMTYPE_UNKNOWN;
    bool hit = false;

    if (!mmu->has_mtrr) {
        return CBX_MEMTYPE_WB;
    }
    if (!(mmu->mtrr_def_type & MTRR_ENABLE)) {
        return CBX_MEMTYPE_UC;
    }
    if (address < 0x100000 && mmu->mtrr_def_type & MTRR_FIXED) {
        return mtrr_fixed_type(mmu, address);
    }
    for (unsigned i = 0; i < mmu->mtrr_variables; i++) {
        uint64_t base = mmu->mtrr_variable[i].base;
        uint64_t mask = mmu->mtrr_variable[i].mask;
        uint8_t here = type_of_encoding(base & MTRR_TYPE, false);

        if (mask & MTRR_VALID && !((address ^ base) & mask & PTE_ADDRESS)) {
            type = hit ? mtrr_overlap(type, here) : here;
            hit = true;
        }
    }
    return hit ? type : type_of_encoding(mmu->mtrr_def_type & MTRR_TYPE,
                                         false);
}

/* ---- Walk -------------------------------------------------------------- */

static CbxWalk failed(CbxWalkStatus status)
{
    return (CbxWalk) { .status = status };
}

static CbxWalk mapped(const CbxX86Mmu *mmu, uint64_t physical, uint64_t size,
                      unsigned pat_index)
{
    uint8_t page = type_of_encoding(mmu->pat >> (pat_index * 8) & 7, true);

    return (CbxWalk) {
        .status = CBX_WALK_OK,
        .physical = physical,
        .page_size = size,
        .page_type = page,
        .type = effective_type(mtrr_type(mmu, physical), page),
    };
}

static CbxWalk leaf(const CbxX86Mmu *mmu, uint64_t va, uint64_t entry,
                    unsigned level)
{
    uint64_t size = 1ull << (PAGE_BITS + INDEX_BITS * (level - 1));
    uint64_t pat = level == 1 ? PTE_PAT_4K : PTE_PAT_LARGE;
    uint64_t base = entry & PTE_ADDRESS;
    unsigned index = (entry & PTE_PWT ? 1 : 0) | (entry & PTE_PCD ? 2 : 0) |
                     (entry & pat ? 4 : 0);

    if (level > 1) {
        base &= ~PTE_PAT_LARGE;
    }
    if (base & (size - 1)) {
        return failed(CBX_WALK_MALFORMED);
    }
    return mapped(mmu, base | (va & (size - 1)), size, index);
}

CbxWalk cbx_walk_x86(const CbxX86Mmu *mmu, uint64_t va, CbxWalkRead *read,
                     void *opaque)
{
    unsigned levels = mmu->cr4 & CR4_LA57 ? 5 : 4;
    unsigned va_bits = PAGE_BITS + INDEX_BITS * levels;
    uint64_t table = mmu->cr3 & PTE_ADDRESS;

    if (!(mmu->cr0 & CR0_PG)) {
        /* As if every page were write-back for the PAT. */
        return (CbxWalk) {
            .status = CBX_WALK_OK,
            .physical = va,
            .page_size = 1ull << PAGE_BITS,
            .page_type = CBX_MEMTYPE_WB,
            .type = effective_type(mtrr_type(mmu, va), CBX_MEMTYPE_WB),
        };
    }
    if (!(mmu->efer & EFER_LMA)) {
        return failed(CBX_WALK_UNSUPPORTED);
    }
    if ((uint64_t)((int64_t)(va << (64 - va_bits)) >> (64 - va_bits)) != va) {
        return failed(CBX_WALK_NOT_CANONICAL);
    }
    for (unsigned level = levels; level; level--) {
        unsigned shift = PAGE_BITS + INDEX_BITS * (level - 1);
        uint64_t index = va >> shift & ((1u << INDEX_BITS) - 1);
        uint64_t entry;

        if (!read(opaque, table + index * 8, &entry)) {
            return failed(CBX_WALK_NO_MEMORY);
        }
        if (!(entry & PTE_PRESENT)) {
            return failed(CBX_WALK_NOT_PRESENT);
        }
        if ((entry & PTE_ADDRESS) >> mmu->phys_bits) {
            return failed(CBX_WALK_MALFORMED);
        }
        if (level == 1) {
            return leaf(mmu, va, entry, level);
        }
        if (entry & PTE_PS) {
            return level <= LEVEL_MAX_LARGE ? leaf(mmu, va, entry, level)
                                            : failed(CBX_WALK_MALFORMED);
        }
        table = entry & PTE_ADDRESS;
    }
    return failed(CBX_WALK_MALFORMED);
}
