/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of hal.dll share: adapters, their buffers, faults. */
#ifndef CBX_NT_HAL_H
#define CBX_NT_HAL_H

#include "wdk.h"
#include "cbx_dma.h"
#include "nts.h"
#include "pal/pal.h"

/* ---- Faults to inject --------------------------------------------------- */

/* Bit, name in cbx_nt.fault=. */
#define HAL_FAULT_LIST(X) \
    /* the physical address is handed out as the logical one */ \
    X(HAL_FAULT_PHYSICAL, 0x1, "hal-physical") \
    /* address width and maximum address are not honoured */ \
    X(HAL_FAULT_IGNORE_LIMIT, 0x2, "hal-ignore-limit") \
    /* who asks for uncached memory is as who does not */ \
    X(HAL_FAULT_IGNORE_CACHE, 0x4, "hal-ignore-cache") \
    /* where a minimum address is given, the memory lies below it */ \
    X(HAL_FAULT_IGNORE_MINIMUM, 0x8, "hal-ignore-minimum") \
    /* CreateCommonBufferFromMdl refuses with an undocumented status */ \
    X(HAL_FAULT_WRONG_STATUS, 0x10, "hal-wrong-status") \
    /* buffers start inside a page */ \
    X(HAL_FAULT_MISALIGNED, 0x20, "hal-misaligned") \
    /* the device may access the page before a long buffer */ \
    X(HAL_FAULT_OPEN_BEFORE, 0x40, "hal-open-before") \
    /* ... and the page after it */ \
    X(HAL_FAULT_OPEN_AFTER, 0x80, "hal-open-after") \
    /* a freed buffer stays mapped until the next allocation */ \
    X(HAL_FAULT_STALE, 0x100, "hal-stale") \
    /* all elements of a vector are the first one */ \
    X(HAL_FAULT_OVERLAP, 0x200, "hal-overlap") \
    /* there is no memory for long buffers */ \
    X(HAL_FAULT_NO_MEMORY, 0x400, "hal-no-memory") \
    /* pages of an MDL are mapped for reading only */ \
    X(HAL_FAULT_READ_ONLY, 0x800, "hal-read-only") \
    /* MmGetPhysicalAddress tells the page that follows */ \
    X(HAL_FAULT_WRONG_PAGE, 0x1000, "hal-wrong-page") \
    /* the logical address of a long buffer is the last page there is */ \
    X(HAL_FAULT_LAST_PAGE, 0x2000, "hal-last-page") \
    /* AllocateCommonBufferEx is NULL */ \
    X(HAL_FAULT_NO_MEMBER, 0x4000, "hal-no-member") \
    /* PutDmaAdapter keeps the adapter */ \
    X(HAL_FAULT_LEAK, 0x8000, "hal-leak") \
    /* what a highest address has made impossible once stays so */ \
    X(HAL_FAULT_EXHAUSTED, 0x10000, "hal-exhausted") \
    /* GetDmaAdapterInfo tells another address width */ \
    X(HAL_FAULT_WRONG_INFO, 0x20000, "hal-wrong-info") \
    /* what JoinDmaDomain joins GetDmaDomain does not tell */ \
    X(HAL_FAULT_WRONG_DOMAIN, 0x40000, "hal-wrong-domain") \
    /* what is for reading only the device can write as well */ \
    X(HAL_FAULT_IGNORE_ACCESS, 0x80000, "hal-ignore-access") \
    /* no fault: DMA_OPERATIONS and the build number are Windows 8's */ \
    X(HAL_FAULT_WINDOWS_8, 0x100000, "hal-windows-8") \
    /* a scatter/gather list lacks its last byte */ \
    X(HAL_FAULT_SHORT_LIST, 0x200000, "hal-short-list") \
    /* FlushDmaBuffer fails */ \
    X(HAL_FAULT_NO_FLUSH, 0x400000, "hal-no-flush") \
    /* limits that nothing satisfies are as none */ \
    X(HAL_FAULT_NEVER_REFUSE, 0x800000, "hal-never-refuse") \
    /* the node next to the one asked for gives the memory */ \
    X(HAL_FAULT_WRONG_NODE, 0x1000000, "hal-wrong-node") \
    /* every device is taken for a coherent one */ \
    X(HAL_FAULT_IGNORES_CCA, 0x2000000, "hal-ignores-cca") \
    /* lines of pages that get another type stay in the caches */ \
    X(HAL_FAULT_FORGETS_CLEAN, 0x4000000, "hal-forgets-clean")
#define HAL_FAULT_ENUM_(Id, Bit, Name) Id = Bit,
enum { HAL_FAULT_LIST(HAL_FAULT_ENUM_) };
#undef HAL_FAULT_ENUM_

extern ULONG HalFaults;

enum {
    /*
     * What faults take for long: Linux aligns the addresses of such a buffer
     * so that with a page more no other buffer lies next to it.
     */
    HAL_LONG = 0x10000,
    /* How far inside its page a misaligned buffer starts: what rings allow. */
    HAL_MISALIGNED_BY = 64,
};

/* Is the fault on, and does it strike a buffer of this length? */
BOOLEAN HalHasLongFault(ULONG Fault, ULONGLONG Length);

/* ---- Adapters ----------------------------------------------------------- */

typedef struct _HAL_ADAPTER {
    CBX_DMA_ADAPTER Public;
    CBX_DMA_OPERATIONS Operations;
    void *Device;
    ULONG Version;                  /* of the description */
    ULONG AddressWidth;             /* bits */
    ULONG MapRegisters;
    BOOLEAN ScatterGather;
    volatile LONG Buffers;          /* outstanding */
    volatile LONG Vectors;
    BOOLEAN Joined;                 /* by JoinDmaDomain */
    /* Packet DMA, under the lock of registers.c: */
    ULONG RegistersFree;
    LIST_ENTRY Waiting, Granted;    /* HAL_REGISTERS.Link */
    LONG Sets;                      /* outstanding, without lists' */
    LONG Lists, ListsPut;
    struct _HAL_REGISTERS *Channel;
} HAL_ADAPTER;

/*
 * First parameter of 0xE6. Those above 0xcb00 are the project's own, for what
 * documentation forbids without naming a code.
 */
enum {
    DMA_MISCELLANEOUS = 0x00,
    DMA_BUFFERS_FREED_TOO_OFTEN = 0x03,
    DMA_CHANNELS_FREED_TOO_OFTEN = 0x04,
    DMA_REGISTERS_FREED_TOO_OFTEN = 0x05,
    DMA_LISTS_FREED_TOO_OFTEN = 0x06,
    DMA_ADAPTER_LEAKS_BUFFERS = 0x07,
    DMA_ADAPTER_LEAKS_CHANNEL = 0x08,
    DMA_ADAPTER_LEAKS_REGISTERS = 0x09,
    DMA_ADAPTER_LEAKS_LISTS = 0x0a,
    DMA_TOO_MANY_CHANNELS = 0x0b,
    DMA_TOO_MANY_REGISTERS = 0x0c,
    DMA_NOT_LOCKED = 0x0e,
    DMA_OVERRUN = 0x0f,
    DMA_STILL_MAPPED = 0x10,
    DMA_IRQL = 0x13,
    DMA_FLUSH_NOT_MAPPED = 0x16,
    DMA_ADAPTER_RELEASED = 0x18,
    DMA_ADAPTER_NULL = 0x19,
    DMA_MAPPED_TWICE = 0x1d,
    DMA_HAL_GET_ADAPTER = 0x1e,
    DMA_INVALID_BUFFER = 0x1f,
    DMA_EMPTY_BUFFER = 0x21,
    DMA_BAD_VERSION = 0x25,
    DMA_OWN_FREE_ARGUMENTS = 0xcb01,
    DMA_OWN_DIRECTION = 0xcb02,
    DMA_OWN_REGISTER_BASE = 0xcb03,
    DMA_OWN_VERSION = 0xcb04,
};

/* Bug check 0xE6 unless it is an adapter that has not been put. */
HAL_ADAPTER *HalAdapter(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                        const VOID *Caller);

/* The same, and it must have been made with so high a version. */
HAL_ADAPTER *HalAdapterV2(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                          const VOID *Caller);
HAL_ADAPTER *HalAdapterV3(CBX_DMA_ADAPTER *Public, const CHAR *Routine,
                          const VOID *Caller);

/* Does an IOMMU translate what the device puts on the bus? */
BOOLEAN HalIsTranslated(const HAL_ADAPTER *Adapter);

/* Does the device's DMA snoop the caches, as the firmware says? */
BOOLEAN HalIsCoherent(const HAL_ADAPTER *Adapter);

/* 0xE6, IRQL: param 2 is 1 for "must be Expected", 2 for "at most". */
VOID HalRequirePassive(const CHAR *Routine, const VOID *Caller);
VOID HalRequireDispatch(const CHAR *Routine, const VOID *Caller);
VOID HalRequireExactlyDispatch(const CHAR *Routine, const VOID *Caller);

/* Fills in the table: what the version offers, the rest fails loudly. */
VOID HalOperationsInitialize(HAL_ADAPTER *Adapter);

/* ---- Common buffers ----------------------------------------------------- */

typedef struct _HAL_REQUEST {
    ULONGLONG Lowest;               /* address of the first byte, at least */
    ULONGLONG Highest;              /* address of the last byte, at most */
    ULONGLONG Length;               /* bytes, not 0 */
    uint32_t Cache;                 /* PAL_CACHE_* */
    ULONG Node;
    PVOID Pages;                    /* the caller's; NULL: allocate */
    uint32_t Access;                /* PAL_ACCESS_* for Pages */
} HAL_REQUEST;

typedef struct _HAL_BUFFER {
    LIST_ENTRY Link;
    HAL_ADAPTER *Adapter;
    struct pal_dma Dma;
    ULONGLONG Front;                /* bytes of Dma before the first one */
    ULONGLONG Length;
    ULONGLONG Logical;              /* as handed out */
    BOOLEAN InVector;
    BOOLEAN IsMapped;               /* pages of the caller, not ours */
    uint32_t Access;                /* then: PAL_ACCESS_* */
    BOOLEAN CacheEnabled;           /* as the caller said */
    const VOID *Caller;
} HAL_BUFFER;

/* NULL: cannot be had. IRQL PASSIVE_LEVEL. */
HAL_BUFFER *HalBufferCreate(HAL_ADAPTER *Adapter, const HAL_REQUEST *Request,
                            BOOLEAN InVector, const VOID *Caller);
/* Checks the guard bytes, then gives the memory back. */
VOID HalBufferDelete(HAL_BUFFER *Buffer, const VOID *Caller);
/* The address that the driver has. */
PVOID HalBufferVa(const HAL_BUFFER *Buffer);
/* Gives back what a fault has kept mapped. */
VOID HalStaleFlush(VOID);

/*
 * PAL_CACHE_* for a wish: cached memory only for a coherent device, unless the
 * call is one whose wish wins.
 */
uint32_t HalCacheFor(const HAL_ADAPTER *Adapter, uint32_t Wish,
                     BOOLEAN WishWins);

/*
 * What a call that returns a virtual address does with a buffer: 0 bytes are
 * refused. CacheEnabled is what FreeCommonBuffer must be given.
 */
PVOID HalBufferAllocate(HAL_ADAPTER *Adapter, const HAL_REQUEST *Request,
                        BOOLEAN CacheEnabled, PHYSICAL_ADDRESS *LogicalAddress,
                        const VOID *Caller);

/* Strictly below a caller's maximum, which documentation leaves open. */
ULONGLONG HalHighestBelow(ULONGLONG Maximum);

PVOID NTAPI HalAllocateCommonBufferV1(CBX_DMA_ADAPTER *, ULONG,
                                      PHYSICAL_ADDRESS *, BOOLEAN);
PVOID NTAPI HalAllocateCommonBufferEx(CBX_DMA_ADAPTER *, PHYSICAL_ADDRESS *,
                                      ULONG, PHYSICAL_ADDRESS *, BOOLEAN,
                                      CBX_NODE_REQUIREMENT);
VOID NTAPI HalFreeCommonBufferV1(CBX_DMA_ADAPTER *, ULONG, PHYSICAL_ADDRESS,
                                 PVOID, BOOLEAN);

/*
 * The wish in the optional cache type of the calls that take a pointer to it:
 * without one, cached. FALSE: not one of the two that are allowed.
 */
BOOLEAN HalWishOf(const MEMORY_CACHING_TYPE *CacheType, uint32_t *Wish);

PVOID NTAPI HalAllocateWithBounds(CBX_DMA_ADAPTER *, PHYSICAL_ADDRESS *,
                                  PHYSICAL_ADDRESS *, ULONG, ULONG,
                                  MEMORY_CACHING_TYPE *, CBX_NODE_REQUIREMENT,
                                  PHYSICAL_ADDRESS *);

NTSTATUS NTAPI HalAllocateInDomain(CBX_DMA_ADAPTER *, HANDLE,
                                   PHYSICAL_ADDRESS *, ULONG, ULONG,
                                   MEMORY_CACHING_TYPE *, CBX_NODE_REQUIREMENT,
                                   PHYSICAL_ADDRESS *, PVOID *);
HANDLE NTAPI HalGetDmaDomain(CBX_DMA_ADAPTER *);
NTSTATUS NTAPI HalJoinDmaDomain(CBX_DMA_ADAPTER *, HANDLE);
NTSTATUS NTAPI HalLeaveDmaDomain(CBX_DMA_ADAPTER *);

NTSTATUS NTAPI HalCreateFromMdl(CBX_DMA_ADAPTER *, PMDL,
                                CBX_DMA_COMMON_BUFFER_EXTENDED_CONFIGURATION *,
                                ULONG, PHYSICAL_ADDRESS *);

/* ---- Packet DMA --------------------------------------------------------- */

/* One piece that is contiguous for CPU and device. */
typedef struct _HAL_RUN {
    PMDL Mdl;                       /* the first of the chain */
    ULONGLONG Offset;               /* of the piece, from the chain's start */
    ULONGLONG Logical;              /* as mapped */
    ULONGLONG Physical;
    ULONG Length;
} HAL_RUN;

/* Map registers that a transfer holds or waits for: its MapRegisterBase. */
typedef struct _HAL_REGISTERS {
    LIST_ENTRY Link;
    HAL_ADAPTER *Adapter;
    ULONG Count;                    /* pages */
    ULONG Used;                     /* of these, by Run[] */
    ULONG Runs;
    uint32_t Access;                /* PAL_ACCESS_* of Run[] */
    /* Called when they are there, at DISPATCH_LEVEL. */
    VOID (*Granted)(struct _HAL_REGISTERS *Registers);
    PDEVICE_OBJECT DeviceObject;
    PVOID Routine, Context;         /* the driver's */
    PVOID TransferContext;
    /* For a list: */
    PMDL Mdl;
    ULONGLONG Offset;
    ULONG Length;
    SCATTER_GATHER_LIST *List;
    SIZE_T ListSize;                /* 0: it is the driver's memory */
    const VOID *Caller;
    HAL_RUN Run[];                  /* Count of them */
} HAL_REGISTERS;

/* A part of a chain of MDLs; registers that it takes. */
ULONG HalRegistersFor(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length);
/* Pieces of it that are contiguous. */
ULONG HalRunsOf(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length);
/* Does the chain hold so much? Bug checks if it is not locked in memory. */
BOOLEAN HalHolds(PMDL Mdl, ULONGLONG Offset, ULONGLONG Length,
                 const CHAR *Routine, const VOID *Caller);
/* Bytes from the start of the chain to Va; bug checks if there are none. */
ULONGLONG HalOffsetOf(PMDL Mdl, PVOID Va, const CHAR *Routine,
                      const VOID *Caller);

/* NULL: no memory. Count must not be more than the adapter has. */
HAL_REGISTERS *HalRegistersCreate(HAL_ADAPTER *Adapter, ULONG Count,
                                  const VOID *Caller);
/* TRUE: granted at once. Else they wait, unless MayWait is FALSE. */
BOOLEAN HalRegistersTake(HAL_REGISTERS *Registers, BOOLEAN MayWait);
/* Gives them back, with whatever waits for them being granted, and deletes. */
VOID HalRegistersGive(HAL_REGISTERS *Registers);
VOID HalRegistersDelete(HAL_REGISTERS *Registers);
/* Deletes what waits with this transfer context. FALSE: nothing does. */
BOOLEAN HalRegistersCancel(HAL_ADAPTER *Adapter, PVOID TransferContext);

/* Maps the first piece of a part; NULL: no address is to be had. */
const HAL_RUN *HalMapRun(HAL_REGISTERS *Registers, PMDL Mdl, ULONGLONG Offset,
                         ULONG Length, BOOLEAN WriteToDevice);
/*
 * Makes what is in the mapped pieces of a chain of MDLs the same for the CPU
 * and the device; how many. Bug checks if one is mapped the other way round.
 */
ULONG HalSyncRuns(HAL_ADAPTER *Adapter, const MDL *Mdl, BOOLEAN ReadOperation,
                  const CHAR *Routine, const VOID *Caller);
/* Unmaps the pieces that lie in a part; how many. */
ULONG HalUnmapRuns(HAL_REGISTERS *Registers, const MDL *Mdl, ULONGLONG Offset,
                   ULONGLONG Length);

/* What the driver is told of a piece. */
LONGLONG HalLogicalOf(const HAL_RUN *Run);
/* One more element. */
VOID HalListAdd(SCATTER_GATHER_LIST *List, const HAL_RUN *Run);
#define HAL_LIST_SIZE(Count) \
    ((ULONG)(FIELD_OFFSET(SCATTER_GATHER_LIST, Elements) + \
             (Count) * sizeof(SCATTER_GATHER_ELEMENT)))

/* Fill in their members of DMA_OPERATIONS. */
VOID HalChannelOperations(CBX_DMA_OPERATIONS *Operations);
VOID HalListOperations(CBX_DMA_OPERATIONS *Operations);

/* InitializeDmaTransferContext has seen it. */
BOOLEAN HalIsTransferContext(const VOID *TransferContext);

/* "Not provided" is said by name, as everywhere. */
DECLSPEC_NORETURN VOID HalUnprovided(const CHAR *What, const VOID *Caller);

NTSTATUS NTAPI HalAllocateVector(CBX_DMA_ADAPTER *, PHYSICAL_ADDRESS,
                                 PHYSICAL_ADDRESS, MEMORY_CACHING_TYPE,
                                 CBX_NODE_REQUIREMENT, ULONG, ULONG, ULONGLONG,
                                 CBX_DMA_COMMON_BUFFER_VECTOR **);
VOID NTAPI HalGetFromVector(CBX_DMA_ADAPTER *, CBX_DMA_COMMON_BUFFER_VECTOR *,
                            ULONG, PVOID *, PHYSICAL_ADDRESS *);
VOID NTAPI HalFreeFromVector(CBX_DMA_ADAPTER *, CBX_DMA_COMMON_BUFFER_VECTOR *,
                             ULONG);
VOID NTAPI HalFreeVector(CBX_DMA_ADAPTER *, CBX_DMA_COMMON_BUFFER_VECTOR *);

#endif /* CBX_NT_HAL_H */
