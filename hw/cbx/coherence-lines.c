/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "coherence-lines.h"

#include <glib.h>
#include <string.h>

#include "cbx/abi.h"

enum {
    PAGE_LINES = CBX_LINE_PAGE / CBX_LINE_SIZE,
    /* Of so many lines, one: that is refilled; that makes an eviction more. */
    REFILL_ONE_OF = 4,
    EVICT_ONE_OF = 8,
    FILTER_SIZE = 8192,
};

/* One bit for each byte of the line. */
typedef struct Line {
    uint64_t dirty;             /* the CPU stored since the line was in step */
    uint64_t written;           /* memory was written, and last: is newer */
    CbxInsn insn;               /* the last maintenance */
    uint8_t last;               /* CbxMaintenance */
    uint8_t reported;           /* bit for each CbxFinding */
} Line;

typedef struct Page {
    uint64_t address;
    unsigned slot;              /* index in CbxLines.pages */
    bool used;                  /* since the clock's hand came by */
    bool mixed;
    Line lines[PAGE_LINES];
    uint8_t seen[CBX_LINE_PAGE];    /* RAM when last looked at */
    uint8_t memory[];           /* none in audit mode */
} Page;

struct CbxLines {
    CbxLineConfig config;
    const CbxLineOps *ops;
    void *opaque;
    GHashTable *by_address;     /* of uint64_t, the first field of Page */
    GPtrArray *pages;
    unsigned hand;
    uint64_t draws;
    CbxLineCounts counts;
    CbxLineRecord pending[CBX_FINDINGS];    /* length 0: none */
    gint filter[FILTER_SIZE];   /* tracked pages, by some bits of address */
};

/* A range, piece by piece: within a line, or the rest of an untracked page. */
typedef struct Walk {
    uint64_t address;
    uint64_t left;              /* from this piece on */
    uint64_t done;              /* before it */
    uint64_t length;            /* of this piece */
    Page *page;                 /* NULL: not tracked */
    unsigned index;             /* of the line in it */
    unsigned offset;            /* of the piece in the line */
    uint64_t mask;              /* of the piece in the line */
} Walk;

/* ---- Records ----------------------------------------------------------- */

static void flush_finding(CbxLines *lines, CbxFinding finding)
{
    CbxLineRecord *record = &lines->pending[finding];

    if (record->length) {
        lines->ops->found(lines->opaque, record);
        record->length = 0;
    }
}

static void flush(CbxLines *lines)
{
    for (unsigned i = 0; i < CBX_FINDINGS; i++) {
        flush_finding(lines, i);
    }
}

static void report(CbxLines *lines, CbxFinding finding, const Line *line,
                   uint64_t address, uint64_t length)
{
    CbxLineRecord *record = &lines->pending[finding];

    lines->counts.findings[finding]++;
    if (record->length && record->address + record->length == address &&
        record->last == line->last && record->insn.pc == line->insn.pc &&
        record->insn.cpu == line->insn.cpu) {
        record->length += length;
        return;
    }
    flush_finding(lines, finding);
    *record = (CbxLineRecord) {
        .finding = finding,
        .last = line->last,
        .insn = line->insn,
        .address = address,
        .length = length,
    };
}

static void find(CbxLines *lines, CbxFinding finding, Page *page,
                 unsigned index)
{
    Line *line = &page->lines[index];

    if (!(line->reported & 1u << finding)) {
        line->reported |= 1u << finding;
        report(lines, finding, line, page->address + index * CBX_LINE_SIZE,
               CBX_LINE_SIZE);
    }
}

static void find_mixed(CbxLines *lines, Page *page)
{
    static const Line none;

    if (!page->mixed) {
        page->mixed = true;
        report(lines, CBX_FINDING_MIXED, &none, page->address, CBX_LINE_PAGE);
    }
}

/* ---- One line ---------------------------------------------------------- */

static uint8_t *line_seen(Page *page, unsigned index)
{
    return page->seen + index * CBX_LINE_SIZE;
}

static uint8_t *line_memory(Page *page, unsigned index)
{
    return page->memory + index * CBX_LINE_SIZE;
}

static void cpu_wrote(CbxLines *lines, Line *line, uint64_t mask)
{
    lines->counts.stale_for_device += !line->dirty;
    line->dirty |= mask;
    line->written &= ~mask;
}

static void memory_written(CbxLines *lines, Line *line, uint64_t mask)
{
    lines->counts.stale_for_cpu += !line->written;
    line->written |= mask;
}

/* Find out what CPUs have stored. Each line is looked at once per event. */
static void observe(CbxLines *lines, Page *page, unsigned index)
{
    uint8_t *seen = line_seen(page, index);
    uint8_t now[CBX_LINE_SIZE];
    uint64_t mask = 0;

    lines->ops->load(lines->opaque, page->address + index * CBX_LINE_SIZE, now,
                     sizeof(now));
    if (!memcmp(now, seen, sizeof(now))) {
        return;
    }
    for (unsigned i = 0; i < CBX_LINE_SIZE; i++) {
        mask |= (uint64_t)(now[i] != seen[i]) << i;
    }
    memcpy(seen, now, sizeof(now));
    cpu_wrote(lines, &page->lines[index], mask);
}

static void in_step(Line *line)
{
    line->dirty = 0;
    line->written = 0;
    line->reported = 0;
}

static void write_back(CbxLines *lines, Page *page, unsigned index)
{
    if (page->lines[index].written) {
        find(lines, CBX_FINDING_OVERWRITTEN, page, index);
    }
    if (!lines->config.audit) {
        memcpy(line_memory(page, index), line_seen(page, index),
               CBX_LINE_SIZE);
    }
    in_step(&page->lines[index]);
}

/*
 * RAM becomes what memory holds, only in the bytes that are known to differ:
 * a CPU may be storing to the others.
 */
static void refill(CbxLines *lines, Page *page, unsigned index)
{
    Line *line = &page->lines[index];
    uint64_t mask = line->dirty | line->written;
    uint64_t address = page->address + index * CBX_LINE_SIZE;

    if (!lines->config.audit) {
        while (mask) {
            unsigned start = __builtin_ctzll(mask);
            uint64_t rest = ~(mask >> start);
            unsigned length = rest ? (unsigned)__builtin_ctzll(rest)
                                   : CBX_LINE_SIZE;
            const uint8_t *from = line_memory(page, index) + start;

            lines->ops->store(lines->opaque, address + start, from, length);
            memcpy(line_seen(page, index) + start, from, length);
            mask = start + length < CBX_LINE_SIZE
                   ? mask & ~0ull << (start + length) : 0;
        }
    }
    in_step(line);
}

static void evict(CbxLines *lines, Page *page, unsigned index)
{
    observe(lines, page, index);
    if (page->lines[index].dirty) {
        write_back(lines, page, index);
    } else {
        refill(lines, page, index);
    }
}

/* ---- Pages ------------------------------------------------------------- */

static unsigned filter_index(uint64_t address)
{
    return address / CBX_LINE_PAGE % FILTER_SIZE;
}

bool cbx_lines_concern(const CbxLines *lines, uint64_t address)
{
    return g_atomic_int_get(&lines->filter[filter_index(address)]) != 0;
}

static Page *lookup(CbxLines *lines, uint64_t address)
{
    uint64_t page_address = address & ~(uint64_t)(CBX_LINE_PAGE - 1);
    Page *page = g_hash_table_lookup(lines->by_address, &page_address);

    if (page) {
        page->used = true;
    }
    return page;
}

static void forget(CbxLines *lines, Page *page)
{
    unsigned slot = page->slot;

    for (unsigned i = 0; i < PAGE_LINES; i++) {
        evict(lines, page, i);
    }
    g_atomic_int_add(&lines->filter[filter_index(page->address)], -1);
    g_ptr_array_remove_index_fast(lines->pages, slot);
    if (slot < lines->pages->len) {
        ((Page *)lines->pages->pdata[slot])->slot = slot;
    }
    g_hash_table_remove(lines->by_address, &page->address);
}

/* Second chance: the first page that was not used since the hand came by. */
static void make_room(CbxLines *lines)
{
    for (;; lines->hand++) {
        Page *page;

        lines->hand %= lines->pages->len;
        page = lines->pages->pdata[lines->hand];
        if (!page->used) {
            lines->counts.evicted_pages++;
            forget(lines, page);
            return;
        }
        page->used = false;
    }
}

static Page *track_page(CbxLines *lines, uint64_t address)
{
    Page *page;

    if (lines->pages->len >= lines->config.max_pages) {
        make_room(lines);
    }
    page = g_malloc0(sizeof(*page) +
                     (lines->config.audit ? 0 : CBX_LINE_PAGE));
    page->address = address & ~(uint64_t)(CBX_LINE_PAGE - 1);
    page->slot = lines->pages->len;
    page->used = true;
    /* Before the page is looked at: what is cleaned from now on counts. */
    g_atomic_int_inc(&lines->filter[filter_index(page->address)]);
    lines->ops->load(lines->opaque, page->address, page->seen, CBX_LINE_PAGE);
    if (!lines->config.audit) {
        memcpy(page->memory, page->seen, CBX_LINE_PAGE);
    }
    g_ptr_array_add(lines->pages, page);
    g_hash_table_insert(lines->by_address, &page->address, page);
    return page;
}

/* ---- Ranges ------------------------------------------------------------ */

static Walk walk_range(uint64_t address, uint64_t length)
{
    return (Walk) { .address = address, .left = length };
}

typedef enum Track { TRACK_NOT, TRACK_CACHEABLE, TRACK_ALWAYS } Track;

static Page *walk_page(CbxLines *lines, uint64_t address, Track track)
{
    Page *page = lookup(lines, address);

    if (page || track == TRACK_NOT ||
        (track == TRACK_CACHEABLE &&
         !lines->ops->cacheable(lines->opaque, address))) {
        return page;
    }
    return track_page(lines, address);
}

static bool walk_next(CbxLines *lines, Walk *w, Track track)
{
    bool first = !w->done && !w->length;
    unsigned in_page;

    w->address += w->length;
    w->done += w->length;
    w->left -= w->length;
    if (!w->left) {
        return false;
    }
    in_page = w->address % CBX_LINE_PAGE;
    if (first || !in_page) {
        w->page = walk_page(lines, w->address, track);
    }
    if (!w->page) {
        w->length = MIN(w->left, CBX_LINE_PAGE - in_page);
        return true;
    }
    w->index = in_page / CBX_LINE_SIZE;
    w->offset = in_page % CBX_LINE_SIZE;
    w->length = MIN(w->left, CBX_LINE_SIZE - w->offset);
    w->mask = ~0ull >> (CBX_LINE_SIZE - w->length) << w->offset;
    return true;
}

static Line *walk_line(const Walk *w)
{
    return &w->page->lines[w->index];
}

void cbx_lines_track(CbxLines *lines, uint64_t address, uint64_t length)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_ALWAYS)) {
        continue;
    }
    flush(lines);
}

void cbx_lines_untrack(CbxLines *lines, uint64_t address, uint64_t length)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        if (w.page) {
            forget(lines, w.page);
            w.page = NULL;
        }
    }
    flush(lines);
}

void cbx_lines_mapped_past(CbxLines *lines, uint64_t address, uint64_t length)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        if (w.page) {
            find_mixed(lines, w.page);
            forget(lines, w.page);
            w.page = NULL;
        }
    }
    flush(lines);
}

void cbx_lines_untrack_all(CbxLines *lines)
{
    while (lines->pages->len) {
        forget(lines, lines->pages->pdata[lines->pages->len - 1]);
    }
    flush(lines);
}

/* ---- What caches do unasked -------------------------------------------- */

static uint64_t draw(CbxLines *lines)
{
    return cbx_pattern_word(lines->config.seed, lines->draws++);
}

static bool refills_early(CbxLines *lines, const Line *line)
{
    return (lines->config.policy & CBX_POLICY_EARLY_REFILL) && !line->dirty &&
           draw(lines) % REFILL_ONE_OF == 0;
}

/* Every other time a line near the access, otherwise one anywhere. */
static void write_back_early(CbxLines *lines, uint64_t address,
                             uint64_t length)
{
    uint64_t times = 1 + length / CBX_LINE_SIZE / EVICT_ONE_OF;

    if (!(lines->config.policy & CBX_POLICY_EARLY_WRITE_BACK) ||
        !length || !lines->pages->len) {
        return;
    }
    while (times--) {
        uint64_t where = draw(lines);
        uint64_t which = draw(lines);
        unsigned index = which % PAGE_LINES;
        Page *page = which >> 63
                     ? lookup(lines, address + where % length)
                     : lines->pages->pdata[where % lines->pages->len];

        if (!page) {
            continue;
        }
        observe(lines, page, index);
        if (page->lines[index].dirty) {
            lines->counts.early_write_backs++;
            write_back(lines, page, index);
        }
    }
}

/* ---- Accesses ---------------------------------------------------------- */

/* Past the caches: a device that does not snoop, or another mapping. */
static void memory_read(CbxLines *lines, const Walk *w, uint8_t *to)
{
    const Line *line = walk_line(w);

    observe(lines, w->page, w->index);
    if (line->dirty & ~line->written & w->mask) {
        find(lines, CBX_FINDING_STALE_READ, w->page, w->index);
    }
    memcpy(to, (lines->config.audit ? line_seen : line_memory)
               (w->page, w->index) + w->offset, w->length);
}

static void memory_write(CbxLines *lines, const Walk *w, const uint8_t *from)
{
    observe(lines, w->page, w->index);
    if (walk_line(w)->dirty) {
        find(lines, CBX_FINDING_DIRTY_WRITE, w->page, w->index);
    }
    if (lines->config.audit) {
        lines->ops->store(lines->opaque, w->address, from, w->length);
        memcpy(line_seen(w->page, w->index) + w->offset, from, w->length);
    } else {
        memcpy(line_memory(w->page, w->index) + w->offset, from, w->length);
    }
    memory_written(lines, walk_line(w), w->mask);
}

/* The line is given up by the caches, then written in both images. */
static void snooped_write(CbxLines *lines, const Walk *w, const uint8_t *from)
{
    evict(lines, w->page, w->index);
    lines->ops->store(lines->opaque, w->address, from, w->length);
    memcpy(line_seen(w->page, w->index) + w->offset, from, w->length);
    if (!lines->config.audit) {
        memcpy(line_memory(w->page, w->index) + w->offset, from, w->length);
    }
}

static void use(CbxLines *lines, const Walk *w)
{
    observe(lines, w->page, w->index);
    if (walk_line(w)->written & w->mask) {
        find(lines, CBX_FINDING_STALE_USE, w->page, w->index);
    }
}

void cbx_lines_device_read(CbxLines *lines, uint64_t address, void *data,
                           size_t length, bool snooped)
{
    Walk w = walk_range(address, length);

    if (snooped) {
        while (walk_next(lines, &w, TRACK_NOT)) {
            lines->ops->load(lines->opaque, w.address,
                             (uint8_t *)data + w.done, w.length);
        }
        return;
    }
    while (walk_next(lines, &w, TRACK_CACHEABLE)) {
        uint8_t *to = (uint8_t *)data + w.done;

        if (w.page) {
            memory_read(lines, &w, to);
        } else {
            lines->ops->load(lines->opaque, w.address, to, w.length);
        }
    }
    write_back_early(lines, address, length);
    flush(lines);
}

void cbx_lines_device_write(CbxLines *lines, uint64_t address,
                            const void *data, size_t length, bool snooped)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, snooped ? TRACK_NOT : TRACK_CACHEABLE)) {
        const uint8_t *from = (const uint8_t *)data + w.done;

        if (!w.page) {
            lines->ops->store(lines->opaque, w.address, from, w.length);
        } else if (snooped) {
            snooped_write(lines, &w, from);
        } else {
            memory_write(lines, &w, from);
            if (refills_early(lines, walk_line(&w))) {
                lines->counts.early_refills++;
                refill(lines, w.page, w.index);
            }
        }
    }
    if (!snooped) {
        write_back_early(lines, address, length);
    }
    flush(lines);
}

void cbx_lines_cpu_read(CbxLines *lines, uint64_t address, void *data,
                        size_t length, bool cacheable)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        uint8_t *to = (uint8_t *)data + w.done;

        if (w.page && !cacheable) {
            find_mixed(lines, w.page);
            memory_read(lines, &w, to);
            continue;
        }
        if (w.page) {
            use(lines, &w);
        }
        lines->ops->load(lines->opaque, w.address, to, w.length);
    }
    flush(lines);
}

void cbx_lines_cpu_write(CbxLines *lines, uint64_t address, const void *data,
                         size_t length, bool cacheable)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        const uint8_t *from = (const uint8_t *)data + w.done;

        if (w.page && !cacheable) {
            find_mixed(lines, w.page);
            memory_write(lines, &w, from);
            continue;
        }
        if (w.page) {
            cpu_wrote(lines, walk_line(&w), w.mask);
        }
        lines->ops->store(lines->opaque, w.address, from, w.length);
    }
    flush(lines);
}

void cbx_lines_cpu_use(CbxLines *lines, uint64_t address, uint64_t length)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        if (w.page) {
            use(lines, &w);
        }
    }
    flush(lines);
}

/* ---- Maintenance ------------------------------------------------------- */

static void invalidate(CbxLines *lines, Page *page, unsigned index)
{
    const Line *line = &page->lines[index];

    if (!(lines->config.policy & CBX_POLICY_INVALIDATE_DISCARDS)) {
        evict(lines, page, index);
        return;
    }
    observe(lines, page, index);
    if (line->dirty & ~line->written) {
        find(lines, CBX_FINDING_DISCARDED, page, index);
    }
    refill(lines, page, index);
}

static void maintain(CbxLines *lines, Page *page, unsigned index,
                     CbxMaintenance op, CbxInsn insn)
{
    Line *line = &page->lines[index];

    switch (op) {
    case CBX_MAINTENANCE_CLEAN:
        observe(lines, page, index);
        if (line->dirty) {
            write_back(lines, page, index);
        }
        break;
    case CBX_MAINTENANCE_INVALIDATE:
        invalidate(lines, page, index);
        break;
    case CBX_MAINTENANCE_CLEAN_INVALIDATE:
        evict(lines, page, index);
        break;
    default:
        break;
    }
    lines->counts.maintained[op]++;
    /* After the deed: findings of this operation name the one before. */
    line->last = op;
    line->insn = insn;
}

void cbx_lines_maintain(CbxLines *lines, uint64_t address, uint64_t length,
                        CbxMaintenance op, CbxInsn insn)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        if (w.page) {
            maintain(lines, w.page, w.index, op, insn);
        }
    }
    flush(lines);
}

void cbx_lines_maintain_all(CbxLines *lines, CbxMaintenance op, CbxInsn insn)
{
    for (unsigned i = 0; i < lines->pages->len; i++) {
        for (unsigned index = 0; index < PAGE_LINES; index++) {
            maintain(lines, lines->pages->pdata[i], index, op, insn);
        }
    }
    flush(lines);
}

/* ---- Looking without touching ------------------------------------------ */

void cbx_lines_peek(CbxLines *lines, uint64_t address, void *data,
                    size_t length)
{
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        uint8_t *to = (uint8_t *)data + w.done;

        if (w.page && !lines->config.audit) {
            memcpy(to, line_memory(w.page, w.index) + w.offset, w.length);
        } else {
            lines->ops->load(lines->opaque, w.address, to, w.length);
        }
    }
}

CbxLineSurvey cbx_lines_survey(CbxLines *lines, uint64_t address,
                               uint64_t length)
{
    CbxLineSurvey survey = { 0 };
    Walk w = walk_range(address, length);

    while (walk_next(lines, &w, TRACK_NOT)) {
        if (w.page) {
            observe(lines, w.page, w.index);
            survey.tracked++;
            survey.stale_for_device +=
                (walk_line(&w)->dirty & ~walk_line(&w)->written) != 0;
            survey.stale_for_cpu += walk_line(&w)->written != 0;
        }
    }
    return survey;
}

const CbxLineCounts *cbx_lines_counts(const CbxLines *lines)
{
    return &lines->counts;
}

unsigned cbx_lines_pages(const CbxLines *lines)
{
    return lines->pages->len;
}

/* ---- Life -------------------------------------------------------------- */

CbxLines *cbx_lines_new(const CbxLineConfig *config, const CbxLineOps *ops,
                        void *opaque)
{
    CbxLines *lines = g_new0(CbxLines, 1);

    lines->config = *config;
    lines->config.max_pages = MAX(config->max_pages, 1);
    if (config->audit) {
        lines->config.policy = 0;
    }
    lines->ops = ops;
    lines->opaque = opaque;
    lines->by_address = g_hash_table_new_full(g_int64_hash, g_int64_equal,
                                              NULL, g_free);
    lines->pages = g_ptr_array_new();
    return lines;
}

void cbx_lines_free(CbxLines *lines)
{
    if (lines) {
        g_hash_table_unref(lines->by_address);
        g_ptr_array_unref(lines->pages);
        g_free(lines);
    }
}
