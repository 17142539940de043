/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_EXTENSION_H
#define CBX_WDM_EXTENSION_H

#include "common/bars.h"
#include "interrupt.h"
#include "common/nt.h"
#include "run.h"

/* Reads "CBXw" in a debugger's listing. */
#define CBX_POOL_TAG 0x77584243u

/* Device extension: everything the driver keeps for one device. */
typedef struct _CBX_EXTENSION {
    DEVICE_OBJECT *Self;
    DEVICE_OBJECT *Pdo;
    DEVICE_OBJECT *Lower;
    IO_REMOVE_LOCK RemoveLock;
    BOOLEAN Started;        /* what HardwareStart started is up */
    CBX_BARS Bars;
    CBX_INTERRUPT Interrupt;
    CBX_RUN Run;
} CBX_EXTENSION;

#endif /* CBX_WDM_EXTENSION_H */
