/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A processor beside the device, without firmware or operating system: a
 * program of loads, stores and cache maintenance runs once and ends the
 * machine; then guest memory and the report can be read.
 */
#ifndef TESTS_DEVICE_BARE_H
#define TESTS_DEVICE_BARE_H

#include <glib.h>

#include "cbx/abi.h"

typedef enum BareOp {
    BARE_CLEAN,
    BARE_INVALIDATE,
    BARE_CLEAN_INVALIDATE,
    BARE_CLEAN_OPTIMIZED,       /* x86: CLFLUSHOPT; Arm: DC CVAP */
    BARE_CLEAN_POU,
    BARE_CLEAN_ALL,
    BARE_INVALIDATE_ALL,
    BARE_CLEAN_INVALIDATE_ALL,
    BARE_OPS
} BareOp;

typedef struct Bare Bare;

/* @emulator's name tells the architecture. */
Bare *bare_new(const char *emulator);
void bare_free(Bare *b);

/* First address of RAM; a page that the processor maps uncached. */
guint64 bare_ram(const Bare *b);
#define BARE_RAM_SIZE   0x4000000u
/* Virtual address by which the processor has uncached access to @address. */
guint64 bare_uncached(const Bare *b, guint64 address);
/* Uncached on every architecture: an MiB there. */
#define BARE_UNCACHED   0x2000000u

void bare_store(Bare *b, guint64 address, guint32 value);
void bare_copy(Bare *b, guint64 from, guint64 to);
/* Is there such an instruction? */
gboolean bare_has(const Bare *b, BareOp op);
/* Returns the address of the instruction. */
guint64 bare_maintain(Bare *b, BareOp op, guint64 address);

/* The device: its registers, 32 bits of its memory, a single-shot transfer. */
void bare_register(Bare *b, guint32 offset, guint32 value);
void bare_register64(Bare *b, guint32 offset, guint64 value);
void bare_device_store(Bare *b, guint32 offset, guint32 value);
void bare_transfer(Bare *b, guint64 address, guint32 offset, guint32 length,
                   guint32 flags);

/*
 * Run the program with these properties of the device. Returns the report,
 * line by line; each is an object.
 */
GPtrArray *bare_run(Bare *b, const char *properties);
/* After that: what is in RAM. */
guint32 bare_ram32(const Bare *b, guint64 address);

#endif
