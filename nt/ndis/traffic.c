/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames between the miniport and the protocol that is bound to it. */
#include "nbl.h"

static VOID Give(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List)
{
    List->NdisReserved[0] = Adapter;
}

/* The driver hands a list back that it was given to keep for a while. */
static VOID TakeBack(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST List,
                     const CHAR *Routine, const VOID *Caller)
{
    if (NdisListOwner(List) != Adapter) {
        NdisViolation(Adapter, Routine, Caller, "of a list that was not sent");
    }
    if (NdisListsLeft(Adapter, List)) {
        NdisViolation(Adapter, Routine, Caller, "of a list with the "
                      "scatter/gather list of a frame left");
    }
    List->NdisReserved[0] = NULL;
}

VOID NdisSend(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists)
{
    for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
        Give(Adapter, List);
    }
    Adapter->Driver->Handlers.SendNetBufferListsHandler(Adapter->Context,
                                                        Lists, 0, 0);
}

VOID NTAPI NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportHandle,
                                           PNET_BUFFER_LIST Lists,
                                           ULONG SendCompleteFlags)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    PNET_BUFFER_LIST Next;

    NTS_IRQL(DISPATCH_LEVEL);
    if (SendCompleteFlags & NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL &&
        KeGetCurrentIrql() != DISPATCH_LEVEL) {
        NdisViolation(Adapter, __func__, Caller,
                      "says DISPATCH_LEVEL and is not there");
    }
    for (PNET_BUFFER_LIST List = Lists; List; List = Next) {
        Next = List->Next;
        TakeBack(Adapter, List, __func__, Caller);
        NdisProtocolSent(Adapter, List);
    }
}

/* Gives indicated lists back to the driver. */
static VOID Return(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists)
{
    KIRQL Irql;

    for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
        List->NdisReserved[0] = NULL;
        InterlockedDecrement(&Adapter->Indicated);
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Adapter->Driver->Handlers.ReturnNetBufferListsHandler(
        Adapter->Context, Lists, NDIS_RETURN_FLAGS_DISPATCH_LEVEL);
    KeLowerIrql(Irql);
}

VOID NdisReturnKept(NDIS_ADAPTER *Adapter)
{
    PNET_BUFFER_LIST List = InterlockedExchangePointer(&Adapter->Kept, NULL);

    if (List) {
        Return(Adapter, List);
    }
}

/*
 * A protocol may hold on to lists: the first of them is kept until the next
 * come, or the driver is to pause.
 */
static VOID KeepFirst(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists)
{
    PNET_BUFFER_LIST Rest = Lists->Next, Old;

    Lists->Next = NULL;
    Old = InterlockedExchangePointer(&Adapter->Kept, Lists);
    if (Old) {
        Old->Next = Rest;
        Rest = Old;
    }
    if (Rest) {
        Return(Adapter, Rest);
    }
}

VOID NTAPI NdisMIndicateReceiveNetBufferLists(
    NDIS_HANDLE MiniportHandle, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER Port,
    ULONG NumberOfNetBufferLists, ULONG ReceiveFlags)
{
    const VOID *Caller = __builtin_return_address(0);
    NDIS_ADAPTER *Adapter = NdisAdapter(MiniportHandle, __func__, Caller);
    ULONG Count = 0;

    UNREFERENCED_PARAMETER(Port);
    NTS_IRQL(DISPATCH_LEVEL);
    if (Adapter->State != NdisRunning && Adapter->State != NdisPausing) {
        NdisViolation(Adapter, __func__, Caller, "outside the Running state");
    }
    for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
        if (NdisListOwner(List)) {
            NdisViolation(Adapter, __func__, Caller,
                          "of a list that is indicated already");
        }
        Give(Adapter, List);
        Count++;
    }
    if (Count != NumberOfNetBufferLists) {
        NdisViolation(Adapter, __func__, Caller,
                      "with a wrong number of lists");
    }
    for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
        NdisProtocolReceived(Adapter, List->FirstNetBuffer);
    }
    if (ReceiveFlags & NDIS_RECEIVE_FLAGS_RESOURCES) {
        for (PNET_BUFFER_LIST List = Lists; List; List = List->Next) {
            List->NdisReserved[0] = NULL;
        }
        return;
    }
    InterlockedExchangeAdd(&Adapter->Indicated, (LONG)Count);
    KeepFirst(Adapter, Lists);
    if (Adapter->State != NdisRunning) {
        NdisReturnKept(Adapter);
    }
}
