/* SPDX-License-Identifier: MIT */
/* The kernel's declarations and NDIS's. */
#ifndef CBX_NET_NT_H
#define CBX_NET_NT_H

#include "common/nt.h"
#include "cbx_ndis_api.h"

NTKERNELAPI HANDLE NTAPI PsGetCurrentThreadId(VOID);

/* Of everything that this driver allocates. */
#define CBX_NET_TAG 0x4e584243  /* "CBXN" */

#define LogInfo(Format, ...) \
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, \
               "cbxnet: " Format "\n", __VA_ARGS__)
#define LogError(Format, ...) \
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, \
               "cbxnet: " Format "\n", __VA_ARGS__)

#endif /* CBX_NET_NT_H */
