/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: fences, in a queue and across queues.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-lib.h"

/* Work that takes several steps. */
#define LARGE   (5 * MiB)

static const CbxDescriptor fence = { .op = CBX_OP_FENCE, .id = 0xfe };
static const CbxDescriptor fence_all = {
    .op = CBX_OP_FENCE, .flags = CBX_DESC_ALL_QUEUES, .id = 0xfa,
};

static void place_fill(QCbxQueue *q, uint64_t address)
{
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = 0xf1, .address = address, .length = LARGE,
    };

    cbx_queue_place(q, &fill);
}

static void expect_next(QCbxQueue *q, uint32_t id)
{
    CbxCompletion c = cbx_queue_wait(q);

    cbx_expect(c, id, CBX_STATUS_OK, id == 0xf1 ? LARGE : 0, 0);
}

static void start(QCbxQueue *q, unsigned n, QCbx *d, QGuestAllocator *alloc)
{
    for (unsigned i = 0; i < n; i++) {
        cbx_queue_start(&q[i], d, alloc, i, 4, CBX_Q_VECTOR_NONE);
    }
}

static void test_own_queue(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[2];
    uint64_t a = guest_alloc(alloc, LARGE);
    uint64_t time;

    start(q, 2, d, alloc);
    place_fill(&q[0], a);
    cbx_queue_place(&q[0], &fence);
    cbx_queue_ring(&q[0]);
    cbx_queue_place(&q[1], &fence);
    cbx_queue_ring(&q[1]);
    /* The work of another queue is none of its business. */
    time = cbx_queue_wait(&q[1]).time_ns;
    g_assert_cmpint(time, <, cbx_queue_wait(&q[0]).time_ns);
    expect_next(&q[0], 0xfe);
}

static void test_all_queues(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[3];
    uint64_t a = guest_alloc(alloc, LARGE);
    CbxCompletion c;
    uint64_t time;

    start(q, 3, d, alloc);
    place_fill(&q[1], a);
    place_fill(&q[1], a);
    cbx_queue_ring(&q[1]);
    cbx_queue_place(&q[0], &fence_all);
    cbx_queue_ring(&q[0]);
    for (unsigned i = 0; i < 3; i++) {
        qtest_clock_step_next(d->qts);
        g_assert_false(cbx_queue_poll(&q[0], &c));
    }
    /* What comes after the fence has been fetched does not hold it. */
    for (unsigned i = 0; i < 3; i++) {
        place_fill(&q[2], a);
    }
    cbx_queue_ring(&q[2]);
    time = cbx_queue_wait(&q[0]).time_ns;
    expect_next(&q[1], 0xf1);
    g_assert_cmpint(cbx_queue_wait(&q[1]).time_ns, <=, time);
    expect_next(&q[2], 0xf1);
    expect_next(&q[2], 0xf1);
    g_assert_cmpint(cbx_queue_wait(&q[2]).time_ns, >, time);
}

/* Two fences that meet do not wait for each other. */
static void test_two(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[3];
    uint64_t a = guest_alloc(alloc, LARGE);
    CbxCompletion c;

    start(q, 3, d, alloc);
    place_fill(&q[2], a);
    cbx_queue_ring(&q[2]);
    for (unsigned i = 0; i < 2; i++) {
        cbx_queue_place(&q[i], &fence_all);
        cbx_queue_ring(&q[i]);
    }
    qtest_clock_step_next(d->qts);
    g_assert_false(cbx_queue_poll(&q[0], &c));
    g_assert_false(cbx_queue_poll(&q[1], &c));
    expect_next(&q[0], 0xfa);
    expect_next(&q[1], 0xfa);
    expect_next(&q[2], 0xf1);
}

/* A fence holds as long as the other queue cannot go on, and no longer. */
static void wait_for_blocked(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc)
{
    CbxDescriptor nop = { .op = CBX_OP_NOP };
    CbxCompletion c;

    start(q, 2, d, alloc);
    for (unsigned i = 0; i < 3; i++) {
        cbx_queue_place(&q[1], &nop);
    }
    cbx_queue_ring(&q[1]);
    cbx_settle(d);
    /* No room for this one's completion. */
    cbx_queue_place(&q[1], &nop);
    cbx_queue_ring(&q[1]);
    cbx_queue_place(&q[0], &fence_all);
    cbx_queue_ring(&q[0]);
    cbx_settle(d);
    g_assert_false(cbx_queue_poll(&q[0], &c));
}

static void test_blocked(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[2];
    uint64_t time;

    wait_for_blocked(q, d, alloc);
    expect_next(&q[1], 0);
    expect_next(&q[0], 0xfa);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);

    wait_for_blocked(q, d, alloc);
    cbx_write32(d, CBX_REG_QUEUE(1, CBX_Q_CONTROL), 0);
    expect_next(&q[0], 0xfa);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);

    /* Stopped by a bad doorbell. */
    wait_for_blocked(q, d, alloc);
    cbx_write32(d, CBX_REG_DOORBELL(1, CBX_DB_TAIL), 99);
    expect_next(&q[0], 0xfa);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);

    /* Off and on again, with other work: what it waited for is gone. */
    wait_for_blocked(q, d, alloc);
    cbx_write32(d, CBX_REG_QUEUE(1, CBX_Q_CONTROL), 0);
    cbx_queue_start(&q[1], d, alloc, 1, 4, CBX_Q_VECTOR_NONE);
    place_fill(&q[1], guest_alloc(alloc, LARGE));
    cbx_queue_ring(&q[1]);
    time = cbx_queue_wait(&q[0]).time_ns;
    g_assert_cmpint(cbx_queue_wait(&q[1]).time_ns, >, time);
}

static void test_flags(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    CbxDescriptor nop = { .op = CBX_OP_NOP, .flags = CBX_DESC_ALL_QUEUES };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &nop), 0, CBX_STATUS_BAD_FLAGS, 0, 0);
    /* Alone, there is nothing to wait for. */
    cbx_expect(cbx_queue_do(&q, &fence_all), 0xfa, CBX_STATUS_OK, 0, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions many = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.queues=3",
    };

    qos_node_produces("cbx", "cbx-fence");
    qos_add_test("own-queue", "cbx-fence", test_own_queue, &many);
    qos_add_test("all-queues", "cbx-fence", test_all_queues, &many);
    qos_add_test("two", "cbx-fence", test_two, &many);
    qos_add_test("blocked", "cbx-fence", test_blocked, &many);
    qos_add_test("flags", "cbx-fence", test_flags, &many);
}

libqos_init(register_tests);
