/* SPDX-License-Identifier: MIT */
/* The places in a buffer where transfers go wrong. */
#ifndef CBX_CORE_EDGES_H
#define CBX_CORE_EDGES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct CbxEdge {
    uint64_t offset;        /* within the buffer */
    uint32_t length;        /* at most CBX_EDGE_LENGTH_MAX */
    const char *place;      /* in words */
} CbxEdge;

#define CBX_EDGE_LENGTH_MAX 8190u

/*
 * Next edge of a buffer of `length` bytes at `logical`. *index starts at 0 and
 * is moved on. False when there are no more; each buffer has at least one.
 */
bool cbx_edge_next(uint64_t logical, uint64_t length, unsigned *index,
                   CbxEdge *edge);

#endif /* CBX_CORE_EDGES_H */
