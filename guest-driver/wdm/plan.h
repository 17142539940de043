/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_PLAN_H
#define CBX_WDM_PLAN_H

#include "calls.h"

/* Longest buffer of the plan: what an adapter must be able to map. */
enum { PLAN_LENGTH_MAX = 1024 * 1024 };

/* The default set, grouped by call. */
extern const CBX_REQUEST Plan[];
extern const ULONG PlanLength;

#endif /* CBX_WDM_PLAN_H */
