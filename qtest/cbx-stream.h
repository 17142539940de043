/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration for the qtests of CBX: a second QEMU, and the stream between the
 * two as data that a test can alter.
 */
#ifndef QTEST_CBX_STREAM_H
#define QTEST_CBX_STREAM_H

#include "cbx-lib.h"

/* What a second QEMU has to have in common with the first. */
typedef struct QCbxTwin {
    const char *options;        /* beyond the graph's, or NULL */
    int64_t clock;              /* ns of virtual time */
} QCbxTwin;

typedef struct QCbxStream {
    uint8_t *data;
    size_t length;
    size_t start;               /* of the device's fields */
    QDict *fields;              /* QEMU's own description of them */
} QCbxStream;

/* Save @from, which stops, to a file and read that. */
void cbx_stream_save(QCbxStream *m, QTestState *from);
void cbx_stream_free(QCbxStream *m);

/*
 * Where in the data the field is, such as "queues[2].transfer.op"; also how
 * many bytes it has. It is stored big-endian.
 */
uint8_t *cbx_stream_field(QCbxStream *m, const char *path, size_t *size);

/*
 * Names of all fields that are not structures; both ends of an array, and the
 * first in an array of structures.
 */
GPtrArray *cbx_stream_fields(QCbxStream *m);

/*
 * A second QEMU, loaded with @length bytes of the stream. NULL if it refused
 * them.
 */
QTestState *cbx_stream_load(QCbxStream *m, size_t length, const QCbxTwin *twin);

/*
 * Move the machine to a second QEMU by "file:" or "unix:". The first one stays
 * as it was, stopped.
 */
QTestState *cbx_migrate(QTestState *from, const char *protocol,
                        const QCbxTwin *twin);

#endif /* QTEST_CBX_STREAM_H */
