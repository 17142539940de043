// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Physical addresses and memory types: page attributes of the one mapping.
 */
#include <asm/pgtable.h>
#include <asm/set_memory.h>

#include "cbx_nt.h"

uint64_t PALAPI pal_phys(const void *va)
{
	unsigned long address = (unsigned long)va;
	unsigned int level;
	pte_t *pte = lookup_address(address, &level);
	phys_addr_t base;

	if (!pte || !(pte_flags(*pte) & _PAGE_PRESENT))
		return ~0ull;
	base = (phys_addr_t)pte_pfn(*pte) << PAGE_SHIFT;
	return (base & page_level_mask(level)) |
	       (address & ~page_level_mask(level));
}

/* PAT entries as Linux programs them: 0 WB, 1 WC, 2 UC-, 3 UC. */
int32_t PALAPI pal_cache_of(const void *va)
{
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)va, &level);
	unsigned long flags;

	if (!pte || !(pte_flags(*pte) & _PAGE_PRESENT))
		return -1;
	flags = pte_flags(*pte) & (_PAGE_PWT | _PAGE_PCD);
	if (!flags)
		return PAL_CACHE_WB;
	return flags == _PAGE_PWT ? PAL_CACHE_WC : PAL_CACHE_UC;
}

void *page_type_set(void *linear, unsigned long pages, u32 cache)
{
	int err = cache == PAL_CACHE_WC
		  ? set_memory_wc((unsigned long)linear, pages)
		  : set_memory_uc((unsigned long)linear, pages);

	return err ? NULL : linear;
}

void *page_type_reset(void *va, unsigned long pages)
{
	set_memory_wb((unsigned long)va, pages);
	return va;
}
