/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical memory for the tests of the page walkers, and what they share. */
#ifndef CBX_TEST_WALK_H
#define CBX_TEST_WALK_H

#include <glib.h>

#include "walk.h"

/* Sparse: what was never put is no memory, unless its 4 KiB page is known. */
typedef struct WalkMemory {
    GHashTable *words;          /* address to value */
    GHashTable *pages;
} WalkMemory;

WalkMemory *walk_memory_new(void);
void walk_memory_free(WalkMemory *memory);
void walk_memory_put(WalkMemory *memory, uint64_t address, uint64_t value);
/* A CbxWalkRead; the rest of a page that has a word is 0. */
bool walk_memory_read(void *opaque, uint64_t address, uint64_t *value);

/* Asserts that the walk ended well, and how; @type is CBX_MEMTYPE_*. */
void walk_assert(CbxWalk walk, uint64_t physical, uint64_t page_size,
                 uint8_t type);

void walk_x86_tests(void);
void walk_arm_tests(void);

#endif /* CBX_TEST_WALK_H */
