/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: descriptor queues.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED    0x71077

static void test_operations(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 65536) + 1, b = guest_alloc(alloc, 65536);
    CbxDescriptor nop = { .op = CBX_OP_NOP, .id = 1, .length = 77 };
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = 2, .address = a, .length = 9999,
        .argument = SEED,
    };
    CbxDescriptor read = {
        .op = CBX_OP_READ, .id = 3, .address = a, .length = 9999, .offset = 5,
    };
    CbxDescriptor write = {
        .op = CBX_OP_WRITE, .id = 4, .address = b, .length = 9999, .offset = 5,
    };
    CbxDescriptor verify = {
        .op = CBX_OP_VERIFY, .id = 5, .address = b + 3, .length = 9996,
        .argument = SEED, .argument2 = 3,
    };
    CbxDescriptor sum = {
        .op = CBX_OP_CHECKSUM, .id = 6, .address = a, .length = 4096,
    };

    cbx_queue_start(&q, d, alloc, 0, 8, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &nop), 1, CBX_STATUS_OK, 0, 0);
    cbx_expect(cbx_queue_do(&q, &fill), 2, CBX_STATUS_OK, 9999, 0);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, 9999), ==, 9999);
    cbx_expect(cbx_queue_do(&q, &read), 3, CBX_STATUS_OK, 9999, 0);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr + 5, SEED, 9999), ==,
                    9999);
    cbx_expect(cbx_queue_do(&q, &write), 4, CBX_STATUS_OK, 9999, 0);
    g_assert_cmpint(cbx_find_difference(d, b, SEED, 9999), ==, 9999);
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_OK, 9996, 0);

    qtest_writeb(d->qts, b + 5000, ~cbx_pattern_byte(SEED, 5000));
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_MISMATCH, 4997,
               b + 5000);

    /* A filled position is where it would be in a longer fill. */
    fill.argument2 = 4999;
    fill.address = b + 4999;
    fill.length = 3;
    cbx_expect(cbx_queue_do(&q, &fill), 2, CBX_STATUS_OK, 3, 0);
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_OK, 9996, 0);

    qtest_memset(d->qts, a, 0, 4096);
    cbx_expect(cbx_queue_do(&q, &sum), 6, CBX_STATUS_OK, 4096,
               0xac869b6f32d8bbdb);

    g_assert_cmpint(cbx_stat(d, CBX_STAT_DESCRIPTORS), ==, 9);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_WRITES), ==, 3);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 5);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_ERRORS), ==, 0);
}

/* More than one step's worth, with an interrupt at the end only. */
static void test_large(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t size = 5 * 1024 * 1024 + 123;
    uint64_t a = guest_alloc(alloc, size);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = 1, .address = a, .length = size,
        .argument = SEED,
    };
    CbxDescriptor verify = {
        .op = CBX_OP_VERIFY, .id = 2, .address = a, .length = size,
        .argument = SEED,
    };
    CbxCompletion c;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(&q, &fill);
    cbx_queue_place(&q, &verify);
    cbx_queue_ring(&q);
    g_assert_false(cbx_queue_poll(&q, &c));
    qtest_clock_step_next(d->qts);
    g_assert_false(cbx_queue_poll(&q, &c));
    cbx_expect(cbx_queue_wait(&q), 1, CBX_STATUS_OK, size, 0);
    c = cbx_queue_wait(&q);
    cbx_expect(c, 2, CBX_STATUS_OK, size, 0);
    g_assert_cmpint(c.time_ns, >, 0);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, size), ==, size);
}

static void test_interrupt(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t mailbox = guest_alloc(alloc, 4096);
    CbxDescriptor nop = { .op = CBX_OP_NOP, .id = 1 };

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_msix_enable(&d->pci);
    cbx_vector_aim(d, 5, mailbox, 0x5555);

    cbx_queue_start(&q, d, alloc, 0, 4, 5);
    cbx_queue_do(&q, &nop);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);
    nop.flags = CBX_DESC_INTERRUPT;
    cbx_queue_do(&q, &nop);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x5555);

    /* A queue that stops says so. */
    qtest_memset(d->qts, mailbox, 0, 64);
    cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 4);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x5555);
    qpci_msix_disable(&d->pci);
}

static void test_wrap(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint32_t next = 0;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (uint32_t id = 0; id < 30; id += 3) {
        for (uint32_t i = 0; i < 3; i++) {
            CbxDescriptor nop = { .op = CBX_OP_NOP, .id = id + i };

            cbx_queue_place(&q, &nop);
        }
        cbx_queue_ring(&q);
        for (uint32_t i = 0; i < 3; i++) {
            cbx_expect(cbx_queue_wait(&q), next++, CBX_STATUS_OK, 0, 0);
        }
    }
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_HEAD)), ==, 30 % 4);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_CQ_TAIL)), ==, 30 % 4);
}

/* Completions wait until the reader has made room. */
static void test_full(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    CbxDescriptor nop = { .op = CBX_OP_NOP };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (nop.id = 0; nop.id < 3; nop.id++) {
        cbx_queue_place(&q, &nop);
    }
    cbx_queue_ring(&q);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_HEAD)), ==, 3);
    cbx_queue_place(&q, &nop);
    nop.id++;
    cbx_queue_place(&q, &nop);
    cbx_queue_ring(&q);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_HEAD)), ==, 3);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_CQ_TAIL)), ==, 3);
    for (uint32_t id = 0; id < 5; id++) {
        cbx_expect(cbx_queue_wait(&q), id, CBX_STATUS_OK, 0, 0);
    }
}

static void test_bad_descriptors(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096);
    uint64_t end = CBX_MEM_SIZE_MIN;
    const struct {
        CbxDescriptor desc;
        uint16_t status;
    } bad[] = {
        { { .op = CBX_OP_COUNT }, CBX_STATUS_BAD_OPCODE },
        { { .op = 255, .reserved = 1 }, CBX_STATUS_BAD_OPCODE },
        { { .op = CBX_OP_NOP, .flags = 2 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_NOP, .flags = 0x80 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_READ, .attributes = 4 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_READ, .attributes = 0x8000 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_READ, .address2 = 1 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_READ, .reserved = 1 }, CBX_STATUS_BAD_FLAGS },
        /* Flags that the operation does not take. */
        { { .op = CBX_OP_NOP, .flags = CBX_DESC_SUM }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_READ, .flags = CBX_DESC_LIST2 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_WRITE, .flags = CBX_DESC_ALL_QUEUES },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_CHECKSUM, .flags = CBX_DESC_SUM },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_COPY, .flags = 0x20, .length = 1 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_SWAP, .flags = CBX_DESC_SUM, .length = 1 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_MESSAGE, .flags = CBX_DESC_LIST },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_REPORT, .flags = CBX_DESC_LIST, .length = 1 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_FENCE, .flags = CBX_DESC_LIST },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_SWAP, .address2 = 1, .length = 1 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_FENCE, .address2 = 1 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_FENCE, .reserved = 1 }, CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_REPORT, .length = 0 }, CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_COPY, .length = 0 }, CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_COPY, .length = UINT64_MAX }, CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_READ, .length = 0 }, CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_FILL, .length = CBX_LENGTH_MAX + 1 },
          CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_VERIFY, .length = UINT64_MAX },
          CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_READ, .length = 2, .offset = end - 1 },
          CBX_STATUS_BAD_OFFSET },
        { { .op = CBX_OP_WRITE, .length = 1, .offset = end },
          CBX_STATUS_BAD_OFFSET },
        { { .op = CBX_OP_WRITE, .length = 1, .offset = UINT64_MAX },
          CBX_STATUS_BAD_OFFSET },
        { { .op = CBX_OP_READ, .length = end + 1 }, CBX_STATUS_BAD_OFFSET },
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        CbxDescriptor desc = bad[i].desc;

        desc.id = i;
        desc.address = a;
        cbx_expect(cbx_queue_do(&q, &desc), i, bad[i].status, 0, a);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_ERRORS), ==, ARRAY_SIZE(bad));
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), ==, 0);
}

static void test_bad_addresses(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t end = cbx_ram_end();
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .address = end - 10, .length = 20,
    };
    CbxDescriptor wide = {
        .op = CBX_OP_FILL, .address = (1ull << 40) - 10, .length = 11,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_BUS_ERROR, 10, end);
    cbx_expect(cbx_queue_do(&q, &wide), 0, CBX_STATUS_BAD_ADDRESS, 0,
               1ull << 40);
    wide.address = 1ull << 40;
    cbx_expect(cbx_queue_do(&q, &wide), 0, CBX_STATUS_BAD_ADDRESS, 0,
               1ull << 40);
    wide.address = UINT64_MAX;
    cbx_expect(cbx_queue_do(&q, &wide), 0, CBX_STATUS_BAD_ADDRESS, 0,
               UINT64_MAX);
}

/* ---- Queues that cannot work ------------------------------------------- */

static uint32_t enable(QCbx *d, uint64_t ring, uint64_t cq, uint32_t entries,
                       uint32_t vector)
{
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_RING_LO), ring);
    cbx_write64(d, CBX_REG_QUEUE(0, CBX_Q_CQ_LO), cq);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_ENTRIES), entries);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_VECTOR), vector);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), CBX_Q_ENABLE);
    g_assert_cmpint(cbx_take_error(d), ==,
                    cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)));
    return cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS));
}

static void test_bad_configuration(void *obj, void *data,
                                   QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 8192);
    uint64_t top = UINT64_MAX - 63;

    g_assert_cmpint(enable(d, a, a, 0, 0), ==, CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(enable(d, a, a, 1, 0), ==, CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(enable(d, a, a, 3, 0), ==, CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(enable(d, a, a, 8192, 0), ==, CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(enable(d, a + 32, a, 2, 0), ==, CBX_STATUS_BAD_ALIGNMENT);
    g_assert_cmpint(enable(d, a, a + 4, 2, 0), ==, CBX_STATUS_BAD_ALIGNMENT);
    g_assert_cmpint(enable(d, top, a, 2, 0), ==, CBX_STATUS_BAD_ADDRESS);
    g_assert_cmpint(enable(d, a, top, 4, 0), ==, CBX_STATUS_BAD_ADDRESS);
    g_assert_cmpint(enable(d, a, a, 2, 16), ==, CBX_STATUS_BAD_INDEX);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL)), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 1);
    g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_DISABLED);

    g_assert_cmpint(enable(d, a, a + 4096, 2, 15), ==, CBX_STATUS_OK);
    cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_ENTRIES), 4);
    g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_UNSUPPORTED);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_ENTRIES)), ==, 2);

    /* Queues that the device does not have. */
    cbx_write32(d, CBX_REG_QUEUE(1, CBX_Q_ENTRIES), 4);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(1, CBX_Q_ENTRIES)), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(15, CBX_DB_TAIL), 1);
}

static void test_bad_index(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t doorbells[] = { CBX_DB_TAIL, CBX_DB_CQ_HEAD };
    QCbx *d = obj;
    QCbxQueue q;
    CbxDescriptor nop = { .op = CBX_OP_NOP };

    for (unsigned i = 0; i < ARRAY_SIZE(doorbells); i++) {
        cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
        cbx_queue_place(&q, &nop);
        cbx_queue_ring(&q);
        cbx_write32(d, CBX_REG_DOORBELL(0, doorbells[i]), 4);
        g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                        CBX_STATUS_BAD_INDEX);
        cbx_settle(d);
        g_assert_cmpint(cbx_stat(d, CBX_STAT_DESCRIPTORS), ==, i);
        cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 0);
        g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_DISABLED);

        /* Off and on again helps. */
        cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
        cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
        cbx_expect(cbx_queue_do(&q, &nop), 0, CBX_STATUS_OK, 0, 0);
        cbx_write32(d, CBX_REG_QUEUE(0, CBX_Q_CONTROL), 0);
    }
}

static void test_bad_rings(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 8192);

    qtest_memset(d->qts, a, 0, 8192);
    g_assert_cmpint(enable(d, CBX_NOWHERE, a, 4, CBX_Q_VECTOR_NONE), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 1);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_BUS_ERROR);

    g_assert_cmpint(enable(d, a, CBX_NOWHERE, 4, CBX_Q_VECTOR_NONE), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 1);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_BUS_ERROR);

    /* Rings in the device's own registers: refused, not recursed into. */
    g_assert_cmpint(enable(d, d->regs.addr, a, 4, CBX_Q_VECTOR_NONE), ==, 0);
    cbx_write32(d, CBX_REG_DOORBELL(0, CBX_DB_TAIL), 1);
    cbx_settle(d);
    g_assert_cmpint(cbx_read32(d, CBX_REG_QUEUE(0, CBX_Q_STATUS)), ==,
                    CBX_STATUS_BUS_ERROR);
}

static void test_many(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q[CBX_QUEUES_MAX];
    CbxDescriptor nop = { .op = CBX_OP_NOP };

    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        cbx_queue_start(&q[i], d, alloc, i, 4, CBX_Q_VECTOR_NONE);
        nop.id = 100 + i;
        cbx_queue_place(&q[i], &nop);
        cbx_queue_ring(&q[i]);
    }
    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        cbx_expect(cbx_queue_wait(&q[i]), 100 + i, CBX_STATUS_OK, 0, 0);
    }
}

static void register_tests(void)
{
    QOSGraphTestOptions narrow = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.addr-bits=40",
    };
    QOSGraphTestOptions many = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.queues=16",
    };

    qos_node_produces("cbx", "cbx-queue");
    qos_add_test("operations", "cbx-queue", test_operations, NULL);
    qos_add_test("large", "cbx-queue", test_large, NULL);
    qos_add_test("interrupt", "cbx-queue", test_interrupt, NULL);
    qos_add_test("wrap", "cbx-queue", test_wrap, NULL);
    qos_add_test("full", "cbx-queue", test_full, NULL);
    qos_add_test("bad-descriptors", "cbx-queue", test_bad_descriptors, NULL);
    qos_add_test("bad-configuration", "cbx-queue", test_bad_configuration,
                 NULL);
    qos_add_test("bad-index", "cbx-queue", test_bad_index, NULL);
    qos_add_test("bad-rings", "cbx-queue", test_bad_rings, NULL);
    qos_add_test("bad-addresses", "cbx-queue", test_bad_addresses, &narrow);
    qos_add_test("many", "cbx-queue", test_many, &many);
}

libqos_init(register_tests);
