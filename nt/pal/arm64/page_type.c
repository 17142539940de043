// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Physical addresses and memory types. A type other than write-back is that of
 * a second mapping; the kernel's own stays and is not touched meanwhile.
 *
 * The processor itself is asked what a mapping is (AT, PAR_EL1; the attribute
 * is as in MAIR_EL1, see the Arm ARM).
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/barrier.h>
#include <asm/cache.h>
#include <asm/sysreg.h>

#include "cbx_nt.h"

#define PAR_FAULT BIT_ULL(0)
#define PAR_PAGE  GENMASK_ULL(47, 12)

static u64 translate(const void *va)
{
	unsigned long flags;
	u64 par;

	local_irq_save(flags);
	asm volatile("at s1e1r, %0" : : "r" (va));
	isb();
	par = read_sysreg_par();
	local_irq_restore(flags);
	return par;
}

uint64_t PALAPI pal_phys(const void *va)
{
	u64 par = translate(va);

	if (par & PAR_FAULT)
		return ~0ull;
	return (par & PAR_PAGE) | offset_in_page(va);
}

int32_t PALAPI pal_cache_of(const void *va)
{
	u64 par = translate(va);
	u8 attribute = par >> 56;

	if (par & PAR_FAULT)
		return -1;
	if (!(attribute & 0xf0))        /* Device */
		return PAL_CACHE_UC;
	return attribute == 0x44 ? PAL_CACHE_WC : PAL_CACHE_WB;
}

/* Of the kernel's own mapping, which stays write-back. */
static void clean_invalidate(struct page *page)
{
	unsigned long at = (unsigned long)page_address(page);
	unsigned long end = at + PAGE_SIZE;

	for (; at < end; at += cache_line_size())
		asm volatile("dc civac, %0" : : "r" (at) : "memory");
}

static pgprot_t type_of(u32 cache)
{
	switch (cache) {
	case PAL_CACHE_WB:
		return PAGE_KERNEL;
	case PAL_CACHE_WC:
		return pgprot_writecombine(PAGE_KERNEL);
	default:
		return pgprot_noncached(PAGE_KERNEL);
	}
}

/*
 * A dirty line would be written back at any time, over what is stored past the
 * caches from now on.
 */
void *page_type_map(struct page **pages, unsigned long count, u32 cache,
		    bool unclean)
{
	unsigned long i;

	for (i = 0; !unclean && i < count; i++)
		clean_invalidate(pages[i]);
	dsb(sy);
	return vmap(pages, count, VM_MAP | VM_MAP_PUT_PAGES, type_of(cache));
}

/* What was fetched meanwhile is older than what memory holds. */
void page_type_unmap(void *va, unsigned long count, bool unclean)
{
	unsigned long i;

	for (i = 0; !unclean && i < count; i++)
		clean_invalidate(vmalloc_to_page(va + i * PAGE_SIZE));
	dsb(sy);
	vfree(va);
}
