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

/* With several drivers each phase says whose it is. */
static void until_at(Timeline *t, const CbxPort *port, const char *name,
                     guint64 time_ns, double offset)
{
    gboolean alone = port->report->ports->len == 1;
    g_autofree char *whole = g_strconcat(alone ? "" : port->driver,
                                         alone ? "" : ": ", name, NULL);

    until(t, whole, offset + (double)time_ns / 1e9);
}

/* Checks follow each other without a gap, call by call. */
static void add_checks(Timeline *t, const CbxPort *port, double offset)
{
    const GPtrArray *results = port->report->results;
    const CbxResult *last = NULL;

    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (r->port != port || strcmp(r->driver, port->driver) != 0) {
            continue;
        }
        if (last && strcmp(last->api, r->api) != 0) {
            g_autofree char *name = g_strconcat("checks, ", last->api, NULL);

            until_at(t, port, name, last->time_ns, offset);
        }
        last = r;
    }
    if (last) {
        g_autofree char *name = g_strconcat("checks, ", last->api, NULL);

        until_at(t, port, name, last->time_ns, offset);
    }
}

static void add_driver(Timeline *t, const CbxPort *port, double offset)
{
    const CbxSession *driver = cbx_report_session(port, port->driver);
    const CbxSession *host = cbx_report_session(port, CBX_STAND_IN);

    if (port != cbx_report_port(port->report, 0) && port->records > 0) {
        until_at(t, port, "start of the driver", port->first_ns, offset);
    }
    if (driver && driver->started) {
        add_checks(t, port, offset);
    }
    if (driver && driver->verdict) {
        until_at(t, port, "end of the checks", driver->end_ns, offset);
    }
    if (host && host->verdict) {
        until_at(t, port, "removal and unload", host->end_ns, offset);
    }
}

static void add_guest(Timeline *t, const CbxReport *report,
                      const CbxClock *clock, gint64 start)
{
    double first = (double)(clock->report - start) / G_USEC_PER_SEC;
    double offset = first - (double)report->first_ns / 1e9;

    until(t, "start of QEMU", offset);
    if (clock->init) {
        until(t, "Linux", (double)(clock->init - start) / G_USEC_PER_SEC);
    }
    until(t, clock->init ? "module, images, start of the driver"
                         : "Linux, module, images, start of the driver",
          first);
    for (guint i = 0; i < report->ports->len; i++) {
        add_driver(t, cbx_report_port(report, i), offset);
    }
}

GArray *cbx_timing(const CbxReport *report, const CbxClock *clock,
                   const CbxProcess *process)
{
    Timeline t = { g_array_new(FALSE, FALSE, sizeof(CbxPhase)), 0 };

    g_array_set_clear_func(t.phases, phase_clear);
    if (!process) {
        return t.phases;
    }
    if (clock->report) {
        add_guest(&t, report, clock, process->start);
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
