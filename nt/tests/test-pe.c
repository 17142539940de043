/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PE reader against good, bad and arbitrary images. File and image end at
 * a page nobody may touch, so that reading beyond them ends the test.
 */
#include <glib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pal/pe.h"

enum {
    FILE_SIZE = 0xa00,
    IMAGE_SIZE = 0x4000,
    NT = 0x80,                  /* where "PE\0\0" is */
    OPT = NT + 24,
    CHECKSUM = OPT + 64,
    DIRS = OPT + 112,
    SECTIONS = OPT + 240,
    TEXT = 0x1000, DATA = 0x2000, RELOC = 0x3000,
    DATA_AT = 0x400,            /* in the file */
    RELOC_AT = 0x800,
};

/* Memory of `size` bytes that ends at an inaccessible page. */
static uint8_t *fenced(size_t size)
{
    size_t page = sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;
    uint8_t *base = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    g_assert_true(base != MAP_FAILED);
    g_assert_cmpint(mprotect(base + whole, page, PROT_NONE), ==, 0);
    return base + whole - size;
}

static void fenced_free(uint8_t *memory, size_t size)
{
    size_t page = sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;

    munmap(memory + size - whole, whole + page);
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = v;
    p[1] = v >> 8;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v);
    put16(p + 2, v >> 16);
}

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, v);
    put32(p + 4, v >> 32);
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--) {
        v = v << 8 | p[i];
    }
    return v;
}

/* By the definition: ones' complement sum of 16-bit words, plus the size. */
static void seal(uint8_t *f)
{
    uint32_t sum = 0;

    put32(f + CHECKSUM, 0);
    for (size_t i = 0; i < FILE_SIZE; i += 2) {
        sum += f[i] | f[i + 1] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    put32(f + CHECKSUM, sum + FILE_SIZE);
}

static void section(uint8_t *f, int index, const char *name, uint32_t rva,
                    uint32_t at, uint32_t flags)
{
    uint8_t *p = f + SECTIONS + 40 * index;

    memcpy(p, name, strlen(name));
    put32(p + 8, 0x200);
    put32(p + 12, rva);
    put32(p + 16, 0x200);
    put32(p + 20, at);
    put32(p + 36, flags);
}

/*
 * .text, .data and .reloc. Data: 0x00 a pointer that is relocated, 0x20 import
 * directory, 0x60 names, 0x80 slots, 0xa0 export directory.
 */
static uint8_t *good_file(void)
{
    uint8_t *f = fenced(FILE_SIZE), *d = f + DATA_AT;

    memcpy(f, "MZ", 2);
    put32(f + 0x3c, NT);
    memcpy(f + NT, "PE\0\0", 4);
    put16(f + NT + 4, 0x8664);
    put16(f + NT + 6, 3);
    put16(f + NT + 20, 240);
    put16(f + NT + 22, 0x22);
    put16(f + OPT, 0x20b);
    put32(f + OPT + 16, TEXT);
    put64(f + OPT + 24, 0x140000000);
    put32(f + OPT + 32, 0x1000);
    put32(f + OPT + 36, 0x200);
    put32(f + OPT + 56, IMAGE_SIZE);
    put32(f + OPT + 60, 0x400);
    put16(f + OPT + 68, 1);
    put32(f + OPT + 108, 16);
    put32(f + DIRS, DATA + 0xa0);
    put32(f + DIRS + 4, 0x80);
    put32(f + DIRS + 8, DATA + 0x20);
    put32(f + DIRS + 12, 40);
    put32(f + DIRS + 40, RELOC);
    put32(f + DIRS + 44, 12);
    section(f, 0, ".text", TEXT, 0x600, 0x60000020);
    section(f, 1, ".data", DATA, DATA_AT, 0xc0000040);
    section(f, 2, ".reloc", RELOC, RELOC_AT, 0x42000040);

    put64(d, 0x140001000);
    put32(d + 0x20, DATA + 0x60);
    put32(d + 0x2c, DATA + 0x58);
    put32(d + 0x30, DATA + 0x80);
    memcpy(d + 0x58, "m.sys", 6);
    put64(d + 0x60, DATA + 0x70);
    put64(d + 0x68, 0x8000000000000007);
    /* hint, name; the name table ends here because the slots follow */
    memcpy(d + 0x72, "Import", 7);
    put32(d + 0xa0 + 20, 1);
    put32(d + 0xa0 + 24, 1);
    put32(d + 0xa0 + 28, DATA + 0xd0);
    put32(d + 0xa0 + 32, DATA + 0xd4);
    put32(d + 0xa0 + 36, DATA + 0xd8);
    put32(d + 0xd0, TEXT + 0x10);
    put32(d + 0xd4, DATA + 0xdc);
    memcpy(d + 0xdc, "Export", 7);

    put32(f + RELOC_AT, DATA);
    put32(f + RELOC_AT + 4, 12);
    put16(f + RELOC_AT + 8, 0xa000);
    seal(f);
    return f;
}

/* The name table proper: name, ordinal, end. */
static void move_names(uint8_t *f)
{
    uint8_t *d = f + DATA_AT;

    put32(d + 0x20, DATA + 0x100);
    put64(d + 0x100, DATA + 0x70);
    put64(d + 0x108, 0x8000000000000007);
    put64(d + 0x110, 0);
    seal(f);
}

static void test_good(void)
{
    uint8_t *f = good_file(), *image = fenced(IMAGE_SIZE);
    struct pe_import import = { 0 };
    struct pe_section s;
    struct pe pe;

    move_names(f);
    g_assert_cmpint(pe_open(&pe, f, FILE_SIZE), ==, 0);
    g_assert_cmpuint(pe.entry, ==, TEXT);
    pe_section(&pe, 2, &s);
    g_assert_cmpstr(s.name, ==, ".reloc");
    g_assert_true(s.flags & PE_SCN_DISCARDABLE);
    g_assert_cmpuint(s.size, ==, 0x1000);
    pe_map(&pe, image);
    g_assert_cmpint(pe_relocate(&pe, image, 0x240000000), ==, 0);
    g_assert_cmphex(get64(image + DATA), ==, 0x240001000);

    g_assert_cmpint(pe_next_import(&pe, image, &import), ==, 1);
    g_assert_cmpstr(import.module, ==, "m.sys");
    g_assert_cmpstr(import.name, ==, "Import");
    g_assert_cmphex(import.slot, ==, DATA + 0x80);
    g_assert_cmpint(pe_next_import(&pe, image, &import), ==, 1);
    g_assert_null(import.name);
    g_assert_cmpuint(import.ordinal, ==, 7);
    g_assert_cmphex(import.slot, ==, DATA + 0x88);
    g_assert_cmpint(pe_next_import(&pe, image, &import), ==, 0);

    g_assert_cmphex(pe_find_export(&pe, image, "Export"), ==, TEXT + 0x10);
    g_assert_cmphex(pe_find_export(&pe, image, "Expor"), ==, 0);
    /* An address inside the directory is a forwarder. */
    put32(image + DATA + 0xd0, DATA + 0xdc);
    g_assert_cmphex(pe_find_export(&pe, image, "Export"), ==, 0);
    fenced_free(image, IMAGE_SIZE);
    fenced_free(f, FILE_SIZE);
}

/* One change to a good file, and what pe_open() must say. */
static const struct {
    const char *name;
    uint32_t at, width, value;
    const char *error;
} bad[] = {
    { "magic", 0, 2, 0, "MZ" },
    { "header-offset", 0x3c, 4, 0xfffffffc, "PE header" },
    { "signature", NT, 4, 0, "signature" },
    { "machine", NT + 4, 2, 0xaa64, "machine" },
    { "pe32", OPT, 2, 0x10b, "PE32+" },
    { "subsystem", OPT + 68, 2, 3, "subsystem" },
    { "stripped", NT + 22, 2, 0x23, "stripped" },
    { "alignment", OPT + 32, 4, 0x200, "alignment" },
    { "image-size", OPT + 56, 4, 0xfffff000, "SizeOfImage" },
    { "image-small", OPT + 56, 4, 0x2000, "leaves the image" },
    { "headers", OPT + 60, 4, 0x10000, "headers" },
    { "sections", NT + 6, 2, 0xffff, "section table" },
    { "entry", OPT + 16, 4, IMAGE_SIZE, "entry" },
    { "raw-outside", SECTIONS + 20, 4, 0xfffffff0, "outside the file" },
    { "overlap", SECTIONS + 40 + 12, 4, TEXT, "overlaps" },
    { "unaligned", SECTIONS + 12, 4, TEXT + 8, "page-aligned" },
    { "virtual-size", SECTIONS + 80 + 8, 4, 0xffffffff, "leaves the image" },
    { "write-execute", SECTIONS + 36, 4, 0xe0000020, "writable and exec" },
    { "directory", DIRS + 12, 4, 0xffffffff, "data directory" },
};

static void test_bad(gconstpointer which)
{
    int i = GPOINTER_TO_INT(which);
    uint8_t *f = good_file();
    struct pe pe;

    if (bad[i].width == 2) {
        put16(f + bad[i].at, bad[i].value);
    } else {
        put32(f + bad[i].at, bad[i].value);
    }
    seal(f);
    g_assert_cmpint(pe_open(&pe, f, FILE_SIZE), ==, -1);
    g_assert_nonnull(strstr(pe.error, bad[i].error));
    fenced_free(f, FILE_SIZE);
}

static void test_checksum(void)
{
    uint8_t *f = good_file();
    struct pe pe;

    f[0x700] ^= 1;
    g_assert_cmpint(pe_open(&pe, f, FILE_SIZE), ==, -1);
    g_assert_nonnull(strstr(pe.error, "checksum"));
    fenced_free(f, FILE_SIZE);
}

static void test_relocation(void)
{
    static const struct {
        uint32_t page, size;
        uint16_t entry;
    } wrong[] = {
        { IMAGE_SIZE - 0x1000, 12, 0xaffa },    /* straddles the end */
        { 0xfffff000, 12, 0xa000 },
        { DATA, 12, 0x3000 },                   /* not DIR64 */
        { DATA, 4, 0xa000 },
        { DATA, 0x1000, 0xa000 },
        { RELOC, 12, 0xa000 },                  /* the table itself */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        uint8_t *f = good_file(), *image = fenced(IMAGE_SIZE);
        struct pe pe;

        put32(f + RELOC_AT, wrong[i].page);
        put32(f + RELOC_AT + 4, wrong[i].size);
        put16(f + RELOC_AT + 8, wrong[i].entry);
        seal(f);
        g_assert_cmpint(pe_open(&pe, f, FILE_SIZE), ==, 0);
        pe_map(&pe, image);
        g_assert_cmpint(pe_relocate(&pe, image, 0), ==, -1);
        fenced_free(image, IMAGE_SIZE);
        fenced_free(f, FILE_SIZE);
    }
}

/* Random changes: any answer will do, as long as there is one. */
static void test_random(void)
{
    int opened = 0;

    for (int round = 0; round < 20000; round++) {
        uint8_t *f = good_file(), *image;
        struct pe_import import = { 0 };
        struct pe pe;
        int changes = g_test_rand_int_range(1, 6);

        move_names(f);
        while (changes--) {
            /* headers, directories and tables; rarely the rest */
            uint32_t at = g_test_rand_int_range(0, 4)
                          ? (uint32_t)g_test_rand_int_range(NT, 0x220)
                          : (uint32_t)g_test_rand_int_range(DATA_AT,
                                                            FILE_SIZE);

            f[at] = g_test_rand_int();
        }
        seal(f);
        if (!pe_open(&pe, f, FILE_SIZE)) {
            opened++;
            image = fenced(pe.size);
            pe_map(&pe, image);
            if (!pe_relocate(&pe, image, g_test_rand_int())) {
                while (pe_next_import(&pe, image, &import) > 0) {
                }
                pe_find_export(&pe, image, "Export");
            }
            for (uint32_t i = 0; i < pe.sections; i++) {
                struct pe_section s;

                pe_section(&pe, i, &s);
                g_assert_cmpuint(s.rva + s.size, <=, pe.size);
            }
            fenced_free(image, pe.size);
        }
        fenced_free(f, FILE_SIZE);
    }
    /* Else the changes were too wild to test anything. */
    g_assert_cmpint(opened, >, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pe/good", test_good);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = g_strdup_printf("/pe/bad/%s", bad[i].name);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_bad);
    }
    g_test_add_func("/pe/checksum", test_checksum);
    g_test_add_func("/pe/relocation", test_relocation);
    g_test_add_func("/pe/random", test_random);
    return g_test_run();
}
