// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crossing between Linux and PE code: vector registers, IRQL, processor block.
 *
 * Linux does not keep vector registers over a schedule in kernel mode, and PE
 * code uses them. A thread therefore runs PE code between kernel_fpu_begin()
 * and kernel_fpu_end(), that is without preemption; platform functions that
 * sleep leave that section and save what the callee must preserve. Interrupts
 * save the whole state by hand, since they may strike inside such a section.
 *
 * IRQL is CR8, as the headers' inlines have it. Values below 3 block no Linux
 * interrupt that matters; what makes DISPATCH_LEVEL real is that preemption is
 * off and that dispatch.c looks at CR8 before it runs anything.
 *
 * The headers also read gs:[0x18], [0x184] and [0x188]. Linux's per-CPU area
 * has a hole from 0x30 to 0x1000 and nothing between 0x10 and 0x28, so the
 * few members used stand there.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <asm/fpu/api.h>

#include "cbx_nt.h"

enum {
	/* KPCR of x64, and the KPRCB inside it. */
	KPCR_SELF = 0x18, KPCR_PRCB = 0x20, KPCR_HOLE = 0x30,
	KPRCB = 0x180, KPRCB_NUMBER = 0x184, KPRCB_THREAD = 0x188,
	KPCR_END = 0x1000,
	FXSAVE_SIZE = 512,
};

static bool keep_vectors = true;
module_param(keep_vectors, bool, 0444);
MODULE_PARM_DESC(keep_vectors, "0: lose vector registers, to see that the test notices");

static unsigned long read_irql(void)
{
	unsigned long irql;

	asm volatile("movq %%cr8, %0" : "=r" (irql));
	return irql;
}

static void write_irql(unsigned long irql)
{
	asm volatile("movq %0, %%cr8" : : "r" (irql) : "memory");
}

static u8 *processor_block(void)
{
	return (u8 *)this_cpu_read(this_cpu_off);
}

unsigned long context_irql(void)
{
	return read_irql();
}

void context_set_thread(void *nt)
{
	u8 *kpcr = processor_block();

	*(void **)(kpcr + KPCR_SELF) = kpcr;
	*(void **)(kpcr + KPCR_PRCB) = kpcr + KPRCB;
	*(u32 *)(kpcr + KPRCB_NUMBER) = smp_processor_id();
	*(void **)(kpcr + KPRCB_THREAD) = nt;
}

static void save_vectors(struct pe_context *context)
{
	asm volatile("movups %%xmm6, 0x00(%0)\n\t"
		     "movups %%xmm7, 0x10(%0)\n\t"
		     "movups %%xmm8, 0x20(%0)\n\t"
		     "movups %%xmm9, 0x30(%0)\n\t"
		     "movups %%xmm10, 0x40(%0)\n\t"
		     "movups %%xmm11, 0x50(%0)\n\t"
		     "movups %%xmm12, 0x60(%0)\n\t"
		     "movups %%xmm13, 0x70(%0)\n\t"
		     "movups %%xmm14, 0x80(%0)\n\t"
		     "movups %%xmm15, 0x90(%0)\n\t"
		     "stmxcsr %1"
		     : : "r" (context->xmm), "m" (context->mxcsr) : "memory");
}

static void restore_vectors(const struct pe_context *context)
{
	asm volatile("ldmxcsr %1\n\t"
		     "movups 0x00(%0), %%xmm6\n\t"
		     "movups 0x10(%0), %%xmm7\n\t"
		     "movups 0x20(%0), %%xmm8\n\t"
		     "movups 0x30(%0), %%xmm9\n\t"
		     "movups 0x40(%0), %%xmm10\n\t"
		     "movups 0x50(%0), %%xmm11\n\t"
		     "movups 0x60(%0), %%xmm12\n\t"
		     "movups 0x70(%0), %%xmm13\n\t"
		     "movups 0x80(%0), %%xmm14\n\t"
		     "movups 0x90(%0), %%xmm15"
		     : : "r" (context->xmm), "m" (context->mxcsr) : "memory");
}

void context_leave(struct pe_context *context)
{
	if (keep_vectors)
		save_vectors(context);
	context->irql = read_irql();
	kernel_fpu_end();
}

void context_return(struct pe_context *context)
{
	kernel_fpu_begin();
	if (keep_vectors)
		restore_vectors(context);
	context_set_thread(thread_nt());
	write_irql(context->irql);
}

u64 context_call(void *routine, u64 a, u64 b, u64 c, u64 d)
{
	unsigned long irql;
	u64 result;

	kernel_fpu_begin();
	context_set_thread(thread_nt());
	irql = read_irql();
	write_irql(0);
	result = pe_call(routine, a, b, c, d);
	write_irql(irql);
	kernel_fpu_end();
	return result;
}

u64 context_call_irq(void *routine, u64 a, u64 b, u64 c, u64 d)
{
	u8 area[FXSAVE_SIZE + 15];
	u8 *state = PTR_ALIGN(&area[0], 16);
	const u32 mxcsr = MXCSR_DEFAULT;
	u64 result;

	if (keep_vectors)
		asm volatile("fxsave64 (%0)" : : "r" (state) : "memory");
	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
	result = pe_call(routine, a, b, c, d);
	if (keep_vectors)
		asm volatile("fxrstor64 (%0)" : : "r" (state) : "memory");
	return result;
}

static void check_hole(void *used)
{
	const u8 *kpcr = processor_block();
	u32 i;

	for (i = KPCR_SELF; i < KPCR_END; i++)
		if ((i < KPCR_SELF + 0x10 || i >= KPCR_HOLE) && kpcr[i])
			*(u32 *)used = i;
}

int context_start(void)
{
	u32 used = 0;

	on_each_cpu(check_hole, &used, 1);
	if (used) {
		pr_err("gs:[0x%x] is in use by this kernel; the stand-in needs Linux 6.1 or 6.12\n",
		       used);
		return -EOPNOTSUPP;
	}
	return 0;
}
