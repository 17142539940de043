/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX behind every IOMMU: the same cases for each kind, with translation
 * tables built by the test.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-iommu.h"

#define PAGE    CBX_IOMMU_PAGE
#define BLOCK   CBX_IOMMU_BLOCK

/* Above 4 GiB, within 39 bits, at the start of a block; and the queue's. */
#define IOVA    0x3fc0000000ull
#define RINGS   (IOVA + 64 * PAGE)

#define SEED    0x10ed

static uint64_t page_new(QIommu *u)
{
    return iommu_memory(u, PAGE, PAGE);
}

static uint32_t from_device(QIommu *u, uint64_t iova, uint32_t length)
{
    return cbx_dma(&u->d, CBX_ARM_DMA_FROM_DEVICE, iova, 0, length);
}

static uint32_t to_device(QIommu *u, uint64_t iova, uint32_t length)
{
    return cbx_dma(&u->d, 0, iova, 0, length);
}

static uint32_t facts(QIommu *u)
{
    return cbx_read32(&u->d, CBX_REG_BUF_FACTS);
}

static void expect_zeros(QIommu *u, uint64_t gpa)
{
    g_autofree uint8_t *seen = g_malloc(PAGE);

    qtest_bufread(u->d.qts, gpa, seen, PAGE);
    for (unsigned i = 0; i < PAGE; i++) {
        g_assert_cmphex(seen[i], ==, 0);
    }
}

/* Send the pattern to @iova; it has to be at @gpa then. */
static void expect_write(QIommu *u, uint64_t iova, uint64_t gpa)
{
    qtest_memset(u->d.qts, gpa, 0, PAGE);
    cbx_put_pattern(&u->d, u->d.mem.addr, SEED + iova, PAGE);
    g_assert_cmpint(from_device(u, iova, PAGE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(&u->d, gpa, SEED + iova, PAGE), ==,
                    PAGE);
}

static void expect_read(QIommu *u, uint64_t iova, uint64_t gpa)
{
    qtest_memset(u->d.qts, u->d.mem.addr, 0, PAGE);
    cbx_put_pattern(&u->d, gpa, SEED - iova, PAGE);
    g_assert_cmpint(to_device(u, iova, PAGE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(&u->d, u->d.mem.addr, SEED - iova,
                                        PAGE), ==, PAGE);
}

/* ---- Cases ------------------------------------------------------------- */

/* Until software turns it on, an IOMMU translates nothing. */
static void test_off(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    g_assert_cmphex(cbx_read32(&u->d, CBX_REG_FEATURES) & CBX_FEATURE_IOMMU,
                    !=, 0);
    expect_write(u, a, a);
    g_assert_cmpint(cbx_declare(&u->d, a, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(u) & (CBX_FACT_IDENTITY | CBX_FACT_TRANSLATED), ==,
                    CBX_FACT_IDENTITY);
}

static void test_mapped(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    expect_write(u, IOVA, a);
    expect_read(u, IOVA, a);
    iommu_expect_no_fault(u);
}

static void test_oracle(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, 3 * PAGE, PAGE);
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    u->kind->start(u);
    iommu_map(u, IOVA, a, 2 * PAGE);
    /* A third page that is not the next one in memory. */
    iommu_map(u, IOVA + 2 * PAGE, a, PAGE);

    g_assert_cmpint(cbx_declare(&u->d, IOVA + 8, 2 * PAGE - 8), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(facts(u), ==, CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK |
                    CBX_FACT_WIDTH_OK | CBX_FACT_READABLE | CBX_FACT_WRITABLE |
                    CBX_FACT_IOMMU | CBX_FACT_TRANSLATED |
                    CBX_FACT_GPA_CONTIGUOUS | CBX_FACT_RAM);
    g_assert_cmphex(cbx_read64(&u->d, CBX_REG_BUF_GPA_LO), ==, a + 8);
    g_assert_cmpint(cbx_read32(&u->d, CBX_REG_BUF_PAGES_OK), ==, 2);

    lines = cbx_report_lines(data);
    record = cbx_report_last(lines, "device");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, u->kind->type);
    record = cbx_report_last(lines, "buffer");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, u->kind->type);
    g_assert_cmpstr(qdict_get_str(record, "logical"), ==, "0x3fc0000008");

    g_assert_cmpint(cbx_declare(&u->d, IOVA, 3 * PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(u) & (CBX_FACT_TRANSLATED | CBX_FACT_GPA_CONTIGUOUS),
                    ==, CBX_FACT_TRANSLATED);
}

static void test_unmapped(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + PAGE - 1), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA + PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    /* Not the last byte before: QEMU 10.2's virtio-iommu lets that pass. */
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA - 2), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

/* Around a buffer, inside it, and after it has been freed; it stays as is. */
static void test_guard(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        uint64_t at;
        bool inside;
    } places[] = {
        /* Not the last byte before: see test_unmapped(). */
        { IOVA - PAGE, false }, { IOVA - 2, false }, { IOVA, true },
        { IOVA + PAGE, true }, { IOVA + 2 * PAGE - 1, true },
        { IOVA + 2 * PAGE, false }, { IOVA + 3 * PAGE - 1, false },
    };
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, 2 * PAGE, PAGE);

    cbx_put_pattern(&u->d, a, SEED, 2 * PAGE);
    u->kind->start(u);
    iommu_map(u, IOVA, a, 2 * PAGE);
    for (unsigned freed = 0; freed <= 1; freed++) {
        for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
            uint32_t expected = places[i].inside && !freed
                                ? CBX_STATUS_OK : CBX_STATUS_IOMMU_FAULT;

            g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, places[i].at), ==,
                            expected);
            g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, places[i].at), ==,
                            expected);
        }
        for (unsigned i = 0; i < 2 && !freed; i++) {
            u->kind->unmap(u, IOVA + i * PAGE, PAGE);
            u->kind->invalidate(u, IOVA + i * PAGE, PAGE);
        }
    }
    g_assert_cmpint(cbx_find_difference(&u->d, a, SEED, 2 * PAGE), ==,
                    2 * PAGE);
}

/* The address of RAM is no logical address. */
static void test_physical(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    cbx_put_pattern(&u->d, u->d.mem.addr, SEED, PAGE);
    g_assert_cmpint(from_device(u, a, PAGE), ==, CBX_ARM_DMA_ERR_INTERNAL);
    expect_zeros(u, a);
    iommu_expect_fault(u, a, true, CBX_IOMMU_NOT_MAPPED);
}

static void test_read_only(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    u->kind->map(u, IOVA, a, PAGE, CBX_RIGHT_READ);
    expect_read(u, IOVA, a);
    qtest_memset(u->d.qts, a, 0, PAGE);
    g_assert_cmpint(from_device(u, IOVA, PAGE), ==, CBX_ARM_DMA_ERR_INTERNAL);
    expect_zeros(u, a);
    g_assert_cmpint(cbx_declare(&u->d, IOVA, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(u) & (CBX_FACT_READABLE | CBX_FACT_WRITABLE), ==,
                    CBX_FACT_READABLE);
    g_assert_cmpint(cbx_read32(&u->d, CBX_REG_BUF_PAGES_OK), ==, 0);
}

static void test_write_only(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    u->kind->map(u, IOVA, a, PAGE, CBX_RIGHT_WRITE);
    expect_write(u, IOVA, a);
    qtest_memset(u->d.qts, u->d.mem.addr, 0, PAGE);
    g_assert_cmpint(to_device(u, IOVA, PAGE), ==, CBX_ARM_DMA_ERR_INTERNAL);
    expect_zeros(u, u->d.mem.addr);
    g_assert_cmpint(cbx_declare(&u->d, IOVA, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(u) & (CBX_FACT_READABLE | CBX_FACT_WRITABLE), ==,
                    CBX_FACT_WRITABLE);
}

/* Mapped next to unmapped: what was done, and where it ended. */
static void test_boundary(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, 2 * PAGE, PAGE);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = IOVA + 96, .length = PAGE,
        .argument = SEED,
    };
    QCbxQueue q;
    CbxCompletion c;

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    iommu_queue_start(u, &q, RINGS);
    c = cbx_queue_do(&q, &fill);
    g_assert_cmpint(c.status, ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(c.bytes, ==, PAGE - 96);
    g_assert_cmphex(c.value, ==, IOVA + PAGE);
    g_assert_cmphex(c.flags & CBX_COMP_IOMMU, !=, 0);
    g_assert_cmpint(cbx_find_difference(&u->d, a + 96, SEED, PAGE - 96), ==,
                    PAGE - 96);
    expect_zeros(u, a + PAGE);
    iommu_expect_fault(u, IOVA + PAGE, true, CBX_IOMMU_NOT_MAPPED);

    fill.length = PAGE - 96;
    c = cbx_queue_do(&q, &fill);
    g_assert_cmpint(c.status, ==, CBX_STATUS_OK);
    iommu_expect_no_fault(u);
}

/* Sixteen pages in one transfer, in memory the other way round. */
static void test_scattered(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    enum { PAGES = 16 };
    uint64_t a = iommu_memory(u, PAGES * PAGE, PAGE);
    uint64_t length = PAGES * PAGE - 10;

    u->kind->start(u);
    for (unsigned i = 0; i < PAGES; i++) {
        iommu_map(u, IOVA + i * PAGE, a + (PAGES - 1 - i) * PAGE, PAGE);
    }
    cbx_put_pattern(&u->d, u->d.mem.addr, SEED, length);
    g_assert_cmpint(from_device(u, IOVA + 5, length), ==, CBX_ARM_DMA_OK);
    qtest_memset(u->d.qts, u->d.mem.addr, 0, length);
    g_assert_cmpint(to_device(u, IOVA + 5, length), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(&u->d, u->d.mem.addr, SEED, length), ==,
                    length);
    /* The transfer's second page starts PAGE - 5 bytes into the pattern. */
    for (unsigned i = 0; i < 16; i++) {
        g_assert_cmphex(qtest_readb(u->d.qts, a + (PAGES - 2) * PAGE + i), ==,
                        cbx_pattern_byte(SEED, PAGE - 5 + i));
    }
    g_assert_cmpint(cbx_declare(&u->d, IOVA, PAGES * PAGE), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(&u->d, CBX_REG_BUF_PAGES_OK), ==, PAGES);
    g_assert_cmphex(facts(u) & CBX_FACT_GPA_CONTIGUOUS, ==, 0);
}

/* 2 MiB by one entry; DMA at its start, around a page boundary, at its end. */
static void test_block(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint64_t at[] = { 0, 0x7f * PAGE + 1, BLOCK - PAGE };
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, BLOCK, BLOCK);

    u->kind->start(u);
    u->kind->map(u, IOVA, a, BLOCK, CBX_RIGHT_BOTH);
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        expect_write(u, IOVA + at[i], a + at[i]);
        expect_read(u, IOVA + at[i], a + at[i]);
    }
    g_assert_cmpint(cbx_declare(&u->d, IOVA, BLOCK), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(&u->d, CBX_REG_BUF_PAGES_OK), ==, BLOCK / PAGE);
    g_assert_cmphex(facts(u) & CBX_FACT_GPA_CONTIGUOUS, !=, 0);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA + BLOCK), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

static void test_block_invalidation(void *obj, void *data,
                                    QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, BLOCK, BLOCK);

    u->kind->start(u);
    u->kind->map(u, IOVA, a, BLOCK, CBX_RIGHT_BOTH);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + 9 * PAGE), ==,
                    CBX_STATUS_OK);
    u->kind->unmap(u, IOVA, BLOCK);
    u->kind->invalidate(u, IOVA, BLOCK);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + 9 * PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

static void test_alias(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    u->kind->map(u, IOVA + 7 * PAGE, a, PAGE, CBX_RIGHT_READ);
    expect_write(u, IOVA, a);
    qtest_memset(u->d.qts, u->d.mem.addr, 0, PAGE);
    g_assert_cmpint(to_device(u, IOVA + 7 * PAGE, PAGE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(&u->d, u->d.mem.addr, SEED + IOVA,
                                        PAGE), ==, PAGE);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + 7 * PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA), ==,
                    CBX_STATUS_OK);
}

/* Mapped, but to nothing: that is not the IOMMU's refusal. */
static void test_nothing(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;

    u->kind->start(u);
    iommu_map(u, IOVA, cbx_ram_end(), PAGE);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_BUS_ERROR);
    iommu_expect_no_fault(u);
}

static void invalidation(QIommu *u, bool all)
{
    uint64_t a = page_new(u), b = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    expect_write(u, IOVA, a);

    u->kind->unmap(u, IOVA, PAGE);
    if (all) {
        u->kind->invalidate_all(u);
    } else {
        u->kind->invalidate(u, IOVA, PAGE);
    }
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);

    iommu_map(u, IOVA, b, PAGE);
    if (all) {
        u->kind->invalidate_all(u);
    } else {
        u->kind->invalidate(u, IOVA, PAGE);
    }
    qtest_memset(u->d.qts, a, 0, PAGE);
    expect_write(u, IOVA, b);
    expect_zeros(u, a);
}

static void test_invalidate_page(void *obj, void *data, QGuestAllocator *alloc)
{
    invalidation(obj, false);
}

static void test_invalidate_all(void *obj, void *data, QGuestAllocator *alloc)
{
    invalidation(obj, true);
}

/* Rights withdrawn take effect with the invalidation. */
static void test_protect(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = page_new(u);

    u->kind->start(u);
    iommu_map(u, IOVA, a, PAGE);
    expect_write(u, IOVA, a);
    u->kind->unmap(u, IOVA, PAGE);
    u->kind->map(u, IOVA, a, PAGE, CBX_RIGHT_READ);
    u->kind->invalidate(u, IOVA, PAGE);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);
    iommu_expect_fault(u, IOVA, true, CBX_IOMMU_NOT_ALLOWED);
    expect_read(u, IOVA, a);
}

static void test_record_read(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;

    u->kind->start(u);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA + 0x123), ==,
                    CBX_STATUS_IOMMU_FAULT);
    iommu_expect_fault(u, IOVA + 0x123, false, CBX_IOMMU_NOT_MAPPED);
}

static void test_record_write(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;

    u->kind->start(u);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + 0x456), ==,
                    CBX_STATUS_IOMMU_FAULT);
    iommu_expect_fault(u, IOVA + 0x456, true, CBX_IOMMU_NOT_MAPPED);
}

static void test_record_rights(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;

    u->kind->start(u);
    u->kind->map(u, IOVA, page_new(u), PAGE, CBX_RIGHT_READ);
    g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_WRITE, IOVA + 0x789), ==,
                    CBX_STATUS_IOMMU_FAULT);
    iommu_expect_fault(u, IOVA + 0x789, true, CBX_IOMMU_NOT_ALLOWED);
}

/* Records are kept in order, one for each refusal. */
static void test_record_order(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;

    u->kind->start(u);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpint(cbx_probe(&u->d, CBX_PROBE_READ, IOVA + i * PAGE), ==,
                        CBX_STATUS_IOMMU_FAULT);
        iommu_expect_fault(u, IOVA + i * PAGE, false, CBX_IOMMU_NOT_MAPPED);
    }
}

/* The queue's own rings lose their mapping. */
static void test_queue_lost(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    CbxDescriptor nop = { .op = CBX_OP_NOP };
    QCbxQueue q;

    u->kind->start(u);
    iommu_queue_start(u, &q, RINGS);
    g_assert_cmpint(cbx_queue_do(&q, &nop).status, ==, CBX_STATUS_OK);
    u->kind->unmap(u, RINGS + PAGE, PAGE);
    u->kind->invalidate(u, RINGS + PAGE, PAGE);
    cbx_queue_place(&q, &nop);
    cbx_queue_ring(&q);
    cbx_settle(&u->d);
    g_assert_cmpint(cbx_read32(&u->d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

static const struct {
    const char *name;
    QOSTestFunc function;
    bool report;                /* the test reads the report */
    bool refuses_reads;         /* only where this is possible */
} common[] = {
    { "off", test_off },
    { "mapped", test_mapped },
    { "unmapped", test_unmapped },
    { "guard", test_guard },
    { "physical", test_physical },
    { "read-only", test_read_only },
    { "write-only", test_write_only, .refuses_reads = true },
    { "boundary", test_boundary },
    { "scattered", test_scattered },
    { "block", test_block },
    { "block-invalidation", test_block_invalidation },
    { "alias", test_alias },
    { "nothing", test_nothing },
    { "invalidate-page", test_invalidate_page },
    { "invalidate-all", test_invalidate_all },
    { "protect", test_protect },
    { "record-read", test_record_read },
    { "record-write", test_record_write },
    { "record-rights", test_record_rights },
    { "record-order", test_record_order },
    { "queue-lost", test_queue_lost },
    { "oracle", test_oracle, .report = true },
};

static void register_tests(void)
{
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };

    for (unsigned k = 0; cbx_iommu_kinds[k]; k++) {
        const CbxIommuKind *kind = cbx_iommu_kinds[k];

        for (unsigned i = 0; i < ARRAY_SIZE(common); i++) {
            if (common[i].refuses_reads && kind->reads_always) {
                continue;
            }
            qos_add_test(common[i].name, kind->node, common[i].function,
                         common[i].report ? &to_file : NULL);
        }
    }
}

libqos_init(register_tests);
