/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "witness.h"

#include <string.h>

#include "cbx/abi.h"
#include "verdict.h"

/* Most checks of a driver that rest on one thing. */
#define RELATED_MAX 4

/*
 * A thing that must hold of every buffer, as the device sees it, and the
 * checks of a driver that rest on it (identifiers of checks.def). When it does
 * not hold, none of these may have passed and one must have failed. When it
 * holds and alone decides the first of them, that one must not have failed.
 */
typedef struct Evidence {
    guint32 fact;
    gboolean decides;
    const char *expected;
    const char *not_so;
    const char *related[RELATED_MAX + 1];
} Evidence;

static const Evidence evidence[] = {
    { CBX_FACT_RANGE_OK, TRUE,
      "the buffer lies within the limits asked for", "it does not",
      { "range" } },
    { CBX_FACT_ALIGN_OK, FALSE,
      "the buffer is aligned as asked for", "it is not",
      { "alignment" } },
    { CBX_FACT_WIDTH_OK, TRUE,
      "the device's address width reaches the whole buffer", "it does not",
      { "address-width" } },
    { CBX_FACT_READABLE, FALSE,
      "the device can read every page", "it cannot",
      { "device-access", "integrity-to-device", "checksum",
        "completion-interrupt" } },
    { CBX_FACT_WRITABLE, FALSE,
      "the device can write every page", "it cannot",
      { "device-access", "integrity-from-device",
        "completion-interrupt" } },
    { CBX_FACT_RAM, TRUE,
      "there is memory behind every page", "there is not",
      { "ram", "completion-interrupt" } },
};

static const Evidence translated = {
    CBX_FACT_IOMMU | CBX_FACT_TRANSLATED, FALSE,
    "the IOMMU translates every page to another address", "it does not",
    { "translation", "completion-interrupt" }
};

static const Evidence identity = {
    CBX_FACT_IDENTITY, FALSE,
    "without an IOMMU a logical address is a physical one", "it is not",
    { "translation", "completion-interrupt" }
};

static void add(GPtrArray *findings, const CbxPort *port, CbxResult *result)
{
    result->port = port;
    g_ptr_array_add(findings, result);
}

/* The first of @checks that has @outcome for @buffer, or NULL. */
static const char *related_check(const CbxReport *report,
                                 const CbxBuffer *buffer,
                                 const char *const *checks,
                                 CbxOutcome outcome)
{
    for (; *checks; checks++) {
        for (guint i = 0; i < report->results->len; i++) {
            const CbxResult *r = g_ptr_array_index(report->results, i);

            if (r->buffer == buffer && r->outcome == outcome &&
                strcmp(r->check, *checks) == 0) {
                return *checks;
            }
        }
    }
    return NULL;
}

static void G_GNUC_PRINTF(4, 5) object(GPtrArray *findings,
                                       const CbxBuffer *b,
                                       const char *expected,
                                       const char *format, ...)
{
    g_autofree char *what = NULL;
    g_autofree char *seen = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    seen = g_strdup_printf("buffer %" G_GUINT64_FORMAT " at 0x%"
                           G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT
                           " bytes: %s", b->id, b->logical, b->length, what);
    add(findings, b->port,
        cbx_result_new(CBX_JUDGE, b->api, cbx_buffer_variant(b), "witness",
                       CBX_OUTCOME_FAIL, expected, seen, "project's own"));
}

static void check_evidence(GPtrArray *findings, const CbxReport *report,
                           const CbxBuffer *b, const Evidence *e)
{
    const char *first[] = { e->related[0], NULL };
    gboolean holds = (b->facts & e->fact) == e->fact;
    const char *passed = related_check(report, b, e->related,
                                       CBX_OUTCOME_PASS);
    const char *failed = related_check(report, b, e->related,
                                       CBX_OUTCOME_FAIL);

    if (!holds && passed) {
        object(findings, b, e->expected,
               "%s, and yet %s passed", e->not_so, passed);
    } else if (!holds && !failed) {
        object(findings, b, e->expected,
               "%s, and the driver did not notice", e->not_so);
    } else if (holds && e->decides &&
               related_check(report, b, first, CBX_OUTCOME_FAIL)) {
        object(findings, b, e->expected,
               "it is so, and yet %s failed", *first);
    }
}

static void check_buffer(GPtrArray *findings, const CbxReport *report,
                         const CbxIommu *iommu, const CbxBuffer *b)
{
    if (strcmp(b->status, "ok") != 0) {
        object(findings, b, "the device accepts the declaration",
               "%s", b->status);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(evidence); i++) {
        check_evidence(findings, report, b, &evidence[i]);
    }
    check_evidence(findings, report, b, cbx_iommu_translates(iommu) ? &translated
                                                      : &identity);
    if (!b->released) {
        object(findings, b, "the driver frees the buffer",
               "not freed by the end of the run");
    }
}

static void check_path(GPtrArray *findings, const CbxIommu *iommu,
                       const CbxPort *port)
{
    const char *type = port->iommu ? port->iommu : "unknown";
    gboolean good = strcmp(type, iommu->type) == 0;

    add(findings, port,
        cbx_result_new(CBX_JUDGE, "", "", "iommu-in-path",
                       good ? CBX_OUTCOME_PASS : CBX_OUTCOME_FAIL,
                       iommu->type, type, "project's own"));
}

/* All buffers of @api, which is "" for those that name no call. */
static void check_call(GPtrArray *findings, const CbxIommu *iommu,
                       const CbxPort *port, const char *api)
{
    const CbxReport *report = port->report;
    guint before = findings->len;
    guint buffers = 0;
    g_autofree char *seen = NULL;

    for (guint i = 0; i < report->buffers->len; i++) {
        const CbxBuffer *b = g_ptr_array_index(report->buffers, i);

        if (b->port == port && strcmp(b->api, api) == 0) {
            check_buffer(findings, report, iommu, b);
            buffers++;
        }
    }
    if (buffers == 0 || findings->len > before) {
        return;
    }
    seen = g_strdup_printf("%u buffers", buffers);
    add(findings, port,
        cbx_result_new(CBX_JUDGE, api, "", "witness", CBX_OUTCOME_PASS,
                       "the device confirms each buffer", seen,
                       "project's own"));
}

/* Is @number in @text, and not only the beginning of a longer one? */
static gboolean names(const char *text, const char *number)
{
    const char *found = number ? strstr(text, number) : NULL;

    return found && !g_ascii_isxdigit(found[strlen(number)]);
}

/* A picture that a driver says was shown, the device has shown. */
static void check_screens(GPtrArray *findings, const CbxReport *report)
{
    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);
        g_autofree char *seen = NULL;

        if (strcmp(r->check, "scan-out") != 0 ||
            r->outcome != CBX_OUTCOME_PASS ||
            names(r->seen, r->frame)) {
            continue;
        }
        seen = r->frame ? g_strdup_printf("one whose pixels sum to %s",
                                          r->frame)
                        : g_strdup("none, and yet scan-out passed");
        add(findings, r->port,
            cbx_result_new(CBX_JUDGE, r->api, r->variant, "witness",
                           CBX_OUTCOME_FAIL,
                           "the device shows the driver's picture", seen,
                           "project's own"));
    }
}

void cbx_witness(GPtrArray *findings, const CbxIommu *iommu,
                 const CbxReport *report)
{
    check_screens(findings, report);
    for (guint i = 0; i < report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(report, i);

        check_path(findings, iommu, port);
        check_call(findings, iommu, port, "");
        for (const CbxCall *c = cbx_calls; c->name; c++) {
            check_call(findings, iommu, port, c->name);
        }
    }
}
