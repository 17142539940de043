/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: descriptor queues.
 *
 * A timer on the virtual clock does the work in bounded steps: that leaves
 * the vCPU and the main loop alone, stops with the machine (so that nothing
 * writes to memory that is being migrated), and is under a test's control.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/host-utils.h"
#include "qemu/units.h"
#include "cbx.h"
#include "trace.h"

/* One step holds the BQL for about as long as copying this much takes. */
#define STEP_BYTES          (1 * MiB)
/* What a descriptor costs by itself, in bytes of that budget. */
#define STEP_DESCRIPTOR     (16 * KiB)

static const uint32_t cbx_queue_writable[CBX_Q_REGS_SIZE / 4] = {
    [CBX_Q_RING_LO / 4] = 0xffffffff,
    [CBX_Q_RING_HI / 4] = 0xffffffff,
    [CBX_Q_CQ_LO / 4] = 0xffffffff,
    [CBX_Q_CQ_HI / 4] = 0xffffffff,
    [CBX_Q_ENTRIES / 4] = 0xffffffff,
    [CBX_Q_VECTOR / 4] = 0xffffffff,
    [CBX_Q_CONTROL / 4] = CBX_Q_ENABLE,
};

static uint32_t *q_reg(CbxQueue *q, uint32_t r)
{
    return &q->regs[r / 4];
}

static uint64_t q_reg64(CbxQueue *q, uint32_t r)
{
    return q->regs[r / 4] | (uint64_t)q->regs[r / 4 + 1] << 32;
}

static uint32_t q_next(CbxQueue *q, uint32_t index)
{
    return (index + 1) & (*q_reg(q, CBX_Q_ENTRIES) - 1);
}

static unsigned q_number(CbxState *s, CbxQueue *q)
{
    return q - s->queues;
}

static bool q_enabled(CbxQueue *q)
{
    return *q_reg(q, CBX_Q_CONTROL) & CBX_Q_ENABLE;
}

static bool q_running(CbxQueue *q)
{
    return q_enabled(q) && *q_reg(q, CBX_Q_STATUS) == CBX_STATUS_OK;
}

/* Descriptors handed over and not completed. */
static uint32_t q_outstanding(CbxQueue *q)
{
    return q->busy + ((q->tail - *q_reg(q, CBX_Q_HEAD)) &
                      (*q_reg(q, CBX_Q_ENTRIES) - 1));
}

static bool q_at_fence(CbxQueue *q)
{
    return q->busy && q->transfer.status == CBX_STATUS_OK &&
           q->transfer.op == CBX_OP_FENCE &&
           (q->transfer.flags & CBX_DESC_ALL_QUEUES);
}

/*
 * Does a fence across queues still hold this one? Not because of a queue that
 * is at such a fence itself, or two of them would wait for each other, nor of
 * one that waits for a frame.
 */
static bool q_fenced(CbxState *s, CbxQueue *q)
{
    if (!q_at_fence(q)) {
        return false;
    }
    for (unsigned i = 0; i < s->n_queues; i++) {
        CbxQueue *other = &s->queues[i];

        if (other != q && q_running(other) && !q_at_fence(other) &&
            !other->waiting && q_outstanding(other) &&
            (int32_t)(other->ended - q->fence[i]) < 0) {
            return true;
        }
    }
    return false;
}

/* For a completion. */
static bool q_has_room(CbxQueue *q)
{
    return q_next(q, *q_reg(q, CBX_Q_CQ_TAIL)) != q->cq_head;
}

/* A completion's place is made sure of before its descriptor is fetched. */
static bool q_has_work(CbxState *s, CbxQueue *q)
{
    if (!q_running(q)) {
        return false;
    }
    if (q->waiting) {
        return false;
    }
    if (q->busy) {
        return q->due ? qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) >= q->due
                      : !q_fenced(s, q);
    }
    if (q->stuck) {
        return false;
    }
    return *q_reg(q, CBX_Q_HEAD) != q->tail && q_has_room(q);
}

static void cbx_queue_schedule(CbxState *s)
{
    if (s->queue_timer) {
        timer_mod_anticipate(s->queue_timer,
                             qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + 1);
    }
}

/* ---- Registers --------------------------------------------------------- */

static uint16_t cbx_queue_check(CbxState *s, CbxQueue *q)
{
    uint32_t entries = *q_reg(q, CBX_Q_ENTRIES);
    uint32_t vector = *q_reg(q, CBX_Q_VECTOR);
    uint64_t ring = q_reg64(q, CBX_Q_RING_LO);
    uint64_t cq = q_reg64(q, CBX_Q_CQ_LO);
    uint64_t last = cbx_last_address(s);

    if (!is_power_of_2(entries) || entries < CBX_Q_ENTRIES_MIN ||
        entries > CBX_Q_ENTRIES_MAX) {
        return CBX_STATUS_BAD_LENGTH;
    }
    if ((ring | cq) % CBX_DESCRIPTOR_SIZE) {
        return CBX_STATUS_BAD_ALIGNMENT;
    }
    if (ring > last || entries * CBX_DESCRIPTOR_SIZE - 1 > last - ring ||
        cq > last || entries * CBX_COMPLETION_SIZE - 1 > last - cq) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    if (vector != CBX_Q_VECTOR_NONE && vector >= s->n_vectors) {
        return CBX_STATUS_BAD_INDEX;
    }
    return CBX_STATUS_OK;
}

static void cbx_queue_control(CbxState *s, CbxQueue *q, bool enable)
{
    uint16_t status;

    if (enable == q_enabled(q)) {
        return;
    }
    if (!enable) {
        q->ended += q_outstanding(q);
    }
    status = enable ? cbx_queue_check(s, q) : CBX_STATUS_OK;
    *q_reg(q, CBX_Q_CONTROL) = enable && status == CBX_STATUS_OK ? CBX_Q_ENABLE
                                                                 : 0;
    *q_reg(q, CBX_Q_STATUS) = status;
    *q_reg(q, CBX_Q_HEAD) = 0;
    *q_reg(q, CBX_Q_CQ_TAIL) = 0;
    q->tail = 0;
    q->cq_head = 0;
    q->phase = true;
    q->busy = false;
    q->waiting = false;
    q->stuck = false;
    q->due = 0;
    if (status != CBX_STATUS_OK) {
        cbx_register_error(s, status);
    }
    trace_cbx_queue_control(q_number(s, q), enable, status);
    cbx_queue_schedule(s);      /* a fence may have waited for it */
}

uint32_t cbx_queues_stopped(CbxState *s)
{
    uint32_t stopped = 0;

    for (unsigned i = 0; i < s->n_queues; i++) {
        CbxQueue *q = &s->queues[i];

        stopped |= (uint32_t)(q_enabled(q) && !q_running(q)) << i;
    }
    return stopped;
}

uint32_t cbx_queue_read(CbxState *s, uint32_t offset)
{
    uint32_t n = (offset - CBX_REG_QUEUE_BASE) / CBX_REG_QUEUE_STRIDE;
    uint32_t r = (offset - CBX_REG_QUEUE_BASE) % CBX_REG_QUEUE_STRIDE;

    if (n >= s->n_queues || r >= CBX_Q_REGS_SIZE) {
        return 0;
    }
    return *q_reg(&s->queues[n], r);
}

void cbx_queue_write(CbxState *s, uint32_t offset, uint32_t value,
                     uint32_t mask)
{
    uint32_t n = (offset - CBX_REG_QUEUE_BASE) / CBX_REG_QUEUE_STRIDE;
    uint32_t r = (offset - CBX_REG_QUEUE_BASE) % CBX_REG_QUEUE_STRIDE;
    CbxQueue *q;

    if (n >= s->n_queues || r >= CBX_Q_REGS_SIZE) {
        return;
    }
    q = &s->queues[n];
    mask &= cbx_queue_writable[r / 4];
    value = (*q_reg(q, r) & ~mask) | (value & mask);
    if (r == CBX_Q_CONTROL) {
        cbx_queue_control(s, q, value & CBX_Q_ENABLE);
    } else if (!mask) {
        return;
    } else if (q_enabled(q)) {
        cbx_register_error(s, CBX_STATUS_UNSUPPORTED);
    } else {
        *q_reg(q, r) = value;
    }
}

static void cbx_queue_stop(CbxState *s, CbxQueue *q, uint16_t status)
{
    *q_reg(q, CBX_Q_STATUS) = status;
    q->busy = false;
    q->waiting = false;
    q->due = 0;
    cbx_note_error(s, status);
    trace_cbx_queue_stop(q_number(s, q), status);
    cbx_queue_schedule(s);      /* a fence may have waited for it */
    /* Nobody would look at the status without being told. */
    cbx_queue_interrupt(s, *q_reg(q, CBX_Q_VECTOR));
}

void cbx_doorbell_write(CbxState *s, uint32_t offset, uint32_t value)
{
    uint32_t n = (offset - CBX_REG_DOORBELL_BASE) / CBX_REG_DOORBELL_STRIDE;
    uint32_t r = (offset - CBX_REG_DOORBELL_BASE) % CBX_REG_DOORBELL_STRIDE;
    CbxQueue *q;

    if (n >= s->n_queues || r > CBX_DB_CQ_HEAD) {
        return;
    }
    q = &s->queues[n];
    trace_cbx_doorbell(n, r == CBX_DB_TAIL ? "tail" : "cq-head", value);
    if (!q_running(q)) {
        cbx_register_error(s, CBX_STATUS_DISABLED);
        return;
    }
    if (value >= *q_reg(q, CBX_Q_ENTRIES)) {
        cbx_register_error(s, CBX_STATUS_BAD_INDEX);
        cbx_queue_stop(s, q, CBX_STATUS_BAD_INDEX);
        return;
    }
    if (r == CBX_DB_TAIL) {
        q->tail = value;
    } else {
        q->cq_head = value;
    }
    if (q_has_work(s, q)) {
        cbx_queue_schedule(s);
    }
}

/* ---- Work -------------------------------------------------------------- */

static uint16_t cbx_queue_fetch(CbxState *s, CbxQueue *q)
{
    CbxTransfer *t = &q->transfer;
    uint64_t at = q_reg64(q, CBX_Q_RING_LO) +
                  *q_reg(q, CBX_Q_HEAD) * (uint64_t)CBX_DESCRIPTOR_SIZE;
    uint32_t epoch = s->epoch;
    CbxDescriptor d;
    uint16_t status;

    if (cbx_faults_strike(s, CBX_FAULT_STUCK)) {
        q->stuck = true;
        cbx_fault_report_queue(s, CBX_FAULT_STUCK, q_number(s, q));
        return CBX_STATUS_OK;
    }
    status = cbx_structure_read(s, at, &d, sizeof(d));
    if (s->epoch != epoch || status != CBX_STATUS_OK) {
        return status;
    }
    *q_reg(q, CBX_Q_HEAD) = q_next(q, *q_reg(q, CBX_Q_HEAD));
    q->busy = true;
    q->id = le32_to_cpu(d.id);

    memset(t, 0, sizeof(*t));
    t->op = d.op;
    t->flags = d.flags;
    t->attributes = le16_to_cpu(d.attributes);
    t->address = le64_to_cpu(d.address);
    t->address2 = le64_to_cpu(d.address2);
    t->length = le64_to_cpu(d.length);
    t->offset = le64_to_cpu(d.offset);
    t->argument = le64_to_cpu(d.argument);
    t->argument2 = le64_to_cpu(d.argument2);
    trace_cbx_descriptor(q_number(s, q), q->id, t->op, t->flags,
                         t->attributes);

    if (t->op < CBX_OP_COUNT && d.reserved) {
        t->status = CBX_STATUS_BAD_FLAGS;
        t->value = t->address;
    } else if (t->op == CBX_OP_RECEIVE &&
               cbx_transfer_check(s, t) == CBX_STATUS_OK) {
        q->waiting = true;
        cbx_net_wait(s);
    } else {
        cbx_transfer_start(s, t);
    }
    if (q_at_fence(q)) {
        for (unsigned i = 0; i < s->n_queues; i++) {
            CbxQueue *other = &s->queues[i];

            q->fence[i] = other->ended + q_outstanding(other);
        }
    }
    if (*q_reg(q, CBX_Q_VECTOR) != CBX_Q_VECTOR_NONE &&
        cbx_faults_strike(s, CBX_FAULT_SPURIOUS_IRQ)) {
        cbx_fault_report_vector(s, CBX_FAULT_SPURIOUS_IRQ,
                                *q_reg(q, CBX_Q_VECTOR));
        cbx_interrupt(s, *q_reg(q, CBX_Q_VECTOR));
    }
    return CBX_STATUS_OK;
}

void cbx_queue_receive(CbxState *s, CbxQueue *q, const uint8_t *data,
                       size_t size)
{
    uint8_t *memory = memory_region_get_ram_ptr(&s->memory);
    CbxTransfer *t = &q->transfer;
    uint64_t room = t->length;

    q->waiting = false;
    if (size <= room) {
        t->length = size;
    }
    cbx_transfer_start(s, t);
    if (t->status == CBX_STATUS_OK && size > room) {
        t->status = CBX_STATUS_BAD_LENGTH;
        t->value = t->address;
    }
    if (t->status == CBX_STATUS_OK) {
        memcpy(memory + t->offset, data, size);
        memory_region_set_dirty(&s->memory, t->offset, size);
    }
    cbx_queue_schedule(s);
}

/* Does the fault hold back what is over? */
static bool cbx_queue_delay(CbxState *s, CbxQueue *q)
{
    uint32_t delay = cbx_get32(s, CBX_REG_FAULT_DELAY);

    if (q->due || !cbx_faults_strike(s, CBX_FAULT_DELAY)) {
        return false;
    }
    q->due = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
             (delay ? delay : CBX_FAULT_DELAY_DEFAULT);
    cbx_fault_report_queue(s, CBX_FAULT_DELAY, q_number(s, q));
    return true;
}

/* The id that a completion gives. */
static uint32_t cbx_queue_id(CbxState *s, CbxQueue *q)
{
    if (*q_reg(q, CBX_Q_HEAD) != q->tail &&
        cbx_faults_strike(s, CBX_FAULT_MIXED_UP)) {
        cbx_fault_report(s, CBX_FAULT_MIXED_UP, q->transfer.address);
        return q->id + 1;
    }
    return q->id;
}

/* Write one completion to the ring. Returns false if that was the end. */
static bool cbx_completion_write(CbxState *s, CbxQueue *q)
{
    CbxTransfer *t = &q->transfer;
    uint64_t at = q_reg64(q, CBX_Q_CQ_LO) +
                  *q_reg(q, CBX_Q_CQ_TAIL) * (uint64_t)CBX_COMPLETION_SIZE;
    uint16_t flags = (q->phase ? CBX_COMP_PHASE : 0) | t->seen;
    uint64_t head = cbx_queue_id(s, q) | (uint64_t)t->status << 32 |
                    (uint64_t)flags << 48;
    uint64_t rest[] = {
        cpu_to_le64(t->done),
        cpu_to_le64(t->value),
        cpu_to_le64(qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL)),
    };
    uint32_t epoch = s->epoch;
    uint16_t status;

    status = cbx_structure_write(s, at + offsetof(CbxCompletion, bytes), rest,
                                 sizeof(rest));
    if (s->epoch == epoch && status == CBX_STATUS_OK) {
        /* The phase bit last: software may be polling for it. */
        smp_wmb();
        status = cbx_structure_store(s, at, head);
    }
    if (s->epoch != epoch) {
        return false;
    }
    trace_cbx_completion(q_number(s, q), q->id, t->status, flags);
    if (status != CBX_STATUS_OK) {
        cbx_queue_stop(s, q, status);
        return false;
    }
    *q_reg(q, CBX_Q_CQ_TAIL) = q_next(q, *q_reg(q, CBX_Q_CQ_TAIL));
    q->phase ^= *q_reg(q, CBX_Q_CQ_TAIL) == 0;
    return true;
}

static void cbx_queue_complete(CbxState *s, CbxQueue *q)
{
    CbxTransfer *t = &q->transfer;

    if (t->op == CBX_OP_SEND && t->status == CBX_STATUS_OK) {
        cbx_net_send(s, t->offset, t->length);
    }
    q->busy = false;
    q->due = 0;
    q->ended++;
    s->stats[CBX_STAT_DESCRIPTORS]++;
    cbx_note_error(s, t->status);
    if (!cbx_completion_write(s, q)) {
        return;
    }
    if (q_has_room(q) && cbx_faults_strike(s, CBX_FAULT_DUPLICATE)) {
        cbx_fault_report_queue(s, CBX_FAULT_DUPLICATE, q_number(s, q));
        if (!cbx_completion_write(s, q)) {
            return;
        }
    }
    if (t->op == CBX_OP_MESSAGE && t->status == CBX_STATUS_OK) {
        cbx_interrupt(s, t->argument);
    }
    if (t->flags & CBX_DESC_INTERRUPT) {
        cbx_queue_interrupt(s, *q_reg(q, CBX_Q_VECTOR));
    }
}

/* Work on one queue until the budget is spent. Returns what is left of it. */
static uint64_t cbx_queue_run(CbxState *s, CbxQueue *q, uint64_t budget)
{
    uint32_t epoch = s->epoch;

    while (budget && q_has_work(s, q)) {
        if (!q->busy) {
            uint16_t status = cbx_queue_fetch(s, q);

            if (s->epoch != epoch) {
                return 0;
            }
            if (status != CBX_STATUS_OK) {
                cbx_queue_stop(s, q, status);
                break;
            }
            budget -= MIN(budget, STEP_DESCRIPTOR);
            continue;
        }
        if ((q->due || cbx_transfer_step(s, &q->transfer, &budget)) &&
            s->epoch == epoch && !cbx_queue_delay(s, q)) {
            cbx_queue_complete(s, q);
        }
        if (s->epoch != epoch) {
            return 0;
        }
    }
    return budget;
}

static void cbx_queue_step(void *opaque)
{
    CbxState *s = opaque;
    MemReentrancyGuard *guard = &DEVICE(s)->mem_reentrancy_guard;
    uint64_t budget = STEP_BYTES;
    unsigned i;

    /*
     * DMA may hit whatever the guest aims it at: our own registers (a timer
     * is not guarded against that by itself), or something that removes us.
     */
    object_ref(OBJECT(s));
    guard->engaged_in_io = true;
    for (i = 0; i < s->n_queues && budget; i++) {
        CbxQueue *q = &s->queues[(s->next_queue + i) % s->n_queues];

        budget = cbx_queue_run(s, q, budget);
    }
    s->next_queue = (s->next_queue + 1) % s->n_queues;
    guard->engaged_in_io = false;

    for (i = 0; i < s->n_queues; i++) {
        CbxQueue *q = &s->queues[i];

        if (q_has_work(s, q)) {
            cbx_queue_schedule(s);
        } else if (q->due && s->queue_timer) {
            timer_mod_anticipate(s->queue_timer, q->due);
        }
    }
    object_unref(OBJECT(s));
}

/* ---- Life -------------------------------------------------------------- */

void cbx_queue_init(CbxState *s)
{
    s->queue_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, cbx_queue_step, s);
}

void cbx_queue_exit(CbxState *s)
{
    cbx_queue_reset(s);
    timer_free(s->queue_timer);
    s->queue_timer = NULL;
}

void cbx_queue_reset(CbxState *s)
{
    timer_del(s->queue_timer);
    memset(s->queues, 0, sizeof(s->queues));
    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        *q_reg(&s->queues[i], CBX_Q_VECTOR) = CBX_Q_VECTOR_NONE;
    }
    s->next_queue = 0;
}

static bool cbx_queue_valid(CbxState *s, CbxQueue *q)
{
    uint32_t entries = *q_reg(q, CBX_Q_ENTRIES);
    CbxTransfer *t = &q->transfer;

    if (*q_reg(q, CBX_Q_STATUS) >= CBX_STATUSES) {
        return false;
    }
    if (q->due && !q->busy) {
        return false;
    }
    if (q->waiting && (!q->busy || t->op != CBX_OP_RECEIVE ||
                       cbx_transfer_check(s, t) != CBX_STATUS_OK)) {
        return false;
    }
    if (!q_enabled(q)) {
        return !q->busy;
    }
    return cbx_queue_check(s, q) == CBX_STATUS_OK &&
           *q_reg(q, CBX_Q_HEAD) < entries && q->tail < entries &&
           *q_reg(q, CBX_Q_CQ_TAIL) < entries && q->cq_head < entries &&
           (!q->busy || q->waiting || cbx_transfer_valid(s, t));
}

bool cbx_queue_post_load(CbxState *s)
{
    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        CbxQueue *q = &s->queues[i];

        if (i < s->n_queues ? !cbx_queue_valid(s, q) : q_enabled(q)) {
            return false;
        }
    }
    if (s->next_queue >= s->n_queues) {
        return false;
    }
    cbx_queue_schedule(s);
    return true;
}
