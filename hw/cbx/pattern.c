/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pattern.h"

#include <string.h>

#include "cbx/abi.h"

enum { BLOCK_WORDS = CBX_PATTERN_BLOCK / 8 };

/* To be compiled anew for each set of instructions. */
#define INLINE inline __attribute__((always_inline))

static INLINE uint64_t little_endian(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(word);
#else
    return word;
#endif
}

static INLINE uint64_t load(const uint8_t *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
    return little_endian(word);
}

static INLINE void store(uint8_t *to, uint64_t word)
{
    word = little_endian(word);
    memcpy(to, &word, sizeof(word));
}

/*
 * The inner loops run a fixed number of times and have no other exit: what a
 * compiler needs to see to take several words at once.
 */

static INLINE void fill_blocks(uint8_t *to, size_t n, uint64_t seed,
                               uint64_t index)
{
    for (; n; n--, to += CBX_PATTERN_BLOCK, index += BLOCK_WORDS) {
        for (unsigned i = 0; i < BLOCK_WORDS; i++) {
            store(to + 8 * i, cbx_pattern_word(seed, index + i));
        }
    }
}

static INLINE size_t match_blocks(const uint8_t *from, size_t n, uint64_t seed,
                                  uint64_t index)
{
    for (size_t block = 0; block < n; block++) {
        uint64_t differs = 0;

        for (unsigned i = 0; i < BLOCK_WORDS; i++) {
            differs |= load(from + 8 * i) ^ cbx_pattern_word(seed, index + i);
        }
        if (differs) {
            return block;
        }
        from += CBX_PATTERN_BLOCK;
        index += BLOCK_WORDS;
    }
    return n;
}

/* ---- For each set of instructions -------------------------------------- */

#define CODE(name, attribute, condition) \
    static bool runs_##name(void) \
    { \
        return condition; \
    } \
    static void attribute fill_##name(uint8_t *to, size_t n, uint64_t seed, \
                                      uint64_t index) \
    { \
        fill_blocks(to, n, seed, index); \
    } \
    static size_t attribute match_##name(const uint8_t *from, size_t n, \
                                         uint64_t seed, uint64_t index) \
    { \
        return match_blocks(from, n, seed, index); \
    }
#define ENTRY(name) { #name, runs_##name, fill_##name, match_##name }

#ifdef __x86_64__
/* It has a 64-bit multiplication of vectors; AVX2 gains nothing. */
CODE(avx512, __attribute__((target("avx512f,avx512dq"))),
     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
#endif
CODE(plain, , true)

const CbxPatternCode cbx_pattern_codes[] = {
#ifdef __x86_64__
    ENTRY(avx512),
#endif
    ENTRY(plain),
    { NULL }
};

const CbxPatternCode *cbx_pattern_code(void)
{
    const CbxPatternCode *code = cbx_pattern_codes;

    while (!code->runs_here()) {
        code++;
    }
    return code;
}

/* ---- Any range --------------------------------------------------------- */

/* A range as bytes up to where a word begins, blocks, words, and bytes. */
typedef struct Parts {
    size_t head, blocks, words, tail;
} Parts;

static Parts split(size_t length, uint64_t position)
{
    Parts p = { .head = -position % 8 };

    if (p.head > length) {
        p.head = length;
    }
    length -= p.head;
    p.blocks = length / CBX_PATTERN_BLOCK;
    p.words = length % CBX_PATTERN_BLOCK / 8;
    p.tail = length % 8;
    return p;
}

static void fill_bytes(uint8_t *to, size_t length, uint64_t seed,
                       uint64_t position)
{
    for (size_t i = 0; i < length; i++) {
        to[i] = cbx_pattern_byte(seed, position + i);
    }
}

static size_t match_bytes(const uint8_t *from, size_t length, uint64_t seed,
                          uint64_t position)
{
    size_t i = 0;

    while (i < length && from[i] == cbx_pattern_byte(seed, position + i)) {
        i++;
    }
    return i;
}

static size_t match_words(const uint8_t *from, size_t n, uint64_t seed,
                          uint64_t index)
{
    for (size_t i = 0; i < n; i++) {
        if (load(from + 8 * i) != cbx_pattern_word(seed, index + i)) {
            return i;
        }
    }
    return n;
}

static void write_run(const CbxPatternCode *code, uint8_t *to, size_t length,
                      uint64_t seed, uint64_t position)
{
    Parts p = split(length, position);
    uint64_t index = (position + p.head) / 8;

    fill_bytes(to, p.head, seed, position);
    to += p.head;
    code->fill(to, p.blocks, seed, index);
    to += p.blocks * CBX_PATTERN_BLOCK;
    index += p.blocks * BLOCK_WORDS;
    for (size_t i = 0; i < p.words; i++, to += 8) {
        store(to, cbx_pattern_word(seed, index++));
    }
    fill_bytes(to, p.tail, seed, 8 * index);
}

static size_t match_run(const CbxPatternCode *code, const uint8_t *from,
                        size_t length, uint64_t seed, uint64_t position)
{
    Parts p = split(length, position);
    size_t done = match_bytes(from, p.head, seed, position);
    size_t n;

    if (done < p.head) {
        return done;
    }
    n = code->match(from + done, p.blocks, seed, (position + done) / 8);
    done += n * CBX_PATTERN_BLOCK;
    if (n < p.blocks) {
        p.words = BLOCK_WORDS;
    }
    n = match_words(from + done, p.words, seed, (position + done) / 8);
    done += 8 * n;
    return done + match_bytes(from + done, n < p.words ? 8 : p.tail, seed,
                              position + done);
}

/* How many bytes there are before the position turns to 0 again. */
static size_t run(size_t length, uint64_t position)
{
    return position && length > -position ? -position : length;
}

void cbx_pattern_write(const CbxPatternCode *code, uint8_t *to, size_t length,
                       uint64_t seed, uint64_t position)
{
    size_t first = run(length, position);

    write_run(code, to, first, seed, position);
    write_run(code, to + first, length - first, seed, 0);
}

size_t cbx_pattern_match(const CbxPatternCode *code, const uint8_t *from,
                         size_t length, uint64_t seed, uint64_t position)
{
    size_t first = run(length, position);
    size_t done = match_run(code, from, first, seed, position);

    return done < first ? done
                        : done + match_run(code, from + done, length - done,
                                           seed, 0);
}
