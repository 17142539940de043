/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the DMA engine. A transfer goes in pieces, each as long as memory and
 * translation hang together; RAM is mapped, anything else goes through a
 * buffer.
 */
#include "qemu/osdep.h"
#include "qemu/rcu.h"
#include "cbx.h"
#include "coherence.h"
#include "trace.h"

/* Accesses that cannot be mapped go through a buffer of this size. */
#define STAGE_SIZE      4096

/*
 * Costs in bytes of RAM that could be copied meanwhile: a piece (translation
 * and look-up), and a byte that goes through a device's callbacks.
 */
#define PIECE_COST      1024
#define MMIO_COST       64

/* Of the address: a bit that leaves small buffers as well as large ones. */
#define WRONG_BIT       0x40

/* What a transfer says of itself in a completion. */
#define SEEN_FLAGS \
    (CBX_COMP_IOMMU | CBX_COMP_TRANSLATED | CBX_COMP_SECOND)

/* One side of a piece. */
typedef struct CbxSide {
    CbxTarget target;
    uint64_t address;
    bool write;
} CbxSide;

static const CbxOperation *cbx_operation(const CbxTransfer *t)
{
    return &cbx_operations[t->op < CBX_OP_COUNT ? t->op : CBX_OP_NOP];
}

static bool cbx_has_sum(const CbxTransfer *t)
{
    return t->op == CBX_OP_CHECKSUM || (t->flags & CBX_DESC_SUM);
}

/* ---- Start ------------------------------------------------------------- */

static uint16_t cbx_range_check(CbxState *s, CbxTransfer *t, uint64_t address,
                                bool list)
{
    uint64_t last = cbx_last_address(s);

    t->value = address;
    if (list && address % CBX_ELEMENT_SIZE) {
        return CBX_STATUS_BAD_ALIGNMENT;
    }
    if (address > last) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    if (!list && t->length - 1 > last - address) {
        t->value = last + 1;
        return CBX_STATUS_BAD_ADDRESS;
    }
    return CBX_STATUS_OK;
}

static uint16_t cbx_data_check(CbxState *s, CbxTransfer *t)
{
    const CbxOperation *op = cbx_operation(t);
    uint16_t status = CBX_STATUS_OK;

    if (t->length == 0 || t->length > CBX_LENGTH_MAX) {
        return CBX_STATUS_BAD_LENGTH;
    }
    if (op->check) {
        status = op->check(s, t);
    }
    if (status == CBX_STATUS_OK) {
        status = cbx_range_check(s, t, t->address, t->flags & CBX_DESC_LIST);
    }
    if (status == CBX_STATUS_OK && op->two_addresses) {
        status = cbx_range_check(s, t, t->address2, t->flags & CBX_DESC_LIST2);
        if (status != CBX_STATUS_OK) {
            t->seen |= CBX_COMP_SECOND;
        }
    }
    return status;
}

uint16_t cbx_transfer_check(CbxState *s, CbxTransfer *t)
{
    const CbxOperation *op = cbx_operation(t);

    t->value = t->address;
    if (t->op >= CBX_OP_COUNT) {
        return CBX_STATUS_BAD_OPCODE;
    }
    if ((t->flags & ~cbx_operation_flags[t->op]) ||
        (t->attributes & ~CBX_ATTRS) || (t->address2 && !op->two_addresses)) {
        return CBX_STATUS_BAD_FLAGS;
    }
    if (!op->no_data) {
        return cbx_data_check(s, t);
    }
    return op->check ? op->check(s, t) : CBX_STATUS_OK;
}

/*
 * Which bit to flip: out of the low half of a byte on the way out, out of the
 * high half on the way in, so that two flips never undo each other.
 */
static uint64_t cbx_flip_position(CbxState *s, CbxTransfer *t)
{
    uint64_t random = cbx_pattern_word(s->seed,
                                       s->stats[CBX_STAT_FAULTS_FIRED]);
    unsigned bit = (random & 3) + (cbx_operation(t)->to_bus ? 0 : 4);

    return (random >> 2) % t->length * 8 + bit;
}

/* A range as a device with a broken address line would have it. */
static uint64_t cbx_wrong_address(CbxState *s, uint64_t address,
                                  uint64_t length)
{
    uint64_t last = cbx_last_address(s);
    uint64_t wrong = address ^ WRONG_BIT;

    if (wrong <= last && length - 1 <= last - wrong) {
        return wrong;
    }
    return address < WRONG_BIT ? address : address - WRONG_BIT;
}

/* The logical address of byte @at; of the whole list, if there is one. */
static uint64_t cbx_fault_address(const CbxTransfer *t, uint64_t at)
{
    bool second = cbx_operation(t)->two_addresses;
    uint8_t list = second ? CBX_DESC_LIST2 : CBX_DESC_LIST;

    return (second ? t->address2 : t->address) + (t->flags & list ? 0 : at);
}

/* Flips that strike one kind of transfer only. */
static const uint32_t cbx_flips[CBX_OP_COUNT] = {
    [CBX_OP_VERIFY] = CBX_FAULT_FLIP_VERIFY,
    [CBX_OP_CHECKSUM] = CBX_FAULT_FLIP_CHECKSUM,
    [CBX_OP_FILL] = CBX_FAULT_FLIP_FILL,
};
static const uint32_t cbx_flips_single[CBX_OP_COUNT] = {
    [CBX_OP_READ] = CBX_FAULT_FLIP_SHOT_IN,
    [CBX_OP_WRITE] = CBX_FAULT_FLIP_SHOT_OUT,
};

/* Faults that can strike this transfer. */
static uint32_t cbx_fault_kinds(CbxState *s, const CbxTransfer *t)
{
    uint32_t kinds = cbx_operation(t)->faults;

    kinds |= (t->single ? cbx_flips_single : cbx_flips)[t->op];
    if (t->single && t->op == CBX_OP_WRITE && t->length % 2 &&
        t->length > 1 && t->address % CBX_PAGE_SIZE) {
        kinds |= CBX_FAULT_STRAY_WRITE;
    }
    if (t->op == CBX_OP_FILL && !(t->flags & CBX_DESC_LIST) &&
        cbx_get32(s, CBX_REG_FAULTS) & CBX_FAULT_CROSS_FILL &&
        cbx_buffer_sibling(s, t->address, t->length)) {
        kinds |= CBX_FAULT_CROSS_FILL;
    }
    return kinds;
}

static void cbx_transfer_faults(CbxState *s, CbxTransfer *t)
{
    uint32_t flips;

    t->flip_bit = cbx_flip_position(s, t);
    t->faults = cbx_faults_strike(s, cbx_fault_kinds(s, t));

    if (t->faults & CBX_FAULT_WRONG_ADDRESS) {
        cbx_fault_report(s, CBX_FAULT_WRONG_ADDRESS, cbx_fault_address(t, 0));
    }

    flips = t->faults & (CBX_FAULT_FLIP_BIT | cbx_flips[t->op] |
                         cbx_flips_single[t->op]);
    if (flips) {
        cbx_fault_report(s, flips & -flips,
                         cbx_fault_address(t, t->flip_bit / 8));
        /* Two flips of the same bit would be none. */
        t->faults = (t->faults & ~flips) | CBX_FAULT_FLIP_BIT;
    }
    if (t->faults & CBX_FAULT_DROP_WRITE) {
        cbx_fault_report(s, CBX_FAULT_DROP_WRITE, cbx_fault_address(t, 0));
    }
    if (t->faults & CBX_FAULT_SHORT) {
        cbx_fault_report(s, CBX_FAULT_SHORT,
                         cbx_fault_address(t, t->length - 1));
    }
}

/* A byte of memory beside the transfer, where the device may write. */
static void cbx_invert_beside(CbxState *s, CbxTransfer *t, uint32_t fault,
                              uint64_t address)
{
    uint8_t byte;

    if (t->faults & fault && t->status == CBX_STATUS_OK &&
        cbx_structure_read(s, address, &byte, 1) == CBX_STATUS_OK) {
        byte = ~byte;
        cbx_structure_write(s, address, &byte, 1);
        cbx_fault_report(s, fault, address);
    }
}

static void cbx_invert_sibling(CbxState *s, CbxTransfer *t)
{
    const CbxBuffer *b = t->faults & CBX_FAULT_CROSS_FILL
                         ? cbx_buffer_sibling(s, t->address, t->length) : NULL;

    if (b) {
        cbx_invert_beside(s, t, CBX_FAULT_CROSS_FILL, b->logical);
    }
}

static void cbx_transfer_rewind(CbxTransfer *t)
{
    t->done = 0;
    cbx_cursor_start(&t->cursor, t->address, t->length,
                     t->flags & CBX_DESC_LIST);
    cbx_cursor_start(&t->cursor2, t->address2, t->length,
                     t->flags & CBX_DESC_LIST2);
    XXH64_reset(&t->hash, t->op == CBX_OP_CHECKSUM ? t->argument : 0);
}

void cbx_transfer_start(CbxState *s, CbxTransfer *t)
{
    t->seen = 0;
    t->faults = 0;
    t->flip_bit = 0;
    cbx_transfer_rewind(t);
    t->status = cbx_transfer_check(s, t);
    trace_cbx_transfer_start(t->op, t->address, t->length, t->offset,
                             t->attributes, t->status);
    if (t->status == CBX_STATUS_OK && !cbx_operation(t)->no_data) {
        cbx_transfer_faults(s, t);
    }
}

/* ---- Pieces ------------------------------------------------------------ */

static void cbx_side_failed(CbxState *s, CbxTransfer *t, const CbxSide *side,
                            uint16_t status)
{
    t->status = status;
    t->value = side->address;
    if (side->write && cbx_operation(t)->two_addresses) {
        t->seen |= CBX_COMP_SECOND;
    }
    if (!side->write) {
        cbx_read_failed(s, status);
    }
}

/* Find out where a side of the piece is and shorten the piece to it. */
static bool cbx_side_resolve(CbxState *s, CbxTransfer *t, CbxSide *side,
                             hwaddr *length)
{
    CbxCursor *c = side->write && cbx_operation(t)->two_addresses
                   ? &t->cursor2 : &t->cursor;
    uint16_t status = cbx_cursor_seek(s, c, t->done, t->length);

    if (status != CBX_STATUS_OK) {
        side->address = c->element;
        cbx_side_failed(s, t, side, status);
        return false;
    }
    side->address = c->address;
    if ((t->faults & CBX_FAULT_WRONG_ADDRESS) &&
        side->write == cbx_operation(t)->to_bus) {
        side->address = cbx_wrong_address(s, c->address, c->length);
    }
    side->address += t->done - c->begin;
    status = cbx_bus_status(s);
    if (status == CBX_STATUS_OK) {
        side->target = cbx_resolve(s, side->address, side->write);
        t->seen |= cbx_target_seen(&side->target, side->address);
        status = side->target.status;
        if (t->attributes & CBX_ATTR_NO_SNOOP) {
            cbx_coherence_no_snoop(s, &side->target);
        }
    }
    if (status != CBX_STATUS_OK) {
        cbx_side_failed(s, t, side, status);
        return false;
    }
    *length = MIN(*length, side->target.length);
    *length = MIN(*length, c->length - (t->done - c->begin));
    return true;
}

static void *cbx_side_map(CbxState *s, CbxTransfer *t, CbxSide *side,
                          hwaddr *length)
{
    void *data = address_space_map(side->target.as, side->target.gpa, length,
                                   side->write, cbx_attrs(s));

    if (!data) {
        cbx_side_failed(s, t, side, CBX_STATUS_BUS_ERROR);
    }
    return data;
}

static void cbx_side_unmap(CbxSide *side, void *data, hwaddr mapped,
                           hwaddr length)
{
    if (data) {
        address_space_unmap(side->target.as, data, mapped, side->write,
                            side->write ? length : 0);
    }
}

/* Move the data, and sum up what went over the bus. */
static size_t cbx_piece_move(CbxState *s, CbxTransfer *t, const uint8_t *from,
                             uint8_t *to, size_t length)
{
    size_t good;

    /* What comes in first: the move may overwrite its own source. */
    if (from && cbx_has_sum(t)) {
        XXH64_update(&t->hash, from, length);
    }
    good = cbx_operation(t)->move(s, t, t->done, from, to, length);
    if (!from && cbx_has_sum(t)) {
        XXH64_update(&t->hash, to, length);
    }
    return good;
}

/* Returns how many bytes were in order; *length is what was looked at. */
static size_t cbx_piece_mapped(CbxState *s, CbxTransfer *t, CbxSide *in,
                               CbxSide *out, hwaddr *length)
{
    hwaddr in_length = *length, out_length = *length;
    void *from = NULL, *to = NULL;
    size_t good = 0;

    /* As dma_memory_map() does: order against what the CPUs have written. */
    smp_mb();
    if (in) {
        from = cbx_side_map(s, t, in, &in_length);
    }
    if (out && t->status == CBX_STATUS_OK) {
        to = cbx_side_map(s, t, out, &out_length);
    }
    *length = MIN(in_length, out_length);
    if (t->status == CBX_STATUS_OK) {
        good = cbx_piece_move(s, t, from, to, *length);
    }
    cbx_side_unmap(in, from, in_length, 0);
    cbx_side_unmap(out, to, out_length, *length);
    return good;
}

/* What the faults make of data on their way. */
static void cbx_piece_spoil(CbxTransfer *t, uint8_t *stage, size_t length,
                            bool to_bus)
{
    uint64_t flip = t->flip_bit / 8 - t->done;
    uint64_t last = t->length - 1 - t->done;

    if ((t->faults & CBX_FAULT_FLIP_BIT) && flip < length) {
        stage[flip] ^= 1u << (t->flip_bit % 8);
    }
    if ((t->faults & CBX_FAULT_SHORT) && !to_bus && last < length) {
        /*
         * What did not arrive reads as its complement, so that stale
         * data which happen to be the same cannot hide the loss.
         */
        stage[last] = ~stage[last];
    }
}

static uint16_t cbx_piece_write(CbxState *s, CbxTransfer *t, CbxSide *out,
                                uint8_t *stage, size_t length)
{
    bool at_end = t->done + length == t->length;

    if (t->faults & CBX_FAULT_DROP_WRITE) {
        return CBX_STATUS_OK;
    }
    if ((t->faults & CBX_FAULT_SHORT) && at_end) {
        length--;
    }
    return cbx_access(s, &out->target, stage, length, true);
}

static size_t cbx_piece_staged(CbxState *s, CbxTransfer *t, CbxSide *in,
                               CbxSide *out, size_t length)
{
    uint8_t came[STAGE_SIZE], goes[STAGE_SIZE];
    size_t good;
    uint16_t status;

    if (in) {
        status = cbx_access(s, &in->target, came, length, false);
        if (status != CBX_STATUS_OK) {
            cbx_side_failed(s, t, in, status);
            return 0;
        }
        if (!out) {
            cbx_piece_spoil(t, came, length, false);
        }
    }
    good = cbx_piece_move(s, t, in ? came : NULL, out ? goes : NULL, length);
    if (out) {
        cbx_piece_spoil(t, goes, length, true);
        status = cbx_piece_write(s, t, out, goes, length);
        if (status != CBX_STATUS_OK) {
            cbx_side_failed(s, t, out, status);
            return 0;
        }
    }
    return good;
}

static void cbx_piece_count(CbxState *s, CbxTransfer *t, size_t good)
{
    const CbxOperation *op = cbx_operation(t);

    t->done += good;
    if (op->from_bus) {
        s->stats[CBX_STAT_BYTES_READ] += good;
    }
    if (op->to_bus) {
        s->stats[CBX_STAT_BYTES_WRITTEN] += good;
    }
}

static void cbx_transfer_piece(CbxState *s, CbxTransfer *t, uint64_t *budget)
{
    const CbxOperation *op = cbx_operation(t);
    CbxSide from = { .write = false }, to = { .write = true };
    CbxSide *in = op->from_bus ? &from : NULL;
    CbxSide *out = op->to_bus ? &to : NULL;
    hwaddr length = MIN(t->length - t->done, *budget);
    uint32_t epoch = s->epoch;
    uint64_t cost = PIECE_COST;
    bool direct = true;
    size_t good = 0;

    if ((!in || cbx_side_resolve(s, t, in, &length)) &&
        (!out || cbx_side_resolve(s, t, out, &length))) {
        direct = (!in || from.target.direct) && (!out || to.target.direct);
        if (direct && !t->faults && !from.target.modelled &&
            !to.target.modelled) {
            good = cbx_piece_mapped(s, t, in, out, &length);
        } else {
            length = MIN(length, STAGE_SIZE);
            if (!direct) {
                length = MIN(length, MAX(*budget / MMIO_COST, 1));
            }
            good = cbx_piece_staged(s, t, in, out, length);
        }
        cost = MAX(cost, length * (direct ? 1 : MMIO_COST));
    }
    *budget -= MIN(*budget, cost);
    if (s->epoch != epoch) {
        /* The access itself has reset the device. */
        t->status = CBX_STATUS_ABORTED;
    }
    if (t->status != CBX_STATUS_OK) {
        return;
    }
    cbx_piece_count(s, t, good);
    if (good < length) {
        t->status = CBX_STATUS_MISMATCH;
        t->value = from.address + good;
    }
}

/* ---- End --------------------------------------------------------------- */

/* Count what has come of a transfer. */
static void cbx_transfer_end(CbxState *s, CbxTransfer *t)
{
    const CbxOperation *op = cbx_operation(t);
    bool over = t->status == CBX_STATUS_OK || t->status == CBX_STATUS_MISMATCH;

    if (!over) {
        s->stats[CBX_STAT_DMA_ERRORS]++;
    } else if (op->run) {
        s->stats[t->op == CBX_OP_REPORT ? CBX_STAT_DMA_READS
                                        : CBX_STAT_ATOMICS]++;
    } else {
        s->stats[CBX_STAT_DMA_READS] += op->from_bus;
        s->stats[CBX_STAT_DMA_WRITES] += op->to_bus;
    }
    if (t->status == CBX_STATUS_OK && !op->run) {
        t->value = cbx_has_sum(t) ? XXH64_digest(&t->hash) : 0;
    }
    trace_cbx_transfer_end(t->op, t->address, t->length, t->done, t->status,
                           t->value);
}

bool cbx_transfer_step(CbxState *s, CbxTransfer *t, uint64_t *budget)
{
    const CbxOperation *op = cbx_operation(t);

    while (t->status == CBX_STATUS_OK && !op->no_data &&
           t->done < t->length) {
        if (!*budget) {
            return false;
        }
        if (op->run) {
            op->run(s, t);
            *budget -= MIN(*budget, PIECE_COST);
        } else {
            cbx_transfer_piece(s, t, budget);
        }
    }
    if (t->status != CBX_STATUS_ABORTED) {
        cbx_invert_beside(s, t, CBX_FAULT_STRAY_WRITE, t->address - 1);
        cbx_invert_sibling(s, t);
        cbx_transfer_end(s, t);
    }
    return true;
}

/* ---- Migration --------------------------------------------------------- */

static bool cbx_cursor_valid(const CbxTransfer *t, const CbxCursor *c,
                             bool list)
{
    return c->begin <= t->done && t->done - c->begin <= c->length &&
           c->length <= t->length - c->begin &&
           (list ? c->element % CBX_ELEMENT_SIZE == 0
                 : c->length == t->length);
}

bool cbx_transfer_valid(CbxState *s, CbxTransfer *t)
{
    uint64_t value = t->value;

    if (t->status >= CBX_STATUSES || (t->seen & ~SEEN_FLAGS)) {
        return false;
    }
    if (t->status == CBX_STATUS_OK) {
        if (cbx_transfer_check(s, t) != CBX_STATUS_OK) {
            return false;
        }
        if (!cbx_operation(t)->no_data &&
            (t->done > t->length ||
             !cbx_cursor_valid(t, &t->cursor, t->flags & CBX_DESC_LIST) ||
             !cbx_cursor_valid(t, &t->cursor2, t->flags & CBX_DESC_LIST2))) {
            return false;
        }
    }
    t->value = value;
    if (cbx_has_sum(t)) {
        cbx_hash_load(&t->hash, &t->hash_saved, t->done);
    }
    return true;
}
