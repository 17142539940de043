/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "console.h"
#include "json.h"
#include "machine.h"
#include "process.h"
#include "table.h"
#include "verdict.h"

/* Last lines of the console that are shown: an oops without its registers. */
#define LAST_WORDS 20

/* Files of --keep. */
#define KEPT_REPORT  "report.ndjson"
#define KEPT_CONSOLE "console.log"
#define KEPT_COMMAND "command"
#define KEPT_MESSAGES "qemu.log"

typedef struct Run {
    const CbxOptions *options;
    CbxReport *report;
    CbxConsole *console;
    FILE *kept_report;
    FILE *kept_console;
    FILE *kept_messages;
    gboolean progress;  /* there is a line to be rewritten on stderr */
} Run;

/* ---- While it runs ------------------------------------------------------ */

static void show_progress(Run *run)
{
    const CbxReport *report = run->report;
    const CbxResult *last;

    if (!run->progress) {
        return;
    }
    if (report->results->len == 0) {
        fprintf(stderr, "\r\x1b[K%s", report->has_device
                                      ? "the driver is starting"
                                      : "the guest is starting");
    } else {
        last = g_ptr_array_index(report->results, report->results->len - 1);
        fprintf(stderr, "\r\x1b[K%u checks, %s", report->results->len,
                *last->api ? last->api : last->driver);
    }
    fflush(stderr);
}

static void end_progress(const Run *run)
{
    if (run->progress) {
        fputs("\r\x1b[K", stderr);
        fflush(stderr);
    }
}

static CbxWish on_report(const char *data, gsize length, gpointer user)
{
    Run *run = user;
    const CbxSession *host;

    if (run->kept_report) {
        fwrite(data, 1, length, run->kept_report);
    }
    cbx_report_feed(run->report, data, length);
    show_progress(run);
    host = cbx_report_session(run->report, CBX_STAND_IN);
    if (run->report->crash_code) {
        return CBX_WISH_LET_DIE;
    }
    return host && host->verdict ? CBX_WISH_STOP : CBX_WISH_GO_ON;
}

static void on_console(const char *data, gsize length, gpointer user)
{
    Run *run = user;

    cbx_console_feed(run->console, data, length);
}

/* ---- Files -------------------------------------------------------------- */

static FILE *keep(const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    FILE *file = fopen(path, "w");

    if (!file) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot write %s: %s; name another directory with --keep",
                    path, g_strerror(errno));
    }
    return file;
}

static gboolean open_kept(Run *run, const char *const *argv, GError **error)
{
    const char *directory = run->options->keep;
    FILE *command;

    if (!directory) {
        return TRUE;
    }
    if (g_mkdir_with_parents(directory, 0777) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot make %s: %s; name another directory with --keep",
                    directory, g_strerror(errno));
        return FALSE;
    }
    run->kept_report = keep(directory, KEPT_REPORT, error);
    if (!run->kept_report) {
        return FALSE;
    }
    run->kept_console = keep(directory, KEPT_CONSOLE, error);
    if (!run->kept_console) {
        return FALSE;
    }
    run->kept_messages = keep(directory, KEPT_MESSAGES, error);
    if (!run->kept_messages) {
        return FALSE;
    }
    command = keep(directory, KEPT_COMMAND, error);
    if (!command) {
        return FALSE;
    }
    for (; *argv; argv++) {
        g_autofree char *quoted = g_shell_quote(*argv);

        fprintf(command, "%s%s", quoted, argv[1] ? " \\\n    " : "\n");
    }
    fclose(command);
    return TRUE;
}

static void close_kept(Run *run)
{
    FILE *files[] = { run->kept_report, run->kept_console,
                      run->kept_messages };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i]) {
            fclose(files[i]);
        }
    }
}

/*
 * A result of an earlier run must not pass for this one's, whatever happens
 * from here on.
 */
static gboolean remove_old_json(const CbxOptions *options, GError **error)
{
    if (options->json && unlink(options->json) < 0 && errno != ENOENT) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot replace %s: %s; name another file with --json",
                    options->json, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

/* ---- Result ------------------------------------------------------------- */

static CbxStyle choose_style(const CbxOptions *options)
{
    const char *no_colour = g_getenv("NO_COLOR");
    CbxStyle style = { .verbose = options->verbose };
    struct winsize size;

    if (isatty(STDOUT_FILENO)) {
        style.colour = (!no_colour || !*no_colour) &&
                       g_strcmp0(g_getenv("TERM"), "dumb") != 0;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
            style.width = size.ws_col;
        }
    }
    return style;
}

static gboolean write_json(const CbxOptions *options, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!options->json ||
        g_file_set_contents(options->json, text, -1, &error)) {
        return TRUE;
    }
    fprintf(stderr, "cbx: cannot write the result: %s; name another file "
            "with --json\n", error->message);
    return FALSE;
}

static gboolean has_verdict(const CbxJudgement *judgement)
{
    return judgement->verdict == CBX_VERDICT_PASS ||
           judgement->verdict == CBX_VERDICT_FAIL;
}

/* Returns FALSE when the result could not be written where it was to go. */
static gboolean publish(const Run *run, const CbxJudgement *judgement,
                        double seconds)
{
    guint count = has_verdict(judgement) ? 0 : LAST_WORDS;
    g_auto(GStrv) last_words = cbx_console_last_words(run->console, count);
    const char *const *words = (const char *const *)last_words;
    CbxStyle style = choose_style(run->options);
    g_autofree char *table = cbx_table_format(run->options, run->report,
                                              judgement, seconds, words,
                                              &style);
    g_autofree char *json = cbx_json_format(run->options, run->report,
                                            judgement, seconds, words);

    if (judgement->verdict == CBX_VERDICT_ERROR) {
        fprintf(stderr, "cbx: %s\n", judgement->reason);
    } else {
        fputs(table, stdout);
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "cbx: cannot write to standard output: %s\n",
                g_strerror(errno));
        write_json(run->options, json);
        return FALSE;
    }
    return write_json(run->options, json);
}

/*
 * What QEMU wrote about itself. In a run that came to its verdict this is
 * about accesses that the guest tried on purpose: of no interest.
 */
static void show_messages(const Run *run, const CbxProcess *process,
                          const CbxJudgement *judgement)
{
    const char *messages = process->messages->str;

    if (*messages && (run->options->verbose || !has_verdict(judgement))) {
        fprintf(stderr, "QEMU's messages:\n%s%s", messages,
                g_str_has_suffix(messages, "\n") ? "" : "\n");
    }
    if (run->kept_messages) {
        fputs(messages, run->kept_messages);
    }
}

/* NULL and @error when no process could be started. */
static CbxProcess *execute(Run *run, GError **error)
{
    const CbxListener listener = { on_report, on_console, run };
    const char *const *argv;
    g_auto(GStrv) command = NULL;
    CbxProcess *process;

    if (!remove_old_json(run->options, error)) {
        return NULL;
    }
    command = cbx_machine_command(run->options, error);
    argv = (const char *const *)command;
    if (!command || !open_kept(run, argv, error)) {
        return NULL;
    }
    run->console = cbx_console_new(run->options->verbose ? stderr : NULL,
                                   run->kept_console);
    if (run->options->verbose) {
        g_autofree char *line = g_strjoinv(" ", command);

        fprintf(stderr, "%s\n", line);
    }
    show_progress(run);
    process = cbx_process_run(argv, run->options->timeout, &listener, error);
    end_progress(run);
    return process;
}

int cbx_run(const CbxOptions *options)
{
    g_autoptr(CbxReport) report = cbx_report_new();
    g_autoptr(CbxJudgement) judgement = NULL;
    g_autoptr(CbxProcess) process = NULL;
    g_autoptr(GError) error = NULL;
    Run run = {
        .options = options,
        .report = report,
        .progress = isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) &&
                    !options->verbose,
    };
    int code;

    process = execute(&run, &error);
    if (!run.console) {
        run.console = cbx_console_new(NULL, NULL);
    }
    if (process) {
        cbx_report_close(report);
        judgement = cbx_judge(options, report, process);
        show_messages(&run, process, judgement);
    } else {
        judgement = cbx_judge_not_run(error->message);
    }
    close_kept(&run);
    code = cbx_verdict_exit_code(judgement->verdict, process);
    if (!publish(&run, judgement, process ? process->seconds : 0)) {
        code = CBX_ERROR_ENVIRONMENT;
    }
    cbx_console_free(run.console);
    return code;
}
