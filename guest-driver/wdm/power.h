/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_POWER_H
#define CBX_WDM_POWER_H

#include "common/nt.h"

/*
 * IRP_MJ_POWER. The driver owns the device's power policy: the device is in
 * D0 while the system works, else in D3.
 */
DRIVER_DISPATCH PowerDispatch;

#endif /* CBX_WDM_POWER_H */
