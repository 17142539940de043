// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crossing between Linux and PE code: vector registers, IRQL, x18.
 *
 * Linux does not keep vector registers over a schedule in kernel mode, and PE
 * code uses them. A thread therefore runs PE code between kernel_neon_begin()
 * and kernel_neon_end(), that is without preemption; platform functions that
 * sleep leave that section and save what the callee must preserve. Interrupts
 * save the whole state by hand, since they may strike inside such a section.
 *
 * kernel_neon_begin() also keeps softirqs away, among them the dispatcher's
 * tasklet, for which a driver may wait in a loop. So they are let in again;
 * may_use_simd() tells them that the registers are taken.
 *
 * IRQL is a word of the block that x18 points at: a label, as CR8 is on x64.
 */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <asm/neon.h>
#include <asm/sysreg.h>

#include "cbx_nt.h"

static DEFINE_PER_CPU(struct pal_processor, processor);

static bool keep_vectors = true;
module_param(keep_vectors, bool, 0444);
MODULE_PARM_DESC(keep_vectors, "0: lose vector registers, to see that the test notices");

/* All of them, as an interrupt must leave them. */
struct vector_state {
	__uint128_t q[32];
	u64 fpsr, fpcr;
};

u64 pe_call_on(struct pal_processor *processor, void *routine, u64 a, u64 b,
	       u64 c, u64 d);

struct pal_processor *context_processor(void)
{
	return this_cpu_ptr(&processor);
}

unsigned long context_irql(void)
{
	return this_cpu_read(processor.irql);
}

void context_set_thread(void *nt)
{
	this_cpu_write(processor.thread, nt);
}

static void vectors_begin(void)
{
	kernel_neon_begin();
	preempt_disable();
	local_bh_enable();
}

static void vectors_end(void)
{
	local_bh_disable();
	preempt_enable();
	kernel_neon_end();
}

#define FPSIMD ".arch_extension fp\n\t.arch_extension simd\n\t"

static void save_preserved(struct pe_context *context)
{
	asm volatile(FPSIMD
		     "stp d8, d9, [%0, #0]\n\t"
		     "stp d10, d11, [%0, #16]\n\t"
		     "stp d12, d13, [%0, #32]\n\t"
		     "stp d14, d15, [%0, #48]"
		     : : "r" (context->d) : "memory");
	context->fpcr = read_sysreg(fpcr);
}

static void restore_preserved(const struct pe_context *context)
{
	asm volatile(FPSIMD
		     "ldp d8, d9, [%0, #0]\n\t"
		     "ldp d10, d11, [%0, #16]\n\t"
		     "ldp d12, d13, [%0, #32]\n\t"
		     "ldp d14, d15, [%0, #48]"
		     : : "r" (context->d) : "memory");
	write_sysreg(context->fpcr, fpcr);
}

#define PAIRS(X) X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) \
	X(12, 13) X(14, 15) X(16, 17) X(18, 19) X(20, 21) X(22, 23) \
	X(24, 25) X(26, 27) X(28, 29) X(30, 31)
#define STORE(a, b) "stp q" #a ", q" #b ", [%0, #" #a "*16]\n\t"
#define LOAD(a, b) "ldp q" #a ", q" #b ", [%0, #" #a "*16]\n\t"

static void save_all(struct vector_state *state)
{
	asm volatile(FPSIMD PAIRS(STORE) : : "r" (state->q) : "memory");
	state->fpsr = read_sysreg(fpsr);
	state->fpcr = read_sysreg(fpcr);
}

static void restore_all(const struct vector_state *state)
{
	asm volatile(FPSIMD PAIRS(LOAD) : : "r" (state->q) : "memory");
	write_sysreg(state->fpsr, fpsr);
	write_sysreg(state->fpcr, fpcr);
}

void context_leave(struct pe_context *context)
{
	if (keep_vectors)
		save_preserved(context);
	context->irql = context_irql();
	this_cpu_write(processor.irql, 0);
	vectors_end();
}

void context_return(struct pe_context *context)
{
	vectors_begin();
	if (keep_vectors)
		restore_preserved(context);
	context_set_thread(thread_nt());
	this_cpu_write(processor.irql, context->irql);
}

u64 context_call(void *routine, u64 a, u64 b, u64 c, u64 d)
{
	u64 result;

	vectors_begin();
	context_set_thread(thread_nt());
	this_cpu_write(processor.irql, 0);
	write_sysreg(0, fpcr);
	result = pe_call_on(context_processor(), routine, a, b, c, d);
	this_cpu_write(processor.irql, 0);
	vectors_end();
	return result;
}

u64 context_call_irq(void *routine, u64 a, u64 b, u64 c, u64 d)
{
	struct vector_state state;
	u64 result;

	if (keep_vectors)
		save_all(&state);
	write_sysreg(0, fpcr);
	result = pe_call_on(context_processor(), routine, a, b, c, d);
	if (keep_vectors)
		restore_all(&state);
	return result;
}

int context_start(void)
{
	return 0;
}
