/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core's parts below the checks. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/edges.h"
#include "core/live.h"
#include "core/queue.h"
#include "core/report.h"
#include "core/status.h"
#include "core/text.h"
#include "softdev.h"

/* ---- Text, status ------------------------------------------------------ */

static void text_is_cut_off_not_overrun(void)
{
    char buffer[8];
    CbxText text;

    memset(buffer, 'x', sizeof(buffer));
    cbx_text_init(&text, buffer, 6);
    cbx_text_add(&text, "ab");
    cbx_text_dec(&text, 12345678);
    g_assert_cmpstr(buffer, ==, "ab123");
    g_assert_cmpint(buffer[6], ==, 'x');
}

static void numbers_are_written_in_full(void)
{
    char buffer[64];
    CbxText text;

    cbx_text_init(&text, buffer, sizeof(buffer));
    cbx_text_dec(&text, 0);
    cbx_text_add(&text, " ");
    cbx_text_dec(&text, UINT64_MAX);
    cbx_text_add(&text, " ");
    cbx_text_hex(&text, 0);
    cbx_text_add(&text, " ");
    cbx_text_hex(&text, 0x1234abcdef);
    g_assert_cmpstr(buffer, ==, "0 18446744073709551615 0x0 0x1234abcdef");
}

static void every_status_has_a_text(void)
{
    for (uint32_t i = 0; i < CBX_STATUSES; i++) {
        g_assert_cmpstr(cbx_status_text(i), !=,
                        cbx_status_text(UINT32_MAX));
    }
    for (uint32_t i = CBX_STATUS_NOT_CBX; i < CBX_CORE_STATUS_END; i++) {
        g_assert_cmpstr(cbx_status_text(i), !=,
                        cbx_status_text(UINT32_MAX));
    }
    g_assert_cmpint(CBX_STATUSES, <=, CBX_STATUS_NOT_CBX);
}

/* ---- Edges ------------------------------------------------------------- */

static void edges_stay_inside(void)
{
    static const uint64_t starts[] = { 0, 24, 4095, 0xfffff000, 0xfffffe01 };

    for (unsigned s = 0; s < G_N_ELEMENTS(starts); s++) {
        for (uint64_t length = 1; length < 3 * CBX_PAGE_SIZE; length++) {
            unsigned index = 0;
            bool first = false;
            bool last = false;
            CbxEdge edge;

            while (cbx_edge_next(starts[s], length, &index, &edge)) {
                g_assert_cmpuint(edge.length, >, 0);
                g_assert_cmpuint(edge.length, <=, CBX_EDGE_LENGTH_MAX);
                g_assert_cmpuint(edge.offset, <, length);
                g_assert_cmpuint(edge.length, <=, length - edge.offset);
                first |= edge.offset == 0 && edge.length == 1;
                last |= edge.offset == length - 1 && edge.length == 1;
            }
            g_assert_true(first && last);
        }
    }
}

static bool has_edge(uint64_t logical, uint64_t length, uint64_t offset,
                     uint32_t edge_length)
{
    unsigned index = 0;
    CbxEdge edge;

    while (cbx_edge_next(logical, length, &index, &edge)) {
        if (edge.offset == offset && edge.length == edge_length) {
            return true;
        }
    }
    return false;
}

static void edges_cross_what_is_there_to_cross(void)
{
    /* first and last page boundary, whatever the start */
    g_assert_true(has_edge(0, 8193, 4095, 2));
    g_assert_true(has_edge(24, 8193, 4096 - 24 - 1, 2));
    g_assert_true(has_edge(0, 8193, 8192 - 5, 9) == false);
    g_assert_true(has_edge(0, 8200, 8192 - 5, 9));
    /* 4 GiB, and only where it is */
    g_assert_true(has_edge(0xfffff000, 8192, 4095, 2));
    g_assert_true(has_edge(0xfffff000, 8192, 4096 - 511, 1021));
    g_assert_false(has_edge(0xffffd000, 8192, 4096 - 511, 1021));
    /* no page boundary inside */
    g_assert_false(has_edge(0, 4096, 4095, 2));
}

/* ---- Live buffers ------------------------------------------------------ */

static void neighbours_of_ours_are_stepped_over(void)
{
    CbxBuffer low = { .logical = 0x10000, .length = 1 };
    CbxBuffer mid = { .logical = 0x11000, .length = 0x2001 };
    CbxBuffer high = { .logical = 0x14000, .length = 0x1000 };
    CbxLive live = { NULL };
    uint64_t page;

    cbx_live_add(&live, &low);
    cbx_live_add(&live, &mid);
    cbx_live_add(&live, &high);
    g_assert_true(cbx_live_page_below(&live, &mid, &page));
    g_assert_cmphex(page, ==, 0xf000);
    g_assert_true(cbx_live_page_above(&live, &mid, UINT64_MAX, &page));
    g_assert_cmphex(page, ==, 0x15000);
    cbx_live_remove(&live, &low);
    g_assert_true(cbx_live_page_below(&live, &mid, &page));
    g_assert_cmphex(page, ==, 0x10000);
    cbx_live_remove(&live, &low);
    g_assert_true(cbx_live_at(&live, 0x13fff) == &mid);
    g_assert_null(cbx_live_at(&live, 0x10000));
}

/* What a framework may have allocated around a buffer is not nobody's. */
static void slack_is_stepped_over(void)
{
    CbxBuffer low = { .logical = 0x2000, .length = 1, .slack = 0x3fff };
    CbxBuffer mid = { .logical = 0x20000, .length = 1, .slack = 0x1fff };
    CbxBuffer high = { .logical = UINT64_MAX - 0x2fff, .length = 1,
                       .slack = 0x1fff };
    CbxLive live = { NULL };
    uint64_t page;

    cbx_live_add(&live, &mid);
    g_assert_true(cbx_live_page_below(&live, &mid, &page));
    g_assert_cmphex(page, ==, 0x1d000);
    g_assert_true(cbx_live_page_above(&live, &mid, UINT64_MAX, &page));
    g_assert_cmphex(page, ==, 0x23000);
    g_assert_true(cbx_live_at(&live, 0x1e000) == &mid);
    g_assert_false(cbx_live_page_below(&live, &low, &page));
    g_assert_false(cbx_live_page_above(&live, &high, UINT64_MAX, &page));
    g_assert_cmphex(cbx_live_first_page(&mid), ==, 0x20000);
    g_assert_cmphex(cbx_live_last_page_end(&mid), ==, 0x20fff);
}

static void the_ends_of_the_address_space_are_no_pages(void)
{
    CbxBuffer first = { .logical = 0, .length = 4096 };
    CbxBuffer last = { .logical = UINT64_MAX - 4095, .length = 4096 };
    CbxBuffer narrow = { .logical = 0xfffffff000, .length = 4096 };
    CbxLive live = { NULL };
    uint64_t page;

    g_assert_false(cbx_live_page_below(&live, &first, &page));
    g_assert_false(cbx_live_page_above(&live, &last, UINT64_MAX, &page));
    g_assert_false(cbx_live_page_above(&live, &narrow, 0xffffffffff, &page));
}

/* Writes there are interrupts: not a place to try whether memory is safe. */
static void the_interrupt_range_is_stepped_over(void)
{
    CbxBuffer below = { .logical = 0xfedff000, .length = 4096 };
    CbxBuffer above = { .logical = 0xfef00000, .length = 4096 };
    CbxLive live = { NULL };
    uint64_t page;

    g_assert_true(cbx_live_page_above(&live, &below, UINT64_MAX, &page));
    g_assert_cmphex(page, ==, 0xfef00000);
    g_assert_true(cbx_live_page_below(&live, &above, &page));
    g_assert_cmphex(page, ==, 0xfedff000);
}

/* ---- Device ------------------------------------------------------------ */

static void identify_tells_strangers(void)
{
    SoftDev *soft = softdev_new(false);
    CbxDevice dev;

    g_assert_cmpuint(cbx_device_identify(&dev, &soft->world), ==,
                     CBX_STATUS_OK);
    soft->regs[CBX_REG_VERSION / 4] = (CBX_ABI_MAJOR + 1) << 16;
    g_assert_cmpuint(cbx_device_identify(&dev, &soft->world), ==,
                     CBX_STATUS_VERSION);
    soft->regs[CBX_REG_MAGIC / 4] = UINT32_MAX;
    g_assert_cmpuint(cbx_device_identify(&dev, &soft->world), ==,
                     CBX_STATUS_NOT_CBX);
    softdev_free(soft);
}

static void no_selection_means_every_call(void)
{
    CbxDevice dev = { .run_apis = 0 };

    g_assert_true(cbx_device_wants(&dev, CBX_API_ALLOCATE_COMMON_BUFFER));
    dev.run_apis = 1u << CBX_API_ALLOCATE_COMMON_BUFFER_EX;
    g_assert_false(cbx_device_wants(&dev, CBX_API_ALLOCATE_COMMON_BUFFER));
    g_assert_true(cbx_device_wants(&dev, CBX_API_ALLOCATE_COMMON_BUFFER_EX));
}

/* ---- Queue ------------------------------------------------------------- */

typedef struct QueueFixture {
    SoftDev *soft;
    CbxDevice dev;
    CbxQueue queue;
    CbxBuffer rings;
} QueueFixture;

static void queue_start(QueueFixture *f, uint32_t entries)
{
    f->soft = softdev_new(true);
    g_assert_cmpuint(cbx_device_identify(&f->dev, &f->soft->world), ==,
                     CBX_STATUS_OK);
    softdev_allocate(f->soft, &f->rings, cbx_queue_bytes(entries), 0);
    g_assert_cmpuint(cbx_queue_start(&f->queue, &f->dev, 0, 0, &f->rings,
                                     entries, 10), ==, CBX_STATUS_OK);
}

static void queue_end(QueueFixture *f)
{
    cbx_queue_stop(&f->queue);
    softdev_free(f->soft);
}

static void queue_goes_round(void)
{
    const CbxDescriptor nop = { .op = CBX_OP_NOP };
    CbxCompletion completion;
    QueueFixture f;

    queue_start(&f, 4);
    for (uint32_t i = 1; i <= 33; i++) {
        g_assert_cmpuint(cbx_queue_run(&f.queue, &nop, &completion), ==,
                         CBX_STATUS_OK);
        g_assert_cmpuint(completion.id, ==, i);
    }
    g_assert_false(f.queue.broken);
    queue_end(&f);
}

static void queue_passes_the_devices_status_on(void)
{
    const CbxDescriptor strange = { .op = CBX_OP_COUNT, .length = 8 };
    QueueFixture f;

    queue_start(&f, 2);
    f.soft->one_to_one = false;
    g_assert_cmpuint(cbx_queue_run(&f.queue, &strange, NULL), ==,
                     CBX_STATUS_IOMMU_FAULT);
    g_assert_false(f.queue.broken);
    queue_end(&f);
}

static void queue_waits_on_after_a_late_interrupt(void)
{
    const CbxDescriptor nop = { .op = CBX_OP_NOP };
    QueueFixture f;

    queue_start(&f, 4);
    f.soft->late_interrupt = true;
    g_assert_cmpuint(cbx_queue_run(&f.queue, &nop, NULL), ==, CBX_STATUS_OK);
    g_assert_false(f.queue.broken);
    queue_end(&f);
}

static void queue_names_what_broke(void)
{
    static const struct {
        size_t fault;
        size_t also;
        uint32_t status;
    } cases[] = {
        { offsetof(SoftFaults, lost_interrupt),
          offsetof(SoftFaults, lost_interrupt), CBX_STATUS_NO_INTERRUPT },
        { offsetof(SoftFaults, no_completion),
          offsetof(SoftFaults, no_completion), CBX_STATUS_NO_COMPLETION },
        { offsetof(SoftFaults, no_completion),
          offsetof(SoftFaults, lost_interrupt), CBX_STATUS_TIMEOUT },
        { offsetof(SoftFaults, wrong_id),
          offsetof(SoftFaults, wrong_id), CBX_STATUS_BAD_COMPLETION },
        { offsetof(SoftFaults, queue_stops),
          offsetof(SoftFaults, queue_stops), CBX_STATUS_IOMMU_FAULT },
    };
    const CbxDescriptor nop = { .op = CBX_OP_NOP };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        QueueFixture f;

        queue_start(&f, 4);
        *((bool *)&f.soft->faults + cases[i].fault) = true;
        *((bool *)&f.soft->faults + cases[i].also) = true;
        g_assert_cmpuint(cbx_queue_run(&f.queue, &nop, NULL), ==,
                         cases[i].status);
        g_assert_true(f.queue.broken);
        queue_end(&f);
    }
}

static void queue_refuses_bad_rings(void)
{
    static const struct {
        uint32_t entries;
        uint32_t offset;
    } bad[] = { { 0, 0 }, { 1, 0 }, { 3, 0 }, { 8192, 0 }, { 4, 32 } };
    SoftDev *soft = softdev_new(true);
    CbxDevice dev;
    CbxQueue queue;
    CbxBuffer rings;

    g_assert_cmpuint(cbx_device_identify(&dev, &soft->world), ==,
                     CBX_STATUS_OK);
    softdev_allocate(soft, &rings, 4096, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        CbxBuffer moved = rings;

        moved.va += bad[i].offset;
        moved.logical += bad[i].offset;
        g_assert_cmpuint(cbx_queue_start(&queue, &dev, 0, 0, &moved,
                                         bad[i].entries, 10), ==,
                         CBX_STATUS_BAD_RINGS);
    }
    softdev_free(soft);
}

/* ---- Report ------------------------------------------------------------ */

static const CbxResult result = {
    .api = "AllocateCommonBuffer",
    .variant = "4096 bytes",
    .check = "range",
    .verdict = CBX_PASS,
    .expected = "inside",
    .seen = "",
    .source = "project's own",
};

static void records_have_the_documented_fields(void)
{
    SoftDev *soft = softdev_new(false);
    CbxResult with_buffer = result;
    CbxReport report;
    GHashTable *fields;

    with_buffer.has_buffer = true;
    with_buffer.buffer = 4294967295u;
    cbx_report_start(&report, &soft->world, "a.sys", "guest");
    cbx_report_text(&report, "info", "words");
    cbx_report_result(&report, &result);
    cbx_report_result(&report, &with_buffer);
    cbx_report_end(&report);

    fields = softdev_record(soft, "start", 0);
    g_assert_cmpstr(g_hash_table_lookup(fields, "driver"), ==, "a.sys");
    g_assert_cmpstr(g_hash_table_lookup(fields, "guest"), ==, "guest");
    fields = softdev_record(soft, "text", 0);
    g_assert_cmpstr(g_hash_table_lookup(fields, "level"), ==, "info");
    g_assert_cmpstr(g_hash_table_lookup(fields, "text"), ==, "words");
    fields = softdev_record(soft, "result", 0);
    g_assert_cmpstr(g_hash_table_lookup(fields, "driver"), ==, "a.sys");
    g_assert_cmpstr(g_hash_table_lookup(fields, "api"), ==, result.api);
    g_assert_cmpstr(g_hash_table_lookup(fields, "variant"), ==,
                    result.variant);
    g_assert_cmpstr(g_hash_table_lookup(fields, "check"), ==, "range");
    g_assert_cmpstr(g_hash_table_lookup(fields, "verdict"), ==, "pass");
    g_assert_cmpstr(g_hash_table_lookup(fields, "expected"), ==, "inside");
    g_assert_cmpstr(g_hash_table_lookup(fields, "seen"), ==, "");
    g_assert_cmpstr(g_hash_table_lookup(fields, "source"), ==,
                    "project's own");
    g_assert_null(g_hash_table_lookup(fields, "buffer"));
    fields = softdev_record(soft, "result", 1);
    g_assert_cmpstr(g_hash_table_lookup(fields, "buffer"), ==, "4294967295");
    fields = softdev_record(soft, "end", 0);
    g_assert_cmpstr(g_hash_table_lookup(fields, "verdict"), ==, "pass");
    softdev_free(soft);
}

static const char *end_verdict(bool pass, bool fail, bool skip, bool refuse)
{
    SoftDev *soft = softdev_new(false);
    CbxResult r = result;
    CbxReport report;
    const char *verdict;

    cbx_report_start(&report, &soft->world, "a.sys", "guest");
    if (pass) {
        cbx_report_result(&report, &r);
    }
    if (fail) {
        r.verdict = CBX_FAIL;
        cbx_report_result(&report, &r);
    }
    if (skip) {
        r.verdict = CBX_SKIP;
        cbx_report_result(&report, &r);
    }
    if (refuse) {
        soft->faults.refuse_record = true;
        cbx_report_text(&report, "info", "lost");
    }
    cbx_report_end(&report);
    verdict = g_intern_string(g_hash_table_lookup(softdev_record(soft, "end",
                                                                 0),
                                                  "verdict"));
    softdev_free(soft);
    return verdict;
}

static void a_run_passes_only_on_evidence(void)
{
    g_assert_cmpstr(end_verdict(true, false, false, false), ==, "pass");
    g_assert_cmpstr(end_verdict(true, false, true, false), ==, "pass");
    g_assert_cmpstr(end_verdict(true, true, false, false), ==, "fail");
    g_assert_cmpstr(end_verdict(false, false, true, false), ==, "fail");
    g_assert_cmpstr(end_verdict(false, false, false, false), ==, "fail");
    g_assert_cmpstr(end_verdict(true, false, false, true), ==, "fail");
}

static void count_kept(void *context, const CbxResult *kept)
{
    g_assert_true(kept == &result);
    ++*(unsigned *)context;
}

static void results_are_kept_on_request(void)
{
    SoftDev *soft = softdev_new(false);
    CbxReport report;
    unsigned kept = 0;

    cbx_report_start(&report, &soft->world, "a.sys", "guest");
    cbx_report_result(&report, &result);
    cbx_report_keep(&report, count_kept, &kept);
    cbx_report_result(&report, &result);
    g_assert_cmpuint(kept, ==, 1);
    g_assert_true(cbx_report_good(&report));
    softdev_free(soft);
}

static void a_spoilt_run_fails(void)
{
    SoftDev *soft = softdev_new(false);
    CbxReport report;

    cbx_report_start(&report, &soft->world, "a.sys", "guest");
    cbx_report_result(&report, &result);
    cbx_report_spoil(&report);
    cbx_report_end(&report);
    g_assert_false(cbx_report_good(&report));
    g_assert_cmpstr(g_hash_table_lookup(softdev_record(soft, "end", 0),
                                        "verdict"), ==, "fail");
    softdev_free(soft);
}

static void calls_have_their_documented_names(void)
{
    g_assert_cmpstr(cbx_report_api_name(CBX_API_ALLOCATE_COMMON_BUFFER_EX),
                    ==, "AllocateCommonBufferEx");
    g_assert_cmpstr(cbx_report_api_name(CBX_API_NONE), ==, "unknown call");
    g_assert_cmpstr(cbx_report_api_name(CBX_API_END), ==, "unknown call");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/is-cut-off-not-overrun",
                    text_is_cut_off_not_overrun);
    g_test_add_func("/text/numbers-are-written-in-full",
                    numbers_are_written_in_full);
    g_test_add_func("/status/every-status-has-a-text",
                    every_status_has_a_text);
    g_test_add_func("/edges/stay-inside", edges_stay_inside);
    g_test_add_func("/edges/cross-what-is-there-to-cross",
                    edges_cross_what_is_there_to_cross);
    g_test_add_func("/live/neighbours-of-ours-are-stepped-over",
                    neighbours_of_ours_are_stepped_over);
    g_test_add_func("/live/slack-is-stepped-over",
                    slack_is_stepped_over);
    g_test_add_func("/live/the-ends-of-the-address-space-are-no-pages",
                    the_ends_of_the_address_space_are_no_pages);
    g_test_add_func("/live/the-interrupt-range-is-stepped-over",
                    the_interrupt_range_is_stepped_over);
    g_test_add_func("/device/identify-tells-strangers",
                    identify_tells_strangers);
    g_test_add_func("/device/no-selection-means-every-call",
                    no_selection_means_every_call);
    g_test_add_func("/queue/goes-round", queue_goes_round);
    g_test_add_func("/queue/passes-the-devices-status-on",
                    queue_passes_the_devices_status_on);
    g_test_add_func("/queue/waits-on-after-a-late-interrupt",
                    queue_waits_on_after_a_late_interrupt);
    g_test_add_func("/queue/names-what-broke", queue_names_what_broke);
    g_test_add_func("/queue/refuses-bad-rings", queue_refuses_bad_rings);
    g_test_add_func("/report/records-have-the-documented-fields",
                    records_have_the_documented_fields);
    g_test_add_func("/report/a-run-passes-only-on-evidence",
                    a_run_passes_only_on_evidence);
    g_test_add_func("/report/results-are-kept-on-request",
                    results_are_kept_on_request);
    g_test_add_func("/report/a-spoilt-run-fails", a_spoilt_run_fails);
    g_test_add_func("/report/calls-have-their-documented-names",
                    calls_have_their_documented_names);
    return g_test_run();
}
