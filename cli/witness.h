/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device is the witness: what it saw of each buffer against what was asked
 * for and what the driver says.
 */
#ifndef CBX_CLI_WITNESS_H
#define CBX_CLI_WITNESS_H

#include <glib.h>

#include "catalog.h"
#include "report.h"

/*
 * Adds to @findings (of CbxResult) one failed check for each thing the device
 * does not confirm, and one passed check for each call all of whose buffers it
 * confirms. @iommu is what should stand between the device and memory.
 */
void cbx_witness(GPtrArray *findings, const CbxIommu *iommu,
                 const CbxReport *report);

#endif
