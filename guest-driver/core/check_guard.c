/* SPDX-License-Identifier: MIT */
/* Isolation: what the device must not reach. */
#include "cbx/abi.h"
#include "core/check.h"
#include "core/status.h"

bool cbx_case_is_confined(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;

    if (!(c->dev->features & CBX_FEATURE_IOMMU)) {
        cbx_text_add(&c->seen, "no IOMMU in the path");
        return false;
    }
    if (b->found.facts & CBX_FACT_IDENTITY) {
        cbx_text_add(&c->seen, "the IOMMU maps this device one to one");
        return false;
    }
    return true;
}

/* What the device cannot even ask for shows nothing of the IOMMU. */
static bool is_askable(CbxCase *c, uint64_t address)
{
    if (address <= cbx_device_last_address(c->dev)) {
        return true;
    }
    cbx_text_hex(&c->seen, address);
    cbx_text_add(&c->seen, " is beyond the device's address width");
    return false;
}

/* Both kinds of access to one byte must be refused, and by the IOMMU. */
static bool is_refused(CbxCase *c, uint64_t address)
{
    static const struct {
        uint32_t access;
        const char *name;
    } kinds[] = {
        { CBX_PROBE_READ, " read: " },
        { CBX_PROBE_WRITE, ", write: " },
    };
    bool refused = true;

    cbx_text_hex(&c->seen, address);
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint32_t status = cbx_device_probe(c->dev, address, kinds[i].access);

        cbx_text_add(&c->seen, kinds[i].name);
        cbx_text_add(&c->seen, cbx_status_text(status));
        refused = refused && status == CBX_STATUS_IOMMU_FAULT;
    }
    return refused;
}

/*
 * The nearest page that is nobody's: a neighbour may be another live buffer,
 * which the device may well reach.
 */
CbxVerdict cbx_check_guard_before(CbxCase *c)
{
    uint64_t page;

    if (!cbx_case_is_confined(c)) {
        return CBX_SKIP;
    }
    if (!cbx_live_page_below(&c->suite->live, c->buffer, &page)) {
        return cbx_case_skip(c, "no free page before the buffer");
    }
    if (!is_askable(c, page)) {
        return CBX_SKIP;
    }
    return is_refused(c, page + CBX_PAGE_SIZE - 1) ? CBX_PASS : CBX_FAIL;
}

CbxVerdict cbx_check_guard_after(CbxCase *c)
{
    uint64_t last = cbx_device_last_address(c->dev);
    uint64_t page;

    if (!cbx_case_is_confined(c)) {
        return CBX_SKIP;
    }
    if (!cbx_live_page_above(&c->suite->live, c->buffer, last, &page)) {
        return cbx_case_skip(c, "no free page after the buffer within the "
                                "device's address width");
    }
    return is_refused(c, page) ? CBX_PASS : CBX_FAIL;
}

/* First and last page, unless another buffer has moved in meanwhile. */
CbxVerdict cbx_check_use_after_free(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t ends[2] = { b->logical, b->logical + b->length - 1 };
    bool refused = true;

    if (!cbx_case_is_confined(c)) {
        return CBX_SKIP;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!is_askable(c, ends[i])) {
            return CBX_SKIP;
        }
        if (cbx_live_at(&c->suite->live, ends[i])) {
            return cbx_case_skip(c, "its addresses belong to another live "
                                    "buffer now");
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (i) {
            cbx_text_add(&c->seen, "; ");
        }
        refused = is_refused(c, ends[i]) && refused;
    }
    return refused ? CBX_PASS : CBX_FAIL;
}
