/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ntoskrnl.exe offers the stand-in's other images beside Windows's
 * exports: memory that no driver is charged for, the ledger of what a driver
 * holds, checks, and bug checks that say why.
 */
#ifndef CBX_NT_NTS_H
#define CBX_NT_NTS_H

#ifndef NTSAPI
#define NTSAPI DECLSPEC_IMPORT
#endif

struct pal_boot;

/* ---- Memory of the host itself, zeroed ---------------------------------- */

/* IRQL <= DISPATCH_LEVEL. NULL: none left. */
NTSAPI PVOID NtsAllocate(SIZE_T Size);
NTSAPI VOID NtsFree(PVOID Memory, SIZE_T Size);

/* ---- Locks -------------------------------------------------------------- */

typedef volatile LONG NTS_LOCK;

/* Any IRQL. Interrupts are off until the release. */
NTSAPI ULONG64 NtsLock(NTS_LOCK *Lock);
NTSAPI VOID NtsUnlock(NTS_LOCK *Lock, ULONG64 Flags);

/* ---- Ledger ------------------------------------------------------------- */

/* Kind, how the ledger calls it. */
#define NTS_KIND_LIST(X) \
    X(NtsKindPool, "pool allocation") \
    X(NtsKindPagedPool, "paged pool allocation") \
    X(NtsKindContiguous, "contiguous memory block") \
    X(NtsKindDevice, "device object") \
    X(NtsKindAttachment, "attached device") \
    X(NtsKindLink, "symbolic link") \
    X(NtsKindInterface, "enabled device interface") \
    X(NtsKindInterrupt, "connected interrupt") \
    X(NtsKindIoSpace, "mapped I/O space") \
    X(NtsKindMdl, "MDL") \
    X(NtsKindIrp, "IRP") \
    X(NtsKindPowerIrp, "power IRP") \
    X(NtsKindWorkItem, "work item") \
    X(NtsKindThread, "running thread") \
    X(NtsKindHandle, "open handle") \
    X(NtsKindAdapter, "DMA adapter") \
    X(NtsKindCommonBuffer, "common buffer") \
    X(NtsKindVector, "common buffer vector") \
    X(NtsKindRegisters, "map register set") \
    X(NtsKindList, "scatter/gather list") \
    X(NtsKindWdfBinding, "binding to KMDF") \
    X(NtsKindWdfObject, "framework object")
#define NTS_KIND_ENUM_(Id, Name) Id,
typedef enum _NTS_KIND {
    NTS_KIND_LIST(NTS_KIND_ENUM_) NtsKinds
} NTS_KIND;
#undef NTS_KIND_ENUM_

/* What one entry says. Caller is an address in the image that asked. */
typedef struct _NTS_ENTRY {
    LIST_ENTRY Link;
    NTS_KIND Kind;
    const VOID *Object;
    SIZE_T Size;
    ULONG Tag;
    const VOID *Caller;
} NTS_ENTRY;

/* Writes down that a driver holds Object. FALSE: no memory. Any IRQL. */
NTSAPI BOOLEAN NtsLedgerAdd(NTS_KIND Kind, const VOID *Object, SIZE_T Size,
                            ULONG Tag, const VOID *Caller);
/* Strikes it out; FALSE if the driver does not hold it. Entry may be NULL. */
NTSAPI BOOLEAN NtsLedgerRemove(NTS_KIND Kind, const VOID *Object,
                               NTS_ENTRY *Entry);
NTSAPI BOOLEAN NtsLedgerFind(NTS_KIND Kind, const VOID *Object,
                             NTS_ENTRY *Entry);
/* How many of a kind; NtsKinds: of all. */
NTSAPI ULONG NtsLedgerCount(NTS_KIND Kind);
/* Writes "2 pool allocations (...), ..." or "nothing". */
NTSAPI VOID NtsLedgerDescribe(CHAR *Text, SIZE_T Size);
/* Begins anew, as if all had been given back. */
NTSAPI VOID NtsLedgerForget(VOID);

/* ---- Checks ------------------------------------------------------------- */

/*
 * Stops the guest as KeBugCheckEx does, with a sentence for people: what was
 * called, by whom, with which value.
 */
NTSAPI DECLSPEC_NORETURN VOID NtsBugCheck(ULONG Code, ULONG_PTR P1,
                                          ULONG_PTR P2, ULONG_PTR P3,
                                          ULONG_PTR P4, const CHAR *Format,
                                          ...);

/* Bug check 0xC4/0xE5 unless IRQL <= Highest. */
NTSAPI VOID NtsRequireIrql(KIRQL Highest, const CHAR *Routine,
                           const VOID *Caller);
#define NTS_IRQL(Highest) \
    NtsRequireIrql(Highest, __func__, __builtin_return_address(0))

/* snprintf() of the kernel: see format.c. */
NTSAPI SIZE_T NtsFormat(CHAR *Text, SIZE_T Size, const CHAR *Format, ...);
/* One line on the guest's console. */
NTSAPI VOID NtsLog(ULONG Level, const CHAR *Format, ...);
/* "image+0x123" of an address. */
NTSAPI const CHAR *NtsWhere(const VOID *Address, CHAR *Text, SIZE_T Size);

/*
 * Writes down a violation that Windows has no bug check for: a failed result
 * with this check at the end of the run. The first of each check is kept.
 */
NTSAPI VOID NtsFinding(const CHAR *Check, const CHAR *Format, ...);

/*
 * One RESULT of driver "stand-in", check `Check`. Remembers a failure for the
 * end of the run.
 */
NTSAPI VOID ReportResult(const CHAR *Check, BOOLEAN Pass,
                         const CHAR *Expected, const CHAR *Seen,
                         const CHAR *Source);
/* A number out of cbx_nt.parameters=Name=dword:NUMBER; 0: not given. */
NTSAPI ULONG NtsParameter(const CHAR *Name);

/* A fault: whether the device of a PDO answers to accesses of its memory. */
NTSAPI VOID NtsDeviceAnswers(PDEVICE_OBJECT Pdo, BOOLEAN Answers);

/* Busy wait; counter in units of 100 ns. */
NTSAPI VOID NtsStall(ULONG Microseconds);
NTSAPI LARGE_INTEGER NtsPerformanceCounter(PLARGE_INTEGER Frequency);

/* Bug checks, as documented in "Bug check code reference". */
#define NTS_BUG_VERIFIER            0x000000c4u
#define   NTS_VERIFIER_IRQL         0xe5u
#define NTS_BUG_DMA                 0x000000e6u
#define NTS_BUG_IOMANAGER           0x000000c9u

/* ---- hal.dll's side ----------------------------------------------------- */

/* Called once by ntoskrnl.exe. Bug checks on an unknown fault name. */
VOID HalNtsStart(const struct pal_boot *Boot);
/* Bytes by which MmGetPhysicalAddress is to be wrong: a fault. */
ULONGLONG HalNtsPhysicalError(VOID);
/* Is the system to be as old as Windows 8? */
BOOLEAN HalNtsIsWindows8(VOID);
/* What IoGetDmaAdapter does; Device is the platform's handle of the PDO. */
struct _DMA_ADAPTER *HalNtsGetAdapter(void *Device,
                                      struct _DEVICE_DESCRIPTION *Description,
                                      ULONG *NumberOfMapRegisters,
                                      const VOID *Caller);

/* ---- Faults of wdf01000.sys --------------------------------------------- */

/* Bit, name in cbx_nt.fault=; the HAL reads them for all images. */
#define NTS_WDF_FAULT_LIST(X) \
    /* a common buffer's alignment is a page, whatever was asked for */ \
    X(NTS_FAULT_WDF_ALIGNMENT, 0x10000, "wdf-ignore-alignment") \
    /* WdfCommonBufferGetLength returns one byte too much */ \
    X(NTS_FAULT_WDF_LENGTH, 0x20000, "wdf-wrong-length") \
    /* with its enabler a common buffer's object goes, its memory stays */ \
    X(NTS_FAULT_WDF_KEEP_CHILDREN, 0x40000, "wdf-keep-memory") \
    /* common buffers are refused with an undocumented status */ \
    X(NTS_FAULT_WDF_STATUS, 0x80000, "wdf-wrong-status") \
    /* no cleanup callback of a common buffer that goes with its enabler */ \
    X(NTS_FAULT_WDF_CLEANUP, 0x100000, "wdf-skip-cleanup")
#define NTS_WDF_FAULT_ENUM_(Id, Bit, Name) Id = Bit,
enum { NTS_WDF_FAULT_LIST(NTS_WDF_FAULT_ENUM_) };
#undef NTS_WDF_FAULT_ENUM_

/* ---- Faults of ndis.sys, the same way ----------------------------------- */

#define NTS_NDIS_FAULT_LIST(X) \
    /* NetAllocateSharedMemory is called without the provider's context */ \
    X(NDIS_FAULT_CONTEXT, 0x1000000, "ndis-wrong-context") \
    /* the caller gets another status than the provider returned */ \
    X(NDIS_FAULT_STATUS, 0x2000000, "ndis-wrong-status") \
    /* the last of several elements of a scatter list is left out */ \
    X(NDIS_FAULT_LIST, 0x4000000, "ndis-short-list") \
    /* a completed allocation is announced with another length */ \
    X(NDIS_FAULT_ASYNC, 0x8000000, "ndis-wrong-length") \
    /* the device does not answer while it is reset */ \
    X(NDIS_FAULT_RESET, 0x10000000, "ndis-reset-fails") \
    /* ... or restarted after a pause */ \
    X(NDIS_FAULT_RESTART, 0x20000000, "ndis-restart-fails") \
    /* a frame is sent that the protocol does not count */ \
    X(NDIS_FAULT_STATISTICS, 0x40000000, "ndis-wrong-statistics") \
    /* no scatter/gather list of a frame is to be had */ \
    X(NDIS_FAULT_NO_LIST, 0x200000, "ndis-no-list") \
    /* ... or with physical addresses */ \
    X(NDIS_FAULT_PHYSICAL_LIST, 0x400000, "ndis-physical-list")
#define NTS_NDIS_FAULT_ENUM_(Id, Bit, Name) Id = Bit,
enum { NTS_NDIS_FAULT_LIST(NTS_NDIS_FAULT_ENUM_) };
#undef NTS_NDIS_FAULT_ENUM_

/* Those that are on. */
ULONG HalNtsFaults(VOID);

#endif /* CBX_NT_NTS_H */
