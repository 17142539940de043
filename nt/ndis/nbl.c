/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pools, lists and buffers; MDLs. */
#include "nbl.h"

enum {
    POOL_MAGIC = 0x6c6f6f50,
    /* NetBufferListInfo, as many as any version of NDIS has. */
    INFO_MAX = 64,
};

typedef struct _POOL {
    ULONG Magic;
    volatile LONG Lists;
} POOL;

/* A list and its one buffer. */
typedef struct _PAIR {
    NET_BUFFER_LIST List;
    PVOID Info[INFO_MAX];
    NET_BUFFER Buffer;
} PAIR;

NDIS_HANDLE NTAPI NdisAllocateNetBufferListPool(
    NDIS_HANDLE NdisHandle, PNET_BUFFER_LIST_POOL_PARAMETERS Parameters)
{
    POOL *Pool;

    NTS_IRQL(DISPATCH_LEVEL);
    NdisAdapter(NdisHandle, __func__, __builtin_return_address(0));
    if (Parameters->Header.Revision < 1 ||
        Parameters->Header.Size < sizeof(*Parameters) ||
        !Parameters->PoolTag || !Parameters->fAllocateNetBuffer) {
        return NULL;
    }
    Pool = NtsAllocate(sizeof(*Pool));
    if (Pool) {
        Pool->Magic = POOL_MAGIC;
    }
    return Pool;
}

VOID NTAPI NdisFreeNetBufferListPool(NDIS_HANDLE PoolHandle)
{
    const VOID *Caller = __builtin_return_address(0);
    POOL *Pool = PoolHandle;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!Pool || Pool->Magic != POOL_MAGIC || Pool->Lists) {
        NdisViolation(NULL, __func__, Caller,
                      "of what is no pool, or with lists of it left");
    }
    Pool->Magic = 0;
    NtsFree(Pool, sizeof(*Pool));
}

PNET_BUFFER_LIST NdisListCreate(PMDL Mdl, ULONG DataOffset, SIZE_T DataLength)
{
    PAIR *Pair = NtsAllocate(sizeof(*Pair));

    if (!Pair) {
        return NULL;
    }
    Pair->List.FirstNetBuffer = &Pair->Buffer;
    Pair->Buffer.MdlChain = Mdl;
    Pair->Buffer.DataOffset = DataOffset;
    Pair->Buffer.DataLength = DataLength;
    while (Mdl && Mdl->Next && DataOffset >= MmGetMdlByteCount(Mdl)) {
        DataOffset -= MmGetMdlByteCount(Mdl);
        Mdl = Mdl->Next;
    }
    Pair->Buffer.CurrentMdl = Mdl;
    Pair->Buffer.CurrentMdlOffset = DataOffset;
    return &Pair->List;
}

VOID NdisListDelete(PNET_BUFFER_LIST List)
{
    NtsFree(CONTAINING_RECORD(List, PAIR, List), sizeof(PAIR));
}

PNET_BUFFER_LIST NTAPI NdisAllocateNetBufferAndNetBufferList(
    NDIS_HANDLE PoolHandle, USHORT ContextSize, USHORT ContextBackFill,
    PMDL MdlChain, ULONG DataOffset, SIZE_T DataLength)
{
    PNET_BUFFER_LIST List;
    POOL *Pool = PoolHandle;

    UNREFERENCED_PARAMETER(ContextBackFill);
    NTS_IRQL(DISPATCH_LEVEL);
    /* Contexts are not offered. */
    if (!Pool || Pool->Magic != POOL_MAGIC || ContextSize) {
        return NULL;
    }
    List = NdisListCreate(MdlChain, DataOffset, DataLength);
    if (List) {
        List->NdisPoolHandle = Pool;
        InterlockedIncrement(&Pool->Lists);
    }
    return List;
}

VOID NTAPI NdisFreeNetBufferList(PNET_BUFFER_LIST List)
{
    const VOID *Caller = __builtin_return_address(0);
    POOL *Pool = List->NdisPoolHandle;

    NTS_IRQL(DISPATCH_LEVEL);
    if (!Pool || Pool->Magic != POOL_MAGIC || NdisListOwner(List)) {
        NdisViolation(NULL, __func__, Caller,
                      "of a list that is of no pool or not the driver's");
    }
    InterlockedDecrement(&Pool->Lists);
    NdisListDelete(List);
}

PMDL NTAPI NdisAllocateMdl(NDIS_HANDLE NdisHandle, PVOID VirtualAddress,
                           ULONG Length)
{
    PMDL Mdl;

    NTS_IRQL(DISPATCH_LEVEL);
    NdisAdapter(NdisHandle, __func__, __builtin_return_address(0));
    Mdl = IoAllocateMdl(VirtualAddress, Length, FALSE, FALSE, NULL);
    if (Mdl) {
        MmBuildMdlForNonPagedPool(Mdl);
    }
    return Mdl;
}

VOID NTAPI NdisFreeMdl(PMDL Mdl)
{
    NTS_IRQL(DISPATCH_LEVEL);
    IoFreeMdl(Mdl);
}
