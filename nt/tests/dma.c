/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrong use of DMA adapters and common buffers. */
#include "cases.h"

/* An adapter of version 3 with one buffer of `Length` bytes. */
static PVOID GetBuffer(CASE_DEVICE *Device, ADAPTER *Adapter, ULONG Length,
                       PHYSICAL_ADDRESS *Logical)
{
    if (!NT_SUCCESS(CaseAdapter(Device, 3, Adapter))) {
        return NULL;
    }
    return Adapter->Do->AllocateCommonBuffer(Adapter->Adapter, Length, Logical,
                                             TRUE);
}

static NTSTATUS DoubleFree(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va = GetBuffer(Device, &A, 4096, &Logical);

    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va, TRUE);
    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS Overrun(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PUCHAR Va = GetBuffer(Device, &A, 100, &Logical);

    Va[100] = 1;
    A.Do->FreeCommonBuffer(A.Adapter, 100, Logical, Va, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS PutWithBuffer(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;

    GetBuffer(Device, &A, 4096, &Logical);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS UseAfterPut(CASE_DEVICE *Device)
{
    PVOID (NTAPI *Allocate)(CBX_DMA_ADAPTER *, ULONG, PHYSICAL_ADDRESS *,
                            BOOLEAN);
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;

    CaseAdapter(Device, 3, &A);
    Allocate = A.Do->AllocateCommonBuffer;
    A.Do->PutDmaAdapter(A.Adapter);
    Allocate(A.Adapter, 4096, &Logical, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS AllocateAtDispatch(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    KIRQL Irql;

    CaseAdapter(Device, 3, &A);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    A.Do->AllocateCommonBuffer(A.Adapter, 4096, &Logical, TRUE);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS WrongLength(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va = GetBuffer(Device, &A, 4096, &Logical);

    A.Do->FreeCommonBuffer(A.Adapter, 4095, Logical, Va, TRUE);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS WrongCache(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va = GetBuffer(Device, &A, 4096, &Logical);

    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va, FALSE);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS BadVersion(CASE_DEVICE *Device)
{
    ADAPTER A;

    return CaseAdapter(Device, 4, &A);
}

NTSTATUS CaseOldVersion(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    ADAPTER A;

    CaseAdapter(Device, 1, &A);
    if (A.Do->Size != 0x68 || A.Do->CalculateScatterGatherList) {
        return Status;
    }
    A.Do->PutDmaAdapter(A.Adapter);
    CaseAdapter(Device, 3, &A);
    if (A.Do->Size != 0x140 || !CBX_DMA_HAS(A.Do, CreateCommonBufferFromMdl)) {
        return Status;
    }
    A.Do->PutDmaAdapter(A.Adapter);
    CaseAdapter(Device, 2, &A);
    if (A.Do->Size == 0x80 && !CBX_DMA_HAS(A.Do, AllocateCommonBufferEx) &&
        !A.Do->GetDmaAdapterInfo) {
        Status = STATUS_SUCCESS;
    }
    A.Do->PutDmaAdapter(A.Adapter);
    return Status;
}

static NTSTATUS WrongLogical(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va = GetBuffer(Device, &A, 4096, &Logical);

    Logical.QuadPart += PAGE_SIZE;
    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS WrongAddress(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PUCHAR Va = GetBuffer(Device, &A, 4096, &Logical);

    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va + 16, TRUE);
    return STATUS_SUCCESS;
}

static NTSTATUS NullAdapter(CASE_DEVICE *Device)
{
    ADAPTER A;

    CaseAdapter(Device, 3, &A);
    A.Do->GetDmaAlignment(NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS GetAdapter(CASE_DEVICE *Device)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"HalGetAdapter");
    PVOID (NTAPI *Get)(PVOID Description, PULONG MapRegisters);

    UNREFERENCED_PARAMETER(Device);
    *(PVOID *)&Get = MmGetSystemRoutineAddress(&Name);
    Get(NULL, NULL);
    return STATUS_SUCCESS;
}

/* A device that cannot follow a list, and two pages that do not neighbour. */
static NTSTATUS Scattered(CASE_DEVICE *Device)
{
    PUCHAR Va = ExAllocatePoolWithTag(NonPagedPool, 3 * PAGE_SIZE, 0x54534554);
    PMDL Mdl = IoAllocateMdl(Va, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
    PPFN_NUMBER Pages = MmGetMdlPfnArray(Mdl);
    CBX_DEVICE_DESCRIPTION Description;
    CBX_DMA_ADAPTER *Adapter;
    CBX_DMA_OPERATIONS *Do;
    ULONG Size;
    KIRQL Irql;

    MmBuildMdlForNonPagedPool(Mdl);
    Pages[1] = Pages[2];
    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = 3;
    Description.Master = TRUE;
    Description.DmaAddressWidth = 64;
    Description.MaximumLength = 0x10000;
    Adapter = (PVOID)IoGetDmaAdapter(Device->Pdo, (PVOID)&Description, &Size);
    Do = (CBX_DMA_OPERATIONS *)Adapter->DmaOperations;
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Do->GetScatterGatherList(Adapter, Device->Self, Mdl, Va, 2 * PAGE_SIZE,
                             NULL, NULL, TRUE);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static CBX_DMA_COMMON_BUFFER_VECTOR *GetVector(CASE_DEVICE *Device, ADAPTER *A)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector = NULL;
    PHYSICAL_ADDRESS Low, High;

    Low.QuadPart = 0;
    High.QuadPart = -1;
    CaseAdapter(Device, 3, A);
    A->Do->AllocateCommonBufferVector(A->Adapter, Low, High, MmCached, 0, 0, 3,
                                      4096, &Vector);
    return Vector;
}

static NTSTATUS VectorIndex(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    Vector = GetVector(Device, &A);
    A.Do->GetCommonBufferFromVectorByIndex(A.Adapter, Vector, 3, &Va,
                                           &Logical);
    return STATUS_SUCCESS;
}

static NTSTATUS VectorTwice(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    ADAPTER A;

    Vector = GetVector(Device, &A);
    A.Do->FreeCommonBufferFromVector(A.Adapter, Vector, 1);
    A.Do->FreeCommonBufferFromVector(A.Adapter, Vector, 1);
    return STATUS_SUCCESS;
}

static NTSTATUS VectorLeak(CASE_DEVICE *Device)
{
    ADAPTER A;

    GetVector(Device, &A);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

static NTSTATUS VectorUsedAfter(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    Vector = GetVector(Device, &A);
    A.Do->FreeCommonBufferVector(A.Adapter, Vector);
    A.Do->GetCommonBufferFromVectorByIndex(A.Adapter, Vector, 0, &Va,
                                           &Logical);
    return STATUS_SUCCESS;
}

static NTSTATUS VectorAtDispatch(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    ADAPTER A;
    KIRQL Irql;

    Vector = GetVector(Device, &A);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    A.Do->FreeCommonBufferVector(A.Adapter, Vector);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS VectorOtherAdapter(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    ADAPTER A, B;

    Vector = GetVector(Device, &A);
    CaseAdapter(Device, 3, &B);
    B.Do->FreeCommonBufferVector(B.Adapter, Vector);
    return STATUS_SUCCESS;
}

/* Elements first, then the vector; and the vector with elements left. */
NTSTATUS CaseVectorFreed(CASE_DEVICE *Device)
{
    CBX_DMA_COMMON_BUFFER_VECTOR *Vector;
    ADAPTER A;

    for (ULONG Single = 0; Single <= 3; Single++) {
        Vector = GetVector(Device, &A);
        for (ULONG i = 0; i < Single; i++) {
            A.Do->FreeCommonBufferFromVector(A.Adapter, Vector, i);
        }
        A.Do->FreeCommonBufferVector(A.Adapter, Vector);
        A.Do->PutDmaAdapter(A.Adapter);
    }
    return STATUS_SUCCESS;
}

/* The member of a newer adapter, the adapter an older one. */
static NTSTATUS OtherVersion(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER New, Old;

    CaseAdapter(Device, 3, &New);
    CaseAdapter(Device, 2, &Old);
    New.Do->AllocateCommonBufferEx(Old.Adapter, NULL, 4096, &Logical, TRUE, 0);
    return STATUS_SUCCESS;
}

static NTSTATUS OlderVersion(CASE_DEVICE *Device)
{
    ULONG Size, Registers;
    ADAPTER New, Old;

    CaseAdapter(Device, 2, &New);
    CaseAdapter(Device, 1, &Old);
    New.Do->CalculateScatterGatherList(Old.Adapter, NULL, NULL, 1, &Size,
                                       &Registers);
    return STATUS_SUCCESS;
}

static NTSTATUS LeakBuffer(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;

    return GetBuffer(Device, &A, 4096, &Logical) ? STATUS_SUCCESS
                                                 : STATUS_UNSUCCESSFUL;
}

/* Harmless in cached memory; what is not cached is Device memory on arm64. */
static VOID AccessMisaligned(PUCHAR Va)
{
    *(volatile ULONG *)(Va + 4) = 1;
    *(volatile ULONG *)(Va + 1) = 1;
}

static NTSTATUS Misaligned(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    PUCHAR Va;
    ADAPTER A;

    CaseAdapter(Device, 3, &A);
    Va = A.Do->AllocateCommonBufferEx(A.Adapter, NULL, PAGE_SIZE, &Logical,
                                      FALSE, CBX_MM_ANY_NODE_OK);
    if (!Va) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    AccessMisaligned(Va);
    A.Do->FreeCommonBuffer(A.Adapter, PAGE_SIZE, Logical, Va, FALSE);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

/* That the driver asked for cached memory is no excuse. */
static NTSTATUS MisalignedCached(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PUCHAR Va = GetBuffer(Device, &A, PAGE_SIZE, &Logical);

    if (!Va) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    AccessMisaligned(Va);
    A.Do->FreeCommonBuffer(A.Adapter, PAGE_SIZE, Logical, Va, TRUE);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

const CASE DmaCases[] = {
    { L"dma-misaligned", Misaligned, FALSE },
    { L"dma-misaligned-cached", MisalignedCached, FALSE },
    { L"dma-double-free", DoubleFree, TRUE },
    { L"dma-overrun", Overrun, TRUE },
    { L"dma-put-with-buffer", PutWithBuffer, TRUE },
    { L"dma-use-after-put", UseAfterPut, TRUE },
    { L"dma-at-dispatch", AllocateAtDispatch, TRUE },
    { L"dma-wrong-length", WrongLength, TRUE },
    { L"dma-wrong-cache", WrongCache, TRUE },
    { L"dma-bad-version", BadVersion, TRUE },
    { L"dma-wrong-logical", WrongLogical, TRUE },
    { L"dma-wrong-address", WrongAddress, TRUE },
    { L"dma-null-adapter", NullAdapter, TRUE },
    { L"hal-get-adapter", GetAdapter, TRUE },
    { L"packet-scattered", Scattered, FALSE },
    { L"dma-leak", LeakBuffer, FALSE },
    { L"vector-index", VectorIndex, TRUE },
    { L"vector-twice", VectorTwice, TRUE },
    { L"vector-leak", VectorLeak, TRUE },
    { L"vector-used-after-free", VectorUsedAfter, TRUE },
    { L"vector-at-dispatch", VectorAtDispatch, TRUE },
    { L"vector-other-adapter", VectorOtherAdapter, TRUE },
    { L"dma-version-3-of-2", OtherVersion, TRUE },
    { L"dma-version-2-of-1", OlderVersion, TRUE },
    { NULL, NULL, FALSE },
};
