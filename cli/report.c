/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "cbx/abi.h"

/*
 * The device writes at most CBX_REPORT_BYTES_MAX bytes of fields per record,
 * and a byte takes at most six in JSON (\u00XX). Anything longer than this is
 * not from the device.
 */
#define LINE_MAX_BYTES (8 * CBX_REPORT_BYTES_MAX)

/* A stream of garbage must not fill memory with complaints about it. */
#define DEFECTS_MAX 20

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

static void G_GNUC_PRINTF(2, 3) add_defect(CbxReport *report,
                                           const char *format, ...)
{
    va_list args;

    if (report->defects->len > DEFECTS_MAX) {
        return;
    }
    if (report->defects->len == DEFECTS_MAX) {
        g_ptr_array_add(report->defects, g_strdup("and more of the kind"));
        return;
    }
    va_start(args, format);
    g_ptr_array_add(report->defects, g_strdup_vprintf(format, args));
    va_end(args);
}

/* ---- Fields: each reader notes what is missing or of the wrong kind ----- */

static void bad_field(CbxReport *report, const char *name, const char *what)
{
    add_defect(report, "line %" G_GUINT64_FORMAT ": field \"%s\" is %s",
               report->lines, name, what);
}

static JsonNode *get_value(JsonObject *o, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(o, name);

    if (node && JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == type) {
        return node;
    }
    return NULL;
}

static gboolean get_text(CbxReport *report, JsonObject *o, const char *name,
                         char **value)
{
    JsonNode *node = get_value(o, name, G_TYPE_STRING);

    if (!node) {
        bad_field(report, name, "not a string or missing");
        return FALSE;
    }
    g_free(*value);
    *value = json_node_dup_string(node);
    return TRUE;
}

static gboolean get_count(CbxReport *report, JsonObject *o, const char *name,
                          guint64 *value)
{
    JsonNode *node = get_value(o, name, G_TYPE_INT64);

    if (!node || json_node_get_int(node) < 0) {
        bad_field(report, name, "not a count or missing");
        return FALSE;
    }
    *value = (guint64)json_node_get_int(node);
    return TRUE;
}

/* Addresses are strings such as "0x1f000": JSON numbers lose bits above 2^53 */
static gboolean get_address(CbxReport *report, JsonObject *o, const char *name,
                            guint64 *value)
{
    JsonNode *node = get_value(o, name, G_TYPE_STRING);
    const char *text = node ? json_node_get_string(node) : "";

    if (!g_str_has_prefix(text, "0x") ||
        !g_ascii_string_to_unsigned(text + 2, 16, 0, G_MAXUINT64, value,
                                    NULL)) {
        bad_field(report, name, "not an address or missing");
        return FALSE;
    }
    return TRUE;
}

static gboolean is_null(JsonObject *o, const char *name)
{
    JsonNode *node = json_object_get_member(o, name);

    return node && JSON_NODE_HOLDS_NULL(node);
}

/* The NUMA node is a number, or the word "any". */
static gboolean get_node(CbxReport *report, JsonObject *o, const char *name,
                         char **value)
{
    JsonNode *node = get_value(o, name, G_TYPE_INT64);

    if (!node) {
        return get_text(report, o, name, value);
    }
    g_free(*value);
    *value = g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
    return TRUE;
}

static gboolean get_facts(CbxReport *report, JsonObject *o, const char *name,
                          guint32 *facts)
{
    JsonNode *node = json_object_get_member(o, name);
    JsonArray *array;

    if (!node || !JSON_NODE_HOLDS_ARRAY(node)) {
        bad_field(report, name, "not a list or missing");
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
static CbxBuffer *find_buffer(CbxReport *report, guint64 id)
{
    for (guint i = report->buffers->len; i > 0; i--) {
        CbxBuffer *b = g_ptr_array_index(report->buffers, i - 1);

        if (b->id == id) {
            return b;
        }
    }
    return NULL;
}

static CbxSession *session_of(CbxReport *report, const char *driver)
{
    CbxSession *s = (CbxSession *)cbx_report_session(report, driver);

    if (!s) {
        s = g_new0(CbxSession, 1);
        s->driver = g_strdup(driver);
        g_ptr_array_add(report->sessions, s);
    }
    return s;
}

static void read_device(CbxReport *report, JsonObject *o)
{
    guint64 schema;

    if (report->has_device) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": a second \"device\" record", report->lines);
        return;
    }
    if (!get_count(report, o, "schema", &schema)) {
        return;
    }
    if (schema != CBX_REPORT_SCHEMA) {
        add_defect(report, "the device writes schema %" G_GUINT64_FORMAT
                   ", this command reads %u: rebuild both with 'make'",
                   schema, CBX_REPORT_SCHEMA);
        return;
    }
    report->has_device = get_text(report, o, "abi", &report->abi) &&
                         get_text(report, o, "iommu", &report->iommu) &&
                         get_count(report, o, "addr_bits",
                                   &report->addr_bits) &&
                         get_text(report, o, "seed", &report->seed);
}

static void read_release(CbxReport *report, guint64 id)
{
    CbxBuffer *b = find_buffer(report, id);

    if (!b || b->released) {
        add_defect(report, "line %" G_GUINT64_FORMAT ": buffer %"
                   G_GUINT64_FORMAT " is released but was not declared",
                   report->lines, id);
        return;
    }
    b->released = TRUE;
}

/* A field that a device of an earlier version does not write. */
static gboolean get_optional_text(CbxReport *report, JsonObject *o,
                                  const char *name, char **value)
{
    return !json_object_has_member(o, name) ||
           get_text(report, o, name, value);
}

static gboolean read_findings(CbxReport *report, JsonObject *o, CbxBuffer *b)
{
    b->has_gpa = !is_null(o, "gpa");
    return (!b->has_gpa || get_address(report, o, "gpa", &b->gpa)) &&
           get_count(report, o, "pages", &b->pages) &&
           get_count(report, o, "pages_ok", &b->pages_ok) &&
           get_facts(report, o, "facts", &b->facts) &&
           get_text(report, o, "iommu", &b->iommu) &&
           get_optional_text(report, o, "memory_type", &b->memory_type) &&
           get_optional_text(report, o, "page_type", &b->page_type);
}

static gboolean read_description(CbxReport *report, JsonObject *o,
                                 CbxBuffer *b)
{
    if (is_null(o, "api")) {
        b->api = g_strdup("");
    } else if (!get_text(report, o, "api", &b->api)) {
        return FALSE;
    }
    return get_count(report, o, "element", &b->element) &&
           get_address(report, o, "va", &b->va) &&
           get_address(report, o, "logical", &b->logical) &&
           get_count(report, o, "length", &b->length) &&
           get_address(report, o, "min", &b->min) &&
           get_address(report, o, "max", &b->max) &&
           get_count(report, o, "align", &b->align) &&
           get_text(report, o, "cache", &b->cache) &&
           get_node(report, o, "node", &b->node) &&
           get_text(report, o, "status", &b->status);
}

static void read_declare(CbxReport *report, JsonObject *o, guint64 id)
{
    CbxBuffer *b = g_new0(CbxBuffer, 1);

    b->id = id;
    if (read_description(report, o, b) &&
        (strcmp(b->status, "ok") != 0 || read_findings(report, o, b))) {
        g_ptr_array_add(report->buffers, b);
    } else {
        buffer_free(b);
    }
}

static void read_buffer(CbxReport *report, JsonObject *o)
{
    g_autofree char *event = NULL;
    guint64 id;

    if (!get_text(report, o, "event", &event) ||
        !get_count(report, o, "id", &id)) {
        return;
    }
    if (strcmp(event, "release") == 0) {
        read_release(report, id);
        return;
    }
    if (strcmp(event, "inspect") == 0) {
        return;
    }
    if (strcmp(event, "declare") != 0) {
        bad_field(report, "event", "not declare, inspect or release");
        return;
    }
    read_declare(report, o, id);
}

/* The optional "buffer" of a result is a decimal number in a string. */
static CbxBuffer *read_result_buffer(CbxReport *report, JsonObject *o)
{
    g_autofree char *text = NULL;
    CbxBuffer *b = NULL;
    guint64 id;

    if (!json_object_has_member(o, "buffer") ||
        !get_text(report, o, "buffer", &text)) {
        return NULL;
    }
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &id, NULL)) {
        b = find_buffer(report, id);
    }
    if (!b) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": a result names buffer \"%s\", which was not declared",
                   report->lines, text);
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

static void read_result(CbxReport *report, JsonObject *o)
{
    g_autofree char *verdict = NULL;
    CbxResult *r = g_new0(CbxResult, 1);

    if (!get_text(report, o, "driver", &r->driver) ||
        !get_text(report, o, "api", &r->api) ||
        !get_text(report, o, "variant", &r->variant) ||
        !get_text(report, o, "check", &r->check) ||
        !get_text(report, o, "verdict", &verdict) ||
        !get_text(report, o, "expected", &r->expected) ||
        !get_text(report, o, "seen", &r->seen) ||
        !get_text(report, o, "source", &r->source)) {
        cbx_result_free(r);
        return;
    }
    if (!parse_outcome(verdict, &r->outcome)) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": verdict \"%s\" is not pass, fail or skip",
                   report->lines, verdict);
        cbx_result_free(r);
        return;
    }
    r->buffer = read_result_buffer(report, o);
    r->time_ns = report->last_ns;
    g_ptr_array_add(report->results, r);
}

static void read_start(CbxReport *report, JsonObject *o)
{
    g_autofree char *driver = NULL;
    CbxSession *s;

    if (!get_text(report, o, "driver", &driver)) {
        return;
    }
    s = session_of(report, driver);
    if (s->started) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": driver %s starts a second time", report->lines, driver);
    }
    s->started = TRUE;
    s->start_ns = report->last_ns;
}

static void read_end(CbxReport *report, JsonObject *o)
{
    g_autofree char *driver = NULL;
    CbxSession *s;

    if (!get_text(report, o, "driver", &driver)) {
        return;
    }
    s = session_of(report, driver);
    if (s->verdict) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": driver %s ends a second time", report->lines, driver);
    }
    s->end_ns = report->last_ns;
    get_text(report, o, "verdict", &s->verdict);
}

static void read_text(CbxReport *report, JsonObject *o)
{
    CbxText *t = g_new0(CbxText, 1);

    if (get_text(report, o, "level", &t->level) &&
        get_text(report, o, "text", &t->text)) {
        g_ptr_array_add(report->texts, t);
    } else {
        text_free(t);
    }
}

static void read_crash(CbxReport *report, JsonObject *o)
{
    if (!report->crash_code) {
        report->crash_code = g_strdup("unknown");
        report->crash_text = g_strdup("");
        get_text(report, o, "code", &report->crash_code);
        get_text(report, o, "text", &report->crash_text);
    }
}

static void read_fault(CbxReport *report, JsonObject *o G_GNUC_UNUSED)
{
    report->faults_struck++;
}

/* Probes and frames are told for people; checks report on them. */
static void read_nothing(CbxReport *report G_GNUC_UNUSED,
                         JsonObject *o G_GNUC_UNUSED)
{
}

static const struct {
    const char *type;
    void (*read)(CbxReport *report, JsonObject *o);
} readers[] = {
    { "device", read_device },
    { "buffer", read_buffer },
    { "probe",  read_nothing },
    { "frame",  read_nothing },
    { "fault",  read_fault },
    { "text",   read_text },
    { "start",  read_start },
    { "result", read_result },
    { "end",    read_end },
    { "crash",  read_crash },
};

static void read_record(CbxReport *report, JsonObject *o)
{
    g_autofree char *type = NULL;
    guint64 seq;

    if (!get_text(report, o, "type", &type)) {
        return;
    }
    if (get_count(report, o, "seq", &seq)) {
        if (seq != report->next_seq) {
            add_defect(report, "line %" G_GUINT64_FORMAT ": record %"
                       G_GUINT64_FORMAT " where %" G_GUINT64_FORMAT
                       " was due", report->lines, seq, report->next_seq);
        }
        report->next_seq = seq + 1;
    }
    get_count(report, o, "time_ns", &report->last_ns);
    if (report->records++ == 0) {
        report->first_ns = report->last_ns;
    }
    if (!report->has_device && strcmp(type, "device") != 0) {
        add_defect(report, "line %" G_GUINT64_FORMAT
                   ": record \"%s\" without a readable \"device\" record"
                   " before it", report->lines, type);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
        if (strcmp(type, readers[i].type) == 0) {
            readers[i].read(report, o);
            return;
        }
    }
    add_defect(report, "line %" G_GUINT64_FORMAT
               ": unknown record type \"%s\"", report->lines, type);
}

static void read_line(CbxReport *report, const char *line, gsize length)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) error = NULL;
    JsonNode *root = NULL;

    report->lines++;
    if (g_utf8_validate(line, (gssize)length, NULL) &&
        json_parser_load_from_data(parser, line, (gssize)length, &error)) {
        root = json_parser_get_root(parser);
    }
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_autofree char *start = g_strndup(line, MIN(length, 60));
        g_autofree char *shown = g_strescape(start, NULL);

        add_defect(report, "line %" G_GUINT64_FORMAT
                   " is not a JSON object: %s", report->lines, shown);
        return;
    }
    read_record(report, json_node_get_object(root));
}

/* ---- Interface ---------------------------------------------------------- */

CbxReport *cbx_report_new(void)
{
    CbxReport *report = g_new0(CbxReport, 1);

    report->buffers = g_ptr_array_new_with_free_func(buffer_free);
    report->results = g_ptr_array_new_with_free_func(
        (GDestroyNotify)cbx_result_free);
    report->sessions = g_ptr_array_new_with_free_func(session_free);
    report->texts = g_ptr_array_new_with_free_func(text_free);
    report->defects = g_ptr_array_new_with_free_func(g_free);
    report->partial = g_string_new(NULL);
    return report;
}

void cbx_report_free(CbxReport *report)
{
    g_free(report->abi);
    g_free(report->iommu);
    g_free(report->seed);
    g_ptr_array_unref(report->buffers);
    g_ptr_array_unref(report->results);
    g_ptr_array_unref(report->sessions);
    g_ptr_array_unref(report->texts);
    g_free(report->crash_code);
    g_free(report->crash_text);
    g_ptr_array_unref(report->defects);
    g_string_free(report->partial, TRUE);
    g_free(report);
}

void cbx_report_feed(CbxReport *report, const char *data, gsize length)
{
    while (length > 0) {
        const char *newline = memchr(data, '\n', length);
        gsize taken = newline ? (gsize)(newline - data) : length;
        gsize room = LINE_MAX_BYTES - report->partial->len;

        g_string_append_len(report->partial, data,
                            (gssize)MIN(taken, room));
        if (newline) {
            read_line(report, report->partial->str, report->partial->len);
            g_string_truncate(report->partial, 0);
            taken++;
        }
        data += taken;
        length -= taken;
    }
}

void cbx_report_close(CbxReport *report)
{
    if (report->partial->len > 0) {
        add_defect(report, "the stream breaks off in line %"
                   G_GUINT64_FORMAT, report->lines + 1);
        g_string_truncate(report->partial, 0);
    }
}

const CbxSession *cbx_report_session(const CbxReport *report,
                                     const char *driver)
{
    for (guint i = 0; i < report->sessions->len; i++) {
        const CbxSession *s = g_ptr_array_index(report->sessions, i);

        if (strcmp(s->driver, driver) == 0) {
            return s;
        }
    }
    return NULL;
}
