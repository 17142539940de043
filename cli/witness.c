/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "witness.h"

#include <string.h>

#include "cbx/abi.h"
#include "verdict.h"

/*
 * What the device must find of every buffer. A driver's check whose identifier
 * begins with `check` is about the same thing: if the device does not find it,
 * the driver must have failed that check; if `decides` and the device does
 * find it, the driver must not have.
 */
static const struct {
    guint32 fact;
    const char *check;
    gboolean decides;
    const char *expected;
    const char *not_so;
} facts[] = {
    { CBX_FACT_RANGE_OK, "limit", TRUE,
      "the buffer lies within the limits asked for", "it does not" },
    { CBX_FACT_ALIGN_OK, "alignment", TRUE,
      "the buffer is aligned as asked for", "it is not" },
    { CBX_FACT_WIDTH_OK, "limit", FALSE,
      "the device's address width reaches the whole buffer", "it does not" },
    { CBX_FACT_READABLE, "integrity-to-device", FALSE,
      "the device can read every page", "it cannot" },
    { CBX_FACT_WRITABLE, "integrity-from-device", FALSE,
      "the device can write every page", "it cannot" },
};

static const char *variant_of(const CbxReport *report, const CbxBuffer *buffer)
{
    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);

        if (r->buffer == buffer) {
            return r->variant;
        }
    }
    return "";
}

static gboolean has_result(const CbxReport *report, const CbxBuffer *buffer,
                           const char *check, CbxOutcome outcome)
{
    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);

        if (r->buffer == buffer && r->outcome == outcome &&
            g_str_has_prefix(r->check, check)) {
            return TRUE;
        }
    }
    return FALSE;
}

static void object(GPtrArray *findings, const CbxReport *report,
                   const CbxBuffer *b, const char *expected, const char *what)
{
    g_autofree char *seen =
        g_strdup_printf("buffer %" G_GUINT64_FORMAT " at 0x%" G_GINT64_MODIFIER
                        "x, %" G_GUINT64_FORMAT " bytes: %s",
                        b->id, b->logical, b->length, what);

    g_ptr_array_add(findings,
                    cbx_result_new(CBX_JUDGE, b->api, variant_of(report, b),
                                   "witness", CBX_OUTCOME_FAIL, expected,
                                   seen, "project's own"));
}

static void check_facts(GPtrArray *findings, const CbxReport *report,
                        const CbxBuffer *b)
{
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        gboolean found = (b->facts & facts[i].fact) != 0;
        gboolean failed = has_result(report, b, facts[i].check,
                                     CBX_OUTCOME_FAIL);

        if (!found && !failed) {
            object(findings, report, b, facts[i].expected, facts[i].not_so);
        } else if (found && failed && facts[i].decides) {
            object(findings, report, b,
                   "driver and device agree about the buffer",
                   "the driver objects, the device does not");
        }
    }
}

static void check_translation(GPtrArray *findings, const CbxReport *report,
                              const CbxIommu *iommu, const CbxBuffer *b)
{
    guint32 seen = b->facts & (CBX_FACT_IOMMU | CBX_FACT_TRANSLATED |
                               CBX_FACT_IDENTITY);
    gboolean wanted = strcmp(iommu->type, "none") != 0;

    if (strcmp(b->iommu, iommu->type) != 0) {
        g_autofree char *what = g_strdup_printf("through \"%s\"", b->iommu);
        g_autofree char *expected = g_strdup_printf("through \"%s\"",
                                                    iommu->type);

        object(findings, report, b, expected, what);
    } else if (wanted && seen != (CBX_FACT_IOMMU | CBX_FACT_TRANSLATED)) {
        object(findings, report, b,
               "the IOMMU translates every page to another address",
               seen & CBX_FACT_IDENTITY ? "pages are not translated"
                                        : "pages without a translation");
    } else if (!wanted && seen != CBX_FACT_IDENTITY) {
        object(findings, report, b,
               "without an IOMMU a logical address is a physical one",
               "it is not");
    }
}

static void check_buffer(GPtrArray *findings, const CbxReport *report,
                         const CbxIommu *iommu, const CbxBuffer *b)
{
    if (strcmp(b->status, "ok") != 0) {
        object(findings, report, b, "the device accepts the declaration",
               b->status);
        return;
    }
    check_translation(findings, report, iommu, b);
    check_facts(findings, report, b);
    if (!b->released) {
        object(findings, report, b, "the driver frees the buffer",
               "not freed by the end of the run");
    }
}

static void check_path(GPtrArray *findings, const CbxIommu *iommu,
                       const CbxReport *report)
{
    const char *type = report->iommu ? report->iommu : "unknown";
    gboolean good = strcmp(type, iommu->type) == 0;

    g_ptr_array_add(findings,
                    cbx_result_new(CBX_JUDGE, "", "", "iommu-in-path",
                                   good ? CBX_OUTCOME_PASS : CBX_OUTCOME_FAIL,
                                   iommu->type, type, "project's own"));
}

void cbx_witness(GPtrArray *findings, const CbxIommu *iommu,
                 const CbxReport *report)
{
    check_path(findings, iommu, report);
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        guint before = findings->len;
        guint buffers = 0;

        for (guint i = 0; i < report->buffers->len; i++) {
            const CbxBuffer *b = g_ptr_array_index(report->buffers, i);

            if (strcmp(b->api, c->name) == 0) {
                check_buffer(findings, report, iommu, b);
                buffers++;
            }
        }
        if (buffers > 0 && findings->len == before) {
            g_autofree char *seen = g_strdup_printf("%u buffers", buffers);

            g_ptr_array_add(findings,
                            cbx_result_new(CBX_JUDGE, c->name, "", "witness",
                                           CBX_OUTCOME_PASS,
                                           "the device confirms each buffer",
                                           seen, "project's own"));
        }
    }
}
