/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's pattern, for each set of instructions that runs here, against
 * the definition byte by byte.
 */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "pattern.h"

#define SEED    0x5eedull
#define GUARD   0x5a
#define EDGE    64u
#define LONGEST (3 * CBX_PATTERN_BLOCK + 17)

static const uint64_t positions[] = {
    0, 1, 7, 8, 4093, UINT32_MAX - 100ull, 1ull << 40, UINT64_MAX - 700,
};

static const size_t lengths[] = {
    0, 1, 2, 7, 8, 9, 15, 511, 512, 513, 519, 520, 1024, 1031, LONGEST,
};

static uint8_t memory[EDGE + LONGEST + EDGE];

/* Any alignment in memory. */
static uint8_t *place(unsigned i)
{
    return memory + EDGE - i % 9;
}

/* Each start, length and position: the right bytes and not one more. */
static void writes_exactly_the_range(gconstpointer data)
{
    const CbxPatternCode *code = data;

    for (unsigned i = 0; i < G_N_ELEMENTS(positions); i++) {
        for (unsigned j = 0; j < G_N_ELEMENTS(lengths); j++) {
            uint8_t *at = place(i + j);

            memset(memory, GUARD, sizeof(memory));
            cbx_pattern_write(code, at, lengths[j], SEED, positions[i]);
            for (uint8_t *p = memory; p < memory + sizeof(memory); p++) {
                g_assert_cmphex(*p, ==, p < at || p >= at + lengths[j] ? GUARD :
                                cbx_pattern_byte(SEED, positions[i] +
                                                 (uint64_t)(p - at)));
            }
        }
    }
}

/* The first of two wrong bytes is found wherever it is, none outside. */
static void finds_the_first_difference(gconstpointer data)
{
    const CbxPatternCode *code = data;

    for (unsigned i = 0; i < G_N_ELEMENTS(positions); i++) {
        for (unsigned j = 0; j < G_N_ELEMENTS(lengths); j++) {
            size_t length = lengths[j];
            uint8_t *at = place(i + j);

            memset(memory, GUARD, sizeof(memory));
            for (size_t k = 0; k < length; k++) {
                at[k] = cbx_pattern_byte(SEED, positions[i] + k);
            }
            at[-1] = ~cbx_pattern_byte(SEED, positions[i] - 1);
            at[length] = ~cbx_pattern_byte(SEED, positions[i] + length);
            g_assert_cmpuint(cbx_pattern_match(code, at, length, SEED,
                                               positions[i]), ==, length);
            for (size_t k = 0; k < length; k++) {
                at[k] ^= 1u << k % 8;
                at[length - 1] ^= 0x80;
                g_assert_cmpuint(cbx_pattern_match(code, at, length, SEED,
                                                   positions[i]), ==,
                                 k == length - 1 && k % 8 == 7 ? length : k);
                at[length - 1] ^= 0x80;
                at[k] ^= 1u << k % 8;
            }
        }
    }
}

static void one_code_runs_everywhere(void)
{
    const CbxPatternCode *chosen = cbx_pattern_code();
    const CbxPatternCode *code = cbx_pattern_codes;

    g_assert_true(chosen->runs_here());
    while (code[1].name) {
        g_assert_true(code >= chosen || !code->runs_here());
        code++;
    }
    g_assert_true(code->runs_here());
}

static void add(const CbxPatternCode *code, const char *name,
                GTestDataFunc function)
{
    g_autofree char *path = g_strdup_printf("/device-pattern/%s/%s",
                                            code->name, name);

    g_test_add_data_func(path, code, function);
}

static void not_here(gconstpointer data)
{
    const CbxPatternCode *code = data;
    g_autofree char *text = g_strdup_printf("this processor has no %s",
                                            code->name);

    g_test_skip(text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/device-pattern/one-code-runs-everywhere",
                    one_code_runs_everywhere);
    for (const CbxPatternCode *c = cbx_pattern_codes; c->name; c++) {
        bool here = c->runs_here();

        add(c, "writes-exactly-the-range",
            here ? writes_exactly_the_range : not_here);
        add(c, "finds-the-first-difference",
            here ? finds_the_first_difference : not_here);
    }
    return g_test_run();
}
