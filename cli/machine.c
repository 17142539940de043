/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE  /* memfd_create() */
#include "machine.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "initrd.h"

/* Where --keep leaves the initrd that was made for the run. */
#define KEPT_INITRD "initrd.cpio"

/* A driver's interrupt and its thread are to meet on different processors. */
#define GUEST_CPUS 2u

G_STATIC_ASSERT(CBX_GUEST_MEMORY % GUEST_CPUS == 0);

static gboolean check_file(const char *path, int access_mode,
                           const char *what, GError **error)
{
    if (access(path, access_mode) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "no %s: %s: %s; build it with 'make', or name another "
                    "place (see 'cbx help'); 'cbx doctor' looks for all that "
                    "is needed", what, path, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

char *cbx_machine_qemu(const CbxOptions *o)
{
    return o->qemu ? g_strdup(o->qemu)
                   : g_build_filename(o->build_dir, "qemu", o->arch->emulator,
                                      NULL);
}

char *cbx_machine_guest(const CbxOptions *o)
{
    return o->guest_dir ? g_strdup(o->guest_dir)
                        : g_build_filename(o->build_dir, "guest",
                                           o->arch->name, NULL);
}

int cbx_machine_report_fd(guint index)
{
    return index == 0 ? CBX_FD_REPORT : CBX_FD_REPORTS + (int)index - 1;
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

/* The only fault of firmware: it takes DMA to be coherent. */
static gboolean claims_coherent(const CbxOptions *o)
{
    g_autofree char *faults = join_faults(o, CBX_FAULT_IN_FIRMWARE, ",");

    return faults != NULL;
}

static char *kernel_command_line(const CbxOptions *o)
{
    g_autofree char *faults = join_faults(o, CBX_FAULT_IN_GUEST, ",");
    g_autofree char *drivers = cbx_options_driver_names(o);
    GString *line = g_string_new(o->arch->append);

    if (!o->verbose) {
        g_string_append(line, " quiet");
    }
    if (o->iommu->append) {
        g_string_append_printf(line, " %s", o->iommu->append);
    }
    g_string_append_printf(line, " cbx_nt.driver=%s", drivers);
    if (o->device_id) {
        g_string_append_printf(line, " cbx_nt.device=%s", o->device_id);
    }
    if (faults) {
        g_string_append_printf(line, " cbx_nt.fault=%s", faults);
    }
    return g_string_free(line, FALSE);
}

/* The -chardev of the report of driver @index. Free with g_free(). */
static char *report_id(guint index)
{
    return index == 0 ? g_strdup("report")
                      : g_strdup_printf("report%u", index + 1);
}

/*
 * The device of driver @index. Lists inside its properties take ':'; ','
 * separates properties.
 */
static char *device_argument(const CbxOptions *o, guint index)
{
    const CbxDriver *driver = g_ptr_array_index(o->drivers, index);
    g_autofree char *faults = join_faults(o, CBX_FAULT_IN_DEVICE, ":");
    g_autofree char *driver_faults = join_faults(o, CBX_FAULT_IN_DRIVER, ":");
    g_autofree char *report = report_id(index);
    GString *line = g_string_new(driver->device);
    const char *separator = ",apis=";

    g_string_append_printf(line, ",report=%s", report);
    if (o->noncoherent) {
        g_string_append(line, ",cca=off");
    }
    if (claims_coherent(o)) {
        g_string_append(line, ",check-platform=off");
    }
    if (strcmp(o->coherence, "auto") != 0) {
        g_string_append_printf(line, ",coherence=%s", o->coherence);
    }
    if (o->has_seed) {
        g_string_append_printf(line, ",seed=%" G_GUINT64_FORMAT, o->seed);
    }
    if (faults) {
        g_string_append_printf(line, ",faults=%s", faults);
    }
    if (driver_faults) {
        g_string_append_printf(line, ",driver-faults=%s", driver_faults);
    }
    for (guint i = 0; i < o->calls->len; i++) {
        const CbxCall *call = g_ptr_array_index(o->calls, i);

        if (cbx_options_selects(o, driver, call->number)) {
            g_string_append_printf(line, "%s%s", separator, call->name);
            separator = ":";
        }
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

/* Half of the memory and one processor in each NUMA node. */
static void add_nodes(GPtrArray *argv)
{
    for (guint i = 0; i < GUEST_CPUS; i++) {
        g_autofree char *memory = g_strdup_printf(
            "memory-backend-ram,id=node%u,size=%uM", i,
            CBX_GUEST_MEMORY / GUEST_CPUS);
        g_autofree char *node = g_strdup_printf(
            "node,nodeid=%u,cpus=%u,memdev=node%u", i, i, i);

        add(argv, "-object", memory);
        add(argv, "-numa", node);
    }
}

/* ---- The initrd ---------------------------------------------------------- */

static void set_unwritable(GError **error, const char *path)
{
    g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                "cannot write the initrd%s%s: %s", path ? " " : "",
                path ? path : "", g_strerror(errno));
}

/* In memory, so that nothing is left behind whatever happens. */
static int open_in_memory(const GByteArray *data, GError **error)
{
    int fd = memfd_create("cbx-initrd", MFD_CLOEXEC);
    gsize done = 0;
    gssize n;

    while (fd >= 0 && done < data->len) {
        n = write(fd, data->data + done, data->len - done);
        if (n < 0 && errno != EINTR) {
            close(fd);
            fd = -1;
        }
        done += (gsize)MAX(n, 0);
    }
    if (fd < 0) {
        set_unwritable(error, NULL);
    }
    return fd;
}

/* The path that QEMU is to read: the guest's initrd, or with a driver added. */
static char *find_initrd(const CbxOptions *o, const char *guest,
                         CbxMachine *m, GError **error)
{
    g_autofree char *base = g_build_filename(guest, o->arch->initrd, NULL);
    const CbxDriver *driver = g_ptr_array_index(o->drivers, 0);
    g_autoptr(GByteArray) data = NULL;
    char *path;

    if (!check_file(base, R_OK, "guest initrd", error)) {
        return NULL;
    }
    if (!o->driver_path) {
        return g_steal_pointer(&base);
    }
    data = cbx_initrd_add(base, o->driver_path, driver->name, error);
    if (!data) {
        return NULL;
    }
    if (!o->keep) {
        m->initrd = open_in_memory(data, error);
        return m->initrd < 0 ? NULL
                             : g_strdup_printf("/proc/self/fd/%d",
                                               CBX_FD_INITRD);
    }
    path = g_build_filename(o->keep, KEPT_INITRD, NULL);
    if (!g_file_set_contents(path, (const char *)data->data, data->len,
                             NULL)) {
        set_unwritable(error, path);
        g_clear_pointer(&path, g_free);
    }
    return path;
}

static char *machine_argument(const CbxOptions *o)
{
    GString *line = g_string_new(o->arch->machine);

    if (o->iommu->machine) {
        g_string_append_printf(line, ",%s", o->iommu->machine);
    }
    if (o->noncoherent && !claims_coherent(o)) {
        g_string_append_printf(line, ",%s", o->arch->noncoherent);
    }
    return g_string_free(line, FALSE);
}

/* ---- All of it ----------------------------------------------------------- */

static GStrv build_command(const CbxOptions *o, const char *qemu,
                           const char *kernel, const char *initrd,
                           const char *firmware)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *append = kernel_command_line(o);
    g_autofree char *memory = g_strdup_printf("%dM", CBX_GUEST_MEMORY);
    g_autofree char *machine = machine_argument(o);
    g_autofree char *cpus = g_strdup_printf("%u", GUEST_CPUS);

    add(argv, qemu, NULL);
    add(argv, "-nodefaults", NULL);
    add(argv, "-no-user-config", NULL);
    add(argv, "-no-reboot", NULL);
    add(argv, "-display", "none");
    add(argv, "-machine", machine);
    /*
     * With a thread for each vCPU, one that has a stale TLB entry for MMIO
     * while another moves a BAR can abort QEMU (iotlb_to_section()); seen
     * once in about a hundred boots with 10.2.2.
     */
    add(argv, "-accel", "tcg,thread=single");
    add(argv, "-cpu", o->arch->cpu);
    add(argv, "-smp", cpus);
    add(argv, "-m", memory);
    if (firmware) {
        add(argv, "-bios", firmware);
    }
    add_nodes(argv);
    add(argv, "-kernel", kernel);
    add(argv, "-initrd", initrd);
    add(argv, "-append", append);
    add_pipe(argv, "console", CBX_FD_CONSOLE);
    add(argv, "-serial", "chardev:console");
    for (guint i = 0; i < o->drivers->len; i++) {
        g_autofree char *report = report_id(i);

        add_pipe(argv, report, cbx_machine_report_fd(i));
    }
    if (o->iommu->device) {
        add(argv, "-device", o->iommu->device);
    }
    /* On the bus in the order of the drivers. */
    for (guint i = 0; i < o->drivers->len; i++) {
        g_autofree char *device = device_argument(o, i);

        add(argv, "-device", device);
    }
    if (o->device) {
        add(argv, "-device", o->device);
    }
    g_ptr_array_add(argv, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

CbxMachine *cbx_machine_new(const CbxOptions *o, GError **error)
{
    g_autoptr(CbxMachine) m = g_new0(CbxMachine, 1);
    g_autofree char *qemu = cbx_machine_qemu(o);
    g_autofree char *guest = cbx_machine_guest(o);
    g_autofree char *kernel = g_build_filename(guest, o->arch->kernel, NULL);
    g_autofree char *initrd = NULL;
    g_autofree char *firmware = NULL;

    m->initrd = -1;
    m->monitor = -1;
    if (!check_file(qemu, X_OK, "QEMU", error) ||
        !check_file(kernel, R_OK, "guest kernel", error)) {
        return NULL;
    }
    if (o->arch->firmware) {
        firmware = g_build_filename(guest, o->arch->firmware, NULL);
        if (!check_file(firmware, R_OK, "guest firmware", error)) {
            return NULL;
        }
    }
    initrd = find_initrd(o, guest, m, error);
    if (!initrd) {
        return NULL;
    }
    m->ports = o->drivers->len;
    m->argv = build_command(o, qemu, kernel, initrd, firmware);
    return g_steal_pointer(&m);
}

void cbx_machine_watch(CbxMachine *m, int fd)
{
    g_autofree char *chardev = g_strdup_printf("socket,id=monitor,fd=%d",
                                               CBX_FD_MONITOR);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    for (char **a = m->argv; *a; a++) {
        g_ptr_array_add(argv, *a);
    }
    add(argv, "-chardev", chardev);
    add(argv, "-mon", "chardev=monitor,mode=control");
    add(argv, "-global", "cbx-display.pause-frames=on");
    g_ptr_array_add(argv, NULL);
    g_free(m->argv);
    m->argv = (GStrv)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
    m->monitor = fd;
}

void cbx_machine_free(CbxMachine *m)
{
    if (m->initrd >= 0) {
        close(m->initrd);
    }
    g_strfreev(m->argv);
    g_free(m);
}
