/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device says of an Arm processor's mapping. A few instructions run
 * without an operating system: they place the device's registers, write page
 * tables, declare the same memory through several mappings and turn the
 * machine off.
 *
 * Usage: test-mapping PATH-OF-QEMU-SYSTEM-AARCH64
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "cbx/abi.h"

/* The virt machine with highmem=off; RAM begins at 1 GiB. */
#define ECAM_OF_SLOT_1  UINT64_C(0x3f008000)
#define REGISTERS       UINT64_C(0x10000000)
#define CODE            "0x40200000"
#define TABLE           UINT64_C(0x40300000)
#define BUFFER          UINT64_C(0x40400000)
#define OTHER           UINT64_C(0x40500000)
#define GIB             UINT64_C(0x40000000)
#define LENGTH          8192

#define PSCI_SYSTEM_OFF 0x84000008u

static const char *emulator;

/* ---- Instructions ------------------------------------------------------ */

enum { BASE = 1, VALUE = 5 };    /* registers; x0 goes to PSCI */

enum {
    MSR_MAIR_EL1 = 0xd518a200u | VALUE,
    MSR_TCR_EL1 = 0xd5182040u | VALUE,
    MSR_TTBR0_EL1 = 0xd5182000u | VALUE,
    MSR_SCTLR_EL1 = 0xd5181000u | VALUE,
    ISB = 0xd5033fdfu,
    HVC_0 = 0xd4000002u,
};

static void emit(GArray *code, guint32 instruction)
{
    instruction = GUINT32_TO_LE(instruction);
    g_array_append_val(code, instruction);
}

/* movz, then movk for each further part. */
static void emit_load(GArray *code, unsigned reg, guint64 value)
{
    for (unsigned i = 0; i < 4; i++) {
        emit(code, (i ? 0xf2800000u : 0xd2800000u) | i << 21 |
                   (guint32)(value >> (16 * i) & 0xffff) << 5 | reg);
    }
}

static void emit_store32(GArray *code, guint64 address, guint32 value)
{
    emit_load(code, BASE, address);
    emit_load(code, VALUE, value);
    emit(code, 0xb9000000u | BASE << 5 | VALUE);
}

static void emit_store64(GArray *code, guint64 address, guint64 value)
{
    emit_load(code, BASE, address);
    emit_load(code, VALUE, value);
    emit(code, 0xf9000000u | BASE << 5 | VALUE);
}

static void emit_register(GArray *code, guint32 msr, guint64 value)
{
    emit_load(code, VALUE, value);
    emit(code, msr);
}

static void emit_declare(GArray *code, guint64 va, guint64 logical)
{
    emit_store64(code, REGISTERS + CBX_REG_BUF_VA_LO, va);
    emit_store64(code, REGISTERS + CBX_REG_BUF_LOGICAL_LO, logical);
    emit_store64(code, REGISTERS + CBX_REG_BUF_LENGTH_LO, LENGTH);
    emit_store32(code, REGISTERS + CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
}

/*
 * 39 bits of address, blocks of 1 GiB: devices at 0, RAM at 1 GiB write-back
 * and at 2 GiB a second time non-cacheable, nothing from 3 GiB on.
 */
static void emit_mmu_on(GArray *code)
{
    emit_store64(code, TABLE, 0x405);
    emit_store64(code, TABLE + 8, GIB | 0x401);
    emit_store64(code, TABLE + 16, GIB | 0x409);
    emit_register(code, MSR_MAIR_EL1, 0x4400ff);
    emit_register(code, MSR_TCR_EL1, 0x200800019);
    emit_register(code, MSR_TTBR0_EL1, TABLE);
    emit(code, ISB);
    emit_register(code, MSR_SCTLR_EL1, 0x30d01805);
    emit(code, ISB);
}

/* ---- Run --------------------------------------------------------------- */

typedef struct Expected {
    guint64 va;
    guint64 logical;
    const char *type;
    gboolean same_page;
} Expected;

/* The first with the MMU off, the others with it on. */
static const Expected expected[] = {
    { BUFFER, BUFFER, "Device-nGnRnE", TRUE },
    { BUFFER, BUFFER, "Normal-WB", TRUE },
    { BUFFER + GIB, BUFFER, "Normal-NC", TRUE },
    { BUFFER + GIB, OTHER, "Normal-NC", FALSE },
    { BUFFER + 2 * GIB, BUFFER, "unmapped", FALSE },
    /* One page to either side of the border. */
    { 2 * GIB - 4096, 2 * GIB - 4096, "mixed", FALSE },
};

static char *run_code(const GArray *code)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-mapping-XXXXXX", NULL);
    g_autofree char *image = g_build_filename(directory, "code", NULL);
    g_autofree char *report = g_build_filename(directory, "report", NULL);
    g_autofree char *line = g_strdup_printf(
        "'%s' -M virt,highmem=off -cpu cortex-a57 -m 2G -nodefaults "
        "-display none -chardev 'file,id=r,path=%s' "
        "-device cbx,addr=1,report=r -device 'loader,file=%s,addr=" CODE
        ",cpu-num=0,force-raw=on'", emulator, report, image);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    int status;

    g_assert_true(g_file_set_contents(image, code->data,
                                      (gssize)(code->len * 4), NULL));
    g_spawn_command_line_sync(line, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_get_contents(report, &text, NULL, NULL));
    g_unlink(report);
    g_unlink(image);
    g_rmdir(directory);
    return text;
}

static gboolean has_fact(JsonObject *buffer, const char *fact)
{
    JsonArray *facts = json_object_get_array_member(buffer, "facts");

    for (guint i = 0; i < json_array_get_length(facts); i++) {
        if (!strcmp(json_array_get_string_element(facts, i), fact)) {
            return TRUE;
        }
    }
    return FALSE;
}

static void assert_record(const char *line, const Expected *e)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    JsonObject *o;

    g_test_message("%s", line);
    json_parser_load_from_data(parser, line, -1, &error);
    g_assert_no_error(error);
    o = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(o, "status"), ==, "ok");
    g_assert_cmpstr(json_object_get_string_member(o, "memory_type"), ==,
                    e->type);
    g_assert_cmpint(has_fact(o, "same-page"), ==, e->same_page);
}

static void types_and_pages_of_each_mapping(void)
{
    g_autoptr(GArray) code = g_array_new(FALSE, FALSE, 4);
    g_autofree char *report = NULL;
    g_auto(GStrv) lines = NULL;

    emit_store32(code, ECAM_OF_SLOT_1 + 0x10, REGISTERS);   /* BAR 0 */
    emit_store32(code, ECAM_OF_SLOT_1 + 0x04, 6);   /* memory, bus master */
    emit_store64(code, REGISTERS + CBX_REG_BUF_MAX_LO, UINT64_MAX);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        if (i == 1) {
            emit_mmu_on(code);
        }
        emit_declare(code, expected[i].va, expected[i].logical);
    }
    emit_load(code, 0, PSCI_SYSTEM_OFF);
    emit(code, HVC_0);

    report = run_code(code);
    lines = g_strsplit(g_strchomp(report), "\n", -1);
    /* The first describes the device. */
    g_assert_cmpuint(g_strv_length(lines), ==, G_N_ELEMENTS(expected) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_record(lines[i + 1], &expected[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-mapping PATH-OF-QEMU-SYSTEM-AARCH64\n");
        return 2;
    }
    emulator = argv[1];
    g_test_add_func("/mapping/aarch64/types-and-pages",
                    types_and_pages_of_each_mapping);
    return g_test_run();
}
