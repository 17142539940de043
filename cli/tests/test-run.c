/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command as a whole, with a shell script in QEMU's place: its report is
 * file descriptor 3, the console 4, as for QEMU.
 *
 * Usage: test-run PATH-OF-CBX
 */
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "stream.h"

static const char *cbx_path;

/* A directory for the run's files, and what came of the run. */
typedef struct Fixture {
    char *path;
    char *qemu;
    char *json;
    char *out;
    char *err;
    int status;
} Fixture;

static const char *const names[] = {
    "qemu", "vmlinux", "initrd.cpio", "stream", "result.json", "pid", "argv",
    "kept/report.ndjson", "kept/console.log", "kept/qemu.sh", "kept/qemu.log",
    "kept",
};

static void fixture_start(Fixture *f, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *kernel = NULL;
    g_autofree char *initrd = NULL;

    f->path = g_dir_make_tmp("cbx-test-XXXXXX", NULL);
    f->qemu = g_build_filename(f->path, "qemu", NULL);
    f->json = g_build_filename(f->path, "result.json", NULL);
    kernel = g_build_filename(f->path, "vmlinux", NULL);
    initrd = g_build_filename(f->path, "initrd.cpio", NULL);
    g_assert_true(g_file_set_contents(kernel, "", 0, NULL));
    g_assert_true(g_file_set_contents(initrd, "", 0, NULL));
}

static void fixture_stop(Fixture *f, gconstpointer unused G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = g_build_filename(f->path, names[i], NULL);

        g_remove(file);
    }
    /* Fails when the command has left a file of its own behind. */
    g_assert_cmpint(g_rmdir(f->path), ==, 0);
    g_free(f->path);
    g_free(f->qemu);
    g_free(f->json);
    g_free(f->out);
    g_free(f->err);
}

/* QEMU's part is played by shell commands; they find $D, the directory. */
static void play(Fixture *f, const Stream *stream, const char *script)
{
    g_autofree char *text = g_strdup_printf("#!/bin/sh\nD='%s'\n%s\n",
                                            f->path, script);
    g_autofree char *file = g_build_filename(f->path, "stream", NULL);

    g_assert_true(g_file_set_contents(file, stream ? stream->text->str : "",
                                      -1, NULL));
    g_assert_true(g_file_set_contents(f->qemu, text, -1, NULL));
    g_assert_cmpint(g_chmod(f->qemu, 0700), ==, 0);
}

static GSubprocess *start(Fixture *f, const char *arguments)
{
    g_autofree char *complete = arguments_for_calls(arguments);
    g_autofree char *line = g_strdup_printf(
        "'%s' run --qemu '%s' --guest-dir '%s' --json '%s' %s", cbx_path,
        f->qemu, f->path, f->json, complete);
    g_auto(GStrv) argv = NULL;
    g_autoptr(GError) error = NULL;
    GSubprocess *process;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    process = g_subprocess_newv((const char *const *)argv,
                                G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    g_assert_no_error(error);
    return process;
}

static void finish(Fixture *f, GSubprocess *process)
{
    g_autoptr(GError) error = NULL;

    g_subprocess_communicate_utf8(process, NULL, NULL, &f->out, &f->err,
                                  &error);
    g_assert_no_error(error);
    g_test_message("%s%s", f->out, f->err);
    g_assert_true(g_subprocess_get_if_exited(process));
    f->status = g_subprocess_get_exit_status(process);
    g_object_unref(process);
}

static void run(Fixture *f, const Stream *stream, const char *script,
                const char *arguments)
{
    play(f, stream, script);
    finish(f, start(f, arguments));
}

static void assert_json_verdict(const Fixture *f, const char *verdict)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    JsonObject *o;

    json_parser_load_from_file(parser, f->json, &error);
    g_assert_no_error(error);
    o = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(o, "verdict"), ==, verdict);
}

/* Process number that the script has left in the file "pid". */
static pid_t script_pid(const Fixture *f)
{
    g_autofree char *file = g_build_filename(f->path, "pid", NULL);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

/* The script says "up" on the console, echoed by --verbose, when it runs. */
static void wait_until_up(GSubprocess *process)
{
    GInputStream *pipe = g_subprocess_get_stderr_pipe(process);
    g_autoptr(GString) seen = g_string_new(NULL);

    while (!strstr(seen->str, "\nup\n")) {
        char c;
        gssize n = g_input_stream_read(pipe, &c, 1, NULL, NULL);

        g_assert_cmpint(n, ==, 1);
        g_string_append_c(seen, c);
    }
}

#define PLAY   "cat \"$D/stream\" >&3\n"
#define RECORD "echo $$ >\"$D/pid\"\n"
#define UP     "echo up >&4\n"
#define HANG   "exec sleep 600\n"

static void a_good_run_ends_with_0(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, RECORD PLAY HANG, "");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_nonnull(strstr(f->out, "\nPASS  "));
    assert_json_verdict(f, "pass");
    g_assert_cmpint(kill(script_pid(f), 0), ==, -1);
}

/* The guest may also power off by itself after its last word. */
static void a_power_off_at_the_end_is_good(Fixture *f,
                                           gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, PLAY, "");
    g_assert_cmpint(f->status, ==, 0);
}

static void a_failed_check_ends_with_1(Fixture *f,
                                       gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    stream_result(stream, DRIVER, "AllocateCommonBuffer", "edges", "fail",
                  NULL);
    stream_end(stream, DRIVER, "fail");
    stream_end(stream, CBX_STAND_IN, "pass");
    run(f, stream, PLAY HANG, "");
    g_assert_cmpint(f->status, ==, 1);
    g_assert_nonnull(strstr(f->out, "\nFAIL  1 of "));
    assert_json_verdict(f, "fail");
}

static void a_gap_ends_with_1(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, "sed 5d \"$D/stream\" >&3\n" HANG, "");
    g_assert_cmpint(f->status, ==, 1);
}

static void wrong_usage_ends_with_2(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    run(f, NULL, "", "--iommu maybe");
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "known: none, vtd"));
    g_assert_cmpstr(f->out, ==, "");
}

static void no_qemu_ends_with_3(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    finish(f, start(f, ""));
    g_assert_cmpint(f->status, ==, 3);
    g_assert_nonnull(strstr(f->err, "'make'"));
    g_assert_cmpstr(f->out, ==, "");
    assert_json_verdict(f, "error");
}

static void a_qemu_that_cannot_run_ends_with_3(Fixture *f,
                                               gconstpointer u G_GNUC_UNUSED)
{
    play(f, NULL, "");
    g_assert_true(g_file_set_contents(f->qemu, "#!/nowhere/sh\n", -1, NULL));
    g_assert_cmpint(g_chmod(f->qemu, 0700), ==, 0);
    finish(f, start(f, ""));
    g_assert_cmpint(f->status, ==, 3);
    g_assert_nonnull(strstr(f->err, "cannot start QEMU"));
}

static void a_qemu_that_refuses_ends_with_3(Fixture *f,
                                            gconstpointer u G_GNUC_UNUSED)
{
    run(f, NULL, "echo 'no device called cbx' >&2; exit 1", "");
    g_assert_cmpint(f->status, ==, 3);
    g_assert_nonnull(strstr(f->err, "no device called cbx"));
    assert_json_verdict(f, "error");
}

static void a_result_that_cannot_be_written_ends_with_3(Fixture *f,
                                                        gconstpointer u
                                                        G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, PLAY HANG, "--json /nowhere/result.json");
    g_assert_cmpint(f->status, ==, 3);
    g_assert_nonnull(strstr(f->err, "/nowhere/result.json"));
}

static void a_crash_ends_with_4(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_record(stream, "crash",
                  "\"code\":\"0x000000E6\",\"text\":\"no such buffer\"");
    run(f, stream, PLAY "echo 'Kernel panic - not syncing' >&4", "");
    g_assert_cmpint(f->status, ==, 4);
    g_assert_nonnull(strstr(f->out, "0x000000E6 no such buffer"));
    g_assert_nonnull(strstr(f->out, "| Kernel panic - not syncing"));
    assert_json_verdict(f, "crash");
}

static void a_panic_without_a_record_ends_with_4(Fixture *f,
                                                 gconstpointer u G_GNUC_UNUSED)
{
    run(f, NULL, "echo 'Kernel panic: no init' >&4", "");
    g_assert_cmpint(f->status, ==, 4);
    g_assert_nonnull(strstr(f->out, "| Kernel panic: no init"));
    assert_json_verdict(f, "crash");
}

static void a_qemu_that_aborts_ends_with_4(Fixture *f,
                                           gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    stream_calls(stream);
    run(f, stream, PLAY "ulimit -c 0; kill -ABRT $$", "");
    g_assert_cmpint(f->status, ==, 4);
    g_assert_nonnull(strstr(f->out, "signal 6"));
}

static void a_hang_ends_with_4(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_new();

    stream_head(stream);
    run(f, stream, RECORD PLAY "echo thinking >&4\n" HANG, "--timeout 0.5");
    g_assert_cmpint(f->status, ==, 4);
    g_assert_nonnull(strstr(f->out, "no verdict within 0.5 s"));
    g_assert_nonnull(strstr(f->out, "| thinking"));
    assert_json_verdict(f, "timeout");
    g_assert_cmpint(kill(script_pid(f), 0), ==, -1);
}

/* The stream does not pause, and yet the time is up some time. */
static void an_endless_stream_ends_with_4(Fixture *f,
                                          gconstpointer u G_GNUC_UNUSED)
{
    run(f, NULL, "exec cat /dev/zero >&3", "--timeout 0.5");
    g_assert_cmpint(f->status, ==, 4);
    assert_json_verdict(f, "timeout");
}

static void a_break_in_a_line_is_seen(Fixture *f,
                                      gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, "head -c -9 \"$D/stream\" >&3", "");
    g_assert_cmpint(f->status, ==, 4);
}

/* As when somebody ends all QEMUs of the machine. */
static void a_qemu_ended_by_others_says_so(Fixture *f,
                                           gconstpointer u G_GNUC_UNUSED)
{
    run(f, NULL, "echo 'terminating on signal 15' >&2", "");
    g_assert_cmpint(f->status, ==, 4);
    g_assert_nonnull(strstr(f->out, "verdict: terminating on signal 15"));
}

/* A child of QEMU's that keeps the pipes open does not keep us. */
static void an_orphan_does_not_hold_up_the_end(Fixture *f,
                                               gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, "sleep 600 & echo $! >\"$D/pid\"\n" PLAY, "");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_cmpint(kill(script_pid(f), SIGKILL), ==, 0);
}

static void a_qemu_deaf_to_sigterm_is_killed(Fixture *f,
                                             gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();

    run(f, stream, RECORD "trap '' TERM\n" PLAY HANG, "");
    g_assert_cmpint(f->status, ==, 1);
    g_assert_nonnull(strstr(f->out, "it had to be killed"));
    g_assert_cmpint(kill(script_pid(f), 0), ==, -1);
}

static void an_interrupt_takes_qemu_along(Fixture *f,
                                          gconstpointer u G_GNUC_UNUSED)
{
    GSubprocess *process;

    play(f, NULL, RECORD UP HANG);
    process = start(f, "--verbose");
    wait_until_up(process);
    g_subprocess_send_signal(process, SIGINT);
    finish(f, process);
    g_assert_cmpint(f->status, ==, 130);
    assert_json_verdict(f, "interrupted");
    g_assert_cmpint(kill(script_pid(f), 0), ==, -1);
}

/* Even a command that cannot clean up leaves no QEMU behind. */
static void death_takes_qemu_along(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    GSubprocess *process;
    g_autoptr(GBytes) rest = NULL;

    play(f, NULL, RECORD UP HANG);
    process = start(f, "--verbose");
    wait_until_up(process);
    g_subprocess_force_exit(process);
    /*
     * QEMU's pipes close when the kernel has killed it; until then it would
     * keep the pipe that it has inherited as standard error of the command.
     */
    g_subprocess_wait(process, NULL, NULL);
    while (kill(script_pid(f), 0) == 0) {
        g_thread_yield();
    }
    g_assert_cmpint(errno, ==, ESRCH);
    g_object_unref(process);
}

static void an_old_result_does_not_survive(Fixture *f,
                                           gconstpointer u G_GNUC_UNUSED)
{
    g_assert_true(g_file_set_contents(f->json, "{\"verdict\":\"pass\"}", -1,
                                      NULL));
    run(f, NULL, "exit 1", "");
    assert_json_verdict(f, "error");
}

static void keep_keeps_everything(Fixture *f, gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();
    g_autofree char *kept = g_build_filename(f->path, "kept", NULL);
    g_autofree char *report = g_build_filename(kept, "report.ndjson", NULL);
    g_autofree char *console = g_build_filename(kept, "console.log", NULL);
    g_autofree char *command = g_build_filename(kept, "qemu.sh", NULL);
    g_autofree char *messages = g_build_filename(kept, "qemu.log", NULL);
    g_autofree char *arguments = g_strdup_printf("--keep '%s'", kept);
    char *text;

    run(f, stream, "echo hello >&4; echo oops >&2\n" PLAY HANG, arguments);
    g_assert_cmpint(f->status, ==, 0);
    g_assert_null(strstr(f->err, "oops"));
    g_assert_true(g_file_get_contents(messages, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "oops\n");
    g_free(text);
    g_assert_true(g_file_get_contents(report, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, stream->text->str);
    g_free(text);
    g_assert_true(g_file_get_contents(console, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "hello\n");
    g_free(text);
    g_assert_true(g_file_get_contents(command, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "-device"));
    g_free(text);
}

static void qemu_gets_the_command_line(Fixture *f,
                                       gconstpointer u G_GNUC_UNUSED)
{
    g_autoptr(Stream) stream = stream_good();
    g_autofree char *file = g_build_filename(f->path, "argv", NULL);
    g_autofree char *text = NULL;

    run(f, stream, "printf '%s\\n' \"$@\" >\"$D/argv\"\n" PLAY HANG, "");
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "-add-fd\nfd=3,set=3\n"));
    g_assert_nonnull(strstr(text, "-chardev\nfile,id=report,"
                            "path=/dev/fdset/3,append=on\n"));
}

/* ---- The other commands ------------------------------------------------- */

static void simple(const char *arguments, int status, const char *out,
                   const char *err)
{
    g_autofree char *line = g_strdup_printf("'%s' %s", cbx_path, arguments);
    g_autofree char *stdout_text = NULL;
    g_autofree char *stderr_text = NULL;
    int wait_status;

    g_assert_true(g_spawn_command_line_sync(line, &stdout_text, &stderr_text,
                                            &wait_status, NULL));
    g_test_message("%s%s", stdout_text, stderr_text);
    g_assert_cmpint(wait_status, ==, status << 8);
    g_assert_nonnull(strstr(stdout_text, out));
    g_assert_nonnull(strstr(stderr_text, err));
}

static void the_other_commands(void)
{
    simple("--version", 0, "cbx ", "");
    simple("version", 0, "cbx ", "");
    simple("help", 0, "--iommu", "");
    simple("--help", 0, "Examples:", "");
    simple("run --help", 0, "Examples:", "");
    simple("list", 0, "AllocateCommonBufferVector        cbxwdm.sys", "");
    simple("list", 0, "hal-physical", "");
    simple("", 2, "", "a command is missing");
    simple("rum", 2, "", "is 'run' meant?");
    simple("list all", 2, "", "'all' is one argument too many");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-run PATH-OF-CBX\n");
        return 2;
    }
    cbx_path = argv[1];
    g_unsetenv("CBX_BUILD_DIR");
#define TEST(name) g_test_add("/cli/run/" #name, Fixture, NULL, \
                              fixture_start, name, fixture_stop)
    TEST(a_good_run_ends_with_0);
    TEST(a_power_off_at_the_end_is_good);
    TEST(a_failed_check_ends_with_1);
    TEST(a_gap_ends_with_1);
    TEST(wrong_usage_ends_with_2);
    TEST(no_qemu_ends_with_3);
    TEST(a_qemu_that_cannot_run_ends_with_3);
    TEST(a_qemu_that_refuses_ends_with_3);
    TEST(a_result_that_cannot_be_written_ends_with_3);
    TEST(a_crash_ends_with_4);
    TEST(a_panic_without_a_record_ends_with_4);
    TEST(a_qemu_that_aborts_ends_with_4);
    TEST(a_hang_ends_with_4);
    TEST(an_endless_stream_ends_with_4);
    TEST(a_break_in_a_line_is_seen);
    TEST(a_qemu_ended_by_others_says_so);
    TEST(an_orphan_does_not_hold_up_the_end);
    TEST(a_qemu_deaf_to_sigterm_is_killed);
    TEST(an_interrupt_takes_qemu_along);
    TEST(death_takes_qemu_along);
    TEST(an_old_result_does_not_survive);
    TEST(keep_keeps_everything);
    TEST(qemu_gets_the_command_line);
    g_test_add_func("/cli/commands", the_other_commands);
    return g_test_run();
}
