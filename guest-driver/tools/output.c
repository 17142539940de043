/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "cbx/abi.h"
#include "core/text.h"

/* What a check expects is known here as it is in the driver. */
static const struct {
    const char *id;
    const char *expected;
    const char *source;
} checks[] = {
#define CBX_CHECK_CALL(symbol, id, expected, source) { id, expected, source },
#define CBX_CHECK_DECLARED(symbol, id, expected, source) \
    { id, expected, source },
#define CBX_CHECK_BUFFER(symbol, id, expected, source) { id, expected, source },
#define CBX_CHECK_FREED(symbol, id, expected, source) { id, expected, source },
#include "core/checks.def"
};

static const char *const api_names[CBX_API_END] = {
#define API(n, id, name) [n] = name,
    CBX_API_LIST(API)
#undef API
};

static const char *const outcomes[CBX_CONTROL_OUTCOMES] = {
#define OUTCOME(n, id, name) [n] = name,
    CBX_OUTCOME_LIST(OUTCOME)
#undef OUTCOME
};

static void put(CbxctlOutput *output, const char *text)
{
    output->write(output->context, text);
}

static void put_number(CbxctlOutput *output, uint64_t number)
{
    char digits[24];
    CbxText text;

    cbx_text_init(&text, digits, sizeof(digits));
    cbx_text_dec(&text, number);
    put(output, digits);
}

static const char *api_name(uint32_t api)
{
    return api < CBX_API_END && api_names[api] ? api_names[api] : "driver";
}

void cbxctl_print_help(CbxctlOutput *output)
{
    put(output,
        "cbxctl run [--api CALL]... [--rounds N] [--tap] [--verbose]\n"
        "cbxctl query [--tap] [--verbose]   the results of the last run\n"
        "cbxctl abort                       ends the run under way\n"
        "cbxctl list                        the calls that --api takes\n"
        "\n"
        "Exit codes: 0 passed, 1 a check failed, 2 wrong usage, 3 no device "
        "or it\nrefuses, 4 aborted. Needs an administrator.\n");
}

void cbxctl_print_list(CbxctlOutput *output)
{
    for (unsigned i = 0; i < CBX_API_END; i++) {
        if (api_names[i]) {
            put(output, api_names[i]);
            put(output, "\n");
        }
    }
}

void cbxctl_print_wrong(CbxctlOutput *output, const char *wrong,
                        const char *word)
{
    put(output, "cbxctl: ");
    if (*word) {
        put(output, word);
        put(output, ": ");
    }
    put(output, wrong);
    put(output, "\n");
}

void cbxctl_print_begin(CbxctlOutput *output, const cbx_control_state *state)
{
    output->number = 1;
    if (output->tap) {
        put(output, "TAP version 13\n1..");
        put_number(output, state->results);
        put(output, "\n");
    }
}

static void put_name(CbxctlOutput *output, const cbx_control_result *result)
{
    put(output, api_name(result->api));
    put(output, ", ");
    put(output, result->variant);
    put(output, ": ");
    put(output, result->check);
}

static void put_expected(CbxctlOutput *output, const char *before,
                         const cbx_control_result *result)
{
    for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const char *a = checks[i].id;
        const char *b = result->check;

        while (*a && *a == *b) {
            a++;
            b++;
        }
        if (*a == *b) {
            put(output, before);
            put(output, "expected: ");
            put(output, checks[i].expected);
            put(output, "\n");
            put(output, before);
            put(output, "source: ");
            put(output, checks[i].source);
            put(output, "\n");
        }
    }
    put(output, before);
    put(output, "seen: ");
    put(output, result->seen);
    put(output, "\n");
}

/* 0 passed, 1 failed, 2 skipped: cbx_control_result. */
enum { PASSED, FAILED, SKIPPED };

static void print_tap(CbxctlOutput *output, const cbx_control_result *result)
{
    put(output, result->verdict == FAILED ? "not ok " : "ok ");
    put_number(output, output->number++);
    put(output, " - ");
    put_name(output, result);
    if (result->verdict == SKIPPED) {
        put(output, " # SKIP ");
        put(output, result->seen);
    }
    put(output, "\n");
    if (result->verdict == FAILED) {
        put_expected(output, "# ", result);
    }
}

void cbxctl_print_result(CbxctlOutput *output,
                         const cbx_control_result *result)
{
    if (output->tap) {
        print_tap(output, result);
        return;
    }
    if (result->verdict == PASSED && !output->verbose) {
        return;
    }
    put(output, result->verdict == PASSED ? "ok    " :
                result->verdict == SKIPPED ? "skip  " : "FAIL  ");
    put_name(output, result);
    if (result->verdict == SKIPPED) {
        put(output, ": ");
        put(output, result->seen);
    }
    put(output, "\n");
    if (result->verdict == FAILED) {
        put_expected(output, "      ", result);
    }
}

void cbxctl_print_end(CbxctlOutput *output, const cbx_control_state *state)
{
    put(output, output->tap ? "# " : "\n");
    put(output, state->running ? "a run is under way" :
                state->outcome < CBX_CONTROL_OUTCOMES
                    ? outcomes[state->outcome] : "an unknown outcome");
    put(output, ": ");
    put_number(output, state->passed);
    put(output, " passed, ");
    put_number(output, state->failed);
    put(output, " failed, ");
    put_number(output, state->skipped);
    put(output, " skipped, ");
    put_number(output, state->rounds);
    put(output, state->rounds == 1 ? " round" : " rounds");
    if (state->lost) {
        put(output, ", ");
        put_number(output, state->lost);
        put(output, " results lost for want of memory");
    }
    put(output, "\n");
}

CbxctlExit cbxctl_exit_code(const cbx_control_state *state)
{
    switch (state->outcome) {
    case CBX_CONTROL_PASSED:
        return CBXCTL_EXIT_PASSED;
    case CBX_CONTROL_FAILED:
        return CBXCTL_EXIT_FAILED;
    case CBX_CONTROL_ABORTED:
        return CBXCTL_EXIT_ABORTED;
    default:
        return CBXCTL_EXIT_DEVICE;
    }
}
