/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translation tables for the tests of IOMMUs.
 */
#include "qemu/osdep.h"
#include "cbx-radix.h"

uint64_t radix_table(QTestState *qts, QGuestAllocator *alloc)
{
    uint64_t table = guest_alloc(alloc, RADIX_PAGE);

    qtest_memset(qts, table, 0, RADIX_PAGE);
    return table;
}

void radix_start(QRadix *r, const QRadixFormat *format, QTestState *qts,
                 QGuestAllocator *alloc)
{
    *r = (QRadix) {
        .format = format,
        .qts = qts,
        .alloc = alloc,
        .root = radix_table(qts, alloc),
    };
}

/* Where the entry for @address in its table of @level is. */
static uint64_t entry_at(QRadix *r, uint64_t address, unsigned level)
{
    uint64_t table = r->root;

    for (unsigned at = r->format->levels - 1;; at--) {
        uint64_t place = table + 8 * (address >> (12 + 9 * at) & 511);
        uint64_t entry;

        if (at == level) {
            return place;
        }
        entry = qtest_readq(r->qts, place);
        if (entry) {
            table = (entry & RADIX_ADDRESS) - r->bias;
        } else {
            table = radix_table(r->qts, r->alloc);
            qtest_writeq(r->qts, place, r->format->table(table + r->bias, at));
        }
    }
}

void radix_map(QRadix *r, uint64_t address, uint64_t to, unsigned level,
               unsigned rights)
{
    qtest_writeq(r->qts, entry_at(r, address, level),
                 r->format->leaf(to + r->bias, level, rights));
}

void radix_unmap(QRadix *r, uint64_t address, unsigned level)
{
    qtest_writeq(r->qts, entry_at(r, address, level), 0);
}

uint64_t radix_entry(QRadix *r, uint64_t address, unsigned level)
{
    return qtest_readq(r->qts, entry_at(r, address, level));
}
