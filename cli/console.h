/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's serial console: its last words, and a copy for the curious.
 */
#ifndef CBX_CLI_CONSOLE_H
#define CBX_CLI_CONSOLE_H

#include <glib.h>
#include <stdio.h>

typedef struct CbxConsole {
    GString *tail;  /* the latest bytes */
    FILE *echo;     /* gets everything at once, or NULL; not owned */
    FILE *copy;     /* likewise */
} CbxConsole;

CbxConsole *cbx_console_new(FILE *echo, FILE *copy);
void cbx_console_free(CbxConsole *console);
void cbx_console_feed(CbxConsole *console, const char *data, gsize length);

/*
 * The last @count lines that say something, as UTF-8 without control
 * characters or terminal sequences. NULL-terminated; free with g_strfreev().
 */
GStrv cbx_console_last_words(const CbxConsole *console, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxConsole, cbx_console_free)

#endif
