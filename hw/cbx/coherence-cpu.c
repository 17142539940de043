/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: cache maintenance of the processors, as TCG tells of it.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "cpu.h"
#include "accel/tcg/cache-op.h"
#include "hw/core/cpu.h"
#include "system/qtest.h"
#include "system/tcg.h"
#include "coherence.h"
#include "compat-tcg.h"

static const CbxMaintenance cbx_cache_ops[] = {
    [CACHE_OP_CLEAN] = CBX_MAINTENANCE_CLEAN,
    [CACHE_OP_INVALIDATE] = CBX_MAINTENANCE_INVALIDATE,
    [CACHE_OP_CLEAN | CACHE_OP_INVALIDATE] = CBX_MAINTENANCE_CLEAN_INVALIDATE,
    [CACHE_OP_CLEAN | CACHE_OP_TO_POU] = CBX_MAINTENANCE_CLEAN_POU,
};

/* Where a virtual address leads, if it leads anywhere; is it to RAM? */
static bool cbx_cpu_physical(CPUState *cpu, vaddr addr, uint64_t *physical,
                             bool *ram)
{
    CPUTLBEntryFull *full;
    void *host;
    int flags = probe_access_full_mmu(cpu_env(cpu), addr, 0, MMU_DATA_LOAD,
                                      cpu_mmu_index(cpu, false), &host, &full);

    if (flags & TLB_INVALID_MASK) {
        return false;
    }
    *ram = host != NULL;
    *physical = full->phys_addr | (addr & ~TARGET_PAGE_MASK);
    return true;
}

static void cbx_cpu_cache_op(CPUState *cpu, vaddr addr, unsigned op)
{
    CbxMaintenance what = cbx_cache_ops[op & ~CACHE_OP_ALL];
    CbxInsn insn = { .cpu = cpu->cpu_index, .pc = cpu->cc->get_pc(cpu) };
    uint64_t physical;
    bool ram;

    if (op & CACHE_OP_ALL) {
        BQL_LOCK_GUARD();
        cbx_coherence_maintain_all(what, insn);
    } else if (cbx_cpu_physical(cpu, addr, &physical, &ram)) {
        if (ram && what != CBX_MAINTENANCE_CLEAN_POU) {
            cbx_coherence_cleaned(physical);
        }
        if (cbx_coherence_concerns(physical)) {
            BQL_LOCK_GUARD();
            cbx_coherence_maintain(physical, what, insn);
        }
    }
}

/* As software on this processor is told; the model has one size only. */
static unsigned cbx_cpu_line_size(CPUState *cpu)
{
#if defined(TARGET_AARCH64)
    return 4u << extract64(ARM_CPU(cpu)->ctr, 16, 4);
#else
    /* CPUID leaf 1 says 64, whatever the model. */
    return 64;
#endif
}

bool cbx_cpu_watch_caches(Error **errp)
{
    CPUState *cpu;

    if (qtest_enabled()) {
        return true;
    }
    if (!tcg_enabled()) {
        error_setg(errp, "cbx: cache maintenance of the guest can be seen "
                   "under TCG only: use -accel tcg or coherence=off");
        return false;
    }
    if (icount_enabled()) {
        error_setg(errp, "cbx: coherence does not work with -icount");
        return false;
    }
    CPU_FOREACH(cpu) {
        if (cbx_cpu_line_size(cpu) != CBX_LINE_SIZE) {
            error_setg(errp, "cbx: this processor's cache lines have %u "
                       "bytes; coherence knows %u only: choose another -cpu "
                       "or coherence=off", cbx_cpu_line_size(cpu),
                       CBX_LINE_SIZE);
            return false;
        }
    }
    if (cache_op_observer && cache_op_observer != cbx_cpu_cache_op) {
        error_setg(errp, "cbx: something else observes cache maintenance");
        return false;
    }
    cache_op_observer = cbx_cpu_cache_op;
    return true;
}
