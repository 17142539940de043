/* SPDX-License-Identifier: MIT */
/* What ndis.sys exports to miniport drivers, as far as it is used here. */
#ifndef CBX_DDK_NDIS_API_H
#define CBX_DDK_NDIS_API_H

#include "cbx_ndis.h"

/* ---- Drivers and their attributes --------------------------------------- */

NDISAPI NDIS_STATUS NTAPI NdisMRegisterMiniportDriver(
    PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
    NDIS_HANDLE MiniportDriverContext,
    PNDIS_MINIPORT_DRIVER_CHARACTERISTICS Characteristics,
    PNDIS_HANDLE NdisMiniportDriverHandle);
NDISAPI VOID NTAPI NdisMDeregisterMiniportDriver(NDIS_HANDLE Handle);
NDISAPI NDIS_STATUS NTAPI NdisSetOptionalHandlers(
    NDIS_HANDLE NdisHandle, PNDIS_DRIVER_OPTIONAL_HANDLERS Handlers);
NDISAPI NDIS_STATUS NTAPI NdisMSetMiniportAttributes(
    NDIS_HANDLE MiniportHandle, PNDIS_MINIPORT_ADAPTER_ATTRIBUTES Attributes);
NDISAPI VOID NTAPI NdisMGetDeviceProperty(
    NDIS_HANDLE MiniportHandle, PDEVICE_OBJECT *PhysicalDeviceObject,
    PDEVICE_OBJECT *FunctionalDeviceObject, PDEVICE_OBJECT *NextDeviceObject,
    PCM_RESOURCE_LIST *AllocatedResources,
    PCM_RESOURCE_LIST *AllocatedResourcesTranslated);

/* ---- Completions -------------------------------------------------------- */

NDISAPI VOID NTAPI NdisMPauseComplete(NDIS_HANDLE MiniportHandle);
NDISAPI VOID NTAPI NdisMRestartComplete(NDIS_HANDLE MiniportHandle,
                                        NDIS_STATUS Status);
NDISAPI VOID NTAPI NdisMOidRequestComplete(NDIS_HANDLE MiniportHandle,
                                           PNDIS_OID_REQUEST Request,
                                           NDIS_STATUS Status);
NDISAPI VOID NTAPI NdisMResetComplete(NDIS_HANDLE MiniportHandle,
                                      NDIS_STATUS Status,
                                      BOOLEAN AddressingReset);

/* ---- Indications -------------------------------------------------------- */

NDISAPI VOID NTAPI NdisMIndicateStatusEx(NDIS_HANDLE MiniportHandle,
                                         PNDIS_STATUS_INDICATION Indication);

/* ---- Hardware ----------------------------------------------------------- */

NDISAPI NDIS_STATUS NTAPI NdisMMapIoSpace(PVOID *VirtualAddress,
                                          NDIS_HANDLE MiniportHandle,
                                          NDIS_PHYSICAL_ADDRESS PhysicalAddress,
                                          ULONG Length);
NDISAPI VOID NTAPI NdisMUnmapIoSpace(NDIS_HANDLE MiniportHandle,
                                     PVOID VirtualAddress, ULONG Length);
NDISAPI NDIS_STATUS NTAPI NdisMRegisterInterruptEx(
    NDIS_HANDLE MiniportHandle, NDIS_HANDLE InterruptContext,
    PNDIS_MINIPORT_INTERRUPT_CHARACTERISTICS Characteristics,
    PNDIS_HANDLE InterruptHandle);
NDISAPI VOID NTAPI NdisMDeregisterInterruptEx(NDIS_HANDLE InterruptHandle);
NDISAPI BOOLEAN NTAPI NdisMSynchronizeWithInterruptEx(
    NDIS_HANDLE InterruptHandle, ULONG MessageId,
    MINIPORT_SYNCHRONIZE_INTERRUPT *Routine, PVOID Context);

/* ---- Shared memory ------------------------------------------------------ */

NDISAPI NDIS_STATUS NTAPI NdisMRegisterScatterGatherDma(
    NDIS_HANDLE MiniportHandle, PNDIS_SG_DMA_DESCRIPTION Description,
    PNDIS_HANDLE DmaHandle);
NDISAPI VOID NTAPI NdisMDeregisterScatterGatherDma(NDIS_HANDLE DmaHandle);
NDISAPI ULONG NTAPI NdisMGetDmaAlignment(NDIS_HANDLE MiniportHandle);
NDISAPI VOID NTAPI NdisMAllocateSharedMemory(
    NDIS_HANDLE MiniportHandle, ULONG Length, BOOLEAN Cached,
    PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress);
/* The first argument is what NdisMRegisterScatterGatherDma returned. */
NDISAPI NDIS_STATUS NTAPI NdisMAllocateSharedMemoryAsyncEx(
    NDIS_HANDLE DmaHandle, ULONG Length, BOOLEAN Cached, PVOID Context);
NDISAPI VOID NTAPI NdisMFreeSharedMemory(
    NDIS_HANDLE MiniportHandle, ULONG Length, BOOLEAN Cached,
    PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress);
NDISAPI NDIS_STATUS NTAPI NdisAllocateSharedMemory(
    NDIS_HANDLE NdisHandle, PNDIS_SHARED_MEMORY_PARAMETERS Parameters,
    PNDIS_HANDLE AllocationHandle);
NDISAPI VOID NTAPI NdisFreeSharedMemory(NDIS_HANDLE NdisHandle,
                                        NDIS_HANDLE AllocationHandle);

#endif /* CBX_DDK_NDIS_API_H */
