/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/access.h"
#include "core/pattern.h"

#define XXH_INLINE_ALL
#include "xxhash.h"

static unsigned misaligned;

void cbx_access_guard(const volatile void *p, unsigned size, int write)
{
    (void)write;
    misaligned += (uintptr_t)p % size != 0;
}

/* The first outputs that the authors of SplitMix64 publish for a seed. */
static void splitmix64_has_the_published_values(void)
{
    static const struct {
        uint64_t seed;
        uint64_t words[5];
    } known[] = {
        { 0, { 0xe220a8397b1dcdafull, 0x6e789e6aa1b965f4ull,
               0x06c45d188009454full, 0xf88bb8a8724c81ecull,
               0x1b39896a51a8749bull } },
        { 1234567, { 6457827717110365317ull, 3203168211198807973ull,
                     9817491932198370423ull, 4593380528125082431ull,
                     16408922859458223821ull } },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        for (unsigned j = 0; j < G_N_ELEMENTS(known[i].words); j++) {
            g_assert_cmphex(cbx_pattern_word(known[i].seed, j), ==,
                            known[i].words[j]);
        }
    }
}

static void bytes_are_the_words_lowest_first(void)
{
    for (unsigned p = 0; p < 64; p++) {
        g_assert_cmphex(cbx_pattern_byte(7, p), ==,
                        cbx_pattern_word(7, p / 8) >> 8 * (p % 8) & 0xff);
    }
}

/* XXH64 of texts, as in the test suites of xxHash and its ports. */
static void xxh64_has_the_published_values(void)
{
    static const struct {
        const char *text;
        uint64_t sum;
    } known[] = {
        { "", 0xef46db3751d8e999ull },
        { "a", 0xd24ec4f1a98c6e5bull },
        { "abc", 0x44bc2cf5ad770999ull },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        g_assert_cmphex(cbx_pattern_checksum(known[i].text,
                                             strlen(known[i].text)), ==,
                        known[i].sum);
    }
}

#define ROOM 96u

/* Each start, length and position: the right bytes and not one more. */
static void fill_writes_exactly_the_range(void)
{
    uint8_t memory[ROOM] __attribute__((aligned(8)));

    for (unsigned start = 8; start < 16; start++) {
        for (unsigned length = 0; length < 40; length++) {
            for (unsigned position = 0; position < 9; position++) {
                memset(memory, 0x5a, ROOM);
                cbx_pattern_fill(memory + start, length, 99, position,
                                 CBX_PATTERN_INVERTED);
                for (unsigned i = 0; i < ROOM; i++) {
                    uint8_t want = 0x5a;

                    if (i >= start && i < start + length) {
                        want = (uint8_t)~cbx_pattern_byte(99, position + i -
                                                          start);
                    }
                    g_assert_cmphex(memory[i], ==, want);
                }
            }
        }
    }
    g_assert_cmpuint(misaligned, ==, 0);
}

static void compare_finds_each_single_bit(void)
{
    uint8_t memory[ROOM] __attribute__((aligned(8)));

    for (unsigned start = 8; start < 16; start++) {
        for (unsigned length = 1; length < 35; length++) {
            cbx_pattern_fill(memory + start, length, 3, 5, CBX_PATTERN_PLAIN);
            g_assert_cmpuint(cbx_pattern_compare(memory + start, length, 3, 5,
                                                 CBX_PATTERN_PLAIN), ==,
                             CBX_PATTERN_SAME);
            for (unsigned bit = 0; bit < 8 * length; bit++) {
                memory[start + bit / 8] ^= 1u << bit % 8;
                g_assert_cmpuint(cbx_pattern_compare(memory + start, length, 3,
                                                     5, CBX_PATTERN_PLAIN), ==,
                                 bit / 8);
                memory[start + bit / 8] ^= 1u << bit % 8;
            }
        }
    }
    g_assert_cmpuint(misaligned, ==, 0);
}

static void compare_ignores_what_is_outside(void)
{
    uint8_t memory[ROOM] __attribute__((aligned(8)));

    memset(memory, 0x5a, ROOM);
    cbx_pattern_fill(memory + 11, 20, 3, 0, CBX_PATTERN_PLAIN);
    memory[10] ^= 0xff;
    memory[31] ^= 0xff;
    g_assert_cmpuint(cbx_pattern_compare(memory + 11, 20, 3, 0,
                                         CBX_PATTERN_PLAIN), ==,
                     CBX_PATTERN_SAME);
}

static void checksum_is_that_of_the_library(void)
{
    g_autofree uint8_t *memory = g_malloc(5000);

    cbx_pattern_fill(memory, 5000, 1, 0, CBX_PATTERN_PLAIN);
    for (unsigned start = 0; start < 9; start++) {
        for (unsigned length = 0; length < 5000 - 9; length += 127) {
            g_assert_cmphex(cbx_pattern_checksum(memory + start, length), ==,
                            XXH64(memory + start, length, 0));
        }
    }
    g_assert_cmpuint(misaligned, ==, 0);
}

/* The guard itself must be able to fail. */
static void guard_sees_a_misaligned_access(void)
{
    uint64_t words[2] = { 0, 0 };

    misaligned = 0;
    (void)cbx_load32((uint8_t *)words + 2);
    g_assert_cmpuint(misaligned, ==, 1);
    cbx_store16((uint8_t *)words + 1, 0);
    g_assert_cmpuint(misaligned, ==, 2);
    misaligned = 0;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pattern/splitmix64-has-the-published-values",
                    splitmix64_has_the_published_values);
    g_test_add_func("/pattern/bytes-are-the-words-lowest-first",
                    bytes_are_the_words_lowest_first);
    g_test_add_func("/pattern/xxh64-has-the-published-values",
                    xxh64_has_the_published_values);
    g_test_add_func("/pattern/fill-writes-exactly-the-range",
                    fill_writes_exactly_the_range);
    g_test_add_func("/pattern/compare-finds-each-single-bit",
                    compare_finds_each_single_bit);
    g_test_add_func("/pattern/compare-ignores-what-is-outside",
                    compare_ignores_what_is_outside);
    g_test_add_func("/pattern/checksum-is-that-of-the-library",
                    checksum_is_that_of_the_library);
    g_test_add_func("/pattern/guard-sees-a-misaligned-access",
                    guard_sees_a_misaligned_access);
    return g_test_run();
}
