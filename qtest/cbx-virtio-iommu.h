/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for virtio-iommu beyond those that every IOMMU has. Each request
 * returns VIRTIO_IOMMU_S_*.
 */
#ifndef QTEST_CBX_VIRTIO_IOMMU_H
#define QTEST_CBX_VIRTIO_IOMMU_H

#include "libqos/virtio-pci.h"
#include "standard-headers/linux/virtio_iommu.h"
#include "cbx-iommu.h"

#define VIRTIO_IOMMU_QUEUE_MAX  1024

typedef struct QVirtioIommuUser {
    QIommu u;
    QVirtioPCIDevice pci;
    QVirtQueue *requests;
    QVirtQueue *events;
    uint64_t request;           /* memory for one request */
    uint64_t event;             /* memory for the events */
    uint64_t place[VIRTIO_IOMMU_QUEUE_MAX]; /* of an event, by descriptor */
} QVirtioIommuUser;

/* Driver ready, event buffers posted, no endpoint attached. */
void virtio_iommu_setup(QVirtioIommuUser *v);

uint8_t virtio_iommu_attach(QVirtioIommuUser *v);
uint8_t virtio_iommu_detach(QVirtioIommuUser *v);
uint8_t virtio_iommu_map(QVirtioIommuUser *v, uint64_t iova, uint64_t gpa,
                         uint64_t length, unsigned rights);
uint8_t virtio_iommu_unmap(QVirtioIommuUser *v, uint64_t iova,
                           uint64_t length);
bool virtio_iommu_take_fault(QVirtioIommuUser *v,
                             struct virtio_iommu_fault *fault);

#endif
