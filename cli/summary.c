/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary.h"

#include "colour.h"
#include "plain.h"

static void put_selection(const CbxOptions *options, GString *out)
{
    for (guint i = 0; i < options->checks->len; i++) {
        const CbxCheck *c = g_ptr_array_index(options->checks, i);

        g_string_append_printf(out, "%s%s", i == 0 ? ", judged only: " : ", ",
                               c->name);
    }
}

char *cbx_summary_line(const CbxSummary *s, gboolean colour)
{
    const CbxJudgement *j = s->judgement;
    gboolean good = j->verdict == CBX_VERDICT_PASS;
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s%s%s  ",
                           cbx_colour(colour, good ? CBX_COLOUR_GOOD
                                                   : CBX_COLOUR_BAD),
                           good ? "PASS" : "FAIL",
                           cbx_colour(colour, CBX_COLOUR_OFF));
    if (s->options->repeat > 1) {
        g_string_append_printf(out, "run %u of %u: ", s->run,
                               s->options->repeat);
    }
    if (good) {
        g_string_append_printf(out, "%u checks passed", j->passed);
    } else {
        g_autofree char *reason = cbx_plain(j->reason);

        g_string_append(out, reason);
    }
    if (j->skipped > 0) {
        g_string_append_printf(out, ", %u skipped", j->skipped);
    }
    if (s->report->buffers->len > 0) {
        g_string_append_printf(out, ", %u buffer%s", s->report->buffers->len,
                               s->report->buffers->len == 1 ? "" : "s");
    }
    if (s->seconds > 0) {
        g_string_append_printf(out, ", %.1f s", s->seconds);
    }
    put_selection(s->options, out);
    return g_string_free(out, FALSE);
}
