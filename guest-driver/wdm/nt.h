/* SPDX-License-Identifier: MIT */
/* The kernel's declarations, and those that the free headers lack. */
#ifndef CBX_WDM_NT_H
#define CBX_WDM_NT_H

#include <ddk/wdm.h>

#include "cbx_dma.h"

#endif /* CBX_WDM_NT_H */
