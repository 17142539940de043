/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the oracle. A driver declares the buffer that a call gave it; the
 * oracle says what the device sees there.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "cbx.h"
#include "coherence.h"
#include "mapping.h"
#include "trace.h"

typedef struct CbxFindings {
    uint32_t facts;             /* CBX_FACT_* */
    uint32_t pages;
    uint32_t pages_ok;
    bool has_bad;
    bool has_gpa;
    bool has_sum;
    uint64_t first_bad;
    uint64_t gpa;
    uint64_t sum;
    CbxMapping mapping;         /* of the processor that asks */
    CbxNodes host_nodes;
    CbxNodes guest_nodes;
} CbxFindings;

/* Facts that hold unless some page says otherwise. */
#define FACTS_OF_PAGES (CBX_FACT_READABLE | CBX_FACT_WRITABLE | \
                        CBX_FACT_IOMMU | CBX_FACT_TRANSLATED | \
                        CBX_FACT_IDENTITY | CBX_FACT_GPA_CONTIGUOUS | \
                        CBX_FACT_RAM | CBX_FACT_SAME_PAGE)

static const struct {
    uint32_t fact;
    const char *name;
} cbx_facts[] = {
    { CBX_FACT_RANGE_OK, "range-ok" },
    { CBX_FACT_ALIGN_OK, "align-ok" },
    { CBX_FACT_WIDTH_OK, "width-ok" },
    { CBX_FACT_READABLE, "readable" },
    { CBX_FACT_WRITABLE, "writable" },
    { CBX_FACT_IOMMU, "iommu" },
    { CBX_FACT_TRANSLATED, "translated" },
    { CBX_FACT_IDENTITY, "identity" },
    { CBX_FACT_GPA_CONTIGUOUS, "gpa-contiguous" },
    { CBX_FACT_RAM, "ram" },
    { CBX_FACT_SAME_PAGE, "same-page" },
};

static const char *const cbx_cache_names[] = {
    [CBX_CACHE_DEFAULT] = "default",
    [CBX_CACHE_CACHED] = "cached",
    [CBX_CACHE_NONCACHED] = "noncached",
    [CBX_CACHE_WRITECOMBINED] = "writecombined",
};

/* ---- Looking ----------------------------------------------------------- */

static CbxTarget cbx_look(CbxState *s, uint64_t address, bool write)
{
    if (address > cbx_last_address(s)) {
        return (CbxTarget) { .status = CBX_STATUS_BAD_ADDRESS };
    }
    return cbx_resolve(s, address, write);
}

/* What the device sees of a page, of which RAM is one image. */
static void cbx_look_sum(CbxState *s, const CbxTarget *t, const void *ram,
                         hwaddr length, XXH64_state_t *hash)
{
    uint8_t memory[CBX_PAGE_SIZE];

    if (t->modelled) {
        cbx_coherence_peek(s, t, memory, length);
        ram = memory;
    }
    XXH64_update(hash, ram, length);
}

/* What is in @length bytes of readable RAM, and where the host keeps them. */
static bool cbx_look_inside(CbxState *s, const CbxTarget *t, hwaddr length,
                            XXH64_state_t *hash, CbxNodes *nodes)
{
    MemTxAttrs attrs = cbx_attrs(s);
    hwaddr mapped = length;
    void *data = address_space_map(t->as, t->gpa, &mapped, false, attrs);

    if (!data) {
        return false;
    }
    if (mapped == length) {
        cbx_look_sum(s, t, data, length, hash);
    }
    cbx_nodes_add(nodes, cbx_host_node(data));
    address_space_unmap(t->as, data, mapped, false, mapped);
    return mapped == length;
}

static int cbx_guest_node_of(CbxState *s, const CbxTarget *t)
{
    return t->status == CBX_STATUS_OK && t->ram
           ? cbx_guest_node(t->as, t->gpa, cbx_attrs(s)) : -1;
}

/* Facts that one page at @address contradicts. */
static uint32_t cbx_page_denies(const CbxTarget *r, const CbxTarget *w,
                                uint64_t address, uint64_t expected_gpa)
{
    const CbxTarget *t = r->status == CBX_STATUS_OK ? r : w;
    uint32_t denied = 0;

    if (r->status != CBX_STATUS_OK) {
        denied |= CBX_FACT_READABLE;
    }
    if (w->status != CBX_STATUS_OK) {
        denied |= CBX_FACT_WRITABLE;
    }
    if (!t->iommu) {
        denied |= CBX_FACT_IOMMU;
    }
    if (t->status != CBX_STATUS_OK) {
        return denied | CBX_FACT_TRANSLATED | CBX_FACT_IDENTITY |
               CBX_FACT_GPA_CONTIGUOUS | CBX_FACT_RAM |
               CBX_FACT_SAME_PAGE;
    }
    denied |= t->gpa == address ? CBX_FACT_TRANSLATED : CBX_FACT_IDENTITY;
    if (t->gpa != expected_gpa) {
        denied |= CBX_FACT_GPA_CONTIGUOUS;
    }
    if (!t->ram) {
        denied |= CBX_FACT_RAM;
    }
    return denied;
}

static void cbx_look_at_pages(CbxState *s, const CbxBuffer *b, CbxFindings *f)
{
    uint64_t left = b->length;
    uint64_t address = b->logical;
    uint64_t next_gpa = 0;
    unsigned claims = 0;
    XXH64_state_t hash;

    cbx_mapping_start(&f->mapping);
    XXH64_reset(&hash, 0);
    f->has_sum = true;
    while (left) {
        uint64_t length = MIN(left, CBX_PAGE_SIZE - address % CBX_PAGE_SIZE);
        CbxTarget r = cbx_look(s, address, false);
        CbxTarget w = cbx_look(s, address, true);
        const CbxTarget *t = r.status == CBX_STATUS_OK ? &r : &w;
        CbxWalk cpu = cbx_mapping_walk(&f->mapping,
                                       b->va + (address - b->logical));
        bool ok = r.status == CBX_STATUS_OK && w.status == CBX_STATUS_OK;

        if (!f->pages && t->status == CBX_STATUS_OK) {
            f->has_gpa = true;
            f->gpa = t->gpa;
            next_gpa = t->gpa;
        }
        f->facts &= ~cbx_page_denies(&r, &w, address, next_gpa);
        if (cpu.status != CBX_WALK_OK || cpu.physical != t->gpa) {
            f->facts &= ~CBX_FACT_SAME_PAGE;
        }
        next_gpa = t->gpa + length;
        if (ok && r.modelled && cbx_coherence_on(s)) {
            cbx_coherence_claim(s, b, claims++, &r, length, cpu.type);
        }
        f->pages++;
        f->pages_ok += ok;
        if (!ok && !f->has_bad) {
            f->has_bad = true;
            f->first_bad = address;
        }
        /* Reading what is not RAM could do something. */
        if (r.status == CBX_STATUS_OK && r.ram) {
            f->has_sum &= cbx_look_inside(s, &r, length, &hash,
                                          &f->host_nodes);
        } else {
            f->has_sum = false;
            cbx_nodes_add(&f->host_nodes, -1);
        }
        cbx_nodes_add(&f->guest_nodes, cbx_guest_node_of(s, t));
        address += length;
        left -= length;
    }
    cbx_coherence_cut(s, b, claims);
    f->sum = f->has_sum ? XXH64_digest(&hash) : 0;
}

static CbxFindings cbx_inspect(CbxState *s, const CbxBuffer *b)
{
    CbxFindings f = { .facts = FACTS_OF_PAGES };
    uint64_t last = b->logical + b->length - 1;

    if (b->min <= b->logical && last <= b->max) {
        f.facts |= CBX_FACT_RANGE_OK;
    }
    if (!b->align || !(b->logical & (b->align - 1))) {
        f.facts |= CBX_FACT_ALIGN_OK;
    }
    if (last <= cbx_last_address(s)) {
        f.facts |= CBX_FACT_WIDTH_OK;
    }
    cbx_look_at_pages(s, b, &f);
    return f;
}

/* ---- Answering --------------------------------------------------------- */

static void cbx_buffer_answer(CbxState *s, const CbxFindings *f)
{
    cbx_set32(s, CBX_REG_BUF_FACTS, f->facts);
    cbx_set64(s, CBX_REG_BUF_GPA_LO, f->gpa);
    cbx_set32(s, CBX_REG_BUF_PAGES, f->pages);
    cbx_set32(s, CBX_REG_BUF_PAGES_OK, f->pages_ok);
    cbx_set64(s, CBX_REG_BUF_BAD_LO, f->first_bad);
    cbx_set64(s, CBX_REG_BUF_SUM_LO, f->sum);
    cbx_set32(s, CBX_REG_BUF_TYPE_SEEN, f->mapping.type);
    cbx_set32(s, CBX_REG_BUF_NODE_SEEN, cbx_nodes_register(&f->host_nodes));
    cbx_set32(s, CBX_REG_BUF_GUEST_NODE, cbx_nodes_register(&f->guest_nodes));
}

static void cbx_report_hex_or_null(JSONWriter *json, const char *name,
                                   bool have, uint64_t value)
{
    if (have) {
        cbx_report_hex(json, name, value);
    } else {
        json_writer_null(json, name);
    }
}

static void cbx_report_nodes(JSONWriter *json, const char *name,
                             const CbxNodes *n)
{
    uint32_t seen = cbx_nodes_register(n);

    if (seen & CBX_NODE_SEEN_KNOWN) {
        json_writer_uint64(json, name, seen & CBX_NODE_SEEN_MASK);
    } else {
        json_writer_str(json, name,
                        seen & CBX_NODE_SEEN_MIXED ? "mixed" : "unknown");
    }
}

static void cbx_report_findings(CbxState *s, JSONWriter *json,
                                const CbxFindings *f)
{
    cbx_report_hex_or_null(json, "gpa", f->has_gpa, f->gpa);
    json_writer_uint64(json, "pages", f->pages);
    json_writer_uint64(json, "pages_ok", f->pages_ok);
    cbx_report_hex_or_null(json, "first_bad", f->has_bad, f->first_bad);
    json_writer_start_array(json, "facts");
    for (unsigned i = 0; i < ARRAY_SIZE(cbx_facts); i++) {
        if (f->facts & cbx_facts[i].fact) {
            json_writer_str(json, NULL, cbx_facts[i].name);
        }
    }
    json_writer_end_array(json);
    json_writer_str(json, "iommu", f->facts & CBX_FACT_IOMMU
                                   ? cbx_iommu_name(s) : "none");
    cbx_report_hex_or_null(json, "xxh64", f->has_sum, f->sum);
    json_writer_str(json, "memory_type", cbx_memtype_name(f->mapping.type));
    json_writer_str(json, "page_type", cbx_memtype_name(f->mapping.page_type));
    cbx_report_nodes(json, "host_node", &f->host_nodes);
    cbx_report_nodes(json, "guest_node", &f->guest_nodes);
}

static void cbx_report_buffer(CbxState *s, const char *event,
                              const CbxBuffer *b, uint16_t status,
                              const CbxFindings *f)
{
    JSONWriter *json = cbx_report_begin(s, "buffer");
    const char *api = cbx_api_name(b->api);

    json_writer_str(json, "event", event);
    json_writer_uint64(json, "id", b->id);
    if (api) {
        json_writer_str(json, "api", api);
    } else {
        json_writer_null(json, "api");
    }
    json_writer_uint64(json, "element", b->element);
    cbx_report_hex(json, "va", b->va);
    cbx_report_hex(json, "logical", b->logical);
    json_writer_uint64(json, "length", b->length);
    cbx_report_hex(json, "min", b->min);
    cbx_report_hex(json, "max", b->max);
    json_writer_uint64(json, "align", b->align);
    json_writer_str(json, "cache", b->cache < ARRAY_SIZE(cbx_cache_names)
                                   ? cbx_cache_names[b->cache] : "undefined");
    if (b->node == CBX_NODE_ANY) {
        json_writer_str(json, "node", "any");
    } else {
        json_writer_uint64(json, "node", b->node);
    }
    json_writer_str(json, "status", cbx_status_text(status));
    if (f) {
        cbx_report_findings(s, json, f);
    }
    cbx_report_end(s, json);
}

/* ---- Declared buffers -------------------------------------------------- */

static CbxBuffer *cbx_buffer_find(CbxState *s, uint32_t id)
{
    for (unsigned i = 0; i < CBX_BUFFERS_MAX; i++) {
        if (s->buffers[i].id == id) {
            return &s->buffers[i];
        }
    }
    return NULL;
}

const CbxBuffer *cbx_buffer_sibling(CbxState *s, uint64_t address,
                                    uint64_t length)
{
    const CbxBuffer *own = NULL;

    for (unsigned i = 0; i < CBX_BUFFERS_MAX && !own; i++) {
        const CbxBuffer *b = &s->buffers[i];

        if (b->id && b->logical == address && b->length == length) {
            own = b;
        }
    }
    for (unsigned i = 0; i < CBX_BUFFERS_MAX && own; i++) {
        const CbxBuffer *b = &s->buffers[i];

        if (b->id && b->api == own->api && b->element != own->element &&
            b->length == length) {
            return b;
        }
    }
    return NULL;
}

/* Identifiers are not used twice, so that a stale one is noticed. */
static uint32_t cbx_buffer_new_id(CbxState *s)
{
    do {
        s->last_buffer_id++;
    } while (!s->last_buffer_id || cbx_buffer_find(s, s->last_buffer_id));
    return s->last_buffer_id;
}

static uint16_t cbx_buffer_check(const CbxBuffer *b)
{
    if (b->api && !cbx_api_name(b->api)) {
        return CBX_STATUS_UNSUPPORTED;
    }
    if (b->cache >= ARRAY_SIZE(cbx_cache_names)) {
        return CBX_STATUS_BAD_FLAGS;
    }
    if (!b->length || b->length > CBX_BUFFER_LENGTH_MAX) {
        return CBX_STATUS_BAD_LENGTH;
    }
    if (b->length - 1 > UINT64_MAX - b->logical) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    if (b->align && !is_power_of_2(b->align)) {
        return CBX_STATUS_BAD_ALIGNMENT;
    }
    return CBX_STATUS_OK;
}

bool cbx_buffer_valid(const CbxBuffer *b)
{
    return cbx_buffer_check(b) == CBX_STATUS_OK;
}

static uint16_t cbx_buffer_declare(CbxState *s, uint32_t id)
{
    CbxBuffer *slot = cbx_buffer_find(s, 0);
    CbxBuffer b = {
        .api = cbx_get32(s, CBX_REG_BUF_API),
        .element = cbx_get32(s, CBX_REG_BUF_ELEMENT),
        .va = cbx_get64(s, CBX_REG_BUF_VA_LO),
        .logical = cbx_get64(s, CBX_REG_BUF_LOGICAL_LO),
        .length = cbx_get64(s, CBX_REG_BUF_LENGTH_LO),
        .min = cbx_get64(s, CBX_REG_BUF_MIN_LO),
        .max = cbx_get64(s, CBX_REG_BUF_MAX_LO),
        .align = cbx_get64(s, CBX_REG_BUF_ALIGN_LO),
        .cache = cbx_get32(s, CBX_REG_BUF_CACHE),
        .node = cbx_get32(s, CBX_REG_BUF_NODE),
    };
    uint16_t status = cbx_buffer_check(&b);
    CbxFindings f;

    if (status == CBX_STATUS_OK) {
        status = cbx_bus_status(s);
    }
    if (status == CBX_STATUS_OK && !slot) {
        status = CBX_STATUS_NO_SPACE;
    }
    if (status != CBX_STATUS_OK) {
        cbx_set32(s, CBX_REG_BUF_ID, 0);
        cbx_report_buffer(s, "declare", &b, status, NULL);
        return status;
    }
    b.id = cbx_buffer_new_id(s);
    *slot = b;
    cbx_set32(s, CBX_REG_BUF_ID, b.id);
    f = cbx_inspect(s, slot);
    cbx_buffer_answer(s, &f);
    cbx_report_buffer(s, "declare", &b, status, &f);
    cbx_coherence_require_clean(s, slot);
    return status;
}

static uint16_t cbx_buffer_inspect(CbxState *s, uint32_t id)
{
    CbxBuffer *b = id ? cbx_buffer_find(s, id) : NULL;
    uint16_t status = b ? cbx_bus_status(s) : CBX_STATUS_BAD_ID;
    CbxFindings f;

    if (status == CBX_STATUS_OK) {
        f = cbx_inspect(s, b);
        cbx_buffer_answer(s, &f);
        cbx_report_buffer(s, "inspect", b, status, &f);
    }
    return status;
}

static uint16_t cbx_buffer_release(CbxState *s, uint32_t id)
{
    CbxBuffer *b = id ? cbx_buffer_find(s, id) : NULL;

    if (!b) {
        return CBX_STATUS_BAD_ID;
    }
    cbx_coherence_cut(s, b, 0);
    cbx_report_buffer(s, "release", b, CBX_STATUS_OK, NULL);
    *b = (CbxBuffer) { 0 };
    return CBX_STATUS_OK;
}

static uint16_t cbx_buffer_use(CbxState *s, uint32_t id)
{
    CbxBuffer *b = id ? cbx_buffer_find(s, id) : NULL;

    if (!b) {
        return CBX_STATUS_BAD_ID;
    }
    cbx_coherence_use(s, b);
    return CBX_STATUS_OK;
}

void cbx_buffer_command(CbxState *s, uint32_t command)
{
    static uint16_t (*const commands[])(CbxState *, uint32_t) = {
        [CBX_BUF_DECLARE] = cbx_buffer_declare,
        [CBX_BUF_INSPECT] = cbx_buffer_inspect,
        [CBX_BUF_RELEASE] = cbx_buffer_release,
        [CBX_BUF_USE] = cbx_buffer_use,
    };
    uint32_t id = cbx_get32(s, CBX_REG_BUF_ID);
    uint16_t status = CBX_STATUS_BAD_OPCODE;

    cbx_buffer_answer(s, &(CbxFindings) { 0 });
    if (command < ARRAY_SIZE(commands) && commands[command]) {
        status = commands[command](s, id);
    }
    cbx_set32(s, CBX_REG_BUF_STATUS, status);
    if (status != CBX_STATUS_OK) {
        cbx_register_error(s, status);
    }
    trace_cbx_buffer(command, cbx_get32(s, CBX_REG_BUF_ID), status,
                     cbx_get32(s, CBX_REG_BUF_FACTS));
}

/* ---- Probes ------------------------------------------------------------ */

void cbx_probe_command(CbxState *s, uint32_t command)
{
    uint64_t address = cbx_get64(s, CBX_REG_PROBE_LO);
    bool write = command == CBX_PROBE_WRITE;
    uint16_t status;
    JSONWriter *json;

    if (!write && command != CBX_PROBE_READ) {
        cbx_set32(s, CBX_REG_PROBE_STATUS, CBX_STATUS_BAD_OPCODE);
        cbx_register_error(s, CBX_STATUS_BAD_OPCODE);
        return;
    }
    status = cbx_bus_status(s);
    if (status == CBX_STATUS_OK) {
        /* Being asked is all it takes; memory is neither read nor written. */
        status = cbx_look(s, address, write).status;
    }
    cbx_set32(s, CBX_REG_PROBE_STATUS, status);
    trace_cbx_probe(write ? "write" : "read", address, status);

    json = cbx_report_begin(s, "probe");
    json_writer_str(json, "access", write ? "write" : "read");
    cbx_report_hex(json, "address", address);
    json_writer_str(json, "status", cbx_status_text(status));
    json_writer_uint64(json, "code", status);
    cbx_report_end(s, json);
}
