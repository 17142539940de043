// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Behind an SMMU Linux maps the ITS's doorbell, where a write is an interrupt,
 * at the next free logical address, amid the buffers. What lies beside it would
 * look like a buffer that is open at one end; so the pages before and after it
 * are taken, with nothing behind them.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>

#include "cbx_nt.h"

static void take_page(struct device *dev, struct iommu_domain *domain)
{
	struct page *page = alloc_page(GFP_KERNEL);
	dma_addr_t logical;

	if (!page)
		return;
	logical = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	if (!dma_mapping_error(dev, logical))
		iommu_unmap(domain, logical, PAGE_SIZE);
	__free_page(page);
}

void arch_beside_doorbell(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	if (domain && (domain->type & __IOMMU_DOMAIN_PAGING))
		take_page(dev, domain);
}
