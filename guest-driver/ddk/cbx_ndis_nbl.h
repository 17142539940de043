/* SPDX-License-Identifier: MIT */
/* NET_BUFFER and NET_BUFFER_LIST of NDIS 6, and the calls that move them. */
#ifndef CBX_DDK_NDIS_NBL_H
#define CBX_DDK_NDIS_NBL_H

#include "cbx_ndis.h"

typedef struct _NET_BUFFER NET_BUFFER, *PNET_BUFFER;

/* One frame: DataLength bytes of an MDL chain, from DataOffset on. */
struct _NET_BUFFER {
    PNET_BUFFER Next;
    PMDL CurrentMdl;
    ULONG CurrentMdlOffset;
    SIZE_T DataLength;
    PMDL MdlChain;
    ULONG DataOffset;
    USHORT ChecksumBias;
    USHORT Reserved;
    NDIS_HANDLE NdisPoolHandle;
    DECLSPEC_ALIGN(16) PVOID NdisReserved[2];
    DECLSPEC_ALIGN(16) PVOID ProtocolReserved[6];
    DECLSPEC_ALIGN(16) PVOID MiniportReserved[4];
    NDIS_PHYSICAL_ADDRESS DataPhysicalAddress;
    PVOID SharedMemoryInfo;
};

/* Up to the array of per-list information, whose length varies by version. */
struct _NET_BUFFER_LIST {
    PNET_BUFFER_LIST Next;
    PNET_BUFFER FirstNetBuffer;
    PVOID Context;
    PNET_BUFFER_LIST ParentNetBufferList;
    NDIS_HANDLE NdisPoolHandle;
    DECLSPEC_ALIGN(16) PVOID NdisReserved[2];
    DECLSPEC_ALIGN(16) PVOID ProtocolReserved[4];
    DECLSPEC_ALIGN(16) PVOID MiniportReserved[2];
    PVOID Scratch;
    NDIS_HANDLE SourceHandle;
    ULONG NblFlags;
    LONG ChildRefCount;
    ULONG Flags;
    NDIS_STATUS Status;
    PVOID NetBufferListInfo[1];
};

#define NDIS_SEND_FLAGS_DISPATCH_LEVEL              0x00000001
#define NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL     0x00000001
#define NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL           0x00000001
#define NDIS_RECEIVE_FLAGS_RESOURCES                0x00000002
#define NDIS_RETURN_FLAGS_DISPATCH_LEVEL            0x00000001

typedef struct _NET_BUFFER_LIST_POOL_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    UCHAR ProtocolId;
    BOOLEAN fAllocateNetBuffer;
    USHORT ContextSize;
    ULONG PoolTag;
    ULONG DataSize;
} NET_BUFFER_LIST_POOL_PARAMETERS, *PNET_BUFFER_LIST_POOL_PARAMETERS;
C_ASSERT(sizeof(NET_BUFFER_LIST_POOL_PARAMETERS) == 0x10);

NDISAPI NDIS_HANDLE NTAPI NdisAllocateNetBufferListPool(
    NDIS_HANDLE NdisHandle, PNET_BUFFER_LIST_POOL_PARAMETERS Parameters);
NDISAPI VOID NTAPI NdisFreeNetBufferListPool(NDIS_HANDLE PoolHandle);
NDISAPI PNET_BUFFER_LIST NTAPI NdisAllocateNetBufferAndNetBufferList(
    NDIS_HANDLE PoolHandle, USHORT ContextSize, USHORT ContextBackFill,
    PMDL MdlChain, ULONG DataOffset, SIZE_T DataLength);
NDISAPI VOID NTAPI NdisFreeNetBufferList(PNET_BUFFER_LIST List);
NDISAPI PMDL NTAPI NdisAllocateMdl(NDIS_HANDLE NdisHandle,
                                   PVOID VirtualAddress, ULONG Length);
NDISAPI VOID NTAPI NdisFreeMdl(PMDL Mdl);
NDISAPI VOID NTAPI NdisMIndicateReceiveNetBufferLists(
    NDIS_HANDLE MiniportHandle, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER Port,
    ULONG NumberOfNetBufferLists, ULONG ReceiveFlags);
NDISAPI VOID NTAPI NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportHandle,
                                                   PNET_BUFFER_LIST Lists,
                                                   ULONG SendCompleteFlags);

/* Flags: the frame goes to the device, not the other way. */
#define NDIS_SG_LIST_WRITE_TO_DEVICE                0x00000001

/*
 * The list, from the start of CurrentMdl on, goes to the routine of
 * NdisMRegisterScatterGatherDma: within the call, or later.
 */
NDISAPI NDIS_STATUS NTAPI NdisMAllocateNetBufferSGList(
    NDIS_HANDLE NdisMiniportDmaHandle, PNET_BUFFER NetBuffer, PVOID Context,
    ULONG Flags, PVOID ScatterGatherListBuffer,
    ULONG ScatterGatherListBufferSize);
NDISAPI VOID NTAPI NdisMFreeNetBufferSGList(NDIS_HANDLE NdisMiniportDmaHandle,
                                            PSCATTER_GATHER_LIST pSGL,
                                            PNET_BUFFER NetBuffer);

#ifdef _WIN64
C_ASSERT(offsetof(NET_BUFFER, CurrentMdl) == 0x08);
C_ASSERT(offsetof(NET_BUFFER, CurrentMdlOffset) == 0x10);
C_ASSERT(offsetof(NET_BUFFER, MdlChain) == 0x20);
C_ASSERT(offsetof(NET_BUFFER, DataLength) == 0x18);
C_ASSERT(offsetof(NET_BUFFER, DataOffset) == 0x28);
C_ASSERT(offsetof(NET_BUFFER, NdisPoolHandle) == 0x30);
C_ASSERT(offsetof(NET_BUFFER, ProtocolReserved) == 0x50);
C_ASSERT(offsetof(NET_BUFFER, MiniportReserved) == 0x80);
C_ASSERT(offsetof(NET_BUFFER, DataPhysicalAddress) == 0xa0);
C_ASSERT(sizeof(NET_BUFFER) == 0xb0);
C_ASSERT(offsetof(NET_BUFFER_LIST, NdisPoolHandle) == 0x20);
C_ASSERT(offsetof(NET_BUFFER_LIST, ProtocolReserved) == 0x40);
C_ASSERT(offsetof(NET_BUFFER_LIST, MiniportReserved) == 0x60);
C_ASSERT(offsetof(NET_BUFFER_LIST, SourceHandle) == 0x78);
C_ASSERT(offsetof(NET_BUFFER_LIST, Status) == 0x8c);
C_ASSERT(offsetof(NET_BUFFER_LIST, NetBufferListInfo) == 0x90);
#endif

#endif /* CBX_DDK_NDIS_NBL_H */
