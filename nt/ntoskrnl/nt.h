/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of ntoskrnl.exe share: the kernel's declarations, internal
 * objects, and checks. Names that begin with Nts are the stand-in's own; all
 * others are Windows's, with its semantics.
 */
#ifndef CBX_NT_NT_H
#define CBX_NT_NT_H

#include <stdarg.h>

#include "wdk.h"

#include "pal/pal.h"
#include "nts.h"
#include "processor.h"

/* ---- Threads ------------------------------------------------------------ */

/* Opaque to drivers; the first member makes it something to wait for. */
struct _KTHREAD {
    DISPATCHER_HEADER Header;
    void *Handle;               /* the platform's, for pal_wake() */
    LONG References;
    PKSTART_ROUTINE Routine;
    PVOID Context;
    /* One wait at a time: */
    BOOLEAN Waiting;
    NTSTATUS WaitStatus;
    ULONG WaitCount;
    PKWAIT_BLOCK WaitBlocks;
};

/* Set at the start. */
extern ULONG NtsProcessors;
extern ULONG NtsNodes;                  /* of NUMA */
extern void *NtsDevice;             /* of the driver that runs now */
extern const char *NtsParameters;
extern ULONG NtsControlCode;        /* 0: none */

VOID NtsThreadStart(void *Handle);
VOID NtsThreadReference(PKTHREAD Thread);
VOID NtsThreadRelease(PKTHREAD Thread);

/* ---- Dispatcher: waits, timers, DPCs ------------------------------------ */

/* Interrupts stay off while it is held. */
ULONG64 NtsDispatcherLock(VOID);
VOID NtsDispatcherUnlock(ULONG64 Flags);
/* An object was signaled: lets go whom that satisfies. Lock held. */
VOID NtsDispatcherSignal(DISPATCHER_HEADER *Object);
VOID NtsDispatcherStart(VOID);

/* DISPATCHER_HEADER.Type beyond EVENT_TYPE. */
enum {
    NTS_MUTANT = 2,
    NTS_SEMAPHORE = 5,
    NTS_THREAD = 6,
    NTS_NOTIFICATION_TIMER = 8,
    NTS_SYNCHRONIZATION_TIMER = 9
};
VOID NtsObjectInitialize(DISPATCHER_HEADER *Object, UCHAR Type, ULONG Size,
                         LONG State);

/* In units of 100 ns: since 1601, and since the start. */
LONGLONG NtsSystemTime(VOID);
LONGLONG NtsInterruptTime(VOID);

/* DPCs that wait for their turn, in order. Lock held. */
BOOLEAN NtsDpcInsert(PKDPC Dpc, PVOID Argument1, PVOID Argument2);
/* Runs them all, at DISPATCH_LEVEL. */
VOID NtsDpcRun(VOID);
/* Called with IRQL below DISPATCH_LEVEL again: runs what was held back. */
VOID NtsDpcCatchUp(VOID);
/* Is a DPC routine running, on whichever processor? */
BOOLEAN NtsDpcIsRunning(VOID);
/* DPCs that lie within an image, queued or running. */
ULONG NtsDpcCountIn(const VOID *Base, SIZE_T Size);

VOID NtsTimerExpire(VOID);
ULONG NtsTimerCountIn(const VOID *Base, SIZE_T Size);

/* ---- Bug checks --------------------------------------------------------- */

/* Bug checks on an unknown value of cbx_nt.bugcheck=. */
VOID NtsBugCheckStart(const struct pal_boot *Boot);

/* ---- Handles ------------------------------------------------------------ */

typedef enum _NTS_HANDLE_TYPE {
    NtsHandleFree,
    NtsHandleThread,
    NtsHandleKey
} NTS_HANDLE_TYPE;

NTSTATUS NtsHandleCreate(NTS_HANDLE_TYPE Type, PVOID Object, PHANDLE Handle,
                         const VOID *Caller);
PVOID NtsHandleObject(HANDLE Handle, NTS_HANDLE_TYPE Type);

/* ---- Devices and drivers ------------------------------------------------ */

/* The PCI function behind a physical device object. */
typedef struct _NTS_PDO {
    void *Device;               /* the platform's */
    struct pal_device_info Info;
    struct pal_irqs Irqs;
    BOOLEAN Started;
    BOOLEAN Off;                    /* in D3 */
} NTS_PDO;

/* NULL if the object is no physical device object of ours. */
NTS_PDO *NtsPdo(PDEVICE_OBJECT DeviceObject);
/* Messages: the driver's INF asks for message-signaled interrupts. */
NTSTATUS NtsPdoCreate(void *Device, BOOLEAN Messages, PDEVICE_OBJECT *Pdo);
VOID NtsPdoDelete(PDEVICE_OBJECT Pdo);

/* Interrupt lines and messages as resources: IRQL is Vector >> 4. */
#define NTS_VECTOR_BASE 0x90u
#define NTS_DIRQL(Vector) ((KIRQL)((Vector) >> 4))

/* Raw and translated lists in one allocation each. */
NTSTATUS NtsResourcesCreate(const NTS_PDO *Pdo, PCM_RESOURCE_LIST *Raw,
                            PCM_RESOURCE_LIST *Translated);

/* Regardless of case. Any IRQL. */
BOOLEAN NtsIsSameName(PCUNICODE_STRING Left, PCUNICODE_STRING Right);

/* Objects are the host's, so they are not in the ledger. */
NTSTATUS NtsDeviceCreate(PDRIVER_OBJECT Driver, ULONG ExtensionSize,
                         DEVICE_TYPE Type, ULONG Characteristics,
                         PDEVICE_OBJECT *DeviceObject);
VOID NtsDeviceDelete(PDEVICE_OBJECT DeviceObject);
/* Waits until no work item is queued or runs. */
VOID NtsWorkItemsFlush(VOID);

/* Top of the stack that an object is in. */
PDEVICE_OBJECT NtsDeviceTop(PDEVICE_OBJECT DeviceObject);
/* What a program opens: a device that the driver named, or else its stack. */
PDEVICE_OBJECT NtsDeviceTarget(PDEVICE_OBJECT Pdo, PDRIVER_OBJECT Driver);

NTSTATUS NtsDriverCreate(const WCHAR *Name, PDRIVER_OBJECT *DriverObject);
VOID NtsDriverDelete(PDRIVER_OBJECT DriverObject);

/* ---- Requests ----------------------------------------------------------- */

/* Memory of the host's; NtsIrpFree(NULL) does nothing. */
PIRP NtsIrpAllocate(CCHAR StackSize);
VOID NtsIrpFree(PIRP Irp);
/* A request that its completion frees, and that then signals Event. */
PIRP NtsIrpBuild(UCHAR MajorFunction, PDEVICE_OBJECT DeviceObject,
                 PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock);
/* Sends it and waits; bug checks on statuses that do not agree. */
NTSTATUS NtsIrpSend(PDEVICE_OBJECT DeviceObject, PIRP Irp, PKEVENT Event,
                    const IO_STATUS_BLOCK *IoStatusBlock);

/* Sleep and D3, wake and D0, as results; in D3 the routine, if any. */
typedef VOID NTS_ASLEEP(PVOID Context);
VOID NtsPowerCycle(PDEVICE_OBJECT Pdo, NTS_ASLEEP *Asleep, PVOID Context);
/* A program uses the control interface of cbxwdm.sys, cbx/ioctl.h. */
VOID NtsProgram(PDEVICE_OBJECT Pdo);

/* The window system uses a video miniport. */
VOID NtsDisplay(PDEVICE_OBJECT Pdo);
/* Opens the driver's device, sends the code, closes it; as results. */
VOID NtsControl(PDEVICE_OBJECT Pdo, PDRIVER_OBJECT Driver, ULONG Code);

/* Sends a PnP request down the stack and waits for it. */
typedef VOID NTS_PNP_SETUP(PIO_STACK_LOCATION Stack, PVOID Context);
NTSTATUS NtsPnpSend(PDEVICE_OBJECT Pdo, UCHAR Minor, NTS_PNP_SETUP *Setup,
                    PVOID Context);

/* The whole life of each driver in turn: load, add, start, remove, unload. */
NTSTATUS NtsPnpRun(const struct pal_boot *Boot);

#endif /* CBX_NT_NT_H */
