/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages are tracked, and what caches do unasked. */
#include "test-coherence.h"

/* ---- Tracking ---------------------------------------------------------- */

static void test_track(void)
{
    Bed *bed = bed_new(0, 0, BED_PAGES, false);
    CbxLineSurvey survey;

    /* Before: counts as clean. */
    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_maintain(bed, LINE(1), CBX_MAINTENANCE_CLEAN);
    bed_dma_write(bed, LINE(2), 1, true);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, 0);
    g_assert_cmphex(bed_dma_read(bed, LINE(1), false), ==, CPU);
    g_assert_cmphex(bed_dma_read(bed, LINE(2), false), ==, DEV);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, 1);
    /* From then on. */
    bed_cpu_store(bed, LINE(1), OLD, 1);
    bed_dma_write(bed, LINE(3), 128, false);
    survey = cbx_lines_survey(bed->lines, LINE(0), 2 * CBX_LINE_PAGE);
    g_assert_cmpuint(survey.tracked, ==, CBX_LINE_PAGE / CBX_LINE_SIZE);
    g_assert_cmpuint(survey.stale_for_device, ==, 1);
    g_assert_cmpuint(survey.stale_for_cpu, ==, 2);
    bed_assert_no_record(bed);
    bed_free(bed);
}

static void test_untrack(void)
{
    Bed *bed = bed_plain();

    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_dma_write(bed, LINE(2), 1, false);
    bed_dma_write(bed, LINE(64), 1, false);
    cbx_lines_untrack(bed->lines, LINE(2), 1);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, BED_PAGES - 1);
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(2), DEV, DEV);
    bed_assert_byte(bed, LINE(64), OLD, DEV);
    cbx_lines_untrack(bed->lines, LINE(1), 2 * CBX_LINE_PAGE);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, 1);
    bed_assert_byte(bed, LINE(64), DEV, DEV);
    bed_dma_write(bed, LINE(255), 1, false);
    bed_assert_byte(bed, LINE(255), OLD, DEV);
    cbx_lines_untrack_all(bed->lines);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, 0);
    bed_assert_byte(bed, LINE(255), DEV, DEV);
    bed_free(bed);
}

/* A page that has to leave does so with its lines evicted. */
static void test_table_full(void)
{
    Bed *bed = bed_new(0, 0, 3, false);

    bed_dma_write(bed, LINE(0), 1, false);
    bed_dma_write(bed, LINE(64), 1, false);
    bed_dma_write(bed, LINE(128), 1, false);
    bed_assert_byte(bed, LINE(0), OLD, DEV);
    bed_dma_write(bed, LINE(192), 1, false);
    g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, 3);
    g_assert_cmpuint(cbx_lines_counts(bed->lines)->evicted_pages, ==, 1);
    bed_assert_byte(bed, LINE(0), DEV, DEV);
    bed_free(bed);
}

/* What was used lately stays. */
static void test_table_use(void)
{
    for (unsigned used = 1; used < 3; used++) {
        Bed *bed = bed_new(0, 0, 3, false);

        for (unsigned page = 0; page < BED_PAGES; page++) {
            bed_dma_write(bed, LINE(64 * page), 1, false);
        }
        bed_dma_read(bed, LINE(64 * used), false);
        bed_dma_read(bed, LINE(0), false);
        g_assert_cmpuint(cbx_lines_counts(bed->lines)->evicted_pages, ==, 2);
        bed_assert_byte(bed, LINE(64 * used), OLD, DEV);
        bed_assert_byte(bed, LINE(64 * (3 - used)), DEV, DEV);
        bed_free(bed);
    }
}

/* A transfer of more pages than the table holds, which is at least one. */
static void test_table_small(void)
{
    for (unsigned pages = 0; pages < 3; pages++) {
        Bed *bed = bed_new(0, 0, pages, false);

        bed_dma_write(bed, LINE(0), BED_SIZE, false);
        bed_assert_byte(bed, LINE(0), DEV, DEV);
        bed_assert_byte(bed, LINE(255), OLD, DEV);
        g_assert_cmpuint(cbx_lines_pages(bed->lines), ==, MAX(pages, 1));
        bed_free(bed);
    }
}

/* Another thread, which asks all the time about a page that stays. */
typedef struct Asker {
    const CbxLines *lines;
    gint enough;
    uint64_t missed;
} Asker;

static gpointer ask(gpointer opaque)
{
    Asker *asker = opaque;

    do {
        asker->missed += !cbx_lines_concern(asker->lines, LINE(0) + 77);
    } while (!g_atomic_int_get(&asker->enough));
    return NULL;
}

static void test_concern_thread(void)
{
    Bed *bed = bed_new(0, 0, 3, false);
    Asker asker = { .lines = bed->lines };
    GThread *thread;

    cbx_lines_track(bed->lines, LINE(0), 1);
    thread = g_thread_new("ask", ask, &asker);
    for (unsigned i = 0; i < 20000; i++) {
        bed_dma_write(bed, LINE(64) + BED_MIRROR * (i & 1), 1, false);
        cbx_lines_untrack(bed->lines, LINE(64), 1);
        bed_dma_write(bed, LINE(0) + BED_MIRROR, 1, false);
        cbx_lines_untrack(bed->lines, LINE(0) + BED_MIRROR, 1);
        bed_dma_read(bed, LINE(0), false);
    }
    g_atomic_int_set(&asker.enough, 1);
    g_thread_join(thread);
    g_assert_cmpuint(asker.missed, ==, 0);
    bed_free(bed);
}

static void test_concern(void)
{
    Bed *bed = bed_new(0, 0, 3, false);
    unsigned tracked = 0;

    g_assert_false(cbx_lines_concern(bed->lines, LINE(0)));
    cbx_lines_track(bed->lines, LINE(0), 1);
    g_assert_true(cbx_lines_concern(bed->lines, LINE(63)));
    g_assert_false(cbx_lines_concern(bed->lines, LINE(64)));
    /* It may say so where it is not true, but not for ever. */
    g_assert_true(cbx_lines_concern(bed->lines, LINE(0) + BED_MIRROR));
    cbx_lines_track(bed->lines, LINE(0) + BED_MIRROR, 1);
    cbx_lines_untrack(bed->lines, LINE(0), 1);
    g_assert_true(cbx_lines_concern(bed->lines, LINE(0) + BED_MIRROR));
    cbx_lines_untrack(bed->lines, LINE(0) + BED_MIRROR, 1);
    g_assert_false(cbx_lines_concern(bed->lines, LINE(0) + BED_MIRROR));
    /* A page that had to leave is none any more. */
    bed_dma_write(bed, BED_BASE, BED_SIZE, false);
    for (unsigned page = 0; page < BED_PAGES; page++) {
        tracked += cbx_lines_concern(bed->lines, LINE(64 * page));
    }
    g_assert_cmpuint(tracked, ==, 3);
    bed_free(bed);
}

/* ---- Policies ---------------------------------------------------------- */

/* What happened unasked, in a form that can be compared. */
static char *policy_trace(unsigned policy, uint64_t seed)
{
    Bed *bed = bed_new(policy, seed, BED_PAGES, false);
    const CbxLineCounts *counts = cbx_lines_counts(bed->lines);
    GString *trace = g_string_new(NULL);

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    for (unsigned i = 0; i < 64; i++) {
        bed_cpu_store(bed, LINE(i), CPU + i, 1);
        bed_dma_write(bed, LINE(128 + i), 1, false);
        bed_dma_read(bed, LINE(i), false);
        g_string_append_printf(trace, "%" G_GUINT64_FORMAT "/%"
                               G_GUINT64_FORMAT " ",
                               counts->early_write_backs,
                               counts->early_refills);
    }
    bed_free(bed);
    return g_string_free(trace, false);
}

static void test_policy_seed(void)
{
    static const unsigned policies[] = {
        CBX_POLICY_EARLY_WRITE_BACK, CBX_POLICY_EARLY_REFILL,
    };
    g_autofree char *late = policy_trace(0, 1);

    for (unsigned i = 0; i < G_N_ELEMENTS(policies); i++) {
        g_autofree char *first = policy_trace(policies[i], 1);
        g_autofree char *again = policy_trace(policies[i], 1);
        g_autofree char *other = policy_trace(policies[i], 2);

        g_assert_cmpstr(first, ==, again);
        g_assert_cmpstr(first, !=, other);
        g_assert_cmpstr(first, !=, late);
    }
}

/* Sooner or later a line that was not cleaned goes over what DMA wrote. */
static void test_early_write_back(void)
{
    Bed *bed = bed_new(CBX_POLICY_EARLY_WRITE_BACK, 3, BED_PAGES, false);
    unsigned times = 0;

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    bed_cpu_store(bed, LINE(1), CPU, 1);
    bed_dma_write(bed, LINE(1) + 8, 1, false);
    while (!bed_findings(bed, CBX_FINDING_OVERWRITTEN)) {
        g_assert_cmpuint(++times, <, 10000);
        bed_dma_read(bed, LINE(2), false);
    }
    bed_assert_byte(bed, LINE(1), CPU, CPU);
    bed_assert_byte(bed, LINE(1) + 8, OLD, OLD);
    bed_free(bed);
}

/* Lines near the DMA more often than others, and others too. */
static void test_early_write_back_where(void)
{
    Bed *bed = bed_new(CBX_POLICY_EARLY_WRITE_BACK, 3, BED_PAGES, false);
    unsigned page = CBX_LINE_PAGE / CBX_LINE_SIZE;
    uint64_t near, elsewhere;

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    bed_cpu_store(bed, LINE(0), CPU, BED_SIZE);
    for (unsigned i = 0; i < page; i++) {
        bed_dma_read(bed, LINE(page), false);
    }
    near = page - cbx_lines_survey(bed->lines, LINE(page), CBX_LINE_PAGE)
                  .stale_for_device;
    elsewhere = page - cbx_lines_survey(bed->lines, LINE(0), CBX_LINE_PAGE)
                       .stale_for_device;
    g_assert_cmpuint(near, >, 2 * elsewhere);
    g_assert_cmpuint(elsewhere, >, 0);
    bed_free(bed);
}

/* Some lines show what DMA wrote without an invalidate, others do not. */
static void test_early_refill(void)
{
    Bed *bed = bed_new(CBX_POLICY_EARLY_REFILL, 3, BED_PAGES, false);
    unsigned fresh = 0;

    cbx_lines_track(bed->lines, BED_BASE, BED_SIZE);
    bed_dma_write(bed, LINE(0), BED_SIZE, false);
    for (unsigned i = 0; i < BED_SIZE / CBX_LINE_SIZE; i++) {
        fresh += bed->ram[i * CBX_LINE_SIZE] == DEV;
    }
    g_assert_cmpuint(fresh, ==, cbx_lines_counts(bed->lines)->early_refills);
    g_assert_cmpuint(fresh, >, 32);
    g_assert_cmpuint(fresh, <, 128);
    bed_free(bed);
}

void coherence_page_tests(void)
{
    static const struct {
        const char *path;
        void (*run)(void);
    } tests[] = {
        { "tracking/track", test_track },
        { "tracking/untrack", test_untrack },
        { "tracking/table-full", test_table_full },
        { "tracking/table-use", test_table_use },
        { "tracking/table-small", test_table_small },
        { "tracking/concern", test_concern },
        { "tracking/concern-thread", test_concern_thread },
        { "policy/seed", test_policy_seed },
        { "policy/early-write-back", test_early_write_back },
        { "policy/early-write-back-where", test_early_write_back_where },
        { "policy/early-refill", test_early_refill },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/coherence/", tests[i].path, NULL);

        g_test_add_func(path, tests[i].run);
    }
}
