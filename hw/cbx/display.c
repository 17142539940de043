/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the screen of cbx-display. The picture lies in guest memory and comes
 * by DMA, through the IOMMU, into a surface of QEMU's console.
 *
 * An idle screen costs one translation for each page of the picture: a page is
 * read again only when the CPU has written to it (the dirty log of guest RAM)
 * or when the translation leads elsewhere than before.
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "system/runstate.h"
#include "ui/console.h"
#include "cbx.h"
#include "trace.h"

/* A mode as the registers have it, and what follows from it. */
typedef struct CbxMode {
    uint32_t format;
    uint32_t width;
    uint32_t height;
    uint32_t stride;            /* bytes */
    uint64_t base;
    uint32_t row;               /* bytes of a row that are seen */
    uint32_t length;            /* bytes from the first to the last pixel */
} CbxMode;

/* One page of the picture: where it is, and where it was when last read. */
typedef struct CbxScreenPage {
    CbxTarget now;
    MemoryRegion *mr;           /* RAM whose log tells of writes, or NULL */
    hwaddr offset;              /* in it */
    hwaddr last;                /* or NOT_READ */
} CbxScreenPage;

/* No page of guest memory has this address. */
#define NOT_READ    HWADDR_MAX

/* The dirty log of one piece of RAM with pages of the picture. */
typedef struct CbxScreenLog {
    hwaddr first;               /* of these pages, this time */
    hwaddr end;
    bool fresh;                 /* switched on just now: knows nothing */
    DirtyBitmapSnapshot *snapshot;
} CbxScreenLog;

struct CbxDisplay {
    QemuConsole *con;
    CbxMode mode;               /* while the screen is on */
    uint8_t *frame;             /* bytes of the picture, as in memory */
    CbxScreenPage *pages;
    GHashTable *logs;           /* MemoryRegion -> CbxScreenLog */
};

static const struct {
    uint32_t bytes;
    pixman_format_code_t code;
} cbx_display_formats[] = {
    [CBX_DISPLAY_XRGB8888] = { 4, PIXMAN_x8r8g8b8 },
    [CBX_DISPLAY_RGB565] = { 2, PIXMAN_r5g6b5 },
};

bool cbx_display_is_off(CbxState *s)
{
    return !(cbx_get32(s, CBX_REG_DISPLAY_CONTROL) & CBX_DISPLAY_ON);
}

/* ---- Modes ------------------------------------------------------------- */

static uint16_t cbx_display_mode(CbxState *s, CbxMode *m)
{
    *m = (CbxMode) {
        .format = cbx_get32(s, CBX_REG_DISPLAY_FORMAT),
        .width = cbx_get32(s, CBX_REG_DISPLAY_WIDTH),
        .height = cbx_get32(s, CBX_REG_DISPLAY_HEIGHT),
        .stride = cbx_get32(s, CBX_REG_DISPLAY_STRIDE),
        .base = cbx_get64(s, CBX_REG_DISPLAY_BASE_LO),
    };
    if (m->format >= ARRAY_SIZE(cbx_display_formats) ||
        !cbx_display_formats[m->format].bytes) {
        return CBX_STATUS_BAD_FLAGS;
    }
    m->row = m->width * cbx_display_formats[m->format].bytes;
    if (m->width - 1 >= CBX_DISPLAY_SIZE_MAX ||
        m->height - 1 >= CBX_DISPLAY_SIZE_MAX ||
        m->stride > CBX_DISPLAY_STRIDE_MAX || m->stride < m->row) {
        return CBX_STATUS_BAD_LENGTH;
    }
    m->length = m->stride * (m->height - 1) + m->row;
    if (m->stride % 4 || m->base % 4) {
        return CBX_STATUS_BAD_ALIGNMENT;
    }
    if (m->base > cbx_last_address(s) - (m->length - 1)) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    return CBX_STATUS_OK;
}

/* Pages that the picture touches. */
static uint32_t cbx_mode_pages(const CbxMode *m)
{
    return (m->base % CBX_PAGE_SIZE + m->length - 1) / CBX_PAGE_SIZE + 1;
}

static void cbx_display_on(CbxState *s, const CbxMode *m)
{
    CbxDisplay *d = s->display;
    uint32_t pages = cbx_mode_pages(m);

    d->mode = *m;
    d->frame = g_malloc0(m->stride * m->height);
    d->pages = g_new0(CbxScreenPage, pages);
    for (uint32_t i = 0; i < pages; i++) {
        d->pages[i].last = NOT_READ;
    }
    dpy_gfx_replace_surface(d->con, qemu_create_displaysurface_from(
        m->width, m->height, cbx_display_formats[m->format].code, m->stride,
        d->frame));
    trace_cbx_display_on(m->width, m->height, m->stride, m->format, m->base);
}

static void cbx_log_stop(gpointer mr, gpointer log, gpointer opaque)
{
    memory_region_set_log(mr, false, DIRTY_MEMORY_VGA);
    memory_region_unref(mr);
}

static void cbx_display_off(CbxState *s)
{
    CbxDisplay *d = s->display;

    if (!d->frame) {
        return;
    }
    /* The surface goes first: it does not own the frame. */
    dpy_gfx_replace_surface(d->con, NULL);
    g_hash_table_foreach(d->logs, cbx_log_stop, NULL);
    g_hash_table_remove_all(d->logs);
    g_clear_pointer(&d->frame, g_free);
    g_clear_pointer(&d->pages, g_free);
    trace_cbx_display_off();
}

/* ---- Scan out ---------------------------------------------------------- */

/* The bytes of the picture that lie in one page. */
static uint32_t cbx_page_offset(const CbxMode *m, uint32_t page)
{
    return page ? page * CBX_PAGE_SIZE - m->base % CBX_PAGE_SIZE : 0;
}

static uint32_t cbx_page_length(const CbxMode *m, uint32_t page)
{
    return MIN(cbx_page_offset(m, page + 1), m->length) -
           cbx_page_offset(m, page);
}

/* Have the page's RAM logged from now on, and looked at in this scan. */
static void cbx_log_page(CbxDisplay *d, CbxScreenPage *p, hwaddr length)
{
    MemoryRegionSection section = memory_region_find(p->now.as->root,
                                                     p->now.gpa, length);
    CbxScreenLog *log;

    p->mr = section.mr;
    if (!p->mr) {
        return;
    }
    p->offset = section.offset_within_region;
    log = g_hash_table_lookup(d->logs, p->mr);
    if (log) {
        memory_region_unref(p->mr);
    } else {
        /* The table keeps the reference. */
        log = g_new0(CbxScreenLog, 1);
        log->fresh = true;
        g_hash_table_insert(d->logs, p->mr, log);
        memory_region_set_log(p->mr, true, DIRTY_MEMORY_VGA);
    }
    log->first = log->end ? MIN(log->first, p->offset) : p->offset;
    log->end = MAX(log->end, p->offset + length);
}

/* Registers are no picture: reading them may have effects. */
static void cbx_find_page(CbxState *s, uint32_t page)
{
    CbxDisplay *d = s->display;
    CbxScreenPage *p = &d->pages[page];

    p->mr = NULL;
    p->now = cbx_resolve(s, d->mode.base + cbx_page_offset(&d->mode, page),
                         false);
    if (p->now.status == CBX_STATUS_OK && !p->now.direct) {
        p->now.status = CBX_STATUS_BUS_ERROR;
    }
    if (p->now.status == CBX_STATUS_OK && p->now.ram) {
        cbx_log_page(d, p, cbx_page_length(&d->mode, page));
    }
}

/*
 * Clearing the log takes more than the range with it, so that each piece of
 * RAM is asked once for all its pages, before any is read.
 */
static void cbx_logs_take(CbxDisplay *d)
{
    GHashTableIter i;
    gpointer mr, value;

    g_hash_table_iter_init(&i, d->logs);
    while (g_hash_table_iter_next(&i, &mr, &value)) {
        CbxScreenLog *log = value;

        if (log->end) {
            log->snapshot = memory_region_snapshot_and_clear_dirty(
                mr, log->first, log->end - log->first, DIRTY_MEMORY_VGA);
        }
    }
}

static void cbx_logs_drop(CbxDisplay *d)
{
    GHashTableIter i;
    gpointer value;

    g_hash_table_iter_init(&i, d->logs);
    while (g_hash_table_iter_next(&i, NULL, &value)) {
        CbxScreenLog *log = value;

        g_clear_pointer(&log->snapshot, g_free);
        log->first = log->end = 0;
        log->fresh = false;
    }
}

static bool cbx_page_changed(CbxDisplay *d, const CbxScreenPage *p,
                             hwaddr length)
{
    CbxScreenLog *log = p->mr ? g_hash_table_lookup(d->logs, p->mr) : NULL;

    return p->now.status != CBX_STATUS_OK || p->now.gpa != p->last || !log ||
           log->fresh || memory_region_snapshot_get_dirty(
               p->mr, log->snapshot, p->offset, length);
}

/* What cannot be read is black. */
static uint16_t cbx_read_page(CbxState *s, uint32_t page)
{
    CbxDisplay *d = s->display;
    CbxScreenPage *p = &d->pages[page];
    uint8_t *to = d->frame + cbx_page_offset(&d->mode, page);
    uint32_t length = cbx_page_length(&d->mode, page);

    if (p->now.status != CBX_STATUS_OK) {
        p->last = NOT_READ;
        memset(to, 0, length);
        return p->now.status;
    }
    p->last = p->now.gpa;
    s->stats[CBX_STAT_DMA_READS]++;
    s->stats[CBX_STAT_BYTES_READ] += length;
    return cbx_access(s, &p->now, to, length, false);
}

static void cbx_show_page(CbxDisplay *d, uint32_t page)
{
    uint32_t offset = cbx_page_offset(&d->mode, page);
    uint32_t top = offset / d->mode.stride;
    uint32_t bottom = (offset + cbx_page_length(&d->mode, page) - 1) /
                      d->mode.stride;

    dpy_gfx_update(d->con, 0, top, d->mode.width, bottom - top + 1);
}

/* Everything that changed, or all; the first thing that went wrong. */
static uint16_t cbx_scan_out(CbxState *s, bool all)
{
    CbxDisplay *d = s->display;
    uint32_t pages = cbx_mode_pages(&d->mode);
    uint16_t status = cbx_bus_status(s);

    if (status != CBX_STATUS_OK) {
        return status;
    }
    for (uint32_t page = 0; page < pages; page++) {
        cbx_find_page(s, page);
    }
    cbx_logs_take(d);
    for (uint32_t page = 0; page < pages; page++) {
        CbxScreenPage *p = &d->pages[page];
        uint16_t now;

        if (!all && !cbx_page_changed(d, p, cbx_page_length(&d->mode, page))) {
            continue;
        }
        now = cbx_read_page(s, page);
        if (status == CBX_STATUS_OK) {
            status = now;
        }
        cbx_show_page(d, page);
    }
    cbx_logs_drop(d);
    return status;
}

static void cbx_gfx_update(void *opaque)
{
    CbxState *s = opaque;

    if (s->display->frame) {
        cbx_scan_out(s, false);
    }
}

static void cbx_invalidate(void *opaque)
{
    CbxState *s = opaque;
    CbxDisplay *d = s->display;

    if (d->frame) {
        for (uint32_t i = 0; i < cbx_mode_pages(&d->mode); i++) {
            d->pages[i].last = NOT_READ;
        }
    }
}

static const GraphicHwOps cbx_display_ops = {
    .invalidate = cbx_invalidate,
    .gfx_update = cbx_gfx_update,
};

/* ---- Updates that software asks for ------------------------------------ */

static uint64_t cbx_frame_checksum(const CbxDisplay *d)
{
    XXH64_state_t hash;

    XXH64_reset(&hash, 0);
    for (uint32_t y = 0; y < d->mode.height; y++) {
        XXH64_update(&hash, d->frame + y * d->mode.stride, d->mode.row);
    }
    return XXH64_digest(&hash);
}

/* A bit in the middle of the picture, as it is shown and summed up. */
static void cbx_display_fault(CbxState *s)
{
    CbxDisplay *d = s->display;
    uint32_t y = d->mode.height / 2;
    uint32_t at = y * d->mode.stride + d->mode.row / 2;

    if (cbx_faults_strike(s, CBX_FAULT_FLIP_PIXEL)) {
        d->frame[at] ^= 0x80;
        dpy_gfx_update(d->con, 0, y, d->mode.width, 1);
        cbx_fault_report(s, CBX_FAULT_FLIP_PIXEL, d->mode.base + at);
    }
}

static void cbx_display_update(CbxState *s, uint16_t *status)
{
    CbxDisplay *d = s->display;
    uint32_t frames = cbx_get32(s, CBX_REG_DISPLAY_FRAMES) + 1;
    uint64_t sum;
    JSONWriter *json;

    *status = cbx_scan_out(s, true);
    cbx_display_fault(s);
    sum = cbx_frame_checksum(d);
    cbx_set32(s, CBX_REG_DISPLAY_FRAMES, frames);
    cbx_set64(s, CBX_REG_DISPLAY_SUM_LO, sum);
    json = cbx_report_begin(s, "frame");
    json_writer_int64(json, "frame", frames);
    json_writer_int64(json, "width", d->mode.width);
    json_writer_int64(json, "height", d->mode.height);
    json_writer_int64(json, "bits",
                      cbx_display_formats[d->mode.format].bytes * 8);
    cbx_report_hex(json, "logical", d->mode.base);
    json_writer_str(json, "status", cbx_status_text(*status));
    cbx_report_hex(json, "xxh64", sum);
    cbx_report_end(s, json);
    trace_cbx_display_update(frames, *status, sum);
    if (s->pause_frames) {
        vm_stop(RUN_STATE_PAUSED);
    }
}

void cbx_display_control_write(CbxState *s, uint32_t value)
{
    uint16_t status = CBX_STATUS_OK;
    CbxMode mode;

    if (!s->display) {
        cbx_register_error(s, CBX_STATUS_UNSUPPORTED);
        return;
    }
    if (value & ~(CBX_DISPLAY_ON | CBX_DISPLAY_UPDATE)) {
        status = CBX_STATUS_BAD_FLAGS;
    } else if (!(value & CBX_DISPLAY_ON)) {
        cbx_display_off(s);
        cbx_set32(s, CBX_REG_DISPLAY_CONTROL, 0);
        status = value & CBX_DISPLAY_UPDATE ? CBX_STATUS_DISABLED
                                            : CBX_STATUS_OK;
    } else if (cbx_display_is_off(s)) {
        status = cbx_display_mode(s, &mode);
        if (status == CBX_STATUS_OK) {
            cbx_display_on(s, &mode);
            cbx_set32(s, CBX_REG_DISPLAY_CONTROL, CBX_DISPLAY_ON);
        }
    }
    if (status == CBX_STATUS_OK && value & CBX_DISPLAY_UPDATE) {
        cbx_display_update(s, &status);
    }
    cbx_set32(s, CBX_REG_DISPLAY_STATUS, status);
}

/* ---- Life -------------------------------------------------------------- */

void cbx_display_init(CbxState *s)
{
    s->display = g_new0(CbxDisplay, 1);
    s->display->logs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    s->display->con = graphic_console_init(DEVICE(s), 0, &cbx_display_ops, s);
}

void cbx_display_exit(CbxState *s)
{
    if (!s->display) {
        return;
    }
    cbx_display_off(s);
    graphic_console_close(s->display->con);
    g_hash_table_destroy(s->display->logs);
    g_clear_pointer(&s->display, g_free);
}

void cbx_display_reset(CbxState *s)
{
    if (s->display) {
        cbx_display_off(s);
    }
}

bool cbx_display_post_load(CbxState *s)
{
    CbxMode mode;

    if (cbx_get32(s, CBX_REG_DISPLAY_CONTROL) & ~CBX_DISPLAY_ON) {
        return false;
    }
    if (!s->display) {
        return cbx_display_is_off(s);
    }
    cbx_display_off(s);
    if (cbx_display_is_off(s)) {
        return true;
    }
    if (cbx_display_mode(s, &mode) != CBX_STATUS_OK) {
        return false;
    }
    cbx_display_on(s, &mode);
    return true;
}
