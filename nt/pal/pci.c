// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PCI functions that the NT drivers drive: a Linux pci_driver holds them,
 * so that Linux sets up their IOMMU domains and DMA operations as for any
 * other. The same driver holds a CBX device, whose report port the stand-in
 * uses whatever device it drives.
 */
#include <linux/cache.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/msi.h>

#include "cbx_nt.h"
#include <cbx/abi.h>

static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "VENDOR:DEVICE, hexadecimal: which PCI function to drive; default the CBX device");

static char *interrupts = "message";
module_param(interrupts, charp, 0444);
MODULE_PARM_DESC(interrupts, "message or line: what the device's resources hold");

/* The CBX devices, then what cbx_nt.device= names if it is another. */
enum { OUR_IDS = 3 };
static struct pci_device_id ids[] = {
	{ PCI_DEVICE(CBX_PCI_VENDOR_ID, CBX_PCI_DEVICE_ID) },
	{ PCI_DEVICE(CBX_PCI_VENDOR_ID, CBX_NET_PCI_DEVICE_ID) },
	{ PCI_DEVICE(CBX_PCI_VENDOR_ID, CBX_DISPLAY_PCI_DEVICE_ID) },
	{ },
	{ }
};
static const struct pci_device_id *wanted;  /* NULL: any of ours */

/* In the order of the bus, which is that of the drivers. */
static struct nt_device *found[PAL_DRIVERS_MAX];
static u32 found_count;

static bool is_ours(u32 vendor, u32 number)
{
	int i;

	for (i = 0; i < OUR_IDS; i++)
		if (vendor == ids[i].vendor && number == ids[i].device)
			return true;
	return false;
}

static bool is_wanted(const struct pci_dev *pci)
{
	return wanted ? pci->vendor == wanted->vendor &&
			pci->device == wanted->device
		      : is_ours(pci->vendor, pci->device);
}

static int attach_report(struct pci_dev *pci, struct nt_device *held)
{
	held->regs = pcim_iomap(pci, CBX_BAR_REGS, 0);
	if (!held->regs)
		return -ENOMEM;
	report_attach(held);
	return 0;
}

static int nt_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct nt_device *held;
	int err;

	if (is_wanted(pci) && found_count == PAL_DRIVERS_MAX)
		return -EBUSY;
	held = devm_kzalloc(&pci->dev, sizeof(*held), GFP_KERNEL);
	if (!held)
		return -ENOMEM;
	err = pcim_enable_device(pci);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pci->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	/* What an IOMMU makes one piece is to stay one. */
	dma_set_max_seg_size(&pci->dev, UINT_MAX);
	held->pci = pci;
	pci_set_drvdata(pci, held);
	if (is_ours(id->vendor, id->device)) {
		err = attach_report(pci, held);
		if (err)
			return err;
	}
	if (is_wanted(pci))
		found[found_count++] = held;
	return 0;
}

static void nt_remove(struct pci_dev *pci)
{
	report_detach(pci_get_drvdata(pci));
}

static struct pci_driver nt_driver = {
	.name = "cbx_nt",
	.id_table = ids,
	.probe = nt_probe,
	.remove = nt_remove,
};

/* Reads cbx_nt.device=. */
static bool choose_device(void)
{
	unsigned int vendor, number;
	char end;

	if (!*device)
		return true;
	if (sscanf(device, "%4x:%4x%c", &vendor, &number, &end) != 2)
		return false;
	if (!is_ours(vendor, number)) {
		ids[OUR_IDS] = (struct pci_device_id){
			PCI_DEVICE(vendor, number)
		};
		wanted = &ids[OUR_IDS];
	}
	return true;
}

int pci_start(void)
{
	bool known = choose_device();
	int err = pci_register_driver(&nt_driver);

	/* Only now is there a port to complain through. */
	if (!known)
		report_crash("bad-parameter",
			     "cbx_nt.device= must be VENDOR:DEVICE in hexadecimal, as 1234:11e8");
	if (strcmp(interrupts, "message") && strcmp(interrupts, "line"))
		report_crash("bad-parameter",
			     "cbx_nt.interrupts= must be message or line");
	return err;
}

void pci_stop(void)
{
	pci_unregister_driver(&nt_driver);
}

struct nt_device *pci_wanted(u32 index)
{
	const struct pci_device_id *id = wanted ? wanted : &ids[0];
	char text[160];

	if (index < found_count)
		return found[index];
	scnprintf(text, sizeof(text),
		  "no PCI function %04x:%04x was found for driver %u; start QEMU with one for each (-device), or name another by cbx_nt.device=VENDOR:DEVICE",
		  id->vendor, id->device, index + 1);
	report_crash("no-device", text);
}

void PALAPI pal_device_info(void *handle, struct pal_device_info *info)
{
	struct pci_dev *pci = ((struct nt_device *)handle)->pci;
	struct iommu_domain *domain = iommu_get_domain_for_dev(&pci->dev);
	int node = dev_to_node(&pci->dev), i;

	memset(info, 0, sizeof(*info));
	info->vendor = pci->vendor;
	info->device = pci->device;
	info->subsystem_vendor = pci->subsystem_vendor;
	info->subsystem = pci->subsystem_device;
	info->class_revision = pci->class << 8 | pci->revision;
	info->segment = pci_domain_nr(pci->bus);
	info->bus = pci->bus->number;
	info->slot = PCI_SLOT(pci->devfn);
	info->function = PCI_FUNC(pci->devfn);
	info->node = node < 0 ? PAL_NODE_ANY : node;
	info->translated = domain && (domain->type & __IOMMU_DOMAIN_PAGING);
	info->coherent = dev_is_dma_coherent(&pci->dev);
	/* Nothing else may share a line with a buffer that is not snooped. */
	info->alignment = info->coherent ? 1 : cache_line_size();
	for (i = 0; i < PAL_BARS; i++) {
		unsigned long flags = pci_resource_flags(pci, i);

		info->bar[i].address = pci_resource_start(pci, i);
		info->bar[i].size = pci_resource_len(pci, i);
		info->bar[i].flags =
			(flags & IORESOURCE_IO ? PAL_BAR_IO : 0) |
			(flags & IORESOURCE_MEM_64 ? PAL_BAR_64 : 0) |
			(flags & IORESOURCE_PREFETCH ? PAL_BAR_PREFETCH : 0);
	}
}

uint32_t PALAPI pal_config(void *handle, uint32_t offset, void *buffer,
			   uint32_t size, uint32_t write)
{
	struct pci_dev *pci = ((struct nt_device *)handle)->pci;
	u8 *bytes = buffer;
	u32 i;

	for (i = 0; i < size && offset + i < pci->cfg_size; i++)
		if (write)
			pci_write_config_byte(pci, offset + i, bytes[i]);
		else
			pci_read_config_byte(pci, offset + i, &bytes[i]);
	return i;
}

void PALAPI pal_device_enable(void *handle, uint32_t on)
{
	struct pci_dev *pci = ((struct nt_device *)handle)->pci;
	struct pe_context saved;

	context_leave(&saved);
	if (on)
		pci_set_master(pci);
	else
		pci_clear_master(pci);
	context_return(&saved);
}

void PALAPI pal_device_power(void *handle, uint32_t on)
{
	struct pci_dev *pci = ((struct nt_device *)handle)->pci;
	struct pe_context saved;

	context_leave(&saved);
	if (on) {
		pci_set_power_state(pci, PCI_D0);
		pci_restore_state(pci);
	} else {
		pci_save_state(pci);
		pci_set_power_state(pci, PCI_D3hot);
	}
	context_return(&saved);
}

int32_t PALAPI pal_irq_alloc(void *handle, uint32_t max, struct pal_irqs *irqs)
{
	struct nt_device *device = handle;
	struct pci_dev *pci = device->pci;
	struct pe_context saved;
	int count, i;

	context_leave(&saved);
	if (!device->had_irqs)
		arch_beside_doorbell(&pci->dev);
	count = pci_alloc_irq_vectors(pci, 1, clamp(max, 1u, PAL_VECTORS_MAX),
				      max && strcmp(interrupts, "line")
				      ? PCI_IRQ_ALL_TYPES : PCI_IRQ_LEGACY);
	if (!device->had_irqs)
		arch_beside_doorbell(&pci->dev);
	device->had_irqs = true;
	memset(irqs, 0, sizeof(*irqs));
	if (count > 0) {
		irqs->count = count;
		irqs->kind = pci->msix_enabled ? PAL_IRQ_MSIX :
			     pci->msi_enabled ? PAL_IRQ_MSI : PAL_IRQ_LINE;
	}
	for (i = 0; i < count; i++) {
		irqs->irq[i].vector = pci_irq_vector(pci, i);
		if (irqs->kind != PAL_IRQ_LINE) {
			struct msi_msg msg;

			get_cached_msi_msg(irqs->irq[i].vector, &msg);
			irqs->irq[i].address = (u64)msg.address_hi << 32 |
					       msg.address_lo;
			irqs->irq[i].data = msg.data;
		}
	}
	device->irqs = *irqs;
	context_return(&saved);
	return count < 0 ? count : 0;
}

void PALAPI pal_irq_free(void *handle)
{
	struct nt_device *device = handle;
	struct pe_context saved;

	context_leave(&saved);
	pci_free_irq_vectors(device->pci);
	context_return(&saved);
}

static irqreturn_t irq_handler(int irq, void *data)
{
	struct nt_vector *vector = data;

	return context_call_irq(vector->routine, (u64)vector->context,
				vector->index, 0, 0) & 0xff
	       ? IRQ_HANDLED : IRQ_NONE;
}

int32_t PALAPI pal_irq_connect(void *handle, uint32_t index, pal_isr isr,
			       void *context)
{
	struct nt_device *device = handle;
	struct pe_context saved;
	int err;

	if (index >= device->irqs.count || device->vector[index].routine)
		return -EINVAL;
	context_leave(&saved);
	device->vector[index].routine = isr;
	device->vector[index].context = context;
	device->vector[index].index = index;
	err = request_irq(device->irqs.irq[index].vector, irq_handler,
			  device->irqs.kind == PAL_IRQ_LINE ? IRQF_SHARED : 0,
			  "cbx_nt", &device->vector[index]);
	if (err)
		device->vector[index].routine = NULL;
	context_return(&saved);
	return err;
}

void PALAPI pal_irq_disconnect(void *handle, uint32_t index)
{
	struct nt_device *device = handle;
	struct pe_context saved;

	if (index >= device->irqs.count || !device->vector[index].routine)
		return;
	context_leave(&saved);
	free_irq(device->irqs.irq[index].vector, &device->vector[index]);
	device->vector[index].routine = NULL;
	context_return(&saved);
}
