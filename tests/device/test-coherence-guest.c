/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of docs/coherence.md with real instructions on a real emulator:
 * for each case a line, a few steps, and what the device and the processor
 * see in the end.
 *
 * Usage: test-coherence-guest PATH-OF-QEMU-SYSTEM
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "bare.h"

#define LINE        64u
#define OLD         0x0ddba11u
#define STORED      0xc0ffeeu
#define WRITTEN     0xdec0deu
/* Offsets in RAM. */
#define BUFFER      0x1000000u
#define LOG         0x1800000u

static const char *emulator;

/*
 * Steps: S the CPU stores, W the device writes; C clean, I invalidate, F clean
 * and invalidate, O clean by another instruction, P clean to the point of
 * unification; c, i, f the same for everything; U the CPU says that it reads.
 * In the end the device reads.
 */
typedef struct Case {
    const char *steps;
    guint32 device;             /* what it sees */
    guint32 cpu;
    const char *findings;
    guint32 coherent;           /* what both see without caches */
} Case;

/* U is about the whole buffer: no line before one of these is left stale. */
static const Case cases[] = {
    { "WFU", WRITTEN, WRITTEN, "", WRITTEN },
    { "SFWFU", WRITTEN, WRITTEN, "", WRITTEN },
    { "FWU", WRITTEN, OLD, "stale-use", WRITTEN },
    { "WU", WRITTEN, OLD, "stale-use", WRITTEN },
    { "", OLD, OLD, "", OLD },
    { "S", OLD, STORED, "stale-read", STORED },
    { "SC", STORED, STORED, "", STORED },
    { "SF", STORED, STORED, "", STORED },
    { "SO", STORED, STORED, "", STORED },
    { "SI", STORED, STORED, "", STORED },
    { "SP", OLD, STORED, "stale-read", STORED },
    { "CS", OLD, STORED, "stale-read", STORED },
    { "W", WRITTEN, OLD, "", WRITTEN },
    { "WC", WRITTEN, OLD, "", WRITTEN },
    { "WF", WRITTEN, WRITTEN, "", WRITTEN },
    { "WI", WRITTEN, WRITTEN, "", WRITTEN },
    /* A later case writes everything back. */
    { "SW", WRITTEN, STORED, "dirty-write overwritten", WRITTEN },
    { "SWF", STORED, STORED, "dirty-write overwritten", WRITTEN },
    { "Sc", STORED, STORED, "", STORED },
    { "Sf", STORED, STORED, "", STORED },
    { "Si", STORED, STORED, "", STORED },
    { "Wf", WRITTEN, WRITTEN, "", WRITTEN },
    { "Wi", WRITTEN, WRITTEN, "", WRITTEN },
    { "Wc", WRITTEN, OLD, "", WRITTEN },
};

static const struct {
    char letter;
    BareOp op;
} ops[] = {
    { 'C', BARE_CLEAN }, { 'I', BARE_INVALIDATE },
    { 'F', BARE_CLEAN_INVALIDATE }, { 'O', BARE_CLEAN_OPTIMIZED },
    { 'P', BARE_CLEAN_POU }, { 'c', BARE_CLEAN_ALL },
    { 'i', BARE_INVALIDATE_ALL }, { 'f', BARE_CLEAN_INVALIDATE_ALL },
};

static BareOp op_of(char letter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ops); i++) {
        if (ops[i].letter == letter) {
            return ops[i].op;
        }
    }
    return BARE_OPS;
}

static gboolean possible(const Bare *b, const Case *c)
{
    for (const char *step = c->steps; *step; step++) {
        BareOp op = op_of(*step);

        if (op != BARE_OPS && !bare_has(b, op)) {
            return FALSE;
        }
    }
    return TRUE;
}

static void command(Bare *b, guint32 what, guint32 id)
{
    bare_register(b, CBX_REG_BUF_ID, id);
    bare_register(b, CBX_REG_BUF_COMMAND, what);
}

static void declare(Bare *b, guint64 va, guint64 address)
{
    bare_register64(b, CBX_REG_BUF_VA_LO, va);
    bare_register64(b, CBX_REG_BUF_LOGICAL_LO, address);
    bare_register64(b, CBX_REG_BUF_LENGTH_LO, G_N_ELEMENTS(cases) * LINE);
    bare_register64(b, CBX_REG_BUF_MAX_LO, G_MAXUINT64);
    command(b, CBX_BUF_DECLARE, 0);
}

/* The device writes; with memory of its own as the source. */
static void device_writes(Bare *b, guint64 address, guint32 flags)
{
    bare_device_store(b, 0, WRITTEN);
    bare_transfer(b, address, 0, 4, flags | CBX_ARM_DMA_FROM_DEVICE);
}

/* The device reads to where the processor cannot have it in a cache. */
static void device_reads(Bare *b, guint64 address, guint64 log, guint32 flags)
{
    bare_transfer(b, address, 64, 4, flags);
    bare_transfer(b, log, 64, 4, CBX_ARM_DMA_FROM_DEVICE);
}

/* Returns the address of the last maintenance instruction, or 0. */
static guint64 play(Bare *b, const Case *c, guint64 va, guint64 line,
                    guint64 log, guint32 flags)
{
    guint64 pc = 0;

    for (const char *step = c->steps; *step; step++) {
        switch (*step) {
        case 'S':
            bare_store(b, va, STORED);
            break;
        case 'W':
            device_writes(b, line, flags);
            break;
        case 'U':
            command(b, CBX_BUF_USE, 1);
            break;
        default:
            pc = bare_maintain(b, op_of(*step), va);
        }
    }
    bare_copy(b, va, log + 4);
    device_reads(b, line, log, flags);
    return pc;
}

typedef struct Program {
    Bare *b;
    guint64 buffer;
    guint64 log;
    guint64 pc[G_N_ELEMENTS(cases)];
} Program;

/* How the lines of the buffer were left before it was declared. */
typedef enum Past { AS_STORED, CLEANED, CLEANED_TO_POU } Past;

static Program program(guint64 offset, guint32 flags, gboolean uncached,
                       Past past)
{
    Program p = { .b = bare_new(emulator) };
    guint64 va;

    p.buffer = bare_ram(p.b) + offset;
    p.log = bare_ram(p.b) + LOG;
    va = uncached ? bare_uncached(p.b, p.buffer) : p.buffer;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        bare_store(p.b, va + i * LINE, OLD);
        if (past != AS_STORED && bare_has(p.b, BARE_CLEAN_POU)) {
            bare_maintain(p.b, past == CLEANED ? BARE_CLEAN : BARE_CLEAN_POU,
                          p.buffer + i * LINE);
        }
    }
    declare(p.b, va, p.buffer);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (possible(p.b, &cases[i])) {
            p.pc[i] = play(p.b, &cases[i], va + i * LINE,
                           p.buffer + i * LINE, p.log + 8 * i, flags);
        }
    }
    return p;
}

/* Findings that touch a line, in order, and where the last of them points. */
static char *findings_of(const GPtrArray *report, guint64 line, guint64 *pc)
{
    GString *names = g_string_new(NULL);

    *pc = 0;
    for (guint i = 0; i < report->len; i++) {
        JsonObject *o = report->pdata[i];

        if (!strcmp(json_object_get_string_member(o, "type"), "coherence") &&
            g_ascii_strtoull(json_object_get_string_member(o, "gpa"), NULL,
                             16) == line) {
            g_assert_cmpint(json_object_get_int_member(o, "length"), ==, LINE);
            g_assert_cmpint(json_object_get_int_member(o, "buffer"), ==, 1);
            g_string_append_printf(names, "%s%s", names->len ? " " : "",
                json_object_get_string_member(o, "finding"));
            *pc = g_ascii_strtoull(json_object_get_string_member(o, "pc"),
                                   NULL, 16);
        }
    }
    return g_string_free(names, FALSE);
}

static void check(Program *p, const char *properties, gboolean stale,
                  gboolean found)
{
    g_autoptr(GPtrArray) report = bare_run(p->b, properties);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        g_autofree char *findings = NULL;
        guint64 pc;

        if (!possible(p->b, c)) {
            continue;
        }
        g_test_message("%s: \"%s\"", properties, c->steps);
        g_assert_cmphex(bare_ram32(p->b, p->log + 8 * i), ==,
                        stale ? c->device : c->coherent);
        g_assert_cmphex(bare_ram32(p->b, p->log + 8 * i + 4), ==,
                        stale ? c->cpu : c->coherent);
        findings = findings_of(report, p->buffer + i * LINE, &pc);
        g_assert_cmpstr(findings, ==, found ? c->findings : "");
        /* "Overwritten" names what came before the one that did it. */
        if (*findings && !strstr(findings, "overwritten")) {
            g_assert_cmphex(pc, ==, p->pc[i]);
        }
    }
    bare_free(p->b);
}

static void rules(void)
{
    Program p = program(BUFFER, 0, FALSE, AS_STORED);

    check(&p, "cca=off", TRUE, TRUE);
}

static void audit_changes_nothing(void)
{
    Program p = program(BUFFER, 0, FALSE, AS_STORED);

    check(&p, "cca=off,coherence=audit", FALSE, TRUE);
}

static void off(void)
{
    Program p = program(BUFFER, 0, FALSE, AS_STORED);

    check(&p, "cca=off,coherence=off", FALSE, FALSE);
}

static void no_snoop(void)
{
    Program p = program(BUFFER, CBX_ARM_DMA_NO_SNOOP, FALSE, AS_STORED);

    check(&p, "coherence=on", TRUE, TRUE);
}

static void snooped(void)
{
    Program p = program(BUFFER, 0, FALSE, AS_STORED);

    check(&p, "coherence=on", FALSE, FALSE);
}

/* Whatever anybody forgets. */
static void uncached(void)
{
    Program p = program(BARE_UNCACHED, 0, TRUE, CLEANED);

    check(&p, "cca=off", FALSE, FALSE);
}

/*
 * Lines of another mapping are still in the caches, for all that anybody has
 * done. On x86 accesses past the caches look there.
 */
static void is_unclean(Past past)
{
    Program p = program(BARE_UNCACHED, 0, TRUE, past);
    g_autoptr(GPtrArray) report = bare_run(p.b, "cca=off");
    guint found = 0;

    for (guint i = 0; i < report->len; i++) {
        JsonObject *o = report->pdata[i];

        if (strcmp(json_object_get_string_member(o, "type"), "coherence")) {
            continue;
        }
        found++;
        g_assert_cmpstr(json_object_get_string_member(o, "finding"), ==,
                        "unclean");
        g_assert_cmphex(g_ascii_strtoull(json_object_get_string_member(o,
                                             "gpa"), NULL, 16), ==, p.buffer);
        g_assert_cmpint(json_object_get_int_member(o, "length"), ==,
                        LINE * G_N_ELEMENTS(cases));
        g_assert_cmpint(json_object_get_int_member(o, "buffer"), ==, 1);
        g_assert_cmpstr(json_object_get_string_member(o, "last"), ==, "none");
    }
    g_assert_cmpuint(found, ==, bare_has(p.b, BARE_CLEAN_POU));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (possible(p.b, &cases[i])) {
            g_assert_cmphex(bare_ram32(p.b, p.log + 8 * i), ==,
                            cases[i].coherent);
        }
    }
    bare_free(p.b);
}

static void unclean(void)
{
    is_unclean(AS_STORED);
}

static void unclean_to_pou(void)
{
    is_unclean(CLEANED_TO_POU);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-coherence-guest PATH-OF-QEMU-SYSTEM\n");
        return 2;
    }
    emulator = argv[1];
    g_test_add_func("/coherence/rules", rules);
    g_test_add_func("/coherence/audit", audit_changes_nothing);
    g_test_add_func("/coherence/off", off);
    g_test_add_func("/coherence/no-snoop", no_snoop);
    g_test_add_func("/coherence/snooped", snooped);
    g_test_add_func("/coherence/uncached", uncached);
    g_test_add_func("/coherence/unclean", unclean);
    g_test_add_func("/coherence/unclean-to-pou", unclean_to_pou);
    return g_test_run();
}
