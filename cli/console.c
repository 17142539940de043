/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "console.h"

#include <string.h>

/* Enough for an oops with its registers and call trace. */
#define TAIL_BYTES 16384

CbxConsole *cbx_console_new(FILE *echo, FILE *copy)
{
    CbxConsole *console = g_new0(CbxConsole, 1);

    console->tail = g_string_new(NULL);
    console->echo = echo;
    console->copy = copy;
    return console;
}

void cbx_console_free(CbxConsole *console)
{
    g_string_free(console->tail, TRUE);
    g_free(console);
}

void cbx_console_feed(CbxConsole *console, const char *data, gsize length)
{
    GString *tail = console->tail;

    g_string_append_len(tail, data, (gssize)length);
    if (tail->len > TAIL_BYTES) {
        g_string_erase(tail, 0, (gssize)(tail->len - TAIL_BYTES));
    }
    if (console->echo) {
        fwrite(data, 1, length, console->echo);
        fflush(console->echo);
    }
    if (console->copy) {
        fwrite(data, 1, length, console->copy);
    }
}

/* The character after the escape sequence (ECMA-48, 5.4) that starts at @p. */
static const char *skip_escape(const char *p)
{
    p++;
    if (*p != '[') {
        return *p ? p + 1 : p;
    }
    do {
        p++;
    } while (*p && ((guchar)*p < 0x40 || (guchar)*p > 0x7e));
    return *p ? p + 1 : p;
}

static char *clean(const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    GString *out = g_string_new(NULL);
    const char *p = valid;

    while (*p) {
        if (*p == '\x1b') {
            p = skip_escape(p);
        } else if (*p == '\n' || (guchar)*p >= ' ') {
            g_string_append_c(out, *p++);
        } else {
            p++;
        }
    }
    return g_string_free(out, FALSE);
}

GStrv cbx_console_last_words(const CbxConsole *console, guint count)
{
    g_autofree char *text = clean(console->tail->str, console->tail->len);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *words = g_ptr_array_new();

    for (char **line = lines; *line; line++) {
        if (*g_strchomp(*line)) {
            g_ptr_array_add(words, *line);
        }
    }
    if (words->len > count) {
        g_ptr_array_remove_range(words, 0, words->len - count);
    }
    for (guint i = 0; i < words->len; i++) {
        words->pdata[i] = g_strdup(words->pdata[i]);
    }
    g_ptr_array_add(words, NULL);
    return (GStrv)g_ptr_array_free(words, FALSE);
}
