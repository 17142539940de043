/* SPDX-License-Identifier: MIT */
#include "core/suite.h"

#include "cbx/abi.h"
#include "core/check.h"
#include "core/status.h"

typedef CbxVerdict CbxCheckFunction(CbxCase *c);
typedef bool CbxCheckApplies(const CbxSuite *suite, const CbxBuffer *buffer);

typedef struct CbxCheck {
    const char *id;
    const char *expected;
    const char *source;
    CbxCheckFunction *live;     /* made while the buffer is allocated */
    CbxCheckFunction *freed;    /* made after it was freed */
    CbxCheckApplies *applies;   /* NULL: always */
} CbxCheck;

static const CbxCheck checks[CBX_CHECKS] = {
#define CBX_CHECK_CALL(symbol, id, expected, source) \
    [CBX_CHECK_##symbol] = { id, expected, source, 0, 0, 0 },
#define CBX_CHECK_DECLARED(symbol, id, expected, source) \
    [CBX_CHECK_##symbol] = { id, expected, source, 0, 0, 0 },
#define CBX_CHECK_BUFFER(symbol, id, expected, source) \
    [CBX_CHECK_##symbol] = { id, expected, source, cbx_check_##symbol, 0, 0 },
#define CBX_CHECK_SOME(symbol, id, expected, source) \
    [CBX_CHECK_##symbol] = { id, expected, source, cbx_check_##symbol, 0, \
                             cbx_applies_##symbol },
#define CBX_CHECK_FREED(symbol, id, expected, source) \
    [CBX_CHECK_##symbol] = { id, expected, source, 0, cbx_check_##symbol, 0 },
#include "core/checks.def"
};

/* The suite always works on queue 0: one operation at a time needs no more. */
enum { SUITE_QUEUE = 0 };

void cbx_suite_init(CbxSuite *suite, CbxDevice *dev, CbxReport *report)
{
    suite->dev = dev;
    suite->report = report;
    suite->live.first = 0;
    suite->rings = 0;
    suite->queue_up = false;
    suite->no_queue = "there is no queue yet";
    suite->broken = false;
    suite->ring_made = 0;
    suite->seeds = 0;
}

uint64_t cbx_suite_new_seed(CbxSuite *suite)
{
    return cbx_pattern_word(suite->dev->seed, suite->seeds++);
}

static void report_check(CbxSuite *suite, CbxCheckId check, uint32_t api,
                         const char *variant, CbxVerdict verdict,
                         const char *seen, const uint32_t *id)
{
    CbxResult result = {
        .api_number = api,
        .api = cbx_report_api_name(api),
        .variant = variant,
        .check = checks[check].id,
        .verdict = verdict,
        .expected = checks[check].expected,
        .seen = seen,
        .source = checks[check].source,
        .has_buffer = id != 0,
        .buffer = id ? *id : 0,
    };

    cbx_report_result(suite->report, &result);
}

void cbx_suite_result(CbxSuite *suite, CbxCheckId check, uint32_t api,
                      const char *variant, CbxVerdict verdict,
                      const char *seen)
{
    report_check(suite, check, api, variant, verdict, seen, 0);
}

static void make_check(CbxSuite *suite, CbxCheckId check,
                       CbxCheckFunction *function, CbxBuffer *buffer,
                       bool was_declared)
{
    CbxCase c = { .suite = suite, .dev = suite->dev, .buffer = buffer };
    CbxVerdict verdict;

    cbx_text_init(&c.seen, suite->seen, sizeof(suite->seen));
    verdict = function(&c);
    if (suite->queue_up && suite->queue.broken) {
        suite->broken = true;
    }
    report_check(suite, check, buffer->api, buffer->variant, verdict,
                 suite->seen,
                 was_declared || buffer->declared ? &buffer->id : 0);
}

void cbx_suite_allocated(CbxSuite *suite, CbxBuffer *buffer)
{
    buffer->declared = false;
    buffer->found = (CbxFindings) { 0 };
    cbx_live_add(&suite->live, buffer);
    if (!suite->broken) {
        make_check(suite, CBX_CHECK_declaration, cbx_check_declaration,
                   buffer, false);
    }
}

bool cbx_suite_verify(CbxSuite *suite, CbxBuffer *buffer)
{
    for (unsigned i = 0; i < CBX_CHECKS && !suite->broken; i++) {
        if (checks[i].live && (!checks[i].applies ||
                               checks[i].applies(suite, buffer))) {
            make_check(suite, i, checks[i].live, buffer, false);
        }
    }
    return !suite->broken;
}

bool cbx_suite_freed(CbxSuite *suite, CbxBuffer *buffer)
{
    bool declared = buffer->declared;

    cbx_live_remove(&suite->live, buffer);
    if (declared) {
        cbx_device_release(suite->dev, buffer);
    }
    for (unsigned i = 0; i < CBX_CHECKS && !suite->broken; i++) {
        if (checks[i].freed) {
            make_check(suite, i, checks[i].freed, buffer, declared);
        }
    }
    return !suite->broken;
}

void cbx_suite_start_queue(CbxSuite *suite, const CbxBuffer *rings,
                           uint32_t vector, uint32_t entries,
                           uint32_t timeout_ms)
{
    const CbxDescriptor nop = { .op = CBX_OP_NOP };
    const uint32_t access = CBX_FACT_READABLE | CBX_FACT_WRITABLE;
    CbxVerdict verdict = CBX_FAIL;
    const char *seen;
    uint32_t status;

    suite->rings = rings;
    if (!suite->dev->world->has_interrupt) {
        seen = "the system assigned no message interrupt";
        verdict = CBX_SKIP;
        goto report;
    }
    if ((rings->found.facts & access) != access) {
        seen = "the device may not access the rings";
        goto report;
    }
    if (cbx_buffer_is_stale(suite->dev, rings)) {
        seen = "the rings are cached and the device does not snoop";
        goto report;
    }
    status = cbx_queue_start(&suite->queue, suite->dev, SUITE_QUEUE, vector,
                             rings, entries, timeout_ms);
    if (status == CBX_STATUS_OK) {
        suite->queue_up = true;
        status = cbx_queue_run(&suite->queue, &nop, 0);
        suite->broken = suite->queue.broken;
    }
    seen = cbx_status_text(status);
    if (status == CBX_STATUS_OK) {
        verdict = CBX_PASS;
    }

report:
    if (!suite->queue_up) {
        suite->no_queue = seen;
    }
    report_check(suite, CBX_CHECK_completion_interrupt, rings->api,
                 rings->variant, verdict, seen, &rings->id);
}

void cbx_suite_stop_queue(CbxSuite *suite)
{
    if (suite->queue_up) {
        cbx_queue_stop(&suite->queue);
        suite->queue_up = false;
        suite->no_queue = "the queue was stopped";
    }
}
