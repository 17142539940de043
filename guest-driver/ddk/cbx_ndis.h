/* SPDX-License-Identifier: MIT */
/*
 * NDIS 6.20 for miniport drivers, as far as this project uses it: the free
 * headers stop at NDIS 5 in most of it. Include <wdm.h> or <ntddk.h> first, and
 * not <ndis.h>. Names, numbers and contracts are those of Microsoft's network
 * driver reference; every offset is asserted at the end, for 64-bit targets.
 */
#ifndef CBX_DDK_NDIS_H
#define CBX_DDK_NDIS_H

#include <stddef.h>

#ifndef NTSYSAPI
#error "include <wdm.h> or <ntddk.h> before cbx_ndis.h"
#endif

/* ndis.sys itself defines it empty. */
#ifndef NDISAPI
#define NDISAPI DECLSPEC_IMPORT
#endif

typedef PVOID NDIS_HANDLE, *PNDIS_HANDLE;
typedef LONG NDIS_STATUS;
typedef ULONG NDIS_OID;
typedef ULONG NDIS_PORT_NUMBER;
typedef PHYSICAL_ADDRESS NDIS_PHYSICAL_ADDRESS, *PNDIS_PHYSICAL_ADDRESS;

#define NDIS_STATUS_SUCCESS                 ((NDIS_STATUS)0x00000000)
#define NDIS_STATUS_PENDING                 ((NDIS_STATUS)0x00000103)
#define NDIS_STATUS_FAILURE                 ((NDIS_STATUS)0xc0000001)
#define NDIS_STATUS_INVALID_PARAMETER       ((NDIS_STATUS)0xc000000d)
#define NDIS_STATUS_RESOURCES               ((NDIS_STATUS)0xc000009a)
#define NDIS_STATUS_NOT_SUPPORTED           ((NDIS_STATUS)0xc00000bb)
#define NDIS_STATUS_INVALID_STATE           ((NDIS_STATUS)0xc0000184)
#define NDIS_STATUS_BAD_VERSION             ((NDIS_STATUS)0xc0010004)
#define NDIS_STATUS_BAD_CHARACTERISTICS     ((NDIS_STATUS)0xc0010005)
#define NDIS_STATUS_REQUEST_ABORTED         ((NDIS_STATUS)0xc001000c)
#define NDIS_STATUS_RESET_IN_PROGRESS       ((NDIS_STATUS)0xc001000d)
#define NDIS_STATUS_INVALID_LENGTH          ((NDIS_STATUS)0xc0010014)
#define NDIS_STATUS_BUFFER_TOO_SHORT        ((NDIS_STATUS)0xc0010016)
#define NDIS_STATUS_RESOURCE_CONFLICT       ((NDIS_STATUS)0xc001001e)
#define NDIS_STATUS_MEDIA_DISCONNECTED      ((NDIS_STATUS)0xc023001f)
#define NDIS_STATUS_PAUSED                  ((NDIS_STATUS)0xc023002a)

/* ---- Objects ------------------------------------------------------------ */

typedef struct _NDIS_OBJECT_HEADER {
    UCHAR Type;
    UCHAR Revision;
    USHORT Size;        /* up to the last member of the revision */
} NDIS_OBJECT_HEADER, *PNDIS_OBJECT_HEADER;

#define NDIS_OBJECT_TYPE_DEFAULT                                0x80
#define NDIS_OBJECT_TYPE_MINIPORT_INIT_PARAMETERS               0x81
#define NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION                     0x83
#define NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT                     0x84
#define NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS        0x8a
#define NDIS_OBJECT_TYPE_OID_REQUEST                            0x96
#define NDIS_OBJECT_TYPE_STATUS_INDICATION                      0x98
#define NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES 0x9e
#define NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES    0x9f
#define NDIS_OBJECT_TYPE_SHARED_MEMORY_PROVIDER_CHARACTERISTICS 0xb0

/* Bytes up to and with a member. */
#define NDIS_SIZE_THROUGH(Type, Member) \
    ((USHORT)(offsetof(Type, Member) + sizeof(((Type *)0)->Member)))

/* ---- Miniport drivers --------------------------------------------------- */

typedef struct _NDIS_MINIPORT_INIT_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    PCM_PARTIAL_RESOURCE_LIST AllocatedResources;
    NDIS_HANDLE IMDeviceInstanceContext;
    NDIS_HANDLE MiniportAddDeviceContext;
    ULONG IfIndex;
    ULONGLONG NetLuid;
    PVOID DefaultPortAuthStates;
    PVOID PciDeviceCustomProperties;
} NDIS_MINIPORT_INIT_PARAMETERS, *PNDIS_MINIPORT_INIT_PARAMETERS;

typedef struct _NDIS_MINIPORT_PAUSE_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG PauseReason;
} NDIS_MINIPORT_PAUSE_PARAMETERS, *PNDIS_MINIPORT_PAUSE_PARAMETERS;

typedef struct _NDIS_MINIPORT_RESTART_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    PVOID RestartAttributes;
    ULONG Flags;
} NDIS_MINIPORT_RESTART_PARAMETERS, *PNDIS_MINIPORT_RESTART_PARAMETERS;

typedef enum _NDIS_HALT_ACTION {
    NdisHaltDeviceDisabled,
    NdisHaltDeviceInstanceDeInitialized,
    NdisHaltDevicePoweredDown,
    NdisHaltDeviceSurpriseRemoved,
    NdisHaltDeviceFailed,
    NdisHaltDeviceInitializationFailed,
    NdisHaltDeviceStopped
} NDIS_HALT_ACTION;

typedef enum _NDIS_SHUTDOWN_ACTION {
    NdisShutdownPowerOff,
    NdisShutdownBugCheck
} NDIS_SHUTDOWN_ACTION;

typedef enum _NDIS_DEVICE_PNP_EVENT {
    NdisDevicePnPEventQueryRemoved,
    NdisDevicePnPEventRemoved,
    NdisDevicePnPEventSurpriseRemoved,
    NdisDevicePnPEventQueryStopped,
    NdisDevicePnPEventStopped,
    NdisDevicePnPEventPowerProfileChanged
} NDIS_DEVICE_PNP_EVENT;

typedef struct _NET_DEVICE_PNP_EVENT {
    NDIS_OBJECT_HEADER Header;
    NDIS_PORT_NUMBER PortNumber;
    NDIS_DEVICE_PNP_EVENT DevicePnPEvent;
    PVOID InformationBuffer;
    ULONG InformationBufferLength;
    UCHAR NdisReserved[2 * sizeof(PVOID)];
} NET_DEVICE_PNP_EVENT, *PNET_DEVICE_PNP_EVENT;

typedef struct _NDIS_OID_REQUEST NDIS_OID_REQUEST, *PNDIS_OID_REQUEST;
typedef struct _NET_BUFFER_LIST NET_BUFFER_LIST, *PNET_BUFFER_LIST;

typedef NDIS_STATUS NTAPI SET_OPTIONS(NDIS_HANDLE NdisDriverHandle,
                                      NDIS_HANDLE DriverContext);
typedef NDIS_STATUS NTAPI MINIPORT_INITIALIZE(
    NDIS_HANDLE NdisMiniportHandle, NDIS_HANDLE MiniportDriverContext,
    PNDIS_MINIPORT_INIT_PARAMETERS Parameters);
typedef VOID NTAPI MINIPORT_HALT(NDIS_HANDLE Context, NDIS_HALT_ACTION Action);
typedef VOID NTAPI MINIPORT_DRIVER_UNLOAD(PDRIVER_OBJECT DriverObject);
typedef NDIS_STATUS NTAPI MINIPORT_PAUSE(
    NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters);
typedef NDIS_STATUS NTAPI MINIPORT_RESTART(
    NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters);
typedef NDIS_STATUS NTAPI MINIPORT_OID_REQUEST(NDIS_HANDLE Context,
                                               PNDIS_OID_REQUEST Request);
typedef VOID NTAPI MINIPORT_SEND_NET_BUFFER_LISTS(NDIS_HANDLE Context,
                                                  PNET_BUFFER_LIST Lists,
                                                  NDIS_PORT_NUMBER Port,
                                                  ULONG SendFlags);
typedef VOID NTAPI MINIPORT_RETURN_NET_BUFFER_LISTS(NDIS_HANDLE Context,
                                                    PNET_BUFFER_LIST Lists,
                                                    ULONG ReturnFlags);
typedef VOID NTAPI MINIPORT_CANCEL_SEND(NDIS_HANDLE Context, PVOID CancelId);
typedef BOOLEAN NTAPI MINIPORT_CHECK_FOR_HANG(NDIS_HANDLE Context);
typedef NDIS_STATUS NTAPI MINIPORT_RESET(NDIS_HANDLE Context,
                                         PBOOLEAN AddressingReset);
typedef VOID NTAPI MINIPORT_DEVICE_PNP_EVENT_NOTIFY(
    NDIS_HANDLE Context, PNET_DEVICE_PNP_EVENT Event);
typedef VOID NTAPI MINIPORT_SHUTDOWN(NDIS_HANDLE Context,
                                     NDIS_SHUTDOWN_ACTION Action);
typedef VOID NTAPI MINIPORT_CANCEL_OID_REQUEST(NDIS_HANDLE Context,
                                               PVOID RequestId);

/* Revision 2: NDIS 6.1 and later. */
typedef struct _NDIS_MINIPORT_DRIVER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    UCHAR MajorNdisVersion;
    UCHAR MinorNdisVersion;
    UCHAR MajorDriverVersion;
    UCHAR MinorDriverVersion;
    ULONG Flags;
    SET_OPTIONS *SetOptionsHandler;
    MINIPORT_INITIALIZE *InitializeHandlerEx;
    MINIPORT_HALT *HaltHandlerEx;
    MINIPORT_DRIVER_UNLOAD *UnloadHandler;
    MINIPORT_PAUSE *PauseHandler;
    MINIPORT_RESTART *RestartHandler;
    MINIPORT_OID_REQUEST *OidRequestHandler;
    MINIPORT_SEND_NET_BUFFER_LISTS *SendNetBufferListsHandler;
    MINIPORT_RETURN_NET_BUFFER_LISTS *ReturnNetBufferListsHandler;
    MINIPORT_CANCEL_SEND *CancelSendHandler;
    MINIPORT_CHECK_FOR_HANG *CheckForHangHandlerEx;     /* optional */
    MINIPORT_RESET *ResetHandlerEx;                     /* optional */
    MINIPORT_DEVICE_PNP_EVENT_NOTIFY *DevicePnPEventNotifyHandler;
    MINIPORT_SHUTDOWN *ShutdownHandlerEx;
    MINIPORT_CANCEL_OID_REQUEST *CancelOidRequestHandler;
    MINIPORT_OID_REQUEST *DirectOidRequestHandler;      /* optional */
    MINIPORT_CANCEL_OID_REQUEST *CancelDirectOidRequestHandler;
} NDIS_MINIPORT_DRIVER_CHARACTERISTICS, *PNDIS_MINIPORT_DRIVER_CHARACTERISTICS;

#define NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2 2
#define NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1 0x88
#define NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2 0x98

/* ---- Attributes --------------------------------------------------------- */

typedef struct _NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE MiniportAdapterContext;
    ULONG AttributeFlags;
    ULONG CheckForHangTimeInSeconds;
    INTERFACE_TYPE InterfaceType;
} NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
    *PNDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES;

#define NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE        0x00000001
#define NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK     0x00000004
#define NDIS_MINIPORT_ATTRIBUTES_BUS_MASTER             0x00000040

#define NDIS_MAX_PHYS_ADDRESS_LENGTH 32

typedef struct _NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG MediaType;
    ULONG PhysicalMediumType;
    ULONG MtuSize;
    ULONGLONG MaxXmitLinkSpeed;
    ULONGLONG XmitLinkSpeed;
    ULONGLONG MaxRcvLinkSpeed;
    ULONGLONG RcvLinkSpeed;
    ULONG MediaConnectState;
    ULONG MediaDuplexState;
    ULONG LookaheadSize;
    PVOID PowerManagementCapabilities;
    ULONG MacOptions;
    ULONG SupportedPacketFilters;
    ULONG MaxMulticastListSize;
    USHORT MacAddressLength;
    UCHAR PermanentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    PVOID RecvScaleCapabilities;
    ULONG AccessType;
    ULONG DirectionType;
    ULONG ConnectionType;
    USHORT IfType;
    BOOLEAN IfConnectorPresent;
    ULONG SupportedStatistics;
    ULONG SupportedPauseFunctions;
    ULONG DataBackFillSize;
    ULONG ContextBackFillSize;
    NDIS_OID *SupportedOidList;
    ULONG SupportedOidListLength;       /* bytes */
    ULONG AutoNegotiationFlags;
    PVOID PowerManagementCapabilitiesEx;
} NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
    *PNDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES;

#define NdisMedium802_3                 0
#define NdisPhysicalMedium802_3         14
#define MediaConnectStateConnected      1
#define MediaConnectStateDisconnected   2
#define MediaDuplexStateFull            2
#define NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA   0x00000001
#define NDIS_MAC_OPTION_TRANSFERS_NOT_PEND    0x00000004
#define NDIS_MAC_OPTION_NO_LOOPBACK           0x00000008
#define NDIS_PACKET_TYPE_DIRECTED       0x00000001
#define NDIS_PACKET_TYPE_MULTICAST      0x00000002
#define NDIS_PACKET_TYPE_ALL_MULTICAST  0x00000004
#define NDIS_PACKET_TYPE_BROADCAST      0x00000008
#define NDIS_PACKET_TYPE_PROMISCUOUS    0x00000020
#define NET_IF_ACCESS_BROADCAST         2
#define NET_IF_DIRECTION_SENDRECEIVE    0
#define NET_IF_CONNECTION_DEDICATED     1
#define IF_TYPE_ETHERNET_CSMACD         6

/* The header's type says which attributes follow. */
typedef union _NDIS_MINIPORT_ADAPTER_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES RegistrationAttributes;
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES GeneralAttributes;
} NDIS_MINIPORT_ADAPTER_ATTRIBUTES, *PNDIS_MINIPORT_ADAPTER_ATTRIBUTES;

/* ---- Interrupts --------------------------------------------------------- */

typedef BOOLEAN NTAPI MINIPORT_ISR(NDIS_HANDLE Context,
                                   PBOOLEAN QueueDefaultInterruptDpc,
                                   PULONG TargetProcessors);
typedef VOID NTAPI MINIPORT_INTERRUPT_DPC(NDIS_HANDLE Context,
                                          PVOID MiniportDpcContext,
                                          PVOID ReceiveThrottleParameters,
                                          PVOID Reserved);
typedef BOOLEAN NTAPI MINIPORT_MESSAGE_INTERRUPT(
    NDIS_HANDLE Context, ULONG MessageId, PBOOLEAN QueueDefaultInterruptDpc,
    PULONG TargetProcessors);
typedef VOID NTAPI MINIPORT_MESSAGE_INTERRUPT_DPC(
    NDIS_HANDLE Context, ULONG MessageId, PVOID MiniportDpcContext,
    PVOID ReceiveThrottleParameters, PVOID Reserved);
typedef VOID NTAPI MINIPORT_INTERRUPT_SWITCH(NDIS_HANDLE Context);
typedef VOID NTAPI MINIPORT_MESSAGE_INTERRUPT_SWITCH(NDIS_HANDLE Context,
                                                     ULONG MessageId);
typedef BOOLEAN NTAPI MINIPORT_SYNCHRONIZE_INTERRUPT(NDIS_HANDLE Context);

typedef enum _NDIS_INTERRUPT_TYPE {
    NDIS_CONNECT_LINE_BASED = 1,
    NDIS_CONNECT_MESSAGE_BASED = 2
} NDIS_INTERRUPT_TYPE;

typedef struct _NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    MINIPORT_ISR *InterruptHandler;
    MINIPORT_INTERRUPT_DPC *InterruptDpcHandler;
    MINIPORT_INTERRUPT_SWITCH *DisableInterruptHandler;
    MINIPORT_INTERRUPT_SWITCH *EnableInterruptHandler;
    BOOLEAN MsiSupported;
    BOOLEAN MsiSyncWithAllMessages;
    MINIPORT_MESSAGE_INTERRUPT *MessageInterruptHandler;
    MINIPORT_MESSAGE_INTERRUPT_DPC *MessageInterruptDpcHandler;
    MINIPORT_MESSAGE_INTERRUPT_SWITCH *DisableMessageInterruptHandler;
    MINIPORT_MESSAGE_INTERRUPT_SWITCH *EnableMessageInterruptHandler;
    NDIS_INTERRUPT_TYPE InterruptType;                  /* out */
    PIO_INTERRUPT_MESSAGE_INFO MessageInfoTable;        /* out */
} NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS,
    *PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS;

/* ---- Scatter/gather DMA and shared memory ------------------------------- */

typedef VOID NTAPI MINIPORT_PROCESS_SG_LIST(PDEVICE_OBJECT DeviceObject,
                                            PVOID Reserved,
                                            PSCATTER_GATHER_LIST List,
                                            PVOID Context);
typedef VOID NTAPI MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE(
    NDIS_HANDLE MiniportAdapterContext, PVOID VirtualAddress,
    PNDIS_PHYSICAL_ADDRESS PhysicalAddress, ULONG Length, PVOID Context);

typedef struct _NDIS_SG_DMA_DESCRIPTION {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG MaximumPhysicalMapping;
    MINIPORT_PROCESS_SG_LIST *ProcessSGListHandler;
    MINIPORT_ALLOCATE_SHARED_MEM_COMPLETE *SharedMemAllocateCompleteHandler;
    ULONG ScatterGatherListSize;                        /* out */
} NDIS_SG_DMA_DESCRIPTION, *PNDIS_SG_DMA_DESCRIPTION;

#define NDIS_SG_DMA_64_BIT_ADDRESS 0x00000001

typedef enum _NDIS_SHARED_MEMORY_USAGE {
    NdisSharedMemoryUsageUndefined,
    NdisSharedMemoryUsageXmit,
    NdisSharedMemoryUsageXmitHeader,
    NdisSharedMemoryUsageXmitData,
    NdisSharedMemoryUsageReceive,
    NdisSharedMemoryUsageReceiveLookahead,
    NdisSharedMemoryUsageReceivePostLookahead,
    NdisSharedMemoryUsageReceiveHeader,
    NdisSharedMemoryUsageReceiveData,
    NdisSharedMemoryUsageOther,
    NdisSharedMemoryUsageMax
} NDIS_SHARED_MEMORY_USAGE;

typedef struct _NDIS_SHARED_MEMORY_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG QueueId;
    NDIS_HANDLE SharedMemoryHandle;                     /* out */
    ULONG PreferredNode;
    NDIS_SHARED_MEMORY_USAGE Usage;
    ULONG Length;
    PVOID VirtualAddress;                               /* out */
    ULONG SGListBufferLength;
    PSCATTER_GATHER_LIST SGListBuffer;                  /* filled in */
} NDIS_SHARED_MEMORY_PARAMETERS, *PNDIS_SHARED_MEMORY_PARAMETERS;

#define NDIS_SHARED_MEM_PARAMETERS_CONTIGUOUS 0x00000001

typedef NDIS_STATUS NTAPI ALLOCATE_SHARED_MEMORY_HANDLER(
    NDIS_HANDLE ProviderContext, PNDIS_SHARED_MEMORY_PARAMETERS Parameters,
    PNDIS_HANDLE AllocationContext);
typedef VOID NTAPI FREE_SHARED_MEMORY_HANDLER(NDIS_HANDLE ProviderContext,
                                              NDIS_HANDLE AllocationContext);

typedef struct _NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_HANDLE ProviderContext;
    ALLOCATE_SHARED_MEMORY_HANDLER *AllocateSharedMemoryHandler;
    FREE_SHARED_MEMORY_HANDLER *FreeSharedMemoryHandler;
} NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS,
    *PNDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS;

/* The header of whichever optional structure is registered. */
typedef NDIS_OBJECT_HEADER NDIS_DRIVER_OPTIONAL_HANDLERS,
    *PNDIS_DRIVER_OPTIONAL_HANDLERS;

/* ---- OID requests ------------------------------------------------------- */

typedef enum _NDIS_REQUEST_TYPE {
    NdisRequestQueryInformation = 0,
    NdisRequestSetInformation = 1,
    NdisRequestQueryStatistics = 2,
    NdisRequestMethod = 12
} NDIS_REQUEST_TYPE;

struct _NDIS_OID_REQUEST {
    NDIS_OBJECT_HEADER Header;
    NDIS_REQUEST_TYPE RequestType;
    NDIS_PORT_NUMBER PortNumber;
    ULONG Timeout;                       /* seconds */
    PVOID RequestId;
    NDIS_HANDLE RequestHandle;
    union {
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            ULONG InformationBufferLength;
            ULONG BytesWritten;
            ULONG BytesNeeded;
        } QUERY_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            ULONG InformationBufferLength;
            ULONG BytesRead;
            ULONG BytesNeeded;
        } SET_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            ULONG InputBufferLength;
            ULONG OutputBufferLength;
            ULONG MethodId;
            ULONG BytesWritten;
            ULONG BytesRead;
            ULONG BytesNeeded;
        } METHOD_INFORMATION;
    } DATA;
    UCHAR NdisReserved[16 * sizeof(PVOID)];
    UCHAR MiniportReserved[2 * sizeof(PVOID)];
    UCHAR SourceReserved[2 * sizeof(PVOID)];
    UCHAR SupportedRevision;
    UCHAR Reserved1;
    USHORT Reserved2;
};

#define NDIS_SIZEOF_OID_REQUEST_REVISION_1 0xec

/* ---- Status indications -------------------------------------------------- */

#define NDIS_STATUS_LINK_STATE          ((NDIS_STATUS)0x40010017)

typedef struct _NDIS_STATUS_INDICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE SourceHandle;
    NDIS_PORT_NUMBER PortNumber;
    NDIS_STATUS StatusCode;
    ULONG Flags;
    NDIS_HANDLE DestinationHandle;
    PVOID RequestId;
    PVOID StatusBuffer;
    ULONG StatusBufferSize;
    GUID Guid;
    PVOID NdisReserved[4];
} NDIS_STATUS_INDICATION, *PNDIS_STATUS_INDICATION;

/* Status buffer of NDIS_STATUS_LINK_STATE. */
typedef struct _NDIS_LINK_STATE {
    NDIS_OBJECT_HEADER Header;
    ULONG MediaConnectState;
    ULONG MediaDuplexState;
    ULONG64 XmitLinkSpeed;              /* bit/s */
    ULONG64 RcvLinkSpeed;
    ULONG PauseFunctions;
    ULONG AutoNegotiationFlags;
} NDIS_LINK_STATE;

/* ---- What the compiler must agree with ---------------------------------- */

#ifdef _WIN64
#define NDIS_AT_(Type, Member, Offset) \
    C_ASSERT(offsetof(Type, Member) == (Offset))

C_ASSERT(sizeof(NDIS_OBJECT_HEADER) == 4);
NDIS_AT_(NDIS_MINIPORT_INIT_PARAMETERS, AllocatedResources, 0x08);
NDIS_AT_(NDIS_MINIPORT_INIT_PARAMETERS, IfIndex, 0x20);
NDIS_AT_(NDIS_MINIPORT_INIT_PARAMETERS, NetLuid, 0x28);
NDIS_AT_(NDIS_MINIPORT_INIT_PARAMETERS, PciDeviceCustomProperties, 0x38);
C_ASSERT(sizeof(NDIS_MINIPORT_INIT_PARAMETERS) == 0x40);
C_ASSERT(NDIS_SIZE_THROUGH(NDIS_MINIPORT_PAUSE_PARAMETERS, PauseReason) ==
         0x0c);
C_ASSERT(NDIS_SIZE_THROUGH(NDIS_MINIPORT_RESTART_PARAMETERS, Flags) == 0x14);

NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, MajorNdisVersion, 0x04);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, Flags, 0x08);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, SetOptionsHandler, 0x10);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, UnloadHandler, 0x28);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, OidRequestHandler, 0x40);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, CheckForHangHandlerEx, 0x60);
NDIS_AT_(NDIS_MINIPORT_DRIVER_CHARACTERISTICS, CancelOidRequestHandler, 0x80);
C_ASSERT(sizeof(NDIS_MINIPORT_DRIVER_CHARACTERISTICS) ==
         NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_2);

NDIS_AT_(NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, AttributeFlags, 0x10);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES, InterfaceType, 0x18);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MaxXmitLinkSpeed, 0x18);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, LookaheadSize, 0x40);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MacAddressLength, 0x5c);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, CurrentMacAddress, 0x7e);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, AccessType, 0xa8);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, IfConnectorPresent, 0xb6);
NDIS_AT_(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, SupportedOidList, 0xc8);
C_ASSERT(sizeof(NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES) == 0xe0);

NDIS_AT_(NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, MsiSupported, 0x28);
NDIS_AT_(NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, MessageInterruptHandler,
         0x30);
NDIS_AT_(NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS, InterruptType, 0x50);
C_ASSERT(sizeof(NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS) == 0x60);

NDIS_AT_(NDIS_SG_DMA_DESCRIPTION, ProcessSGListHandler, 0x10);
C_ASSERT(NDIS_SIZE_THROUGH(NDIS_SG_DMA_DESCRIPTION, ScatterGatherListSize) ==
         0x24);
NDIS_AT_(NDIS_SHARED_MEMORY_PARAMETERS, SharedMemoryHandle, 0x10);
NDIS_AT_(NDIS_SHARED_MEMORY_PARAMETERS, Length, 0x20);
NDIS_AT_(NDIS_SHARED_MEMORY_PARAMETERS, VirtualAddress, 0x28);
NDIS_AT_(NDIS_SHARED_MEMORY_PARAMETERS, SGListBufferLength, 0x30);
C_ASSERT(sizeof(NDIS_SHARED_MEMORY_PARAMETERS) == 0x40);
NDIS_AT_(NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS, ProviderContext, 0x08);
C_ASSERT(sizeof(NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS) == 0x20);
C_ASSERT(sizeof(SCATTER_GATHER_ELEMENT) == 0x18);
C_ASSERT(offsetof(SCATTER_GATHER_LIST, Elements) == 0x10);

NDIS_AT_(NDIS_STATUS_INDICATION, StatusCode, 0x14);
NDIS_AT_(NDIS_STATUS_INDICATION, StatusBuffer, 0x30);
NDIS_AT_(NDIS_STATUS_INDICATION, Guid, 0x3c);
C_ASSERT(sizeof(NDIS_STATUS_INDICATION) == 0x70);
NDIS_AT_(NDIS_LINK_STATE, XmitLinkSpeed, 0x10);
C_ASSERT(sizeof(NDIS_LINK_STATE) == 0x28);

NDIS_AT_(NDIS_OID_REQUEST, RequestId, 0x10);
NDIS_AT_(NDIS_OID_REQUEST, DATA.QUERY_INFORMATION.InformationBuffer, 0x28);
NDIS_AT_(NDIS_OID_REQUEST, DATA.QUERY_INFORMATION.BytesNeeded, 0x38);
NDIS_AT_(NDIS_OID_REQUEST, DATA.METHOD_INFORMATION.BytesNeeded, 0x44);
NDIS_AT_(NDIS_OID_REQUEST, NdisReserved, 0x48);
C_ASSERT(NDIS_SIZE_THROUGH(NDIS_OID_REQUEST, Reserved2) ==
         NDIS_SIZEOF_OID_REQUEST_REVISION_1);
#endif

#endif /* CBX_DDK_NDIS_H */
