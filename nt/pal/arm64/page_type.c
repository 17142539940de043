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

/* No line of the kernel's mapping may be written back later. */
static void clean_invalidate(const void *from, size_t size)
{
	unsigned long line = cache_line_size(), at = (unsigned long)from;
	unsigned long end = at + size;

	for (at &= ~(line - 1); at < end; at += line)
		asm volatile("dc civac, %0" : : "r" (at) : "memory");
	dsb(sy);
}

void *page_type_set(void *linear, unsigned long pages, u32 cache)
{
	struct page **list = kvmalloc_array(pages, sizeof(*list), GFP_KERNEL);
	unsigned long i;
	void *va;

	if (!list)
		return NULL;
	for (i = 0; i < pages; i++)
		list[i] = virt_to_page(linear + i * PAGE_SIZE);
	clean_invalidate(linear, pages << PAGE_SHIFT);
	va = vmap(list, pages, VM_MAP, cache == PAL_CACHE_WC
				       ? pgprot_writecombine(PAGE_KERNEL)
				       : pgprot_noncached(PAGE_KERNEL));
	kvfree(list);
	return va;
}

void *page_type_reset(void *va, unsigned long pages)
{
	void *linear = page_address(vmalloc_to_page(va));

	vunmap(va);
	return linear;
}
