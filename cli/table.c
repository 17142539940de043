/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <string.h>

#include "cbx/abi.h"
#include "colour.h"
#include "grid.h"
#include "machine.h"

static const CbxColumn columns[] = {
    { .title = { "", "call" },                 .shorter = "call" },
    { .title = { "", "size" },                 .shorter = "size",
      .right = TRUE },
    { .title = { "limit", "asked" },           .shorter = "limit" },
    { .title = { "memory", "asked" },          .shorter = "memory" },
    { .title = { "logical", "address" },       .shorter = "logical" },
    { .title = { "guest-physical", "address" }, .shorter = "physical" },
    { .title = { "translated", "by" },         .shorter = "by" },
    { .title = { "checks", "passed" },         .shorter = "passed",
      .right = TRUE },
};

typedef struct Tally {
    guint passed;
    guint judged;  /* passed or failed; a skip is neither */
} Tally;

static void tally(Tally *t, const CbxResult *r)
{
    t->passed += r->outcome == CBX_OUTCOME_PASS;
    t->judged += r->outcome != CBX_OUTCOME_SKIP;
}

static char *format_tally(const Tally *t)
{
    return t->judged ? g_strdup_printf("%u/%u", t->passed, t->judged)
                     : g_strdup("-");
}

static char *format_address(guint64 address)
{
    return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
}

static char *format_size(guint64 bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB" };
    gsize u = 0;

    while (bytes > 0 && bytes % 1024 == 0 && u + 1 < G_N_ELEMENTS(units)) {
        bytes /= 1024;
        u++;
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT " %s", bytes, units[u]);
}

/* Most limits are the highest address of so many bits. */
static char *format_limit(guint64 max)
{
    int bits = g_bit_nth_msf((gulong)max, -1) + 1;

    if (max == G_MAXUINT64) {
        return g_strdup("none");
    }
    if ((max & (max + 1)) == 0) {
        return g_strdup_printf("%d-bit", bits);
    }
    return format_address(max);
}

static const char *translator(const CbxIommu *iommu, const CbxBuffer *b)
{
    if (b->facts & CBX_FACT_TRANSLATED) {
        return iommu->title;
    }
    if (b->facts & CBX_FACT_IDENTITY) {
        return "nothing";
    }
    return b->pages_ok < b->pages ? "no access" : "mixed";
}

/* ---- The grid ----------------------------------------------------------- */

/* @title stands in the first column, once for all rows of a call. */
static void add_buffer(CbxGrid *grid, const char *title,
                       const CbxIommu *iommu, const CbxReport *report,
                       const CbxBuffer *b)
{
    Tally t = { 0 };

    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);

        if (r->buffer == b) {
            tally(&t, r);
        }
    }
    cbx_grid_add(grid, g_strdup(title));
    cbx_grid_add(grid, format_size(b->length));
    cbx_grid_add(grid, format_limit(b->max));
    cbx_grid_add(grid, g_strdup(b->cache));
    cbx_grid_add(grid, format_address(b->logical));
    cbx_grid_add(grid, b->has_gpa ? format_address(b->gpa) : g_strdup("-"));
    cbx_grid_add(grid, g_strdup(translator(iommu, b)));
    cbx_grid_add(grid, format_tally(&t));
    if (t.passed < t.judged) {
        cbx_grid_mark(grid);
    }
}

static void add_sum(CbxGrid *grid, const char *title, const char *what,
                    const Tally *t)
{
    if (t->judged == 0) {
        return;
    }
    cbx_grid_add(grid, g_strdup(title));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(what));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, format_tally(t));
    if (t->passed < t->judged) {
        cbx_grid_mark(grid);
    }
}

/* Results about @api that belong to none of its buffers. */
static void tally_rest(Tally *t, const GPtrArray *results, const char *api)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (!r->buffer && strcmp(r->api, api) == 0) {
            tally(t, r);
        }
    }
}

static void add_call(CbxGrid *grid, const CbxOptions *options,
                     const CbxReport *report, const CbxJudgement *judgement,
                     const char *api)
{
    const char *title = api;
    Tally rest = { 0 };

    for (guint i = 0; i < report->buffers->len; i++) {
        const CbxBuffer *b = g_ptr_array_index(report->buffers, i);

        if (strcmp(b->api, api) == 0) {
            add_buffer(grid, title, options->iommu, report, b);
            title = "";
        }
    }
    tally_rest(&rest, report->results, api);
    tally_rest(&rest, judgement->findings, api);
    add_sum(grid, title, "the call", &rest);
}

static void put_grid(const CbxOptions *options, const CbxReport *report,
                     const CbxJudgement *judgement, const CbxStyle *style,
                     GString *out)
{
    g_autoptr(CbxGrid) grid = cbx_grid_new(columns, G_N_ELEMENTS(columns));
    Tally rest = { 0 };

    for (const CbxCall *c = cbx_calls; c->name; c++) {
        add_call(grid, options, report, judgement, c->name);
    }
    tally_rest(&rest, report->results, "");
    tally_rest(&rest, judgement->findings, "");
    add_sum(grid, "the run as a whole", "", &rest);
    if (grid->cells->len > 0) {
        g_string_append_c(out, '\n');
        cbx_grid_format(grid, style->width, style->colour, out);
    }
}

/* ---- Lists below it ----------------------------------------------------- */

/* Where @r was found, as in "AllocateCommonBuffer, 64 KiB, buffer at 0x1000" */
static void put_place(const CbxResult *r, GString *out)
{
    g_string_append_printf(out, "%s%s%s", *r->api ? r->api : r->driver,
                           *r->variant ? ", " : "", r->variant);
    if (r->buffer) {
        g_string_append_printf(out, ", buffer at 0x%" G_GINT64_MODIFIER "x",
                               r->buffer->logical);
    }
    g_string_append_c(out, '\n');
}

static void put_result(const CbxResult *r, guint times, const char *colour,
                       const CbxStyle *style, GString *out)
{
    g_string_append_printf(out, "\n%s%s%s", cbx_colour(style->colour, colour),
                           r->check,
                           cbx_colour(style->colour, CBX_COLOUR_OFF));
    if (times > 1) {
        g_string_append_printf(out, ", %u times; first of them", times);
    }
    g_string_append(out, "\n  at        ");
    put_place(r, out);
    g_string_append_printf(out, "  expected  %s\n  seen      %s\n"
                           "  source    %s\n", r->expected, r->seen,
                           r->source);
}

static GPtrArray *select_results(const CbxReport *report,
                                 const CbxJudgement *judgement,
                                 CbxOutcome outcome)
{
    const GPtrArray *lists[] = { report->results, judgement->findings };
    GPtrArray *selected = g_ptr_array_new();

    for (gsize l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (guint i = 0; i < lists[l]->len; i++) {
            CbxResult *r = g_ptr_array_index(lists[l], i);

            if (r->outcome == outcome) {
                g_ptr_array_add(selected, r);
            }
        }
    }
    return selected;
}

/* The same check with the same expectation: another case of one matter. */
static gboolean same_matter(const CbxResult *a, const CbxResult *b)
{
    return strcmp(a->check, b->check) == 0 &&
           strcmp(a->expected, b->expected) == 0;
}

/* How often the matter of @results[@at] occurs; 0 if it has come before. */
static guint count_matter(const GPtrArray *results, guint at)
{
    const CbxResult *r = g_ptr_array_index(results, at);
    guint times = 0;

    for (guint i = 0; i < results->len; i++) {
        if (same_matter(g_ptr_array_index(results, i), r)) {
            if (i < at) {
                return 0;
            }
            times++;
        }
    }
    return times;
}

/* Each matter once, unless all is wanted. */
static void put_results(const CbxReport *report, const CbxJudgement *judgement,
                        CbxOutcome outcome, const char *title,
                        const char *colour, const CbxStyle *style,
                        GString *out)
{
    g_autoptr(GPtrArray) results = select_results(report, judgement, outcome);
    gboolean left_out = FALSE;

    if (results->len > 0) {
        g_string_append_printf(out, "\n%s\n", title);
    }
    for (guint i = 0; i < results->len; i++) {
        guint times = style->verbose ? 1 : count_matter(results, i);

        if (times > 0) {
            put_result(g_ptr_array_index(results, i), times, colour, style,
                       out);
        }
        left_out |= times != 1;
    }
    if (left_out) {
        g_string_append(out, "\n--verbose shows each of them.\n");
    }
}

/* A reason is given once, with the number of checks that it concerns. */
static void put_skips(const CbxReport *report, GString *out)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash,
                                                         g_str_equal, g_free,
                                                         NULL);

    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);
        char *line = g_strdup_printf("%s: %s", r->check, r->seen);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, line));

        if (r->outcome != CBX_OUTCOME_SKIP) {
            g_free(line);
            continue;
        }
        if (n == 0) {
            g_ptr_array_add(order, line);
        }
        /* Keeps the key it has and frees the one it is given. */
        g_hash_table_insert(counts, line, GUINT_TO_POINTER(n + 1));
    }
    for (guint i = 0; i < order->len; i++) {
        const char *line = g_ptr_array_index(order, i);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, line));

        g_string_append_printf(out, "%s%5u  %s\n",
                               i == 0 ? "\nSkipped:\n" : "", n, line);
    }
}

static void put_texts(const CbxReport *report, const CbxStyle *style,
                      GString *out)
{
    gboolean titled = FALSE;

    for (guint i = 0; i < report->texts->len; i++) {
        const CbxText *t = g_ptr_array_index(report->texts, i);

        if (!style->verbose && strcmp(t->level, "error") != 0) {
            continue;
        }
        g_string_append_printf(out, "%s  %s: %s\n",
                               titled ? "" : "\nFrom the guest:\n", t->level,
                               t->text);
        titled = TRUE;
    }
}

static void put_last_words(const char *const *words, GString *out)
{
    if (!words || !*words) {
        return;
    }
    g_string_append(out, "\nLast words of the guest:\n");
    for (; *words; words++) {
        g_string_append_printf(out, "  | %s\n", *words);
    }
}

static void put_verdict(const CbxReport *report, const CbxJudgement *judgement,
                        double seconds, const CbxStyle *style, GString *out)
{
    gboolean good = judgement->verdict == CBX_VERDICT_PASS;

    g_string_append_printf(out, "\n%s%s%s  ",
                           cbx_colour(style->colour, good ? CBX_COLOUR_GOOD
                                                          : CBX_COLOUR_BAD),
                           good ? "PASS" : "FAIL",
                           cbx_colour(style->colour, CBX_COLOUR_OFF));
    if (good) {
        g_string_append_printf(out, "%u checks passed", judgement->passed);
    } else {
        g_string_append(out, judgement->reason);
    }
    if (judgement->skipped > 0) {
        g_string_append_printf(out, ", %u skipped", judgement->skipped);
    }
    if (report->buffers->len > 0) {
        g_string_append_printf(out, ", %u buffer%s", report->buffers->len,
                               report->buffers->len == 1 ? "" : "s");
    }
    if (seconds > 0) {
        g_string_append_printf(out, ", %.1f s", seconds);
    }
    g_string_append_c(out, '\n');
}

char *cbx_table_format(const CbxOptions *options, const CbxReport *report,
                       const CbxJudgement *judgement, double seconds,
                       const char *const *last_words, const CbxStyle *style)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s, %s guest, %s", options->arch->name,
                           CBX_GUEST, options->iommu->title);
    if (report->has_device) {
        g_string_append_printf(out, ", %" G_GUINT64_FORMAT
                               "-bit device, seed %s", report->addr_bits,
                               report->seed);
    }
    g_string_append_c(out, '\n');
    put_grid(options, report, judgement, style, out);
    if (style->verbose) {
        put_results(report, judgement, CBX_OUTCOME_PASS, "Passed:",
                    CBX_COLOUR_GOOD, style, out);
    }
    put_skips(report, out);
    put_texts(report, style, out);
    put_results(report, judgement, CBX_OUTCOME_FAIL, "Failed:",
                CBX_COLOUR_BAD, style, out);
    put_last_words(last_words, out);
    put_verdict(report, judgement, seconds, style, out);
    return g_string_free(out, FALSE);
}
