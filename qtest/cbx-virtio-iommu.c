/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-iommu on q35 and on virt. It has no tables in memory: a request maps,
 * and what it maps is in force until a request ends it.
 *
 * Requests and faults: Virtual I/O Device (VIRTIO) Version 1.3, 5.13.
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "libqos/virtio.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_iommu.h"
#include "standard-headers/linux/virtio_ring.h"
#include "cbx-virtio-iommu.h"

#define SLOT            0x0e
#define REQUEST_QUEUE   0
#define EVENT_QUEUE     1
#define EVENTS          8
#define EVENT_SIZE      sizeof(struct virtio_iommu_fault)
#define DOMAIN          3

/* It answers within the write that notifies it; this is for a defect. */
#define ANSWER_US       (10 * G_USEC_PER_SEC)

/* ---- Requests ---------------------------------------------------------- */

/* @request without its tail, in which the answer stands. */
static uint8_t request(QVirtioIommuUser *v, const void *request, size_t length)
{
    QTestState *qts = v->u.d.qts;
    uint64_t tail = v->request + length;
    uint32_t head;

    qtest_memwrite(qts, v->request, request, length);
    head = qvirtqueue_add(qts, v->requests, v->request, length, false, true);
    qvirtqueue_add(qts, v->requests, tail,
                   sizeof(struct virtio_iommu_req_tail), true, false);
    qvirtqueue_kick(qts, &v->pci.vdev, v->requests, head);
    qvirtio_wait_used_elem(qts, &v->pci.vdev, v->requests, head, NULL,
                           ANSWER_US);
    return qtest_readb(qts, tail);
}

#define REQUEST_LENGTH(r) (sizeof(r) - sizeof(struct virtio_iommu_req_tail))

uint8_t virtio_iommu_attach(QVirtioIommuUser *v)
{
    struct virtio_iommu_req_attach r = {
        .head.type = VIRTIO_IOMMU_T_ATTACH,
        .domain = cpu_to_le32(DOMAIN),
        .endpoint = cpu_to_le32(CBX_IOMMU_REQUESTER),
    };

    return request(v, &r, REQUEST_LENGTH(r));
}

uint8_t virtio_iommu_detach(QVirtioIommuUser *v)
{
    struct virtio_iommu_req_detach r = {
        .head.type = VIRTIO_IOMMU_T_DETACH,
        .domain = cpu_to_le32(DOMAIN),
        .endpoint = cpu_to_le32(CBX_IOMMU_REQUESTER),
    };

    return request(v, &r, REQUEST_LENGTH(r));
}

uint8_t virtio_iommu_map(QVirtioIommuUser *v, uint64_t iova, uint64_t gpa,
                         uint64_t length, unsigned rights)
{
    struct virtio_iommu_req_map r = {
        .head.type = VIRTIO_IOMMU_T_MAP,
        .domain = cpu_to_le32(DOMAIN),
        .virt_start = cpu_to_le64(iova),
        .virt_end = cpu_to_le64(iova + length - 1),
        .phys_start = cpu_to_le64(gpa),
        .flags = cpu_to_le32(rights),
    };

    return request(v, &r, REQUEST_LENGTH(r));
}

uint8_t virtio_iommu_unmap(QVirtioIommuUser *v, uint64_t iova, uint64_t length)
{
    struct virtio_iommu_req_unmap r = {
        .head.type = VIRTIO_IOMMU_T_UNMAP,
        .domain = cpu_to_le32(DOMAIN),
        .virt_start = cpu_to_le64(iova),
        .virt_end = cpu_to_le64(iova + length - 1),
    };

    return request(v, &r, REQUEST_LENGTH(r));
}

/* ---- Faults ------------------------------------------------------------ */

static void post_event_buffer(QVirtioIommuUser *v, unsigned n)
{
    QTestState *qts = v->u.d.qts;
    uint32_t head = qvirtqueue_add(qts, v->events, v->event + n * EVENT_SIZE,
                                   EVENT_SIZE, true, false);

    qvirtqueue_kick(qts, &v->pci.vdev, v->events, head);
    v->place[head] = v->event + n * EVENT_SIZE;
}

bool virtio_iommu_take_fault(QVirtioIommuUser *v,
                             struct virtio_iommu_fault *fault)
{
    QTestState *qts = v->u.d.qts;
    uint32_t head;

    if (!qvirtqueue_get_buf(qts, v->events, &head, NULL)) {
        return false;
    }
    qtest_memread(qts, v->place[head], fault, sizeof(*fault));
    fault->flags = le32_to_cpu(fault->flags);
    fault->endpoint = le32_to_cpu(fault->endpoint);
    fault->address = le64_to_cpu(fault->address);
    return true;
}

static bool take_fault(QIommu *u, CbxIommuFault *fault)
{
    struct virtio_iommu_fault f;

    if (!virtio_iommu_take_fault(container_of(u, QVirtioIommuUser, u), &f)) {
        return false;
    }
    *fault = (CbxIommuFault) {
        .address = f.address,
        .requester = f.endpoint,
        .write = f.flags & VIRTIO_IOMMU_FAULT_F_WRITE,
        .reason = CBX_IOMMU_OTHER,
        .code = f.reason,
    };
    return true;
}

/* ---- What every IOMMU does --------------------------------------------- */

void virtio_iommu_setup(QVirtioIommuUser *v)
{
    QVirtioDevice *dev = &v->pci.vdev;
    QPCIAddress address = { .devfn = QPCI_DEVFN(SLOT, 0) };
    uint64_t unwanted = QVIRTIO_F_BAD_FEATURE |
                        BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |
                        BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
    uint64_t features;

    virtio_pci_init(&v->pci, v->u.d.pci.bus, &address);
    qvirtio_pci_device_enable(&v->pci);
    qvirtio_start_device(dev);
    features = qvirtio_get_features(dev);
    g_assert_cmphex(features & BIT_ULL(VIRTIO_IOMMU_F_MAP_UNMAP), !=, 0);
    qvirtio_set_features(dev, features & ~unwanted);
    v->requests = qvirtqueue_setup(dev, v->u.alloc, REQUEST_QUEUE);
    v->events = qvirtqueue_setup(dev, v->u.alloc, EVENT_QUEUE);
    qvirtio_set_driver_ok(dev);

    v->request = iommu_memory(&v->u, CBX_IOMMU_PAGE, CBX_IOMMU_PAGE);
    v->event = iommu_memory(&v->u, CBX_IOMMU_PAGE, CBX_IOMMU_PAGE);
    for (unsigned n = 0; n < EVENTS; n++) {
        post_event_buffer(v, n);
    }
}

static void start(QIommu *u)
{
    QVirtioIommuUser *v = container_of(u, QVirtioIommuUser, u);

    virtio_iommu_setup(v);
    g_assert_cmpint(virtio_iommu_attach(v), ==, VIRTIO_IOMMU_S_OK);
}

static void stop(QIommu *u)
{
    QVirtioIommuUser *v = container_of(u, QVirtioIommuUser, u);

    if (v->pci.pdev) {
        qvirtqueue_cleanup(v->pci.vdev.bus, v->requests, u->alloc);
        qvirtqueue_cleanup(v->pci.vdev.bus, v->events, u->alloc);
        qvirtio_pci_destructor(&v->pci.obj);
    }
}

static void map(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length,
                unsigned rights)
{
    g_assert_cmpint(virtio_iommu_map(container_of(u, QVirtioIommuUser, u),
                                     iova, gpa, length, rights), ==,
                    VIRTIO_IOMMU_S_OK);
}

static void unmap(QIommu *u, uint64_t iova, uint64_t length)
{
    g_assert_cmpint(virtio_iommu_unmap(container_of(u, QVirtioIommuUser, u),
                                       iova, length), ==, VIRTIO_IOMMU_S_OK);
}

/* There is nothing between a request and its effect. */
static void invalidate(QIommu *u, uint64_t iova, uint64_t length)
{
}

static void invalidate_all(QIommu *u)
{
}

#define VIRTIO_IOMMU_KIND(name, interface)                              \
    {                                                                   \
        .node = (name),                                                 \
        .bus = (interface),                                             \
        .options = "-device virtio-iommu-pci,addr=0x0e",                \
        .type = "virtio-iommu-device",                                  \
        .size = sizeof(QVirtioIommuUser),                               \
        .no_access = true,  /* told only of what is mapped */           \
        .no_reason = true,                                              \
        .start = start,                                                 \
        .stop = stop,                                                   \
        .map = map,                                                     \
        .unmap = unmap,                                                 \
        .invalidate = invalidate,                                       \
        .invalidate_all = invalidate_all,                               \
        .take_fault = take_fault,                                       \
    }

const CbxIommuKind cbx_virtio_iommu_q35 =
    VIRTIO_IOMMU_KIND("cbx-virtio-iommu-q35", "cbx-bus");
const CbxIommuKind cbx_virtio_iommu_virt =
    VIRTIO_IOMMU_KIND("cbx-virtio-iommu-virt", "pci-bus");
