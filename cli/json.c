/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <json-glib/json-glib.h>

#include "cbx/abi.h"
#include "machine.h"

static void add_text(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    if (value) {
        json_builder_add_string_value(b, value);
    } else {
        json_builder_add_null_value(b);
    }
}

static void add_count(JsonBuilder *b, const char *name, guint64 value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_int_value(b, (gint64)value);
}

/* As in the report stream: a JSON number would lose bits above 2^53. */
static void add_address(JsonBuilder *b, const char *name, guint64 value)
{
    g_autofree char *text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x",
                                            value);

    add_text(b, name, text);
}

static void add_flag(JsonBuilder *b, const char *name, gboolean value)
{
    json_builder_set_member_name(b, name);
    json_builder_add_boolean_value(b, value);
}

static void add_results(JsonBuilder *b, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        json_builder_begin_object(b);
        add_text(b, "port", r->port ? r->port->driver : NULL);
        add_text(b, "driver", r->driver);
        add_text(b, "api", r->api);
        add_text(b, "variant", r->variant);
        add_text(b, "check", r->check);
        add_text(b, "verdict", cbx_outcome_name(r->outcome));
        add_text(b, "expected", r->expected);
        add_text(b, "seen", r->seen);
        add_text(b, "source", r->source);
        add_text(b, "remedy", r->remedy);
        json_builder_end_object(b);
    }
}

static void add_findings(JsonBuilder *b, const GPtrArray *lines)
{
    json_builder_set_member_name(b, "findings");
    json_builder_begin_array(b);
    for (guint i = 0; i < lines->len; i++) {
        const CbxLines *l = g_ptr_array_index(lines, i);

        json_builder_begin_object(b);
        add_text(b, "finding", l->finding);
        add_address(b, "gpa", l->gpa);
        add_count(b, "length", l->length);
        add_count(b, "bytes", l->bytes);
        add_count(b, "records", l->records);
        add_text(b, "last", l->last);
        json_builder_set_member_name(b, "cpu");
        if (l->cpu >= 0) {
            json_builder_add_int_value(b, l->cpu);
        } else {
            json_builder_add_null_value(b);
        }
        add_address(b, "pc", l->pc);
        add_text(b, "missing", l->missing);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_buffers(JsonBuilder *b, const GPtrArray *buffers)
{
    for (guint i = 0; i < buffers->len; i++) {
        const CbxBuffer *buffer = g_ptr_array_index(buffers, i);

        json_builder_begin_object(b);
        add_text(b, "port", buffer->port->driver);
        add_count(b, "id", buffer->id);
        add_text(b, "api", buffer->api);
        add_count(b, "element", buffer->element);
        add_count(b, "length", buffer->length);
        add_address(b, "min", buffer->min);
        add_address(b, "max", buffer->max);
        add_count(b, "align", buffer->align);
        add_text(b, "cache", buffer->cache);
        add_text(b, "node", buffer->node);
        add_text(b, "status", buffer->status);
        add_address(b, "va", buffer->va);
        add_address(b, "logical", buffer->logical);
        if (buffer->has_gpa) {
            add_address(b, "gpa", buffer->gpa);
        } else {
            add_text(b, "gpa", NULL);
        }
        add_count(b, "pages", buffer->pages);
        add_count(b, "pages_ok", buffer->pages_ok);
        add_text(b, "iommu", buffer->iommu);
        add_text(b, "memory_type", buffer->memory_type);
        add_text(b, "page_type", buffer->page_type);
        add_flag(b, "translated", (buffer->facts & CBX_FACT_TRANSLATED) != 0);
        add_flag(b, "identity", (buffer->facts & CBX_FACT_IDENTITY) != 0);
        add_flag(b, "released", buffer->released);
        add_findings(b, buffer->lines);
        json_builder_end_object(b);
    }
}

static void add_lines(JsonBuilder *b, const char *const *lines)
{
    json_builder_begin_array(b);
    for (; lines && *lines; lines++) {
        json_builder_add_string_value(b, *lines);
    }
    json_builder_end_array(b);
}

static void add_faults(JsonBuilder *b, const CbxOptions *options)
{
    json_builder_begin_array(b);
    for (guint i = 0; i < options->faults->len; i++) {
        const CbxFault *fault = g_ptr_array_index(options->faults, i);

        json_builder_add_string_value(b, fault->name);
    }
    json_builder_end_array(b);
}

static void add_crash(JsonBuilder *b, const CbxReport *report)
{
    if (!report->crash_code) {
        json_builder_add_null_value(b);
        return;
    }
    json_builder_begin_object(b);
    add_text(b, "code", report->crash_code);
    add_text(b, "text", report->crash_text);
    json_builder_end_object(b);
}

static void add_timing(JsonBuilder *b, const GArray *timing)
{
    json_builder_begin_array(b);
    for (guint i = 0; i < timing->len; i++) {
        const CbxPhase *phase = &g_array_index(timing, CbxPhase, i);

        json_builder_begin_object(b);
        add_text(b, "phase", phase->name);
        json_builder_set_member_name(b, "seconds");
        json_builder_add_double_value(b, phase->seconds);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_head(JsonBuilder *b, const CbxSummary *s)
{
    const CbxOptions *options = s->options;
    const CbxPort *device = cbx_report_device(s->report);
    g_autofree char *drivers = cbx_options_driver_names(options);

    add_count(b, "schema", CBX_JSON_SCHEMA);
    add_text(b, "verdict", cbx_verdict_name(s->judgement->verdict));
    add_text(b, "reason", s->judgement->reason);
    add_text(b, "arch", options->arch->name);
    add_text(b, "iommu", options->iommu->name);
    add_text(b, "cca", options->noncoherent ? "off" : "on");
    add_text(b, "coherence", cbx_options_coherence(options));
    add_text(b, "guest", CBX_GUEST);
    add_text(b, "driver", drivers);
    add_text(b, "seed", device ? device->seed : NULL);
    json_builder_set_member_name(b, "faults");
    add_faults(b, options);
    add_count(b, "run", s->run);
    add_count(b, "runs", options->repeat);
    json_builder_set_member_name(b, "seconds");
    json_builder_add_double_value(b, s->seconds);
    json_builder_set_member_name(b, "timing");
    add_timing(b, s->timing);
}

char *cbx_json_format(const CbxSummary *s)
{
    g_autoptr(JsonBuilder) b = json_builder_new_immutable();
    g_autoptr(JsonNode) root = NULL;

    json_builder_begin_object(b);
    add_head(b, s);
    add_count(b, "passed", s->judgement->passed);
    add_count(b, "failed", s->judgement->failed);
    add_count(b, "skipped", s->judgement->skipped);
    json_builder_set_member_name(b, "crash");
    add_crash(b, s->report);
    json_builder_set_member_name(b, "last_words");
    add_lines(b, s->last_words);
    json_builder_set_member_name(b, "buffers");
    json_builder_begin_array(b);
    add_buffers(b, s->report->buffers);
    json_builder_end_array(b);
    json_builder_set_member_name(b, "results");
    json_builder_begin_array(b);
    add_results(b, s->report->results);
    add_results(b, s->judgement->findings);
    json_builder_end_array(b);
    json_builder_end_object(b);
    root = json_builder_get_root(b);
    return json_to_string(root, TRUE);
}
