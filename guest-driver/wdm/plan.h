/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_PLAN_H
#define CBX_WDM_PLAN_H

#include "calls.h"

enum {
    /* Longest buffer of the plan: what an adapter must be able to map. */
    PLAN_LENGTH_MAX = 16 * 1024 * 1024,
    /* What a system must have in one piece at the start of a device. */
    PLAN_LENGTH_SURE = 1024 * 1024,
};

/* The default set, grouped by call. */
extern const CBX_REQUEST Plan[];
extern const ULONG PlanLength;

#endif /* CBX_WDM_PLAN_H */
