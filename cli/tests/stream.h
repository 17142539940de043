/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes report streams as the device would, for the tests.
 */
#ifndef CBX_CLI_TESTS_STREAM_H
#define CBX_CLI_TESTS_STREAM_H

#include <glib.h>

#include "options.h"
#include "process.h"
#include "report.h"
#include "verdict.h"

#define DRIVER "cbxwdm.sys"
#define KMDF   "cbxkmdf.sys"

/* A good buffer's facts, through an IOMMU and without. */
#define FACTS_COMMON "\"range-ok\",\"align-ok\",\"width-ok\",\"readable\"," \
                     "\"writable\",\"ram\""
#define FACTS_VTD    FACTS_COMMON ",\"iommu\",\"translated\""
#define FACTS_NONE   FACTS_COMMON ",\"identity\",\"gpa-contiguous\""

typedef struct Stream {
    const char *driver;     /* DRIVER unless set */
    const char *coherence;  /* of the device's record; NULL: not there */
    const char *memory_type; /* of buffers; "WB" unless set */
    GString *text;
    guint seq;
} Stream;

Stream *stream_new(void);
void stream_free(Stream *stream);

/* One record: type, and the fields that follow "time_ns" as JSON text. */
void stream_record(Stream *stream, const char *type, const char *fields);
void stream_device(Stream *stream, const char *iommu);
void stream_declare(Stream *stream, guint id, const char *api,
                    const char *iommu, const char *facts);
/* A "coherence" record of 64 bytes; with @last "none" there is no pc. */
void stream_finding(Stream *stream, guint buffer, const char *finding,
                    guint64 gpa, const char *last);
void stream_release(Stream *stream, guint id);
/* @buffer may be NULL. */
void stream_result(Stream *stream, const char *driver, const char *api,
                   const char *check, const char *verdict, const char *buffer);
void stream_start(Stream *stream, const char *driver);
void stream_end(Stream *stream, const char *driver, const char *verdict);

/* One call with one buffer, all in order. */
void stream_call(Stream *stream, guint id, const char *api, const char *iommu,
                 const char *facts);

/* The same from start to end: its driver runs @apis, blanks between them. */
Stream *stream_of(const char *driver, const char *apis);

/* device and start; three good calls through VT-d; the ends that follow. */
void stream_head(Stream *stream);
void stream_calls(Stream *stream);
void stream_tail(Stream *stream);

/* A run in which all is well, through VT-d. */
Stream *stream_good(void);

/* A further port of @report, with @stream. */
CbxPort *stream_add(const Stream *stream, CbxReport *report);

/* The report that reading @stream alone gives. */
CbxReport *stream_report(const Stream *stream);

/* @arguments, and unless they have it, an --api for stream_calls(). */
char *arguments_for_calls(const char *arguments);

/* `cbx run` with these options (one string, blanks between them). */
CbxOptions *options_of(const char *arguments);

/* Judges @report, after QEMU ended with @ending and exit status @status. */
CbxJudgement *judge_report(CbxReport *report, const char *arguments,
                           CbxEnding ending, int status);

/* Judges @stream alone, after QEMU ended with @ending and exit status @status. */
CbxJudgement *judge(const Stream *stream, const char *arguments,
                    CbxEnding ending, int status);

/* The failed check of the command itself called @check, or NULL. */
const CbxResult *finding(const CbxJudgement *judgement, const char *check);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)

#endif
