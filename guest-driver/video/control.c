/* SPDX-License-Identifier: MIT */
#include "control.h"

enum { CONTROL_POOL_TAG = 0x56584243 };     /* "CBXV" */

static void *
ControlAllocateBlock(void *Context, uint32_t Size)
{
    return VideoPortAllocatePool(Context, VpPagedPool, Size, CONTROL_POOL_TAG);
}

static void
ControlReleaseBlock(void *Context, void *Block)
{
    VideoPortFreePool(Context, Block);
}

static const CbxResultsMemory ControlMemory = {
    ControlAllocateBlock, ControlReleaseBlock
};

VOID
ControlInitialize(CBX_CONTROL *Control, PVOID Extension)
{
    cbx_results_init(&Control->Results, &ControlMemory, Extension);
}

VOID
ControlReset(CBX_CONTROL *Control)
{
    cbx_results_free(&Control->Results);
}

static VP_STATUS
ControlRun(CBX_CONTROL *Control, CBX_HARDWARE *Hardware,
           const CBX_SCREEN *Screen, VIDEO_REQUEST_PACKET *Packet)
{
    const cbx_control_run *In = Packet->InputBuffer;

    if (Packet->InputBufferLength < sizeof(*In) ||
        Packet->OutputBufferLength < sizeof(cbx_control_state)) {
        return ERROR_INSUFFICIENT_BUFFER;
    }
    /* More rounds would hold up the window system, and nothing end them. */
    if (In->version != CBX_CONTROL_VERSION || In->rounds > 1) {
        return ERROR_INVALID_PARAMETER;
    }
    if (!RunDefaultSet(&Control->Run, Hardware->Extension, Hardware, Screen,
                       &Control->Results, In->apis)) {
        return ERROR_DEV_NOT_EXIST;
    }
    Packet->StatusBlock->Information = cbx_results_copy(
        &Control->Results, 0, Packet->OutputBuffer,
        sizeof(cbx_control_state));
    return NO_ERROR;
}

static VP_STATUS
ControlQuery(const CBX_CONTROL *Control, VIDEO_REQUEST_PACKET *Packet)
{
    const cbx_control_query *In = Packet->InputBuffer;

    if (Packet->InputBufferLength < sizeof(*In) ||
        Packet->OutputBufferLength < sizeof(cbx_control_state)) {
        return ERROR_INSUFFICIENT_BUFFER;
    }
    if (In->version != CBX_CONTROL_VERSION) {
        return ERROR_INVALID_PARAMETER;
    }
    Packet->StatusBlock->Information = cbx_results_copy(
        &Control->Results, In->first, Packet->OutputBuffer,
        Packet->OutputBufferLength);
    return NO_ERROR;
}

BOOLEAN
ControlStart(CBX_CONTROL *Control, CBX_HARDWARE *Hardware,
             const CBX_SCREEN *Screen, VIDEO_REQUEST_PACKET *Packet)
{
    STATUS_BLOCK *Block = Packet->StatusBlock;

    Block->Information = 0;
    switch (Packet->IoControlCode) {
    case CBX_CONTROL_RUN:
        Block->Status = ControlRun(Control, Hardware, Screen, Packet);
        return TRUE;
    case CBX_CONTROL_QUERY:
        Block->Status = ControlQuery(Control, Packet);
        return TRUE;
    case CBX_CONTROL_ABORT:
        Block->Status = NO_ERROR;
        return TRUE;
    default:
        return FALSE;
    }
}
