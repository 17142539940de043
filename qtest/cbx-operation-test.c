/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the operations of a queue, at the sizes where such things break.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/pci/pci_regs.h"
#include "cbx-lib.h"

#define SEED    0x09e4a7

/* XXH64, seed 0, of 4096 zeros. */
#define SUM_OF_ZEROS    0xac869b6f32d8bbdb

/* ---- Sizes ------------------------------------------------------------- */

/* Memory on both sides of a range, to see that nothing else is touched. */
static void put_guards(QCbx *d, uint64_t address, uint64_t length)
{
    qtest_writeb(d->qts, address - 1, 0xa5);
    qtest_writeb(d->qts, address + length, 0x5a);
}

static void expect_guards(QCbx *d, uint64_t address, uint64_t length)
{
    g_assert_cmphex(qtest_readb(d->qts, address - 1), ==, 0xa5);
    g_assert_cmphex(qtest_readb(d->qts, address + length), ==, 0x5a);
}

/*
 * The pattern stands at @address: looked at in full, or at both ends and
 * around each MiB if that would take long. Steps of the engine end there.
 */
static void expect_pattern(QCbx *d, uint64_t address, uint64_t size)
{
    const uint64_t window = 2 * CBX_PAGE_SIZE;
    uint64_t at = 0;

    while (at < size) {
        uint64_t end = size < MiB ? size : MIN(at + window, size);
        g_autofree uint8_t *seen = g_malloc(end - at);

        qtest_bufread(d->qts, address + at, seen, end - at);
        for (uint64_t i = at; i < end; i++) {
            g_assert_cmphex(seen[i - at], ==, cbx_pattern_byte(SEED, i));
        }
        if (end == size) {
            break;
        }
        at = MIN(ROUND_UP(end + window, MiB), size) - window / 2;
        at = size - at < window ? size - window : at;
    }
}

/*
 * A pattern goes from memory to memory by every operation: filled at @a,
 * copied to @b, read into the device, written to @a, verified and summed up.
 */
static void round_trip(QCbx *d, QGuestAllocator *alloc, uint64_t a, uint64_t b,
                       uint64_t size)
{
    QCbxQueue q;
    CbxDescriptor fill = {
        .op = CBX_OP_FILL, .id = 1, .address = a, .length = size,
        .argument = SEED,
    };
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .id = 2, .address = a, .address2 = b,
        .length = size,
    };
    CbxDescriptor read = {
        .op = CBX_OP_READ, .id = 3, .address = b, .length = size, .offset = 3,
    };
    CbxDescriptor write = {
        .op = CBX_OP_WRITE, .id = 4, .address = a, .length = size, .offset = 3,
    };
    CbxDescriptor verify = {
        .op = CBX_OP_VERIFY, .id = 5, .address = a, .length = size,
        .argument = SEED,
    };
    CbxDescriptor sum = {
        .op = CBX_OP_CHECKSUM, .id = 6, .address = a, .length = size,
    };
    uint64_t value;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    put_guards(d, a, size);
    put_guards(d, b, size);

    cbx_expect(cbx_queue_do(&q, &fill), 1, CBX_STATUS_OK, size, 0);
    expect_pattern(d, a, size);
    cbx_expect(cbx_queue_do(&q, &copy), 2, CBX_STATUS_OK, size, 0);
    expect_pattern(d, b, size);
    cbx_expect(cbx_queue_do(&q, &read), 3, CBX_STATUS_OK, size, 0);
    qtest_memset(d->qts, a, 0, size);
    cbx_expect(cbx_queue_do(&q, &write), 4, CBX_STATUS_OK, size, 0);
    expect_pattern(d, a, size);
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_OK, size, 0);
    value = cbx_queue_do(&q, &sum).value;

    /* Every way of moving the data gives the same sum. */
    fill.flags = copy.flags = read.flags = write.flags = CBX_DESC_SUM;
    verify.flags = CBX_DESC_SUM;
    cbx_expect(cbx_queue_do(&q, &fill), 1, CBX_STATUS_OK, size, value);
    cbx_expect(cbx_queue_do(&q, &copy), 2, CBX_STATUS_OK, size, value);
    cbx_expect(cbx_queue_do(&q, &read), 3, CBX_STATUS_OK, size, value);
    cbx_expect(cbx_queue_do(&q, &write), 4, CBX_STATUS_OK, size, value);
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_OK, size, value);

    /* The last byte counts. */
    qtest_writeb(d->qts, a + size - 1, ~cbx_pattern_byte(SEED, size - 1));
    cbx_expect(cbx_queue_do(&q, &verify), 5, CBX_STATUS_MISMATCH, size - 1,
               a + size - 1);
    g_assert_cmphex(cbx_queue_do(&q, &sum).value, !=, value);

    expect_guards(d, a, size);
    expect_guards(d, b, size);
}

static void test_size(void *obj, void *data, QGuestAllocator *alloc)
{
    for (const uint64_t *size = data; *size; size++) {
        uint64_t a = guest_alloc(alloc, *size + 64) + 1;
        uint64_t b = guest_alloc(alloc, *size + 64) + 30;

        cbx_write32(obj, CBX_REG_CONTROL, CBX_CONTROL_RESET);
        round_trip(obj, alloc, a, b, *size);
    }
}

static void *size_options(GString *cmd_line, void *size)
{
    g_string_append(cmd_line, " -global cbx.mem-size=32M ");
    return size;
}

/* RAM on both sides of 4 GiB, without a hole on the virt machine only. */
static void test_across_4g(void *obj, void *data, QGuestAllocator *alloc)
{
    bool hole = strcmp(qtest_get_arch(), "aarch64");
    uint64_t a = hole ? 4 * GiB + 5 : 4 * GiB - 4097;

    round_trip(obj, alloc, a, guest_alloc(alloc, 65536) + 1, 9000);
}

/* ---- Copy -------------------------------------------------------------- */

static void test_copy_alignments(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 16384), b = guest_alloc(alloc, 16384);

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned j = 0; j < 8; j++) {
            CbxDescriptor copy = {
                .op = CBX_OP_COPY, .address = a + i, .address2 = b + 4089 + j,
                .length = 4099,
            };

            cbx_put_pattern(d, copy.address, i * 8 + j, copy.length);
            put_guards(d, copy.address2, copy.length);
            cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, copy.length,
                       0);
            g_assert_cmpint(cbx_find_difference(d, copy.address2, i * 8 + j,
                                                copy.length), ==, copy.length);
            expect_guards(d, copy.address2, copy.length);
        }
    }
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_READS), ==, 64);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_DMA_WRITES), ==, 64);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), ==, 64 * 4099);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_WRITTEN), ==, 64 * 4099);
}

static void test_copy_errors(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 8192), end = cbx_ram_end();
    CbxDescriptor copy = { .op = CBX_OP_COPY, .length = 4096 };
    CbxCompletion c;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    copy.address = copy.address2 = a;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OVERLAP, 0, a);
    copy.address2 = a + 4095;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OVERLAP, 0, a);
    copy.address = a + 4095;
    copy.address2 = a;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OVERLAP, 0, a + 4095);
    copy.address = a + 4096;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, 4096, 0);

    /* Which side failed, and where. */
    copy.address2 = end - 100;
    c = cbx_queue_do(&q, &copy);
    cbx_expect(c, 0, CBX_STATUS_BUS_ERROR, 100, end);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, !=, 0);
    copy.address = end - 100;
    copy.address2 = a;
    c = cbx_queue_do(&q, &copy);
    cbx_expect(c, 0, CBX_STATUS_BUS_ERROR, 100, end);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, ==, 0);
    copy.address = a;
    copy.address2 = UINT64_MAX - 4094;
    c = cbx_queue_do(&q, &copy);
    cbx_expect(c, 0, CBX_STATUS_BAD_ADDRESS, 0, 0);
    g_assert_cmphex(c.flags & CBX_COMP_SECOND, !=, 0);
}

/* Its own memory is memory like any other; its registers are not. */
static void test_own_bars(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 8192);
    CbxDescriptor copy = {
        .op = CBX_OP_COPY, .address = a, .address2 = d->mem.addr + 7,
        .length = 5000,
    };
    uint64_t scratch = d->regs.addr + CBX_REG_SCRATCH_LO;

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, 5000);
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_OK, 5000, 0);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr + 7, SEED, 5000), ==,
                    5000);

    cbx_write64(d, CBX_REG_SCRATCH_LO, 0x1122334455667788);
    copy.length = 8;
    copy.address2 = scratch;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_BUS_ERROR, 0, scratch);
    copy.address = scratch;
    copy.address2 = a;
    cbx_expect(cbx_queue_do(&q, &copy), 0, CBX_STATUS_BUS_ERROR, 0, scratch);
    g_assert_cmphex(cbx_read64(d, CBX_REG_SCRATCH_LO), ==, 0x1122334455667788);
    g_assert_cmpint(cbx_find_difference(d, a, SEED, 8), ==, 8);
}

/* ---- Limits ------------------------------------------------------------ */

static void test_longest(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096), end = cbx_ram_end();
    CbxDescriptor verify = {
        .op = CBX_OP_VERIFY, .address = a, .length = CBX_LENGTH_MAX,
        .argument = SEED,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_put_pattern(d, a, SEED, 100);
    qtest_writeb(d->qts, a + 100, ~cbx_pattern_byte(SEED, 100));
    cbx_expect(cbx_queue_do(&q, &verify), 0, CBX_STATUS_MISMATCH, 100, a + 100);
    verify.length++;
    cbx_expect(cbx_queue_do(&q, &verify), 0, CBX_STATUS_BAD_LENGTH, 0, a);
    verify = (CbxDescriptor) {
        .op = CBX_OP_CHECKSUM, .address = end - MiB, .length = CBX_LENGTH_MAX,
    };
    cbx_expect(cbx_queue_do(&q, &verify), 0, CBX_STATUS_BUS_ERROR, MiB, end);
}

/* A step does not take long just because the target does. */
static void test_slow_target(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    /* Configuration space behind bus 0: nobody there, four bytes at a time. */
    CbxDescriptor sum = {
        .op = CBX_OP_CHECKSUM, .address = cbx_ecam(d) + MiB,
        .length = 128 * KiB,
    };

    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_queue_place(&q, &sum);
    cbx_queue_ring(&q);
    qtest_clock_step_next(d->qts);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), >, 0);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_BYTES_READ), <=, 16 * KiB);
    g_assert_cmpint(cbx_queue_wait(&q).bytes, ==, 128 * KiB);
}

/* ---- Message and report ------------------------------------------------ */

static void test_message(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t mailbox = guest_alloc(alloc, 4096);
    CbxDescriptor message = { .op = CBX_OP_MESSAGE, .id = 7, .argument = 15 };

    qtest_memset(d->qts, mailbox, 0, 64);
    qpci_msix_enable(&d->pci);
    cbx_vector_aim(d, 2, mailbox, 0x2222);
    cbx_vector_aim(d, 15, mailbox + 4, 0xffff);
    cbx_queue_start(&q, d, alloc, 0, 4, 2);
    cbx_expect(cbx_queue_do(&q, &message), 7, CBX_STATUS_OK, 0, 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 4), ==, 0xffff);

    qtest_memset(d->qts, mailbox, 0, 64);
    message.argument = 16;
    cbx_expect(cbx_queue_do(&q, &message), 7, CBX_STATUS_BAD_INDEX, 0, 0);
    message.argument = UINT64_MAX;
    message.flags = CBX_DESC_INTERRUPT;
    cbx_expect(cbx_queue_do(&q, &message), 7, CBX_STATUS_BAD_INDEX, 0, 0);
    g_assert_cmphex(qtest_readl(d->qts, mailbox), ==, 0x2222);
    g_assert_cmphex(qtest_readl(d->qts, mailbox + 4), ==, 0);
    qpci_msix_disable(&d->pci);
}

static void test_report(void *obj, void *data, QGuestAllocator *alloc)
{
    static const char text[] = "level\0info\0text\0from memory";
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t page = guest_alloc(alloc, 8192), a = page + 4090;
    CbxDescriptor report = {
        .op = CBX_OP_REPORT, .id = 1, .address = a, .length = sizeof(text),
        .argument = CBX_REPORT_TEXT,
    };
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    qtest_memwrite(d->qts, a, text, sizeof(text));
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    /* The port's half-written record is not disturbed. */
    cbx_write32(d, CBX_REG_REPORT_DATA, 'k' | 'v' << 16);
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_OK, sizeof(text), 0);
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, "", 0), ==, CBX_STATUS_OK);

    report.argument = CBX_REPORT_KINDS;
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_BAD_OPCODE,
               sizeof(text), a);
    report.argument = CBX_REPORT_TEXT + (1ull << 32);
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_BAD_OPCODE,
               sizeof(text), a);
    report.argument = CBX_REPORT_TEXT;
    report.length = sizeof(text) - 1;
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_BAD_RECORD,
               sizeof(text) - 1, a);
    report.length = CBX_REPORT_BYTES_MAX + 1;
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_TOO_LONG, 0, a);
    report.length = CBX_REPORT_BYTES_MAX;
    report.address = cbx_ram_end() - 10;
    cbx_expect(cbx_queue_do(&q, &report), 1, CBX_STATUS_BUS_ERROR, 10,
               cbx_ram_end());

    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 3);
    record = g_ptr_array_index(lines, 1);
    g_assert_cmpstr(qdict_get_str(record, "type"), ==, "text");
    g_assert_cmpstr(qdict_get_str(record, "level"), ==, "info");
    g_assert_cmpstr(qdict_get_str(record, "text"), ==, "from memory");
    record = g_ptr_array_index(lines, 2);
    g_assert_cmpstr(qdict_get_str(record, "k"), ==, "v");
}

/* A sum is the library's, not one of its own. */
static void test_sum(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    QCbxQueue q;
    uint64_t a = guest_alloc(alloc, 4096);
    CbxDescriptor read = {
        .op = CBX_OP_READ, .flags = CBX_DESC_SUM, .address = a, .length = 4096,
    };

    qtest_memset(d->qts, a, 0, 4096);
    cbx_queue_start(&q, d, alloc, 0, 4, CBX_Q_VECTOR_NONE);
    cbx_expect(cbx_queue_do(&q, &read), 0, CBX_STATUS_OK, 4096, SUM_OF_ZEROS);
    /* Of what is written, also into the memory that it comes from. */
    read.op = CBX_OP_WRITE;
    read.address = d->mem.addr;
    cbx_expect(cbx_queue_do(&q, &read), 0, CBX_STATUS_OK, 4096, SUM_OF_ZEROS);
}

static void register_tests(void)
{
    /* Not one by one: the graph takes 128 tests of a node. */
    static const uint64_t bytes[] = { 1, 2, 3, 7, 8, 9, 0 };
    static const uint64_t pages[] = { 4095, 4096, 4097, 64 * KiB + 1, 0 };
    static const uint64_t large[] = { 16 * MiB, 0 };
    static const struct {
        const char *name;
        const uint64_t *sizes;
    } sizes[] = {
        { "sizes-bytes", bytes },
        { "sizes-pages", pages },
        { "sizes-large", large },
    };
    QOSGraphTestOptions ram = {
        .before = cbx_options,
        .arg = (char *)"-m 5G",
    };
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };

    qos_node_produces("cbx", "cbx-operation");
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        QOSGraphTestOptions options = {
            .before = size_options,
            .arg = (void *)sizes[i].sizes,
        };

        qos_add_test(sizes[i].name, "cbx-operation", test_size, &options);
    }
    qos_add_test("across-4g", "cbx-operation", test_across_4g, &ram);
    qos_add_test("copy-alignments", "cbx-operation", test_copy_alignments,
                 NULL);
    qos_add_test("copy-errors", "cbx-operation", test_copy_errors, NULL);
    qos_add_test("own-bars", "cbx-operation", test_own_bars, NULL);
    qos_add_test("longest", "cbx-operation", test_longest, NULL);
    qos_add_test("slow-target", "cbx-operation", test_slow_target, NULL);
    qos_add_test("message", "cbx-operation", test_message, NULL);
    qos_add_test("queue-report", "cbx-operation", test_report, &to_file);
    qos_add_test("sum", "cbx-operation", test_sum, NULL);
}

libqos_init(register_tests);
