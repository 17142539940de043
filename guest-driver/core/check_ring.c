/* SPDX-License-Identifier: MIT */
/*
 * Both sides at once, as a driver and its device share a buffer: rings and
 * messages in the buffer under test. Each message goes to the device and comes
 * back to another place; while the device is at it, the CPU writes the next
 * ones and reads those that have come back. The flag that says so is a bit of
 * the completion; it must never be seen before the message.
 */
#include "cbx/abi.h"
#include "core/caches.h"
#include "core/check.h"
#include "core/pattern.h"
#include "core/status.h"

enum {
    ENTRIES = 256,                  /* of each ring */
    SLOTS = ENTRIES / 2,            /* a message is two descriptors */
    MESSAGE = 64,                   /* bytes */
    BATCH = ENTRIES / 4,            /* descriptors to one doorbell */
    /* To and fro, for one call; makes tens of thousands for all. */
    DESCRIPTORS = 8192,
    /* Looks at the flag before the CPU waits for the interrupt instead. */
    LOOKS = 2000,
};

typedef struct Exchange {
    CbxCase *c;
    CbxQueue queue;
    uint64_t seed;
    uint32_t sent;                  /* descriptors */
    uint32_t done;
    uint32_t fruitless;
} Exchange;

static uint64_t rings_bytes(void)
{
    return ENTRIES * (uint64_t)(CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE);
}

static uint64_t out_offset(uint32_t message)
{
    return rings_bytes() + message % SLOTS * MESSAGE;
}

static uint64_t in_offset(uint32_t message)
{
    return out_offset(message) + SLOTS * MESSAGE;
}

bool cbx_applies_ring(const CbxSuite *suite, const CbxBuffer *buffer)
{
    return !(suite->ring_made >> buffer->api & 1) &&
           buffer->length >= rings_bytes() + 2 * SLOTS * MESSAGE;
}

static void post(Exchange *x, uint8_t flags)
{
    CbxBuffer *b = x->c->buffer;
    uint32_t message = x->sent / 2;
    bool in = x->sent % 2;
    const CbxDescriptor descriptor = {
        .op = in ? CBX_OP_WRITE : CBX_OP_READ,
        .address = b->logical + (in ? in_offset(message)
                                    : out_offset(message)),
        .length = MESSAGE,
        .offset = message % SLOTS * MESSAGE,
    };

    if (!in) {
        cbx_pattern_fill(b->va + out_offset(message), MESSAGE, x->seed,
                         (uint64_t)message * MESSAGE, CBX_PATTERN_PLAIN);
        cbx_caches_before_read(x->c->dev, b, out_offset(message), MESSAGE);
    } else {
        cbx_caches_before_write(x->c->dev, b, in_offset(message), MESSAGE);
    }
    cbx_queue_post(&x->queue, &descriptor, flags);
    x->sent++;
}

/* As many whole batches as there is room for. */
static void send(Exchange *x)
{
    while (x->sent < DESCRIPTORS &&
           x->sent - x->done + BATCH < ENTRIES) {
        for (unsigned i = 1; i <= BATCH; i++) {
            post(x, i == BATCH ? CBX_DESC_INTERRUPT : 0);
        }
        cbx_queue_submit(&x->queue);
    }
}

static bool say_wrong(Exchange *x, const char *what)
{
    cbx_text_add(&x->c->seen, x->done % 2 ? "back from the device, message "
                                          : "to the device, message ");
    cbx_text_dec(&x->c->seen, x->done / 2);
    cbx_text_add(&x->c->seen, ": ");
    cbx_text_add(&x->c->seen, what);
    return false;
}

/* The next completion is that of the next descriptor; what came is right. */
static bool judge(Exchange *x, const CbxCompletion *completion)
{
    const CbxBuffer *b = x->c->buffer;
    uint32_t message = x->done / 2;

    /* A queue counts its descriptors from 1. */
    if (completion->id != x->done + 1) {
        return say_wrong(x, cbx_status_text(CBX_STATUS_BAD_COMPLETION));
    }
    if (completion->status != CBX_STATUS_OK) {
        return say_wrong(x, cbx_status_text(completion->status));
    }
    if (completion->bytes != MESSAGE) {
        return say_wrong(x, "not all bytes transferred");
    }
    if (x->done % 2) {
        cbx_caches_after_write(x->c->dev, b, in_offset(message), MESSAGE);
    }
    if (x->done % 2 &&
        cbx_pattern_compare(b->va + in_offset(message), MESSAGE, x->seed,
                            (uint64_t)message * MESSAGE, CBX_PATTERN_PLAIN) !=
        CBX_PATTERN_SAME) {
        return say_wrong(x, "the flag is there, the message is not");
    }
    return true;
}

static bool collect(Exchange *x)
{
    CbxCompletion completion;
    uint32_t before = x->done;

    while (x->done < x->sent && cbx_queue_take(&x->queue, &completion)) {
        if (!judge(x, &completion)) {
            return false;
        }
        x->done++;
    }
    if (x->done != before) {
        x->fruitless = 0;
        cbx_queue_give_back(&x->queue);
    }
    return true;
}

/* A queue that has stopped says so once, perhaps before the wait for it. */
static bool has_stopped(Exchange *x)
{
    uint32_t status = cbx_queue_status(&x->queue);

    return status != CBX_STATUS_OK && !say_wrong(x, cbx_status_text(status));
}

/* Until the flag is up: the last descriptor of each batch interrupts. */
static bool await(Exchange *x)
{
    const CbxWorld *world = x->c->dev->world;

    for (unsigned i = 0; i < LOOKS; i++) {
        if (cbx_queue_is_ready(&x->queue)) {
            return true;
        }
    }
    world->ops->interrupt_arm(world->context);
    if (cbx_queue_is_ready(&x->queue)) {
        return true;
    }
    if (has_stopped(x)) {
        return false;
    }
    if (!world->ops->interrupt_wait(world->context, x->queue.timeout_ms)) {
        x->c->suite->broken = true;
        return say_wrong(x, cbx_status_text(CBX_STATUS_TIMEOUT));
    }
    if (cbx_queue_is_ready(&x->queue) ||
        ++x->fruitless < CBX_QUEUE_FRUITLESS_MAX) {
        return true;
    }
    return say_wrong(x, cbx_status_text(CBX_STATUS_NO_COMPLETION));
}

static bool exchange(Exchange *x)
{
    while (x->done < DESCRIPTORS) {
        send(x);
        if (!await(x) || !collect(x)) {
            return false;
        }
    }
    return true;
}

CbxVerdict cbx_check_ring(CbxCase *c)
{
    CbxSuite *suite = c->suite;
    Exchange x = { .c = c, .seed = cbx_suite_new_seed(suite) };
    bool good;
    uint32_t status;

    suite->ring_made |= UINT64_C(1) << c->buffer->api;
    if (!suite->queue_up) {
        cbx_text_add(&c->seen, "no queue: ");
        return cbx_case_skip(c, suite->no_queue);
    }
    if (c->dev->mem_length < SLOTS * MESSAGE) {
        return cbx_case_skip(c, "device memory is not mapped");
    }
    cbx_queue_stop(&suite->queue);
    status = cbx_queue_start(&x.queue, c->dev, suite->queue.number,
                             suite->queue.vector, c->buffer, ENTRIES,
                             suite->queue.timeout_ms);
    if (status == CBX_STATUS_OK) {
        good = exchange(&x);
        cbx_queue_stop(&x.queue);
    } else {
        good = false;
        cbx_text_add(&c->seen, cbx_status_text(status));
    }
    if (good) {
        cbx_text_dec(&c->seen, DESCRIPTORS / 2);
        cbx_text_add(&c->seen, " messages to the device and back");
    }
    status = cbx_queue_restart(&suite->queue);
    if (status != CBX_STATUS_OK) {
        suite->queue_up = false;
        suite->no_queue = cbx_status_text(status);
    }
    return good ? CBX_PASS : CBX_FAIL;
}
