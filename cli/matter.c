/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "matter.h"

#include <string.h>

#include "report.h"

/* Appends @text with a '#' for each number, decimal or 0x hexadecimal. */
static void put_shape(const char *text, GString *out)
{
    while (*text) {
        if (!g_ascii_isdigit(*text)) {
            g_string_append_c(out, *text++);
            continue;
        }
        if (g_str_has_prefix(text, "0x")) {
            text += 2;
        }
        text += strspn(text, "0123456789abcdefABCDEF");
        g_string_append_c(out, '#');
    }
    g_string_append_c(out, '\n');
}

static char *key_of(const CbxResult *r)
{
    GString *key = g_string_new(r->check);

    g_string_append_c(key, '\n');
    put_shape(r->expected, key);
    put_shape(r->seen, key);
    return g_string_free(key, FALSE);
}

GPtrArray *cbx_matters(const GPtrArray *results)
{
    GPtrArray *matters = g_ptr_array_new_with_free_func(
        (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash,
                                                        g_str_equal, g_free,
                                                        NULL);

    for (guint i = 0; i < results->len; i++) {
        CbxResult *r = g_ptr_array_index(results, i);
        g_autofree char *key = key_of(r);
        GPtrArray *matter = g_hash_table_lookup(known, key);

        if (!matter) {
            matter = g_ptr_array_new();
            g_ptr_array_add(matters, matter);
            g_hash_table_insert(known, g_steal_pointer(&key), matter);
        }
        g_ptr_array_add(matter, r);
    }
    return matters;
}
