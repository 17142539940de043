/* SPDX-License-Identifier: MIT */
/*
 * The data: whole lengths through the queue, edges by single-shot DMA.
 *
 * integrity-to-device leaves the buffer filled with a pattern; the checks up
 * to outside-unchanged rely on it and leave it so.
 */
#include "cbx/abi.h"
#include "core/caches.h"
#include "core/check.h"
#include "core/edges.h"
#include "core/pattern.h"
#include "core/status.h"

/*
 * Where single-shot transfers lie in device memory, and what is watched on
 * either side of them. The offset is misaligned against every edge in turn.
 */
enum { WINDOW_OFFSET = 64, WINDOW_GUARD = 64 };

static void barrier(CbxCase *c)
{
    c->dev->world->ops->barrier(c->dev->world->context);
}

static bool has_queue(CbxCase *c)
{
    if (!c->suite->queue_up) {
        cbx_text_add(&c->seen, "no queue: ");
        cbx_text_add(&c->seen, c->suite->no_queue);
        return false;
    }
    return true;
}

static uint32_t run(CbxCase *c, uint8_t op, uint64_t argument,
                    CbxCompletion *completion)
{
    const CbxDescriptor descriptor = {
        .op = op,
        .address = c->buffer->logical,
        .length = c->buffer->length,
        .argument = argument,
    };

    return cbx_queue_run(&c->suite->queue, &descriptor, completion);
}

/* Puts a status and the offset where the device met it into c->seen. */
static void say_status(CbxCase *c, uint32_t status,
                       const CbxCompletion *completion)
{
    cbx_text_add(&c->seen, cbx_status_text(status));
    if (status == CBX_STATUS_MISMATCH || status == CBX_STATUS_IOMMU_FAULT) {
        cbx_text_add(&c->seen, " at ");
        cbx_text_hex(&c->seen, completion->value);
    }
}

static void say_bytes(CbxCase *c, uint64_t length)
{
    cbx_text_dec(&c->seen, length);
    cbx_text_add(&c->seen, length == 1 ? " byte" : " bytes");
}

CbxVerdict cbx_check_integrity_to_device(CbxCase *c)
{
    CbxBuffer *b = c->buffer;
    CbxCompletion completion = { 0 };
    uint32_t status;

    b->seed = cbx_suite_new_seed(c->suite);
    b->spill = CBX_PATTERN_SAME;
    cbx_pattern_fill(b->va, b->length, b->seed, 0, CBX_PATTERN_PLAIN);
    cbx_caches_before_read(c->dev, b, 0, b->length);
    barrier(c);
    if (!has_queue(c)) {
        return CBX_SKIP;
    }
    status = run(c, CBX_OP_VERIFY, b->seed, &completion);
    if (status == CBX_STATUS_OK && completion.bytes == b->length) {
        say_bytes(c, b->length);
        cbx_text_add(&c->seen, " the same");
        return CBX_PASS;
    }
    say_status(c, status, &completion);
    cbx_text_add(&c->seen, " after ");
    say_bytes(c, completion.bytes);
    return CBX_FAIL;
}

CbxVerdict cbx_check_checksum(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    CbxCompletion completion = { 0 };
    uint64_t sum;
    uint32_t status;

    if (!has_queue(c)) {
        return CBX_SKIP;
    }
    status = run(c, CBX_OP_CHECKSUM, 0, &completion);
    if (status != CBX_STATUS_OK) {
        say_status(c, status, &completion);
        return CBX_FAIL;
    }
    sum = cbx_pattern_checksum(b->va, b->length);
    cbx_text_add(&c->seen, "device ");
    cbx_text_hex(&c->seen, completion.value);
    cbx_text_add(&c->seen, ", CPU ");
    cbx_text_hex(&c->seen, sum);
    return completion.value == sum ? CBX_PASS : CBX_FAIL;
}

static void say_edge(CbxCase *c, const CbxEdge *edge, const char *what,
                     uint64_t offset)
{
    cbx_text_add(&c->seen, edge->place);
    cbx_text_add(&c->seen, " (offset ");
    cbx_text_hex(&c->seen, edge->offset);
    cbx_text_add(&c->seen, ", ");
    say_bytes(c, edge->length);
    cbx_text_add(&c->seen, "): ");
    cbx_text_add(&c->seen, what);
    if (offset != CBX_PATTERN_SAME) {
        cbx_text_add(&c->seen, " ");
        cbx_text_hex(&c->seen, offset);
    }
}

static CbxVerdict say_edges_passed(CbxCase *c, unsigned edges)
{
    cbx_text_dec(&c->seen, edges);
    cbx_text_add(&c->seen, edges == 1 ? " place" : " places");
    return CBX_PASS;
}

/* Is there room in the window of device memory for the longest edge? */
static bool has_window(CbxCase *c)
{
    if (c->dev->mem_length < WINDOW_OFFSET + 8 + CBX_EDGE_LENGTH_MAX +
                             WINDOW_GUARD) {
        cbx_text_add(&c->seen, "device memory is not mapped");
        return false;
    }
    return true;
}

/*
 * What the device brings must replace the complement, byte for byte, and
 * leave the complement on both sides alone.
 */
static bool edge_to_device(CbxCase *c, const CbxEdge *edge, uint32_t window)
{
    const CbxBuffer *b = c->buffer;
    volatile uint8_t *mem = c->dev->world->mem + window;
    uint64_t position = edge->offset + WINDOW_GUARD;
    uint32_t status;
    uint64_t at;

    /* One seed for range and sides; only the range is the buffer's. */
    cbx_pattern_fill(mem - WINDOW_GUARD, edge->length + 2 * WINDOW_GUARD,
                     b->seed, position, CBX_PATTERN_INVERTED);
    cbx_pattern_fill(mem, edge->length, b->seed, edge->offset,
                     CBX_PATTERN_INVERTED);
    barrier(c);
    status = cbx_device_dma_in(c->dev, b->logical + edge->offset,
                               edge->length, window);
    if (status != CBX_STATUS_OK) {
        say_edge(c, edge, cbx_status_text(status), CBX_PATTERN_SAME);
        return false;
    }
    at = cbx_pattern_compare(mem, edge->length, b->seed, edge->offset,
                             CBX_PATTERN_PLAIN);
    if (at != CBX_PATTERN_SAME) {
        say_edge(c, edge, "the device has another byte at", at);
        return false;
    }
    if (cbx_pattern_compare(mem - WINDOW_GUARD, WINDOW_GUARD, b->seed,
                            position, CBX_PATTERN_INVERTED) !=
        CBX_PATTERN_SAME ||
        cbx_pattern_compare(mem + edge->length, WINDOW_GUARD, b->seed,
                            position + WINDOW_GUARD + edge->length,
                            CBX_PATTERN_INVERTED) != CBX_PATTERN_SAME) {
        say_edge(c, edge, "more bytes than asked for", CBX_PATTERN_SAME);
        return false;
    }
    return true;
}

CbxVerdict cbx_check_edges_to_device(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    unsigned index = 0;
    unsigned count = 0;
    CbxEdge edge;

    if (!has_window(c)) {
        return CBX_SKIP;
    }
    while (cbx_edge_next(b->logical, b->length, &index, &edge)) {
        if (!edge_to_device(c, &edge, WINDOW_OFFSET + count % 8)) {
            return CBX_FAIL;
        }
        count++;
    }
    return say_edges_passed(c, count);
}

/* What is watched on either side of an edge, as far as there is a buffer. */
static uint64_t guard_before(const CbxEdge *edge)
{
    return edge->offset < WINDOW_GUARD ? edge->offset : WINDOW_GUARD;
}

static uint64_t guard_after(const CbxBuffer *b, const CbxEdge *edge)
{
    uint64_t rest = b->length - edge->offset - edge->length;

    return rest < WINDOW_GUARD ? rest : WINDOW_GUARD;
}

/*
 * Looks beside a range that was just written, before the next transfer can
 * cover the traces. outside-unchanged reports it.
 */
static void note_spill(CbxBuffer *b, const CbxEdge *edge)
{
    uint64_t before = guard_before(edge);
    uint64_t sides[2][2] = { { edge->offset - before, before },
                             { edge->offset + edge->length,
                               guard_after(b, edge) } };

    for (unsigned i = 0; i < 2 && b->spill == CBX_PATTERN_SAME; i++) {
        uint64_t at = cbx_pattern_compare(b->va + sides[i][0], sides[i][1],
                                          b->seed, sides[i][0],
                                          CBX_PATTERN_PLAIN);

        if (at != CBX_PATTERN_SAME) {
            b->spill = sides[i][0] + at;
        }
    }
}

/* The complement of what is there comes in; what was there is put back. */
static bool edge_from_device(CbxCase *c, const CbxEdge *edge, uint32_t window)
{
    CbxBuffer *b = c->buffer;
    volatile uint8_t *va = b->va + edge->offset;
    uint64_t before = guard_before(edge);
    uint32_t status;
    uint64_t at;

    cbx_pattern_fill(c->dev->world->mem + window, edge->length, b->seed,
                     edge->offset, CBX_PATTERN_INVERTED);
    cbx_caches_before_write(c->dev, b, edge->offset, edge->length);
    barrier(c);
    status = cbx_device_dma_out(c->dev, b->logical + edge->offset,
                                edge->length, window);
    if (status != CBX_STATUS_OK) {
        say_edge(c, edge, cbx_status_text(status), CBX_PATTERN_SAME);
        return false;
    }
    cbx_caches_after_write(c->dev, b, edge->offset - before,
                           before + edge->length + guard_after(b, edge));
    cbx_device_use(c->dev, b);
    at = cbx_pattern_compare(va, edge->length, b->seed, edge->offset,
                             CBX_PATTERN_INVERTED);
    note_spill(b, edge);
    cbx_pattern_fill(va, edge->length, b->seed, edge->offset,
                     CBX_PATTERN_PLAIN);
    cbx_caches_before_read(c->dev, b, edge->offset, edge->length);
    barrier(c);
    if (at != CBX_PATTERN_SAME) {
        say_edge(c, edge, "the CPU sees another byte at", at);
        return false;
    }
    return true;
}

CbxVerdict cbx_check_edges_from_device(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    unsigned index = 0;
    unsigned count = 0;
    CbxEdge edge;

    if (!has_window(c)) {
        return CBX_SKIP;
    }
    while (cbx_edge_next(b->logical, b->length, &index, &edge)) {
        if (!edge_from_device(c, &edge, WINDOW_OFFSET + count % 8)) {
            return CBX_FAIL;
        }
        count++;
    }
    return say_edges_passed(c, count);
}

CbxVerdict cbx_check_outside_unchanged(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t at = b->spill;

    if (at == CBX_PATTERN_SAME) {
        cbx_caches_after_write(c->dev, b, 0, b->length);
        at = cbx_pattern_compare(b->va, b->length, b->seed, 0,
                                 CBX_PATTERN_PLAIN);
    }
    if (at == CBX_PATTERN_SAME) {
        say_bytes(c, b->length);
        cbx_text_add(&c->seen, " as before");
        return CBX_PASS;
    }
    cbx_text_add(&c->seen, "byte changed at offset ");
    cbx_text_hex(&c->seen, at);
    return CBX_FAIL;
}

/* First and last byte must change, or a lost transfer could go unnoticed. */
static uint64_t differing_seed(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint64_t last = b->length - 1;
    uint64_t seed;

    do {
        seed = cbx_suite_new_seed(c->suite);
    } while (cbx_pattern_byte(seed, 0) == cbx_pattern_byte(b->seed, 0) ||
             cbx_pattern_byte(seed, last) == cbx_pattern_byte(b->seed, last));
    return seed;
}

CbxVerdict cbx_check_integrity_from_device(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    CbxCompletion completion = { 0 };
    uint64_t seed;
    uint32_t status;
    uint64_t at;

    if (!has_queue(c)) {
        return CBX_SKIP;
    }
    seed = differing_seed(c);
    cbx_caches_before_write(c->dev, b, 0, b->length);
    status = run(c, CBX_OP_FILL, seed, &completion);
    if (status != CBX_STATUS_OK) {
        say_status(c, status, &completion);
        return CBX_FAIL;
    }
    barrier(c);
    cbx_caches_after_write(c->dev, b, 0, b->length);
    cbx_device_use(c->dev, b);
    at = cbx_pattern_compare(b->va, b->length, seed, 0, CBX_PATTERN_PLAIN);
    if (at == CBX_PATTERN_SAME && completion.bytes == b->length) {
        say_bytes(c, b->length);
        cbx_text_add(&c->seen, " the same");
        return CBX_PASS;
    }
    cbx_text_add(&c->seen, "the CPU sees another byte at offset ");
    cbx_text_hex(&c->seen, at);
    return CBX_FAIL;
}
