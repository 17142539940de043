/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbered frames, whose length and contents follow from the number. */
#ifndef CBX_NT_NDIS_FRAME_H
#define CBX_NT_NDIS_FRAME_H

#include "nbl.h"

enum {
    FRAME_HEADER = 14,
    FRAME_NUMBER = FRAME_HEADER,    /* where the number stands, 8 bytes */
    FRAME_DATA = FRAME_NUMBER + 8,
    FRAME_SHORTEST = 60,
    FRAME_LONGEST = 1514,
    FRAME_ROOM = 4096,
    FRAME_TO_RETURN = 0x88b5,       /* for local experiments, IEEE 802 */
    FRAME_TO_LOSE = 0x88b6,         /* the other: nobody is to return it */
};

/* Memory for one frame, in as many pieces as its shape says. */
typedef struct _NDIS_FRAME {
    PNET_BUFFER_LIST List;
    PMDL Mdls;                      /* the chain of the pieces */
    volatile LONG Busy;             /* with the driver */
    UCHAR *Bytes;                   /* of the frame, in one piece */
    UCHAR *Room;                    /* where the pieces lie */
} NDIS_FRAME;

ULONG NdisFrameLength(ULONG Number);

/*
 * Makes the memory, whose shape follows from Index; FALSE: there is none, and
 * what has come about goes by the second.
 */
BOOLEAN NdisFrameCreate(NDIS_FRAME *Frame, ULONG Index);
VOID NdisFrameDelete(NDIS_FRAME *Frame);

/* Writes the frame of a number, for the adapter's own address. */
VOID NdisFrameFill(NDIS_FRAME *Frame, const NDIS_ADAPTER *Adapter,
                   ULONG Number, USHORT EtherType);

/* Is what came in, in one MDL, the frame of this number? */
BOOLEAN NdisFrameIs(const NET_BUFFER *Buffer, ULONG Number);

#endif /* CBX_NT_NDIS_FRAME_H */
