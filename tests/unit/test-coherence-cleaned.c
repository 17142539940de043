/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines count as cleaned: against a table of all of them. */
#include <glib.h>

#include "coherence-cleaned.h"
#include "coherence-lines.h"

#define ADDRESSES (UINT64_C(1) << CBX_CLEANED_BITS)

static void nothing_is_cleaned_at_first(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    uint64_t at = 0x40000000;

    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, at + 0x10000), ==, 0x10000);
    g_assert_cmphex(at, ==, 0x40000000);
    cbx_cleaned_free(cleaned);
}

static void a_line_counts_whole_and_alone(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    uint64_t at = 0x1000;

    cbx_cleaned_add(cleaned, 0x107f);
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, 0x2000), ==, 64);
    g_assert_cmphex(at, ==, 0x1000);
    at = 0x1040;
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, 0x2000), ==, 0x1000 - 128);
    g_assert_cmphex(at, ==, 0x1080);
    at = 0x1041;
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, 0x1080), ==, 0);
    cbx_cleaned_free(cleaned);
}

/* A buffer's first and last bytes need not start or end a line. */
static void parts_of_lines_are_lines(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    uint64_t at = 0x1021;

    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, 0x1022), ==, 64);
    g_assert_cmphex(at, ==, 0x1000);
    cbx_cleaned_free(cleaned);
}

static void a_page_may_be_forgotten(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    uint64_t at = 0x1000;

    for (uint64_t line = 0x1000; line < 0x4000; line += 64) {
        cbx_cleaned_add(cleaned, line);
    }
    cbx_cleaned_remove_page(cleaned, 0x2345);
    cbx_cleaned_remove_page(cleaned, 0x7777000);
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, 0x4000), ==, 0x1000);
    g_assert_cmphex(at, ==, 0x2000);
    cbx_cleaned_free(cleaned);
}

static void beyond_the_last_address_nothing_is_known(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    uint64_t at = ADDRESSES - 128;

    cbx_cleaned_add(cleaned, ADDRESSES);
    cbx_cleaned_add(cleaned, UINT64_MAX);
    cbx_cleaned_remove_page(cleaned, UINT64_MAX);
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, ADDRESSES + 4096), ==, 128);
    cbx_cleaned_add(cleaned, ADDRESSES - 64);
    at = ADDRESSES - 64;
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, ADDRESSES + 4096), ==, 0);
    cbx_cleaned_free(cleaned);
}

/* Windows on both sides of where the tree branches. */
static void random_lines(void)
{
    static const uint64_t starts[] = {
        0, 0x1ff000, 0x3fffe000, UINT64_C(0x7fffff000), ADDRESSES - 0x4000,
    };
    enum { LINES = 0x4000 / 64 };
    CbxCleaned *cleaned = cbx_cleaned_new();
    bool known[G_N_ELEMENTS(starts)][LINES] = { { false } };

    for (unsigned n = 0; n < 20000; n++) {
        unsigned i = g_test_rand_int_range(0, G_N_ELEMENTS(starts));
        unsigned line = g_test_rand_int_range(0, LINES);

        if (g_test_rand_int_range(0, 100)) {
            cbx_cleaned_add(cleaned, starts[i] + line * 64 +
                            g_test_rand_int_range(0, 64));
            known[i][line] = true;
        } else {
            cbx_cleaned_remove_page(cleaned, starts[i] + line * 64);
            for (unsigned j = line / 64 * 64; j < line / 64 * 64 + 64; j++) {
                known[i][j] = false;
            }
        }
        if (n % 16 == 0) {
            uint64_t at = starts[i] + line * 64;
            uint64_t end = starts[i] + LINES * 64;
            unsigned first = line, last;
            uint64_t length = cbx_cleaned_gap(cleaned, &at, end);

            while (first < LINES && known[i][first]) {
                first++;
            }
            for (last = first; last < LINES && !known[i][last]; last++) {
                continue;
            }
            g_assert_cmphex(at, ==, starts[i] + first * 64);
            g_assert_cmpuint(length, ==, (last - first) * 64);
        }
    }
    cbx_cleaned_free(cleaned);
}

typedef struct Part {
    CbxCleaned *cleaned;
    unsigned first;
} Part;

enum { THREADS = 4, SHARED = 0x400000 / 64 };

static gpointer add_every_fourth(gpointer data)
{
    const Part *part = data;

    for (unsigned line = part->first; line < SHARED; line += THREADS) {
        cbx_cleaned_add(part->cleaned, (uint64_t)line * 64);
    }
    return NULL;
}

static void threads_lose_nothing(void)
{
    CbxCleaned *cleaned = cbx_cleaned_new();
    GThread *threads[THREADS];
    Part parts[THREADS];
    uint64_t at = 0;

    for (unsigned i = 0; i < THREADS; i++) {
        parts[i] = (Part) { cleaned, i };
        threads[i] = g_thread_new("add", add_every_fourth, &parts[i]);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
    }
    g_assert_cmpuint(cbx_cleaned_gap(cleaned, &at, SHARED * 64ull), ==, 0);
    cbx_cleaned_free(cleaned);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cleaned/" #name, name)
    TEST(nothing_is_cleaned_at_first);
    TEST(a_line_counts_whole_and_alone);
    TEST(parts_of_lines_are_lines);
    TEST(a_page_may_be_forgotten);
    TEST(beyond_the_last_address_nothing_is_known);
    TEST(random_lines);
    TEST(threads_lose_nothing);
    return g_test_run();
}
