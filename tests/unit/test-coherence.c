/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two images of memory, rule by rule. */
#include "test-coherence.h"

#include <string.h>

#define PC 0xffff800010001234ull
#define INSN ((CbxInsn) { .pc = PC, .cpu = 3 })

/* ---- Bed --------------------------------------------------------------- */

static uint8_t *bed_at(Bed *bed, uint64_t address, size_t length)
{
    address &= ~BED_MIRROR;
    g_assert_cmphex(address, >=, BED_BASE);
    g_assert_cmphex(address + length, <=, BED_BASE + BED_SIZE);
    return bed->ram + (address - BED_BASE);
}

static void bed_load(void *opaque, uint64_t address, void *data, size_t length)
{
    memcpy(data, bed_at(opaque, address, length), length);
}

static void bed_store(void *opaque, uint64_t address, const void *data,
                      size_t length)
{
    Bed *bed = opaque;

    if (bed->racing) {
        bed->ram[bed->racing] = 0xcc;
    }
    memcpy(bed_at(bed, address, length), data, length);
}

static bool bed_cacheable(void *opaque, uint64_t address)
{
    bed_at(opaque, address, 1);
    return !((Bed *)opaque)->uncached;
}

static void bed_found(void *opaque, const CbxLineRecord *record)
{
    g_array_append_val(((Bed *)opaque)->records, *record);
}

Bed *bed_new(unsigned policy, uint64_t seed, unsigned max_pages, bool audit)
{
    static const CbxLineOps ops = {
        bed_load, bed_store, bed_cacheable, bed_found,
    };
    CbxLineConfig config = {
        .seed = seed, .policy = policy, .max_pages = max_pages, .audit = audit,
    };
    Bed *bed = g_new0(Bed, 1);

    memset(bed->ram, OLD, sizeof(bed->ram));
    bed->records = g_array_new(false, false, sizeof(CbxLineRecord));
    bed->lines = cbx_lines_new(&config, &ops, bed);
    return bed;
}

void bed_free(Bed *bed)
{
    cbx_lines_free(bed->lines);
    g_array_unref(bed->records);
    g_free(bed);
}

uint64_t bed_findings(const Bed *bed, CbxFinding finding)
{
    return cbx_lines_counts(bed->lines)->findings[finding];
}

Bed *bed_plain(void)
{
    Bed *bed = bed_new(0, 0, BED_PAGES, false);

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    return bed;
}

/* ---- Steps ------------------------------------------------------------- */

void bed_cpu_store(Bed *bed, uint64_t address, uint8_t value, size_t length)
{
    memset(bed_at(bed, address, length), value, length);
}

void bed_dma_write(Bed *bed, uint64_t address, size_t length, bool snooped)
{
    g_autofree uint8_t *data = g_malloc(length);

    memset(data, DEV, length);
    cbx_lines_device_write(bed->lines, address, data, length, snooped);
}

uint8_t bed_dma_read(Bed *bed, uint64_t address, bool snooped)
{
    uint8_t value;

    cbx_lines_device_read(bed->lines, address, &value, 1, snooped);
    return value;
}

void bed_maintain(Bed *bed, uint64_t address, CbxMaintenance op)
{
    cbx_lines_maintain(bed->lines, address, 1, op, INSN);
}

void bed_assert_byte(Bed *bed, uint64_t address, uint8_t cpu,
                        uint8_t memory)
{
    uint8_t value;

    cbx_lines_peek(bed->lines, address, &value, 1);
    g_assert_cmphex(*bed_at(bed, address, 1), ==, cpu);
    g_assert_cmphex(value, ==, memory);
}

/* Exactly one record, and then none. */
static void assert_record(Bed *bed, CbxFinding finding, uint64_t address,
                          uint64_t length, CbxMaintenance last)
{
    CbxLineRecord *record = &g_array_index(bed->records, CbxLineRecord, 0);

    g_assert_cmpuint(bed->records->len, ==, 1);
    g_assert_cmpint(record->finding, ==, finding);
    g_assert_cmphex(record->address, ==, address);
    g_assert_cmpuint(record->length, ==, length);
    g_assert_cmpint(record->last, ==, last);
    g_assert_cmphex(record->insn.pc, ==,
                    last == CBX_MAINTENANCE_NONE ? 0 : INSN.pc);
    g_assert_cmpuint(record->insn.cpu, ==,
                     last == CBX_MAINTENANCE_NONE ? 0 : INSN.cpu);
    g_array_set_size(bed->records, 0);
}

void bed_assert_no_record(Bed *bed)
{
    g_assert_cmpuint(bed->records->len, ==, 0);
}

/* ---- Accesses of devices ----------------------------------------------- */

static void test_device_read(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 64);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), false), ==, OLD);
    assert_record(bed, CBX_FINDING_STALE_READ, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_assert_byte(bed, LINE(1), CPU, OLD);
    bed_free(bed);
}

static void test_device_write(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_assert_byte(bed, LINE(1), OLD, DEV);
    bed_assert_byte(bed, LINE(2), OLD, OLD);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), false), ==, DEV);
    bed_assert_no_record(bed);
    bed_free(bed);
}

/* What a transfer does not cover of a line is left alone, in both images. */
static void test_part_of_line(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 8);
    g_assert_cmphex(bed_dma_read(bed, LINE(1) + 8, false), ==, OLD);
    bed_assert_no_record(bed);
    bed_dma_write(bed, LINE(1) + 60, 8, false);
    bed_assert_byte(bed, LINE(1) + 59, OLD, OLD);
    bed_assert_byte(bed, LINE(1) + 60, OLD, DEV);
    bed_assert_byte(bed, LINE(2) + 3, OLD, DEV);
    bed_assert_byte(bed, LINE(2) + 4, OLD, OLD);
    bed_free(bed);
}

static void test_snooped_read(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), true), ==, CPU);
    bed_assert_byte(bed, LINE(1), CPU, OLD);
    bed_assert_no_record(bed);
    bed_free(bed);
}

/* Nothing is lost: neither the CPU's bytes, nor another device's. */
static void test_snooped_write(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_dma_write(bed, LINE(1) + 1, 1, true);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(1) + 1, DEV, DEV);

    bed_dma_write(bed, LINE(2), 1, false);
    bed_dma_write(bed, LINE(2) + 1, 1, true);
    bed_assert_byte(bed, LINE(2), DEV, DEV);
    bed_assert_byte(bed, LINE(2) + 1, DEV, DEV);
    bed_assert_no_record(bed);
    bed_free(bed);
}

/* ---- Maintenance ------------------------------------------------------- */

static void test_clean_dirty(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1) + 5, CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_assert_byte(bed, LINE(1) + 5, CPU, CPU);
    g_assert_cmphex(bed_dma_read(bed, LINE(1) + 5, false), ==, CPU);
    bed_assert_no_record(bed);
    bed_free(bed);
}

/* A line that the CPU did not write stays as it is: stale. */
static void test_clean_stale(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_assert_byte(bed, LINE(1), OLD, DEV);
    bed_free(bed);
}

static void test_clean_invalidate_dirty(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1) + 63, CBX_MAINTENANCE_CLEAN_INVALIDATE);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_free(bed);
}

static void test_clean_invalidate_stale(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN_INVALIDATE);
    bed_assert_byte(bed, LINE(1), DEV, DEV);
    bed_free(bed);
}

/* An implementation may clean as well, and by default it does. */
static void test_invalidate(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_INVALIDATE);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_dma_write(bed, LINE(2), 64, false);
    bed_maintain(bed, LINE(2), CBX_MAINTENANCE_INVALIDATE);
    bed_assert_byte(bed, LINE(2), DEV, DEV);
    bed_assert_no_record(bed);
    bed_free(bed);
}

static void test_invalidate_discards(void)
{
    Bed *bed = bed_new(CBX_POLICY_INVALIDATE_DISCARDS, 0, BED_PAGES, false);

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_INVALIDATE);
    bed_assert_byte(bed, LINE(1), OLD, OLD);
    assert_record(bed, CBX_FINDING_DISCARDED, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    /* The device's bytes are safe, and so is what one had cleaned. */
    bed_cpu_store(bed, LINE(2), CPU, 64);
    bed_maintain(bed, LINE(2), CBX_MAINTENANCE_CLEAN);
    bed_dma_write(bed, LINE(2) + 1, 1, false);
    bed_maintain(bed, LINE(2), CBX_MAINTENANCE_INVALIDATE);
    bed_assert_byte(bed, LINE(2), CPU, CPU);
    bed_assert_byte(bed, LINE(2) + 1, DEV, DEV);
    bed_assert_no_record(bed);
    bed_free(bed);
}

static void test_clean_to_pou(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN_POU);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), false), ==, OLD);
    assert_record(bed, CBX_FINDING_STALE_READ, LINE(1), 64,
                  CBX_MAINTENANCE_CLEAN_POU);
    bed_free(bed);
}

/* One address, one line; a range, each line it touches. */
static void test_by_address(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(0), CPU, 6 * 64);
    bed_maintain(bed, LINE(1) + 63, CBX_MAINTENANCE_CLEAN);
    cbx_lines_maintain(bed->lines, LINE(3) + 63, 2, CBX_MAINTENANCE_CLEAN,
                       INSN);
    bed_assert_byte(bed, LINE(0), CPU, OLD);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(2), CPU, OLD);
    bed_assert_byte(bed, LINE(3), CPU, CPU);
    bed_assert_byte(bed, LINE(4), CPU, CPU);
    bed_assert_byte(bed, LINE(5), CPU, OLD);
    g_assert_cmpuint(cbx_lines_counts(bed->lines)
                     ->maintained[CBX_MAINTENANCE_CLEAN], ==, 3);
    bed_free(bed);
}

static void test_whole(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_dma_write(bed, LINE(255), 1, false);
    cbx_lines_maintain_all(bed->lines, CBX_MAINTENANCE_CLEAN, INSN);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(255), OLD, DEV);
    bed_cpu_store(bed, LINE(2), CPU, 1);
    cbx_lines_maintain_all(bed->lines, CBX_MAINTENANCE_CLEAN_INVALIDATE, INSN);
    bed_assert_byte(bed, LINE(2), CPU, CPU);
    bed_assert_byte(bed, LINE(255), DEV, DEV);
    bed_free(bed);
}

/* ---- What goes wrong --------------------------------------------------- */

static void test_dirty_write(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_dma_write(bed, LINE(1) + 32, 1, false);
    assert_record(bed, CBX_FINDING_DIRTY_WRITE, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_assert_byte(bed, LINE(1) + 32, OLD, OLD);
    assert_record(bed, CBX_FINDING_OVERWRITTEN, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_free(bed);
}

/* A store into a stale line takes old neighbours to memory with it. */
static void test_overwritten(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN_INVALIDATE);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(1) + 1, OLD, OLD);
    assert_record(bed, CBX_FINDING_OVERWRITTEN, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_free(bed);
}

/* A buffer that is filled anew needs no invalidate before. */
static void test_filled_anew(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_cpu_store(bed, LINE(1), CPU, 64);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_no_record(bed);
    bed_free(bed);
}

static void test_missing_invalidate(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 128, false);
    cbx_lines_cpu_use(bed->lines, LINE(0), 64);
    bed_assert_no_record(bed);
    cbx_lines_cpu_use(bed->lines, LINE(0), 256);
    assert_record(bed, CBX_FINDING_STALE_USE, LINE(1), 128,
                  CBX_MAINTENANCE_NONE);
    bed_free(bed);
}

static void test_invalidate_before(void)
{
    Bed *bed = bed_plain();

    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_INVALIDATE);
    bed_dma_write(bed, LINE(1), 64, false);
    cbx_lines_cpu_use(bed->lines, LINE(1), 64);
    assert_record(bed, CBX_FINDING_STALE_USE, LINE(1), 64,
                  CBX_MAINTENANCE_INVALIDATE);
    bed_free(bed);
}

static void test_invalidate_after(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 64, false);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_INVALIDATE);
    cbx_lines_cpu_use(bed->lines, LINE(1), 64);
    bed_assert_no_record(bed);
    bed_free(bed);
}

/* However often it is met, until the line is in step again. */
static void test_counted_once(void)
{
    Bed *bed = bed_plain();

    for (unsigned i = 0; i < 2; i++) {
        bed_cpu_store(bed, LINE(1), CPU + i, 1);
        bed_dma_read(bed, LINE(1), false);
        bed_cpu_store(bed, LINE(1) + 1, CPU + i, 1);
        bed_dma_read(bed, LINE(1) + 1, false);
        g_assert_cmpuint(bed_findings(bed, CBX_FINDING_STALE_READ), ==, i + 1);
        bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    }
    g_assert_cmpuint(cbx_lines_counts(bed->lines)->stale_for_device, ==, 2);
    bed_free(bed);
}

/* Neighbours are one record if their history is one. */
static void test_records(void)
{
    Bed *bed = bed_plain();
    uint8_t data[10 * 64];
    static const struct {
        unsigned line, lines;
        CbxMaintenance last;
        CbxInsn insn;
    } expected[] = {
        { 0, 3, CBX_MAINTENANCE_NONE, { 0, 0 } },
        { 3, 1, CBX_MAINTENANCE_CLEAN, { PC, 0 } },
        { 4, 1, CBX_MAINTENANCE_CLEAN, { PC, 1 } },
        { 5, 1, CBX_MAINTENANCE_CLEAN, { PC + 4, 1 } },
        { 6, 1, CBX_MAINTENANCE_CLEAN_POU, { PC + 4, 1 } },
        { 7, 1, CBX_MAINTENANCE_NONE, { 0, 0 } },
        /* There is one between that the CPU did not write. */
        { 9, 1, CBX_MAINTENANCE_NONE, { 0, 0 } },
    };

    for (unsigned i = 1; i < 5; i++) {
        cbx_lines_maintain(bed->lines, LINE(expected[i].line), 64,
                           expected[i].last, expected[i].insn);
    }
    bed_cpu_store(bed, LINE(0), CPU, 8 * 64);
    bed_cpu_store(bed, LINE(9), CPU, 64);
    cbx_lines_device_read(bed->lines, LINE(0), data, sizeof(data), false);
    g_assert_cmpuint(bed->records->len, ==, G_N_ELEMENTS(expected));
    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        CbxLineRecord *record = &g_array_index(bed->records, CbxLineRecord, i);

        g_assert_cmpint(record->finding, ==, CBX_FINDING_STALE_READ);
        g_assert_cmphex(record->address, ==, LINE(expected[i].line));
        g_assert_cmpuint(record->length, ==, expected[i].lines * 64);
        g_assert_cmpint(record->last, ==, expected[i].last);
        g_assert_cmphex(record->insn.pc, ==, expected[i].insn.pc);
        g_assert_cmpuint(record->insn.cpu, ==, expected[i].insn.cpu);
    }
    g_assert_cmpuint(bed_findings(bed, CBX_FINDING_STALE_READ), ==, 9);
    bed_free(bed);
}

/* ---- Accesses of processors -------------------------------------------- */

/* What comparing cannot see, a trap can. */
static void test_equal_store(void)
{
    Bed *bed = bed_plain();
    uint8_t same = OLD;

    bed_cpu_store(bed, LINE(1), OLD, 1);
    bed_dma_write(bed, LINE(1), 1, false);
    bed_assert_no_record(bed);
    cbx_lines_cpu_write(bed->lines, LINE(2), &same, 1, true);
    bed_dma_write(bed, LINE(2), 1, false);
    assert_record(bed, CBX_FINDING_DIRTY_WRITE, LINE(2), 64,
                  CBX_MAINTENANCE_NONE);
    bed_free(bed);
}

static void test_cpu_read(void)
{
    Bed *bed = bed_plain();
    uint8_t value;

    bed_dma_write(bed, LINE(1), 1, false);
    cbx_lines_cpu_read(bed->lines, LINE(1), &value, 1, true);
    g_assert_cmphex(value, ==, OLD);
    assert_record(bed, CBX_FINDING_STALE_USE, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_free(bed);
}

/* A mapping that is not cacheable reaches memory, for better or worse. */
static void test_alias(void)
{
    Bed *bed = bed_plain();
    uint8_t value = DEV;

    cbx_lines_cpu_write(bed->lines, LINE(1), &value, 1, false);
    assert_record(bed, CBX_FINDING_MIXED, BED_BASE, CBX_LINE_PAGE,
                  CBX_MAINTENANCE_NONE);
    bed_assert_byte(bed, LINE(1), OLD, DEV);
    bed_cpu_store(bed, LINE(2), CPU, 1);
    cbx_lines_cpu_read(bed->lines, LINE(2), &value, 1, false);
    g_assert_cmphex(value, ==, OLD);
    assert_record(bed, CBX_FINDING_STALE_READ, LINE(2), 64,
                  CBX_MAINTENANCE_NONE);
    g_assert_cmpuint(bed_findings(bed, CBX_FINDING_MIXED), ==, 1);
    bed_free(bed);
}

/* A store that comes while RAM is brought up to date survives. */
static void test_racing_store(void)
{
    Bed *bed = bed_plain();

    bed_dma_write(bed, LINE(1), 32, false);
    bed->racing = LINE(1) + 40 - BED_BASE;
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_INVALIDATE);
    bed->racing = 0;
    bed_assert_byte(bed, LINE(1), DEV, DEV);
    bed_assert_byte(bed, LINE(1) + 40, 0xcc, OLD);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_assert_byte(bed, LINE(1) + 40, 0xcc, 0xcc);
    bed_free(bed);
}

/* ---- Audit ------------------------------------------------------------- */

static void test_audit(void)
{
    Bed *bed = bed_new(0, 0, BED_PAGES, true);

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    bed_cpu_store(bed, LINE(1), CPU, 1);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), false), ==, CPU);
    assert_record(bed, CBX_FINDING_STALE_READ, LINE(1), 64,
                  CBX_MAINTENANCE_NONE);
    bed_dma_write(bed, LINE(2), 64, false);
    bed_assert_byte(bed, LINE(2), DEV, DEV);
    cbx_lines_cpu_use(bed->lines, LINE(2), 1);
    assert_record(bed, CBX_FINDING_STALE_USE, LINE(2), 64,
                  CBX_MAINTENANCE_NONE);
    /* What the device has written is not taken for a store of the CPU's. */
    bed_dma_write(bed, LINE(2), 64, false);
    bed_assert_no_record(bed);
    bed_cpu_store(bed, LINE(2), CPU, 1);
    bed_maintain(bed, LINE(2), CBX_MAINTENANCE_CLEAN_INVALIDATE);
    assert_record(bed, CBX_FINDING_OVERWRITTEN, LINE(2), 64,
                  CBX_MAINTENANCE_NONE);
    bed_assert_byte(bed, LINE(2), CPU, CPU);
    bed_assert_byte(bed, LINE(2) + 1, DEV, DEV);
    bed_free(bed);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(void);
    } tests[] = {
        { "device/read", test_device_read },
        { "device/write", test_device_write },
        { "device/part-of-line", test_part_of_line },
        { "device/snooped-read", test_snooped_read },
        { "device/snooped-write", test_snooped_write },
        { "maintenance/clean-dirty", test_clean_dirty },
        { "maintenance/clean-stale", test_clean_stale },
        { "maintenance/clean-invalidate-dirty", test_clean_invalidate_dirty },
        { "maintenance/clean-invalidate-stale", test_clean_invalidate_stale },
        { "maintenance/invalidate", test_invalidate },
        { "maintenance/invalidate-discards", test_invalidate_discards },
        { "maintenance/clean-to-pou", test_clean_to_pou },
        { "maintenance/by-address", test_by_address },
        { "maintenance/whole", test_whole },
        { "finding/dirty-write", test_dirty_write },
        { "finding/overwritten", test_overwritten },
        { "finding/filled-anew", test_filled_anew },
        { "finding/missing-invalidate", test_missing_invalidate },
        { "finding/invalidate-before", test_invalidate_before },
        { "finding/invalidate-after", test_invalidate_after },
        { "finding/counted-once", test_counted_once },
        { "finding/records", test_records },
        { "cpu/equal-store", test_equal_store },
        { "cpu/read", test_cpu_read },
        { "cpu/alias", test_alias },
        { "cpu/racing-store", test_racing_store },
        { "audit", test_audit },
    };

    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/coherence/", tests[i].path, NULL);

        g_test_add_func(path, tests[i].run);
    }
    coherence_page_tests();
    coherence_random_tests();
    return g_test_run();
}
