/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX as a network card: two of them on one hub.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-stream.h"

#define FIRST_SLOT  0x11
#define ENTRIES     8
#define SEED        0xf4a3e
#define SHORTEST    60
#define STAGE       65536
/* After a migration QEMU would announce the cards with frames of its own. */
#define CARDS \
    " -global migration.announce-rounds=0" \
    " -netdev hubport,id=net0,hubid=0 -netdev hubport,id=net1,hubid=0" \
    " -device cbx-net,netdev=net0,addr=0x11,queues=2,id=card0" \
    " -device cbx-net,netdev=net1,addr=0x12,queues=2,id=card1," \
    "mac=02:11:22:33:44:55 "

/* A card, its queue of either direction and a buffer for each. */
typedef struct Card {
    QCbx d;
    QCbxQueue send, receive;
    uint64_t out, in;
} Card;

static void cards_attach(Card *cards, QCbx *first, QGuestAllocator *alloc)
{
    for (unsigned i = 0; i < 2; i++) {
        Card *card = &cards[i];

        cbx_attach_at(&card->d, first->pci.bus, (FIRST_SLOT + i) << 3);
        cbx_queue_start(&card->send, &card->d, alloc, 0, ENTRIES,
                        CBX_Q_VECTOR_NONE);
        cbx_queue_start(&card->receive, &card->d, alloc, 1, ENTRIES,
                        CBX_Q_VECTOR_NONE);
        card->out = guest_alloc(alloc, CBX_NET_FRAME_MAX);
        card->in = guest_alloc(alloc, CBX_NET_FRAME_MAX);
    }
}

static CbxCompletion card_send(Card *card, uint32_t id, uint64_t length)
{
    CbxDescriptor send = {
        .op = CBX_OP_SEND, .id = id, .address = card->out, .length = length,
    };

    cbx_put_pattern(&card->d, card->out, SEED + id, length);
    return cbx_queue_do(&card->send, &send);
}

static void card_listen(Card *card, uint32_t id, uint64_t length)
{
    CbxDescriptor receive = {
        .op = CBX_OP_RECEIVE, .id = id, .address = card->in, .length = length,
        .offset = STAGE,
    };

    cbx_queue_place(&card->receive, &receive);
    cbx_queue_ring(&card->receive);
    cbx_settle(&card->d);
}

static void expect_frame(Card *card, uint32_t id, uint32_t frame,
                         uint64_t length)
{
    cbx_expect(cbx_queue_wait(&card->receive), id, CBX_STATUS_OK, length, 0);
    g_assert_cmpint(cbx_find_difference(&card->d, card->in, SEED + frame,
                                        length), ==, length);
}

/* Frames of every kind of length, to and fro. */
static void test_exchange(void *obj, void *data, QGuestAllocator *alloc)
{
    static const uint32_t lengths[] = { SHORTEST, 61, 1514, CBX_NET_FRAME_MAX };
    Card cards[2] = { };
    CbxCompletion c;

    cards_attach(cards, obj, alloc);
    for (unsigned i = 0; i < 2 * ARRAY_SIZE(lengths); i++) {
        Card *from = &cards[i % 2], *to = &cards[1 - i % 2];
        uint32_t length = lengths[i / 2];

        card_listen(to, i, CBX_NET_FRAME_MAX);
        g_assert_false(cbx_queue_poll(&to->receive, &c));
        cbx_expect(card_send(from, 100 + i, length), 100 + i, CBX_STATUS_OK,
                   length, 0);
        expect_frame(to, i, 100 + i, length);
    }
    for (unsigned i = 0; i < 2; i++) {
        g_assert_cmpint(cbx_stat(&cards[i].d, CBX_STAT_FRAMES_SENT), ==,
                        ARRAY_SIZE(lengths));
        g_assert_cmpint(cbx_stat(&cards[i].d, CBX_STAT_FRAMES_RECEIVED), ==,
                        ARRAY_SIZE(lengths));
    }
}

/* What comes too early waits in the back end, in order. */
static void test_backlog(void *obj, void *data, QGuestAllocator *alloc)
{
    Card cards[2] = { };

    cards_attach(cards, obj, alloc);
    for (uint32_t i = 0; i < 3; i++) {
        card_send(&cards[0], i, SHORTEST + i);
    }
    g_assert_cmpint(cbx_stat(&cards[1].d, CBX_STAT_FRAMES_RECEIVED), ==, 0);
    for (uint32_t i = 0; i < 3; i++) {
        card_listen(&cards[1], 50 + i, CBX_NET_FRAME_MAX);
        expect_frame(&cards[1], 50 + i, i, SHORTEST + i);
    }
}

/* A frame that is longer than its buffer is lost; the queue goes on. */
static void test_too_long(void *obj, void *data, QGuestAllocator *alloc)
{
    Card cards[2] = { };
    CbxCompletion c;

    cards_attach(cards, obj, alloc);
    qtest_memset(cards[1].d.qts, cards[1].in, 0x5a, 2 * SHORTEST);
    card_listen(&cards[1], 1, SHORTEST);
    card_send(&cards[0], 7, SHORTEST + 1);
    c = cbx_queue_wait(&cards[1].receive);
    cbx_expect(c, 1, CBX_STATUS_BAD_LENGTH, 0, cards[1].in);
    g_assert_cmphex(qtest_readb(cards[1].d.qts, cards[1].in), ==, 0x5a);
    card_listen(&cards[1], 2, SHORTEST);
    card_send(&cards[0], 8, SHORTEST);
    expect_frame(&cards[1], 2, 8, SHORTEST);
}

/* Refused at once, without a frame. */
static void test_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        CbxDescriptor desc;
        uint16_t status;
    } bad[] = {
        { { .op = CBX_OP_RECEIVE, .length = 0 }, CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_RECEIVE, .length = CBX_NET_FRAME_MAX + 1 },
          CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_RECEIVE, .length = 2,
            .offset = CBX_MEM_SIZE_MIN - 1 }, CBX_STATUS_BAD_OFFSET },
        { { .op = CBX_OP_RECEIVE, .flags = CBX_DESC_SUM, .length = 60 },
          CBX_STATUS_BAD_FLAGS },
        { { .op = CBX_OP_SEND, .length = CBX_NET_FRAME_MAX + 1 },
          CBX_STATUS_BAD_LENGTH },
        { { .op = CBX_OP_SEND, .length = 0 }, CBX_STATUS_BAD_LENGTH },
    };
    Card cards[2] = { };
    QCbx *plain = obj;
    QCbxQueue q;

    cards_attach(cards, obj, alloc);
    for (uint32_t i = 0; i < ARRAY_SIZE(bad); i++) {
        CbxDescriptor desc = bad[i].desc;

        desc.id = i;
        desc.address = cards[0].out;
        cbx_expect(cbx_queue_do(&cards[0].send, &desc), i, bad[i].status, 0,
                   desc.address);
    }
    g_assert_cmpint(cbx_stat(&cards[0].d, CBX_STAT_FRAMES_SENT), ==, 0);

    g_assert_cmphex(cbx_read32(plain, CBX_REG_FEATURES) & CBX_FEATURE_NET, ==,
                    0);
    cbx_queue_start(&q, plain, alloc, 0, ENTRIES, CBX_Q_VECTOR_NONE);
    for (uint8_t op = CBX_OP_SEND; op <= CBX_OP_RECEIVE; op++) {
        CbxDescriptor desc = {
            .op = op, .id = op, .address = cards[0].out, .length = SHORTEST,
        };

        cbx_expect(cbx_queue_do(&q, &desc), op, CBX_STATUS_BAD_OPCODE, 0,
                   desc.address);
    }
}

/* Address, state of the link, and the vector of a change. */
static void test_link(void *obj, void *data, QGuestAllocator *alloc)
{
    Card cards[2] = { };
    QCbx *d = &cards[1].d;
    uint64_t mailbox = guest_alloc(alloc, 4096);

    cards_attach(cards, obj, alloc);
    qtest_memset(d->qts, mailbox, 0, 64);
    g_assert_cmphex(cbx_read32(d, CBX_REG_FEATURES) & CBX_FEATURE_NET, !=, 0);
    g_assert_cmphex(cbx_read64(d, CBX_REG_NET_MAC_LO), ==, 0x554433221102ull);
    g_assert_cmphex(cbx_read32(d, CBX_REG_NET_STATUS), ==, CBX_NET_LINK);

    qpci_msix_enable(&d->pci);
    cbx_vector_aim(d, 3, mailbox, 0x3333);
    cbx_write32(d, CBX_REG_NET_VECTOR, 3);
    for (unsigned up = 0; up < 2; up++) {
        qtest_writel(d->qts, mailbox, 0);
        qtest_qmp_assert_success(d->qts, "{'execute': 'set_link', 'arguments': "
                                 "{'name': 'card1', 'up': %i}}", up);
        g_assert_cmphex(cbx_read32(d, CBX_REG_NET_STATUS), ==,
                        up ? CBX_NET_LINK : 0);
        g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x3333);
    }
    qpci_msix_disable(&d->pci);
}

/* A fence does not wait for who waits for a frame; disabling ends the wait. */
static void test_waiting(void *obj, void *data, QGuestAllocator *alloc)
{
    CbxDescriptor fence = {
        .op = CBX_OP_FENCE, .flags = CBX_DESC_ALL_QUEUES, .id = 9,
    };
    Card cards[2] = { };
    CbxCompletion c;

    cards_attach(cards, obj, alloc);
    card_listen(&cards[1], 1, SHORTEST);
    cbx_expect(cbx_queue_do(&cards[1].send, &fence), 9, CBX_STATUS_OK, 0, 0);

    cbx_write32(&cards[1].d, CBX_REG_QUEUE(1, CBX_Q_CONTROL), 0);
    card_send(&cards[0], 1, SHORTEST);
    g_assert_false(cbx_queue_poll(&cards[1].receive, &c));
    g_assert_cmpint(cbx_stat(&cards[1].d, CBX_STAT_FRAMES_RECEIVED), ==, 0);
    cbx_queue_start(&cards[1].receive, &cards[1].d, alloc, 1, ENTRIES,
                    CBX_Q_VECTOR_NONE);
    card_listen(&cards[1], 2, SHORTEST);
    expect_frame(&cards[1], 2, 1, SHORTEST);
}

/* Who waits for a frame still does after a migration. */
static void test_migration(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbxTwin twin = { .options = data };
    Card cards[2] = { };
    QTestState *there;

    cards_attach(cards, obj, alloc);
    card_listen(&cards[1], 1, CBX_NET_FRAME_MAX);
    twin.clock = qtest_clock_step(cards[0].d.qts, 1000);
    there = cbx_migrate(cards[0].d.qts, "file:", &twin);
    for (unsigned i = 0; i < 2; i++) {
        cards[i].d.qts = there;
    }
    cbx_expect(card_send(&cards[0], 4, 777), 4, CBX_STATUS_OK, 777, 0);
    expect_frame(&cards[1], 1, 4, 777);
    g_assert_cmpint(cbx_stat(&cards[1].d, CBX_STAT_FRAMES_RECEIVED), ==, 1);
    qtest_quit(there);
    qos_invalidate_command_line();
}

static void register_tests(void)
{
    QOSGraphTestOptions options = {
        .before = cbx_options, .arg = (void *)CARDS,
    };

    qos_node_produces("cbx", "cbx-net");
    qos_add_test("exchange", "cbx-net", test_exchange, &options);
    qos_add_test("backlog", "cbx-net", test_backlog, &options);
    qos_add_test("too-long", "cbx-net", test_too_long, &options);
    qos_add_test("refused", "cbx-net", test_refused, &options);
    qos_add_test("link", "cbx-net", test_link, &options);
    qos_add_test("waiting", "cbx-net", test_waiting, &options);
    qos_add_test("migration", "cbx-net", test_migration, &options);
}

libqos_init(register_tests);
