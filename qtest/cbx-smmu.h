/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for Arm's SMMUv3 beyond those that every IOMMU has.
 */
#ifndef QTEST_CBX_SMMU_H
#define QTEST_CBX_SMMU_H

#include "cbx-iommu.h"
#include "cbx-radix.h"

/* The virt machine's. */
#define SMMU_BASE               0x09050000ull

#define SMMU_IDR0               0x00
#define   SMMU_IDR0_BOTH_STAGES 3u
#define SMMU_CR0                0x20
#define   SMMU_CR0_SMMUEN       1u
#define   SMMU_CR0_EVENTQEN     4u
#define   SMMU_CR0_CMDQEN       8u
#define SMMU_CR0ACK             0x24
#define SMMU_GBPA               0x44
#define   SMMU_GBPA_ABORT       0x00100000u
#define   SMMU_GBPA_UPDATE      0x80000000u
#define SMMU_GERROR             0x60
#define SMMU_STRTAB_BASE        0x80
#define SMMU_STRTAB_BASE_CFG    0x88
#define SMMU_CMDQ_BASE          0x90
#define SMMU_CMDQ_PROD          0x98
#define SMMU_CMDQ_CONS          0x9c
#define SMMU_EVENTQ_BASE        0xa0
#define SMMU_EVENTQ_PROD        0x100a8
#define SMMU_EVENTQ_CONS        0x100ac

#define SMMU_STE_SIZE           64ull
#define SMMU_STE_VALID          1ull
#define SMMU_STE_ABORT          0u      /* Config */
#define SMMU_STE_BYPASS         4u
#define SMMU_STE_STAGE1         5u
#define SMMU_STE_STAGE2         6u

#define SMMU_C_BAD_STREAMID     0x02u
#define SMMU_C_BAD_STE          0x04u
#define SMMU_C_BAD_CD           0x0au
#define SMMU_F_TRANSLATION      0x10u
#define SMMU_F_ACCESS           0x12u
#define SMMU_F_PERMISSION       0x13u

typedef struct QSmmuEvent {
    uint32_t type;
    uint32_t stream;
    uint32_t flags;
#define SMMU_EVENT_READ         0x008u
#define SMMU_EVENT_STAGE2       0x080u
#define SMMU_EVENT_CLASS        0x300u
#define   SMMU_EVENT_CLASS_CD   0x000u
#define   SMMU_EVENT_CLASS_TT   0x100u
#define   SMMU_EVENT_CLASS_IN   0x200u
    uint64_t address;
    uint64_t address2;          /* of stage 2: what it could not translate */
} QSmmuEvent;

typedef struct QSmmu {
    QIommu u;
    QRadix stage1;
    QRadix stage2;
    uint64_t context;           /* descriptor of stage 1 */
    uint64_t streams;
    uint64_t commands;
    uint64_t events;
    uint32_t tail;              /* of the commands */
    uint32_t head;              /* of the events */
} QSmmu;

/* Set the device's stream table entry; the configuration stays cached. */
void smmu_set_ste(QSmmu *s, unsigned config);
void smmu_invalidate_config(QSmmu *s);

/* Nested: where stage 1 has the memory, and take its 2 MiB from stage 2. */
uint64_t smmu_ipa(uint64_t gpa);
void smmu_unmap_ipa(QSmmu *s, uint64_t gpa);

bool smmu_take_event(QSmmu *s, QSmmuEvent *event);

#endif
