/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the names of the ABI's lists, and the properties that take them.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/host-utils.h"
#include "cbx.h"

#define STATUS_TEXT(n, id, text)    [n] = text,
#define API_NAME(n, id, name)       [n] = name,
#define MEMTYPE_NAME(n, id, name)   [n] = name,
#define FAULT_NAME(n, id, name)     [n] = name,

static const char *const cbx_status_texts[64] = {
    CBX_STATUS_LIST(STATUS_TEXT)
};
static const char *const cbx_api_names[64] = {
    CBX_API_LIST(API_NAME)
};
static const char *const cbx_memtype_names[CBX_MEMTYPES] = {
    CBX_MEMTYPE_LIST(MEMTYPE_NAME)
};
static const char *const cbx_fault_names[64] = {
    CBX_FAULT_LIST(FAULT_NAME)
};

const char *cbx_status_text(uint16_t status)
{
    return cbx_status_texts[status];
}

const char *cbx_api_name(uint32_t api)
{
    return api < ARRAY_SIZE(cbx_api_names) ? cbx_api_names[api] : NULL;
}

const char *cbx_memtype_name(uint8_t type)
{
    return cbx_memtype_names[type];
}

const char *cbx_fault_name(uint32_t fault)
{
    return cbx_fault_names[ctz32(fault)];
}

void cbx_faults_list(JSONWriter *json, const char *name, uint32_t faults)
{
    json_writer_start_array(json, name);
    for (; faults; faults &= faults - 1) {
        json_writer_str(json, NULL, cbx_fault_name(faults & -faults));
    }
    json_writer_end_array(json);
}

/* ---- Lists of names as properties -------------------------------------- */

static char *cbx_names_join(const char *const names[64], uint64_t mask)
{
    GString *list = g_string_new(NULL);

    for (unsigned i = 0; i < 64; i++) {
        if (names[i] && (mask & 1ull << i)) {
            g_string_append_printf(list, "%s%s", list->len ? ":" : "",
                                   names[i]);
        }
    }
    return g_string_free(list, FALSE);
}

static bool cbx_names_parse(const char *const names[64], const char *what,
                            const char *list, uint64_t *mask, Error **errp)
{
    g_auto(GStrv) words = g_strsplit_set(list, ":,", -1);

    *mask = 0;
    for (char **word = words; *word; word++) {
        unsigned i = 0;

        if (!**word) {
            continue;
        }
        while (i < 64 && g_strcmp0(names[i], *word)) {
            i++;
        }
        if (i == 64) {
            g_autofree char *all = cbx_names_join(names, UINT64_MAX);

            error_setg(errp, "cbx: no %s is called '%s'", what, *word);
            error_append_hint(errp, "The names are: %s\n", all);
            return false;
        }
        *mask |= 1ull << i;
    }
    return true;
}

static char *cbx_get_faults(Object *obj, Error **errp)
{
    return cbx_names_join(cbx_fault_names,
                          cbx_get32(CBX_BASE(obj), CBX_REG_FAULTS));
}

static void cbx_set_faults(Object *obj, const char *value, Error **errp)
{
    CbxState *s = CBX_BASE(obj);
    uint64_t mask;

    if (cbx_names_parse(cbx_fault_names, "fault", value, &mask, errp)) {
        s->faults = mask;
        cbx_faults_arm(s, mask);
    }
}

static char *cbx_get_apis(Object *obj, Error **errp)
{
    return cbx_names_join(cbx_api_names, CBX_BASE(obj)->apis);
}

static void cbx_set_apis(Object *obj, const char *value, Error **errp)
{
    uint64_t mask;

    if (DEVICE(obj)->realized) {
        error_setg(errp, "cbx: property 'apis' can only be set on creation");
        return;
    }
    if (cbx_names_parse(cbx_api_names, "call", value, &mask, errp)) {
        CBX_BASE(obj)->apis = mask;
    }
}

static char *cbx_get_iommu(Object *obj, Error **errp)
{
    return g_strdup(CBX_BASE(obj)->bypass ? "bypass" : "on");
}

static void cbx_set_iommu(Object *obj, const char *value, Error **errp)
{
    if (DEVICE(obj)->realized) {
        error_setg(errp, "cbx: property 'iommu' can only be set on creation");
    } else if (strcmp(value, "on") && strcmp(value, "bypass")) {
        error_setg(errp, "cbx: iommu=%s: choose on or bypass", value);
    } else {
        CBX_BASE(obj)->bypass = !strcmp(value, "bypass");
    }
}

void cbx_name_properties(ObjectClass *oc)
{
    object_class_property_add_str(oc, "faults", cbx_get_faults, cbx_set_faults);
    object_class_property_set_description(oc, "faults",
        "faults to inject, names separated by ':'; may change at run time");
    object_class_property_add_str(oc, "apis", cbx_get_apis, cbx_set_apis);
    object_class_property_set_description(oc, "apis",
        "calls the driver shall test, names separated by ':'; empty for all");
    object_class_property_add_str(oc, "iommu", cbx_get_iommu, cbx_set_iommu);
    object_class_property_set_description(oc, "iommu",
        "'on': DMA goes through the IOMMU, if there is one; 'bypass': it does "
        "not, as that of a device nobody should trust");
}
