/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "json.h"
#include "junit.h"
#include "kept.h"
#include "machine.h"
#include "process.h"
#include "progress.h"
#include "screen.h"
#include "summary.h"
#include "table.h"
#include "tap.h"
#include "terminal.h"

/* Last lines of the console that are shown: an oops without its registers. */
#define LAST_WORDS 20

typedef struct Run {
    const CbxOptions *options;
    guint number;          /* among --repeat, from 1 */
    CbxReport *report;
    CbxConsole *console;
    CbxProgress *progress;
    CbxKept *kept;         /* NULL without --keep */
    gboolean incomplete;   /* a picture that was asked for is missing */
    CbxClock clock;
} Run;

/* ---- While it runs ------------------------------------------------------ */

/* The stand-in has said its last word about every driver. */
static gboolean all_ended(const CbxReport *report)
{
    for (guint i = 0; i < report->ports->len; i++) {
        const CbxSession *host =
            cbx_report_session(cbx_report_port(report, i), CBX_STAND_IN);

        if (!host || !host->verdict) {
            return FALSE;
        }
    }
    return TRUE;
}

static CbxWish on_report(guint port, const char *data, gsize length,
                         gpointer user)
{
    Run *run = user;

    if (!run->clock.report) {
        run->clock.report = g_get_monotonic_time();
    }
    if (run->kept) {
        fwrite(data, 1, length, run->kept->report[port]);
    }
    cbx_report_feed(cbx_report_port(run->report, port), data, length);
    cbx_progress_update(run->progress, run->report);
    if (run->report->crash_code) {
        return CBX_WISH_LET_DIE;
    }
    return all_ended(run->report) ? CBX_WISH_STOP : CBX_WISH_GO_ON;
}

static void on_console(const char *data, gsize length, gpointer user)
{
    Run *run = user;

    cbx_console_feed(run->console, data, length);
    if (!run->clock.init && strstr(run->console->tail->str, CBX_INIT_WORDS)) {
        run->clock.init = g_get_monotonic_time();
    }
}

/*
 * A result of an earlier run must not pass for this one's, whatever happens
 * from here on.
 */
static gboolean remove_old(const char *path, const char *option,
                           GError **error)
{
    if (path && unlink(path) < 0 && errno != ENOENT) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot replace %s: %s; name another file with %s",
                    path, g_strerror(errno), option);
        return FALSE;
    }
    return TRUE;
}

/* NULL and @error when no process could be started. */
static CbxProcess *execute(Run *run, GError **error)
{
    const CbxListener listener = { on_report, on_console, run };
    const CbxOptions *o = run->options;
    g_autoptr(CbxMachine) machine = NULL;
    g_autoptr(CbxScreen) screen = NULL;
    CbxProcess *process;

    if (!remove_old(o->json, "--json", error) ||
        !remove_old(o->junit, "--junit", error) ||
        (o->keep && !cbx_kept_prepare(o->keep, error))) {
        return NULL;
    }
    machine = cbx_machine_new(o, error);
    if (!machine) {
        return NULL;
    }
    if (o->keep) {
        run->kept = cbx_kept_open(o, (const char *const *)machine->argv,
                                  error);
        if (!run->kept) {
            return NULL;
        }
    }
    run->console->copy = run->kept ? run->kept->console : NULL;
    if (o->screendump) {
        screen = cbx_screen_new(o->screendump, error);
        if (!screen) {
            return NULL;
        }
        cbx_machine_watch(machine, cbx_screen_fd(screen));
    }
    if (o->verbose) {
        g_autofree char *line = g_strjoinv(" ", machine->argv);

        fprintf(stderr, "%s\n", line);
    }
    cbx_progress_update(run->progress, run->report);
    process = cbx_process_run(machine, o->timeout, &listener, error);
    if (screen && cbx_screen_problem(screen)) {
        fprintf(stderr, "cbx: a picture of the screen is missing: %s; name "
                "another directory with --screendump\n",
                cbx_screen_problem(screen));
        run->incomplete = TRUE;
    }
    return process;
}

/* ---- Result ------------------------------------------------------------- */

static gboolean has_verdict(const CbxJudgement *judgement)
{
    return judgement->verdict == CBX_VERDICT_PASS ||
           judgement->verdict == CBX_VERDICT_FAIL;
}

static gboolean write_file(const char *path, const char *option,
                           const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!path || g_file_set_contents(path, text, -1, &error)) {
        return TRUE;
    }
    fprintf(stderr, "cbx: cannot write the result: %s; name another file "
            "with %s\n", error->message, option);
    return FALSE;
}

/* Of runs that are followed by another one only a line is told. */
static char *tell(const CbxSummary *s)
{
    const CbxOptions *o = s->options;
    CbxTerminal terminal = cbx_terminal(STDOUT_FILENO);
    CbxStyle style = {
        .colour = terminal.colour,
        .verbose = o->verbose,
        .width = terminal.width,
    };
    g_autofree char *line = NULL;

    if (s->judgement->verdict == CBX_VERDICT_PASS && s->run < o->repeat) {
        line = cbx_summary_line(s, !o->tap && style.colour);
        return g_strdup_printf("%s%s\n", o->tap ? "# " : "", line);
    }
    return o->tap ? cbx_tap_format(s) : cbx_table_format(s, &style);
}

/* Returns FALSE when the result could not be written where it was to go. */
static gboolean publish(const CbxSummary *s)
{
    g_autofree char *text = tell(s);
    g_autofree char *json = cbx_json_format(s);
    g_autofree char *junit = cbx_junit_format(s);
    gboolean good = write_file(s->options->json, "--json", json);

    good &= write_file(s->options->junit, "--junit", junit);
    if (s->judgement->verdict == CBX_VERDICT_ERROR) {
        fprintf(stderr, "cbx: %s\n", s->judgement->reason);
    }
    if (s->judgement->verdict != CBX_VERDICT_ERROR || s->options->tap) {
        fputs(text, stdout);
    }
    if (fflush(stdout) != 0) {
        fprintf(stderr, "cbx: cannot write to standard output: %s\n",
                g_strerror(errno));
        return FALSE;
    }
    return good;
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
    if (run->kept) {
        fputs(messages, run->kept->messages);
    }
}

static int conclude(Run *run, const CbxProcess *process, const char *error)
{
    g_autoptr(GArray) timing = cbx_timing(run->report, &run->clock, process);
    g_autoptr(CbxJudgement) judgement = NULL;
    g_auto(GStrv) last_words = NULL;
    CbxSummary summary = {
        .options = run->options,
        .report = run->report,
        .timing = timing,
        .seconds = process ? process->seconds : 0,
        .run = run->number,
    };

    if (process) {
        cbx_report_close(run->report);
        judgement = cbx_judge(run->options, run->report, process);
        show_messages(run, process, judgement);
    } else {
        judgement = cbx_judge_not_run(error);
    }
    g_clear_pointer(&run->kept, cbx_kept_close);
    last_words = cbx_console_last_words(run->console,
                                        has_verdict(judgement) ? 0
                                                               : LAST_WORDS);
    summary.judgement = judgement;
    summary.last_words = (const char *const *)last_words;
    if (!publish(&summary) || run->incomplete) {
        return CBX_ERROR_ENVIRONMENT;
    }
    return cbx_verdict_exit_code(judgement->verdict, process);
}

static int run_once(const CbxOptions *options, guint number)
{
    g_autoptr(CbxReport) report = cbx_report_new();
    g_autoptr(CbxConsole) console =
        cbx_console_new(options->verbose ? stderr : NULL, NULL);
    g_autoptr(CbxProcess) process = NULL;
    g_autoptr(GError) error = NULL;
    Run run = {
        .options = options,
        .number = number,
        .report = report,
        .console = console,
        .progress = cbx_progress_new(options->verbose ? NULL : stderr, number,
                                     options->repeat),
    };

    for (guint i = 0; i < options->drivers->len; i++) {
        const CbxDriver *driver = g_ptr_array_index(options->drivers, i);

        cbx_report_add_port(report, driver->name);
    }
    process = execute(&run, &error);
    cbx_progress_free(run.progress);
    return conclude(&run, process, error ? error->message : NULL);
}

int cbx_run(const CbxOptions *options)
{
    int code = 0;

    for (guint i = 1; i <= options->repeat && code == 0; i++) {
        code = run_once(options, i);
    }
    return code;
}
