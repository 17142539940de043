/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Memory of the guest: enough that a 28-bit limit is a limit. */
#define GUEST_MEMORY "512M"

/* A driver's interrupt and its thread are to meet on different processors. */
#define GUEST_CPUS "2"

static char *find_file(const char *directory, const char *name, int access_mode,
                       const char *what, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    if (access(path, access_mode) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "no %s: %s: %s; build it with 'make', or name another "
                    "place (see 'cbx help')", what, path, g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&path);
}

static char *find_qemu(const CbxOptions *o, GError **error)
{
    g_autofree char *directory = NULL;

    if (o->qemu) {
        g_autofree char *name = g_path_get_basename(o->qemu);

        directory = g_path_get_dirname(o->qemu);
        return find_file(directory, name, X_OK, "QEMU", error);
    }
    directory = g_build_filename(o->build_dir, "qemu", NULL);
    return find_file(directory, o->arch->emulator, X_OK, "QEMU", error);
}

/* Names of the selected faults of one place, or NULL when there is none. */
static char *join_faults(const CbxOptions *o, CbxFaultPlace place,
                         const char *separator)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i < o->faults->len; i++) {
        const CbxFault *f = g_ptr_array_index(o->faults, i);

        if (f->place == place) {
            g_ptr_array_add(names, (gpointer)f->name);
        }
    }
    if (names->len == 0) {
        return NULL;
    }
    g_ptr_array_add(names, NULL);
    return g_strjoinv(separator, (char **)names->pdata);
}

static char *kernel_command_line(const CbxOptions *o)
{
    g_autofree char *faults = join_faults(o, CBX_FAULT_IN_GUEST, ",");
    GString *line = g_string_new(o->arch->append);

    if (!o->verbose) {
        g_string_append(line, " quiet");
    }
    if (o->iommu->append) {
        g_string_append_printf(line, " %s", o->iommu->append);
    }
    g_string_append_printf(line, " cbx_nt.driver=%s",
                           cbx_options_driver(o)->name);
    if (faults) {
        g_string_append_printf(line, " cbx_nt.fault=%s", faults);
    }
    return g_string_free(line, FALSE);
}

/* Lists inside the device's properties take ':'; ',' separates properties. */
static char *device_argument(const CbxOptions *o)
{
    g_autofree char *faults = join_faults(o, CBX_FAULT_IN_DEVICE, ":");
    GString *line = g_string_new("cbx,report=report");

    if (o->has_seed) {
        g_string_append_printf(line, ",seed=%" G_GUINT64_FORMAT, o->seed);
    }
    if (faults) {
        g_string_append_printf(line, ",faults=%s", faults);
    }
    for (guint i = 0; i < o->calls->len; i++) {
        const CbxCall *call = g_ptr_array_index(o->calls, i);

        g_string_append_printf(line, "%s%s", i ? ":" : ",apis=", call->name);
    }
    return g_string_free(line, FALSE);
}

static void add(GPtrArray *argv, const char *option, const char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    if (value) {
        g_ptr_array_add(argv, g_strdup(value));
    }
}

/*
 * A character device that writes to a descriptor QEMU has inherited. Without
 * append=on QEMU would truncate it, which a pipe refuses.
 */
static void add_pipe(GPtrArray *argv, const char *id, int fd)
{
    g_autofree char *set = g_strdup_printf("fd=%d,set=%d", fd, fd);
    g_autofree char *device = g_strdup_printf("file,id=%s,"
                                              "path=/dev/fdset/%d,append=on",
                                              id, fd);

    add(argv, "-add-fd", set);
    add(argv, "-chardev", device);
}

GStrv cbx_machine_command(const CbxOptions *o, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *guest = o->guest_dir
        ? g_strdup(o->guest_dir)
        : g_build_filename(o->build_dir, "guest", o->arch->name, NULL);
    g_autofree char *qemu = find_qemu(o, error);
    g_autofree char *kernel = NULL;
    g_autofree char *initrd = NULL;
    g_autofree char *append = kernel_command_line(o);
    g_autofree char *device = device_argument(o);

    if (!qemu) {
        return NULL;
    }
    kernel = find_file(guest, o->arch->kernel, R_OK, "guest kernel", error);
    if (!kernel) {
        return NULL;
    }
    initrd = find_file(guest, o->arch->initrd, R_OK, "guest initrd", error);
    if (!initrd) {
        return NULL;
    }
    g_ptr_array_add(argv, g_steal_pointer(&qemu));
    add(argv, "-nodefaults", NULL);
    add(argv, "-no-user-config", NULL);
    add(argv, "-no-reboot", NULL);
    add(argv, "-display", "none");
    add(argv, "-machine", o->arch->machine);
    /*
     * With a thread for each vCPU, one that has a stale TLB entry for MMIO
     * while another moves a BAR can abort QEMU (iotlb_to_section()); seen
     * once in about a hundred boots with 10.2.2.
     */
    add(argv, "-accel", "tcg,thread=single");
    add(argv, "-cpu", o->arch->cpu);
    add(argv, "-smp", GUEST_CPUS);
    add(argv, "-m", GUEST_MEMORY);
    add(argv, "-kernel", kernel);
    add(argv, "-initrd", initrd);
    add(argv, "-append", append);
    add_pipe(argv, "console", CBX_FD_CONSOLE);
    add(argv, "-serial", "chardev:console");
    add_pipe(argv, "report", CBX_FD_REPORT);
    if (o->iommu->device) {
        add(argv, "-device", o->iommu->device);
    }
    add(argv, "-device", device);
    g_ptr_array_add(argv, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}
