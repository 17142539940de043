/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page walkers over tables built by hand. */
#include "test-walk.h"

#include "cbx/abi.h"

#define NAME(n, id, name) [n] = name,
static const char *const names[CBX_MEMTYPES] = { CBX_MEMTYPE_LIST(NAME) };
#undef NAME

WalkMemory *walk_memory_new(void)
{
    WalkMemory *memory = g_new(WalkMemory, 1);

    memory->words = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                          g_free);
    memory->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                          NULL);
    return memory;
}

void walk_memory_free(WalkMemory *memory)
{
    g_hash_table_unref(memory->words);
    g_hash_table_unref(memory->pages);
    g_free(memory);
}

static gpointer boxed(uint64_t value)
{
    gint64 *box = g_new(gint64, 1);

    *box = (gint64)value;
    return box;
}

void walk_memory_put(WalkMemory *memory, uint64_t address, uint64_t value)
{
    g_assert_cmpuint(address % 8, ==, 0);
    g_hash_table_insert(memory->words, boxed(address), boxed(value));
    g_hash_table_add(memory->pages, boxed(address / 4096));
}

bool walk_memory_read(void *opaque, uint64_t address, uint64_t *value)
{
    WalkMemory *memory = opaque;
    uint64_t page = address / 4096;
    const gint64 *word = g_hash_table_lookup(memory->words, &address);

    g_assert_cmpuint(address % 8, ==, 0);
    *value = word ? (uint64_t)*word : 0;
    return g_hash_table_contains(memory->pages, &page);
}

void walk_assert(CbxWalk walk, uint64_t physical, uint64_t page_size,
                 uint8_t type)
{
    g_assert_cmpint(walk.status, ==, CBX_WALK_OK);
    g_assert_cmphex(walk.physical, ==, physical);
    g_assert_cmphex(walk.page_size, ==, page_size);
    g_assert_cmpuint(walk.type, <, CBX_MEMTYPES);
    g_assert_cmpstr(names[walk.type], ==, names[type]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    walk_x86_tests();
    walk_arm_tests();
    return g_test_run();
}
