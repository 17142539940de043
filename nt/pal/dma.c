// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory shared by CPU and device, through Linux's DMA API, so that address
 * choice and translation are Linux's.
 *
 * A limit and a node for one allocation are set as the device's for the time
 * of the call. Cached memory is coherent memory. Uncached memory is pages of
 * our own with another type, because dma_alloc_coherent() is write-back where
 * the device is coherent.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/mutex.h>

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

/* As alloc_pages_exact(), which knows no node. */
static void *alloc_pages_of(struct device *dev, size_t size, gfp_t flags)
{
	unsigned int order = get_order(size);
	struct page *page = alloc_pages_node(dev_to_node(dev), flags, order);
	unsigned long i;

	if (!page)
		return NULL;
	split_page(page, order);
	for (i = size >> PAGE_SHIFT; i < 1ul << order; i++)
		__free_page(page + i);
	return page_address(page);
}

static int alloc_pages_typed(struct device *dev, struct pal_dma *dma)
{
	unsigned long pages = dma->size >> PAGE_SHIFT;
	phys_addr_t physical;
	dma_addr_t logical;
	void *linear, *va;
	int err;

	linear = alloc_pages_of(dev, dma->size, GFP_KERNEL | __GFP_NOWARN |
						zone_below(dev, dma->limit));
	if (!linear)
		return -ENOMEM;
	physical = virt_to_phys(linear);
	err = -ENOMEM;
	if (!dma_translated(dev) && physical + dma->size - 1 > dma->limit)
		goto free;
	va = page_type_set(linear, pages, dma->cache);
	if (!va)
		goto free;
	logical = map_below(dev, physical, dma->size, DMA_BIDIRECTIONAL,
			    DMA_ATTR_SKIP_CPU_SYNC, dma->limit);
	if (dma_mapping_error(dev, logical))
		goto cached;
	/* A bounce buffer is not shared memory. */
	if (!dma_translated(dev) && logical != physical)
		goto unmap;
	dma->va = va;
	dma->logical = logical;
	return 0;

unmap:
	dma_unmap_single_attrs(dev, logical, dma->size, DMA_BIDIRECTIONAL,
			       DMA_ATTR_SKIP_CPU_SYNC);
cached:
	page_type_reset(va, pages);
free:
	free_pages_exact(linear, dma->size);
	return err;
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
	if (dma->cache == PAL_CACHE_WB)
		err = alloc_coherent(dev, dma);
	else
		err = alloc_pages_typed(dev, dma);
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
	if (dma->cache == PAL_CACHE_WB) {
		dma_free_attrs(dev, dma->size, dma->va, dma->logical, 0);
	} else {
		dma_unmap_single_attrs(dev, dma->logical, dma->size,
				       DMA_BIDIRECTIONAL,
				       DMA_ATTR_SKIP_CPU_SYNC);
		free_pages_exact(page_type_reset(dma->va,
						 dma->size >> PAGE_SHIFT),
				 dma->size);
	}
	context_return(&saved);
}

static enum dma_data_direction direction_of(u32 access)
{
	switch (access) {
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
	dma_addr_t address;

	if (!size || size > INT_MAX || !pfn_valid(PHYS_PFN(physical)))
		return -EINVAL;
	address = map_below(dev, physical, size, direction_of(access), 0,
			    limit);
	if (dma_mapping_error(dev, address))
		return -ENOMEM;
	*logical = address;
	return 0;
}

void PALAPI pal_dma_unmap_run(void *device, uint64_t logical, uint64_t size,
			      uint32_t access)
{
	struct device *dev = &((struct nt_device *)device)->pci->dev;

	dma_unmap_page_attrs(dev, logical, size, direction_of(access), 0);
}
