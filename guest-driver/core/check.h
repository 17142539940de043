/* SPDX-License-Identifier: MIT */
/* Inside the core: a check and what it works on. */
#ifndef CBX_CORE_CHECK_H
#define CBX_CORE_CHECK_H

#include "core/suite.h"

typedef struct CbxCase {
    CbxSuite *suite;
    CbxDevice *dev;
    CbxBuffer *buffer;
    CbxText seen;       /* the check says here what it saw, or why it skips */
} CbxCase;

/* One check: verdict, and c->seen. */
#define CBX_CHECK_DECLARED(symbol, id, expected, source) \
    CbxVerdict cbx_check_##symbol(CbxCase *c);
#define CBX_CHECK_BUFFER(symbol, id, expected, source) \
    CbxVerdict cbx_check_##symbol(CbxCase *c);
#define CBX_CHECK_SOME(symbol, id, expected, source) \
    CbxVerdict cbx_check_##symbol(CbxCase *c); \
    bool cbx_applies_##symbol(const CbxSuite *suite, const CbxBuffer *buffer);
#define CBX_CHECK_FREED(symbol, id, expected, source) \
    CbxVerdict cbx_check_##symbol(CbxCase *c);
#include "core/checks.def"

/* Sets the reason and returns CBX_SKIP. */
static inline CbxVerdict cbx_case_skip(CbxCase *c, const char *reason)
{
    cbx_text_add(&c->seen, reason);
    return CBX_SKIP;
}

/* Is the device confined by an IOMMU? If not, sets the reason. */
bool cbx_case_is_confined(CbxCase *c);

/*
 * Is the buffer cached although the device does not snoop, and nobody asked
 * for that? It is no place for what both use at once.
 */
bool cbx_buffer_is_stale(const CbxDevice *dev, const CbxBuffer *b);

/* A seed that no other pattern of this run has. */
uint64_t cbx_suite_new_seed(CbxSuite *suite);

#endif /* CBX_CORE_CHECK_H */
