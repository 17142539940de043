/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE  /* strchrnul() */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "colour.h"
#include "initrd.h"
#include "machine.h"
#include "terminal.h"

/* What QEMU itself takes besides the guest's memory: 60 to 90 MiB measured. */
#define QEMU_MEMORY 128

/* Room for temporary files, in MiB: of the tests, and of kept runs. */
#define SPACE 64

/* What became of looking for a thing. */
typedef struct Finding {
    gboolean good;
    char *seen;
    const char *remedy;
} Finding;

static Finding good(char *seen)
{
    return (Finding) { TRUE, seen, NULL };
}

static Finding bad(char *seen, const char *remedy)
{
    return (Finding) { FALSE, seen, remedy };
}

/* ---- Programs ------------------------------------------------------------ */

/* What the program writes, without its end; NULL when it fails. */
static char *output_of(const char *const *argv)
{
    g_autofree char *text = NULL;
    int status;

    if (!g_spawn_sync(NULL, (char **)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                      NULL, &text, NULL, &status, NULL) || status != 0) {
        return NULL;
    }
    return g_strchomp(g_steal_pointer(&text));
}

static Finding find_qemu(const CbxOptions *o)
{
    g_autofree char *qemu = cbx_machine_qemu(o);
    const char *const version_argv[] = { qemu, "--version", NULL };
    const char *const device_argv[] = { qemu, "-device", "cbx,help", NULL };
    g_autofree char *version = NULL;
    g_autofree char *device = NULL;

    if (access(qemu, X_OK) < 0) {
        return bad(g_strdup_printf("%s: %s", qemu, g_strerror(errno)),
                   "make qemu, or name one with --qemu");
    }
    version = output_of(version_argv);
    if (!version) {
        return bad(g_strdup_printf("%s does not run", qemu),
                   "make qemu; 'ldd' tells whether a library is missing");
    }
    *strchrnul(version, '\n') = '\0';
    device = output_of(device_argv);
    /* Its property is looked for: not every program minds its arguments. */
    if (!device || !strstr(device, "report=")) {
        return bad(g_strdup_printf("%s has no device cbx", qemu),
                   "make qemu: only the QEMU of this tree has it");
    }
    return good(g_strdup_printf("%s: %s, with the device", qemu, version));
}

static Finding find_packages(const CbxOptions *o G_GNUC_UNUSED)
{
    const char *const argv[] = { CBX_SOURCE_DIR "/configure",
                                 "--list-missing", NULL };
    g_autofree char *missing = output_of(argv);

    if (!missing) {
        return bad(g_strdup(CBX_SOURCE_DIR "/configure does not run"),
                   "none for runs; to build, get the source tree again");
    }
    if (*missing) {
        return bad(g_strdelimit(g_steal_pointer(&missing), "\n", ' '),
                   "./configure --install-deps, or apt-get install them");
    }
    return good(g_strdup("all that the build needs"));
}

/* ---- The guest ----------------------------------------------------------- */

static Finding find_kernel(const CbxOptions *o)
{
    g_autofree char *guest = cbx_machine_guest(o);
    g_autofree char *path = g_build_filename(guest, o->arch->kernel, NULL);
    FILE *file = fopen(path, "re");
    gsize length = strlen(o->arch->magic), got = 0;
    char magic[8] = "";

    if (!file) {
        return bad(g_strdup_printf("%s: %s", path, g_strerror(errno)),
                   "./configure fetches it, or name a place with --guest-dir");
    }
    if (fseek(file, o->arch->magic_at, SEEK_SET) == 0) {
        got = fread(magic, 1, length, file);
    }
    fclose(file);
    if (got != length || memcmp(magic, o->arch->magic, length) != 0) {
        return bad(g_strdup_printf("%s is not %s", path,
                                   o->arch->magic_at ? "an arm64 Image"
                                                     : "an ELF image"),
                   "./configure; a bzImage has to be extracted first");
    }
    return good(g_steal_pointer(&path));
}

static Finding find_firmware(const CbxOptions *o)
{
    g_autofree char *guest = cbx_machine_guest(o);
    g_autofree char *path = NULL;

    if (!o->arch->firmware) {
        return good(g_strdup("QEMU's own"));
    }
    path = g_build_filename(guest, o->arch->firmware, NULL);
    if (access(path, R_OK) < 0) {
        return bad(g_strdup_printf("%s: %s", path, g_strerror(errno)),
                   "./configure fetches it, or name a place with --guest-dir");
    }
    return good(g_steal_pointer(&path));
}

static char *initrd_path(const CbxOptions *o)
{
    g_autofree char *guest = cbx_machine_guest(o);

    return g_build_filename(guest, o->arch->initrd, NULL);
}

/* Names in the initrd; NULL and what is wrong with it in @finding. */
static GStrv load_initrd(const CbxOptions *o, Finding *finding)
{
    g_autofree char *path = initrd_path(o);
    g_autofree char *data = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;
    GStrv names;

    if (!g_file_get_contents(path, &data, &length, &error)) {
        *finding = bad(g_strdup(error->message),
                       "make guest, or name a place with --guest-dir");
        return NULL;
    }
    names = cbx_initrd_names(data, length);
    if (!names) {
        *finding = bad(g_strdup_printf("%s is not a cpio archive", path),
                       "make guest");
    }
    return names;
}

static Finding find_files(const CbxOptions *o, const char *const *wanted)
{
    Finding finding = { 0 };
    g_auto(GStrv) names = load_initrd(o, &finding);
    g_autoptr(GString) missing = g_string_new(NULL);

    if (!names) {
        return finding;
    }
    for (; *wanted; wanted++) {
        if (!g_strv_contains((const char *const *)names, *wanted)) {
            g_string_append_printf(missing, " %s", *wanted);
        }
    }
    if (missing->len > 0) {
        g_autofree char *path = initrd_path(o);

        return bad(g_strdup_printf("not in %s:%s", path, missing->str),
                   "make guest");
    }
    return good(initrd_path(o));
}

static Finding find_initrd(const CbxOptions *o)
{
    static const char *const wanted[] = {
        "init", "cbx_nt.ko", "ntoskrnl.exe", "hal.dll", NULL
    };

    return find_files(o, wanted);
}

static Finding find_drivers(const CbxOptions *o)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    Finding finding;

    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        g_ptr_array_add(wanted, (gpointer)d->name);
    }
    g_ptr_array_add(wanted, NULL);
    finding = find_files(o, (const char *const *)wanted->pdata);
    if (finding.good) {
        g_free(finding.seen);
        finding.seen = g_strjoinv(", ", (char **)wanted->pdata);
    }
    return finding;
}

/* ---- The machine --------------------------------------------------------- */

/* Of proc(5), /proc/meminfo; 0 when it cannot be told. */
static guint64 available_mib(void)
{
    static const char key[] = "\nMemAvailable:";
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL)) {
        return 0;
    }
    line = strstr(text, key);
    return line ? g_ascii_strtoull(line + strlen(key), NULL, 10) / 1024 : 0;
}

static Finding find_memory(const CbxOptions *o G_GNUC_UNUSED)
{
    guint64 mib = available_mib();
    char *seen = g_strdup_printf("%" G_GUINT64_FORMAT " MiB available, %d MiB "
                                 "are needed", mib,
                                 CBX_GUEST_MEMORY + QEMU_MEMORY);

    if (mib < CBX_GUEST_MEMORY + QEMU_MEMORY) {
        return bad(seen, "close other programs, or add swap space");
    }
    return good(seen);
}

static Finding find_space(const CbxOptions *o G_GNUC_UNUSED)
{
    const char *directory = g_get_tmp_dir();
    struct statvfs fs;
    guint64 mib;
    char *seen;

    if (statvfs(directory, &fs) < 0 || access(directory, W_OK) < 0) {
        return bad(g_strdup_printf("%s: %s", directory, g_strerror(errno)),
                   "name a directory for temporary files in $TMPDIR");
    }
    mib = (guint64)fs.f_bavail * fs.f_frsize / (1024 * 1024);
    seen = g_strdup_printf("%s: %" G_GUINT64_FORMAT " MiB free, %d MiB are "
                           "needed", directory, mib, SPACE);
    return mib < SPACE ? bad(seen, "delete files there, or name another "
                                   "directory in $TMPDIR")
                       : good(seen);
}

static const struct {
    const char *name;
    Finding (*find)(const CbxOptions *options);
} things[] = {
    { "QEMU",           find_qemu },
    { "guest kernel",   find_kernel },
    { "guest firmware", find_firmware },
    { "guest initrd",   find_initrd },
    { "driver images",  find_drivers },
    { "memory",         find_memory },
    { "disk space",     find_space },
    { "packages",       find_packages },
};

int cbx_doctor(const CbxOptions *o)
{
    gboolean colour = cbx_terminal(STDOUT_FILENO).colour;
    guint missing = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(things); i++) {
        Finding f = things[i].find(o);

        printf("%s%-7s%s  %-14s  %s\n",
               cbx_colour(colour, f.good ? CBX_COLOUR_GOOD : CBX_COLOUR_BAD),
               f.good ? "ok" : "missing", cbx_colour(colour, CBX_COLOUR_OFF),
               things[i].name, f.seen);
        if (!f.good) {
            printf("%-7s  %-14s  remedy: %s\n", "", "", f.remedy);
            missing++;
        }
        g_free(f.seen);
    }
    if (missing > 0) {
        printf("\n%u of %zu things are missing\n", missing,
               G_N_ELEMENTS(things));
        return CBX_ERROR_ENVIRONMENT;
    }
    puts("\nall that a run needs is here");
    return 0;
}
