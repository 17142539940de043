/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: checksums that migrate.
 *
 * The library has no call for this and names the members of its state anew
 * from version to version, but their order is the same in all: bytes so far,
 * lanes, pending input, its length.
 */
#include "qemu/osdep.h"
#include "cbx.h"

typedef struct CbxHashLayout {
    uint64_t total;
    CbxHashState state;
    uint32_t n_pending;
    uint32_t unused;
    uint64_t unused2;
} CbxHashLayout;

QEMU_BUILD_BUG_ON(sizeof(CbxHashLayout) != sizeof(XXH64_state_t));

void cbx_hash_save(const XXH64_state_t *hash, CbxHashState *saved)
{
    CbxHashLayout layout;

    memcpy(&layout, hash, sizeof(layout));
    *saved = layout.state;
}

void cbx_hash_load(XXH64_state_t *hash, const CbxHashState *saved,
                   uint64_t length)
{
    CbxHashLayout layout = {
        .total = length,
        .state = *saved,
        .n_pending = length % sizeof(saved->pending),
    };

    memcpy(hash, &layout, sizeof(layout));
}
