// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fault was: page faults tell by error code and CR2. */
#include <linux/kdebug.h>
#include <asm/special_insns.h>
#include <asm/trap_pf.h>

#include "cbx_nt.h"

struct fault fault_read(const struct die_args *args)
{
	struct fault fault = { .ip = args->regs->ip };

	/* Only page faults go by this name; trapnr is not set for them. */
	fault.paging = !strcmp(args->str, "Oops");
	if (!fault.paging)
		return fault;
	fault.address = read_cr2();
	fault.access = args->err & X86_PF_INSTR ? FAULT_EXECUTE :
		       args->err & X86_PF_WRITE ? FAULT_WRITE : FAULT_READ;
	return fault;
}
