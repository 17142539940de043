/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "coherence.h"

#include <string.h>

#include "verdict.h"

#define CHECK "coherence"

/* Of each kind of finding, what should be, and what a driver calls for it. */
static const struct {
    const char *finding;
    const char *expected;
    const char *remedy;
    gboolean flushes;       /* that is a flush, or else another memory type */
} kinds[] = {
    { "stale-read", "what the CPU stored is cleaned before the device reads it",
      "before the transfer KeFlushIoBuffers or FlushDmaBuffer with "
      "ReadOperation FALSE", TRUE },
    { "dirty-write", "no stores of the CPU wait in lines that the device "
      "writes",
      "before the transfer KeFlushIoBuffers or FlushDmaBuffer", TRUE },
    { "stale-use", "what the device wrote is invalidated before the CPU reads "
      "it", "after the transfer KeFlushIoBuffers or FlushDmaBuffer with "
      "ReadOperation TRUE", TRUE },
    { "overwritten", "no line is written back over what the device wrote",
      "nothing else in the lines that the device writes, and KeFlushIoBuffers "
      "or FlushDmaBuffer around the transfer", TRUE },
    { "discarded", "no store of the CPU is thrown away by an invalidate",
      "clean before the lines are invalidated", FALSE },
    { "unclean", "no line of memory that is not cached waits in the caches",
      "clean the pages before they are mapped as memory that is not cached; of "
      "common buffers this is the system's to do", FALSE },
    { "mixed", "all mappings of a page have one memory type",
      "one cache type for all mappings; clean the page before it gets "
      "another", FALSE },
};

/* For Windows all DMA snoops there, so its calls flush nothing. */
#define REMEDY_X64 "memory that is not cached, or transfers that do not set " \
                   "No-Snoop; on x64 KeFlushIoBuffers does nothing"

/* Of a kind that a later device finds. */
#define EXPECTED_ELSE "what the CPU and the device see is the same"

gboolean cbx_is_cacheable(const char *type)
{
    return g_strcmp0(type, "WB") == 0 || g_strcmp0(type, "Normal-WB") == 0;
}

static CbxResult *add(GPtrArray *findings, const CbxPort *port,
                      const char *api, CbxOutcome outcome,
                      const char *expected, const char *seen)
{
    CbxResult *r = cbx_result_new(CBX_JUDGE, api, "", CHECK, outcome, expected,
                                  seen, "project's own");

    r->port = port;
    g_ptr_array_add(findings, r);
    return r;
}

/* "stale-read of 64 bytes at 0x1000 in ...; clean ... is missing; ..." */
static char *describe(const CbxLines *l, const CbxBuffer *b)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s of %" G_GUINT64_FORMAT " bytes at 0x%"
                           G_GINT64_MODIFIER "x, ", l->finding, l->length,
                           l->gpa);
    if (b) {
        g_string_append_printf(text, "in buffer %" G_GUINT64_FORMAT
                               " at logical 0x%" G_GINT64_MODIFIER "x, %"
                               G_GUINT64_FORMAT " byte%s, %s", b->id,
                               b->logical, b->length,
                               b->length == 1 ? "" : "s",
                               b->memory_type ? b->memory_type : "unknown");
    } else {
        g_string_append(text, "in no declared buffer");
    }
    g_string_append_printf(text, "; missing: %s; last maintenance: %s",
                           l->missing, l->last);
    if (l->cpu >= 0) {
        g_string_append_printf(text, " by processor %" G_GINT64_FORMAT,
                               l->cpu);
    }
    if (l->pc) {
        g_string_append_printf(text, " at pc 0x%" G_GINT64_MODIFIER "x",
                               l->pc);
    }
    g_string_append_printf(text, "; in all %" G_GUINT64_FORMAT " bytes",
                           l->bytes);
    return g_string_free(text, FALSE);
}

/* Free with g_free(). */
static char *remedy_for(const CbxOptions *options, gsize kind)
{
    if (!kinds[kind].flushes) {
        return g_strdup(kinds[kind].remedy);
    }
    return options->arch->noncoherent
           ? g_strconcat(kinds[kind].remedy,
                         "; or memory that is not cached", NULL)
           : g_strdup(REMEDY_X64);
}

static void find(GPtrArray *findings, const CbxOptions *options,
                 const CbxPort *port, CbxBuffer *b, const CbxLines *l)
{
    g_autofree char *seen = describe(l, b);
    CbxResult *r = add(findings, port, b ? b->api : "", CBX_OUTCOME_FAIL,
                       EXPECTED_ELSE, seen);

    r->buffer = b;
    if (b) {
        g_free(r->variant);
        r->variant = g_strdup(cbx_buffer_variant(b));
    }
    for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
        if (strcmp(kinds[k].finding, l->finding) == 0) {
            g_free(r->expected);
            r->expected = g_strdup(kinds[k].expected);
            r->remedy = remedy_for(options, k);
        }
    }
}

static void find_all(GPtrArray *findings, const CbxOptions *options,
                     const CbxPort *port, CbxBuffer *b,
                     const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        find(findings, options, port, b, g_ptr_array_index(lines, i));
    }
}

/* All buffers of @api, which is "" for those that name no call. */
static void check_call(GPtrArray *findings, const CbxOptions *options,
                       const CbxPort *port, const char *api,
                       gboolean modelled)
{
    const GPtrArray *buffers = port->report->buffers;
    guint before = findings->len;
    guint all = 0;
    guint cacheable = 0;
    g_autofree char *seen = NULL;

    for (guint i = 0; i < buffers->len; i++) {
        CbxBuffer *b = g_ptr_array_index(buffers, i);

        if (b->port == port && strcmp(b->api, api) == 0) {
            find_all(findings, options, port, b, b->lines);
            cacheable += cbx_is_cacheable(b->memory_type);
            all++;
        }
    }
    if (!modelled || all == 0 || findings->len > before) {
        return;
    }
    seen = g_strdup_printf("%u buffers, %u of them cached", all, cacheable);
    add(findings, port, api, CBX_OUTCOME_PASS,
        "no line is stale for who reads it, and nothing is lost", seen);
}

/* A model that is not there finds nothing. */
static void check_model(GPtrArray *findings, const CbxOptions *options,
                        const CbxPort *port, const char *model)
{
    const char *asked = cbx_options_coherence(options);
    g_autofree char *expected =
        g_strdup_printf("the device's model of the caches is %s", asked);

    if (strcmp(asked, "off") != 0 && strcmp(asked, model) != 0) {
        CbxResult *r = add(findings, port, "", CBX_OUTCOME_FAIL, expected,
                           model);

        r->remedy = g_strdup("a QEMU of this build ('make qemu')");
    }
}

void cbx_coherence(GPtrArray *findings, const CbxOptions *options,
                   const CbxReport *report)
{
    for (guint i = 0; i < report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(report, i);
        const char *model = port->coherence ? port->coherence : "off";
        gboolean modelled = strcmp(model, "off") != 0;

        check_model(findings, options, port, model);
        find_all(findings, options, port, NULL, port->stray);
        check_call(findings, options, port, "", modelled);
        for (const CbxCall *c = cbx_calls; c->name; c++) {
            check_call(findings, options, port, c->name, modelled);
        }
    }
}
