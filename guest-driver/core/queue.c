/* SPDX-License-Identifier: MIT */
#include "core/queue.h"

#include <stddef.h>

#include "core/access.h"
#include "core/caches.h"
#include "core/status.h"

/* Alignment that the device asks of both rings. */
enum { RING_ALIGN = 64 };

static void write32(const CbxQueue *queue, uint32_t offset, uint32_t value)
{
    const CbxWorld *world = queue->dev->world;

    world->ops->write32(world->context, offset, value);
}

static void write64(const CbxQueue *queue, uint32_t offset, uint64_t value)
{
    const CbxWorld *world = queue->dev->world;

    world->ops->write64(world->context, offset, value);
}

static void barrier(const CbxQueue *queue)
{
    queue->dev->world->ops->barrier(queue->dev->world->context);
}

/* Of rings that are cached though the device does not snoop. */
static void flush(const CbxQueue *queue, const volatile void *at,
                  uint64_t length, bool read)
{
    const CbxWorld *world = queue->dev->world;

    if (queue->flushes) {
        world->ops->flush(world->context, at, length, read);
    }
}

uint64_t cbx_queue_bytes(uint32_t entries)
{
    return (uint64_t)entries * (CBX_DESCRIPTOR_SIZE + CBX_COMPLETION_SIZE);
}

/* Empties the rings and enables the queue: the rest of the start. */
static uint32_t enable(CbxQueue *queue)
{
    uint32_t number = queue->number;
    uint64_t bytes = cbx_queue_bytes(queue->entries);

    queue->tail = 0;
    queue->cq_head = 0;
    queue->phase = CBX_COMP_PHASE;
    queue->next_id = 1;
    queue->broken = false;
    for (uint64_t i = 0; i < bytes; i += 8) {
        cbx_store64(queue->ring + i, 0);
    }
    flush(queue, queue->ring, bytes, false);

    write64(queue, CBX_REG_QUEUE(number, CBX_Q_RING_LO), queue->logical);
    write64(queue, CBX_REG_QUEUE(number, CBX_Q_CQ_LO),
            queue->logical + (uint64_t)(queue->cq - queue->ring));
    write32(queue, CBX_REG_QUEUE(number, CBX_Q_ENTRIES), queue->entries);
    write32(queue, CBX_REG_QUEUE(number, CBX_Q_VECTOR), queue->vector);
    barrier(queue);
    write32(queue, CBX_REG_QUEUE(number, CBX_Q_CONTROL), CBX_Q_ENABLE);
    return cbx_queue_status(queue);
}

uint32_t cbx_queue_start(CbxQueue *queue, CbxDevice *dev, uint32_t number,
                         uint32_t vector, const CbxBuffer *buffer,
                         uint32_t entries, uint32_t timeout_ms)
{
    if (entries < CBX_Q_ENTRIES_MIN || entries > CBX_Q_ENTRIES_MAX ||
        (entries & (entries - 1)) || buffer->logical % RING_ALIGN ||
        (uintptr_t)buffer->va % RING_ALIGN) {
        return CBX_STATUS_BAD_RINGS;
    }
    queue->dev = dev;
    queue->number = number;
    queue->vector = vector;
    queue->logical = buffer->logical;
    queue->entries = entries;
    queue->timeout_ms = timeout_ms;
    queue->ring = buffer->va;
    queue->cq = queue->ring + (uint64_t)entries * CBX_DESCRIPTOR_SIZE;
    queue->flushes = cbx_caches_matter(dev, buffer);
    return enable(queue);
}

void cbx_queue_stop(CbxQueue *queue)
{
    write32(queue, CBX_REG_QUEUE(queue->number, CBX_Q_CONTROL), 0);
    barrier(queue);
}

uint32_t cbx_queue_restart(CbxQueue *queue)
{
    return enable(queue);
}

/* Field by field: shared memory takes naturally aligned accesses only. */
static void put_descriptor(volatile uint8_t *slot, const CbxDescriptor *d,
                           uint8_t flags, uint32_t id)
{
    cbx_store8(slot + offsetof(CbxDescriptor, op), d->op);
    cbx_store8(slot + offsetof(CbxDescriptor, flags), flags);
    cbx_store16(slot + offsetof(CbxDescriptor, attributes), d->attributes);
    cbx_store32(slot + offsetof(CbxDescriptor, id), id);
    cbx_store64(slot + offsetof(CbxDescriptor, address), d->address);
    cbx_store64(slot + offsetof(CbxDescriptor, address2), d->address2);
    cbx_store64(slot + offsetof(CbxDescriptor, length), d->length);
    cbx_store64(slot + offsetof(CbxDescriptor, offset), d->offset);
    cbx_store64(slot + offsetof(CbxDescriptor, argument), d->argument);
    cbx_store64(slot + offsetof(CbxDescriptor, argument2), d->argument2);
    cbx_store64(slot + offsetof(CbxDescriptor, reserved), 0);
}

static void get_completion(const volatile uint8_t *slot, CbxCompletion *c)
{
    c->id = cbx_load32(slot + offsetof(CbxCompletion, id));
    c->status = cbx_load16(slot + offsetof(CbxCompletion, status));
    c->flags = cbx_load16(slot + offsetof(CbxCompletion, flags));
    c->bytes = cbx_load64(slot + offsetof(CbxCompletion, bytes));
    c->value = cbx_load64(slot + offsetof(CbxCompletion, value));
    c->time_ns = cbx_load64(slot + offsetof(CbxCompletion, time_ns));
}

uint32_t cbx_queue_post(CbxQueue *queue, const CbxDescriptor *descriptor,
                        uint8_t flags)
{
    volatile uint8_t *slot = queue->ring +
                             (uint64_t)queue->tail * CBX_DESCRIPTOR_SIZE;
    uint32_t id = queue->next_id++;

    put_descriptor(slot, descriptor, flags, id);
    flush(queue, slot, CBX_DESCRIPTOR_SIZE, false);
    queue->tail = (queue->tail + 1) % queue->entries;
    return id;
}

void cbx_queue_submit(CbxQueue *queue)
{
    barrier(queue);
    write32(queue, CBX_REG_DOORBELL(queue->number, CBX_DB_TAIL), queue->tail);
}

static volatile uint8_t *next_completion(const CbxQueue *queue)
{
    return queue->cq + (uint64_t)queue->cq_head * CBX_COMPLETION_SIZE;
}

bool cbx_queue_is_ready(const CbxQueue *queue)
{
    volatile uint8_t *slot = next_completion(queue);
    uint16_t flags;

    /* The CPU stores nothing there: the whole line is the device's. */
    flush(queue, slot, CBX_COMPLETION_SIZE, true);
    flags = cbx_load16(slot + offsetof(CbxCompletion, flags));
    return (flags & CBX_COMP_PHASE) == queue->phase;
}

bool cbx_queue_take(CbxQueue *queue, CbxCompletion *c)
{
    volatile uint8_t *slot = next_completion(queue);

    if (!cbx_queue_is_ready(queue)) {
        return false;
    }
    barrier(queue);    /* the phase first, then what it vouches for */
    get_completion(slot, c);
    if (++queue->cq_head == queue->entries) {
        queue->cq_head = 0;
        queue->phase ^= CBX_COMP_PHASE;
    }
    return true;
}

void cbx_queue_give_back(CbxQueue *queue)
{
    write32(queue, CBX_REG_DOORBELL(queue->number, CBX_DB_CQ_HEAD),
            queue->cq_head);
}

uint32_t cbx_queue_status(const CbxQueue *queue)
{
    const CbxWorld *world = queue->dev->world;

    return world->ops->read32(world->context,
                              CBX_REG_QUEUE(queue->number, CBX_Q_STATUS));
}

static uint32_t break_down(CbxQueue *queue, uint32_t status)
{
    uint32_t stopped = cbx_queue_status(queue);

    queue->broken = true;
    return stopped != CBX_STATUS_OK ? stopped : status;
}

/*
 * For the completion's interrupt, or the one of a queue that stopped. One that
 * finds neither belongs to what was done before, and came late.
 */
static bool await_interrupt(CbxQueue *queue, unsigned *fruitless)
{
    const CbxWorld *world = queue->dev->world;

    for (;;) {
        if (!world->ops->interrupt_wait(world->context, queue->timeout_ms)) {
            return false;
        }
        if (cbx_queue_is_ready(queue) ||
            cbx_queue_status(queue) != CBX_STATUS_OK) {
            return true;
        }
        if (++*fruitless == CBX_QUEUE_FRUITLESS_MAX) {
            return false;
        }
        world->ops->interrupt_arm(world->context);
        if (cbx_queue_is_ready(queue)) {
            return true;    /* it may have come just before */
        }
    }
}

uint32_t cbx_queue_run(CbxQueue *queue, const CbxDescriptor *descriptor,
                       CbxCompletion *completion)
{
    const CbxWorld *world = queue->dev->world;
    uint32_t id = cbx_queue_post(queue, descriptor, CBX_DESC_INTERRUPT);
    unsigned fruitless = 0;
    CbxCompletion own;
    bool interrupted;

    world->ops->interrupt_arm(world->context);
    cbx_queue_submit(queue);

    interrupted = await_interrupt(queue, &fruitless);
    if (!cbx_queue_take(queue, &own)) {
        return break_down(queue, fruitless ? CBX_STATUS_NO_COMPLETION
                                           : CBX_STATUS_TIMEOUT);
    }
    cbx_queue_give_back(queue);
    if (own.id != id) {
        return break_down(queue, CBX_STATUS_BAD_COMPLETION);
    }
    if (!interrupted) {
        return break_down(queue, CBX_STATUS_NO_INTERRUPT);
    }
    if (completion) {
        *completion = own;
    }
    return own.status;
}
