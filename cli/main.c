/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "catalog.h"
#include "doctor.h"
#include "list.h"
#include "options.h"
#include "run.h"

typedef struct Command {
    const char *name;
    const char *help;
    int (*main)(char **arguments);
} Command;

static int usage_error(const char *message)
{
    fprintf(stderr, "cbx: %s\nTry 'cbx help'.\n", message);
    return CBX_ERROR_USAGE;
}

static int refuse_arguments(char **arguments)
{
    g_autofree char *message =
        g_strdup_printf("'%s' is one argument too many", *arguments);

    return usage_error(message);
}

static int command_run(char **arguments)
{
    g_autoptr(CbxOptions) options = NULL;
    g_autoptr(GError) error = NULL;

    options = cbx_options_parse(arguments, &error);
    if (!options) {
        return usage_error(error->message);
    }
    return cbx_run(options);
}

static int command_doctor(char **arguments)
{
    g_autoptr(CbxOptions) options = NULL;
    g_autoptr(GError) error = NULL;

    options = cbx_options_parse(arguments, &error);
    if (!options) {
        return usage_error(error->message);
    }
    return cbx_doctor(options);
}

static int command_list(char **arguments)
{
    if (g_strcmp0(*arguments, "--json") == 0) {
        if (arguments[1]) {
            return refuse_arguments(arguments + 1);
        }
        cbx_list_json();
        return 0;
    }
    if (*arguments) {
        return refuse_arguments(arguments);
    }
    cbx_list();
    return 0;
}

static int command_version(char **arguments)
{
    if (*arguments) {
        return refuse_arguments(arguments);
    }
    puts("cbx " CBX_VERSION);
    return 0;
}

static int command_help(char **arguments);

static const Command commands[] = {
    { "run",     "boot a guest, try the calls, say whether DMA works",
      command_run },
    { "list",    "the calls, checks, IOMMUs and faults there are; --json",
      command_list },
    { "doctor",  "say what is missing on this machine; options as for run",
      command_doctor },
    { "help",    "this text", command_help },
    { "version", "the version", command_version },
};

static const struct {
    const char *code;
    const char *meaning;
} exit_codes[] = {
    { "0", "passed" },
    { "1", "a check failed" },
    { "2", "the command line is wrong" },
    { "3", "something is missing on this machine" },
    { "4", "the guest crashed or took too long" },
    { "128 + N", "interrupted by signal N (130: Ctrl-C)" },
};

static int command_help(char **arguments)
{
    g_autofree char *options = cbx_options_help();

    if (*arguments && strcmp(*arguments, "run") != 0) {
        return refuse_arguments(arguments);
    }
    puts("cbx: does DMA into the buffers of Windows' common-buffer calls "
         "work?\n\nUsage: cbx COMMAND [OPTION...]\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    }
    printf("\nOptions of cbx run (a list may have commas):\n%s\n", options);
    puts("\nExamples:\n"
         "  cbx doctor                      is all there?\n"
         "  cbx run                         every driver and call, by VT-d\n"
         "  cbx run --driver kmdf           the KMDF driver alone\n"
         "  cbx run --iommu none            the same without an IOMMU\n"
         "  cbx run --arch aarch64 --cca 0  DMA that does not snoop\n"
         "  cbx run --api AllocateCommonBufferEx --json result.json\n"
         "  cbx run --fault hal-physical    a broken HAL: must fail\n"
         "  cbx run --driver ./edu.sys --device edu --device-id 1234:11e8\n"
         "\nExit codes:");
    for (gsize i = 0; i < G_N_ELEMENTS(exit_codes); i++) {
        printf("  %-8s %s\n", exit_codes[i].code, exit_codes[i].meaning);
    }
    return 0;
}

/* The spellings that people try first. */
static const char *canonical(const char *name)
{
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return "help";
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        return "version";
    }
    return name;
}

int main(int argc, char **argv)
{
    const char *names[G_N_ELEMENTS(commands) + 1] = { NULL };
    g_autofree char *message = NULL;
    const char *nearest;

    setlocale(LC_CTYPE, "");
    if (argc < 2) {
        return usage_error("a command is missing");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        names[i] = commands[i].name;
        if (strcmp(canonical(argv[1]), names[i]) != 0) {
            continue;
        }
        for (int a = 2; a < argc; a++) {
            if (strcmp(canonical(argv[a]), "help") == 0 && *argv[a] == '-') {
                return command_help(argv + argc);
            }
        }
        return commands[i].main(argv + 2);
    }
    nearest = cbx_nearest(argv[1], names);
    message = g_strdup_printf("no command called '%s'%s%s%s", argv[1],
                              nearest ? " (is '" : "", nearest ? nearest : "",
                              nearest ? "' meant?)" : "");
    return usage_error(message);
}
