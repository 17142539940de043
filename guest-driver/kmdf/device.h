/* SPDX-License-Identifier: MIT */
#ifndef CBX_KMDF_DEVICE_H
#define CBX_KMDF_DEVICE_H

#include "common/bars.h"
#include "common/session.h"
#include "kmdf.h"
#include "parameters.h"

/* The control interface and the run that it was asked for. */
typedef struct _CBX_CONTROL {
    WDFQUEUE Runs;              /* holds the request while the run lasts */
    WDFWORKITEM Worker;
    cbx_control_run Request;
    KEVENT Canceled;            /* that request, to its end */
} CBX_CONTROL;

/* Context of the WDFDEVICE: everything the driver keeps for one device. */
typedef struct _CBX_DEVICE {
    WDFDEVICE Handle;
    CBX_PARAMETERS Parameters;
    CBX_BARS Bars;
    WDFINTERRUPT Interrupt;
    KEVENT Completion;          /* the queue's interrupt has come */
    CBX_SESSION Session;
    CBX_CONTROL Control;
} CBX_DEVICE;

WDF_DECLARE_CONTEXT(CBX_DEVICE, DeviceContext)

/* EvtDriverDeviceAdd */
EVT_WDF_DRIVER_DEVICE_ADD DeviceAdd;

#endif /* CBX_KMDF_DEVICE_H */
