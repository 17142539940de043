/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CBX: migration between two QEMUs, and what is in its stream.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "cbx-stream.h"

/* Of QEMU's format: the section with the description, JSON of that length. */
#define VMDESC_SECTION  0x06
#define VMDESC_HEADER   5
/* Between a section's name and its data: instance and version. */
#define SECTION_NUMBERS 8

/* ---- Two machines ------------------------------------------------------ */

static void tell_of_migration(QTestState *qts)
{
    qtest_qmp_assert_success(qts, "{'execute': 'migrate-set-capabilities', "
                             "'arguments': {'capabilities': [{'capability': "
                             "'events', 'state': true}]}}");
}

/* The machine has stopped long before the last byte is in the file. */
static bool wait_for_migration(QTestState *qts)
{
    for (;;) {
        QDict *event = qtest_qmp_eventwait_ref(qts, "MIGRATION");
        const char *status = qdict_get_str(qdict_get_qdict(event, "data"),
                                           "status");
        bool completed = !strcmp(status, "completed");
        bool failed = !strcmp(status, "failed");

        qobject_unref(event);
        if (completed || failed) {
            return completed;
        }
    }
}

static void migrate_begin(QTestState *from, const char *uri)
{
    tell_of_migration(from);
    qtest_qmp_assert_success(from, "{'execute': 'migrate', 'arguments': "
                             "{'uri': %s}}", uri);
}

static void incoming_begin(QTestState *to, const char *uri)
{
    qtest_qmp_assert_success(to, "{'execute': 'migrate-incoming', "
                             "'arguments': {'uri': %s, "
                             "'exit-on-error': false}}", uri);
}

static QTestState *second_machine(const QCbxTwin *twin)
{
    QTestState *to = qtest_initf("%s %s -incoming defer",
                                 qos_get_current_command_line(),
                                 twin->options ? twin->options : "");

    tell_of_migration(to);
    qtest_clock_set(to, twin->clock);
    return to;
}

static char *temporary_name(void)
{
    char *file = NULL;
    int fd = g_file_open_tmp("cbx-migrate-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    return file;
}

QTestState *cbx_migrate(QTestState *from, const char *protocol,
                        const QCbxTwin *twin)
{
    QTestState *to = second_machine(twin);
    g_autofree char *file = temporary_name();
    g_autofree char *uri = g_strconcat(protocol, file, NULL);

    if (!strcmp(protocol, "file:")) {
        migrate_begin(from, uri);
        g_assert_true(wait_for_migration(from));
        incoming_begin(to, uri);
    } else {
        unlink(file);
        incoming_begin(to, uri);
        migrate_begin(from, uri);
        g_assert_true(wait_for_migration(from));
    }
    /* It runs by then. */
    g_assert_true(wait_for_migration(to));
    unlink(file);
    return to;
}

/* ---- The stream -------------------------------------------------------- */

/* The description is the last section. */
static QDict *read_description(QCbxStream *m)
{
    size_t at = m->length - VMDESC_HEADER;
    g_autofree char *text = NULL;
    QObject *parsed;

    while (m->data[at] != VMDESC_SECTION ||
           ldl_be_p(m->data + at + 1) != m->length - at - VMDESC_HEADER) {
        g_assert_cmpint(at, >, 0);
        at--;
    }
    text = g_strndup((char *)m->data + at + VMDESC_HEADER,
                     m->length - at - VMDESC_HEADER);
    parsed = qobject_from_json(text, &error_abort);
    g_assert_nonnull(qobject_to(QDict, parsed));
    return qobject_to(QDict, parsed);
}

static QDict *find_device(QDict *description)
{
    const QListEntry *e;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(description, "devices"), e) {
        QDict *device = qobject_to(QDict, qlist_entry_obj(e));

        if (g_str_has_suffix(qdict_get_str(device, "name"), "/cbx")) {
            return device;
        }
    }
    g_assert_not_reached();
}

/* The section is that of the device's name, its length before it. */
static size_t find_data(QCbxStream *m, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 1; i + n + SECTION_NUMBERS < m->length; i++) {
        if (m->data[i - 1] == n && !memcmp(m->data + i, name, n)) {
            return i + n + SECTION_NUMBERS;
        }
    }
    g_assert_not_reached();
}

void cbx_stream_save(QCbxStream *m, QTestState *from)
{
    g_autofree char *file = temporary_name();
    g_autofree char *uri = g_strconcat("file:", file, NULL);
    QDict *description, *device;
    size_t size;

    migrate_begin(from, uri);
    g_assert_true(wait_for_migration(from));
    g_assert_true(g_file_get_contents(file, (char **)&m->data, &m->length,
                                      NULL));
    unlink(file);
    description = read_description(m);
    device = find_device(description);
    m->fields = qobject_ref(device);
    m->start = find_data(m, qdict_get_str(device, "name"));
    qobject_unref(description);

    /* A field of known content, to know that the others are found as well. */
    g_assert_cmphex(ldl_be_p(cbx_stream_field(m, "regs[64]", &size)), ==,
                    CBX_MAGIC);
}

void cbx_stream_free(QCbxStream *m)
{
    g_free(m->data);
    qobject_unref(m->fields);
}

static uint64_t array_length(QDict *field)
{
    return qdict_get_try_int(field, "array_len", 1);
}

static size_t find_field(QDict *parent, const char *path, size_t *size)
{
    const char *rest = path + strcspn(path, ".");
    g_autofree char *whole = g_strndup(path, rest - path);
    size_t name = strcspn(whole, "[");
    uint64_t wanted = whole[name] ? g_ascii_strtoull(whole + name + 1, NULL, 10)
                                  : 0;
    const QListEntry *e;
    size_t offset = 0;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(parent, "fields"), e) {
        QDict *field = qobject_to(QDict, qlist_entry_obj(e));
        const char *is = qdict_get_str(field, "name");
        uint64_t each = qdict_get_int(field, "size");
        uint64_t first = qdict_get_try_int(field, "index", 0);
        /* QEMU numbers fields that would have the same name. */
        bool literal = !strcmp(is, whole);
        uint64_t index = literal ? first : wanted;

        if ((literal || (!strncmp(is, whole, name) && !is[name])) &&
            index >= first && index - first < array_length(field)) {
            offset += (index - first) * each;
            *size = each;
            return *rest ? offset + find_field(qdict_get_qdict(field, "struct"),
                                               rest + 1, size)
                         : offset;
        }
        offset += array_length(field) * each;
    }
    g_test_message("no field %s", path);
    g_assert_not_reached();
}

uint8_t *cbx_stream_field(QCbxStream *m, const char *path, size_t *size)
{
    return m->data + m->start + find_field(m->fields, path, size);
}

static void list_fields(QDict *parent, const char *prefix, GPtrArray *names)
{
    const QListEntry *e;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(parent, "fields"), e) {
        QDict *field = qobject_to(QDict, qlist_entry_obj(e));
        uint64_t last = array_length(field) - 1;

        for (uint64_t i = 0; i <= last; i += MAX(last, 1)) {
            const char *name = qdict_get_str(field, "name");
            uint64_t index = i + qdict_get_try_int(field, "index", 0);
            g_autofree char *path = last || qdict_haskey(field, "index")
                ? g_strdup_printf("%s%s[%" PRIu64 "]", prefix, name, index)
                : g_strconcat(prefix, name, NULL);

            if (qdict_haskey(field, "struct")) {
                g_autofree char *inner = g_strconcat(path, ".", NULL);

                list_fields(qdict_get_qdict(field, "struct"), inner, names);
                break;
            } else if (qdict_get_int(field, "size")) {
                g_ptr_array_add(names, g_steal_pointer(&path));
            }
        }
    }
}

GPtrArray *cbx_stream_fields(QCbxStream *m)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    list_fields(m->fields, "", names);
    return names;
}

QTestState *cbx_stream_load(QCbxStream *m, size_t length, const QCbxTwin *twin)
{
    QTestState *to = second_machine(twin);
    g_autofree char *file = temporary_name();
    g_autofree char *uri = g_strconcat("file:", file, NULL);
    bool accepted;

    g_assert_true(g_file_set_contents(file, (char *)m->data, length, NULL));
    incoming_begin(to, uri);
    accepted = wait_for_migration(to);
    unlink(file);
    if (!accepted) {
        qtest_quit(to);
        return NULL;
    }
    return to;
}
