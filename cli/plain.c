/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plain.h"

#define REPLACEMENT_CHARACTER 0xfffd

char *cbx_plain(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        g_string_append_unichar(out, g_unichar_iscntrl(c)
                                     ? REPLACEMENT_CHARACTER : c);
    }
    return g_string_free(out, FALSE);
}
