/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check `coherence`: what the device's model of the caches has found in the
 * buffers of each call.
 */
#ifndef CBX_CLI_COHERENCE_H
#define CBX_CLI_COHERENCE_H

#include <glib.h>

#include "options.h"
#include "report.h"

/*
 * Adds to @findings (of CbxResult) one failed check for each finding in a
 * buffer, one for each in memory of no buffer, and, where the device has a
 * model, one passed check for each call whose buffers have none. It fails as
 * well when @options ask for a model that the device does not have.
 */
void cbx_coherence(GPtrArray *findings, const CbxOptions *options,
                   const CbxReport *report);

/* Is @type, a buffer's memory_type, one that caches hold and write back? */
gboolean cbx_is_cacheable(const char *type);

#endif
