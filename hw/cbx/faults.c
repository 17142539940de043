/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: injected faults, the negative controls of whatever trusts the device.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/host-utils.h"
#include "cbx.h"
#include "trace.h"

uint32_t cbx_faults_strike(CbxState *s, uint32_t kinds)
{
    uint32_t armed = cbx_get32(s, CBX_REG_FAULTS) & kinds;
    uint32_t skip = cbx_get32(s, CBX_REG_FAULT_SKIP);
    uint32_t limit = cbx_get32(s, CBX_REG_FAULT_LIMIT);
    uint32_t strike = 0;

    while (armed) {
        unsigned bit = ctz32(armed);

        armed &= armed - 1;
        if (limit && s->fault_struck[bit] >= limit) {
            continue;
        }
        if (s->fault_passed[bit]++ >= skip) {
            s->fault_passed[bit] = 0;
            s->fault_struck[bit]++;
            s->stats[CBX_STAT_FAULTS_FIRED]++;
            strike |= 1u << bit;
        }
    }
    return strike;
}

void cbx_faults_arm(CbxState *s, uint32_t faults)
{
    cbx_set32(s, CBX_REG_FAULTS, faults);
    memset(s->fault_passed, 0, sizeof(s->fault_passed));
    memset(s->fault_struck, 0, sizeof(s->fault_struck));
}

void cbx_fault_report(CbxState *s, uint32_t fault, uint64_t address)
{
    JSONWriter *json = cbx_report_begin(s, "fault");

    trace_cbx_fault(cbx_fault_name(fault), address);
    json_writer_str(json, "name", cbx_fault_name(fault));
    cbx_report_hex(json, "address", address);
    cbx_report_end(s, json);
}

void cbx_fault_report_vector(CbxState *s, uint32_t fault, uint32_t vector)
{
    JSONWriter *json = cbx_report_begin(s, "fault");

    trace_cbx_fault(cbx_fault_name(fault), vector);
    json_writer_str(json, "name", cbx_fault_name(fault));
    json_writer_null(json, "address");
    json_writer_uint64(json, "vector", vector);
    cbx_report_end(s, json);
}

void cbx_fault_report_queue(CbxState *s, uint32_t fault, unsigned queue)
{
    JSONWriter *json = cbx_report_begin(s, "fault");

    trace_cbx_fault(cbx_fault_name(fault), queue);
    json_writer_str(json, "name", cbx_fault_name(fault));
    json_writer_null(json, "address");
    json_writer_uint64(json, "queue", queue);
    cbx_report_end(s, json);
}

/* ---- Numbers as properties --------------------------------------------- */

typedef struct CbxFaultNumber {
    const char *name;
    const char *description;
    size_t property;            /* in CbxState: what a reset returns to */
    uint32_t offset;            /* of the register */
} CbxFaultNumber;

static const CbxFaultNumber cbx_fault_numbers[] = {
    { "fault-skip", "opportunities each fault lets pass before it strikes",
      offsetof(CbxState, fault_skip), CBX_REG_FAULT_SKIP },
    { "fault-limit", "how often each fault strikes; 0: without end",
      offsetof(CbxState, fault_limit), CBX_REG_FAULT_LIMIT },
    { "fault-delay", "delay of a completion in ns; 0: 1 ms",
      offsetof(CbxState, fault_delay), CBX_REG_FAULT_DELAY },
};

static void cbx_get_fault_number(Object *obj, Visitor *v, const char *name,
                                 void *opaque, Error **errp)
{
    const CbxFaultNumber *number = opaque;
    uint32_t value = cbx_get32(CBX_BASE(obj), number->offset);

    visit_type_uint32(v, name, &value, errp);
}

static void cbx_set_fault_number(Object *obj, Visitor *v, const char *name,
                                 void *opaque, Error **errp)
{
    const CbxFaultNumber *number = opaque;
    CbxState *s = CBX_BASE(obj);
    uint32_t value;

    if (visit_type_uint32(v, name, &value, errp)) {
        *(uint32_t *)((uint8_t *)s + number->property) = value;
        cbx_set32(s, number->offset, value);
        cbx_faults_arm(s, cbx_get32(s, CBX_REG_FAULTS));
    }
}

void cbx_fault_properties(ObjectClass *oc)
{
    for (unsigned i = 0; i < ARRAY_SIZE(cbx_fault_numbers); i++) {
        const CbxFaultNumber *number = &cbx_fault_numbers[i];

        object_class_property_add(oc, number->name, "uint32",
                                  cbx_get_fault_number, cbx_set_fault_number,
                                  NULL, (void *)number);
        object_class_property_set_description(oc, number->name,
                                              number->description);
    }
}
