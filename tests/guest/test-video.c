/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cbxvid.sys on the stand-in's video port: that its calls pass, that the host
 * sees on the screen what was drawn, and that what is broken below is found.
 *
 * Usage: test-video PATH-OF-CBX
 */
#include <glib/gstdio.h>
#include <string.h>

#include "cbx/picture.h"
#include "run.h"

#define ALLOCATE "VideoPortAllocateCommonBuffer"
#define GET      "VideoPortGetCommonBuffer"
#define BOTH     ALLOCATE " " GET
#define RUN      "--driver cbxvid.sys "

/* The driver's modes, in the order in which it shows them. */
static const struct {
    guint width, height, bits;
} modes[] = { { 640, 480, 32 }, { 800, 600, 16 }, { 800, 600, 32 } };

#define SCREENS G_N_ELEMENTS(modes)

static void assert_passed(const Run *run)
{
    static const char *const calls[] = { ALLOCATE, GET };
    static const char *const checks[] = {
        "offered", "allocation", "alignment", "range", "memory-type",
        "integrity-to-device", "integrity-from-device",
    };

    assert_ended(run, 0, "pass");
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(checks); k++) {
            g_test_message("%s of %s", checks[k], calls[i]);
            g_assert_cmpuint(count_checks(run, calls[i], checks[k], "pass"),
                             >, 0);
        }
    }
    g_assert_cmpuint(count_checks(run, NULL, NULL, "fail"), ==, 0);
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "pass"), ==,
                     SCREENS);
    g_assert_cmpuint(count_checks(run, NULL, "display", "pass"), ==,
                     9 + 5 * SCREENS);
    g_assert_cmpuint(count_checks(run, NULL, "program", "pass"), ==, 2);
}

static void assert_get(JsonObject *buffer)
{
    g_assert_cmpstr(json_object_get_string_member(buffer, "api"), ==, GET);
}

/* ---- All is well --------------------------------------------------------- */

static void both_calls_pass_through_vtd(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu vtd");

    assert_passed(run);
    each_buffer(run, assert_translated);
    g_assert_cmpuint(count_checks(run, NULL, "use-after-free", "pass"), >, 0);
}

static void both_calls_pass_without_iommu(void)
{
    g_autoptr(Run) run = run_guest(RUN "--iommu none");

    assert_passed(run);
    each_buffer(run, assert_identity);
}

/* The obsolete pair has no part in the screen. */
static void one_call_runs_alone(void)
{
    g_autoptr(Run) run = run_guest("--api " GET);

    assert_ended(run, 0, "pass");
    each_buffer(run, assert_get);
    g_assert_cmpuint(count_checks(run, NULL, "scan-out", NULL), ==, 0);
}

/* ---- Pictures ------------------------------------------------------------ */

/* All bits set stay all bits set. */
static guint widen(guint value, guint bits)
{
    return value << (8 - bits) | value >> (2 * bits - 8);
}

/* What a screen of so many bits makes of 0x00RRGGBB. */
static guint32 on_screen(guint32 pixel, guint bits)
{
    guint narrow = cbx_picture_rgb565(pixel);

    return bits == 32 ? pixel
                      : widen(narrow >> 11, 5) << 16 |
                        widen(narrow >> 5 & 0x3f, 6) << 8 |
                        widen(narrow & 0x1f, 5);
}

/* Pixels of the kept picture of mode @n that are not as they must be. */
static guint count_wrong_pixels(const char *directory, guint n)
{
    g_autofree char *name = g_strdup_printf("frame-%u.ppm", n + 1);
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *header = g_strdup_printf("P6\n%u %u\n255\n",
                                              modes[n].width,
                                              modes[n].height);
    g_autofree char *file = NULL;
    g_autoptr(GError) error = NULL;
    const guint8 *rgb;
    gsize length;
    guint wrong = 0;

    g_file_get_contents(path, &file, &length, &error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(file, header));
    g_assert_cmpuint(length, ==, strlen(header) +
                     3 * modes[n].width * modes[n].height);
    rgb = (const guint8 *)file + strlen(header);
    for (guint y = 0; y < modes[n].height; y++) {
        for (guint x = 0; x < modes[n].width; x++, rgb += 3) {
            guint32 pixel = cbx_picture_pixel(x, y, modes[n].width,
                                              modes[n].height);

            wrong += on_screen(pixel, modes[n].bits) !=
                     (guint32)(rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
        }
    }
    g_unlink(path);
    return wrong;
}

/* A run that keeps its pictures; each has so many wrong pixels. */
static void assert_pictures(const char *arguments, guint wrong, int exit_code,
                            const char *verdict)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-screen-XXXXXX", NULL);
    g_autofree char *line = g_strdup_printf(RUN "--screendump '%s' %s",
                                            directory, arguments);
    g_autoptr(Run) run = run_guest(line);

    assert_ended(run, exit_code, verdict);
    for (guint n = 0; n < SCREENS; n++) {
        g_test_message("%u by %u, %u bits", modes[n].width, modes[n].height,
                       modes[n].bits);
        g_assert_cmpuint(count_wrong_pixels(directory, n), ==, wrong);
    }
    /* Fails if more pictures than modes were kept. */
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

static void the_host_sees_the_picture_through_vtd(void)
{
    assert_pictures("--iommu vtd", 0, 0, "pass");
}

static void the_host_sees_the_picture_without_iommu(void)
{
    assert_pictures("--iommu none", 0, 0, "pass");
}

/* A directory stands where the first picture goes. */
static void a_picture_that_cannot_be_saved_is_an_error(void)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-screen-XXXXXX", NULL);
    g_autofree char *line = g_strdup_printf(RUN "--screendump '%s'",
                                            directory);
    g_autofree char *obstacle = g_build_filename(directory, "frame-1.ppm",
                                                 NULL);
    g_autoptr(Run) run = NULL;

    g_assert_cmpint(g_mkdir(obstacle, 0700), ==, 0);
    run = run_guest(line);
    assert_ended(run, 3, "pass");
    g_assert_cmpint(g_rmdir(obstacle), ==, 0);
    for (guint n = 1; n < SCREENS; n++) {
        g_assert_cmpuint(count_wrong_pixels(directory, n), ==, 0);
    }
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

/* What the comparison of pictures is worth. */
static void the_host_sees_a_flipped_pixel(void)
{
    assert_pictures("--fault flip-pixel", 1, 1, "fail");
}

/* ---- A broken device or HAL ---------------------------------------------- */

static void a_flipped_bit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault flip-bit");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "integrity-to-device checksum ring "
                           "edges-to-device integrity-from-device "
                           "edges-from-device");
    assert_failed(run, "integrity-to-device", BOTH);
    assert_failed(run, "integrity-from-device", BOTH);
}

static void a_flipped_pixel_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault flip-pixel");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "scan-out");
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "fail"), ==,
                     SCREENS);
}

static void a_physical_address_is_found_through_vtd(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-physical");

    assert_ended(run, 1, "fail");
    g_assert_cmpuint(count_checks(run, NULL, "device-access", "pass"), ==, 0);
    assert_failed(run, "translation", BOTH);
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "fail"), ==,
                     SCREENS);
}

static void an_ignored_limit_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-ignore-limit");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "range");
    assert_failed(run, "range", ALLOCATE);
}

/* No framebuffer: neither the driver nor the window system can set a mode. */
static void a_mode_without_memory_is_found(void)
{
    g_autoptr(Run) run = run_guest(RUN "--fault hal-no-memory");

    assert_ended(run, 1, "fail");
    assert_no_other_failed(run, "allocation scan-out display");
    assert_failed(run, "allocation", BOTH);
    g_assert_cmpuint(count_checks(run, ALLOCATE, "scan-out", "fail"), ==,
                     SCREENS);
    g_assert_cmpuint(count_checks(run, NULL, "display", "fail"), ==, SCREENS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: test-video PATH-OF-CBX\n");
        return 2;
    }
    run_command = argv[1];
#define TEST(name) g_test_add_func("/video/" #name, name)
    TEST(both_calls_pass_through_vtd);
    TEST(both_calls_pass_without_iommu);
    TEST(one_call_runs_alone);
    TEST(the_host_sees_the_picture_through_vtd);
    TEST(the_host_sees_the_picture_without_iommu);
    TEST(a_picture_that_cannot_be_saved_is_an_error);
    TEST(the_host_sees_a_flipped_pixel);
    TEST(a_flipped_bit_is_found);
    TEST(a_flipped_pixel_is_found);
    TEST(a_physical_address_is_found_through_vtd);
    TEST(an_ignored_limit_is_found);
    TEST(a_mode_without_memory_is_found);
    return g_test_run();
}
