/* SPDX-License-Identifier: MIT */
#include "core/live.h"

#include <stddef.h>

#include "cbx/abi.h"

/*
 * Writes to this range are interrupt messages and are not translated as DMA
 * (Intel VT-d specification, "Interrupt Address Range").
 */
#define INTERRUPT_RANGE_FIRST UINT64_C(0xfee00000)
#define INTERRUPT_RANGE_LAST  UINT64_C(0xfeefffff)

#define PAGE_OFFSET_MASK ((uint64_t)CBX_PAGE_SIZE - 1)

void cbx_live_add(CbxLive *live, CbxBuffer *buffer)
{
    buffer->next = live->first;
    live->first = buffer;
}

void cbx_live_remove(CbxLive *live, CbxBuffer *buffer)
{
    for (CbxBuffer **at = &live->first; *at; at = &(*at)->next) {
        if (*at == buffer) {
            *at = buffer->next;
            buffer->next = NULL;
            return;
        }
    }
}

uint64_t cbx_live_first_page(const CbxBuffer *buffer)
{
    return buffer->logical & ~PAGE_OFFSET_MASK;
}

uint64_t cbx_live_last_page_end(const CbxBuffer *buffer)
{
    return (buffer->logical + buffer->length - 1) | PAGE_OFFSET_MASK;
}

/* The same with what may have been allocated together with the buffer. */
static uint64_t claim_first(const CbxBuffer *buffer)
{
    uint64_t first = buffer->logical > buffer->slack
                     ? buffer->logical - buffer->slack : 0;

    return first & ~PAGE_OFFSET_MASK;
}

static uint64_t claim_end(const CbxBuffer *buffer)
{
    uint64_t last = cbx_live_last_page_end(buffer);

    return last < UINT64_MAX - buffer->slack
           ? (last + buffer->slack) | PAGE_OFFSET_MASK : UINT64_MAX;
}

const CbxBuffer *cbx_live_at(const CbxLive *live, uint64_t address)
{
    for (const CbxBuffer *b = live->first; b; b = b->next) {
        if (address >= claim_first(b) &&
            address <= claim_end(b)) {
            return b;
        }
    }
    return NULL;
}

const CbxBuffer *cbx_live_overlap(const CbxLive *live, const CbxBuffer *buffer)
{
    uint64_t last = buffer->logical + buffer->length - 1;
    uintptr_t va = (uintptr_t)buffer->va;
    uintptr_t va_last = va + (uintptr_t)buffer->length - 1;

    for (const CbxBuffer *b = live->first; b; b = b->next) {
        uintptr_t other = (uintptr_t)b->va;

        if (b == buffer) {
            continue;
        }
        if (b->logical <= last && b->logical + b->length - 1 >=
            buffer->logical) {
            return b;
        }
        if (other <= va_last && other + (uintptr_t)b->length - 1 >= va) {
            return b;
        }
    }
    return NULL;
}

bool cbx_live_page_below(const CbxLive *live, const CbxBuffer *buffer,
                         uint64_t *page)
{
    uint64_t first = claim_first(buffer);

    while (first) {
        uint64_t below = first - CBX_PAGE_SIZE;
        const CbxBuffer *owner = cbx_live_at(live, below);

        if (owner) {
            first = claim_first(owner);
        } else if (below >= INTERRUPT_RANGE_FIRST &&
                   below <= INTERRUPT_RANGE_LAST) {
            first = INTERRUPT_RANGE_FIRST;
        } else {
            *page = below;
            return true;
        }
    }
    return false;
}

bool cbx_live_page_above(const CbxLive *live, const CbxBuffer *buffer,
                         uint64_t last, uint64_t *page)
{
    uint64_t end = claim_end(buffer);

    while (end < last) {
        uint64_t above = end + 1;
        const CbxBuffer *owner = cbx_live_at(live, above);

        if (owner) {
            end = claim_end(owner);
        } else if (above >= INTERRUPT_RANGE_FIRST &&
                   above <= INTERRUPT_RANGE_LAST) {
            end = INTERRUPT_RANGE_LAST;
        } else {
            *page = above;
            return true;
        }
    }
    return false;
}
