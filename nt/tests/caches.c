/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet DMA of a device that does not snoop: who has to maintain the caches,
 * and what becomes of the data if he does not. The device is the witness, with
 * its model of the caches; of one that snoops everything is right.
 */
#include "cases.h"

#include <cbx/abi.h>

enum { LENGTH = 2 * PAGE_SIZE, OLD = 0x5a, NEW = 0xc3, LINE = 64 };

/* One transfer. */
typedef struct _WAY {
    ULONG Version;              /* of the adapter */
    BOOLEAN WriteToDevice;
    BOOLEAN KeFlush;            /* KeFlushIoBuffers before the mapping */
    BOOLEAN Late;               /* the CPU stores, or reads, while mapped */
    BOOLEAN Flush;              /* FlushDmaBuffer then */
    BOOLEAN Stale;              /* what comes of it, if nobody snoops */
} WAY;

static const WAY Ways[] = {
    { .Version = 2, .WriteToDevice = TRUE, .Stale = TRUE },
    { .Version = 2, .WriteToDevice = TRUE, .KeFlush = TRUE },
    { .Version = 3, .WriteToDevice = TRUE },
    { .Version = 3, .WriteToDevice = TRUE, .Late = TRUE, .Stale = TRUE },
    { .Version = 3, .WriteToDevice = TRUE, .Late = TRUE, .Flush = TRUE },
    { .Version = 2, .Stale = TRUE },
    { .Version = 2, .KeFlush = TRUE },
    { .Version = 3 },
    { .Version = 3, .Late = TRUE, .Stale = TRUE },
    { .Version = 3, .Late = TRUE, .Flush = TRUE },
};

typedef struct _STAGE {
    CASE_DEVICE *Device;
    PUCHAR Regs;
    PUCHAR Mem;                 /* device memory */
    PUCHAR Data;
    PMDL Mdl;
    ADAPTER Shared;             /* of the common buffer */
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;                  /* of the packets */
    SCATTER_GATHER_LIST *List;
} STAGE;

static VOID Write(const STAGE *S, ULONG Register, ULONGLONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(S->Regs + Register), (ULONG)Value);
}

static VOID WriteLong(const STAGE *S, ULONG Register, ULONGLONG Value)
{
    Write(S, Register, Value);
    Write(S, Register + 4, Value >> 32);
}

static ULONG Read(const STAGE *S, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(S->Regs + Register));
}

static VOID NTAPI ListControl(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                              PSCATTER_GATHER_LIST List, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    ((STAGE *)Context)->List = List;
}

static BOOLEAN Map(STAGE *S, BOOLEAN WriteToDevice)
{
    S->List = NULL;
    return NT_SUCCESS(S->A.Do->GetScatterGatherList(
               S->A.Adapter, S->Device->Self, S->Mdl, S->Data, LENGTH,
               ListControl, S, WriteToDevice)) &&
           S->List && S->List->NumberOfElements == 1;
}

static VOID Unmap(STAGE *S, BOOLEAN WriteToDevice)
{
    S->A.Do->PutScatterGatherList(S->A.Adapter, S->List, WriteToDevice);
}

static BOOLEAN Move(const STAGE *S, BOOLEAN WriteToDevice)
{
    WriteLong(S, CBX_ARM_BUS_ADDR_LO,
              S->List->Elements[0].Address.QuadPart);
    Write(S, CBX_ARM_DMA_LEN, LENGTH);
    Write(S, CBX_ARM_DMA_OFFSET, 0);
    Write(S, CBX_ARM_DMA_CTL, CBX_ARM_DMA_TRIGGER |
          (WriteToDevice ? 0 : CBX_ARM_DMA_FROM_DEVICE));
    return (Read(S, CBX_ARM_DMA_STATUS) & CBX_ARM_DMA_STATUS_MASK) ==
           CBX_ARM_DMA_OK;
}

/* Device memory, too: one byte at a time. */
static VOID Fill(volatile UCHAR *At, UCHAR Value)
{
    for (ULONG i = 0; i < LENGTH; i++) {
        At[i] = Value;
    }
}

static BOOLEAN Holds(const volatile UCHAR *At, UCHAR Value)
{
    for (ULONG i = 0; i < LENGTH; i++) {
        if (At[i] != Value) {
            return FALSE;
        }
    }
    return TRUE;
}

/*
 * The pages are a common buffer as well, which the device is told of: it
 * follows the lines of such memory alone.
 */
static BOOLEAN Declare(STAGE *S)
{
    if (!NT_SUCCESS(CaseAdapter(S->Device, 3, &S->Shared)) ||
        !NT_SUCCESS(S->Shared.Do->CreateCommonBufferFromMdl(
            S->Shared.Adapter, S->Mdl, NULL, 0, &S->Logical))) {
        return FALSE;
    }
    Write(S, CBX_REG_BUF_API, CBX_API_CREATE_COMMON_BUFFER_FROM_MDL);
    Write(S, CBX_REG_BUF_ELEMENT, 0);
    WriteLong(S, CBX_REG_BUF_VA_LO, (ULONG_PTR)S->Data);
    WriteLong(S, CBX_REG_BUF_LOGICAL_LO, S->Logical.QuadPart);
    WriteLong(S, CBX_REG_BUF_LENGTH_LO, LENGTH);
    WriteLong(S, CBX_REG_BUF_MIN_LO, 0);
    WriteLong(S, CBX_REG_BUF_MAX_LO, MAXULONGLONG);
    WriteLong(S, CBX_REG_BUF_ALIGN_LO, 0);
    Write(S, CBX_REG_BUF_CACHE, CBX_CACHE_CACHED);
    Write(S, CBX_REG_BUF_NODE, CBX_NODE_ANY);
    Write(S, CBX_REG_BUF_COMMAND, CBX_BUF_DECLARE);
    return Read(S, CBX_REG_BUF_STATUS) == CBX_STATUS_OK;
}

static VOID Release(STAGE *S)
{
    Write(S, CBX_REG_BUF_COMMAND, CBX_BUF_RELEASE);
    S->Shared.Do->FreeCommonBuffer(S->Shared.Adapter, LENGTH, S->Logical,
                                   S->Data, TRUE);
    S->Shared.Do->PutDmaAdapter(S->Shared.Adapter);
}

/* What it is all about: was the transfer's source its target in the end? */
static BOOLEAN Try(STAGE *S, const WAY *Way, BOOLEAN *Arrived)
{
    volatile UCHAR *From = Way->WriteToDevice ? S->Data : S->Mem;
    volatile UCHAR *To = Way->WriteToDevice ? S->Mem : S->Data;
    BOOLEAN Good;

    Fill(To, OLD);
    Fill(From, Way->Late && Way->WriteToDevice ? OLD : NEW);
    if (Way->KeFlush) {
        KeFlushIoBuffers(S->Mdl, !Way->WriteToDevice, TRUE);
    }
    if (!Map(S, Way->WriteToDevice)) {
        return FALSE;
    }
    if (Way->Late && Way->WriteToDevice) {
        Fill(From, NEW);
    }
    if (Way->Flush && Way->WriteToDevice) {
        S->A.Do->FlushDmaBuffer(S->A.Adapter, S->Mdl, FALSE);
    }
    Good = Move(S, Way->WriteToDevice);
    if (Way->Flush && !Way->WriteToDevice) {
        S->A.Do->FlushDmaBuffer(S->A.Adapter, S->Mdl, TRUE);
    }
    *Arrived = Holds(To, NEW);
    Unmap(S, Way->WriteToDevice);
    *Arrived = Way->Late ? *Arrived : Holds(To, NEW);
    return Good;
}

static NTSTATUS TryAll(STAGE *S)
{
    BOOLEAN Snoops = !(Read(S, CBX_REG_FEATURES) & CBX_FEATURE_NON_COHERENT);
    NTSTATUS Status = STATUS_SUCCESS;

    if (!Declare(S)) {
        return STATUS_UNSUCCESSFUL;
    }
    for (ULONG i = 0; i < RTL_NUMBER_OF(Ways); i++) {
        BOOLEAN Expected = Snoops || !Ways[i].Stale;
        BOOLEAN Arrived = FALSE, Good;
        KIRQL Irql;

        if (!NT_SUCCESS(CaseAdapter(S->Device, Ways[i].Version, &S->A))) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Good = (S->A.Do->GetDmaAlignment(S->A.Adapter) >= LINE) != Snoops;
        KeRaiseIrql(DISPATCH_LEVEL, &Irql);
        Good = Good && Try(S, &Ways[i], &Arrived);
        KeLowerIrql(Irql);
        S->A.Do->PutDmaAdapter(S->A.Adapter);
        if (!Good || Arrived != Expected) {
            DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
                       "way %u: %s\n", i, !Good ? "no transfer" : Arrived
                       ? "arrived, and must not" : "did not arrive");
            Status = STATUS_DATA_ERROR;
        }
    }
    Release(S);
    return Status;
}

NTSTATUS CasePacketCaches(CASE_DEVICE *Device)
{
    const CM_PARTIAL_RESOURCE_LIST *List =
        &Device->Translated->List[0].PartialResourceList;
    PHYSICAL_ADDRESS Anywhere = { .QuadPart = -1 };
    STAGE S = { .Device = Device };
    NTSTATUS Status;

    S.Regs = MmMapIoSpace(List->PartialDescriptors[0].u.Memory.Start,
                          PAGE_SIZE, MmNonCached);
    S.Mem = MmMapIoSpace(List->PartialDescriptors[1].u.Memory.Start, LENGTH,
                         MmNonCached);
    S.Data = MmAllocateContiguousMemory(LENGTH, Anywhere);
    S.Mdl = IoAllocateMdl(S.Data, LENGTH, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(S.Mdl);
    Status = TryAll(&S);
    IoFreeMdl(S.Mdl);
    MmFreeContiguousMemory(S.Data);
    MmUnmapIoSpace(S.Mem, LENGTH);
    MmUnmapIoSpace(S.Regs, PAGE_SIZE);
    return Status;
}

/* ---- KeFlushIoBuffers, where it is a function --------------------------- */

#ifdef __aarch64__
static NTSTATUS KeFlushAtHigh(CASE_DEVICE *Device)
{
    KIRQL Irql;
    MDL Mdl;

    UNREFERENCED_PARAMETER(Device);
    RtlZeroMemory(&Mdl, sizeof(Mdl));
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Irql);
    KeFlushIoBuffers(&Mdl, FALSE, TRUE);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS KeFlushNotLocked(CASE_DEVICE *Device)
{
    UCHAR Data[16];
    MDL Mdl[2];

    UNREFERENCED_PARAMETER(Device);
    MmInitializeMdl(Mdl, Data, sizeof(Data));
    KeFlushIoBuffers(Mdl, FALSE, TRUE);
    return STATUS_SUCCESS;
}
#endif

const CASE CacheCases[] = {
#ifdef __aarch64__
    { L"ke-flush-at-high", KeFlushAtHigh, TRUE },
    { L"ke-flush-not-locked", KeFlushNotLocked, TRUE },
#endif
    { NULL, NULL, FALSE },
};
