// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Physical addresses and memory types: page attributes of the one mapping.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
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

/* set_memory_*() flush; what does not lie in one piece needs no other type. */
static bool in_one_piece(struct page **pages, unsigned long count)
{
	unsigned long i;

	for (i = 1; i < count; i++)
		if (pages[i] != pages[0] + i)
			return false;
	return true;
}

void *page_type_map(struct page **pages, unsigned long count, u32 cache,
		    bool unclean)
{
	void *va = page_address(pages[0]);

	if (!in_one_piece(pages, count))
		return NULL;
	if (cache == PAL_CACHE_WC && set_memory_wc((unsigned long)va, count))
		return NULL;
	if (cache == PAL_CACHE_UC && set_memory_uc((unsigned long)va, count))
		return NULL;
	kvfree(pages);
	return va;
}

void page_type_unmap(void *va, unsigned long count, bool unclean)
{
	set_memory_wb((unsigned long)va, count);
	free_pages_exact(va, count << PAGE_SHIFT);
}
