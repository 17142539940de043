/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processor determines. */
#ifndef CBX_NT_ARCH_H
#define CBX_NT_ARCH_H

/* What a thread in PE code must find again after a call that sleeps. */
struct pe_context {
	u64 d[8];               /* d8-15: the callee's to preserve */
	u64 fpcr;
	unsigned long irql;
};

/* In every byte: udf. */
#define ARCH_BREAKPOINT 0

/* What x18 holds in PE code; preemption is off. */
struct pal_processor *context_processor(void);

/* doorbell.c: called before and after the first message is set up. Sleeps. */
struct device;
void arch_beside_doorbell(struct device *dev);

/* gate.c: what PE code calls instead of a platform function. */
#define PAL_GATE_DECLARE_(ret, name, args) void gate_##name(void);
PAL_FUNCTIONS(PAL_GATE_DECLARE_)
#undef PAL_GATE_DECLARE_
#define ARCH_PAL_ENTRY(name) ((void *)gate_##name)

#endif /* CBX_NT_ARCH_H */
