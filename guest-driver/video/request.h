/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_REQUEST_H
#define CBX_VIDEO_REQUEST_H

#include "screen.h"

/*
 * HwVidStartIO: modes, and the framebuffer for whoever draws. Sets the packet's
 * status block.
 */
VOID RequestStart(_Inout_ CBX_SCREEN *Screen, _In_ CBX_HARDWARE *Hardware,
                  _Inout_ VIDEO_REQUEST_PACKET *Packet);

#endif /* CBX_VIDEO_REQUEST_H */
