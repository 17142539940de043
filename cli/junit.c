/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "junit.h"

#include <string.h>

/* Name of the suite of results that are about no call. */
#define WHOLE_RUN "run"

typedef struct Suite {
    GString *cases;
    guint tests;
    guint failures;
    guint errors;
    guint skipped;
} Suite;

/* XML 1.0, 2.2 (Char): what must not occur, not even as a reference. */
static gboolean is_xml(gunichar c)
{
    return c == '\t' || c == '\n' || c == '\r' ||
           (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
           c >= 0x10000;
}

/* @text in UTF-8 as character data or attribute. Free with g_free(). */
static char *escape(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) clean = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_string_append_unichar(clean, is_xml(c) ? c : 0xfffd);
    }
    return g_markup_escape_text(clean->str, (gssize)clean->len);
}

/*
 * "cbxwdm.sys.", where there are several drivers and @maker is not this one;
 * else nothing.
 */
static char *about_port(const CbxPort *port, const char *maker)
{
    g_autofree char *name = NULL;

    if (!port || port->report->ports->len == 1 ||
        strcmp(port->driver, maker) == 0) {
        return g_strdup("");
    }
    name = escape(port->driver);
    return g_strconcat(name, ".", NULL);
}

static void put_case(Suite *suite, const CbxResult *r)
{
    g_autofree char *check = escape(r->check);
    g_autofree char *variant = escape(r->variant);
    g_autofree char *driver = escape(r->driver);
    g_autofree char *about = about_port(r->port, r->driver);
    g_autofree char *api = escape(*r->api ? r->api : WHOLE_RUN);
    g_autofree char *expected = escape(r->expected);
    g_autofree char *seen = escape(r->seen);
    g_autofree char *source = escape(r->source);
    g_autofree char *remedy = escape(r->remedy ? r->remedy : "");
    GString *out = suite->cases;

    suite->tests++;
    g_string_append_printf(out, "    <testcase classname=\"%s.%s%s\" "
                           "name=\"%s%s%s\"", driver, about, api, check,
                           *variant ? ": " : "", variant);
    switch (r->outcome) {
    case CBX_OUTCOME_PASS:
        g_string_append(out, "/>\n");
        break;
    case CBX_OUTCOME_SKIP:
        suite->skipped++;
        g_string_append_printf(out, "><skipped message=\"%s\"/></testcase>\n",
                               seen);
        break;
    case CBX_OUTCOME_FAIL:
        suite->failures++;
        g_string_append_printf(out, ">\n      <failure type=\"%s\" "
                               "message=\"%s\">expected: %s\nseen: %s\n"
                               "source: %s%s%s</failure>\n    </testcase>\n",
                               check, seen, expected, seen, source,
                               *remedy ? "\nremedy: " : "", remedy);
        break;
    }
}

/* Results about @api at @port; NULL: about the run. */
static void put_cases(Suite *suite, const GPtrArray *results,
                      const CbxPort *port, const char *api)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (r->port == port && strcmp(r->api, api) == 0) {
            put_case(suite, r);
        }
    }
}

/* A run without a verdict is an error, not a failure: nothing was judged. */
static void put_verdict(Suite *suite, const CbxSummary *s)
{
    g_autofree char *reason = escape(s->judgement->reason
                                     ? s->judgement->reason : "");
    GString *out = suite->cases;

    suite->tests++;
    suite->errors++;
    g_string_append_printf(out, "    <testcase classname=\"cbx.%s\" "
                           "name=\"verdict\">\n      <error type=\"%s\" "
                           "message=\"%s\">", WHOLE_RUN,
                           cbx_verdict_name(s->judgement->verdict), reason);
    for (const char *const *w = s->last_words; w && *w; w++) {
        g_autofree char *line = escape(*w);

        g_string_append_printf(out, "%s\n", line);
    }
    g_string_append(out, "</error>\n    </testcase>\n");
}

static gboolean has_verdict(const CbxSummary *s)
{
    return s->judgement->verdict == CBX_VERDICT_PASS ||
           s->judgement->verdict == CBX_VERDICT_FAIL;
}

static void put_counts(GString *out, const Suite *suite, double seconds)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" "
                           "skipped=\"%u\" time=\"%s\">\n", suite->tests,
                           suite->failures, suite->errors, suite->skipped,
                           g_ascii_formatd(digits, sizeof(digits), "%.3f",
                                           seconds));
}

/* Appends the suite of @api at @port to @out, if there is anything in it. */
static void put_suite(GString *out, Suite *total, const CbxSummary *s,
                      const CbxPort *port, const char *api)
{
    gboolean several = s->report->ports->len > 1;
    gboolean whole_run = !*api && (!port || !several);
    g_autoptr(GString) cases = g_string_new(NULL);
    Suite suite = { .cases = cases };
    g_autofree char *name = escape(*api ? api : WHOLE_RUN);
    g_autofree char *about = about_port(port, "");

    put_cases(&suite, s->report->results, port, api);
    put_cases(&suite, s->judgement->findings, port, api);
    if (whole_run && port) {
        put_cases(&suite, s->judgement->findings, NULL, api);
    }
    if (whole_run && !has_verdict(s)) {
        put_verdict(&suite, s);
    }
    if (suite.tests == 0) {
        return;
    }
    g_string_append_printf(out, "  <testsuite name=\"cbx.%s.%s.%s%s\"",
                           s->options->arch->name, s->options->iommu->name,
                           about, name);
    put_counts(out, &suite, whole_run ? s->seconds : 0);
    g_string_append_printf(out, "%s  </testsuite>\n", cases->str);
    total->tests += suite.tests;
    total->failures += suite.failures;
    total->errors += suite.errors;
    total->skipped += suite.skipped;
}

char *cbx_junit_format(const CbxSummary *s)
{
    g_autoptr(GString) suites = g_string_new(NULL);
    GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                "<testsuites name=\"cbx\"");
    Suite total = { 0 };

    for (guint i = 0; i < s->report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(s->report, i);

        for (const CbxCall *c = cbx_calls; c->name; c++) {
            put_suite(suites, &total, s, port, c->name);
        }
        put_suite(suites, &total, s, port, "");
    }
    if (s->report->ports->len != 1) {
        put_suite(suites, &total, s, NULL, "");
    }
    put_counts(out, &total, s->seconds);
    g_string_append(out, suites->str);
    g_string_append(out, "</testsuites>\n");
    return g_string_free(out, FALSE);
}
