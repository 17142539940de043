/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX behind VT-d, legacy mode, with tables built here.
 *
 * Bits and offsets: Intel Virtualization Technology for Directed I/O,
 * Architecture Specification, chapters 9 (structures) and 11 (registers).
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "cbx-lib.h"

#define VTD_BASE            0xfed90000ull
#define VTD_GCMD            0x18
#define VTD_GSTS            0x1c
#define   VTD_TE            BIT(31)
#define   VTD_SRTP          BIT(30)
#define   VTD_IRE           BIT(25)
#define   VTD_SIRTP         BIT(24)
#define VTD_RTADDR          0x20
#define VTD_CCMD            0x28
#define   VTD_CCMD_GLOBAL   (BIT_ULL(63) | BIT_ULL(61))
#define VTD_FSTS            0x34
#define   VTD_FSTS_PPF      BIT(1)
#define VTD_FRCD            0x220
#define VTD_FRCD_SOURCE     0x228   /* bits 15:0 */
#define VTD_IRTA            0xb8
#define VTD_IOTLB           0xf8
#define   VTD_IOTLB_GLOBAL  (BIT_ULL(63) | BIT_ULL(60))

/* A write here is an interrupt; this one names entry 0 of the table. */
#define INTERRUPT           0xfee00010ull

#define VTD_PRESENT         1
#define VTD_AW_39           1       /* three levels */
#define VTD_DOMAIN          (7 << 8)
#define VTD_READ            1
#define VTD_WRITE           2
#define VTD_RW              (VTD_READ | VTD_WRITE)

/* Everything is mapped in the 2 MiB from here on. */
#define IOVA                0x7fc0000000ull
#define PAGE                4096ull

#define SEED                0x07d

typedef struct Vtd {
    QCbx *d;
    uint64_t page_table;
} Vtd;

static uint64_t table_new(QCbx *d, QGuestAllocator *alloc)
{
    uint64_t table = guest_alloc(alloc, PAGE);

    qtest_memset(d->qts, table, 0, PAGE);
    return table;
}

static void vtd_command(QCbx *d, uint32_t command)
{
    uint32_t now = qtest_readl(d->qts, VTD_BASE + VTD_GSTS) & VTD_TE;

    qtest_writel(d->qts, VTD_BASE + VTD_GCMD, now | command);
    g_assert_cmphex(qtest_readl(d->qts, VTD_BASE + VTD_GSTS) & command, ==,
                    command);
}

static void vtd_invalidate(QCbx *d)
{
    qtest_writeq(d->qts, VTD_BASE + VTD_CCMD, VTD_CCMD_GLOBAL);
    qtest_writeq(d->qts, VTD_BASE + VTD_IOTLB, VTD_IOTLB_GLOBAL);
}

static void vtd_start(Vtd *v, QCbx *d, QGuestAllocator *alloc)
{
    uint64_t root = table_new(d, alloc), context = table_new(d, alloc);
    uint64_t level3 = table_new(d, alloc), level2 = table_new(d, alloc);

    v->d = d;
    v->page_table = table_new(d, alloc);
    qtest_writeq(d->qts, root, context | VTD_PRESENT);
    qtest_writeq(d->qts, context + 16 * CBX_TEST_DEVFN, level3 | VTD_PRESENT);
    qtest_writeq(d->qts, context + 16 * CBX_TEST_DEVFN + 8,
                 VTD_AW_39 | VTD_DOMAIN);
    qtest_writeq(d->qts, level3 + 8 * (IOVA >> 30 & 511), level2 | VTD_RW);
    qtest_writeq(d->qts, level2 + 8 * (IOVA >> 21 & 511),
                 v->page_table | VTD_RW);
    qtest_writeq(d->qts, VTD_BASE + VTD_RTADDR, root);
    vtd_command(d, VTD_SRTP);
    vtd_invalidate(d);
    vtd_command(d, VTD_TE);
}

static void vtd_map(Vtd *v, uint64_t iova, uint64_t gpa, uint64_t rights)
{
    qtest_writeq(v->d->qts, v->page_table + 8 * (iova >> 12 & 511),
                 gpa | rights);
}

static void vtd_expect_fault(Vtd *v, uint64_t iova)
{
    QTestState *qts = v->d->qts;

    g_assert_cmphex(qtest_readl(qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_PPF, !=,
                    0);
    g_assert_cmphex(qtest_readq(qts, VTD_BASE + VTD_FRCD), ==,
                    iova & -PAGE);
}

static uint32_t facts(QCbx *d)
{
    return cbx_read32(d, CBX_REG_BUF_FACTS);
}

/* ---- Cases ------------------------------------------------------------- */

/* Until software turns it on, a VT-d translates nothing. */
static void test_off(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, PAGE);

    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) & CBX_FEATURE_IOMMU, !=, 0);
    g_assert_cmpint(cbx_declare(d, a, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(d) & (CBX_FACT_IOMMU | CBX_FACT_IDENTITY |
                                CBX_FACT_TRANSLATED), ==, CBX_FACT_IDENTITY);
}

static void test_mapped(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;
    uint64_t a = guest_alloc(alloc, 3 * PAGE);
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, a, VTD_RW);
    vtd_map(&v, IOVA + PAGE, a + PAGE, VTD_RW);
    /* Third and fourth page: the other way round in guest memory. */
    vtd_map(&v, IOVA + 2 * PAGE, a + 2 * PAGE, VTD_RW);
    vtd_map(&v, IOVA + 3 * PAGE, a + PAGE, VTD_RW);

    cbx_put_pattern(d, a, SEED, 2 * PAGE);
    g_assert_cmpint(cbx_dma(d, 0, IOVA + 1, 1, 2 * PAGE - 1), ==,
                    CBX_ARM_DMA_OK);
    qtest_memset(d->qts, a, 0, 2 * PAGE);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, IOVA + 1, 1,
                            2 * PAGE - 1), ==, CBX_ARM_DMA_OK);
    qtest_writeb(d->qts, a, cbx_pattern_byte(SEED, 0));
    g_assert_cmpint(cbx_find_difference(d, a, SEED, 2 * PAGE), ==, 2 * PAGE);

    g_assert_cmpint(cbx_declare(d, IOVA + 8, 2 * PAGE - 8), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(d), ==, CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK |
                    CBX_FACT_WIDTH_OK | CBX_FACT_READABLE | CBX_FACT_WRITABLE |
                    CBX_FACT_IOMMU | CBX_FACT_TRANSLATED |
                    CBX_FACT_GPA_CONTIGUOUS | CBX_FACT_RAM);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_GPA_LO), ==, a + 8);
    g_assert_cmpint(cbx_declare(d, IOVA, 4 * PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(d) & CBX_FACT_GPA_CONTIGUOUS, ==, 0);
    g_assert_cmphex(facts(d) & CBX_FACT_TRANSLATED, !=, 0);

    lines = cbx_report_lines(data);
    record = cbx_report_last(lines, "device");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, "intel-iommu");
    record = cbx_report_last(lines, "buffer");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, "intel-iommu");
    g_assert_cmpstr(qdict_get_str(record, "logical"), ==, "0x7fc0000000");
}

static void test_unmapped(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;
    uint64_t a = guest_alloc(alloc, PAGE);

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, a, VTD_RW);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, IOVA + PAGE - 1), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(qtest_readl(d->qts, VTD_BASE + VTD_FSTS), ==, 0);

    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, IOVA + PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    vtd_expect_fault(&v, IOVA + PAGE);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, IOVA + PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    /* The address of RAM is no logical address. */
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, a), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a, 0, 64), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);

    g_assert_cmpint(cbx_declare(d, IOVA + 16, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES), ==, 2);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES_OK), ==, 1);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_BAD_LO), ==, IOVA + PAGE);
    g_assert_cmphex(facts(d), ==, CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK |
                    CBX_FACT_WIDTH_OK | CBX_FACT_IOMMU);
}

/* Mapped, but to nothing: that is not the IOMMU's refusal. */
static void test_mapped_to_nothing(void *obj, void *data,
                                   QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, cbx_ram_end(), VTD_RW);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_BUS_ERROR);
}

static void test_read_only(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;
    uint64_t a = guest_alloc(alloc, PAGE);

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, a, VTD_READ);
    cbx_put_pattern(d, a, SEED, PAGE);
    g_assert_cmpint(cbx_dma(d, 0, IOVA, 0, PAGE), ==, CBX_ARM_DMA_OK);
    qtest_memset(d->qts, d->mem.addr, 0, PAGE);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, IOVA, 0, PAGE), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    /* No fault record here: QEMU's IOTLB answers without one. */
    g_assert_cmpint(cbx_find_difference(d, a, SEED, PAGE), ==, PAGE);
    g_assert_cmpint(cbx_declare(d, IOVA, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(facts(d) & (CBX_FACT_READABLE | CBX_FACT_WRITABLE), ==,
                    CBX_FACT_READABLE);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES_OK), ==, 0);
}

static void test_invalidation(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;
    uint64_t a = guest_alloc(alloc, PAGE), b = guest_alloc(alloc, PAGE);

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, a, VTD_RW);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, IOVA), ==, CBX_STATUS_OK);
    vtd_map(&v, IOVA, 0, 0);
    vtd_invalidate(d);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);

    vtd_map(&v, IOVA, b, VTD_RW);
    vtd_invalidate(d);
    qtest_memset(d->qts, a, 0, PAGE);
    cbx_put_pattern(d, d->mem.addr, SEED, PAGE);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, IOVA, 0, PAGE), ==,
                    CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, b, SEED, PAGE), ==, PAGE);
    g_assert_cmpint(qtest_readb(d->qts, a), ==, 0);
}

static void test_queue(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    Vtd v;
    QCbxQueue q;
    uint64_t ring = guest_alloc(alloc, PAGE), cq = guest_alloc(alloc, PAGE);
    uint64_t a = guest_alloc(alloc, PAGE);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = IOVA + 2 * PAGE + 96, .length = PAGE,
        .argument = SEED,
    };
    CbxCompletion c;

    vtd_start(&v, d, alloc);
    vtd_map(&v, IOVA, ring, VTD_RW);
    vtd_map(&v, IOVA + PAGE, cq, VTD_RW);
    vtd_map(&v, IOVA + 2 * PAGE, a, VTD_RW);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_RING_LO), IOVA);
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_CQ_LO), IOVA + PAGE);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), CBX_Q_ENABLE);
    qtest_memset(d->qts, cq, 0, PAGE);
    q.ring = ring;
    q.cq = cq;

    c = cbx_queue_do(&q, &fill);
    g_assert_cmpint(c.status, ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(c.bytes, ==, PAGE - 96);
    g_assert_cmphex(c.value, ==, IOVA + 3 * PAGE);
    g_assert_cmphex(c.flags & CBX_COMP_IOMMU, !=, 0);
    g_assert_cmpint(cbx_find_difference(d, a + 96, SEED, PAGE - 96), ==,
                    PAGE - 96);
    fill.length = PAGE - 96;
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);

    /* The queue itself loses its mapping. */
    vtd_map(&v, IOVA + PAGE, 0, 0);
    vtd_invalidate(d);
    cbx_queue_place(&q, &fill);
    cbx_queue_ring(&q);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

/* The requester ID as the interrupt remapper sees it, true and forged. */
static uint16_t interrupt_source(QCbx *d)
{
    qtest_writel(d->qts, d->mem.addr, 0);
    cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, INTERRUPT, 0, 4);
    g_assert_cmphex(qtest_readl(d->qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_PPF, !=,
                    0);
    return qtest_readl(d->qts, VTD_BASE + VTD_FRCD_SOURCE);
}

static void fault_clear(QCbx *d)
{
    qtest_writel(d->qts, VTD_BASE + VTD_FRCD + 12, BIT(31));
    g_assert_cmphex(qtest_readl(d->qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_PPF, ==,
                    0);
}

static void test_requester(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t table = table_new(d, alloc);

    /* Nothing is present in the table, so every interrupt is a fault. */
    qtest_writeq(d->qts, VTD_BASE + VTD_IRTA, table);
    vtd_command(d, VTD_SIRTP);
    vtd_command(d, VTD_IRE);
    g_assert_cmphex(interrupt_source(d), ==, CBX_TEST_DEVFN);
    fault_clear(d);

    cbx_write32(d, CBX_ARM_RID_CTL, CBX_ARM_RID_VALID | 0x1234);
    g_assert_cmphex(interrupt_source(d), ==, 0x1234);
    fault_clear(d);
    cbx_write32(d, CBX_ARM_RID_CTL, 0x1234);
    g_assert_cmphex(interrupt_source(d), ==, CBX_TEST_DEVFN);
}

static void register_tests(void)
{
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };

    qos_add_test("off", "cbx-vtd", test_off, NULL);
    qos_add_test("mapped", "cbx-vtd", test_mapped, &to_file);
    qos_add_test("unmapped", "cbx-vtd", test_unmapped, NULL);
    qos_add_test("mapped-to-nothing", "cbx-vtd", test_mapped_to_nothing, NULL);
    qos_add_test("read-only", "cbx-vtd", test_read_only, NULL);
    qos_add_test("invalidation", "cbx-vtd", test_invalidation, NULL);
    qos_add_test("queue", "cbx-vtd", test_queue, NULL);
    qos_add_test("requester", "cbx-vtd", test_requester, NULL);
}

libqos_init(register_tests);
