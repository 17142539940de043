/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_POOL_H
#define CBX_WDM_POOL_H

/* Reads "CBXw" in a debugger's listing. */
#define CBX_POOL_TAG 0x77584243u

#endif /* CBX_WDM_POOL_H */
