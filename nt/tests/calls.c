/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The newer calls of DMA_OPERATIONS: wrong use, and what they must refuse. */
#include "cases.h"

NTSTATUS CaseAdapter(CASE_DEVICE *Device, ULONG Version, ADAPTER *Adapter)
{
    CBX_DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = Version;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma64BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 0x10000;
    Description.DmaAddressWidth = 64;
    Adapter->Adapter = (PVOID)IoGetDmaAdapter(Device->Pdo,
                                              (PVOID)&Description,
                                              &MapRegisters);
    if (!Adapter->Adapter) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Adapter->Do = Adapter->Adapter->DmaOperations;
    return STATUS_SUCCESS;
}

/* ---- AllocateCommonBufferWithBounds ------------------------------------- */

static PVOID Bounds(const ADAPTER *A, LONGLONG Minimum, LONGLONG Maximum,
                    ULONG Flags, MEMORY_CACHING_TYPE Cache,
                    PHYSICAL_ADDRESS *Logical)
{
    PHYSICAL_ADDRESS Low, High;

    Low.QuadPart = Minimum;
    High.QuadPart = Maximum;
    return A->Do->AllocateCommonBufferWithBounds(A->Adapter, &Low, &High, 4096,
                                                 Flags, &Cache, 0, Logical);
}

static NTSTATUS BoundsAtDispatch(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    KIRQL Irql;

    CaseAdapter(Device, 3, &A);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Bounds(&A, 0, -1, 0, MmCached, &Logical);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

/* What NULL for the cache type gives is cached, and is to be freed so. */
static NTSTATUS BoundsWrongCache(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    CaseAdapter(Device, 3, &A);
    Va = A.Do->AllocateCommonBufferWithBounds(A.Adapter, NULL, NULL, 4096, 0,
                                              NULL, 0, &Logical);
    A.Do->FreeCommonBuffer(A.Adapter, 4096, Logical, Va, FALSE);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

NTSTATUS CaseBoundsRefused(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;

    CaseAdapter(Device, 3, &A);
    if (!Bounds(&A, 0, -1, 2, MmCached, &Logical) &&
        !Bounds(&A, 0, -1, 0, MmWriteCombined, &Logical) &&
        !Bounds(&A, 0x2000000, 0x1000000, 0, MmCached, &Logical) &&
        !A.Do->AllocateCommonBufferWithBounds(A.Adapter, NULL, NULL, 0, 0,
                                              NULL, 0, &Logical)) {
        Status = STATUS_SUCCESS;
    }
    A.Do->PutDmaAdapter(A.Adapter);
    return Status;
}

/* ---- DMA domains --------------------------------------------------------- */

static NTSTATUS Domain(const ADAPTER *A, HANDLE Handle, ULONG Length,
                       ULONG Flags, MEMORY_CACHING_TYPE Cache, PVOID *Va,
                       PHYSICAL_ADDRESS *Logical)
{
    return A->Do->AllocateDomainCommonBuffer(A->Adapter, Handle, NULL, Length,
                                             Flags, &Cache, 0, Logical, Va);
}

static NTSTATUS DomainAtDispatch(CASE_DEVICE *Device)
{
    ADAPTER A;
    KIRQL Irql;

    CaseAdapter(Device, 3, &A);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    A.Do->GetDmaDomain(A.Adapter);
    KeLowerIrql(Irql);
    return STATUS_SUCCESS;
}

static NTSTATUS DomainLeak(CASE_DEVICE *Device)
{
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    CaseAdapter(Device, 3, &A);
    Domain(&A, A.Do->GetDmaDomain(A.Adapter), 4096, 0, MmCached, &Va,
           &Logical);
    A.Do->PutDmaAdapter(A.Adapter);
    return STATUS_SUCCESS;
}

/* There is no IOMMU in the path of these tests. */
NTSTATUS CaseDomainRefused(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    CaseAdapter(Device, 3, &A);
    if (!A.Do->GetDmaDomain(A.Adapter) &&
        A.Do->JoinDmaDomain(A.Adapter, NULL) == STATUS_NOT_SUPPORTED &&
        A.Do->LeaveDmaDomain(A.Adapter) == STATUS_NOT_SUPPORTED &&
        Domain(&A, &A, 4096, 0, MmCached, &Va, &Logical) ==
        STATUS_INVALID_HANDLE &&
        Domain(&A, NULL, 0, 0, MmCached, &Va, &Logical) ==
        STATUS_INVALID_PARAMETER &&
        Domain(&A, NULL, 4096, 2, MmCached, &Va, &Logical) ==
        STATUS_INVALID_PARAMETER &&
        Domain(&A, NULL, 4096, 0, MmWriteCombined, &Va, &Logical) ==
        STATUS_INVALID_PARAMETER &&
        Domain(&A, NULL, 4096, CBX_DOMAIN_COMMON_BUFFER_LARGE_PAGE, MmCached,
               &Va, &Logical) == STATUS_INSUFFICIENT_RESOURCES) {
        Status = STATUS_SUCCESS;
    }
    A.Do->PutDmaAdapter(A.Adapter);
    return Status;
}

/* With an IOMMU: one domain, which both adapters of the device are in. */
static NTSTATUS DomainJoin(CASE_DEVICE *Device)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    PHYSICAL_ADDRESS Logical;
    ADAPTER A, B;
    HANDLE Handle;
    PVOID Va;

    CaseAdapter(Device, 3, &A);
    CaseAdapter(Device, 3, &B);
    Handle = A.Do->GetDmaDomain(A.Adapter);
    if (Handle && B.Do->GetDmaDomain(B.Adapter) == Handle &&
        B.Do->LeaveDmaDomain(B.Adapter) == STATUS_INVALID_DEVICE_STATE &&
        B.Do->JoinDmaDomain(B.Adapter, NULL) == STATUS_INVALID_HANDLE &&
        B.Do->JoinDmaDomain(B.Adapter, Handle) == STATUS_SUCCESS &&
        B.Do->JoinDmaDomain(B.Adapter, Handle) ==
        STATUS_INVALID_DEVICE_STATE &&
        Domain(&B, NULL, 4096, 0, MmCached, &Va, &Logical) ==
        STATUS_INVALID_HANDLE &&
        NT_SUCCESS(Domain(&B, Handle, 4096, 0, MmNonCached, &Va, &Logical))) {
        B.Do->FreeCommonBuffer(B.Adapter, 4096, Logical, Va, FALSE);
        Status = B.Do->LeaveDmaDomain(B.Adapter);
    }
    B.Do->PutDmaAdapter(B.Adapter);
    A.Do->PutDmaAdapter(A.Adapter);
    return Status;
}

/* ---- HalAllocateCommonBuffer, HalFreeCommonBuffer ----------------------- */

static NTSTATUS HalDoubleFree(CASE_DEVICE *Device)
{
    UNICODE_STRING AllocateName =
        RTL_CONSTANT_STRING(L"HalAllocateCommonBuffer");
    UNICODE_STRING FreeName = RTL_CONSTANT_STRING(L"HalFreeCommonBuffer");
    PVOID (NTAPI *Allocate)(CBX_DMA_ADAPTER *, ULONG, PHYSICAL_ADDRESS *,
                            BOOLEAN);
    VOID (NTAPI *Free)(CBX_DMA_ADAPTER *, ULONG, PHYSICAL_ADDRESS, PVOID,
                       BOOLEAN);
    PHYSICAL_ADDRESS Logical;
    ADAPTER A;
    PVOID Va;

    *(PVOID *)&Allocate = MmGetSystemRoutineAddress(&AllocateName);
    *(PVOID *)&Free = MmGetSystemRoutineAddress(&FreeName);
    CaseAdapter(Device, 3, &A);
    Va = Allocate(A.Adapter, 100, &Logical, TRUE);
    Free(A.Adapter, 100, Logical, Va, TRUE);
    Free(A.Adapter, 100, Logical, Va, TRUE);
    return STATUS_SUCCESS;
}

const CASE CallCases[] = {
    { L"hal-double-free", HalDoubleFree, TRUE },
    { L"domain-join", DomainJoin, FALSE },
    { L"domain-at-dispatch", DomainAtDispatch, TRUE },
    { L"domain-leak", DomainLeak, TRUE },
    { L"bounds-at-dispatch", BoundsAtDispatch, TRUE },
    { L"bounds-wrong-cache", BoundsWrongCache, TRUE },
    { NULL, NULL, FALSE },
};
