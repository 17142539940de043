/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

#include <signal.h>
#include <string.h>

#include "cbx/abi.h"
#include "coherence.h"
#include "witness.h"

static const struct {
    const char *name;
    int exit_code;
} verdicts[] = {
    [CBX_VERDICT_PASS]        = { "pass",        0 },
    [CBX_VERDICT_FAIL]        = { "fail",        1 },
    [CBX_VERDICT_CRASH]       = { "crash",       4 },
    [CBX_VERDICT_TIMEOUT]     = { "timeout",     4 },
    [CBX_VERDICT_ERROR]       = { "error",       3 },
    [CBX_VERDICT_INTERRUPTED] = { "interrupted", 128 },
};

const char *cbx_verdict_name(CbxVerdict verdict)
{
    return verdicts[verdict].name;
}

int cbx_verdict_exit_code(CbxVerdict verdict, const CbxProcess *process)
{
    int code = verdicts[verdict].exit_code;

    /* As shells have it: 128 and the number of the signal. */
    return verdict == CBX_VERDICT_INTERRUPTED ? code + process->interrupt
                                              : code;
}

/* Adds a check about what is at @port; NULL: about the run as a whole. */
static void find(CbxJudgement *j, const CbxPort *port, const char *api,
                 const char *check, gboolean good, const char *expected,
                 const char *seen)
{
    CbxResult *r = cbx_result_new(CBX_JUDGE, api, "", check,
                                  good ? CBX_OUTCOME_PASS : CBX_OUTCOME_FAIL,
                                  expected, seen, "project's own");

    r->port = port;
    g_ptr_array_add(j->findings, r);
}

/* NULL for @port, @driver or @api: any. */
static guint count(const GPtrArray *results, const CbxPort *port,
                   const char *driver, const char *api, CbxOutcome outcome)
{
    guint n = 0;

    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        n += r->outcome == outcome && (!port || r->port == port) &&
             (!driver || strcmp(r->driver, driver) == 0) &&
             (!api || strcmp(r->api, api) == 0);
    }
    return n;
}

/* ---- The stream --------------------------------------------------------- */

static void judge_session(CbxJudgement *j, const CbxPort *port,
                          const char *driver, gboolean must_start)
{
    const CbxSession *s = cbx_report_session(port, driver);
    g_autofree char *expected = g_strdup_printf("%s starts and ends", driver);
    guint failed;
    gboolean said_fail;

    if (!s || !s->verdict || (must_start && !s->started)) {
        find(j, port, "", "stream", FALSE, expected,
             !s ? "no word from it" : s->verdict ? "no start" : "no end");
        return;
    }
    failed = count(port->report->results, port, driver, NULL,
                   CBX_OUTCOME_FAIL);
    said_fail = strcmp(s->verdict, "pass") != 0;
    if (said_fail != (failed > 0)) {
        g_autofree char *seen =
            g_strdup_printf("%s ended with \"%s\" and %u of its checks failed",
                            driver, s->verdict, failed);

        find(j, port, "", "end-verdict", FALSE,
             "a driver's verdict agrees with its checks", seen);
    }
}

/* A driver of the user's need not report, but if it starts it has to end. */
static void judge_sessions(CbxJudgement *j, const CbxOptions *options,
                           const CbxPort *port)
{
    if (!options->brought) {
        judge_session(j, port, port->driver, TRUE);
        return;
    }
    for (guint i = 0; i < port->sessions->len; i++) {
        const CbxSession *s = g_ptr_array_index(port->sessions, i);

        if (strcmp(s->driver, CBX_STAND_IN) != 0) {
            judge_session(j, port, s->driver, TRUE);
        }
    }
}

static void judge_stream(CbxJudgement *j, const CbxOptions *options,
                         const CbxPort *port)
{
    guint before = j->findings->len;

    for (guint i = 0; i < port->defects->len; i++) {
        find(j, port, "", "stream", FALSE, "a report without defects",
             g_ptr_array_index(port->defects, i));
    }
    judge_sessions(j, options, port);
    judge_session(j, port, CBX_STAND_IN, FALSE);
    if (j->findings->len == before) {
        g_autofree char *seen =
            g_strdup_printf("%" G_GUINT64_FORMAT " records", port->records);

        find(j, port, "", "stream", TRUE, "a report without defects", seen);
    }
}

/* ---- The calls ---------------------------------------------------------- */

static guint count_buffers(const CbxPort *port, const char *api)
{
    const GPtrArray *buffers = port->report->buffers;
    guint n = 0;

    for (guint i = 0; i < buffers->len; i++) {
        const CbxBuffer *b = g_ptr_array_index(buffers, i);

        n += b->port == port && strcmp(b->api, api) == 0;
    }
    return n;
}

/* Does the driver say that the system has no such call, and none was made? */
static gboolean is_not_offered(const CbxPort *port, const char *driver,
                               const char *api)
{
    const GPtrArray *results = port->report->results;
    gboolean said = FALSE;

    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        if (r->port == port && (!driver || strcmp(r->driver, driver) == 0) &&
            strcmp(r->api, api) == 0) {
            if (strcmp(r->check, "offered") != 0 ||
                r->outcome != CBX_OUTCOME_SKIP) {
                return FALSE;
            }
            said = TRUE;
        }
    }
    return said;
}

static void find_uncovered(CbxJudgement *j, const CbxPort *port,
                           const char *api)
{
    CbxResult *r = cbx_result_new(CBX_JUDGE, api, "", "coverage",
                                  CBX_OUTCOME_SKIP,
                                  "a buffer of the call, and a check that "
                                  "passed", "not offered by this system",
                                  "project's own");

    r->port = port;
    g_ptr_array_add(j->findings, r);
}

static void judge_call(CbxJudgement *j, const CbxOptions *options,
                       const CbxDriver *driver, const CbxPort *port,
                       const CbxCall *c)
{
    const GPtrArray *results = port->report->results;
    const char *by = options->brought ? NULL : driver->name;
    guint passed = count(results, port, by, c->name, CBX_OUTCOME_PASS);
    guint others = count(results, port, NULL, c->name, CBX_OUTCOME_FAIL) +
                   count(results, port, NULL, c->name, CBX_OUTCOME_SKIP);
    guint buffers = count_buffers(port, c->name);
    g_autofree char *seen = g_strdup_printf("%u buffers, %u passed", buffers,
                                            passed);

    if (cbx_options_selects(options, driver, c->number)) {
        if (buffers == 0 && is_not_offered(port, by, c->name)) {
            find_uncovered(j, port, c->name);
            return;
        }
        find(j, port, c->name, "coverage",
             (buffers > 0 || c->number >= CBX_API_ASIDE) && passed > 0,
             "a buffer of the call, and a check that passed", seen);
    } else if (passed + others > 0) {
        find(j, port, c->name, "coverage", FALSE,
             "no checks of a call that was not asked for",
             "checks of it in the report");
    }
}

/* The user's own driver runs what it likes, unless calls were asked for. */
static void judge_coverage(CbxJudgement *j, const CbxOptions *options,
                           const CbxDriver *driver, const CbxPort *port)
{
    guint passed = count(port->report->results, port, CBX_STAND_IN, NULL,
                         CBX_OUTCOME_PASS);
    g_autofree char *seen = g_strdup_printf("%u passed", passed);

    if (options->brought) {
        find(j, port, "", "coverage", passed > 0,
             "a check of the stand-in host's that passed", seen);
    }
    if (options->brought && options->calls->len == 0) {
        return;
    }
    for (const CbxCall *c = cbx_calls; c->name; c++) {
        judge_call(j, options, driver, port, c);
    }
}

/* A control that did not take place controls nothing. */
static void judge_faults(CbxJudgement *j, const CbxOptions *options,
                         const CbxReport *report)
{
    g_autofree char *seen = g_strdup_printf("%u times", report->faults_struck);

    for (guint i = 0; i < options->faults->len; i++) {
        const CbxFault *f = g_ptr_array_index(options->faults, i);

        if (f->place == CBX_FAULT_IN_DEVICE) {
            find(j, NULL, "", "fault-struck", report->faults_struck > 0,
                 "the fault asked for strikes", seen);
            return;
        }
    }
}

/* ---- The end ------------------------------------------------------------ */

static char *describe_exit(const CbxProcess *p)
{
    if (p->term_signal) {
        return g_strdup_printf("signal %d (%s)", p->term_signal,
                               g_strsignal(p->term_signal));
    }
    return g_strdup_printf("exit status %d", p->exit_status);
}

static void judge_exit(CbxJudgement *j, const CbxProcess *p)
{
    g_autofree char *seen = p->killed ? g_strdup("it had to be killed")
                                      : describe_exit(p);
    gboolean good = !p->killed &&
                    (p->exit_status == 0 || p->term_signal == SIGTERM);

    find(j, NULL, "", "qemu-exit", good, "QEMU ends in good order", seen);
}

/* The last line that QEMU itself wrote, or nothing. */
static char *last_message(const CbxProcess *p)
{
    g_auto(GStrv) lines = NULL;
    g_autofree char *text = g_utf8_make_valid(p->messages->str,
                                              (gssize)p->messages->len);

    lines = g_strsplit(g_strchomp(text), "\n", -1);
    return g_strdup(lines[0] ? lines[g_strv_length(lines) - 1] : "");
}

static void judge_early_end(CbxJudgement *j, const CbxReport *report,
                            const CbxProcess *p)
{
    g_autofree char *how = describe_exit(p);
    g_autofree char *message = last_message(p);
    const char *colon = *message ? ": " : "";

    if (report->records == 0 && p->exit_status > 0) {
        j->verdict = CBX_VERDICT_ERROR;
        j->reason = g_strdup_printf("QEMU did not run (%s)%s%s; does this "
                                    "QEMU have the device? 'make' builds one "
                                    "that has", how, colon, message);
    } else if (p->term_signal || p->exit_status != 0) {
        j->verdict = CBX_VERDICT_CRASH;
        j->reason = g_strdup_printf("QEMU broke down (%s)%s%s", how, colon,
                                    message);
    } else {
        j->verdict = CBX_VERDICT_CRASH;
        j->reason = g_strdup_printf("the guest went down before its verdict"
                                    "%s%s", colon, message);
    }
}

/* Where the run was when time ran out. */
static char *describe_progress(const CbxReport *report)
{
    const CbxResult *last;

    if (report->records == 0) {
        return g_strdup("the guest had not reported anything");
    }
    if (report->results->len == 0) {
        return g_strdup("the guest had not finished any check");
    }
    last = g_ptr_array_index(report->results, report->results->len - 1);
    return g_strdup_printf("the last check was %s of %s %s", last->check,
                           *last->api ? last->api : last->driver,
                           last->variant);
}

static void judge_timeout(CbxJudgement *j, const CbxOptions *options,
                          const CbxReport *report)
{
    g_autofree char *progress = describe_progress(report);

    j->verdict = CBX_VERDICT_TIMEOUT;
    j->reason = g_strdup_printf("no verdict within %g s: %s; a slow machine "
                                "needs a longer --timeout, --verbose shows "
                                "the console", options->timeout, progress);
}

static void judge_whole_run(CbxJudgement *j, const CbxOptions *options,
                            const CbxReport *report, const CbxProcess *p)
{
    for (guint i = 0; i < report->ports->len; i++) {
        judge_stream(j, options, cbx_report_port(report, i));
    }
    for (guint i = 0; i < report->ports->len; i++) {
        judge_coverage(j, options, g_ptr_array_index(options->drivers, i),
                       cbx_report_port(report, i));
    }
    judge_faults(j, options, report);
    cbx_witness(j->findings, options->iommu, report);
    cbx_coherence(j->findings, options, report);
    judge_exit(j, p);
}

static void remove_unselected(const CbxOptions *options, GPtrArray *results)
{
    for (guint i = results->len; i > 0; i--) {
        const CbxResult *r = g_ptr_array_index(results, i - 1);

        if (!cbx_options_judges(options, r->check)) {
            g_ptr_array_remove_index(results, i - 1);
        }
    }
}

static guint count_made(const GPtrArray *results, const char *check)
{
    guint n = 0;

    for (guint i = 0; i < results->len; i++) {
        const CbxResult *r = g_ptr_array_index(results, i);

        n += strcmp(r->check, check) == 0 && r->outcome != CBX_OUTCOME_SKIP;
    }
    return n;
}

/* Of --check: what was asked for must have been made. */
static void judge_selection(CbxJudgement *j, const CbxOptions *options,
                            const CbxReport *report)
{
    for (guint i = 0; i < options->checks->len; i++) {
        const CbxCheck *c = g_ptr_array_index(options->checks, i);
        guint made = count_made(report->results, c->name) +
                     count_made(j->findings, c->name);
        g_autofree char *expected = g_strdup_printf("%s is checked", c->name);
        g_autofree char *seen = g_strdup_printf("%u times", made);

        if (!c->always) {
            find(j, NULL, "", "coverage", made > 0, expected, seen);
        }
    }
}

static void add_up(CbxJudgement *j, const GPtrArray *results)
{
    j->passed += count(results, NULL, NULL, NULL, CBX_OUTCOME_PASS);
    j->failed += count(results, NULL, NULL, NULL, CBX_OUTCOME_FAIL);
    j->skipped += count(results, NULL, NULL, NULL, CBX_OUTCOME_SKIP);
}

CbxJudgement *cbx_judge(const CbxOptions *options, CbxReport *report,
                        const CbxProcess *p)
{
    CbxJudgement *j = g_new0(CbxJudgement, 1);

    j->findings = g_ptr_array_new_with_free_func(
        (GDestroyNotify)cbx_result_free);
    if (p->ending == CBX_ENDING_INTERRUPTED) {
        j->verdict = CBX_VERDICT_INTERRUPTED;
        j->reason = g_strdup_printf("interrupted by signal %d (%s)",
                                    p->interrupt, g_strsignal(p->interrupt));
    } else if (report->crash_code) {
        j->verdict = CBX_VERDICT_CRASH;
        j->reason = g_strdup_printf("the guest stopped itself: %s %s",
                                    report->crash_code, report->crash_text);
    } else if (p->ending == CBX_ENDING_TIMEOUT) {
        judge_timeout(j, options, report);
    } else if (p->ending == CBX_ENDING_EXITED) {
        judge_early_end(j, report, p);
    } else {
        judge_whole_run(j, options, report, p);
        judge_selection(j, options, report);
    }
    remove_unselected(options, report->results);
    remove_unselected(options, j->findings);
    add_up(j, report->results);
    add_up(j, j->findings);
    if (j->verdict == CBX_VERDICT_PASS && j->failed > 0) {
        j->verdict = CBX_VERDICT_FAIL;
        j->reason = g_strdup_printf("%u of %u checks failed", j->failed,
                                    j->passed + j->failed);
    }
    return j;
}

CbxJudgement *cbx_judge_not_run(const char *reason)
{
    CbxJudgement *j = g_new0(CbxJudgement, 1);

    j->findings = g_ptr_array_new_with_free_func(
        (GDestroyNotify)cbx_result_free);
    j->verdict = CBX_VERDICT_ERROR;
    j->reason = g_strdup(reason);
    return j;
}

void cbx_judgement_free(CbxJudgement *j)
{
    g_free(j->reason);
    g_ptr_array_unref(j->findings);
    g_free(j);
}
