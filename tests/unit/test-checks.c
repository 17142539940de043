/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each check passes when all is well and is the one to fail when it is not. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/status.h"
#include "core/suite.h"
#include "softdev.h"

/* LONG is enough for every check. */
enum { ENTRIES = 8, TIMEOUT_MS = 10, LENGTH = 8193, LONG = 0x10000 };

typedef struct Fixture {
    SoftDev *soft;
    CbxDevice dev;
    CbxReport report;
    CbxSuite suite;
    CbxBuffer rings;
    CbxBuffer buffer;
    void (*set)(struct Fixture *f);     /* switches a fault on */
} Fixture;

static void start(Fixture *f, bool iommu)
{
    *f = (Fixture) { .set = f->set };
    f->soft = softdev_new(iommu);
}

static void start_suite(Fixture *f)
{
    g_assert_cmpuint(cbx_device_identify(&f->dev, &f->soft->world), ==,
                     CBX_STATUS_OK);
    cbx_report_start(&f->report, &f->soft->world, "test.sys", "unit test");
    cbx_suite_init(&f->suite, &f->dev, &f->report);
    softdev_allocate(f->soft, &f->rings, cbx_queue_bytes(ENTRIES), 0);
    cbx_suite_allocated(&f->suite, &f->rings);
    cbx_suite_start_queue(&f->suite, &f->rings, 0, ENTRIES, TIMEOUT_MS);
}

static void verify(Fixture *f)
{
    cbx_suite_allocated(&f->suite, &f->buffer);
    cbx_suite_verify(&f->suite, &f->buffer);
    softdev_release(f->soft, &f->buffer);
    cbx_suite_freed(&f->suite, &f->buffer);
}

static void end(Fixture *f)
{
    cbx_suite_stop_queue(&f->suite);
    softdev_release(f->soft, &f->rings);
    cbx_suite_freed(&f->suite, &f->rings);
    cbx_report_end(&f->report);
    softdev_free(f->soft);
}

/* Checks with this verdict, each once, in the order of the report. */
static GPtrArray *checks_with(Fixture *f, const char *verdict)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTable *record;

    for (unsigned n = 0; (record = softdev_record(f->soft, "result", n)); n++) {
        char *check = g_hash_table_lookup(record, "check");

        if (!strcmp(g_hash_table_lookup(record, "verdict"), verdict) &&
            !g_ptr_array_find_with_equal_func(names, check, g_str_equal,
                                              NULL)) {
            g_ptr_array_add(names, check);
        }
    }
    return names;
}

static char *joined(Fixture *f, const char *verdict)
{
    g_autoptr(GPtrArray) names = checks_with(f, verdict);

    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

#define assert_verdicts(f, verdict, names) \
    do { \
        g_autofree char *seen_ = joined(f, verdict); \
        g_assert_cmpstr(seen_, ==, names); \
    } while (0)

/* ---- All is well ------------------------------------------------------- */

static void everything_passes(bool iommu, uint64_t length)
{
    Fixture f = { .set = NULL };

    start(&f, iommu);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, length, 0);
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip",
                    iommu ? "" : "guard-before guard-after use-after-free");
    g_assert_cmpuint(f.report.passed, >, 0);
    g_assert_cmpuint(f.report.failed, ==, 0);
    end(&f);
}

static void good_buffers_pass(void)
{
    static const uint64_t lengths[] = {
        1, 2, 7, 8, 63, 64, 4095, 4096, 4097, 8191, 8192, LENGTH, 12288, 40003,
        LONG,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        everything_passes(false, lengths[i]);
        everything_passes(true, lengths[i]);
    }
}

static void every_check_is_made(void)
{
    static const char *const ids[] = {
#define CBX_CHECK_DECLARED(symbol, id, expected, source) id,
#define CBX_CHECK_BUFFER(symbol, id, expected, source) id,
#define CBX_CHECK_SOME(symbol, id, expected, source) id,
#define CBX_CHECK_FREED(symbol, id, expected, source) id,
#include "core/checks.def"
        "completion-interrupt",
    };
    CbxBuffer neighbour;
    g_autoptr(GPtrArray) made = NULL;
    Fixture f = { .set = NULL };

    start(&f, true);
    softdev_start_caches(f.soft, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LONG, 0);
    f.buffer.api = CBX_API_ALLOCATE_COMMON_BUFFER_EX;
    f.buffer.cache = CBX_CACHE_NONCACHED;
    f.buffer.node = 1;
    softdev_allocate(f.soft, &neighbour, LENGTH, 0);
    neighbour.api = CBX_API_ALLOCATE_COMMON_BUFFER_EX;
    cbx_suite_allocated(&f.suite, &neighbour);
    verify(&f);
    made = checks_with(&f, "pass");
    g_assert_cmpuint(made->len, ==, G_N_ELEMENTS(ids));
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_assert_true(g_ptr_array_find_with_equal_func(made, ids[i],
                                                       g_str_equal, NULL));
    }
    softdev_release(f.soft, &neighbour);
    cbx_suite_freed(&f.suite, &neighbour);
    end(&f);
}

static void results_name_their_buffer(void)
{
    GHashTable *record;
    unsigned named = 0;
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, 100, 0);
    verify(&f);
    for (unsigned n = 0; (record = softdev_record(f.soft, "result", n)); n++) {
        const char *id = g_hash_table_lookup(record, "buffer");

        g_assert_nonnull(id);
        g_assert_cmpstr(g_hash_table_lookup(record, "api"), ==,
                        "AllocateCommonBuffer");
        named += !strcmp(id, "2");
    }
    g_assert_cmpuint(named, ==, 19);
    end(&f);
}

/* ---- One thing is wrong ------------------------------------------------ */

typedef struct Wrong {
    const char *check;          /* that must fail, alone */
    const char *how;
    size_t fault;               /* in SoftFaults, unless prepare is set */
    void (*prepare)(Fixture *f);
    uint64_t length;            /* 0: LENGTH */
    bool no_iommu;
    bool from_start;            /* before the queue is up */
    const char *skipped;        /* by this and no other reason */
} Wrong;

static void overlap(Fixture *f)
{
    f->buffer.va = f->rings.va + 64;
}

static void above_maximum(Fixture *f)
{
    f->buffer.max = f->buffer.logical + f->buffer.length - 2;
}

static void below_minimum(Fixture *f)
{
    f->buffer.min = f->buffer.logical + 1;
}

static void narrow_device(Fixture *f)
{
    f->soft->addr_bits = 28;
    f->soft->wide_bus = true;
    f->dev.addr_bits = 28;
}

static void inside_page(Fixture *f)
{
    softdev_release(f->soft, &f->buffer);
    softdev_allocate(f->soft, &f->buffer, LENGTH, 24);
}

static void virtual_only_inside_page(Fixture *f)
{
    f->buffer.align = 2 * CBX_PAGE_SIZE;
    if (f->buffer.logical % f->buffer.align == 0) {
        softdev_release(f->soft, &f->buffer);
        f->soft->next_logical -= CBX_PAGE_SIZE;
        softdev_allocate(f->soft, &f->buffer, LENGTH, 0);
        f->buffer.align = 2 * CBX_PAGE_SIZE;
    }
}

static void neighbour_below(Fixture *f)
{
    softdev_map(f->soft, f->buffer.logical - CBX_PAGE_SIZE);
}

static void neighbour_above(Fixture *f)
{
    softdev_map(f->soft, f->buffer.logical + 3 * CBX_PAGE_SIZE);
}

static void gap_in_physical_pages(Fixture *f)
{
    f->soft->faults.phys_gaps = true;
    f->soft->gap_offset = (uint64_t)(f->buffer.va - f->soft->memory) +
                          CBX_PAGE_SIZE;
}

static void ask_uncached(Fixture *f, uint32_t api)
{
    f->buffer.api = api;
    f->buffer.cache = CBX_CACHE_NONCACHED;
}

static void cache_not_disabled(Fixture *f)
{
    ask_uncached(f, CBX_API_ALLOCATE_COMMON_BUFFER_EX);
    f->soft->faults.type_cached = true;
}

static void cache_half_disabled(Fixture *f)
{
    ask_uncached(f, CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR);
    f->soft->faults.type_write_through = true;
}

static void cache_disabled_all_the_same(Fixture *f)
{
    ask_uncached(f, CBX_API_ALLOCATE_COMMON_BUFFER);
    f->soft->faults.type_uncached = true;
}

static void other_node(Fixture *f)
{
    f->buffer.node = 1;
    f->soft->faults.node_other = true;
}

static void mixed_nodes(Fixture *f)
{
    f->buffer.node = 0;
    f->soft->faults.node_mixed = true;
}

#define FAULT(name) .how = #name, .fault = offsetof(SoftFaults, name)
#define PREPARE(name) .how = #name, .prepare = name

static const Wrong wrongs[] = {
    { "completion-interrupt", FAULT(lost_interrupt), .from_start = true },
    { "completion-interrupt", FAULT(no_completion), .from_start = true },
    { "completion-interrupt", FAULT(wrong_id), .from_start = true },
    { "completion-interrupt", FAULT(queue_stops), .from_start = true },
    { "declaration", FAULT(refuse_declare),
      .skipped = "device-access ram physical-pages memory-type "
                 "translation" },
    { "range", PREPARE(above_maximum) },
    { "range", PREPARE(below_minimum) },
    { "range", FAULT(facts_range) },
    { "address-width", PREPARE(narrow_device),
      .skipped = "guard-before guard-after use-after-free" },
    { "address-width", FAULT(facts_width) },
    { "alignment", PREPARE(inside_page) },
    { "alignment", PREPARE(virtual_only_inside_page) },
    { "alignment", FAULT(facts_align) },
    { "device-access", FAULT(facts_no_write) },
    { "ram", FAULT(facts_no_ram) },
    { "physical-pages", FAULT(phys_other_page) },
    { "physical-pages", FAULT(facts_gaps) },
    { "physical-pages", PREPARE(gap_in_physical_pages) },
    { "memory-type", FAULT(type_unmapped) },
    { "memory-type", FAULT(type_mixed) },
    { "memory-type", FAULT(type_uncached) },
    { "memory-type", FAULT(type_write_combining) },
    { "memory-type", FAULT(type_write_through) },
    { "memory-type", FAULT(facts_other_page) },
    { "memory-type", PREPARE(cache_not_disabled) },
    { "memory-type", PREPARE(cache_half_disabled) },
    { "memory-type", PREPARE(cache_disabled_all_the_same) },
    { "node", PREPARE(other_node) },
    { "node", PREPARE(mixed_nodes) },
    { "translation", FAULT(facts_translated), .no_iommu = true,
      .skipped = "guard-before guard-after use-after-free" },
    { "translation", FAULT(facts_no_iommu) },
    { "guard-before", PREPARE(neighbour_below) },
    { "guard-after", PREPARE(neighbour_above) },
    { "integrity-to-device", FAULT(verify_flip) },
    { "checksum", FAULT(checksum_flip) },
    { "edges-to-device", FAULT(in_flip) },
    { "edges-to-device", FAULT(in_short) },
    { "edges-to-device", FAULT(in_long) },
    { "edges-to-device", FAULT(in_refused) },
    { "edges-from-device", FAULT(out_flip) },
    { "edges-from-device", FAULT(out_short) },
    { "edges-from-device", FAULT(out_refused) },
    { "outside-unchanged", FAULT(out_long) },
    { "outside-unchanged", FAULT(out_far) },
    { "integrity-from-device", FAULT(fill_short) },
    { "integrity-from-device", FAULT(fill_wrong_place) },
    { "ring", FAULT(message_torn), .length = LONG },
    { "ring", FAULT(message_late), .length = LONG },
    { "ring", FAULT(message_lost), .length = LONG },
    { "ring", FAULT(completions_swapped), .length = LONG },
    { "ring", FAULT(ring_stops), .length = LONG },
    { "use-after-free", FAULT(stale_mapping) },
};

static void set_fault(Fixture *f, const Wrong *wrong)
{
    if (wrong->prepare) {
        wrong->prepare(f);
    } else {
        *((bool *)&f->soft->faults + wrong->fault) = true;
    }
}

static void exactly_this_check_fails(gconstpointer data)
{
    const Wrong *wrong = data;
    Fixture f = { .set = NULL };

    start(&f, !wrong->no_iommu);
    if (wrong->from_start) {
        set_fault(&f, wrong);
    }
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer,
                     wrong->length ? wrong->length : LENGTH, 0);
    if (!wrong->from_start) {
        set_fault(&f, wrong);
    }
    verify(&f);
    assert_verdicts(&f, "fail", wrong->check);
    assert_verdicts(&f, "skip", wrong->skipped ? wrong->skipped : "");
    g_assert_cmpuint(f.report.failed, >, 0);
    end(&f);
}

/* Memory that belongs to two buffers spoils the data checks too. */
static void overlapping_buffers_are_noticed(void)
{
    g_autoptr(GPtrArray) failed = NULL;
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, 64, 0);
    overlap(&f);
    verify(&f);
    failed = checks_with(&f, "fail");
    g_assert_cmpstr(g_ptr_array_index(failed, 0), ==, "separate");
    end(&f);
}

/* ---- Uncached memory --------------------------------------------------- */

static void uncached_memory_passes(gconstpointer data)
{
    uint32_t api = GPOINTER_TO_UINT(data);
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    for (unsigned write_combining = 0; write_combining < 2;
         write_combining++) {
        softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
        ask_uncached(&f, api);
        f.soft->faults.type_write_combining =
            write_combining && api != CBX_API_ALLOCATE_COMMON_BUFFER;
        verify(&f);
    }
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "");
    end(&f);
}

/* ---- Skips ------------------------------------------------------------- */

static void one_to_one_mapping_shows_nothing(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    f.soft->one_to_one = true;
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip",
                    "translation guard-before guard-after use-after-free");
    end(&f);
}

static void memory_type_may_be_unknown(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    f.soft->faults.type_unknown = true;
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "memory-type");
    end(&f);
}

static void node_is_skipped(void (*prepare)(Fixture *f))
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    other_node(&f);
    prepare(&f);
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "node");
    end(&f);
}

static void below_4_gib(Fixture *f)
{
    f->buffer.max = f->buffer.logical + f->buffer.length - 1;
    g_assert_cmphex(f->buffer.max, <, UINT32_MAX - CBX_PAGE_SIZE);
}

static void above_a_minimum(Fixture *f)
{
    f->buffer.min = CBX_PAGE_SIZE;
}

static void longer_than_sure(Fixture *f)
{
    softdev_release(f->soft, &f->buffer);
    softdev_allocate(f->soft, &f->buffer, 0x100001, 0);
    f->buffer.node = 1;
}

static void one_node(Fixture *f)
{
    f->soft->world.nodes = 1;
}

static void unknown_number_of_nodes(Fixture *f)
{
    f->soft->world.nodes = 0;
}

static void unknown_node(Fixture *f)
{
    f->soft->faults.node_unknown = true;
}

static void preference_may_be_passed_over(void)
{
    node_is_skipped(below_4_gib);
    node_is_skipped(above_a_minimum);
    node_is_skipped(longer_than_sure);
}

static void node_may_be_unknown(void)
{
    node_is_skipped(one_node);
    node_is_skipped(unknown_number_of_nodes);
    node_is_skipped(unknown_node);
}

static void no_message_interrupt_no_queue(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    f.soft->world.has_interrupt = false;
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "completion-interrupt integrity-to-device "
                                "checksum integrity-from-device");
    end(&f);
}

static void rings_out_of_reach_no_queue(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    g_assert_cmpuint(cbx_device_identify(&f.dev, &f.soft->world), ==,
                     CBX_STATUS_OK);
    cbx_report_start(&f.report, &f.soft->world, "test.sys", "unit test");
    cbx_suite_init(&f.suite, &f.dev, &f.report);
    softdev_allocate(f.soft, &f.rings, cbx_queue_bytes(ENTRIES), 0);
    f.rings.logical -= 64 * CBX_PAGE_SIZE;
    cbx_suite_allocated(&f.suite, &f.rings);
    cbx_suite_start_queue(&f.suite, &f.rings, 0, ENTRIES, TIMEOUT_MS);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    verify(&f);
    assert_verdicts(&f, "fail", "completion-interrupt");
    assert_verdicts(&f, "skip", "integrity-to-device checksum "
                                "integrity-from-device");
    end(&f);
}

static void no_device_memory_no_edges(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    f.soft->world.mem_length = 4096;
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "edges-to-device edges-from-device");
    end(&f);
}

static void physical_addresses_may_be_unknown(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    f.soft->faults.phys_unknown = true;
    verify(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "physical-pages");
    end(&f);
}

static void gaps_on_both_sides_are_no_error(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    gap_in_physical_pages(&f);
    f.soft->faults.facts_gaps = true;
    verify(&f);
    assert_verdicts(&f, "fail", "");
    end(&f);
}

/* The elements of a vector may lie next to each other. */
static void verify_vector(Fixture *f)
{
    CbxBuffer elements[3];

    start(f, true);
    start_suite(f);
    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        softdev_allocate(f->soft, &elements[i], 4096, 0);
        elements[i].element = i;
        f->soft->next_logical += CBX_PAGE_SIZE;
    }
    g_assert_cmphex(elements[1].logical, ==, elements[2].logical + 4096);
    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        cbx_suite_allocated(&f->suite, &elements[i]);
    }
    if (f->set) {
        f->set(f);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        g_assert_true(cbx_suite_verify(&f->suite, &elements[i]));
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++) {
        softdev_release(f->soft, &elements[i]);
        g_assert_true(cbx_suite_freed(&f->suite, &elements[i]));
    }
}

static void neighbours_of_one_call_are_no_strangers(void)
{
    g_autoptr(GPtrArray) passed = NULL;
    Fixture f = { .set = NULL };

    verify_vector(&f);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "");
    passed = checks_with(&f, "pass");
    g_assert_true(g_ptr_array_find_with_equal_func(
        passed, "neighbours-unchanged", g_str_equal, NULL));
    end(&f);
}

static void fill_too_much(Fixture *f)
{
    f->soft->faults.fill_long = true;
}

static void changed_neighbours_are_noticed(void)
{
    Fixture f = { .set = fill_too_much };

    verify_vector(&f);
    assert_verdicts(&f, "fail", "neighbours-unchanged");
    assert_verdicts(&f, "skip", "");
    end(&f);
}

/* ---- The run ends ------------------------------------------------------ */

static void broken_queue_ends_the_run(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LENGTH, 0);
    cbx_suite_allocated(&f.suite, &f.buffer);
    f.soft->faults.lost_interrupt = true;
    g_assert_false(cbx_suite_verify(&f.suite, &f.buffer));
    g_assert_true(f.suite.broken);
    assert_verdicts(&f, "fail", "integrity-to-device");
    softdev_release(f.soft, &f.buffer);
    g_assert_false(cbx_suite_freed(&f.suite, &f.buffer));
    g_assert_null(cbx_live_at(&f.suite.live, f.buffer.logical));
    end(&f);
}

/* A device that goes silent in the middle of it. */
static void silent_ring_ends_the_run(void)
{
    Fixture f = { .set = NULL };

    start(&f, true);
    start_suite(&f);
    softdev_allocate(f.soft, &f.buffer, LONG, 0);
    f.soft->faults.ring_silent = true;
    cbx_suite_allocated(&f.suite, &f.buffer);
    g_assert_false(cbx_suite_verify(&f.suite, &f.buffer));
    assert_verdicts(&f, "fail", "ring");
    softdev_release(f.soft, &f.buffer);
    g_assert_false(cbx_suite_freed(&f.suite, &f.buffer));
    end(&f);
}

/* Once for each call is enough; the queue goes on afterwards. */
static void ring_is_made_once_for_each_call(void)
{
    Fixture f = { .set = NULL };
    GHashTable *record;
    unsigned rings = 0;

    start(&f, true);
    start_suite(&f);
    for (unsigned i = 0; i < 4; i++) {
        softdev_allocate(f.soft, &f.buffer, LONG, 0);
        f.buffer.api = i % 2 ? CBX_API_ALLOCATE_COMMON_BUFFER
                             : CBX_API_ALLOCATE_WITH_BOUNDS;
        verify(&f);
    }
    for (unsigned n = 0; (record = softdev_record(f.soft, "result", n)); n++) {
        rings += !strcmp(g_hash_table_lookup(record, "check"), "ring");
    }
    g_assert_cmpuint(rings, ==, 2);
    assert_verdicts(&f, "fail", "");
    assert_verdicts(&f, "skip", "");
    end(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checks/good-buffers-pass", good_buffers_pass);
    g_test_add_func("/checks/every-check-is-made", every_check_is_made);
    g_test_add_func("/checks/results-name-their-buffer",
                    results_name_their_buffer);
    for (unsigned i = 0; i < G_N_ELEMENTS(wrongs); i++) {
        g_autofree char *path = g_strdup_printf("/checks/%s/fails-on-%s",
                                                wrongs[i].check,
                                                wrongs[i].how);

        g_test_add_data_func(g_strdelimit(path, "_", '-'), &wrongs[i],
                             exactly_this_check_fails);
    }
    g_test_add_func("/checks/separate/fails-on-overlap",
                    overlapping_buffers_are_noticed);
    g_test_add_func("/checks/skips/one-to-one-mapping-shows-nothing",
                    one_to_one_mapping_shows_nothing);
    g_test_add_func("/checks/skips/memory-type-may-be-unknown",
                    memory_type_may_be_unknown);
    g_test_add_func("/checks/node/preference-may-be-passed-over",
                    preference_may_be_passed_over);
    g_test_add_func("/checks/skips/node-may-be-unknown", node_may_be_unknown);
    g_test_add_data_func("/checks/memory-type/uncached-passes",
                         GUINT_TO_POINTER(CBX_API_ALLOCATE_COMMON_BUFFER_EX),
                         uncached_memory_passes);
    g_test_add_data_func("/checks/memory-type/uncached-may-be-ignored",
                         GUINT_TO_POINTER(CBX_API_ALLOCATE_COMMON_BUFFER),
                         uncached_memory_passes);
    g_test_add_func("/checks/skips/no-message-interrupt-no-queue",
                    no_message_interrupt_no_queue);
    g_test_add_func("/checks/skips/rings-out-of-reach-no-queue",
                    rings_out_of_reach_no_queue);
    g_test_add_func("/checks/skips/no-device-memory-no-edges",
                    no_device_memory_no_edges);
    g_test_add_func("/checks/skips/physical-addresses-may-be-unknown",
                    physical_addresses_may_be_unknown);
    g_test_add_func("/checks/gaps-on-both-sides-are-no-error",
                    gaps_on_both_sides_are_no_error);
    g_test_add_func("/checks/neighbours-of-one-call-are-no-strangers",
                    neighbours_of_one_call_are_no_strangers);
    g_test_add_func("/checks/neighbours-unchanged/fails-on-fill-long",
                    changed_neighbours_are_noticed);
    g_test_add_func("/checks/broken-queue-ends-the-run",
                    broken_queue_ends_the_run);
    g_test_add_func("/checks/ring/silent-ends-the-run",
                    silent_ring_ends_the_run);
    g_test_add_func("/checks/ring/once-for-each-call",
                    ring_is_made_once_for_each_call);
    return g_test_run();
}
