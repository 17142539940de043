/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the test pattern of the ABI, as fast as the host's processor can.
 *
 * Knows nothing of QEMU, so that each set of instructions can be tested on a
 * machine that has it, not only the best one.
 */
#ifndef HW_CBX_PATTERN_H
#define HW_CBX_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are computed together. */
#define CBX_PATTERN_BLOCK   512u

/* The same code, compiled for one set of instructions. */
typedef struct CbxPatternCode {
    const char *name;
    bool (*runs_here)(void);
    /* @n blocks of the pattern from word @index on. */
    void (*fill)(uint8_t *to, size_t n, uint64_t seed, uint64_t index);
    /* Returns how many of @n blocks, up to the first that differs. */
    size_t (*match)(const uint8_t *from, size_t n, uint64_t seed,
                    uint64_t index);
} CbxPatternCode;

/* The best first; the last runs everywhere and is followed by no name. */
extern const CbxPatternCode cbx_pattern_codes[];

/* The first that runs here. */
const CbxPatternCode *cbx_pattern_code(void);

/* Write @length bytes of the pattern from byte @position on. */
void cbx_pattern_write(const CbxPatternCode *code, uint8_t *to, size_t length,
                       uint64_t seed, uint64_t position);

/* Returns how many bytes are the pattern's, up to the first that is not. */
size_t cbx_pattern_match(const CbxPatternCode *code, const uint8_t *from,
                         size_t length, uint64_t seed, uint64_t position);

#endif /* HW_CBX_PATTERN_H */
