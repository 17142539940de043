/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include "cbx/abi.h"

/*
 * Lengths: one byte, one page, one byte more, what a ring takes, and enough
 * that no system finds it in one piece by luck. Limits: 2^n - 1, which may be
 * read as inclusive or exclusive.
 */
enum {
    BYTE = 1,
    PAGE = 4096,
    PAGE_AND_BYTE = 4097,
    RING = 64 * 1024,
    LARGE = PLAN_LENGTH_SURE,
    HUGE = PLAN_LENGTH_MAX,
};

#define BELOW_4_GIB  0xffffffffull
#define BELOW_16_MIB 0x00ffffffull

#define FROM_16_MIB  0x01000000ull
#define FROM_4_GIB   0x100000000ull

#define COMMON(kind, length, ...) \
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER, .Adapter = Adapter##kind, \
      .Length = length, .Elements = 1, ##__VA_ARGS__ }
#define COMMON_EX(length, ...) \
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_EX, .Adapter = AdapterWidest, \
      .Length = length, .Elements = 1, ##__VA_ARGS__ }
#define BOUNDS(length, ...) \
    { .Api = CBX_API_ALLOCATE_WITH_BOUNDS, .Adapter = AdapterWidest, \
      .Length = length, .Elements = 1, ##__VA_ARGS__ }
#define DOMAIN(length, ...) \
    { .Api = CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER, \
      .Adapter = AdapterWidest, .Length = length, .Elements = 1, \
      ##__VA_ARGS__ }
#define HAL(kind, length, ...) \
    { .Api = CBX_API_HAL_ALLOCATE_COMMON_BUFFER, .Adapter = Adapter##kind, \
      .Length = length, .Elements = 1, ##__VA_ARGS__ }
#define FROM_MDL(length, ...) \
    { .Api = CBX_API_CREATE_COMMON_BUFFER_FROM_MDL, \
      .Adapter = AdapterWidest, .Length = length, .Elements = 1, \
      ##__VA_ARGS__ }
#define VECTOR(elements, length, ...) \
    { .Api = CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR, \
      .Adapter = AdapterWidest, .Length = length, .Elements = elements, \
      ##__VA_ARGS__ }

const CBX_REQUEST Plan[] = {
    COMMON(Widest, BYTE),
    COMMON(Widest, PAGE),
    COMMON(Widest, PAGE_AND_BYTE),
    COMMON(Widest, RING),
    COMMON(Widest, LARGE),
    COMMON(Widest, PAGE, .Uncached = TRUE),
    COMMON(Widest, RING, .Uncached = TRUE),
    COMMON(Width32, PAGE_AND_BYTE),
    COMMON(Width32, RING),
    COMMON(Flags32, BYTE),
    COMMON(Flags32, RING),
    COMMON(Version1, PAGE_AND_BYTE),
    COMMON(Version0, RING),

    COMMON_EX(BYTE),
    COMMON_EX(PAGE),
    COMMON_EX(PAGE_AND_BYTE),
    COMMON_EX(RING),
    COMMON_EX(LARGE),
    COMMON_EX(HUGE),
    COMMON_EX(PAGE_AND_BYTE, .Uncached = TRUE),
    COMMON_EX(RING, .Uncached = TRUE),
    COMMON_EX(PAGE, .Maximum = BELOW_4_GIB),
    COMMON_EX(RING, .Maximum = BELOW_4_GIB, .Uncached = TRUE),
    COMMON_EX(BYTE, .Maximum = BELOW_16_MIB),
    COMMON_EX(RING, .Maximum = BELOW_16_MIB),
    COMMON_EX(PAGE_AND_BYTE, .Maximum = BELOW_16_MIB, .Uncached = TRUE),
    COMMON_EX(BYTE, .Node = 1),
    COMMON_EX(LARGE, .Node = 1),
    COMMON_EX(RING, .Node = 1, .Uncached = TRUE),

    VECTOR(4, PAGE, .ElementsFirst = TRUE),
    VECTOR(4, RING),
    VECTOR(3, PAGE, .Uncached = TRUE, .ElementsFirst = TRUE),
    VECTOR(2, RING, .Maximum = BELOW_4_GIB, .Uncached = TRUE),
    VECTOR(2, PAGE, .Maximum = BELOW_16_MIB),
    VECTOR(3, PAGE, .Node = 1),
    VECTOR(2, RING, .Node = 1, .Uncached = TRUE, .ElementsFirst = TRUE),

    BOUNDS(BYTE, .DefaultCache = TRUE),
    BOUNDS(PAGE_AND_BYTE),
    BOUNDS(RING, .Uncached = TRUE),
    BOUNDS(PAGE, .Maximum = BELOW_16_MIB),
    BOUNDS(PAGE_AND_BYTE, .Minimum = FROM_16_MIB),
    BOUNDS(RING, .Minimum = FROM_16_MIB, .Maximum = BELOW_4_GIB,
           .DefaultCache = TRUE),
    BOUNDS(RING, .Minimum = FROM_16_MIB, .Maximum = BELOW_4_GIB,
           .Uncached = TRUE),
    BOUNDS(PAGE_AND_BYTE, .Minimum = FROM_4_GIB),
    BOUNDS(RING, .Node = 1),
    BOUNDS(PAGE, .Node = 1, .Uncached = TRUE),

    DOMAIN(BYTE, .DefaultCache = TRUE),
    DOMAIN(PAGE_AND_BYTE),
    DOMAIN(RING, .Uncached = TRUE),
    DOMAIN(PAGE, .Maximum = BELOW_16_MIB),
    DOMAIN(RING, .Maximum = BELOW_16_MIB, .Uncached = TRUE),
    DOMAIN(RING, .Node = 1),
    DOMAIN(PAGE_AND_BYTE, .Node = 1, .Uncached = TRUE),

    FROM_MDL(PAGE),
    FROM_MDL(RING),
    FROM_MDL(LARGE),
    FROM_MDL(PAGE, .SubSection = TRUE),
    FROM_MDL(RING, .Maximum = BELOW_16_MIB),
    FROM_MDL(PAGE, .Minimum = FROM_16_MIB, .ReadWrite = TRUE),
    FROM_MDL(RING, .Minimum = FROM_16_MIB, .Maximum = BELOW_4_GIB,
             .SubSection = TRUE, .ReadWrite = TRUE),

    HAL(Widest, BYTE),
    HAL(Widest, RING, .Uncached = TRUE),
    HAL(Width32, PAGE),
    HAL(Version0, PAGE_AND_BYTE),
};

const ULONG PlanLength = ARRAYSIZE(Plan);
