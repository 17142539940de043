/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of wdf01000.sys share. Names that begin with Wdf are KMDF's,
 * with its semantics; those that begin with Fx are the stand-in's own.
 */
#ifndef CBX_NT_WDF_H
#define CBX_NT_WDF_H

#include "wdk.h"
#include "cbx_dma.h"
#include "cbx_wdf_ddi.h"
#include "nts.h"
#include "pal/pal.h"

/* ---- Clients ------------------------------------------------------------ */

typedef struct _FX_OBJECT FX_OBJECT;
typedef struct _FX_DRIVER FX_DRIVER;
typedef struct _FX_DEVICE FX_DEVICE;

/* What stands behind a client's WdfDriverGlobals. */
typedef struct _FX_GLOBALS {
    WDF_DRIVER_GLOBALS Public;
    ULONG Minor;                /* of the version it was built for */
    FX_DRIVER *Driver;
} FX_GLOBALS;

static inline FX_GLOBALS *FxGlobals(PWDF_DRIVER_GLOBALS Globals)
{
    return CONTAINING_RECORD(Globals, FX_GLOBALS, Public);
}

/* Fills in the table: what is provided, the rest stops with name and index. */
VOID FxTableInitialize(VOID);
extern WDFFUNC FxTable[WDF_FUNCTIONS_MAX];

/* Stops the guest: what was called is not provided. */
DECLSPEC_NORETURN VOID FxNotProvided(const CHAR *What, const VOID *Caller);

/* Every function of WDF_DDI_LIST is provided. */
#define FX_DDI_DECLARE_(Index, Result, Name, Parameters, Arguments) \
    WDF_DDI_TYPE(Name) Wdf##Name;
WDF_DDI_LIST(FX_DDI_DECLARE_)
#undef FX_DDI_DECLARE_

/* ---- Violations --------------------------------------------------------- */

/* WDF_VIOLATION and its first parameter. */
#define FX_BUG_VIOLATION          0x0000010du
#define   FX_VIOLATION_LOCK       0x02u
#define   FX_VIOLATION_NULL       0x04u
#define   FX_VIOLATION_HANDLE     0x05u
#define   FX_VIOLATION_OBJECT     0x07u
#define   FX_VIOLATION_QUEUE      0x0au
#define   FX_VIOLATION_IRQL       0x0eu

/* 0x10D/0x4 for a NULL where a value is required. */
VOID FxRequireParameter(const VOID *Pointer, const CHAR *Routine,
                        const VOID *Caller);
#define FX_REQUIRE(Pointer) \
    FxRequireParameter(Pointer, __func__, __builtin_return_address(0))

/*
 * What the framework's verifier answers above PASSIVE_LEVEL; a finding as
 * well.
 */
NTSTATUS FxCheckPassive(const CHAR *Routine, const VOID *Caller);
#define FX_CHECK_PASSIVE() \
    FxCheckPassive(__func__, __builtin_return_address(0))

/* 0x10D/0xE unless a callback returned at the IRQL it was called at. */
VOID FxRequireSameIrql(KIRQL Before, const CHAR *Callback);

/* What a call for common buffers returns: a fault changes why it failed. */
NTSTATUS FxOutcome(NTSTATUS Status);

/* The faults in NTS_WDF_FAULT_LIST that are on. */
ULONG FxFaults(VOID);

/* ---- Objects ------------------------------------------------------------ */

typedef enum _FX_TYPE {
    FxTypeAny,
    FxTypeCommonBuffer,
    FxTypeDevice,
    FxTypeDpc,
    FxTypeDriver,
    FxTypeEnabler,
    FxTypeInterrupt,
    FxTypeKey,
    FxTypeMemory,
    FxTypeQueue,
    FxTypeRequest,
    FxTypeObject,
    FxTypeResources,
    FxTypeSpinLock,
    FxTypeTimer,
    FxTypeWaitLock,
    FxTypeWorkItem,
    FxTypes
} FX_TYPE;

/* A context and the callbacks that came with it. */
typedef struct _FX_CONTEXT FX_CONTEXT;

struct _FX_OBJECT {
    FX_TYPE Type;
    SIZE_T Size;                /* of the structure this is the head of */
    volatile LONG References;
    BOOLEAN Deleted;            /* WdfObjectDelete, or the parent's */
    BOOLEAN Fixed;              /* not the driver's to delete */
    BOOLEAN Passive;            /* to be disposed of at PASSIVE_LEVEL */
    FX_OBJECT *Parent;
    LIST_ENTRY Children, Link;
    LIST_ENTRY Deferred;
    FX_CONTEXT *Contexts;
    /* Gives back what the object holds; its children are gone. */
    VOID (*Dispose)(FX_OBJECT *Object);
    /* ... and what its references keep, when there are none. */
    VOID (*Destroy)(FX_OBJECT *Object);
};

/* Options of FxObjectCreate(). */
enum {
    FX_PARENT_FORBIDDEN = 1,
    FX_PARENT_REQUIRED = 2,
    FX_EXECUTION_LEVEL = 4,     /* may be set */
    FX_SYNCHRONIZATION = 8,     /* scope may be set */
};

/* The rules for attributes that hold for every object. */
NTSTATUS FxAttributesCheck(PWDF_OBJECT_ATTRIBUTES Attributes, ULONG Options);

/*
 * An object of Size bytes, zeroed behind its head, with the attributes'
 * context, a child of the attributes' parent or else of Parent.
 */
NTSTATUS FxObjectCreate(FX_TYPE Type, SIZE_T Size, FX_OBJECT *Parent,
                        PWDF_OBJECT_ATTRIBUTES Attributes, ULONG Options,
                        const VOID *Caller, PVOID Object);

/* As WdfObjectDelete. */
VOID FxObjectDelete(FX_OBJECT *Object);
/* Deletes what its creator could not finish, without callbacks. */
VOID FxObjectAbandon(FX_OBJECT *Object);
VOID FxReference(FX_OBJECT *Object);
VOID FxRelease(FX_OBJECT *Object);

/* A handle is not the address, so that nobody uses it as one. */
static inline PVOID FxHandle(const VOID *Object)
{
    return Object ? (PVOID)~(ULONG_PTR)Object : NULL;
}

/* 0x10D unless it is a live object of the type. */
PVOID FxObject(const VOID *Handle, FX_TYPE Type, const CHAR *Routine,
               const VOID *Caller);
#define FX_OBJECT_OF(Type, Handle) \
    FxObject(Handle, FxType##Type, __func__, __builtin_return_address(0))

/* Deferred deletions; the first is called below DISPATCH_LEVEL. */
NTSTATUS FxDeferStart(PDEVICE_OBJECT Device);
VOID FxDeferStop(VOID);

/* ---- Driver ------------------------------------------------------------- */

struct _FX_DRIVER {
    FX_OBJECT Head;
    FX_GLOBALS *Globals;
    PDRIVER_OBJECT DriverObject;
    EVT_WDF_DRIVER_DEVICE_ADD *DeviceAdd;
    EVT_WDF_DRIVER_UNLOAD *Unload;
    UNICODE_STRING RegistryPath;
    WCHAR RegistryPathBuffer[264];
};

/* ---- Device ------------------------------------------------------------- */

struct WDFDEVICE_INIT {
    FX_DRIVER *Driver;
    PDEVICE_OBJECT Pdo;
    FX_DEVICE *Created;
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    DEVICE_TYPE DeviceType;
    ULONG Characteristics;
    BOOLEAN Exclusive;
    WDF_DEVICE_IO_TYPE IoType;
};

struct _FX_DEVICE {
    FX_OBJECT Head;
    FX_DRIVER *Driver;
    PDEVICE_OBJECT Fdo, Pdo, Lower;
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    /* How far up it is. */
    BOOLEAN Prepared, Powered, Managed;
    struct _FX_RESOURCES *Raw, *Translated;
    LIST_ENTRY Interrupts, Enablers, Queues;    /* in order of creation */
    LIST_ENTRY Interfaces;
    BOOLEAN InterfacesOn;       /* programs can find the device */
    /* Which queue gets which requests, by major function. */
    struct _FX_QUEUE *Dispatch[IRP_MJ_MAXIMUM_FUNCTION + 1], *DefaultQueue;
};

#define FX_CALLBACK(Device, Name) ((Device)->Callbacks.EvtDevice##Name)

/* The dispatch routines of a framework driver, and its AddDevice. */
NTSTATUS FxDeviceAdd(FX_DRIVER *Driver, PDEVICE_OBJECT Pdo);
DRIVER_DISPATCH FxPnpDispatch;
DRIVER_DISPATCH FxPowerDispatch;
DRIVER_DISPATCH FxForward;
DRIVER_DISPATCH FxIoDispatch;
DRIVER_DISPATCH FxCreateClose;

/* What the dispatch routines share. */
FX_DEVICE *FxDeviceBehind(PDEVICE_OBJECT DeviceObject);
NTSTATUS FxComplete(PIRP Irp, NTSTATUS Status);
NTSTATUS FxPassOn(FX_DEVICE *Device, PIRP Irp);
NTSTATUS FxPassOnAndWait(FX_DEVICE *Device, PIRP Irp);
/* Into D0 and out of it; the latter is harmless when it is not there. */
NTSTATUS FxPowerUp(FX_DEVICE *Device, WDF_POWER_DEVICE_STATE From);
VOID FxPowerDown(FX_DEVICE *Device, WDF_POWER_DEVICE_STATE To);

/* The device that an object descends from; NULL: none. */
FX_DEVICE *FxDeviceOf(FX_OBJECT *Object);

/* ---- Device interfaces -------------------------------------------------- */

/* All of them, and those that are made later. IRQL PASSIVE_LEVEL. */
VOID FxInterfacesSwitch(FX_DEVICE *Device, BOOLEAN On);
VOID FxInterfacesDelete(FX_DEVICE *Device);

/* ---- Resources ---------------------------------------------------------- */

typedef struct _FX_RESOURCES {
    FX_OBJECT Head;
    ULONG Count;
    CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptors;
} FX_RESOURCES;

NTSTATUS FxResourcesCreate(FX_DEVICE *Device, const CM_RESOURCE_LIST *List,
                           FX_RESOURCES **Resources);

/* ---- Interrupts --------------------------------------------------------- */

/* Hands the assigned interrupts to the WDFINTERRUPTs, in order. */
VOID FxInterruptsAssign(FX_DEVICE *Device);
/* Connects and enables all, or none; the mirror image. */
NTSTATUS FxInterruptsStart(FX_DEVICE *Device);
VOID FxInterruptsStop(FX_DEVICE *Device);

/* ---- DMA ---------------------------------------------------------------- */

typedef struct _FX_ENABLER {
    FX_OBJECT Head;
    LIST_ENTRY DeviceLink;
    FX_DEVICE *Device;
    WDF_DMA_ENABLER_CONFIG Config;
    /* By WDF_DMA_DIRECTION; the same one twice unless duplex. */
    struct {
        CBX_DMA_ADAPTER *Adapter;
        SIZE_T FragmentLength;
    } Direction[2];
    BOOLEAN Duplex;
    SIZE_T MaximumFragments;
    ULONG Alignment;            /* mask that common buffers get */
    BOOLEAN Up;                 /* filled, enabled and started */
    BOOLEAN Leaking;            /* a fault kept a buffer */
} FX_ENABLER;

NTSTATUS FxEnablersStart(FX_DEVICE *Device);
VOID FxEnablersStop(FX_DEVICE *Device);

/* ---- Queues ------------------------------------------------------------- */

/* Requests are presented from now on; or are not, and the driver's are back. */
VOID FxQueuesStart(FX_DEVICE *Device);
VOID FxQueuesStop(FX_DEVICE *Device, BOOLEAN Purge);

#endif /* CBX_NT_WDF_H */
