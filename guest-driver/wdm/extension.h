/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_EXTENSION_H
#define CBX_WDM_EXTENSION_H

#include "common/bars.h"
#include "common/nt.h"
#include "common/requests.h"
#include "interrupt.h"
#include "parameters.h"
#include "pool.h"
#include "run.h"

/* The control interface and its requests. */
typedef struct _CBX_CONTROL {
    UNICODE_STRING Link;
    BOOLEAN Enabled;
    CBX_REQUESTS Requests;
} CBX_CONTROL;

/* Device extension: everything the driver keeps for one device. */
typedef struct _CBX_EXTENSION {
    DEVICE_OBJECT *Self;
    DEVICE_OBJECT *Pdo;
    DEVICE_OBJECT *Lower;
    IO_REMOVE_LOCK RemoveLock;
    CBX_PARAMETERS Parameters;
    BOOLEAN Started;        /* what HardwareStart started is up */
    DEVICE_POWER_STATE Power;
    CBX_BARS Bars;
    CBX_INTERRUPT Interrupt;
    CBX_SESSION Session;
    CBX_CONTROL Control;
    CBX_RUN Run;
} CBX_EXTENSION;

/*
 * Of the extension's requests; STATUS_REVISION_MISMATCH: the device speaks
 * another ABI, nothing was run.
 */
CBX_REQUESTS_RUN RunRounds;

#endif /* CBX_WDM_EXTENSION_H */
