/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of videoprt.sys share: the port driver's devices and the
 * miniports they belong to. Names that begin with Vp are the stand-in's own.
 */
#ifndef CBX_NT_VIDEOPRT_H
#define CBX_NT_VIDEOPRT_H

#include "wdk.h"
#include <ddk/dderror.h>

/* wdm.h leaves these to the headers of miniports. */
typedef struct _EMULATOR_ACCESS_ENTRY *PEMULATOR_ACCESS_ENTRY;
typedef VOID (NTAPI *PBANKED_SECTION_ROUTINE)(ULONG, ULONG, PVOID);
typedef ULONG BUS_DATA_TYPE;
#define VP_PCI_CONFIGURATION 4      /* PCIConfiguration of BUS_DATA_TYPE */

/* Says that the kernel's headers came before; its exports are ours. */
#define _NTOSDEF_
#include <ddk/video.h>

#include "nts.h"
#include "pal/pal.h"

/* How many ranges and children an adapter of this stand-in can have. */
enum { VP_RANGES_MAX = 8 };

/* A registered miniport. */
typedef struct _VP_MINIPORT {
    LIST_ENTRY Link;
    PDRIVER_OBJECT DriverObject;
    VIDEO_HW_INITIALIZATION_DATA Data;
    PVOID HwContext;
    WCHAR RegistryPath[160];
} VP_MINIPORT;

typedef enum _VP_STATE {
    VpAdded,            /* no resources yet */
    VpFinding,          /* HwVidFindAdapter runs */
    VpFound,
    VpInitialized       /* HwVidInitialize has succeeded */
} VP_STATE;

/* A device; the miniport's extension follows it. */
typedef struct DECLSPEC_ALIGN(16) _VP_DEVICE {
    ULONG Signature;
    VP_STATE State;
    VP_MINIPORT *Miniport;
    PDEVICE_OBJECT Self, Pdo, Lower;
    VIDEO_ACCESS_RANGE Ranges[VP_RANGES_MAX];
    ULONG RangeCount;
    ULONG Bus, Slot;
    BOOLEAN HasInterrupt;
    BOOLEAN InterruptIsMessage;
    BOOLEAN Connected;
    PKINTERRUPT Interrupt;
    KDPC Dpc;
    PMINIPORT_DPC_ROUTINE DpcRoutine;
    PVOID DpcContext;
    KTIMER Timer;
    KDPC TimerDpc;
    /* Held while a request is with the miniport: StartIO is not re-entered. */
    KEVENT Lock;
    /* The first adapter: VideoPortGetCommonBuffer has none of its own. */
    struct __VP_DMA_ADAPTER *FirstAdapter;
    VIDEO_PORT_CONFIG_INFO Config;
} VP_DEVICE;

#define VP_SIGNATURE 0x56504258u

/* Bug checks 0xC4 unless Extension is one that the port driver gave out. */
VP_DEVICE *VpDevice(PVOID HwDeviceExtension, const CHAR *Routine,
                    const VOID *Caller);
#define VP_DEVICE_OF(HwDeviceExtension) \
    VpDevice(HwDeviceExtension, __func__, __builtin_return_address(0))

static inline PVOID VpExtension(VP_DEVICE *Device)
{
    return Device + 1;
}

/* ---- adapter.c: resources, HwVidFindAdapter, the interrupt -------------- */

NTSTATUS VpAdapterStart(VP_DEVICE *Device, PCM_RESOURCE_LIST Translated);
VOID VpAdapterStop(VP_DEVICE *Device);

/* ---- registers.c: mapped device memory ----------------------------------- */

/* Unmaps what the miniport has left: it has no callback to do so itself. */
VOID VpUnmapAll(VP_DEVICE *Device);

/* ---- request.c: video request packets ----------------------------------- */

/* What the first open of the device does: HwVidInitialize, once. */
NTSTATUS VpOpen(VP_DEVICE *Device);

/*
 * A device control request through HwVidStartIO; sets Information. Does not
 * complete it.
 */
NTSTATUS VpRequest(VP_DEVICE *Device, PIRP Irp);

#endif /* CBX_NT_VIDEOPRT_H */
