/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk-arm.h"

#include "cbx/abi.h"

#define SCTLR_M         (1ull << 0)
#define SCTLR_C         (1ull << 2)
#define SCTLR_EE        (1ull << 25)

#define TCR_DS          (1ull << 59)
#define TCR_IPS_SHIFT   32
#define TCR_IPS_52      6

#define DESC_VALID      (1ull << 0)
#define DESC_TABLE      (1ull << 1)     /* at level 3: page */
#define DESC_ADDRESS    0x0000fffffffff000ull

enum {
    GRANULE_4K = 12,
    GRANULE_16K = 14,
    GRANULE_64K = 16,
    LEVEL_LAST = 3,
    TSZ_MIN = 16,               /* 48 bits of address */
    TSZ_MIN_64K = 12,           /* 52, with FEAT_LVA */
    TSZ_MAX = 48,               /* with FEAT_TTST */
};

/* One of the two ranges of virtual addresses. */
typedef struct Range {
    uint64_t ttbr;
    unsigned tsz;
    unsigned granule;           /* bits; 0: reserved value */
    bool disabled;
    bool ignores_top_byte;
} Range;

/* ---- Types ------------------------------------------------------------- */

/* Cacheability in four bits of a MAIR field, not 0. */
static uint8_t normal_type(unsigned nibble)
{
    if (nibble == 4) {
        return CBX_MEMTYPE_NORMAL_NC;
    }
    /* Bit 2 within transient, bit 2 within non-transient: write-back. */
    return nibble & 4 ? CBX_MEMTYPE_NORMAL_WB : CBX_MEMTYPE_NORMAL_WT;
}

static uint8_t mair_type(uint64_t mair, unsigned index)
{
    static const uint8_t device[] = {
        CBX_MEMTYPE_DEVICE_NGNRNE, CBX_MEMTYPE_DEVICE_NGNRE,
        CBX_MEMTYPE_DEVICE_NGRE, CBX_MEMTYPE_DEVICE_GRE,
    };
    unsigned attr = mair >> (index * 8) & 0xff;
    uint8_t outer;
    uint8_t inner;

    if (!(attr >> 4)) {
        return device[attr >> 2 & 3];
    }
    outer = normal_type(attr >> 4);
    /* No inner part: 0xf0 tagged, 0x40 and 0xa0 with FEAT_XS. */
    inner = attr & 0xf ? normal_type(attr & 0xf) : outer;
    /* In order of strength. */
    return inner < outer ? inner : outer;
}

/* ---- Ranges ------------------------------------------------------------ */

static Range select_range(const CbxArmMmu *mmu, uint64_t va)
{
    static const uint8_t tg0[] = { GRANULE_4K, GRANULE_64K, GRANULE_16K, 0 };
    static const uint8_t tg1[] = { 0, GRANULE_16K, GRANULE_4K, GRANULE_64K };
    uint64_t tcr = mmu->tcr;

    if (va >> 55 & 1) {
        return (Range) {
            .ttbr = mmu->ttbr1,
            .tsz = tcr >> 16 & 0x3f,
            .granule = tg1[tcr >> 30 & 3],
            .disabled = tcr >> 23 & 1,
            .ignores_top_byte = tcr >> 38 & 1,
        };
    }
    return (Range) {
        .ttbr = mmu->ttbr0,
        .tsz = tcr & 0x3f,
        .granule = tg0[tcr >> 14 & 3],
        .disabled = tcr >> 7 & 1,
        .ignores_top_byte = tcr >> 37 & 1,
    };
}

/*
 * Are the bits above the range all as bit 55, which chose it? There are more
 * of them than the 8 that may be ignored, see TSZ_MIN_64K.
 */
static bool within(const Range *range, uint64_t va)
{
    unsigned top = range->ignores_top_byte ? 8 : 0;
    int64_t rest = (int64_t)(va << top) >> (64 - range->tsz + top);

    return rest == (va >> 55 & 1 ? -1 : 0);
}

/* ---- Walk -------------------------------------------------------------- */

static CbxWalk failed(CbxWalkStatus status)
{
    return (CbxWalk) { .status = status };
}

static CbxWalk mapped(const CbxArmMmu *mmu, uint64_t physical, uint64_t size,
                      uint8_t page_type)
{
    bool cacheable = page_type == CBX_MEMTYPE_NORMAL_WB ||
                     page_type == CBX_MEMTYPE_NORMAL_WT;

    return (CbxWalk) {
        .status = CBX_WALK_OK,
        .physical = physical,
        .page_size = size,
        .page_type = page_type,
        .type = cacheable && !(mmu->sctlr & SCTLR_C) ? CBX_MEMTYPE_NORMAL_NC
                                                     : page_type,
    };
}

static bool block_allowed(const Range *range, unsigned level, bool wide)
{
    switch (range->granule) {
    case GRANULE_4K:
        return level == 1 || level == 2;
    case GRANULE_64K:
        return level == 2 || (level == 1 && wide);
    default:
        return level == 2;
    }
}

/* Bits 51:48 of an address, with 64 KiB granule and 52 bits. */
static uint64_t high_bits(uint64_t from, unsigned shift)
{
    return (from >> shift & 0xf) << 48;
}

CbxWalk cbx_walk_arm(const CbxArmMmu *mmu, uint64_t va, CbxWalkRead *read,
                     void *opaque)
{
    Range range = select_range(mmu, va);
    unsigned stride = range.granule - 3;
    bool wide = range.granule == GRANULE_64K &&
                (mmu->tcr >> TCR_IPS_SHIFT & 7) == TCR_IPS_52;
    unsigned bits = 64 - range.tsz;
    unsigned levels;
    uint64_t table;

    if (!(mmu->sctlr & SCTLR_M)) {
        return mapped(mmu, va, 1ull << GRANULE_4K, CBX_MEMTYPE_DEVICE_NGNRNE);
    }
    if (mmu->sctlr & SCTLR_EE || !range.granule ||
        (mmu->tcr & TCR_DS && range.granule != GRANULE_64K)) {
        return failed(CBX_WALK_UNSUPPORTED);
    }
    if (range.disabled) {
        return failed(CBX_WALK_NOT_PRESENT);
    }
    if (range.tsz > TSZ_MAX || range.tsz < (range.granule == GRANULE_64K
                                            ? TSZ_MIN_64K : TSZ_MIN)) {
        return failed(CBX_WALK_UNSUPPORTED);
    }
    if (!within(&range, va)) {
        return failed(CBX_WALK_NOT_CANONICAL);
    }
    va &= (1ull << bits) - 1;
    levels = bits > range.granule ? (bits - range.granule + stride - 1) / stride
                                  : 1;
    table = range.ttbr & 0x0000ffffffffffc0ull;
    if (wide) {
        table |= high_bits(range.ttbr, 2);
    }
    for (unsigned level = LEVEL_LAST + 1 - levels; ; level++) {
        unsigned shift = range.granule + stride * (LEVEL_LAST - level);
        uint64_t index = va >> shift & ((1ull << stride) - 1);
        uint64_t size = 1ull << shift;
        uint64_t address;
        uint64_t entry;

        if (!read(opaque, table + index * 8, &entry)) {
            return failed(CBX_WALK_NO_MEMORY);
        }
        if (!(entry & DESC_VALID)) {
            return failed(CBX_WALK_NOT_PRESENT);
        }
        address = entry & DESC_ADDRESS & ~((1ull << range.granule) - 1);
        if (wide) {
            address |= high_bits(entry, 12);
        }
        if (level < LEVEL_LAST && entry & DESC_TABLE) {
            table = address;
            continue;
        }
        if (level == LEVEL_LAST ? !(entry & DESC_TABLE)
                                : !block_allowed(&range, level, wide)) {
            return failed(CBX_WALK_MALFORMED);
        }
        return mapped(mmu, (address & ~(size - 1)) | (va & (size - 1)), size,
                      mair_type(mmu->mair, entry >> 2 & 7));
    }
}
