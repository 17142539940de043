/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from the guest, made harmless: it must not get to command a terminal.
 */
#ifndef CBX_CLI_PLAIN_H
#define CBX_CLI_PLAIN_H

#include <glib.h>

/*
 * @text on one line, in UTF-8, with U+FFFD for each control character. Free
 * with g_free().
 */
char *cbx_plain(const char *text);

#endif
