/* SPDX-License-Identifier: MIT */
/*
 * DMA version 3 for headers that stop at version 2.
 *
 * The free DDK headers declare DMA_OPERATIONS up to slot 15 and
 * DEVICE_DESCRIPTION up to DmaPort. This header declares the whole interface
 * under names of its own, so that both can be included. Include <wdm.h>,
 * <ntddk.h> or <ntifs.h> first. Every offset is asserted below, for 64-bit and
 * for 32-bit targets.
 *
 * Contract: Microsoft's "Windows Driver Kit" reference of wdm.h, by the name of
 * each member; CBX_ is put in front here.
 */
#ifndef CBX_DDK_DMA_H
#define CBX_DDK_DMA_H

#include <stddef.h>

#ifndef NTSYSAPI
#error "include <wdm.h>, <ntddk.h> or <ntifs.h> before cbx_dma.h"
#endif

/* ---- Constants --------------------------------------------------------- */

/* DEVICE_DESCRIPTION.Version: the first with DmaAddressWidth, Windows 8. */
#define CBX_DEVICE_DESCRIPTION_VERSION3        3u

/* NODE_REQUIREMENT is a ULONG; this value means "no preference". */
typedef ULONG CBX_NODE_REQUIREMENT;
#define CBX_MM_ANY_NODE_OK                     0x80000000u

/* Flags of the Domain and WithBounds calls: granularity of 512 pages. */
#define CBX_DOMAIN_COMMON_BUFFER_LARGE_PAGE    1u

/* Flags of the channel calls. */
#define CBX_DMA_SYNCHRONOUS_CALLBACK           1u
#define CBX_DMA_ZERO_BUFFERS                   2u
#define CBX_DMA_FAIL_ON_BOUNCE                 4u

#define CBX_DMA_ADAPTER_INFO_VERSION1          1u
#define CBX_DMA_ADAPTER_INFO_VERSION_CRASHDUMP 0xffffffffu
#define CBX_ADAPTER_INFO_SYNCHRONOUS_CALLBACK  1u
#define CBX_ADAPTER_INFO_API_BYPASS            2u

#define CBX_DMA_TRANSFER_INFO_VERSION1         1u
#define CBX_DMA_TRANSFER_INFO_VERSION2         2u
#define CBX_DMA_TRANSFER_CONTEXT_VERSION1      1u
#define CBX_DMA_TRANSFER_CONTEXT_SIZE_V1       (16u * sizeof(void *))

/* Bug check of a misused common buffer vector, and its first parameter. */
#define CBX_DMA_COMMON_BUFFER_VECTOR_ERROR     0x000001dcu
#define   CBX_VECTOR_ERROR_IRQL                1u
#define   CBX_VECTOR_ERROR_NOT_EMPTY           2u
#define   CBX_VECTOR_ERROR_INDEX               3u
#define   CBX_VECTOR_ERROR_ALREADY_FREED       4u
#define   CBX_VECTOR_ERROR_LEAKED              5u

/* ---- Structures -------------------------------------------------------- */

/*
 * What a driver says about its device to IoGetDmaAdapter. Versions 0 to 2 end
 * at DmaAddressWidth: who serves the call must not read further for them.
 */
typedef struct _CBX_DEVICE_DESCRIPTION {
    ULONG Version;
    BOOLEAN Master;
    BOOLEAN ScatterGather;
    BOOLEAN DemandMode;
    BOOLEAN AutoInitialize;
    BOOLEAN Dma32BitAddresses;
    BOOLEAN IgnoreCount;
    BOOLEAN Reserved1;
    BOOLEAN Dma64BitAddresses;
    ULONG BusNumber;
    ULONG DmaChannel;
    INTERFACE_TYPE InterfaceType;
    DMA_WIDTH DmaWidth;
    DMA_SPEED DmaSpeed;
    ULONG MaximumLength;
    ULONG DmaPort;
    ULONG DmaAddressWidth;
    ULONG DmaControllerInstance;
    ULONG DmaRequestLine;
    PHYSICAL_ADDRESS DeviceAddress;
} CBX_DEVICE_DESCRIPTION;

/* Size of the structure that a caller of versions 0 to 2 passes. */
#define CBX_DEVICE_DESCRIPTION_SIZE_V2 \
    offsetof(CBX_DEVICE_DESCRIPTION, DmaAddressWidth)

/*
 * V1 stands at offset 4 in every kernel seen; who serves the call writes no
 * more than the first CBX_DMA_ADAPTER_INFO_SIZE_V1 bytes for version 1.
 */
typedef struct _CBX_DMA_ADAPTER_INFO {
    ULONG Version;
    struct {
        ULONG ReadDmaCounterAvailable;
        ULONG ScatterGatherLimit;
        ULONG DmaAddressWidth;
        ULONG Flags;
        ULONG MinimumTransferUnit;
    } V1;
    /* Room of the newer, longer arm: description, size and device id. */
    ULONGLONG Reserved[8];
} CBX_DMA_ADAPTER_INFO;

#define CBX_DMA_ADAPTER_INFO_SIZE_V1 \
    offsetof(CBX_DMA_ADAPTER_INFO, Reserved)

typedef struct _CBX_DMA_TRANSFER_INFO {
    ULONG Version;
    ULONG MapRegisterCount;
    ULONG ScatterGatherElementCount;
    ULONG ScatterGatherListSize;
    ULONG LogicalPageCount;    /* version 2 */
} CBX_DMA_TRANSFER_INFO;

typedef enum _CBX_DMA_COMPLETION_STATUS {
    CbxDmaComplete = 0,
    CbxDmaAborted = 1,
    CbxDmaError = 2,
    CbxDmaCancelled = 3
} CBX_DMA_COMPLETION_STATUS;

typedef enum _CBX_DMA_COMMON_BUFFER_CONFIG_TYPE {
    CbxConfigTypeLogicalAddressLimits = 0,
    CbxConfigTypeSubSection = 1,
    CbxConfigTypeHardwareAccessPermissions = 2,
    CbxConfigTypeMax = 3
} CBX_DMA_COMMON_BUFFER_CONFIG_TYPE;

typedef enum _CBX_DMA_HARDWARE_ACCESS_TYPE {
    CbxHardwareAccessReadOnly = 0,
    CbxHardwareAccessWriteOnly = 1,
    CbxHardwareAccessReadWrite = 2,
    CbxHardwareAccessMax = 3
} CBX_DMA_HARDWARE_ACCESS_TYPE;

/* One element of the array that CreateCommonBufferFromMdl takes. */
typedef struct _CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION {
    CBX_DMA_COMMON_BUFFER_CONFIG_TYPE ConfigType;
    union {
        struct {
            PHYSICAL_ADDRESS MinimumAddress;
            PHYSICAL_ADDRESS MaximumAddress;    /* inclusive */
        } LogicalAddressLimits;
        struct {
            ULONGLONG Offset;
            ULONG Length;
        } SubSection;
        CBX_DMA_HARDWARE_ACCESS_TYPE HardwareAccessType;
        ULONGLONG Reserved[4];
    } u;
} CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION;

/* Opaque to the driver: only its address travels. */
typedef struct _CBX_DMA_COMMON_BUFFER_VECTOR CBX_DMA_COMMON_BUFFER_VECTOR;

typedef struct _CBX_DMA_ADAPTER CBX_DMA_ADAPTER;

typedef VOID
(NTAPI *CBX_DMA_COMPLETION_ROUTINE)(CBX_DMA_ADAPTER *Adapter,
                                    PDEVICE_OBJECT DeviceObject, PVOID Context,
                                    CBX_DMA_COMPLETION_STATUS Status);

/* ---- The table --------------------------------------------------------- */

/*
 * Slot i is pointer number i, slot 0 being Size. Slots 1-12 come with every
 * adapter, 13-15 with description version 2, the others with version 3 and
 * the system named.
 */
typedef struct _CBX_DMA_OPERATIONS {
    ULONG Size;
    VOID (NTAPI *PutDmaAdapter)(CBX_DMA_ADAPTER *Adapter);
    PVOID (NTAPI *AllocateCommonBuffer)(CBX_DMA_ADAPTER *Adapter, ULONG Length,
                                        PHYSICAL_ADDRESS *LogicalAddress,
                                        BOOLEAN CacheEnabled);
    VOID (NTAPI *FreeCommonBuffer)(CBX_DMA_ADAPTER *Adapter, ULONG Length,
                                   PHYSICAL_ADDRESS LogicalAddress,
                                   PVOID VirtualAddress, BOOLEAN CacheEnabled);
    NTSTATUS (NTAPI *AllocateAdapterChannel)(CBX_DMA_ADAPTER *Adapter,
                                             PDEVICE_OBJECT DeviceObject,
                                             ULONG NumberOfMapRegisters,
                                             PDRIVER_CONTROL ExecutionRoutine,
                                             PVOID Context);
    BOOLEAN (NTAPI *FlushAdapterBuffers)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                         PVOID MapRegisterBase,
                                         PVOID CurrentVa, ULONG Length,
                                         BOOLEAN WriteToDevice);
    VOID (NTAPI *FreeAdapterChannel)(CBX_DMA_ADAPTER *Adapter);
    VOID (NTAPI *FreeMapRegisters)(CBX_DMA_ADAPTER *Adapter,
                                   PVOID MapRegisterBase, ULONG Count);
    PHYSICAL_ADDRESS (NTAPI *MapTransfer)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                          PVOID MapRegisterBase,
                                          PVOID CurrentVa, ULONG *Length,
                                          BOOLEAN WriteToDevice);
    ULONG (NTAPI *GetDmaAlignment)(CBX_DMA_ADAPTER *Adapter);
    ULONG (NTAPI *ReadDmaCounter)(CBX_DMA_ADAPTER *Adapter);
    NTSTATUS (NTAPI *GetScatterGatherList)(CBX_DMA_ADAPTER *Adapter,
                                           PDEVICE_OBJECT DeviceObject,
                                           PMDL Mdl, PVOID CurrentVa,
                                           ULONG Length,
                                           PDRIVER_LIST_CONTROL ListControl,
                                           PVOID Context,
                                           BOOLEAN WriteToDevice);
    VOID (NTAPI *PutScatterGatherList)(CBX_DMA_ADAPTER *Adapter,
                                       PSCATTER_GATHER_LIST List,
                                       BOOLEAN WriteToDevice);

    /* version 2, Windows XP */
    NTSTATUS (NTAPI *CalculateScatterGatherList)(CBX_DMA_ADAPTER *Adapter,
                                                 PMDL Mdl, PVOID CurrentVa,
                                                 ULONG Length, ULONG *ListSize,
                                                 ULONG *NumberOfMapRegisters);
    NTSTATUS (NTAPI *BuildScatterGatherList)(CBX_DMA_ADAPTER *Adapter,
                                             PDEVICE_OBJECT DeviceObject,
                                             PMDL Mdl, PVOID CurrentVa,
                                             ULONG Length,
                                             PDRIVER_LIST_CONTROL ListControl,
                                             PVOID Context,
                                             BOOLEAN WriteToDevice,
                                             PVOID Buffer, ULONG BufferLength);
    NTSTATUS (NTAPI *BuildMdlFromScatterGatherList)(CBX_DMA_ADAPTER *Adapter,
                                                    PSCATTER_GATHER_LIST List,
                                                    PMDL OriginalMdl,
                                                    PMDL *TargetMdl);

    /* version 3, Windows 8 */
    NTSTATUS (NTAPI *GetDmaAdapterInfo)(CBX_DMA_ADAPTER *Adapter,
                                        CBX_DMA_ADAPTER_INFO *Info);
    NTSTATUS (NTAPI *GetDmaTransferInfo)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                         ULONGLONG Offset, ULONG Length,
                                         BOOLEAN WriteOnly,
                                         CBX_DMA_TRANSFER_INFO *Info);
    NTSTATUS (NTAPI *InitializeDmaTransferContext)(CBX_DMA_ADAPTER *Adapter,
                                                   PVOID TransferContext);
    PVOID (NTAPI *AllocateCommonBufferEx)(CBX_DMA_ADAPTER *Adapter,
                                          PHYSICAL_ADDRESS *MaximumAddress,
                                          ULONG Length,
                                          PHYSICAL_ADDRESS *LogicalAddress,
                                          BOOLEAN CacheEnabled,
                                          CBX_NODE_REQUIREMENT PreferredNode);
    NTSTATUS (NTAPI *AllocateAdapterChannelEx)(CBX_DMA_ADAPTER *Adapter,
                                               PDEVICE_OBJECT DeviceObject,
                                               PVOID TransferContext,
                                               ULONG NumberOfMapRegisters,
                                               ULONG Flags,
                                               PDRIVER_CONTROL ExecutionRoutine,
                                               PVOID Context,
                                               PVOID *MapRegisterBase);
    NTSTATUS (NTAPI *ConfigureAdapterChannel)(CBX_DMA_ADAPTER *Adapter,
                                              ULONG FunctionNumber,
                                              PVOID Context);
    BOOLEAN (NTAPI *CancelAdapterChannel)(CBX_DMA_ADAPTER *Adapter,
                                          PDEVICE_OBJECT DeviceObject,
                                          PVOID TransferContext);
    NTSTATUS (NTAPI *MapTransferEx)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                    PVOID MapRegisterBase, ULONGLONG Offset,
                                    ULONG DeviceOffset, ULONG *Length,
                                    BOOLEAN WriteToDevice,
                                    PSCATTER_GATHER_LIST List,
                                    ULONG ListLength,
                                    CBX_DMA_COMPLETION_ROUTINE Completion,
                                    PVOID CompletionContext);
    NTSTATUS (NTAPI *GetScatterGatherListEx)(
        CBX_DMA_ADAPTER *Adapter, PDEVICE_OBJECT DeviceObject,
        PVOID TransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
        ULONG Flags, PDRIVER_LIST_CONTROL ListControl, PVOID Context,
        BOOLEAN WriteToDevice, CBX_DMA_COMPLETION_ROUTINE Completion,
        PVOID CompletionContext, PSCATTER_GATHER_LIST *List);
    NTSTATUS (NTAPI *BuildScatterGatherListEx)(
        CBX_DMA_ADAPTER *Adapter, PDEVICE_OBJECT DeviceObject,
        PVOID TransferContext, PMDL Mdl, ULONGLONG Offset, ULONG Length,
        ULONG Flags, PDRIVER_LIST_CONTROL ListControl, PVOID Context,
        BOOLEAN WriteToDevice, PVOID Buffer, ULONG BufferLength,
        CBX_DMA_COMPLETION_ROUTINE Completion, PVOID CompletionContext,
        PVOID List);
    NTSTATUS (NTAPI *FlushAdapterBuffersEx)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                            PVOID MapRegisterBase,
                                            ULONGLONG Offset, ULONG Length,
                                            BOOLEAN WriteToDevice);
    VOID (NTAPI *FreeAdapterObject)(CBX_DMA_ADAPTER *Adapter,
                                    IO_ALLOCATION_ACTION AllocationAction);
    NTSTATUS (NTAPI *CancelMappedTransfer)(CBX_DMA_ADAPTER *Adapter,
                                           PVOID TransferContext);

    /* Windows 10 1507 */
    NTSTATUS (NTAPI *AllocateDomainCommonBuffer)(
        CBX_DMA_ADAPTER *Adapter, HANDLE DomainHandle,
        PHYSICAL_ADDRESS *MaximumAddress, ULONG Length, ULONG Flags,
        MEMORY_CACHING_TYPE *CacheType, CBX_NODE_REQUIREMENT PreferredNode,
        PHYSICAL_ADDRESS *LogicalAddress, PVOID *VirtualAddress);
    NTSTATUS (NTAPI *FlushDmaBuffer)(CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
                                     BOOLEAN ReadOperation);
    NTSTATUS (NTAPI *JoinDmaDomain)(CBX_DMA_ADAPTER *Adapter,
                                    HANDLE DomainHandle);
    NTSTATUS (NTAPI *LeaveDmaDomain)(CBX_DMA_ADAPTER *Adapter);
    HANDLE (NTAPI *GetDmaDomain)(CBX_DMA_ADAPTER *Adapter);

    /* Windows 10 1803 */
    PVOID (NTAPI *AllocateCommonBufferWithBounds)(
        CBX_DMA_ADAPTER *Adapter, PHYSICAL_ADDRESS *MinimumAddress,
        PHYSICAL_ADDRESS *MaximumAddress, ULONG Length, ULONG Flags,
        MEMORY_CACHING_TYPE *CacheType, CBX_NODE_REQUIREMENT PreferredNode,
        PHYSICAL_ADDRESS *LogicalAddress);

    /* Windows 10 1809 or 1903 */
    NTSTATUS (NTAPI *AllocateCommonBufferVector)(
        CBX_DMA_ADAPTER *Adapter, PHYSICAL_ADDRESS LowAddress,
        PHYSICAL_ADDRESS HighAddress, MEMORY_CACHING_TYPE CacheType,
        CBX_NODE_REQUIREMENT IdealNode, ULONG Flags, ULONG NumberOfElements,
        ULONGLONG SizeOfElements, CBX_DMA_COMMON_BUFFER_VECTOR **Vector);
    VOID (NTAPI *GetCommonBufferFromVectorByIndex)(
        CBX_DMA_ADAPTER *Adapter, CBX_DMA_COMMON_BUFFER_VECTOR *Vector,
        ULONG Index, PVOID *VirtualAddress, PHYSICAL_ADDRESS *LogicalAddress);
    VOID (NTAPI *FreeCommonBufferFromVector)(
        CBX_DMA_ADAPTER *Adapter, CBX_DMA_COMMON_BUFFER_VECTOR *Vector,
        ULONG Index);
    VOID (NTAPI *FreeCommonBufferVector)(CBX_DMA_ADAPTER *Adapter,
                                         CBX_DMA_COMMON_BUFFER_VECTOR *Vector);

    /* Windows Server 2022, Windows 11 */
    NTSTATUS (NTAPI *CreateCommonBufferFromMdl)(
        CBX_DMA_ADAPTER *Adapter, PMDL Mdl,
        CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION *ExtendedConfigs,
        ULONG ExtendedConfigsCount, PHYSICAL_ADDRESS *LogicalAddress);
} CBX_DMA_OPERATIONS;

/*
 * What IoGetDmaAdapter returns. The system's own object follows: never copy
 * it. Version is 1 whatever was asked for, so it tells nothing.
 */
struct _CBX_DMA_ADAPTER {
    USHORT Version;
    USHORT Size;
    CBX_DMA_OPERATIONS *DmaOperations;
};

/* Size of the table up to and including `member`. */
#define CBX_DMA_OPERATIONS_END(member) \
    (offsetof(CBX_DMA_OPERATIONS, member) + sizeof(void *))

/*
 * Does the system offer `member`? First by the size of the table, then by the
 * pointer, which must not be read beyond that size.
 */
#define CBX_DMA_HAS(ops, member) \
    ((ops)->Size >= CBX_DMA_OPERATIONS_END(member) && (ops)->member != NULL)

/* ---- What the compiler must agree with --------------------------------- */

#define CBX_DDK_AT(type, member, off64, off32) \
    _Static_assert(offsetof(type, member) == \
                   (sizeof(void *) == 8 ? (off64) : (off32)), \
                   #type "." #member " is misplaced")
#define CBX_DDK_SIZE(type, size64, size32) \
    _Static_assert(sizeof(type) == (sizeof(void *) == 8 ? (size64) : (size32)),\
                   #type " has the wrong size")
#define CBX_DDK_SLOT(slot, member) \
    CBX_DDK_AT(CBX_DMA_OPERATIONS, member, 8 * (slot), 4 * (slot))

CBX_DDK_SLOT(0, Size);
CBX_DDK_SLOT(1, PutDmaAdapter);
CBX_DDK_SLOT(2, AllocateCommonBuffer);
CBX_DDK_SLOT(3, FreeCommonBuffer);
CBX_DDK_SLOT(4, AllocateAdapterChannel);
CBX_DDK_SLOT(5, FlushAdapterBuffers);
CBX_DDK_SLOT(6, FreeAdapterChannel);
CBX_DDK_SLOT(7, FreeMapRegisters);
CBX_DDK_SLOT(8, MapTransfer);
CBX_DDK_SLOT(9, GetDmaAlignment);
CBX_DDK_SLOT(10, ReadDmaCounter);
CBX_DDK_SLOT(11, GetScatterGatherList);
CBX_DDK_SLOT(12, PutScatterGatherList);
CBX_DDK_SLOT(13, CalculateScatterGatherList);
CBX_DDK_SLOT(14, BuildScatterGatherList);
CBX_DDK_SLOT(15, BuildMdlFromScatterGatherList);
CBX_DDK_SLOT(16, GetDmaAdapterInfo);
CBX_DDK_SLOT(17, GetDmaTransferInfo);
CBX_DDK_SLOT(18, InitializeDmaTransferContext);
CBX_DDK_SLOT(19, AllocateCommonBufferEx);
CBX_DDK_SLOT(20, AllocateAdapterChannelEx);
CBX_DDK_SLOT(21, ConfigureAdapterChannel);
CBX_DDK_SLOT(22, CancelAdapterChannel);
CBX_DDK_SLOT(23, MapTransferEx);
CBX_DDK_SLOT(24, GetScatterGatherListEx);
CBX_DDK_SLOT(25, BuildScatterGatherListEx);
CBX_DDK_SLOT(26, FlushAdapterBuffersEx);
CBX_DDK_SLOT(27, FreeAdapterObject);
CBX_DDK_SLOT(28, CancelMappedTransfer);
CBX_DDK_SLOT(29, AllocateDomainCommonBuffer);
CBX_DDK_SLOT(30, FlushDmaBuffer);
CBX_DDK_SLOT(31, JoinDmaDomain);
CBX_DDK_SLOT(32, LeaveDmaDomain);
CBX_DDK_SLOT(33, GetDmaDomain);
CBX_DDK_SLOT(34, AllocateCommonBufferWithBounds);
CBX_DDK_SLOT(35, AllocateCommonBufferVector);
CBX_DDK_SLOT(36, GetCommonBufferFromVectorByIndex);
CBX_DDK_SLOT(37, FreeCommonBufferFromVector);
CBX_DDK_SLOT(38, FreeCommonBufferVector);
CBX_DDK_SLOT(39, CreateCommonBufferFromMdl);
CBX_DDK_SIZE(CBX_DMA_OPERATIONS, 0x140, 0xa0);

CBX_DDK_AT(CBX_DMA_ADAPTER, Version, 0x00, 0x00);
CBX_DDK_AT(CBX_DMA_ADAPTER, Size, 0x02, 0x02);
CBX_DDK_AT(CBX_DMA_ADAPTER, DmaOperations, 0x08, 0x04);
CBX_DDK_SIZE(CBX_DMA_ADAPTER, 0x10, 0x08);

CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, Version, 0x00, 0x00);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, Master, 0x04, 0x04);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, ScatterGather, 0x05, 0x05);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DemandMode, 0x06, 0x06);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, AutoInitialize, 0x07, 0x07);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, Dma32BitAddresses, 0x08, 0x08);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, IgnoreCount, 0x09, 0x09);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, Reserved1, 0x0a, 0x0a);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, Dma64BitAddresses, 0x0b, 0x0b);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, BusNumber, 0x0c, 0x0c);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaChannel, 0x10, 0x10);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, InterfaceType, 0x14, 0x14);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaWidth, 0x18, 0x18);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaSpeed, 0x1c, 0x1c);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, MaximumLength, 0x20, 0x20);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaPort, 0x24, 0x24);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaAddressWidth, 0x28, 0x28);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaControllerInstance, 0x2c, 0x2c);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DmaRequestLine, 0x30, 0x30);
CBX_DDK_AT(CBX_DEVICE_DESCRIPTION, DeviceAddress, 0x38, 0x38);
CBX_DDK_SIZE(CBX_DEVICE_DESCRIPTION, 0x40, 0x40);
_Static_assert(sizeof(DEVICE_DESCRIPTION) == CBX_DEVICE_DESCRIPTION_SIZE_V2,
               "the system header no longer stops at version 2");

CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, Version, 0x00, 0x00);
CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, V1.ReadDmaCounterAvailable, 0x04, 0x04);
CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, V1.ScatterGatherLimit, 0x08, 0x08);
CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, V1.DmaAddressWidth, 0x0c, 0x0c);
CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, V1.Flags, 0x10, 0x10);
CBX_DDK_AT(CBX_DMA_ADAPTER_INFO, V1.MinimumTransferUnit, 0x14, 0x14);
CBX_DDK_SIZE(CBX_DMA_ADAPTER_INFO, 0x58, 0x58);

CBX_DDK_AT(CBX_DMA_TRANSFER_INFO, MapRegisterCount, 0x04, 0x04);
CBX_DDK_AT(CBX_DMA_TRANSFER_INFO, ScatterGatherElementCount, 0x08, 0x08);
CBX_DDK_AT(CBX_DMA_TRANSFER_INFO, ScatterGatherListSize, 0x0c, 0x0c);
CBX_DDK_AT(CBX_DMA_TRANSFER_INFO, LogicalPageCount, 0x10, 0x10);
CBX_DDK_SIZE(CBX_DMA_TRANSFER_INFO, 0x14, 0x14);

CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION, ConfigType, 0, 0);
CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION,
           u.LogicalAddressLimits.MinimumAddress, 0x08, 0x08);
CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION,
           u.LogicalAddressLimits.MaximumAddress, 0x10, 0x10);
CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION,
           u.SubSection.Offset, 0x08, 0x08);
CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION,
           u.SubSection.Length, 0x10, 0x10);
CBX_DDK_AT(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION,
           u.HardwareAccessType, 0x08, 0x08);
CBX_DDK_SIZE(CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION, 0x28, 0x28);

#endif /* CBX_DDK_DMA_H */
