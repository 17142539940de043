/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which memory type each call has to give, by what the device is. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "core/suite.h"
#include "soft_engine.h"
#include "softdev.h"

enum { LENGTH = 4096 };

/* What memory is for a call. */
typedef enum Rule { CACHED, UNCACHED } Rule;

typedef struct Contract {
    uint32_t api;
    uint32_t cache;         /* CBX_CACHE_*, asked for */
    Rule coherent;          /* x64, and Arm if DMA snoops */
    Rule non_coherent;      /* Arm if it does not */
} Contract;

#define ANY(id, coherent) \
    { CBX_API_##id, CBX_CACHE_CACHED, CACHED, UNCACHED }, \
    { CBX_API_##id, CBX_CACHE_NONCACHED, coherent, UNCACHED }

static const Contract contracts[] = {
    ANY(ALLOCATE_COMMON_BUFFER, CACHED),
    ANY(HAL_ALLOCATE_COMMON_BUFFER, CACHED),
    ANY(NDIS_M_ALLOCATE_SHARED, CACHED),
    ANY(NDIS_M_ALLOCATE_SHARED_ASYNC, CACHED),
    ANY(VIDEOPORT_ALLOCATE, CACHED),
    ANY(VIDEOPORT_GET, CACHED),
    ANY(ALLOCATE_COMMON_BUFFER_EX, UNCACHED),
    ANY(ALLOCATE_COMMON_BUFFER_VECTOR, UNCACHED),
    ANY(ALLOCATE_DOMAIN_COMMON_BUFFER, UNCACHED),
    { CBX_API_ALLOCATE_DOMAIN_COMMON_BUFFER, CBX_CACHE_DEFAULT, CACHED,
      UNCACHED },
    { CBX_API_WDF_COMMON_BUFFER_CREATE, CBX_CACHE_CACHED, CACHED, UNCACHED },
    { CBX_API_NDIS_ALLOCATE_SHARED, CBX_CACHE_DEFAULT, CACHED, UNCACHED },
    { CBX_API_ALLOCATE_WITH_BOUNDS, CBX_CACHE_DEFAULT, CACHED, UNCACHED },
    { CBX_API_ALLOCATE_WITH_BOUNDS, CBX_CACHE_CACHED, CACHED, CACHED },
    { CBX_API_ALLOCATE_WITH_BOUNDS, CBX_CACHE_NONCACHED, UNCACHED, UNCACHED },
    { CBX_API_CREATE_COMMON_BUFFER_FROM_MDL, CBX_CACHE_CACHED, CACHED,
      CACHED },
};

/* Types there are; which rule each of them keeps. */
static const struct {
    uint32_t type;
    bool arm, cached, uncached;
} types[] = {
    { CBX_MEMTYPE_WB, false, true, false },
    { CBX_MEMTYPE_UC, false, false, true },
    { CBX_MEMTYPE_UC_MINUS, false, false, true },
    { CBX_MEMTYPE_WC, false, false, true },
    { CBX_MEMTYPE_WT, false, false, false },
    { CBX_MEMTYPE_WP, false, false, false },
    { CBX_MEMTYPE_NORMAL_WB, true, true, false },
    { CBX_MEMTYPE_NORMAL_WT, true, false, false },
    { CBX_MEMTYPE_NORMAL_NC, true, false, false },
    { CBX_MEMTYPE_DEVICE_NGNRNE, true, false, true },
    { CBX_MEMTYPE_DEVICE_NGNRE, true, false, true },
    { CBX_MEMTYPE_DEVICE_NGRE, true, false, true },
    { CBX_MEMTYPE_DEVICE_GRE, true, false, true },
};

/* The verdict of the check, and what it says. */
static const char *judge(uint32_t api, uint32_t cache, bool non_coherent,
                         uint32_t type, char **seen)
{
    SoftDev *soft = softdev_new(true);
    uint64_t features = soft_reg64(soft, CBX_REG_FEATURES);
    const char *verdict = NULL;
    GHashTable *record;
    CbxReport report;
    CbxBuffer buffer;
    CbxSuite suite;
    CbxDevice dev;

    if (non_coherent) {
        soft_set_reg64(soft, CBX_REG_FEATURES,
                       features | CBX_FEATURE_NON_COHERENT);
    }
    soft->faults.type = type;
    cbx_device_identify(&dev, &soft->world);
    cbx_report_start(&report, &soft->world, "test.sys", "unit test");
    cbx_suite_init(&suite, &dev, &report);
    softdev_allocate(soft, &buffer, LENGTH, 0);
    buffer.api = api;
    buffer.cache = cache;
    cbx_suite_allocated(&suite, &buffer);
    cbx_suite_verify(&suite, &buffer);
    softdev_release(soft, &buffer);
    cbx_suite_freed(&suite, &buffer);
    for (unsigned n = 0; (record = softdev_record(soft, "result", n)); n++) {
        if (strcmp(g_hash_table_lookup(record, "check"), "memory-type") == 0) {
            g_assert_null(verdict);
            verdict = g_intern_string(g_hash_table_lookup(record, "verdict"));
            *seen = g_strdup(g_hash_table_lookup(record, "seen"));
        }
    }
    softdev_free(soft);
    return verdict;
}

static void each_type_is_judged(const Contract *contract, bool arm,
                                bool non_coherent)
{
    Rule rule = arm && non_coherent ? contract->non_coherent
                                    : contract->coherent;

    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        bool good = rule == CACHED ? types[i].cached : types[i].uncached;
        g_autofree char *seen = NULL;
        const char *verdict;

        if (types[i].arm != arm) {
            continue;
        }
        verdict = judge(contract->api, contract->cache, non_coherent,
                        types[i].type, &seen);
        g_test_message("call %u, cache %u, %s, %s: %s", contract->api,
                       contract->cache, non_coherent ? "does not snoop"
                                                     : "snoops",
                       seen, verdict);
        g_assert_cmpstr(verdict, ==, good ? "pass" : "fail");
    }
}

static void coherent_on_x64(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(contracts); i++) {
        each_type_is_judged(&contracts[i], false, false);
    }
}

/* Nothing tells Windows on x64 that a device does not snoop. */
static void non_coherent_on_x64(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(contracts); i++) {
        each_type_is_judged(&contracts[i], false, true);
    }
}

static void coherent_on_arm(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(contracts); i++) {
        each_type_is_judged(&contracts[i], true, false);
    }
}

static void non_coherent_on_arm(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(contracts); i++) {
        each_type_is_judged(&contracts[i], true, true);
    }
}

static void write_combining_on_arm_is_normal_memory(void)
{
    g_autofree char *wanted = NULL, *other = NULL;

    g_assert_cmpstr(judge(CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR,
                          CBX_CACHE_WRITECOMBINED, false,
                          CBX_MEMTYPE_NORMAL_NC, &wanted), ==, "pass");
    g_assert_cmpstr(judge(CBX_API_ALLOCATE_COMMON_BUFFER_VECTOR,
                          CBX_CACHE_WRITECOMBINED, false,
                          CBX_MEMTYPE_NORMAL_WB, &other), ==, "fail");
}

static void the_reason_is_given(void)
{
    g_autofree char *platform = NULL, *asked = NULL;

    judge(CBX_API_ALLOCATE_COMMON_BUFFER, CBX_CACHE_CACHED, true,
          CBX_MEMTYPE_NORMAL_WB, &platform);
    g_assert_cmpstr(platform, ==, "Normal-WB, uncached wanted, for the device "
                                  "does not snoop");
    judge(CBX_API_ALLOCATE_WITH_BOUNDS, CBX_CACHE_CACHED, true,
          CBX_MEMTYPE_DEVICE_NGNRNE, &asked);
    g_assert_cmpstr(asked, ==, "Device-nGnRnE, cached wanted");
}

/* Nothing would ever complete; without a queue the rest is tested. */
static void no_queue_in_stale_rings(void)
{
    SoftDev *soft = softdev_new(true);
    CbxReport report;
    CbxBuffer rings;
    CbxSuite suite;
    CbxDevice dev;

    soft_set_reg64(soft, CBX_REG_FEATURES,
                   soft_reg64(soft, CBX_REG_FEATURES) |
                   CBX_FEATURE_NON_COHERENT);
    soft->faults.type = CBX_MEMTYPE_NORMAL_WB;
    cbx_device_identify(&dev, &soft->world);
    cbx_report_start(&report, &soft->world, "test.sys", "unit test");
    cbx_suite_init(&suite, &dev, &report);
    softdev_allocate(soft, &rings, cbx_queue_bytes(8), 0);
    cbx_suite_allocated(&suite, &rings);
    cbx_suite_start_queue(&suite, &rings, 0, 8, 10);
    g_assert_false(suite.queue_up);
    g_assert_false(suite.broken);
    g_assert_cmpstr(suite.no_queue, ==, "the rings are cached and the device "
                                        "does not snoop");
    softdev_release(soft, &rings);
    cbx_suite_freed(&suite, &rings);
    softdev_free(soft);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/memory-type/" #name, name)
    TEST(coherent_on_x64);
    TEST(non_coherent_on_x64);
    TEST(coherent_on_arm);
    TEST(non_coherent_on_arm);
    TEST(write_combining_on_arm_is_normal_memory);
    TEST(the_reason_is_given);
    TEST(no_queue_in_stale_rings);
    return g_test_run();
}
