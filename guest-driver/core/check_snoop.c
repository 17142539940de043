/* SPDX-License-Identifier: MIT */
/*
 * Transfers that ask not to snoop the caches, of memory that was asked for as
 * uncached: no cache has anything of it, so nobody maintains one here. Only a
 * device that knows the caches can tell a mapping that is cached after all.
 */
#include "cbx/abi.h"
#include "core/check.h"
#include "core/pattern.h"
#include "core/status.h"

/* By a call that honours it, on each processor. */
bool cbx_applies_no_snoop(const CbxSuite *suite, const CbxBuffer *buffer)
{
    bool uncached = buffer->cache == CBX_CACHE_NONCACHED ||
                    buffer->cache == CBX_CACHE_WRITECOMBINED;

    return suite->dev->features & CBX_FEATURE_COHERENCE && uncached &&
           (buffer->api == CBX_API_ALLOCATE_COMMON_BUFFER_EX ||
            buffer->api == CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR ||
            buffer->api == CBX_API_ALLOCATE_WITH_BOUNDS ||
            buffer->api == CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER);
}

static uint32_t run(CbxCase *c, uint8_t op, uint64_t seed,
                    CbxCompletion *completion)
{
    const CbxDescriptor descriptor = {
        .op = op,
        .attributes = CBX_ATTR_NO_SNOOP,
        .address = c->buffer->logical,
        .length = c->buffer->length,
        .argument = seed,
    };

    return cbx_queue_run(&c->suite->queue, &descriptor, completion);
}

static CbxVerdict say(CbxCase *c, const char *what, uint64_t offset)
{
    cbx_text_add(&c->seen, what);
    cbx_text_add(&c->seen, " at offset ");
    cbx_text_hex(&c->seen, offset);
    return CBX_FAIL;
}

static CbxVerdict say_status(CbxCase *c, const char *what, uint32_t status)
{
    cbx_text_add(&c->seen, what);
    cbx_text_add(&c->seen, cbx_status_text(status));
    return CBX_FAIL;
}

static CbxVerdict to_device(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t seed = cbx_suite_new_seed(c->suite);
    CbxCompletion completion = { 0 };
    uint32_t status;

    cbx_pattern_fill(b->va, b->length, seed, 0, CBX_PATTERN_PLAIN);
    c->dev->world->ops->barrier(c->dev->world->context);
    status = run(c, CBX_OP_VERIFY, seed, &completion);
    if (status == CBX_STATUS_MISMATCH) {
        return say(c, "the device reads another byte",
                   completion.value - b->logical);
    }
    return status == CBX_STATUS_OK ? CBX_PASS
                                   : say_status(c, "to the device: ", status);
}

/* The complement of what is there, so that each byte has to change. */
static CbxVerdict from_device(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t seed = cbx_suite_new_seed(c->suite);
    uint32_t status;
    uint64_t at;

    cbx_pattern_fill(b->va, b->length, seed, 0, CBX_PATTERN_INVERTED);
    c->dev->world->ops->barrier(c->dev->world->context);
    status = run(c, CBX_OP_FILL, seed, 0);
    if (status != CBX_STATUS_OK) {
        return say_status(c, "from the device: ", status);
    }
    c->dev->world->ops->barrier(c->dev->world->context);
    cbx_device_use(c->dev, b);
    at = cbx_pattern_compare(b->va, b->length, seed, 0, CBX_PATTERN_PLAIN);
    return at == CBX_PATTERN_SAME
           ? CBX_PASS : say(c, "the CPU sees another byte", at);
}

CbxVerdict cbx_check_no_snoop(CbxCase *c)
{
    CbxVerdict verdict;

    if (!c->suite->queue_up) {
        cbx_text_add(&c->seen, "no queue: ");
        return cbx_case_skip(c, c->suite->no_queue);
    }
    verdict = to_device(c);
    if (verdict == CBX_PASS) {
        verdict = from_device(c);
    }
    if (verdict == CBX_PASS) {
        cbx_text_dec(&c->seen, c->buffer->length);
        cbx_text_add(&c->seen, c->buffer->length == 1
                               ? " byte each way, past the caches"
                               : " bytes each way, past the caches");
    }
    return verdict;
}
