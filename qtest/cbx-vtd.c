/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VT-d on q35: legacy mode, and scalable mode with tables of the second and of
 * the first stage.
 *
 * Offsets and bits: Intel Virtualization Technology for Directed I/O,
 * Architecture Specification, 6.5 (invalidation queue), 7.1 (faults), chapters
 * 9 (structures) and 11 (registers).
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "cbx-vtd.h"

#define VTD_IQH             0x80
#define VTD_IQT             0x88
#define VTD_IQA             0x90
#define   VTD_IQA_WIDE      BIT(11)     /* descriptors of 32 bytes */

#define QUEUE_BYTES         4096

#define INVALIDATE_CONTEXT_ALL  (1 | 1 << 4)
#define INVALIDATE_IOTLB_ALL    (2 | 1 << 4)
#define INVALIDATE_IOTLB_PAGE   (2 | 3 << 4)
#define INVALIDATE_PIOTLB_PASID (6 | 2 << 4)
#define INVALIDATE_PIOTLB_PAGE  (6 | 3 << 4)
#define INVALIDATE_PASIDS_ALL   (7 | 3 << 4)
#define BLOCK_ORDER             9ull    /* 2^9 pages */

/* PASID 0 stands for requests that carry none. */
#define DOMAIN              7ull
#define WIDTH_39            1ull
#define WIDTH_48            2ull
#define PASID_FIRST_STAGE   (1ull << 6)
#define PASID_SECOND_STAGE  (2ull << 6)
#define PASID_WIDTH         2

/* Reasons of the first stage; the second has one for both. */
#define NOT_PRESENT         0x71
#define NOT_WRITABLE        0x85

/* ---- Tables ------------------------------------------------------------ */

#define PTE_BLOCK           BIT_ULL(7)

#define SECOND_RIGHTS       3ull        /* read, write */

#define FIRST_PRESENT       BIT_ULL(0)
#define FIRST_WRITE         BIT_ULL(1)
#define FIRST_USER          BIT_ULL(2)

static uint64_t second_table(uint64_t next, unsigned level)
{
    return next | SECOND_RIGHTS;
}

static uint64_t second_leaf(uint64_t page, unsigned level, unsigned rights)
{
    return page | rights | (level ? PTE_BLOCK : 0);
}

static const QRadixFormat second_stage = {
    .levels = 3, .table = second_table, .leaf = second_leaf,
};

static uint64_t first_table(uint64_t next, unsigned level)
{
    return next | FIRST_PRESENT | FIRST_WRITE | FIRST_USER;
}

static uint64_t first_leaf(uint64_t page, unsigned level, unsigned rights)
{
    return page | FIRST_PRESENT | FIRST_USER | (level ? PTE_BLOCK : 0) |
           (rights & CBX_RIGHT_WRITE ? FIRST_WRITE : 0);
}

static const QRadixFormat first_stage = {
    .levels = 4, .table = first_table, .leaf = first_leaf,
};

/* ---- Commands ---------------------------------------------------------- */

void vtd_command(QTestState *qts, uint32_t command)
{
    uint32_t now = qtest_readl(qts, VTD_BASE + VTD_GSTS) & VTD_LASTING;

    qtest_writel(qts, VTD_BASE + VTD_GCMD, now | command);
    g_assert_cmphex(qtest_readl(qts, VTD_BASE + VTD_GSTS) & command, ==,
                    command);
}

static void vtd_queue(QVtd *v, uint64_t low, uint64_t high)
{
    QTestState *qts = v->u.d.qts;

    qtest_writeq(qts, v->queue + v->tail, low);
    qtest_writeq(qts, v->queue + v->tail + 8, high);
    v->tail = (v->tail + (v->scalable ? 32 : 16)) % QUEUE_BYTES;
    qtest_writeq(qts, VTD_BASE + VTD_IQT, v->tail);
    g_assert_cmphex(qtest_readq(qts, VTD_BASE + VTD_IQH), ==, v->tail);
    g_assert_cmphex(qtest_readl(qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_IQE, ==,
                    0);
}

static void vtd_invalidate_all(QIommu *u)
{
    QVtd *v = container_of(u, QVtd, u);

    vtd_queue(v, INVALIDATE_CONTEXT_ALL, 0);
    if (v->scalable) {
        vtd_queue(v, INVALIDATE_PASIDS_ALL, 0);
        vtd_queue(v, INVALIDATE_PIOTLB_PASID | DOMAIN << 16, 0);
    }
    vtd_queue(v, INVALIDATE_IOTLB_ALL, 0);
}

static void vtd_invalidate_second(QIommu *u, uint64_t iova, uint64_t length)
{
    vtd_queue(container_of(u, QVtd, u), INVALIDATE_IOTLB_PAGE | DOMAIN << 16,
              iova | (length == CBX_IOMMU_BLOCK ? BLOCK_ORDER : 0));
}

static void vtd_invalidate_first(QIommu *u, uint64_t iova, uint64_t length)
{
    vtd_queue(container_of(u, QVtd, u), INVALIDATE_PIOTLB_PAGE | DOMAIN << 16,
              iova | (length == CBX_IOMMU_BLOCK ? BLOCK_ORDER : 0));
}

/* ---- Starting ---------------------------------------------------------- */

static void vtd_enable(QVtd *v, uint64_t root)
{
    QTestState *qts = v->u.d.qts;

    v->queue = radix_table(qts, v->u.alloc);
    qtest_writeq(qts, VTD_BASE + VTD_RTADDR,
                 root | (v->scalable ? VTD_SCALABLE : 0));
    vtd_command(qts, VTD_SRTP);
    qtest_writeq(qts, VTD_BASE + VTD_IQA,
                 v->queue | (v->scalable ? VTD_IQA_WIDE : 0));
    vtd_command(qts, VTD_QIE);
    vtd_invalidate_all(&v->u);
    vtd_command(qts, VTD_TE);
}

static void vtd_start_legacy(QIommu *u)
{
    QVtd *v = container_of(u, QVtd, u);
    QTestState *qts = u->d.qts;
    uint64_t root = radix_table(qts, u->alloc);
    uint64_t contexts = radix_table(qts, u->alloc);
    uint64_t context = contexts + 16 * CBX_IOMMU_REQUESTER;

    radix_start(&v->tables, &second_stage, qts, u->alloc);
    qtest_writeq(qts, root, contexts | VTD_PRESENT);
    v->entry = context;
    qtest_writeq(qts, context, v->tables.root | VTD_PRESENT);
    qtest_writeq(qts, context + 8, WIDTH_39 | DOMAIN << 8);
    vtd_enable(v, root);
}

/* Root, context, directory of PASIDs, table of PASIDs. */
static void vtd_add_pasid(QVtd *v, uint64_t root)
{
    QTestState *qts = v->u.d.qts;
    uint64_t contexts = radix_table(qts, v->u.alloc);
    uint64_t directory = radix_table(qts, v->u.alloc);
    uint64_t pasids = radix_table(qts, v->u.alloc);
    unsigned function = CBX_IOMMU_REQUESTER;

    /* A table of contexts for each half of the bus. */
    qtest_writeq(qts, root + 8 * (function / 128), contexts | VTD_PRESENT);
    qtest_writeq(qts, contexts + 32 * (function % 128),
                 directory | VTD_PRESENT);
    qtest_writeq(qts, directory, pasids | VTD_PRESENT);
    v->entry = pasids;
}

static void vtd_start_second(QIommu *u)
{
    QVtd *v = container_of(u, QVtd, u);
    QTestState *qts = u->d.qts;
    uint64_t root = radix_table(qts, u->alloc);

    v->scalable = true;
    vtd_add_pasid(v, root);
    radix_start(&v->tables, &second_stage, qts, u->alloc);
    qtest_writeq(qts, v->entry, v->tables.root | PASID_SECOND_STAGE |
                                WIDTH_39 << PASID_WIDTH | VTD_PRESENT);
    qtest_writeq(qts, v->entry + 8, DOMAIN);
    vtd_enable(v, root);
}

static void vtd_start_first(QIommu *u)
{
    QVtd *v = container_of(u, QVtd, u);
    QTestState *qts = u->d.qts;
    uint64_t root = radix_table(qts, u->alloc);

    v->scalable = true;
    vtd_add_pasid(v, root);
    radix_start(&v->tables, &first_stage, qts, u->alloc);
    /* QEMU takes the width for the first stage's too; drivers set it. */
    qtest_writeq(qts, v->entry, PASID_FIRST_STAGE | WIDTH_48 << PASID_WIDTH |
                                VTD_PRESENT);
    qtest_writeq(qts, v->entry + 8, DOMAIN);
    qtest_writeq(qts, v->entry + 16, v->tables.root);
    vtd_enable(v, root);
}

/* ---- What every IOMMU does --------------------------------------------- */

static void vtd_map(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length,
                    unsigned rights)
{
    radix_map(&container_of(u, QVtd, u)->tables, iova, gpa,
              length == CBX_IOMMU_BLOCK, rights);
}

static void vtd_unmap(QIommu *u, uint64_t iova, uint64_t length)
{
    radix_unmap(&container_of(u, QVtd, u)->tables, iova,
                length == CBX_IOMMU_BLOCK);
}

static bool vtd_take_fault(QIommu *u, CbxIommuFault *fault)
{
    QTestState *qts = u->d.qts;
    uint64_t high;

    if (!(qtest_readl(qts, VTD_BASE + VTD_FSTS) & VTD_FSTS_PPF)) {
        return false;
    }
    high = qtest_readq(qts, VTD_BASE + VTD_FRCD + 8);
    *fault = (CbxIommuFault) {
        .address = qtest_readq(qts, VTD_BASE + VTD_FRCD),
        .requester = high & 0xffff,
        .write = !(high & VTD_FRCD_READ),
        .code = high >> 32 & 0xff,
    };
    fault->reason = fault->code == NOT_PRESENT ? CBX_IOMMU_NOT_MAPPED
                    : fault->code == NOT_WRITABLE ? CBX_IOMMU_NOT_ALLOWED
                    : CBX_IOMMU_OTHER;
    qtest_writel(qts, VTD_BASE + VTD_FRCD + 12, VTD_FRCD_CLEAR);
    return true;
}

const CbxIommuKind cbx_vtd_legacy = {
    .node = "cbx-vtd-legacy",
    .bus = "cbx-bus",
    .options = "-device intel-iommu",
    .type = "intel-iommu",
    .size = sizeof(QVtd),
    .no_reason = true,
    .address_granule = CBX_IOMMU_PAGE,
    .start = vtd_start_legacy,
    .map = vtd_map,
    .unmap = vtd_unmap,
    .invalidate = vtd_invalidate_second,
    .invalidate_all = vtd_invalidate_all,
    .take_fault = vtd_take_fault,
};

const CbxIommuKind cbx_vtd_second = {
    .node = "cbx-vtd-second",
    .bus = "cbx-bus",
    .options = "-device intel-iommu,x-scalable-mode=on",
    .type = "intel-iommu",
    .size = sizeof(QVtd),
    .no_reason = true,
    .address_granule = CBX_IOMMU_PAGE,
    .start = vtd_start_second,
    .map = vtd_map,
    .unmap = vtd_unmap,
    .invalidate = vtd_invalidate_second,
    .invalidate_all = vtd_invalidate_all,
    .take_fault = vtd_take_fault,
};

const CbxIommuKind cbx_vtd_first = {
    .node = "cbx-vtd-first",
    .bus = "cbx-bus",
    .options = "-device intel-iommu,x-scalable-mode=on,x-flts=on,aw-bits=48",
    .type = "intel-iommu",
    .size = sizeof(QVtd),
    .reads_always = true,
    .address_granule = CBX_IOMMU_PAGE,
    .start = vtd_start_first,
    .map = vtd_map,
    .unmap = vtd_unmap,
    .invalidate = vtd_invalidate_first,
    .invalidate_all = vtd_invalidate_all,
    .take_fault = vtd_take_fault,
};
