/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "initrd.h"

#include <string.h>

#include "options.h"

#define MAGIC   "070701"
#define TRAILER "TRAILER!!!"

/* Magic and thirteen numbers of eight hexadecimal digits. */
#define HEADER_BYTES 110
#define SIZE_AT      (6 + 6 * 8)
#define NAME_SIZE_AT (6 + 11 * 8)

#define ALIGNMENT 4

static void pad(GByteArray *out)
{
    static const guint8 zeros[ALIGNMENT];

    g_byte_array_append(out, zeros,
                        (ALIGNMENT - out->len % ALIGNMENT) % ALIGNMENT);
}

static void put(GByteArray *out, const char *name, guint mode,
                const char *data, gsize length)
{
    /* Inode, mode, owner, group, links, time, size, device, name, checksum. */
    g_autofree char *header = g_strdup_printf(
        MAGIC "%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
        0u, mode, 0u, 0u, 1u, 0u, (guint)length, 0u, 0u, 0u, 0u,
        (guint)strlen(name) + 1, 0u);

    g_byte_array_append(out, (const guint8 *)header, HEADER_BYTES);
    g_byte_array_append(out, (const guint8 *)name, (guint)strlen(name) + 1);
    pad(out);
    g_byte_array_append(out, (const guint8 *)data, (guint)length);
    pad(out);
}

static char *load(const char *path, const char *what, gsize *length,
                  GError **error)
{
    g_autoptr(GError) bad = NULL;
    char *data;

    if (!g_file_get_contents(path, &data, length, &bad)) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot read the %s: %s", what, bad->message);
        return NULL;
    }
    if (*length > G_MAXINT32) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "the %s %s is larger than 2 GiB", what, path);
        g_free(data);
        return NULL;
    }
    return data;
}

GByteArray *cbx_initrd_add(const char *base, const char *path,
                           const char *name, GError **error)
{
    gsize base_length, length;
    g_autofree char *old = load(base, "guest initrd", &base_length, error);
    g_autofree char *data = old ? load(path, "driver", &length, error) : NULL;
    GByteArray *out;

    if (!data) {
        return NULL;
    }
    out = g_byte_array_new();
    g_byte_array_append(out, (const guint8 *)old, (guint)base_length);
    pad(out);
    put(out, name, 0100644, data, length);
    put(out, TRAILER, 0, "", 0);
    return out;
}

static gboolean get_number(const char *header, gsize at, gsize *value)
{
    g_autofree char *digits = g_strndup(header + at, 8);
    guint64 number = 0;

    if (!g_ascii_string_to_unsigned(digits, 16, 0, G_MAXUINT32, &number,
                                    NULL)) {
        return FALSE;
    }
    *value = (gsize)number;
    return TRUE;
}

static gsize align(gsize at)
{
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Takes one entry, if @at is the place of one, and moves on behind it. */
static char *take(const char *data, gsize length, gsize *at)
{
    gsize name_size, size, name_at = *at + HEADER_BYTES;

    if (name_at >= length || memcmp(data + *at, MAGIC, 6) != 0 ||
        !get_number(data + *at, NAME_SIZE_AT, &name_size) ||
        !get_number(data + *at, SIZE_AT, &size) || name_size == 0 ||
        align(name_at + name_size) + size > length) {
        return NULL;
    }
    *at = align(align(name_at + name_size) + size);
    return g_strndup(data + name_at, name_size - 1);
}

GStrv cbx_initrd_names(const char *data, gsize length)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    gsize at = 0;
    char *name;

    while (at < length) {
        if (data[at] == '\0') {
            at++;
            continue;
        }
        name = take(data, length, &at);
        if (!name) {
            return NULL;
        }
        if (strcmp(name, TRAILER) == 0) {
            g_free(name);
        } else {
            g_ptr_array_add(names, name);
        }
    }
    if (names->len == 0) {
        return NULL;
    }
    g_ptr_array_add(names, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
