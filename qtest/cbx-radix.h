/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translation tables as most IOMMUs have them: a tree of 4 KiB tables of 512
 * 64-bit entries. What the bits of an entry mean is the caller's.
 */
#ifndef QTEST_CBX_RADIX_H
#define QTEST_CBX_RADIX_H

#include "libqtest.h"
#include "libqos/libqos-malloc.h"

#define RADIX_PAGE      0x1000ull
#define RADIX_BLOCK     0x200000ull     /* one entry of level 1 */
#define RADIX_ADDRESS   0x000ffffffffff000ull

typedef struct QRadixFormat {
    unsigned levels;

    /*
     * The entry in a table of @level (0: its entries are pages) that leads to
     * the @next table, or to the memory at @page with CBX_RIGHT_* @rights.
     */
    uint64_t (*table)(uint64_t next, unsigned level);
    uint64_t (*leaf)(uint64_t page, unsigned level, unsigned rights);
} QRadixFormat;

typedef struct QRadix {
    const QRadixFormat *format;
    QTestState *qts;
    QGuestAllocator *alloc;
    uint64_t root;              /* guest physical address */
    uint64_t bias;              /* added to every address in an entry */
} QRadix;

/* A page of guest memory, zeroed. */
uint64_t radix_table(QTestState *qts, QGuestAllocator *alloc);

void radix_start(QRadix *r, const QRadixFormat *format, QTestState *qts,
                 QGuestAllocator *alloc);

/* Map RADIX_PAGE << (9 * @level) bytes. Replaces what was mapped. */
void radix_map(QRadix *r, uint64_t address, uint64_t to, unsigned level,
               unsigned rights);
void radix_unmap(QRadix *r, uint64_t address, unsigned level);

/* The entry for @address in its table of @level. */
uint64_t radix_entry(QRadix *r, uint64_t address, unsigned level);

#endif
