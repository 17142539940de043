/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arm's SMMUv3 on the virt machine: stage 1, stage 2 and both.
 *
 * Offsets and bits: Arm System Memory Management Unit Architecture
 * Specification (IHI 0070), chapters 4 (commands), 5 (STE, CD), 6 (registers),
 * 7 (events); entries of the tables: Arm Architecture Reference Manual, D8.3.
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "cbx-radix.h"
#include "cbx-smmu.h"

#define QUEUE_LOG2      6
#define QUEUE_WRAP      ((2u << QUEUE_LOG2) - 1)
#define COMMAND_SIZE    16
#define EVENT_SIZE      32
#define STREAMS_LOG2    8

#define CMD_CFGI_ALL        0x04
#define CMD_CFGI_ALL_RANGE  31
#define CMD_TLBI_NH_VA      0x12
#define CMD_TLBI_S2_IPA     0x2a
#define CMD_TLBI_NSNH_ALL   0x30
#define CMD_SYNC            0x46

#define ASID    1ull
#define VMID    1ull

/*
 * Nested: what stage 1 puts out is its guest-physical address plus this, so
 * that whatever does not go through stage 2 goes nowhere.
 */
#define IPA_BIAS        (1ull << 37)
#define RAM_BLOCKS      64

/* ---- Tables ------------------------------------------------------------ */

#define PTE_BLOCK       1ull
#define PTE_PAGE        3ull
#define PTE_AF          BIT_ULL(10)
#define PTE_INNER       (3ull << 8)
#define PTE_READ_ONLY   BIT_ULL(7)
#define PTE_S2_NORMAL   (0xfull << 2)
#define PTE_S2_RIGHTS   6

static uint64_t pte_table(uint64_t next, unsigned level)
{
    return next | PTE_PAGE;
}

static uint64_t pte_leaf(uint64_t page, unsigned level)
{
    return page | PTE_AF | PTE_INNER | (level ? PTE_BLOCK : PTE_PAGE);
}

static uint64_t stage1_leaf(uint64_t page, unsigned level, unsigned rights)
{
    return pte_leaf(page, level) |
           (rights & CBX_RIGHT_WRITE ? 0 : PTE_READ_ONLY);
}

static uint64_t stage2_leaf(uint64_t page, unsigned level, unsigned rights)
{
    return pte_leaf(page, level) | PTE_S2_NORMAL |
           (uint64_t)rights << PTE_S2_RIGHTS;
}

/* 39 bits in three levels of 4 KiB tables. */
#define T0SZ    25

static const QRadixFormat stage1_format = {
    .levels = 3, .table = pte_table, .leaf = stage1_leaf,
};

static const QRadixFormat stage2_format = {
    .levels = 3, .table = pte_table, .leaf = stage2_leaf,
};

/* ---- Commands ---------------------------------------------------------- */

static void smmu_command(QSmmu *s, uint64_t low, uint64_t high)
{
    QTestState *qts = s->u.d.qts;
    uint64_t place = s->commands +
                     (s->tail & ((1 << QUEUE_LOG2) - 1)) * COMMAND_SIZE;

    qtest_writeq(qts, place, low);
    qtest_writeq(qts, place + 8, high);
    s->tail = (s->tail + 1) & QUEUE_WRAP;
    qtest_writel(qts, SMMU_BASE + SMMU_CMDQ_PROD, s->tail);
    g_assert_cmphex(qtest_readl(qts, SMMU_BASE + SMMU_CMDQ_CONS), ==, s->tail);
    g_assert_cmphex(qtest_readl(qts, SMMU_BASE + SMMU_GERROR), ==, 0);
}

void smmu_invalidate_config(QSmmu *s)
{
    smmu_command(s, CMD_CFGI_ALL, CMD_CFGI_ALL_RANGE);
    smmu_command(s, CMD_SYNC, 0);
}

static void smmu_invalidate_all(QIommu *u)
{
    QSmmu *s = container_of(u, QSmmu, u);

    smmu_command(s, CMD_TLBI_NSNH_ALL, 0);
    smmu_command(s, CMD_SYNC, 0);
}

static void smmu_invalidate_stage1(QIommu *u, uint64_t iova, uint64_t length)
{
    QSmmu *s = container_of(u, QSmmu, u);

    smmu_command(s, CMD_TLBI_NH_VA | VMID << 32 | ASID << 48, iova);
    smmu_command(s, CMD_SYNC, 0);
}

static void smmu_invalidate_stage2(QIommu *u, uint64_t iova, uint64_t length)
{
    QSmmu *s = container_of(u, QSmmu, u);

    smmu_command(s, CMD_TLBI_S2_IPA | VMID << 32, iova);
    smmu_command(s, CMD_SYNC, 0);
}

/* ---- Starting ---------------------------------------------------------- */

#define CD_VALID        BIT_ULL(31)
#define CD_NO_TTB1      BIT_ULL(30)
#define CD_44_BITS      (4ull << 32)
#define CD_AARCH64      BIT_ULL(41)
#define CD_RECORD       BIT_ULL(45)
#define CD_ABORT        BIT_ULL(46)

#define STE_S2_T0SZ     ((uint64_t)T0SZ << 32)
#define STE_S2_LEVEL1   (1ull << 38)
#define STE_S2_44_BITS  (4ull << 48)
#define STE_S2_AARCH64  BIT_ULL(51)
#define STE_S2_RECORD   BIT_ULL(58)

void smmu_set_ste(QSmmu *s, unsigned config)
{
    QTestState *qts = s->u.d.qts;
    uint64_t ste = s->streams + CBX_IOMMU_REQUESTER * SMMU_STE_SIZE;

    qtest_writeq(qts, ste, SMMU_STE_VALID | config << 1 |
                           (s->context ? s->context + s->stage1.bias : 0));
    qtest_writeq(qts, ste + 16, VMID | STE_S2_T0SZ | STE_S2_LEVEL1 |
                                STE_S2_44_BITS | STE_S2_AARCH64 |
                                STE_S2_RECORD);
    qtest_writeq(qts, ste + 24, s->stage2.root);
}

static void smmu_add_stage1(QSmmu *s, uint64_t bias)
{
    QTestState *qts = s->u.d.qts;

    radix_start(&s->stage1, &stage1_format, qts, s->u.alloc);
    s->stage1.bias = bias;
    s->context = radix_table(qts, s->u.alloc);
    qtest_writeq(qts, s->context, T0SZ | CD_NO_TTB1 | CD_VALID | CD_44_BITS |
                                  CD_AARCH64 | CD_RECORD | CD_ABORT |
                                  ASID << 48);
    qtest_writeq(qts, s->context + 8, s->stage1.root + bias);
}

static void smmu_add_stage2(QSmmu *s)
{
    radix_start(&s->stage2, &stage2_format, s->u.d.qts, s->u.alloc);
}

static void smmu_enable(QSmmu *s, unsigned config)
{
    const uint32_t queues = SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN;
    QTestState *qts = s->u.d.qts;
    uint64_t streams = SMMU_STE_SIZE << STREAMS_LOG2;

    s->streams = iommu_memory(&s->u, streams, streams);
    s->commands = iommu_memory(&s->u, COMMAND_SIZE << QUEUE_LOG2,
                               CBX_IOMMU_PAGE);
    s->events = iommu_memory(&s->u, EVENT_SIZE << QUEUE_LOG2, CBX_IOMMU_PAGE);
    smmu_set_ste(s, config);

    qtest_writeq(qts, SMMU_BASE + SMMU_STRTAB_BASE, s->streams);
    qtest_writel(qts, SMMU_BASE + SMMU_STRTAB_BASE_CFG, STREAMS_LOG2);
    qtest_writeq(qts, SMMU_BASE + SMMU_CMDQ_BASE, s->commands | QUEUE_LOG2);
    qtest_writel(qts, SMMU_BASE + SMMU_CMDQ_PROD, 0);
    qtest_writel(qts, SMMU_BASE + SMMU_CMDQ_CONS, 0);
    qtest_writeq(qts, SMMU_BASE + SMMU_EVENTQ_BASE, s->events | QUEUE_LOG2);
    qtest_writel(qts, SMMU_BASE + SMMU_EVENTQ_PROD, 0);
    qtest_writel(qts, SMMU_BASE + SMMU_EVENTQ_CONS, 0);
    qtest_writel(qts, SMMU_BASE + SMMU_CR0, queues);
    smmu_invalidate_config(s);
    smmu_invalidate_all(&s->u);
    qtest_writel(qts, SMMU_BASE + SMMU_CR0, queues | SMMU_CR0_SMMUEN);
    g_assert_cmphex(qtest_readl(qts, SMMU_BASE + SMMU_CR0ACK), ==,
                    queues | SMMU_CR0_SMMUEN);
}

static void smmu_start_stage1(QIommu *u)
{
    QSmmu *s = container_of(u, QSmmu, u);

    smmu_add_stage1(s, 0);
    smmu_enable(s, SMMU_STE_STAGE1);
}

static void smmu_start_stage2(QIommu *u)
{
    QSmmu *s = container_of(u, QSmmu, u);

    smmu_add_stage2(s);
    smmu_enable(s, SMMU_STE_STAGE2);
}

static void smmu_start_nested(QIommu *u)
{
    QSmmu *s = container_of(u, QSmmu, u);
    uint64_t ram = cbx_ram_end() - RAM_BLOCKS * RADIX_BLOCK;

    smmu_add_stage2(s);
    /* One more than there is: what follows is not for stage 2 to refuse. */
    for (unsigned i = 0; i <= RAM_BLOCKS; i++, ram += RADIX_BLOCK) {
        radix_map(&s->stage2, ram + IPA_BIAS, ram, 1, CBX_RIGHT_BOTH);
    }
    smmu_add_stage1(s, IPA_BIAS);
    smmu_enable(s, SMMU_STE_STAGE1 | SMMU_STE_STAGE2);
}

/* ---- Mapping ----------------------------------------------------------- */

static void smmu_map_stage1(QIommu *u, uint64_t iova, uint64_t gpa,
                            uint64_t length, unsigned rights)
{
    radix_map(&container_of(u, QSmmu, u)->stage1, iova, gpa,
              length == CBX_IOMMU_BLOCK, rights);
}

static void smmu_unmap_stage1(QIommu *u, uint64_t iova, uint64_t length)
{
    radix_unmap(&container_of(u, QSmmu, u)->stage1, iova,
                length == CBX_IOMMU_BLOCK);
}

static void smmu_map_stage2(QIommu *u, uint64_t iova, uint64_t gpa,
                            uint64_t length, unsigned rights)
{
    radix_map(&container_of(u, QSmmu, u)->stage2, iova, gpa,
              length == CBX_IOMMU_BLOCK, rights);
}

static void smmu_unmap_stage2(QIommu *u, uint64_t iova, uint64_t length)
{
    radix_unmap(&container_of(u, QSmmu, u)->stage2, iova,
                length == CBX_IOMMU_BLOCK);
}

uint64_t smmu_ipa(uint64_t gpa)
{
    return gpa + IPA_BIAS;
}

void smmu_unmap_ipa(QSmmu *s, uint64_t gpa)
{
    radix_unmap(&s->stage2, smmu_ipa(gpa), 1);
    smmu_invalidate_all(&s->u);
}

/* ---- Events ------------------------------------------------------------ */

bool smmu_take_event(QSmmu *s, QSmmuEvent *event)
{
    QTestState *qts = s->u.d.qts;
    uint64_t place = s->events +
                     (s->head & ((1 << QUEUE_LOG2) - 1)) * EVENT_SIZE;

    if (qtest_readl(qts, SMMU_BASE + SMMU_EVENTQ_PROD) == s->head) {
        return false;
    }
    event->type = qtest_readl(qts, place) & 0xff;
    event->stream = qtest_readl(qts, place + 4);
    event->flags = qtest_readl(qts, place + 12);
    event->address = qtest_readq(qts, place + 16);
    event->address2 = qtest_readq(qts, place + 24);
    s->head = (s->head + 1) & QUEUE_WRAP;
    qtest_writel(qts, SMMU_BASE + SMMU_EVENTQ_CONS, s->head);
    return true;
}

static bool smmu_take_fault(QIommu *u, CbxIommuFault *fault)
{
    QSmmuEvent event;

    if (!smmu_take_event(container_of(u, QSmmu, u), &event)) {
        return false;
    }
    *fault = (CbxIommuFault) {
        .address = event.address,
        .requester = event.stream,
        .write = !(event.flags & SMMU_EVENT_READ),
        .reason = event.type == SMMU_F_TRANSLATION ? CBX_IOMMU_NOT_MAPPED
                  : event.type == SMMU_F_PERMISSION ? CBX_IOMMU_NOT_ALLOWED
                  : CBX_IOMMU_OTHER,
        .code = event.type,
    };
    return true;
}

/* ---- Kinds ------------------------------------------------------------- */

/* The machine gives it both stages; cbx-smmu-test.c looks. */
#define SMMU_OPTIONS "-machine iommu=smmuv3"

const CbxIommuKind cbx_smmu_stage1 = {
    .node = "cbx-smmu-stage1",
    .bus = "pci-bus",
    .options = SMMU_OPTIONS,
    .type = "arm-smmuv3",
    .size = sizeof(QSmmu),
    .reads_always = true,
    .start = smmu_start_stage1,
    .map = smmu_map_stage1,
    .unmap = smmu_unmap_stage1,
    .invalidate = smmu_invalidate_stage1,
    .invalidate_all = smmu_invalidate_all,
    .take_fault = smmu_take_fault,
};

const CbxIommuKind cbx_smmu_stage2 = {
    .node = "cbx-smmu-stage2",
    .bus = "pci-bus",
    .options = SMMU_OPTIONS,
    .type = "arm-smmuv3",
    .size = sizeof(QSmmu),
    .start = smmu_start_stage2,
    .map = smmu_map_stage2,
    .unmap = smmu_unmap_stage2,
    .invalidate = smmu_invalidate_stage2,
    .invalidate_all = smmu_invalidate_all,
    .take_fault = smmu_take_fault,
};

const CbxIommuKind cbx_smmu_nested = {
    .node = "cbx-smmu-nested",
    .bus = "pci-bus",
    .options = SMMU_OPTIONS,
    .type = "arm-smmuv3",
    .size = sizeof(QSmmu),
    .reads_always = true,
    .start = smmu_start_nested,
    .map = smmu_map_stage1,
    .unmap = smmu_unmap_stage1,
    .invalidate = smmu_invalidate_stage1,
    .invalidate_all = smmu_invalidate_all,
    .take_fault = smmu_take_fault,
};
