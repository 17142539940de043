/* SPDX-License-Identifier: MIT */
/* What cbxctl.exe prints, and its exit codes. Portable. */
#ifndef CBXCTL_OUTPUT_H
#define CBXCTL_OUTPUT_H

#include "arguments.h"
#include "cbx/ioctl.h"

typedef enum CbxctlExit {
    CBXCTL_EXIT_PASSED = 0,
    CBXCTL_EXIT_FAILED = 1,     /* a check failed */
    CBXCTL_EXIT_USAGE = 2,
    CBXCTL_EXIT_DEVICE = 3,     /* no device, or it refuses */
    CBXCTL_EXIT_ABORTED = 4,    /* the run did not come to its end */
} CbxctlExit;

/* Where words go. */
typedef struct CbxctlOutput {
    void (*write)(void *context, const char *text);
    void *context;
    bool tap;
    bool verbose;               /* text: what passed, too */
    uint32_t number;            /* of the next result, TAP */
} CbxctlOutput;

void cbxctl_print_help(CbxctlOutput *output);
void cbxctl_print_list(CbxctlOutput *output);
void cbxctl_print_wrong(CbxctlOutput *output, const char *wrong,
                        const char *word);

/* Before the results, after each has been printed, and between. */
void cbxctl_print_begin(CbxctlOutput *output, const cbx_control_state *state);
void cbxctl_print_result(CbxctlOutput *output,
                         const cbx_control_result *result);
void cbxctl_print_end(CbxctlOutput *output, const cbx_control_state *state);

/* What a program is to end with after a run, or a query, that got this. */
CbxctlExit cbxctl_exit_code(const cbx_control_state *state);

#endif /* CBXCTL_OUTPUT_H */
