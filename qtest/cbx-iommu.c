/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IOMMUs in the qos graph, and verbs that are the same for all.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-iommu.h"

#define STRING_(x) #x
#define STRING(x) STRING_(x)

const CbxIommuKind *const cbx_iommu_kinds[] = {
    &cbx_smmu_stage1,
    &cbx_smmu_stage2,
    &cbx_smmu_nested,
    &cbx_amdvi,
    &cbx_virtio_iommu_q35,
    &cbx_virtio_iommu_virt,
    &cbx_vtd_legacy,
    &cbx_vtd_second,
    &cbx_vtd_first,
    NULL,
};

/* ---- Verbs ------------------------------------------------------------- */

uint64_t iommu_memory(QIommu *u, uint64_t length, uint64_t align)
{
    uint64_t slack = align > CBX_IOMMU_PAGE ? align : 0;
    uint64_t memory = guest_alloc(u->alloc, length + slack);

    memory = ROUND_UP(memory, align);
    qtest_memset(u->d.qts, memory, 0, length);
    return memory;
}

void iommu_map(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length)
{
    for (uint64_t at = 0; at < length; at += CBX_IOMMU_PAGE) {
        u->kind->map(u, iova + at, gpa + at, CBX_IOMMU_PAGE, CBX_RIGHT_BOTH);
    }
}

void iommu_expect_no_fault(QIommu *u)
{
    CbxIommuFault fault;

    if (u->kind->take_fault(u, &fault)) {
        g_test_message("unexpected: fault 0x%x at 0x%" PRIx64, fault.code,
                       fault.address);
        g_test_fail();
    }
}

void iommu_expect_fault(QIommu *u, uint64_t address, bool write,
                        CbxIommuReason reason)
{
    const CbxIommuKind *kind = u->kind;
    CbxIommuFault fault;

    if (kind->no_records) {
        return;
    }
    g_assert_true(kind->take_fault(u, &fault));
    if (kind->address_granule) {
        address &= -kind->address_granule;
    }
    if (!kind->no_address) {
        g_assert_cmphex(fault.address, ==, address);
    }
    g_assert_cmphex(fault.requester, ==, CBX_IOMMU_REQUESTER);
    if (!kind->no_access) {
        g_assert_cmpint(fault.write, ==, write);
    }
    if (!kind->no_reason) {
        g_assert_cmpint(fault.reason, ==, reason);
    }
    iommu_expect_no_fault(u);
}

void iommu_queue_start(QIommu *u, QCbxQueue *q, uint64_t iova)
{
    QCbx *d = &u->d;
    uint64_t rings = iommu_memory(u, 2 * CBX_IOMMU_PAGE, CBX_IOMMU_PAGE);

    iommu_map(u, iova, rings, 2 * CBX_IOMMU_PAGE);
    *q = (QCbxQueue) {
        .d = d,
        .ring = rings,
        .cq = rings + CBX_IOMMU_PAGE,
        .entries = 4,
        .phase = true,
    };
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_RING_LO), iova);
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_CQ_LO), iova + CBX_IOMMU_PAGE);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_ENTRIES), q->entries);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_VECTOR), CBX_Q_VECTOR_NONE);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), CBX_Q_ENABLE);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_OK);
}

/* ---- Nodes ------------------------------------------------------------- */

static void *iommu_get_driver(void *obj, const char *interface)
{
    QIommu *u = obj;

    g_assert_cmpstr(interface, ==, "pci-device");
    return &u->d.pci;
}

static void iommu_destructor(QOSGraphObject *obj)
{
    QIommu *u = (QIommu *)obj;

    if (u->kind->stop) {
        u->kind->stop(u);
    }
}

static void *iommu_create(void *bus, QGuestAllocator *alloc, void *kind)
{
    const CbxIommuKind *k = *(const CbxIommuKind **)kind;
    QIommu *u = g_malloc0(k->size);

    u->d.obj.get_driver = iommu_get_driver;
    u->d.obj.destructor = iommu_destructor;
    u->kind = k;
    u->alloc = alloc;
    cbx_attach(&u->d, bus);
    return &u->d.obj;
}

static void iommu_register_nodes(void)
{
    for (unsigned i = 0; cbx_iommu_kinds[i]; i++) {
        const CbxIommuKind *kind = cbx_iommu_kinds[i];
        QOSGraphEdgeOptions options = {
            .arg = &kind,
            .size_arg = sizeof(kind),
            .extra_device_opts = "addr=" STRING(CBX_TEST_SLOT),
            .before_cmd_line = kind->options,
        };

        qos_node_create_driver_named(kind->node, "cbx", iommu_create);
        qos_node_consumes(kind->node, kind->bus, &options);
    }
}

libqos_init(iommu_register_nodes);
