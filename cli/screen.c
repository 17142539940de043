/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "options.h"

/* Of all that a monitor says here, a fraction. */
#define LINE_MAX_BYTES 65536

struct CbxScreen {
    char *directory;
    int ours;
    int theirs;
    guint source;
    GString *line;       /* what has come of the next one */
    guint frames;
    gboolean busy;       /* a picture is being taken */
    char *problem;
};

/* ---- Commands ----------------------------------------------------------- */

/* The commands that are sent, by the identifier that comes back. */
#define BEGIN   "begin"
#define STATUS  "status"
#define PICTURE "picture"
#define GO_ON   "go-on"

/* The socket has room for a few hundred of these; one is under way. */
static void execute(CbxScreen *screen, const char *command, const char *id,
                    const char *filename)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *text = NULL;

    json_builder_begin_object(b);
    json_builder_set_member_name(b, "execute");
    json_builder_add_string_value(b, command);
    json_builder_set_member_name(b, "id");
    json_builder_add_string_value(b, id);
    if (filename) {
        json_builder_set_member_name(b, "arguments");
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "filename");
        json_builder_add_string_value(b, filename);
        json_builder_end_object(b);
    }
    json_builder_end_object(b);
    root = json_builder_get_root(b);
    text = json_to_string(root, FALSE);
    if (send(screen->ours, text, strlen(text), MSG_NOSIGNAL) < 0 &&
        !screen->problem) {
        screen->problem = g_strdup(g_strerror(errno));
    }
}

static void take_picture(CbxScreen *screen)
{
    g_autofree char *name = NULL;
    g_autofree char *path = NULL;

    if (screen->busy) {
        return;
    }
    screen->busy = TRUE;
    name = g_strdup_printf("frame-%u.ppm", ++screen->frames);
    path = g_build_filename(screen->directory, name, NULL);
    execute(screen, "screendump", PICTURE, path);
}

/* ---- Answers ------------------------------------------------------------ */

static void read_error(CbxScreen *screen, JsonObject *o)
{
    JsonObject *error = json_object_get_object_member(o, "error");

    if (!screen->problem) {
        screen->problem = g_strdup(json_object_get_string_member_with_default(
            error, "desc", "unknown"));
    }
}

/* The machine can have stopped before events were told: it is asked once. */
static void read_answer(CbxScreen *screen, JsonObject *o, const char *id)
{
    if (strcmp(id, BEGIN) == 0) {
        execute(screen, "query-status", STATUS, NULL);
    } else if (strcmp(id, STATUS) == 0 && json_object_has_member(o, "return")) {
        JsonObject *status = json_object_get_object_member(o, "return");

        if (strcmp(json_object_get_string_member_with_default(
                       status, "status", ""), "paused") == 0) {
            take_picture(screen);
        }
    } else if (strcmp(id, PICTURE) == 0) {
        screen->busy = FALSE;
        execute(screen, "cont", GO_ON, NULL);
    }
}

static void read_line(CbxScreen *screen)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonNode *root;
    JsonObject *o;

    if (!json_parser_load_from_data(parser, screen->line->str,
                                    (gssize)screen->line->len, NULL)) {
        return;
    }
    root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        return;
    }
    o = json_node_get_object(root);
    if (json_object_has_member(o, "QMP")) {
        execute(screen, "qmp_capabilities", BEGIN, NULL);
    } else if (strcmp(json_object_get_string_member_with_default(
                          o, "event", ""), "STOP") == 0) {
        take_picture(screen);
    } else {
        if (json_object_has_member(o, "error")) {
            read_error(screen, o);
        }
        read_answer(screen, o,
                    json_object_get_string_member_with_default(o, "id", ""));
    }
}

static gboolean on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED,
                            gpointer data)
{
    CbxScreen *screen = data;
    char buffer[4096];
    ssize_t got = read(fd, buffer, sizeof(buffer));

    for (ssize_t i = 0; i < got; i++) {
        if (buffer[i] == '\n') {
            read_line(screen);
            g_string_truncate(screen->line, 0);
        } else if (screen->line->len < LINE_MAX_BYTES) {
            g_string_append_c(screen->line, buffer[i]);
        }
    }
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) {
        return G_SOURCE_CONTINUE;
    }
    screen->source = 0;
    return G_SOURCE_REMOVE;
}

/* ---- Life --------------------------------------------------------------- */

static gboolean prepare(const char *directory, GError **error)
{
    g_autoptr(GDir) dir = NULL;
    const char *name;

    if (g_mkdir_with_parents(directory, 0777) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot make %s: %s; name another directory with "
                    "--screendump", directory, g_strerror(errno));
        return FALSE;
    }
    dir = g_dir_open(directory, 0, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_prefix(name, "frame-") &&
            g_str_has_suffix(name, ".ppm")) {
            g_autofree char *path = g_build_filename(directory, name, NULL);

            g_unlink(path);
        }
    }
    return TRUE;
}

CbxScreen *cbx_screen_new(const char *directory, GError **error)
{
    CbxScreen *screen;
    int pair[2];

    if (!prepare(directory, error)) {
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        g_set_error(error, CBX_ERROR, CBX_ERROR_ENVIRONMENT,
                    "cannot make a socket: %s; close other programs or raise "
                    "'ulimit -n'", g_strerror(errno));
        return NULL;
    }
    screen = g_new0(CbxScreen, 1);
    screen->directory = g_strdup(directory);
    screen->line = g_string_new(NULL);
    screen->ours = pair[0];
    screen->theirs = pair[1];
    g_unix_set_fd_nonblocking(screen->ours, TRUE, NULL);
    screen->source = g_unix_fd_add(screen->ours, G_IO_IN, on_readable, screen);
    return screen;
}

void cbx_screen_free(CbxScreen *screen)
{
    if (screen->source) {
        g_source_remove(screen->source);
    }
    close(screen->ours);
    close(screen->theirs);
    g_string_free(screen->line, TRUE);
    g_free(screen->directory);
    g_free(screen->problem);
    g_free(screen);
}

int cbx_screen_fd(const CbxScreen *screen)
{
    return screen->theirs;
}

const char *cbx_screen_problem(const CbxScreen *screen)
{
    return screen->problem;
}
