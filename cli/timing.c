/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timing.h"

#include <string.h>

#include "verdict.h"

/* A phase ends where the next begins. */
typedef struct Timeline {
    GArray *phases;
    double now;   /* seconds from the start of QEMU */
} Timeline;

static void phase_clear(gpointer data)
{
    CbxPhase *phase = data;

    g_free(phase->name);
}

static void until(Timeline *t, const char *name, double when)
{
    CbxPhase phase = { g_strdup(name), MAX(when - t->now, 0) };

    g_array_append_val(t->phases, phase);
    t->now = MAX(when, t->now);
}

/* Checks follow each other without a gap, call by call. */
static void add_checks(Timeline *t, const CbxReport *report, const char *driver,
                       double offset)
{
    const CbxResult *last = NULL;

    for (guint i = 0; i < report->results->len; i++) {
        const CbxResult *r = g_ptr_array_index(report->results, i);

        if (strcmp(r->driver, driver) != 0) {
            continue;
        }
        if (last && strcmp(last->api, r->api) != 0) {
            g_autofree char *name = g_strconcat("checks, ", last->api, NULL);

            until(t, name, offset + (double)last->time_ns / 1e9);
        }
        last = r;
    }
    if (last) {
        g_autofree char *name = g_strconcat("checks, ", last->api, NULL);

        until(t, name, offset + (double)last->time_ns / 1e9);
    }
}

static void add_guest(Timeline *t, const CbxOptions *options,
                      const CbxReport *report, const CbxClock *clock,
                      gint64 start)
{
    const char *name = cbx_options_driver(options)->name;
    const CbxSession *driver = cbx_report_session(report, name);
    const CbxSession *host = cbx_report_session(report, CBX_STAND_IN);
    double first = (double)(clock->report - start) / G_USEC_PER_SEC;
    double offset = first - (double)report->first_ns / 1e9;

    until(t, "start of QEMU", offset);
    if (clock->init) {
        until(t, "Linux", (double)(clock->init - start) / G_USEC_PER_SEC);
    }
    until(t, clock->init ? "module, images, start of the driver"
                         : "Linux, module, images, start of the driver",
          first);
    if (driver && driver->started) {
        add_checks(t, report, name, offset);
    }
    if (driver && driver->verdict) {
        until(t, "end of the checks", offset + (double)driver->end_ns / 1e9);
    }
    if (host && host->verdict) {
        until(t, "removal and unload", offset + (double)host->end_ns / 1e9);
    }
}

GArray *cbx_timing(const CbxOptions *options, const CbxReport *report,
                   const CbxClock *clock, const CbxProcess *process)
{
    Timeline t = { g_array_new(FALSE, FALSE, sizeof(CbxPhase)), 0 };

    g_array_set_clear_func(t.phases, phase_clear);
    if (!process) {
        return t.phases;
    }
    if (clock->report) {
        add_guest(&t, options, report, clock, process->start);
    }
    until(&t, "to the verdict", process->seconds);
    until(&t, "end of QEMU", process->total);
    return t.phases;
}

char *cbx_timing_format(const GArray *timing)
{
    GString *out = g_string_new("Where the time went:\n");
    double total = 0;

    for (guint i = 0; i < timing->len; i++) {
        const CbxPhase *phase = &g_array_index(timing, CbxPhase, i);

        total += phase->seconds;
        g_string_append_printf(out, "  %7.3f s  %s\n", phase->seconds,
                               phase->name);
    }
    g_string_append_printf(out, "  %7.3f s  in all\n", total);
    return g_string_free(out, FALSE);
}
