/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: atomic operations on guest memory.
 *
 * The vCPUs' atomic instructions end as host atomics on the mapped RAM; so do
 * these, which makes each undivided for the other.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/bswap.h"
#include "qemu/host-utils.h"
#include "cbx.h"
#include "coherence.h"
#include "trace.h"

/*
 * An operation on memory of one size; returns the former content. Addition is
 * a loop because guest memory is little-endian whatever the host is; it ends,
 * since each failure means that someone else has succeeded.
 */
#define ATOMIC(type, le_to_host, host_to_le)                                \
static uint64_t cbx_atomic_##type(const CbxTransfer *t, void *memory)       \
{                                                                           \
    type *p = memory;                                                       \
    type operand = host_to_le((type)t->argument);                           \
    type old;                                                               \
                                                                            \
    switch (t->op) {                                                        \
    case CBX_OP_SWAP:                                                       \
        old = qatomic_xchg(p, operand);                                     \
        break;                                                              \
    case CBX_OP_COMPARE_SWAP:                                               \
        old = qatomic_cmpxchg(p, host_to_le((type)t->argument2), operand);  \
        break;                                                              \
    default:                                                                \
        old = qatomic_read(p);                                              \
        for (;;) {                                                          \
            type sum = host_to_le((type)(le_to_host(old) + t->argument));   \
            type seen = qatomic_cmpxchg(p, old, sum);                       \
                                                                            \
            if (seen == old) {                                              \
                break;                                                      \
            }                                                               \
            old = seen;                                                     \
        }                                                                   \
    }                                                                       \
    return le_to_host(old);                                                 \
}

ATOMIC(uint8_t, (uint8_t), (uint8_t))
ATOMIC(uint16_t, le16_to_cpu, cpu_to_le16)
ATOMIC(uint32_t, le32_to_cpu, cpu_to_le32)
ATOMIC(uint64_t, le64_to_cpu, cpu_to_le64)

uint16_t cbx_atomic_check(CbxState *s, CbxTransfer *t)
{
    if (t->length > 8 || !is_power_of_2(t->length)) {
        return CBX_STATUS_BAD_LENGTH;
    }
    return t->address % t->length ? CBX_STATUS_BAD_ALIGNMENT : CBX_STATUS_OK;
}

static uint64_t cbx_atomic_execute(CbxTransfer *t, void *memory)
{
    switch (t->length) {
    case 1:
        return cbx_atomic_uint8_t(t, memory);
    case 2:
        return cbx_atomic_uint16_t(t, memory);
    case 4:
        return cbx_atomic_uint32_t(t, memory);
    default:
        return cbx_atomic_uint64_t(t, memory);
    }
}

static uint16_t cbx_atomic_target(CbxState *s, CbxTransfer *t,
                                  CbxTarget *target)
{
    uint16_t status = cbx_bus_status(s);

    if (status != CBX_STATUS_OK) {
        return status;
    }
    /*
     * Both rights are needed. The right to write comes first: where it is
     * missing, an IOMMU that has let a read through may refuse the write
     * without recording it.
     */
    *target = cbx_resolve(s, t->address, true);
    t->seen |= cbx_target_seen(target, t->address);
    status = target->status;
    if (status == CBX_STATUS_OK) {
        status = cbx_resolve(s, t->address, false).status;
    }
    cbx_read_failed(s, status);
    return status;
}

/*
 * On memory that the caches do not have: nothing can make it undivided against
 * a CPU that does.
 */
static void cbx_atomic_past(CbxState *s, CbxTransfer *t,
                            CbxTransfer *effective, const CbxTarget *target)
{
    uint8_t memory[8] QEMU_ALIGNED(8);

    cbx_access(s, target, memory, t->length, false);
    t->value = cbx_atomic_execute(effective, memory);
    cbx_access(s, target, memory, t->length, true);
    if (t->faults & CBX_FAULT_FLIP_BIT) {
        t->value ^= 1ull << t->flip_bit;
    }
    t->done = t->length;
    trace_cbx_atomic(t->op, t->address, t->length, t->value);
}

void cbx_atomic_run(CbxState *s, CbxTransfer *t)
{
    hwaddr length = t->length;
    CbxTransfer effective = *t;
    CbxTarget target;
    void *memory = NULL;

    if (t->faults & CBX_FAULT_DROP_WRITE) {
        effective.op = CBX_OP_FETCH_ADD;
        effective.argument = 0;
    }

    t->value = t->address;
    t->status = cbx_atomic_target(s, t, &target);
    if (t->status != CBX_STATUS_OK) {
        return;
    }
    if (target.modelled && !target.snooped && target.length >= length) {
        cbx_atomic_past(s, t, &effective, &target);
        return;
    }
    if (target.direct && target.length >= length) {
        if (target.modelled) {
            cbx_coherence_leave(&target, length);
        }
        memory = address_space_map(target.as, target.gpa, &length, true,
                                   cbx_attrs(s));
    }
    if (!memory || length < t->length ||
        !QEMU_PTR_IS_ALIGNED(memory, t->length)) {
        if (memory) {
            address_space_unmap(target.as, memory, length, true, 0);
        }
        t->status = CBX_STATUS_NO_ATOMIC;
        return;
    }
    t->value = cbx_atomic_execute(&effective, memory);
    if (t->faults & CBX_FAULT_FLIP_BIT) {
        t->value ^= 1ull << t->flip_bit;
    }
    address_space_unmap(target.as, memory, length, true, length);
    if (target.modelled) {
        cbx_coherence_return(&target, length);
    }
    t->done = length;
    trace_cbx_atomic(t->op, t->address, t->length, t->value);
}
