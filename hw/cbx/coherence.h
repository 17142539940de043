/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: DMA that does not snoop, on the model of coherence-lines.h.
 *
 * All devices of a machine share one model, since they share its memory. It
 * follows the pages of declared buffers that processors map write-back;
 * other memory has one image, and DMA to it is coherent.
 */
#ifndef HW_CBX_COHERENCE_H
#define HW_CBX_COHERENCE_H

#include "cbx.h"
#include "coherence-lines.h"

/* ---- coherence.c ------------------------------------------------------- */

/*
 * Take part in the model, if the properties say so; false with *errp where
 * that is impossible.
 */
bool cbx_coherence_start(CbxState *s, Error **errp);
void cbx_coherence_stop(CbxState *s);

/* Does the device use the model? */
bool cbx_coherence_on(CbxState *s);

/* Is a model there, and the target in its memory? Then t->modelled. */
void cbx_coherence_target(CbxState *s, CbxTarget *t);

/* The transfer has No-Snoop set, which counts only if software allows it. */
void cbx_coherence_no_snoop(CbxState *s, CbxTarget *t);

/* An access to a target that is modelled. */
void cbx_coherence_access(CbxState *s, const CbxTarget *t, void *data,
                          hwaddr length, bool write);

/* What an access would read; nothing happens by it. */
void cbx_coherence_peek(CbxState *s, const CbxTarget *t, void *data,
                        hwaddr length);

/*
 * Around an access to RAM itself that the target's snooping makes right: the
 * pages leave the model, as if evicted, and come back in step.
 */
void cbx_coherence_leave(const CbxTarget *t, hwaddr length);
void cbx_coherence_return(const CbxTarget *t, hwaddr length);

/*
 * Piece @index of a declared buffer lies at @t, within a page, and processors
 * map it as @type (CBX_MEMTYPE_*). @b stays where it is until it is cut to 0.
 */
void cbx_coherence_claim(CbxState *s, const CbxBuffer *b, unsigned index,
                         const CbxTarget *t, hwaddr length, uint8_t type);
/* A buffer has no more than @pieces. */
void cbx_coherence_cut(CbxState *s, const CbxBuffer *b, unsigned pieces);
/* The device forgets its buffers. */
void cbx_coherence_forget(CbxState *s);

/*
 * How processors map buffers is known only where they were declared, so it
 * migrates: into s->claims, away again, and from there. May that be loaded?
 * Buffers are valid when it is; false if they have no such claims.
 */
void cbx_coherence_save(CbxState *s);
void cbx_coherence_drop_saved(CbxState *s);
bool cbx_coherence_may_load(const CbxState *s);
bool cbx_coherence_load(CbxState *s);

/* The CPU is about to read a declared buffer. */
void cbx_coherence_use(CbxState *s, const CbxBuffer *b);

/* Who maps a declared buffer past the caches must have cleaned it before. */
void cbx_coherence_require_clean(CbxState *s, const CbxBuffer *b);

/* The line is no longer in a cache. For any thread, without the BQL. */
void cbx_coherence_cleaned(uint64_t address);

/* May maintenance of the line matter? For any thread, without the BQL. */
bool cbx_coherence_concerns(uint64_t address);

/* A CPU has maintained the line of @address, or all; under the BQL. */
void cbx_coherence_maintain(uint64_t address, CbxMaintenance op, CbxInsn insn);
void cbx_coherence_maintain_all(CbxMaintenance op, CbxInsn insn);

/* ---- coherence-cpu.c: compiled for each target ------------------------- */

/*
 * Hear of the cache maintenance of all processors from now on. False with
 * *errp where the emulator does not show it or lines have another size.
 */
bool cbx_cpu_watch_caches(Error **errp);

#endif /* HW_CBX_COHERENCE_H */
