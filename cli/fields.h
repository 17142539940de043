/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of a record of the report. Each reader returns FALSE, and notes a
 * defect of the stream, when the field is missing or of the wrong kind.
 */
#ifndef CBX_CLI_FIELDS_H
#define CBX_CLI_FIELDS_H

#include <json-glib/json-glib.h>

#include "report.h"

/* A sentence about what is wrong with the stream of @port. */
void cbx_field_defect(CbxPort *port, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Field @name of the line just read is @what. */
void cbx_field_bad(CbxPort *port, const char *name, const char *what);

/* The value of field @name if it is of @type, or NULL: no defect. */
JsonNode *cbx_field_value(JsonObject *o, const char *name, GType type);

/* Replaces *value, which is freed with g_free(). */
gboolean cbx_field_text(CbxPort *port, JsonObject *o, const char *name,
                        char **value);

/* The same, but may be missing: one that earlier devices did not write. */
gboolean cbx_field_optional_text(CbxPort *port, JsonObject *o,
                                 const char *name, char **value);
gboolean cbx_field_count(CbxPort *port, JsonObject *o, const char *name,
                         guint64 *value);

/* Strings such as "0x1f000": JSON numbers lose bits above 2^53. */
gboolean cbx_field_address(CbxPort *port, JsonObject *o, const char *name,
                           guint64 *value);

/* Is it there, and null? */
gboolean cbx_field_is_null(JsonObject *o, const char *name);

#endif
