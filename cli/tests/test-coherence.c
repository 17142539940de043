/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the findings of the device's model of the caches mean for a run. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "json.h"
#include "junit.h"
#include "stream.h"
#include "table.h"
#include "tap.h"

#define CALL  "AllocateCommonBuffer"
#define OTHER "AllocateCommonBufferEx"
#define BOTH  "--coherence on --api " CALL "," OTHER

/* Where the buffers of stream_declare() are: 8 KiB. */
#define GPA 0x1f42000

/* Up to the buffer of CALL, number 1, which is still there. */
static Stream *begun(const char *model, const char *facts)
{
    Stream *stream = stream_new();

    stream->coherence = model;
    stream_head(stream);
    stream_declare(stream, 1, CALL, "intel-iommu", facts);
    stream_result(stream, DRIVER, CALL, "range", "pass", "1");
    return stream;
}

/* The rest, with a good buffer of OTHER. */
static void finish(Stream *stream)
{
    stream_release(stream, 1);
    stream_call(stream, 2, OTHER, "intel-iommu", FACTS_VTD);
    stream_tail(stream);
}

static CbxJudgement *judge_both(const Stream *stream)
{
    return judge(stream, BOTH, CBX_ENDING_STOPPED, 0);
}

/* How many checks `coherence` of @api ended with @outcome. */
static guint count(const CbxJudgement *j, const char *api, CbxOutcome outcome)
{
    guint n = 0;

    for (guint i = 0; i < j->findings->len; i++) {
        const CbxResult *r = g_ptr_array_index(j->findings, i);

        if (strcmp(r->check, "coherence") == 0 && r->outcome == outcome &&
            strcmp(r->api, api) == 0) {
            g_test_message("%s: %s", api, r->seen);
            n++;
        }
    }
    return n;
}

static void assert_has(const char *text, const char *part)
{
    g_test_message("\"%s\" in \"%s\"", part, text);
    g_assert_nonnull(strstr(text, part));
}

static void without_a_model_nothing_is_said(void)
{
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(CbxJudgement) j = judge(stream, "", CBX_ENDING_STOPPED, 0);

    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_PASS), ==, 0);
    g_assert_null(finding(j, "coherence"));
}

static void each_call_without_a_finding_passes(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxJudgement) j = NULL;

    finish(stream);
    j = judge_both(stream);
    g_assert_cmpint(j->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_PASS), ==, 1);
    g_assert_cmpuint(count(j, OTHER, CBX_OUTCOME_PASS), ==, 1);
}

/* Only what is cached can be stale: a pass says how much of it there was. */
static void a_pass_says_what_was_cached(void)
{
    static const struct {
        const char *type;
        const char *seen;
    } types[] = {
        { "WB", "1 buffers, 1 of them cached" },
        { "Normal-WB", "1 buffers, 1 of them cached" },
        { "Normal-NC", "1 buffers, 0 of them cached" },
        { "Device-nGnRnE", "1 buffers, 0 of them cached" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(Stream) stream = stream_new();
        g_autoptr(CbxJudgement) j = NULL;
        guint n = 0;

        stream->coherence = "on";
        stream->memory_type = types[i].type;
        stream_head(stream);
        stream_call(stream, 1, CALL, "intel-iommu", FACTS_VTD);
        stream_tail(stream);
        j = judge(stream, "--coherence on --api " CALL, CBX_ENDING_STOPPED, 0);
        for (guint f = 0; f < j->findings->len; f++) {
            const CbxResult *r = g_ptr_array_index(j->findings, f);

            n += strcmp(r->check, "coherence") == 0 &&
                 strcmp(r->seen, types[i].seen) == 0;
        }
        g_assert_cmpuint(n, ==, 1);
    }
}

static void a_finding_fails_the_call_of_its_buffer(void)
{
    static const char *const kinds[] = {
        "stale-read", "dirty-write", "stale-use", "overwritten", "discarded",
        "unclean", "mixed", "of-a-later-device",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Stream) stream = begun("on", FACTS_VTD);
        g_autoptr(CbxJudgement) j = NULL;

        stream_finding(stream, 1, kinds[i], GPA + 64, "none");
        finish(stream);
        j = judge_both(stream);
        g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
        g_assert_cmpuint(j->failed, ==, 1);
        g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_FAIL), ==, 1);
        g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_PASS), ==, 0);
        g_assert_cmpuint(count(j, OTHER, CBX_OUTCOME_PASS), ==, 1);
        assert_has(finding(j, "coherence")->seen, kinds[i]);
        g_assert_cmpint(!finding(j, "coherence")->remedy, ==,
                        i + 1 == G_N_ELEMENTS(kinds));
    }
}

static void a_finding_is_told_in_full(void)
{
    g_autoptr(Stream) stream = begun("audit", FACTS_VTD);
    g_autoptr(CbxJudgement) j = NULL;
    const CbxResult *r;

    stream_finding(stream, 1, "stale-read", GPA + 64, "clean");
    stream_finding(stream, 1, "stale-read", GPA + 256, "clean");
    finish(stream);
    j = judge(stream, "--coherence audit --api " CALL "," OTHER,
              CBX_ENDING_STOPPED, 0);
    g_assert_cmpuint(j->failed, ==, 1);
    r = finding(j, "coherence");
    g_assert_cmpstr(r->variant, ==, "8 KiB");
    assert_has(r->seen, "stale-read of 64 bytes at 0x1f42040, in buffer 1 at "
               "logical 0xffffe000, 8192 bytes, WB; missing: clean before the "
               "transfer; last maintenance: clean at pc 0xffff800012345678; "
               "in all 128 bytes");
    assert_has(r->expected, "is cleaned before the device reads it");
    assert_has(r->remedy, "KeFlushIoBuffers");
}

static void the_processor_is_told_if_known(void)
{
    static const struct {
        const char *field;
        const char *seen;
    } fields[] = {
        { "\"cpu\":1,", "maintenance: clean by processor 1 at pc 0x77" },
        { "\"cpu\":null,", "maintenance: clean at pc 0x77" },
        { "", "maintenance: clean at pc 0x77" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(Stream) stream = begun("on", FACTS_VTD);
        g_autofree char *record = g_strdup_printf(
            "\"finding\":\"stale-read\",\"buffer\":1,\"gpa\":\"0x1f42000\","
            "\"length\":64,\"last\":\"clean\",%s\"pc\":\"0x77\","
            "\"missing\":\"clean\"", fields[i].field);
        g_autoptr(CbxJudgement) j = NULL;

        stream_record(stream, "coherence", record);
        finish(stream);
        j = judge_both(stream);
        g_assert_null(finding(j, "stream"));
        assert_has(finding(j, "coherence")->seen, fields[i].seen);
    }
}

/* Told apart where the cause may be another one. */
static void what_differs_in_its_history_is_told_apart(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxJudgement) j = NULL;

    stream_finding(stream, 1, "stale-read", GPA, "none");
    stream_finding(stream, 1, "stale-read", GPA + 64, "clean");
    stream_finding(stream, 1, "stale-read", GPA + 128, "invalidate");
    finish(stream);
    j = judge_both(stream);
    g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_FAIL), ==, 3);
}

/* A number may return: it means the buffer that has it at the time. */
static void a_finding_is_of_the_buffer_of_its_time(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxJudgement) j = NULL;

    stream_release(stream, 1);
    stream_declare(stream, 1, OTHER, "intel-iommu", FACTS_VTD);
    stream_result(stream, DRIVER, OTHER, "range", "pass", "1");
    stream_finding(stream, 1, "mixed", GPA, "none");
    stream_release(stream, 1);
    stream_tail(stream);
    j = judge_both(stream);
    g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_PASS), ==, 1);
    g_assert_cmpuint(count(j, OTHER, CBX_OUTCOME_FAIL), ==, 1);
}

static void beside_every_buffer_is_the_whole_run(void)
{
    static const char facts[] = FACTS_VTD ",\"gpa-contiguous\"";
    const struct {
        guint buffer;
        guint64 gpa;
    } places[] = { { 9, GPA }, { 1, GPA + 8192 }, { 1, GPA - 64 } };

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(Stream) stream = begun("on", facts);
        g_autoptr(CbxJudgement) j = NULL;

        stream_finding(stream, places[i].buffer, "overwritten", places[i].gpa,
                       "none");
        finish(stream);
        j = judge_both(stream);
        g_assert_cmpuint(j->failed, ==, 1);
        g_assert_cmpuint(count(j, "", CBX_OUTCOME_FAIL), ==, 1);
        g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_PASS), ==, 1);
        assert_has(finding(j, "coherence")->seen, "in no declared buffer");
    }
}

static void the_last_line_of_a_buffer_is_in_it(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD ",\"gpa-contiguous\"");
    g_autoptr(CbxJudgement) j = NULL;

    stream_finding(stream, 1, "stale-use", GPA + 8192 - 64, "none");
    finish(stream);
    j = judge_both(stream);
    g_assert_cmpuint(count(j, CALL, CBX_OUTCOME_FAIL), ==, 1);
}

/* What was asked for is not there: that nothing was found says nothing. */
static void a_model_that_is_not_there_fails(void)
{
    static const char *const models[] = { NULL, "off", "audit" };

    for (gsize i = 0; i < G_N_ELEMENTS(models); i++) {
        g_autoptr(Stream) stream = begun(models[i], FACTS_VTD);
        g_autoptr(CbxJudgement) j = NULL;

        finish(stream);
        j = judge_both(stream);
        g_assert_cmpint(j->verdict, ==, CBX_VERDICT_FAIL);
        assert_has(finding(j, "coherence")->expected, "caches is on");
    }
}

static void it_can_be_left_unjudged(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxJudgement) range = NULL;
    g_autoptr(CbxJudgement) coherence = NULL;

    stream_finding(stream, 1, "stale-read", GPA, "none");
    finish(stream);
    range = judge(stream, BOTH " --check range", CBX_ENDING_STOPPED, 0);
    coherence = judge(stream, BOTH " --check coherence", CBX_ENDING_STOPPED,
                      0);
    g_assert_cmpint(range->verdict, ==, CBX_VERDICT_PASS);
    g_assert_cmpint(coherence->verdict, ==, CBX_VERDICT_FAIL);
}

static void a_record_that_lacks_a_field_is_a_defect(void)
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxJudgement) j = NULL;

    stream_record(stream, "coherence", "\"finding\":\"mixed\"");
    finish(stream);
    j = judge_both(stream);
    g_assert_nonnull(finding(j, "stream"));
}

/* ---- What is shown ------------------------------------------------------ */

static char *format(char *(*how)(const CbxSummary *))
{
    g_autoptr(Stream) stream = begun("on", FACTS_VTD);
    g_autoptr(CbxReport) report = NULL;
    g_autoptr(CbxOptions) options = options_of(BOTH);
    g_autoptr(CbxJudgement) j = NULL;
    g_autoptr(GArray) timing = g_array_new(FALSE, FALSE, sizeof(CbxPhase));

    for (guint i = 0; i < 100; i++) {
        stream_finding(stream, 1, "stale-read", GPA + i * 64, "none");
    }
    finish(stream);
    report = stream_report(stream);
    j = judge_report(report, BOTH, CBX_ENDING_STOPPED, 0);
    return how(&(CbxSummary){ .options = options, .report = report,
                              .judgement = j, .timing = timing, .run = 1 });
}

static char *table(const CbxSummary *summary)
{
    return cbx_table_format(summary, &(CbxStyle){ 0 });
}

static void the_table_shows_the_buffer_and_the_remedy(void)
{
    g_autofree char *text = format(table);

    assert_has(text, "VT-d, CCA 1, coherence on, 64-bit device");
    assert_has(text, CALL "    8 KiB  32-bit  cached  WB      0xffffe000  "
               "0x1f42000       VT-d           1/2\n");
    assert_has(text, "coherence\n  at        " CALL ", 8 KiB, buffer at "
               "0xffffe000\n  expected  what the CPU stored is cleaned");
    assert_has(text, "in all 6400 bytes\n  source    project's own\n"
               "  remedy    before the transfer KeFlushIoBuffers");
}

static void programs_get_the_remedy(void)
{
    g_autofree char *tap = format(cbx_tap_format);
    g_autofree char *junit = format(cbx_junit_format);

    assert_has(tap, " - coherence: " CALL ", 8 KiB\n  ---\n");
    assert_has(tap, "\n  remedy: \"before the transfer KeFlushIoBuffers");
    assert_has(junit, "name=\"coherence: 8 KiB\">");
    assert_has(junit, "\nremedy: before the transfer KeFlushIoBuffers");
}

static void json_lists_findings_of_a_buffer(void)
{
    g_autofree char *text = format(cbx_json_format);
    g_autoptr(JsonNode) root = json_from_string(text, NULL);
    JsonObject *o = json_node_get_object(root);
    JsonArray *buffers = json_object_get_array_member(o, "buffers");
    JsonArray *found = json_object_get_array_member(
        json_array_get_object_element(buffers, 0), "findings");
    JsonObject *first = json_array_get_object_element(found, 0);

    g_assert_cmpstr(json_object_get_string_member(o, "coherence"), ==, "on");
    g_assert_cmpuint(json_array_get_length(found), ==, 1);
    g_assert_cmpint(json_object_get_int_member(first, "records"), ==, 100);
    g_assert_cmpint(json_object_get_int_member(first, "bytes"), ==, 6400);
    g_assert_cmpstr(json_object_get_string_member(first, "gpa"), ==,
                    "0x1f42000");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(
                         json_array_get_object_element(buffers, 1),
                         "findings")), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cli/coherence/" #name, name)
    TEST(without_a_model_nothing_is_said);
    TEST(each_call_without_a_finding_passes);
    TEST(a_pass_says_what_was_cached);
    TEST(a_finding_fails_the_call_of_its_buffer);
    TEST(a_finding_is_told_in_full);
    TEST(the_processor_is_told_if_known);
    TEST(what_differs_in_its_history_is_told_apart);
    TEST(a_finding_is_of_the_buffer_of_its_time);
    TEST(beside_every_buffer_is_the_whole_run);
    TEST(the_last_line_of_a_buffer_is_in_it);
    TEST(a_model_that_is_not_there_fails);
    TEST(it_can_be_left_unjudged);
    TEST(a_record_that_lacks_a_field_is_a_defect);
    TEST(the_table_shows_the_buffer_and_the_remedy);
    TEST(programs_get_the_remedy);
    TEST(json_lists_findings_of_a_buffer);
    return g_test_run();
}
