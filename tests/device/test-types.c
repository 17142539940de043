/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device says of how an x86 processor maps a buffer, which it asks
 * TCG or KVM for.
 *
 * Usage: test-types PATH-OF-QEMU-SYSTEM-X86_64
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "bare.h"

#define LENGTH  0x2000u

static const char *emulator;

static const struct {
    guint32 offset;
    const char *type;
} buffers[] = {
    { 0x1000000u, "WB" },
    { BARE_UNCACHED, "UC" },                    /* by an MTRR */
    { BARE_UNCACHED - LENGTH / 2, "mixed" },
};

static void declare(Bare *b, guint64 address)
{
    bare_register64(b, CBX_REG_BUF_VA_LO, address);
    bare_register64(b, CBX_REG_BUF_LOGICAL_LO, address);
    bare_register64(b, CBX_REG_BUF_LENGTH_LO, LENGTH);
    bare_register64(b, CBX_REG_BUF_MAX_LO, G_MAXUINT64);
    bare_register(b, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
}

static gboolean has_fact(JsonObject *buffer, const char *fact)
{
    JsonArray *facts = json_object_get_array_member(buffer, "facts");

    for (guint i = 0; i < json_array_get_length(facts); i++) {
        if (!strcmp(json_array_get_string_element(facts, i), fact)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A machine that is told to quit before it runs. */
static gboolean works(const char *accelerator)
{
    const char *argv[] = {
        "/bin/sh", "-c", "echo quit | \"$0\" -M q35 -nodefaults -S "
        "-display none -monitor stdio -accel \"$1\"", emulator, accelerator,
        NULL,
    };
    int status = -1;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL |
                 G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                 NULL);
    return status == 0;
}

static void types(gconstpointer accelerator)
{
    g_autofree char *options = g_strdup_printf("-accel %s",
                                               (const char *)accelerator);
    g_autoptr(GPtrArray) report = NULL;
    Bare *b;

    if (!works(accelerator)) {
        g_test_skip("this accelerator does not work here");
        return;
    }
    b = bare_new(emulator);
    bare_options(b, options);
    for (gsize i = 0; i < G_N_ELEMENTS(buffers); i++) {
        declare(b, bare_ram(b) + buffers[i].offset);
    }
    report = bare_run(b, "");
    /* The first describes the device. */
    g_assert_cmpuint(report->len, ==, G_N_ELEMENTS(buffers) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(buffers); i++) {
        JsonObject *o = report->pdata[i + 1];

        g_assert_cmpstr(json_object_get_string_member(o, "memory_type"), ==,
                        buffers[i].type);
        g_assert_cmpstr(json_object_get_string_member(o, "page_type"), ==,
                        "WB");
        g_assert_true(has_fact(o, "same-page"));
    }
    bare_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-types PATH-OF-QEMU-SYSTEM-X86_64\n");
        return 2;
    }
    emulator = argv[1];
    g_test_add_data_func("/types/tcg", "tcg", types);
    g_test_add_data_func("/types/kvm", "kvm", types);
    return g_test_run();
}
