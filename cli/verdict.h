/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The judgement of a run, from its report, its end and what was asked for.
 */
#ifndef CBX_CLI_VERDICT_H
#define CBX_CLI_VERDICT_H

#include <glib.h>

#include "options.h"
#include "process.h"
#include "report.h"

/* "driver" of the stand-in host in its records; its "end" is the last word. */
#define CBX_STAND_IN "stand-in"

/* "driver" of the checks that the command itself makes. */
#define CBX_JUDGE "cbx"

typedef enum CbxVerdict {
    CBX_VERDICT_PASS,
    CBX_VERDICT_FAIL,
    CBX_VERDICT_CRASH,
    CBX_VERDICT_TIMEOUT,
    CBX_VERDICT_ERROR,        /* the run did not come about */
    CBX_VERDICT_INTERRUPTED,
} CbxVerdict;

typedef struct CbxJudgement {
    CbxVerdict verdict;
    char *reason;         /* a sentence; NULL when passed */
    GPtrArray *findings;  /* CbxResult: the command's own checks */
    guint passed;         /* results and findings together */
    guint failed;
    guint skipped;
} CbxJudgement;

/*
 * @report has a port for each driver of @options, in that order. Passed means:
 * each stream is whole, everything that began has ended, each selected call of
 * each driver has a check that passed, none failed, the device confirms
 * what the driver says about its buffers, and QEMU ended in good order. Of a
 * driver that the user has brought only what it reports is asked for; the
 * stand-in host's record has to be there.
 *
 * With --check, @report loses the results of the checks not asked for.
 */
CbxJudgement *cbx_judge(const CbxOptions *options, CbxReport *report,
                        const CbxProcess *process);

/* The judgement when nothing could be started; @reason says why. */
CbxJudgement *cbx_judge_not_run(const char *reason);
void cbx_judgement_free(CbxJudgement *judgement);

/* "pass", "fail", "crash", "timeout", "error" or "interrupted". */
const char *cbx_verdict_name(CbxVerdict verdict);

/* What the command exits with. */
int cbx_verdict_exit_code(CbxVerdict verdict, const CbxProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CbxJudgement, cbx_judgement_free)

#endif
