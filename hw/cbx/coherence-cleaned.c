/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "coherence-cleaned.h"

#include <glib.h>

#include "coherence-lines.h"

enum {
    /* Of a leaf: a word for each page, with a bit for each line. */
    LEAF_BITS = 9,
    MIDDLE_BITS = 9,
    PAGE_BITS = 12,
    ROOT_BITS = CBX_CLEANED_BITS - MIDDLE_BITS - LEAF_BITS - PAGE_BITS,
};

G_STATIC_ASSERT(CBX_LINE_PAGE == 1u << PAGE_BITS);
G_STATIC_ASSERT(CBX_LINE_PAGE / CBX_LINE_SIZE == 64);

typedef struct Leaf {
    uint64_t lines[1 << LEAF_BITS];
} Leaf;

typedef struct Middle {
    Leaf *leaves[1 << MIDDLE_BITS];
} Middle;

struct CbxCleaned {
    Middle *middles[1 << ROOT_BITS];
};

static unsigned part_of(uint64_t address, unsigned shift, unsigned bits)
{
    return address >> shift & ((1u << bits) - 1);
}

/* What @slot points at; if nothing, @size bytes of zeros, or NULL for 0. */
static void *follow(void *slot, size_t size)
{
    void *there = g_atomic_pointer_get((void **)slot);
    void *fresh;

    if (there || !size) {
        return there;
    }
    fresh = g_malloc0(size);
    if (g_atomic_pointer_compare_and_exchange((void **)slot, NULL, fresh)) {
        return fresh;
    }
    g_free(fresh);
    return g_atomic_pointer_get((void **)slot);
}

/* The word of the address's page; NULL: nothing was ever added there. */
static uint64_t *word_of(const CbxCleaned *cleaned, uint64_t address,
                         bool create)
{
    unsigned shift = PAGE_BITS + LEAF_BITS;
    Middle *middle;
    Leaf *leaf;

    middle = follow((void *)&cleaned->middles[part_of(address,
                                                      shift + MIDDLE_BITS,
                                                      ROOT_BITS)],
                    create ? sizeof(*middle) : 0);
    if (!middle) {
        return NULL;
    }
    leaf = follow(&middle->leaves[part_of(address, shift, MIDDLE_BITS)],
                  create ? sizeof(*leaf) : 0);
    return leaf ? &leaf->lines[part_of(address, PAGE_BITS, LEAF_BITS)] : NULL;
}

static uint64_t bit_of(uint64_t address)
{
    return 1ull << (address % CBX_LINE_PAGE / CBX_LINE_SIZE);
}

void cbx_cleaned_add(CbxCleaned *cleaned, uint64_t address)
{
    if (!(address >> CBX_CLEANED_BITS)) {
        __atomic_fetch_or(word_of(cleaned, address, true), bit_of(address),
                          __ATOMIC_RELAXED);
    }
}

void cbx_cleaned_remove_page(CbxCleaned *cleaned, uint64_t address)
{
    uint64_t *word = address >> CBX_CLEANED_BITS
                     ? NULL : word_of(cleaned, address, false);

    if (word) {
        __atomic_store_n(word, 0, __ATOMIC_RELAXED);
    }
}

static bool has(const CbxCleaned *cleaned, uint64_t address)
{
    const uint64_t *word;

    if (address >> CBX_CLEANED_BITS) {
        return true;
    }
    word = word_of(cleaned, address, false);
    return word && __atomic_load_n(word, __ATOMIC_RELAXED) & bit_of(address);
}

uint64_t cbx_cleaned_gap(const CbxCleaned *cleaned, uint64_t *address,
                         uint64_t end)
{
    uint64_t at = *address & ~(uint64_t)(CBX_LINE_SIZE - 1);

    while (at < end && has(cleaned, at)) {
        at += CBX_LINE_SIZE;
    }
    *address = at;
    while (at < end && !has(cleaned, at)) {
        at += CBX_LINE_SIZE;
    }
    return at - *address;
}

CbxCleaned *cbx_cleaned_new(void)
{
    return g_new0(CbxCleaned, 1);
}

void cbx_cleaned_free(CbxCleaned *cleaned)
{
    for (unsigned i = 0; cleaned && i < G_N_ELEMENTS(cleaned->middles); i++) {
        Middle *middle = cleaned->middles[i];

        for (unsigned j = 0; middle && j < G_N_ELEMENTS(middle->leaves); j++) {
            g_free(middle->leaves[j]);
        }
        g_free(middle);
    }
    g_free(cleaned);
}
