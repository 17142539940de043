/* SPDX-License-Identifier: MIT */
/* The driver's records, written through the device's report port. */
#ifndef CBX_CORE_REPORT_H
#define CBX_CORE_REPORT_H

#include "core/world.h"

typedef enum CbxVerdict {
    CBX_PASS,
    CBX_FAIL,
    CBX_SKIP,
} CbxVerdict;

struct CbxResult;
typedef void CbxReportKeep(void *context, const struct CbxResult *result);

typedef struct CbxReport {
    const CbxWorld *world;
    const char *driver;     /* file name of the driver, in every record */
    uint32_t passed;
    uint32_t failed;
    uint32_t skipped;
    uint32_t refused;       /* records that the device did not take */
    bool spoilt;            /* see cbx_report_spoil() */
    CbxReportKeep *keep;
    void *keep_context;
} CbxReport;

/* One check of one buffer. Strings without NUL, all present. */
typedef struct CbxResult {
    uint32_t api_number;    /* CBX_API_* */
    const char *api;        /* documented name of the call */
    const char *variant;    /* size, limit, cache type, ... asked for */
    const char *check;      /* identifier from checks.def */
    CbxVerdict verdict;
    const char *expected;
    const char *seen;       /* for a skip: the reason */
    const char *source;     /* of the expectation */
    bool has_buffer;
    uint32_t buffer;        /* CBX_REG_BUF_ID */
} CbxResult;

/* Documented name of CBX_API_*, or "unknown call". */
const char *cbx_report_api_name(uint32_t api);

/* START: `guest` names the system. */
void cbx_report_start(CbxReport *report, const CbxWorld *world,
                      const char *driver, const char *guest);
/* TEXT: level is "error", "info" or "debug". */
void cbx_report_text(CbxReport *report, const char *level, const char *text);
/* RESULT; counts the verdict. */
void cbx_report_result(CbxReport *report, const CbxResult *result);
/* From here on `keep` is shown each result, after the device was. */
void cbx_report_keep(CbxReport *report, CbxReportKeep *keep, void *context);
/* The checks were not all made: whatever they found, the verdict is fail. */
void cbx_report_spoil(CbxReport *report);

/* Did a check pass and none fail, was no record refused, nothing spoilt? */
bool cbx_report_good(const CbxReport *report);
/* END; the verdict is pass if all is good, else fail. */
void cbx_report_end(CbxReport *report);

#endif /* CBX_CORE_REPORT_H */
