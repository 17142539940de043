/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: what a processor's page tables say about one virtual address.
 *
 * The walkers know nothing of QEMU: registers and a function that reads memory
 * go in, so that they can be tested with tables built by hand. They are no
 * model of an MMU: permissions, access flags and TLBs do not concern them.
 */
#ifndef HW_CBX_WALK_H
#define HW_CBX_WALK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum CbxWalkStatus {
    CBX_WALK_OK,
    CBX_WALK_NOT_CANONICAL,     /* the address lies between the ranges */
    CBX_WALK_NOT_PRESENT,
    CBX_WALK_MALFORMED,         /* reserved bits or levels in an entry */
    CBX_WALK_NO_MEMORY,         /* a table is not in memory */
    CBX_WALK_UNSUPPORTED,       /* a format that the walker does not know */
} CbxWalkStatus;

typedef struct CbxWalk {
    CbxWalkStatus status;
    /* The rest only when OK. */
    uint64_t physical;          /* address of the very byte */
    uint64_t page_size;         /* bytes */
    uint8_t page_type;          /* CBX_MEMTYPE_* that the entry asks for */
    uint8_t type;               /* CBX_MEMTYPE_* that comes of it */
} CbxWalk;

/* Reads 8 aligned bytes of memory, little-endian; false: none is there. */
typedef bool CbxWalkRead(void *opaque, uint64_t address, uint64_t *value);

#endif /* HW_CBX_WALK_H */
