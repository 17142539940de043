/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk-arm.h"

#include "cbx/abi.h"
#include "test-walk.h"

#define ROOT        UINT64_C(0x40000000)
#define TABLES      UINT64_C(0x40100000)    /* the further ones */
#define TABLE_STEP  UINT64_C(0x10000)

#define PAGE        3ull
#define BLOCK       1ull
#define ATTR(n)     ((uint64_t)(n) << 2)

/* Attribute 0: write-back; 1: nGnRnE; 2: nGnRE; 3: non-cacheable; 4: WT. */
#define MAIR        UINT64_C(0x000000bb440400ff)

typedef struct Format {
    const char *name;
    unsigned granule;           /* bits */
    unsigned va_bits;
    unsigned first_level;
} Format;

static const Format formats[] = {
    { "4k-39", 12, 39, 1 }, { "4k-48", 12, 48, 0 }, { "4k-25", 12, 25, 2 },
    { "16k-36", 14, 36, 2 }, { "16k-47", 14, 47, 1 }, { "16k-48", 14, 48, 0 },
    { "64k-42", 16, 42, 2 }, { "64k-48", 16, 48, 1 }, { "64k-29", 16, 29, 3 },
};

static CbxArmMmu mmu_of(const Format *format)
{
    uint64_t tsz = 64 - format->va_bits;
    uint64_t tg0 = format->granule == 12 ? 0 : format->granule == 16 ? 1 : 2;
    uint64_t tg1 = format->granule == 12 ? 2 : format->granule == 16 ? 3 : 1;

    return (CbxArmMmu) {
        .sctlr = 0x1005,
        .tcr = tsz | tg0 << 14 | tsz << 16 | tg1 << 30,
        /* An ASID and CnP are no part of the address. */
        .ttbr0 = ROOT | UINT64_C(0x0042000000000001),
        .ttbr1 = ROOT | UINT64_C(0x0043000000000001),
        .mair = MAIR,
    };
}

static unsigned shift_of(const Format *format, unsigned level)
{
    return format->granule + (format->granule - 3) * (3 - level);
}

static CbxWalk walk_entry(const Format *format, const CbxArmMmu *mmu,
                          uint64_t va, unsigned level, uint64_t entry)
{
    uint64_t inside = va & ((UINT64_C(1) << format->va_bits) - 1);
    uint64_t mask = (UINT64_C(1) << (format->granule - 3)) - 1;
    WalkMemory *memory = walk_memory_new();
    uint64_t table = ROOT;
    CbxWalk walk;

    for (unsigned at = format->first_level; at < level; at++) {
        uint64_t next = TABLES + at * TABLE_STEP;

        walk_memory_put(memory,
                        table + (inside >> shift_of(format, at) & mask) * 8,
                        next | PAGE);
        table = next;
    }
    walk_memory_put(memory,
                    table + (inside >> shift_of(format, level) & mask) * 8,
                    entry);
    walk = cbx_walk_arm(mmu, va, walk_memory_read, memory);
    walk_memory_free(memory);
    return walk;
}

/* Some address within the range, lower or upper. */
static uint64_t address_in(const Format *format, bool upper)
{
    uint64_t inside = UINT64_C(0x0000a5b4c3d2e1f7) &
                      ((UINT64_C(1) << format->va_bits) - 1);

    return upper ? inside | -(UINT64_C(1) << format->va_bits) : inside;
}

static void pages(gconstpointer data)
{
    const Format *format = data;
    CbxArmMmu mmu = mmu_of(format);
    uint64_t size = UINT64_C(1) << format->granule;
    uint64_t physical = UINT64_C(0x876543210000);

    for (unsigned upper = 0; upper < 2; upper++) {
        uint64_t va = address_in(format, upper);

        walk_assert(walk_entry(format, &mmu, va, 3,
                               physical | PAGE | UINT64_C(0x0060000000000700)),
                    physical | (va & (size - 1)), size,
                    CBX_MEMTYPE_NORMAL_WB);
        g_assert_cmpint(walk_entry(format, &mmu, va, 3, physical).status, ==,
                        CBX_WALK_NOT_PRESENT);
        /* The value that means a block is reserved at the last level. */
        g_assert_cmpint(walk_entry(format, &mmu, va, 3,
                                   physical | BLOCK).status, ==,
                        CBX_WALK_MALFORMED);
    }
}

/* Blocks where the architecture has them, and nowhere else. */
static void blocks(gconstpointer data)
{
    const Format *format = data;
    CbxArmMmu mmu = mmu_of(format);
    uint64_t va = address_in(format, true);

    for (unsigned level = format->first_level; level < 3; level++) {
        uint64_t size = UINT64_C(1) << shift_of(format, level);
        uint64_t physical = UINT64_C(0x7654f0000000) & -size;
        CbxWalk walk = walk_entry(format, &mmu, va, level,
                                  physical | BLOCK | ATTR(3));

        if (level == 2 || (level == 1 && format->granule == 12)) {
            walk_assert(walk, physical | (va & (size - 1)), size,
                        CBX_MEMTYPE_NORMAL_NC);
        } else {
            g_assert_cmpint(walk.status, ==, CBX_WALK_MALFORMED);
        }
    }
}

static void tables_out_of_memory(gconstpointer data)
{
    const Format *format = data;
    CbxArmMmu mmu = mmu_of(format);
    uint64_t va = address_in(format, false);

    for (unsigned level = format->first_level; level < 3; level++) {
        g_assert_cmpint(walk_entry(format, &mmu, va, level,
                                   0x7f0000000 | PAGE).status, ==,
                        CBX_WALK_NO_MEMORY);
        g_assert_cmpint(walk_entry(format, &mmu, va, level, 0).status, ==,
                        CBX_WALK_NOT_PRESENT);
    }
}

/* Just inside and just outside of both ranges. */
static void borders(gconstpointer data)
{
    const Format *format = data;
    CbxArmMmu mmu = mmu_of(format);
    uint64_t size = UINT64_C(1) << format->va_bits;

    walk_assert(walk_entry(format, &mmu, size - 1, 3, 0x80000000 | PAGE),
                0x80000000 + (1u << format->granule) - 1,
                UINT64_C(1) << format->granule, CBX_MEMTYPE_NORMAL_WB);
    walk_assert(walk_entry(format, &mmu, -size, 3, 0x80000000 | PAGE),
                0x80000000, UINT64_C(1) << format->granule,
                CBX_MEMTYPE_NORMAL_WB);
    g_assert_cmpint(walk_entry(format, &mmu, size, 3, PAGE).status, ==,
                    CBX_WALK_NOT_CANONICAL);
    g_assert_cmpint(walk_entry(format, &mmu, -size - 1, 3, PAGE).status, ==,
                    CBX_WALK_NOT_CANONICAL);
}

static void memory_attributes(void)
{
    static const struct {
        uint8_t attribute;
        uint8_t type;
    } cases[] = {
        { 0x00, CBX_MEMTYPE_DEVICE_NGNRNE }, { 0x04, CBX_MEMTYPE_DEVICE_NGNRE },
        { 0x08, CBX_MEMTYPE_DEVICE_NGRE }, { 0x0c, CBX_MEMTYPE_DEVICE_GRE },
        { 0x44, CBX_MEMTYPE_NORMAL_NC }, { 0xff, CBX_MEMTYPE_NORMAL_WB },
        { 0xee, CBX_MEMTYPE_NORMAL_WB }, { 0x77, CBX_MEMTYPE_NORMAL_WB },
        { 0xbb, CBX_MEMTYPE_NORMAL_WT }, { 0x33, CBX_MEMTYPE_NORMAL_WT },
        /* Inner and outer differ: the weaker. */
        { 0x4f, CBX_MEMTYPE_NORMAL_NC }, { 0xf4, CBX_MEMTYPE_NORMAL_NC },
        { 0xfb, CBX_MEMTYPE_NORMAL_WT }, { 0xbf, CBX_MEMTYPE_NORMAL_WT },
        /* Tagged; FEAT_XS. */
        { 0xf0, CBX_MEMTYPE_NORMAL_WB }, { 0x40, CBX_MEMTYPE_NORMAL_NC },
        { 0xa0, CBX_MEMTYPE_NORMAL_WT },
    };
    const Format *format = &formats[1];
    CbxArmMmu mmu = mmu_of(format);

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned index = 0; index < 8; index++) {
            mmu.mair = (uint64_t)cases[i].attribute << (8 * index);
            walk_assert(walk_entry(format, &mmu, 0x1234, 3,
                                   0x5000 | PAGE | ATTR(index)),
                        0x5234, 0x1000, cases[i].type);
        }
    }
}

static void caches_off(void)
{
    const Format *format = &formats[1];
    CbxArmMmu mmu = mmu_of(format);

    mmu.sctlr = 1;
    walk_assert(walk_entry(format, &mmu, 0, 3, 0x5000 | PAGE), 0x5000, 0x1000,
                CBX_MEMTYPE_NORMAL_NC);
    walk_assert(walk_entry(format, &mmu, 0, 3, 0x5000 | PAGE | ATTR(2)),
                0x5000, 0x1000, CBX_MEMTYPE_DEVICE_NGNRE);
    mmu.sctlr = 4;
    walk_assert(walk_entry(format, &mmu, 0x7123, 3, 0), 0x7123, 0x1000,
                CBX_MEMTYPE_DEVICE_NGNRNE);
}

/* Each range has its own table, granule and switch. */
static void two_ranges(void)
{
    const Format *small = &formats[1];
    const Format *large = &formats[7];
    CbxArmMmu mmu = mmu_of(small);
    CbxArmMmu other = mmu_of(large);

    mmu.tcr = (mmu.tcr & 0xffff) | (other.tcr & 0xffff0000);
    mmu.ttbr0 = ROOT + 0x10000000;
    walk_assert(walk_entry(large, &mmu, -1, 3, 0x80000000 | PAGE), 0x8000ffff,
                0x10000, CBX_MEMTYPE_NORMAL_WB);
    g_assert_cmpint(walk_entry(small, &mmu, 0x1000, 3, PAGE).status, ==,
                    CBX_WALK_NO_MEMORY);
    mmu.ttbr0 = ROOT;
    mmu.ttbr1 = ROOT + 0x10000000;
    walk_assert(walk_entry(small, &mmu, 0x1234, 3, 0x5000 | PAGE), 0x5234,
                0x1000, CBX_MEMTYPE_NORMAL_WB);
    g_assert_cmpint(walk_entry(large, &mmu, -1, 3, PAGE).status, ==,
                    CBX_WALK_NO_MEMORY);

    mmu.ttbr1 = ROOT;
    mmu.tcr |= 1u << 7;
    g_assert_cmpint(walk_entry(small, &mmu, 0x1234, 3, 0x5000 | PAGE).status,
                    ==, CBX_WALK_NOT_PRESENT);
    walk_assert(walk_entry(large, &mmu, -1, 3, 0x80000000 | PAGE), 0x8000ffff,
                0x10000, CBX_MEMTYPE_NORMAL_WB);
    mmu.tcr ^= 1u << 7 | 1u << 23;
    walk_assert(walk_entry(small, &mmu, 0x1234, 3, 0x5000 | PAGE), 0x5234,
                0x1000, CBX_MEMTYPE_NORMAL_WB);
    g_assert_cmpint(walk_entry(large, &mmu, -1, 3, PAGE).status, ==,
                    CBX_WALK_NOT_PRESENT);
}

static void ignored_top_byte(void)
{
    const Format *format = &formats[1];
    CbxArmMmu mmu = mmu_of(format);
    uint64_t lower = UINT64_C(0xa500000000001234);
    uint64_t upper = UINT64_C(0xa5fffffffffff234);

    g_assert_cmpint(walk_entry(format, &mmu, lower, 3, PAGE).status, ==,
                    CBX_WALK_NOT_CANONICAL);
    mmu.tcr |= UINT64_C(1) << 37;
    walk_assert(walk_entry(format, &mmu, lower, 3, 0x5000 | PAGE), 0x5234,
                0x1000, CBX_MEMTYPE_NORMAL_WB);
    g_assert_cmpint(walk_entry(format, &mmu, upper, 3, PAGE).status, ==,
                    CBX_WALK_NOT_CANONICAL);
    mmu.tcr |= UINT64_C(1) << 38;
    walk_assert(walk_entry(format, &mmu, upper, 3, 0x5000 | PAGE), 0x5234,
                0x1000, CBX_MEMTYPE_NORMAL_WB);
}

/* 64 KiB granule with FEAT_LVA and FEAT_LPA. */
static void addresses_of_52_bits(void)
{
    static const Format format = { "64k-52", 16, 52, 1 };
    CbxArmMmu mmu = mmu_of(&format);
    uint64_t va = UINT64_C(0x000a5b4c3d2e1f70);

    mmu.tcr |= UINT64_C(6) << 32;
    walk_assert(walk_entry(&format, &mmu, va, 3, 0x123450000 | PAGE | 0xb000),
                UINT64_C(0x000b000123450000) | (va & 0xffff), 0x10000,
                CBX_MEMTYPE_NORMAL_WB);
    walk_assert(walk_entry(&format, &mmu, va, 1,
                           UINT64_C(0x40000000000) | BLOCK | 0xb000),
                UINT64_C(0x000b040000000000) | (va & 0x3ffffffffff),
                UINT64_C(1) << 42, CBX_MEMTYPE_NORMAL_WB);
    /* The root above 48 bits, where this memory has nothing. */
    mmu.ttbr0 |= 1u << 2;
    g_assert_cmpint(walk_entry(&format, &mmu, va, 3, PAGE).status, ==,
                    CBX_WALK_NO_MEMORY);
}

static void unsupported_formats(void)
{
    const Format *format = &formats[1];
    CbxArmMmu mmu = mmu_of(format);

    mmu.tcr |= UINT64_C(1) << 59;
    g_assert_cmpint(walk_entry(format, &mmu, 0, 3, PAGE).status, ==,
                    CBX_WALK_UNSUPPORTED);
    mmu = mmu_of(format);
    mmu.sctlr |= 1u << 25;
    g_assert_cmpint(walk_entry(format, &mmu, 0, 3, PAGE).status, ==,
                    CBX_WALK_UNSUPPORTED);
    mmu = mmu_of(format);
    mmu.tcr |= 3u << 14;
    g_assert_cmpint(walk_entry(format, &mmu, 0, 3, PAGE).status, ==,
                    CBX_WALK_UNSUPPORTED);
    mmu.tcr = 1;
    g_assert_cmpint(walk_entry(format, &mmu, 0, 3, PAGE).status, ==,
                    CBX_WALK_UNSUPPORTED);
}

/* Whatever software writes into TCR, the walk ends. */
static void any_register_value(void)
{
    WalkMemory *memory = walk_memory_new();
    CbxArmMmu mmu = { .sctlr = 1, .ttbr0 = ROOT };

    walk_memory_put(memory, ROOT, 0);
    for (unsigned granule = 0; granule < 4; granule++) {
        for (unsigned tsz = 0; tsz < 64; tsz++) {
            mmu.tcr = UINT64_C(6) << 32 | (uint64_t)granule << 14 | tsz;
            g_assert_cmpint(cbx_walk_arm(&mmu, 0x1000, walk_memory_read,
                                         memory).status, !=, CBX_WALK_OK);
        }
    }
    walk_memory_free(memory);
}

void walk_arm_tests(void)
{
    static const struct {
        const char *name;
        GTestDataFunc function;
    } each[] = {
        { "pages", pages }, { "blocks", blocks }, { "borders", borders },
        { "tables-out-of-memory", tables_out_of_memory },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        for (unsigned j = 0; j < G_N_ELEMENTS(each); j++) {
            g_autofree char *path = g_strdup_printf("/walk/arm/%s/%s",
                                                    formats[i].name,
                                                    each[j].name);

            g_test_add_data_func(path, &formats[i], each[j].function);
        }
    }
#define TEST(name) g_test_add_func("/walk/arm/" #name, name)
    TEST(memory_attributes);
    TEST(caches_off);
    TEST(two_ranges);
    TEST(ignored_top_byte);
    TEST(addresses_of_52_bits);
    TEST(unsupported_formats);
    TEST(any_register_value);
#undef TEST
}
