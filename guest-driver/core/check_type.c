/* SPDX-License-Identifier: MIT */
/* How the CPU maps a buffer: the oracle's walk of the page tables. */
#include "cbx/abi.h"
#include "core/caches.h"
#include "core/check.h"

static const char *type_name(uint32_t type)
{
#define NAME(n, id, name) name,
    static const char *const names[] = { CBX_MEMTYPE_LIST(NAME) };
#undef NAME

    return type < CBX_MEMTYPES ? names[type] : "undefined";
}

static bool is_arm(uint32_t type)
{
    return type >= CBX_MEMTYPE_NORMAL_NC && type <= CBX_MEMTYPE_DEVICE_GRE;
}

static bool is_arm_device(uint32_t type)
{
    return type >= CBX_MEMTYPE_DEVICE_NGNRNE &&
           type <= CBX_MEMTYPE_DEVICE_GRE;
}

/*
 * AllocateCommonBuffer gives what the platform gives, on x64 cached memory,
 * whatever was asked for; the others are the same routine by other ways, or
 * documented alike.
 */
static bool ignores_cache(uint32_t api)
{
    return api == CBX_API_ALLOCATE_COMMON_BUFFER ||
           api == CBX_API_HAL_ALLOCATE_COMMON_BUFFER ||
           api == CBX_API_VIDEOPORT_ALLOCATE || api == CBX_API_VIDEOPORT_GET ||
           api == CBX_API_NDIS_M_ALLOCATE_SHARED ||
           api == CBX_API_NDIS_M_ALLOCATE_SHARED_ASYNC;
}

static bool asks_uncached(const CbxBuffer *b)
{
    return !ignores_cache(b->api) && (b->cache == CBX_CACHE_NONCACHED ||
                                      b->cache == CBX_CACHE_WRITECOMBINED);
}

/*
 * Memory that is not cached is Device memory on Arm. Of x64 documentation does
 * not say what it is: of the types that keep nothing in a cache, any will do.
 */
static bool is_uncached(const CbxBuffer *b, uint32_t type)
{
    if (is_arm(type)) {
        return is_arm_device(type) || (type == CBX_MEMTYPE_NORMAL_NC &&
                                       b->cache == CBX_CACHE_WRITECOMBINED);
    }
    return type == CBX_MEMTYPE_UC || type == CBX_MEMTYPE_UC_MINUS ||
           type == CBX_MEMTYPE_WC;
}

static bool is_cached(uint32_t type)
{
    return type == CBX_MEMTYPE_WB || type == CBX_MEMTYPE_NORMAL_WB;
}

/* The driver knows what it drives; firmware should have said the same. */
static bool platform_forbids_caching(const CbxDevice *dev, const CbxBuffer *b)
{
    return is_arm(b->found.type_seen) && !cbx_caches_override(b) &&
           dev->features & CBX_FEATURE_NON_COHERENT;
}

bool cbx_buffer_is_stale(const CbxDevice *dev, const CbxBuffer *b)
{
    return platform_forbids_caching(dev, b) && is_cached(b->found.type_seen);
}

CbxVerdict cbx_check_memory_type(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint32_t type = b->found.type_seen;
    bool platform = platform_forbids_caching(c->dev, b);
    bool uncached = platform || asks_uncached(b);

    if (!b->declared) {
        return cbx_case_skip(c, "the device did not accept the buffer");
    }
    if (type == CBX_MEMTYPE_UNKNOWN) {
        return cbx_case_skip(c, "the device cannot walk the CPU's page "
                                "tables");
    }
    cbx_text_add(&c->seen, type_name(type));
    cbx_text_add(&c->seen, uncached ? ", uncached wanted" : ", cached wanted");
    if (platform) {
        cbx_text_add(&c->seen, ", for the device does not snoop");
    }
    if (type == CBX_MEMTYPE_UNMAPPED || type == CBX_MEMTYPE_MIXED) {
        return CBX_FAIL;
    }
    /* A buffer that the device does not reach fails device-access. */
    if (b->found.pages_ok == b->found.pages &&
        !(b->found.facts & CBX_FACT_SAME_PAGE)) {
        cbx_text_add(&c->seen, "; the CPU is led to other pages than the "
                               "device");
        return CBX_FAIL;
    }
    return (uncached ? is_uncached(b, type) : is_cached(type)) ? CBX_PASS
                                                               : CBX_FAIL;
}
