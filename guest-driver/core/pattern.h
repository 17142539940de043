/* SPDX-License-Identifier: MIT */
/* The test pattern of abi.h in memory shared with a device. */
#ifndef CBX_CORE_PATTERN_H
#define CBX_CORE_PATTERN_H

#include <stdint.h>

/* No byte differs. */
#define CBX_PATTERN_SAME UINT64_MAX

/*
 * XORed onto every 8 bytes: the plain pattern, or its complement, which
 * differs from it in each byte and so betrays a byte not transferred.
 */
#define CBX_PATTERN_PLAIN    UINT64_C(0)
#define CBX_PATTERN_INVERTED UINT64_MAX

/* Writes `length` bytes of the pattern from `position` on. */
void cbx_pattern_fill(volatile void *at, uint64_t length, uint64_t seed,
                      uint64_t position, uint64_t mask);

/* Offset from `at` of the first byte that differs, or CBX_PATTERN_SAME. */
uint64_t cbx_pattern_compare(const volatile void *at, uint64_t length,
                             uint64_t seed, uint64_t position, uint64_t mask);

/* XXH64 with the seed 0 of memory as the CPU sees it. */
uint64_t cbx_pattern_checksum(const volatile void *at, uint64_t length);

#endif /* CBX_CORE_PATTERN_H */
