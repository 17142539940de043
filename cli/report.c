/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <string.h>

#include "cbx/abi.h"
#include "fields.h"

/*
 * The device writes at most CBX_REPORT_BYTES_MAX bytes of fields per record,
 * and a byte takes at most six in JSON (\u00XX). Anything longer than this is
 * not from the device.
 */
#define LINE_MAX_BYTES (8 * CBX_REPORT_BYTES_MAX)

static const char *const outcome_names[] = {
    [CBX_OUTCOME_PASS] = "pass",
    [CBX_OUTCOME_FAIL] = "fail",
    [CBX_OUTCOME_SKIP] = "skip",
};

static const struct {
    const char *name;
    guint32 bit;
} fact_names[] = {
    { "range-ok",       CBX_FACT_RANGE_OK },
    { "align-ok",       CBX_FACT_ALIGN_OK },
    { "width-ok",       CBX_FACT_WIDTH_OK },
    { "readable",       CBX_FACT_READABLE },
    { "writable",       CBX_FACT_WRITABLE },
    { "iommu",          CBX_FACT_IOMMU },
    { "translated",     CBX_FACT_TRANSLATED },
    { "identity",       CBX_FACT_IDENTITY },
    { "gpa-contiguous", CBX_FACT_GPA_CONTIGUOUS },
    { "ram",            CBX_FACT_RAM },
};

static void lines_free(gpointer data)
{
    CbxLines *l = data;

    g_free(l->finding);
    g_free(l->last);
    g_free(l->missing);
    g_free(l);
}

static void buffer_free(gpointer data)
{
    CbxBuffer *b = data;

    g_free(b->api);
    g_free(b->cache);
    g_free(b->node);
    g_free(b->status);
    g_free(b->iommu);
    g_free(b->memory_type);
    g_free(b->page_type);
    g_ptr_array_unref(b->lines);
    g_free(b);
}

static void session_free(gpointer data)
{
    CbxSession *s = data;

    g_free(s->driver);
    g_free(s->verdict);
    g_free(s);
}

static void text_free(gpointer data)
{
    CbxText *t = data;

    g_free(t->level);
    g_free(t->text);
    g_free(t);
}

void cbx_result_free(CbxResult *r)
{
    g_free(r->driver);
    g_free(r->api);
    g_free(r->variant);
    g_free(r->check);
    g_free(r->expected);
    g_free(r->seen);
    g_free(r->source);
    g_free(r->remedy);
    g_free(r->frame);
    g_free(r);
}

CbxResult *cbx_result_new(const char *driver, const char *api,
                          const char *variant, const char *check,
                          CbxOutcome outcome, const char *expected,
                          const char *seen, const char *source)
{
    CbxResult *r = g_new0(CbxResult, 1);

    r->driver = g_strdup(driver);
    r->api = g_strdup(api);
    r->variant = g_strdup(variant);
    r->check = g_strdup(check);
    r->outcome = outcome;
    r->expected = g_strdup(expected);
    r->seen = g_strdup(seen);
    r->source = g_strdup(source);
    return r;
}

const char *cbx_outcome_name(CbxOutcome outcome)
{
    return outcome_names[outcome];
}

/* ---- Fields of more than one form ---------------------------------------- */

/* The NUMA node is a number, or the word "any". */
static gboolean get_node(CbxPort *port, JsonObject *o, const char *name,
                         char **value)
{
    JsonNode *node = cbx_field_value(o, name, G_TYPE_INT64);

    if (!node) {
        return cbx_field_text(port, o, name, value);
    }
    g_free(*value);
    *value = g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
    return TRUE;
}

static gboolean get_facts(CbxPort *port, JsonObject *o, const char *name,
                          guint32 *facts)
{
    JsonNode *node = json_object_get_member(o, name);
    JsonArray *array;

    if (!node || !JSON_NODE_HOLDS_ARRAY(node)) {
        cbx_field_bad(port, name, "not a list or missing");
        return FALSE;
    }
    *facts = 0;
    array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *item = json_array_get_element(array, i);
        const char *text = JSON_NODE_HOLDS_VALUE(item)
                           ? json_node_get_string(item) : NULL;

        for (gsize f = 0; f < G_N_ELEMENTS(fact_names); f++) {
            if (g_strcmp0(text, fact_names[f].name) == 0) {
                *facts |= fact_names[f].bit;
            }
        }
    }
    return TRUE;
}

/* ---- Records ------------------------------------------------------------ */

/* The buffer that number @id means at this point of the stream. */
static CbxBuffer *find_buffer(CbxPort *port, guint64 id)
{
    for (guint i = port->report->buffers->len; i > 0; i--) {
        CbxBuffer *b = g_ptr_array_index(port->report->buffers, i - 1);

        if (b->port == port && b->id == id) {
            return b;
        }
    }
    return NULL;
}

static CbxSession *session_of(CbxPort *port, const char *driver)
{
    CbxSession *s = (CbxSession *)cbx_report_session(port, driver);

    if (!s) {
        s = g_new0(CbxSession, 1);
        s->driver = g_strdup(driver);
        g_ptr_array_add(port->sessions, s);
    }
    return s;
}

static void read_device(CbxPort *port, JsonObject *o)
{
    guint64 schema;

    if (port->has_device) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": a second \"device\" record", port->lines);
        return;
    }
    if (!cbx_field_count(port, o, "schema", &schema)) {
        return;
    }
    if (schema != CBX_REPORT_SCHEMA) {
        cbx_field_defect(port, "the device writes schema %" G_GUINT64_FORMAT
                         ", this command reads %u: rebuild both with 'make'",
                         schema, CBX_REPORT_SCHEMA);
        return;
    }
    port->has_device = cbx_field_text(port, o, "abi", &port->abi) &&
                       cbx_field_text(port, o, "iommu", &port->iommu) &&
                       cbx_field_optional_text(port, o, "coherence",
                                               &port->coherence) &&
                       cbx_field_count(port, o, "addr_bits",
                                       &port->addr_bits) &&
                       cbx_field_text(port, o, "seed", &port->seed);
}

static void read_release(CbxPort *port, guint64 id)
{
    CbxBuffer *b = find_buffer(port, id);

    if (!b || b->released) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT ": buffer %"
                         G_GUINT64_FORMAT " is released but was not declared",
                         port->lines, id);
        return;
    }
    b->released = TRUE;
}

static gboolean read_findings(CbxPort *port, JsonObject *o, CbxBuffer *b)
{
    b->has_gpa = !cbx_field_is_null(o, "gpa");
    return (!b->has_gpa || cbx_field_address(port, o, "gpa", &b->gpa)) &&
           cbx_field_count(port, o, "pages", &b->pages) &&
           cbx_field_count(port, o, "pages_ok", &b->pages_ok) &&
           get_facts(port, o, "facts", &b->facts) &&
           cbx_field_text(port, o, "iommu", &b->iommu) &&
           cbx_field_optional_text(port, o, "memory_type", &b->memory_type) &&
           cbx_field_optional_text(port, o, "page_type", &b->page_type);
}

static gboolean read_description(CbxPort *port, JsonObject *o,
                                 CbxBuffer *b)
{
    if (cbx_field_is_null(o, "api")) {
        b->api = g_strdup("");
    } else if (!cbx_field_text(port, o, "api", &b->api)) {
        return FALSE;
    }
    return cbx_field_count(port, o, "element", &b->element) &&
           cbx_field_address(port, o, "va", &b->va) &&
           cbx_field_address(port, o, "logical", &b->logical) &&
           cbx_field_count(port, o, "length", &b->length) &&
           cbx_field_address(port, o, "min", &b->min) &&
           cbx_field_address(port, o, "max", &b->max) &&
           cbx_field_count(port, o, "align", &b->align) &&
           cbx_field_text(port, o, "cache", &b->cache) &&
           get_node(port, o, "node", &b->node) &&
           cbx_field_text(port, o, "status", &b->status);
}

static void read_declare(CbxPort *port, JsonObject *o, guint64 id)
{
    CbxBuffer *b = g_new0(CbxBuffer, 1);

    b->port = port;
    b->id = id;
    b->lines = g_ptr_array_new_with_free_func(lines_free);
    if (read_description(port, o, b) &&
        (strcmp(b->status, "ok") != 0 || read_findings(port, o, b))) {
        g_ptr_array_add(port->report->buffers, b);
    } else {
        buffer_free(b);
    }
}

static void read_buffer(CbxPort *port, JsonObject *o)
{
    g_autofree char *event = NULL;
    guint64 id;

    if (!cbx_field_text(port, o, "event", &event) ||
        !cbx_field_count(port, o, "id", &id)) {
        return;
    }
    if (strcmp(event, "release") == 0) {
        read_release(port, id);
        return;
    }
    if (strcmp(event, "inspect") == 0) {
        return;
    }
    if (strcmp(event, "declare") != 0) {
        cbx_field_bad(port, "event", "not declare, inspect or release");
        return;
    }
    read_declare(port, o, id);
}

/* The optional "buffer" of a result is a decimal number in a string. */
static CbxBuffer *read_result_buffer(CbxPort *port, JsonObject *o)
{
    g_autofree char *text = NULL;
    CbxBuffer *b = NULL;
    guint64 id;

    if (!json_object_has_member(o, "buffer") ||
        !cbx_field_text(port, o, "buffer", &text)) {
        return NULL;
    }
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &id, NULL)) {
        b = find_buffer(port, id);
    }
    if (!b) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": a result names buffer \"%s\", which was not "
                         "declared", port->lines, text);
    }
    return b;
}

static gboolean parse_outcome(const char *name, CbxOutcome *outcome)
{
    for (gsize i = 0; i < G_N_ELEMENTS(outcome_names); i++) {
        if (strcmp(name, outcome_names[i]) == 0) {
            *outcome = (CbxOutcome)i;
            return TRUE;
        }
    }
    return FALSE;
}

static void read_result(CbxPort *port, JsonObject *o)
{
    g_autofree char *verdict = NULL;
    CbxResult *r = g_new0(CbxResult, 1);

    if (!cbx_field_text(port, o, "driver", &r->driver) ||
        !cbx_field_text(port, o, "api", &r->api) ||
        !cbx_field_text(port, o, "variant", &r->variant) ||
        !cbx_field_text(port, o, "check", &r->check) ||
        !cbx_field_text(port, o, "verdict", &verdict) ||
        !cbx_field_text(port, o, "expected", &r->expected) ||
        !cbx_field_text(port, o, "seen", &r->seen) ||
        !cbx_field_text(port, o, "source", &r->source)) {
        cbx_result_free(r);
        return;
    }
    if (!parse_outcome(verdict, &r->outcome)) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": verdict \"%s\" is not pass, fail or skip",
                         port->lines, verdict);
        cbx_result_free(r);
        return;
    }
    r->buffer = read_result_buffer(port, o);
    r->port = port;
    r->time_ns = port->report->last_ns;
    if (strcmp(r->check, "scan-out") == 0) {
        r->frame = g_steal_pointer(&port->frame);
    }
    g_ptr_array_add(port->report->results, r);
}

static void read_start(CbxPort *port, JsonObject *o)
{
    g_autofree char *driver = NULL;
    CbxSession *s;

    if (!cbx_field_text(port, o, "driver", &driver)) {
        return;
    }
    s = session_of(port, driver);
    if (s->started) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": driver %s starts a second time", port->lines,
                         driver);
    }
    s->started = TRUE;
    s->start_ns = port->report->last_ns;
}

static void read_end(CbxPort *port, JsonObject *o)
{
    g_autofree char *driver = NULL;
    CbxSession *s;

    if (!cbx_field_text(port, o, "driver", &driver)) {
        return;
    }
    s = session_of(port, driver);
    if (s->verdict) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": driver %s ends a second time", port->lines, driver);
    }
    s->end_ns = port->report->last_ns;
    cbx_field_text(port, o, "verdict", &s->verdict);
}

static void read_text(CbxPort *port, JsonObject *o)
{
    CbxText *t = g_new0(CbxText, 1);

    if (cbx_field_text(port, o, "level", &t->level) &&
        cbx_field_text(port, o, "text", &t->text)) {
        g_ptr_array_add(port->report->texts, t);
    } else {
        text_free(t);
    }
}

static void read_crash(CbxPort *port, JsonObject *o)
{
    if (!port->report->crash_code) {
        port->report->crash_code = g_strdup("unknown");
        port->report->crash_text = g_strdup("");
        cbx_field_text(port, o, "code", &port->report->crash_code);
        cbx_field_text(port, o, "text", &port->report->crash_text);
    }
}

static void read_fault(CbxPort *port, JsonObject *o G_GNUC_UNUSED)
{
    port->report->faults_struck++;
}

/* The device's own protocol of probes is for people; checks report on them. */
static void read_probe(CbxPort *port G_GNUC_UNUSED,
                       JsonObject *o G_GNUC_UNUSED)
{
}

/* Whose the lines are: in a page of a buffer others may be beside it. */
static GPtrArray *owner_of(CbxPort *port, guint64 id, const CbxLines *l)
{
    const CbxBuffer *b = find_buffer(port, id);

    if (!b ||
        (b->has_gpa && (b->facts & CBX_FACT_GPA_CONTIGUOUS) &&
         (l->gpa >= b->gpa + b->length || b->gpa >= l->gpa + l->length))) {
        return port->stray;
    }
    return b->lines;
}

/* Null with "none", and not written by earlier devices. */
static gboolean read_processor(CbxPort *port, JsonObject *o, CbxLines *l)
{
    guint64 cpu;

    l->cpu = -1;
    if (!json_object_has_member(o, "cpu") || cbx_field_is_null(o, "cpu")) {
        return TRUE;
    }
    if (!cbx_field_count(port, o, "cpu", &cpu)) {
        return FALSE;
    }
    l->cpu = (gint64)cpu;
    return TRUE;
}

/* Equal but for the place: told once. */
static gboolean is_same_finding(const CbxLines *a, const CbxLines *b)
{
    return a->pc == b->pc && strcmp(a->finding, b->finding) == 0 &&
           strcmp(a->last, b->last) == 0 &&
           strcmp(a->missing, b->missing) == 0;
}

static void add_lines(GPtrArray *all, CbxLines *l)
{
    l->records = 1;
    l->bytes = l->length;
    for (guint i = 0; i < all->len; i++) {
        CbxLines *known = g_ptr_array_index(all, i);

        if (is_same_finding(known, l)) {
            known->records++;
            known->bytes += l->length;
            lines_free(l);
            return;
        }
    }
    g_ptr_array_add(all, l);
}

static void read_coherence(CbxPort *port, JsonObject *o)
{
    CbxLines *l = g_new0(CbxLines, 1);
    guint64 id;

    if (cbx_field_text(port, o, "finding", &l->finding) &&
        cbx_field_count(port, o, "buffer", &id) &&
        cbx_field_address(port, o, "gpa", &l->gpa) &&
        cbx_field_count(port, o, "length", &l->length) &&
        cbx_field_text(port, o, "last", &l->last) &&
        read_processor(port, o, l) &&
        cbx_field_address(port, o, "pc", &l->pc) &&
        cbx_field_text(port, o, "missing", &l->missing)) {
        add_lines(owner_of(port, id, l), l);
    } else {
        lines_free(l);
    }
}

static void read_frame(CbxPort *port, JsonObject *o)
{
    g_autofree char *status = NULL;
    g_autofree char *sum = NULL;

    g_clear_pointer(&port->frame, g_free);
    if (cbx_field_text(port, o, "status", &status) &&
        cbx_field_text(port, o, "xxh64", &sum) && strcmp(status, "ok") == 0) {
        port->frame = g_steal_pointer(&sum);
    }
}

static const struct {
    const char *type;
    void (*read)(CbxPort *port, JsonObject *o);
} readers[] = {
    { "device", read_device },
    { "buffer", read_buffer },
    { "probe",  read_probe },
    { "frame",  read_frame },
    { "fault",  read_fault },
    { "coherence", read_coherence },
    { "text",   read_text },
    { "start",  read_start },
    { "result", read_result },
    { "end",    read_end },
    { "crash",  read_crash },
};

static void read_record(CbxPort *port, JsonObject *o)
{
    g_autofree char *type = NULL;
    guint64 seq;

    if (!cbx_field_text(port, o, "type", &type)) {
        return;
    }
    if (cbx_field_count(port, o, "seq", &seq)) {
        if (seq != port->next_seq) {
            cbx_field_defect(port, "line %" G_GUINT64_FORMAT ": record %"
                             G_GUINT64_FORMAT " where %" G_GUINT64_FORMAT
                             " was due", port->lines, seq, port->next_seq);
        }
        port->next_seq = seq + 1;
    }
    cbx_field_count(port, o, "time_ns", &port->report->last_ns);
    if (port->records++ == 0) {
        port->first_ns = port->report->last_ns;
    }
    if (port->report->records++ == 0) {
        port->report->first_ns = port->first_ns;
    }
    if (!port->has_device && strcmp(type, "device") != 0) {
        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         ": record \"%s\" without a readable \"device\" record"
                         " before it", port->lines, type);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
        if (strcmp(type, readers[i].type) == 0) {
            readers[i].read(port, o);
            return;
        }
    }
    cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                     ": unknown record type \"%s\"", port->lines, type);
}

static void read_line(CbxPort *port, const char *line, gsize length)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) error = NULL;
    JsonNode *root = NULL;

    port->lines++;
    if (g_utf8_validate(line, (gssize)length, NULL) &&
        json_parser_load_from_data(parser, line, (gssize)length, &error)) {
        root = json_parser_get_root(parser);
    }
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_autofree char *start = g_strndup(line, MIN(length, 60));
        g_autofree char *shown = g_strescape(start, NULL);

        cbx_field_defect(port, "line %" G_GUINT64_FORMAT
                         " is not a JSON object: %s", port->lines, shown);
        return;
    }
    read_record(port, json_node_get_object(root));
}

/* ---- Interface ---------------------------------------------------------- */

static void port_free(gpointer data)
{
    CbxPort *port = data;

    g_free(port->driver);
    g_free(port->abi);
    g_free(port->iommu);
    g_free(port->coherence);
    g_free(port->seed);
    g_free(port->frame);
    g_ptr_array_unref(port->stray);
    g_ptr_array_unref(port->sessions);
    g_ptr_array_unref(port->defects);
    g_string_free(port->partial, TRUE);
    g_free(port);
}

CbxReport *cbx_report_new(void)
{
    CbxReport *report = g_new0(CbxReport, 1);

    report->ports = g_ptr_array_new_with_free_func(port_free);
    report->buffers = g_ptr_array_new_with_free_func(buffer_free);
    report->results = g_ptr_array_new_with_free_func(
        (GDestroyNotify)cbx_result_free);
    report->texts = g_ptr_array_new_with_free_func(text_free);
    return report;
}

void cbx_report_free(CbxReport *report)
{
    g_ptr_array_unref(report->buffers);
    g_ptr_array_unref(report->results);
    g_ptr_array_unref(report->texts);
    g_ptr_array_unref(report->ports);
    g_free(report->crash_code);
    g_free(report->crash_text);
    g_free(report);
}

CbxPort *cbx_report_add_port(CbxReport *report, const char *driver)
{
    CbxPort *port = g_new0(CbxPort, 1);

    port->report = report;
    port->driver = g_strdup(driver);
    port->stray = g_ptr_array_new_with_free_func(lines_free);
    port->sessions = g_ptr_array_new_with_free_func(session_free);
    port->defects = g_ptr_array_new_with_free_func(g_free);
    port->partial = g_string_new(NULL);
    g_ptr_array_add(report->ports, port);
    return port;
}

CbxPort *cbx_report_port(const CbxReport *report, guint index)
{
    return g_ptr_array_index(report->ports, index);
}

const CbxPort *cbx_report_device(const CbxReport *report)
{
    for (guint i = 0; i < report->ports->len; i++) {
        const CbxPort *port = cbx_report_port(report, i);

        if (port->has_device) {
            return port;
        }
    }
    return NULL;
}

void cbx_report_feed(CbxPort *port, const char *data, gsize length)
{
    while (length > 0) {
        const char *newline = memchr(data, '\n', length);
        gsize taken = newline ? (gsize)(newline - data) : length;
        gsize room = LINE_MAX_BYTES - port->partial->len;

        g_string_append_len(port->partial, data, (gssize)MIN(taken, room));
        if (newline) {
            read_line(port, port->partial->str, port->partial->len);
            g_string_truncate(port->partial, 0);
            taken++;
        }
        data += taken;
        length -= taken;
    }
}

void cbx_report_close(CbxReport *report)
{
    for (guint i = 0; i < report->ports->len; i++) {
        CbxPort *port = cbx_report_port(report, i);

        if (port->partial->len > 0) {
            cbx_field_defect(port, "the stream breaks off in line %"
                             G_GUINT64_FORMAT, port->lines + 1);
            g_string_truncate(port->partial, 0);
        }
    }
}

const CbxSession *cbx_report_session(const CbxPort *port, const char *driver)
{
    for (guint i = 0; i < port->sessions->len; i++) {
        const CbxSession *s = g_ptr_array_index(port->sessions, i);

        if (strcmp(s->driver, driver) == 0) {
            return s;
        }
    }
    return NULL;
}

const char *cbx_result_port(const CbxResult *r)
{
    return r->port && r->port->report->ports->len > 1 ? r->port->driver
                                                      : NULL;
}

const char *cbx_buffer_variant(const CbxBuffer *b)
{
    const GPtrArray *results = b->port->report->results;

    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (r->buffer == b) {
            return r->variant;
        }
    }
    return "";
}
