/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
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

/* The reports go to standard output, the console to standard error. */
static gboolean write_script(const CbxOptions *options, const char *const *argv,
                             GError **error)
{
    FILE *script = create(options->keep, "qemu.sh", error);

    if (!script) {
        return FALSE;
    }
    fprintf(script, "#!/bin/sh\n"
            "# The QEMU of the run: report on standard output, console on "
            "standard error.\n"
            "exec");
    for (guint i = 0; i < options->drivers->len; i++) {
        fprintf(script, " %d>&1", cbx_machine_report_fd(i));
    }
    fprintf(script, " %d>&2 </dev/null\nexec ", CBX_FD_CONSOLE);
    for (; *argv; argv++) {
        g_autofree char *quoted = g_shell_quote(*argv);

        fprintf(script, "%s%s", quoted, argv[1] ? " \\\n    " : "\n");
    }
    fchmod(fileno(script), 0755);
    fclose(script);
    return TRUE;
}

/* "report.ndjson", or of several "cbxwdm.report.ndjson". */
static FILE *create_report(const CbxOptions *options, guint index,
                           GError **error)
{
    const CbxDriver *driver = g_ptr_array_index(options->drivers, index);
    gsize stem = strlen(driver->name) - strlen(".sys");
    g_autofree char *name = g_strdup_printf("%.*s.report.ndjson", (int)stem,
                                            driver->name);

    return create(options->keep, options->drivers->len > 1 ? name
                                                           : "report.ndjson",
                  error);
}

CbxKept *cbx_kept_open(const CbxOptions *options, const char *const *argv,
                       GError **error)
{
    g_autoptr(CbxKept) kept = g_new0(CbxKept, 1);

    for (guint i = 0; i < options->drivers->len; i++) {
        kept->report[i] = create_report(options, i, error);
        if (!kept->report[i]) {
            return NULL;
        }
    }
    kept->console = create(options->keep, "console.log", error);
    if (!kept->console) {
        return NULL;
    }
    kept->messages = create(options->keep, "qemu.log", error);
    if (!kept->messages || !write_script(options, argv, error)) {
        return NULL;
    }
    return g_steal_pointer(&kept);
}

static void close_file(FILE *file)
{
    if (file) {
        fclose(file);
    }
}

void cbx_kept_close(CbxKept *kept)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kept->report); i++) {
        close_file(kept->report[i]);
    }
    close_file(kept->console);
    close_file(kept->messages);
    g_free(kept);
}
