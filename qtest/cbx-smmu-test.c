/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only an SMMUv3 does. The cases that every IOMMU passes are in
 * cbx-iommu-test.c.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-smmu.h"

#define PAGE    CBX_IOMMU_PAGE
#define IOVA    0x3fc0000000ull

static QSmmu *smmu_of(void *obj)
{
    return container_of((QIommu *)obj, QSmmu, u);
}

static uint32_t probe(QSmmu *s, uint64_t address)
{
    return cbx_probe(&s->u.d, CBX_PROBE_READ, address);
}

static QSmmuEvent the_event(QSmmu *s)
{
    QSmmuEvent event, other;

    g_assert_true(smmu_take_event(s, &event));
    g_assert_false(smmu_take_event(s, &other));
    g_assert_cmphex(event.stream, ==, CBX_IOMMU_REQUESTER);
    return event;
}

static void test_stages(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);

    g_assert_cmphex(qtest_readl(s->u.d.qts, SMMU_BASE + SMMU_IDR0) &
                    SMMU_IDR0_BOTH_STAGES, ==, SMMU_IDR0_BOTH_STAGES);
}

/* The SMMU is off and told to refuse what comes. No event: it is off. */
static void test_global_abort(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);
    uint64_t a = iommu_memory(&s->u, PAGE, PAGE);

    g_assert_cmpint(probe(s, a), ==, CBX_STATUS_OK);
    qtest_writel(s->u.d.qts, SMMU_BASE + SMMU_GBPA,
                 SMMU_GBPA_ABORT | SMMU_GBPA_UPDATE);
    g_assert_cmpint(probe(s, a), ==, CBX_STATUS_IOMMU_FAULT);
}

static void test_stream(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);
    uint64_t a = iommu_memory(&s->u, PAGE, PAGE);

    s->u.kind->start(&s->u);
    iommu_map(&s->u, IOVA, a, PAGE);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_OK);

    smmu_set_ste(s, SMMU_STE_ABORT);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_OK);
    smmu_invalidate_config(s);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    iommu_expect_no_fault(&s->u);

    smmu_set_ste(s, SMMU_STE_BYPASS);
    smmu_invalidate_config(s);
    g_assert_cmpint(probe(s, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_declare(&s->u.d, a, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(&s->u.d, CBX_REG_BUF_FACTS) &
                    CBX_FACT_IDENTITY, !=, 0);
    iommu_expect_no_fault(&s->u);
}

static void test_bad_ste(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);

    s->u.kind->start(&s->u);
    qtest_writeq(s->u.d.qts, s->streams + CBX_IOMMU_REQUESTER * SMMU_STE_SIZE,
                 0);
    smmu_invalidate_config(s);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmphex(the_event(s).type, ==, SMMU_C_BAD_STE);
}

static void test_bad_stream(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);

    s->u.kind->start(&s->u);
    /* Only streams 0 to 15 in the table. */
    qtest_writel(s->u.d.qts, SMMU_BASE + SMMU_STRTAB_BASE_CFG, 4);
    smmu_invalidate_config(s);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmphex(the_event(s).type, ==, SMMU_C_BAD_STREAMID);
}

static void test_bad_context(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);

    s->u.kind->start(&s->u);
    qtest_writeq(s->u.d.qts, s->context, 0);
    smmu_invalidate_config(s);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmphex(the_event(s).type, ==, SMMU_C_BAD_CD);
}

/* ---- Nested: refused by stage 2 ---------------------------------------- */

/* Far from where the tables are, in blocks of its own. */
static uint64_t block_new(QSmmu *s)
{
    return iommu_memory(&s->u, CBX_IOMMU_BLOCK, CBX_IOMMU_BLOCK);
}

static void test_ipa(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);
    uint64_t a = block_new(s);
    QSmmuEvent event;

    s->u.kind->start(&s->u);
    iommu_map(&s->u, IOVA, a, PAGE);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_OK);
    smmu_unmap_ipa(s, a);
    g_assert_cmpint(probe(s, IOVA + 4), ==, CBX_STATUS_IOMMU_FAULT);
    event = the_event(s);
    g_assert_cmphex(event.type, ==, SMMU_F_TRANSLATION);
    g_assert_cmphex(event.flags, ==, SMMU_EVENT_READ | SMMU_EVENT_STAGE2 |
                    SMMU_EVENT_CLASS_IN);
    g_assert_cmphex(event.address, ==, IOVA + 4);
    g_assert_cmphex(event.address2 & -PAGE, ==, smmu_ipa(a));
}

/*
 * Stage 1's tables are themselves behind stage 2. The event's S2 bit is not
 * looked at: QEMU 10.2 does not set it for a table.
 */
static void test_ipa_of_table(void *obj, void *data, QGuestAllocator *alloc)
{
    QSmmu *s = smmu_of(obj);
    uint64_t a = iommu_memory(&s->u, PAGE, PAGE);
    uint64_t table = block_new(s);
    QSmmuEvent event;

    s->u.kind->start(&s->u);
    iommu_map(&s->u, IOVA, a, PAGE);
    /* Another table, in the block, for the next 1 GiB. */
    qtest_writeq(s->u.d.qts, s->stage1.root + 8 * ((IOVA >> 30 & 511) - 1),
                 smmu_ipa(table) | 3);
    smmu_unmap_ipa(s, table);
    g_assert_cmpint(probe(s, IOVA), ==, CBX_STATUS_OK);
    g_assert_cmpint(probe(s, IOVA - (1ull << 30)), ==, CBX_STATUS_IOMMU_FAULT);
    event = the_event(s);
    g_assert_cmphex(event.type, ==, SMMU_F_TRANSLATION);
    g_assert_cmphex(event.flags & SMMU_EVENT_CLASS, ==, SMMU_EVENT_CLASS_TT);
    g_assert_cmphex(event.address, ==, IOVA - (1ull << 30));
    g_assert_cmphex(event.address2 & -PAGE, ==, smmu_ipa(table));
}

static void register_tests(void)
{
    const char *stage1 = cbx_smmu_stage1.node, *nested = cbx_smmu_nested.node;

    qos_add_test("stages", stage1, test_stages, NULL);
    qos_add_test("global-abort", stage1, test_global_abort, NULL);
    qos_add_test("stream", stage1, test_stream, NULL);
    qos_add_test("bad-ste", stage1, test_bad_ste, NULL);
    qos_add_test("bad-stream", stage1, test_bad_stream, NULL);
    qos_add_test("bad-context", stage1, test_bad_context, NULL);
    qos_add_test("ipa", nested, test_ipa, NULL);
    qos_add_test("ipa-of-table", nested, test_ipa_of_table, NULL);
}

libqos_init(register_tests);
