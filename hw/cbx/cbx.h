/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: state of the device and the interfaces between its parts.
 *
 * Everything here runs under the BQL.
 */
#ifndef HW_CBX_CBX_H
#define HW_CBX_CBX_H

#include "cbx/abi.h"
#include "net/net.h"
#include "compat.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/*
 * The types differ in class code and device ID only: what a driver model binds
 * to. All else, migration included, is the base's.
 */
#define TYPE_CBX_BASE "cbx-base"
#define TYPE_CBX "cbx"
#define TYPE_CBX_NET "cbx-net"
#define TYPE_CBX_DISPLAY "cbx-display"
OBJECT_DECLARE_SIMPLE_TYPE(CbxState, CBX_BASE)

/* Registers below the queue blocks live in one array, indexed by offset / 4. */
#define CBX_REG_FILE_SIZE       0x540
#define CBX_Q_REGS_SIZE         0x28

#define CBX_TRACE_RECORD_DWORDS 5
#define CBX_TRACE_DWORDS        (CBX_ARM_TRACE_DEPTH * CBX_TRACE_RECORD_DWORDS)

/* Bits of the DMA control register that stay as they are written. */
#define CBX_ARM_DMA_CTL_BITS \
    (CBX_ARM_DMA_FROM_DEVICE | CBX_ARM_DMA_NO_SNOOP | CBX_ARM_DMA_PASID | \
     CBX_ARM_DMA_PRIVILEGED | CBX_ARM_DMA_INSTRUCTION | \
     CBX_ARM_DMA_USE_ATC | CBX_ARM_DMA_AT_MASK)

/* "CBX" in ASCII: any fixed number would do, this one is easy to recognise. */
#define CBX_DEFAULT_SEED        0x434258

/* Where in logical memory a transfer is: an extent, perhaps one of a list. */
typedef struct CbxCursor {
    uint64_t address;           /* of the extent */
    uint64_t length;
    uint64_t begin;             /* of the extent within the transfer */
    uint64_t element;           /* address of the next element of the list */
} CbxCursor;

/* A checksum that is under way, in a form that does not depend on the host. */
typedef struct CbxHashState {
    uint64_t lanes[4];
    uint8_t pending[32];        /* input that does not fill a stripe yet */
} CbxHashState;

/*
 * One transfer of the DMA engine. The caller fills the request; start and
 * step maintain the rest.
 */
typedef struct CbxTransfer {
    /* request */
    uint8_t op;                 /* CBX_OP_* */
    uint8_t flags;              /* CBX_DESC_* */
    uint16_t attributes;        /* CBX_ATTR_* */
    uint64_t address;
    uint64_t address2;
    uint64_t length;
    uint64_t offset;            /* in device memory */
    uint64_t argument;          /* pattern or checksum seed, operand */
    uint64_t argument2;         /* pattern position, operand */
    bool single;                /* single-shot, of no queue */
    /* progress */
    uint64_t done;              /* bytes that went over the bus */
    CbxCursor cursor;           /* of `address` */
    CbxCursor cursor2;          /* of `address2` */
    uint64_t flip_bit;          /* position within the transfer, in bits */
    uint32_t faults;            /* CBX_FAULT_* that strike this transfer */
    XXH64_state_t hash;
    CbxHashState hash_saved;    /* of `hash`, while it migrates */
    /* result */
    uint16_t status;            /* CBX_STATUS_* */
    uint16_t seen;              /* CBX_COMP_* */
    uint64_t value;             /* result, or address of the error */
} CbxTransfer;

/* What the IOMMU and the memory map make of one logical address. */
typedef struct CbxTarget {
    uint16_t status;            /* OK, IOMMU_FAULT or BUS_ERROR */
    bool iommu;                 /* an IOMMU translates this address */
    bool direct;                /* can be mapped: RAM, also of a device */
    bool ram;                   /* guest RAM */
    bool modelled;              /* the access goes through coherence.c ... */
    bool snooped;               /* ... and snoops */
    AddressSpace *as;           /* where ... */
    hwaddr gpa;                 /* ... it really is */
    hwaddr length;              /* bytes from here that share the answer */
} CbxTarget;

/* A record on its way in through the report port. */
typedef struct CbxReportPort {
    uint8_t bytes[CBX_REPORT_BYTES_MAX];
    uint32_t length;
    bool overflow;
} CbxReportPort;

/* A declared buffer. Free when id is 0. */
typedef struct CbxBuffer {
    uint32_t id;
    uint32_t api;
    uint32_t element;
    uint32_t cache;
    uint32_t node;
    uint64_t va;
    uint64_t logical;
    uint64_t length;
    uint64_t min;
    uint64_t max;
    uint64_t align;
} CbxBuffer;

typedef struct CbxQueue {
    uint32_t regs[CBX_Q_REGS_SIZE / 4];
    uint32_t tail;
    uint32_t cq_head;
    bool phase;                 /* of the completion to write next */
    bool busy;                  /* `transfer` is under way */
    bool waiting;               /* ... and has no frame yet */
    uint32_t id;
    bool stuck;                 /* by a fault */
    int64_t due;                /* when to complete what is over; 0: at once */
    uint32_t ended;             /* descriptors completed or abandoned */
    uint32_t fence[CBX_QUEUES_MAX]; /* `ended` of each queue to wait for */
    CbxTransfer transfer;
} CbxQueue;

/* A part of a declared buffer, as coherence.c follows it. */
typedef struct CbxSavedClaim {
    uint32_t buffer;            /* index in `buffers` */
    bool cacheable;
    uint64_t address;
    uint64_t length;
} CbxSavedClaim;

/* Property `coherence`; AUTO is one of the others once realized. */
enum {
    CBX_COHERENCE_AUTO,         /* ON without cca, else OFF */
    CBX_COHERENCE_OFF,
    CBX_COHERENCE_ON,
    CBX_COHERENCE_AUDIT,
};

typedef struct CbxDisplay CbxDisplay;

struct CbxState {
    PCIDevice parent_obj;

    MemoryRegion registers;
    MemoryRegion memory;
    QEMUTimer *queue_timer;
    uint32_t next_queue;        /* whose turn it is */
    /* Incremented by every reset, so that nested work notices. */
    uint32_t epoch;

    uint32_t regs[CBX_REG_FILE_SIZE / 4];
    uint64_t stats[CBX_STATS];
    CbxQueue queues[CBX_QUEUES_MAX];

    CbxBuffer buffers[CBX_BUFFERS_MAX];
    uint32_t last_buffer_id;
    int32_t n_claims;           /* of `claims`, while they migrate */
    CbxSavedClaim *claims;

    uint32_t trace_fifo[CBX_TRACE_DWORDS];
    uint32_t trace_read;        /* dwords taken */
    uint32_t trace_written;     /* dwords put in */

    CbxReportPort report_ports[CBX_REPORT_PORTS];
    bool report_begun;          /* the "device" record is out */
    uint64_t report_seq;

    /* Opportunities each fault has let pass since it last struck; strikes. */
    uint32_t fault_passed[32];
    uint32_t fault_struck[32];

    CbxDisplay *display;        /* cbx-display: its screen */

    /* properties */
    CharFrontend report;
    uint64_t mem_size;
    uint64_t seed;
    uint64_t apis;
    uint32_t driver_faults;
    uint32_t faults;
    uint32_t fault_skip;
    uint32_t fault_limit;
    uint32_t fault_delay;
    uint32_t addr_bits;
    uint32_t n_queues;
    uint32_t n_vectors;
    bool arm_id;
    bool bypass;                /* DMA ignores the IOMMU */
    bool cca;                   /* DMA is coherent with the caches */
    bool check_platform;        /* ... and firmware has to say the same */
    uint8_t coherence;          /* CBX_COHERENCE_* */
    uint32_t coherence_policy;  /* CBX_POLICY_* */
    bool pause_frames;          /* updates stop the machine */

    /* cbx-net only */
    NICState *nic;
    NICConf nic_conf;
};

static inline uint32_t cbx_get32(CbxState *s, uint32_t offset)
{
    return s->regs[offset / 4];
}

static inline void cbx_set32(CbxState *s, uint32_t offset, uint32_t value)
{
    s->regs[offset / 4] = value;
}

static inline uint64_t cbx_get64(CbxState *s, uint32_t offset)
{
    return s->regs[offset / 4] | (uint64_t)s->regs[offset / 4 + 1] << 32;
}

static inline void cbx_set64(CbxState *s, uint32_t offset, uint64_t value)
{
    s->regs[offset / 4] = (uint32_t)value;
    s->regs[offset / 4 + 1] = value >> 32;
}

/* Highest address the device can put on the bus. */
static inline uint64_t cbx_last_address(CbxState *s)
{
    return UINT64_MAX >> (64 - s->addr_bits);
}

/* ---- pci.c ------------------------------------------------------------- */

/* Everything but PCI configuration goes back to its reset value. */
void cbx_reset_core(CbxState *s);

/*
 * Send the message of one vector: MSI-X, else MSI, whichever software has
 * enabled. Vectors that do not exist, are masked or disabled stay silent.
 */
void cbx_interrupt(CbxState *s, uint32_t vector);

/*
 * Tell of a queue's progress: by the message of its vector, or by the line
 * (CBX_ARM_INTX_CTL) when software has enabled neither MSI-X nor MSI.
 */
void cbx_queue_interrupt(CbxState *s, uint32_t vector);

/* ---- regs.c ------------------------------------------------------------ */

extern const MemoryRegionOps cbx_register_ops;

/* Reset values of the register file, from properties where they come in. */
void cbx_registers_reset(CbxState *s);

/* After migration: can the register file have come about? */
bool cbx_registers_valid(CbxState *s);

/* Remember in CBX_REG_ERRORS that something went wrong, or OK. */
void cbx_note_error(CbxState *s, uint16_t status);

/* Remember also in CBX_REG_ERROR that a register operation was refused. */
void cbx_register_error(CbxState *s, uint16_t status);

/* ---- exerciser.c: Arm's register block --------------------------------- */

void cbx_msi_ctl_write(CbxState *s, uint32_t value);
void cbx_intx_ctl_write(CbxState *s, uint32_t value);
void cbx_dma_ctl_write(CbxState *s, uint32_t value);
void cbx_dma_status_write(CbxState *s, uint32_t value);
void cbx_trace_ctl_write(CbxState *s, uint32_t value);
uint32_t cbx_trace_data_read(CbxState *s);

/* The monitor: one memory access to BAR0 that software made. */
void cbx_monitor_memory(CbxState *s, bool read, hwaddr offset, uint64_t value,
                        unsigned size);

/* The same for configuration space. */
void cbx_monitor_config(CbxState *s, bool read, uint32_t offset,
                        uint32_t value, unsigned size);

/* ---- engine.c ---------------------------------------------------------- */

/* Attributes of everything the device puts on the bus. */
MemTxAttrs cbx_attrs(CbxState *s);

/*
 * May the device put anything on the bus? OK, NO_MASTER (bus mastering off or
 * not in D0), or BUS_ERROR (a port above does not forward).
 */
uint16_t cbx_bus_status(CbxState *s);

/*
 * Ask the IOMMU, if there is one, and the memory map about one address. A
 * refusal is recorded by the IOMMU as for any access of the device.
 */
CbxTarget cbx_resolve(CbxState *s, uint64_t address, bool write);

/*
 * Note that something which needs an answer (not a posted write) has failed
 * on the bus; other reasons leave no trace.
 */
void cbx_read_failed(CbxState *s, uint16_t status);

/* What an answer means for a completion: CBX_COMP_*. */
uint16_t cbx_target_seen(const CbxTarget *t, uint64_t address);

/* The IOMMU in front of the device, used or not: its QOM type, or "none". */
const char *cbx_iommu_name(CbxState *s);

/*
 * Access @length bytes at a resolved place, through the callbacks of a device
 * if need be. Returns OK or BUS_ERROR.
 */
uint16_t cbx_access(CbxState *s, const CbxTarget *t, void *data, hwaddr length,
                    bool write);

/*
 * Access guest memory for the device's own structures (descriptors and
 * completions), of @length bytes within one page. Returns CBX_STATUS_*.
 */
uint16_t cbx_structure_read(CbxState *s, uint64_t address, void *data,
                            unsigned length);
uint16_t cbx_structure_write(CbxState *s, uint64_t address, void *data,
                             unsigned length);

/* One aligned 64-bit little-endian store, seen by the CPUs as a whole. */
uint16_t cbx_structure_store(CbxState *s, uint64_t address, uint64_t value);

/* ---- transfer.c -------------------------------------------------------- */

/* Check the request and prepare; t->status says whether to go on. */
void cbx_transfer_start(CbxState *s, CbxTransfer *t);

/* What start would make its status. */
uint16_t cbx_transfer_check(CbxState *s, CbxTransfer *t);

/*
 * Go on until the transfer has ended or the budget is spent, which is counted
 * in bytes of RAM that could be copied meanwhile. Returns true when the
 * transfer has ended, well or badly; its results are then final.
 */
bool cbx_transfer_step(CbxState *s, CbxTransfer *t, uint64_t *budget);

/* After migration: could start and step have left the transfer like this? */
bool cbx_transfer_valid(CbxState *s, CbxTransfer *t);

/* ---- operation.c ------------------------------------------------------- */

typedef struct CbxOperation {
    bool from_bus;
    bool to_bus;
    bool two_addresses;         /* source at `address`, target at `address2` */
    bool no_data;               /* nothing goes over the bus */
    uint32_t faults;            /* CBX_FAULT_* that can strike it */
    /* Requirements of its own, after the common ones; or NULL. */
    uint16_t (*check)(CbxState *s, CbxTransfer *t);
    /*
     * Consume or produce @length bytes, which stand @at bytes into the
     * transfer: @from holds what comes from the bus, @to takes what goes out.
     * Returns how many of them were in order.
     */
    size_t (*move)(CbxState *s, CbxTransfer *t, uint64_t at,
                   const uint8_t *from, uint8_t *to, size_t length);
    /* Instead: all of it at once; leaves status, done and value. */
    void (*run)(CbxState *s, CbxTransfer *t);
} CbxOperation;

/* Indexed by CBX_OP_*; with the CBX_DESC_* that each takes. */
extern const CbxOperation cbx_operations[CBX_OP_COUNT];
extern const uint8_t cbx_operation_flags[CBX_OP_COUNT];

/* ---- atomic.c ---------------------------------------------------------- */

uint16_t cbx_atomic_check(CbxState *s, CbxTransfer *t);
void cbx_atomic_run(CbxState *s, CbxTransfer *t);

/* ---- list.c ------------------------------------------------------------ */

/* Begin with a plain range, or with a list that stands at @address. */
void cbx_cursor_start(CbxCursor *c, uint64_t address, uint64_t length,
                      bool list);

/*
 * Make the extent the one that holds byte @at of a transfer of @total bytes,
 * which is within it or directly behind. Returns CBX_STATUS_*; unless OK,
 * c->element is the address of the list element concerned.
 */
uint16_t cbx_cursor_seek(CbxState *s, CbxCursor *c, uint64_t at,
                         uint64_t total);

/* ---- hash.c ------------------------------------------------------------ */

void cbx_hash_save(const XXH64_state_t *hash, CbxHashState *saved);

/* Go on after @length bytes of input. */
void cbx_hash_load(XXH64_state_t *hash, const CbxHashState *saved,
                   uint64_t length);

/* ---- queue.c ----------------------------------------------------------- */

/* Bit n: queue n is enabled and has stopped. */
uint32_t cbx_queues_stopped(CbxState *s);

uint32_t cbx_queue_read(CbxState *s, uint32_t offset);
void cbx_queue_write(CbxState *s, uint32_t offset, uint32_t value,
                     uint32_t mask);
void cbx_doorbell_write(CbxState *s, uint32_t offset, uint32_t value);

/* A frame for a queue that waits for one. */
void cbx_queue_receive(CbxState *s, CbxQueue *q, const uint8_t *data,
                       size_t size);

void cbx_queue_init(CbxState *s);
void cbx_queue_exit(CbxState *s);
void cbx_queue_reset(CbxState *s);

/*
 * After migration: resume the work. False when the state is none that this
 * code could have left behind.
 */
bool cbx_queue_post_load(CbxState *s);

/* ---- net.c ------------------------------------------------------------- */

/* Properties of type cbx-net. */
void cbx_net_properties(ObjectClass *oc);

/* Nothing unless the device has a network back end. */
void cbx_net_realize(CbxState *s);
void cbx_net_exit(CbxState *s);

uint32_t cbx_net_read(CbxState *s, uint32_t offset);

/* Send a frame that lies in device memory. */
void cbx_net_send(CbxState *s, uint64_t offset, uint64_t length);

/* A queue has begun to wait: fetch what the back end has kept. */
void cbx_net_wait(CbxState *s);

/* ---- oracle.c ---------------------------------------------------------- */

void cbx_buffer_command(CbxState *s, uint32_t command);
void cbx_probe_command(CbxState *s, uint32_t command);

/* After migration: would DECLARE have accepted it? */
bool cbx_buffer_valid(const CbxBuffer *b);
/*
 * Another element of the vector that has the declared buffer of this address
 * and length as an element, or NULL.
 */
const CbxBuffer *cbx_buffer_sibling(CbxState *s, uint64_t address,
                                    uint64_t length);

/* ---- numa.c ------------------------------------------------------------ */

/* Nodes of several pages. */
typedef struct CbxNodes {
    bool known;                 /* `node` is that of some page */
    bool unknown;               /* that of some page is not known */
    bool mixed;
    uint16_t node;
} CbxNodes;

/* The host's NUMA node of one page; negative where it cannot tell. */
int cbx_host_node(void *host);

/*
 * The guest's NUMA node whose memory backend is behind @gpa; negative where
 * the machine has no nodes or that memory is of none.
 */
int cbx_guest_node(AddressSpace *as, hwaddr gpa, MemTxAttrs attrs);

void cbx_nodes_add(CbxNodes *n, int node);

/* As in CBX_REG_BUF_NODE_SEEN and CBX_REG_BUF_GUEST_NODE. */
uint32_t cbx_nodes_register(const CbxNodes *n);

/* ---- report.c ---------------------------------------------------------- */

void cbx_report_write(CbxState *s, uint32_t offset, uint32_t value,
                      uint32_t lanes);

/* Write a record of the guest: its fields as in the ABI. CBX_STATUS_*. */
uint16_t cbx_report_record(CbxState *s, uint64_t kind, const void *fields,
                           size_t length);

/*
 * The device's own records. Begin returns a writer inside an object that has
 * its "type", "seq" and "time_ns"; end closes it, writes the line and frees
 * the writer.
 */
JSONWriter *cbx_report_begin(CbxState *s, const char *type);
void cbx_report_end(CbxState *s, JSONWriter *json);

/* An address or a 64-bit identifier: a string, since JSON has doubles only. */
void cbx_report_hex(JSONWriter *json, const char *name, uint64_t value);

/* ---- faults.c ---------------------------------------------------------- */

/* Which of @kinds strike now? Counts what passes and what does not. */
uint32_t cbx_faults_strike(CbxState *s, uint32_t kinds);

/* Arm these faults and begin to count. */
void cbx_faults_arm(CbxState *s, uint32_t faults);

/* Report that a fault has struck data at an address, a vector or a queue. */
void cbx_fault_report(CbxState *s, uint32_t fault, uint64_t address);
void cbx_fault_report_vector(CbxState *s, uint32_t fault, uint32_t vector);
void cbx_fault_report_queue(CbxState *s, uint32_t fault, unsigned queue);

/* Class properties for the numbers that go with `faults`. */
void cbx_fault_properties(ObjectClass *oc);

/* ---- display.c: the screen of cbx-display ------------------------------ */

void cbx_display_init(CbxState *s);
void cbx_display_exit(CbxState *s);
void cbx_display_reset(CbxState *s);

void cbx_display_control_write(CbxState *s, uint32_t value);

/* May the mode registers change? They may while the screen is off. */
bool cbx_display_is_off(CbxState *s);

/* After migration: false when the registers describe no mode. */
bool cbx_display_post_load(CbxState *s);

/* ---- names.c ----------------------------------------------------------- */

const char *cbx_status_text(uint16_t status);

/* Documented name of a call, or NULL. */
const char *cbx_api_name(uint32_t api);

/* Name of one CBX_MEMTYPE_*. */
const char *cbx_memtype_name(uint8_t type);

/* Name of one CBX_FAULT_*. */
const char *cbx_fault_name(uint32_t fault);

/* Value of property `coherence`. */
const char *cbx_coherence_name(CbxState *s);

/* Names of the faults in a mask as a JSON list. */
void cbx_faults_list(JSONWriter *json, const char *name, uint32_t faults);

/*
 * Class properties that list names, separated by ':' or ',': `faults` (also at
 * run time), `apis`, `driver-faults` and `coherence-policy` (before realize);
 * and those that are one name, `iommu` and `coherence`.
 */
void cbx_name_properties(ObjectClass *oc);

#endif /* HW_CBX_CBX_H */
