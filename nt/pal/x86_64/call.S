/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * u64 pe_call(void *routine, u64 a, u64 b, u64 c, u64 d)
 *
 * Microsoft x64 code wants a stack aligned to 16 bytes and 32 bytes of home
 * space; Linux keeps its stack aligned to 8.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

SYM_FUNC_START(pe_call)
	pushq	%rbp
	movq	%rsp, %rbp
	andq	$-16, %rsp
	subq	$32, %rsp
	movq	%rdi, %rax
	movq	%r8, %r9
	movq	%rcx, %r8
	movq	%rsi, %rcx
	ANNOTATE_RETPOLINE_SAFE
	call	*%rax
	leave
	RET
SYM_FUNC_END(pe_call)
