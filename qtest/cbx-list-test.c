/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: scatter lists, good and bad.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-lib.h"

#define SEED    0x115757

static void put_element(QCbx *d, uint64_t list, unsigned n, uint64_t address,
                        uint32_t length, uint32_t flags)
{
    CbxElement e = {
        .address = cpu_to_le64(address),
        .length = cpu_to_le32(length),
        .flags = cpu_to_le32(flags),
    };

    qtest_memwrite(d->qts, list + n * CBX_ELEMENT_SIZE, &e, sizeof(e));
}

/* Three pieces in the wrong order, then a chain, then the last piece. */
#define PIECES_LENGTH   (5000 + 1 + 4096 + 77)

static void put_pieces(QCbx *d, uint64_t list, uint64_t base)
{
    put_element(d, list, 0, base + 20001, 5000, 0);
    put_element(d, list, 1, base + 3, 1, 0);
    put_element(d, list, 2, base + 8192, 4096, 0);
    put_element(d, list, 3, list + 2048, 0, CBX_ELEMENT_CHAIN);
    put_element(d, list, 128, base + 40, 77, CBX_ELEMENT_LAST);
}

/* The pattern as it is in the pieces. */
static void expect_pieces(QCbx *d, uint64_t base)
{
    static const struct {
        uint64_t at, length;
    } pieces[] = { { 20001, 5000 }, { 3, 1 }, { 8192, 4096 }, { 40, 77 } };
    uint64_t position = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++) {
        g_autofree uint8_t *seen = g_malloc(pieces[i].length);

        qtest_memread(d->qts, base + pieces[i].at, seen, pieces[i].length);
        for (uint64_t k = 0; k < pieces[i].length; k++, position++) {
            g_assert_cmphex(seen[k], ==, cbx_pattern_byte(SEED, position));
        }
        g_assert_cmphex(qtest_readb(d->qts, base + pieces[i].at - 1), ==, 0);
        g_assert_cmphex(qtest_readb(d->qts, base + pieces[i].at +
                                            pieces[i].length), ==, 0);
    }
}

static void test_operations(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t list = guest_alloc(alloc, 4096), base = guest_alloc(alloc, 32768);
    uint64_t list2 = guest_alloc(alloc, 4096), flat = guest_alloc(alloc, 16384);
    CbxDescriptor desc = {
        .flags = CBX_DESC_LIST, .address = list, .length = PIECES_LENGTH,
        .argument = SEED,
    };
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .flags = CBX_DESC_LIST, .address = list,
        .address2 = flat, .length = PIECES_LENGTH,
    };
    uint64_t sum;

    qtest_memset(d->qts, base, 0, 32768);
    qtest_memset(d->qts, flat, 0, 16384);
    put_pieces(d, list, base);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);

    desc.op = CBX_OP_FILL;
    cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    expect_pieces(d, base);
    desc.op = CBX_OP_VERIFY;
    cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    desc.op = CBX_OP_READ;
    cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED, PIECES_LENGTH),
                    ==, PIECES_LENGTH);
    qtest_memset(d->qts, base, 0, 32768);
    desc.op = CBX_OP_WRITE;
    cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    expect_pieces(d, base);

    /* Gather, and scatter again. */
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    g_assert_cmpint(cbx_find_difference(d, flat, SEED, PIECES_LENGTH), ==,
                    PIECES_LENGTH);
    qtest_memset(d->qts, base, 0, 32768);
    copy.flags = CBX_DESC_LIST2;
    copy.address = flat;
    copy.address2 = list;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    expect_pieces(d, base);

    /* Lists on both sides, cut at different places. */
    qtest_memset(d->qts, flat, 0, 16384);
    put_element(d, list2, 0, flat, 4999, 0);
    put_element(d, list2, 1, flat + 4999, PIECES_LENGTH - 4999,
                CBX_ELEMENT_LAST);
    copy.flags = CBX_DESC_LIST | CBX_DESC_LIST2;
    copy.address = list;
    copy.address2 = list2;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, PIECES_LENGTH, 0);
    g_assert_cmpint(cbx_find_difference(d, flat, SEED, PIECES_LENGTH), ==,
                    PIECES_LENGTH);

    desc.op = CBX_OP_CHECKSUM;
    sum = cbx_queue_do(&q, &desc).value;
    desc.flags = 0;
    desc.address = flat;
    g_assert_cmphex(cbx_queue_do(&q, &desc).value, ==, sum);

    /* An error says where it is in memory, not in the list. */
    qtest_writeb(d->qts, base + 8200, ~qtest_readb(d->qts, base + 8200));
    desc.op = CBX_OP_VERIFY;
    desc.flags = CBX_DESC_LIST;
    desc.address = list;
    cbx_expect(cbx_queue_do(&q, &desc), 0, CBX_STATUS_MISMATCH, 5000 + 1 + 8,
               base + 8200);
}

static void test_bad(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t list = guest_alloc(alloc, 4096), a = guest_alloc(alloc, 4096);
    uint64_t width = 1ull << 40, nowhere = 0x7f00000000;
    const uint32_t last = CBX_ELEMENT_LAST, chain = CBX_ELEMENT_CHAIN;
    const struct {
        CbxElement e[3];
        uint16_t status;
        uint64_t bytes;
        uint64_t value;
    } bad[] = {
        /* Lengths that do not add up to 100. */
        { { { a, 99, last } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { a, 101, last } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { a, 100, 0 } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { a, 0, 0 }, { a, 100, last } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { a, 0, last } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { a, 50, 0 }, { a, 51, last } }, CBX_STATUS_BAD_LIST, 50,
          list + 16 },
        { { { a, 50, 0 }, { a, 50, 0 } }, CBX_STATUS_BAD_LIST, 50, list + 16 },
        { { { a, 50, 0 }, { a, 0xffffffff, last } }, CBX_STATUS_BAD_LIST, 50,
          list + 16 },
        /* Chains. */
        { { { list, 0, chain } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { list + 16, 0, chain }, { list, 0, chain } },
          CBX_STATUS_BAD_LIST, 0, list + 16 },
        { { { list + 16, 0, chain }, { a, 100, chain | last } },
          CBX_STATUS_BAD_LIST, 0, list + 16 },
        { { { a, 50, 0 }, { list, 0, chain } }, CBX_STATUS_BAD_LIST, 100,
          list + 32 },
        { { { list + 16, 1, chain } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { list + 16, 0, chain | last } }, CBX_STATUS_BAD_LIST, 0, list },
        { { { list + 24, 0, chain } }, CBX_STATUS_BAD_ALIGNMENT, 0, list },
        { { { width, 0, chain } }, CBX_STATUS_BAD_ADDRESS, 0, list },
        { { { nowhere, 0, chain } }, CBX_STATUS_BUS_ERROR, 0, nowhere },
        /* Elements. */
        { { { a, 100, last | 4 } }, CBX_STATUS_BAD_FLAGS, 0, list },
        { { { a, 100, last | 1u << 31 } }, CBX_STATUS_BAD_FLAGS, 0, list },
        { { { width, 100, last } }, CBX_STATUS_BAD_ADDRESS, 0, list },
        { { { width - 99, 100, last } }, CBX_STATUS_BAD_ADDRESS, 0, list },
        { { { UINT64_MAX, 100, last } }, CBX_STATUS_BAD_ADDRESS, 0, list },
        { { { a, 1, 0 }, { a, 1, 0 }, { nowhere, 98, last } },
          CBX_STATUS_BUS_ERROR, 2, nowhere },
    };
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .flags = CBX_DESC_LIST, .address = list,
        .length = 100,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        qtest_memset(d->qts, list, 0, 4096);
        for (unsigned k = 0; k < ARRAY_SIZE(bad[i].e); k++) {
            put_element(d, list, k, bad[i].e[k].address, bad[i].e[k].length,
                        bad[i].e[k].flags);
        }
        /* The loop with data goes round until the length is reached. */
        if (bad[i].bytes == 100) {
            put_element(d, list, 1, list + 32, 0, CBX_ELEMENT_CHAIN);
            put_element(d, list, 2, a, 50, 0);
        }
        fill.id = i;
        cbx_expect(cbx_queue_do(&q, &fill), i, bad[i].status,
                   MIN(bad[i].bytes, 50), bad[i].value);
    }
}

/* A list that leads back to itself ends where its descriptor ends. */
static void test_loop(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t list = guest_alloc(alloc, 4096), a = guest_alloc(alloc, 4096);
    CbxDescriptor sum = {
        .op = CBX_OP_CHECKSUM, .flags = CBX_DESC_LIST, .address = list,
        .length = 10000,
    };
    CbxCompletion c;

    put_element(d, list, 0, a, 1, 0);
    put_element(d, list, 1, list, 0, CBX_ELEMENT_CHAIN);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(&q, &sum);
    cbx_queue_ring(&q);
    qtest_clock_step_next(d->qts);
    /* Not all at once either. */
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), >, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), <=, 1024);
    c = cbx_queue_wait(&q);
    cbx_expect(c, 0, CBX_STATUS_BAD_LIST, 9999, list);
}

static void test_bad_descriptors(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t list = guest_alloc(alloc, 4096), a = guest_alloc(alloc, 4096);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .flags = CBX_DESC_LIST, .address = list + 8,
        .length = 100,
    };
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .flags = CBX_DESC_LIST2, .address = a,
        .address2 = list + 8, .length = 100,
    };
    CbxCompletion c;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    put_element(d, list, 0, a, 100, CBX_ELEMENT_LAST);
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_BAD_ALIGNMENT, 0,
               list + 8);
    c = cbx_queue_do(&q, &copy);
    cbx_expect(c, 0, CBX_STATUS_BAD_ALIGNMENT, 0, list + 8);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, !=, 0);
    fill.address = CBX_NOWHERE;
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_BUS_ERROR, 0,
               CBX_NOWHERE);
    copy.address2 = CBX_NOWHERE;
    c = cbx_queue_do(&q, &copy);
    cbx_expect(c, 0, CBX_STATUS_BUS_ERROR, 0, CBX_NOWHERE);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, !=, 0);
    /* In the device's own registers. */
    fill.address = d->regs.addr;
    cbx_expect(cbx_queue_do(&q, &fill), 0, CBX_STATUS_BUS_ERROR, 0,
               d->regs.addr);
}

/* Migrated in the middle of a list, a transfer goes on where it was. */
static void test_many_elements(void *obj, void *data, QGuestAllocator *alloc)
{
    enum { N = 4096 };
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t list = guest_alloc(alloc, N * CBX_ELEMENT_SIZE);
    uint64_t a = guest_alloc(alloc, N * 8);
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .flags = CBX_DESC_LIST | CBX_DESC_SUM,
        .address = list, .length = N * 8, .argument = SEED,
    };
    CbxDescriptor sum = {
        .op = CBX_OP_CHECKSUM, .flags = CBX_DESC_LIST, .address = list,
        .length = N * 8,
    };
    CbxCompletion c;

    /* Every eighth byte pair swaps place: element n is at n ^ 5. */
    for (unsigned n = 0; n < N; n++) {
        put_element(d, list, n, a + (n ^ 5) * 8, 8,
                    n == N - 1 ? CBX_ELEMENT_LAST : 0);
    }
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    c = cbx_queue_do(&q, &fill);
    g_assert_cmpint(c.status, ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_queue_do(&q, &sum).value, ==, c.value);
    for (unsigned n = 0; n < N; n += 97) {
        g_assert_cmphex(qtest_readq(d->qts, a + (n ^ 5) * 8), ==,
                        cbx_pattern_word(SEED, n));
    }
}

static void register_tests(void)
{
    QOSGraphTestOptions narrow = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.addr-bits=40",
    };

    qos_node_produces("cbx", "cbx-list");
    qos_add_test("operations", "cbx-list", test_operations, NULL);
    qos_add_test("bad", "cbx-list", test_bad, &narrow);
    qos_add_test("loop", "cbx-list", test_loop, NULL);
    qos_add_test("bad-descriptors", "cbx-list", test_bad_descriptors, NULL);
    qos_add_test("many-elements", "cbx-list", test_many_elements, NULL);
}

libqos_init(register_tests);
