/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people and programs get to see of a result. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "console.h"
#include "json.h"
#include "junit.h"
#include "stream.h"
#include "table.h"
#include "tap.h"

static const char *const last_words[] = { "BUG: it hurts", "here", NULL };

static char *table_of(const Stream *stream, const char *arguments,
                      CbxEnding ending, const CbxStyle *style)
{
    g_autoptr(CbxReport) report = stream_report(stream);
    g_autofree char *complete = arguments_for_calls(arguments);
    g_autoptr(CbxOptions) options = options_of(complete);
    g_autoptr(CbxJudgement) j = judge_report(report, arguments, ending, 0);
    g_autoptr(GArray) timing = g_array_new(FALSE, FALSE, sizeof(CbxPhase));
    CbxSummary summary = {
        .options = options, .report = report, .judgement = j,
        .last_words = ending == CBX_ENDING_STOPPED ? NULL : last_words,
        .timing = timing, .seconds = 2.34, .run = 1,
    };
    char *text = cbx_table_format(&summary, style);

    g_test_message("\n%s", text);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        g_test_message("no \"%s\" in:\n%s", part, text);
    }
    g_assert_nonnull(strstr(text, part));
}

static guint count_of(const char *text, const char *part)
{
    guint n = 0;

    for (; (text = strstr(text, part)); text++) {
        n++;
    }
    return n;
}

static gsize widest_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gsize widest = 0;

    for (char **line = lines; *line; line++) {
        widest = MAX(widest, (gsize)g_utf8_strlen(*line, -1));
    }
    return widest;
}

static void replace(Stream *stream, const char *old, const char *new)
{
    g_string_replace(stream->text, old, new, 0);
}

static const char *last_line(char *text)
{
    g_strchomp(text);
    return strrchr(text, '\n') + 1;
}

static void a_row_tells_of_a_buffer(void)
{
    g_autoptr(Stream) stream = stream_good();
    CbxStyle style = { 0 };
    g_autofree char *text = table_of(stream, "", CBX_ENDING_STOPPED, &style);

    assert_has(text, "AllocateCommonBufferEx      8 KiB  32-bit  cached  WB  "
               "    0xffffe000  0x1f42000       VT-d           3/3\n");
    g_assert_true(g_str_has_prefix(text, "x86_64, stand-in guest, VT-d, CCA 1,"
                                   " 64-bit device, seed 0x5eed\n"));
    g_assert_true(g_str_has_prefix(last_line(text),
                                   "PASS  19 checks passed, 3 buffers, "
                                   "2.3 s"));
}

static void it_fits_eighty_columns(void)
{
    g_autoptr(Stream) stream = stream_good();
    CbxStyle style = { .width = 80 };
    g_autofree char *text = table_of(stream, "", CBX_ENDING_STOPPED, &style);

    g_assert_cmpuint(widest_line(text), <=, 80);
}

/* The widest cells there are: what is of least use makes room. */
static void the_widest_row_fits_eighty_columns(void)
{
    g_autoptr(Stream) stream = stream_new();
    CbxStyle style = { .width = 80 };
    g_autofree char *text = NULL;

    stream->memory_type = "Device-nGnRnE";
    stream_head(stream);
    stream_calls(stream);
    stream_tail(stream);
    replace(stream, "\"0xffffe000\"", "\"0xfffffffe0000\"");
    replace(stream, "\"0x1f42000\"", "\"0x4a31d000\"");
    replace(stream, "\"0xffffffff\"", "\"0x12345fff\"");
    replace(stream, "\"cached\"", "\"writecombined\"");
    text = table_of(stream, "", CBX_ENDING_STOPPED, &style);
    g_assert_cmpuint(widest_line(text), <=, 80);
    assert_has(text, "  8 KiB 0x12345fff writecombined Device-nGnRnE "
               "0xfffffffe0000 0x4a31d000    3/3\n");
}

static void no_colour_unless_wanted(void)
{
    g_autoptr(Stream) stream = stream_good();
    CbxStyle plain = { .verbose = TRUE };
    CbxStyle colour = { .verbose = TRUE, .colour = TRUE };
    g_autofree char *a = table_of(stream, "", CBX_ENDING_STOPPED, &plain);
    g_autofree char *b = table_of(stream, "", CBX_ENDING_STOPPED, &colour);

    g_assert_null(strchr(a, '\x1b'));
    g_assert_nonnull(strchr(b, '\x1b'));
}

static void a_failed_check_is_told_in_full(void)
{
    g_autoptr(Stream) stream = stream_new();
    CbxStyle style = { 0 };
    g_autofree char *text = NULL;

    stream_head(stream);
    stream_calls(stream);
    stream_record(stream, "result",
                  "\"driver\":\"" DRIVER "\",\"api\":\"AllocateCommonBuffer\","
                  "\"variant\":\"64 KiB\",\"check\":\"edges\","
                  "\"verdict\":\"fail\",\"expected\":\"0xaa\","
                  "\"seen\":\"0xab\",\"source\":\"wdm.h, 3\"");
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    text = table_of(stream, "", CBX_ENDING_STOPPED, &style);
    assert_has(text, "edges\n"
               "  at        AllocateCommonBuffer, 64 KiB\n"
               "  expected  0xaa\n"
               "  seen      0xab\n"
               "  source    wdm.h, 3\n");
    assert_has(last_line(text), "FAIL  1 of 19 checks failed");
}

static void a_failure_met_often_is_told_once(void)
{
    g_autoptr(Stream) stream = stream_new();
    CbxStyle brief = { 0 };
    CbxStyle verbose = { .verbose = TRUE };
    g_autofree char *a = NULL;
    g_autofree char *b = NULL;

    stream_head(stream);
    stream_calls(stream);
    for (int i = 0; i < 40; i++) {
        stream_result(stream, DRIVER, "AllocateCommonBuffer", "edges", "fail",
                      NULL);
    }
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    a = table_of(stream, "", CBX_ENDING_STOPPED, &brief);
    assert_has(a, "edges, 40 times\n");
    g_assert_cmpuint(count_of(a, "\nedges"), ==, 1);
    b = table_of(stream, "", CBX_ENDING_STOPPED, &verbose);
    g_assert_cmpuint(count_of(b, "\nedges"), ==, 40);
}

static void skips_are_counted_by_reason(void)
{
    g_autoptr(Stream) stream = stream_new();
    CbxStyle style = { 0 };
    g_autofree char *text = NULL;

    stream_head(stream);
    stream_calls(stream);
    for (int i = 0; i < 3; i++) {
        stream_result(stream, DRIVER, "AllocateCommonBuffer", "node", "skip",
                      NULL);
    }
    stream_tail(stream);
    text = table_of(stream, "", CBX_ENDING_STOPPED, &style);
    assert_has(text, "Skipped:\n    3  node: so\n");
    assert_has(last_line(text), "3 skipped");
}

static void a_crash_has_last_words(void)
{
    g_autoptr(Stream) stream = stream_new();
    CbxStyle style = { 0 };
    g_autofree char *text = NULL;

    stream_head(stream);
    text = table_of(stream, "", CBX_ENDING_EXITED, &style);
    assert_has(text, "Last words of the guest:\n  | BUG: it hurts\n  | here\n");
    assert_has(last_line(text), "FAIL  the guest went down");
}

/* ---- JSON --------------------------------------------------------------- */

static JsonNode *json_of(const Stream *stream, const char *arguments)
{
    g_autoptr(CbxReport) report = stream_report(stream);
    g_autofree char *complete = arguments_for_calls(arguments);
    g_autoptr(CbxOptions) options = options_of(complete);
    g_autoptr(CbxJudgement) j = judge_report(report, arguments,
                                             CBX_ENDING_STOPPED, 0);
    g_autoptr(GArray) timing = g_array_new(FALSE, FALSE, sizeof(CbxPhase));
    CbxSummary summary = {
        .options = options, .report = report, .judgement = j,
        .last_words = last_words, .timing = timing, .seconds = 2.34, .run = 1,
    };
    g_autofree char *text = cbx_json_format(&summary);
    g_autoptr(GError) error = NULL;
    JsonNode *root = json_from_string(text, &error);

    g_assert_no_error(error);
    g_assert_true(JSON_NODE_HOLDS_OBJECT(root));
    return root;
}

static void json_has_every_member(void)
{
    static const char *const members[] = {
        "driver", "api", "variant", "check", "verdict", "expected", "seen",
        "source",
    };
    g_autoptr(Stream) stream = stream_good();
    g_autoptr(JsonNode) root = json_of(stream, "");
    JsonObject *o = json_node_get_object(root);
    JsonArray *results = json_object_get_array_member(o, "results");
    JsonObject *first = json_array_get_object_element(results, 0);

    g_assert_cmpstr(json_object_get_string_member(o, "verdict"), ==, "pass");
    g_assert_cmpstr(json_object_get_string_member(o, "arch"), ==, "x86_64");
    g_assert_cmpstr(json_object_get_string_member(o, "iommu"), ==, "vtd");
    g_assert_cmpstr(json_object_get_string_member(o, "cca"), ==, "on");
    g_assert_cmpstr(json_object_get_string_member(o, "coherence"), ==, "off");
    g_assert_cmpstr(json_object_get_string_member(o, "guest"), ==,
                    "stand-in");
    g_assert_cmpfloat(json_object_get_double_member(o, "seconds"), ==, 2.34);
    g_assert_true(json_object_get_null_member(o, "reason"));
    g_assert_true(json_object_get_null_member(o, "crash"));
    g_assert_cmpint(json_object_get_int_member(o, "passed"), ==,
                    json_array_get_length(results));
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_assert_true(json_object_has_member(first, members[i]));
    }
    g_assert_cmpstr(json_object_get_string_member(first, "api"), ==,
                    "AllocateCommonBuffer");
}

static void json_tells_of_a_crash(void)
{
    g_autoptr(Stream) stream = stream_new();
    g_autoptr(JsonNode) root = NULL;
    JsonObject *crash;

    stream_head(stream);
    stream_record(stream, "crash", "\"code\":\"0x000000C4\",\"text\":\"\"");
    root = json_of(stream, "");
    crash = json_object_get_object_member(json_node_get_object(root),
                                          "crash");
    g_assert_cmpstr(json_object_get_string_member(crash, "code"), ==,
                    "0x000000C4");
}

/* ---- Several drivers ---------------------------------------------------- */

#define TWO "--driver wdm,kmdf --api AllocateCommonBuffer,WdfCommonBufferCreate"

static CbxReport *report_of_two(void)
{
    g_autoptr(Stream) wdm = stream_of(DRIVER, "AllocateCommonBuffer");
    g_autoptr(Stream) kmdf = stream_of(KMDF, "AllocateCommonBuffer "
                                             "WdfCommonBufferCreate");
    CbxReport *report = cbx_report_new();

    stream_add(wdm, report);
    stream_add(kmdf, report);
    cbx_report_close(report);
    return report;
}

static char *format_two(char *(*format)(const CbxSummary *summary))
{
    g_autoptr(CbxReport) report = report_of_two();
    g_autoptr(CbxOptions) options = options_of(TWO);
    g_autoptr(CbxJudgement) j = judge_report(report, TWO, CBX_ENDING_STOPPED,
                                             0);
    g_autoptr(GArray) timing = g_array_new(FALSE, FALSE, sizeof(CbxPhase));
    CbxSummary summary = {
        .options = options, .report = report, .judgement = j,
        .timing = timing, .seconds = 2.34, .run = 1,
    };
    char *text = format(&summary);

    g_test_message("\n%s", text);
    return text;
}

static char *plain_table(const CbxSummary *summary)
{
    CbxStyle style = { .width = 120 };

    return cbx_table_format(summary, &style);
}

/* One table, in it the rows of each driver below its name, and one verdict. */
static void drivers_share_a_table(void)
{
    g_autofree char *text = format_two(plain_table);
    const char *wdm = strstr(text, "\ncbxwdm.sys\n");
    const char *kmdf = strstr(text, "\ncbxkmdf.sys\n");

    g_assert_nonnull(wdm);
    g_assert_nonnull(kmdf);
    g_assert_true(wdm < kmdf);
    g_assert_cmpuint(count_of(text, "\n  AllocateCommonBuffer  "), ==, 4);
    g_assert_cmpuint(count_of(text, "\n  WdfCommonBufferCreate  "), ==, 2);
    g_assert_true(strstr(text, "  WdfCommonBufferCreate  ") > kmdf);
    g_assert_cmpuint(count_of(text, "  the driver as a whole  "), ==, 4);
    g_assert_cmpuint(count_of(text, "the run as a whole  "), ==, 2);
    g_assert_true(g_str_has_prefix(last_line(text),
                                   "PASS  22 checks passed, 3 buffers"));
}

static void json_names_the_port(void)
{
    g_autofree char *text = format_two(cbx_json_format);
    g_autoptr(JsonNode) root = json_from_string(text, NULL);
    JsonObject *o = json_node_get_object(root);
    JsonArray *buffers = json_object_get_array_member(o, "buffers");
    JsonArray *results = json_object_get_array_member(o, "results");
    guint kmdf = 0;
    guint whole = 0;

    g_assert_cmpstr(json_object_get_string_member(o, "driver"), ==,
                    DRIVER "," KMDF);
    g_assert_cmpstr(json_object_get_string_member(
                        json_array_get_object_element(buffers, 2), "port"),
                    ==, KMDF);
    for (guint i = 0; i < json_array_get_length(results); i++) {
        const char *port = json_object_get_string_member_with_default(
            json_array_get_object_element(results, i), "port", NULL);

        kmdf += g_strcmp0(port, KMDF) == 0;
        whole += !port;
    }
    g_assert_cmpuint(kmdf, ==, 13);
    g_assert_cmpuint(whole, ==, 1);
}

/* No two cases of JUnit have the same name in the same class. */
static void junit_tells_drivers_apart(void)
{
    g_autofree char *text = format_two(cbx_junit_format);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (char **line = lines; *line; line++) {
        if (strstr(*line, "<testcase")) {
            g_test_message("%s", *line);
            g_assert_true(g_hash_table_add(seen, *line));
        }
    }
    assert_has(text, "name=\"cbx.x86_64.vtd.cbxkmdf.sys."
                     "WdfCommonBufferCreate\"");
    assert_has(text, "name=\"cbx.x86_64.vtd.run\" tests=\"1\"");
}

static void tap_tells_drivers_apart(void)
{
    g_autofree char *text = format_two(cbx_tap_format);

    assert_has(text, " - cbxwdm.sys: range: AllocateCommonBuffer, 8 KiB\n");
    assert_has(text, " - cbxkmdf.sys: range: AllocateCommonBuffer, 8 KiB\n");
    assert_has(text, " - cbxkmdf.sys: everything-returned: stand-in");
    assert_has(text, " - qemu-exit: cbx\n");
}

/* ---- Console ------------------------------------------------------------ */

static void last_words_are_the_last_lines(void)
{
    g_autoptr(CbxConsole) console = cbx_console_new(NULL, NULL);
    g_auto(GStrv) words = NULL;

    for (int i = 0; i < 10000; i++) {
        g_autofree char *line = g_strdup_printf("line %d\r\n\r\n", i);

        cbx_console_feed(console, line, strlen(line));
    }
    g_assert_cmpuint(console->tail->len, <, 65536);
    words = cbx_console_last_words(console, 3);
    g_assert_cmpuint(g_strv_length(words), ==, 3);
    g_assert_cmpstr(words[0], ==, "line 9997");
    g_assert_cmpstr(words[2], ==, "line 9999");
}

static void last_words_do_no_harm_to_a_terminal(void)
{
    static const char nasty[] = "\x1b[2Jno\x1b]0;title\a \x80way\x1b[31";
    g_autoptr(CbxConsole) console = cbx_console_new(NULL, NULL);
    g_auto(GStrv) words = NULL;

    cbx_console_feed(console, nasty, sizeof(nasty));
    words = cbx_console_last_words(console, 3);
    g_assert_cmpuint(g_strv_length(words), ==, 1);
    g_assert_true(g_utf8_validate(words[0], -1, NULL));
    for (const char *p = words[0]; *p; p++) {
        g_assert_false((guchar)*p < ' ');
    }
    g_assert_nonnull(strstr(words[0], "no"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cli/table/" #name, name)
    TEST(a_row_tells_of_a_buffer);
    TEST(it_fits_eighty_columns);
    TEST(the_widest_row_fits_eighty_columns);
    TEST(no_colour_unless_wanted);
    TEST(a_failed_check_is_told_in_full);
    TEST(a_failure_met_often_is_told_once);
    TEST(skips_are_counted_by_reason);
    TEST(a_crash_has_last_words);
#undef TEST
#define TEST(name) g_test_add_func("/cli/json/" #name, name)
    TEST(json_has_every_member);
    TEST(json_tells_of_a_crash);
#undef TEST
#define TEST(name) g_test_add_func("/cli/drivers/" #name, name)
    TEST(drivers_share_a_table);
    TEST(json_names_the_port);
    TEST(junit_tells_drivers_apart);
    TEST(tap_tells_drivers_apart);
#undef TEST
#define TEST(name) g_test_add_func("/cli/console/" #name, name)
    TEST(last_words_are_the_last_lines);
    TEST(last_words_do_no_harm_to_a_terminal);
    return g_test_run();
}
