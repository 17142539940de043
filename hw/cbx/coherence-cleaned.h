/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: which lines of memory caches have been told to give up, ever.
 *
 * Memory that software maps past the caches may have lines there, from before,
 * through another mapping: firmware alone has used all of it. One that nobody
 * has cleaned or invalidated since the machine started can be written back at
 * any time, over what is there now.
 *
 * Knows nothing of QEMU. Lines are added by any thread at any time, without a
 * lock; all else comes one at a time.
 */
#ifndef HW_CBX_COHERENCE_CLEANED_H
#define HW_CBX_COHERENCE_CLEANED_H

#include <stdbool.h>
#include <stdint.h>

/* Addresses have fewer than so many bits; lines beyond count as cleaned. */
#define CBX_CLEANED_BITS 44

typedef struct CbxCleaned CbxCleaned;

/* It takes a 512th of the memory that is ever maintained. */
CbxCleaned *cbx_cleaned_new(void);
void cbx_cleaned_free(CbxCleaned *cleaned);

/* The line of @address has been cleaned, or invalidated. */
void cbx_cleaned_add(CbxCleaned *cleaned, uint64_t address);

/* Processors cache the page of @address again. */
void cbx_cleaned_remove_page(CbxCleaned *cleaned, uint64_t address);

/*
 * The first run of lines between *@address and @end that were not cleaned:
 * sets *@address, at the start of a line, and returns bytes, in whole lines. 0:
 * all were.
 */
uint64_t cbx_cleaned_gap(const CbxCleaned *cleaned, uint64_t *address,
                         uint64_t end);

#endif /* HW_CBX_COHERENCE_CLEANED_H */
