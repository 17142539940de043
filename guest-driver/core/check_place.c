/* SPDX-License-Identifier: MIT */
/* Where a buffer lies: checks that only look at its addresses. */
#include "cbx/abi.h"
#include "core/check.h"
#include "core/status.h"

static uint64_t last_byte(const CbxBuffer *buffer)
{
    return buffer->logical + buffer->length - 1;
}

static void say_range(CbxText *text, uint64_t first, uint64_t last)
{
    cbx_text_hex(text, first);
    cbx_text_add(text, " to ");
    cbx_text_hex(text, last);
}

CbxVerdict cbx_check_declaration(CbxCase *c)
{
    uint32_t status = cbx_device_declare(c->dev, c->buffer);

    cbx_text_add(&c->seen, cbx_status_text(status));
    return status == CBX_STATUS_OK ? CBX_PASS : CBX_FAIL;
}

CbxVerdict cbx_check_separate(CbxCase *c)
{
    const CbxBuffer *other = cbx_live_overlap(&c->suite->live, c->buffer);

    say_range(&c->seen, c->buffer->logical, last_byte(c->buffer));
    if (!other) {
        return CBX_PASS;
    }
    cbx_text_add(&c->seen, " overlaps buffer ");
    cbx_text_dec(&c->seen, other->id);
    cbx_text_add(&c->seen, " at ");
    say_range(&c->seen, other->logical, last_byte(other));
    return CBX_FAIL;
}

/* The driver knows both ends, and so does the device: both must agree. */
CbxVerdict cbx_check_range(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    bool inside = b->logical >= b->min && last_byte(b) <= b->max &&
                  last_byte(b) >= b->logical;

    say_range(&c->seen, b->logical, last_byte(b));
    cbx_text_add(&c->seen, ", allowed ");
    say_range(&c->seen, b->min, b->max);
    if (b->declared && inside != !!(b->found.facts & CBX_FACT_RANGE_OK)) {
        cbx_text_add(&c->seen, ", but the device says otherwise");
        return CBX_FAIL;
    }
    return inside ? CBX_PASS : CBX_FAIL;
}

CbxVerdict cbx_check_address_width(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    bool inside = last_byte(b) <= cbx_device_last_address(c->dev);

    cbx_text_add(&c->seen, "last byte ");
    cbx_text_hex(&c->seen, last_byte(b));
    cbx_text_add(&c->seen, ", the device has ");
    cbx_text_dec(&c->seen, c->dev->addr_bits);
    cbx_text_add(&c->seen, " address bits");
    if (b->declared && inside != !!(b->found.facts & CBX_FACT_WIDTH_OK)) {
        cbx_text_add(&c->seen, ", but the device says otherwise");
        return CBX_FAIL;
    }
    return inside ? CBX_PASS : CBX_FAIL;
}

CbxVerdict cbx_check_alignment(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t mask = b->align ? b->align - 1 : 0;
    uint64_t va_mask = mask < CBX_PAGE_SIZE ? mask : CBX_PAGE_SIZE - 1;

    cbx_text_add(&c->seen, "virtual ");
    cbx_text_hex(&c->seen, (uint64_t)(uintptr_t)b->va);
    cbx_text_add(&c->seen, ", logical ");
    cbx_text_hex(&c->seen, b->logical);
    if ((uintptr_t)b->va & va_mask || b->logical & mask) {
        return CBX_FAIL;
    }
    if (b->declared && !(b->found.facts & CBX_FACT_ALIGN_OK)) {
        cbx_text_add(&c->seen, ", but the device says otherwise");
        return CBX_FAIL;
    }
    return CBX_PASS;
}
