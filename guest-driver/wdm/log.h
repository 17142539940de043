/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_LOG_H
#define CBX_WDM_LOG_H

#include "common/nt.h"

/* For the kernel debugger: what cannot go through the device's report. */
#define LogError(Format, ...) \
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, \
               "cbxwdm: " Format "\n", __VA_ARGS__)

#endif /* CBX_WDM_LOG_H */
