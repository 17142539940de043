/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: operations with more than one address through each kind of IOMMU:
 * copies, scatter lists, atomics; and a range across 4 GiB.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-iommu.h"

#define PAGE    CBX_IOMMU_PAGE

/* Pages of the device's world, with nothing mapped between them. */
#define FROM    0x3fc0000000ull
#define TO      (FROM + 16 * PAGE)
#define LIST    (FROM + 32 * PAGE)
#define RINGS   (FROM + 64 * PAGE)

#define SEED    0x2add4e55

static uint64_t page_mapped(QIommu *u, uint64_t iova, unsigned rights)
{
    uint64_t page = iommu_memory(u, PAGE, PAGE);

    u->kind->map(u, iova, page, PAGE, rights);
    return page;
}

static void expect_through(CbxCompletion c, uint16_t status, uint64_t bytes,
                           uint64_t value)
{
    g_assert_cmpint(c.status, ==, status);
    g_assert_cmpint(c.bytes, ==, bytes);
    g_assert_cmphex(c.value, ==, value);
    g_assert_cmphex(c.flags & CBX_COMP_IOMMU, !=, 0);
    g_assert_cmphex(c.flags & CBX_COMP_TRANSLATED, ==,
                    bytes ? CBX_COMP_TRANSLATED : 0);
}

static void test_copy(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbxQueue q;
    uint64_t from, to;
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .address = FROM + 10, .address2 = TO + 100,
        .length = 1000,
    };
    CbxCompletion c;

    u->kind->start(u);
    from = page_mapped(u, FROM, CBX_RIGHT_READ);
    to = page_mapped(u, TO, CBX_RIGHT_BOTH);
    iommu_queue_start(u, &q, RINGS);
    cbx_put_pattern(&u->d, from + 10, SEED, PAGE - 10);
    expect_through(cbx_queue_do(&q, &copy), CBX_STATUS_OK, 1000, 0);
    g_assert_cmpint(cbx_find_difference(&u->d, to + 100, SEED, 1000), ==, 1000);
    iommu_expect_no_fault(u);

    /* The target ends before the source does. */
    copy.length = PAGE - 50;
    c = cbx_queue_do(&q, &copy);
    expect_through(c, CBX_STATUS_IOMMU_FAULT, PAGE - 100, TO + PAGE);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, !=, 0);
    iommu_expect_fault(u, TO + PAGE, true, CBX_IOMMU_NOT_MAPPED);
    /* And the other way round. */
    copy.address = FROM + 200;
    copy.address2 = TO;
    copy.length = PAGE;
    c = cbx_queue_do(&q, &copy);
    expect_through(c, CBX_STATUS_IOMMU_FAULT, PAGE - 200, FROM + PAGE);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, ==, 0);
    iommu_expect_fault(u, FROM + PAGE, false, CBX_IOMMU_NOT_MAPPED);
    /*
     * What may only be read is no target. Several IOMMUs record that only if
     * the page is not in their cache already.
     */
    u->kind->invalidate_all(u);
    copy.address = TO;
    copy.address2 = FROM;
    copy.length = 8;
    c = cbx_queue_do(&q, &copy);
    g_assert_cmpint(c.status, ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmphex(c.value, ==, FROM);
    iommu_expect_fault(u, FROM, true, CBX_IOMMU_NOT_ALLOWED);
}

static void test_list(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbxQueue q;
    uint64_t from, to, list;
    CbxElement elements[3] = {
        { cpu_to_le64(TO + 7), cpu_to_le32(33), 0 },
        { cpu_to_le64(FROM), cpu_to_le32(PAGE), 0 },
        { cpu_to_le64(TO + 1000), cpu_to_le32(1),
          cpu_to_le32(CBX_ELEMENT_LAST) },
    };
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .flags = CBX_DESC_LIST, .address = LIST,
        .length = 33 + PAGE + 1, .argument = SEED,
    };

    u->kind->start(u);
    from = page_mapped(u, FROM, CBX_RIGHT_BOTH);
    to = page_mapped(u, TO, CBX_RIGHT_BOTH);
    list = page_mapped(u, LIST, CBX_RIGHT_READ);
    iommu_queue_start(u, &q, RINGS);
    qtest_memwrite(u->d.qts, list, elements, sizeof(elements));
    expect_through(cbx_queue_do(&q, &fill), CBX_STATUS_OK, fill.length, 0);
    g_assert_cmpint(cbx_find_difference(&u->d, to + 7, SEED, 33), ==, 33);
    g_assert_cmphex(qtest_readb(u->d.qts, from), ==,
                    cbx_pattern_byte(SEED, 33));
    g_assert_cmphex(qtest_readb(u->d.qts, to + 1000), ==,
                    cbx_pattern_byte(SEED, 33 + PAGE));
    iommu_expect_no_fault(u);

    /* An element, and then the list itself, that leads nowhere. */
    elements[1].address = cpu_to_le64(FROM + PAGE);
    qtest_memwrite(u->d.qts, list, elements, sizeof(elements));
    expect_through(cbx_queue_do(&q, &fill), CBX_STATUS_IOMMU_FAULT, 33,
                   FROM + PAGE);
    iommu_expect_fault(u, FROM + PAGE, true, CBX_IOMMU_NOT_MAPPED);
    fill.address = LIST + PAGE;
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==,
                    CBX_STATUS_IOMMU_FAULT);
    iommu_expect_fault(u, LIST + PAGE, false, CBX_IOMMU_NOT_MAPPED);
}

static void test_atomic(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbxQueue q;
    uint64_t page;
    CbxDescriptor add = {
        .op = CBX_OP_FETCH_ADD, .address = TO + 16, .length = 4,
        .argument = 3,
    };

    u->kind->start(u);
    page = page_mapped(u, TO, CBX_RIGHT_BOTH);
    page_mapped(u, FROM, CBX_RIGHT_READ);
    iommu_queue_start(u, &q, RINGS);
    qtest_writel(u->d.qts, page + 16, 5);
    expect_through(cbx_queue_do(&q, &add), CBX_STATUS_OK, 4, 5);
    g_assert_cmpint(qtest_readl(u->d.qts, page + 16), ==, 8);
    iommu_expect_no_fault(u);
    add.address = FROM + 16;
    expect_through(cbx_queue_do(&q, &add), CBX_STATUS_IOMMU_FAULT, 0,
                   FROM + 16);
    iommu_expect_fault(u, FROM + 16, true, CBX_IOMMU_NOT_ALLOWED);
}

static void test_across_4g(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbxQueue q;
    uint64_t low, high, iova = 4 * GiB - 20;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = iova, .length = 50, .argument = SEED,
    };

    u->kind->start(u);
    high = page_mapped(u, 4 * GiB, CBX_RIGHT_BOTH);
    low = page_mapped(u, 4 * GiB - PAGE, CBX_RIGHT_BOTH);
    iommu_queue_start(u, &q, RINGS);
    expect_through(cbx_queue_do(&q, &fill), CBX_STATUS_OK, 50, 0);
    g_assert_cmpint(cbx_find_difference(&u->d, low + PAGE - 20, SEED, 20), ==,
                    20);
    g_assert_cmphex(qtest_readb(u->d.qts, high), ==,
                    cbx_pattern_byte(SEED, 20));
    g_assert_cmphex(qtest_readb(u->d.qts, high + 29), ==,
                    cbx_pattern_byte(SEED, 49));
    g_assert_cmphex(qtest_readb(u->d.qts, high + 30), ==, 0);
    iommu_expect_no_fault(u);
}

static void register_tests(void)
{
    for (unsigned i = 0; cbx_iommu_kinds[i]; i++) {
        const char *node = cbx_iommu_kinds[i]->node;

        qos_add_test("queue-copy", node, test_copy, NULL);
        qos_add_test("queue-list", node, test_list, NULL);
        qos_add_test("queue-atomic", node, test_atomic, NULL);
        qos_add_test("queue-across-4g", node, test_across_4g, NULL);
    }
}

libqos_init(register_tests);
