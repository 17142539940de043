// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory, and device memory.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "cbx_nt.h"

void * PALAPI pal_alloc(uint64_t size, uint32_t flags)
{
	struct pe_context saved;
	void *memory;

	if (!size || size > INT_MAX)
		return NULL;
	if (flags & PAL_ALLOC_ATOMIC) {
		if (size < PAGE_SIZE)
			return kmalloc(ALIGN(size, 16),
				       GFP_ATOMIC | __GFP_NOWARN);
		return alloc_pages_exact(size, GFP_ATOMIC | __GFP_NOWARN);
	}
	context_leave(&saved);
	if (size < PAGE_SIZE)
		memory = kmalloc(ALIGN(size, 16), GFP_KERNEL | __GFP_NOWARN);
	else
		memory = alloc_pages_exact(size, GFP_KERNEL | __GFP_NOWARN);
	context_return(&saved);
	return memory;
}

void PALAPI pal_free(void *memory, uint64_t size)
{
	if (size < PAGE_SIZE)
		kfree(memory);
	else
		free_pages_exact(memory, size);
}

void * PALAPI pal_map_io(uint64_t physical, uint64_t size, uint32_t cache)
{
	struct pe_context saved;
	void *va;

	context_leave(&saved);
	switch (cache) {
	case PAL_CACHE_WB:
		va = (void __force *)ioremap_cache(physical, size);
		break;
	case PAL_CACHE_WC:
		va = (void __force *)ioremap_wc(physical, size);
		break;
	default:
		va = (void __force *)ioremap(physical, size);
		break;
	}
	context_return(&saved);
	return va;
}

void PALAPI pal_unmap_io(void *va)
{
	struct pe_context saved;

	context_leave(&saved);
	iounmap((void __iomem __force *)va);
	context_return(&saved);
}
