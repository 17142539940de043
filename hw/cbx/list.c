/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: scatter lists.
 *
 * A list cannot make the device run for ever: a data element moves at least
 * one byte towards the descriptor's length, and no chain follows a chain.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "cbx.h"

void cbx_cursor_start(CbxCursor *c, uint64_t address, uint64_t length,
                      bool list)
{
    *c = (CbxCursor) {
        .address = address,
        .length = list ? 0 : length,
        .element = address,
    };
}

static uint16_t cbx_element_read(CbxState *s, uint64_t address, CbxElement *e)
{
    uint32_t epoch = s->epoch;
    uint16_t status;

    if (address > cbx_last_address(s)) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    status = cbx_structure_read(s, address, e, sizeof(*e));
    if (s->epoch != epoch) {
        return CBX_STATUS_ABORTED;
    }
    if (status != CBX_STATUS_OK) {
        cbx_read_failed(s, status);
        return status;
    }
    e->address = le64_to_cpu(e->address);
    e->length = le32_to_cpu(e->length);
    e->flags = le32_to_cpu(e->flags);
    return e->flags & ~(CBX_ELEMENT_LAST | CBX_ELEMENT_CHAIN)
           ? CBX_STATUS_BAD_FLAGS : CBX_STATUS_OK;
}

static uint16_t cbx_chain_check(CbxState *s, const CbxElement *e)
{
    if (e->length || (e->flags & CBX_ELEMENT_LAST)) {
        return CBX_STATUS_BAD_LIST;
    }
    if (e->address % CBX_ELEMENT_SIZE) {
        return CBX_STATUS_BAD_ALIGNMENT;
    }
    return e->address > cbx_last_address(s) ? CBX_STATUS_BAD_ADDRESS
                                            : CBX_STATUS_OK;
}

/* Is it right to have this element where @left bytes are still to come? */
static uint16_t cbx_element_check(CbxState *s, const CbxElement *e,
                                  uint64_t left)
{
    uint64_t last = cbx_last_address(s);

    if ((e->flags & CBX_ELEMENT_CHAIN) || !e->length || e->length > left ||
        !(e->flags & CBX_ELEMENT_LAST) != (e->length < left)) {
        return CBX_STATUS_BAD_LIST;
    }
    return e->address > last || e->length - 1 > last - e->address
           ? CBX_STATUS_BAD_ADDRESS : CBX_STATUS_OK;
}

uint16_t cbx_cursor_seek(CbxState *s, CbxCursor *c, uint64_t at,
                         uint64_t total)
{
    CbxElement e;
    uint16_t status;

    if (at - c->begin < c->length) {
        return CBX_STATUS_OK;
    }
    status = cbx_element_read(s, c->element, &e);
    if (status == CBX_STATUS_OK && (e.flags & CBX_ELEMENT_CHAIN)) {
        status = cbx_chain_check(s, &e);
        if (status == CBX_STATUS_OK) {
            c->element = e.address;
            status = cbx_element_read(s, c->element, &e);
        }
    }
    if (status == CBX_STATUS_OK) {
        status = cbx_element_check(s, &e, total - at);
    }
    if (status == CBX_STATUS_OK) {
        *c = (CbxCursor) {
            .address = e.address,
            .length = e.length,
            .begin = at,
            .element = c->element + CBX_ELEMENT_SIZE,
        };
    }
    return status;
}
