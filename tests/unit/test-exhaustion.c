/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check exhaustion, with a source of buffers that can be wrong. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/exhaustion.h"
#include "softdev.h"

enum { COUNT = 8, LENGTH = 8192 };

typedef struct Supply {
    SoftDev *soft;
    CbxDevice dev;
    CbxReport report;
    CbxSuite suite;
    CbxBuffer buffers[COUNT];
    unsigned capacity;          /* buffers that there are */
    unsigned live;
    bool refused;               /* some time */
    bool never_again;           /* after a refusal there is nothing */
    bool leaks;                 /* what is freed is lost */
    bool same_twice;            /* the second is the first */
    bool beyond_limit;          /* the last lies above its limit */
    bool no_mapping;            /* the first is out of the device's reach */
} Supply;

static CbxBuffer *supply(void *context, unsigned n)
{
    Supply *s = context;
    CbxBuffer *b = &s->buffers[n];

    if (s->live == s->capacity || (s->refused && s->never_again)) {
        s->refused = true;
        return NULL;
    }
    softdev_allocate(s->soft, b, LENGTH, 0);
    if (n == 1 && s->same_twice) {
        b->va = s->buffers[0].va;
        b->logical = s->buffers[0].logical;
    }
    if (n == s->capacity - 1 && s->beyond_limit) {
        b->max = b->logical + LENGTH - 2;
    }
    if (n == 0 && s->no_mapping) {
        b->logical += UINT64_C(1) << 40;
    }
    s->live++;
    return b;
}

static void take_back(void *context, unsigned n)
{
    Supply *s = context;

    softdev_release(s->soft, &s->buffers[n]);
    s->live -= !s->leaks;
}

/* Makes the check; what became of it. */
static char *exhaust(Supply *s)
{
    const CbxSource source = {
        .api = CBX_API_ALLOCATE_COMMON_BUFFER_EX,
        .variant = "test",
        .count = COUNT,
        .context = s,
        .allocate = supply,
        .free = take_back,
    };
    GHashTable *record;
    char *verdict;

    s->soft = softdev_new(true);
    g_assert_cmpuint(cbx_device_identify(&s->dev, &s->soft->world), ==, 0);
    cbx_report_start(&s->report, &s->soft->world, "test.sys", "unit test");
    cbx_suite_init(&s->suite, &s->dev, &s->report);
    cbx_suite_exhaust(&s->suite, &source);

    g_assert_null(s->suite.live.first);
    g_assert_cmpuint(s->soft->live->len, ==, 0);
    g_assert_null(softdev_record(s->soft, "result", 1));
    record = softdev_record(s->soft, "result", 0);
    g_assert_cmpstr(g_hash_table_lookup(record, "check"), ==, "exhaustion");
    g_test_message("%s", (char *)g_hash_table_lookup(record, "seen"));
    verdict = g_strdup(g_hash_table_lookup(record, "verdict"));
    softdev_free(s->soft);
    return verdict;
}

static void ends(Supply supply_, const char *expected)
{
    g_autofree char *verdict = exhaust(&supply_);

    g_assert_cmpstr(verdict, ==, expected);
}

static void good_source_passes(void)
{
    ends((Supply) { .capacity = 5 }, "pass");
    ends((Supply) { .capacity = 1 }, "pass");
    ends((Supply) { .capacity = COUNT - 1 }, "pass");
}

static void no_end_shows_nothing(void)
{
    ends((Supply) { .capacity = COUNT + 1 }, "skip");
}

static void no_memory_shows_nothing(void)
{
    ends((Supply) { .capacity = 0 }, "skip");
}

static void refusal_for_ever_is_noticed(void)
{
    ends((Supply) { .capacity = 5, .never_again = true }, "fail");
}

static void leak_is_noticed(void)
{
    ends((Supply) { .capacity = 5, .leaks = true }, "fail");
}

static void same_memory_is_noticed(void)
{
    ends((Supply) { .capacity = 5, .same_twice = true }, "fail");
}

static void broken_limit_is_noticed(void)
{
    ends((Supply) { .capacity = 5, .beyond_limit = true }, "fail");
}

static void unmapped_memory_is_noticed(void)
{
    ends((Supply) { .capacity = 5, .no_mapping = true }, "fail");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/exhaustion/" #name, name)
    TEST(good_source_passes);
    TEST(no_end_shows_nothing);
    TEST(no_memory_shows_nothing);
    TEST(refusal_for_ever_is_noticed);
    TEST(leak_is_noticed);
    TEST(same_memory_is_noticed);
    TEST(broken_limit_is_noticed);
    TEST(unmapped_memory_is_noticed);
    return g_test_run();
}
