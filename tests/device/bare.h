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

/* More options of the emulator. */
void bare_options(Bare *b, const char *options);

void bare_store(Bare *b, guint64 address, guint32 value);
void bare_copy(Bare *b, guint64 from, guint64 to);
/* Is there such an instruction? */
gboolean bare_has(const Bare *b, BareOp op);
/* Returns the address of the instruction. */
guint64 bare_maintain(Bare *b, BareOp op, guint64 address);

/*
 * A second processor (-smp 2) runs what is between; the first starts it here
 * and goes on behind. Then it stands still.
 */
void bare_second_begin(Bare *b);
void bare_second_end(Bare *b);
/* One that the other has stored; what it stored before can be seen, too. */
void bare_wait(Bare *b, guint64 address, guint32 value);

/* What is between, @count times. Loops do not nest. */
void bare_loop_begin(Bare *b, guint32 count);
void bare_loop_end(Bare *b);
/* The same with as many as it takes until something is stored at @address. */
void bare_loop_until(Bare *b, guint64 address);
/* In a loop: store a number that is another in each round; 1 in the last. */
void bare_store_round(Bare *b, guint64 address);
/* Is it there? The processor remembers if it ever was not. */
void bare_check_round(Bare *b, guint64 address);
/* Store that: 0 if every check was good. */
void bare_store_verdict(Bare *b, guint64 address);

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
