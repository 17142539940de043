/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_PNP_H
#define CBX_WDM_PNP_H

#include "common/nt.h"

/* IRP_MJ_PNP: start brings the hardware up and runs the default set. */
DRIVER_DISPATCH PnpDispatch;

#endif /* CBX_WDM_PNP_H */
