/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/runstate.h"
#include "coherence.h"
#include "coherence-cleaned.h"
#include "trace.h"

/* What the model can take, whatever the guest declares. */
#define PAGES_MAX       16384u
#define CLAIMS_MAX      32768u

enum {
    /* Mapped past the caches, with lines that nobody has cleaned. */
    CBX_FINDING_UNCLEAN = CBX_FINDINGS,
    CBX_FINDING_KINDS
};

/* A part of a declared buffer, within a page. */
typedef struct CbxClaim {
    CbxState *device;
    const CbxBuffer *buffer;
    uint64_t address;
    uint64_t length;
    uint8_t type;               /* CBX_MEMTYPE_*, at the declaration */
    bool cacheable;
} CbxClaim;

typedef struct CbxClaimedPage {
    uint64_t address;
    unsigned cacheable;         /* claims that are */
    GPtrArray *claims;
} CbxClaimedPage;

/* The machine's. It stays when the last device has gone: a vCPU may ask. */
static struct {
    CbxLines *lines;
    CbxCleaned *cleaned;
    bool unknown;               /* what else has been cleaned */
    CbxLineConfig config;
    GPtrArray *devices;
    GHashTable *buffers;        /* of CbxBuffer, to arrays of CbxClaim */
    GHashTable *pages;          /* of uint64_t, the first of CbxClaimedPage */
    unsigned claims;
    CbxLineCounts counted;      /* what devices' statistics know */
} model;

static const MemTxAttrs cbx_ram_only = { .memory = 1 };

static const char *const cbx_maintenance_names[CBX_MAINTENANCES] = {
    [CBX_MAINTENANCE_NONE] = "none",
    [CBX_MAINTENANCE_CLEAN] = "clean",
    [CBX_MAINTENANCE_INVALIDATE] = "invalidate",
    [CBX_MAINTENANCE_CLEAN_INVALIDATE] = "clean+invalidate",
    [CBX_MAINTENANCE_CLEAN_POU] = "clean to PoU",
};

static const struct {
    const char *name;
    const char *missing;
    int stat;                   /* CBX_STAT_*, or -1 */
} cbx_findings[CBX_FINDING_KINDS] = {
    [CBX_FINDING_STALE_READ] = {
        "stale-read", "clean before the transfer", CBX_STAT_MISSING_CLEANS
    },
    [CBX_FINDING_DIRTY_WRITE] = {
        "dirty-write", "clean or invalidate before the transfer",
        CBX_STAT_MISSING_CLEANS
    },
    [CBX_FINDING_STALE_USE] = {
        "stale-use", "invalidate after the transfer",
        CBX_STAT_MISSING_INVALIDATES
    },
    [CBX_FINDING_OVERWRITTEN] = {
        "overwritten", "clean before or invalidate after the transfer", -1
    },
    [CBX_FINDING_DISCARDED] = { "discarded", "clean before invalidate", -1 },
    [CBX_FINDING_MIXED] = {
        "mixed", "one memory type for all mappings", -1
    },
    [CBX_FINDING_UNCLEAN] = {
        "unclean", "clean when the page gets another memory type",
        CBX_STAT_MISSING_CLEANS
    },
};

/* ---- Claims ------------------------------------------------------------ */

static uint64_t cbx_page_of(uint64_t address)
{
    return address & ~(uint64_t)(CBX_LINE_PAGE - 1);
}

static CbxClaimedPage *cbx_claimed_page(uint64_t address)
{
    uint64_t page = cbx_page_of(address);

    return g_hash_table_lookup(model.pages, &page);
}

/* Whose a line is; where buffers share it, one of them. */
static const CbxClaim *cbx_claim_at(uint64_t address, uint64_t length)
{
    const CbxClaimedPage *page = cbx_claimed_page(address);

    for (unsigned i = 0; page && i < page->claims->len; i++) {
        const CbxClaim *claim = page->claims->pdata[i];

        if (claim->address < address + length &&
            address < claim->address + claim->length) {
            return claim;
        }
    }
    /* A part of its page that no buffer has. */
    return page ? page->claims->pdata[0] : NULL;
}

static bool cbx_page_cacheable(void *opaque, uint64_t address)
{
    const CbxClaimedPage *page = cbx_claimed_page(address);

    return page && page->cacheable == page->claims->len;
}

static void cbx_page_free(void *opaque)
{
    CbxClaimedPage *page = opaque;

    g_ptr_array_unref(page->claims);
    g_free(page);
}

static void cbx_claim_enter(CbxClaim *claim)
{
    CbxClaimedPage *page = cbx_claimed_page(claim->address);

    if (!page) {
        page = g_new0(CbxClaimedPage, 1);
        page->address = cbx_page_of(claim->address);
        page->claims = g_ptr_array_new();
        g_hash_table_insert(model.pages, &page->address, page);
    }
    g_ptr_array_add(page->claims, claim);
    page->cacheable += claim->cacheable;
    model.claims++;
}

static void cbx_claim_add(CbxClaim *claim)
{
    cbx_claim_enter(claim);
    if (claim->cacheable) {
        cbx_cleaned_remove_page(model.cleaned, claim->address);
    }
    if (cbx_page_cacheable(NULL, claim->address)) {
        cbx_lines_track(model.lines, claim->address, 1);
    } else {
        cbx_lines_mapped_past(model.lines, claim->address, 1);
    }
}

static void cbx_claim_free(void *opaque)
{
    CbxClaim *claim = opaque;
    CbxClaimedPage *page = cbx_claimed_page(claim->address);

    if (page->claims->len == 1) {
        cbx_lines_untrack(model.lines, page->address, CBX_LINE_PAGE);
    }
    g_ptr_array_remove_fast(page->claims, claim);
    page->cacheable -= claim->cacheable;
    model.claims--;
    if (!page->claims->len) {
        g_hash_table_remove(model.pages, &page->address);
    }
    g_free(claim);
}

/* The next claim of its buffer; NULL if there is no room. */
static CbxClaim *cbx_claim_new(const CbxClaim *claim)
{
    GPtrArray *claims = g_hash_table_lookup(model.buffers, claim->buffer);
    CbxClaim *copy;

    if (model.claims == CLAIMS_MAX) {
        warn_report_once("cbx: more than %u pages of buffers are declared; "
                         "the rest counts as coherent", CLAIMS_MAX);
        return NULL;
    }
    if (!claims) {
        claims = g_ptr_array_new_with_free_func(cbx_claim_free);
        g_hash_table_insert(model.buffers, (void *)claim->buffer, claims);
    }
    copy = g_memdup2(claim, sizeof(*claim));
    g_ptr_array_add(claims, copy);
    return copy;
}

static bool cbx_claim_equal(const CbxClaim *a, const CbxClaim *b)
{
    return a->address == b->address && a->length == b->length &&
           a->cacheable == b->cacheable;
}

/* The device can only look where a processor asks. */
static bool cbx_type_cacheable(const CbxBuffer *b, uint8_t type)
{
    return type == CBX_MEMTYPE_WB || type == CBX_MEMTYPE_NORMAL_WB ||
           (type == CBX_MEMTYPE_UNKNOWN && b->cache == CBX_CACHE_CACHED);
}

/* ---- Counting and reporting -------------------------------------------- */

static void cbx_coherence_count(CbxState *s)
{
    const CbxLineCounts *now = cbx_lines_counts(model.lines);

    s->stats[CBX_STAT_STALE_FOR_DEVICE] +=
        now->stale_for_device - model.counted.stale_for_device;
    s->stats[CBX_STAT_STALE_FOR_CPU] +=
        now->stale_for_cpu - model.counted.stale_for_cpu;
    model.counted = *now;
}

static void cbx_coherence_found(void *opaque, const CbxLineRecord *r)
{
    const CbxClaim *claim = cbx_claim_at(r->address, r->length);
    CbxState *s = claim->device;
    JSONWriter *json;

    trace_cbx_coherence_found(cbx_findings[r->finding].name, r->address,
                              r->length, cbx_maintenance_names[r->last],
                              r->insn.cpu, r->insn.pc);
    if (cbx_findings[r->finding].stat >= 0) {
        s->stats[cbx_findings[r->finding].stat] += r->length / CBX_LINE_SIZE;
    }
    json = cbx_report_begin(s, "coherence");
    json_writer_str(json, "finding", cbx_findings[r->finding].name);
    json_writer_uint64(json, "buffer", claim->buffer->id);
    cbx_report_hex(json, "gpa", r->address);
    json_writer_uint64(json, "length", r->length);
    json_writer_str(json, "last", cbx_maintenance_names[r->last]);
    if (r->last == CBX_MAINTENANCE_NONE) {
        json_writer_null(json, "cpu");
    } else {
        json_writer_uint64(json, "cpu", r->insn.cpu);
    }
    cbx_report_hex(json, "pc", r->insn.pc);
    json_writer_str(json, "missing", cbx_findings[r->finding].missing);
    cbx_report_end(s, json);
}

/* ---- RAM --------------------------------------------------------------- */

static void cbx_ram_load(void *opaque, uint64_t address, void *data,
                         size_t length)
{
    if (address_space_read(&address_space_memory, address, cbx_ram_only, data,
                           length) != MEMTX_OK) {
        memset(data, 0, length);
    }
}

static void cbx_ram_store(void *opaque, uint64_t address, const void *data,
                          size_t length)
{
    address_space_write(&address_space_memory, address, cbx_ram_only, data,
                        length);
}

/*
 * Saving looks at RAM only, so nothing may be elsewhere while the machine
 * stands, and what has been loaded is followed when it runs. Caches may evict
 * at any time.
 */
static void cbx_coherence_run_state(void *opaque, bool running,
                                    RunState state)
{
    GHashTableIter iter;
    CbxClaimedPage *page;

    if (!running && !model.config.audit) {
        cbx_lines_untrack_all(model.lines);
    }
    g_hash_table_iter_init(&iter, model.pages);
    while (g_hash_table_iter_next(&iter, NULL, (void **)&page)) {
        if (cbx_page_cacheable(NULL, page->address)) {
            cbx_lines_track(model.lines, page->address, CBX_LINE_PAGE);
        }
    }
}

/* ---- Accesses ---------------------------------------------------------- */

bool cbx_coherence_on(CbxState *s)
{
    return s->coherence == CBX_COHERENCE_ON ||
           s->coherence == CBX_COHERENCE_AUDIT;
}

/* The model knows RAM by its address in the machine's memory. */
static bool cbx_same_memory(const CbxTarget *t, hwaddr *length)
{
    hwaddr here, there;
    MemoryRegion *mr = address_space_translate(t->as, t->gpa, &here, length,
                                               true, cbx_ram_only);

    return mr == address_space_translate(&address_space_memory, t->gpa, &there,
                                         length, true, cbx_ram_only) &&
           here == there;
}

void cbx_coherence_target(CbxState *s, CbxTarget *t)
{
    if (!model.lines || !t->ram ||
        (t->as != &address_space_memory && !cbx_same_memory(t, &t->length))) {
        return;
    }
    t->modelled = true;
    t->snooped = !cbx_coherence_on(s) || s->cca;
}

void cbx_coherence_no_snoop(CbxState *s, CbxTarget *t)
{
    PCIDevice *d = &s->parent_obj;

    if (t->modelled && cbx_coherence_on(s) &&
        (pci_get_word(d->config + d->exp.exp_cap + PCI_EXP_DEVCTL) &
         PCI_EXP_DEVCTL_NOSNOOP_EN)) {
        t->snooped = false;
    }
}

void cbx_coherence_access(CbxState *s, const CbxTarget *t, void *data,
                          hwaddr length, bool write)
{
    /* Against what the CPUs have stored before they told the device. */
    smp_mb();
    if (write) {
        cbx_lines_device_write(model.lines, t->gpa, data, length, t->snooped);
    } else {
        cbx_lines_device_read(model.lines, t->gpa, data, length, t->snooped);
    }
    cbx_coherence_count(s);
}

void cbx_coherence_peek(CbxState *s, const CbxTarget *t, void *data,
                        hwaddr length)
{
    if (t->snooped) {
        cbx_ram_load(NULL, t->gpa, data, length);
    } else {
        cbx_lines_peek(model.lines, t->gpa, data, length);
    }
}

void cbx_coherence_leave(const CbxTarget *t, hwaddr length)
{
    cbx_lines_untrack(model.lines, t->gpa, length);
}

void cbx_coherence_return(const CbxTarget *t, hwaddr length)
{
    if (cbx_page_cacheable(NULL, t->gpa)) {
        cbx_lines_track(model.lines, t->gpa, length);
    }
}

void cbx_coherence_claim(CbxState *s, const CbxBuffer *b, unsigned index,
                         const CbxTarget *t, hwaddr length, uint8_t type)
{
    CbxClaim claim = {
        .device = s,
        .buffer = b,
        .address = t->gpa,
        .length = length,
        .type = type,
        .cacheable = cbx_type_cacheable(b, type),
    };
    GPtrArray *claims = g_hash_table_lookup(model.buffers, b);
    CbxClaim *added;

    if (claims && index < claims->len) {
        if (cbx_claim_equal(claims->pdata[index], &claim)) {
            return;
        }
        g_ptr_array_set_size(claims, index);
    }
    added = cbx_claim_new(&claim);
    if (added) {
        cbx_claim_add(added);
        cbx_coherence_count(s);
    }
}

void cbx_coherence_cut(CbxState *s, const CbxBuffer *b, unsigned pieces)
{
    GPtrArray *claims = model.lines ? g_hash_table_lookup(model.buffers, b)
                                    : NULL;

    if (claims && claims->len > pieces) {
        g_ptr_array_set_size(claims, pieces);
        cbx_coherence_count(s);
    }
    if (claims && !pieces) {
        g_hash_table_remove(model.buffers, b);
    }
}

void cbx_coherence_forget(CbxState *s)
{
    for (unsigned i = 0; model.lines && i < CBX_BUFFERS_MAX; i++) {
        cbx_coherence_cut(s, &s->buffers[i], 0);
    }
}

void cbx_coherence_use(CbxState *s, const CbxBuffer *b)
{
    GPtrArray *claims = model.lines ? g_hash_table_lookup(model.buffers, b)
                                    : NULL;

    for (unsigned i = 0; claims && i < claims->len; i++) {
        const CbxClaim *claim = claims->pdata[i];

        cbx_lines_cpu_use(model.lines, claim->address, claim->length);
    }
    if (claims) {
        cbx_coherence_count(s);
    }
}

/* x86 looks into its caches also through such mappings; Arm does not. */
static bool cbx_type_past_caches(uint8_t type)
{
    return type == CBX_MEMTYPE_NORMAL_NC ||
           (type >= CBX_MEMTYPE_DEVICE_NGNRNE &&
            type <= CBX_MEMTYPE_DEVICE_GRE);
}

void cbx_coherence_require_clean(CbxState *s, const CbxBuffer *b)
{
    GPtrArray *claims = model.lines && !model.unknown
                        ? g_hash_table_lookup(model.buffers, b) : NULL;
    CbxLineRecord r = { .finding = (CbxFinding)CBX_FINDING_UNCLEAN };

    for (unsigned i = 0; claims && i < claims->len; i++) {
        const CbxClaim *claim = claims->pdata[i];
        uint64_t end = claim->address + claim->length;
        uint64_t at = claim->address;
        uint64_t length;

        while (cbx_type_past_caches(claim->type) &&
               (length = cbx_cleaned_gap(model.cleaned, &at, end))) {
            if (r.length && r.address + r.length != at) {
                cbx_coherence_found(NULL, &r);
                r.length = 0;
            }
            r.address = r.length ? r.address : at;
            r.length += length;
            at += length;
        }
    }
    if (r.length) {
        cbx_coherence_found(NULL, &r);
    }
}

/* ---- Migration --------------------------------------------------------- */

void cbx_coherence_drop_saved(CbxState *s)
{
    g_clear_pointer(&s->claims, g_free);
    s->n_claims = 0;
}

void cbx_coherence_save(CbxState *s)
{
    GArray *saved = g_array_new(false, false, sizeof(CbxSavedClaim));

    for (unsigned i = 0; model.lines && i < CBX_BUFFERS_MAX; i++) {
        GPtrArray *claims = g_hash_table_lookup(model.buffers, &s->buffers[i]);

        for (unsigned j = 0; claims && j < claims->len; j++) {
            const CbxClaim *claim = claims->pdata[j];
            CbxSavedClaim one = {
                .buffer = i,
                .cacheable = claim->cacheable,
                .address = claim->address,
                .length = claim->length,
            };

            g_array_append_val(saved, one);
        }
    }
    cbx_coherence_drop_saved(s);
    s->n_claims = saved->len;
    s->claims = (CbxSavedClaim *)g_array_free(saved, false);
}

bool cbx_coherence_may_load(const CbxState *s)
{
    return s->n_claims >= 0 && s->n_claims <= CLAIMS_MAX;
}

static bool cbx_saved_claim_valid(CbxState *s, const CbxSavedClaim *saved)
{
    return saved->buffer < CBX_BUFFERS_MAX && s->buffers[saved->buffer].id &&
           saved->length && saved->length <= CBX_LINE_PAGE &&
           saved->address % CBX_LINE_PAGE + saved->length <= CBX_LINE_PAGE;
}

/* The source has evicted everything, and has reported what was mixed. */
bool cbx_coherence_load(CbxState *s)
{
    for (int i = 0; i < s->n_claims; i++) {
        if (!cbx_saved_claim_valid(s, &s->claims[i])) {
            return false;
        }
    }
    /* What was cleaned there is not told. */
    model.unknown = true;
    for (int i = 0; cbx_coherence_on(s) && i < s->n_claims; i++) {
        const CbxSavedClaim *saved = &s->claims[i];
        CbxClaim *claim = cbx_claim_new(&(CbxClaim) {
            .device = s,
            .buffer = &s->buffers[saved->buffer],
            .address = saved->address,
            .length = saved->length,
            .cacheable = saved->cacheable,
        });

        if (!claim) {
            break;
        }
        cbx_claim_enter(claim);
        cbx_lines_untrack(model.lines, claim->address, 1);
    }
    cbx_coherence_drop_saved(s);
    return true;
}

/* ---- Maintenance ------------------------------------------------------- */

void cbx_coherence_cleaned(uint64_t address)
{
    cbx_cleaned_add(model.cleaned, address);
}

bool cbx_coherence_concerns(uint64_t address)
{
    return cbx_lines_concern(model.lines, address);
}

void cbx_coherence_maintain(uint64_t address, CbxMaintenance op, CbxInsn insn)
{
    const CbxClaim *claim = cbx_claim_at(address, 1);

    cbx_lines_maintain(model.lines, address, 1, op, insn);
    if (claim) {
        cbx_coherence_count(claim->device);
    }
}

void cbx_coherence_maintain_all(CbxMaintenance op, CbxInsn insn)
{
    cbx_lines_maintain_all(model.lines, op, insn);
    if (model.devices->len) {
        cbx_coherence_count(model.devices->pdata[0]);
    }
}

/* ---- Life -------------------------------------------------------------- */

static const CbxLineOps cbx_line_ops = {
    .load = cbx_ram_load,
    .store = cbx_ram_store,
    .cacheable = cbx_page_cacheable,
    .found = cbx_coherence_found,
};

bool cbx_coherence_start(CbxState *s, Error **errp)
{
    CbxLineConfig config = {
        .seed = s->seed,
        .policy = s->coherence_policy,
        .max_pages = PAGES_MAX,
    };

    if (s->coherence == CBX_COHERENCE_AUTO) {
        s->coherence = s->cca ? CBX_COHERENCE_OFF : CBX_COHERENCE_ON;
    }
    if (!cbx_coherence_on(s)) {
        return true;
    }
    config.audit = s->coherence == CBX_COHERENCE_AUDIT;
    if (!model.lines) {
        if (DEVICE(s)->hotplugged) {
            error_setg(errp, "cbx: code that has been translated tells of no "
                       "cache maintenance: plug a device with coherence "
                       "before the machine starts");
            return false;
        }
        if (!cbx_cpu_watch_caches(errp)) {
            return false;
        }
        model.config = config;
        model.devices = g_ptr_array_new();
        model.buffers = g_hash_table_new_full(NULL, NULL, NULL,
                                              (GDestroyNotify)
                                              g_ptr_array_unref);
        model.pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                            cbx_page_free);
        model.cleaned = cbx_cleaned_new();
        model.lines = cbx_lines_new(&config, &cbx_line_ops, NULL);
        qemu_add_vm_change_state_handler(cbx_coherence_run_state, NULL);
    }
    if (config.audit != model.config.audit ||
        config.policy != model.config.policy) {
        error_setg(errp, "cbx: all devices of a machine share its memory: "
                   "give them the same coherence and coherence-policy");
        return false;
    }
    g_ptr_array_add(model.devices, s);
    return true;
}

void cbx_coherence_stop(CbxState *s)
{
    cbx_coherence_forget(s);
    if (cbx_coherence_on(s)) {
        g_ptr_array_remove(model.devices, s);
    }
}
