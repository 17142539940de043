/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stand-in's own records in the report stream. */
#ifndef CBX_NT_REPORT_H
#define CBX_NT_REPORT_H

#include "nt.h"

/*
 * A TEXT record, unless the driver drives the CBX device itself: its half-done
 * records and ours would mix. IRQL <= DISPATCH_LEVEL.
 */
VOID ReportText(const CHAR *Level, const CHAR *Text);

/* Results of NtsFinding() so far. */
VOID ReportFindings(VOID);

/* The END of one driver: "fail" if any result since the one before was. */
VOID ReportEnd(VOID);

#endif /* CBX_NT_REPORT_H */
