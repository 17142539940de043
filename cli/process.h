/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU as a child: started, listened to, and never left behind.
 */
#ifndef CBX_CLI_PROCESS_H
#define CBX_CLI_PROCESS_H

#include <glib.h>

#include "machine.h"

/* What the listener wants after having seen a piece of the report. */
typedef enum CbxWish {
    CBX_WISH_GO_ON,
    CBX_WISH_LET_DIE,  /* the guest is going down: wait for it, not for long */
    CBX_WISH_STOP,     /* the run is over: stop QEMU */
} CbxWish;

/* Both are called from cbx_process_run() as data arrive. */
typedef struct CbxListener {
    CbxWish (*report)(guint port, const char *data, gsize length,
                      gpointer user);
    void (*console)(const char *data, gsize length, gpointer user);
    gpointer user;
} CbxListener;

/* Why the run ended. */
typedef enum CbxEnding {
    CBX_ENDING_STOPPED,      /* the listener wished so */
    CBX_ENDING_EXITED,       /* QEMU went by itself */
    CBX_ENDING_TIMEOUT,
    CBX_ENDING_INTERRUPTED,  /* SIGINT, SIGTERM or SIGHUP to this command */
} CbxEnding;

typedef struct CbxProcess {
    CbxEnding ending;
    int exit_status;   /* of QEMU; -1 when a signal ended it */
    int term_signal;   /* that signal, or 0 */
    int interrupt;     /* CBX_ENDING_INTERRUPTED: the signal we got */
    gboolean killed;   /* QEMU did not end when asked to and was killed */
    gint64 start;      /* of QEMU, as g_get_monotonic_time() has it */
    double seconds;    /* start of QEMU to the end of the run */
    double total;      /* to the end of QEMU */
    GString *messages; /* what QEMU itself wrote to stdout and stderr */
} CbxProcess;

/*
 * Starts @machine with a pipe for each report and one for the console, and
 * returns when it has ended and everything it wrote has been handed to
 * @listener. Ends it after @timeout seconds. If this command dies, the kernel
 * kills the child. Returns NULL and sets @error (CBX_ERROR_ENVIRONMENT) when
 * the program cannot be started.
 */
CbxProcess *cbx_process_run(const CbxMachine *machine, double timeout,
                            const CbxListener *listener, GError **error);
void cbx_process_free(CbxProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxProcess, cbx_process_free)

#endif
