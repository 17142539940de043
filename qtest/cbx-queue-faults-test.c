/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: injected faults of the queues themselves: each strikes once, in the
 * place it was sent to, and nothing else changes.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-lib.h"

static const CbxDescriptor nop = { .op = CBX_OP_NOP, .id = 0x40 };

static void arm(QCbx *d, uint32_t faults, uint32_t skip, uint32_t limit)
{
    cbx_write32(d, CBX_REG_FAULT_SKIP, skip);
    cbx_write32(d, CBX_REG_FAULT_LIMIT, limit);
    cbx_write32(d, CBX_REG_FAULTS, faults);
}

static void expect_record(const char *file, const char *name,
                          const char *field, int value)
{
    g_autoptr(GPtrArray) lines = cbx_report_lines(file);
    QDict *record = cbx_report_last(lines, "fault");

    g_assert_cmpint(lines->len, ==, 2);
    g_assert_cmpstr(qdict_get_str(record, "name"), ==, name);
    g_assert_cmpint(qdict_get_int(record, field), ==, value);
    g_assert_true(qobject_type(qdict_get(record, "address")) == QTYPE_QNULL);
}

/* The third descriptor stays where it is, and so does the queue. */
static void test_stuck(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[2];
    CbxCompletion c;

    cbx_queue_start(&q[0], d, alloc, 0, 8, CBX_Q_VECTOR_NONE);
    cbx_queue_start(&q[1], d, alloc, 1, 8, CBX_Q_VECTOR_NONE);
    arm(d, CBX_FAULT_STUCK, 2, 1);
    for (unsigned i = 0; i < 5; i++) {
        cbx_queue_place(&q[1], &nop);
    }
    cbx_queue_ring(&q[1]);
    cbx_settle(d);
    g_assert_true(cbx_queue_poll(&q[1], &c));
    g_assert_true(cbx_queue_poll(&q[1], &c));
    g_assert_false(cbx_queue_poll(&q[1], &c));
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(1, CBX_Q_HEAD)), ==, 2);
    /* It does not look stopped: that is what a driver has to find out. */
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(1, CBX_Q_STATUS)), ==,
                    CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_STOPPED), ==, 0);
    cbx_queue_ring(&q[1]);
    cbx_settle(d);
    g_assert_false(cbx_queue_poll(&q[1], &c));
    cbx_expect(cbx_queue_do(&q[0], &nop), 0x40, CBX_STATUS_OK, 0, 0);
    expect_record(data, "stuck-queue", "queue", 1);

    cbx_write32(d, CBX_REG_QUEUE(1, CBX_Q_CONTROL), 0);
    cbx_queue_start(&q[1], d, alloc, 1, 8, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q[1], &nop), 0x40, CBX_STATUS_OK, 0, 0);
}

static int64_t clock_now(QCbx *d)
{
    return qtest_clock_step(d->qts, 1);
}

static void test_delay(void *obj, void *data, QGuestAllocator *alloc)
{
    enum { DELAY = 250000 };
    QCbx *d = obj;
    QCbxQueue q[2];
    CbxCompletion c;
    int64_t start;

    cbx_queue_start(&q[0], d, alloc, 0, 8, CBX_Q_VECTOR_NONE);
    cbx_queue_start(&q[1], d, alloc, 1, 8, CBX_Q_VECTOR_NONE);
    cbx_write32(d, CBX_REG_FAULT_DELAY, DELAY);
    arm(d, CBX_FAULT_DELAY, 0, 1);
    cbx_queue_place(&q[0], &nop);
    cbx_queue_place(&q[0], &nop);
    cbx_queue_ring(&q[0]);
    start = clock_now(d);
    qtest_clock_step(d->qts, DELAY / 2);
    g_assert_false(cbx_queue_poll(&q[0], &c));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DESCRIPTORS), ==, 0);
    /* Nobody else has to wait. */
    cbx_expect(cbx_queue_do(&q[1], &nop), 0x40, CBX_STATUS_OK, 0, 0);
    qtest_clock_step(d->qts, DELAY);
    g_assert_true(cbx_queue_poll(&q[0], &c));
    cbx_expect(c, 0x40, CBX_STATUS_OK, 0, 0);
    g_assert_cmpint(c.time_ns, >=, start + DELAY);
    g_assert_cmpint(c.time_ns, <, start + DELAY + 1000);
    /* In order, and once. */
    g_assert_true(cbx_queue_poll(&q[0], &c));
    g_assert_false(cbx_queue_poll(&q[0], &c));
    expect_record(data, "delay-completion", "queue", 0);

    /* Given up in the meantime, it never comes. */
    cbx_write32(d, CBX_REG_FAULT_DELAY, 0);
    arm(d, CBX_FAULT_DELAY, 0, 1);
    cbx_queue_place(&q[0], &nop);
    cbx_queue_ring(&q[0]);
    qtest_clock_step(d->qts, CBX_FAULT_DELAY_DEFAULT / 2);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    cbx_settle(d);
    g_assert_false(cbx_queue_poll(&q[0], &c));
}

static void test_duplicate(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    CbxDescriptor next = nop;
    CbxCompletion c;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    arm(d, CBX_FAULT_DUPLICATE, 1, 1);
    for (next.id = 1; next.id <= 3; next.id++) {
        cbx_queue_place(&q, &next);
    }
    cbx_queue_ring(&q);
    cbx_settle(d);
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t ids[] = { 1, 2, 2 };

        g_assert_true(cbx_queue_poll(&q, &c));
        g_assert_cmpint(c.id, ==, ids[i]);
        g_assert_cmpint(c.status, ==, CBX_STATUS_OK);
    }
    /* Taking these has made room for the last, behind the ring's end. */
    cbx_expect(cbx_queue_wait(&q), 3, CBX_STATUS_OK, 0, 0);
    g_assert_false(cbx_queue_poll(&q, &c));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DESCRIPTORS), ==, 3);
    expect_record(data, "duplicate-completion", "queue", 0);

    /* Never into a slot that has not been read. */
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    cbx_queue_start(&q, d, alloc, 0, 2, CBX_Q_VECTOR_NONE);
    arm(d, CBX_FAULT_DUPLICATE, 0, 0);
    for (next.id = 1; next.id <= 3; next.id++) {
        cbx_expect(cbx_queue_do(&q, &next), next.id, CBX_STATUS_OK, 0, 0);
        g_assert_false(cbx_queue_poll(&q, &c));
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 0);
}

static void test_spurious(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[2];
    uint64_t mailbox = guest_alloc(alloc, 4096);

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_msix_enable(&d->pci);
    cbx_vector_aim(d, 3, mailbox, 0x33);
    cbx_queue_start(&q[0], d, alloc, 0, 4, 3);
    cbx_queue_start(&q[1], d, alloc, 1, 4, CBX_Q_VECTOR_NONE);
    arm(d, CBX_FAULT_SPURIOUS_IRQ, 1, 1);
    /* A queue without a vector is no opportunity. */
    for (unsigned i = 0; i < 4; i++) {
        cbx_queue_do(&q[1], &nop);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 0);
    cbx_queue_do(&q[0], &nop);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);
    cbx_queue_do(&q[0], &nop);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x33);
    qtest_writel(d->qts, mailbox, 0);
    cbx_queue_do(&q[0], &nop);
    cbx_queue_do(&q[0], &nop);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 1);
    qpci_msix_disable(&d->pci);
    expect_record(data, "spurious-interrupt", "vector", 3);
}

/* The summary of errors and of stopped queues. */
static void test_errors(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[2];
    CbxDescriptor bad = { .op = CBX_OP_COUNT };

    cbx_queue_start(&q[0], d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_start(&q[1], d, alloc, 1, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_do(&q[0], &nop);
    g_assert_cmphex(cbx_read32(d, CBX_REG_ERRORS), ==, 0);
    cbx_queue_do(&q[0], &bad);
    g_assert_cmphex(cbx_read32(d, CBX_REG_ERRORS), ==,
                    1u << CBX_STATUS_BAD_OPCODE);
    cbx_dma(d, 0, CBX_NOWHERE, 0, 4);
    g_assert_cmphex(cbx_read32(d, CBX_REG_ERRORS), ==,
                    1u << CBX_STATUS_BAD_OPCODE | 1u << CBX_STATUS_BUS_ERROR);
    g_assert_cmphex(cbx_read32(d, CBX_REG_STOPPED), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(1, CBX_DB_TAIL), 4);
    g_assert_cmphex(cbx_read32(d, CBX_REG_STOPPED), ==, 2);

    /* Writing 1 clears that bit and no other. */
    cbx_write32(d, CBX_REG_ERRORS, 1u << CBX_STATUS_BUS_ERROR);
    g_assert_cmphex(cbx_read32(d, CBX_REG_ERRORS), ==,
                    1u << CBX_STATUS_BAD_OPCODE | 1u << CBX_STATUS_BAD_INDEX);
    qtest_writeb(d->qts, d->regs.addr + CBX_REG_ERRORS, 0xff);
    g_assert_cmphex(cbx_read32(d, CBX_REG_ERRORS), ==, 0);
    cbx_write32(d, CBX_REG_QUEUE(1, CBX_Q_CONTROL), 0);
    g_assert_cmphex(cbx_read32(d, CBX_REG_STOPPED), ==, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions to_file = {
        .before = cbx_report_to_file,
        .arg = (char *)"-global cbx.queues=2",
    };

    qos_node_produces("cbx", "cbx-queue-faults");
    qos_add_test("stuck", "cbx-queue-faults", test_stuck, &to_file);
    qos_add_test("delay", "cbx-queue-faults", test_delay, &to_file);
    qos_add_test("duplicate", "cbx-queue-faults", test_duplicate, &to_file);
    qos_add_test("spurious", "cbx-queue-faults", test_spurious, &to_file);
    qos_add_test("errors", "cbx-queue-faults", test_errors, &to_file);
}

libqos_init(register_tests);
