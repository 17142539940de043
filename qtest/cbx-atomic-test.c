/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: atomic operations.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define FORMER  0x8182838485868788ull
#define OPERAND 0x90a0b0c0d0e0f001ull

static uint64_t cut(uint64_t value, unsigned size)
{
    return value & (UINT64_MAX >> (64 - 8 * size));
}

/* The eight bytes at @word, of which the first @size were operated on. */
static void expect_memory(QCbx *d, uint64_t word, unsigned size,
                          uint64_t value)
{
    uint64_t rest = size == 8 ? 0 : FORMER >> (8 * size) << (8 * size);

    g_assert_cmphex(qtest_readq(d->qts, word), ==, cut(value, size) | rest);
}

static void test_operations(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (unsigned size = 1; size <= 8; size *= 2) {
        CbxDescriptor desc = {
            .op = CBX_OP_FETCH_ADD, .address = a, .length = size,
            .argument = OPERAND, .argument2 = FORMER,
        };
        uint64_t former = cut(FORMER, size);

        qtest_writeq(d->qts, a, FORMER);
        cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, size, former);
        expect_memory(d, a, size, FORMER + OPERAND);

        qtest_writeq(d->qts, a, FORMER);
        desc.op = CBX_OP_SWAP;
        cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, size, former);
        expect_memory(d, a, size, OPERAND);

        qtest_writeq(d->qts, a, FORMER);
        desc.op = CBX_OP_COMPARE_SWAP;
        cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, size, former);
        expect_memory(d, a, size, OPERAND);
        /* It is not FORMER any more. */
        desc.argument = 0;
        cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, size,
                   cut(OPERAND, size));
        expect_memory(d, a, size, OPERAND);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_ATOMICS), ==, 16);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_WRITES), ==, 0);
}

/* Each place in a page, so that no byte beside it changes. */
static void test_places(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 8192);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (unsigned size = 1; size <= 8; size *= 2) {
        for (unsigned at = 0; at < 16; at += size) {
            uint64_t page_end = a + 4096 - 8;
            CbxDescriptor swap = {
                .op = CBX_OP_SWAP, .address = page_end + at, .length = size,
                .argument = UINT64_MAX,
            };
            uint8_t seen[16];

            qtest_memset(d->qts, page_end, 0, 16);
            cbx_expect(cbx_queue_do(&q, &swap), 0, CBX_STATUS_OK, size, 0);
            qtest_memread(d->qts, page_end, seen, 16);
            for (unsigned i = 0; i < 16; i++) {
                g_assert_cmphex(seen[i], ==,
                                i >= at && i < at + size ? 0xff : 0);
            }
        }
    }
}

static void test_bad(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096);
    bool arm = !strcmp(qtest_get_arch(), "aarch64");
    uint64_t firmware = arm ? 0 : 4 * GiB - 16;
    uint64_t ecam = cbx_ecam(d) + (CBX_TEST_DEVFN << 12);
    const struct {
        uint64_t address;
        uint64_t length;
        uint16_t status;
    } bad[] = {
        { a, 0, CBX_STATUS_BAD_LENGTH },
        { a, 3, CBX_STATUS_BAD_LENGTH },
        { a, 5, CBX_STATUS_BAD_LENGTH },
        { a, 16, CBX_STATUS_BAD_LENGTH },
        { a, UINT64_MAX, CBX_STATUS_BAD_LENGTH },
        { a + 1, 2, CBX_STATUS_BAD_ALIGNMENT },
        { a + 2, 4, CBX_STATUS_BAD_ALIGNMENT },
        { a + 4, 8, CBX_STATUS_BAD_ALIGNMENT },
        { a + 4095, 8, CBX_STATUS_BAD_ALIGNMENT },
        { 1ull << 40, 8, CBX_STATUS_BAD_ADDRESS },
        { cbx_ram_end(), 8, CBX_STATUS_BUS_ERROR },
        { d->regs.addr + CBX_REG_SCRATCH_LO, 8, CBX_STATUS_NO_ATOMIC },
        { ecam + PCI_INTERRUPT_LINE, 1, CBX_STATUS_NO_ATOMIC },
        { firmware, 8, CBX_STATUS_NO_ATOMIC },
    };
    static const uint8_t ops[] = {
        CBX_OP_FETCH_ADD, CBX_OP_SWAP, CBX_OP_COMPARE_SWAP,
    };
    CbxDescriptor list = {
        .op = CBX_OP_SWAP, .flags = CBX_DESC_LIST, .address = a, .length = 8,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    qtest_memset(d->qts, a, 0, 4096);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        for (unsigned k = 0; k < ARRAY_SIZE(ops); k++) {
            CbxDescriptor desc = {
                .op = ops[k], .id = i, .address = bad[i].address,
                .length = bad[i].length, .argument = 0x55,
            };

            cbx_expect(cbx_queue_do(&q, &desc), i, bad[i].status, 0,
                       bad[i].address);
        }
    }
    cbx_expect(cbx_queue_do(&q, &list), 0, CBX_STATUS_BAD_FLAGS, 0, a);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SCRATCH_LO), ==, 0);
    g_assert_cmphex(qpci_config_readb(&d->pci, PCI_INTERRUPT_LINE), ==, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_ATOMICS), ==, 0);

    /* Its own memory is RAM. */
    list.flags = 0;
    list.address = d->mem.addr;
    list.argument = 0x1234;
    cbx_expect(cbx_queue_do(&q, &list), 0, CBX_STATUS_OK, 8, 0);
    g_assert_cmphex(qtest_readq(d->qts, d->mem.addr), ==, 0x1234);
}

/* Every queue counts in the same place; nothing is lost or counted twice. */
static void test_concurrent(void *obj, void *data, QGuestAllocator *alloc)
{
    enum { EACH = 63, TOTAL = EACH * CBX_QUEUES_MAX };
    QCbx *d = obj;
    QCbxQueue q[CBX_QUEUES_MAX];
    uint64_t a = guest_alloc(alloc, 4096);
    CbxDescriptor add = {
        .op = CBX_OP_FETCH_ADD, .address = a + 16, .length = 4, .argument = 1,
    };
    bool seen[TOTAL] = { 0 };

    qtest_memset(d->qts, a, 0, 4096);
    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        cbx_queue_start(&q[i], d, alloc, i, 64, CBX_Q_VECTOR_NONE);
        for (unsigned k = 0; k < EACH; k++) {
            add.id = k;
            cbx_queue_place(&q[i], &add);
        }
        cbx_queue_ring(&q[i]);
    }
    for (unsigned i = 0; i < CBX_QUEUES_MAX; i++) {
        for (unsigned k = 0; k < EACH; k++) {
            CbxCompletion c = cbx_queue_wait(&q[i]);

            cbx_expect(c, k, CBX_STATUS_OK, 4, c.value);
            g_assert_cmpint(c.value, <, TOTAL);
            g_assert_false(seen[c.value]);
            seen[c.value] = true;
        }
    }
    g_assert_cmpint(qtest_readl(d->qts, a + 16), ==, TOTAL);
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

    qos_node_produces("cbx", "cbx-atomic");
    qos_add_test("operations", "cbx-atomic", test_operations, NULL);
    qos_add_test("places", "cbx-atomic", test_places, NULL);
    qos_add_test("bad", "cbx-atomic", test_bad, &narrow);
    qos_add_test("concurrent", "cbx-atomic", test_concurrent, &many);
}

libqos_init(register_tests);
