/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RAM for the tests of the two images, and what was found. */
#ifndef CBX_TEST_COHERENCE_H
#define CBX_TEST_COHERENCE_H

#include <glib.h>

#include "coherence-lines.h"

enum { BED_PAGES = 4, BED_SIZE = BED_PAGES * CBX_LINE_PAGE };
/* Where RAM begins; what lies below it is not touched. */
#define BED_BASE 0x40000000ull

typedef struct Bed {
    CbxLines *lines;
    uint8_t ram[BED_SIZE];
    GArray *records;            /* of CbxLineRecord */
    /* A CPU that stores 0xcc here while the model stores elsewhere. */
    size_t racing;
} Bed;

Bed *bed_new(unsigned policy, uint64_t seed, unsigned max_pages, bool audit);
void bed_free(Bed *bed);
uint64_t bed_findings(const Bed *bed, CbxFinding finding);

/* The tests with random sequences, against a naive cache. */
void coherence_random_tests(void);

#endif /* CBX_TEST_COHERENCE_H */
