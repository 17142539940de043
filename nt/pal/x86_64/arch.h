/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processor determines. */
#ifndef CBX_NT_ARCH_H
#define CBX_NT_ARCH_H

/* What a thread in PE code must find again after a call that sleeps. */
struct pe_context {
	u8 xmm[10][16];         /* xmm6-15: the callee's to preserve */
	u32 mxcsr;
	unsigned long irql;
};

/* In every byte: int3. */
#define ARCH_BREAKPOINT 0xcc

/* Messages are not translated as other writes are. */
struct device;
static inline void arch_beside_doorbell(struct device *dev)
{
}

/* call.S: aligns the stack, translates the arguments. */
u64 pe_call(void *routine, u64 a, u64 b, u64 c, u64 d);

#define ARCH_PAL_ENTRY(name) ((void *)(name))

#endif /* CBX_NT_ARCH_H */
