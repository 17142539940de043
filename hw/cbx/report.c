/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the report stream, one JSON object per line on a character device.
 *
 * A line is written while the guest waits for its register write to return.
 * Whatever the guest does next, even if it crashes, the line is out.
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "cbx.h"
#include "trace.h"

#define REPORT_SCHEMA   1
#define KEY_MAX         31

#define REPORT_NAME(n, id, name)    [n] = name,
static const char *const cbx_report_names[CBX_REPORT_KINDS] = {
    CBX_REPORT_LIST(REPORT_NAME)
};

/* Every record begins with these; no record of the guest may repeat them. */
static const char *const cbx_report_own_keys[] = { "type", "seq", "time_ns" };

/* ---- Lines ------------------------------------------------------------- */

static JSONWriter *cbx_report_open(CbxState *s, const char *type)
{
    JSONWriter *json = json_writer_new(false);

    json_writer_start_object(json, NULL);
    json_writer_str(json, "type", type);
    json_writer_uint64(json, "seq", s->report_seq++);
    json_writer_uint64(json, "time_ns",
                       qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    return json;
}

void cbx_report_hex(JSONWriter *json, const char *name, uint64_t value)
{
    g_autofree char *text = g_strdup_printf("0x%" PRIx64, value);

    json_writer_str(json, name, text);
}

/* What everything after it was measured with. */
static void cbx_report_device(CbxState *s)
{
    g_autofree char *abi = g_strdup_printf("%u.%u", CBX_ABI_MAJOR,
                                           CBX_ABI_MINOR);
    JSONWriter *json = cbx_report_open(s, "device");

    json_writer_uint64(json, "schema", REPORT_SCHEMA);
    json_writer_str(json, "abi", abi);
    json_writer_str(json, "iommu", cbx_iommu_name(s));
    json_writer_bool(json, "bypass", s->bypass);
    json_writer_bool(json, "cca", s->cca);
    json_writer_str(json, "coherence", cbx_coherence_name(s));
    json_writer_uint64(json, "addr_bits", s->addr_bits);
    json_writer_uint64(json, "mem_size", s->mem_size);
    cbx_report_hex(json, "seed", s->seed);
    cbx_faults_list(json, "faults", cbx_get32(s, CBX_REG_FAULTS));
    cbx_report_end(s, json);
}

JSONWriter *cbx_report_begin(CbxState *s, const char *type)
{
    if (!s->report_begun) {
        s->report_begun = true;
        cbx_report_device(s);
    }
    return cbx_report_open(s, type);
}

void cbx_report_end(CbxState *s, JSONWriter *json)
{
    g_autoptr(GString) line = NULL;

    json_writer_end_object(json);
    line = json_writer_get_and_free(json);
    trace_cbx_report(line->str);
    g_string_append_c(line, '\n');

    if (!qemu_chr_fe_backend_connected(&s->report)) {
        return;
    }
    if (qemu_chr_fe_write_all(&s->report, (const uint8_t *)line->str,
                              line->len) != line->len) {
        warn_report_once("cbx: the character device of property 'report' did "
                         "not take a line; the report has a gap");
        return;
    }
    s->stats[CBX_STAT_RECORDS]++;
}

/* ---- Records of the guest ---------------------------------------------- */

static void cbx_report_data(CbxReportPort *port, uint32_t value,
                            uint32_t lanes)
{
    for (unsigned i = 0; i < 4; i++) {
        if (!(lanes >> (8 * i) & 0xff)) {
            continue;
        }
        if (port->length == CBX_REPORT_BYTES_MAX) {
            port->overflow = true;
            return;
        }
        port->bytes[port->length++] = value >> (8 * i);
    }
}

static bool cbx_report_key_valid(const char *key)
{
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");

    if (!length || length > KEY_MAX || key[length] || g_ascii_isdigit(*key)) {
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(cbx_report_own_keys); i++) {
        if (!strcmp(key, cbx_report_own_keys[i])) {
            return false;
        }
    }
    return true;
}

/* The next NUL-terminated string, or NULL if there is no NUL left. */
static const char *cbx_report_string(const char **at, const char *end)
{
    const char *string = *at;
    const char *nul = memchr(string, 0, end - string);

    if (nul) {
        *at = nul + 1;
    }
    return nul ? string : NULL;
}

static bool cbx_report_record_valid(const char *at, const char *end)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    bool any = at < end;

    while (at < end) {
        const char *key = cbx_report_string(&at, end);

        if (!key || !cbx_report_string(&at, end) ||
            !cbx_report_key_valid(key) ||
            !g_hash_table_add(keys, (void *)key)) {
            return false;
        }
    }
    return any;
}

uint16_t cbx_report_record(CbxState *s, uint64_t kind, const void *fields,
                           size_t length)
{
    const char *at = fields;
    const char *end = at + length;
    JSONWriter *json;

    if (kind >= CBX_REPORT_KINDS || !cbx_report_names[kind]) {
        return CBX_STATUS_BAD_OPCODE;
    }
    if (!cbx_report_record_valid(at, end)) {
        return CBX_STATUS_BAD_RECORD;
    }

    json = cbx_report_begin(s, cbx_report_names[kind]);
    while (at < end) {
        const char *key = cbx_report_string(&at, end);
        const char *value = cbx_report_string(&at, end);
        /* QEMU's writer takes C0 80 for a NUL; that is not UTF-8. */
        g_autofree char *text = g_utf8_make_valid(value, -1);

        json_writer_str(json, key, text);
    }
    cbx_report_end(s, json);
    return CBX_STATUS_OK;
}

static uint16_t cbx_report_commit(CbxState *s, CbxReportPort *port,
                                  uint32_t kind)
{
    uint16_t status = port->overflow
                      ? CBX_STATUS_TOO_LONG
                      : cbx_report_record(s, kind, port->bytes, port->length);

    port->length = 0;
    port->overflow = false;
    if (status != CBX_STATUS_OK) {
        cbx_register_error(s, status);
    }
    trace_cbx_report_commit(kind, status);
    return status;
}

void cbx_report_write(CbxState *s, uint32_t offset, uint32_t value,
                      uint32_t lanes)
{
    uint32_t n = (offset - CBX_REG_REPORT_DATA) / CBX_REPORT_PORT_SIZE;
    CbxReportPort *port = &s->report_ports[n];

    if (offset < CBX_REG_REPORT(n, CBX_REG_REPORT_COMMIT)) {
        cbx_report_data(port, value, lanes);
    } else if (offset == CBX_REG_REPORT(n, CBX_REG_REPORT_COMMIT)) {
        cbx_set32(s, CBX_REG_REPORT(n, CBX_REG_REPORT_STATUS),
                  cbx_report_commit(s, port, value & lanes));
    }
}
