/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that has opened a device: requests as the I/O manager makes them
 * for one, with buffered data.
 */
#ifndef CBX_NT_CLIENT_H
#define CBX_NT_CLIENT_H

#include "nt.h"

typedef struct _NTS_CLIENT {
    PDEVICE_OBJECT Top;
    FILE_OBJECT File;
} NTS_CLIENT;

/* A request that is under way; Data is its input, then its output. */
typedef struct _NTS_CALL {
    PIRP Irp;
    KEVENT Done;
    NTSTATUS Status;
    ULONG_PTR Information;
    union {
        ULONG64 Aligned;
        UCHAR Bytes[8192];
    } Data;
} NTS_CALL;

/* IRP_MJ_CREATE; IRP_MJ_CLEANUP and IRP_MJ_CLOSE. IRQL PASSIVE_LEVEL. */
NTSTATUS NtsClientOpen(NTS_CLIENT *Client, PDEVICE_OBJECT Pdo);
VOID NtsClientClose(NTS_CLIENT *Client);

/*
 * IRP_MJ_DEVICE_CONTROL, in two parts: the first returns what the driver did,
 * the second waits for the end, after which the outcome is in Call.
 */
NTSTATUS NtsClientStart(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Code,
                        ULONG InputLength, ULONG OutputLength);
NTSTATUS NtsClientFinish(NTS_CALL *Call);
/* Both. */
NTSTATUS NtsClientControl(NTS_CLIENT *Client, NTS_CALL *Call, ULONG Code,
                          ULONG InputLength, ULONG OutputLength);

#endif /* CBX_NT_CLIENT_H */
