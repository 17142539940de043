/* SPDX-License-Identifier: MIT */
#include "core/pattern.h"

#include "cbx/abi.h"
#include "core/access.h"

#define XXH_INLINE_ALL
#define XXH_VECTOR 0    /* XXH_SCALAR: no vector registers in a kernel */
#include "xxhash.h"

/* Bytes carried from shared memory to the checksum at a time. */
enum { CHECKSUM_CHUNK = 256 };

/* Eight bytes of the pattern from any position on. */
static uint64_t pattern_at(uint64_t seed, uint64_t position)
{
    unsigned shift = 8 * (unsigned)(position % 8);
    uint64_t low = cbx_pattern_word(seed, position / 8);

    if (!shift) {
        return low;
    }
    return low >> shift |
           cbx_pattern_word(seed, position / 8 + 1) << (64 - shift);
}

static void store(volatile void *at, unsigned size, uint64_t value)
{
    switch (size) {
    case 8:
        cbx_store64(at, value);
        break;
    case 4:
        cbx_store32(at, (uint32_t)value);
        break;
    case 2:
        cbx_store16(at, (uint16_t)value);
        break;
    default:
        cbx_store8(at, (uint8_t)value);
        break;
    }
}

static uint64_t load(const volatile void *at, unsigned size)
{
    switch (size) {
    case 8:
        return cbx_load64(at);
    case 4:
        return cbx_load32(at);
    case 2:
        return cbx_load16(at);
    default:
        return cbx_load8(at);
    }
}

void cbx_pattern_fill(volatile void *at, uint64_t length, uint64_t seed,
                      uint64_t position, uint64_t mask)
{
    volatile uint8_t *p = at;

    while (length) {
        unsigned size = cbx_access_size(p, length);

        store(p, size, pattern_at(seed, position) ^ mask);
        p += size;
        position += size;
        length -= size;
    }
}

uint64_t cbx_pattern_compare(const volatile void *at, uint64_t length,
                             uint64_t seed, uint64_t position, uint64_t mask)
{
    const volatile uint8_t *p = at;
    uint64_t offset = 0;

    while (offset < length) {
        unsigned size = cbx_access_size(p + offset, length - offset);
        uint64_t want = pattern_at(seed, position + offset) ^ mask;
        uint64_t differs = load(p + offset, size) ^ want;

        if (size < 8) {
            differs &= (UINT64_C(1) << 8 * size) - 1;
        }
        if (differs) {
            while (!(differs & 0xff)) {
                differs >>= 8;
                offset++;
            }
            return offset;
        }
        offset += size;
    }
    return CBX_PATTERN_SAME;
}

uint64_t cbx_pattern_checksum(const volatile void *at, uint64_t length)
{
    const volatile uint8_t *p = at;
    uint64_t chunk[CHECKSUM_CHUNK / 8];
    XXH64_state_t state;

    XXH64_reset(&state, 0);
    while (length) {
        uint64_t part = length < CHECKSUM_CHUNK ? length : CHECKSUM_CHUNK;

        for (uint64_t done = 0; done < part;) {
            unsigned size = cbx_access_size(p + done, part - done);
            uint64_t value = load(p + done, size);

            for (unsigned i = 0; i < size; i++) {
                ((uint8_t *)chunk)[done + i] = (uint8_t)(value >> 8 * i);
            }
            done += size;
        }
        XXH64_update(&state, chunk, (size_t)part);
        p += part;
        length -= part;
    }
    return XXH64_digest(&state);
}
