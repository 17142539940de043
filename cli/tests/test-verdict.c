/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts as passed, and what does not. */
#include <signal.h>
#include <string.h>

#include "stream.h"

/* With everything else in order, exactly @check of the command fails. */
static void assert_fails(const Stream *stream, const char *arguments,
                         const char *check)
{
    g_autoptr(CbxJudgement) j = judge(stream, arguments, CBX_ENDING_STOPPED,
                                      0);

    for (guint i = 0; i < j->findings->len; i++) {
        const CbxResult *r = g_ptr_array_index(j->findings, i);

        if (r->outcome == CBX_OUTCOME_FAIL) {
            g_test_message("%s: expected %s, seen %s", r->check, r->expected,
                           r->seen);
            g_assert_cmpstr(r->check, ==, check);
        }
    }
    g_assert_nonnull(finding(j, check));
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    g_assert_nonnull(j->reason);
}

static void assert_verdict(const Stream *stream, const char *arguments,
                           CbxEnding ending, int status, CbxVerdict verdict,
                           const char *reason)
{
    g_autoptr(CbxJudgement) j = judge(stream, arguments, ending, status);

    g_test_message("%s: %s", cbx_verdict_name(j->verdict), j->reason);
    g_assert_cmpint(j->verdict, ==, verdict);
    g_assert_nonnull(strstr(j->reason, reason));
}

static void a_good_run_passes(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxJudgement) j = judge(stream, "", CBX_ENDING_STOPPED, 0);

    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(j->failed, ==, 0);
    g_assert_cmpuint(j->skipped, ==, 0);
    g_assert_null(j->reason);
}

static void a_good_run_without_iommu_passes(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_device(stream, "none");
    stream_start(stream, DRIVER);
    stream_call(stream, 1, "AllocateCommonBuffer", "none", FACTS_NONE);
    stream_tail(stream);
    j = judge(stream, "--iommu none --api AllocateCommonBuffer",
              CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
}

static void a_skip_is_neither(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_head(stream);
    stream_calls(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "node", "skip",
                  NULL);
    stream_tail(stream);
    j = judge(stream, "", CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(j->skipped, ==, 1);
}

static void a_failed_check_fails(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_head(stream);
    stream_calls(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "edges", "fail",
                  NULL);
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    j = judge(stream, "", CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    g_assert_cmpuint(j->failed, ==, 1);
    g_assert_cmpstr(j->reason, ==, "1 of 19 checks failed");
}

/* ---- Nothing ran, or not all of it -------------------------------------- */

static void nothing_checked_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_tail(stream);
    assert_fails(stream, "", "coverage");
}

static void a_call_left_out_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    stream_call(stream, 2, "AllocateCommonBufferEx", "intel-iommu",
                FACTS_VTD);
    stream_tail(stream);
    assert_fails(stream, "", "coverage");
}

static void a_call_only_skipped_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "skip",
                  NULL);
    stream_tail(stream);
    assert_fails(stream, "--api AllocateCommonBuffer", "coverage");
}

static void a_call_without_a_buffer_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "pass",
                  NULL);
    stream_tail(stream);
    assert_fails(stream, "--api AllocateCommonBuffer", "coverage");
}

/* The system's choice, not the driver's: skipped, but only if nothing ran. */
static void a_call_not_offered_is_skipped(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_head(stream);
    stream_call(stream, 1, "AllocateCommonBuffer", "intel-iommu", FACTS_VTD);
    stream_result(stream, DRIVER, "AllocateCommonBufferEx", "offered", "skip",
                  NULL);
    stream_tail(stream);
    j = judge(stream, "--api AllocateCommonBuffer --api "
              "AllocateCommonBufferEx", CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(j->skipped, ==, 2);
}

static void a_call_not_offered_and_yet_made_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "offered", "skip",
                  NULL);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "skip",
                  NULL);
    stream_tail(stream);
    assert_fails(stream, "--api AllocateCommonBuffer", "coverage");
}

static void a_call_without_memory_needs_no_buffer(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_head(stream);
    stream_result(stream, DRIVER, "GetDmaAdapterInfo", "adapter-info", "pass",
                  NULL);
    stream_tail(stream);
    j = judge(stream, "--api GetDmaAdapterInfo", CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
}

static void a_call_not_asked_for_fails(void)
{
    g_autoptr(Stream) stream = stream_good();

    assert_fails(stream, "--api AllocateCommonBuffer", "coverage");
}

static void another_driver_does_not_count(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_declare(stream, 1, "AllocateCommonBuffer", "intel-iommu",
                   FACTS_VTD);
    stream_result(stream, "other.sys", "AllocateCommonBuffer", "range",
                  "pass", "1");
    stream_release(stream, 1);
    stream_tail(stream);
    assert_fails(stream, "--api AllocateCommonBuffer", "coverage");
}

/* ---- The stream --------------------------------------------------------- */

static void a_gap_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream->seq++;
    stream_tail(stream);
    assert_fails(stream, "", "stream");
}

/* Whatever record gets lost, the run does not pass. */
static void any_line_lost_fails(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_auto(GStrv) lines = g_strsplit(stream->text->str, "\n", -1);

    for (guint lost = 0; lost < stream->seq; lost++) {
        g_autoptr(Stream) rest = stream_new();
        g_autoptr(CbxJudgement) j = NULL;

        for (guint i = 0; i < stream->seq; i++) {
            if (i != lost) {
                g_string_append_printf(rest->text, "%s\n", lines[i]);
            }
        }
        j = judge(rest, "", CBX_ENDING_STOPPED, 0);
        g_test_message("without %s", lines[lost]);
        g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    }
}

/* Wherever the stream breaks off, the run does not pass. */
static void any_break_fails(void)
{
    g_autoptr(Stream) stream = stream_good();

    while (stream->text->len > 0) {
        g_autoptr(CbxJudgement) j = NULL;

        g_string_truncate(stream->text, stream->text->len - 1);
        j = judge(stream, "", CBX_ENDING_STOPPED, 0);
        g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    }
}

static void a_driver_without_start_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_device(stream, "intel-iommu");
    stream_calls(stream);
    stream_tail(stream);
    assert_fails(stream, "", "stream");
}

static void a_driver_without_end_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_end(stream, CBX_STAND_IN, "pass");
    assert_fails(stream, "", "stream");
}

static void a_driver_that_hides_a_failure_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "edges", "fail",
                  NULL);
    stream_tail(stream);
    assert_fails(stream, "", "end-verdict");
}

static void a_driver_that_fails_without_a_check_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    assert_fails(stream, "", "end-verdict");
}

/* ---- The witness -------------------------------------------------------- */

/* A run of one call whose buffer has @facts; every check of it passed. */
static Stream *one_buffer(const char *iommu, const char *facts)
{
    Stream *stream = stream_new();

    stream_device(stream, iommu);
    stream_start(stream, DRIVER);
    stream_call(stream, 1, "AllocateCommonBuffer", iommu, facts);
    stream_tail(stream);
    return stream;
}

#define ONE "--api AllocateCommonBuffer"

static void an_untranslated_buffer_fails(void)
{
    g_autoptr(Stream) stream =
        one_buffer("intel-iommu", FACTS_COMMON ",\"iommu\",\"identity\"");

    assert_fails(stream, ONE, "witness");
}

static void a_half_translated_buffer_fails(void)
{
    g_autoptr(Stream) stream =
        one_buffer("intel-iommu", FACTS_COMMON ",\"iommu\"");

    assert_fails(stream, ONE, "witness");
}

static void a_translated_buffer_without_iommu_fails(void)
{
    g_autoptr(Stream) stream =
        one_buffer("none", FACTS_COMMON ",\"translated\"");

    assert_fails(stream, ONE " --iommu none", "witness");
}

static void a_missing_iommu_fails(void)
{
    g_autoptr(Stream) stream = one_buffer("none", FACTS_NONE);
    g_autoptr(CbxJudgement) j = judge(stream, ONE, CBX_ENDING_STOPPED, 0);

    g_assert_nonnull(finding(j, "iommu-in-path"));
    g_assert_nonnull(finding(j, "witness"));
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
}

/* Each fact taken away on its own, while the driver says that all is well. */
static void a_fact_that_the_driver_denies_fails(void)
{
    static const char *const facts[] = {
        "\"range-ok\",", "\"align-ok\",", "\"width-ok\",", "\"readable\",",
        "\"writable\",", "\"ram\",",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        g_auto(GStrv) parts = g_strsplit(FACTS_VTD, facts[i], 2);
        g_autofree char *rest = g_strconcat(parts[0], parts[1], NULL);
        g_autoptr(Stream) stream = one_buffer("intel-iommu", rest);

        g_test_message("without %s", facts[i]);
        assert_fails(stream, ONE, "witness");
    }
}

/* A run of one buffer whose range check has failed. */
static Stream *range_failed(const char *facts)
{
    Stream *stream = stream_new();

    stream_head(stream);
    stream_declare(stream, 1, "AllocateCommonBuffer", "intel-iommu", facts);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "range", "fail",
                  "1");
    stream_result(stream, DRIVER, "AllocateCommonBuffer",
                  "integrity-to-device", "pass", "1");
    stream_release(stream, 1);
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    return stream;
}

static void both_seeing_the_range_broken_agree(void)
{
    g_autoptr(Stream) stream =
        range_failed("\"align-ok\",\"width-ok\",\"readable\",\"writable\","
                     "\"ram\",\"iommu\",\"translated\"");
    g_autoptr(CbxJudgement) j = judge(stream, ONE, CBX_ENDING_STOPPED, 0);

    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    g_assert_cmpuint(j->failed, ==, 1);
    g_assert_null(finding(j, "witness"));
}

static void a_range_only_the_driver_sees_broken_fails(void)
{
    g_autoptr(Stream) stream = range_failed(FACTS_VTD);
    g_autoptr(CbxJudgement) j = judge(stream, ONE, CBX_ENDING_STOPPED, 0);

    g_assert_nonnull(finding(j, "witness"));
}

static void a_buffer_not_freed_fails(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_declare(stream, 4, "AllocateCommonBuffer", "intel-iommu",
                   FACTS_VTD);
    stream_tail(stream);
    assert_fails(stream, "", "witness");
}

static void a_refused_declaration_fails(void)
{
    g_autoptr(Stream) stream = stream_good();

    memcpy(strstr(stream->text->str, "\"status\":\"ok\""),
           "\"status\":\"no\"", 13);
    assert_fails(stream, "", "witness");
}

static void a_fault_that_never_struck_fails(void)
{
    g_autoptr(Stream) stream = stream_good();

    assert_fails(stream, "--fault flip-bit", "fault-struck");
}

static void a_fault_that_struck_is_in_order(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(CbxJudgement) j = NULL;

    stream_head(stream);
    stream_record(stream, "fault", "\"name\":\"flip-bit\"");
    stream_calls(stream);
    stream_tail(stream);
    j = judge(stream, "--fault flip-bit", CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
}

/* ---- How it ended ------------------------------------------------------- */

static void a_crash_wins(void)
{
    g_autoptr(Stream) stream = stream_good();

    stream_record(stream, "crash", "\"code\":\"0x0000000A\",\"text\":\"IRQL\"");
    assert_verdict(stream, "", CBX_ENDING_EXITED, 0, CBX_VERDICT_CRASH,
                   "0x0000000A IRQL");
    assert_verdict(stream, "", CBX_ENDING_STOPPED, 0, CBX_VERDICT_CRASH,
                   "0x0000000A IRQL");
}

static void an_early_end_is_a_crash(void)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    assert_verdict(stream, "", CBX_ENDING_EXITED, 0, CBX_VERDICT_CRASH,
                   "went down");
    assert_verdict(stream, "", CBX_ENDING_EXITED, 1, CBX_VERDICT_CRASH,
                   "QEMU broke down");
}

static void an_early_end_without_a_word_is_a_crash(void)
{
    g_autoptr(Stream) stream = stream_new();

    assert_verdict(stream, "", CBX_ENDING_EXITED, 0, CBX_VERDICT_CRASH,
                   "went down");
}

static void a_qemu_that_refuses_is_an_error(void)
{
    g_autoptr(Stream) stream = stream_new();

    assert_verdict(stream, "", CBX_ENDING_EXITED, 1, CBX_VERDICT_ERROR,
                   "did not run");
}

static void a_timeout_says_how_far_it_came(void)
{
    g_autoptr(Stream) stream = stream_new();

    assert_verdict(stream, "--timeout 7", CBX_ENDING_TIMEOUT, 0,
                   CBX_VERDICT_TIMEOUT, "within 7 s: the guest had not "
                   "reported anything");
    stream_head(stream);
    assert_verdict(stream, "", CBX_ENDING_TIMEOUT, 0, CBX_VERDICT_TIMEOUT,
                   "not finished any check");
    stream_calls(stream);
    assert_verdict(stream, "", CBX_ENDING_TIMEOUT, 0, CBX_VERDICT_TIMEOUT,
                   "integrity-from-device of AllocateCommonBufferVector");
}

static void an_interrupt_is_no_verdict(void)
{
    g_autoptr(Stream) stream = stream_good();

    assert_verdict(stream, "", CBX_ENDING_INTERRUPTED, 0,
                   CBX_VERDICT_INTERRUPTED, "signal 2");
}

static void qemu_failing_at_the_end_fails(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxJudgement) j = judge(stream, "", CBX_ENDING_STOPPED, 1);

    g_assert_nonnull(finding(j, "qemu-exit"));
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
}

static void exit_codes_are_as_documented(void)
{
    CbxProcess process = { .interrupt = SIGINT };

    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_PASS, &process), ==, 0);
    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_FAIL, &process), ==, 1);
    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_ERROR, &process), ==, 3);
    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_CRASH, &process), ==, 4);
    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_TIMEOUT, &process), ==,
                    4);
    g_assert_cmpint(cbx_verdict_exit_code(CBX_VERDICT_INTERRUPTED, &process),
                    ==, 130);
}

/* ---- Several drivers ---------------------------------------------------- */

#define WDM_CALL  "AllocateCommonBuffer"
#define KMDF_CALL "WdfCommonBufferCreate"
#define BOTH      "--driver wdm,kmdf --api " WDM_CALL "," KMDF_CALL

static CbxReport *two(const Stream *wdm, const Stream *kmdf)
{
    CbxReport *report = cbx_report_new();

    stream_add(wdm, report);
    stream_add(kmdf, report);
    cbx_report_close(report);
    return report;
}

/* Nothing but @check about @driver fails. */
static void assert_second_fails(const Stream *wdm, const Stream *kmdf,
                                const char *check, const char *driver)
{
    g_autoptr(CbxReport) report = two(wdm, kmdf);
    g_autoptr(CbxJudgement) j = judge_report(report, BOTH, CBX_ENDING_STOPPED,
                                             0);
    guint failed = 0;

    for (guint i = 0; i < j->findings->len; i++) {
        const CbxResult *r = g_ptr_array_index(j->findings, i);

        if (r->outcome == CBX_OUTCOME_FAIL) {
            g_test_message("%s of %s: %s", r->check, r->api, r->seen);
            g_assert_cmpstr(r->check, ==, check);
            g_assert_cmpstr(r->port->driver, ==, driver);
            failed++;
        }
    }
    g_assert_cmpuint(failed, ==, 1);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
}

static void two_good_drivers_pass(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) kmdf = stream_of(KMDF, WDM_CALL " " KMDF_CALL);
    g_autoptr(CbxReport) report = two(wdm, kmdf);
    g_autoptr(CbxJudgement) j = judge_report(report, BOTH, CBX_ENDING_STOPPED,
                                             0);

    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(j->failed, ==, 0);
}

static void a_driver_that_is_silent_fails(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) nothing = stream_new();
    g_autoptr(CbxReport) report = NULL;
    g_autoptr(CbxJudgement) j = NULL;

    nothing->driver = KMDF;
    report = two(wdm, nothing);
    j = judge_report(report, BOTH, CBX_ENDING_STOPPED, 0);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    g_assert_cmpstr(finding(j, "stream")->port->driver, ==, KMDF);
}

/* What another driver has covered does not count. */
static void each_driver_covers_its_calls(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) none = stream_of(DRIVER, "");
    g_autoptr(Stream) kmdf = stream_of(KMDF, WDM_CALL " " KMDF_CALL);
    g_autoptr(Stream) half = stream_of(KMDF, KMDF_CALL);

    assert_second_fails(wdm, half, "coverage", KMDF);
    assert_second_fails(none, kmdf, "coverage", DRIVER);
}

static void a_driver_reports_through_its_own_device(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) kmdf = stream_of(KMDF, WDM_CALL " " KMDF_CALL);
    g_autoptr(CbxReport) report = two(kmdf, wdm);
    g_autoptr(CbxJudgement) j = judge_report(report, BOTH, CBX_ENDING_STOPPED,
                                             0);

    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
    g_assert_nonnull(finding(j, "coverage"));
}

static void each_verdict_agrees_with_its_own_checks(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) kmdf = stream_new();

    kmdf->driver = KMDF;
    stream_head(kmdf);
    stream_call(kmdf, 1, WDM_CALL, "intel-iommu", FACTS_VTD);
    stream_call(kmdf, 2, KMDF_CALL, "intel-iommu", FACTS_VTD);
    stream_end(kmdf, KMDF, "fail");
    stream_end(kmdf, CBX_STAND_IN, "pass");
    assert_second_fails(wdm, kmdf, "end-verdict", KMDF);
}

static void each_device_is_behind_the_iommu(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, WDM_CALL);
    g_autoptr(Stream) kmdf = stream_new();

    kmdf->driver = KMDF;
    stream_device(kmdf, "none");
    stream_start(kmdf, KMDF);
    stream_call(kmdf, 1, WDM_CALL, "intel-iommu", FACTS_VTD);
    stream_call(kmdf, 2, KMDF_CALL, "intel-iommu", FACTS_VTD);
    stream_tail(kmdf);
    assert_second_fails(wdm, kmdf, "iommu-in-path", KMDF);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cli/verdict/" #name, name)
    TEST(a_good_run_passes);
    TEST(a_good_run_without_iommu_passes);
    TEST(a_skip_is_neither);
    TEST(a_failed_check_fails);
    TEST(nothing_checked_fails);
    TEST(a_call_left_out_fails);
    TEST(a_call_only_skipped_fails);
    TEST(a_call_without_a_buffer_fails);
    TEST(a_call_not_offered_is_skipped);
    TEST(a_call_not_offered_and_yet_made_fails);
    TEST(a_call_without_memory_needs_no_buffer);
    TEST(a_call_not_asked_for_fails);
    TEST(another_driver_does_not_count);
    TEST(a_gap_fails);
    TEST(any_line_lost_fails);
    TEST(any_break_fails);
    TEST(a_driver_without_start_fails);
    TEST(a_driver_without_end_fails);
    TEST(a_driver_that_hides_a_failure_fails);
    TEST(a_driver_that_fails_without_a_check_fails);
    TEST(an_untranslated_buffer_fails);
    TEST(a_half_translated_buffer_fails);
    TEST(a_translated_buffer_without_iommu_fails);
    TEST(a_missing_iommu_fails);
    TEST(a_fact_that_the_driver_denies_fails);
    TEST(both_seeing_the_range_broken_agree);
    TEST(a_range_only_the_driver_sees_broken_fails);
    TEST(a_buffer_not_freed_fails);
    TEST(a_refused_declaration_fails);
    TEST(a_fault_that_never_struck_fails);
    TEST(a_fault_that_struck_is_in_order);
    TEST(a_crash_wins);
    TEST(an_early_end_is_a_crash);
    TEST(an_early_end_without_a_word_is_a_crash);
    TEST(a_qemu_that_refuses_is_an_error);
    TEST(a_timeout_says_how_far_it_came);
    TEST(an_interrupt_is_no_verdict);
    TEST(qemu_failing_at_the_end_fails);
    TEST(exit_codes_are_as_documented);
    TEST(two_good_drivers_pass);
    TEST(a_driver_that_is_silent_fails);
    TEST(each_driver_covers_its_calls);
    TEST(a_driver_reports_through_its_own_device);
    TEST(each_verdict_agrees_with_its_own_checks);
    TEST(each_device_is_behind_the_iommu);
    return g_test_run();
}
