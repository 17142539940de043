/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only an AMD-Vi does. The cases that every IOMMU passes are in
 * cbx-iommu-test.c.
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/module.h"
#include "cbx-amdvi.h"

#define PAGE    CBX_IOMMU_PAGE
#define IOVA    0x3fc0000000ull

/* Reserved in a device table entry. */
#define DTE_RESERVED    BIT_ULL(63)

static QAmdvi *amdvi_of(void *obj)
{
    return container_of((QIommu *)obj, QAmdvi, u);
}

static uint32_t probe(QAmdvi *a, uint64_t address)
{
    return cbx_probe(&a->u.d, CBX_PROBE_READ, address);
}

static void test_page_fault(void *obj, void *data, QGuestAllocator *alloc)
{
    QAmdvi *a = amdvi_of(obj);
    CbxIommuFault fault;

    if (a->u.kind->no_records) {
        g_test_skip("this QEMU never writes the event log's tail");
        return;
    }
    a->u.kind->start(&a->u);
    g_assert_cmpint(probe(a, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_true(a->u.kind->take_fault(&a->u, &fault));
    g_assert_cmpint(fault.code, ==, AMDVI_EVENT_PAGE_FAULT);
}

/* An entry that is not valid translates nothing and refuses nothing. */
static void test_not_valid(void *obj, void *data, QGuestAllocator *alloc)
{
    QAmdvi *a = amdvi_of(obj);
    uint64_t page = iommu_memory(&a->u, PAGE, PAGE);

    a->u.kind->start(&a->u);
    g_assert_cmpint(probe(a, page), ==, CBX_STATUS_IOMMU_FAULT);
    amdvi_set_dte(a, 0);
    g_assert_cmpint(cbx_declare(&a->u.d, page, PAGE), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(&a->u.d, CBX_REG_BUF_FACTS) &
                    CBX_FACT_IDENTITY, !=, 0);
}

/* Valid, but without a page table: everything is refused. */
static void test_no_table(void *obj, void *data, QGuestAllocator *alloc)
{
    QAmdvi *a = amdvi_of(obj);

    if (AMDVI_OLD) {
        g_test_skip("this QEMU lets the device through without a table");
        return;
    }
    a->u.kind->start(&a->u);
    iommu_map(&a->u, IOVA, iommu_memory(&a->u, PAGE, PAGE), PAGE);
    g_assert_cmpint(probe(a, IOVA), ==, CBX_STATUS_OK);
    amdvi_set_dte(a, AMDVI_DTE_VALID);
    g_assert_cmpint(probe(a, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    amdvi_set_dte(a, AMDVI_DTE_VALID | AMDVI_DTE_TRANSLATE);
    g_assert_cmpint(probe(a, IOVA), ==, CBX_STATUS_OK);
}

static void test_illegal_dte(void *obj, void *data, QGuestAllocator *alloc)
{
    QAmdvi *a = amdvi_of(obj);
    CbxIommuFault fault;

    if (a->u.kind->no_records) {
        g_test_skip("this QEMU never writes the event log's tail");
        return;
    }
    a->u.kind->start(&a->u);
    amdvi_set_dte(a, AMDVI_DTE_VALID | AMDVI_DTE_TRANSLATE | DTE_RESERVED);
    g_assert_cmpint(probe(a, IOVA), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_true(a->u.kind->take_fault(&a->u, &fault));
    g_assert_cmpint(fault.code, ==, AMDVI_EVENT_ILLEGAL_DTE);
    g_assert_cmphex(fault.requester, ==, CBX_IOMMU_REQUESTER);
}

static void register_tests(void)
{
    qos_add_test("page-fault", cbx_amdvi.node, test_page_fault, NULL);
    qos_add_test("not-valid", cbx_amdvi.node, test_not_valid, NULL);
    qos_add_test("no-table", cbx_amdvi.node, test_no_table, NULL);
    qos_add_test("illegal-dte", cbx_amdvi.node, test_illegal_dte, NULL);
}

libqos_init(register_tests);
