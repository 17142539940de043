/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: declared buffers and probes, without an IOMMU.
 */
#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qemu/module.h"
#include "qemu/units.h"
#include "cbx-lib.h"

/* XXH64 of no interest but for being known: 4096 bytes of 0, seed 0. */
#define XXH64_OF_4K_ZEROS   0xac869b6f32d8bbdbull

#define FACTS_GOOD (CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK | \
                    CBX_FACT_WIDTH_OK | CBX_FACT_READABLE | \
                    CBX_FACT_WRITABLE | CBX_FACT_IDENTITY | \
                    CBX_FACT_GPA_CONTIGUOUS | CBX_FACT_RAM)

static uint32_t command(QCbx *d, uint32_t command, uint32_t id)
{
    cbx_write32(d, CBX_REG_BUF_ID, id);
    cbx_write32(d, CBX_REG_BUF_COMMAND, command);
    return cbx_read32(d, CBX_REG_BUF_STATUS);
}

static void test_declare(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t buffer = guest_alloc(alloc, 16384);
    g_autoptr(GPtrArray) lines = NULL;
    uint32_t id;
    QDict *record;

    qtest_memset(d->qts, buffer, 0, 16384);
    g_assert_cmpint(cbx_declare(d, buffer, 4096), ==, CBX_STATUS_OK);
    id = cbx_read32(d, CBX_REG_BUF_ID);
    g_assert_cmpint(id, !=, 0);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==, FACTS_GOOD);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_GPA_LO), ==, buffer);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES), ==, 1);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES_OK), ==, 1);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_SUM_LO), ==, XXH64_OF_4K_ZEROS);

    /* No processor asks here. */
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_TYPE_SEEN), ==,
                    CBX_MEMTYPE_UNKNOWN);

    lines = cbx_report_lines(data);
    record = cbx_report_last(lines, "buffer");
    g_assert_cmpstr(qdict_get_str(record, "event"), ==, "declare");
    g_assert_cmpint(qdict_get_int(record, "id"), ==, id);
    g_assert_cmpstr(qdict_get_str(record, "api"), ==, "AllocateCommonBuffer");
    g_assert_cmpint(qdict_get_int(record, "length"), ==, 4096);
    g_assert_cmpstr(qdict_get_str(record, "max"), ==, "0xffffffffffffffff");
    g_assert_cmpstr(qdict_get_str(record, "cache"), ==, "cached");
    g_assert_cmpstr(qdict_get_str(record, "node"), ==, "any");
    g_assert_cmpstr(qdict_get_str(record, "status"), ==, "ok");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, "none");
    g_assert_cmpstr(qdict_get_str(record, "gpa"), ==,
                    qdict_get_str(record, "logical"));
    g_assert_cmpstr(qdict_get_str(record, "xxh64"), ==, "0xac869b6f32d8bbdb");
    g_assert_true(qobject_type(qdict_get(record, "first_bad")) == QTYPE_QNULL);
    g_assert_cmpstr(qdict_get_str(record, "memory_type"), ==, "unknown");
    g_assert_cmpstr(qdict_get_str(record, "page_type"), ==, "unknown");

    /* The machine has no NUMA nodes. */
    g_assert_cmpstr(qdict_get_str(record, "guest_node"), ==, "unknown");
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_GUEST_NODE), ==, 0);

    /* INSPECT looks again. */
    qtest_writeb(d->qts, buffer + 4095, 1);
    g_assert_cmpint(command(d, CBX_BUF_INSPECT, id), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_SUM_LO), !=, XXH64_OF_4K_ZEROS);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==, FACTS_GOOD);

    g_assert_cmpint(command(d, CBX_BUF_RELEASE, id), ==, CBX_STATUS_OK);
    g_assert_cmpint(command(d, CBX_BUF_RELEASE, id), ==, CBX_STATUS_BAD_ID);
    g_assert_cmpint(command(d, CBX_BUF_INSPECT, id), ==, CBX_STATUS_BAD_ID);
    g_assert_cmpint(command(d, CBX_BUF_INSPECT, 0), ==, CBX_STATUS_BAD_ID);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==, 0);

    /* An identifier is not used again. */
    g_assert_cmpint(cbx_declare(d, buffer, 1), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_ID), !=, id);
}

static uint32_t limits(QCbx *d, uint64_t buffer, uint64_t min, uint64_t max,
                       uint64_t align)
{
    cbx_declare(d, buffer, 8192);
    cbx_write64(d, CBX_REG_BUF_MIN_LO, min);
    cbx_write64(d, CBX_REG_BUF_MAX_LO, max);
    cbx_write64(d, CBX_REG_BUF_ALIGN_LO, align);
    cbx_write32(d, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_STATUS), ==, CBX_STATUS_OK);
    return FACTS_GOOD & ~cbx_read32(d, CBX_REG_BUF_FACTS);
}

static void test_limits(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t b = guest_alloc(alloc, 65536);

    b = QEMU_ALIGN_UP(b, 16384);
    g_assert_cmphex(limits(d, b, b, b + 8191, 16384), ==, 0);
    g_assert_cmphex(limits(d, b, b + 1, UINT64_MAX, 0), ==, CBX_FACT_RANGE_OK);
    g_assert_cmphex(limits(d, b, 0, b + 8190, 0), ==, CBX_FACT_RANGE_OK);
    g_assert_cmphex(limits(d, b + 4096, 0, UINT64_MAX, 4096), ==, 0);
    g_assert_cmphex(limits(d, b + 4096, 0, UINT64_MAX, 8192), ==,
                    CBX_FACT_ALIGN_OK);
}

static void test_refused(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t b = guest_alloc(alloc, 4096);

    g_assert_cmpint(cbx_declare(d, b, 0), ==, CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(cbx_declare(d, b, CBX_BUFFER_LENGTH_MAX + 1), ==,
                    CBX_STATUS_BAD_LENGTH);
    g_assert_cmpint(cbx_declare(d, UINT64_MAX, 2), ==, CBX_STATUS_BAD_ADDRESS);
    g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_BAD_ADDRESS);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_ID), ==, 0);

    cbx_declare(d, b, 4096);
    cbx_write64(d, CBX_REG_BUF_ALIGN_LO, 12);
    g_assert_cmpint(command(d, CBX_BUF_DECLARE, 0), ==,
                    CBX_STATUS_BAD_ALIGNMENT);
    cbx_write64(d, CBX_REG_BUF_ALIGN_LO, 0);
    cbx_write32(d, CBX_REG_BUF_CACHE, 4);
    g_assert_cmpint(command(d, CBX_BUF_DECLARE, 0), ==, CBX_STATUS_BAD_FLAGS);
    cbx_write32(d, CBX_REG_BUF_CACHE, CBX_CACHE_DEFAULT);
    cbx_write32(d, CBX_REG_BUF_API, CBX_API_END);
    g_assert_cmpint(command(d, CBX_BUF_DECLARE, 0), ==, CBX_STATUS_UNSUPPORTED);
    g_assert_cmpint(command(d, 0, 0), ==, CBX_STATUS_BAD_OPCODE);
    g_assert_cmpint(command(d, CBX_BUF_USE + 1, 0), ==, CBX_STATUS_BAD_OPCODE);

    cbx_bus_master(d, false);
    g_assert_cmpint(cbx_declare(d, b, 4096), ==, CBX_STATUS_NO_MASTER);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, b), ==, CBX_STATUS_NO_MASTER);
}

static void test_no_space(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t b = guest_alloc(alloc, 4096);

    for (unsigned i = 0; i < CBX_BUFFERS_MAX; i++) {
        if (i == 0) {
            cbx_declare(d, b, 16);
        } else {
            cbx_write32(d, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
        }
    }
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_STATUS), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_read32(d, CBX_REG_ERROR), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_declare(d, b, 16), ==, CBX_STATUS_NO_SPACE);
}

/* Some pages of the range are not there. */
static void test_partly_there(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t last = cbx_ram_end() - 100;

    g_assert_cmpint(cbx_declare(d, last, 8192), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==,
                    CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK | CBX_FACT_WIDTH_OK);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES), ==, 3);
    g_assert_cmpint(cbx_read32(d, CBX_REG_BUF_PAGES_OK), ==, 1);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_BAD_LO), ==, last + 100);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_SUM_LO), ==, 0);
}

/* Memory of a device is not guest RAM. */
static void test_not_ram(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmpint(cbx_declare(d, d->mem.addr, 4096), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==,
                    FACTS_GOOD & ~CBX_FACT_RAM);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_SUM_LO), ==, 0);
}

static void test_width(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t end = 1ull << 24;
    uint64_t below = end - 4096;

    if (cbx_ram_end() - 128 * MiB > below) {
        g_test_skip("this machine has no RAM on both sides of 16 MiB");
        return;
    }
    cbx_put_pattern(d, below, 1, 8192);
    g_assert_cmpint(cbx_declare(d, below, 4096), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==, FACTS_GOOD);
    g_assert_cmpint(cbx_declare(d, below, 4097), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_FACTS), ==,
                    CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK);
    g_assert_cmphex(cbx_read64(d, CBX_REG_BUF_BAD_LO), ==, end);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, end - 1), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, end), ==,
                    CBX_STATUS_BAD_ADDRESS);

    g_assert_cmpint(cbx_dma(d, 0, below, 0, 4096), ==, CBX_ARM_DMA_OK);
    g_assert_cmpint(cbx_find_difference(d, d->mem.addr, 1, 4096), ==, 4096);
    g_assert_cmpint(cbx_dma(d, 0, below, 0, 4097), ==,
                    CBX_ARM_DMA_ERR_INTERNAL);
    g_assert_cmpint(cbx_dma(d, 0, end, 0, 1), ==, CBX_ARM_DMA_ERR_INTERNAL);
}

static void test_probe(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t b = guest_alloc(alloc, 4096);
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    cbx_put_pattern(d, b, 7, 4096);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_READ, b), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, b + 4095), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_find_difference(d, b, 7, 4096), ==, 4096);
    g_assert_cmpint(cbx_probe(d, 3, b), ==, CBX_STATUS_BAD_OPCODE);
    g_assert_cmpint(cbx_probe(d, CBX_PROBE_WRITE, CBX_NOWHERE), ==,
                    CBX_STATUS_BUS_ERROR);

    lines = cbx_report_lines(data);
    record = cbx_report_last(lines, "probe");
    g_assert_cmpstr(qdict_get_str(record, "access"), ==, "write");
    g_assert_cmpstr(qdict_get_str(record, "address"), ==, "0x7f0000000000");
    g_assert_cmpint(qdict_get_int(record, "code"), ==, CBX_STATUS_BUS_ERROR);
    g_assert_cmpint(lines->len, ==, 4);
}

/* Does the host say where a page is that this program has touched? */
static bool host_tells(void)
{
    g_autofree uint8_t *memory = g_malloc0(1);
    void *page = (void *)ROUND_DOWN((uintptr_t)memory,
                                    qemu_real_host_page_size());
    int node = -1;

    return syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) == 0 &&
           node >= 0;
}

static void test_host_node(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t b = guest_alloc(alloc, 65536);
    uint64_t untouched = cbx_ram_end() - 48 * MiB;
    g_autoptr(GPtrArray) lines = NULL;
    uint32_t seen;

    g_assert_cmpint(cbx_declare(d, untouched, 4096), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_NODE_SEEN), ==, 0);
    g_assert_cmpint(cbx_declare(d, d->mem.addr, 4096), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_NODE_SEEN), ==, 0);

    cbx_put_pattern(d, b, 3, 65536);
    g_assert_cmpint(cbx_declare(d, b, 65536), ==, CBX_STATUS_OK);
    seen = cbx_read32(d, CBX_REG_BUF_NODE_SEEN);
    lines = cbx_report_lines(data);
    if (!host_tells()) {
        g_assert_cmphex(seen, ==, 0);
        g_test_skip("this host does not tell of NUMA nodes");
        return;
    }
    if (seen == CBX_NODE_SEEN_MIXED) {
        g_assert_cmpstr(qdict_get_str(cbx_report_last(lines, "buffer"),
                                      "host_node"), ==, "mixed");
        return;
    }
    g_assert_cmphex(seen & CBX_NODE_SEEN_KNOWN, !=, 0);
    g_assert_cmpint(qdict_get_int(cbx_report_last(lines, "buffer"),
                                  "host_node"), ==, seen & CBX_NODE_SEEN_MASK);
}

/* The upper half of RAM is node 1. */
#define HALF (64 * MiB)
#define TWO_NODES "-object memory-backend-ram,id=node0,size=64M " \
                  "-object memory-backend-ram,id=node1,size=64M " \
                  "-numa node,memdev=node0 -numa node,memdev=node1"

static void expect_guest_node(QCbx *d, const char *report, uint64_t address,
                              uint64_t length, uint32_t expected)
{
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    g_assert_cmpint(cbx_declare(d, address, length), ==, CBX_STATUS_OK);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_GUEST_NODE), ==, expected);
    lines = cbx_report_lines(report);
    record = cbx_report_last(lines, "buffer");
    if (expected & CBX_NODE_SEEN_KNOWN) {
        g_assert_cmpint(qdict_get_int(record, "guest_node"), ==,
                        expected & CBX_NODE_SEEN_MASK);
    } else {
        g_assert_cmpstr(qdict_get_str(record, "guest_node"), ==,
                        expected == CBX_NODE_SEEN_MIXED ? "mixed" : "unknown");
    }
}

static void test_guest_node(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint64_t end = cbx_ram_end();
    uint64_t border = end - HALF;
    uint32_t node0 = CBX_NODE_SEEN_KNOWN;
    uint32_t node1 = CBX_NODE_SEEN_KNOWN | 1;

    expect_guest_node(d, data, border - HALF, 0x80000, node0);
    expect_guest_node(d, data, border - 0x10000, 0x10000, node0);
    expect_guest_node(d, data, border, 0x10000, node1);
    expect_guest_node(d, data, end - 1, 1, node1);
    expect_guest_node(d, data, border - 1, 2, CBX_NODE_SEEN_MIXED);
    expect_guest_node(d, data, border - HALF + 4096, end - border,
                      CBX_NODE_SEEN_MIXED);

    /* Not RAM, and partly nothing. */
    expect_guest_node(d, data, d->mem.addr, 4096, 0);
    expect_guest_node(d, data, end - 4096, 8192, 0);

    cbx_write32(d, CBX_REG_BUF_GUEST_NODE, 0xffffffff);
    g_assert_cmphex(cbx_read32(d, CBX_REG_BUF_GUEST_NODE), ==, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions nodes = {
        .before = cbx_report_to_file,
        .arg = (char *)TWO_NODES,
    };
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };
    QOSGraphTestOptions narrow = {
        .before = cbx_options,
        .arg = (char *)"-global cbx.addr-bits=24",
    };

    qos_node_produces("cbx", "cbx-oracle");
    qos_add_test("declare", "cbx-oracle", test_declare, &to_file);
    qos_add_test("limits", "cbx-oracle", test_limits, NULL);
    qos_add_test("refused", "cbx-oracle", test_refused, NULL);
    qos_add_test("no-space", "cbx-oracle", test_no_space, NULL);
    qos_add_test("partly-there", "cbx-oracle", test_partly_there, NULL);
    qos_add_test("not-ram", "cbx-oracle", test_not_ram, NULL);
    qos_add_test("width", "cbx-oracle", test_width, &narrow);
    qos_add_test("probe", "cbx-oracle", test_probe, &to_file);
    qos_add_test("host-node", "cbx-oracle", test_host_node, &to_file);
    qos_add_test("guest-node", "cbx-oracle", test_guest_node, &nodes);
}

libqos_init(register_tests);
