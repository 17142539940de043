/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: injected faults. Each is seen by the check that exists for it, and the
 * same check passes without the fault.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/module.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED    0xfa17
#define SIZE    5000

static uint16_t verify(QCbxQueue *q, uint64_t address)
{
    CbxDescriptor desc = {
        .op = CBX_OP_VERIFY, .address = address, .length = SIZE,
        .argument = SEED,
    };

    return cbx_queue_do(q, &desc).status;
}

static uint16_t fill(QCbxQueue *q, uint64_t address)
{
    CbxDescriptor desc = {
        .op = CBX_OP_FILL, .address = address, .length = SIZE,
        .argument = SEED,
    };

    return cbx_queue_do(q, &desc).status;
}

static void test_flip_bit(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, SIZE);
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_OK);

    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_FLIP_BIT);
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_MISMATCH);
    /* Flipped on its way, not in memory. */
    g_assert_cmpint(cbx_find_difference(d, a, SEED, SIZE), ==, SIZE);

    g_assert_cmpint(fill(&q, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, SIZE), <, SIZE);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 2);

    cbx_write32(d, CBX_REG_FAULTS, 0);
    g_assert_cmpint(fill(&q, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_OK);

    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 3);
    record = cbx_report_last(lines, "fault");
    g_assert_cmpstr(qdict_get_str(record, "name"), ==, "flip-bit");
    g_assert_cmpstr(qdict_get_str(record, "address"), !=, "");
}

/* A flip on the way out and one on the way in never cancel. */
static void test_flip_twice(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 4096);

    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_FLIP_BIT);
    for (unsigned i = 0; i < 32; i++) {
        qtest_writeb(d->qts, a, 0);
        g_assert_cmpint(cbx_dma(d, 0, a, 0, 1), ==, CBX_ARM_DMA_OK);
        g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a, 0, 1), ==,
                        CBX_ARM_DMA_OK);
        g_assert_cmpint(ctpop8(qtest_readb(d->qts, a)), ==, 2);
    }
}

static void test_drop_write(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, 1, SIZE);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_DROP_WRITE);
    g_assert_cmpint(fill(&q, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a, 1, SIZE), ==, SIZE);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 1);
    /* Reads have nothing to drop. */
    g_assert_cmpint(cbx_dma(d, 0, a, 0, SIZE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, 1, SIZE), ==, SIZE);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 1);
}

static void test_short(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    qtest_memset(d->qts, a, cbx_pattern_byte(SEED, SIZE - 1) ^ 1, SIZE);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_SHORT);
    g_assert_cmpint(fill(&q, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, SIZE), ==, SIZE - 1);

    cbx_put_pattern(d, a, SEED, SIZE);
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_MISMATCH);
    g_assert_cmpint(cbx_dma(d, 0, a, 0, SIZE), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, SEED, SIZE), ==,
                    SIZE - 1);
    g_assert_cmpint(cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a, 0, 1), ==,
                    CBX_ARM_DMA_OK);
}

/* Which kinds of transfer come out wrong: a bit each, in this order. */
enum { VERIFY = 1, CHECKSUM = 2, FILL = 4, SHOT_IN = 8, SHOT_OUT = 16 };

static unsigned wrong_kinds(QCbx *d, QCbxQueue *q, uint64_t a, uint64_t sum)
{
    CbxDescriptor checksum = {
        .op = CBX_OP_CHECKSUM, .address = a, .length = SIZE,
    };
    unsigned wrong = 0;

    cbx_put_pattern(d, a, SEED, SIZE);
    wrong |= verify(q, a) == CBX_STATUS_OK ? 0 : VERIFY;
    wrong |= cbx_queue_do(q, &checksum).value == sum ? 0 : CHECKSUM;
    cbx_dma(d, 0, a, 0, SIZE);
    wrong |= cbx_find_difference(d, d->mem.addr, SEED, SIZE) == SIZE ? 0
                                                                     : SHOT_IN;
    cbx_put_pattern(d, d->mem.addr, SEED, SIZE);
    cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a, 0, SIZE);
    wrong |= cbx_find_difference(d, a, SEED, SIZE) == SIZE ? 0 : SHOT_OUT;
    fill(q, a);
    wrong |= cbx_find_difference(d, a, SEED, SIZE) == SIZE ? 0 : FILL;
    return wrong;
}

static void test_flip_one_kind(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        uint32_t fault;
        unsigned kind;
    } rows[] = {
        { CBX_FAULT_FLIP_VERIFY, VERIFY },
        { CBX_FAULT_FLIP_CHECKSUM, CHECKSUM },
        { CBX_FAULT_FLIP_FILL, FILL },
        { CBX_FAULT_FLIP_SHOT_IN, SHOT_IN },
        { CBX_FAULT_FLIP_SHOT_OUT, SHOT_OUT },
        { CBX_FAULT_FLIP_VERIFY | CBX_FAULT_FLIP_BIT,
          VERIFY | CHECKSUM | FILL | SHOT_IN | SHOT_OUT },
        { CBX_FAULT_NONE, 0 },
    };
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);
    CbxDescriptor checksum = {
        .op = CBX_OP_CHECKSUM, .address = a, .length = SIZE,
    };
    uint64_t sum;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, SIZE);
    sum = cbx_queue_do(&q, &checksum).value;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        cbx_write32(d, CBX_REG_FAULTS, rows[i].fault);
        g_assert_cmpuint(wrong_kinds(d, &q, a, sum), ==, rows[i].kind);
    }
}

static void test_stray_write(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        unsigned offset, length;
        bool strays;
    } rows[] = {
        { 1, 1, false }, { 0, 3, false }, { 4, 4, false }, { 5, 3, true },
    };
    QCbx *d = obj;
    uint64_t a = guest_alloc(alloc, 4096);

    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_STRAY_WRITE);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        qtest_memset(d->qts, a, 0, 64);
        cbx_dma(d, CBX_ARM_DMA_FROM_DEVICE, a + rows[i].offset, 0,
                rows[i].length);
        g_assert_cmphex(qtest_readb(d->qts, a + rows[i].offset - 1) == 0xff,
                        ==, rows[i].strays);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 1);
}

/* The other element, only while it is declared as one. */
static void test_cross_fill(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a[2] = { guest_alloc(alloc, SIZE), guest_alloc(alloc, SIZE) };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_CROSS_FILL);
    for (unsigned declared = 0; declared <= 2; declared++) {
        qtest_writeb(d->qts, a[0], 0x11);
        fill(&q, a[1]);
        g_assert_cmphex(qtest_readb(d->qts, a[0]), ==,
                        declared == 2 ? 0xee : 0x11);
        if (declared == 0) {
            g_assert_cmpint(cbx_declare(d, a[0], SIZE), ==, CBX_STATUS_OK);
        } else if (declared == 1) {
            cbx_write32(d, CBX_REG_BUF_ELEMENT, 1);
            cbx_write64(d, CBX_REG_BUF_LOGICAL_LO, a[1]);
            cbx_write32(d, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
        }
    }
    g_assert_cmpint(cbx_find_difference(d, a[1], SEED, SIZE), ==, SIZE);
}

static void test_mixed_up(void *obj, void *data, QGuestAllocator *alloc)
{
    const CbxDescriptor nops[] = {
        { .op = CBX_OP_NOP, .id = 7 }, { .op = CBX_OP_NOP, .id = 20 },
    };
    QCbx *d = obj;
    QCbxQueue q;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_MIXED_UP);
    /* One by one there is nothing to mix up. */
    g_assert_cmpint(cbx_queue_do(&q, &nops[0]).id, ==, 7);
    cbx_queue_place(&q, &nops[0]);
    cbx_queue_place(&q, &nops[1]);
    cbx_queue_ring(&q);
    g_assert_cmpint(cbx_queue_wait(&q).id, ==, 8);
    g_assert_cmpint(cbx_queue_wait(&q).id, ==, 20);
}

static void test_lost_interrupt(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t mailbox = guest_alloc(alloc, 4096);
    g_autoptr(GPtrArray) lines = NULL;

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_msix_enable(&d->pci);
    cbx_vector_aim(d, 0, mailbox, 1);

    /* Two pass, the third is lost, and so on. */
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_LOST_IRQ);
    cbx_write32(d, CBX_REG_FAULT_SKIP, 2);
    for (unsigned i = 1; i <= 9; i++) {
        qtest_writel(d->qts, mailbox, 0);
        cbx_write32(d, CBX_ARM_MSI_CTL, CBX_ARM_MSI_TRIGGER);
        g_assert_cmpint(qtest_readl(d->qts, mailbox), ==, i % 3 != 0);
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_INTERRUPTS), ==, 6);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 3);
    qpci_msix_disable(&d->pci);

    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 4);
}

static void test_wrong_address(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4 * 4096) + 4096;
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .address = a, .address2 = a + 8192 + 0x40,
        .length = 256,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    qtest_memset(d->qts, a - 4096, 0, 4 * 4096);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_WRONG_ADDRESS);
    g_assert_cmpint(fill(&q, a), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a + 0x40, SEED, SIZE), ==, SIZE);
    g_assert_cmphex(qtest_readq(d->qts, a + 0x38), ==, 0);
    g_assert_cmphex(qtest_readb(d->qts, a + 0x40 + SIZE), ==, 0);
    /* Both ways, so that the device finds its own data again. */
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_OK);
    cbx_write32(d, CBX_REG_FAULTS, 0);
    g_assert_cmpint(verify(&q, a), ==, CBX_STATUS_MISMATCH);
    g_assert_cmpint(verify(&q, a + 0x40), ==, CBX_STATUS_OK);

    /* A copy comes from the right place and goes to the wrong one. */
    cbx_put_pattern(d, a, SEED, 256);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_WRONG_ADDRESS);
    g_assert_cmpint(cbx_queue_do(&q, &copy).status, ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, a + 8192, SEED, 256), ==, 256);
    g_assert_cmphex(qtest_readq(d->qts, a + 8192 + 256), ==, 0);
}

static uint64_t add_one(QCbxQueue *q, uint64_t address)
{
    CbxDescriptor add = {
        .op = CBX_OP_FETCH_ADD, .address = address, .length = 8, .argument = 1,
    };
    CbxCompletion c = cbx_queue_do(q, &add);

    g_assert_cmpint(c.status, ==, CBX_STATUS_OK);
    return c.value;
}

static void test_atomic(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096), seen;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    qtest_writeq(d->qts, a, 100);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_DROP_WRITE);
    g_assert_cmpint(add_one(&q, a), ==, 100);
    g_assert_cmpint(qtest_readq(d->qts, a), ==, 100);
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_FLIP_BIT);
    seen = add_one(&q, a);
    g_assert_cmpint(ctpop64(seen ^ 100), ==, 1);
    g_assert_cmpint(qtest_readq(d->qts, a), ==, 101);
    /* There is no such thing as most of an atomic operation. */
    cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_SHORT | CBX_FAULT_WRONG_ADDRESS);
    g_assert_cmpint(add_one(&q, a), ==, 101);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 2);
}

/* Only the fourth transfer, and then no more until armed again. */
static void test_nth(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, SIZE);
    cbx_write32(d, CBX_REG_FAULT_SKIP, 3);
    cbx_write32(d, CBX_REG_FAULT_LIMIT, 1);
    for (unsigned round = 0; round < 2; round++) {
        cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_FLIP_BIT);
        for (unsigned i = 1; i <= 12; i++) {
            g_assert_cmpint(verify(&q, a), ==,
                            i == 4 ? CBX_STATUS_MISMATCH : CBX_STATUS_OK);
        }
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_FAULTS_FIRED), ==, 2);
}

/* The same seed strikes the same place. */
static void test_replay(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);
    size_t where[2];

    for (unsigned i = 0; i < 2; i++) {
        cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
        cbx_write32(d, CBX_REG_FAULTS, CBX_FAULT_FLIP_BIT);
        cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
        fill(&q, a);
        where[i] = cbx_find_difference(d, a, SEED, SIZE);
    }
    g_assert_cmpint(where[0], <, SIZE);
    g_assert_cmpint(where[0], ==, where[1]);
}

static void set_number(QCbx *d, const char *name, int value)
{
    qtest_qmp_assert_success(d->qts, "{'execute': 'qom-set', 'arguments': "
        "{'path': '/machine/peripheral-anon/device[0]', 'property': %s, "
        "'value': %d}}", name, value);
}

/* The numbers that go with faults, from the command line and at run time. */
static void test_numbers(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, SIZE);

    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_SKIP), ==, 1);
    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_LIMIT), ==, 2);
    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_DELAY), ==, 77);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, SIZE);
    for (unsigned i = 1; i <= 8; i++) {
        g_assert_cmpint(verify(&q, a), ==, i == 2 || i == 4
                        ? CBX_STATUS_MISMATCH : CBX_STATUS_OK);
    }
    set_number(d, "fault-skip", 0);
    set_number(d, "fault-limit", 3);
    set_number(d, "fault-delay", 88);
    for (unsigned i = 1; i <= 8; i++) {
        g_assert_cmpint(verify(&q, a), ==,
                        i <= 3 ? CBX_STATUS_MISMATCH : CBX_STATUS_OK);
    }
    cbx_write32(d, CBX_REG_FAULT_LIMIT, 0);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_SKIP), ==, 0);
    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_LIMIT), ==, 3);
    g_assert_cmpint(cbx_read32(d, CBX_REG_FAULT_DELAY), ==, 88);
    qos_invalidate_command_line();
}

static void test_property(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==, CBX_FAULT_SHORT);
    cbx_write32(d, CBX_REG_FAULTS, 0);
    cbx_write32(d, CBX_REG_CONTROL, CBX_CONTROL_RESET);
    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==, CBX_FAULT_SHORT);

    /* At run time. */
    qtest_qmp_assert_success(d->qts,
        "{'execute': 'qom-set', 'arguments': {'path': "
        "'/machine/peripheral-anon/device[0]', 'property': 'faults', "
        "'value': 'lost-interrupt:drop-write'}}");
    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==,
                    CBX_FAULT_LOST_IRQ | CBX_FAULT_DROP_WRITE);
    qobject_unref(qtest_qmp_assert_failure_ref(d->qts,
        "{'execute': 'qom-set', 'arguments': {'path': "
        "'/machine/peripheral-anon/device[0]', 'property': 'faults', "
        "'value': 'no-such'}}"));
    g_assert_cmphex(cbx_read32(d, CBX_REG_FAULTS), ==,
                    CBX_FAULT_LOST_IRQ | CBX_FAULT_DROP_WRITE);
    qos_invalidate_command_line();
}

static void register_tests(void)
{
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };
    QOSGraphTestOptions property = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.faults=short-transfer",
    };
    QOSGraphTestOptions numbers = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.faults=flip-bit -global cbx.fault-skip=1 "
               "-global cbx.fault-limit=2 -global cbx.fault-delay=77",
    };

    qos_node_produces("cbx", "cbx-faults");
    qos_add_test("flip-bit", "cbx-faults", test_flip_bit, &to_file);
    qos_add_test("flip-twice", "cbx-faults", test_flip_twice, NULL);
    qos_add_test("drop-write", "cbx-faults", test_drop_write, NULL);
    qos_add_test("short", "cbx-faults", test_short, NULL);
    qos_add_test("flip-one-kind", "cbx-faults", test_flip_one_kind, NULL);
    qos_add_test("stray-write", "cbx-faults", test_stray_write, NULL);
    qos_add_test("cross-fill", "cbx-faults", test_cross_fill, NULL);
    qos_add_test("mixed-up", "cbx-faults", test_mixed_up, NULL);
    qos_add_test("lost-interrupt", "cbx-faults", test_lost_interrupt, &to_file);
    qos_add_test("wrong-address", "cbx-faults", test_wrong_address, NULL);
    qos_add_test("atomic", "cbx-faults", test_atomic, NULL);
    qos_add_test("nth", "cbx-faults", test_nth, NULL);
    qos_add_test("numbers", "cbx-faults", test_numbers, &numbers);
    qos_add_test("replay", "cbx-faults", test_replay, NULL);
    qos_add_test("property", "cbx-faults", test_property, &property);
}

libqos_init(register_tests);
