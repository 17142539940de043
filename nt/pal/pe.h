/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads PE32+ images. Trusts nothing in them: every offset is checked against
 * the file or the image before it is used. Depends on nothing but integer
 * types, so that it is tested outside the kernel.
 *
 * Numbers and names: Microsoft, "PE Format".
 */
#ifndef CBX_PE_H
#define CBX_PE_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/string.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#endif

/* Whose images are taken: those for the processor this runs on. */
#ifdef __aarch64__
#define PE_MACHINE      0xaa64
#define PE_MACHINE_NAME "arm64 (0xaa64)"
#else
#define PE_MACHINE      0x8664
#define PE_MACHINE_NAME "x64 (0x8664)"
#endif

#define PE_IMAGE_MAX    (64u << 20)     /* bytes; larger is refused */
#define PE_PAGE         4096u

#define PE_SCN_DISCARDABLE  0x02000000u
#define PE_SCN_EXECUTE      0x20000000u
#define PE_SCN_READ         0x40000000u
#define PE_SCN_WRITE        0x80000000u

/* Everything after pe_open() is known to lie inside the file or the image. */
struct pe {
	const uint8_t *file;
	size_t file_size;
	const char *error;      /* why the last call failed */
	uint64_t base;          /* preferred */
	uint32_t size;          /* of the image in memory, whole pages */
	uint32_t headers;       /* bytes */
	uint32_t entry;         /* RVA */
	uint32_t sections;
	uint32_t section_table; /* file offset */
	uint32_t export_rva, export_size;
	uint32_t import_rva, import_size;
	uint32_t reloc_rva, reloc_size;
};

struct pe_section {
	char name[9];
	uint32_t rva, size;     /* size in memory, whole pages */
	uint32_t flags;         /* PE_SCN_* */
};

/* Where pe_next_import() stands; all zero to begin with. */
struct pe_import {
	uint32_t descriptor;    /* index */
	uint32_t thunk;         /* index */
	const char *module;
	const char *name;       /* NULL: by ordinal */
	uint16_t ordinal;
	uint32_t slot;          /* RVA of the pointer to fill in */
};

/* Checks headers, sections and checksum. 0, or -1 with pe->error. */
int pe_open(struct pe *pe, const void *file, size_t size);

/* Section number `index` < pe->sections. */
void pe_section(const struct pe *pe, uint32_t index, struct pe_section *s);

/* Copies headers and sections to `image` (pe->size bytes, zeroed). */
void pe_map(const struct pe *pe, uint8_t *image);

/* Adjusts a mapped image to run at address `at`. 0, or -1 with pe->error. */
int pe_relocate(struct pe *pe, uint8_t *image, uint64_t at);

/* Next import of a mapped image. 1, 0 at the end, -1 with pe->error. */
int pe_next_import(struct pe *pe, const uint8_t *image, struct pe_import *i);

/* RVA of an export of a mapped image; 0: none, or it is a forwarder. */
uint32_t pe_find_export(const struct pe *pe, const uint8_t *image,
			const char *name);

#endif /* CBX_PE_H */
