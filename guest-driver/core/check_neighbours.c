/* SPDX-License-Identifier: MIT */
/* Other buffers of the same call while the device writes this one. */
#include "cbx/abi.h"
#include "core/caches.h"
#include "core/check.h"
#include "core/pattern.h"
#include "core/status.h"

/* The next live one after `at`, from the first on when that is NULL. */
static const CbxBuffer *next(const CbxSuite *suite, const CbxBuffer *buffer,
                             const CbxBuffer *at)
{
    at = at ? at->next : suite->live.first;
    while (at && (at == buffer || at == suite->rings ||
                  at->api != buffer->api)) {
        at = at->next;
    }
    return at;
}

bool cbx_applies_neighbours_unchanged(const CbxSuite *suite,
                                      const CbxBuffer *buffer)
{
    return next(suite, buffer, 0) != 0;
}

static CbxVerdict compare(CbxCase *c, uint64_t seed)
{
    unsigned count = 0;

    for (const CbxBuffer *n = next(c->suite, c->buffer, 0); n;
         n = next(c->suite, c->buffer, n)) {
        uint64_t at;

        cbx_caches_after_write(c->dev, n, 0, n->length);
        cbx_device_use(c->dev, n);
        at = cbx_pattern_compare(n->va, n->length, seed, 0,
                                 CBX_PATTERN_PLAIN);
        if (at != CBX_PATTERN_SAME) {
            cbx_text_add(&c->seen, "byte changed in element ");
            cbx_text_dec(&c->seen, n->element);
            cbx_text_add(&c->seen, " at offset ");
            cbx_text_hex(&c->seen, at);
            return CBX_FAIL;
        }
        count++;
    }
    cbx_text_dec(&c->seen, count);
    cbx_text_add(&c->seen, count == 1 ? " buffer as before"
                                      : " buffers as before");
    return CBX_PASS;
}

CbxVerdict cbx_check_neighbours_unchanged(CbxCase *c)
{
    CbxSuite *suite = c->suite;
    uint64_t seed = cbx_suite_new_seed(suite);
    const CbxDescriptor descriptor = {
        .op = CBX_OP_FILL,
        .address = c->buffer->logical,
        .length = c->buffer->length,
        .argument = cbx_suite_new_seed(suite),
    };
    uint32_t status;

    if (!suite->queue_up) {
        cbx_text_add(&c->seen, "no queue: ");
        return cbx_case_skip(c, suite->no_queue);
    }
    for (const CbxBuffer *n = next(suite, c->buffer, 0); n;
         n = next(suite, c->buffer, n)) {
        cbx_pattern_fill(n->va, n->length, seed, 0, CBX_PATTERN_PLAIN);
        cbx_caches_before_read(c->dev, n, 0, n->length);
    }
    cbx_caches_before_write(c->dev, c->buffer, 0, c->buffer->length);
    c->dev->world->ops->barrier(c->dev->world->context);
    status = cbx_queue_run(&suite->queue, &descriptor, 0);
    c->dev->world->ops->barrier(c->dev->world->context);
    if (status != CBX_STATUS_OK) {
        cbx_text_add(&c->seen, "the device does not write the buffer: ");
        return cbx_case_skip(c, cbx_status_text(status));
    }
    return compare(c, seed);
}
