/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include "plain.h"

/* An eye does not read faster, and a terminal need not either. */
#define REDRAW_MICROSECONDS 50000

/* To the first column, and erase to the end (ECMA-48, 8.3.41, EL). */
#define ERASE_LINE "\r\x1b[K"

CbxProgress *cbx_progress_new(FILE *out, guint run, guint runs)
{
    CbxProgress *p = g_new0(CbxProgress, 1);

    p->out = out;
    p->prefix = runs > 1 ? g_strdup_printf("run %u of %u: ", run, runs)
                         : g_strdup("");
    if (out) {
        p->terminal = cbx_terminal(fileno(out));
    }
    return p;
}

/*
 * What the run is at; for a check its call, or else who makes it. Free with
 * g_free().
 */
static char *stage_of(const CbxReport *report)
{
    const CbxResult *last;
    const char *port;

    if (report->results->len == 0) {
        return g_strdup(cbx_report_device(report) ? "the driver is starting"
                                                  : "the guest is starting");
    }
    last = g_ptr_array_index(report->results, report->results->len - 1);
    port = cbx_result_port(last);
    return g_strconcat(port ? port : "", port ? ": " : "",
                       *last->api ? last->api : last->driver, NULL);
}

static void draw(CbxProgress *p, const CbxReport *report, const char *stage)
{
    const CbxResult *last = NULL;
    g_autofree char *line = NULL;
    g_autofree char *plain = NULL;
    g_autofree char *shown = NULL;
    glong room = p->terminal.width > 0 ? (glong)p->terminal.width - 1 : 79;

    if (report->results->len > 0) {
        last = g_ptr_array_index(report->results, report->results->len - 1);
        line = g_strdup_printf("%s%u checks, %s%s%s", p->prefix,
                               report->results->len, stage,
                               *last->variant ? ", " : "", last->variant);
    } else {
        line = g_strconcat(p->prefix, stage, NULL);
    }
    /* One column is left: a full line would move on to the next. */
    plain = cbx_plain(line);
    shown = g_utf8_substring(plain, 0, MIN(room, g_utf8_strlen(plain, -1)));
    fprintf(p->out, ERASE_LINE "%s", shown);
    fflush(p->out);
}

void cbx_progress_update(CbxProgress *p, const CbxReport *report)
{
    gint64 now = g_get_monotonic_time();
    g_autofree char *stage = stage_of(report);
    gboolean news = g_strcmp0(stage, p->stage) != 0;

    if (!p->out ||
        (!news && (!p->terminal.moves ||
                   now - p->drawn < REDRAW_MICROSECONDS))) {
        return;
    }
    if (p->terminal.moves) {
        draw(p, report, stage);
        p->drawn = now;
    } else {
        g_autofree char *plain = cbx_plain(stage);

        fprintf(p->out, "cbx: %s%s\n", p->prefix, plain);
        fflush(p->out);
    }
    g_free(p->stage);
    p->stage = g_steal_pointer(&stage);
}

void cbx_progress_free(CbxProgress *p)
{
    if (p->out && p->terminal.moves && p->stage) {
        fputs(ERASE_LINE, p->out);
        fflush(p->out);
    }
    g_free(p->prefix);
    g_free(p->stage);
    g_free(p);
}
