// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fault was: aborts tell by ESR_EL1 and FAR_EL1. */
#include <linux/kdebug.h>
#include <asm/esr.h>
#include <asm/sysreg.h>

#include "cbx_nt.h"

enum { FSC_ALIGNMENT = 0x21 };

struct fault fault_read(const struct die_args *args)
{
	struct fault fault = { .ip = args->regs->pc };
	unsigned long esr = args->err;

	switch (ESR_ELx_EC(esr)) {
	case ESR_ELx_EC_IABT_CUR:
		fault.access = FAULT_EXECUTE;
		break;
	case ESR_ELx_EC_DABT_CUR:
		fault.access = esr & ESR_ELx_WNR ? FAULT_WRITE : FAULT_READ;
		fault.misaligned = (esr & ESR_ELx_FSC) == FSC_ALIGNMENT;
		break;
	default:
		return fault;
	}
	fault.paging = true;
	fault.address = read_sysreg(far_el1);
	return fault;
}
