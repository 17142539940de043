/* SPDX-License-Identifier: MIT */
#include "core/exhaustion.h"

#include "cbx/abi.h"
#include "core/caches.h"
#include "core/pattern.h"
#include "core/status.h"

/* Bytes at each end that the device is to see. */
enum { END = 64 };

typedef struct Exhaustion {
    CbxSuite *suite;
    const CbxSource *source;
    CbxText seen;
    unsigned given;
    CbxVerdict verdict;
} Exhaustion;

static void fail(Exhaustion *x, const CbxBuffer *b, const char *what)
{
    if (x->verdict != CBX_PASS) {
        return;
    }
    x->verdict = CBX_FAIL;
    cbx_text_add(&x->seen, "; the one at ");
    cbx_text_hex(&x->seen, b->logical);
    cbx_text_add(&x->seen, " ");
    cbx_text_add(&x->seen, what);
}

/* Each buffer has a pattern of its own, after its logical address. */
static void mark(const CbxDevice *dev, const CbxBuffer *b)
{
    cbx_pattern_fill(b->va, END, b->logical, 0, CBX_PATTERN_PLAIN);
    cbx_pattern_fill(b->va + b->length - END, END, b->logical, END,
                     CBX_PATTERN_PLAIN);
    cbx_caches_before_read(dev, b, 0, END);
    cbx_caches_before_read(dev, b, b->length - END, END);
}

static bool is_seen(CbxSuite *suite, const CbxBuffer *b, uint64_t offset,
                    uint64_t position)
{
    return cbx_device_dma_in(suite->dev, b->logical + offset, END, 0) ==
           CBX_STATUS_OK &&
           cbx_pattern_compare(suite->dev->world->mem, END, b->logical,
                               position, CBX_PATTERN_PLAIN) ==
           CBX_PATTERN_SAME;
}

static void judge(Exhaustion *x, const CbxBuffer *b)
{
    if (cbx_live_overlap(&x->suite->live, b)) {
        fail(x, b, "overlaps another buffer");
    }
    if (b->logical < b->min || b->logical + b->length - 1 > b->max) {
        fail(x, b, "is beyond its limits");
    }
    if (!is_seen(x->suite, b, 0, 0) ||
        !is_seen(x->suite, b, b->length - END, END)) {
        fail(x, b, "is not what the device sees");
    }
}

static void take(Exhaustion *x)
{
    const CbxSource *source = x->source;
    CbxBuffer *first = x->suite->live.first;
    CbxBuffer *b;

    while (x->given < source->count &&
           (b = source->allocate(source->context, x->given)) != 0) {
        cbx_live_add(&x->suite->live, b);
        mark(x->suite->dev, b);
        x->given++;
    }
    for (b = x->suite->live.first; b != first; b = b->next) {
        judge(x, b);
    }
}

static void give_back(Exhaustion *x)
{
    for (unsigned n = x->given; n-- > 0;) {
        /* The newest is the first of the list. */
        cbx_live_remove(&x->suite->live, x->suite->live.first);
        x->source->free(x->source->context, n);
    }
}

static void ask_again(Exhaustion *x)
{
    const CbxSource *source = x->source;

    if (source->allocate(source->context, 0)) {
        source->free(source->context, 0);
        cbx_text_add(&x->seen, ", and again after they were freed");
    } else if (x->verdict == CBX_PASS) {
        x->verdict = CBX_FAIL;
        cbx_text_add(&x->seen, "; none after they were freed");
    }
}

void cbx_suite_exhaust(CbxSuite *suite, const CbxSource *source)
{
    Exhaustion x = {
        .suite = suite, .source = source, .verdict = CBX_PASS,
    };

    cbx_text_init(&x.seen, suite->seen, sizeof(suite->seen));
    if (suite->dev->mem_length < END) {
        cbx_suite_result(suite, CBX_CHECK_exhaustion, source->api,
                         source->variant, CBX_SKIP,
                         "device memory is not mapped");
        return;
    }
    take(&x);
    cbx_text_dec(&x.seen, x.given);
    cbx_text_add(&x.seen, " buffers given");
    give_back(&x);
    if (x.verdict == CBX_PASS && (!x.given || x.given == source->count)) {
        x.verdict = CBX_SKIP;
        cbx_text_add(&x.seen, x.given ? ", and no end of it"
                                      : ": no memory within the limits");
    } else {
        ask_again(&x);
    }
    cbx_suite_result(suite, CBX_CHECK_exhaustion, source->api,
                     source->variant, x.verdict, suite->seen);
}
