/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

/* A stream of garbage must not fill memory with complaints about it. */
#define DEFECTS_MAX 20

void cbx_field_defect(CbxPort *port, const char *format, ...)
{
    va_list args;

    if (port->defects->len > DEFECTS_MAX) {
        return;
    }
    if (port->defects->len == DEFECTS_MAX) {
        g_ptr_array_add(port->defects, g_strdup("and more of the kind"));
        return;
    }
    va_start(args, format);
    g_ptr_array_add(port->defects, g_strdup_vprintf(format, args));
    va_end(args);
}

void cbx_field_bad(CbxPort *port, const char *name, const char *what)
{
    cbx_field_defect(port, "line %" G_GUINT64_FORMAT ": field \"%s\" is %s",
                     port->lines, name, what);
}

JsonNode *cbx_field_value(JsonObject *o, const char *name, GType type)
{
    JsonNode *node = json_object_get_member(o, name);

    if (node && JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == type) {
        return node;
    }
    return NULL;
}

gboolean cbx_field_text(CbxPort *port, JsonObject *o, const char *name,
                        char **value)
{
    JsonNode *node = cbx_field_value(o, name, G_TYPE_STRING);

    if (!node) {
        cbx_field_bad(port, name, "not a string or missing");
        return FALSE;
    }
    g_free(*value);
    *value = json_node_dup_string(node);
    return TRUE;
}

gboolean cbx_field_optional_text(CbxPort *port, JsonObject *o,
                                 const char *name, char **value)
{
    return !json_object_has_member(o, name) ||
           cbx_field_text(port, o, name, value);
}

gboolean cbx_field_count(CbxPort *port, JsonObject *o, const char *name,
                         guint64 *value)
{
    JsonNode *node = cbx_field_value(o, name, G_TYPE_INT64);

    if (!node || json_node_get_int(node) < 0) {
        cbx_field_bad(port, name, "not a count or missing");
        return FALSE;
    }
    *value = (guint64)json_node_get_int(node);
    return TRUE;
}

gboolean cbx_field_address(CbxPort *port, JsonObject *o, const char *name,
                           guint64 *value)
{
    JsonNode *node = cbx_field_value(o, name, G_TYPE_STRING);
    const char *text = node ? json_node_get_string(node) : "";

    if (!g_str_has_prefix(text, "0x") ||
        !g_ascii_string_to_unsigned(text + 2, 16, 0, G_MAXUINT64, value,
                                    NULL)) {
        cbx_field_bad(port, name, "not an address or missing");
        return FALSE;
    }
    return TRUE;
}

gboolean cbx_field_is_null(JsonObject *o, const char *name)
{
    JsonNode *node = json_object_get_member(o, name);

    return node && JSON_NODE_HOLDS_NULL(node);
}
