/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "machine.h"
#include "options.h"

gboolean cbx_kept_prepare(const char *directory, GError **error)
{
    if (g_mkdir_with_parents(directory, 0777) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot make %s: %s; name another directory with --keep",
                    directory, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

static FILE *create(const char *directory, const char *name, GError **error)
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

/* The report goes to standard output, the console to standard error. */
static gboolean write_script(const char *directory, const char *const *argv,
                             GError **error)
{
    FILE *script = create(directory, "qemu.sh", error);

    if (!script) {
        return FALSE;
    }
    fprintf(script, "#!/bin/sh\n"
            "# The QEMU of the run: report on standard output, console on "
            "standard error.\n"
            "exec %d>&1 %d>&2 </dev/null\nexec ", CBX_FD_REPORT,
            CBX_FD_CONSOLE);
    for (; *argv; argv++) {
        g_autofree char *quoted = g_shell_quote(*argv);

        fprintf(script, "%s%s", quoted, argv[1] ? " \\\n    " : "\n");
    }
    fchmod(fileno(script), 0755);
    fclose(script);
    return TRUE;
}

CbxKept *cbx_kept_open(const char *directory, const char *const *argv,
                       GError **error)
{
    g_autoptr(CbxKept) kept = g_new0(CbxKept, 1);

    kept->report = create(directory, "report.ndjson", error);
    if (!kept->report) {
        return NULL;
    }
    kept->console = create(directory, "console.log", error);
    if (!kept->console) {
        return NULL;
    }
    kept->messages = create(directory, "qemu.log", error);
    if (!kept->messages || !write_script(directory, argv, error)) {
        return NULL;
    }
    return g_steal_pointer(&kept);
}

void cbx_kept_close(CbxKept *kept)
{
    FILE *files[] = { kept->report, kept->console, kept->messages };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i]) {
            fclose(files[i]);
        }
    }
    g_free(kept);
}
