/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: a device that ignores the IOMMU. No other device could tell; this one
 * says so.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-iommu.h"

#define SEED    0xb1ba55
#define SIZE    5000

static void test_bypass(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    QCbx *d = &u->d;
    QCbxQueue q;
    uint64_t a = iommu_memory(u, 2 * CBX_IOMMU_PAGE, CBX_IOMMU_PAGE);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = a, .length = SIZE, .argument = SEED,
    };
    uint32_t facts;

    /* Nothing is mapped: a device that obeys could not even fetch this. */
    u->kind->start(u);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_OK, SIZE, 0);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, SIZE), ==, SIZE);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, SIZE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, a), ==, CBX_STATUS_OK);
    iommu_expect_no_fault(u);

    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) &
                    (CBX_FEATURE_IOMMU | CBX_FEATURE_BYPASS), ==,
                    CBX_FEATURE_IOMMU | CBX_FEATURE_BYPASS);
    g_assert_cmpint(cbx_declare(d, a, SIZE), ==, CBX_STATUS_OK);
    facts = cbx_read32(d, CBX_REG_BUF_FACTS);
    g_assert_cmphex(facts & (CBX_FACT_IOMMU | CBX_FACT_TRANSLATED |
                             CBX_FACT_IDENTITY | CBX_FACT_READABLE |
                             CBX_FACT_WRITABLE), ==,
                    CBX_FACT_IDENTITY | CBX_FACT_READABLE | CBX_FACT_WRITABLE);
}

static void test_report(void *obj, void *data, QGuestAllocator *alloc)
{
    QIommu *u = obj;
    uint64_t a = iommu_memory(u, CBX_IOMMU_PAGE, CBX_IOMMU_PAGE);
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    u->kind->start(u);
    cbx_declare(&u->d, a, CBX_IOMMU_PAGE);
    lines = cbx_report_lines(data);
    record = cbx_report_last(lines, "device");
    g_assert_true(qdict_get_bool(record, "bypass"));
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, u->kind->type);
    record = cbx_report_last(lines, "buffer");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, "none");
}

static void register_tests(void)
{
    QOSGraphTestOptions bypass = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.iommu=bypass",
    };
    QOSGraphTestOptions to_file = {
        .before = cbx_report_to_file,
        .arg = (char *)"-global cbx.iommu=bypass",
    };

    for (unsigned i = 0; cbx_iommu_kinds[i]; i++) {
        const char *node = cbx_iommu_kinds[i]->node;

        qos_add_test("rogue", node, test_bypass, &bypass);
        qos_add_test("rogue-report", node, test_report, &to_file);
    }
}

libqos_init(register_tests);
