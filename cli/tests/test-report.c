/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the report stream. */
#include <string.h>

#include "cbx/abi.h"
#include "stream.h"

/* The report has exactly one defect, and it says @what. */
static void assert_defect(const Stream *stream, const char *what)
{
    g_autoptr(CbxReport) report = stream_report(stream);
    const GPtrArray *defects = cbx_report_port(report, 0)->defects;

    for (guint i = 0; i < defects->len; i++) {
        g_test_message("%s", (char *)g_ptr_array_index(defects, i));
    }
    g_assert_cmpuint(defects->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(defects, 0), what));
}

static void reads_a_good_stream(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxReport) report = stream_report(stream);
    const CbxPort *port = cbx_report_port(report, 0);
    const CbxBuffer *b = g_ptr_array_index(report->buffers, 0);
    const CbxResult *r = g_ptr_array_index(report->results, 0);

    g_assert_cmpuint(port->defects->len, ==, 0);
    g_assert_cmpuint(report->records, ==, stream->seq);
    g_assert_true(port->has_device);
    g_assert_cmpstr(port->iommu, ==, "intel-iommu");
    g_assert_cmpuint(port->addr_bits, ==, 64);
    g_assert_cmpuint(report->buffers->len, ==, 3);
    g_assert_cmpuint(report->results->len, ==, 10);
    g_assert_cmphex(b->va, ==, 0xffff800000100000u);
    g_assert_cmphex(b->logical, ==, 0xffffe000u);
    g_assert_cmphex(b->gpa, ==, 0x1f42000);
    g_assert_cmphex(b->max, ==, 0xffffffffu);
    g_assert_cmpuint(b->length, ==, 8192);
    g_assert_cmphex(b->facts, ==, CBX_FACT_RANGE_OK | CBX_FACT_ALIGN_OK |
                    CBX_FACT_WIDTH_OK | CBX_FACT_READABLE |
                    CBX_FACT_WRITABLE | CBX_FACT_RAM | CBX_FACT_IOMMU |
                    CBX_FACT_TRANSLATED);
    g_assert_true(b->released);
    g_assert_true(r->buffer == b);
    g_assert_cmpstr(r->check, ==, "range");
    g_assert_cmpint(r->outcome, ==, CBX_OUTCOME_PASS);
    g_assert_cmpstr(cbx_report_session(port, DRIVER)->verdict, ==, "pass");
    g_assert_null(cbx_report_session(port, "nobody"));
}

static void pieces_of_any_size_read_the_same(void)
{
    g_autoptr(Stream) stream = stream_good();

    for (gsize piece = 1; piece < 200; piece++) {
        g_autoptr(CbxReport) report = cbx_report_new();
        CbxPort *port = cbx_report_add_port(report, DRIVER);

        for (gsize at = 0; at < stream->text->len; at += piece) {
            cbx_report_feed(port, stream->text->str + at,
                            MIN(piece, stream->text->len - at));
        }
        cbx_report_close(report);
        g_assert_cmpuint(port->defects->len, ==, 0);
        g_assert_cmpuint(report->records, ==, stream->seq);
    }
}

static void a_gap_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream->seq++;
    stream_calls(stream);
    assert_defect(stream, "record 3 where 2 was due");
}

static void a_repeated_number_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream->seq--;
    stream_calls(stream);
    assert_defect(stream, "record 1 where 2 was due");
}

static void a_broken_off_line_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_good();

    g_string_truncate(stream->text, stream->text->len - 1);
    assert_defect(stream, "breaks off");
}

static void garbage_is_a_defect(void)
{
    static const char *const garbage[] = {
        "hello\n", "[1]\n", "\n", "{\n", "\"type\"\n", "\x80\xff\n", "42\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
        g_autoptr(Stream) stream = stream_new();

        stream_head(stream);
        g_string_append(stream->text, garbage[i]);
        stream_calls(stream);
        assert_defect(stream, "not a JSON object");
    }
}

static void an_endless_line_is_cut(void)
{
    g_autoptr(CbxReport) report = cbx_report_new();
    CbxPort *port = cbx_report_add_port(report, DRIVER);
    g_autofree char *block = g_strnfill(65536, 'x');

    for (int i = 0; i < 64; i++) {
        cbx_report_feed(port, block, 65536);
    }
    g_assert_cmpuint(port->partial->len, <, 65536);
    cbx_report_close(report);
    g_assert_cmpuint(cbx_report_port(report, 0)->defects->len, ==, 1);
}

static void complaints_have_an_end(void)
{
    g_autoptr(CbxReport) report = cbx_report_new();
    CbxPort *port = cbx_report_add_port(report, DRIVER);

    for (int i = 0; i < 1000; i++) {
        cbx_report_feed(port, "x\n", 2);
    }
    g_assert_cmpuint(cbx_report_port(report, 0)->defects->len, <, 30);
}

static void an_unknown_type_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_record(stream, "joke", "");
    assert_defect(stream, "unknown record type \"joke\"");
}

static void another_schema_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_record(stream, "device", "\"schema\":2");
    assert_defect(stream, "schema 2");
}

static void records_before_the_device_are_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_start(stream, DRIVER);
    assert_defect(stream, "without a readable \"device\"");
}

static void a_missing_field_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxReport) report = NULL;

    stream_head(stream);
    stream_record(stream, "result", "\"driver\":\"d\",\"api\":\"a\"");
    assert_defect(stream, "\"variant\"");
    report = stream_report(stream);
    g_assert_cmpuint(report->results->len, ==, 0);
}

static void a_strange_verdict_is_no_result(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxReport) report = NULL;

    stream_head(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "passed",
                  NULL);
    assert_defect(stream, "\"passed\" is not pass, fail or skip");
    report = stream_report(stream);
    g_assert_cmpuint(report->results->len, ==, 0);
}

static void a_number_is_no_address(void)
{
    g_autoptr(Stream) stream = stream_new();
    const char *address;

    stream_head(stream);
    stream_declare(stream, 1, "AllocateCommonBuffer", "none", FACTS_NONE);
    address = strstr(stream->text->str, "\"0xffffe000\"");
    memcpy((char *)address, "123456789012", 12);
    assert_defect(stream, "\"logical\" is not an address");
}

/* As the device writes a buffer that the IOMMU refuses. */
static void an_unreachable_buffer_has_no_physical_address(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxReport) report = NULL;
    const CbxBuffer *b;

    memcpy(strstr(stream->text->str, "\"0x1f42000\""), "null       ", 11);
    report = stream_report(stream);
    g_assert_cmpuint(cbx_report_port(report, 0)->defects->len, ==, 0);
    b = g_ptr_array_index(report->buffers, 0);
    g_assert_false(b->has_gpa);
}

/* As the device writes it: without findings. */
static void a_refused_declaration_is_a_buffer(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxReport) report = NULL;

    stream_head(stream);
    stream_record(stream, "buffer",
                  "\"event\":\"declare\",\"id\":0,\"api\":null,\"element\":0,"
                  "\"va\":\"0x0\",\"logical\":\"0x0\",\"length\":0,"
                  "\"min\":\"0x0\",\"max\":\"0x0\",\"align\":0,"
                  "\"cache\":\"default\",\"node\":0,\"status\":\"bad\"");
    report = stream_report(stream);
    g_assert_cmpuint(cbx_report_port(report, 0)->defects->len, ==, 0);
    g_assert_cmpuint(report->buffers->len, ==, 1);
}

static void an_undeclared_buffer_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "pass",
                  "7");
    assert_defect(stream, "buffer \"7\", which was not declared");
}

static void a_second_release_is_a_defect(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    stream_release(stream, 1);
    assert_defect(stream, "released but was not declared");
}

static void a_number_used_again_is_another_buffer(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxReport) report = NULL;
    const CbxResult *last;

    stream_head(stream);
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    report = stream_report(stream);
    g_assert_cmpuint(cbx_report_port(report, 0)->defects->len, ==, 0);
    g_assert_cmpuint(report->buffers->len, ==, 2);
    last = g_ptr_array_index(report->results, report->results->len - 1);
    g_assert_true(last->buffer == g_ptr_array_index(report->buffers, 1));
}

static void a_crash_is_kept(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxReport) report = NULL;

    stream_head(stream);
    stream_record(stream, "crash",
                  "\"code\":\"0x000000E6\",\"text\":\"DRIVER_VERIFIER\"");
    report = stream_report(stream);
    g_assert_cmpstr(report->crash_code, ==, "0x000000E6");
    g_assert_cmpstr(report->crash_text, ==, "DRIVER_VERIFIER");
}

/* Each port has numbers of its own for buffers and records. */
static void ports_are_kept_apart(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxReport) report = cbx_report_new();
    CbxPort *a = cbx_report_add_port(report, DRIVER);
    CbxPort *b = cbx_report_add_port(report, "cbxkmdf.sys");
    const CbxResult *first, *last;
    gsize half = stream->text->len / 2;

    cbx_report_feed(a, stream->text->str, half);
    cbx_report_feed(b, stream->text->str, stream->text->len);
    cbx_report_feed(a, stream->text->str + half, stream->text->len - half);
    cbx_report_close(report);
    g_assert_cmpuint(a->defects->len, ==, 0);
    g_assert_cmpuint(b->defects->len, ==, 0);
    g_assert_cmpuint(report->records, ==, 2 * stream->seq);
    g_assert_cmpuint(a->records, ==, stream->seq);
    g_assert_cmpuint(report->buffers->len, ==, 6);
    first = g_ptr_array_index(report->results, 0);
    last = g_ptr_array_index(report->results, report->results->len - 1);
    g_assert_true(first->port == a && first->buffer->port == a);
    g_assert_true(last->port == a);
    g_assert_cmpstr(cbx_result_port(first), ==, DRIVER);
    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);

        g_assert_true(!r->buffer || r->buffer->port == r->port);
    }
}

/* Only the end of the one that breaks off is told. */
static void a_port_that_breaks_off_is_named(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxReport) report = cbx_report_new();
    CbxPort *a = cbx_report_add_port(report, DRIVER);
    CbxPort *b = cbx_report_add_port(report, "cbxkmdf.sys");

    cbx_report_feed(a, stream->text->str, stream->text->len);
    cbx_report_feed(b, stream->text->str, stream->text->len - 5);
    cbx_report_close(report);
    g_assert_cmpuint(a->defects->len, ==, 0);
    g_assert_cmpuint(b->defects->len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cli/report/" #name, name)
    TEST(reads_a_good_stream);
    TEST(ports_are_kept_apart);
    TEST(a_port_that_breaks_off_is_named);
    TEST(pieces_of_any_size_read_the_same);
    TEST(a_gap_is_a_defect);
    TEST(a_repeated_number_is_a_defect);
    TEST(a_broken_off_line_is_a_defect);
    TEST(garbage_is_a_defect);
    TEST(an_endless_line_is_cut);
    TEST(complaints_have_an_end);
    TEST(an_unknown_type_is_a_defect);
    TEST(another_schema_is_a_defect);
    TEST(records_before_the_device_are_a_defect);
    TEST(a_missing_field_is_a_defect);
    TEST(a_strange_verdict_is_no_result);
    TEST(a_number_is_no_address);
    TEST(an_unreachable_buffer_has_no_physical_address);
    TEST(a_refused_declaration_is_a_buffer);
    TEST(an_undeclared_buffer_is_a_defect);
    TEST(a_second_release_is_a_defect);
    TEST(a_number_used_again_is_another_buffer);
    TEST(a_crash_is_kept);
    return g_test_run();
}
