/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only a VT-d does. The cases that every IOMMU passes are in
 * cbx-iommu-test.c.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-vtd.h"

#define PAGE        CBX_IOMMU_PAGE
#define IOVA        0x3fc0000000ull

/* A write here is an interrupt; this one names entry 0 of the table. */
#define INTERRUPT   0xfee00010ull

#define CONTEXT_PASS_THROUGH    (2ull << 2)
#define FIRST_ACCESSED          BIT_ULL(5)
#define FIRST_DIRTY             BIT_ULL(6)

static QVtd *vtd_of(void *obj)
{
    return container_of((QIommu *)obj, QVtd, u);
}

static uint32_t probe(QVtd *v, uint32_t access, uint64_t address)
{
    return cbx_probe(&v->u.d, access, address);
}

/* Without a present entry everything is refused, for a reason of its own. */
static void no_entry(QVtd *v, uint32_t reason)
{
    CbxIommuFault fault;

    v->u.kind->start(&v->u);
    iommu_map(&v->u, IOVA, iommu_memory(&v->u, PAGE, PAGE), PAGE);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==, CBX_STATUS_OK);
    qtest_writeq(v->u.d.qts, v->entry,
                 qtest_readq(v->u.d.qts, v->entry) & ~VTD_PRESENT);
    v->u.kind->invalidate_all(&v->u);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_true(v->u.kind->take_fault(&v->u, &fault));
    g_assert_cmphex(fault.code, ==, reason);
    g_assert_cmphex(fault.requester, ==, CBX_IOMMU_REQUESTER);
}

static void test_no_context(void *obj, void *data, QGuestAllocator *alloc)
{
    no_entry(vtd_of(obj), VTD_NO_CONTEXT);
}

static void test_no_pasid(void *obj, void *data, QGuestAllocator *alloc)
{
    no_entry(vtd_of(obj), VTD_NO_PASID);
}

static void test_pass_through(void *obj, void *data, QGuestAllocator *alloc)
{
    QVtd *v = vtd_of(obj);
    uint64_t a = iommu_memory(&v->u, PAGE, PAGE);

    v->u.kind->start(&v->u);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, a), ==, CBX_STATUS_IOMMU_FAULT);
    qtest_writeq(v->u.d.qts, v->entry,
                 qtest_readq(v->u.d.qts, v->entry) | CONTEXT_PASS_THROUGH);
    v->u.kind->invalidate_all(&v->u);
    g_assert_cmpint(cbx_declare(&v->u.d, a, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(&v->u.d, CBX_REG_BUF_FACTS) &
                    CBX_FACT_IDENTITY, !=, 0);
}

/*
 * The walk notes in the first stage's entries what it was for. Not looked at:
 * a write after a read, of which QEMU 10.2 notes nothing.
 */
static void test_accessed(void *obj, void *data, QGuestAllocator *alloc)
{
    const uint64_t both = FIRST_ACCESSED | FIRST_DIRTY;
    QVtd *v = vtd_of(obj);

    v->u.kind->start(&v->u);
    iommu_map(&v->u, IOVA, iommu_memory(&v->u, 2 * PAGE, PAGE), 2 * PAGE);
    g_assert_cmphex(radix_entry(&v->tables, IOVA, 0) & both, ==, 0);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==, CBX_STATUS_OK);
    g_assert_cmphex(radix_entry(&v->tables, IOVA, 0) & both, ==,
                    FIRST_ACCESSED);
    g_assert_cmpint(probe(v, CBX_PROBE_WRITE, IOVA + PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(radix_entry(&v->tables, IOVA + PAGE, 0) & both, ==, both);
}

/* ---- Interrupt remapping ----------------------------------------------- */

/* The requester ID as the interrupt remapper sees it, true and forged. */
static uint16_t interrupt_source(QCbx *d)
{
    qtest_writel(d->qts, d->mem.addr, 0);
    cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, INTERRUPT, 0, 4);
    g_assert_cmphex(qtest_readl(d->qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_PPF, !=,
                    0);
    return qtest_readl(d->qts, VTD_BASE + VTD_FRCD + 8);
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
    uint64_t table = radix_table(d->qts, alloc);

    /* Nothing is present in the table, so every interrupt is a fault. */
    qtest_writeq(d->qts, VTD_BASE + VTD_IRTA, table);
    vtd_command(d->qts, VTD_SIRTP);
    vtd_command(d->qts, VTD_IRE);
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
    qos_add_test("no-context", cbx_vtd_legacy.node, test_no_context, NULL);
    qos_add_test("pass-through", cbx_vtd_legacy.node, test_pass_through, NULL);
    qos_add_test("no-pasid", cbx_vtd_second.node, test_no_pasid, NULL);
    qos_add_test("accessed", cbx_vtd_first.node, test_accessed, NULL);
    qos_add_test("requester", "cbx-vtd", test_requester, NULL);
}

libqos_init(register_tests);
