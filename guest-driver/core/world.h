/* SPDX-License-Identifier: MIT */
/* What the verification core asks of the system it runs in. */
#ifndef CBX_CORE_WORLD_H
#define CBX_CORE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

/* virt_to_phys() has no answer. */
#define CBX_PHYS_UNKNOWN UINT64_MAX

typedef struct CbxWorldOps {
    /* Registers: offset in BAR0, naturally aligned, little-endian values. */
    uint32_t (*read32)(void *context, uint32_t offset);
    uint64_t (*read64)(void *context, uint32_t offset);
    void (*write8)(void *context, uint32_t offset, uint8_t value);
    void (*write32)(void *context, uint32_t offset, uint32_t value);
    void (*write64)(void *context, uint32_t offset, uint64_t value);

    /*
     * Orders all accesses to shared memory before it against all accesses to
     * shared memory and registers after it.
     */
    void (*barrier)(void *context);

    /*
     * KeFlushIoBuffers of memory that is mapped cached, for DMA. Afterwards
     * what the CPU has stored there is in memory; with `read`, nothing of it
     * is in the caches either. NULL where cbx_caches_matter() for no buffer.
     */
    void (*flush)(void *context, const volatile void *address,
                  uint64_t length, bool read);

    /* Forgets a completion interrupt that has come already. */
    void (*interrupt_arm)(void *context);
    /* Waits for a completion interrupt; false after the milliseconds. */
    bool (*interrupt_wait)(void *context, uint32_t milliseconds);

    /* Physical address that the system gives for a byte of a buffer. */
    uint64_t (*virt_to_phys)(void *context, const volatile void *address);

    /* One record of the report is written between these two. */
    uint32_t (*report_lock)(void *context);
    void (*report_unlock)(void *context, uint32_t state);
} CbxWorldOps;

typedef struct CbxWorld {
    const CbxWorldOps *ops;
    void *context;
    volatile uint8_t *mem;      /* mapped start of device memory (BAR2) */
    uint64_t mem_length;        /* bytes mapped */
    bool has_interrupt;         /* completion interrupts can arrive */
    uint32_t nodes;             /* of NUMA; 0: not known */
} CbxWorld;

#endif /* CBX_CORE_WORLD_H */
