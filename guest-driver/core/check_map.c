/* SPDX-License-Identifier: MIT */
/* What the device's addresses lead to: checks of the oracle's findings. */
#include "cbx/abi.h"
#include "core/check.h"

static const char not_declared[] = "the device did not accept the buffer";

CbxVerdict cbx_check_device_access(CbxCase *c)
{
    const CbxFindings *found = &c->buffer->found;
    const uint32_t access = CBX_FACT_READABLE | CBX_FACT_WRITABLE;
    uint64_t pages = (cbx_live_last_page_end(c->buffer) -
                      cbx_live_first_page(c->buffer)) / CBX_PAGE_SIZE + 1;

    if (!c->buffer->declared) {
        return cbx_case_skip(c, not_declared);
    }
    cbx_text_dec(&c->seen, found->pages_ok);
    cbx_text_add(&c->seen, " of ");
    cbx_text_dec(&c->seen, pages);
    cbx_text_add(&c->seen, " pages readable and writable");
    if (found->pages == pages && found->pages_ok == pages &&
        (found->facts & access) == access) {
        return CBX_PASS;
    }
    if (found->pages_ok != found->pages) {
        cbx_text_add(&c->seen, ", first that is not: ");
        cbx_text_hex(&c->seen, found->first_bad);
    }
    return CBX_FAIL;
}

CbxVerdict cbx_check_ram(CbxCase *c)
{
    if (!c->buffer->declared) {
        return cbx_case_skip(c, not_declared);
    }
    if (c->buffer->found.facts & CBX_FACT_RAM) {
        cbx_text_add(&c->seen, "every page is RAM");
        return CBX_PASS;
    }
    cbx_text_add(&c->seen, "a page is no RAM, or is out of reach");
    return CBX_FAIL;
}

/*
 * The device tells the address of the first page and whether the others
 * follow it without a gap; where there are gaps, the first page and the fact
 * that the system's own pages have gaps too is all that can be compared.
 */
CbxVerdict cbx_check_physical_pages(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    const CbxWorld *world = c->dev->world;
    bool contiguous = b->found.facts & CBX_FACT_GPA_CONTIGUOUS;
    uint64_t first = world->ops->virt_to_phys(world->context, b->va);
    bool gap = false;

    if (!b->declared) {
        return cbx_case_skip(c, not_declared);
    }
    if (first == CBX_PHYS_UNKNOWN) {
        return cbx_case_skip(c, "the system does not tell physical addresses");
    }
    if (!b->found.pages_ok) {
        cbx_text_add(&c->seen, "the device reaches no page");
        return CBX_FAIL;
    }
    cbx_text_add(&c->seen, "device ");
    cbx_text_hex(&c->seen, b->found.gpa);
    cbx_text_add(&c->seen, ", CPU ");
    cbx_text_hex(&c->seen, first);
    if (first != b->found.gpa) {
        return CBX_FAIL;
    }
    for (uint64_t at = CBX_PAGE_SIZE - b->logical % CBX_PAGE_SIZE;
         at < b->length; at += CBX_PAGE_SIZE) {
        uint64_t phys = world->ops->virt_to_phys(world->context, b->va + at);

        if (phys == first + at) {
            continue;
        }
        gap = true;
        if (contiguous) {
            cbx_text_add(&c->seen, "; at offset ");
            cbx_text_hex(&c->seen, at);
            cbx_text_add(&c->seen, " device ");
            cbx_text_hex(&c->seen, first + at);
            cbx_text_add(&c->seen, ", CPU ");
            cbx_text_hex(&c->seen, phys);
            return CBX_FAIL;
        }
    }
    if (!contiguous) {
        cbx_text_add(&c->seen, gap ? "; with gaps on both sides"
                                   : "; gaps on the device's side only");
        return gap ? CBX_PASS : CBX_FAIL;
    }
    return CBX_PASS;
}

CbxVerdict cbx_check_translation(CbxCase *c)
{
    uint32_t facts = c->buffer->found.facts;

    if (!c->buffer->declared) {
        return cbx_case_skip(c, not_declared);
    }
    cbx_text_hex(&c->seen, c->buffer->logical);
    if (!(facts & (CBX_FACT_READABLE | CBX_FACT_WRITABLE))) {
        cbx_text_add(&c->seen, " does not lead to memory everywhere");
        return CBX_FAIL;
    }
    cbx_text_add(&c->seen, " leads to ");
    cbx_text_hex(&c->seen, c->buffer->found.gpa);
    if (!(c->dev->features & CBX_FEATURE_IOMMU)) {
        cbx_text_add(&c->seen, ", no IOMMU in the path");
        return facts & CBX_FACT_IDENTITY && !(facts & CBX_FACT_IOMMU)
               ? CBX_PASS : CBX_FAIL;
    }
    if (facts & CBX_FACT_IDENTITY) {
        cbx_text_add(&c->seen, ": the IOMMU maps this device one to one, so "
                               "nothing is shown; is DMA remapping enabled "
                               "for the device?");
        return CBX_SKIP;
    }
    cbx_text_add(&c->seen, ", through the IOMMU");
    return facts & CBX_FACT_IOMMU ? CBX_PASS : CBX_FAIL;
}
