/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk-x86.h"

#include "cbx/abi.h"
#include "test-walk.h"

#define P   0x1ull
#define PWT 0x8ull
#define PCD 0x10ull
#define PS  0x80ull

#define ROOT    UINT64_C(0x1000)
#define VA      UINT64_C(0xffffabcd12345678)

/* What a processor has after reset: WB, WT, UC-, UC, twice. */
#define PAT_RESET   UINT64_C(0x0007040600070406)
/* As Linux and Windows use it: WB, WC, UC-, UC, WB, WP, UC-, WT. */
#define PAT_LINUX   UINT64_C(0x0407050600070106)

#define MTRR_E  UINT64_C(0x800)
#define MTRR_FE UINT64_C(0x400)
#define MTRR_WB UINT64_C(6)

static CbxX86Mmu long_mode(unsigned levels)
{
    return (CbxX86Mmu) {
        .cr0 = 0x80000001,
        /* With a PCID, or PWT and PCD: no part of the address. */
        .cr3 = ROOT | 0x018,
        .cr4 = levels == 5 ? 0x1020 : 0x20,
        .efer = 0xd01,
        .pat = PAT_RESET,
        .phys_bits = 46,
        .has_mtrr = true,
        .mtrr_def_type = MTRR_E | MTRR_WB,
    };
}

/*
 * Tables at 0x1000, 0x2000, ... that lead from the root to an entry of @level,
 * which becomes @entry.
 */
static void map(WalkMemory *memory, unsigned levels, uint64_t va,
                unsigned level, uint64_t entry)
{
    uint64_t table = ROOT;

    for (unsigned at = levels; at > level; at--) {
        walk_memory_put(memory, table + (va >> (12 + 9 * (at - 1)) & 511) * 8,
                        (table + 0x1000) | P | 0x62);
        table += 0x1000;
    }
    walk_memory_put(memory, table + (va >> (12 + 9 * (level - 1)) & 511) * 8,
                    entry);
}

static CbxWalk walk_entry(const CbxX86Mmu *mmu, uint64_t va, unsigned level,
                          uint64_t entry)
{
    WalkMemory *memory = walk_memory_new();
    CbxWalk walk;

    map(memory, mmu->cr4 & 0x1000 ? 5 : 4, va, level, entry);
    walk = cbx_walk_x86(mmu, va, walk_memory_read, memory);
    walk_memory_free(memory);
    return walk;
}

static void pages_of_each_size(void)
{
    const uint64_t no_execute = UINT64_C(1) << 63;

    for (unsigned levels = 4; levels <= 5; levels++) {
        CbxX86Mmu mmu = long_mode(levels);
        uint64_t va = levels == 5 ? UINT64_C(0xff12345678abcdef) : VA;

        walk_assert(walk_entry(&mmu, va, 1, 0x123456789000 | P | no_execute),
                    0x123456789000 | (va & 0xfff), 0x1000, CBX_MEMTYPE_WB);
        walk_assert(walk_entry(&mmu, va, 2, 0x123456600000 | P | PS),
                    0x123456600000 | (va & 0x1fffff), 0x200000,
                    CBX_MEMTYPE_WB);
        walk_assert(walk_entry(&mmu, va, 3, 0x123440000000 | P | PS),
                    0x123440000000 | (va & 0x3fffffff), 0x40000000,
                    CBX_MEMTYPE_WB);
    }
}

/* The same index in each table, from the lower and the upper half. */
static void both_halves(void)
{
    CbxX86Mmu mmu = long_mode(4);

    walk_assert(walk_entry(&mmu, 0x7fffffffffff, 1, 0x5000 | P), 0x5fff,
                0x1000, CBX_MEMTYPE_WB);
    walk_assert(walk_entry(&mmu, 0xffff800000000000, 1, 0x5000 | P), 0x5000,
                0x1000, CBX_MEMTYPE_WB);
    g_assert_cmpint(walk_entry(&mmu, 0x800000000000, 1, 0x5000 | P).status,
                    ==, CBX_WALK_NOT_CANONICAL);
    g_assert_cmpint(walk_entry(&mmu, 0xffff7fffffffffff, 1, 0x5000 | P).status,
                    ==, CBX_WALK_NOT_CANONICAL);
    mmu = long_mode(5);
    walk_assert(walk_entry(&mmu, 0x800000000000, 1, 0x5000 | P), 0x5000,
                0x1000, CBX_MEMTYPE_WB);
    g_assert_cmpint(walk_entry(&mmu, 0x100000000000000, 1, 0x5000 | P).status,
                    ==, CBX_WALK_NOT_CANONICAL);
}

static void without_paging(void)
{
    CbxX86Mmu mmu = { .cr0 = 1, .phys_bits = 40 };

    walk_assert(cbx_walk_x86(&mmu, 0xb8000, walk_memory_read, NULL), 0xb8000,
                0x1000, CBX_MEMTYPE_WB);
    mmu.cr0 = 0x80000001;
    g_assert_cmpint(cbx_walk_x86(&mmu, 0xb8000, walk_memory_read, NULL).status,
                    ==, CBX_WALK_UNSUPPORTED);
}

static void no_mapping(void)
{
    CbxX86Mmu mmu = long_mode(4);

    for (unsigned level = 1; level <= 4; level++) {
        g_assert_cmpint(walk_entry(&mmu, VA, level, 0x5000).status, ==,
                        CBX_WALK_NOT_PRESENT);
    }
    /* A table that is nowhere. */
    for (unsigned level = 2; level <= 4; level++) {
        g_assert_cmpint(walk_entry(&mmu, VA, level, 0x7000000 | P).status, ==,
                        CBX_WALK_NO_MEMORY);
    }
    mmu.cr3 = 0x7000000;
    g_assert_cmpint(walk_entry(&mmu, VA, 1, 0x5000 | P).status, ==,
                    CBX_WALK_NO_MEMORY);
}

static void reserved_bits(void)
{
    CbxX86Mmu mmu = long_mode(5);

    /* No page is that large. */
    for (unsigned level = 4; level <= 5; level++) {
        g_assert_cmpint(walk_entry(&mmu, VA, level, P | PS).status, ==,
                        CBX_WALK_MALFORMED);
    }
    /* A large page at an address that is no multiple of its size. */
    g_assert_cmpint(walk_entry(&mmu, VA, 2, 0x102000 | P | PS).status, ==,
                    CBX_WALK_MALFORMED);
    g_assert_cmpint(walk_entry(&mmu, VA, 3, 0x200000 | P | PS).status, ==,
                    CBX_WALK_MALFORMED);
    /* Wider than the processor. */
    for (unsigned level = 1; level <= 5; level++) {
        g_assert_cmpint(walk_entry(&mmu, VA, level,
                                   UINT64_C(1) << 46 | P).status, ==,
                        CBX_WALK_MALFORMED);
    }
}

/* Every combination of PWT, PCD and PAT, in each kind of entry. */
static void pat_entries(void)
{
    static const uint8_t reset[8] = {
        CBX_MEMTYPE_WB, CBX_MEMTYPE_WT, CBX_MEMTYPE_UC_MINUS, CBX_MEMTYPE_UC,
        CBX_MEMTYPE_WB, CBX_MEMTYPE_WT, CBX_MEMTYPE_UC_MINUS, CBX_MEMTYPE_UC,
    };
    static const uint8_t linux_os[8] = {
        CBX_MEMTYPE_WB, CBX_MEMTYPE_WC, CBX_MEMTYPE_UC_MINUS, CBX_MEMTYPE_UC,
        CBX_MEMTYPE_WB, CBX_MEMTYPE_WP, CBX_MEMTYPE_UC_MINUS, CBX_MEMTYPE_WT,
    };
    CbxX86Mmu mmu = long_mode(4);

    for (unsigned i = 0; i < 16; i++) {
        const uint8_t *types = i < 8 ? reset : linux_os;
        uint64_t bits = P | (i & 1 ? PWT : 0) | (i & 2 ? PCD : 0);
        uint64_t small = i & 4 ? 0x80 : 0;
        uint64_t large = PS | (i & 4 ? 0x1000 : 0);

        mmu.pat = i < 8 ? PAT_RESET : PAT_LINUX;
        for (unsigned level = 1; level <= 3; level++) {
            CbxWalk walk = walk_entry(&mmu, VA, level,
                                      0x40000000 | bits |
                                      (level == 1 ? small : large));

            g_assert_cmpint(walk.status, ==, CBX_WALK_OK);
            g_assert_cmpint(walk.page_type, ==, types[i % 8]);
            g_assert_cmphex(walk.physical, ==,
                            0x40000000 | (VA & (walk.page_size - 1)));
        }
    }
    /* A reserved encoding. */
    mmu.pat = 2;
    g_assert_cmpint(walk_entry(&mmu, VA, 1, 0x5000 | P).page_type, ==,
                    CBX_MEMTYPE_UNKNOWN);
    g_assert_cmpint(walk_entry(&mmu, VA, 1, 0x5000 | P).type, ==,
                    CBX_MEMTYPE_UNKNOWN);
}

/*
 * The SDM's table of effective memory types: encodings of the MTRR, and what
 * becomes of UC, UC-, WC, WT, WP and WB of the PAT.
 */
static void pat_and_mtrr(void)
{
    static const uint8_t pat[6] = { 0, 7, 1, 4, 5, 6 };
    static const struct {
        uint64_t mtrr;
        const char *effective;
    } rows[] = {
        { 0, "UC UC WC UC UC UC" },
        { 1, "UC WC WC UC UC WC" },
        { 4, "UC UC WC WT WP WT" },
        { 5, "UC WC WC WT WP WP" },
        { 6, "UC UC WC WT WP WB" },
    };
#define NAME(n, id, name) [n] = name,
    static const char *const names[] = { CBX_MEMTYPE_LIST(NAME) };
#undef NAME
    CbxX86Mmu mmu = long_mode(4);

    for (unsigned row = 0; row < G_N_ELEMENTS(rows); row++) {
        g_auto(GStrv) expected = g_strsplit(rows[row].effective, " ", -1);

        mmu.mtrr_def_type = MTRR_E | rows[row].mtrr;
        for (unsigned i = 0; i < G_N_ELEMENTS(pat); i++) {
            mmu.pat = pat[i];
            g_assert_cmpstr(names[walk_entry(&mmu, VA, 1, 0x5000 | P).type],
                            ==, expected[i]);
        }
    }
}

static uint8_t type_at(const CbxX86Mmu *mmu, uint64_t physical)
{
    CbxWalk walk = walk_entry(mmu, physical, 1, physical | P);

    g_assert_cmpint(walk.status, ==, CBX_WALK_OK);
    g_assert_cmphex(walk.physical, ==, physical);
    return walk.type;
}

static void mtrr_off(void)
{
    CbxX86Mmu mmu = long_mode(4);

    mmu.mtrr_def_type = MTRR_WB;
    g_assert_cmpint(type_at(&mmu, 0x5000), ==, CBX_MEMTYPE_UC);
    mmu.has_mtrr = false;
    g_assert_cmpint(type_at(&mmu, 0x5000), ==, CBX_MEMTYPE_WB);
}

static void mtrr_fixed(void)
{
    CbxX86Mmu mmu = long_mode(4);

    /* Each of the 88 ranges in turn is write-through, the others uncached. */
    for (unsigned range = 0; range < 88; range++) {
        static const uint64_t at[] = { 0x0, 0x80000, 0xc0000, 0x100000 };
        unsigned kind = range < 8 ? 0 : range < 24 ? 1 : 2;
        unsigned before = (unsigned[]) { 0, 8, 24 }[kind];
        uint64_t size = (uint64_t[]) { 0x10000, 0x4000, 0x1000 }[kind];
        uint64_t first = at[kind] + (range - before) * size;

        for (unsigned i = 0; i < CBX_X86_MTRR_FIXED; i++) {
            mmu.mtrr_fixed[i] = 0;
        }
        mmu.mtrr_fixed[range / 8] = UINT64_C(4) << (range % 8 * 8);
        mmu.mtrr_def_type = MTRR_E | MTRR_FE | MTRR_WB;
        g_assert_cmpint(type_at(&mmu, first), ==, CBX_MEMTYPE_WT);
        g_assert_cmpint(type_at(&mmu, first + size - 0x1000), ==,
                        CBX_MEMTYPE_WT);
        if (first) {
            g_assert_cmpint(type_at(&mmu, first - 0x1000), ==,
                            CBX_MEMTYPE_UC);
        }
        g_assert_cmpint(type_at(&mmu, first + size), ==,
                        first + size < at[3] ? CBX_MEMTYPE_UC
                                             : CBX_MEMTYPE_WB);
        mmu.mtrr_def_type = MTRR_E | MTRR_WB;
        g_assert_cmpint(type_at(&mmu, first), ==, CBX_MEMTYPE_WB);
    }
}

static void set_variable(CbxX86Mmu *mmu, unsigned i, uint64_t base,
                         uint64_t size, uint64_t type)
{
    mmu->mtrr_variable[i].base = base | type;
    mmu->mtrr_variable[i].mask = (-size & 0x3fffffffffff) | 0x800;
    mmu->mtrr_variables = MAX(mmu->mtrr_variables, i + 1);
}

static void mtrr_variable(void)
{
    CbxX86Mmu mmu = long_mode(4);

    set_variable(&mmu, 0, 0xc0000000, 0x40000000, 0);
    set_variable(&mmu, 7, 0x100000000, 0x2000000, 1);
    g_assert_cmpint(type_at(&mmu, 0xbffff000), ==, CBX_MEMTYPE_WB);
    g_assert_cmpint(type_at(&mmu, 0xc0000000), ==, CBX_MEMTYPE_UC);
    g_assert_cmpint(type_at(&mmu, 0xfffff000), ==, CBX_MEMTYPE_UC);
    g_assert_cmpint(type_at(&mmu, 0x100000000), ==, CBX_MEMTYPE_WC);
    g_assert_cmpint(type_at(&mmu, 0x101fff000), ==, CBX_MEMTYPE_WC);
    g_assert_cmpint(type_at(&mmu, 0x102000000), ==, CBX_MEMTYPE_WB);
    /* Without its valid bit a range is none. */
    mmu.mtrr_variable[0].mask &= ~UINT64_C(0x800);
    g_assert_cmpint(type_at(&mmu, 0xc0000000), ==, CBX_MEMTYPE_WB);
}

static void mtrr_overlaps(void)
{
    static const struct {
        uint8_t a, b, type;
    } cases[] = {
        { 6, 6, CBX_MEMTYPE_WB }, { 6, 0, CBX_MEMTYPE_UC },
        { 0, 1, CBX_MEMTYPE_UC }, { 6, 4, CBX_MEMTYPE_WT },
        { 4, 6, CBX_MEMTYPE_WT }, { 1, 6, CBX_MEMTYPE_UNKNOWN },
        { 5, 4, CBX_MEMTYPE_UNKNOWN },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        CbxX86Mmu mmu = long_mode(4);

        set_variable(&mmu, 0, 0, 0x80000000, cases[i].a);
        set_variable(&mmu, 1, 0x40000000, 0x40000000, cases[i].b);
        g_assert_cmpint(type_at(&mmu, 0x50000000), ==, cases[i].type);
    }
}

void walk_x86_tests(void)
{
#define TEST(name) g_test_add_func("/walk/x86/" #name, name)
    TEST(pages_of_each_size);
    TEST(both_halves);
    TEST(without_paging);
    TEST(no_mapping);
    TEST(reserved_bits);
    TEST(pat_entries);
    TEST(pat_and_mtrr);
    TEST(mtrr_off);
    TEST(mtrr_fixed);
    TEST(mtrr_variable);
    TEST(mtrr_overlaps);
#undef TEST
}
