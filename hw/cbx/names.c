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

/* By bit: CBX_POLICY_*. */
static const char *const cbx_policy_names[64] = {
    "early-write-back", "early-refill", "invalidate-discards",
};
static const char *const cbx_coherence_names[] = {
    [CBX_COHERENCE_AUTO] = "auto",
    [CBX_COHERENCE_OFF] = "off",
    [CBX_COHERENCE_ON] = "on",
    [CBX_COHERENCE_AUDIT] = "audit",
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

const char *cbx_coherence_name(CbxState *s)
{
    return cbx_coherence_names[s->coherence];
}

static char *cbx_get_coherence(Object *obj, Error **errp)
{
    return g_strdup(cbx_coherence_name(CBX_BASE(obj)));
}

static void cbx_set_coherence(Object *obj, const char *value, Error **errp)
{
    unsigned i = 0;

    while (i < ARRAY_SIZE(cbx_coherence_names) &&
           strcmp(value, cbx_coherence_names[i])) {
        i++;
    }
    if (DEVICE(obj)->realized) {
        error_setg(errp, "cbx: property 'coherence' can only be set on "
                   "creation");
    } else if (i == ARRAY_SIZE(cbx_coherence_names)) {
        error_setg(errp, "cbx: coherence=%s: choose auto, off, on or audit",
                   value);
    } else {
        CBX_BASE(obj)->coherence = i;
    }
}

static char *cbx_get_policy(Object *obj, Error **errp)
{
    return cbx_names_join(cbx_policy_names, CBX_BASE(obj)->coherence_policy);
}

static void cbx_set_policy(Object *obj, const char *value, Error **errp)
{
    uint64_t mask;

    if (DEVICE(obj)->realized) {
        error_setg(errp, "cbx: property 'coherence-policy' can only be set on "
                   "creation");
        return;
    }
    if (cbx_names_parse(cbx_policy_names, "policy", value, &mask, errp)) {
        CBX_BASE(obj)->coherence_policy = mask;
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
    object_class_property_add_str(oc, "coherence", cbx_get_coherence,
                                  cbx_set_coherence);
    object_class_property_set_description(oc, "coherence",
        "model of the caches: 'on', 'audit' (data stay coherent), 'off', "
        "'auto' ('on' with cca=off)");
    object_class_property_add_str(oc, "coherence-policy", cbx_get_policy,
                                  cbx_set_policy);
    object_class_property_set_description(oc, "coherence-policy",
        "what caches do unasked, names separated by ':'; empty for nothing");
}
