/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RAM for the tests of the two images, and what was found. */
#ifndef CBX_TEST_COHERENCE_H
#define CBX_TEST_COHERENCE_H

#include <glib.h>

#include "coherence-lines.h"

enum { BED_PAGES = 4, BED_SIZE = BED_PAGES * CBX_LINE_PAGE };
/* Where RAM begins; what lies below it is not touched. */
#define BED_BASE 0x40000000ull
/* The same RAM once more, as other pages. */
#define BED_MIRROR (1ull << 40)
#define LINE(n) (BED_BASE + (n) * CBX_LINE_SIZE)

/* What RAM holds at first, what a processor stores, what the device writes. */
enum { OLD = 0x11, CPU = 0x22, DEV = 0x33 };

typedef struct Bed {
    CbxLines *lines;
    uint8_t ram[BED_SIZE];
    GArray *records;            /* of CbxLineRecord */
    /* A CPU that stores 0xcc here while the model stores elsewhere. */
    size_t racing;
} Bed;

Bed *bed_new(unsigned policy, uint64_t seed, unsigned max_pages, bool audit);
/* Everything tracked, no policy. */
Bed *bed_plain(void);
void bed_free(Bed *bed);
uint64_t bed_findings(const Bed *bed, CbxFinding finding);

/* A processor stores without anybody being told. */
void bed_cpu_store(Bed *bed, uint64_t address, uint8_t value, size_t length);
/* DEV, or one byte. */
void bed_dma_write(Bed *bed, uint64_t address, size_t length, bool snooped);
uint8_t bed_dma_read(Bed *bed, uint64_t address, bool snooped);
/* The line of @address. */
void bed_maintain(Bed *bed, uint64_t address, CbxMaintenance op);

/* What the CPU and memory hold. */
void bed_assert_byte(Bed *bed, uint64_t address, uint8_t cpu, uint8_t memory);
void bed_assert_no_record(Bed *bed);

void coherence_page_tests(void);

/* The tests with random sequences, against a naive cache. */
void coherence_random_tests(void);

#endif /* CBX_TEST_COHERENCE_H */
