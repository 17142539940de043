/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs for the qtests of CBX. Whatever cannot be done fails the test.
 */
#ifndef QTEST_CBX_LIB_H
#define QTEST_CBX_LIB_H

#include "cbx/abi.h"
#include "libqtest.h"
#include "libqos/libqos-malloc.h"
#include "libqos/pci.h"
#include "libqos/qgraph.h"
#include "qobject/qdict.h"

/* Slot on the root bus, far from what machines put there by themselves. */
#define CBX_TEST_SLOT   0x10
#define CBX_TEST_DEVFN  (CBX_TEST_SLOT << 3)

/* Beyond any RAM and device of a test machine. */
#define CBX_NOWHERE     0x7f0000000000ull

typedef struct QCbx {
    QOSGraphObject obj;
    QPCIDevice pci;
    QPCIBar regs;
    QPCIBar mem;
    QPCIDevice port;            /* above the device, if it has one */
    QTestState *qts;
} QCbx;

/* The device on a root bus, its BARs mapped, bus mastering on. */
void cbx_attach(QCbx *d, QPCIBus *bus);

/* The same for another place than the test's slot. */
void cbx_attach_at(QCbx *d, QPCIBus *bus, int devfn);

/*
 * The same behind the root port at @devfn, whose window and bus number,
 * @secondary, are set up first: there is no firmware. Needs a bus whose
 * configuration cycles take the bus number in bits 15:8 of devfn, as those of
 * q35 and virt do.
 */
void cbx_attach_below_port(QCbx *d, QPCIBus *bus, int devfn, int secondary);

/* Where configuration space is in memory: bus 0's, 4 KiB per function. */
uint64_t cbx_ecam(QCbx *d);

/*
 * Put a `before` hook's options on the command line. Properties of the device
 * are written as "cbx.NAME=VALUE" behind -global.
 */
void *cbx_options(GString *cmd_line, void *options);

/* ---- Registers --------------------------------------------------------- */

uint32_t cbx_read32(QCbx *d, uint32_t offset);
uint64_t cbx_read64(QCbx *d, uint32_t offset);
void cbx_write32(QCbx *d, uint32_t offset, uint32_t value);
void cbx_write64(QCbx *d, uint32_t offset, uint64_t value);
uint64_t cbx_stat(QCbx *d, unsigned stat);

/* The last refused operation, CBX_STATUS_*; forgets it. */
uint32_t cbx_take_error(QCbx *d);

void cbx_bus_master(QCbx *d, bool on);

/* Unmask an MSI-X vector that writes @data to memory at @address. */
void cbx_vector_aim(QCbx *d, unsigned vector, uint64_t address, uint32_t data);
void cbx_function_level_reset(QCbx *d);

/* ---- Memory ------------------------------------------------------------ */

/* First address behind the RAM of the test machine. */
uint64_t cbx_ram_end(void);

/* Guest or device memory, in messages of reasonable size. */
void cbx_memory_read(QCbx *d, uint64_t address, void *data, size_t length);
void cbx_memory_write(QCbx *d, uint64_t address, const void *data,
                      size_t length);

/* Write @length bytes of the pattern to guest or device memory at @address. */
void cbx_put_pattern(QCbx *d, uint64_t address, uint64_t seed, size_t length);

/* Index of the first byte that differs from the pattern, or @length. */
size_t cbx_find_difference(QCbx *d, uint64_t address, uint64_t seed,
                           size_t length);

/* ---- Single-shot DMA --------------------------------------------------- */

/* @ctl: CBX_ARM_DMA_* beside the trigger. Returns the status bits. */
uint32_t cbx_dma(QCbx *d, uint32_t ctl, uint64_t address, uint32_t offset,
                 uint32_t length);

/* ---- Queues ------------------------------------------------------------ */

typedef struct QCbxQueue {
    QCbx *d;
    unsigned n;
    uint64_t ring;
    uint64_t cq;
    uint32_t entries;
    uint32_t tail;
    uint32_t cq_head;
    bool phase;
} QCbxQueue;

/* Allocate rings, zero them and enable queue @n. */
void cbx_queue_start(QCbxQueue *q, QCbx *d, QGuestAllocator *alloc, unsigned n,
                     uint32_t entries, uint32_t vector);

/* Place a descriptor in the ring without ringing. */
void cbx_queue_place(QCbxQueue *q, const CbxDescriptor *desc);
void cbx_queue_ring(QCbxQueue *q);

/* Take the next completion if there is one. */
bool cbx_queue_poll(QCbxQueue *q, CbxCompletion *c);

/* Let virtual time pass until there is one; a bounded number of steps. */
CbxCompletion cbx_queue_wait(QCbxQueue *q);

/* Place, ring, wait. */
CbxCompletion cbx_queue_do(QCbxQueue *q, const CbxDescriptor *desc);

/* The completion says this, and that no IOMMU was in the way. */
void cbx_expect(CbxCompletion c, uint32_t id, uint16_t status, uint64_t bytes,
                uint64_t value);

/* Let the device do all the work it has. */
void cbx_settle(QCbx *d);

/* ---- Oracle and report ------------------------------------------------- */

/* Declare a buffer without limits; returns CBX_STATUS_*. */
uint32_t cbx_declare(QCbx *d, uint64_t logical, uint64_t length);
uint32_t cbx_probe(QCbx *d, uint32_t command, uint64_t address);

/* Send one record: @fields as in the ABI, NULs included. Returns its status. */
uint32_t cbx_report(QCbx *d, uint32_t kind, const void *fields, size_t length);

/* A `before` hook: report to a file. The test gets its name as data. */
void *cbx_report_to_file(GString *cmd_line, void *options);

/* Every line of the file, parsed. Free with g_ptr_array_unref(). */
GPtrArray *cbx_report_lines(const char *file);

/* Last record of one type, or NULL. */
QDict *cbx_report_last(GPtrArray *lines, const char *type);

#endif /* QTEST_CBX_LIB_H */
