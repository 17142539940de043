/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <string.h>

#include "cbx/abi.h"
#include "colour.h"
#include "grid.h"
#include "machine.h"
#include "matter.h"
#include "plain.h"

static const CbxColumn columns[] = {
    { .title = { "", "call" },                 .shorter = "call" },
    { .title = { "", "size" },                 .shorter = "size",
      .right = TRUE },
    { .title = { "limit", "asked" },           .shorter = "limit" },
    { .title = { "memory", "asked" },          .shorter = "memory" },
    { .title = { "memory", "type" },           .shorter = "type" },
    { .title = { "logical", "address" },       .shorter = "logical" },
    { .title = { "guest-physical", "address" }, .shorter = "physical" },
    { .title = { "translated", "by" },         .shorter = "by",
      .spare = TRUE },
    { .title = { "checks", "passed" },         .shorter = "passed",
      .right = TRUE },
};

static const CbxColumn sums[] = {
    { .title = { "", "call" },    .shorter = "call" },
    { .title = { "", "buffers" }, .shorter = "buffers", .right = TRUE },
    { .title = { "", "passed" },  .shorter = "passed",  .right = TRUE },
    { .title = { "", "failed" },  .shorter = "failed",  .right = TRUE },
    { .title = { "", "skipped" }, .shorter = "skipped", .right = TRUE },
};

/* Rows of what is about no call. */
#define RUN_AS_A_WHOLE    "the run as a whole"
#define DRIVER_AS_A_WHOLE "  the driver as a whole"

typedef struct Tally {
    guint passed;
    guint judged;  /* passed or failed; a skip is neither */
    guint skipped;
} Tally;

static void tally(Tally *t, const CbxResult *r)
{
    t->passed += r->outcome == CBX_OUTCOME_PASS;
    t->judged += r->outcome != CBX_OUTCOME_SKIP;
    t->skipped += r->outcome == CBX_OUTCOME_SKIP;
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

static void tally_buffer(Tally *t, const GPtrArray *results,
                         const CbxBuffer *b)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (r->buffer == b) {
            tally(t, r);
        }
    }
}

/* @title stands in the first column, once for all rows of a call. */
static void add_buffer(CbxGrid *grid, const char *title,
                       const CbxIommu *iommu, const CbxJudgement *judgement,
                       const CbxBuffer *b)
{
    Tally t = { 0 };

    tally_buffer(&t, b->port->report->results, b);
    tally_buffer(&t, judgement->findings, b);
    cbx_grid_add(grid, g_strdup(title));
    cbx_grid_add(grid, format_size(b->length));
    cbx_grid_add(grid, format_limit(b->max));
    cbx_grid_add(grid, g_strdup(b->cache));
    cbx_grid_add(grid, g_strdup(b->memory_type ? b->memory_type : "-"));
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
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(what));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, g_strdup(""));
    cbx_grid_add(grid, format_tally(t));
    if (t->passed < t->judged) {
        cbx_grid_mark(grid);
    }
}

/* Rows of one driver stand below its name, unless it is the only one. */
static void add_heading(CbxGrid *grid, const CbxPort *port)
{
    if (port->report->ports->len > 1) {
        cbx_grid_add(grid, g_strdup(port->driver));
        for (guint i = 1; i < grid->width; i++) {
            cbx_grid_add(grid, g_strdup(""));
        }
    }
}

static char *indent(const CbxPort *port, const char *title)
{
    return g_strconcat(port->report->ports->len > 1 && *title ? "  " : "",
                       title, NULL);
}

/* Is @r about @port? Where there is only one, all are. */
static gboolean is_at(const CbxResult *r, const CbxPort *port)
{
    return r->port == port ||
           (port && !r->port && port->report->ports->len == 1);
}

/* Results about @api at @port that belong to none of its buffers. */
static void tally_rest(Tally *t, const GPtrArray *results,
                       const CbxPort *port, const char *api)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (!r->buffer && is_at(r, port) && strcmp(r->api, api) == 0) {
            tally(t, r);
        }
    }
}

static void add_call(CbxGrid *grid, const CbxOptions *options,
                     const CbxPort *port, const CbxJudgement *judgement,
                     const char *api)
{
    const CbxReport *report = port->report;
    g_autofree char *title = indent(port, api);
    Tally rest = { 0 };

    for (guint i = 0; i < report->buffers->len; i++) {
        const CbxBuffer *b = g_ptr_array_index(report->buffers, i);

        if (b->port == port && strcmp(b->api, api) == 0) {
            add_buffer(grid, title, options->iommu, judgement, b);
            *title = '\0';
        }
    }
    tally_rest(&rest, report->results, port, api);
    tally_rest(&rest, judgement->findings, port, api);
    add_sum(grid, title, "the call", &rest);
}

/* What is about no call, of a driver or of the run. */
static void add_rest(CbxGrid *grid, const CbxReport *report,
                     const CbxPort *port, const CbxJudgement *judgement,
                     const char *title)
{
    Tally rest = { 0 };

    tally_rest(&rest, report->results, port, "");
    tally_rest(&rest, judgement->findings, port, "");
    add_sum(grid, title, "", &rest);
}

static void put_grid(const CbxOptions *options, const CbxReport *report,
                     const CbxJudgement *judgement, const CbxStyle *style,
                     GString *out)
{
    g_autoptr(CbxGrid) grid = cbx_grid_new(columns, G_N_ELEMENTS(columns));
    gboolean several = report->ports->len > 1;

    for (guint i = 0; i < report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(report, i);

        add_heading(grid, port);
        for (const CbxCall *c = cbx_calls; c->name; c++) {
            add_call(grid, options, port, judgement, c->name);
        }
        add_rest(grid, report, port, judgement,
                 several ? DRIVER_AS_A_WHOLE : RUN_AS_A_WHOLE);
    }
    if (several) {
        add_rest(grid, report, NULL, judgement, RUN_AS_A_WHOLE);
    }
    if (grid->cells->len > 0) {
        g_string_append_c(out, '\n');
        cbx_grid_format(grid, style->width, style->colour, out);
    }
}

/* ---- The summary -------------------------------------------------------- */

static void tally_call(Tally *t, const GPtrArray *results,
                       const CbxPort *port, const char *api)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (is_at(r, port) && strcmp(r->api, api) == 0) {
            tally(t, r);
        }
    }
}

static guint count_buffers(const CbxReport *report, const CbxPort *port,
                           const char *api)
{
    guint n = 0;

    for (guint i = 0; i < report->buffers->len; i++) {
        const CbxBuffer *b = g_ptr_array_index(report->buffers, i);

        n += b->port == port && strcmp(b->api, api) == 0;
    }
    return n;
}

static void add_number(CbxGrid *grid, guint n)
{
    cbx_grid_add(grid, n > 0 ? g_strdup_printf("%u", n) : g_strdup("-"));
}

static void add_call_sum(CbxGrid *grid, const CbxReport *report,
                         const CbxPort *port, const CbxJudgement *judgement,
                         const char *api, const char *title)
{
    Tally t = { 0 };

    tally_call(&t, report->results, port, api);
    tally_call(&t, judgement->findings, port, api);
    if (t.judged == 0 && t.skipped == 0) {
        return;
    }
    cbx_grid_add(grid, g_strdup(title));
    add_number(grid, count_buffers(report, port, api));
    add_number(grid, t.passed);
    add_number(grid, t.judged - t.passed);
    add_number(grid, t.skipped);
    if (t.passed < t.judged) {
        cbx_grid_mark(grid);
    }
}

static void put_sums(const CbxReport *report, const CbxJudgement *judgement,
                     const CbxStyle *style, GString *out)
{
    g_autoptr(CbxGrid) grid = cbx_grid_new(sums, G_N_ELEMENTS(sums));
    gboolean several = report->ports->len > 1;

    for (guint i = 0; i < report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(report, i);

        add_heading(grid, port);
        for (const CbxCall *c = cbx_calls; c->name; c++) {
            g_autofree char *title = indent(port, c->name);

            add_call_sum(grid, report, port, judgement, c->name, title);
        }
        add_call_sum(grid, report, port, judgement, "",
                     several ? DRIVER_AS_A_WHOLE : RUN_AS_A_WHOLE);
    }
    if (several) {
        add_call_sum(grid, report, NULL, judgement, "", RUN_AS_A_WHOLE);
    }
    if (grid->cells->len > 0) {
        g_string_append_c(out, '\n');
        cbx_grid_format(grid, style->width, style->colour, out);
    }
}

/* ---- Lists between them ------------------------------------------------- */

/* Places that are named of a matter with many. */
#define PLACES_SHOWN 3

static const char *place_name(const CbxResult *r)
{
    return *r->api ? r->api : r->driver;
}

/* Where @r was found, as in "AllocateCommonBuffer, 64 KiB, buffer at 0x1000" */
static void put_place(const CbxResult *r, GString *out)
{
    g_autofree char *name = cbx_plain(place_name(r));
    g_autofree char *variant = cbx_plain(r->variant);

    g_string_append_printf(out, "%s%s%s", name, *variant ? ", " : "",
                           variant);
    if (cbx_result_port(r) && strcmp(r->driver, r->port->driver) != 0) {
        g_string_append_printf(out, ", of %s", r->port->driver);
    } else if (cbx_result_port(r)) {
        g_string_append_printf(out, ", by %s", r->driver);
    }
    if (r->buffer) {
        g_string_append_printf(out, ", buffer at 0x%" G_GINT64_MODIFIER "x",
                               r->buffer->logical);
    }
    g_string_append_c(out, '\n');
}

/* How many of @matter from @from on are about @name. */
static guint count_places(const GPtrArray *matter, guint from,
                          const char *name)
{
    guint n = 0;

    for (guint i = from; i < matter->len; i++) {
        n += strcmp(place_name(g_ptr_array_index(matter, i)), name) == 0;
    }
    return n;
}

/* "and 37 more: 30 AllocateCommonBuffer, 7 AllocateCommonBufferEx" */
static void put_more_places(const GPtrArray *matter, guint from, GString *out)
{
    const char *separator = ": ";

    g_string_append_printf(out, "            and %u more",
                           matter->len - from);
    for (guint i = from; i < matter->len; i++) {
        const char *place = place_name(g_ptr_array_index(matter, i));
        g_autofree char *name = cbx_plain(place);
        guint all = count_places(matter, from, place);

        /* Told with the first of them. */
        if (count_places(matter, i, place) == all) {
            g_string_append_printf(out, "%s%u %s", separator, all, name);
            separator = ", ";
        }
    }
    g_string_append_c(out, '\n');
}

static void put_matter(const GPtrArray *matter, const char *colour,
                       const CbxStyle *style, GString *out)
{
    const CbxResult *first = g_ptr_array_index(matter, 0);
    g_autofree char *check = cbx_plain(first->check);
    g_autofree char *expected = cbx_plain(first->expected);
    g_autofree char *seen = cbx_plain(first->seen);
    g_autofree char *source = cbx_plain(first->source);
    guint shown = MIN(matter->len, PLACES_SHOWN);

    g_string_append_printf(out, "\n%s%s%s", cbx_colour(style->colour, colour),
                           check,
                           cbx_colour(style->colour, CBX_COLOUR_OFF));
    if (matter->len > 1) {
        g_string_append_printf(out, ", %u times", matter->len);
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < shown; i++) {
        g_string_append(out, i == 0 ? "  at        " : "            ");
        put_place(g_ptr_array_index(matter, i), out);
    }
    if (matter->len > shown) {
        put_more_places(matter, shown, out);
    }
    g_string_append_printf(out, "  expected  %s\n  seen      %s%s\n"
                           "  source    %s\n", expected, seen,
                           matter->len > 1 ? " (the first)" : "", source);
    if (first->remedy) {
        g_string_append_printf(out, "  remedy    %s\n", first->remedy);
    }
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

/* Each matter once, or each result when all is wanted. */
static void put_results(const CbxReport *report, const CbxJudgement *judgement,
                        CbxOutcome outcome, const char *title,
                        const char *colour, const CbxStyle *style,
                        GString *out)
{
    g_autoptr(GPtrArray) results = select_results(report, judgement, outcome);
    g_autoptr(GPtrArray) matters = cbx_matters(results);

    if (results->len > 0) {
        g_string_append_printf(out, "\n%s\n", title);
    }
    for (guint i = 0; !style->verbose && i < matters->len; i++) {
        put_matter(g_ptr_array_index(matters, i), colour, style, out);
    }
    for (guint i = 0; style->verbose && i < results->len; i++) {
        g_autoptr(GPtrArray) alone = g_ptr_array_new();

        g_ptr_array_add(alone, g_ptr_array_index(results, i));
        put_matter(alone, colour, style, out);
    }
    if (!style->verbose && matters->len < results->len) {
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
        const char *key = g_ptr_array_index(order, i);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));
        g_autofree char *line = cbx_plain(key);

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
        g_autofree char *line = g_strdup_printf("%s: %s", t->level, t->text);
        g_autofree char *plain = cbx_plain(line);

        if (!style->verbose && strcmp(t->level, "error") != 0) {
            continue;
        }
        g_string_append_printf(out, "%s  %s\n",
                               titled ? "" : "\nFrom the guest:\n", plain);
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

/* "aarch64, stand-in guest, SMMUv3, CCA 0" */
static void put_machine(const CbxOptions *options, GString *out)
{
    const char *model = cbx_options_coherence(options);

    g_string_append_printf(out, "%s, %s guest, %s, CCA %d",
                           options->arch->name, CBX_GUEST,
                           options->iommu->title, !options->noncoherent);
    if (strcmp(options->coherence, "auto") != 0) {
        g_string_append_printf(out, ", coherence %s", model);
    }
}

char *cbx_table_format(const CbxSummary *s, const CbxStyle *style)
{
    const CbxReport *report = s->report;
    const CbxPort *device = cbx_report_device(report);
    GString *out = g_string_new(NULL);
    g_autofree char *line = cbx_summary_line(s, style->colour);

    put_machine(s->options, out);
    if (device) {
        g_string_append_printf(out, ", %" G_GUINT64_FORMAT
                               "-bit device, seed %s", device->addr_bits,
                               device->seed);
    }
    g_string_append_c(out, '\n');
    put_grid(s->options, report, s->judgement, style, out);
    if (style->verbose) {
        put_results(report, s->judgement, CBX_OUTCOME_PASS, "Passed:",
                    CBX_COLOUR_GOOD, style, out);
    }
    put_skips(report, out);
    put_texts(report, style, out);
    put_results(report, s->judgement, CBX_OUTCOME_FAIL, "Failed:",
                CBX_COLOUR_BAD, style, out);
    put_last_words(s->last_words, out);
    if (s->options->timing) {
        g_autofree char *timing = cbx_timing_format(s->timing);

        g_string_append_printf(out, "\n%s", timing);
    }
    put_sums(report, s->judgement, style, out);
    g_string_append_printf(out, "\n%s\n", line);
    return g_string_free(out, FALSE);
}
