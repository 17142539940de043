/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the model of the caches costs a guest, in time of the host's processor:
 * other load does not count. Not a test: nothing is expected of the times.
 *
 * Usage: bench-coherence PATH-OF-QEMU-SYSTEM...
 */
#include <string.h>
#include <sys/resource.h>

#include "bare.h"

#define LINE        64u
#define LENGTH      4096u
#define LINES       (LENGTH / LINE)
#define TRIES       3
/* Offsets in RAM: a declared buffer, and a page that nobody has declared. */
#define BUFFER      0x1000000u
#define OTHER       0x1800000u

static void store_and_clean(Bare *b, guint64 page)
{
    for (guint i = 0; i < LINES; i++) {
        bare_store_round(b, page + i * LINE);
        bare_maintain(b, BARE_CLEAN, page + i * LINE);
    }
}

static void transfer_in(Bare *b, guint64 page)
{
    bare_transfer(b, page, 0, LENGTH, CBX_ARM_DMA_FROM_DEVICE);
}

/* All that a driver has to do for a page out and a page in. */
static void both_ways(Bare *b, guint64 page)
{
    store_and_clean(b, page);
    bare_transfer(b, page, 0, LENGTH, 0);
    transfer_in(b, page);
    for (guint i = 0; i < LINES; i++) {
        bare_maintain(b, BARE_CLEAN_INVALIDATE, page + i * LINE);
    }
}

static const struct {
    const char *name;
    guint32 page;
    guint32 rounds;
    guint times;                /* what is counted, in a round */
    void (*body)(Bare *b, guint64 page);
} works[] = {
    { "store and clean a line of other memory, ns", OTHER, 40000, LINES,
      store_and_clean },
    { "store and clean a line of a buffer, ns", BUFFER, 10000, LINES,
      store_and_clean },
    { "4 KiB to other memory, ns", OTHER, 100000, 1, transfer_in },
    { "4 KiB to a buffer, ns", BUFFER, 40000, 1, transfer_in },
    { "4 KiB out and in with all maintenance, ns", BUFFER, 4000, 1,
      both_ways },
};

static const char *const modes[] = { "off", "audit", "on" };

/* Seconds of QEMU's that have ended. */
static double spent(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What a run takes at least; of nothing at all with no rounds. */
static double run(const char *emulator, guint work, const char *mode,
                  guint32 rounds)
{
    g_autofree char *properties = g_strdup_printf("cca=off,coherence=%s",
                                                  mode);
    double best = G_MAXDOUBLE;

    for (guint i = 0; i < TRIES; i++) {
        Bare *b = bare_new(emulator);
        GPtrArray *report;
        double before;

        bare_register64(b, CBX_REG_BUF_VA_LO, bare_ram(b) + BUFFER);
        bare_register64(b, CBX_REG_BUF_LOGICAL_LO, bare_ram(b) + BUFFER);
        bare_register64(b, CBX_REG_BUF_LENGTH_LO, LENGTH);
        bare_register64(b, CBX_REG_BUF_MAX_LO, G_MAXUINT64);
        bare_register(b, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
        if (rounds) {
            bare_loop_begin(b, rounds);
            works[work].body(b, bare_ram(b) + works[work].page);
            bare_loop_end(b);
        }
        before = spent();
        report = bare_run(b, properties);
        best = MIN(best, spent() - before);
        g_ptr_array_unref(report);
        bare_free(b);
    }
    return best;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = strrchr(argv[i], '-');
        double nothing[G_N_ELEMENTS(modes)];

        for (guint mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
            nothing[mode] = run(argv[i], 0, modes[mode], 0);
        }
        g_print("\n| %s | off | audit | on |\n| --- | --- | --- | --- |\n",
                name ? name + 1 : argv[i]);
        for (guint work = 0; work < G_N_ELEMENTS(works); work++) {
            guint32 rounds = works[work].rounds;

            g_print("| %s |", works[work].name);
            for (guint mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
                double all = run(argv[i], work, modes[mode], rounds);

                g_print(" %.0f |", (all - nothing[mode]) * 1e9 / rounds /
                                   works[work].times);
            }
            g_print("\n");
        }
    }
    return 0;
}
