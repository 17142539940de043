/* SPDX-License-Identifier: MIT */
/* How the CPU maps a buffer: the oracle's walk of the page tables. */
#include "cbx/abi.h"
#include "core/check.h"

static const char *type_name(uint32_t type)
{
#define NAME(n, id, name) name,
    static const char *const names[] = { CBX_MEMTYPE_LIST(NAME) };
#undef NAME

    return type < CBX_MEMTYPES ? names[type] : "undefined";
}

static bool is_x86(uint32_t type)
{
    return type >= CBX_MEMTYPE_UC && type <= CBX_MEMTYPE_WB;
}

/*
 * On x64, AllocateCommonBuffer gives cached memory whatever was asked for;
 * the others are the same routine by other ways, or documented alike.
 */
static bool ignores_cache(uint32_t api)
{
    return api == CBX_API_ALLOCATE_COMMON_BUFFER ||
           api == CBX_API_HAL_ALLOCATE_COMMON_BUFFER ||
           api == CBX_API_VIDEOPORT_ALLOCATE || api == CBX_API_VIDEOPORT_GET ||
           api == CBX_API_NDIS_M_ALLOCATE_SHARED ||
           api == CBX_API_NDIS_M_ALLOCATE_SHARED_ASYNC;
}

static bool wants_uncached(const CbxBuffer *b)
{
    return !ignores_cache(b->api) && (b->cache == CBX_CACHE_NONCACHED ||
                                      b->cache == CBX_CACHE_WRITECOMBINED);
}

/*
 * Which type memory that is not cached has is not documented: of those that
 * keep nothing in a cache, any will do.
 */
static bool is_expected(const CbxBuffer *b, uint32_t type)
{
    if (!wants_uncached(b)) {
        return type == CBX_MEMTYPE_WB;
    }
    return type == CBX_MEMTYPE_UC || type == CBX_MEMTYPE_UC_MINUS ||
           type == CBX_MEMTYPE_WC;
}

CbxVerdict cbx_check_memory_type(CbxCase *c)
{
    const CbxBuffer *b = c->buffer;
    uint32_t type = b->found.type_seen;

    if (!b->declared) {
        return cbx_case_skip(c, "the device did not accept the buffer");
    }
    if (type == CBX_MEMTYPE_UNKNOWN) {
        return cbx_case_skip(c, "the device cannot walk the CPU's page "
                                "tables");
    }
    cbx_text_add(&c->seen, type_name(type));
    cbx_text_add(&c->seen, wants_uncached(b) ? ", uncached wanted"
                                             : ", cached wanted");
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
    if (!is_x86(type)) {
        cbx_text_add(&c->seen, "; on Arm _CCA decides, which the driver does "
                               "not know");
        return CBX_SKIP;
    }
    return is_expected(b, type) ? CBX_PASS : CBX_FAIL;
}
