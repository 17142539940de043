/* SPDX-License-Identifier: MIT */
/* The kernel's declarations and the framework's functions. */
#ifndef CBX_KMDF_KMDF_H
#define CBX_KMDF_KMDF_H

#include "common/nt.h"

#define WDF_CLIENT
#include "cbx_wdf_ddi.h"

/* For the kernel debugger: what cannot go through the device's report. */
#define LogError(Format, ...) \
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, \
               "cbxkmdf: " Format "\n", __VA_ARGS__)

#endif /* CBX_KMDF_KMDF_H */
