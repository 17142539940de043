/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <string.h>

#include "cbx/abi.h"

G_DEFINE_QUARK(cbx-error-quark, cbx_error)

/* What GOption fills in, before it is understood. */
typedef struct Raw {
    char *arch;
    char *iommu;
    char *cca;
    char *coherence;
    char **drivers;
    char *device;
    char *device_id;
    char **apis;
    char **checks;
    char **faults;
    char *repeat;
    char *timeout;
    char *seed;
    char *json;
    char *junit;
    char *keep;
    char *screendump;
    char *build_dir;
    char *qemu;
    char *guest_dir;
    gboolean tap;
    gboolean timing;
    gboolean verbose;
} Raw;

static void raw_clear(Raw *raw)
{
    g_free(raw->arch);
    g_free(raw->iommu);
    g_free(raw->cca);
    g_free(raw->coherence);
    g_strfreev(raw->drivers);
    g_free(raw->device);
    g_free(raw->device_id);
    g_strfreev(raw->apis);
    g_strfreev(raw->checks);
    g_strfreev(raw->faults);
    g_free(raw->repeat);
    g_free(raw->timeout);
    g_free(raw->seed);
    g_free(raw->json);
    g_free(raw->junit);
    g_free(raw->keep);
    g_free(raw->screendump);
    g_free(raw->build_dir);
    g_free(raw->qemu);
    g_free(raw->guest_dir);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Raw, raw_clear)

static GOptionContext *new_context(Raw *raw)
{
    const GOptionEntry entries[] = {
        { "arch", 'a', 0, G_OPTION_ARG_STRING, &raw->arch,
          "Architecture of the guest (default x86_64)", "ARCH" },
        { "iommu", 'i', 0, G_OPTION_ARG_STRING, &raw->iommu,
          "What translates the device's addresses (default vtd; smmuv3 on"
          " aarch64)", "IOMMU" },
        { "cca", 0, 0, G_OPTION_ARG_STRING, &raw->cca,
          "Is the devices' DMA cache-coherent: 1 (default), or 0 on aarch64",
          "0|1" },
        { "coherence", 0, 0, G_OPTION_ARG_STRING, &raw->coherence,
          "Model of the caches for DMA that does not snoop: auto (default: on"
          " with --cca 0), on, audit or off", "MODEL" },
        { "driver", 'd', 0, G_OPTION_ARG_STRING_ARRAY, &raw->drivers,
          "A driver of the build, such as kmdf; may be repeated (default: all"
          " that run the calls); or a .sys file of your own", "DRIVER" },
        { "device", 0, 0, G_OPTION_ARG_STRING, &raw->device,
          "Add a device to the machine, as for QEMU's -device", "DEVICE" },
        { "device-id", 0, 0, G_OPTION_ARG_STRING, &raw->device_id,
          "The driver's PCI device (default: CBX), four hex digits each",
          "VEN:DEV" },
        { "api", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->apis,
          "Run only this call; may be repeated (default: all)", "CALL" },
        { "check", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &raw->checks,
          "Judge only this check; may be repeated (default: all)", "CHECK" },
        { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &raw->faults,
          "Inject this fault; may be repeated", "FAULT" },
        { "seed", 0, 0, G_OPTION_ARG_STRING, &raw->seed,
          "Seed of the test data, 64 bits", "N" },
        { "repeat", 'n', 0, G_OPTION_ARG_STRING, &raw->repeat,
          "Make N runs, but stop at the first that fails", "N" },
        { "timeout", 't', 0, G_OPTION_ARG_STRING, &raw->timeout,
          "Give up after so many seconds (default 60)", "S" },
        { "json", 0, 0, G_OPTION_ARG_FILENAME, &raw->json,
          "Write the result to FILE as one JSON object", "FILE" },
        { "junit", 0, 0, G_OPTION_ARG_FILENAME, &raw->junit,
          "Write the result to FILE as JUnit XML", "FILE" },
        { "tap", 0, 0, G_OPTION_ARG_NONE, &raw->tap,
          "Print the result as TAP 13 instead of the table", NULL },
        { "timing", 0, 0, G_OPTION_ARG_NONE, &raw->timing,
          "Print where the time goes", NULL },
        { "keep", 0, 0, G_OPTION_ARG_FILENAME, &raw->keep,
          "Keep report, console and a script of the run in DIR", "DIR" },
        { "screendump", 0, 0, G_OPTION_ARG_FILENAME, &raw->screendump,
          "Keep a picture of each mode that a video driver shows in DIR",
          "DIR" },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &raw->verbose,
          "Show the console, each check and its source", NULL },
        { "build-dir", 0, 0, G_OPTION_ARG_FILENAME, &raw->build_dir,
          "Build tree (default $CBX_BUILD_DIR)", "DIR" },
        { "qemu", 0, 0, G_OPTION_ARG_FILENAME, &raw->qemu,
          "QEMU with the device (default: of the build tree)", "PATH" },
        { "guest-dir", 0, 0, G_OPTION_ARG_FILENAME, &raw->guest_dir,
          "Guest kernel and initrd (default: of the build tree)", "DIR" },
        { 0 }
    };
    GOptionContext *context = g_option_context_new(NULL);

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    return context;
}

char *cbx_options_help(void)
{
    g_auto(Raw) raw = { 0 };
    g_autoptr(GOptionContext) context = new_context(&raw);
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    const char *title = strstr(text, "\n\n");
    const char *entries = title ? strchr(title + 2, '\n') : NULL;

    /* GLib's usage line, an empty line and a title stand before the list. */
    return g_strchomp(g_strdup(entries ? entries + 1 : text));
}

/* "no X called W; " and either the nearest name or all of them */
static void set_unknown(GError **error, const char *what, const char *word,
                        GPtrArray *names)
{
    g_autofree char *all = NULL;
    const char *nearest;

    g_ptr_array_add(names, NULL);
    all = g_strjoinv(", ", (char **)names->pdata);
    nearest = cbx_nearest(word, (const char *const *)names->pdata);
    g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                "no %s called '%s'%s%s%s; known: %s", what, word,
                nearest ? " (is '" : "", nearest ? nearest : "",
                nearest ? "' meant?)" : "", all);
}

static gboolean parse_arch(CbxOptions *o, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    o->arch = cbx_arch_find(name);
    if (o->arch) {
        return TRUE;
    }
    for (const CbxArch *a = cbx_archs; a->name; a++) {
        g_ptr_array_add(names, (gpointer)a->name);
    }
    set_unknown(error, "architecture", name, names);
    return FALSE;
}

static gboolean parse_iommu(CbxOptions *o, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    o->iommu = cbx_iommu_find(o->arch->name, name);
    if (o->iommu) {
        return TRUE;
    }
    for (const CbxIommu *i = cbx_iommus; i->name; i++) {
        if (strcmp(i->arch, o->arch->name) == 0) {
            g_ptr_array_add(names, (gpointer)i->name);
        }
    }
    set_unknown(error, "IOMMU", name, names);
    return FALSE;
}

/* Each option of a list may itself be a list with commas. */
static gboolean parse_list(CbxOptions *o, char **lists,
                           gboolean (*parse)(CbxOptions *, const char *,
                                             GError **),
                           GError **error)
{
    for (; lists && *lists; lists++) {
        g_auto(GStrv) words = g_strsplit(*lists, ",", -1);

        for (char **w = words; *w; w++) {
            if (!parse(o, *w, error)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

/* The name of a file that is put into the guest's root directory. */
static gboolean is_driver_file(const char *name)
{
    const char *ending = strrchr(name, '.');

    return ending && ending > name && g_ascii_strcasecmp(ending, ".sys") == 0 &&
           strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") ==
               strlen(name);
}

static void bring_driver(CbxOptions *o, const char *path, char *name)
{
    static const guint no_calls[] = { CBX_API_NONE };
    const CbxDriver *known = cbx_driver_find(name);

    o->driver_path = g_strdup(path);
    if (known) {
        g_ptr_array_add(o->drivers, (gpointer)known);
        g_free(name);
        return;
    }
    o->brought = g_new0(CbxDriver, 1);
    o->brought->name = name;
    o->brought->calls = no_calls;
    o->brought->device = "cbx";
    g_ptr_array_add(o->drivers, o->brought);
}

static gboolean is_path(const char *word)
{
    return strchr(word, '/') || (!cbx_driver_find(word) &&
                                 g_file_test(word, G_FILE_TEST_EXISTS));
}

static gboolean parse_known_driver(CbxOptions *o, const char *word,
                                   GError **error)
{
    const CbxDriver *driver = cbx_driver_find(word);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (!driver) {
        for (const CbxDriver *d = cbx_drivers; d->name; d++) {
            g_ptr_array_add(names, (gpointer)d->name);
        }
        set_unknown(error, "driver or file", word, names);
        return FALSE;
    }
    if (!g_ptr_array_find(o->drivers, driver, NULL)) {
        g_ptr_array_add(o->drivers, (gpointer)driver);
    }
    return TRUE;
}

static gboolean parse_driver_file(CbxOptions *o, const char *path,
                                  GError **error)
{
    g_autofree char *name = g_path_get_basename(path);

    if (!is_driver_file(name)) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--driver %s: the file's name must end in .sys and have "
                    "only letters, digits, '.', '_' and '-'", path);
        return FALSE;
    }
    bring_driver(o, path, g_steal_pointer(&name));
    return TRUE;
}

/* A word with a '/' or the name of a file is a path, and then the only one. */
static gboolean parse_drivers(CbxOptions *o, char **words, GError **error)
{
    for (char **w = words; w && *w; w++) {
        char *alone[] = { *w, NULL };

        if (!is_path(*w)) {
            if (!parse_list(o, alone, parse_known_driver, error)) {
                return FALSE;
            }
        } else if (g_strv_length(words) > 1) {
            g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                        "--driver %s: a file of your own runs alone", *w);
            return FALSE;
        } else if (!parse_driver_file(o, *w, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Those that exercise the selected calls; for each call the first does. */
static void choose_drivers(CbxOptions *o)
{
    if (o->drivers->len > 0) {
        return;
    }
    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        gboolean wanted = o->calls->len == 0;

        for (guint i = 0; i < o->calls->len; i++) {
            const CbxCall *call = g_ptr_array_index(o->calls, i);

            wanted |= cbx_driver_for(call->number) == d;
        }
        if (wanted) {
            g_ptr_array_add(o->drivers, (gpointer)d);
        }
    }
}

static gboolean is_hex4(const char *text)
{
    for (int i = 0; i < 4; i++) {
        if (!g_ascii_isxdigit(text[i])) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean parse_device_id(CbxOptions *o, const char *text,
                                GError **error)
{
    if (strlen(text) != 9 || !is_hex4(text) || text[4] != ':' ||
        !is_hex4(text + 5)) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--device-id %s: not vendor and device of a PCI function "
                    "such as 1234:11e8", text);
        return FALSE;
    }
    if (o->drivers->len != 1) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--device-id %s: whose device is it? Name the driver with "
                    "--driver", text);
        return FALSE;
    }
    o->device_id = g_ascii_strdown(text, -1);
    return TRUE;
}

/* Can a driver be found for @call, or one of those asked for run it? */
static gboolean can_run(const CbxOptions *o, const CbxCall *call)
{
    if (o->brought) {
        return TRUE;
    }
    for (guint i = 0; i < o->drivers->len; i++) {
        if (cbx_driver_runs(g_ptr_array_index(o->drivers, i), call->number)) {
            return TRUE;
        }
    }
    return o->drivers->len == 0 && cbx_driver_for(call->number);
}

static gboolean parse_call(CbxOptions *o, const char *name, GError **error)
{
    const CbxCall *call = cbx_call_find(name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (const CbxCall *c = cbx_calls; c->name; c++) {
        if (can_run(o, c)) {
            g_ptr_array_add(names, (gpointer)c->name);
        }
    }
    if (!call) {
        set_unknown(error, "call", name, names);
        return FALSE;
    }
    if (!can_run(o, call)) {
        g_autofree char *drivers = cbx_options_driver_names(o);
        g_autofree char *all = NULL;

        g_ptr_array_add(names, NULL);
        all = g_strjoinv(", ", (char **)names->pdata);
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "%s%s %s; it can run: %s",
                    *drivers ? drivers : "no driver of this build",
                    *drivers ? " does not run" : " runs", name, all);
        return FALSE;
    }
    if (!g_ptr_array_find(o->calls, call, NULL)) {
        g_ptr_array_add(o->calls, (gpointer)call);
    }
    return TRUE;
}

static gboolean parse_check(CbxOptions *o, const char *name, GError **error)
{
    const CbxCheck *check = cbx_check_find(name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (!check) {
        for (const CbxCheck *c = cbx_checks; c->name; c++) {
            g_ptr_array_add(names, (gpointer)c->name);
        }
        set_unknown(error, "check", name, names);
        return FALSE;
    }
    if (!g_ptr_array_find(o->checks, check, NULL)) {
        g_ptr_array_add(o->checks, (gpointer)check);
    }
    return TRUE;
}

static gboolean parse_fault(CbxOptions *o, const char *name, GError **error)
{
    const CbxFault *fault = cbx_fault_find(name);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (!fault) {
        for (const CbxFault *f = cbx_faults; f->name; f++) {
            g_ptr_array_add(names, (gpointer)f->name);
        }
        set_unknown(error, "fault", name, names);
        return FALSE;
    }
    if (!g_ptr_array_find(o->faults, fault, NULL)) {
        g_ptr_array_add(o->faults, (gpointer)fault);
    }
    return TRUE;
}

static gboolean parse_timeout(CbxOptions *o, const char *text, GError **error)
{
    char *end;

    o->timeout = g_ascii_strtod(text, &end);
    if (end == text || *end || !(o->timeout > 0) ||
        o->timeout > CBX_TIMEOUT_MAX) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--timeout %s: not a number of seconds above 0 and up "
                    "to %.0f", text, CBX_TIMEOUT_MAX);
        return FALSE;
    }
    return TRUE;
}

static gboolean parse_repeat(CbxOptions *o, const char *text, GError **error)
{
    guint64 number = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 1, CBX_REPEAT_MAX, &number,
                                    NULL)) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--repeat %s: not a number from 1 to %d", text,
                    CBX_REPEAT_MAX);
        return FALSE;
    }
    o->repeat = (guint)number;
    return TRUE;
}

/* Windows takes every x86 platform to be coherent. */
static gboolean parse_cca(CbxOptions *o, const char *text, GError **error)
{
    if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--cca %s: neither 0 nor 1", text);
        return FALSE;
    }
    o->noncoherent = *text == '0';
    if (o->noncoherent && !o->arch->noncoherent) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--cca 0: %s has no firmware that says so; use "
                    "--arch aarch64, or --coherence on, with which DMA that "
                    "has No-Snoop set does not snoop", o->arch->name);
        return FALSE;
    }
    return TRUE;
}

static gboolean parse_coherence(CbxOptions *o, const char *text,
                                GError **error)
{
    static const char *const models[] = { "auto", "on", "audit", "off" };

    for (gsize i = 0; i < G_N_ELEMENTS(models); i++) {
        if (strcmp(models[i], text) == 0) {
            o->coherence = models[i];
            return TRUE;
        }
    }
    g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                "--coherence %s: not auto, on, audit or off", text);
    return FALSE;
}

/* Firmware can only be wrong about DMA that does not snoop. */
static gboolean check_firmware_faults(const CbxOptions *o, GError **error)
{
    for (guint i = 0; i < o->faults->len; i++) {
        const CbxFault *fault = g_ptr_array_index(o->faults, i);

        if (fault->place == CBX_FAULT_IN_FIRMWARE && !o->noncoherent) {
            g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                        "--fault %s: DMA is coherent, so firmware that says "
                        "so is right; use --arch aarch64 --cca 0", fault->name);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean parse_seed(CbxOptions *o, const char *text, GError **error)
{
    gboolean hex = g_str_has_prefix(text, "0x");

    o->has_seed = g_ascii_string_to_unsigned(hex ? text + 2 : text,
                                             hex ? 16 : 10, 0, G_MAXUINT64,
                                             &o->seed, NULL);
    if (!o->has_seed) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "--seed %s: not a number of 64 bits such as 7 or 0x1f",
                    text);
    }
    return o->has_seed;
}

static gboolean has_screen(const CbxOptions *o, GError **error)
{
    g_autofree char *names = cbx_options_driver_names(o);

    for (guint i = 0; i < o->drivers->len; i++) {
        const CbxDriver *driver = g_ptr_array_index(o->drivers, i);

        if (strcmp(driver->device, "cbx-display") == 0) {
            return TRUE;
        }
    }
    g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                "--screendump: %s has no screen; name a driver that has one "
                "with --driver: cbxvid.sys", names);
    return FALSE;
}

static gboolean understand(CbxOptions *o, Raw *raw, GError **error)
{
    const char *build_dir = g_getenv("CBX_BUILD_DIR");

    o->timeout = CBX_TIMEOUT_DEFAULT;
    o->repeat = 1;
    o->verbose = raw->verbose;
    o->tap = raw->tap;
    o->timing = raw->timing;
    o->device = g_steal_pointer(&raw->device);
    o->junit = g_steal_pointer(&raw->junit);
    o->json = g_steal_pointer(&raw->json);
    o->keep = g_steal_pointer(&raw->keep);
    o->screendump = g_steal_pointer(&raw->screendump);
    o->qemu = g_steal_pointer(&raw->qemu);
    o->guest_dir = g_steal_pointer(&raw->guest_dir);
    o->build_dir = raw->build_dir
                   ? g_steal_pointer(&raw->build_dir)
                   : g_strdup(build_dir ? build_dir : CBX_BUILD_DIR_DEFAULT);
    return parse_arch(o, raw->arch ? raw->arch : "x86_64", error) &&
           parse_iommu(o, raw->iommu ? raw->iommu : o->arch->iommu, error) &&
           (!raw->cca || parse_cca(o, raw->cca, error)) &&
           parse_coherence(o, raw->coherence ? raw->coherence : "auto",
                           error) &&
           parse_drivers(o, raw->drivers, error) &&
           (!raw->device_id || parse_device_id(o, raw->device_id, error)) &&
           parse_list(o, raw->apis, parse_call, error) &&
           parse_list(o, raw->checks, parse_check, error) &&
           (!raw->repeat || parse_repeat(o, raw->repeat, error)) &&
           parse_list(o, raw->faults, parse_fault, error) &&
           check_firmware_faults(o, error) &&
           (!raw->timeout || parse_timeout(o, raw->timeout, error)) &&
           (!raw->seed || parse_seed(o, raw->seed, error));
}

CbxOptions *cbx_options_parse(char **arguments, GError **error)
{
    g_auto(Raw) raw = { 0 };
    g_autoptr(GOptionContext) context = new_context(&raw);
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(CbxOptions) o = g_new0(CbxOptions, 1);
    g_auto(GStrv) rest = NULL;
    GError *bad = NULL;

    o->drivers = g_ptr_array_new();
    o->calls = g_ptr_array_new();
    o->faults = g_ptr_array_new();
    o->checks = g_ptr_array_new();
    g_ptr_array_add(argv, g_strdup("cbx"));
    for (; *arguments; arguments++) {
        g_ptr_array_add(argv, g_strdup(*arguments));
    }
    g_ptr_array_add(argv, NULL);
    rest = (char **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);

    if (!g_option_context_parse_strv(context, &rest, &bad)) {
        g_set_error_literal(error, CBX_ERROR, CBX_ERROR_USAGE, bad->message);
        g_error_free(bad);
        return NULL;
    }
    if (rest[1]) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_USAGE,
                    "'%s' is not an option of 'cbx run'", rest[1]);
        return NULL;
    }
    if (!understand(o, &raw, error)) {
        return NULL;
    }
    choose_drivers(o);
    if (o->screendump && !has_screen(o, error)) {
        return NULL;
    }
    return g_steal_pointer(&o);
}

void cbx_options_free(CbxOptions *o)
{
    g_ptr_array_unref(o->drivers);
    g_ptr_array_unref(o->calls);
    g_ptr_array_unref(o->faults);
    g_ptr_array_unref(o->checks);
    if (o->brought) {
        g_free((char *)o->brought->name);
        g_free(o->brought);
    }
    g_free(o->driver_path);
    g_free(o->device);
    g_free(o->device_id);
    g_free(o->json);
    g_free(o->junit);
    g_free(o->keep);
    g_free(o->screendump);
    g_free(o->build_dir);
    g_free(o->qemu);
    g_free(o->guest_dir);
    g_free(o);
}

char *cbx_options_driver_names(const CbxOptions *o)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < o->drivers->len; i++) {
        const CbxDriver *driver = g_ptr_array_index(o->drivers, i);

        g_string_append_printf(names, "%s%s", i ? "," : "", driver->name);
    }
    return g_string_free(names, FALSE);
}

const char *cbx_options_coherence(const CbxOptions *o)
{
    if (strcmp(o->coherence, "auto") == 0) {
        return o->noncoherent ? "on" : "off";
    }
    return o->coherence;
}

gboolean cbx_options_selects(const CbxOptions *o, const CbxDriver *driver,
                             guint number)
{
    if (o->calls->len == 0) {
        return cbx_driver_runs(driver, number);
    }
    for (guint i = 0; i < o->calls->len; i++) {
        const CbxCall *call = g_ptr_array_index(o->calls, i);

        if (call->number == number) {
            return o->brought || cbx_driver_runs(driver, number);
        }
    }
    return FALSE;
}

gboolean cbx_options_judges(const CbxOptions *o, const char *name)
{
    const CbxCheck *check = cbx_check_find(name);

    if (o->checks->len == 0 || (check && check->always)) {
        return TRUE;
    }
    return check && g_ptr_array_find(o->checks, check, NULL);
}
