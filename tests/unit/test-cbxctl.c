/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cbxctl.exe as far as it needs no Windows: arguments, output, exit codes. */
#include <glib.h>
#include <string.h>

#include "cbx/abi.h"
#include "output.h"

/* ---- Arguments ---------------------------------------------------------- */

static const char *parse(CbxctlArguments *arguments, const char *line)
{
    static char copy[256];
    char *words[16];
    const char *word;

    g_strlcpy(copy, line, sizeof(copy));
    return cbxctl_parse(arguments, words,
                        cbxctl_split(copy, words, G_N_ELEMENTS(words)),
                        &word);
}

static void words_are_split_as_windows_does(void)
{
    char line[] = "\"C:\\Program Files\\cbxctl.exe\"\trun  --api \"A\"B ";
    char none[] = "  ";
    char *words[8];

    g_assert_cmpuint(cbxctl_split(line, words, 8), ==, 4);
    g_assert_cmpstr(words[0], ==, "C:\\Program Files\\cbxctl.exe");
    g_assert_cmpstr(words[1], ==, "run");
    g_assert_cmpstr(words[2], ==, "--api");
    g_assert_cmpstr(words[3], ==, "AB");
    g_assert_cmpuint(cbxctl_split(none, words, 8), ==, 0);
}

static void more_words_than_room_are_dropped(void)
{
    char line[] = "a b c d";
    char *words[2];

    g_assert_cmpuint(cbxctl_split(line, words, 2), ==, 2);
    g_assert_cmpstr(words[1], ==, "b");
}

static void commands_and_options_are_known(void)
{
    CbxctlArguments a;

    g_assert_null(parse(&a, "cbxctl run --api AllocateCommonBuffer --api "
                            "AllocateCommonBufferEx --rounds 20 --tap"));
    g_assert_cmpint(a.command, ==, CBXCTL_RUN);
    g_assert_cmpuint(a.rounds, ==, 20);
    g_assert_cmpuint(a.apis, ==, 1u << CBX_API_ALLOCATE_COMMON_BUFFER |
                                 1u << CBX_API_ALLOCATE_COMMON_BUFFER_EX);
    g_assert_true(a.tap && !a.verbose);
    g_assert_null(parse(&a, "cbxctl query --verbose"));
    g_assert_cmpint(a.command, ==, CBXCTL_QUERY);
    g_assert_true(a.verbose && !a.tap);
    g_assert_cmpuint(a.rounds, ==, 1);
    g_assert_null(parse(&a, "cbxctl abort"));
    g_assert_cmpint(a.command, ==, CBXCTL_ABORT);
    g_assert_null(parse(&a, "cbxctl --help"));
    g_assert_cmpint(a.command, ==, CBXCTL_HELP);
}

static void wrong_words_are_refused(void)
{
    static const char *const wrong[] = {
        "cbxctl", "", "cbxctl go", "cbxctl run --fast", "cbxctl run --api",
        "cbxctl run --api Allocate", "cbxctl run --rounds 0",
        "cbxctl run --rounds 1x", "cbxctl run --rounds 99999999999",
        "cbxctl query --rounds 2", "cbxctl abort --api AllocateCommonBuffer",
    };
    CbxctlArguments a;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_test_message("%s", wrong[i]);
        g_assert_nonnull(parse(&a, wrong[i]));
    }
}

/* ---- Output ------------------------------------------------------------- */

static void append(void *context, const char *text)
{
    g_string_append(context, text);
}

static cbx_control_result result_of(uint32_t verdict)
{
    cbx_control_result r = { .api = CBX_API_ALLOCATE_COMMON_BUFFER,
                             .verdict = verdict };

    strcpy(r.check, "range");
    strcpy(r.variant, "4096 bytes");
    strcpy(r.seen, "0x1000");
    return r;
}

static GString *print(bool tap, bool verbose)
{
    GString *text = g_string_new(NULL);
    CbxctlOutput output = { append, text, tap, verbose, 0 };
    cbx_control_state state = { .outcome = CBX_CONTROL_FAILED, .rounds = 1,
                                .passed = 1, .failed = 1, .skipped = 1,
                                .results = 3 };

    cbxctl_print_begin(&output, &state);
    for (uint32_t verdict = 0; verdict < 3; verdict++) {
        cbx_control_result r = result_of(verdict);

        cbxctl_print_result(&output, &r);
    }
    cbxctl_print_end(&output, &state);
    return text;
}

static void tap_has_a_plan_and_a_line_for_each(void)
{
    g_autoptr(GString) text = print(true, false);
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);

    g_assert_cmpstr(lines[0], ==, "TAP version 13");
    g_assert_cmpstr(lines[1], ==, "1..3");
    g_assert_cmpstr(lines[2], ==,
                    "ok 1 - AllocateCommonBuffer, 4096 bytes: range");
    g_assert_cmpstr(lines[3], ==,
                    "not ok 2 - AllocateCommonBuffer, 4096 bytes: range");
    g_assert_true(g_str_has_prefix(lines[4], "# expected: first and last "));
    g_assert_true(g_str_has_prefix(lines[5], "# source: "));
    g_assert_cmpstr(lines[6], ==, "# seen: 0x1000");
    g_assert_cmpstr(lines[7], ==, "ok 3 - AllocateCommonBuffer, 4096 bytes: "
                                  "range # SKIP 0x1000");
    g_assert_cmpstr(lines[8], ==,
                    "# failed: 1 passed, 1 failed, 1 skipped, 1 round");
}

static void text_tells_what_is_to_be_known(void)
{
    g_autoptr(GString) brief = print(false, false);
    g_autoptr(GString) all = print(false, true);

    g_assert_null(strstr(brief->str, "ok    "));
    g_assert_nonnull(strstr(brief->str, "FAIL  AllocateCommonBuffer, 4096 "
                                        "bytes: range\n      expected: "));
    g_assert_nonnull(strstr(brief->str, "skip  AllocateCommonBuffer"));
    g_assert_nonnull(strstr(all->str, "ok    AllocateCommonBuffer, 4096 "
                                      "bytes: range\n"));
}

static void exit_codes_tell_outcomes_apart(void)
{
    static const struct {
        uint32_t outcome;
        CbxctlExit code;
    } rows[] = {
        { CBX_CONTROL_NEVER_RUN, CBXCTL_EXIT_DEVICE },
        { CBX_CONTROL_PASSED, CBXCTL_EXIT_PASSED },
        { CBX_CONTROL_FAILED, CBXCTL_EXIT_FAILED },
        { CBX_CONTROL_ABORTED, CBXCTL_EXIT_ABORTED },
        { CBX_CONTROL_UNUSABLE, CBXCTL_EXIT_DEVICE },
        { 99, CBXCTL_EXIT_DEVICE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        cbx_control_state state = { .outcome = rows[i].outcome };

        g_assert_cmpint(cbxctl_exit_code(&state), ==, rows[i].code);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cbxctl/" #name, name)
    TEST(words_are_split_as_windows_does);
    TEST(more_words_than_room_are_dropped);
    TEST(commands_and_options_are_known);
    TEST(wrong_words_are_refused);
    TEST(tap_has_a_plan_and_a_line_for_each);
    TEST(text_tells_what_is_to_be_known);
    TEST(exit_codes_tell_outcomes_apart);
    return g_test_run();
}
