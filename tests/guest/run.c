/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <glib/gstdio.h>
#include <string.h>

const char *run_command;

static JsonNode *load(const char *path)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;

    json_parser_load_from_file(parser, path, &error);
    g_assert_no_error(error);
    return json_parser_steal_root(parser);
}

Run *run_guest(const char *arguments)
{
    Run *run = g_new0(Run, 1);
    g_autofree char *directory = g_dir_make_tmp("cbx-guest-XXXXXX", NULL);
    g_autofree char *json = g_build_filename(directory, "result.json", NULL);
    g_autofree char *line = g_strdup_printf("'%s' run --json '%s' %s",
                                            run_command, json, arguments);
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_command_line_sync(line, &run->output, &errors, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s\n%s%s", line, run->output, errors);
    g_assert_true(WIFEXITED(status));
    run->exit_code = WEXITSTATUS(status);
    run->root = load(json);
    run->json = json_node_get_object(run->root);
    g_unlink(json);
    g_rmdir(directory);
    return run;
}

void run_free(Run *run)
{
    g_free(run->output);
    json_node_unref(run->root);
    g_free(run);
}

void assert_ended(const Run *run, int exit_code, const char *verdict)
{
    g_assert_cmpint(run->exit_code, ==, exit_code);
    g_assert_cmpstr(json_object_get_string_member(run->json, "verdict"), ==,
                    verdict);
}

static gboolean is(JsonObject *result, const char *member, const char *value)
{
    return !value ||
           g_strcmp0(json_object_get_string_member_with_default(result, member,
                                                                NULL),
                     value) == 0;
}

guint count_checks(const Run *run, const char *api, const char *check,
                   const char *verdict)
{
    return count_checks_of(run, NULL, api, check, verdict);
}

guint count_checks_of(const Run *run, const char *driver, const char *api,
                      const char *check, const char *verdict)
{
    JsonArray *results = json_object_get_array_member(run->json, "results");
    guint n = 0;

    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *r = json_array_get_object_element(results, i);

        n += is(r, "port", driver) && is(r, "api", api) &&
             is(r, "check", check) && is(r, "verdict", verdict);
    }
    return n;
}

void assert_no_other_failed(const Run *run, const char *checks)
{
    g_auto(GStrv) expected = g_strsplit(checks, " ", -1);
    JsonArray *results = json_object_get_array_member(run->json, "results");

    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *r = json_array_get_object_element(results, i);
        const char *check = json_object_get_string_member(r, "check");

        if (is(r, "verdict", "fail") &&
            !g_strv_contains((const char *const *)expected, check)) {
            g_test_message("%s of %s %s failed too", check,
                           json_object_get_string_member(r, "api"),
                           json_object_get_string_member(r, "variant"));
            g_test_fail();
        }
    }
}

void assert_failed(const Run *run, const char *check, const char *apis)
{
    g_auto(GStrv) api = g_strsplit(apis, " ", -1);

    if (!*api) {
        g_assert_cmpuint(count_checks(run, NULL, check, "fail"), >, 0);
    }
    for (char **a = api; *a; a++) {
        g_test_message("%s of %s", check, *a);
        g_assert_cmpuint(count_checks(run, *a, check, "fail"), >, 0);
    }
}

void each_buffer(const Run *run, void (*check)(JsonObject *buffer))
{
    JsonArray *buffers = json_object_get_array_member(run->json, "buffers");

    g_assert_cmpuint(json_array_get_length(buffers), >, 0);
    for (guint i = 0; i < json_array_get_length(buffers); i++) {
        check(json_array_get_object_element(buffers, i));
    }
}

static guint count_buffers(const Run *run, const char *api, const char *type)
{
    JsonArray *buffers = json_object_get_array_member(run->json, "buffers");
    guint n = 0;

    for (guint i = 0; i < json_array_get_length(buffers); i++) {
        JsonObject *b = json_array_get_object_element(buffers, i);

        n += is(b, "api", api) && is(b, "memory_type", type);
    }
    return n;
}

void assert_memory_type(const Run *run, const char *apis, const char *type)
{
    g_auto(GStrv) api = g_strsplit(apis, " ", -1);

    for (char **a = api; *a; a++) {
        g_test_message("%s: %s", *a, type);
        g_assert_cmpuint(count_buffers(run, *a, NULL), >, 0);
        g_assert_cmpuint(count_buffers(run, *a, type), ==,
                         count_buffers(run, *a, NULL));
    }
}

void assert_checks_passed(const Run *run, const char *apis, const char *checks)
{
    g_auto(GStrv) api = g_strsplit(apis, " ", -1);
    g_auto(GStrv) check = g_strsplit(checks, " ", -1);

    for (char **a = api; *a; a++) {
        for (char **c = check; *c; c++) {
            g_test_message("%s of %s", *c, *a);
            g_assert_cmpuint(count_checks(run, *a, *c, "pass"), >, 0);
        }
    }
}

char *write_qemu(const char *qemu, const char *options, const char *words)
{
    g_autofree char *script =
        g_strdup_printf("#!/bin/sh\n"
                        "for word; do\n"
                        "    shift\n"
                        "    [ \"$before\" != -append ] || "
                        "word=\"$word %s\"\n"
                        "    before=$word\n"
                        "    set -- \"$@\" \"$word\"\n"
                        "done\n"
                        "exec '%s' \"$@\" %s\n", words, qemu, options);
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("cbx-qemu-XXXXXX", &path, &error);

    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, script, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    return path;
}

void assert_translated(JsonObject *buffer)
{
    g_assert_true(json_object_get_boolean_member(buffer, "translated"));
}

void assert_identity(JsonObject *buffer)
{
    g_assert_true(json_object_get_boolean_member(buffer, "identity"));
}
