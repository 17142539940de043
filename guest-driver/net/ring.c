/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include "cbx/abi.h"
#include "core/access.h"

enum {
    RING_DESCRIPTORS = RING_ENTRIES * CBX_DESCRIPTOR_SIZE,
    RING_BYTES = RING_DESCRIPTORS + RING_ENTRIES * CBX_COMPLETION_SIZE,
    /* Where in device memory a queue has its frame on the way. */
    RING_STAGE = 64 * 1024,
};
C_ASSERT(RING_ELEMENTS * CBX_ELEMENT_SIZE <= RING_BUFFER);

static VOID
RingWrite(const CBX_NET_RING *Ring, ULONG Offset, ULONG Value)
{
    WRITE_REGISTER_ULONG((ULONG *)(Ring->Hardware->Bars.Regs + Offset), Value);
}

static BOOLEAN
RingShare(CBX_NET_RING *Ring, CBX_NET_SHARED *Shared, ULONG Length)
{
    PVOID Va = NULL;

    NdisMAllocateSharedMemory(Ring->Hardware->Miniport, Length, TRUE, &Va,
                              &Shared->Address);
    Shared->Va = Va;
    Shared->Length = Length;
    return Va != NULL;
}

static VOID
RingUnshare(CBX_NET_RING *Ring, CBX_NET_SHARED *Shared)
{
    if (Shared->Va) {
        NdisMFreeSharedMemory(Ring->Hardware->Miniport, Shared->Length, TRUE,
                              Shared->Va, Shared->Address);
        Shared->Va = NULL;
    }
}

BOOLEAN
RingAllocate(CBX_NET_RING *Ring, CBX_NET_HARDWARE *Hardware, ULONG Number,
             UCHAR Op)
{
    RtlZeroMemory(Ring, sizeof(*Ring));
    Ring->Hardware = Hardware;
    Ring->Number = Number;
    Ring->Op = Op;
    if (RingShare(Ring, &Ring->Rings, RING_BYTES) &&
        RingShare(Ring, &Ring->Buffers, RING_SLOTS * RING_BUFFER)) {
        return TRUE;
    }
    RingFree(Ring);
    return FALSE;
}

VOID
RingFree(CBX_NET_RING *Ring)
{
    RingUnshare(Ring, &Ring->Buffers);
    RingUnshare(Ring, &Ring->Rings);
}

BOOLEAN
RingStart(CBX_NET_RING *Ring)
{
    ULONGLONG Address = (ULONGLONG)Ring->Rings.Address.QuadPart;
    ULONG Block = CBX_REG_QUEUE(Ring->Number, 0);

    Ring->Tail = 0;
    Ring->CqHead = 0;
    Ring->Phase = CBX_COMP_PHASE;
    for (ULONG i = 0; i < RING_BYTES; i += sizeof(uint64_t)) {
        cbx_store64(Ring->Rings.Va + i, 0);
    }
    RingWrite(Ring, Block + CBX_Q_RING_LO, (ULONG)Address);
    RingWrite(Ring, Block + CBX_Q_RING_HI, (ULONG)(Address >> 32));
    Address += RING_DESCRIPTORS;
    RingWrite(Ring, Block + CBX_Q_CQ_LO, (ULONG)Address);
    RingWrite(Ring, Block + CBX_Q_CQ_HI, (ULONG)(Address >> 32));
    RingWrite(Ring, Block + CBX_Q_ENTRIES, RING_ENTRIES);
    RingWrite(Ring, Block + CBX_Q_VECTOR, Ring->Number);
    __sync_synchronize();
    RingWrite(Ring, Block + CBX_Q_CONTROL, CBX_Q_ENABLE);
    return READ_REGISTER_ULONG((ULONG *)(Ring->Hardware->Bars.Regs + Block +
                                         CBX_Q_CONTROL)) == CBX_Q_ENABLE &&
           !RingHasStopped(Ring);
}

BOOLEAN
RingHasStopped(const CBX_NET_RING *Ring)
{
    ULONG Status = CBX_REG_QUEUE(Ring->Number, CBX_Q_STATUS);

    return READ_REGISTER_ULONG((ULONG *)(Ring->Hardware->Bars.Regs +
                                         Status)) != CBX_STATUS_OK;
}

VOID
RingStop(CBX_NET_RING *Ring)
{
    ULONG Control = CBX_REG_QUEUE(Ring->Number, CBX_Q_CONTROL);

    RingWrite(Ring, Control, 0);
    /* The write has arrived when a read from behind it is answered. */
    (VOID)READ_REGISTER_ULONG((ULONG *)(Ring->Hardware->Bars.Regs + Control));
}

UCHAR *
RingBuffer(const CBX_NET_RING *Ring, ULONG Slot)
{
    return Ring->Buffers.Va + Slot * RING_BUFFER;
}

BOOLEAN
RingLead(const CBX_NET_RING *Ring, ULONG Slot, const SCATTER_GATHER_LIST *List,
         ULONG Skip, ULONG Length)
{
    volatile UCHAR *At = RingBuffer(Ring, Slot);
    ULONG Used = 0;

    for (ULONG i = 0; i < List->NumberOfElements && Length; i++) {
        const SCATTER_GATHER_ELEMENT *From = &List->Elements[i];
        ULONG Piece;

        if (From->Length <= Skip) {
            Skip -= From->Length;
            continue;
        }
        if (Used++ == RING_ELEMENTS) {
            return FALSE;
        }
        Piece = From->Length - Skip < Length ? From->Length - Skip : Length;
        Length -= Piece;
        cbx_store64(At + offsetof(CbxElement, address),
                    (ULONGLONG)From->Address.QuadPart + Skip);
        cbx_store32(At + offsetof(CbxElement, length), Piece);
        cbx_store32(At + offsetof(CbxElement, flags),
                    Length ? 0 : CBX_ELEMENT_LAST);
        At += CBX_ELEMENT_SIZE;
        Skip = 0;
    }
    return !Length;
}

VOID
RingPost(CBX_NET_RING *Ring, ULONG Slot, ULONG Length, UCHAR Flags)
{
    volatile UCHAR *At = Ring->Rings.Va + Ring->Tail * CBX_DESCRIPTOR_SIZE;
    ULONGLONG Address = (ULONGLONG)Ring->Buffers.Address.QuadPart +
                        Slot * RING_BUFFER;

    cbx_store8(At + offsetof(CbxDescriptor, op), Ring->Op);
    cbx_store8(At + offsetof(CbxDescriptor, flags),
               CBX_DESC_INTERRUPT | Flags);
    cbx_store16(At + offsetof(CbxDescriptor, attributes), 0);
    cbx_store32(At + offsetof(CbxDescriptor, id), Slot);
    cbx_store64(At + offsetof(CbxDescriptor, address), Address);
    cbx_store64(At + offsetof(CbxDescriptor, length), Length);
    cbx_store64(At + offsetof(CbxDescriptor, offset),
                (ULONGLONG)Ring->Number * RING_STAGE);
    Ring->Tail = (Ring->Tail + 1) % RING_ENTRIES;
    __sync_synchronize();
    RingWrite(Ring, CBX_REG_DOORBELL(Ring->Number, CBX_DB_TAIL), Ring->Tail);
}

BOOLEAN
RingTake(CBX_NET_RING *Ring, ULONG *Slot, ULONG *Length)
{
    volatile UCHAR *At = Ring->Rings.Va + RING_DESCRIPTORS +
                         Ring->CqHead * CBX_COMPLETION_SIZE;

    if ((cbx_load16(At + offsetof(CbxCompletion, flags)) & CBX_COMP_PHASE) !=
        Ring->Phase) {
        return FALSE;
    }
    __sync_synchronize();   /* the phase first, then what it vouches for */
    *Slot = cbx_load32(At + offsetof(CbxCompletion, id)) % RING_SLOTS;
    *Length = cbx_load16(At + offsetof(CbxCompletion, status)) == CBX_STATUS_OK
              ? (ULONG)cbx_load64(At + offsetof(CbxCompletion, bytes)) : 0;
    if (++Ring->CqHead == RING_ENTRIES) {
        Ring->CqHead = 0;
        Ring->Phase ^= CBX_COMP_PHASE;
    }
    RingWrite(Ring, CBX_REG_DOORBELL(Ring->Number, CBX_DB_CQ_HEAD),
              Ring->CqHead);
    return TRUE;
}
