/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the report port and the lines that come out of it.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "cbx-lib.h"

/* A string constant with its NULs, but without the compiler's last one. */
#define FIELDS(text) text, sizeof(text) - 1

static void test_record(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    g_autoptr(GPtrArray) lines = NULL;
    QDict *record;

    g_assert_cmpint(cbx_report(d, CBX_REPORT_RESULT,
                               FIELDS("driver\0cbxwdm\0"
                                      "api\0AllocateCommonBuffer\0"
                                      "expected\0\0"
                                      "seen\0\"quotes\" \\\n\t\x01 \xc3\xa9\0"
                                      )), ==, CBX_STATUS_OK);
    g_assert_cmpint(cbx_report(d, CBX_REPORT_CRASH,
                               FIELDS("code\0\x30x000000E6\0")), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_RECORDS), ==, 3);

    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 3);

    record = g_ptr_array_index(lines, 0);
    g_assert_cmpstr(qdict_get_str(record, "type"), ==, "device");
    g_assert_cmpint(qdict_get_int(record, "schema"), ==, 1);
    g_assert_cmpstr(qdict_get_str(record, "abi"), ==, "1.1");
    g_assert_cmpstr(qdict_get_str(record, "iommu"), ==, "none");
    g_assert_cmpint(qdict_get_int(record, "addr_bits"), ==, 64);
    g_assert_cmpint(qdict_get_int(record, "mem_size"), ==, CBX_MEM_SIZE_MIN);
    g_assert_cmpstr(qdict_get_str(record, "seed"), ==, "0x434258");
    g_assert_true(qdict_haskey(record, "faults"));
    g_assert_true(qdict_haskey(record, "time_ns"));

    record = g_ptr_array_index(lines, 1);
    g_assert_cmpstr(qdict_get_str(record, "type"), ==, "result");
    g_assert_cmpstr(qdict_get_str(record, "driver"), ==, "cbxwdm");
    g_assert_cmpstr(qdict_get_str(record, "api"), ==, "AllocateCommonBuffer");
    g_assert_cmpstr(qdict_get_str(record, "expected"), ==, "");
    g_assert_cmpstr(qdict_get_str(record, "seen"), ==,
                    "\"quotes\" \\\n\t\x01 \xc3\xa9");

    record = g_ptr_array_index(lines, 2);
    g_assert_cmpstr(qdict_get_str(record, "type"), ==, "crash");
    g_assert_cmpstr(qdict_get_str(record, "code"), ==, "0x000000E6");
}

/* What is not UTF-8 becomes U+FFFD; the line stays well-formed. */
static void test_utf8(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    g_autoptr(GPtrArray) lines = NULL;

    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT,
                               FIELDS("text\0a\xff" "b\xc0\x80" "c\xe2\x82\0")),
                    ==, CBX_STATUS_OK);
    lines = cbx_report_lines(data);
    g_assert_cmpstr(qdict_get_str(cbx_report_last(lines, "text"), "text"), ==,
                    "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd"
                    "c\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_bad_records(void *obj, void *data, QGuestAllocator *alloc)
{
    static const struct {
        const char *fields;
        size_t length;
    } bad[] = {
        { FIELDS("") },
        { FIELDS("key") },
        { FIELDS("key\0") },
        { FIELDS("key\0value") },
        { FIELDS("key\0value\0more\0") },
        { FIELDS("\0value\0") },
        { FIELDS("Key\0value\0") },
        { FIELDS("1key\0value\0") },
        { FIELDS("a-b\0value\0") },
        { FIELDS("seq\0value\0") },
        { FIELDS("type\0value\0") },
        { FIELDS("time_ns\0value\0") },
        { FIELDS("a\0value\0b\0value\0a\0value\0") },
        { FIELDS("a23456789012345678901234567890_2\0value\0") },
    };
    QCbx *d = obj;
    g_autoptr(GPtrArray) lines = NULL;

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, bad[i].fields,
                                   bad[i].length), ==, CBX_STATUS_BAD_RECORD);
        g_assert_cmpint(cbx_take_error(d), ==, CBX_STATUS_BAD_RECORD);
    }
    g_assert_cmpint(cbx_report(d, 0, FIELDS("a\0b\0")), ==,
                    CBX_STATUS_BAD_OPCODE);
    g_assert_cmpint(cbx_report(d, CBX_REPORT_KINDS, FIELDS("a\0b\0")), ==,
                    CBX_STATUS_BAD_OPCODE);
    g_assert_cmpint(cbx_report(d, UINT32_MAX, FIELDS("a\0b\0")), ==,
                    CBX_STATUS_BAD_OPCODE);

    /* None of them left anything behind, in the port or in the stream. */
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT,
                               FIELDS("a2345678901234567890123456789_1\0v\0")),
                    ==, CBX_STATUS_OK);
    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 2);
}

static void test_length(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;
    uint8_t fields[CBX_REPORT_BYTES_MAX + 1];
    g_autoptr(GPtrArray) lines = NULL;

    memset(fields, 'x', sizeof(fields));
    fields[1] = 0;
    fields[CBX_REPORT_BYTES_MAX] = 0;
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, fields, sizeof(fields)), ==,
                    CBX_STATUS_TOO_LONG);
    fields[CBX_REPORT_BYTES_MAX - 1] = 0;
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, fields,
                               CBX_REPORT_BYTES_MAX), ==, CBX_STATUS_OK);
    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 2);
    g_assert_cmpint(strlen(qdict_get_str(cbx_report_last(lines, "text"), "x")),
                    ==, CBX_REPORT_BYTES_MAX - 3);
}

/* Two writers at once, each at its own port: neither spoils the other's. */
static void test_ports(void *obj, void *data, QGuestAllocator *alloc)
{
    static const char text[] = "a\0driver\0\0b\0system\0";
    const uint32_t system = CBX_REG_REPORT(CBX_REPORT_PORT_SYSTEM, 0);
    QCbx *d = obj;
    g_autoptr(GPtrArray) lines = NULL;

    for (unsigned i = 0; i < 9; i++) {
        qtest_writeb(d->qts, d->regs.addr + CBX_REG_REPORT_DATA, text[i]);
        qtest_writeb(d->qts, d->regs.addr + system + CBX_REG_REPORT_DATA,
                     text[10 + i]);
    }
    cbx_write32(d, system + CBX_REG_REPORT_COMMIT, CBX_REPORT_TEXT);
    g_assert_cmpint(cbx_read32(d, system + CBX_REG_REPORT_STATUS), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, "", 0), ==, CBX_STATUS_OK);
    cbx_write32(d, system + CBX_REG_REPORT_COMMIT, CBX_REPORT_TEXT);
    g_assert_cmpint(cbx_read32(d, system + CBX_REG_REPORT_STATUS), ==,
                    CBX_STATUS_BAD_RECORD);
    g_assert_cmpint(cbx_read32(d, CBX_REG_REPORT_STATUS), ==, CBX_STATUS_OK);

    lines = cbx_report_lines(data);
    g_assert_cmpint(lines->len, ==, 3);
    g_assert_cmpstr(qdict_get_str(g_ptr_array_index(lines, 1), "b"), ==,
                    "system");
    g_assert_cmpstr(qdict_get_str(g_ptr_array_index(lines, 2), "a"), ==,
                    "driver");
}

/* Without a character device all of it still works, into nothing. */
static void test_nowhere(void *obj, void *data, QGuestAllocator *alloc)
{
    QCbx *d = obj;

    g_assert_cmpint(cbx_report(d, CBX_REPORT_TEXT, FIELDS("a\0b\0")), ==,
                    CBX_STATUS_OK);
    g_assert_cmpint(cbx_stat(d, CBX_STAT_RECORDS), ==, 0);
}

static void register_tests(void)
{
    QOSGraphTestOptions to_file = { .before = cbx_report_to_file };

    qos_node_produces("cbx", "cbx-report");
    qos_add_test("record", "cbx-report", test_record, &to_file);
    qos_add_test("utf8", "cbx-report", test_utf8, &to_file);
    qos_add_test("bad-records", "cbx-report", test_bad_records, &to_file);
    qos_add_test("length", "cbx-report", test_length, &to_file);
    qos_add_test("ports", "cbx-report", test_ports, &to_file);
    qos_add_test("nowhere", "cbx-report", test_nowhere, NULL);
}

libqos_init(register_tests);
