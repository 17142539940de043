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
    X(77, NTSTATUS, DeviceCreateDeviceInterface, \
      (WDFDEVICE Device, const GUID *InterfaceClass, PCUNICODE_STRING \
       Reference), \
      (Device, InterfaceClass, Reference)) \
    X(92, WDFQUEUE, DeviceGetDefaultQueue, \
      (WDFDEVICE Device), \
      (Device)) \
    X(93, NTSTATUS, DeviceConfigureRequestDispatching, \
      (WDFDEVICE Device, WDFQUEUE Queue, INT RequestType), \
      (Device, Queue, RequestType)) \
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
    X(111, NTSTATUS, DpcCreate, \
      (PWDF_DPC_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes, \
       WDFDPC *Dpc), \
      (Config, Attributes, Dpc)) \
    X(112, BOOLEAN, DpcEnqueue, \
      (WDFDPC Dpc), \
      (Dpc)) \
    X(113, BOOLEAN, DpcCancel, \
      (WDFDPC Dpc, BOOLEAN Wait), \
      (Dpc, Wait)) \
    X(114, WDFOBJECT, DpcGetParentObject, \
      (WDFDPC Dpc), \
      (Dpc)) \
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
    X(119, NTSTATUS, DriverOpenParametersRegistryKey, \
      (WDFDRIVER Driver, ACCESS_MASK Access, PWDF_OBJECT_ATTRIBUTES \
       Attributes, WDFKEY *Key), \
      (Driver, Access, Attributes, Key)) \
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
    X(152, NTSTATUS, IoQueueCreate, \
      (WDFDEVICE Device, PWDF_IO_QUEUE_CONFIG Config, \
       PWDF_OBJECT_ATTRIBUTES Attributes, WDFQUEUE *Queue), \
      (Device, Config, Attributes, Queue)) \
    X(157, WDFDEVICE, IoQueueGetDevice, \
      (WDFQUEUE Queue), \
      (Queue)) \
    X(158, NTSTATUS, IoQueueRetrieveNextRequest, \
      (WDFQUEUE Queue, WDFREQUEST *Request), \
      (Queue, Request)) \
    X(192, NTSTATUS, MemoryCreate, \
      (PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType, ULONG \
       PoolTag, SIZE_T BufferSize, WDFMEMORY *Memory, PVOID *Buffer), \
      (Attributes, PoolType, PoolTag, BufferSize, Memory, Buffer)) \
    X(194, PVOID, MemoryGetBuffer, \
      (WDFMEMORY Memory, SIZE_T *BufferSize), \
      (Memory, BufferSize)) \
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
    X(231, VOID, RegistryClose, \
      (WDFKEY Key), \
      (Key)) \
    X(232, HANDLE, RegistryWdmGetHandle, \
      (WDFKEY Key), \
      (Key)) \
    X(235, NTSTATUS, RegistryQueryValue, \
      (WDFKEY Key, PCUNICODE_STRING ValueName, ULONG ValueLength, \
       PVOID Value, PULONG ValueLengthQueried, PULONG ValueType), \
      (Key, ValueName, ValueLength, Value, ValueLengthQueried, \
       ValueType)) \
    X(240, NTSTATUS, RegistryQueryULong, \
      (WDFKEY Key, PCUNICODE_STRING ValueName, PULONG Value), \
      (Key, ValueName, Value)) \
    X(263, VOID, RequestComplete, \
      (WDFREQUEST Request, NTSTATUS Status), \
      (Request, Status)) \
    X(265, VOID, RequestCompleteWithInformation, \
      (WDFREQUEST Request, NTSTATUS Status, ULONG_PTR Information), \
      (Request, Status, Information)) \
    X(266, VOID, RequestGetParameters, \
      (WDFREQUEST Request, PWDF_REQUEST_PARAMETERS Parameters), \
      (Request, Parameters)) \
    X(269, NTSTATUS, RequestRetrieveInputBuffer, \
      (WDFREQUEST Request, SIZE_T MinimumLength, PVOID *Buffer, SIZE_T \
       *Length), \
      (Request, MinimumLength, Buffer, Length)) \
    X(270, NTSTATUS, RequestRetrieveOutputBuffer, \
      (WDFREQUEST Request, SIZE_T MinimumLength, PVOID *Buffer, SIZE_T \
       *Length), \
      (Request, MinimumLength, Buffer, Length)) \
    X(275, VOID, RequestSetInformation, \
      (WDFREQUEST Request, ULONG_PTR Information), \
      (Request, Information)) \
    X(276, ULONG_PTR, RequestGetInformation, \
      (WDFREQUEST Request), \
      (Request)) \
    X(281, NTSTATUS, RequestForwardToIoQueue, \
      (WDFREQUEST Request, WDFQUEUE Queue), \
      (Request, Queue)) \
    X(282, WDFQUEUE, RequestGetIoQueue, \
      (WDFREQUEST Request), \
      (Request)) \
    X(284, VOID, RequestStopAcknowledge, \
      (WDFREQUEST Request, BOOLEAN Requeue), \
      (Request, Requeue)) \
    X(285, PIRP, RequestWdmGetIrp, \
      (WDFREQUEST Request), \
      (Request)) \
    X(304, ULONG, CmResourceListGetCount, \
      (WDFCMRESLIST List), \
      (List)) \
    X(305, PCM_PARTIAL_RESOURCE_DESCRIPTOR, CmResourceListGetDescriptor, \
      (WDFCMRESLIST List, ULONG Index), \
      (List, Index)) \
    X(312, NTSTATUS, WaitLockCreate, \
      (PWDF_OBJECT_ATTRIBUTES Attributes, WDFWAITLOCK *Lock), \
      (Attributes, Lock)) \
    X(313, NTSTATUS, WaitLockAcquire, \
      (WDFWAITLOCK Lock, PLONGLONG Timeout), \
      (Lock, Timeout)) \
    X(314, VOID, WaitLockRelease, \
      (WDFWAITLOCK Lock), \
      (Lock)) \
    X(315, NTSTATUS, SpinLockCreate, \
      (PWDF_OBJECT_ATTRIBUTES Attributes, WDFSPINLOCK *Lock), \
      (Attributes, Lock)) \
    X(316, VOID, SpinLockAcquire, \
      (WDFSPINLOCK Lock), \
      (Lock)) \
    X(317, VOID, SpinLockRelease, \
      (WDFSPINLOCK Lock), \
      (Lock)) \
    X(318, NTSTATUS, TimerCreate, \
      (PWDF_TIMER_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes, \
       WDFTIMER *Timer), \
      (Config, Attributes, Timer)) \
    X(319, BOOLEAN, TimerStart, \
      (WDFTIMER Timer, LONGLONG DueTime), \
      (Timer, DueTime)) \
    X(320, BOOLEAN, TimerStop, \
      (WDFTIMER Timer, BOOLEAN Wait), \
      (Timer, Wait)) \
    X(321, WDFOBJECT, TimerGetParentObject, \
      (WDFTIMER Timer), \
      (Timer)) \
    X(379, NTSTATUS, WorkItemCreate, \
      (PWDF_WORKITEM_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes, \
       WDFWORKITEM *WorkItem), \
      (Config, Attributes, WorkItem)) \
    X(380, VOID, WorkItemEnqueue, \
      (WDFWORKITEM WorkItem), \
      (WorkItem)) \
    X(381, WDFOBJECT, WorkItemGetParentObject, \
      (WDFWORKITEM WorkItem), \
      (WorkItem)) \
    X(382, VOID, WorkItemFlush, \
      (WDFWORKITEM WorkItem), \
      (WorkItem)) \
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
