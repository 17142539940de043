/* SPDX-License-Identifier: MIT */
/*
 * The buffers that are allocated at this moment. The isolation checks must not
 * take a neighbour that belongs to the driver for a hole in the protection.
 */
#ifndef CBX_CORE_LIVE_H
#define CBX_CORE_LIVE_H

#include "core/buffer.h"

typedef struct CbxLive {
    CbxBuffer *first;
} CbxLive;

void cbx_live_add(CbxLive *live, CbxBuffer *buffer);
/* Harmless if it is not there. */
void cbx_live_remove(CbxLive *live, CbxBuffer *buffer);

/* Address of the first byte of the first page, of the last byte of the last. */
uint64_t cbx_live_first_page(const CbxBuffer *buffer);
uint64_t cbx_live_last_page_end(const CbxBuffer *buffer);

/*
 * A live buffer whose pages, or whose slack, hold the address on the device's
 * side, or NULL.
 */
const CbxBuffer *cbx_live_at(const CbxLive *live, uint64_t address);

/* A live buffer other than `buffer` that shares bytes with it, or NULL. */
const CbxBuffer *cbx_live_overlap(const CbxLive *live,
                                  const CbxBuffer *buffer);

/*
 * First byte of the nearest page below or above the buffer that the device
 * has no business with: neither a live buffer's, slack included, nor the range
 * where a write is an interrupt. False when there is none up to the address
 * `last`.
 */
bool cbx_live_page_below(const CbxLive *live, const CbxBuffer *buffer,
                         uint64_t *page);
bool cbx_live_page_above(const CbxLive *live, const CbxBuffer *buffer,
                         uint64_t last, uint64_t *page);

#endif /* CBX_CORE_LIVE_H */
