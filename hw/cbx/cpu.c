/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the translation registers of the processor that accesses the device.
 *
 * Under KVM they are fetched from the kernel, under TCG they are there.
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "hw/core/cpu.h"
#include "system/hw_accel.h"
#include "compat.h"
#include "mapping.h"

#if defined(TARGET_X86_64)

QEMU_BUILD_BUG_ON(MSR_MTRRcap_VCNT > CBX_X86_MTRR_VARIABLE);

static void cbx_cpu_registers(CPUState *cs, CbxCpuMmu *mmu)
{
    X86CPU *cpu = X86_CPU(cs);
    CPUX86State *env = &cpu->env;
    CbxX86Mmu *x86 = &mmu->x86;

    /* A guest's guest: nested paging comes on top. */
    if (env->hflags & HF_GUEST_MASK) {
        return;
    }
    mmu->kind = CBX_CPU_X86;
    *x86 = (CbxX86Mmu) {
        .cr0 = env->cr[0],
        .cr3 = env->cr[3],
        .cr4 = env->cr[4],
        .efer = env->efer,
        .pat = env->pat,
        .phys_bits = cpu->phys_bits,
        .has_mtrr = env->features[FEAT_1_EDX] & CPUID_MTRR,
        .mtrr_def_type = env->mtrr_deftype,
        .mtrr_variables = MSR_MTRRcap_VCNT,
    };
    QEMU_BUILD_BUG_ON(sizeof(x86->mtrr_fixed) != sizeof(env->mtrr_fixed));
    memcpy(x86->mtrr_fixed, env->mtrr_fixed, sizeof(x86->mtrr_fixed));
    for (unsigned i = 0; i < MSR_MTRRcap_VCNT; i++) {
        x86->mtrr_variable[i].base = env->mtrr_var[i].base;
        x86->mtrr_variable[i].mask = env->mtrr_var[i].mask;
    }
}

#elif defined(TARGET_AARCH64)

static void cbx_cpu_registers(CPUState *cs, CbxCpuMmu *mmu)
{
    CPUARMState *env = &ARM_CPU(cs)->env;
    uint64_t hcr = arm_hcr_el2_eff(env);
    unsigned el = extract32(env->pstate, 2, 2);     /* PSTATE.EL */

    /*
     * Two ranges of addresses and no second stage: the kernel at EL1, or at
     * EL2 with the virtualization host extensions; and programs below it.
     */
    if (!el) {
        el = (hcr & HCR_TGE) ? 2 : 1;
    }
    if (!is_a64(env) || arm_is_secure_below_el3(env) ||
        !((el == 1 && !(hcr & (HCR_VM | HCR_DC))) ||
          (el == 2 && hcr & HCR_E2H))) {
        return;
    }
    mmu->kind = CBX_CPU_ARM;
    mmu->arm = (CbxArmMmu) {
        .sctlr = env->cp15.sctlr_el[el],
        .tcr = env->cp15.tcr_el[el],
        .ttbr0 = env->cp15.ttbr0_el[el],
        .ttbr1 = env->cp15.ttbr1_el[el],
        .mair = env->cp15.mair_el[el],
    };
}

#else

static void cbx_cpu_registers(CPUState *cs, CbxCpuMmu *mmu)
{
}

#endif

void cbx_cpu_mmu(CbxCpuMmu *mmu)
{
    mmu->kind = CBX_CPU_NONE;
    if (current_cpu) {
        cpu_synchronize_state(current_cpu);
        cbx_cpu_registers(current_cpu, mmu);
    }
}
