/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's initial file system: a cpio archive of the "new ASCII" kind
 * (cpio(5), newc). Linux unpacks several, one after the other; a file of a
 * later one replaces that of an earlier one.
 */
#ifndef CBX_CLI_INITRD_H
#define CBX_CLI_INITRD_H

#include <glib.h>

/*
 * The archive @base with the file @path added in its root directory as @name.
 * Returns NULL and sets @error (CBX_ERROR_ENVIRONMENT) when a file cannot be
 * read.
 */
GByteArray *cbx_initrd_add(const char *base, const char *path,
                           const char *name, GError **error);

/*
 * Names of the files in the archive of @length bytes at @data; NULL when it
 * is none. Free with g_strfreev().
 */
GStrv cbx_initrd_names(const char *data, gsize length);

#endif
