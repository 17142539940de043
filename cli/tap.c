/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap.h"

#include "plain.h"

/* Without '#' too, which begins a directive. Free with g_free(). */
static char *plain(const char *text)
{
    return g_strdelimit(cbx_plain(text), "#", ' ');
}

/* A double-quoted scalar (YAML 1.2, 7.3.1). */
static void put_yaml(GString *out, const char *key, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    g_string_append_printf(out, "  %s: \"", key);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '"' || c == '\\') {
            g_string_append_c(out, '\\');
        }
        if (g_unichar_iscntrl(c)) {
            g_string_append_printf(out, "\\u%04x", c);
        } else {
            g_string_append_unichar(out, c);
        }
    }
    g_string_append(out, "\"\n");
}

static void put_result(GString *out, guint number, const CbxResult *r)
{
    g_autofree char *check = plain(r->check);
    g_autofree char *place = plain(*r->api ? r->api : r->driver);
    g_autofree char *variant = plain(r->variant);
    g_autofree char *seen = plain(r->seen);
    const char *port = cbx_result_port(r);

    g_string_append_printf(out, "%s %u - %s%s%s: %s%s%s",
                           r->outcome == CBX_OUTCOME_FAIL ? "not ok" : "ok",
                           number, port ? port : "", port ? ": " : "", check,
                           place, *variant ? ", " : "",
                           variant);
    if (r->outcome == CBX_OUTCOME_SKIP) {
        g_string_append_printf(out, " # SKIP %s", seen);
    }
    g_string_append_c(out, '\n');
    if (r->outcome == CBX_OUTCOME_FAIL) {
        g_string_append(out, "  ---\n");
        put_yaml(out, "driver", r->driver);
        put_yaml(out, "expected", r->expected);
        put_yaml(out, "seen", r->seen);
        put_yaml(out, "source", r->source);
        if (r->remedy) {
            put_yaml(out, "remedy", r->remedy);
        }
        g_string_append(out, "  ...\n");
    }
}

static void put_bail_out(GString *out, const CbxSummary *s)
{
    g_autofree char *reason = plain(s->judgement->reason);

    for (const char *const *w = s->last_words; w && *w; w++) {
        g_autofree char *line = plain(*w);

        g_string_append_printf(out, "# %s\n", line);
    }
    g_string_append_printf(out, "Bail out! %s\n", reason);
}

char *cbx_tap_format(const CbxSummary *s)
{
    const GPtrArray *lists[] = { s->report->results, s->judgement->findings };
    GString *out = g_string_new("TAP version 13\n");
    g_autofree char *line = cbx_summary_line(s, FALSE);
    g_autofree char *comment = plain(line);
    gboolean judged = s->judgement->verdict == CBX_VERDICT_PASS ||
                      s->judgement->verdict == CBX_VERDICT_FAIL;
    guint number = 0;

    for (gsize l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (guint i = 0; i < lists[l]->len; i++) {
            put_result(out, ++number, g_ptr_array_index(lists[l], i));
        }
    }
    if (judged) {
        g_string_append_printf(out, "1..%u\n", number);
    } else {
        put_bail_out(out, s);
    }
    if (s->options->timing) {
        g_autofree char *timing = cbx_timing_format(s->timing);
        g_auto(GStrv) lines = g_strsplit(g_strchomp(timing), "\n", -1);

        for (char **l = lines; *l; l++) {
            g_string_append_printf(out, "# %s\n", *l);
        }
    }
    g_string_append_printf(out, "# %s\n", comment);
    return g_string_free(out, FALSE);
}
