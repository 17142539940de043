/* SPDX-License-Identifier: MIT */
#ifndef CBX_VIDEO_CONTROL_H
#define CBX_VIDEO_CONTROL_H

#include "run.h"

/*
 * The requests of cbx/ioctl.h as private ones of HwVidStartIO. The video port
 * hands over one request at a time and no thread, so a run ends within its
 * request: of one round, and there is never one to abort.
 */
typedef struct _CBX_CONTROL {
    CBX_RUN Run;
    CbxResults Results;
} CBX_CONTROL;

VOID ControlInitialize(_Out_ CBX_CONTROL *Control, _In_ PVOID Extension);

/* FALSE: not one of these requests. Else the status block is set. */
BOOLEAN ControlStart(_Inout_ CBX_CONTROL *Control,
                     _In_ CBX_HARDWARE *Hardware,
                     _In_ const CBX_SCREEN *Screen,
                     _Inout_ VIDEO_REQUEST_PACKET *Packet);

/* The last that a miniport hears: the results go, since it has no unload. */
VOID ControlReset(_Inout_ CBX_CONTROL *Control);

#endif /* CBX_VIDEO_CONTROL_H */
