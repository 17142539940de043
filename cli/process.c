/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "options.h"

/* QEMU ends within milliseconds of SIGTERM unless it hangs. */
#define STOP_SECONDS 3

/* A panic prints its last words and resets; under load that takes a while. */
#define DEATH_SECONDS 5

/* QEMU's own messages are a few lines; do not keep a flood of them. */
#define MESSAGES_MAX 65536

typedef enum Channel {
    CONSOLE,
    MESSAGES,
    REPORT,     /* and behind it those of the other ports */
    CHANNELS_MAX = REPORT + CBX_DRIVERS_MAX
} Channel;

typedef struct Run Run;

/* One stream from QEMU: our end and the source that watches it. */
typedef struct Stream {
    Run *run;
    Channel channel;
    int fd;
    guint source;
} Stream;

struct Run {
    CbxProcess *process;
    const CbxListener *listener;
    GMainLoop *loop;
    GSubprocess *child;
    Stream streams[CHANNELS_MAX];
    guint channels;       /* of these in use */
    gboolean over;        /* the ending is decided */
    gboolean dying;
    guint deadline;       /* timer: end of the run, of the dying, of stopping */
    guint signals[3];
};

static const int interrupts[] = { SIGINT, SIGTERM, SIGHUP };

/* ---- Ending ------------------------------------------------------------- */

static void set_deadline(Run *run, double seconds, GSourceFunc act)
{
    if (run->deadline) {
        g_source_remove(run->deadline);
    }
    run->deadline = g_timeout_add((guint)(seconds * 1000), act, run);
}

static gboolean kill_child(gpointer data)
{
    Run *run = data;

    run->deadline = 0;
    run->process->killed = TRUE;
    g_subprocess_force_exit(run->child);
    return G_SOURCE_REMOVE;
}

static double seconds_since_start(const Run *run)
{
    return (double)(g_get_monotonic_time() - run->process->start) /
           G_USEC_PER_SEC;
}

static void decide(Run *run, CbxEnding ending)
{
    if (!run->over) {
        run->over = TRUE;
        run->process->ending = ending;
        run->process->seconds = seconds_since_start(run);
    }
}

static void stop(Run *run, CbxEnding ending)
{
    if (run->over) {
        return;
    }
    decide(run, ending);
    g_subprocess_send_signal(run->child, SIGTERM);
    set_deadline(run, STOP_SECONDS, kill_child);
}

static gboolean on_timeout(gpointer data)
{
    Run *run = data;

    run->deadline = 0;
    stop(run, CBX_ENDING_TIMEOUT);
    return G_SOURCE_REMOVE;
}

/* What the guest reported stands, whether it resets afterwards or hangs. */
static gboolean on_still_dying(gpointer data)
{
    Run *run = data;

    run->deadline = 0;
    stop(run, CBX_ENDING_STOPPED);
    return G_SOURCE_REMOVE;
}

static gboolean on_interrupt(Run *run, int number)
{
    if (!run->process->interrupt) {
        run->process->interrupt = number;
    }
    stop(run, CBX_ENDING_INTERRUPTED);
    return G_SOURCE_CONTINUE;
}

static gboolean on_sigint(gpointer data)
{
    return on_interrupt(data, SIGINT);
}

static gboolean on_sigterm(gpointer data)
{
    return on_interrupt(data, SIGTERM);
}

static gboolean on_sighup(gpointer data)
{
    return on_interrupt(data, SIGHUP);
}

static const GSourceFunc on_signal[] = { on_sigint, on_sigterm, on_sighup };

G_STATIC_ASSERT(G_N_ELEMENTS(on_signal) == G_N_ELEMENTS(interrupts));

/* ---- Listening ---------------------------------------------------------- */

static void deliver(Stream *stream, const char *data, gsize length)
{
    Run *run = stream->run;
    GString *messages = run->process->messages;

    switch (stream->channel) {
    case CONSOLE:
        run->listener->console(data, length, run->listener->user);
        break;
    case MESSAGES:
        g_string_append_len(messages, data,
                            (gssize)MIN(length, MESSAGES_MAX - messages->len));
        break;
    default:
        switch (run->listener->report(stream->channel - REPORT, data, length,
                                      run->listener->user)) {
        case CBX_WISH_STOP:
            stop(run, CBX_ENDING_STOPPED);
            break;
        case CBX_WISH_LET_DIE:
            if (!run->over && !run->dying) {
                run->dying = TRUE;
                set_deadline(run, DEATH_SECONDS, on_still_dying);
            }
            break;
        case CBX_WISH_GO_ON:
            break;
        }
        break;
    }
}

/*
 * Reads once: a stream that never pauses must not keep timers and signals from
 * their turn. Returns what read() returned.
 */
static ssize_t take(Stream *stream)
{
    char buffer[16384];
    ssize_t got;

    do {
        got = read(stream->fd, buffer, sizeof(buffer));
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        deliver(stream, buffer, (gsize)got);
    }
    return got;
}

static gboolean on_readable(gint fd G_GNUC_UNUSED,
                            GIOCondition condition G_GNUC_UNUSED,
                            gpointer data)
{
    Stream *stream = data;
    ssize_t got = take(stream);

    if (got > 0 || (got < 0 && errno == EAGAIN)) {
        return G_SOURCE_CONTINUE;
    }
    stream->source = 0;
    return G_SOURCE_REMOVE;
}

/*
 * Takes what the child, now gone, has left in the pipe. Waiting for its end
 * instead would be wrong: a child of the child can hold it open.
 */
static void drain(Stream *stream)
{
    int queued = 0;
    ssize_t got = 1;

    ioctl(stream->fd, FIONREAD, &queued);
    for (; queued > 0 && got > 0; queued -= (int)got) {
        got = take(stream);
    }
}

static void on_exit_of_child(GObject *object, GAsyncResult *result,
                             gpointer data)
{
    Run *run = data;

    g_subprocess_wait_finish(G_SUBPROCESS(object), result, NULL);
    for (guint i = 0; i < run->channels; i++) {
        drain(&run->streams[i]);
    }
    decide(run, CBX_ENDING_EXITED);
    g_main_loop_quit(run->loop);
}

/* ---- Starting ----------------------------------------------------------- */

/* In the child, before exec: only async-signal-safe calls. */
static void settle(gpointer data)
{
    pid_t parent = (pid_t)GPOINTER_TO_INT(data);

    /* Ctrl-C is for us: were QEMU to go first, it would look like a crash. */
    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) {
        _exit(127);
    }
}

/*
 * Returns the child's end of a pipe, or -1. Not a socket: there each character
 * of the console, written on its own, takes the room of a packet, and the
 * serial port loses what finds no room.
 */
static int open_stream(Run *run, Channel channel)
{
    Stream *stream = &run->streams[channel];
    int pair[2];

    if (!g_unix_open_pipe(pair, FD_CLOEXEC, NULL)) {
        return -1;
    }
    g_unix_set_fd_nonblocking(pair[0], TRUE, NULL);
    stream->run = run;
    stream->channel = channel;
    stream->fd = pair[0];
    stream->source = g_unix_fd_add(pair[0], G_IO_IN | G_IO_HUP | G_IO_ERR,
                                   on_readable, stream);
    return pair[1];
}

static gboolean start(Run *run, const CbxMachine *machine, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_MERGE);
    int ends[CHANNELS_MAX];
    GError *bad = NULL;

    run->channels = REPORT + machine->ports;
    for (guint i = 0; i < run->channels; i++) {
        ends[i] = open_stream(run, (Channel)i);
        if (ends[i] < 0) {
            g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                        "cannot make a pipe: %s; close other programs or "
                        "raise 'ulimit -n'", g_strerror(errno));
            while (i-- > 0) {
                close(ends[i]);
            }
            return FALSE;
        }
    }
    for (guint i = 0; i < machine->ports; i++) {
        g_subprocess_launcher_take_fd(launcher, ends[REPORT + i],
                                      cbx_machine_report_fd(i));
    }
    g_subprocess_launcher_take_fd(launcher, ends[CONSOLE], CBX_FD_CONSOLE);
    g_subprocess_launcher_take_stdout_fd(launcher, ends[MESSAGES]);
    g_subprocess_launcher_set_child_setup(launcher, settle,
                                          GINT_TO_POINTER((int)getpid()),
                                          NULL);
    if (machine->initrd >= 0) {
        g_subprocess_launcher_take_fd(launcher, dup(machine->initrd),
                                      CBX_FD_INITRD);
    }
    if (machine->monitor >= 0) {
        g_subprocess_launcher_take_fd(launcher, dup(machine->monitor),
                                      CBX_FD_MONITOR);
    }
    run->process->start = g_get_monotonic_time();
    run->child = g_subprocess_launcher_spawnv(
        launcher, (const char *const *)machine->argv, &bad);
    if (!run->child) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot start QEMU: %s; build it with 'make', or name "
                    "another with --qemu", bad->message);
        g_error_free(bad);
        return FALSE;
    }
    return TRUE;
}

static void clear(Run *run)
{
    for (guint i = 0; i < CHANNELS_MAX; i++) {
        if (run->streams[i].source) {
            g_source_remove(run->streams[i].source);
        }
        if (run->streams[i].fd >= 0) {
            close(run->streams[i].fd);
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(interrupts); i++) {
        g_source_remove(run->signals[i]);
    }
    if (run->deadline) {
        g_source_remove(run->deadline);
    }
    g_clear_object(&run->child);
    g_main_loop_unref(run->loop);
}

CbxProcess *cbx_process_run(const CbxMachine *machine, double timeout,
                            const CbxListener *listener, GError **error)
{
    g_autoptr(CbxProcess) process = g_new0(CbxProcess, 1);
    Run run = {
        .process = process,
        .listener = listener,
        .loop = g_main_loop_new(NULL, FALSE),
    };
    gboolean started;

    for (guint i = 0; i < CHANNELS_MAX; i++) {
        run.streams[i].fd = -1;
    }
    process->messages = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(interrupts); i++) {
        run.signals[i] = g_unix_signal_add(interrupts[i], on_signal[i], &run);
    }
    started = start(&run, machine, error);
    if (started) {
        set_deadline(&run, timeout, on_timeout);
        g_subprocess_wait_async(run.child, NULL, on_exit_of_child, &run);
        g_main_loop_run(run.loop);
        process->total = seconds_since_start(&run);
        process->exit_status = -1;
        if (g_subprocess_get_if_exited(run.child)) {
            process->exit_status = g_subprocess_get_exit_status(run.child);
        } else {
            process->term_signal = g_subprocess_get_term_sig(run.child);
        }
    }
    clear(&run);
    return started ? g_steal_pointer(&process) : NULL;
}

void cbx_process_free(CbxProcess *process)
{
    g_string_free(process->messages, TRUE);
    g_free(process);
}
