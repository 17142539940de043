/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * u64 pe_call_on(struct pal_processor *, void *routine, u64 a, u64 b, u64 c,
 *                u64 d)
 *
 * Windows's calling convention is Arm's, but that x18 is the processor's block;
 * for Linux it is a scratch register.
 */
#include <linux/linkage.h>

SYM_FUNC_START(pe_call_on)
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	mov	x18, x0
	mov	x9, x1
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	mov	x3, x5
	blr	x9
	ldp	x29, x30, [sp], #16
	ret
SYM_FUNC_END(pe_call_on)
