/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buffers that are cached while the device's DMA does not snoop. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/suite.h"
#include "softdev.h"

/* LONG is enough for every check. */
enum { ENTRIES = 8, TIMEOUT_MS = 10, LONG = 0x10000, ELEMENTS = 2 };

/* Whatever the platform says, this is. */
#define CACHED CBX_API_CREATE_COMMON_BUFFER_FROM_MDL

typedef struct Fixture {
    SoftDev *soft;
    CbxDevice dev;
    CbxReport report;
    CbxSuite suite;
    CbxBuffer rings;
    CbxBuffer buffers[ELEMENTS];
} Fixture;

/* What the driver takes its buffers for, and what it does wrong. */
typedef struct Plan {
    const char *name;
    bool snoops;                /* the device */
    uint32_t api;               /* CBX_API_*; 0: one whose memory stays cached */
    uint32_t faults;            /* CBX_DRIVER_FAULT_* */
    const char *failed;
    uint64_t length;            /* 0: LONG */
} Plan;

static void start(Fixture *f, const Plan *plan)
{
    memset(f, 0, sizeof(*f));
    f->soft = softdev_new(true);
    softdev_start_caches(f->soft, plan->snoops);
    f->soft->regs[CBX_REG_RUN_FAULTS / 4] = plan->faults;
    g_assert_cmpuint(cbx_device_identify(&f->dev, &f->soft->world), ==,
                     CBX_STATUS_OK);
    cbx_report_start(&f->report, &f->soft->world, "test.sys", "unit test");
    cbx_suite_init(&f->suite, &f->dev, &f->report);
    softdev_allocate(f->soft, &f->rings, cbx_queue_bytes(ENTRIES), 0);
    f->rings.api = CACHED;
    f->rings.cache = CBX_CACHE_CACHED;
    cbx_suite_allocated(&f->suite, &f->rings);
    cbx_suite_start_queue(&f->suite, &f->rings, 0, ENTRIES, TIMEOUT_MS);
}

static void verify(Fixture *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        cbx_suite_allocated(&f->suite, &f->buffers[i]);
    }
    for (unsigned i = 0; i < count; i++) {
        g_assert_true(cbx_suite_verify(&f->suite, &f->buffers[i]));
    }
    for (unsigned i = 0; i < count; i++) {
        softdev_release(f->soft, &f->buffers[i]);
        cbx_suite_freed(&f->suite, &f->buffers[i]);
    }
}

static void end(Fixture *f)
{
    cbx_suite_stop_queue(&f->suite);
    softdev_release(f->soft, &f->rings);
    cbx_suite_freed(&f->suite, &f->rings);
    cbx_report_end(&f->report);
    softdev_free(f->soft);
}

/* Was the check made with this verdict? */
static bool has(const Fixture *f, const char *check, const char *verdict)
{
    GHashTable *record;

    for (unsigned n = 0; (record = softdev_record(f->soft, "result", n)); n++) {
        if (!strcmp(g_hash_table_lookup(record, "check"), check) &&
            !strcmp(g_hash_table_lookup(record, "verdict"), verdict)) {
            return true;
        }
    }
    return false;
}

/* These failed, each once or more, and no others. */
static void assert_failed(const Fixture *f, const char *checks)
{
    g_auto(GStrv) expected = g_strsplit(checks, " ", -1);
    GHashTable *record;

    for (unsigned n = 0; (record = softdev_record(f->soft, "result", n)); n++) {
        const char *check = g_hash_table_lookup(record, "check");

        if (!strcmp(g_hash_table_lookup(record, "verdict"), "fail") &&
            !g_strv_contains((const char *const *)expected, check)) {
            g_test_message("%s failed: %s", check,
                           (char *)g_hash_table_lookup(record, "seen"));
            g_test_fail();
        }
    }
    for (char **check = expected; *check && **check; check++) {
        g_test_message("%s", *check);
        g_assert_true(has(f, *check, "fail"));
    }
}

#define TO_DEVICE   "integrity-to-device checksum edges-to-device"
#define FROM_DEVICE "edges-from-device integrity-from-device"

static const Plan plans[] = {
    { "maintained", .failed = "" },
    /* Too short for rings: those would be all rubbish. */
    { "nothing-maintained", .api = CBX_API_ALLOCATE_COMMON_BUFFER,
      .failed = TO_DEVICE " " FROM_DEVICE,
      .length = 8193 },
    { "omit-clean", .faults = CBX_DRIVER_FAULT_OMIT_CLEAN,
      .failed = TO_DEVICE " ring" },
    { "omit-invalidate", .faults = CBX_DRIVER_FAULT_OMIT_INVALIDATE,
      .failed = FROM_DEVICE " ring" },
    { "invalidate-early", .faults = CBX_DRIVER_FAULT_INVALIDATE_EARLY,
      .failed = FROM_DEVICE " ring" },
    { "snooped", .snoops = true, .failed = "" },
    { "snooped-omit-clean", .snoops = true,
      .faults = CBX_DRIVER_FAULT_OMIT_CLEAN, .failed = "" },
};

static void plan_ends_so(gconstpointer data)
{
    const Plan *plan = data;
    Fixture f;

    start(&f, plan);
    softdev_allocate(f.soft, &f.buffers[0], plan->length ? plan->length : LONG,
                     0);
    f.buffers[0].api = plan->api ? plan->api : CACHED;
    f.buffers[0].cache = CBX_CACHE_CACHED;
    verify(&f, 1);
    assert_failed(&f, plan->failed);
    g_assert_true(plan->length ||
                  has(&f, "ring", *plan->failed ? "fail" : "pass"));
    /* Where DMA snoops, maintenance is a waste. */
    g_assert_true(plan->snoops == (f.soft->flushes == 0));
    g_assert_cmpuint(f.soft->uses, >, 0);
    end(&f);
}

/* Odd lengths and misaligned ends share lines with nobody else's data. */
static void every_length_passes(void)
{
    static const uint64_t lengths[] = { 1, 7, 63, 65, 4097, 8193, 40003 };
    const Plan plan = { .failed = "" };

    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        Fixture f;

        start(&f, &plan);
        softdev_allocate(f.soft, &f.buffers[0], lengths[i], 0);
        f.buffers[0].api = CACHED;
        f.buffers[0].cache = CBX_CACHE_CACHED;
        verify(&f, 1);
        assert_failed(&f, "");
        end(&f);
    }
}

static void neighbours(uint32_t faults, bool fill_long, const char *failed)
{
    const Plan plan = { .faults = faults };
    Fixture f;

    start(&f, &plan);
    for (unsigned i = 0; i < ELEMENTS; i++) {
        softdev_allocate(f.soft, &f.buffers[i], CBX_PAGE_SIZE, 0);
        f.buffers[i].element = i;
        f.buffers[i].api = CACHED;
        f.buffers[i].cache = CBX_CACHE_CACHED;
        f.soft->next_logical += CBX_PAGE_SIZE;
    }
    f.soft->faults.fill_long = fill_long;
    verify(&f, ELEMENTS);
    assert_failed(&f, failed);
    end(&f);
}

static void neighbours_are_seen_as_they_are(void)
{
    neighbours(0, false, "");
    neighbours(0, true, "neighbours-unchanged");
}

static void uncached(bool is_cached, const char *failed)
{
    const Plan plan = { .snoops = true };
    Fixture f;

    start(&f, &plan);
    softdev_allocate(f.soft, &f.buffers[0], LONG, 0);
    f.buffers[0].api = CBX_API_ALLOCATE_COMMON_BUFFER_EX;
    f.buffers[0].cache = CBX_CACHE_NONCACHED;
    f.soft->faults.type_cached = is_cached;
    verify(&f, 1);
    assert_failed(&f, failed);
    g_assert_true(has(&f, "no-snoop", *failed ? "fail" : "pass"));
    end(&f);
}

static void no_snoop_shows_what_is_cached(void)
{
    uncached(false, "");
    uncached(true, "memory-type no-snoop");
}

static void no_snoop_is_made_of_uncached_memory_alone(void)
{
    const Plan plan = { .snoops = true };
    Fixture f;

    start(&f, &plan);
    softdev_allocate(f.soft, &f.buffers[0], LONG, 0);
    f.buffers[0].api = CBX_API_ALLOCATE_COMMON_BUFFER_EX;
    verify(&f, 1);
    g_assert_false(has(&f, "no-snoop", "pass"));
    g_assert_false(has(&f, "no-snoop", "skip"));
    end(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autofree char *path = g_strconcat("/caches/", plans[i].name, NULL);

        g_test_add_data_func(path, &plans[i], plan_ends_so);
    }
    g_test_add_func("/caches/lengths", every_length_passes);
    g_test_add_func("/caches/neighbours", neighbours_are_seen_as_they_are);
    g_test_add_func("/caches/no-snoop", no_snoop_shows_what_is_cached);
    g_test_add_func("/caches/no-snoop-of-cached",
                    no_snoop_is_made_of_uncached_memory_alone);
    return g_test_run();
}
