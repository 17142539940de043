/* SPDX-License-Identifier: MIT */
/*
 * Loads and stores for memory shared with a device.
 *
 * A common buffer may be mapped as Device memory (arm64, uncached), where an
 * access that is not naturally aligned faults. Whatever touches a buffer or a
 * BAR in the core goes through these; there is no memcpy for such memory.
 *
 * With CBX_ACCESS_GUARD every access is first shown to cbx_access_guard(),
 * which the unit tests define to catch what would fault on real hardware.
 */
#ifndef CBX_CORE_ACCESS_H
#define CBX_CORE_ACCESS_H

#include <stdint.h>

#ifdef CBX_ACCESS_GUARD
void cbx_access_guard(const volatile void *address, unsigned size, int write);
#else
static inline void cbx_access_guard(const volatile void *address,
                                    unsigned size, int write)
{
    (void)address;
    (void)size;
    (void)write;
}
#endif

#define CBX_ACCESS_(bits) \
    static inline uint##bits##_t cbx_load##bits(const volatile void *p) \
    { \
        cbx_access_guard(p, bits / 8, 0); \
        return *(const volatile uint##bits##_t *)p; \
    } \
    static inline void cbx_store##bits(volatile void *p, uint##bits##_t value) \
    { \
        cbx_access_guard(p, bits / 8, 1); \
        *(volatile uint##bits##_t *)p = value; \
    }
CBX_ACCESS_(8)
CBX_ACCESS_(16)
CBX_ACCESS_(32)
CBX_ACCESS_(64)
#undef CBX_ACCESS_

/* Largest access, in bytes, that is aligned at p and fits the length. */
static inline unsigned cbx_access_size(const volatile void *p, uint64_t length)
{
    unsigned size = 8;

    while (((uintptr_t)p & (size - 1)) || size > length) {
        size /= 2;
    }
    return size;
}

#endif /* CBX_CORE_ACCESS_H */
