/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: injected faults, the negative controls of whatever trusts the device.
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "cbx.h"
#include "trace.h"

uint32_t cbx_faults_strike(CbxState *s, uint32_t kinds)
{
    uint32_t armed = cbx_get32(s, CBX_REG_FAULTS) & kinds;
    uint32_t skip = cbx_get32(s, CBX_REG_FAULT_SKIP);
    uint32_t strike = 0;

    while (armed) {
        unsigned bit = ctz32(armed);

        armed &= armed - 1;
        if (s->fault_passed[bit]++ >= skip) {
            s->fault_passed[bit] = 0;
            s->stats[CBX_STAT_FAULTS_FIRED]++;
            strike |= 1u << bit;
        }
    }
    return strike;
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
