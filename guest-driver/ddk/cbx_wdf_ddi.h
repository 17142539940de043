/* SPDX-License-Identifier: MIT */
/*
 * The functions of KMDF that this project calls or provides: index in the
 * function table, result, name without Wdf, parameters behind the globals,
 * arguments. Indices never move between versions.
 *
 * WDF_DDI_TYPE(Name) is a function's type, whose first parameter are the
 * globals. A driver that defines WDF_CLIENT before it includes this header gets
 * Wdf##Name() for each: a call through the table that WdfVersionBind gave it.
 */
#ifndef CBX_DDK_WDF_DDI_H
#define CBX_DDK_WDF_DDI_H

#include "cbx_wdf.h"

#define WDF_DDI_LIST(X) \
    X(21, NTSTATUS, CommonBufferCreate, \
      (WDFDMAENABLER DmaEnabler, SIZE_T Length, PWDF_OBJECT_ATTRIBUTES \
       Attributes, WDFCOMMONBUFFER *CommonBuffer), \
      (DmaEnabler, Length, Attributes, CommonBuffer)) \
    X(22, PVOID, CommonBufferGetAlignedVirtualAddress, \
      (WDFCOMMONBUFFER CommonBuffer), \
      (CommonBuffer)) \
    X(23, PHYSICAL_ADDRESS, CommonBufferGetAlignedLogicalAddress, \
      (WDFCOMMONBUFFER CommonBuffer), \
      (CommonBuffer)) \
    X(24, SIZE_T, CommonBufferGetLength, \
      (WDFCOMMONBUFFER CommonBuffer), \
      (CommonBuffer)) \
    X(31, PDEVICE_OBJECT, DeviceWdmGetDeviceObject, \
      (WDFDEVICE Device), \
      (Device)) \
    X(32, PDEVICE_OBJECT, DeviceWdmGetAttachedDevice, \
      (WDFDEVICE Device), \
      (Device)) \
    X(33, PDEVICE_OBJECT, DeviceWdmGetPhysicalDevice, \
      (WDFDEVICE Device), \
      (Device)) \
    X(39, WDFDRIVER, DeviceGetDriver, \
      (WDFDEVICE Device), \
      (Device)) \
    X(52, ULONG, DeviceGetAlignmentRequirement, \
      (WDFDEVICE Device), \
      (Device)) \
    X(53, VOID, DeviceSetAlignmentRequirement, \
      (WDFDEVICE Device, ULONG AlignmentRequirement), \
      (Device, AlignmentRequirement)) \
    X(54, VOID, DeviceInitFree, \
      (PWDFDEVICE_INIT DeviceInit), \
      (DeviceInit)) \
    X(55, VOID, DeviceInitSetPnpPowerEventCallbacks, \
      (PWDFDEVICE_INIT DeviceInit, PWDF_PNPPOWER_EVENT_CALLBACKS \
       Callbacks), \
      (DeviceInit, Callbacks)) \
    X(61, VOID, DeviceInitSetIoType, \
      (PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType), \
      (DeviceInit, IoType)) \
    X(62, VOID, DeviceInitSetExclusive, \
      (PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive), \
      (DeviceInit, IsExclusive)) \
    X(66, VOID, DeviceInitSetDeviceType, \
      (PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType), \
      (DeviceInit, DeviceType)) \
    X(70, VOID, DeviceInitSetCharacteristics, \
      (PWDFDEVICE_INIT DeviceInit, ULONG Characteristics, BOOLEAN \
       OrInValues), \
      (DeviceInit, Characteristics, OrInValues)) \
    X(75, NTSTATUS, DeviceCreate, \
      (PWDFDEVICE_INIT *DeviceInit, PWDF_OBJECT_ATTRIBUTES Attributes, \
       WDFDEVICE *Device), \
      (DeviceInit, Attributes, Device)) \
    X(94, NTSTATUS, DmaEnablerCreate, \
      (WDFDEVICE Device, PWDF_DMA_ENABLER_CONFIG Config, \
       PWDF_OBJECT_ATTRIBUTES Attributes, WDFDMAENABLER *DmaEnabler), \
      (Device, Config, Attributes, DmaEnabler)) \
    X(95, SIZE_T, DmaEnablerGetMaximumLength, \
      (WDFDMAENABLER DmaEnabler), \
      (DmaEnabler)) \
    X(96, SIZE_T, DmaEnablerGetMaximumScatterGatherElements, \
      (WDFDMAENABLER DmaEnabler), \
      (DmaEnabler)) \
    X(97, VOID, DmaEnablerSetMaximumScatterGatherElements, \
      (WDFDMAENABLER DmaEnabler, SIZE_T MaximumFragments), \
      (DmaEnabler, MaximumFragments)) \
    X(116, NTSTATUS, DriverCreate, \
      (PDRIVER_OBJECT DriverObject, PCUNICODE_STRING RegistryPath, \
       PWDF_OBJECT_ATTRIBUTES Attributes, PWDF_DRIVER_CONFIG Config, \
       WDFDRIVER *Driver), \
      (DriverObject, RegistryPath, Attributes, Config, Driver)) \
    X(117, PWSTR, DriverGetRegistryPath, \
      (WDFDRIVER Driver), \
      (Driver)) \
    X(118, PDRIVER_OBJECT, DriverWdmGetDriverObject, \
      (WDFDRIVER Driver), \
      (Driver)) \
    X(124, PDEVICE_OBJECT, FdoInitWdmGetPhysicalDevice, \
      (PWDFDEVICE_INIT DeviceInit), \
      (DeviceInit)) \
    X(141, NTSTATUS, InterruptCreate, \
      (WDFDEVICE Device, PWDF_INTERRUPT_CONFIG Config, \
       PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Interrupt), \
      (Device, Config, Attributes, Interrupt)) \
    X(142, BOOLEAN, InterruptQueueDpcForIsr, \
      (WDFINTERRUPT Interrupt), \
      (Interrupt)) \
    X(143, BOOLEAN, InterruptSynchronize, \
      (WDFINTERRUPT Interrupt, EVT_WDF_INTERRUPT_SYNCHRONIZE \
       *Callback, WDFCONTEXT Context), \
      (Interrupt, Callback, Context)) \
    X(144, VOID, InterruptAcquireLock, \
      (WDFINTERRUPT Interrupt), \
      (Interrupt)) \
    X(145, VOID, InterruptReleaseLock, \
      (WDFINTERRUPT Interrupt), \
      (Interrupt)) \
    X(148, PKINTERRUPT, InterruptWdmGetInterrupt, \
      (WDFINTERRUPT Interrupt), \
      (Interrupt)) \
    X(149, VOID, InterruptGetInfo, \
      (WDFINTERRUPT Interrupt, PWDF_INTERRUPT_INFO Info), \
      (Interrupt, Info)) \
    X(151, WDFDEVICE, InterruptGetDevice, \
      (WDFINTERRUPT Interrupt), \
      (Interrupt)) \
    X(202, PVOID, ObjectGetTypedContextWorker, \
      (WDFOBJECT Handle, PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo), \
      (Handle, TypeInfo)) \
    X(203, NTSTATUS, ObjectAllocateContext, \
      (WDFOBJECT Handle, PWDF_OBJECT_ATTRIBUTES Attributes, PVOID \
       *Context), \
      (Handle, Attributes, Context)) \
    X(204, WDFOBJECT, ObjectContextGetObject, \
      (PVOID ContextPointer), \
      (ContextPointer)) \
    X(205, VOID, ObjectReferenceActual, \
      (WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File), \
      (Handle, Tag, Line, File)) \
    X(206, VOID, ObjectDereferenceActual, \
      (WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File), \
      (Handle, Tag, Line, File)) \
    X(207, NTSTATUS, ObjectCreate, \
      (PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object), \
      (Attributes, Object)) \
    X(208, VOID, ObjectDelete, \
      (WDFOBJECT Object), \
      (Object)) \
    X(304, ULONG, CmResourceListGetCount, \
      (WDFCMRESLIST List), \
      (List)) \
    X(305, PCM_PARTIAL_RESOURCE_DESCRIPTOR, CmResourceListGetDescriptor, \
      (WDFCMRESLIST List, ULONG Index), \
      (List, Index)) \
    X(383, NTSTATUS, CommonBufferCreateWithConfig, \
      (WDFDMAENABLER DmaEnabler, SIZE_T Length, \
       PWDF_COMMON_BUFFER_CONFIG Config, PWDF_OBJECT_ATTRIBUTES \
       Attributes, WDFCOMMONBUFFER *CommonBuffer), \
      (DmaEnabler, Length, Config, Attributes, CommonBuffer)) \
    X(384, SIZE_T, DmaEnablerGetFragmentLength, \
      (WDFDMAENABLER DmaEnabler, WDF_DMA_DIRECTION Direction), \
      (DmaEnabler, Direction)) \
    X(385, PDMA_ADAPTER, DmaEnablerWdmGetDmaAdapter, \
      (WDFDMAENABLER DmaEnabler, WDF_DMA_DIRECTION Direction), \
      (DmaEnabler, Direction))

#define WDF_DDI_TYPE(Name) WDF_DDI_##Name
#define WDF_DDI_UNPACK_(...) __VA_ARGS__
#define WDF_DDI_DECLARE_(Index, Result, Name, Parameters, Arguments) \
    typedef Result NTAPI WDF_DDI_##Name(PWDF_DRIVER_GLOBALS Globals, \
                                        WDF_DDI_UNPACK_ Parameters); \
    enum { WdfIndex##Name = Index };
WDF_DDI_LIST(WDF_DDI_DECLARE_)
#undef WDF_DDI_DECLARE_

#ifdef WDF_CLIENT
/* The driver's own, set by its entry stub. */
extern PWDF_DRIVER_GLOBALS WdfDriverGlobals;
extern const WDFFUNC *WdfFunctions;

#define WDF_DDI_CALL_(Index, Result, Name, Parameters, Arguments) \
    static inline Result Wdf##Name Parameters \
    { \
        return ((WDF_DDI_##Name *)WdfFunctions[Index])( \
            WdfDriverGlobals, WDF_DDI_UNPACK_ Arguments); \
    }
WDF_DDI_LIST(WDF_DDI_CALL_)
#undef WDF_DDI_CALL_
#endif

#endif /* CBX_DDK_WDF_DDI_H */
