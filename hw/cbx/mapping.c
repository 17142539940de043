/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: walks of the page tables in guest memory.
 */
#include "qemu/osdep.h"
#include "cbx.h"
#include "mapping.h"

void cbx_mapping_start(CbxMapping *m)
{
    *m = (CbxMapping) { .type = CBX_MEMTYPE_UNKNOWN };
    cbx_cpu_mmu(&m->mmu);
}

/* The guest chooses the address: what is not RAM could do something. */
static bool cbx_mapping_read(void *opaque, uint64_t address, uint64_t *value)
{
    hwaddr length = sizeof(*value);
    hwaddr offset;
    MemoryRegion *mr;
    MemTxResult result;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(&address_space_memory, address, &offset,
                                 &length, false, MEMTXATTRS_UNSPECIFIED);
    if (length < sizeof(*value) || !memory_region_is_ram(mr) ||
        memory_region_is_ram_device(mr)) {
        return false;
    }
    *value = address_space_ldq_le(&address_space_memory, address,
                                  MEMTXATTRS_UNSPECIFIED, &result);
    return result == MEMTX_OK;
}

static CbxWalk cbx_walk(const CbxCpuMmu *mmu, uint64_t va)
{
    switch (mmu->kind) {
    case CBX_CPU_X86:
        return cbx_walk_x86(&mmu->x86, va, cbx_mapping_read, NULL);
    case CBX_CPU_ARM:
        return cbx_walk_arm(&mmu->arm, va, cbx_mapping_read, NULL);
    default:
        return (CbxWalk) { .status = CBX_WALK_UNSUPPORTED };
    }
}

static uint8_t cbx_types_join(uint8_t a, uint8_t b)
{
    static const uint8_t first[] = {
        CBX_MEMTYPE_UNMAPPED, CBX_MEMTYPE_UNKNOWN
    };

    for (unsigned i = 0; i < ARRAY_SIZE(first); i++) {
        if (a == first[i] || b == first[i]) {
            return first[i];
        }
    }
    return a == b ? a : CBX_MEMTYPE_MIXED;
}

CbxWalk cbx_mapping_walk(CbxMapping *m, uint64_t va)
{
    CbxWalk w = cbx_walk(&m->mmu, va);

    if (w.status != CBX_WALK_OK) {
        w.type = w.status == CBX_WALK_UNSUPPORTED ? CBX_MEMTYPE_UNKNOWN
                                                  : CBX_MEMTYPE_UNMAPPED;
        w.page_type = w.type;
    }
    m->type = m->begun ? cbx_types_join(m->type, w.type) : w.type;
    m->page_type = m->begun ? cbx_types_join(m->page_type, w.page_type)
                            : w.page_type;
    m->begun = true;
    return w;
}
