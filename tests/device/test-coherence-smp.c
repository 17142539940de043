/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two processors store and maintain lines of the same pages while the device
 * transfers; with one thread of the emulator for both, and with one for each.
 *
 * Usage: test-coherence-smp PATH-OF-QEMU-SYSTEM
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "bare.h"

#define ROUNDS      10000u
#define LINE        64u
#define WRITTEN     0xdec0deu
/* Offsets in RAM: the buffer, and what nobody tracks. */
#define BUFFER      0x1000000u
#define LENGTH      0x2000u
#define LOG         0x1800000u
#define VERDICT     (LOG + 0)       /* of the first processor */
#define VERDICT_2   (LOG + LINE)    /* of the second */
#define THERE       (LOG + 2 * LINE)    /* the second is */
#define STOP        (LOG + 3 * LINE)    /* it shall */
#define DONE        (LOG + 4 * LINE)

/* Lines of the buffer. */
enum { OUT, IN, OURS, THEIRS, OTHER_PAGE = 64 };

static const char *emulator;

typedef struct Program {
    Bare *b;
    guint64 ram;
    BareOp invalidate;          /* by address, as far as there is one */
} Program;

static guint64 line_of(const Program *p, guint n)
{
    return p->ram + BUFFER + n * LINE;
}

static void declare(Program *p)
{
    bare_register64(p->b, CBX_REG_BUF_VA_LO, p->ram + BUFFER);
    bare_register64(p->b, CBX_REG_BUF_LOGICAL_LO, p->ram + BUFFER);
    bare_register64(p->b, CBX_REG_BUF_LENGTH_LO, LENGTH);
    bare_register64(p->b, CBX_REG_BUF_MAX_LO, G_MAXUINT64);
    bare_register(p->b, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
}

static Program program(const char *threads)
{
    Program p = { .b = bare_new(emulator) };
    g_autofree char *options = g_strdup_printf(
        "-smp 2 -accel tcg,thread=%s", threads);

    p.ram = bare_ram(p.b);
    p.invalidate = bare_has(p.b, BARE_INVALIDATE) ? BARE_INVALIDATE
                                                  : BARE_CLEAN_INVALIDATE;
    bare_options(p.b, options);
    declare(&p);
    return p;
}

/* What it does, it does until the first has done its part. */
static void begin_second(Program *p)
{
    bare_second_begin(p->b);
    bare_store(p->b, p->ram + THERE, 1);
}

static void end_second(Program *p)
{
    bare_store_verdict(p->b, p->ram + VERDICT_2);
    bare_store(p->b, p->ram + DONE, 1);
    bare_second_end(p->b);
    bare_wait(p->b, p->ram + THERE, 1);
}

static GPtrArray *run(Program *p, const char *properties)
{
    bare_store_verdict(p->b, p->ram + VERDICT);
    bare_store(p->b, p->ram + STOP, 1);
    bare_wait(p->b, p->ram + DONE, 1);
    return bare_run(p->b, properties);
}

static guint findings(const GPtrArray *report)
{
    guint n = 0;

    for (guint i = 0; i < report->len; i++) {
        n += !strcmp(json_object_get_string_member(report->pdata[i], "type"),
                     "coherence");
    }
    return n;
}

/* ---- All maintenance is there ------------------------------------------ */

/* A number from the processor through the device and back, in each round. */
static void transfer_rounds(Program *p, gboolean clean)
{
    bare_loop_begin(p->b, ROUNDS);
    bare_store_round(p->b, line_of(p, OUT));
    if (clean) {
        bare_maintain(p->b, BARE_CLEAN, line_of(p, OUT));
    }
    bare_transfer(p->b, line_of(p, OUT), 0, 4, 0);
    bare_transfer(p->b, line_of(p, IN), 0, 4, CBX_ARM_DMA_FROM_DEVICE);
    bare_maintain(p->b, p->invalidate, line_of(p, IN));
    bare_check_round(p->b, line_of(p, IN));
    bare_loop_end(p->b);
}

/* Lines that nobody else uses: what was stored stays. */
static void maintain_rounds(Program *p, gboolean all)
{
    static const guint lines[] = { OURS, THEIRS, OTHER_PAGE };
    static const BareOp every[] = {
        BARE_CLEAN_ALL, BARE_INVALIDATE_ALL, BARE_CLEAN_INVALIDATE_ALL,
    };
    const BareOp each[] = { BARE_CLEAN, p->invalidate, BARE_CLEAN_INVALIDATE };

    /* It counts down from there: no round stores the 0 that was in RAM. */
    bare_loop_begin(p->b, G_MAXUINT32);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        bare_store_round(p->b, line_of(p, lines[i]));
        bare_maintain(p->b, (all ? every : each)[i], line_of(p, lines[i]));
        bare_check_round(p->b, line_of(p, lines[i]));
    }
    bare_loop_until(p->b, p->ram + STOP);
}

static void assert_correct(const char *threads, gboolean all)
{
    Program p = program(threads);
    g_autoptr(GPtrArray) report = NULL;

    begin_second(&p);
    maintain_rounds(&p, all);
    end_second(&p);
    transfer_rounds(&p, TRUE);
    report = run(&p, "cca=off");
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT), ==, 0);
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT_2), ==, 0);
    g_assert_cmpuint(findings(report), ==, 0);
    /* The last round; and one at least of the other. */
    g_assert_cmpuint(bare_ram32(p.b, line_of(&p, IN)), ==, 1);
    g_assert_cmpuint(bare_ram32(p.b, line_of(&p, OTHER_PAGE)), !=, 0);
    bare_free(p.b);
}

static void correct(gconstpointer threads)
{
    assert_correct(threads, FALSE);
}

static void correct_with_everything(gconstpointer threads)
{
    assert_correct(threads, TRUE);
}

/* Pages come and go while the other maintains lines of them. */
static void declared_again(gconstpointer threads)
{
    Program p = program(threads);
    g_autoptr(GPtrArray) report = NULL;

    begin_second(&p);
    maintain_rounds(&p, FALSE);
    end_second(&p);
    bare_loop_begin(p.b, ROUNDS / 10);
    /* The last that was declared. */
    bare_register(p.b, CBX_REG_BUF_COMMAND, CBX_BUF_RELEASE);
    declare(&p);
    bare_loop_end(p.b);
    report = run(&p, "cca=off");
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT_2), ==, 0);
    g_assert_cmpuint(findings(report), ==, 0);
    /* The device itself, the first, and two in each round. */
    g_assert_cmpuint(report->len, ==, 2 + 2 * (ROUNDS / 10));
    bare_free(p.b);
}

/* ---- Something is missing ---------------------------------------------- */

static void no_clean(gconstpointer threads)
{
    Program p = program(threads);
    g_autoptr(GPtrArray) report = NULL;

    begin_second(&p);
    maintain_rounds(&p, FALSE);
    end_second(&p);
    transfer_rounds(&p, FALSE);
    report = run(&p, "cca=off");
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT), !=, 0);
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT_2), ==, 0);
    g_assert_cmpuint(findings(report), >, 0);
    bare_free(p.b);
}

/*
 * They store to one line, which the device writes as well. The device's bytes
 * may be lost, not those which a processor stores while the other maintains.
 */
static void shared_line(gconstpointer threads)
{
    Program p = program(threads);
    g_autoptr(GPtrArray) report = NULL;

    begin_second(&p);
    bare_loop_begin(p.b, 0);
    bare_store_round(p.b, line_of(&p, IN) + 32);
    /* Longer than a round of the other: many see no store, or a late one. */
    for (guint i = 0; i < 3000; i++) {
        bare_copy(p.b, p.ram + VERDICT_2, p.ram + VERDICT_2);
    }
    bare_check_round(p.b, line_of(&p, IN) + 32);
    bare_loop_until(p.b, p.ram + STOP);
    end_second(&p);
    bare_device_store(p.b, 0, WRITTEN);
    bare_loop_begin(p.b, 8 * ROUNDS);
    bare_transfer(p.b, line_of(&p, IN), 0, 4, CBX_ARM_DMA_FROM_DEVICE);
    bare_maintain(p.b, p.invalidate, line_of(&p, IN));
    bare_loop_end(p.b);
    report = run(&p, "cca=off");
    g_assert_cmphex(bare_ram32(p.b, p.ram + VERDICT_2), ==, 0);
    bare_free(p.b);
}

/* The device writes into a line that one of them has invalidated too early. */
static void assert_stale_use(const GPtrArray *report, guint64 gpa, gint64 cpu,
                             guint64 pc)
{
    for (guint i = 0; i < report->len; i++) {
        JsonObject *o = report->pdata[i];
        const char *type = json_object_get_string_member(o, "type");

        if (!strcmp(type, "coherence") &&
            g_ascii_strtoull(json_object_get_string_member(o, "gpa"), NULL,
                             16) == gpa) {
            g_assert_cmpstr(json_object_get_string_member(o, "finding"), ==,
                            "stale-use");
            if (cpu < 0) {
                g_assert_true(json_object_get_null_member(o, "cpu"));
            } else {
                g_assert_cmpint(json_object_get_int_member(o, "cpu"), ==, cpu);
            }
            g_assert_cmphex(g_ascii_strtoull(
                json_object_get_string_member(o, "pc"), NULL, 16), ==, pc);
            return;
        }
    }
    g_assert_not_reached();
}

static void whose(gconstpointer threads)
{
    Program p = program(threads);
    g_autoptr(GPtrArray) report = NULL;
    guint64 ours, theirs;

    begin_second(&p);
    theirs = bare_maintain(p.b, BARE_CLEAN_INVALIDATE, line_of(&p, THEIRS));
    end_second(&p);
    ours = bare_maintain(p.b, BARE_CLEAN_INVALIDATE, line_of(&p, OURS));
    bare_wait(p.b, p.ram + DONE, 1);
    bare_transfer(p.b, line_of(&p, OURS), 0, 2 * LINE,
                  CBX_ARM_DMA_FROM_DEVICE);
    bare_transfer(p.b, line_of(&p, OTHER_PAGE), 0, LINE,
                  CBX_ARM_DMA_FROM_DEVICE);
    bare_register(p.b, CBX_REG_BUF_ID, 1);
    bare_register(p.b, CBX_REG_BUF_COMMAND, CBX_BUF_USE);
    report = run(&p, "cca=off");
    g_assert_cmpuint(findings(report), ==, 3);
    assert_stale_use(report, line_of(&p, OURS), 0, ours);
    assert_stale_use(report, line_of(&p, THEIRS), 1, theirs);
    assert_stale_use(report, line_of(&p, OTHER_PAGE), -1, 0);
    bare_free(p.b);
}

int main(int argc, char **argv)
{
    static const char *const threads[] = { "single", "multi" };
    static const struct {
        const char *name;
        void (*function)(gconstpointer threads);
    } tests[] = {
        { "correct", correct }, { "everything", correct_with_everything },
        { "declared-again", declared_again }, { "no-clean", no_clean }, { "shared-line", shared_line },
        { "whose", whose },
    };

    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-coherence-smp PATH-OF-QEMU-SYSTEM\n");
        return 2;
    }
    emulator = argv[1];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(tests); j++) {
            g_autofree char *path = g_strdup_printf("/coherence-smp/%s/%s",
                                                    threads[i], tests[j].name);

            g_test_add_data_func(path, threads[i], tests[j].function);
        }
    }
    return g_test_run();
}
