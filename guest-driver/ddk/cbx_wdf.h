/* SPDX-License-Identifier: MIT */
/*
 * The binary interface of KMDF, the kernel-mode driver framework, which the
 * free DDK headers lack: how a driver binds to it, handles, structures and
 * callbacks. The functions are in cbx_wdf_ddi.h. Include <wdm.h> first.
 *
 * Contract: Microsoft's "Windows Driver Kit" reference, by the name of each
 * structure; sizes and offsets are those of KMDF 1.15 to 1.33 for 64-bit
 * targets, and are asserted below.
 */
#ifndef CBX_DDK_WDF_H
#define CBX_DDK_WDF_H

#include <stddef.h>

#ifndef NTSYSAPI
#error "include <wdm.h>, <ntddk.h> or <ntifs.h> before cbx_wdf.h"
#endif

#define WDF_ASSERT_SIZE(type, size) C_ASSERT(sizeof(type) == (size))
#define WDF_ASSERT_AT(type, member, offset) \
    C_ASSERT(offsetof(type, member) == (offset))

/* ---- Handles ------------------------------------------------------------ */

typedef PVOID WDFOBJECT;
typedef PVOID WDFCONTEXT;
#define WDF_HANDLE(name) typedef struct name##__ *name
WDF_HANDLE(WDFCMRESLIST);
WDF_HANDLE(WDFCOMMONBUFFER);
WDF_HANDLE(WDFDEVICE);
WDF_HANDLE(WDFDMAENABLER);
WDF_HANDLE(WDFDPC);
WDF_HANDLE(WDFDRIVER);
WDF_HANDLE(WDFINTERRUPT);
WDF_HANDLE(WDFKEY);
WDF_HANDLE(WDFMEMORY);
WDF_HANDLE(WDFQUEUE);
WDF_HANDLE(WDFREQUEST);
WDF_HANDLE(WDFSPINLOCK);
WDF_HANDLE(WDFTIMER);
WDF_HANDLE(WDFWAITLOCK);
WDF_HANDLE(WDFWORKITEM);
#undef WDF_HANDLE
typedef struct WDFDEVICE_INIT *PWDFDEVICE_INIT;

/* ---- Binding ------------------------------------------------------------ */

typedef VOID (NTAPI *WDFFUNC)(VOID);

typedef struct _WDF_VERSION {
    ULONG Major, Minor, Build;
} WDF_VERSION;

typedef struct _WDF_BIND_INFO {
    ULONG Size;
    PWCHAR Component;
    WDF_VERSION Version;
    ULONG FuncCount;
    /*
     * From 1.15 on the address of the client's pointer to the table, before
     * that the client's own array.
     */
    PVOID FuncTable;
    PVOID Module;               /* the loader's */
} WDF_BIND_INFO, *PWDF_BIND_INFO;
WDF_ASSERT_SIZE(WDF_BIND_INFO, 0x30);
WDF_ASSERT_AT(WDF_BIND_INFO, Component, 0x08);
WDF_ASSERT_AT(WDF_BIND_INFO, Version, 0x10);
WDF_ASSERT_AT(WDF_BIND_INFO, FuncCount, 0x1c);
WDF_ASSERT_AT(WDF_BIND_INFO, FuncTable, 0x20);
WDF_ASSERT_AT(WDF_BIND_INFO, Module, 0x28);

/* Clients of 1.25 and later may pass this one. */
typedef struct _WDF_BIND_INFO2 {
    WDF_BIND_INFO V1;
    ULONG *MinimumVersionRequired;
    BOOLEAN *ClientVersionHigherThanFramework;
    ULONG *FuncCountPtr;
    ULONG *StructCountPtr;
    PVOID StructTable;
} WDF_BIND_INFO2;
WDF_ASSERT_SIZE(WDF_BIND_INFO2, 0x58);

typedef struct _WDF_DRIVER_GLOBALS {
    WDFDRIVER Driver;
    ULONG DriverFlags;
    ULONG DriverTag;
    CHAR DriverName[32];
    BOOLEAN DisplaceDriverUnload;
} WDF_DRIVER_GLOBALS, *PWDF_DRIVER_GLOBALS;
WDF_ASSERT_SIZE(WDF_DRIVER_GLOBALS, 0x38);
WDF_ASSERT_AT(WDF_DRIVER_GLOBALS, DriverFlags, 0x08);
WDF_ASSERT_AT(WDF_DRIVER_GLOBALS, DriverName, 0x10);
WDF_ASSERT_AT(WDF_DRIVER_GLOBALS, DisplaceDriverUnload, 0x30);

/* Versions of KMDF 1.x, and how many functions each has. */
#define WDF_VERSION_LIST(X) \
    X(0, 383) X(1, 386) X(5, 387) X(7, 387) X(9, 396) X(11, 432) X(13, 438) \
    X(15, 444) X(17, 444) X(19, 446) X(21, 448) X(23, 451) X(25, 453) \
    X(27, 453) X(29, 454) X(31, 458) X(33, 458)
#define WDF_FUNCTIONS_MAX 458u

/* ---- Enumerations and statuses ------------------------------------------ */

typedef enum _WDF_EXECUTION_LEVEL {
    WdfExecutionLevelInvalid,
    WdfExecutionLevelInheritFromParent,
    WdfExecutionLevelPassive,
    WdfExecutionLevelDispatch
} WDF_EXECUTION_LEVEL;

typedef enum _WDF_SYNCHRONIZATION_SCOPE {
    WdfSynchronizationScopeInvalid,
    WdfSynchronizationScopeInheritFromParent,
    WdfSynchronizationScopeDevice,
    WdfSynchronizationScopeQueue,
    WdfSynchronizationScopeNone
} WDF_SYNCHRONIZATION_SCOPE;

typedef enum _WDF_TRI_STATE {
    WdfFalse,
    WdfTrue,
    WdfUseDefault
} WDF_TRI_STATE;

typedef enum _WDF_DMA_PROFILE {
    WdfDmaProfileInvalid,
    WdfDmaProfilePacket,
    WdfDmaProfileScatterGather,
    WdfDmaProfilePacket64,
    WdfDmaProfileScatterGather64,
    WdfDmaProfileScatterGatherDuplex,
    WdfDmaProfileScatterGather64Duplex,
    WdfDmaProfileSystem,
    WdfDmaProfileSystemDuplex
} WDF_DMA_PROFILE;

typedef enum _WDF_DMA_DIRECTION {
    WdfDmaDirectionReadFromDevice,
    WdfDmaDirectionWriteToDevice
} WDF_DMA_DIRECTION;

typedef enum _WDF_POWER_DEVICE_STATE {
    WdfPowerDeviceInvalid,
    WdfPowerDeviceD0,
    WdfPowerDeviceD1,
    WdfPowerDeviceD2,
    WdfPowerDeviceD3,
    WdfPowerDeviceD3Final,
    WdfPowerDevicePrepareForHibernation
} WDF_POWER_DEVICE_STATE;

typedef enum _WDF_IO_QUEUE_DISPATCH_TYPE {
    WdfIoQueueDispatchInvalid,
    WdfIoQueueDispatchSequential,
    WdfIoQueueDispatchParallel,
    WdfIoQueueDispatchManual
} WDF_IO_QUEUE_DISPATCH_TYPE;

typedef enum _WDF_DEVICE_IO_TYPE {
    WdfDeviceIoUndefined,
    WdfDeviceIoNeither,
    WdfDeviceIoBuffered,
    WdfDeviceIoDirect,
    WdfDeviceIoBufferedOrDirect
} WDF_DEVICE_IO_TYPE;

typedef enum _WDF_REQUEST_TYPE {
    WdfRequestTypeCreate = 0x00,
    WdfRequestTypeRead = 0x03,
    WdfRequestTypeWrite = 0x04,
    WdfRequestTypeDeviceControl = 0x0e,
    WdfRequestTypeDeviceControlInternal = 0x0f
} WDF_REQUEST_TYPE;

/* EvtIoStop, ActionFlags */
#define WdfRequestStopActionSuspend                    1u
#define WdfRequestStopActionPurge                      2u

/* WDF_DRIVER_CONFIG.DriverInitFlags */
#define WdfDriverInitNonPnpDriver                      1u
#define WdfDriverInitNoDispatchOverride                2u

#define STATUS_WDF_PAUSED                              ((NTSTATUS)0xC0200203)
#define STATUS_WDF_BUSY                                ((NTSTATUS)0xC0200204)
#define STATUS_WDF_OBJECT_ATTRIBUTES_INVALID           ((NTSTATUS)0xC0200209)
#define STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL        ((NTSTATUS)0xC020020C)
#define STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED       ((NTSTATUS)0xC020020F)
#define STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID       ((NTSTATUS)0xC0200210)
#define STATUS_WDF_EXECUTION_LEVEL_INVALID             ((NTSTATUS)0xC0200211)
#define STATUS_WDF_PARENT_NOT_SPECIFIED                ((NTSTATUS)0xC0200212)

/* ---- Callbacks ---------------------------------------------------------- */

typedef NTSTATUS NTAPI EVT_WDF_DRIVER_DEVICE_ADD(WDFDRIVER, PWDFDEVICE_INIT);
typedef VOID NTAPI EVT_WDF_DRIVER_UNLOAD(WDFDRIVER);
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_CLEANUP(WDFOBJECT);
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_DESTROY(WDFOBJECT);

typedef NTSTATUS NTAPI EVT_WDF_DEVICE_PREPARE_HARDWARE(WDFDEVICE, WDFCMRESLIST,
                                                       WDFCMRESLIST);
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_RELEASE_HARDWARE(WDFDEVICE,
                                                       WDFCMRESLIST);
/* Entering D0, with the state before; leaving it, with the one to come. */
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_D0(WDFDEVICE, WDF_POWER_DEVICE_STATE);
typedef NTSTATUS NTAPI EVT_WDF_DEVICE_STATUS(WDFDEVICE);
typedef VOID NTAPI EVT_WDF_DEVICE_VOID(WDFDEVICE);

typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_ISR(WDFINTERRUPT, ULONG MessageId);
typedef VOID NTAPI EVT_WDF_INTERRUPT_DPC(WDFINTERRUPT, WDFOBJECT);
typedef NTSTATUS NTAPI EVT_WDF_INTERRUPT_SWITCH(WDFINTERRUPT, WDFDEVICE);
typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_SYNCHRONIZE(WDFINTERRUPT, WDFCONTEXT);

typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER(WDFDMAENABLER);

typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_DEFAULT(WDFQUEUE, WDFREQUEST);
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_TRANSFER(WDFQUEUE, WDFREQUEST,
                                                SIZE_T Length);
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_CONTROL(WDFQUEUE, WDFREQUEST,
                                               SIZE_T OutputLength,
                                               SIZE_T InputLength, ULONG Code);
typedef VOID NTAPI EVT_WDF_IO_QUEUE_IO_STOP(WDFQUEUE, WDFREQUEST, ULONG Flags);

typedef VOID NTAPI EVT_WDF_TIMER(WDFTIMER);
typedef VOID NTAPI EVT_WDF_DPC(WDFDPC);
typedef VOID NTAPI EVT_WDF_WORKITEM(WDFWORKITEM);

/* ---- Structures --------------------------------------------------------- */

typedef struct _WDF_DRIVER_CONFIG {
    ULONG Size;
    EVT_WDF_DRIVER_DEVICE_ADD *EvtDriverDeviceAdd;
    EVT_WDF_DRIVER_UNLOAD *EvtDriverUnload;
    ULONG DriverInitFlags;
    ULONG DriverPoolTag;
} WDF_DRIVER_CONFIG, *PWDF_DRIVER_CONFIG;
WDF_ASSERT_SIZE(WDF_DRIVER_CONFIG, 0x20);
WDF_ASSERT_AT(WDF_DRIVER_CONFIG, EvtDriverUnload, 0x10);
WDF_ASSERT_AT(WDF_DRIVER_CONFIG, DriverPoolTag, 0x1c);

typedef struct _WDF_OBJECT_CONTEXT_TYPE_INFO WDF_OBJECT_CONTEXT_TYPE_INFO;
typedef const WDF_OBJECT_CONTEXT_TYPE_INFO *PCWDF_OBJECT_CONTEXT_TYPE_INFO;
struct _WDF_OBJECT_CONTEXT_TYPE_INFO {
    ULONG Size;
    PCSTR ContextName;
    SIZE_T ContextSize;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO UniqueType;
    PVOID EvtDriverGetUniqueContextType;
};
WDF_ASSERT_SIZE(WDF_OBJECT_CONTEXT_TYPE_INFO, 0x28);
WDF_ASSERT_AT(WDF_OBJECT_CONTEXT_TYPE_INFO, UniqueType, 0x18);

typedef struct _WDF_OBJECT_ATTRIBUTES {
    ULONG Size;
    EVT_WDF_OBJECT_CONTEXT_CLEANUP *EvtCleanupCallback;
    EVT_WDF_OBJECT_CONTEXT_DESTROY *EvtDestroyCallback;
    WDF_EXECUTION_LEVEL ExecutionLevel;
    WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
    WDFOBJECT ParentObject;
    SIZE_T ContextSizeOverride;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO ContextTypeInfo;
} WDF_OBJECT_ATTRIBUTES, *PWDF_OBJECT_ATTRIBUTES;
WDF_ASSERT_SIZE(WDF_OBJECT_ATTRIBUTES, 0x38);
WDF_ASSERT_AT(WDF_OBJECT_ATTRIBUTES, ExecutionLevel, 0x18);
WDF_ASSERT_AT(WDF_OBJECT_ATTRIBUTES, ParentObject, 0x20);
WDF_ASSERT_AT(WDF_OBJECT_ATTRIBUTES, ContextTypeInfo, 0x30);

typedef struct _WDF_PNPPOWER_EVENT_CALLBACKS {
    ULONG Size;
    EVT_WDF_DEVICE_D0 *EvtDeviceD0Entry;
    EVT_WDF_DEVICE_D0 *EvtDeviceD0EntryPostInterruptsEnabled;
    EVT_WDF_DEVICE_D0 *EvtDeviceD0Exit;
    EVT_WDF_DEVICE_D0 *EvtDeviceD0ExitPreInterruptsDisabled;
    EVT_WDF_DEVICE_PREPARE_HARDWARE *EvtDevicePrepareHardware;
    EVT_WDF_DEVICE_RELEASE_HARDWARE *EvtDeviceReleaseHardware;
    EVT_WDF_DEVICE_VOID *EvtDeviceSelfManagedIoCleanup;
    EVT_WDF_DEVICE_VOID *EvtDeviceSelfManagedIoFlush;
    EVT_WDF_DEVICE_STATUS *EvtDeviceSelfManagedIoInit;
    EVT_WDF_DEVICE_STATUS *EvtDeviceSelfManagedIoSuspend;
    EVT_WDF_DEVICE_STATUS *EvtDeviceSelfManagedIoRestart;
    EVT_WDF_DEVICE_VOID *EvtDeviceSurpriseRemoval;
    EVT_WDF_DEVICE_STATUS *EvtDeviceQueryRemove;
    EVT_WDF_DEVICE_STATUS *EvtDeviceQueryStop;
    PVOID EvtDeviceUsageNotification;
    PVOID EvtDeviceRelationsQuery;
    PVOID EvtDeviceUsageNotificationEx;     /* since 1.11 */
} WDF_PNPPOWER_EVENT_CALLBACKS, *PWDF_PNPPOWER_EVENT_CALLBACKS;
WDF_ASSERT_SIZE(WDF_PNPPOWER_EVENT_CALLBACKS, 0x90);
WDF_ASSERT_AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDevicePrepareHardware, 0x28);
WDF_ASSERT_AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceSelfManagedIoInit, 0x48);
WDF_ASSERT_AT(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceQueryStop, 0x70);
#define WDF_PNPPOWER_EVENT_CALLBACKS_SIZE_1_9 0x88u

typedef struct _WDF_INTERRUPT_CONFIG {
    ULONG Size;
    WDFSPINLOCK SpinLock;
    WDF_TRI_STATE ShareVector;
    BOOLEAN FloatingSave;
    BOOLEAN AutomaticSerialization;
    EVT_WDF_INTERRUPT_ISR *EvtInterruptIsr;
    EVT_WDF_INTERRUPT_DPC *EvtInterruptDpc;
    EVT_WDF_INTERRUPT_SWITCH *EvtInterruptEnable;
    EVT_WDF_INTERRUPT_SWITCH *EvtInterruptDisable;
    EVT_WDF_INTERRUPT_DPC *EvtInterruptWorkItem;        /* since 1.11 */
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptRaw;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptTranslated;
    WDFWAITLOCK WaitLock;
    BOOLEAN PassiveHandling;
    WDF_TRI_STATE ReportInactiveOnPowerDown;
    BOOLEAN CanWakeDevice;                              /* since 1.15 */
} WDF_INTERRUPT_CONFIG, *PWDF_INTERRUPT_CONFIG;
WDF_ASSERT_SIZE(WDF_INTERRUPT_CONFIG, 0x68);
WDF_ASSERT_AT(WDF_INTERRUPT_CONFIG, AutomaticSerialization, 0x15);
WDF_ASSERT_AT(WDF_INTERRUPT_CONFIG, EvtInterruptWorkItem, 0x38);
WDF_ASSERT_AT(WDF_INTERRUPT_CONFIG, WaitLock, 0x50);
WDF_ASSERT_AT(WDF_INTERRUPT_CONFIG, ReportInactiveOnPowerDown, 0x5c);
#define WDF_INTERRUPT_CONFIG_SIZE_1_9  0x38u
#define WDF_INTERRUPT_CONFIG_SIZE_1_11 0x60u

typedef struct _WDF_INTERRUPT_INFO {
    ULONG Size;
    ULONG64 Reserved1;
    KAFFINITY TargetProcessorSet;
    ULONG Reserved2;
    ULONG MessageNumber;
    ULONG Vector;
    KIRQL Irql;
    KINTERRUPT_MODE Mode;
    ULONG Polarity;
    BOOLEAN MessageSignaled;
    UCHAR ShareDisposition;
    DECLSPEC_ALIGN(8) USHORT Group;
} WDF_INTERRUPT_INFO, *PWDF_INTERRUPT_INFO;
WDF_ASSERT_SIZE(WDF_INTERRUPT_INFO, 0x40);
WDF_ASSERT_AT(WDF_INTERRUPT_INFO, MessageNumber, 0x1c);
WDF_ASSERT_AT(WDF_INTERRUPT_INFO, Mode, 0x28);
WDF_ASSERT_AT(WDF_INTERRUPT_INFO, MessageSignaled, 0x30);
WDF_ASSERT_AT(WDF_INTERRUPT_INFO, Group, 0x38);

typedef struct _WDF_DMA_ENABLER_CONFIG {
    ULONG Size;
    WDF_DMA_PROFILE Profile;
    SIZE_T MaximumLength;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerFill;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerFlush;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerDisable;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerEnable;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerSelfManagedIoStart;
    EVT_WDF_DMA_ENABLER *EvtDmaEnablerSelfManagedIoStop;
    ULONG AddressWidthOverride;                         /* since 1.11 */
    ULONG WdmDmaVersionOverride;
    ULONG Flags;
} WDF_DMA_ENABLER_CONFIG, *PWDF_DMA_ENABLER_CONFIG;
WDF_ASSERT_SIZE(WDF_DMA_ENABLER_CONFIG, 0x50);
WDF_ASSERT_AT(WDF_DMA_ENABLER_CONFIG, MaximumLength, 0x08);
WDF_ASSERT_AT(WDF_DMA_ENABLER_CONFIG, AddressWidthOverride, 0x40);
WDF_ASSERT_AT(WDF_DMA_ENABLER_CONFIG, Flags, 0x48);
#define WDF_DMA_ENABLER_CONFIG_SIZE_1_9 0x40u

typedef struct _WDF_COMMON_BUFFER_CONFIG {
    ULONG Size;
    ULONG AlignmentRequirement;     /* a mask, 2^n - 1 */
} WDF_COMMON_BUFFER_CONFIG, *PWDF_COMMON_BUFFER_CONFIG;
WDF_ASSERT_SIZE(WDF_COMMON_BUFFER_CONFIG, 8);

typedef struct _WDF_TIMER_CONFIG {
    ULONG Size;
    EVT_WDF_TIMER *EvtTimerFunc;
    ULONG Period;                   /* ms; 0: one shot */
    BOOLEAN AutomaticSerialization;
    ULONG TolerableDelay;
    DECLSPEC_ALIGN(8) BOOLEAN UseHighResolutionTimer;   /* since 1.13 */
} WDF_TIMER_CONFIG, *PWDF_TIMER_CONFIG;
WDF_ASSERT_SIZE(WDF_TIMER_CONFIG, 0x28);
WDF_ASSERT_AT(WDF_TIMER_CONFIG, TolerableDelay, 0x18);
WDF_ASSERT_AT(WDF_TIMER_CONFIG, UseHighResolutionTimer, 0x20);
#define WDF_TIMER_CONFIG_SIZE_1_11 0x20u

typedef struct _WDF_DPC_CONFIG {
    ULONG Size;
    EVT_WDF_DPC *EvtDpcFunc;
    BOOLEAN AutomaticSerialization;
} WDF_DPC_CONFIG, *PWDF_DPC_CONFIG;
WDF_ASSERT_SIZE(WDF_DPC_CONFIG, 0x18);

typedef struct _WDF_WORKITEM_CONFIG {
    ULONG Size;
    EVT_WDF_WORKITEM *EvtWorkItemFunc;
    BOOLEAN AutomaticSerialization;
} WDF_WORKITEM_CONFIG, *PWDF_WORKITEM_CONFIG;
WDF_ASSERT_SIZE(WDF_WORKITEM_CONFIG, 0x18);

typedef struct _WDF_IO_QUEUE_CONFIG {
    ULONG Size;
    WDF_IO_QUEUE_DISPATCH_TYPE DispatchType;
    WDF_TRI_STATE PowerManaged;
    BOOLEAN AllowZeroLengthRequests;
    BOOLEAN DefaultQueue;
    EVT_WDF_IO_QUEUE_IO_DEFAULT *EvtIoDefault;
    EVT_WDF_IO_QUEUE_IO_TRANSFER *EvtIoRead;
    EVT_WDF_IO_QUEUE_IO_TRANSFER *EvtIoWrite;
    EVT_WDF_IO_QUEUE_IO_CONTROL *EvtIoDeviceControl;
    EVT_WDF_IO_QUEUE_IO_CONTROL *EvtIoInternalDeviceControl;
    EVT_WDF_IO_QUEUE_IO_STOP *EvtIoStop;
    EVT_WDF_IO_QUEUE_IO_DEFAULT *EvtIoResume;
    EVT_WDF_IO_QUEUE_IO_DEFAULT *EvtIoCanceledOnQueue;
    union {
        struct {
            ULONG NumberOfPresentedRequests;
        } Parallel;
    } Settings;
    WDFDRIVER Driver;                                   /* since 1.11 */
} WDF_IO_QUEUE_CONFIG, *PWDF_IO_QUEUE_CONFIG;
WDF_ASSERT_SIZE(WDF_IO_QUEUE_CONFIG, 0x60);
WDF_ASSERT_AT(WDF_IO_QUEUE_CONFIG, AllowZeroLengthRequests, 0x0c);
WDF_ASSERT_AT(WDF_IO_QUEUE_CONFIG, EvtIoDeviceControl, 0x28);
WDF_ASSERT_AT(WDF_IO_QUEUE_CONFIG, Settings, 0x50);
WDF_ASSERT_AT(WDF_IO_QUEUE_CONFIG, Driver, 0x58);
#define WDF_IO_QUEUE_CONFIG_SIZE_1_9 0x58u

typedef struct _WDF_REQUEST_PARAMETERS {
    USHORT Size;
    UCHAR MinorFunction;
    WDF_REQUEST_TYPE Type;
    union {
        struct {
            SIZE_T Length;
            DECLSPEC_ALIGN(8) ULONG Key;
            LONGLONG DeviceOffset;
        } Read, Write;
        struct {
            SIZE_T OutputBufferLength;
            DECLSPEC_ALIGN(8) SIZE_T InputBufferLength;
            DECLSPEC_ALIGN(8) ULONG IoControlCode;
            PVOID Type3InputBuffer;
        } DeviceIoControl;
    } Parameters;
} WDF_REQUEST_PARAMETERS, *PWDF_REQUEST_PARAMETERS;
WDF_ASSERT_SIZE(WDF_REQUEST_PARAMETERS, 0x28);
WDF_ASSERT_AT(WDF_REQUEST_PARAMETERS, Type, 0x04);
WDF_ASSERT_AT(WDF_REQUEST_PARAMETERS, Parameters.Read.DeviceOffset, 0x18);
WDF_ASSERT_AT(WDF_REQUEST_PARAMETERS, Parameters.DeviceIoControl.IoControlCode,
              0x18);

/* ---- What a driver starts its structures with --------------------------- */

#define WDF_OBJECT_ATTRIBUTES_VALUE \
    { .Size = sizeof(WDF_OBJECT_ATTRIBUTES), \
      .ExecutionLevel = WdfExecutionLevelInheritFromParent, \
      .SynchronizationScope = WdfSynchronizationScopeInheritFromParent }

/*
 * Declares Name(handle), which gives the object's context of the type, and the
 * type's description, NameInfo. Its address is what tells types apart: one
 * source file defines it.
 */
#define WDF_DECLARE_CONTEXT(Type, Name) \
    extern const WDF_OBJECT_CONTEXT_TYPE_INFO Name##Info; \
    static inline Type *Name(WDFOBJECT Handle) \
    { \
        return WdfObjectGetTypedContextWorker(Handle, \
                                              Name##Info.UniqueType); \
    }
#define WDF_DEFINE_CONTEXT(Type, Name) \
    const WDF_OBJECT_CONTEXT_TYPE_INFO Name##Info = { \
        .Size = sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO), \
        .ContextName = #Type, \
        .ContextSize = sizeof(Type), \
        .UniqueType = &Name##Info, \
    };

#endif /* CBX_DDK_WDF_H */
