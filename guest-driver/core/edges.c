/* SPDX-License-Identifier: MIT */
#include "core/edges.h"

#include "cbx/abi.h"

typedef enum Base {
    BASE_START,
    BASE_END,           /* one beyond the last byte */
    BASE_FIRST_PAGE,    /* first page crossing inside the buffer */
    BASE_LAST_PAGE,     /* last one */
    BASE_4GIB,          /* crossing of a multiple of 4 GiB */
} Base;

static const struct {
    Base base;
    int32_t delta;
    uint32_t length;
    const char *place;
} edges[] = {
    { BASE_START, 0, 1, "first byte" },
    { BASE_END, -1, 1, "last byte" },
    { BASE_START, 0, 2, "first two bytes" },
    { BASE_START, 1, 2, "misaligned by one" },
    { BASE_START, 3, 5, "odd length, misaligned" },
    { BASE_START, 7, 13, "odd length across words" },
    { BASE_START, 1, 63, "one short of a cache line" },
    { BASE_START, 5, 4091, "rest of the first page" },
    { BASE_FIRST_PAGE, -1, 1, "last byte of the first page" },
    { BASE_FIRST_PAGE, 0, 1, "first byte of the second page" },
    { BASE_FIRST_PAGE, -1, 2, "across the first page boundary" },
    { BASE_FIRST_PAGE, -3, 7, "odd length across a page boundary" },
    { BASE_FIRST_PAGE, -4095, 8190, "almost two pages" },
    { BASE_LAST_PAGE, -5, 9, "across the last page boundary" },
    { BASE_LAST_PAGE, -4095, 4096, "page length across the last boundary" },
    { BASE_4GIB, -1, 2, "across a 4 GiB boundary" },
    { BASE_4GIB, -511, 1021, "odd length across a 4 GiB boundary" },
    { BASE_END, -7, 7, "odd length up to the end" },
    { BASE_END, -4097, 4097, "more than a page up to the end" },
};

/* Offset of a base, 0 when the buffer has no such place (START has). */
static uint64_t base_offset(Base base, uint64_t logical, uint64_t length)
{
    const uint64_t four_gib = UINT64_C(1) << 32;
    uint64_t last = length - 1;
    uint64_t offset;

    switch (base) {
    case BASE_START:
        return 0;
    case BASE_END:
        return length;
    case BASE_FIRST_PAGE:
        offset = CBX_PAGE_SIZE - logical % CBX_PAGE_SIZE;
        break;
    case BASE_LAST_PAGE:
        offset = last - (logical + last) % CBX_PAGE_SIZE;
        return last >= (logical + last) % CBX_PAGE_SIZE ? offset : 0;
    default:
        offset = four_gib - logical % four_gib;
        break;
    }
    return offset <= last ? offset : 0;
}

bool cbx_edge_next(uint64_t logical, uint64_t length, unsigned *index,
                   CbxEdge *edge)
{
    while (*index < sizeof(edges) / sizeof(edges[0])) {
        unsigned i = (*index)++;
        uint64_t base = base_offset(edges[i].base, logical, length);
        uint64_t back = edges[i].delta < 0 ? (uint64_t)-edges[i].delta : 0;

        if ((!base && edges[i].base != BASE_START) || base < back) {
            continue;
        }
        edge->offset = base + (uint64_t)(int64_t)edges[i].delta;
        edge->length = edges[i].length;
        edge->place = edges[i].place;
        if (edge->offset < length && edge->length <= length - edge->offset) {
            return true;
        }
    }
    return false;
}
