// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PE32+ images: headers, sections, relocations, imports, exports.
 */
#include "pe.h"

/* Offsets in the file and optional headers, relative to "PE\0\0". */
enum {
	DOS_LFANEW = 0x3c,
	NT_MACHINE = 4, NT_SECTIONS = 6, NT_OPT_SIZE = 20, NT_FLAGS = 22,
	NT_OPT = 24,
	OPT_MAGIC = NT_OPT, OPT_ENTRY = NT_OPT + 16, OPT_BASE = NT_OPT + 24,
	OPT_SECTION_ALIGN = NT_OPT + 32, OPT_IMAGE_SIZE = NT_OPT + 56,
	OPT_HEADERS_SIZE = NT_OPT + 60, OPT_CHECKSUM = NT_OPT + 64,
	OPT_SUBSYSTEM = NT_OPT + 68, OPT_DIRS = NT_OPT + 108,
	OPT_DIR = NT_OPT + 112,
	DIR_EXPORT = 0, DIR_IMPORT = 1, DIR_RELOC = 5,
	SECTION_SIZE = 40,
	MAGIC_PE32P = 0x20b, SUBSYSTEM_NATIVE = 1,
	FLAG_RELOCS_STRIPPED = 1,
	RELOC_ABSOLUTE = 0, RELOC_DIR64 = 10,
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static void put64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static bool inside(uint64_t total, uint64_t at, uint64_t size)
{
	return at <= total && size <= total - at;
}

/* A NUL-terminated string that ends inside the image, or NULL. */
static const char *string_at(const struct pe *pe, const uint8_t *image,
			     uint32_t rva)
{
	if (rva >= pe->size || !memchr(image + rva, 0, pe->size - rva))
		return NULL;
	return (const char *)image + rva;
}

static int refuse(struct pe *pe, const char *why)
{
	pe->error = why;
	return -1;
}

/* The sum that the linker writes: 16-bit ones' complement, plus the size. */
static uint32_t checksum(const struct pe *pe, uint32_t field)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < pe->file_size; i += 2)
		if (i != field && i != field + 2)
			sum += get16(pe->file + i);
	if (pe->file_size & 1)
		sum += pe->file[pe->file_size - 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)(sum + pe->file_size);
}

static int check_sections(struct pe *pe)
{
	uint32_t end = pe->headers, i;

	for (i = 0; i < pe->sections; i++) {
		const uint8_t *p = pe->file + pe->section_table +
				   i * SECTION_SIZE;
		uint32_t size = get32(p + 8), rva = get32(p + 12);
		uint32_t raw = get32(p + 16), at = get32(p + 20);
		uint32_t flags = get32(p + 36);

		if (!size)
			size = raw;
		if (rva % PE_PAGE || rva < end || !inside(pe->size, rva, size))
			return refuse(pe, "a section overlaps another, is not page-aligned or leaves the image");
		if (raw && !inside(pe->file_size, at, raw))
			return refuse(pe, "a section lies outside the file");
		if ((flags & PE_SCN_WRITE) && (flags & PE_SCN_EXECUTE))
			return refuse(pe, "a section is both writable and executable");
		end = rva + size;
	}
	return 0;
}

static int check_directory(struct pe *pe, const uint8_t *nt, uint32_t dirs,
			   uint32_t which, uint32_t *rva, uint32_t *size)
{
	if (which >= dirs)
		return 0;
	*rva = get32(nt + OPT_DIR + 8 * which);
	*size = get32(nt + OPT_DIR + 8 * which + 4);
	if (!*rva || !*size) {
		*rva = *size = 0;
		return 0;
	}
	if (!inside(pe->size, *rva, *size))
		return refuse(pe, "a data directory lies outside the image");
	return 0;
}

int pe_open(struct pe *pe, const void *file, size_t size)
{
	const uint8_t *nt;
	uint32_t at, opt, dirs;

	memset(pe, 0, sizeof(*pe));
	pe->file = file;
	pe->file_size = size;
	if (size < 0x40 || size > PE_IMAGE_MAX || pe->file[0] != 'M' ||
	    pe->file[1] != 'Z')
		return refuse(pe, "no MZ header");
	at = get32(pe->file + DOS_LFANEW);
	if (at % 4 || !inside(size, at, OPT_DIR))
		return refuse(pe, "PE header outside the file");
	nt = pe->file + at;
	if (memcmp(nt, "PE\0\0", 4))
		return refuse(pe, "no PE signature");
	if (get16(nt + NT_MACHINE) != PE_MACHINE)
		return refuse(pe, "machine is not " PE_MACHINE_NAME);
	opt = get16(nt + NT_OPT_SIZE);
	if (get16(nt + OPT_MAGIC) != MAGIC_PE32P || opt < OPT_DIR - NT_OPT)
		return refuse(pe, "not a PE32+ image");
	if (get16(nt + OPT_SUBSYSTEM) != SUBSYSTEM_NATIVE)
		return refuse(pe, "subsystem is not native (1)");
	if (get16(nt + NT_FLAGS) & FLAG_RELOCS_STRIPPED)
		return refuse(pe, "relocations are stripped");
	if (get32(nt + OPT_SECTION_ALIGN) != PE_PAGE)
		return refuse(pe, "section alignment is not 0x1000");
	if (get32(nt + OPT_CHECKSUM) != checksum(pe, at + OPT_CHECKSUM))
		return refuse(pe, "checksum in the header is wrong");

	dirs = get32(nt + OPT_DIRS);
	if (dirs > 16)
		dirs = 16;
	if (opt < OPT_DIR - NT_OPT + 8 * dirs)
		return refuse(pe, "data directories outside the header");
	pe->base = get64(nt + OPT_BASE);
	pe->size = get32(nt + OPT_IMAGE_SIZE);
	pe->headers = get32(nt + OPT_HEADERS_SIZE);
	pe->entry = get32(nt + OPT_ENTRY);
	pe->sections = get16(nt + NT_SECTIONS);
	pe->section_table = at + NT_OPT + opt;
	if (!pe->size || pe->size > PE_IMAGE_MAX || pe->size % PE_PAGE)
		return refuse(pe, "SizeOfImage is 0, not in whole pages or too large");
	if (pe->headers > pe->size || pe->headers > size)
		return refuse(pe, "headers larger than the file");
	if (!inside(pe->headers, pe->section_table,
		    (uint64_t)pe->sections * SECTION_SIZE))
		return refuse(pe, "section table outside the headers");
	if (pe->entry >= pe->size)
		return refuse(pe, "entry point outside the image");
	if (check_sections(pe) ||
	    check_directory(pe, nt, dirs, DIR_EXPORT, &pe->export_rva,
			    &pe->export_size) ||
	    check_directory(pe, nt, dirs, DIR_IMPORT, &pe->import_rva,
			    &pe->import_size) ||
	    check_directory(pe, nt, dirs, DIR_RELOC, &pe->reloc_rva,
			    &pe->reloc_size))
		return -1;
	return 0;
}

void pe_section(const struct pe *pe, uint32_t index, struct pe_section *s)
{
	const uint8_t *p = pe->file + pe->section_table + index * SECTION_SIZE;
	uint32_t size = get32(p + 8);

	memcpy(s->name, p, 8);
	s->name[8] = 0;
	s->rva = get32(p + 12);
	if (!size)
		size = get32(p + 16);
	s->size = (size + PE_PAGE - 1) & ~(PE_PAGE - 1);
	s->flags = get32(p + 36);
}

void pe_map(const struct pe *pe, uint8_t *image)
{
	uint32_t i;

	memcpy(image, pe->file, pe->headers);
	for (i = 0; i < pe->sections; i++) {
		const uint8_t *p = pe->file + pe->section_table +
				   i * SECTION_SIZE;
		uint32_t size = get32(p + 8), raw = get32(p + 16);

		/* Raw data is padded to the file alignment. */
		if (size && raw > size)
			raw = size;
		memcpy(image + get32(p + 12), pe->file + get32(p + 20), raw);
	}
}

int pe_relocate(struct pe *pe, uint8_t *image, uint64_t at)
{
	uint64_t delta = at - pe->base;
	uint32_t block = 0, i;

	while (block + 8 <= pe->reloc_size) {
		const uint8_t *p = image + pe->reloc_rva + block;
		uint32_t page = get32(p), size = get32(p + 4);

		if (size < 8 || size % 2 || size > pe->reloc_size - block)
			return refuse(pe, "a relocation block has a bad size");
		for (i = 8; i < size; i += 2) {
			uint16_t entry = get16(p + i);
			uint64_t rva = (uint64_t)page + (entry & 0xfff);

			if (entry >> 12 == RELOC_ABSOLUTE)
				continue;
			if (entry >> 12 != RELOC_DIR64)
				return refuse(pe, "a relocation is neither DIR64 nor padding");
			/* It must not change the table being walked. */
			if (!inside(pe->size, rva, 8) ||
			    (rva + 8 > pe->reloc_rva &&
			     rva < (uint64_t)pe->reloc_rva + pe->reloc_size))
				return refuse(pe, "a relocation lies outside the image");
			put64(image + rva, get64(image + rva) + delta);
		}
		block += size;
	}
	return 0;
}

int pe_next_import(struct pe *pe, const uint8_t *image, struct pe_import *i)
{
	for (;;) {
		uint64_t at = pe->import_rva + 20ull * i->descriptor;
		uint32_t names, slots;
		uint64_t thunk;

		if (!pe->import_rva || !inside(pe->size, at, 20))
			return pe->import_rva ?
			       refuse(pe, "the import directory has no end") : 0;
		names = get32(image + at);
		slots = get32(image + at + 16);
		if (!slots)
			return 0;
		if (!names)
			names = slots;
		i->module = string_at(pe, image, get32(image + at + 12));
		if (!i->module)
			return refuse(pe, "an import names no module");
		if (!inside(pe->size, names + 8ull * i->thunk, 8) ||
		    !inside(pe->size, slots + 8ull * i->thunk, 8))
			return refuse(pe, "an import table lies outside the image");
		thunk = get64(image + names + 8ull * i->thunk);
		if (!thunk) {
			i->descriptor++;
			i->thunk = 0;
			continue;
		}
		i->slot = slots + 8 * i->thunk++;
		i->name = NULL;
		if (thunk >> 63) {
			i->ordinal = (uint16_t)thunk;
			return 1;
		}
		/* Two bytes of hint come before the name. */
		if (thunk >= pe->size - 2)
			return refuse(pe, "an import name lies outside the image");
		i->name = string_at(pe, image, (uint32_t)thunk + 2);
		if (!i->name)
			return refuse(pe, "an import name lies outside the image");
		return 1;
	}
}

uint32_t pe_find_export(const struct pe *pe, const uint8_t *image,
			const char *name)
{
	const uint8_t *dir;
	uint32_t functions, names, count, i;
	uint32_t function_rva, name_rva, ordinal_rva;

	if (pe->export_size < 40)
		return 0;
	dir = image + pe->export_rva;
	functions = get32(dir + 20);
	names = get32(dir + 24);
	function_rva = get32(dir + 28);
	name_rva = get32(dir + 32);
	ordinal_rva = get32(dir + 36);
	count = names;
	if (!inside(pe->size, function_rva, 4ull * functions) ||
	    !inside(pe->size, name_rva, 4ull * count) ||
	    !inside(pe->size, ordinal_rva, 2ull * count))
		return 0;
	for (i = 0; i < count; i++) {
		const char *s = string_at(pe, image,
					  get32(image + name_rva + 4 * i));
		uint32_t ordinal, rva;

		if (!s || strcmp(s, name))
			continue;
		ordinal = get16(image + ordinal_rva + 2 * i);
		if (ordinal >= functions)
			return 0;
		rva = get32(image + function_rva + 4 * ordinal);
		/* An address inside the directory is a forwarder's name. */
		if (rva >= pe->size ||
		    (rva >= pe->export_rva &&
		     rva < pe->export_rva + pe->export_size))
			return 0;
		return rva;
	}
	return 0;
}
