/* SPDX-License-Identifier: MIT */
/*
 * The control interface of cbxwdm.sys and cbxkmdf.sys: what a program sends to the device
 * interface and gets back. All requests are buffered; structures are the same
 * for 32-bit and 64-bit programs. Include <windows.h> and <winioctl.h>, or
 * <wdm.h>, first.
 */
#ifndef CBX_IOCTL_H
#define CBX_IOCTL_H

#include <stdint.h>

/* Interface class {8d3b6f0c-51d5-4a6e-9d0e-c1b0a7f2e401}. */
#define CBX_INTERFACE_GUID \
    { 0x8d3b6f0c, 0x51d5, 0x4a6e, \
      { 0x9d, 0x0e, 0xc1, 0xb0, 0xa7, 0xf2, 0xe4, 0x01 } }

/* In each structure that has one; another number is refused. */
#define CBX_CONTROL_VERSION          1u

/* Device types from 0x8000 and functions from 0x800 are for vendors. */
#define CBX_CONTROL_CODE_(function, access) \
    CTL_CODE(0x8cb0, 0x800 + (function), METHOD_BUFFERED, access)

/*
 * Runs the tests. In: cbx_control_run. Out: cbx_control_state. Ends with the
 * run; when it is cancelled, the run is aborted. Refused with
 * ERROR_BUSY while a run is under way, ERROR_NOT_READY while the device is
 * stopped or powered down.
 */
#define CBX_CONTROL_RUN   CBX_CONTROL_CODE_(0, FILE_WRITE_ACCESS)
/*
 * In: cbx_control_query. Out: cbx_control_state, then as many
 * cbx_control_result, from number `first` on, as there are and as fit.
 */
#define CBX_CONTROL_QUERY CBX_CONTROL_CODE_(1, FILE_READ_ACCESS)
/* Asks the run under way to end early; harmless when there is none. */
#define CBX_CONTROL_ABORT CBX_CONTROL_CODE_(2, FILE_WRITE_ACCESS)

typedef struct cbx_control_run {
    uint32_t version;
    uint32_t rounds;        /* 0 and 1: once; ends after a round that failed */
    uint64_t apis;          /* bit n: call number n of abi.h; 0: as the device
                               was told */
} cbx_control_run;

typedef struct cbx_control_query {
    uint32_t version;
    uint32_t first;
} cbx_control_query;

/* How the last run ended. */
#define CBX_OUTCOME_LIST(X) \
    X(0, NEVER_RUN,  "never run") \
    X(1, PASSED,     "passed") \
    X(2, FAILED,     "failed") \
    X(3, ABORTED,    "aborted") \
    X(4, UNUSABLE,   "the device cannot be used")
#define CBX_OUTCOME_ENUM_(n, id, name) CBX_CONTROL_##id = n,
enum { CBX_OUTCOME_LIST(CBX_OUTCOME_ENUM_) CBX_CONTROL_OUTCOMES };
#undef CBX_OUTCOME_ENUM_

typedef struct cbx_control_state {
    uint32_t version;
    uint32_t running;       /* 1 while a run is under way */
    uint32_t outcome;       /* CBX_CONTROL_*, of the last run */
    uint32_t rounds;        /* since the driver started */
    uint32_t passed;        /* checks of the last round, so far */
    uint32_t failed;
    uint32_t skipped;
    uint32_t results;       /* that can be had with CBX_CONTROL_QUERY */
    uint32_t lost;          /* results for which there was no memory */
    uint32_t reserved;
} cbx_control_state;

enum {
    CBX_CONTROL_CHECK_MAX = 32,
    CBX_CONTROL_VARIANT_MAX = 112,
    CBX_CONTROL_SEEN_MAX = 128,
};

/* One check; strings are cut, and always end with NUL. */
typedef struct cbx_control_result {
    uint32_t api;           /* number of abi.h, 0: none */
    uint32_t verdict;       /* 0 passed, 1 failed, 2 skipped */
    char check[CBX_CONTROL_CHECK_MAX];
    char variant[CBX_CONTROL_VARIANT_MAX];
    char seen[CBX_CONTROL_SEEN_MAX];
} cbx_control_result;

_Static_assert(sizeof(cbx_control_run) == 16, "the same for all programs");
_Static_assert(sizeof(cbx_control_state) == 40, "the same for all programs");
_Static_assert(sizeof(cbx_control_result) == 280, "the same for all programs");

#endif /* CBX_IOCTL_H */
