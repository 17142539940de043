/* SPDX-License-Identifier: MIT */
/* A common buffer: what was asked for, what was returned, what is known. */
#ifndef CBX_CORE_BUFFER_H
#define CBX_CORE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

/* The device's answer to a declaration. */
typedef struct CbxFindings {
    uint32_t facts;         /* CBX_FACT_* */
    uint32_t pages;         /* looked at */
    uint32_t pages_ok;      /* of these, readable and writable */
    uint32_t type_seen;     /* CBX_MEMTYPE_* of the CPU's mapping */
    uint32_t guest_node;    /* CBX_NODE_SEEN_* */
    uint64_t gpa;           /* guest-physical address of the first byte */
    uint64_t first_bad;     /* logical address, when pages_ok != pages */
} CbxFindings;

typedef struct CbxBuffer {
    /* Set by the driver before the buffer is shown to the core. */
    uint32_t api;           /* CBX_API_* */
    uint32_t element;       /* index within a vector */
    volatile uint8_t *va;
    uint64_t logical;
    uint64_t length;        /* bytes asked for */
    uint64_t min;           /* lowest address that the request allows */
    uint64_t max;           /* highest byte that the request allows */
    uint64_t align;         /* bytes, 0 or a power of two */
    uint64_t slack;         /* bytes on either side that the system may have
                               allocated together with the buffer */
    uint32_t cache;         /* CBX_CACHE_* */
    uint32_t node;          /* NUMA node or CBX_NODE_ANY */
    const char *variant;    /* what was asked for, in words */

    /* The core's own. */
    bool declared;
    uint32_t id;            /* CBX_REG_BUF_ID */
    CbxFindings found;
    uint64_t seed;          /* of the pattern that it holds */
    uint64_t spill;         /* offset of a byte that a transfer beside it
                               changed, or CBX_PATTERN_SAME */
    struct CbxBuffer *next;
} CbxBuffer;

#endif /* CBX_CORE_BUFFER_H */
