/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_PARAMETERS_H
#define CBX_KMDF_PARAMETERS_H

#include "kmdf.h"

/* REG_DWORD values in the key Parameters of the driver's service. */
typedef struct _CBX_PARAMETERS {
    ULONG RunAtStart;       /* 0: only when a program asks; default 1 */
    ULONG Apis;             /* bit n: call number n; default 0: all wanted */
} CBX_PARAMETERS;

/* What the registry does not say, or says wrongly, keeps its default. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID ParametersRead(_Out_ CBX_PARAMETERS *Parameters, _In_ WDFDRIVER Driver);

#endif /* CBX_KMDF_PARAMETERS_H */
