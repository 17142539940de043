/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD-Vi on q35, with page tables of the host format (v1).
 *
 * Offsets and bits: AMD I/O Virtualization Technology (IOMMU) Specification
 * (48882), sections 2.2 (device table, page tables), 2.4 (commands), 2.5
 * (events), 3.4 (registers).
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "cbx-amdvi.h"

#define AMDVI_BASE          0xfed80000ull
#define DEVICE_TABLE        0x0000
#define COMMAND_BASE        0x0008
#define EVENT_BASE          0x0010
#define CONTROL             0x0018
#define   CONTROL_ENABLE    BIT_ULL(0)
#define   CONTROL_EVENTS    BIT_ULL(2)
#define   CONTROL_COMMANDS  BIT_ULL(12)
#define COMMAND_HEAD        0x2000
#define COMMAND_TAIL        0x2008
#define EVENT_HEAD          0x2010
#define EVENT_TAIL          0x2018

/* Both rings: 256 entries of 16 bytes. */
#define RING_LOG2           (8ull << 56)
#define RING_BYTES          4096
#define RING_ENTRY          16

#define INVALIDATE_DEVICE   (2ull << 60)
#define INVALIDATE_PAGES    (3ull << 60)
#define   MORE_THAN_A_PAGE  1ull
#define INVALIDATE_ALL      (8ull << 60)

#define DTE_SIZE            32
#define DTE_TABLE_PAGES     2       /* one bus */
#define DTE_LEVELS          9

#define DOMAIN              5ull

/* ---- Tables ------------------------------------------------------------ */

#define PTE_PRESENT         BIT_ULL(0)
#define PTE_NEXT_LEVEL      9
#define PTE_SIZED           (7ull << PTE_NEXT_LEVEL)
#define PTE_RIGHTS          61      /* read, write */
#define PTE_BOTH            ((uint64_t)CBX_RIGHT_BOTH << PTE_RIGHTS)

static uint64_t amdvi_table(uint64_t next, unsigned level)
{
    return next | PTE_PRESENT | (uint64_t)level << PTE_NEXT_LEVEL | PTE_BOTH;
}

/*
 * A block's size is given by the lowest zero of its address from bit 12 on.
 * "No next level" above the last one would mean the same, but QEMU 10.2 takes
 * that for 4 KiB and sends DMA behind the first page to the wrong place.
 */
static uint64_t amdvi_leaf(uint64_t page, unsigned level, unsigned rights)
{
    uint64_t size = level ? ((CBX_IOMMU_BLOCK >> 1) - CBX_IOMMU_PAGE) |
                            PTE_SIZED : 0;

    return page | size | PTE_PRESENT | (uint64_t)rights << PTE_RIGHTS;
}

static const QRadixFormat amdvi_format = {
    .levels = 3, .table = amdvi_table, .leaf = amdvi_leaf,
};

/* ---- Commands ---------------------------------------------------------- */

static void amdvi_command(QAmdvi *a, uint64_t low, uint64_t high)
{
    QTestState *qts = a->u.d.qts;

    qtest_writeq(qts, a->commands + a->tail, low);
    qtest_writeq(qts, a->commands + a->tail + 8, high);
    a->tail = (a->tail + RING_ENTRY) % RING_BYTES;
    qtest_writeq(qts, AMDVI_BASE + COMMAND_TAIL, a->tail);
    g_assert_cmphex(qtest_readq(qts, AMDVI_BASE + COMMAND_HEAD), ==, a->tail);
}

static void amdvi_invalidate(QIommu *u, uint64_t iova, uint64_t length)
{
    /* The size of more than a page is told by the ones below the first zero. */
    uint64_t size = length == CBX_IOMMU_PAGE
                    ? 0 : ((length >> 1) - 1) & -CBX_IOMMU_PAGE;

    amdvi_command(container_of(u, QAmdvi, u), INVALIDATE_PAGES | DOMAIN << 32,
                  iova | size | (size ? MORE_THAN_A_PAGE : 0));
}

static void amdvi_invalidate_all(QIommu *u)
{
    amdvi_command(container_of(u, QAmdvi, u), INVALIDATE_ALL, 0);
}

void amdvi_set_dte(QAmdvi *a, uint64_t flags)
{
    QTestState *qts = a->u.d.qts;
    uint64_t dte = a->devices + CBX_IOMMU_REQUESTER * DTE_SIZE;

    qtest_writeq(qts, dte + 8, DOMAIN);
    qtest_writeq(qts, dte, flags ? a->tables.root | PTE_BOTH | flags |
                                   3 << DTE_LEVELS : 0);
    amdvi_command(a, INVALIDATE_DEVICE | CBX_IOMMU_REQUESTER, 0);
    amdvi_invalidate_all(&a->u);
}

/* ---- What every IOMMU does --------------------------------------------- */

static void amdvi_start(QIommu *u)
{
    QAmdvi *a = container_of(u, QAmdvi, u);
    QTestState *qts = u->d.qts;

    radix_start(&a->tables, &amdvi_format, qts, u->alloc);
    a->devices = iommu_memory(u, DTE_TABLE_PAGES * CBX_IOMMU_PAGE,
                              CBX_IOMMU_PAGE);
    a->commands = iommu_memory(u, RING_BYTES, CBX_IOMMU_PAGE);
    a->events = iommu_memory(u, RING_BYTES, CBX_IOMMU_PAGE);
    qtest_writeq(qts, AMDVI_BASE + DEVICE_TABLE,
                 a->devices | (DTE_TABLE_PAGES - 1));
    qtest_writeq(qts, AMDVI_BASE + COMMAND_BASE, a->commands | RING_LOG2);
    qtest_writeq(qts, AMDVI_BASE + EVENT_BASE, a->events | RING_LOG2);
    qtest_writeq(qts, AMDVI_BASE + CONTROL,
                 CONTROL_ENABLE | CONTROL_EVENTS | CONTROL_COMMANDS);
    amdvi_set_dte(a, AMDVI_DTE_VALID | AMDVI_DTE_TRANSLATE);
}

static void amdvi_map(QIommu *u, uint64_t iova, uint64_t gpa, uint64_t length,
                      unsigned rights)
{
    radix_map(&container_of(u, QAmdvi, u)->tables, iova, gpa,
              length == CBX_IOMMU_BLOCK, rights);
}

static void amdvi_unmap(QIommu *u, uint64_t iova, uint64_t length)
{
    radix_unmap(&container_of(u, QAmdvi, u)->tables, iova,
                length == CBX_IOMMU_BLOCK);
}

static bool amdvi_take_fault(QIommu *u, CbxIommuFault *fault)
{
    QAmdvi *a = container_of(u, QAmdvi, u);
    QTestState *qts = u->d.qts;
    uint64_t low;

    if (qtest_readq(qts, AMDVI_BASE + EVENT_TAIL) == a->head) {
        return false;
    }
    low = qtest_readq(qts, a->events + a->head);
    *fault = (CbxIommuFault) {
        .address = qtest_readq(qts, a->events + a->head + 8),
        .requester = low & 0xffff,
        .reason = CBX_IOMMU_OTHER,
        .code = low >> 60,
    };
    a->head = (a->head + RING_ENTRY) % RING_BYTES;
    qtest_writeq(qts, AMDVI_BASE + EVENT_HEAD, a->head);
    return true;
}

/* From 10.2 on there is no `pt`, and DMA is not remapped unless asked for. */
#define AMDVI_OPTIONS AMDVI_OLD ? "-device amd-iommu,pt=off" \
                                : "-device amd-iommu,dma-remap=on"

const CbxIommuKind cbx_amdvi = {
    .node = "cbx-amdvi",
    .bus = "cbx-bus",
    .options = AMDVI_OPTIONS,
    .type = "amd-iommu",
    .size = sizeof(QAmdvi),
    /*
     * QEMU 10.2 records the address as 0 (it masks it by a shift of 64 bits),
     * never sets PR, and tells the access where other bits belong.
     */
    /* The event log's tail register is never written. */
    .no_records = AMDVI_OLD,
    .no_address = true,
    .no_access = true,
    .no_reason = true,
    .start = amdvi_start,
    .map = amdvi_map,
    .unmap = amdvi_unmap,
    .invalidate = amdvi_invalidate,
    .invalidate_all = amdvi_invalidate_all,
    .take_fault = amdvi_take_fault,
};
