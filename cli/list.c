/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "catalog.h"
#include "checks.h"

/* Those that run @call, NULL-terminated; the first is run if nobody says. */
static GPtrArray *drivers_of(const CbxCall *call)
{
    GPtrArray *names = g_ptr_array_new();

    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        if (cbx_driver_runs(d, call->number)) {
            g_ptr_array_add(names, (gpointer)d->name);
        }
    }
    g_ptr_array_add(names, NULL);
    return names;
}

static const char *place_name(CbxFaultPlace place)
{
    static const char *const names[] = {
        [CBX_FAULT_IN_DEVICE] = "device",
        [CBX_FAULT_IN_GUEST] = "guest",
        [CBX_FAULT_IN_DRIVER] = "driver",
        [CBX_FAULT_IN_FIRMWARE] = "firmware",
    };

    return names[place];
}

void cbx_list(void)
{
    puts("Calls (--api), and the drivers (--driver) that run them:");
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        g_autoptr(GPtrArray) drivers = drivers_of(c);
        g_autofree char *names = g_strjoinv(", ", (char **)drivers->pdata);

        printf("  %-33s %s\n", c->name, *names ? names : "none yet");
    }
    puts("\nChecks (--check), who makes them, what is expected:");
    for (const CbxCheck *c = cbx_checks; c->name; c++) {
        printf("  %-22s %-9s %s\n", c->name, c->maker, c->expected);
    }
    puts("\nIOMMUs (--arch, --iommu):");
    for (const CbxIommu *i = cbx_iommus; i->name; i++) {
        printf("  %-8s %-6s %s\n", i->arch, i->name,
               i->device ? i->title : "addresses go to memory as they are");
    }
    puts("\nFaults (--fault):");
    for (const CbxFault *f = cbx_faults; f->name; f++) {
        printf("  %-18s %s\n", f->name, f->help);
    }
}

/* ---- JSON ---------------------------------------------------------------- */

static void add(JsonBuilder *b, const char *name, const char *value)
{
    json_builder_set_member_name(b, name);
    if (value) {
        json_builder_add_string_value(b, value);
    } else {
        json_builder_add_null_value(b);
    }
}

static void begin(JsonBuilder *b, const char *list)
{
    json_builder_set_member_name(b, list);
    json_builder_begin_array(b);
}

static void add_calls(JsonBuilder *b)
{
    begin(b, "apis");
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        g_autoptr(GPtrArray) drivers = drivers_of(c);

        json_builder_begin_object(b);
        add(b, "name", c->name);
        add(b, "driver", g_ptr_array_index(drivers, 0));
        begin(b, "drivers");
        for (guint i = 0; i + 1 < drivers->len; i++) {
            json_builder_add_string_value(b, g_ptr_array_index(drivers, i));
        }
        json_builder_end_array(b);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_checks(JsonBuilder *b)
{
    begin(b, "checks");
    for (const CbxCheck *c = cbx_checks; c->name; c++) {
        json_builder_begin_object(b);
        add(b, "name", c->name);
        add(b, "maker", c->maker);
        add(b, "expected", c->expected);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_iommus(JsonBuilder *b)
{
    begin(b, "iommus");
    for (const CbxIommu *i = cbx_iommus; i->name; i++) {
        json_builder_begin_object(b);
        add(b, "name", i->name);
        add(b, "arch", i->arch);
        add(b, "title", i->title);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void add_faults(JsonBuilder *b)
{
    begin(b, "faults");
    for (const CbxFault *f = cbx_faults; f->name; f++) {
        json_builder_begin_object(b);
        add(b, "name", f->name);
        add(b, "place", place_name(f->place));
        add(b, "help", f->help);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

void cbx_list_json(void)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *text = NULL;

    json_builder_begin_object(b);
    add_calls(b);
    add_checks(b);
    add_iommus(b);
    add_faults(b);
    json_builder_end_object(b);
    root = json_builder_get_root(b);
    text = json_to_string(root, TRUE);
    puts(text);
}
