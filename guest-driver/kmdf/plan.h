/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_PLAN_H
#define CBX_KMDF_PLAN_H

#include "buffers.h"

/* The default set, grouped by call. */
extern const CBX_WDF_REQUEST Plan[];
extern const ULONG PlanLength;

#endif /* CBX_KMDF_PLAN_H */
