/* SPDX-License-Identifier: MIT */
#include "arguments.h"

#include "cbx/abi.h"

enum { ROUNDS_MAX = 1000000 };

static const struct {
    const char *name;
    CbxctlCommand command;
} commands[] = {
    { "help", CBXCTL_HELP },
    { "list", CBXCTL_LIST },
    { "run", CBXCTL_RUN },
    { "query", CBXCTL_QUERY },
    { "abort", CBXCTL_ABORT },
};

static const struct {
    const char *name;
    uint32_t number;
} apis[] = {
#define API(n, id, name) { name, n },
    CBX_API_LIST(API)
#undef API
};

static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

unsigned cbxctl_split(char *line, char **words, unsigned max)
{
    unsigned count = 0;

    for (;;) {
        bool quoted = false;
        char *to;

        while (*line == ' ' || *line == '\t') {
            line++;
        }
        if (!*line || count == max) {
            return count;
        }
        words[count++] = to = line;
        for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++) {
            if (*line == '"') {
                quoted = !quoted;
            } else {
                *to++ = *line;
            }
        }
        line += *line != 0;
        *to = 0;
    }
}

static bool parse_number(const char *word, uint32_t *number)
{
    uint32_t value = 0;

    if (!*word) {
        return false;
    }
    for (; *word; word++) {
        if (*word < '0' || *word > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(*word - '0');
        if (value > ROUNDS_MAX) {
            return false;
        }
    }
    *number = value;
    return value != 0;
}

static bool parse_api(const char *word, uint64_t *set)
{
    for (unsigned i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
        if (same(word, apis[i].name)) {
            *set |= UINT64_C(1) << apis[i].number;
            return true;
        }
    }
    return false;
}

static bool parse_command(const char *word, CbxctlCommand *command)
{
    if (same(word, "--help") || same(word, "/?")) {
        word = "help";
    }
    for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (same(word, commands[i].name)) {
            *command = commands[i].command;
            return true;
        }
    }
    return false;
}

/* An option that belongs to `run` alone. */
static const char *parse_run_option(CbxctlArguments *arguments,
                                    const char *option, const char *value)
{
    if (arguments->command != CBXCTL_RUN) {
        return "only \"run\" takes this option";
    }
    if (!value) {
        return "a value is missing after this option";
    }
    if (same(option, "--rounds")) {
        return parse_number(value, &arguments->rounds)
               ? 0 : "this option takes a number from 1 to 1000000";
    }
    return parse_api(value, &arguments->apis)
           ? 0 : "no such call; \"cbxctl list\" names them";
}

const char *cbxctl_parse(CbxctlArguments *arguments, char **words,
                         unsigned count, const char **word)
{
    *arguments = (CbxctlArguments) { .command = CBXCTL_HELP, .rounds = 1 };
    *word = "";
    if (count < 2) {
        return "a command is missing: run, query, abort, list or help";
    }
    *word = words[1];
    if (!parse_command(words[1], &arguments->command)) {
        return "no such command; there are run, query, abort, list and help";
    }
    for (unsigned i = 2; i < count; i++) {
        *word = words[i];
        if (same(words[i], "--tap")) {
            arguments->tap = true;
        } else if (same(words[i], "--verbose")) {
            arguments->verbose = true;
        } else if (same(words[i], "--api") || same(words[i], "--rounds")) {
            const char *wrong = parse_run_option(
                arguments, words[i], i + 1 < count ? words[i + 1] : 0);

            if (wrong) {
                *word = i + 1 < count ? words[i + 1] : words[i];
                return wrong;
            }
            i++;
        } else {
            return "no such option; \"cbxctl help\" names them";
        }
    }
    return 0;
}
