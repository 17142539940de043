/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ndis.sys share: drivers, adapters, their state. */
#ifndef CBX_NT_NDIS_H
#define CBX_NT_NDIS_H

#include "wdk.h"

#define NDISAPI
#include "cbx_ndis_api.h"

#include "nts.h"
#include "pal/pal.h"

/* Bug check 0x7C and its first parameter, as documented. */
#define NDIS_BUG 0x0000007cu
enum {
    /* not documented: a rule of NDIS for which it names no parameter */
    NDIS_BUG_OTHER = 0x00,
    NDIS_BUG_ALLOCATE_IRQL = 0x01,
    NDIS_BUG_FREE_INVALID = 0x03,
    NDIS_BUG_HALT_INTERRUPT = 0x08,
    NDIS_BUG_UNLOAD = 0x0a,
    NDIS_BUG_INITIALIZE_INTERRUPT = 0x0b,
    NDIS_BUG_STATE_TRANSITION = 0x1f,
    NDIS_BUG_PAUSE_COMPLETE = 1,        /* second parameter of the last */
    NDIS_BUG_RESTART_COMPLETE = 2
};

/* ---- Drivers ------------------------------------------------------------ */

enum {
    NDIS_DRIVER_MAGIC = 0x7652444e,
    NDIS_ADAPTER_MAGIC = 0x7064414e,
    NDIS_CONTROL_MAGIC = 0x6c74434e
};

typedef struct _NDIS_DRIVER {
    ULONG Magic;
    PDRIVER_OBJECT DriverObject;
    NDIS_HANDLE Context;
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Handlers;
    BOOLEAN InSetOptions;
    BOOLEAN IsProvider;
    NDIS_SHARED_MEMORY_PROVIDER_CHARACTERISTICS Provider;
    LONG Adapters;
    LONG Controls;                      /* devices for programs */
} NDIS_DRIVER;

/* The driver of a driver object; NULL: it has not registered. */
NDIS_DRIVER *NdisDriverOf(PDRIVER_OBJECT DriverObject);
/* The same of a handle; bug check when it is of none. */
NDIS_DRIVER *NdisDriverFrom(NDIS_HANDLE Handle, const CHAR *Routine,
                            const VOID *Caller);
/* The driver that provides shared memory, or NULL. */
NDIS_DRIVER *NdisProvider(VOID);

/* ---- Adapters ----------------------------------------------------------- */

#define NDIS_STATE_LIST(X) \
    X(NdisHalted, "Halted") \
    X(NdisInitializing, "Initializing") \
    X(NdisPaused, "Paused") \
    X(NdisRestarting, "Restarting") \
    X(NdisRunning, "Running") \
    X(NdisPausing, "Pausing") \
    X(NdisHalting, "Halting")
#define NDIS_STATE_ENUM_(Id, Name) Id,
typedef enum _NDIS_STATE { NDIS_STATE_LIST(NDIS_STATE_ENUM_) } NDIS_STATE;
#undef NDIS_STATE_ENUM_

struct _NDIS_DMA;
struct _NDIS_INTERRUPT;

typedef struct _NDIS_ADAPTER {
    ULONG Magic;
    NDIS_DRIVER *Driver;
    PDEVICE_OBJECT Self, Pdo, Lower;
    IO_REMOVE_LOCK RemoveLock;
    volatile NDIS_STATE State;
    NDIS_HANDLE Context;                /* the driver's */
    ULONG AttributeFlags;
    BOOLEAN HasRegistration, HasGeneral;
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES General;
    PCM_RESOURCE_LIST Raw, Translated;  /* while the device is started */
    struct _NDIS_DMA *Dma;
    struct _NDIS_INTERRUPT *Interrupt;
    ULONG Link;                         /* MediaConnectState* */
    KEVENT LinkChanged;
    BOOLEAN Resetting;
    volatile LONG Indicated;            /* lists that the driver has given us */
    PVOID volatile Kept;                /* the one of them that is kept */
    PNDIS_OID_REQUEST volatile Request; /* that is pending */
    KEVENT Transition;                  /* what is pending is complete */
    NDIS_STATUS TransitionStatus;
} NDIS_ADAPTER;

/* Name of its state. */
const CHAR *NdisStateName(const NDIS_ADAPTER *Adapter);

/* The adapter of a handle; bug check when it is none. */
NDIS_ADAPTER *NdisAdapter(NDIS_HANDLE Handle, const CHAR *Routine,
                          const VOID *Caller);

/* Bug check 0x7C with NDIS_BUG_OTHER: a rule was broken, see docs. */
DECLSPEC_NORETURN VOID NdisViolation(const NDIS_ADAPTER *Adapter,
                                     const CHAR *Routine, const VOID *Caller,
                                     const CHAR *What);

/* Creates, attaches and deletes the device object of an adapter. */
NTSTATUS NdisAdapterAdd(NDIS_DRIVER *Driver, PDEVICE_OBJECT Pdo);
VOID NdisAdapterDelete(NDIS_ADAPTER *Adapter);
NDIS_ADAPTER *NdisAdapterOf(PDEVICE_OBJECT DeviceObject);

/* The life between MiniportInitializeEx and MiniportHaltEx. PASSIVE_LEVEL. */
NTSTATUS NdisAdapterStart(NDIS_ADAPTER *Adapter,
                          PCM_RESOURCE_LIST Raw, PCM_RESOURCE_LIST Translated);
/* Harmless when it is halted. */
VOID NdisAdapterStop(NDIS_ADAPTER *Adapter, NDIS_HALT_ACTION Action);

/* What a handler returned, or, if that is pending, what it ended with. */
NDIS_STATUS NdisAwait(NDIS_ADAPTER *Adapter, NDIS_STATUS Status);

/* FALSE: the driver has not said in time that its link is so. PASSIVE_LEVEL. */
BOOLEAN NdisAwaitLink(NDIS_ADAPTER *Adapter, ULONG Wanted, ULONG Milliseconds);

/*
 * What NDIS does to an adapter that runs: reset it, if it hangs or always, here
 * with these lists on their way; pause and restart it. NDIS_STATUS of the
 * driver. PASSIVE_LEVEL.
 */
NDIS_STATUS NdisAdapterReset(NDIS_ADAPTER *Adapter, PNET_BUFFER_LIST Lists);
NDIS_STATUS NdisAdapterCycle(NDIS_ADAPTER *Adapter);

/* For all requests of programs, to whichever device object. */
NTSTATUS NTAPI NdisDispatchProgram(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTSTATUS NTAPI NdisDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTSTATUS NTAPI NdisDispatchForward(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/* ---- Shared memory ------------------------------------------------------ */

/* Is there a DMA channel? The calls for shared memory need one. */
BOOLEAN NdisHasDma(const NDIS_ADAPTER *Adapter);
/* Memory from the HAL by the adapter's channel; NULL: none. PASSIVE_LEVEL. */
PVOID NdisDmaAllocate(NDIS_ADAPTER *Adapter, ULONG Length, BOOLEAN Cached,
                      PNDIS_PHYSICAL_ADDRESS Address, const VOID *Caller);
/* Gives back what the last returned. PASSIVE_LEVEL. */
VOID NdisDmaFree(NDIS_ADAPTER *Adapter, PVOID Va);
/* After a halt: findings for what is left, which is then given back. */
VOID NdisSharedMemoryReclaim(NDIS_ADAPTER *Adapter);
/* A finding if memory of a provider is left. */
VOID NdisSharesReclaim(NDIS_ADAPTER *Adapter);

#endif /* CBX_NT_NDIS_H */
