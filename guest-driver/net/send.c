/* SPDX-License-Identifier: MIT */
/*
 * No lock is held where NDIS is called: it may build another frame's list
 * within the call, and hand it to MiniportProcessSGList.
 */
#include "send.h"

#include "cbx/abi.h"

/* MiniportReserved of a list that is being sent. */
enum { LIST_NEXT_BUFFER, LIST_BUFFERS_LEFT };

/* ---- Memory ------------------------------------------------------------- */

BOOLEAN
SendAllocate(CBX_NET_SENDER *Sender, CBX_NET_HARDWARE *Hardware, ULONG Queue)
{
    Sender->RoomSize = ALIGN_UP_BY(Sender->Memory->ListSize,
                                   MEMORY_ALLOCATION_ALIGNMENT);
    Sender->Room = ExAllocatePoolWithTag(NonPagedPool,
                                         RING_SLOTS * Sender->RoomSize,
                                         CBX_NET_TAG);
    if (!Sender->Room ||
        !RingAllocate(&Sender->Ring, Hardware, Queue, CBX_OP_SEND)) {
        return FALSE;
    }
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        Sender->Slots[i].Sender = Sender;
    }
    return TRUE;
}

VOID
SendFree(CBX_NET_SENDER *Sender)
{
    if (Sender->Led || Sender->Copied) {
        LogInfo("%I64u frames sent by scatter/gather list, %I64u copied",
                Sender->Led, Sender->Copied);
    }
    RingFree(&Sender->Ring);
    if (Sender->Room) {
        ExFreePoolWithTag(Sender->Room, CBX_NET_TAG);
        Sender->Room = NULL;
    }
}

/* ---- Giving back -------------------------------------------------------- */

/* Frames of a list are through; TRUE: all of it. The lock is held. */
static BOOLEAN
SendBuffersDone(NET_BUFFER_LIST *List, ULONG_PTR Buffers)
{
    ULONG_PTR Left = (ULONG_PTR)List->MiniportReserved[LIST_BUFFERS_LEFT] -
                     Buffers;

    List->MiniportReserved[LIST_BUFFERS_LEFT] = (PVOID)Left;
    return !Left;
}

static VOID
SendAddDone(NET_BUFFER_LIST **Done, NET_BUFFER_LIST *List)
{
    List->Next = *Done;
    *Done = List;
}

static VOID
SendComplete(CBX_NET_SENDER *Sender, NET_BUFFER_LIST *Done)
{
    ULONG Count = 0;
    BOOLEAN IsIdle;

    if (!Done) {
        return;
    }
    for (NET_BUFFER_LIST *List = Done; List; List = List->Next) {
        Count++;
    }
    NdisMSendNetBufferListsComplete(Sender->Miniport, Done,
                                    NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    Sender->Outstanding -= Count;
    IsIdle = !Sender->Running && !Sender->Outstanding;
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    if (IsIdle) {
        Sender->Idle(Sender->Context);
    }
}

static VOID
SendCount(CBX_NET_SENDER *Sender, const CBX_NET_SLOT *Slot, NDIS_STATUS Status)
{
    if (Status == NDIS_STATUS_SUCCESS) {
        CardCount(Sender->Sent, Slot->Address, Slot->Length);
        Sender->Led += Slot->IsLed;
        Sender->Copied += !Slot->IsLed;
    } else if (Status == NDIS_STATUS_FAILURE) {
        Sender->Sent->Errors++;
    } else {
        Sender->Sent->Discards++;
    }
}

/* Frees a slot that is SlotEnding. */
static VOID
SendEnd(CBX_NET_SLOT *Slot, NDIS_STATUS Status, NET_BUFFER_LIST **Done)
{
    CBX_NET_SENDER *Sender = Slot->Sender;
    NET_BUFFER_LIST *List = Slot->List;

    if (Slot->Mapped) {
        NdisMFreeNetBufferSGList(Sender->Memory->Dma, Slot->Mapped,
                                 Slot->Buffer);
        Slot->Mapped = NULL;
    }
    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    SendCount(Sender, Slot, Status);
    if (Status != NDIS_STATUS_SUCCESS) {
        List->Status = Status;
    }
    if (SendBuffersDone(List, 1)) {
        SendAddDone(Done, List);
    }
    Slot->State = SlotFree;
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
}

/* What has found no slot. The lock is held. */
static VOID
SendEmptyQueue(CBX_NET_SENDER *Sender, NET_BUFFER_LIST **Done)
{
    NET_BUFFER_LIST *List;

    while ((List = Sender->First)) {
        NET_BUFFER *Buffer = List->MiniportReserved[LIST_NEXT_BUFFER];
        ULONG Waiting = 0;

        for (; Buffer; Buffer = Buffer->Next) {
            Waiting++;
        }
        Sender->First = List->Next;
        List->Status = Sender->EndStatus;
        Sender->Sent->Discards += Waiting;
        /* Else it is given back with the last of its frames in slots. */
        if (SendBuffersDone(List, Waiting)) {
            SendAddDone(Done, List);
        }
    }
}

static VOID
SendEndSlots(CBX_NET_SENDER *Sender, NET_BUFFER_LIST **Done)
{
    for (ULONG i = 0; i < RING_SLOTS; i++) {
        CBX_NET_SLOT *Slot = &Sender->Slots[i];
        BOOLEAN IsOurs;

        KeAcquireSpinLockAtDpcLevel(Sender->Lock);
        IsOurs = !Sender->Running && (Slot->State == SlotReady ||
                                      Slot->State == SlotPosted);
        if (IsOurs) {
            Slot->State = SlotEnding;
        }
        KeReleaseSpinLockFromDpcLevel(Sender->Lock);
        if (IsOurs) {
            SendEnd(Slot, Sender->EndStatus, Done);
        }
    }
}

/*
 * Each list that is freed may have another built within the call, of a frame
 * that is to be taken back as well: that is left to whoever is at it, lest the
 * calls nest as deep as there are frames.
 */
VOID
SendTakeBack(CBX_NET_SENDER *Sender)
{
    NET_BUFFER_LIST *Done = NULL;

    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    Sender->TakeAgain = TRUE;
    while (!Sender->Running && Sender->TakeAgain && !Sender->Taking) {
        Sender->Taking = TRUE;
        Sender->TakeAgain = FALSE;
        SendEmptyQueue(Sender, &Done);
        KeReleaseSpinLockFromDpcLevel(Sender->Lock);
        SendEndSlots(Sender, &Done);
        KeAcquireSpinLockAtDpcLevel(Sender->Lock);
        Sender->Taking = FALSE;
    }
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    SendComplete(Sender, Done);
}

/* ---- Mapping ------------------------------------------------------------ */

/* The first Length bytes of a frame; how many there were. */
static ULONG
SendCopy(const NET_BUFFER *Buffer, UCHAR *To, ULONG Length)
{
    PMDL Mdl = Buffer->CurrentMdl;
    ULONG Offset = Buffer->CurrentMdlOffset;
    ULONG Done = 0;

    while (Mdl && Done < Length) {
        const UCHAR *From = MmGetSystemAddressForMdlSafe(Mdl,
                                                         NormalPagePriority);
        ULONG Piece = MmGetMdlByteCount(Mdl) - Offset;

        if (!From) {
            break;
        }
        if (Piece > Length - Done) {
            Piece = Length - Done;
        }
        RtlCopyMemory(To + Done, From + Offset, Piece);
        Done += Piece;
        Offset = 0;
        Mdl = Mdl->Next;
    }
    return Done;
}

/* What is ready to go next; NULL: nothing. The lock is held. */
static CBX_NET_SLOT *
SendPostNext(CBX_NET_SENDER *Sender)
{
    CBX_NET_SLOT *Slot = &Sender->Slots[Sender->Post];

    if (!Sender->Running || Slot->State != SlotReady) {
        return NULL;
    }
    if (Slot->Length) {
        Slot->State = SlotPosted;
        RingPost(&Sender->Ring, Sender->Post, Slot->Length,
                 Slot->IsLed ? CBX_DESC_LIST : 0);
    } else {
        Slot->State = SlotEnding;
    }
    Sender->Post = (Sender->Post + 1) % RING_SLOTS;
    return Slot;
}

/*
 * Puts what is ready in front of the device, or leaves it to whoever is at it.
 * FALSE: that has been stopped, and what is ready has to be taken back.
 */
static BOOLEAN
SendPost(CBX_NET_SENDER *Sender)
{
    NET_BUFFER_LIST *Done = NULL;
    CBX_NET_SLOT *Slot;
    BOOLEAN IsRunning;

    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    while (!Sender->Posting && (Slot = SendPostNext(Sender))) {
        if (Slot->State == SlotEnding) {
            Sender->Posting = TRUE;
            KeReleaseSpinLockFromDpcLevel(Sender->Lock);
            SendEnd(Slot, NDIS_STATUS_RESOURCES, &Done);
            KeAcquireSpinLockAtDpcLevel(Sender->Lock);
            Sender->Posting = FALSE;
        }
    }
    IsRunning = Sender->Running;
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    SendComplete(Sender, Done);
    return IsRunning;
}

/* The slot is SlotMapping, and its mapping is done or cannot be had. */
static VOID
SendMapped(CBX_NET_SLOT *Slot, PSCATTER_GATHER_LIST List)
{
    CBX_NET_SENDER *Sender = Slot->Sender;
    ULONG Number = (ULONG)(Slot - Sender->Slots);
    NET_BUFFER *Buffer = Slot->Buffer;
    ULONG Length = (ULONG)Buffer->DataLength;

    Slot->Mapped = List;
    Slot->IsLed = List && RingLead(&Sender->Ring, Number, List,
                                   Buffer->CurrentMdlOffset, Length);
    Slot->Length = Length;
    if (SendCopy(Buffer, Slot->Address, NET_ADDRESS) != NET_ADDRESS ||
        (!Slot->IsLed && SendCopy(Buffer, RingBuffer(&Sender->Ring, Number),
                                  Length) != Length)) {
        Slot->Length = 0;
    }
    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    Slot->State = SlotReady;
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    if (!SendPost(Sender)) {
        SendTakeBack(Sender);
    }
}

VOID NTAPI
MiniportProcessSGList(PDEVICE_OBJECT DeviceObject, PVOID Reserved,
                      PSCATTER_GATHER_LIST List, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Reserved);

    SendMapped(Context, List);
}

/* A slot for the next frame; NULL: no frame, or no slot. The lock is held. */
static CBX_NET_SLOT *
SendTakeSlot(CBX_NET_SENDER *Sender, NET_BUFFER_LIST **Done)
{
    CBX_NET_SLOT *Slot = &Sender->Slots[Sender->Next];

    while (Sender->Running && Sender->First && Slot->State == SlotFree) {
        NET_BUFFER_LIST *List = Sender->First;
        NET_BUFFER *Buffer = List->MiniportReserved[LIST_NEXT_BUFFER];

        List->MiniportReserved[LIST_NEXT_BUFFER] = Buffer->Next;
        if (!Buffer->Next) {
            Sender->First = List->Next;
            List->Next = NULL;
        }
        if (Buffer->DataLength >= NET_HEADER &&
            Buffer->DataLength <= NET_FRAME_MAX) {
            Slot->State = SlotMapping;
            Slot->List = List;
            Slot->Buffer = Buffer;
            Sender->Next = (Sender->Next + 1) % RING_SLOTS;
            return Slot;
        }
        Sender->Sent->Discards++;
        List->Status = NDIS_STATUS_INVALID_LENGTH;
        if (SendBuffersDone(List, 1)) {
            SendAddDone(Done, List);
        }
    }
    return NULL;
}

/*
 * Lets frames that wait into free slots, or leaves it to whoever is at it: they
 * are mapped in the order they go out in, lest one of them wait for what those
 * hold that have to wait for it.
 */
static VOID
SendPump(CBX_NET_SENDER *Sender)
{
    NET_BUFFER_LIST *Done = NULL;
    CBX_NET_SLOT *Slot;

    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    while (!Sender->Pumping && (Slot = SendTakeSlot(Sender, &Done))) {
        Sender->Pumping = TRUE;
        KeReleaseSpinLockFromDpcLevel(Sender->Lock);
        if (NdisMAllocateNetBufferSGList(
                Sender->Memory->Dma, Slot->Buffer, Slot,
                NDIS_SG_LIST_WRITE_TO_DEVICE,
                Sender->Room + (Slot - Sender->Slots) * Sender->RoomSize,
                Sender->RoomSize) != NDIS_STATUS_SUCCESS) {
            SendMapped(Slot, NULL);
        }
        KeAcquireSpinLockAtDpcLevel(Sender->Lock);
        Sender->Pumping = FALSE;
    }
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    SendComplete(Sender, Done);
}

/* ---- What happens to it ------------------------------------------------- */

/* The lock is held. */
static VOID
SendEnqueue(CBX_NET_SENDER *Sender, NET_BUFFER_LIST *List)
{
    ULONG_PTR Buffers = 0;

    for (NET_BUFFER *b = List->FirstNetBuffer; b; b = b->Next) {
        Buffers++;
    }
    List->MiniportReserved[LIST_NEXT_BUFFER] = List->FirstNetBuffer;
    List->MiniportReserved[LIST_BUFFERS_LEFT] = (PVOID)Buffers;
    List->Status = NDIS_STATUS_SUCCESS;
    List->Next = NULL;
    if (Sender->First) {
        Sender->Last->Next = List;
    } else {
        Sender->First = List;
    }
    Sender->Last = List;
}

VOID
SendLists(CBX_NET_SENDER *Sender, NET_BUFFER_LIST *Lists)
{
    NET_BUFFER_LIST *Done = NULL, *Next;
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    for (NET_BUFFER_LIST *List = Lists; List; List = Next) {
        Next = List->Next;
        Sender->Outstanding++;
        if (Sender->Running) {
            SendEnqueue(Sender, List);
        } else {
            List->Status = Sender->EndStatus;
            SendAddDone(&Done, List);
        }
    }
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    SendComplete(Sender, Done);
    SendPump(Sender);
    KeLowerIrql(OldIrql);
}

/* A slot that the device is done with; NULL: none. Length 0: it failed. */
static CBX_NET_SLOT *
SendTakeSent(CBX_NET_SENDER *Sender, ULONG *Length)
{
    CBX_NET_SLOT *Slot = NULL;
    ULONG Number;

    KeAcquireSpinLockAtDpcLevel(Sender->Lock);
    while (!Slot && Sender->Running &&
           RingTake(&Sender->Ring, &Number, Length)) {
        if (Sender->Slots[Number].State == SlotPosted) {
            Slot = &Sender->Slots[Number];
            Slot->State = SlotEnding;
        }
    }
    KeReleaseSpinLockFromDpcLevel(Sender->Lock);
    return Slot;
}

VOID
SendInterrupt(CBX_NET_SENDER *Sender)
{
    NET_BUFFER_LIST *Done = NULL;
    CBX_NET_SLOT *Slot;
    ULONG Length;

    while ((Slot = SendTakeSent(Sender, &Length))) {
        SendEnd(Slot, Length ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE,
                &Done);
    }
    SendComplete(Sender, Done);
    SendPump(Sender);
}

BOOLEAN
SendStart(CBX_NET_SENDER *Sender)
{
    if (!RingStart(&Sender->Ring)) {
        return FALSE;
    }
    Sender->Next = 0;
    Sender->Post = 0;
    Sender->Running = TRUE;
    return TRUE;
}

VOID
SendStop(CBX_NET_SENDER *Sender, NDIS_STATUS Status)
{
    Sender->Running = FALSE;
    Sender->EndStatus = Status;
    RingStop(&Sender->Ring);
}
