/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "checks.h"

#include <string.h>

#define DRIVER(symbol, id, expected, source) { id, "driver", expected, FALSE },
#define CBX_CHECK_CALL     DRIVER
#define CBX_CHECK_DECLARED DRIVER
#define CBX_CHECK_BUFFER   DRIVER
#define CBX_CHECK_SOME     DRIVER
#define CBX_CHECK_FREED    DRIVER

/*
 * Without those that are always judged a run says nothing: a broken stream or
 * an IOMMU that was not there spoils every check.
 */
const CbxCheck cbx_checks[] = {
#include "core/checks.def"
    { "driver-loaded", "stand-in", "the driver's DriverEntry succeeds",
      FALSE },
    { "driver-started", "stand-in", "the driver starts the device", FALSE },
    { "restarted", "stand-in", "the driver starts it again after a stop",
      FALSE },
    { "stop-agreed", "stand-in", "the driver agrees to stop", FALSE },
    { "stopped", "stand-in", "the driver stops the device", FALSE },
    { "removal-agreed", "stand-in", "the driver agrees to the removal",
      FALSE },
    { "surprise-removal", "stand-in", "the driver copes with a lost device",
      FALSE },
    { "unloadable", "stand-in", "the driver has a DriverUnload routine",
      FALSE },
    { "oids-answered", "stand-in",
      "the driver answers the requests that it says it supports", FALSE },
    { "reset", "stand-in", "the driver can reset its card while it sends",
      FALSE },
    { "paused-and-restarted", "stand-in", "the driver can pause and restart",
      FALSE },
    { "link-state", "stand-in",
      "the driver says that its link went down or came up", FALSE },
    { "statistics", "stand-in", "the driver counts the frames there were",
      FALSE },
    { "frames-returned", "stand-in",
      "frames that are sent come back unchanged, in order", FALSE },
    { "frames-after-link", "stand-in",
      "so they do after the link went down and came up", FALSE },
    { "frames-beside", "stand-in",
      "so they do while a program uses the driver", FALSE },
    { "everything-returned", "stand-in", "nothing is left after DriverUnload",
      FALSE },
    { "program", "stand-in", "a program can use the driver's control interface",
      FALSE },
    { "display", "stand-in", "the window system can use a driver's modes",
      FALSE },
    { "opened", "stand-in", "the driver's device can be opened", FALSE },
    { "interface-enabled", "stand-in", "programs can find the driver's device",
      FALSE },
    { "information-fits", "stand-in",
      "requests are completed with no more bytes than fit", FALSE },
    { "free-arguments", "stand-in", "buffers are freed as they were allocated",
      FALSE },
    { "pages-outlive-buffer", "stand-in",
      "pages are freed after the buffer made of them", FALSE },
    { "stream", "cbx", "a report without defects, all who start end", TRUE },
    { "end-verdict", "cbx", "a driver's verdict agrees with its checks",
      TRUE },
    { "coverage", "cbx",
      "a buffer and a passed check for each selected call, none of others",
      TRUE },
    { "witness", "cbx",
      "what the device sees of a buffer or shows of a picture agrees with what "
      "the driver says",
      FALSE },
    { "coherence", "cbx",
      "where DMA does not snoop, no line of a buffer is stale for who reads it",
      FALSE },
    { "iommu-in-path", "cbx",
      "the device's addresses go through the IOMMU asked for", TRUE },
    { "fault-struck", "cbx", "the device's fault asked for did happen",
      TRUE },
    { "qemu-exit", "cbx", "QEMU ends when asked to, without error", TRUE },
    { 0 }
};

const CbxCheck *cbx_check_find(const char *name)
{
    for (const CbxCheck *c = cbx_checks; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}
