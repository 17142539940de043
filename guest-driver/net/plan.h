/* SPDX-License-Identifier: MIT */
#ifndef CBX_NET_PLAN_H
#define CBX_NET_PLAN_H

#include "memory.h"

/* The default set, grouped by call. */
extern const CBX_NET_REQUEST Plan[];
extern const ULONG PlanLength;

#endif /* CBX_NET_PLAN_H */
