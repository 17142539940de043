/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random sequences, against a naive cache in front of a naive memory that is
 * told of each store when it happens, byte by byte. Each store gives a byte a
 * value it has not had for long, so that comparing finds it.
 */
#include <string.h>

#include "cbx/abi.h"
#include "test-coherence.h"

enum { LINES = BED_SIZE / CBX_LINE_SIZE };

typedef enum Newest { SAME, CACHE, MEMORY } Newest;

typedef struct Cache {
    uint8_t cache[BED_SIZE];
    uint8_t memory[BED_SIZE];
    Newest newest[BED_SIZE];
    bool dirty[LINES];
    bool found[LINES][CBX_FINDINGS];
    bool mixed[BED_PAGES];
    bool discards;
    CbxLineCounts counts;
} Cache;

/* ---- The naive cache --------------------------------------------------- */

static bool line_has(const Cache *c, unsigned line, Newest newest)
{
    for (unsigned i = 0; i < CBX_LINE_SIZE; i++) {
        if (c->newest[line * CBX_LINE_SIZE + i] == newest) {
            return true;
        }
    }
    return false;
}

static void cache_find(Cache *c, unsigned line, CbxFinding finding)
{
    if (!c->found[line][finding]) {
        c->found[line][finding] = true;
        c->counts.findings[finding]++;
    }
}

static void cache_copy(Cache *c, unsigned line, uint8_t *to,
                       const uint8_t *from)
{
    for (unsigned i = line * CBX_LINE_SIZE; i < (line + 1) * CBX_LINE_SIZE;
         i++) {
        to[i] = from[i];
        c->newest[i] = SAME;
    }
    c->dirty[line] = false;
    memset(c->found[line], 0, sizeof(c->found[line]));
}

static void cache_write_back(Cache *c, unsigned line)
{
    if (line_has(c, line, MEMORY)) {
        cache_find(c, line, CBX_FINDING_OVERWRITTEN);
    }
    cache_copy(c, line, c->memory, c->cache);
}

static void cache_evict(Cache *c, unsigned line)
{
    if (c->dirty[line]) {
        cache_write_back(c, line);
    } else {
        cache_copy(c, line, c->cache, c->memory);
    }
}

static void cache_maintain(Cache *c, unsigned line, CbxMaintenance op)
{
    c->counts.maintained[op]++;
    if (op == CBX_MAINTENANCE_CLEAN && c->dirty[line]) {
        cache_write_back(c, line);
    } else if (op == CBX_MAINTENANCE_INVALIDATE && c->discards) {
        if (line_has(c, line, CACHE)) {
            cache_find(c, line, CBX_FINDING_DISCARDED);
        }
        cache_copy(c, line, c->cache, c->memory);
    } else if (op == CBX_MAINTENANCE_INVALIDATE ||
               op == CBX_MAINTENANCE_CLEAN_INVALIDATE) {
        cache_evict(c, line);
    }
}

static void cache_store(Cache *c, unsigned at, uint8_t value)
{
    unsigned line = at / CBX_LINE_SIZE;

    c->counts.stale_for_device += !c->dirty[line];
    c->dirty[line] = true;
    c->cache[at] = value;
    c->newest[at] = CACHE;
}

static void memory_store(Cache *c, unsigned at, uint8_t value)
{
    unsigned line = at / CBX_LINE_SIZE;

    if (c->dirty[line]) {
        cache_find(c, line, CBX_FINDING_DIRTY_WRITE);
    }
    c->counts.stale_for_cpu += !line_has(c, line, MEMORY);
    c->memory[at] = value;
    c->newest[at] = MEMORY;
}

static void cache_mixed(Cache *c, unsigned at)
{
    c->counts.findings[CBX_FINDING_MIXED] += !c->mixed[at / CBX_LINE_PAGE];
    c->mixed[at / CBX_LINE_PAGE] = true;
}

/* ---- Both, side by side ------------------------------------------------ */

typedef struct Run {
    Bed *bed;
    Cache cache;
    uint8_t latest[BED_SIZE];   /* what a coherent system would hold */
    uint8_t value[BED_SIZE];    /* the last that any store gave */
    uint64_t seed;
    uint64_t draws;
    bool audit;
} Run;

static uint64_t draw(Run *run, uint64_t below)
{
    return cbx_pattern_word(run->seed, run->draws++) % below;
}

static Run *run_new(unsigned policy, uint64_t seed, bool audit)
{
    Run *run = g_new0(Run, 1);

    run->bed = bed_new(policy, seed, BED_PAGES, audit);
    run->seed = ~seed;
    run->audit = audit;
    run->cache.discards = policy & CBX_POLICY_INVALIDATE_DISCARDS;
    memcpy(run->cache.cache, run->bed->ram, BED_SIZE);
    memcpy(run->cache.memory, run->bed->ram, BED_SIZE);
    memcpy(run->latest, run->bed->ram, BED_SIZE);
    memcpy(run->value, run->bed->ram, BED_SIZE);
    cbx_lines_track(run->bed->lines, BED_BASE, BED_SIZE);
    return run;
}

static void run_free(Run *run)
{
    bed_free(run->bed);
    g_free(run);
}

enum Operation {
    CPU_STORE, CPU_STORE_TRAPPED, CPU_LOAD, CPU_USE, ALIAS_READ, ALIAS_WRITE,
    DEVICE_READ, DEVICE_WRITE, SNOOPED_READ, SNOOPED_WRITE,
    CLEAN, INVALIDATE, CLEAN_INVALIDATE, CLEAN_POU, ALL, OPERATIONS
};

/* In 1024ths; what is rare would otherwise bring everything into step. */
static const unsigned weights[OPERATIONS] = {
    [CPU_STORE] = 230, [CPU_STORE_TRAPPED] = 60, [CPU_LOAD] = 60,
    [CPU_USE] = 60, [ALIAS_READ] = 20, [ALIAS_WRITE] = 20,
    [DEVICE_READ] = 150, [DEVICE_WRITE] = 150, [SNOOPED_READ] = 20,
    [SNOOPED_WRITE] = 20, [CLEAN] = 80, [INVALIDATE] = 60,
    [CLEAN_INVALIDATE] = 70, [CLEAN_POU] = 20, [ALL] = 4,
};

static enum Operation pick(Run *run)
{
    unsigned at = draw(run, 1024);
    unsigned op = 0;

    while (op < OPERATIONS - 1 && at >= weights[op]) {
        at -= weights[op++];
    }
    return op;
}

static void store(Run *run, enum Operation op, unsigned at, uint8_t value)
{
    Cache *c = &run->cache;

    switch (op) {
    case CPU_STORE:
        run->bed->ram[at] = value;
        /* fall through */
    case CPU_STORE_TRAPPED:
        cache_store(c, at, value);
        break;
    case SNOOPED_WRITE:
        c->cache[at] = value;
        c->memory[at] = value;
        break;
    default:
        memory_store(c, at, value);
        break;
    }
}

static void step_write(Run *run, enum Operation op, unsigned at,
                       unsigned length)
{
    CbxLines *lines = run->bed->lines;
    uint8_t data[BED_SIZE];

    for (unsigned i = 0; i < length; i++) {
        data[i] = ++run->value[at + i];
        run->latest[at + i] = data[i];
    }
    if (op == SNOOPED_WRITE) {
        for (unsigned i = at / CBX_LINE_SIZE;
             i <= (at + length - 1) / CBX_LINE_SIZE; i++) {
            cache_evict(&run->cache, i);
        }
    }
    for (unsigned i = 0; i < length; i++) {
        if (op == ALIAS_WRITE) {
            cache_mixed(&run->cache, at + i);
        }
        store(run, op, at + i, data[i]);
    }
    if (op == CPU_STORE_TRAPPED || op == ALIAS_WRITE) {
        cbx_lines_cpu_write(lines, BED_BASE + at, data, length,
                            op == CPU_STORE_TRAPPED);
    } else if (op != CPU_STORE) {
        cbx_lines_device_write(lines, BED_BASE + at, data, length,
                               op == SNOOPED_WRITE);
    }
}

static void step_read(Run *run, enum Operation op, unsigned at,
                      unsigned length)
{
    CbxLines *lines = run->bed->lines;
    Cache *c = &run->cache;
    bool from_cache = op == CPU_LOAD || op == SNOOPED_READ;
    const uint8_t *expected = run->audit ? run->latest
                              : from_cache ? c->cache : c->memory;
    uint8_t data[BED_SIZE];

    for (unsigned i = at; i < at + length; i++) {
        unsigned line = i / CBX_LINE_SIZE;

        if (op == ALIAS_READ) {
            cache_mixed(c, i);
        }
        if ((op == CPU_LOAD || op == CPU_USE) && c->newest[i] == MEMORY) {
            cache_find(c, line, CBX_FINDING_STALE_USE);
        }
        if ((op == ALIAS_READ || op == DEVICE_READ) && c->newest[i] == CACHE) {
            cache_find(c, line, CBX_FINDING_STALE_READ);
        }
    }
    if (op == CPU_USE) {
        cbx_lines_cpu_use(lines, BED_BASE + at, length);
        return;
    }
    if (op == CPU_LOAD || op == ALIAS_READ) {
        cbx_lines_cpu_read(lines, BED_BASE + at, data, length,
                           op == CPU_LOAD);
    } else {
        cbx_lines_device_read(lines, BED_BASE + at, data, length,
                              op == SNOOPED_READ);
    }
    g_assert_cmpmem(data, length, expected + at, length);
}

static void step_maintain(Run *run, enum Operation op, unsigned at,
                          unsigned length)
{
    static const CbxMaintenance ops[] = {
        CBX_MAINTENANCE_CLEAN, CBX_MAINTENANCE_INVALIDATE,
        CBX_MAINTENANCE_CLEAN_INVALIDATE, CBX_MAINTENANCE_CLEAN_POU,
    };
    CbxMaintenance what = ops[op == ALL ? draw(run, 3) : op - CLEAN];
    CbxInsn insn = { .pc = run->draws };
    unsigned first = op == ALL ? 0 : at / CBX_LINE_SIZE;
    unsigned last = op == ALL ? LINES - 1 : (at + length - 1) / CBX_LINE_SIZE;

    for (unsigned i = first; i <= last; i++) {
        cache_maintain(&run->cache, i, what);
    }
    if (op == ALL) {
        cbx_lines_maintain_all(run->bed->lines, what, insn);
    } else {
        cbx_lines_maintain(run->bed->lines, BED_BASE + at, length, what,
                           insn);
    }
}

/*
 * What the policy did shows in the images. It must be something that a cache
 * may do: write back a dirty line, or drop and fetch one that is not.
 */
static void follow_policy(Run *run, unsigned policy)
{
    Cache *c = &run->cache;
    uint8_t memory[BED_SIZE];

    cbx_lines_peek(run->bed->lines, BED_BASE, memory, sizeof(memory));
    if (!memcmp(memory, c->memory, sizeof(memory)) &&
        !memcmp(run->bed->ram, c->cache, sizeof(memory))) {
        return;
    }
    for (unsigned i = 0; i < LINES; i++) {
        unsigned at = i * CBX_LINE_SIZE;

        if (memcmp(memory + at, c->memory + at, CBX_LINE_SIZE)) {
            g_assert_true(policy & CBX_POLICY_EARLY_WRITE_BACK);
            g_assert_true(c->dirty[i]);
            cache_write_back(c, i);
            c->counts.early_write_backs++;
        } else if (memcmp(run->bed->ram + at, c->cache + at, CBX_LINE_SIZE)) {
            g_assert_true(policy & CBX_POLICY_EARLY_REFILL);
            g_assert_false(c->dirty[i]);
            cache_copy(c, i, c->cache, c->memory);
            c->counts.early_refills++;
        }
    }
    g_assert_cmpmem(memory, BED_SIZE, c->memory, BED_SIZE);
    g_assert_cmpmem(run->bed->ram, BED_SIZE, c->cache, BED_SIZE);
}

static void step(Run *run)
{
    enum Operation op = pick(run);
    /* Few lines at both ends of a page, so that events meet. */
    unsigned page = draw(run, BED_PAGES);
    unsigned at = page * CBX_LINE_PAGE + CBX_LINE_PAGE - 128 + draw(run, 320);
    unsigned most = draw(run, 4) ? 24 : 200;
    unsigned length;

    at %= BED_SIZE;
    length = 1 + draw(run, MIN(most, BED_SIZE - at));
    switch (op) {
    case CPU_STORE:
    case CPU_STORE_TRAPPED:
    case ALIAS_WRITE:
    case DEVICE_WRITE:
    case SNOOPED_WRITE:
        step_write(run, op, at, length);
        break;
    case CPU_LOAD:
    case CPU_USE:
    case ALIAS_READ:
    case DEVICE_READ:
    case SNOOPED_READ:
        step_read(run, op, at, length);
        break;
    default:
        step_maintain(run, op, at, length);
        break;
    }
}

static void assert_counts(Run *run)
{
    const CbxLineCounts *seen = cbx_lines_counts(run->bed->lines);
    const CbxLineCounts *expected = &run->cache.counts;
    CbxLineSurvey survey;
    CbxLineSurvey mine = { .tracked = LINES };

    /* First: the survey looks at all lines. */
    survey = cbx_lines_survey(run->bed->lines, BED_BASE, BED_SIZE);
    for (unsigned i = 0; i < LINES; i++) {
        mine.stale_for_device += line_has(&run->cache, i, CACHE);
        mine.stale_for_cpu += line_has(&run->cache, i, MEMORY);
    }
    g_assert_cmpmem(&survey, sizeof(survey), &mine, sizeof(mine));
    for (unsigned i = 0; i < CBX_FINDINGS; i++) {
        g_assert_cmpuint(seen->findings[i], ==, expected->findings[i]);
    }
    for (unsigned i = 0; i < CBX_MAINTENANCES; i++) {
        g_assert_cmpuint(seen->maintained[i], ==, expected->maintained[i]);
    }
    g_assert_cmpmem(seen, sizeof(*seen), expected, sizeof(*expected));
}

/* ---- Tests ------------------------------------------------------------- */

/* No policy acts by itself: everything can be foretold. */
static void test_against_cache(gconstpointer data)
{
    unsigned policy = GPOINTER_TO_UINT(data);
    Run *run = run_new(policy, 0x5eed + policy, false);

    for (unsigned i = 0; i < 1000000; i++) {
        step(run);
        if (i % 64 == 0) {
            follow_policy(run, 0);
        }
        if (i % 4096 == 0) {
            assert_counts(run);
        }
    }
    follow_policy(run, 0);
    assert_counts(run);
    for (unsigned i = 0; i < CBX_FINDINGS; i++) {
        g_assert_true(run->cache.counts.findings[i] ||
                      (i == CBX_FINDING_DISCARDED && !policy));
    }
    run_free(run);
}

static void test_policy_is_legal(gconstpointer data)
{
    unsigned policy = GPOINTER_TO_UINT(data);
    Run *run = run_new(policy, 0x1e6a1 + policy, false);

    for (unsigned i = 0; i < 100000; i++) {
        step(run);
        follow_policy(run, policy);
        if (i % 4096 == 0) {
            assert_counts(run);
        }
    }
    assert_counts(run);
    g_assert_true(!(policy & CBX_POLICY_EARLY_WRITE_BACK) ==
                  !run->cache.counts.early_write_backs);
    g_assert_true(!(policy & CBX_POLICY_EARLY_REFILL) ==
                  !run->cache.counts.early_refills);
    run_free(run);
}

/* What is counted is the same, and RAM is that of a coherent system. */
static void test_audit(void)
{
    /* The policy is ignored. */
    Run *run = run_new(CBX_POLICY_EARLY_WRITE_BACK, 0xa0d17, true);

    for (unsigned i = 0; i < 500000; i++) {
        step(run);
        if (i % 64 == 0) {
            g_assert_cmpmem(run->bed->ram, BED_SIZE, run->latest, BED_SIZE);
        }
        if (i % 4096 == 0) {
            assert_counts(run);
        }
    }
    g_assert_cmpmem(run->bed->ram, BED_SIZE, run->latest, BED_SIZE);
    assert_counts(run);
    run_free(run);
}

/*
 * A driver that does all maintenance sees the right data, whatever the caches
 * do unasked and however few pages are tracked, and nothing is found.
 */
static void test_correct_driver(gconstpointer data)
{
    static const CbxInsn nowhere;
    unsigned variant = GPOINTER_TO_UINT(data);
    Run *run = run_new(variant & 7, 0xd121e2 + variant, variant & 8);
    CbxLines *lines;
    uint8_t seen[CBX_LINE_PAGE];

    bed_free(run->bed);
    run->bed = bed_new(variant & 7, variant, 2, variant & 8);
    lines = run->bed->lines;
    for (unsigned i = 0; i < 20000; i++) {
        /* Buffers begin and end with a line; two share no line. */
        unsigned first = draw(run, LINES);
        unsigned count = 1 + draw(run, MIN(8, LINES - first));
        unsigned at = first * CBX_LINE_SIZE;
        unsigned length = count * CBX_LINE_SIZE;
        uint8_t *ram = run->bed->ram + at;

        cbx_lines_track(lines, BED_BASE + at, length);
        if (draw(run, 2)) {
            for (unsigned j = 0; j < length; j++) {
                ram[j] = run->value[at + j] = draw(run, 256);
            }
            cbx_lines_maintain(lines, BED_BASE + at, length,
                               CBX_MAINTENANCE_CLEAN, nowhere);
            cbx_lines_device_read(lines, BED_BASE + at, seen, length, false);
            g_assert_cmpmem(seen, length, run->value + at, length);
        } else {
            /* Left over, for nobody: it may not come over the device's. */
            memset(ram, draw(run, 256), length);
            cbx_lines_maintain(lines, BED_BASE + at, length,
                               draw(run, 2) ? CBX_MAINTENANCE_CLEAN
                                            : CBX_MAINTENANCE_CLEAN_INVALIDATE,
                               nowhere);
            for (unsigned j = 0; j < length; j++) {
                run->value[at + j] = draw(run, 256);
            }
            cbx_lines_device_write(lines, BED_BASE + at, run->value + at,
                                   length, false);
            cbx_lines_maintain(lines, BED_BASE + at, length,
                               CBX_MAINTENANCE_INVALIDATE, nowhere);
            cbx_lines_cpu_use(lines, BED_BASE + at, length);
            g_assert_cmpmem(ram, length, run->value + at, length);
        }
        g_assert_cmpuint(cbx_lines_pages(lines), <=, 2);
    }
    g_assert_cmpuint(cbx_lines_counts(lines)->evicted_pages, >, 0);
    g_assert_cmpuint(run->bed->records->len, ==, 0);
    run_free(run);
}

void coherence_random_tests(void)
{
    static const char *const names[] = {
        "late", "write-back", "refill", "write-back-refill", "discard",
        "write-back-discard", "refill-discard", "all",
    };

    g_test_add_data_func("/coherence/random/against-cache/late",
                         GUINT_TO_POINTER(0), test_against_cache);
    g_test_add_data_func("/coherence/random/against-cache/discard",
                         GUINT_TO_POINTER(CBX_POLICY_INVALIDATE_DISCARDS),
                         test_against_cache);
    g_test_add_func("/coherence/random/audit", test_audit);
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(names); i++) {
        g_autofree char *legal = g_strdup_printf(
            "/coherence/random/legal/%s", names[i & 7]);
        g_autofree char *driver = g_strdup_printf(
            "/coherence/random/correct-driver/%s%s", names[i & 7],
            i & 8 ? "-audit" : "");

        if (i < G_N_ELEMENTS(names)) {
            g_test_add_data_func(legal, GUINT_TO_POINTER(i),
                                 test_policy_is_legal);
        }
        g_test_add_data_func(driver, GUINT_TO_POINTER(i),
                             test_correct_driver);
    }
}
