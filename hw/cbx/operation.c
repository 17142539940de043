/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: what each operation does with the data, and what it asks for.
 */
#include "qemu/osdep.h"
#include "cbx.h"
#include "pattern.h"

/* ---- Data -------------------------------------------------------------- */

static uint8_t *cbx_memory_at(CbxState *s, CbxTransfer *t, uint64_t at)
{
    return (uint8_t *)memory_region_get_ram_ptr(&s->memory) + t->offset + at;
}

static size_t cbx_move_read(CbxState *s, CbxTransfer *t, uint64_t at,
                            const uint8_t *from, uint8_t *to, size_t length)
{
    /* The source may be this very BAR. */
    memmove(cbx_memory_at(s, t, at), from, length);
    memory_region_set_dirty(&s->memory, t->offset + at, length);
    return length;
}

static size_t cbx_move_write(CbxState *s, CbxTransfer *t, uint64_t at,
                             const uint8_t *from, uint8_t *to, size_t length)
{
    memmove(to, cbx_memory_at(s, t, at), length);
    return length;
}

static size_t cbx_move_fill(CbxState *s, CbxTransfer *t, uint64_t at,
                            const uint8_t *from, uint8_t *to, size_t length)
{
    cbx_pattern_write(cbx_pattern_code(), to, length, t->argument,
                      t->argument2 + at);
    return length;
}

static size_t cbx_move_verify(CbxState *s, CbxTransfer *t, uint64_t at,
                              const uint8_t *from, uint8_t *to, size_t length)
{
    return cbx_pattern_match(cbx_pattern_code(), from, length, t->argument,
                             t->argument2 + at);
}

/* The engine does the sum. */
static size_t cbx_move_checksum(CbxState *s, CbxTransfer *t, uint64_t at,
                                const uint8_t *from, uint8_t *to,
                                size_t length)
{
    return length;
}

static size_t cbx_move_copy(CbxState *s, CbxTransfer *t, uint64_t at,
                            const uint8_t *from, uint8_t *to, size_t length)
{
    /* Two logical ranges may be the same memory. */
    memmove(to, from, length);
    return length;
}

/* ---- Requirements ------------------------------------------------------ */

static uint16_t cbx_memory_check(CbxState *s, CbxTransfer *t)
{
    return t->length > s->mem_size || t->offset > s->mem_size - t->length
           ? CBX_STATUS_BAD_OFFSET : CBX_STATUS_OK;
}

static uint16_t cbx_frame_check(CbxState *s, CbxTransfer *t)
{
    if (!s->nic) {
        return CBX_STATUS_BAD_OPCODE;
    }
    return t->length > CBX_NET_FRAME_MAX ? CBX_STATUS_BAD_LENGTH
                                         : cbx_memory_check(s, t);
}

static uint16_t cbx_copy_check(CbxState *s, CbxTransfer *t)
{
    uint64_t distance = t->address < t->address2 ? t->address2 - t->address
                                                 : t->address - t->address2;

    return !(t->flags & (CBX_DESC_LIST | CBX_DESC_LIST2)) &&
           distance < t->length ? CBX_STATUS_OVERLAP : CBX_STATUS_OK;
}

static uint16_t cbx_message_check(CbxState *s, CbxTransfer *t)
{
    return t->argument < s->n_vectors ? CBX_STATUS_OK : CBX_STATUS_BAD_INDEX;
}

static uint16_t cbx_report_check(CbxState *s, CbxTransfer *t)
{
    return t->length > CBX_REPORT_BYTES_MAX ? CBX_STATUS_TOO_LONG
                                            : CBX_STATUS_OK;
}

/* ---- At once ----------------------------------------------------------- */

static void cbx_report_run(CbxState *s, CbxTransfer *t)
{
    uint8_t fields[CBX_REPORT_BYTES_MAX];
    uint32_t epoch = s->epoch;

    while (t->done < t->length) {
        uint64_t address = t->address + t->done;
        hwaddr length = t->length - t->done;
        CbxTarget target;

        t->value = address;
        t->status = cbx_bus_status(s);
        if (t->status != CBX_STATUS_OK) {
            return;
        }
        target = cbx_resolve(s, address, false);
        t->seen |= cbx_target_seen(&target, address);
        t->status = target.status;
        if (t->status == CBX_STATUS_OK) {
            length = MIN(length, target.length);
            t->status = cbx_access(s, &target, fields + t->done, length,
                                   false);
        }
        if (s->epoch != epoch) {
            t->status = CBX_STATUS_ABORTED;
        }
        if (t->status != CBX_STATUS_OK) {
            cbx_read_failed(s, t->status);
            return;
        }
        t->done += length;
    }
    t->value = t->address;
    t->status = cbx_report_record(s, t->argument, fields, t->length);
    if (t->status == CBX_STATUS_OK) {
        t->value = 0;
    }
}

#define DATA_FAULTS \
    (CBX_FAULT_FLIP_BIT | CBX_FAULT_SHORT | CBX_FAULT_WRONG_ADDRESS)
#define ATOMIC { \
    .faults = CBX_FAULT_FLIP_BIT | CBX_FAULT_DROP_WRITE, \
    .check = cbx_atomic_check, \
    .run = cbx_atomic_run, \
}
#define OP_FLAGS(n, id, flags, text) \
    [CBX_OP_##id] = (flags) | CBX_DESC_INTERRUPT,

const uint8_t cbx_operation_flags[CBX_OP_COUNT] = { CBX_OP_LIST(OP_FLAGS) };

const CbxOperation cbx_operations[CBX_OP_COUNT] = {
    [CBX_OP_NOP] = { .no_data = true },
    [CBX_OP_READ] = {
        .from_bus = true,
        .faults = DATA_FAULTS,
        .check = cbx_memory_check,
        .move = cbx_move_read,
    },
    [CBX_OP_WRITE] = {
        .to_bus = true,
        .faults = DATA_FAULTS | CBX_FAULT_DROP_WRITE,
        .check = cbx_memory_check,
        .move = cbx_move_write,
    },
    [CBX_OP_FILL] = {
        .to_bus = true,
        .faults = DATA_FAULTS | CBX_FAULT_DROP_WRITE,
        .move = cbx_move_fill,
    },
    [CBX_OP_VERIFY] = {
        .from_bus = true,
        .faults = DATA_FAULTS,
        .move = cbx_move_verify,
    },
    [CBX_OP_CHECKSUM] = {
        .from_bus = true,
        .faults = DATA_FAULTS,
        .move = cbx_move_checksum,
    },
    [CBX_OP_COPY] = {
        .from_bus = true,
        .to_bus = true,
        .two_addresses = true,
        .faults = DATA_FAULTS | CBX_FAULT_DROP_WRITE,
        .check = cbx_copy_check,
        .move = cbx_move_copy,
    },
    [CBX_OP_FETCH_ADD] = ATOMIC,
    [CBX_OP_SWAP] = ATOMIC,
    [CBX_OP_COMPARE_SWAP] = ATOMIC,
    [CBX_OP_MESSAGE] = { .no_data = true, .check = cbx_message_check },
    [CBX_OP_REPORT] = { .check = cbx_report_check, .run = cbx_report_run },
    [CBX_OP_FENCE] = { .no_data = true },
    [CBX_OP_SEND] = {
        .from_bus = true,
        .faults = DATA_FAULTS,
        .check = cbx_frame_check,
        .move = cbx_move_read,
    },
    [CBX_OP_RECEIVE] = {
        .to_bus = true,
        .faults = DATA_FAULTS | CBX_FAULT_DROP_WRITE,
        .check = cbx_frame_check,
        .move = cbx_move_write,
    },
};
