/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only a virtio-iommu does. The cases that every IOMMU passes are in
 * cbx-iommu-test.c.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "cbx-virtio-iommu.h"

#define PAGE    CBX_IOMMU_PAGE
#define IOVA    0x3fc0000000ull

/* Offset of `bypass` in the configuration space. */
#define BYPASS  offsetof(struct virtio_iommu_config, bypass)

static QVirtioIommuUser *user_of(void *obj)
{
    return container_of((QIommu *)obj, QVirtioIommuUser, u);
}

static uint32_t probe(QVirtioIommuUser *v, uint32_t access, uint64_t address)
{
    return cbx_probe(&v->u.d, access, address);
}

static struct virtio_iommu_fault the_fault(QVirtioIommuUser *v)
{
    struct virtio_iommu_fault fault;

    g_assert_true(virtio_iommu_take_fault(v, &fault));
    g_assert_cmphex(fault.endpoint, ==, CBX_IOMMU_REQUESTER);
    iommu_expect_no_fault(&v->u);
    return fault;
}

static void test_flags(void *obj, void *data, QGuestAllocator *alloc)
{
    QVirtioIommuUser *v = user_of(obj);
    uint64_t a = iommu_memory(&v->u, PAGE, PAGE);
    struct virtio_iommu_fault fault;

    v->u.kind->start(&v->u);
    v->u.kind->map(&v->u, IOVA, a, PAGE, CBX_RIGHT_READ);
    g_assert_cmpint(probe(v, CBX_PROBE_WRITE, IOVA + 5), ==,
                    CBX_STATUS_IOMMU_FAULT);
    fault = the_fault(v);
    g_assert_cmpint(fault.reason, ==, VIRTIO_IOMMU_FAULT_R_MAPPING);
    g_assert_cmphex(fault.flags, ==, VIRTIO_IOMMU_FAULT_F_WRITE |
                    VIRTIO_IOMMU_FAULT_F_ADDRESS);
    g_assert_cmphex(fault.address, ==, IOVA + 5);

    v->u.kind->map(&v->u, IOVA + PAGE, a, PAGE, CBX_RIGHT_WRITE);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA + PAGE), ==,
                    CBX_STATUS_IOMMU_FAULT);
    fault = the_fault(v);
    g_assert_cmphex(fault.flags, ==, VIRTIO_IOMMU_FAULT_F_READ |
                    VIRTIO_IOMMU_FAULT_F_ADDRESS);
}

/* Without a domain: bypass decides. */
static void test_bypass(void *obj, void *data, QGuestAllocator *alloc)
{
    QVirtioIommuUser *v = user_of(obj);
    uint64_t a = iommu_memory(&v->u, PAGE, PAGE);

    v->u.kind->start(&v->u);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, a), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmphex(the_fault(v).address, ==, a);
    g_assert_cmpint(virtio_iommu_detach(v), ==, VIRTIO_IOMMU_S_OK);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, a), ==, CBX_STATUS_OK);

    qtest_writeb(v->u.d.qts, v->pci.bar.addr + v->pci.device_cfg_offset +
                             BYPASS, 0);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, a), ==, CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(the_fault(v).reason, !=, VIRTIO_IOMMU_FAULT_R_MAPPING);
}

/* A domain ends with its last endpoint, and what was mapped in it too. */
static void test_detach(void *obj, void *data, QGuestAllocator *alloc)
{
    QVirtioIommuUser *v = user_of(obj);
    uint64_t a = iommu_memory(&v->u, PAGE, PAGE);

    v->u.kind->start(&v->u);
    iommu_map(&v->u, IOVA, a, PAGE);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==, CBX_STATUS_OK);
    g_assert_cmpint(virtio_iommu_attach(v), ==, VIRTIO_IOMMU_S_OK);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);
    g_assert_cmpint(virtio_iommu_detach(v), ==, VIRTIO_IOMMU_S_OK);
    g_assert_cmpint(virtio_iommu_detach(v), ==, VIRTIO_IOMMU_S_NOENT);
}

static void test_requests(void *obj, void *data, QGuestAllocator *alloc)
{
    QVirtioIommuUser *v = user_of(obj);
    uint64_t a = iommu_memory(&v->u, 2 * PAGE, PAGE);

    v->u.kind->start(&v->u);
    g_assert_cmpint(virtio_iommu_map(v, IOVA, a, 2 * PAGE, CBX_RIGHT_BOTH), ==,
                    VIRTIO_IOMMU_S_OK);
    /* Mapped already; and half of a mapping is not given back. */
    g_assert_cmpint(virtio_iommu_map(v, IOVA + PAGE, a, PAGE,
                                     CBX_RIGHT_BOTH), ==,
                    VIRTIO_IOMMU_S_INVAL);
    g_assert_cmpint(virtio_iommu_unmap(v, IOVA, PAGE), ==,
                    VIRTIO_IOMMU_S_RANGE);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA + PAGE), ==, CBX_STATUS_OK);
    g_assert_cmpint(virtio_iommu_unmap(v, IOVA, 2 * PAGE), ==,
                    VIRTIO_IOMMU_S_OK);
    g_assert_cmpint(probe(v, CBX_PROBE_READ, IOVA), ==,
                    CBX_STATUS_IOMMU_FAULT);
}

static void register_tests(void)
{
    const char *node = cbx_virtio_iommu_q35.node;

    qos_add_test("flags", node, test_flags, NULL);
    qos_add_test("bypass", node, test_bypass, NULL);
    qos_add_test("detach", node, test_detach, NULL);
    qos_add_test("requests", node, test_requests, NULL);
}

libqos_init(register_tests);
