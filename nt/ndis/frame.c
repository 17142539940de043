/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames in memory of every shape that a protocol may use. */
#include "frame.h"

#include "cbx/abi.h"

enum {
    STRIDE = 37,                /* from one length to the next */
    GAP = 8,                    /* bytes between pieces that are nobody's */
    USUAL = 5,                  /* shapes that most frames have */
};

/*
 * A first piece, then Count of them with Each bytes, then the rest; in them
 * the frame begins after Offset bytes.
 */
typedef struct _SHAPE {
    USHORT Offset, First, Count, Each;
} SHAPE;

static const SHAPE Shapes[] = {
    { 0, 0, 0, 0 },             /* one piece */
    { 42, 0, 0, 0 },            /* ... with room before the frame */
    { 0, FRAME_HEADER, 0, 0 },  /* the header for itself */
    { 10, 10 + 34, 0, 0 },      /* more headers, room before them */
    { 64, 48, 0, 0 },           /* the first piece holds nothing of it */
    { 2, 16, 3, 19 },           /* odd lengths */
    { 0, FRAME_HEADER, 13, 32 },
    { 6, 6 + 20, 15, 16 },      /* more than a device may want to follow */
    { 0, FRAME_HEADER, 20, 16 },    /* more than there are map registers */
};

ULONG NdisFrameLength(ULONG Number)
{
    return FRAME_SHORTEST + Number * STRIDE %
                            (FRAME_LONGEST - FRAME_SHORTEST + 1);
}

/* ---- Memory ------------------------------------------------------------- */

/* Each piece lies before the one that it follows, so none continues another. */
static BOOLEAN AddPiece(NDIS_FRAME *Frame, PMDL **Link, ULONG *At,
                        ULONG Length)
{
    PMDL Mdl;

    *At -= Length + GAP;
    Mdl = IoAllocateMdl(Frame->Room + *At, Length, FALSE, FALSE, NULL);
    if (!Mdl) {
        return FALSE;
    }
    MmBuildMdlForNonPagedPool(Mdl);
    **Link = Mdl;
    *Link = &Mdl->Next;
    return TRUE;
}

static BOOLEAN AddPieces(NDIS_FRAME *Frame, const SHAPE *Shape)
{
    ULONG Left = Shape->Offset + FRAME_LONGEST - Shape->First -
                 Shape->Count * Shape->Each;
    ULONG At = FRAME_ROOM;
    PMDL *Link = &Frame->Mdls;
    BOOLEAN Good = !Shape->First || AddPiece(Frame, &Link, &At, Shape->First);

    for (ULONG i = 0; i < Shape->Count && Good; i++) {
        Good = AddPiece(Frame, &Link, &At, Shape->Each);
    }
    return Good && AddPiece(Frame, &Link, &At, Left);
}

BOOLEAN NdisFrameCreate(NDIS_FRAME *Frame, ULONG Index)
{
    const SHAPE *Shape = &Shapes[Index < RTL_NUMBER_OF(Shapes)
                                 ? Index : Index % USUAL];

    Frame->Bytes = NtsAllocate(FRAME_LONGEST);
    Frame->Room = NtsAllocate(FRAME_ROOM);
    if (!Frame->Bytes || !Frame->Room || !AddPieces(Frame, Shape)) {
        return FALSE;
    }
    Frame->List = NdisListCreate(Frame->Mdls, Shape->Offset, 0);
    return Frame->List != NULL;
}

VOID NdisFrameDelete(NDIS_FRAME *Frame)
{
    PMDL Next;

    if (Frame->List) {
        NdisListDelete(Frame->List);
    }
    for (PMDL Mdl = Frame->Mdls; Mdl; Mdl = Next) {
        Next = Mdl->Next;
        IoFreeMdl(Mdl);
    }
    if (Frame->Room) {
        NtsFree(Frame->Room, FRAME_ROOM);
    }
    if (Frame->Bytes) {
        NtsFree(Frame->Bytes, FRAME_LONGEST);
    }
    RtlZeroMemory(Frame, sizeof(*Frame));
}

/* ---- Contents ----------------------------------------------------------- */

/* Puts the frame's bytes where its pieces are. */
static VOID Scatter(const NDIS_FRAME *Frame, ULONG Length)
{
    const NET_BUFFER *Buffer = Frame->List->FirstNetBuffer;
    ULONG Offset = Buffer->CurrentMdlOffset, Done = 0;

    for (PMDL Mdl = Buffer->CurrentMdl; Done < Length; Mdl = Mdl->Next) {
        ULONG Piece = MmGetMdlByteCount(Mdl) - Offset;

        if (Piece > Length - Done) {
            Piece = Length - Done;
        }
        RtlCopyMemory((PUCHAR)MmGetMdlVirtualAddress(Mdl) + Offset,
                      Frame->Bytes + Done, Piece);
        Done += Piece;
        Offset = 0;
    }
}

VOID NdisFrameFill(NDIS_FRAME *Frame, const NDIS_ADAPTER *Adapter,
                   ULONG Number, USHORT EtherType)
{
    const UCHAR *Mac = Adapter->General.CurrentMacAddress;
    ULONG Length = NdisFrameLength(Number);
    UCHAR *Bytes = Frame->Bytes;

    for (ULONG i = 0; i < 6; i++) {
        Bytes[i] = Mac[i];
        Bytes[6 + i] = Mac[i];
    }
    Bytes[12] = (UCHAR)(EtherType >> 8);
    Bytes[13] = (UCHAR)EtherType;
    for (ULONG i = 0; i < 8; i++) {
        Bytes[FRAME_NUMBER + i] = (UCHAR)((ULONGLONG)Number >> 8 * i);
    }
    for (ULONG i = FRAME_DATA; i < Length; i++) {
        Bytes[i] = cbx_pattern_byte(Number, i);
    }
    Scatter(Frame, Length);
    Frame->List->FirstNetBuffer->DataLength = Length;
}

BOOLEAN NdisFrameIs(const NET_BUFFER *Buffer, ULONG Number)
{
    const UCHAR *Bytes = (PUCHAR)Buffer->CurrentMdl->MappedSystemVa +
                         Buffer->CurrentMdlOffset;
    ULONG Length = NdisFrameLength(Number);

    if (Buffer->DataLength != Length || Buffer->CurrentMdl->ByteCount -
                                        Buffer->CurrentMdlOffset < Length) {
        return FALSE;
    }
    for (ULONG i = 0; i < 8; i++) {
        if (Bytes[FRAME_NUMBER + i] != (UCHAR)((ULONGLONG)Number >> 8 * i)) {
            return FALSE;
        }
    }
    for (ULONG i = FRAME_DATA; i < Length; i++) {
        if (Bytes[i] != cbx_pattern_byte(Number, i)) {
            return FALSE;
        }
    }
    return TRUE;
}
