/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `cbx run`, and the one of QEMU that follows from it. */
#include <glib/gstdio.h>
#include <string.h>

#include "machine.h"
#include "stream.h"

/* Parsing @arguments fails as wrong usage, and the message has @text. */
static void assert_refused(const char *arguments, const char *text)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", -1);
    g_autoptr(GError) error = NULL;
    CbxOptions *options = cbx_options_parse(words, &error);

    g_assert_null(options);
    g_assert_error(error, CBX_ERROR, CBX_ERROR_USAGE);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, text));
}

static void defaults(void)
{
    g_autoptr(CbxOptions) o = options_of("");

    g_assert_cmpstr(o->arch->name, ==, "x86_64");
    g_assert_cmpstr(o->iommu->name, ==, "vtd");
    g_assert_cmpuint(o->calls->len, ==, 0);
    g_assert_cmpuint(o->faults->len, ==, 0);
    g_assert_cmpfloat(o->timeout, ==, CBX_TIMEOUT_DEFAULT);
}

static const CbxDriver *driver_of(const CbxOptions *o, guint index)
{
    g_assert_cmpuint(index, <, o->drivers->len);
    return g_ptr_array_index(o->drivers, index);
}

/* Does the first driver run call @number? */
static gboolean selects(const CbxOptions *o, guint number)
{
    return cbx_options_selects(o, driver_of(o, 0), number);
}

static void assert_drivers(const char *arguments, const char *expected)
{
    g_autoptr(CbxOptions) o = options_of(arguments);
    g_autofree char *names = cbx_options_driver_names(o);

    g_assert_cmpstr(names, ==, expected);
}

static void lists_add_up(void)
{
    g_autoptr(CbxOptions) o = options_of(
        "--api AllocateCommonBuffer,AllocateCommonBufferEx "
        "--api AllocateCommonBuffer --fault flip-bit --fault hal-physical");

    g_assert_cmpuint(o->calls->len, ==, 2);
    g_assert_cmpuint(o->faults->len, ==, 2);
    g_assert_true(selects(o, 1));
    g_assert_true(selects(o, 2));
    g_assert_false(selects(o, 3));
}

static void without_a_list_the_driver_decides(void)
{
    g_autoptr(CbxOptions) o = options_of("");

    g_assert_true(selects(o, 1));
    g_assert_true(selects(o, 3));
    g_assert_false(selects(o, 8));
}

static void unknown_names_are_refused_with_the_known(void)
{
    assert_refused("--arch vax", "known: x86_64");
    assert_refused("--iommu vdt", "is 'vtd' meant?); known: none, vtd");
    assert_refused("--fault flipbit", "is 'flip-bit' meant?");
    assert_refused("--fault rain", "no fault called 'rain'; known: flip-bit");
    assert_refused("--api allocatecommonbuffer",
                   "is 'AllocateCommonBuffer' meant?");
    assert_refused("--api AllocateCommonBuffer,", "no call called ''");
}

static void a_call_the_driver_does_not_run_is_refused(void)
{
    assert_refused("--driver cbxwdm.sys --api VideoPortGetCommonBuffer",
                   "cbxwdm.sys does not run VideoPortGetCommonBuffer; it can "
                   "run: AllocateCommonBuffer,");
}

static void pictures_need_a_screen(void)
{
    g_autoptr(CbxOptions) video = options_of("--api VideoPortGetCommonBuffer "
                                             "--screendump pictures");

    g_assert_cmpstr(video->screendump, ==, "pictures");
    assert_refused("--driver wdm,kmdf --screendump pictures",
                   "cbxwdm.sys,cbxkmdf.sys has no screen");
}

static void numbers_are_numbers(void)
{
    assert_refused("--repeat 0", "--repeat 0: not a number from 1");
    assert_refused("--repeat two", "--repeat two");
    assert_refused("--repeat -1", "--repeat -1");
    assert_refused("--timeout soon", "--timeout soon");
    assert_refused("--timeout 0", "--timeout 0");
    assert_refused("--timeout -1", "--timeout -1");
    assert_refused("--timeout 5s", "--timeout 5s");
    assert_refused("--timeout nan", "--timeout nan");
    assert_refused("--timeout 1e9", "--timeout 1e9");
    assert_refused("--seed x", "--seed x");
    assert_refused("--seed 0x10000000000000000", "--seed 0x1");
}

static void dma_is_coherent_unless_asked(void)
{
    g_autoptr(CbxOptions) x86 = options_of("");
    g_autoptr(CbxOptions) one = options_of("--arch aarch64 --cca 1");
    g_autoptr(CbxOptions) zero = options_of("--arch aarch64 --cca 0");
    g_autoptr(CbxOptions) audit = options_of("--arch aarch64 --cca 0 "
                                             "--coherence audit");
    g_autoptr(CbxOptions) off = options_of("--arch aarch64 --cca 0 "
                                           "--coherence off");
    g_autoptr(CbxOptions) on = options_of("--coherence on");

    g_assert_false(x86->noncoherent);
    g_assert_false(one->noncoherent);
    g_assert_true(zero->noncoherent);
    g_assert_cmpstr(cbx_options_coherence(x86), ==, "off");
    g_assert_cmpstr(cbx_options_coherence(one), ==, "off");
    g_assert_cmpstr(cbx_options_coherence(zero), ==, "on");
    g_assert_cmpstr(cbx_options_coherence(audit), ==, "audit");
    g_assert_cmpstr(cbx_options_coherence(off), ==, "off");
    g_assert_cmpstr(cbx_options_coherence(on), ==, "on");
    assert_refused("--cca maybe", "--cca maybe: neither 0 nor 1");
    assert_refused("--cca 0", "or --coherence on");
    assert_refused("--coherence yes", "--coherence yes: not auto, on");
    assert_refused("--fault firmware-coherent", "use --arch aarch64 --cca 0");
    assert_refused("--arch aarch64 --fault firmware-coherent",
                   "firmware that says so is right");
}

static void checks_are_known_by_name(void)
{
    g_autoptr(CbxOptions) o = options_of("--check range,witness");

    g_assert_cmpuint(o->checks->len, ==, 2);
    g_assert_true(cbx_options_judges(o, "range"));
    g_assert_true(cbx_options_judges(o, "witness"));
    g_assert_false(cbx_options_judges(o, "alignment"));
    g_assert_true(cbx_options_judges(o, "stream"));
    assert_refused("--check rnage", "is 'range' meant?");
}

static void a_driver_is_known_or_a_file(void)
{
    g_autoptr(CbxOptions) known = options_of("--driver cbxwdm.sys");
    g_autoptr(CbxOptions) path = options_of("--driver some/where/edu.sys "
                                            "--device-id 1234:11E8");
    g_autoptr(CbxOptions) own = options_of("--driver ./cbxwdm.sys");

    g_assert_null(known->driver_path);
    g_assert_null(known->brought);
    g_assert_cmpstr(path->driver_path, ==, "some/where/edu.sys");
    g_assert_cmpstr(driver_of(path, 0)->name, ==, "edu.sys");
    g_assert_cmpstr(path->device_id, ==, "1234:11e8");
    g_assert_false(selects(path, 1));
    /* Another build of a known driver is judged as that driver. */
    g_assert_cmpstr(own->driver_path, ==, "./cbxwdm.sys");
    g_assert_null(own->brought);
    g_assert_true(selects(own, 1));
    assert_refused("--driver cbxwdn.sys", "is 'cbxwdm.sys' meant?");
    assert_refused("--driver ./edu", "must end in .sys");
    assert_refused("--driver ./.sys", "must end in .sys");
    assert_refused("--driver ./e=u.sys", "only letters");
}

static void all_drivers_run_unless_some_are_named(void)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (const CbxDriver *d = cbx_drivers; d->name; d++) {
        g_string_append_printf(all, "%s%s", all->len ? "," : "", d->name);
    }
    assert_drivers("", all->str);
    assert_drivers("--driver kmdf", "cbxkmdf.sys");
    assert_drivers("--driver kmdf,wdm --driver cbxkmdf.sys",
                   "cbxkmdf.sys,cbxwdm.sys");
    assert_drivers("--api AllocateCommonBuffer", "cbxwdm.sys");
    assert_drivers("--api WdfCommonBufferCreate,AllocateCommonBuffer",
                   "cbxwdm.sys,cbxkmdf.sys");
    assert_drivers("--driver kmdf --api AllocateCommonBuffer", "cbxkmdf.sys");
    assert_refused("--driver kdmf", "known: cbxwdm.sys, cbxkmdf.sys");
    assert_refused("--driver wdm --api WdfCommonBufferCreate",
                   "cbxwdm.sys does not run WdfCommonBufferCreate");
    assert_refused("--driver ./edu.sys --driver wdm", "runs alone");
    assert_refused("--driver ./edu.sys --driver ./other.sys", "runs alone");
    assert_refused("--driver wdm,kmdf --device-id 1234:11e8",
                   "whose device is it");
}

static void a_device_id_is_one_of_pci(void)
{
    assert_refused("--driver ./edu.sys --device-id edu", "--device-id edu");
    assert_refused("--driver ./edu.sys --device-id 1234:11e", "1234:11e8");
    assert_refused("--driver ./edu.sys --device-id 1234:11eg", "1234:11e8");
    assert_refused("--device-id 1234:11e8", "with --driver");
}

static void strangers_are_refused(void)
{
    assert_refused("--fast", "--fast");
    assert_refused("now", "'now' is not an option");
}

/* ---- QEMU's command line ------------------------------------------------ */

/* A build directory with empty files in the right places. */
typedef struct Build {
    char *path;
} Build;

static const char *const build_files[] = {
    "qemu/qemu-system-x86_64", "guest/x86_64/vmlinux",
    "guest/x86_64/initrd.cpio",
    "qemu/qemu-system-aarch64", "guest/aarch64/Image",
    "guest/aarch64/initrd.cpio", "guest/aarch64/QEMU_EFI.fd",
};

static const char *const build_directories[] = {
    "guest/x86_64", "guest/aarch64", "guest", "qemu", "",
};

static void build_start(Build *b, gconstpointer unused G_GNUC_UNUSED)
{
    b->path = g_dir_make_tmp("cbx-test-XXXXXX", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(build_files); i++) {
        g_autofree char *file = g_build_filename(b->path, build_files[i],
                                                 NULL);
        g_autofree char *directory = g_path_get_dirname(file);

        g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
        g_assert_true(g_file_set_contents(file, "", 0, NULL));
        g_assert_cmpint(g_chmod(file, 0700), ==, 0);
    }
    g_setenv("CBX_BUILD_DIR", b->path, TRUE);
}

static void build_stop(Build *b, gconstpointer unused G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(build_files); i++) {
        g_autofree char *file = g_build_filename(b->path, build_files[i],
                                                 NULL);

        g_unlink(file);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(build_directories); i++) {
        g_autofree char *directory =
            g_build_filename(b->path, build_directories[i], NULL);

        g_rmdir(directory);
    }
    g_assert_false(g_file_test(b->path, G_FILE_TEST_EXISTS));
    g_free(b->path);
}

static char *command_for(const char *arguments)
{
    g_autoptr(CbxOptions) o = options_of(arguments);
    g_autoptr(GError) error = NULL;
    g_autoptr(CbxMachine) machine = cbx_machine_new(o, &error);
    g_autofree char *line = NULL;

    g_assert_no_error(error);
    line = g_strjoinv(" ", machine->argv);
    return g_strconcat(line, " ", NULL);
}

static void assert_has(const char *line, const char *part)
{
    g_test_message("%s in %s", part, line);
    g_assert_nonnull(strstr(line, part));
}

static void assert_lacks(const char *line, const char *part)
{
    g_test_message("%s not in %s", part, line);
    g_assert_null(strstr(line, part));
}

static void vtd_is_in_front_of_the_device(Build *b,
                                          gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for("--driver wdm");
    g_autofree char *emulator = g_build_filename(b->path, build_files[0],
                                                 NULL);

    g_assert_true(g_str_has_prefix(line, emulator));
    assert_has(line, " -machine q35 ");
    assert_has(line, " -device intel-iommu -device cbx,report=report ");
    assert_has(line, " intel_iommu=on iommu.strict=1 iommu.forcedac=1 ");
    assert_has(line, " cbx_nt.driver=cbxwdm.sys ");
    assert_has(line, " -no-reboot ");
    assert_has(line, "panic=-1 oops=panic");
    assert_lacks(line, "fault=");
    assert_lacks(line, "faults=");
    assert_lacks(line, "apis=");
    assert_lacks(line, "seed=");
}

static void smmuv3_is_the_machines(Build *b, gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for("--arch aarch64 --driver wdm");
    g_autofree char *none = command_for("--arch aarch64 --iommu none");
    g_autofree char *firmware = g_strdup_printf(
        " -bios %s/guest/aarch64/QEMU_EFI.fd ", b->path);

    assert_has(line, " -machine virt,gic-version=3,its=on,iommu=smmuv3 ");
    assert_has(line, " iommu.strict=1 iommu.forcedac=1 ");
    assert_has(line, firmware);
    assert_has(none, " -machine virt,gic-version=3,its=on ");
    assert_lacks(none, "smmu");
}

static void machine_and_devices_agree_on_coherence(Build *b G_GNUC_UNUSED,
                                                   gconstpointer unused
                                                   G_GNUC_UNUSED)
{
    g_autofree char *one = command_for("--arch aarch64 --driver wdm");
    g_autofree char *zero = command_for("--arch aarch64 --driver wdm,kmdf "
                                        "--cca 0 --iommu none");
    g_autofree char *audit = command_for("--driver wdm --coherence audit");
    g_autofree char *wrong = command_for("--arch aarch64 --driver wdm --cca 0 "
                                         "--fault firmware-coherent");

    assert_lacks(one, "noncoherent");
    assert_lacks(one, "cca=");
    assert_lacks(one, "coherence=");
    assert_has(zero, " virt,gic-version=3,its=on,pcie-dma-noncoherent=on ");
    assert_has(zero, " -device cbx,report=report,cca=off ");
    assert_has(zero, " -device cbx,report=report2,cca=off ");
    assert_has(audit, " -device cbx,report=report,coherence=audit ");
    assert_lacks(wrong, "noncoherent");
    assert_has(wrong, ",cca=off,check-platform=off ");
    assert_lacks(wrong, "fault=");
}

static void each_driver_has_a_device(Build *b G_GNUC_UNUSED,
                                     gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for(
        "--driver wdm,kmdf --api WdfCommonBufferCreate,AllocateCommonBufferEx,"
        "HalAllocateCommonBuffer");

    assert_has(line, " cbx_nt.driver=cbxwdm.sys,cbxkmdf.sys ");
    assert_has(line, "-device cbx,report=report,apis=AllocateCommonBufferEx:"
               "HalAllocateCommonBuffer -device cbx,report=report2,"
               "apis=WdfCommonBufferCreate:AllocateCommonBufferEx ");
    assert_has(line, "id=report,path=/dev/fdset/3,");
    assert_has(line, "id=report2,path=/dev/fdset/7,");
}

static void none_has_no_iommu(Build *b G_GNUC_UNUSED,
                              gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for("--iommu none");

    assert_lacks(line, "iommu");
}

static void selections_reach_the_device(Build *b G_GNUC_UNUSED,
                                        gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for(
        "--api AllocateCommonBuffer,AllocateCommonBufferEx "
        "--fault flip-bit,short-transfer --seed 0x10");

    assert_has(line, "cbx,report=report,seed=16,faults=flip-bit:short-transfer,"
               "apis=AllocateCommonBuffer:AllocateCommonBufferEx ");
    assert_lacks(line, "cbx_nt.fault");
}

static void a_driver_has_its_own_device(Build *b G_GNUC_UNUSED,
                                        gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for("--api NdisMAllocateSharedMemory");

    assert_has(line, " cbx_nt.driver=cbxnet.sys ");
    assert_has(line, " -device cbx-net,report=report,");
}

static void a_screen_is_there_for_its_driver(Build *b G_GNUC_UNUSED,
                                             gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *line = command_for("--api VideoPortGetCommonBuffer");

    assert_has(line, " cbx_nt.driver=cbxvid.sys ");
    assert_has(line, " -device cbx-display,report=report,");
}

static void faults_of_the_hal_reach_the_guest(Build *b G_GNUC_UNUSED,
                                              gconstpointer unused
                                              G_GNUC_UNUSED)
{
    g_autofree char *line =
        command_for("--fault hal-physical,hal-ignore-limit");

    assert_has(line, " cbx_nt.fault=hal-physical,hal-ignore-limit ");
    assert_lacks(line, "faults=");
}

static void another_device_is_added(Build *b,
                                    gconstpointer unused G_GNUC_UNUSED)
{
    g_autofree char *driver = g_build_filename(b->path, "edu.sys", NULL);
    g_autofree char *arguments = g_strdup_printf(
        "--driver %s --device edu,dma_mask=0xffff --device-id 1234:11e8",
        driver);
    g_autofree char *line = NULL;

    g_assert_true(g_file_set_contents(driver, "MZ", 2, NULL));
    line = command_for(arguments);
    assert_has(line, " cbx_nt.driver=edu.sys cbx_nt.device=1234:11e8 ");
    assert_has(line, " -device edu,dma_mask=0xffff ");
    assert_has(line, " -initrd /proc/self/fd/5 ");
    assert_has(line, " -device cbx,");
    g_assert_cmpint(g_unlink(driver), ==, 0);
}

static void what_is_missing_is_named(Build *b,
                                     gconstpointer unused G_GNUC_UNUSED)
{
    for (gsize i = 0; i < G_N_ELEMENTS(build_files); i++) {
        g_autoptr(CbxOptions) o = options_of(
            strstr(build_files[i], "aarch64") ? "--arch aarch64" : "");
        g_autoptr(GError) error = NULL;
        g_autofree char *file = g_build_filename(b->path, build_files[i],
                                                 NULL);

        g_assert_cmpint(g_unlink(file), ==, 0);
        g_assert_null(cbx_machine_new(o, &error));
        g_assert_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT);
        g_assert_nonnull(strstr(error->message, file));
        g_assert_nonnull(strstr(error->message, "make"));
        g_assert_true(g_file_set_contents(file, "", 0, NULL));
        g_assert_cmpint(g_chmod(file, 0700), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/cli/options/" #name, name)
    TEST(defaults);
    TEST(lists_add_up);
    TEST(without_a_list_the_driver_decides);
    TEST(unknown_names_are_refused_with_the_known);
    TEST(a_call_the_driver_does_not_run_is_refused);
    TEST(pictures_need_a_screen);
    TEST(numbers_are_numbers);
    TEST(dma_is_coherent_unless_asked);
    TEST(checks_are_known_by_name);
    TEST(a_driver_is_known_or_a_file);
    TEST(all_drivers_run_unless_some_are_named);
    TEST(a_device_id_is_one_of_pci);
    TEST(strangers_are_refused);
#undef TEST
#define TEST(name) g_test_add("/cli/machine/" #name, Build, NULL, \
                              build_start, name, build_stop)
    TEST(vtd_is_in_front_of_the_device);
    TEST(smmuv3_is_the_machines);
    TEST(machine_and_devices_agree_on_coherence);
    TEST(each_driver_has_a_device);
    TEST(none_has_no_iommu);
    TEST(selections_reach_the_device);
    TEST(a_driver_has_its_own_device);
    TEST(a_screen_is_there_for_its_driver);
    TEST(faults_of_the_hal_reach_the_guest);
    TEST(another_device_is_added);
    TEST(what_is_missing_is_named);
    return g_test_run();
}
