/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: the DMA engine.
 *
 * Every access goes through the same three questions: may the device use the
 * bus, what does the IOMMU say, and what stands at the address it gave. The
 * answers are looked at one by one rather than left to pci_dma_rw(), because
 * the guest is told which of them was "no".
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/rcu.h"
#include "cbx.h"
#include "trace.h"

/* Accesses that cannot be mapped go through a buffer of this size. */
#define STAGE_SIZE 4096

typedef struct CbxOperation {
    bool to_bus;
    bool uses_memory;           /* of the device */
    /*
     * Produce (to the bus) or consume (from it) @length bytes, which stand
     * @at bytes into the transfer. Returns how many of them were in order.
     */
    size_t (*move)(CbxState *s, CbxTransfer *t, uint64_t at, uint8_t *data,
                   size_t length);
} CbxOperation;

/* ---- The bus ----------------------------------------------------------- */

MemTxAttrs cbx_attrs(CbxState *s)
{
    uint32_t rid = cbx_get32(s, CBX_ARM_RID_CTL);

    return (MemTxAttrs) {
        .requester_id = rid & CBX_ARM_RID_VALID
                        ? rid & CBX_ARM_RID_MASK
                        : pci_requester_id(&s->parent_obj),
    };
}

static bool cbx_in_d0(PCIDevice *d)
{
    return !(pci_get_word(d->config + d->pm_cap + PCI_PM_CTRL)
             & PCI_PM_CTRL_STATE_MASK);
}

uint16_t cbx_bus_status(CbxState *s)
{
    PCIDevice *d = &s->parent_obj;
    PCIBus *bus = pci_get_bus(d);

    /*
     * A function reset clears COMMAND but not the memory region by which
     * QEMU's core gates bus mastering, so the bit itself has to be read.
     */
    if (!(pci_get_word(d->config + PCI_COMMAND) & PCI_COMMAND_MASTER) ||
        !cbx_in_d0(d)) {
        return CBX_STATUS_NO_MASTER;
    }

    while (!pci_bus_is_root(bus)) {
        PCIDevice *port = bus->parent_dev;

        if (!(pci_get_word(port->config + PCI_COMMAND)
              & PCI_COMMAND_MASTER)) {
            pci_word_test_and_set_mask(d->config + PCI_STATUS,
                                       PCI_STATUS_REC_MASTER_ABORT);
            if (pci_is_express(port)) {
                pci_word_test_and_set_mask(port->config + port->exp.exp_cap +
                                           PCI_EXP_DEVSTA, PCI_EXP_DEVSTA_URD);
            }
            return CBX_STATUS_BUS_ERROR;
        }
        bus = pci_get_bus(port);
    }
    return CBX_STATUS_OK;
}

const char *cbx_iommu_name(CbxState *s)
{
    PCIBus *bus = pci_get_bus(&s->parent_obj);

    if (pci_device_iommu_address_space(&s->parent_obj)
        == &address_space_memory) {
        return "none";
    }
    while (!bus->iommu_ops && bus->parent_dev) {
        bus = pci_get_bus(bus->parent_dev);
    }
    return bus->iommu_opaque ? object_get_typename(OBJECT(bus->iommu_opaque))
                             : "none";
}

/* The IOMMU's word on @address, in t->as, t->gpa and t->length. */
static void cbx_translate(IOMMUMemoryRegion *iommu, hwaddr offset, bool write,
                          MemTxAttrs attrs, CbxTarget *t)
{
    IOMMUMemoryRegionClass *imrc = memory_region_get_iommu_class_nocheck(iommu);
    IOMMUAccessFlags want = write ? IOMMU_WO : IOMMU_RO;
    int index = memory_region_iommu_attrs_to_index(iommu, attrs);
    IOMMUTLBEntry entry = imrc->translate(iommu, offset, want, index);

    t->iommu = true;
    if (!(entry.perm & want)) {
        t->status = CBX_STATUS_IOMMU_FAULT;
        return;
    }
    t->as = entry.target_as;
    t->gpa = (entry.translated_addr & ~entry.addr_mask) |
             (offset & entry.addr_mask);
    t->length = MIN(t->length, entry.addr_mask - (offset & entry.addr_mask));
    t->length += t->length != HWADDR_MAX;
}

CbxTarget cbx_resolve(CbxState *s, uint64_t address, bool write)
{
    AddressSpace *as = pci_device_iommu_address_space(&s->parent_obj);
    MemTxAttrs attrs = cbx_attrs(s);
    CbxTarget t = {
        .status = CBX_STATUS_OK,
        .as = as,
        .gpa = address,
        .length = HWADDR_MAX,
    };
    MemoryRegionSection section;
    MemoryRegion *mr;
    hwaddr xlat;

    RCU_READ_LOCK_GUARD();

    section = memory_region_find(as->root, address, 1);
    if (section.mr) {
        IOMMUMemoryRegion *iommu = memory_region_get_iommu(section.mr);
        hwaddr offset = section.offset_within_region;

        memory_region_unref(section.mr);
        if (iommu) {
            cbx_translate(iommu, offset, write, attrs, &t);
            if (t.status != CBX_STATUS_OK) {
                return t;
            }
            section = memory_region_find(t.as->root, t.gpa, 1);
            memory_region_unref(section.mr);
        }
    }
    if (!section.mr) {
        t.status = CBX_STATUS_BUS_ERROR;
        return t;
    }

    mr = address_space_translate(t.as, t.gpa, &xlat, &t.length, write, attrs);
    t.direct = memory_access_is_direct(mr, write, attrs);
    t.ram = t.direct && memory_region_is_ram(mr) && !mr->dev;
    return t;
}

/*
 * Access @length bytes at a resolved place that lies behind a device's
 * registers, or RAM in a structure-sized piece.
 */
static uint16_t cbx_access(CbxState *s, const CbxTarget *t, void *data,
                           hwaddr length, bool write)
{
    MemTxResult r = address_space_rw(t->as, t->gpa, cbx_attrs(s), data, length,
                                     write);

    return r == MEMTX_OK ? CBX_STATUS_OK : CBX_STATUS_BUS_ERROR;
}

static CbxTarget cbx_structure_target(CbxState *s, uint64_t address, bool write)
{
    uint16_t status = cbx_bus_status(s);

    if (status != CBX_STATUS_OK) {
        return (CbxTarget) { .status = status };
    }
    return cbx_resolve(s, address, write);
}

uint16_t cbx_structure_read(CbxState *s, uint64_t address, void *data,
                            unsigned length)
{
    CbxTarget t = cbx_structure_target(s, address, false);

    return t.status == CBX_STATUS_OK ? cbx_access(s, &t, data, length, false)
                                     : t.status;
}

uint16_t cbx_structure_write(CbxState *s, uint64_t address, void *data,
                             unsigned length)
{
    CbxTarget t = cbx_structure_target(s, address, true);

    return t.status == CBX_STATUS_OK ? cbx_access(s, &t, data, length, true)
                                     : t.status;
}

uint16_t cbx_structure_store(CbxState *s, uint64_t address, uint64_t value)
{
    CbxTarget t = cbx_structure_target(s, address, true);
    MemTxResult r;

    if (t.status != CBX_STATUS_OK) {
        return t.status;
    }
    address_space_stq_le(t.as, t.gpa, value, cbx_attrs(s), &r);
    return r == MEMTX_OK ? CBX_STATUS_OK : CBX_STATUS_BUS_ERROR;
}

/* ---- Operations -------------------------------------------------------- */

static uint8_t *cbx_memory_at(CbxState *s, CbxTransfer *t, uint64_t at)
{
    return (uint8_t *)memory_region_get_ram_ptr(&s->memory) + t->offset + at;
}

static size_t cbx_move_read(CbxState *s, CbxTransfer *t, uint64_t at,
                            uint8_t *data, size_t length)
{
    uint64_t offset = t->offset + at;

    /* The source may be this very BAR. */
    memmove(cbx_memory_at(s, t, at), data, length);
    memory_region_set_dirty(&s->memory, offset, length);
    return length;
}

static size_t cbx_move_write(CbxState *s, CbxTransfer *t, uint64_t at,
                             uint8_t *data, size_t length)
{
    memmove(data, cbx_memory_at(s, t, at), length);
    return length;
}

static size_t cbx_move_fill(CbxState *s, CbxTransfer *t, uint64_t at,
                            uint8_t *data, size_t length)
{
    uint64_t position = t->argument2 + at;
    size_t i = 0;

    while (i < length) {
        if (position % 8 == 0 && length - i >= 8) {
            stq_le_p(data + i, cbx_pattern_word(t->argument, position / 8));
            i += 8;
            position += 8;
        } else {
            data[i++] = cbx_pattern_byte(t->argument, position++);
        }
    }
    return length;
}

static size_t cbx_move_verify(CbxState *s, CbxTransfer *t, uint64_t at,
                              uint8_t *data, size_t length)
{
    uint64_t position = t->argument2 + at;
    size_t i = 0;

    while (i < length) {
        if (position % 8 == 0 && length - i >= 8 &&
            ldq_le_p(data + i) == cbx_pattern_word(t->argument,
                                                   position / 8)) {
            i += 8;
            position += 8;
        } else if (data[i] == cbx_pattern_byte(t->argument, position)) {
            i++;
            position++;
        } else {
            break;
        }
    }
    return i;
}

static size_t cbx_move_checksum(CbxState *s, CbxTransfer *t, uint64_t at,
                                uint8_t *data, size_t length)
{
    XXH64_update(&t->hash, data, length);
    return length;
}

static const CbxOperation cbx_operations[CBX_OP_COUNT] = {
    [CBX_OP_READ] = { .uses_memory = true, .move = cbx_move_read },
    [CBX_OP_WRITE] = {
        .to_bus = true, .uses_memory = true, .move = cbx_move_write,
    },
    [CBX_OP_FILL] = { .to_bus = true, .move = cbx_move_fill },
    [CBX_OP_VERIFY] = { .move = cbx_move_verify },
    [CBX_OP_CHECKSUM] = { .move = cbx_move_checksum },
};

/* ---- Transfers --------------------------------------------------------- */

static uint16_t cbx_transfer_check(CbxState *s, CbxTransfer *t)
{
    uint64_t last = cbx_last_address(s);

    t->value = t->address;
    if (t->op >= CBX_OP_COUNT) {
        return CBX_STATUS_BAD_OPCODE;
    }
    if (t->attributes & ~CBX_ATTRS) {
        return CBX_STATUS_BAD_FLAGS;
    }
    if (t->op == CBX_OP_NOP) {
        return CBX_STATUS_OK;
    }
    if (t->length == 0 || t->length > CBX_LENGTH_MAX) {
        return CBX_STATUS_BAD_LENGTH;
    }
    if (cbx_operations[t->op].uses_memory &&
        (t->length > s->mem_size || t->offset > s->mem_size - t->length)) {
        return CBX_STATUS_BAD_OFFSET;
    }
    if (t->address > last) {
        return CBX_STATUS_BAD_ADDRESS;
    }
    if (t->length - 1 > last - t->address) {
        t->value = last + 1;
        return CBX_STATUS_BAD_ADDRESS;
    }
    return CBX_STATUS_OK;
}

/* Count what has come of a transfer. */
static void cbx_transfer_end(CbxState *s, CbxTransfer *t)
{
    if (t->status == CBX_STATUS_OK || t->status == CBX_STATUS_MISMATCH) {
        if (t->op == CBX_OP_NOP) {
            t->value = 0;
            return;
        }
        s->stats[cbx_operations[t->op].to_bus ? CBX_STAT_DMA_WRITES
                                              : CBX_STAT_DMA_READS]++;
    } else {
        s->stats[CBX_STAT_DMA_ERRORS]++;
    }
    if (t->status == CBX_STATUS_OK) {
        t->value = t->op == CBX_OP_CHECKSUM ? XXH64_digest(&t->hash) : 0;
    }
    trace_cbx_transfer_end(t->op, t->address, t->length, t->done, t->status,
                           t->value);
}

/*
 * Which bit to flip: out of the low half of a byte on the way out, out of the
 * high half on the way in, so that two flips never undo each other.
 */
static uint64_t cbx_flip_position(CbxState *s, CbxTransfer *t)
{
    uint64_t random = cbx_pattern_word(s->seed,
                                       s->stats[CBX_STAT_FAULTS_FIRED]);
    unsigned bit = (random & 3) + (cbx_operations[t->op].to_bus ? 0 : 4);

    return (random >> 2) % t->length * 8 + bit;
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
    uint32_t kinds = CBX_FAULT_FLIP_BIT | CBX_FAULT_SHORT;

    kinds |= (t->single ? cbx_flips_single : cbx_flips)[t->op];
    if (cbx_operations[t->op].to_bus) {
        kinds |= CBX_FAULT_DROP_WRITE;
    }
    if (t->single && t->op == CBX_OP_WRITE && t->length % 2 &&
        t->length > 1 && t->address % CBX_PAGE_SIZE) {
        kinds |= CBX_FAULT_STRAY_WRITE;
    }
    if (t->op == CBX_OP_FILL &&
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

    flips = t->faults & (CBX_FAULT_FLIP_BIT | cbx_flips[t->op] |
                         cbx_flips_single[t->op]);
    if (flips) {
        cbx_fault_report(s, flips & -flips, t->address + t->flip_bit / 8);
        /* Two flips of the same bit would be none. */
        t->faults = (t->faults & ~flips) | CBX_FAULT_FLIP_BIT;
    }
    if (t->faults & CBX_FAULT_DROP_WRITE) {
        cbx_fault_report(s, CBX_FAULT_DROP_WRITE, t->address);
    }
    if (t->faults & CBX_FAULT_SHORT) {
        cbx_fault_report(s, CBX_FAULT_SHORT, t->address + t->length - 1);
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

void cbx_transfer_start(CbxState *s, CbxTransfer *t)
{
    t->done = 0;
    t->iommu = false;
    t->faults = 0;
    t->flip_bit = 0;
    t->status = cbx_transfer_check(s, t);
    trace_cbx_transfer_start(t->op, t->address, t->length, t->offset,
                             t->attributes, t->status);
    if (t->status != CBX_STATUS_OK || t->op == CBX_OP_NOP) {
        return;
    }
    XXH64_reset(&t->hash, t->argument);
    cbx_transfer_faults(s, t);
}

/*
 * Move @length bytes through @stage, which holds what comes from or goes to
 * the bus, and let the faults have their way with it.
 */
static size_t cbx_move_faulty(CbxState *s, CbxTransfer *t, uint8_t *stage,
                              size_t length)
{
    const CbxOperation *op = &cbx_operations[t->op];
    uint64_t flip = t->flip_bit / 8 - t->done;
    uint64_t last = t->length - 1 - t->done;
    size_t good = length;

    if (op->to_bus) {
        good = op->move(s, t, t->done, stage, length);
    }
    if ((t->faults & CBX_FAULT_FLIP_BIT) && flip < length) {
        stage[flip] ^= 1u << (t->flip_bit % 8);
    }
    if (!op->to_bus) {
        if ((t->faults & CBX_FAULT_SHORT) && last < length) {
            /*
             * What did not arrive reads as its complement, so that stale
             * data which happen to be the same cannot hide the loss.
             */
            stage[last] = ~stage[last];
        }
        good = op->move(s, t, t->done, stage, length);
    }
    return good;
}

static uint16_t cbx_step_staged(CbxState *s, CbxTransfer *t,
                                const CbxTarget *target, size_t length,
                                size_t *good)
{
    const CbxOperation *op = &cbx_operations[t->op];
    uint8_t stage[STAGE_SIZE];
    size_t to_write = length;
    uint16_t status;

    if (!op->to_bus) {
        status = cbx_access(s, target, stage, length, false);
        if (status == CBX_STATUS_OK) {
            *good = cbx_move_faulty(s, t, stage, length);
        }
        return status;
    }

    *good = cbx_move_faulty(s, t, stage, length);
    if (t->faults & CBX_FAULT_DROP_WRITE) {
        return CBX_STATUS_OK;
    }
    if ((t->faults & CBX_FAULT_SHORT) && t->done + length == t->length) {
        to_write--;
    }
    return cbx_access(s, target, stage, to_write, true);
}

static uint16_t cbx_step_mapped(CbxState *s, CbxTransfer *t,
                                const CbxTarget *target, hwaddr *length,
                                size_t *good)
{
    const CbxOperation *op = &cbx_operations[t->op];
    MemTxAttrs attrs = cbx_attrs(s);
    void *data;

    /* As dma_memory_map() does: order against what the CPUs have written. */
    smp_mb();
    data = address_space_map(target->as, target->gpa, length, op->to_bus,
                             attrs);
    if (!data) {
        return CBX_STATUS_BUS_ERROR;
    }
    *good = op->move(s, t, t->done, data, *length);
    address_space_unmap(target->as, data, *length, op->to_bus,
                        op->to_bus ? *length : 0);
    return CBX_STATUS_OK;
}

/* One piece of the transfer, at most @budget bytes. */
static void cbx_transfer_piece(CbxState *s, CbxTransfer *t, uint64_t budget)
{
    const CbxOperation *op = &cbx_operations[t->op];
    uint32_t epoch = s->epoch;
    uint64_t address = t->address + t->done;
    CbxTarget target;
    hwaddr length;
    size_t good = 0;

    t->status = cbx_bus_status(s);
    if (t->status == CBX_STATUS_OK) {
        target = cbx_resolve(s, address, op->to_bus);
        t->status = target.status;
        t->iommu |= target.iommu;
    }
    if (t->status == CBX_STATUS_OK) {
        length = MIN(MIN(target.length, budget), t->length - t->done);
        if (target.direct && !t->faults) {
            t->status = cbx_step_mapped(s, t, &target, &length, &good);
        } else {
            length = MIN(length, STAGE_SIZE);
            t->status = cbx_step_staged(s, t, &target, length, &good);
        }
    }
    if (s->epoch != epoch) {
        /* The access itself has reset the device. */
        t->status = CBX_STATUS_ABORTED;
        return;
    }
    if (t->status != CBX_STATUS_OK) {
        t->value = address;
        if (t->status != CBX_STATUS_NO_MASTER && !op->to_bus) {
            /* Posted writes have no completion that could say so. */
            pci_word_test_and_set_mask(s->parent_obj.config + PCI_STATUS,
                                       PCI_STATUS_REC_MASTER_ABORT);
        }
        return;
    }
    t->done += good;
    s->stats[op->to_bus ? CBX_STAT_BYTES_WRITTEN : CBX_STAT_BYTES_READ] += good;
    if (good < length) {
        t->status = CBX_STATUS_MISMATCH;
        t->value = t->address + t->done;
    }
}

bool cbx_transfer_step(CbxState *s, CbxTransfer *t, uint64_t budget)
{
    while (t->status == CBX_STATUS_OK && t->op != CBX_OP_NOP &&
           t->done < t->length) {
        uint64_t before = t->done;

        if (!budget) {
            return false;
        }
        cbx_transfer_piece(s, t, budget);
        budget -= t->done - before;
    }
    if (t->status != CBX_STATUS_ABORTED) {
        cbx_invert_beside(s, t, CBX_FAULT_STRAY_WRITE, t->address - 1);
        cbx_invert_sibling(s, t);
        cbx_transfer_end(s, t);
    }
    return true;
}

bool cbx_transfer_valid(CbxState *s, CbxTransfer *t)
{
    uint64_t value = t->value;

    if (t->status >= CBX_STATUSES ||
        (t->status == CBX_STATUS_OK &&
         (cbx_transfer_check(s, t) != CBX_STATUS_OK || t->done > t->length))) {
        return false;
    }
    t->value = value;
    if (t->op == CBX_OP_CHECKSUM) {
        cbx_hash_load(&t->hash, &t->hash_saved, t->done);
    }
    return true;
}
