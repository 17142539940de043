/* SPDX-License-Identifier: MIT */
#include "packet.h"

#include "cbx/abi.h"
#include "core/check.h"
#include "core/pattern.h"
#include "core/status.h"
#include "pool.h"

enum {
    /* Neither start nor end on a page's border. */
    PACKET_SKEW = 72,
    PACKET_LENGTH = 3 * PAGE_SIZE + 200,
};

/* One transfer of the buffer. */
typedef struct _CBX_PACKET {
    CbxSuite *Suite;
    const CBX_ADAPTER *Adapter;
    UCHAR *Data;
    PMDL Mdl;
    BOOLEAN ToDevice;
    BOOLEAN Flushes;
    uint64_t Seed;
    KEVENT Done;

    /* What came of it. */
    NTSTATUS Flushed;
    ULONG Elements;
    ULONGLONG Bytes;            /* of all elements */
    BOOLEAN InLimits;
    uint32_t Transfer;          /* CBX_STATUS_* of the first that failed */
} CBX_PACKET;

BOOLEAN
PacketListIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return CBX_DMA_HAS(Operations, GetScatterGatherList) &&
           CBX_DMA_HAS(Operations, PutScatterGatherList);
}

BOOLEAN
PacketFlushIsOffered(const CBX_DMA_OPERATIONS *Operations)
{
    return PacketListIsOffered(Operations) &&
           CBX_DMA_HAS(Operations, FlushDmaBuffer);
}

static VOID
PacketBarrier(const CBX_PACKET *Packet)
{
    const CbxWorld *World = Packet->Suite->dev->world;

    World->ops->barrier(World->context);
}

/*
 * Before version 3 the driver maintains the caches ahead of a transfer; from
 * then on the system does, as it always does behind it.
 */
static VOID
PacketMaintain(const CBX_PACKET *Packet)
{
    if (!CBX_DMA_HAS(Packet->Adapter->Operations, MapTransferEx)) {
        KeFlushIoBuffers(Packet->Mdl, !Packet->ToDevice, TRUE);
    }
}

static VOID
PacketFlush(CBX_PACKET *Packet)
{
    Packet->Flushed = Packet->Adapter->Operations->FlushDmaBuffer(
        Packet->Adapter->Dma, Packet->Mdl, !Packet->ToDevice);
}

/* One element after the other, as the list has them. */
static VOID
PacketTransfer(CBX_PACKET *Packet, const SCATTER_GATHER_LIST *List)
{
    CbxDevice *Device = Packet->Suite->dev;

    for (ULONG i = 0; i < List->NumberOfElements; i++) {
        const SCATTER_GATHER_ELEMENT *Element = &List->Elements[i];
        ULONGLONG Address = (ULONGLONG)Element->Address.QuadPart;
        ULONG At = (ULONG)Packet->Bytes;

        Packet->Elements++;
        Packet->Bytes += Element->Length;
        if (!Element->Length || Packet->Bytes > PACKET_LENGTH ||
            Address + Element->Length - 1 < Address ||
            Address + Element->Length - 1 > Packet->Adapter->LastAddress) {
            Packet->InLimits = FALSE;
            return;
        }
        Packet->Transfer =
            Packet->ToDevice
            ? cbx_device_dma_in(Device, Address, Element->Length, At)
            : cbx_device_dma_out(Device, Address, Element->Length, At);
        if (Packet->Transfer != CBX_STATUS_OK) {
            return;
        }
    }
}

static DRIVER_LIST_CONTROL PacketListControl;

static VOID NTAPI
PacketListControl(DEVICE_OBJECT *Device, IRP *Irp, SCATTER_GATHER_LIST *List,
                  PVOID Context)
{
    CBX_PACKET *Packet = Context;

    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);

    if (Packet->Flushes && Packet->ToDevice) {
        PacketFlush(Packet);
    }
    PacketTransfer(Packet, List);
    if (Packet->Flushes && !Packet->ToDevice) {
        PacketFlush(Packet);
    }
    Packet->Adapter->Operations->PutScatterGatherList(
        Packet->Adapter->Dma, List, Packet->ToDevice);
    KeSetEvent(&Packet->Done, IO_NO_INCREMENT, FALSE);
}

/* The routine is called even if it has to wait for map registers. */
static NTSTATUS
PacketRun(CBX_PACKET *Packet)
{
    NTSTATUS Status;
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Status = Packet->Adapter->Operations->GetScatterGatherList(
        Packet->Adapter->Dma, Packet->Adapter->Device, Packet->Mdl,
        MmGetMdlVirtualAddress(Packet->Mdl), PACKET_LENGTH, PacketListControl,
        Packet, Packet->ToDevice);
    KeLowerIrql(Irql);
    if (NT_SUCCESS(Status)) {
        KeWaitForSingleObject(&Packet->Done, Executive, KernelMode, FALSE,
                              NULL);
    }
    return Status;
}

/* What is sent has the pattern; where it is to arrive is the complement. */
static VOID
PacketFill(const CBX_PACKET *Packet)
{
    volatile uint8_t *Mem = Packet->Suite->dev->world->mem;

    cbx_pattern_fill(Packet->ToDevice ? Packet->Data : Mem, PACKET_LENGTH,
                     Packet->Seed, 0, CBX_PATTERN_PLAIN);
    cbx_pattern_fill(Packet->ToDevice ? Mem : Packet->Data, PACKET_LENGTH,
                     Packet->Seed, 0, CBX_PATTERN_INVERTED);
    PacketBarrier(Packet);
}

static BOOLEAN
PacketArrived(const CBX_PACKET *Packet, CbxText *Seen)
{
    volatile uint8_t *Mem = Packet->Suite->dev->world->mem;
    uint64_t At;

    cbx_text_dec(Seen, Packet->Elements);
    cbx_text_add(Seen, Packet->Elements == 1 ? " element" : " elements");
    cbx_text_add(Seen, ", ");
    cbx_text_dec(Seen, Packet->Bytes);
    cbx_text_add(Seen, " of ");
    cbx_text_dec(Seen, PACKET_LENGTH);
    cbx_text_add(Seen, " bytes");
    if (!Packet->InLimits) {
        cbx_text_add(Seen, ", the last element beyond the limits");
        return FALSE;
    }
    if (Packet->Transfer != CBX_STATUS_OK) {
        cbx_text_add(Seen, ", the transfer of the last: ");
        cbx_text_add(Seen, cbx_status_text(Packet->Transfer));
        return FALSE;
    }
    PacketBarrier(Packet);
    At = cbx_pattern_compare(Packet->ToDevice ? Mem : Packet->Data,
                             Packet->Bytes, Packet->Seed, 0,
                             CBX_PATTERN_PLAIN);
    if (At != CBX_PATTERN_SAME) {
        cbx_text_add(Seen, ", another byte arrived at offset ");
        cbx_text_hex(Seen, At);
        return FALSE;
    }
    return TRUE;
}

static CbxVerdict
PacketTry(CBX_PACKET *Packet, CbxText *Seen)
{
    NTSTATUS Status;
    BOOLEAN Good;

    PacketFill(Packet);
    PacketMaintain(Packet);
    Status = PacketRun(Packet);
    if (!NT_SUCCESS(Status)) {
        cbx_text_add(Seen, "GetScatterGatherList: status ");
        cbx_text_hex(Seen, (ULONG)Status);
        return CBX_FAIL;
    }
    Good = PacketArrived(Packet, Seen);
    if (!Packet->Flushes) {
        return Good && Packet->Bytes == PACKET_LENGTH ? CBX_PASS : CBX_FAIL;
    }
    cbx_text_add(Seen, ", FlushDmaBuffer: status ");
    cbx_text_hex(Seen, (ULONG)Packet->Flushed);
    return Good && NT_SUCCESS(Packet->Flushed) ? CBX_PASS : CBX_FAIL;
}

static VOID
PacketReport(CBX_PACKET *Packet, ULONG Api, CbxCheckId Check)
{
    CbxVerdict Verdict = CBX_SKIP;
    char Seen[CBX_SEEN_MAX];
    char Variant[64];
    CbxText Text;

    cbx_text_init(&Text, Variant, sizeof(Variant));
    cbx_text_add(&Text, Packet->ToDevice ? "to the device, adapter "
                                         : "from the device, adapter ");
    cbx_text_add(&Text, Packet->Adapter->Name);
    cbx_text_init(&Text, Seen, sizeof(Seen));
    if (!Packet->Mdl) {
        cbx_text_add(&Text, "no memory for the buffer");
    } else if (Packet->Suite->dev->mem_length < PACKET_LENGTH) {
        cbx_text_add(&Text, "device memory is not mapped");
    } else {
        Verdict = PacketTry(Packet, &Text);
    }
    cbx_suite_result(Packet->Suite, Check, Api, Variant, Verdict, Seen);
}

static VOID
PacketCheck(CbxSuite *Suite, const CBX_ADAPTER *Adapter, ULONG Api,
            CbxCheckId Check)
{
    ULONG Alignment = Adapter->Operations->GetDmaAlignment(Adapter->Dma);
    /* No cache line at either end may have anything of somebody else. */
    ULONG Skew = (PACKET_SKEW + Alignment - 1) & ~(Alignment - 1);
    UCHAR *Pages = ExAllocatePoolWithTag(NonPagedPool,
                                         Skew + PACKET_LENGTH + Alignment,
                                         CBX_POOL_TAG);
    PMDL Mdl = NULL;

    if (Pages) {
        Mdl = IoAllocateMdl(Pages + Skew, PACKET_LENGTH, FALSE, FALSE, NULL);
    }
    if (Mdl) {
        MmBuildMdlForNonPagedPool(Mdl);
    }
    for (ULONG i = 0; i < 2; i++) {
        CBX_PACKET Packet = {
            .Suite = Suite,
            .Adapter = Adapter,
            .Data = Pages + Skew,
            .Mdl = Mdl,
            .ToDevice = i == 0,
            .Flushes = Api == CBX_API_FLUSH_DMA_BUFFER,
            .Seed = cbx_suite_new_seed(Suite),
            .InLimits = TRUE,
            .Transfer = CBX_STATUS_OK,
        };

        KeInitializeEvent(&Packet.Done, NotificationEvent, FALSE);
        PacketReport(&Packet, Api, Check);
    }
    if (Mdl) {
        IoFreeMdl(Mdl);
    }
    if (Pages) {
        ExFreePoolWithTag(Pages, CBX_POOL_TAG);
    }
}

VOID
PacketListCheck(CbxSuite *Suite, const CBX_ADAPTER *Adapter)
{
    PacketCheck(Suite, Adapter, CBX_API_GET_SCATTER_GATHER_LIST,
                CBX_CHECK_scatter_gather);
}

VOID
PacketFlushCheck(CbxSuite *Suite, const CBX_ADAPTER *Adapter)
{
    PacketCheck(Suite, Adapter, CBX_API_FLUSH_DMA_BUFFER, CBX_CHECK_flush);
}
