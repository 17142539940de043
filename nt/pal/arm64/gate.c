// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What PE code calls instead of a platform function: it then finds x18 again,
 * which Linux uses as it likes, and that of the processor it then runs on.
 */
#include "cbx_nt.h"

#define PAL_GATE_(ret, name, args)                      \
	asm(".pushsection .text\n\t"                    \
	    ".balign 4\n"                               \
	    ".globl gate_" #name "\n"                   \
	    "gate_" #name ":\n\t"                       \
	    "stp x29, x30, [sp, #-32]!\n\t"            \
	    "mov x29, sp\n\t"                          \
	    "bl " #name "\n\t"                         \
	    "str x0, [sp, #16]\n\t"                    \
	    "bl context_processor\n\t"                 \
	    "mov x18, x0\n\t"                          \
	    "ldr x0, [sp, #16]\n\t"                    \
	    "ldp x29, x30, [sp], #32\n\t"              \
	    "ret\n\t"                                  \
	    ".popsection");
PAL_FUNCTIONS(PAL_GATE_)
