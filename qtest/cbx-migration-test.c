/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: migration in the middle of work, and streams that are not what the
 * device has written.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-stream.h"

#define SEED        0x2e5e7
#define LENGTH      (3 * MiB)
#define MEM_OPTIONS "-global cbx.mem-size=4M"
#define ENTRIES     4
#define RING_ID     0xf111

/* A queue with a transfer that one step does not finish. Returns the time. */
static int64_t work_begin(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc,
                          const CbxDescriptor *desc)
{
    CbxCompletion c;
    int64_t clock;

    cbx_queue_start(q, d, alloc, 0, ENTRIES, CBX_Q_VECTOR_NONE);
    cbx_queue_place(q, desc);
    cbx_queue_ring(q);
    clock = qtest_clock_step_next(d->qts);
    g_assert_false(cbx_queue_poll(q, &c));
    return clock;
}

/* ---- The same with and without migration ------------------------------- */

typedef struct Outcome {
    CbxCompletion completion;
    uint32_t registers[CBX_REG_DOORBELL_BASE / 4];
    char *memory;               /* checksum of the buffer */
    char *device;               /* checksum of device memory */
} Outcome;

static char *sum_of(QCbx *d, uint64_t address)
{
    g_autofree uint8_t *data = g_malloc(LENGTH);

    cbx_memory_read(d, address, data, LENGTH);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, LENGTH);
}

static void registers_read(QCbx *d, uint32_t *registers)
{
    for (uint32_t offset = 0; offset < CBX_REG_DOORBELL_BASE; offset += 4) {
        registers[offset / 4] = offset == CBX_ARM_TRACE_DATA
                                ? 0 : cbx_read32(d, offset);
    }
}

static Outcome outcome_of(QCbxQueue *q, uint64_t buffer, int64_t start)
{
    Outcome o;

    o.completion = cbx_queue_wait(q);
    o.completion.time_ns -= start;
    registers_read(q->d, o.registers);
    o.memory = sum_of(q->d, buffer);
    o.device = sum_of(q->d, q->d->mem.addr);
    return o;
}

static void outcome_compare(Outcome *a, Outcome *b)
{
    g_assert_cmpmem(&a->completion, sizeof(a->completion), &b->completion,
                    sizeof(b->completion));
    for (unsigned i = 0; i < ARRAY_SIZE(a->registers); i++) {
        g_assert_cmphex(a->registers[i], ==, b->registers[i]);
    }
    g_assert_cmpstr(a->memory, ==, b->memory);
    g_assert_cmpstr(a->device, ==, b->device);
}

static void outcome_free(Outcome *o)
{
    g_free(o->memory);
    g_free(o->device);
}

/* What one operation works on, always the same. */
static void prepare(QCbx *d, uint64_t buffer, uint8_t op)
{
    bool good = op == CBX_OP_VERIFY || op == CBX_OP_READ ||
                op == CBX_OP_CHECKSUM || op == CBX_OP_COPY;

    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    qtest_memset(d->qts, buffer, 0x11, LENGTH);
    qtest_memset(d->qts, d->mem.addr, 0x22, LENGTH);
    cbx_put_pattern(d, good ? buffer : d->mem.addr, SEED, LENGTH);
}

/* The buffer's parts in reverse order, the first in the middle of a step. */
static uint64_t place_list(QCbx *d, QGuestAllocator *alloc, uint64_t buffer)
{
    static const uint32_t lengths[] = { 1500001, 8192, 1, LENGTH - 1508194 };
    uint64_t list = guest_alloc(alloc, CBX_PAGE_SIZE), end = buffer + LENGTH;

    for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
        CbxElement e = {
            .address = cpu_to_le64(end - lengths[i]),
            .length = cpu_to_le32(lengths[i]),
            .flags = cpu_to_le32(i + 1 == ARRAY_SIZE(lengths)
                                 ? CBX_ELEMENT_LAST : 0),
        };

        qtest_memwrite(d->qts, list + i * sizeof(e), &e, sizeof(e));
        end -= lengths[i];
    }
    return list;
}

static void in_flight(void *obj, const char *options, QGuestAllocator *alloc,
                      uint8_t op, uint8_t flags, const char *protocol)
{
    QCbx *d = obj, there;
    QCbxQueue q;
    uint64_t buffer = guest_alloc(alloc, LENGTH);
    CbxDescriptor desc = {
        .op = op, .flags = flags, .id = RING_ID, .length = LENGTH,
        .address = flags & CBX_DESC_LIST ? place_list(d, alloc, buffer)
                                         : buffer,
        .address2 = op == CBX_OP_COPY ? d->mem.addr : 0,
        .argument = SEED,
    };
    uint32_t registers[CBX_REG_DOORBELL_BASE / 4];
    uint32_t moved[CBX_REG_DOORBELL_BASE / 4];
    Outcome undisturbed, migrated;
    QCbxTwin twin = { .options = options };
    uint64_t rings[2];
    int64_t start;

    prepare(d, buffer, op);
    start = qtest_clock_step(d->qts, 1);
    work_begin(&q, d, alloc, &desc);
    rings[0] = q.ring;
    rings[1] = q.cq;
    undisturbed = outcome_of(&q, buffer, start);
    g_assert_cmpint(undisturbed.completion.status, ==, CBX_STATUS_OK);
    g_assert_cmpint(undisturbed.completion.bytes, ==, LENGTH);

    prepare(d, buffer, op);
    guest_free(alloc, rings[0]);
    guest_free(alloc, rings[1]);
    start = qtest_clock_step(d->qts, 1);
    twin.clock = work_begin(&q, d, alloc, &desc);
    g_assert_cmphex(q.ring, ==, rings[0]);
    g_assert_cmphex(q.cq, ==, rings[1]);
    registers_read(d, registers);
    there = *d;
    there.qts = cbx_migrate(d->qts, protocol, &twin);
    registers_read(&there, moved);
    g_assert_cmpmem(moved, sizeof(moved), registers, sizeof(registers));
    q.d = &there;
    migrated = outcome_of(&q, buffer, start);
    outcome_compare(&migrated, &undisturbed);

    outcome_free(&undisturbed);
    outcome_free(&migrated);
    qtest_quit(there.qts);
    qos_invalidate_command_line();
}

#define IN_FLIGHT(name, op, flags, protocol) \
    static void test_##name(void *obj, void *data, QGuestAllocator *alloc) \
    { \
        in_flight(obj, data, alloc, op, flags, protocol); \
    }

IN_FLIGHT(read, CBX_OP_READ, 0, "file:")
IN_FLIGHT(write, CBX_OP_WRITE, 0, "unix:")
IN_FLIGHT(fill, CBX_OP_FILL, 0, "file:")
IN_FLIGHT(verify, CBX_OP_VERIFY, 0, "unix:")
IN_FLIGHT(checksum, CBX_OP_CHECKSUM, 0, "file:")
IN_FLIGHT(copy, CBX_OP_COPY, CBX_DESC_SUM, "unix:")
IN_FLIGHT(list, CBX_OP_WRITE, CBX_DESC_LIST | CBX_DESC_SUM, "file:")

/* A completion held back by a fault, and a fence that waits for it. */
static void test_waiting(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj, there;
    QCbxQueue q[2];
    CbxDescriptor nop = { .op = CBX_OP_NOP, .id = 1 };
    CbxDescriptor fence = {
        .op = CBX_OP_FENCE, .flags = CBX_DESC_ALL_QUEUES, .id = 2,
    };
    QCbxTwin twin = { .options = data };
    CbxCompletion c;
    uint64_t time;

    cbx_write32(d, CBX_REG_FAULT_LIMIT, 1);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_DELAY);
    for (unsigned i = 0; i < 2; i++) {
        cbx_queue_start(&q[i], d, alloc, i, ENTRIES, CBX_Q_VECTOR_NONE);
        cbx_queue_place(&q[i], i ? &fence : &nop);
        cbx_queue_ring(&q[i]);
    }
    twin.clock = qtest_clock_step(d->qts, CBX_FAULT_DELAY_DEFAULT / 2);
    there = *d;
    there.qts = cbx_migrate(d->qts, "file:", &twin);
    q[0].d = q[1].d = &there;
    qtest_clock_step(there.qts, CBX_FAULT_DELAY_DEFAULT / 4);
    g_assert_false(cbx_queue_poll(&q[0], &c));
    g_assert_false(cbx_queue_poll(&q[1], &c));
    c = cbx_queue_wait(&q[0]);
    g_assert_cmpint(c.id, ==, 1);
    g_assert_cmpint(c.time_ns, >=, CBX_FAULT_DELAY_DEFAULT);
    time = c.time_ns;
    c = cbx_queue_wait(&q[1]);
    g_assert_cmpint(c.id, ==, 2);
    g_assert_cmpint(c.time_ns, >=, time);
    g_assert_cmpint(cbx_stat(&there, CBX_STAT_DESCRIPTORS), ==, 2);
    qtest_quit(there.qts);
    qos_invalidate_command_line();
}

/* All that is not a transfer: buffers, the monitor, half a record. */
static void test_state(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj, there;
    uint64_t a = guest_alloc(alloc, 8192);
    uint32_t before[CBX_REG_DOORBELL_BASE / 4];
    uint32_t after[CBX_REG_DOORBELL_BASE / 4];
    uint32_t id;

    cbx_put_pattern(d, a, SEED, 64);
    g_assert_cmpint(cbx_declare(d, a, 8192), ==, CBX_STATUS_OK);
    id = cbx_read32(d, CBX_REG_BUF_ID);
    g_assert_cmpint(cbx_dma(d, 0, a, 16, 64), ==, CBX_ARM_DMA_OK);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    cbx_write32(d, CBX_REG_SCRATCH_LO, 0x77);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    cbx_read32(d, CBX_ARM_TRACE_DATA);
    cbx_write32(d, CBX_REG_REPORT_DATA, 'k' | 'v' << 16);

    registers_read(d, before);
    there = *d;
    there.qts = cbx_migrate(d->qts, "file:", &(QCbxTwin) { });
    registers_read(&there, after);
    g_assert_cmpmem(after, sizeof(after), before, sizeof(before));

    g_assert_cmpint(cbx_report(&there, CBX_REPORT_TEXT, "", 0), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(&there, CBX_ARM_TRACE_DATA), ==,
                    d->regs.addr + CBX_REG_SCRATCH_LO);
    cbx_write32(&there, CBX_REG_BUF_ID, id);
    cbx_write32(&there, CBX_REG_BUF_COMMAND, CBX_BUF_INSPECT);
    g_assert_cmpint(cbx_read32(&there, CBX_REG_BUF_STATUS), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(&there, d->mem.addr + 16, SEED, 64), ==,
                    64);
    qtest_quit(there.qts);
    qos_invalidate_command_line();
}

/* ---- Bad streams ------------------------------------------------------- */

typedef struct Alteration {
    const char *field;
    uint64_t value;
} Alteration;

/* Values that the device cannot have written: refused. */
static const Alteration refused[] = {
    { "addr_bits", 63 },
    { "n_queues", 2 },
    { "n_vectors", 15 },
    { "faults", 1u << 31 },
    { "seed", 0 },                      /* not what the register says */
    { "apis", 2 },
    { "driver_faults", 1 },
    { "regs[2]", 0xffffffff },          /* DMA control, trigger included */
    { "regs[15]", 0x7fff0000 },         /* requester ID, undefined bits */
    { "regs[17]", 2 },                  /* monitor control */
    { "regs[64]", 0 },                  /* magic */
    { "regs[65]", 0 },                  /* version */
    { "regs[67]", 65 },                 /* address bits */
    { "regs[68]", 17 },                 /* queues */
    { "regs[69]", 2049 },               /* vectors */
    { "regs[70]", 0 },                  /* memory size */
    { "regs[71]", 1 },
    { "regs[288]", 1u << 31 },          /* faults */
    { "queues[0].regs[0]", 32 },        /* ring */
    { "queues[0].regs[2]", 32 },        /* completions */
    { "queues[0].regs[4]", 0 },         /* entries */
    { "queues[0].regs[4]", 3 },
    { "queues[0].regs[4]", 0x80000000 },
    { "queues[0].regs[5]", 16 },        /* vector */
    { "queues[0].regs[6]", 0 },         /* off, yet busy */
    { "queues[0].regs[7]", 0xffff },    /* status */
    { "queues[0].regs[8]", ENTRIES },   /* head */
    { "queues[0].regs[9]", ENTRIES },   /* completion tail */
    { "queues[0].tail", ENTRIES },
    { "queues[0].cq_head", UINT32_MAX },
    { "queues[0].transfer.op", 0xff },
    { "queues[0].transfer.flags", CBX_DESC_LIST2 },
    { "queues[0].transfer.attributes", 0xffff },
    { "queues[0].transfer.address2", 1 },
    { "queues[0].transfer.cursor.length", 1 },
    { "queues[0].transfer.cursor.begin", UINT64_MAX },
    { "queues[0].transfer.seen", CBX_COMP_PHASE },
    { "queues[0].transfer.length", 0 },
    { "queues[0].transfer.length", UINT64_MAX },
    { "queues[0].transfer.length", 4096 },      /* less than is done */
    { "queues[0].transfer.address", UINT64_MAX },
    { "queues[0].transfer.offset", UINT64_MAX },
    { "queues[0].transfer.offset", 2 * MiB },
    { "queues[0].transfer.done", LENGTH + 1 },
    { "queues[0].transfer.done", UINT64_MAX },
    { "queues[0].transfer.status", 0xffff },
    { "queues[1].regs[6]", 1 },         /* a queue that does not exist */
    { "next_queue", 1 },
    { "buffers[0].length", 0 },
    { "buffers[0].length", CBX_BUFFER_LENGTH_MAX + 1 },
    { "buffers[0].logical", UINT64_MAX },
    { "buffers[0].align", 3 },
    { "buffers[0].cache", 4 },
    { "buffers[0].api", CBX_API_END },
    { "trace_written", CBX_ARM_TRACE_DEPTH * 5 + 5 },
    { "trace_written", 4 },
    { "trace_read", 6 },
    { "report_ports[1].length", CBX_REPORT_BYTES_MAX + 1 },
};

/* As good as any: the work goes on, another than it was. */
static const Alteration accepted[] = {
    { "stats[0]", UINT64_MAX },
    { "fault_passed[0]", UINT32_MAX },
    { "regs[78]", UINT32_MAX },         /* scratch */
    { "queues[0].id", 0 },
    { "queues[0].transfer.flags", CBX_DESC_SUM },
    { "queues[0].transfer.flags", CBX_DESC_LIST },      /* of one element */
    { "queues[0].stuck", 1 },
    { "queues[0].due", 1 },
    { "queues[0].ended", UINT32_MAX },
    { "queues[0].fence[0]", UINT32_MAX },
    { "queues[0].transfer.cursor.address", UINT64_MAX },
    { "fault_struck[0]", UINT32_MAX },
    { "queues[0].regs[6]", 3 },         /* control, undefined bits */
    { "queues[0].transfer.done", 0 },
    { "queues[0].transfer.flip_bit", UINT64_MAX },
    { "queues[0].transfer.value", 0 },
    { "last_buffer_id", UINT32_MAX },
    { "buffers[0].node", UINT32_MAX },
    { "buffers[0].min", UINT64_MAX },
    { "report_seq", UINT64_MAX },
};

/* It has accepted the stream: whatever is in it, it lives and can be reset. */
static void expect_alive(QCbx *d, QTestState *qts, QGuestAllocator *alloc,
                         uint64_t buffer)
{
    QCbx there = *d;
    QCbxQueue q;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = buffer, .length = 64, .argument = ~SEED,
    };

    there.qts = qts;
    cbx_settle(&there);
    for (uint32_t i = 0; i < CBX_REG_DOORBELL_BASE; i += 4) {
        cbx_read32(&there, i);
    }
    cbx_declare(&there, buffer, 64);
    cbx_report(&there, CBX_REPORT_TEXT, "a\0b", 4);
    cbx_write32(&there, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    cbx_bus_master(&there, true);
    cbx_queue_start(&q, &there, alloc, 0, 2, CBX_Q_VECTOR_NONE);
    g_assert_cmpint(cbx_queue_do(&q, &fill).status, ==, CBX_STATUS_OK);
    guest_free(alloc, q.ring);
    guest_free(alloc, q.cq);
}

static QTestState *load_altered(QCbxStream *m, const Alteration *a,
                                const QCbxTwin *twin)
{
    size_t size;
    uint8_t *field = cbx_stream_field(m, a->field, &size);
    uint64_t value = cpu_to_be64(a->value);
    uint8_t kept[8];
    QTestState *to;

    g_assert_cmpint(size, <=, sizeof(kept));
    memcpy(kept, field, size);
    memcpy(field, (uint8_t *)&value + 8 - size, size);
    g_assert_true(memcmp(kept, field, size));
    to = cbx_stream_load(m, m->length, twin);
    memcpy(field, kept, size);
    return to;
}

/* A machine in the middle of a transfer, with something in every table. */
static uint64_t save_busy(QCbxStream *m, QCbx *d, QGuestAllocator *alloc)
{
    uint64_t buffer = guest_alloc(alloc, LENGTH);
    QCbxQueue q;
    CbxDescriptor read = {
        .op = CBX_OP_READ, .id = RING_ID, .address = buffer, .length = LENGTH,
        .offset = MiB,
    };

    cbx_put_pattern(d, buffer, SEED, MiB);
    g_assert_cmpint(cbx_declare(d, buffer, 8192), ==, CBX_STATUS_OK);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 1);
    cbx_write32(d, CBX_REG_SCRATCH_LO, 0x77);
    cbx_write32(d, CBX_ARM_TRACE_CTL, 0);
    work_begin(&q, d, alloc, &read);
    cbx_stream_save(m, d->qts);
    return buffer;
}

static void test_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxStream m;
    QCbxTwin twin = { .options = data };

    QTestState *unaltered;

    save_busy(&m, d, alloc);
    unaltered = cbx_stream_load(&m, m.length, &twin);
    g_assert_nonnull(unaltered);
    qtest_quit(unaltered);
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
        QTestState *to = load_altered(&m, &refused[i], &twin);

        g_test_message("%s = %" PRIx64, refused[i].field,
                       refused[i].value);
        g_assert_null(to);
    }
    g_assert_null(cbx_stream_load(&m, m.length / 2, &twin));
    cbx_stream_free(&m);
    qos_invalidate_command_line();
}

static void test_accepted(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxStream m;
    QCbxTwin twin = { .options = data };
    uint64_t buffer = save_busy(&m, d, alloc);

    for (unsigned i = 0; i < ARRAY_SIZE(accepted); i++) {
        QTestState *to = load_altered(&m, &accepted[i], &twin);

        g_test_message("%s", accepted[i].field);
        g_assert_nonnull(to);
        expect_alive(d, to, alloc, buffer);
        qtest_quit(to);
    }
    cbx_stream_free(&m);
    qos_invalidate_command_line();
}

/* Every field of the device, all its bits set: refused or lived through. */
static void test_all_ones(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxStream m;
    QCbxTwin twin = { .options = data };
    uint64_t buffer = save_busy(&m, d, alloc);
    g_autoptr(GPtrArray) names = cbx_stream_fields(&m);

    g_assert_cmpint(names->len, >, ARRAY_SIZE(accepted));
    for (unsigned i = 0; i < names->len; i++) {
        size_t size;
        uint8_t *field = cbx_stream_field(&m, names->pdata[i], &size);
        g_autofree uint8_t *kept = g_memdup2(field, size);
        QTestState *to;

        g_test_message("%s", (char *)names->pdata[i]);
        memset(field, 0xff, size);
        to = cbx_stream_load(&m, m.length, &twin);
        memcpy(field, kept, size);
        if (to) {
            expect_alive(d, to, alloc, buffer);
            qtest_quit(to);
        }
    }
    cbx_stream_free(&m);
    qos_invalidate_command_line();
}

static void register_tests(void)
{
    QOSGraphTestOptions opts = {
        .before = cbx_options,
        .arg = (char *)MEM_OPTIONS,
    };
    QOSGraphTestOptions two = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.queues=2",
    };

    qos_node_produces("cbx", "cbx-migration");
    qos_add_test("state", "cbx-migration", test_state, NULL);
    qos_add_test("read", "cbx-migration", test_read, &opts);
    qos_add_test("write", "cbx-migration", test_write, &opts);
    qos_add_test("fill", "cbx-migration", test_fill, &opts);
    qos_add_test("verify", "cbx-migration", test_verify, &opts);
    qos_add_test("checksum", "cbx-migration", test_checksum, &opts);
    qos_add_test("copy", "cbx-migration", test_copy, &opts);
    qos_add_test("list", "cbx-migration", test_list, &opts);
    qos_add_test("waiting", "cbx-migration", test_waiting, &two);

    /* The slowest, so that they can run beside the others. */
    qos_node_produces("cbx", "cbx-stream");
    qos_add_test("refused", "cbx-stream", test_refused, &opts);
    qos_add_test("accepted", "cbx-stream", test_accepted, &opts);
    qos_add_test("all-ones", "cbx-stream", test_all_ones, &opts);
}

libqos_init(register_tests);
