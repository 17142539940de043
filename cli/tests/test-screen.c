/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of the screen: what is said to QEMU's monitor, and its answers. */
#include "screen.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "options.h"

typedef struct Monitor {
    char *directory;
    CbxScreen *screen;
    int fd;             /* QEMU's end */
} Monitor;

static void monitor_start(Monitor *m)
{
    g_autoptr(GError) error = NULL;

    m->directory = g_dir_make_tmp("cbx-screen-XXXXXX", NULL);
    m->screen = cbx_screen_new(m->directory, &error);
    g_assert_no_error(error);
    m->fd = cbx_screen_fd(m->screen);
}

static void monitor_stop(Monitor *m)
{
    cbx_screen_free(m->screen);
    g_assert_cmpint(g_rmdir(m->directory), ==, 0);
    g_free(m->directory);
}

/* QEMU says so; all of it is read. */
static void say(Monitor *m, const char *text)
{
    g_assert_cmpint(write(m->fd, text, strlen(text)), ==,
                    (gssize)strlen(text));
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

/* What QEMU has been told since: one command, or "" for none. */
static char *heard(Monitor *m)
{
    char buffer[4096];
    ssize_t got = recv(m->fd, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);
    g_autoptr(JsonParser) parser = json_parser_new();

    if (got <= 0) {
        return g_strdup("");
    }
    g_assert_true(json_parser_load_from_data(parser, buffer, got, NULL));
    return g_strdup(json_object_get_string_member(
        json_node_get_object(json_parser_get_root(parser)), "execute"));
}

static void assert_heard(Monitor *m, const char *command)
{
    g_autofree char *found = heard(m);

    g_assert_cmpstr(found, ==, command);
}

/* Up to where the machine runs. */
static void greet(Monitor *m)
{
    say(m, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
    assert_heard(m, "qmp_capabilities");
    say(m, "{\"return\": {}, \"id\": \"begin\"}\r\n");
    assert_heard(m, "query-status");
    say(m, "{\"return\": {\"status\": \"running\"}, \"id\": \"status\"}\r\n");
    assert_heard(m, "");
}

static void stop(Monitor *m)
{
    say(m, "{\"timestamp\": {}, \"event\": \"STOP\"}\r\n");
}

static void each_stop_gives_a_picture(void)
{
    Monitor m;

    monitor_start(&m);
    greet(&m);
    for (guint i = 0; i < 3; i++) {
        stop(&m);
        assert_heard(&m, "screendump");
        say(&m, "{\"return\": {}, \"id\": \"picture\"}\r\n");
        assert_heard(&m, "cont");
        say(&m, "{\"return\": {}, \"id\": \"go-on\"}\r\n");
        assert_heard(&m, "");
    }
    g_assert_null(cbx_screen_problem(m.screen));
    monitor_stop(&m);
}

/* It was not told: events come after qmp_capabilities only. */
static void a_stop_before_the_greeting_counts(void)
{
    Monitor m;

    monitor_start(&m);
    say(&m, "{\"QMP\": {}}\r\n{\"return\": {}, \"id\": \"begin\"}\r\n");
    g_assert_cmpint(recv(m.fd, (char[4096]){ 0 }, 4096, MSG_DONTWAIT), >, 0);
    say(&m, "{\"return\": {\"status\": \"paused\"}, \"id\": \"status\"}\r\n");
    assert_heard(&m, "screendump");
    monitor_stop(&m);
}

/* The guest would wait for ever. */
static void the_machine_goes_on_after_an_error(void)
{
    Monitor m;

    monitor_start(&m);
    greet(&m);
    stop(&m);
    assert_heard(&m, "screendump");
    say(&m, "{\"error\": {\"class\": \"GenericError\", \"desc\": "
            "\"no space left\"}, \"id\": \"picture\"}\r\n");
    assert_heard(&m, "cont");
    g_assert_cmpstr(cbx_screen_problem(m.screen), ==, "no space left");
    monitor_stop(&m);
}

static void the_first_error_is_told(void)
{
    Monitor m;

    monitor_start(&m);
    greet(&m);
    say(&m, "{\"error\": {\"class\": \"GenericError\"}, \"id\": \"status\"}"
            "\r\n");
    g_assert_cmpstr(cbx_screen_problem(m.screen), ==, "unknown");
    say(&m, "{\"error\": {\"desc\": \"another\"}}\r\n");
    g_assert_cmpstr(cbx_screen_problem(m.screen), ==, "unknown");
    monitor_stop(&m);
}

static void one_picture_at_a_time(void)
{
    Monitor m;

    monitor_start(&m);
    greet(&m);
    stop(&m);
    assert_heard(&m, "screendump");
    stop(&m);
    assert_heard(&m, "");
    monitor_stop(&m);
}

static void lines_come_in_pieces_and_wrong(void)
{
    g_autofree char *noise = g_strnfill(100000, 'x');
    Monitor m;

    monitor_start(&m);
    greet(&m);
    say(&m, "not JSON\n[]\n\n");
    say(&m, noise);
    say(&m, "\n{\"event\": ");
    assert_heard(&m, "");
    say(&m, "\"STOP\"}\n");
    assert_heard(&m, "screendump");
    g_assert_null(cbx_screen_problem(m.screen));
    monitor_stop(&m);
}

/* QEMU is gone in the middle of a line. */
static void an_end_of_the_connection_is_no_error(void)
{
    Monitor m;

    monitor_start(&m);
    greet(&m);
    say(&m, "{\"event\"");
    g_assert_cmpint(shutdown(m.fd, SHUT_RDWR), ==, 0);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    g_assert_null(cbx_screen_problem(m.screen));
    monitor_stop(&m);
}

static void only_old_pictures_are_removed(void)
{
    g_autofree char *directory = g_dir_make_tmp("cbx-screen-XXXXXX", NULL);
    g_autofree char *old = g_build_filename(directory, "frame-7.ppm", NULL);
    g_autofree char *other = g_build_filename(directory, "notes", NULL);
    g_autoptr(CbxScreen) screen = NULL;

    g_assert_true(g_file_set_contents(old, "P6", -1, NULL));
    g_assert_true(g_file_set_contents(other, "mine", -1, NULL));
    screen = cbx_screen_new(directory, NULL);
    g_assert_nonnull(screen);
    g_assert_false(g_file_test(old, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_unlink(other), ==, 0);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

static void a_directory_that_cannot_be_made_is_an_error(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cbx_screen_new("/dev/null/pictures", &error));
    g_assert_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT);
    g_assert_nonnull(strstr(error->message, "--screendump"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/screen/" #name, name)
    TEST(each_stop_gives_a_picture);
    TEST(a_stop_before_the_greeting_counts);
    TEST(the_machine_goes_on_after_an_error);
    TEST(the_first_error_is_told);
    TEST(one_picture_at_a_time);
    TEST(lines_come_in_pieces_and_wrong);
    TEST(an_end_of_the_connection_is_no_error);
    TEST(only_old_pictures_are_removed);
    TEST(a_directory_that_cannot_be_made_is_an_error);
    return g_test_run();
}
