/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report streams (one JSON object per line, written by the devices, one
 * for each driver) read into memory. Reading never fails as a whole: what is
 * wrong with a stream is kept as a list of defects, for the verdict.
 */
#ifndef CBX_CLI_REPORT_H
#define CBX_CLI_REPORT_H

#include <glib.h>

/* Version of the stream that this command understands. */
#define CBX_REPORT_SCHEMA 1

typedef enum CbxOutcome {
    CBX_OUTCOME_PASS,
    CBX_OUTCOME_FAIL,
    CBX_OUTCOME_SKIP,
} CbxOutcome;

typedef struct CbxReport CbxReport;
typedef struct CbxPort CbxPort;

/* Cache lines that the device says the same of, in one record or several. */
typedef struct CbxLines {
    char *finding;      /* what has happened, as "stale-read" */
    guint64 gpa;        /* guest-physical address, in the first record */
    guint64 length;     /* bytes, there */
    guint64 bytes;      /* of all records together */
    guint64 records;
    char *last;         /* last cache maintenance of them, or "none" */
    gint64 cpu;         /* the processor that did it; -1 if unknown or "none" */
    guint64 pc;         /* where that was done; 0 with "none" */
    char *missing;      /* what should have been done */
} CbxLines;

/* A declared buffer: what the driver said and what the device saw. */
typedef struct CbxBuffer {
    const CbxPort *port;
    guint64 id;         /* given by the device; may return after a release */
    char *api;          /* documented name, or "" */
    guint64 element;    /* index within a vector */
    guint64 va;
    guint64 logical;
    guint64 length;     /* bytes */
    guint64 min;
    guint64 max;
    guint64 align;
    char *cache;
    char *node;
    char *status;       /* "ok", or why the device refused to declare it */
    /* Findings; none when the declaration was refused. */
    gboolean has_gpa;
    guint64 gpa;        /* guest-physical address of the first byte */
    guint64 pages;
    guint64 pages_ok;   /* of these, readable and writable */
    guint32 facts;      /* CBX_FACT_* */
    char *iommu;        /* what the device reached it through */
    char *memory_type;  /* how the CPU maps it; NULL when not looked at */
    char *page_type;    /* the same by the page tables alone, or NULL */
    gboolean released;
    GPtrArray *lines;   /* CbxLines: findings of the model of the caches */
} CbxBuffer;

typedef struct CbxResult {
    const CbxPort *port; /* where it stood or what it is about; NULL: the run */
    char *driver;
    char *api;          /* "" when it concerns the whole run */
    char *variant;
    char *check;
    CbxOutcome outcome;
    char *expected;
    char *seen;
    char *source;
    char *remedy;       /* or NULL */
    CbxBuffer *buffer;  /* of the report, or NULL */
    char *frame;        /* of "scan-out": checksum of what the device showed,
                           or NULL when it did not say so before */
    guint64 time_ns;    /* QEMU's virtual clock; 0 for the command's own */
} CbxResult;

/* One driver, from its "start" and "end". */
typedef struct CbxSession {
    char *driver;
    gboolean started;
    char *verdict;      /* as it ended, or NULL */
    guint64 start_ns;   /* QEMU's virtual clock */
    guint64 end_ns;
} CbxSession;

typedef struct CbxText {
    char *level;
    char *text;
} CbxText;

/* The stream of one device, and the driver that it is for. */
struct CbxPort {
    CbxReport *report;
    char *driver;
    gboolean has_device;
    char *abi;
    char *iommu;
    char *coherence;       /* model of the caches: "off", "on", "audit"; NULL:
                              it has none */
    guint64 addr_bits;
    char *seed;
    char *frame;           /* checksum of the last good "frame" that no result
                              was about, or NULL */
    GPtrArray *stray;      /* CbxLines: in no declared buffer */
    GPtrArray *sessions;   /* CbxSession */
    GPtrArray *defects;    /* char *: sentences */
    guint64 records;       /* lines that were records */
    guint64 first_ns;      /* QEMU's virtual clock at the first of them */
    GString *partial;      /* the line being received */
    guint64 lines;
    guint64 next_seq;
};

/* What all of them say, in the order of arrival. */
struct CbxReport {
    GPtrArray *ports;      /* CbxPort, in the order of the drivers */
    GPtrArray *buffers;    /* CbxBuffer, in order of declaration */
    GPtrArray *results;    /* CbxResult */
    GPtrArray *texts;      /* CbxText */
    guint faults_struck;   /* "fault" records */
    char *crash_code;      /* NULL unless the guest reported a crash */
    char *crash_text;
    guint64 records;
    guint64 first_ns;      /* QEMU's virtual clock at the first record */
    guint64 last_ns;       /* and at the latest */
};

CbxReport *cbx_report_new(void);
void cbx_report_free(CbxReport *report);

/* A further stream, of the device of @driver. The report owns it. */
CbxPort *cbx_report_add_port(CbxReport *report, const char *driver);
CbxPort *cbx_report_port(const CbxReport *report, guint index);

/* The first that has said what its device is, or NULL. */
const CbxPort *cbx_report_device(const CbxReport *report);

/* Takes the next @length bytes of the stream, whole lines or not. */
void cbx_report_feed(CbxPort *port, const char *data, gsize length);

/* The streams are over: an unfinished line is a defect. */
void cbx_report_close(CbxReport *report);

/* The session of @driver, or NULL when it has written neither start nor end. */
const CbxSession *cbx_report_session(const CbxPort *port, const char *driver);

/*
 * The driver that a result is to be told apart by: NULL where there is only
 * one, and for what is about the run as a whole.
 */
const char *cbx_result_port(const CbxResult *result);

/* The variant of the checks of @buffer, or "". */
const char *cbx_buffer_variant(const CbxBuffer *buffer);

/* "pass", "fail" or "skip". */
const char *cbx_outcome_name(CbxOutcome outcome);

/* Makes a result; the strings are copied. Free with cbx_result_free(). */
CbxResult *cbx_result_new(const char *driver, const char *api,
                          const char *variant, const char *check,
                          CbxOutcome outcome, const char *expected,
                          const char *seen, const char *source);
void cbx_result_free(CbxResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxReport, cbx_report_free)

#endif
