// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory shared by CPU and device, through Linux's DMA API, so that address
 * choice and translation are Linux's.
 *
 * A limit and a node for one allocation are set as the device's for the time
 * of the call. Cached memory of a coherent device is Linux's coherent memory.
 * Other memory is pages of our own: dma_alloc_coherent() chooses the type
 * itself, write-back where the device is coherent, else not cacheable, and
 * never Device.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>

#include "cbx_nt.h"

static DEFINE_MUTEX(dma_lock);
/* For the mask of mappings, which may be made where nothing may sleep. */
static DEFINE_RAW_SPINLOCK(mask_lock);

static bool dma_translated(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && (domain->type & __IOMMU_DOMAIN_PAGING);
}

static dma_addr_t map_below(struct device *dev, phys_addr_t physical,
			    size_t size, enum dma_data_direction direction,
			    unsigned long attrs, u64 limit)
{
	unsigned long flags;
	dma_addr_t logical;
	u64 mask;

	raw_spin_lock_irqsave(&mask_lock, flags);
	mask = *dev->dma_mask;
	*dev->dma_mask = limit;
	logical = dma_map_page_attrs(dev, pfn_to_page(PHYS_PFN(physical)),
				     offset_in_page(physical), size, direction,
				     attrs | DMA_ATTR_NO_WARN);
	*dev->dma_mask = mask;
	raw_spin_unlock_irqrestore(&mask_lock, flags);
	return logical;
}

static bool node_exists(u32 node)
{
	return node < nr_node_ids && node_online(node);
}

static int alloc_coherent(struct device *dev, struct pal_dma *dma)
{
	u64 mask = dev->coherent_dma_mask;
	dma_addr_t logical;

	dev->coherent_dma_mask = dma->limit;
	dma->va = dma_alloc_attrs(dev, dma->size, &logical,
				  GFP_KERNEL | __GFP_NOWARN, DMA_ATTR_NO_WARN);
	dev->coherent_dma_mask = mask;
	if (!dma->va)
		return -ENOMEM;
	dma->logical = logical;
	return 0;
}

/* Without an IOMMU the pages themselves must be below the limit. */
static gfp_t zone_below(struct device *dev, u64 limit)
{
	if (dma_translated(dev))
		return 0;
	if (limit <= DMA_BIT_MASK(24))
		return GFP_DMA;
	return limit <= DMA_BIT_MASK(32) ? GFP_DMA32 : 0;
}

static void free_pages_listed(struct page **pages, unsigned long count)
{
	while (count)
		__free_page(pages[--count]);
	kvfree(pages);
}

static bool alloc_in_one_piece(struct device *dev, struct page **pages,
			       unsigned long count, gfp_t flags)
{
	unsigned int order = get_order(count << PAGE_SHIFT);
	struct page *page;
	unsigned long i;

	if (order >= MAX_ORDER)
		return false;
	page = alloc_pages_node(dev_to_node(dev), flags, order);
	if (!page)
		return false;
	split_page(page, order);
	for (i = 0; i < 1ul << order; i++)
		if (i < count)
			pages[i] = page + i;
		else
			__free_page(page + i);
	return true;
}

/* An IOMMU makes them one piece for the device. */
static struct page **alloc_pages_listed(struct device *dev,
					unsigned long count, u64 limit)
{
	gfp_t flags = GFP_KERNEL | __GFP_NOWARN | zone_below(dev, limit);
	struct page **pages;
	unsigned long i = 0;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages || alloc_in_one_piece(dev, pages, count, flags))
		return pages;
	while (dma_translated(dev) && i < count) {
		pages[i] = alloc_pages_node(dev_to_node(dev), flags, 0);
		if (!pages[i])
			break;
		i++;
	}
	if (i == count)
		return pages;
	free_pages_listed(pages, i);
	return NULL;
}

/* As map_below(); DMA_MAPPING_ERROR also where the device sees several. */
static dma_addr_t map_pages_below(struct device *dev, struct page **pages,
				  unsigned long count, u64 limit)
{
	dma_addr_t logical = DMA_MAPPING_ERROR;
	struct sg_table table;
	unsigned long flags;
	u64 mask;
	int err;

	if (sg_alloc_table_from_pages(&table, pages, count, 0,
				      count << PAGE_SHIFT, GFP_KERNEL))
		return logical;
	raw_spin_lock_irqsave(&mask_lock, flags);
	mask = *dev->dma_mask;
	*dev->dma_mask = limit;
	err = dma_map_sgtable(dev, &table, DMA_BIDIRECTIONAL,
			      DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_NO_WARN);
	*dev->dma_mask = mask;
	raw_spin_unlock_irqrestore(&mask_lock, flags);
	if (!err && table.nents == 1)
		logical = sg_dma_address(table.sgl);
	else if (!err)
		dma_unmap_sgtable(dev, &table, DMA_BIDIRECTIONAL,
				  DMA_ATTR_SKIP_CPU_SYNC);
	sg_free_table(&table);
	return logical;
}

static void unmap_pages(struct device *dev, const struct pal_dma *dma)
{
	dma_unmap_page_attrs(dev, dma->logical, dma->size, DMA_BIDIRECTIONAL,
			     DMA_ATTR_SKIP_CPU_SYNC);
}

static int alloc_typed(struct device *dev, struct pal_dma *dma)
{
	unsigned long count = dma->size >> PAGE_SHIFT;
	struct page **pages = alloc_pages_listed(dev, count, dma->limit);
	dma_addr_t physical;

	if (!pages)
		return -ENOMEM;
	physical = page_to_phys(pages[0]);
	dma->logical = map_pages_below(dev, pages, count, dma->limit);
	if (dma_mapping_error(dev, dma->logical))
		goto free;
	/* A bounce buffer is not shared memory. */
	if (!dma_translated(dev) && dma->logical != physical)
		goto unmap;
	dma->va = page_type_map(pages, count, dma->cache, dma->unclean);
	if (dma->va)
		return 0;

unmap:
	unmap_pages(dev, dma);
free:
	free_pages_listed(pages, count);
	return -ENOMEM;
}

/* Linux's allocator decides by the same. */
static bool is_linux_type(struct device *dev, const struct pal_dma *dma)
{
	return dma->cache == PAL_CACHE_WB && dev_is_dma_coherent(dev);
}

int32_t PALAPI pal_dma_alloc(void *device, struct pal_dma *dma)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;
	struct pe_context saved;
	int node, err;

	if (!dma->size || dma->size & ~PAGE_MASK || dma->size > INT_MAX ||
	    dma->limit < dma->size - 1)
		return -EINVAL;
	context_leave(&saved);
	mutex_lock(&dma_lock);
	node = dev_to_node(dev);
	if (node_exists(dma->node))
		set_dev_node(dev, dma->node);
	if (is_linux_type(dev, dma))
		err = alloc_coherent(dev, dma);
	else
		err = alloc_typed(dev, dma);
	set_dev_node(dev, node);
	mutex_unlock(&dma_lock);
	context_return(&saved);
	return err;
}

void PALAPI pal_dma_free(void *device, struct pal_dma *dma)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;
	struct pe_context saved;

	context_leave(&saved);
	if (is_linux_type(dev, dma)) {
		dma_free_attrs(dev, dma->size, dma->va, dma->logical, 0);
	} else {
		unmap_pages(dev, dma);
		page_type_unmap(dma->va, dma->size >> PAGE_SHIFT,
				dma->unclean);
	}
	context_return(&saved);
}

static enum dma_data_direction direction_of(u32 access)
{
	switch (access & PAL_ACCESS_BOTH) {
	case PAL_ACCESS_READ:
		return DMA_TO_DEVICE;
	case PAL_ACCESS_WRITE:
		return DMA_FROM_DEVICE;
	default:
		return DMA_BIDIRECTIONAL;
	}
}

int32_t PALAPI pal_dma_map(void *device, struct pal_dma *dma, uint32_t access)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;
	struct pe_context saved;
	dma_addr_t logical;
	int err = -ENOMEM;

	/* Only there do neighbours of virtual memory neighbour physically. */
	if (!dma->size || dma->size & ~PAGE_MASK || dma->size > INT_MAX ||
	    (unsigned long)dma->va & ~PAGE_MASK || !virt_addr_valid(dma->va) ||
	    dma->limit < dma->size - 1)
		return -EINVAL;
	context_leave(&saved);
	logical = map_below(dev, virt_to_phys(dma->va), dma->size,
			    direction_of(access), DMA_ATTR_SKIP_CPU_SYNC,
			    dma->limit);
	if (!dma_mapping_error(dev, logical)) {
		dma->logical = logical;
		err = 0;
		/* A bounce buffer is not shared memory. */
		if (!dma_translated(dev) &&
		    logical != virt_to_phys(dma->va)) {
			dma_unmap_single_attrs(dev, logical, dma->size,
					       direction_of(access),
					       DMA_ATTR_SKIP_CPU_SYNC);
			err = -ENOMEM;
		}
	}
	context_return(&saved);
	return err;
}

void PALAPI pal_dma_unmap(void *device, struct pal_dma *dma, uint32_t access)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;
	struct pe_context saved;

	context_leave(&saved);
	dma_unmap_single_attrs(dev, dma->logical, dma->size,
			       direction_of(access), DMA_ATTR_SKIP_CPU_SYNC);
	context_return(&saved);
}

int32_t PALAPI pal_dma_map_run(void *device, uint64_t physical, uint64_t size,
			       uint64_t limit, uint32_t access,
			       uint64_t *logical)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;
	/* A bounce buffer is filled in any case, and is ours to clean. */
	unsigned long attrs = access & PAL_ACCESS_CLEANED &&
			      !dev_is_dma_coherent(dev)
			      ? DMA_ATTR_SKIP_CPU_SYNC : 0;
	dma_addr_t address;

	if (!size || size > INT_MAX || !pfn_valid(PHYS_PFN(physical)))
		return -EINVAL;
	address = map_below(dev, physical, size, direction_of(access), attrs,
			    limit);
	if (dma_mapping_error(dev, address))
		return -ENOMEM;
	if (attrs && !dma_translated(dev) && address != physical)
		dma_sync_single_for_device(dev, address, size,
					   direction_of(access));
	*logical = address;
	return 0;
}

void PALAPI pal_dma_unmap_run(void *device, uint64_t logical, uint64_t size,
			      uint32_t access)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;

	dma_unmap_page_attrs(dev, logical, size, direction_of(access), 0);
}

void PALAPI pal_dma_sync_run(void *device, uint64_t logical, uint64_t size,
			     uint32_t access)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;

	if (access == PAL_ACCESS_READ)
		dma_sync_single_for_device(dev, logical, size, DMA_TO_DEVICE);
	else
		dma_sync_single_for_cpu(dev, logical, size, DMA_FROM_DEVICE);
}
