// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads PE images from the root directory, links them with each other and with
 * the platform layer, and protects them section by section.
 */
#include <linux/ctype.h>
#include <linux/kernel_read_file.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/cacheflush.h>

#include "cbx_nt.h"
#include "pe.h"

struct image {
	char name[PAL_NAME_MAX];
	struct pe pe;
	u8 *base;
	bool driver;
	bool unloaded;
};

static struct image images[PAL_IMAGES_MAX];
static u32 image_count;         /* the first is ntoskrnl.exe */

/* Linux has these and does not export them. */
typedef int (*set_memory_fn)(unsigned long address, int pages);
static set_memory_fn make_ro, make_rw, make_x, make_nx;

static const struct {
	const char *symbol;
	set_memory_fn *function;
} hidden[] = {
	{ "set_memory_ro", &make_ro },
	{ "set_memory_rw", &make_rw },
	{ "set_memory_x", &make_x },
	{ "set_memory_nx", &make_nx },
};

int image_start(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		struct kprobe probe = { .symbol_name = hidden[i].symbol };
		int err = register_kprobe(&probe);

		if (err) {
			pr_err("cannot find %s: %d; the kernel needs CONFIG_KPROBES\n",
			       hidden[i].symbol, err);
			return err;
		}
		*hidden[i].function = (set_memory_fn)probe.addr;
		unregister_kprobe(&probe);
	}
	return 0;
}

/* File names in the initial root file system are in lower case. */
static void fold(char *to, const char *from)
{
	u32 i;

	for (i = 0; i < PAL_NAME_MAX - 1 && from[i]; i++)
		to[i] = tolower(from[i]);
	to[i] = 0;
}

static struct image *image_named(const char *name)
{
	char folded[PAL_NAME_MAX];
	u32 i;

	fold(folded, name);
	for (i = 0; i < image_count; i++)
		if (!images[i].unloaded && !strcmp(images[i].name, folded))
			return &images[i];
	return NULL;
}

static void __noreturn __printf(2, 3)
image_crash(const char *code, const char *fmt, ...)
{
	char text[REPORT_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report_crash(code, text);
}

static struct image *image_load(const char *name)
{
	struct image *image = &images[image_count];
	char path[PAL_NAME_MAX + 1] = "/";
	void *file = NULL;
	ssize_t size;

	if (image_count == PAL_IMAGES_MAX)
		image_crash("bad-image", "more than %u images", PAL_IMAGES_MAX);
	fold(image->name, name);
	strscpy(path + 1, image->name, sizeof(path) - 1);
	size = kernel_read_file_from_path(path, 0, &file, PE_IMAGE_MAX, NULL,
					  READING_MODULE);
	if (size < 0)
		return NULL;
	if (pe_open(&image->pe, file, size))
		image_crash("bad-image", "%s: %s", image->name,
			    image->pe.error);
	image->base = vzalloc(image->pe.size);
	if (!image->base)
		image_crash("bad-image", "%s: no memory for 0x%x bytes",
			    image->name, image->pe.size);
	pe_map(&image->pe, image->base);
	if (pe_relocate(&image->pe, image->base, (u64)image->base))
		image_crash("bad-image", "%s: %s", image->name,
			    image->pe.error);
	/* The file stays: the section table is read from it. */
	image_count++;
	return image;
}

static void *image_resolve(const char *module, const char *name)
{
	struct image *image = image_named(module);
	u32 rva;

	if (image) {
		rva = pe_find_export(&image->pe, image->base, name);
		return rva ? image->base + rva : NULL;
	}
	return strcasecmp(module, PAL_MODULE) ? NULL : pal_function(name);
}

struct missing_imports {
	u32 count;
	char first[128];
};

static void image_miss(struct missing_imports *missing,
		       const struct image *image,
		       const struct pe_import *import)
{
	char text[sizeof(missing->first)];

	if (import->name)
		scnprintf(text, sizeof(text), "%s needs %s!%s", image->name,
			  import->module, import->name);
	else
		scnprintf(text, sizeof(text), "%s needs %s!#%u", image->name,
			  import->module, import->ordinal);
	pr_err("%s, which this stand-in does not provide\n", text);
	if (!missing->count++)
		strscpy(missing->first, text, sizeof(missing->first));
}

/* Fills in the import table. */
static void image_link(struct image *image, struct missing_imports *missing)
{
	struct pe_import import = { 0 };
	int more;

	while ((more = pe_next_import(&image->pe, image->base, &import)) > 0) {
		void *target = NULL;

		if (import.name)
			target = image_resolve(import.module, import.name);
		if (target)
			*(void **)(image->base + import.slot) = target;
		else
			image_miss(missing, image, &import);
	}
	if (more < 0)
		image_crash("bad-image", "%s: %s", image->name,
			    image->pe.error);
}

static void image_protect(struct image *image)
{
	struct pe_section s;
	u32 i;

	flush_icache_range((unsigned long)image->base,
			   (unsigned long)image->base + image->pe.size);
	make_ro((unsigned long)image->base,
		PAGE_ALIGN(image->pe.headers) >> PAGE_SHIFT);
	for (i = 0; i < image->pe.sections; i++) {
		unsigned long at;

		pe_section(&image->pe, i, &s);
		at = (unsigned long)image->base + s.rva;
		if (!s.size || s.flags & PE_SCN_WRITE)
			continue;
		make_ro(at, s.size >> PAGE_SHIFT);
		if (s.flags & PE_SCN_EXECUTE)
			make_x(at, s.size >> PAGE_SHIFT);
	}
}

/* Loads every module that images[from...] import and that has a file. */
static void image_load_imports(void)
{
	u32 i;

	for (i = 0; i < image_count; i++) {
		struct pe_import import = { 0 };

		while (pe_next_import(&images[i].pe, images[i].base,
				      &import) > 0)
			if (strcasecmp(import.module, PAL_MODULE) &&
			    !image_named(import.module))
				image_load(import.module);
	}
}

static void image_load_driver(const char *name, struct pal_boot *boot)
{
	struct image *image;

	if (boot->drivers == PAL_DRIVERS_MAX)
		image_crash("bad-parameter", "cbx_nt.driver= names more than %u",
			    PAL_DRIVERS_MAX);
	if (image_named(name))
		image_crash("bad-parameter", "cbx_nt.driver= names %s twice",
			    name);
	boot->driver[boot->drivers++].image = image_count;
	image = image_load(name);
	if (!image)
		image_crash("bad-image", "the initial root file system has no /%s; cbx_nt.driver= names one",
			    name);
	image->driver = true;
}

static void image_load_drivers(const char *names, struct pal_boot *boot)
{
	char name[PAL_NAME_MAX];

	do {
		size_t length = strcspn(names, ",");

		if (length >= sizeof(name))
			image_crash("bad-parameter", "cbx_nt.driver=%s: a name is longer than %zu characters",
				    names, sizeof(name) - 1);
		memcpy(name, names, length);
		name[length] = 0;
		image_load_driver(name, boot);
		names += length;
	} while (*names++);
}

static bool image_imports_from(struct image *image, const char *module)
{
	struct pe_import import = { 0 };

	while (pe_next_import(&image->pe, image->base, &import) > 0)
		if (!strcasecmp(import.module, module))
			return true;
	return false;
}

int image_load_all(const char *drivers, struct pal_boot *boot)
{
	struct missing_imports missing = { 0 };
	u32 i;

	if (!image_load("ntoskrnl.exe"))
		image_crash("bad-image", "the initial root file system has no /ntoskrnl.exe");
	image_load_drivers(drivers, boot);
	image_load_imports();
	for (i = 0; i < image_count; i++)
		image_link(&images[i], &missing);
	if (missing.count)
		image_crash("missing-import",
			    "%s, which this stand-in does not provide (missing imports: %u, each on the console)",
			    missing.first, missing.count);
	boot->images = image_count;
	for (i = 0; i < image_count; i++) {
		struct pal_image *to = &boot->image[i];

		image_protect(&images[i]);
		strscpy(to->name, images[i].name, sizeof(to->name));
		to->base = images[i].base;
		to->size = images[i].pe.size;
		to->entry = images[i].base + images[i].pe.entry;
		to->video = image_imports_from(&images[i],
					       "videoprt.sys");
		pr_info("%s at %px, 0x%x bytes\n", images[i].name,
			images[i].base, images[i].pe.size);
	}
	return 0;
}

static struct image *image_containing(unsigned long address)
{
	u32 i;

	for (i = 0; i < image_count; i++)
		if (address - (unsigned long)images[i].base <
		    images[i].pe.size)
			return &images[i];
	return NULL;
}

const char *image_describe(unsigned long address, char *buffer, size_t size)
{
	struct image *image = image_containing(address);

	if (image)
		scnprintf(buffer, size, "%s+0x%lx", image->name,
			  address - (unsigned long)image->base);
	else
		scnprintf(buffer, size, "0x%lx", address);
	return buffer;
}

bool image_is_system(unsigned long address)
{
	struct image *image = image_containing(address);

	return image && !image->driver;
}

bool image_unloaded(unsigned long address)
{
	struct image *image = image_containing(address);

	return image && image->unloaded;
}

const char * PALAPI pal_image_at(const void *address, uint64_t *offset)
{
	struct image *image = image_containing((unsigned long)address);

	if (!image)
		return NULL;
	if (offset)
		*offset = (u64)address - (u64)image->base;
	return image->name;
}

void * PALAPI pal_image_export(const char *module, const char *name)
{
	return image_resolve(module, name);
}

/* What stays of code that is gone: a breakpoint in every byte, and no X. */
static void image_void(u8 *at, u32 size)
{
	make_nx((unsigned long)at, size >> PAGE_SHIFT);
	make_rw((unsigned long)at, size >> PAGE_SHIFT);
	memset(at, ARCH_BREAKPOINT, size);
	flush_icache_range((unsigned long)at, (unsigned long)at + size);
}

void PALAPI pal_image_discard(void *base)
{
	struct image *image = image_containing((unsigned long)base);
	struct pe_context saved;
	struct pe_section s;
	u32 i;

	if (!image)
		return;
	context_leave(&saved);
	for (i = 0; i < image->pe.sections; i++) {
		pe_section(&image->pe, i, &s);
		/* GNU ld cannot mark INIT as what it is. */
		if (s.size && (s.flags & PE_SCN_DISCARDABLE ||
			       !strcmp(s.name, "INIT")))
			image_void(image->base + s.rva, s.size);
	}
	context_return(&saved);
}

/*
 * The address range stays reserved, so that a call into it is recognised for
 * what it is.
 */
void PALAPI pal_image_unload(void *base)
{
	struct image *image = image_containing((unsigned long)base);
	struct pe_context saved;

	if (!image)
		return;
	context_leave(&saved);
	image->unloaded = true;
	image_void(image->base, image->pe.size);
	context_return(&saved);
}
