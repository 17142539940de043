/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrong use of the framework, one rule at a time. */
#include "wdftest.h"

static NTSTATUS CreateEnabler(TEST_DEVICE *Device, WDFDMAENABLER *Enabler)
{
    WDF_DMA_ENABLER_CONFIG Config = {
        .Size = sizeof(Config),
        .Profile = WdfDmaProfilePacket64,
        .MaximumLength = PAGE_SIZE,
    };

    return WdfDmaEnablerCreate(Device->Handle, &Config, NULL, Enabler);
}

static NTSTATUS NullParameter(TEST_DEVICE *Device)
{
    WDFDMAENABLER Enabler;

    return WdfDmaEnablerCreate(Device->Handle, NULL, NULL, &Enabler);
}

static NTSTATUS WrongType(TEST_DEVICE *Device)
{
    return WdfCommonBufferGetLength((WDFCOMMONBUFFER)Device->Handle)
           ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS DeletedHandle(TEST_DEVICE *Device)
{
    WDFDMAENABLER Enabler;
    NTSTATUS Status = CreateEnabler(Device, &Enabler);

    if (NT_SUCCESS(Status)) {
        WdfObjectDelete(Enabler);
        WdfDmaEnablerGetMaximumLength(Enabler);
    }
    return Status;
}

static NTSTATUS Dereference(TEST_DEVICE *Device)
{
    WDFOBJECT Object;
    NTSTATUS Status = WdfObjectCreate(NULL, &Object);

    UNREFERENCED_PARAMETER(Device);
    if (NT_SUCCESS(Status)) {
        WdfObjectDereferenceActual(Object, NULL, 0, NULL);
    }
    return Status;
}

static NTSTATUS ReferenceLeak(TEST_DEVICE *Device)
{
    WDFOBJECT Object;
    NTSTATUS Status = WdfObjectCreate(NULL, &Object);

    UNREFERENCED_PARAMETER(Device);
    if (NT_SUCCESS(Status)) {
        WdfObjectReferenceActual(Object, NULL, 0, NULL);
        WdfObjectDelete(Object);
    }
    return Status;
}

static VOID NTAPI RaisingCleanup(WDFOBJECT Object)
{
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Object);
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
}

static NTSTATUS CallbackIrql(TEST_DEVICE *Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDFOBJECT Object;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Device);
    Attributes.EvtCleanupCallback = RaisingCleanup;
    Status = WdfObjectCreate(&Attributes, &Object);
    if (NT_SUCCESS(Status)) {
        WdfObjectDelete(Object);
    }
    return Status;
}

static NTSTATUS LockTwice(TEST_DEVICE *Device)
{
    WDFSPINLOCK Lock;
    NTSTATUS Status = WdfSpinLockCreate(NULL, &Lock);

    UNREFERENCED_PARAMETER(Device);
    if (NT_SUCCESS(Status)) {
        WdfSpinLockAcquire(Lock);
        WdfSpinLockAcquire(Lock);
    }
    return Status;
}

/* WdfStringCreate, which the stand-in does not have. */
static NTSTATUS Missing(TEST_DEVICE *Device)
{
    UNREFERENCED_PARAMETER(Device);
    WdfFunctions[308]();
    return STATUS_SUCCESS;
}

static NTSTATUS AtDispatch(TEST_DEVICE *Device)
{
    WDFDMAENABLER Enabler;
    NTSTATUS Status;
    KIRQL Irql;

    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    Status = CreateEnabler(Device, &Enabler);
    KeLowerIrql(Irql);
    return Status == STATUS_INVALID_DEVICE_REQUEST ? STATUS_SUCCESS
                                                   : STATUS_UNSUCCESSFUL;
}

static NTSTATUS DeleteDevice(TEST_DEVICE *Device)
{
    WdfObjectDelete(Device->Handle);
    return STATUS_SUCCESS;
}

static NTSTATUS SmallStructure(TEST_DEVICE *Device)
{
    WDF_INTERRUPT_INFO Info = { .Size = sizeof(Info) - 8 };

    WdfInterruptGetInfo(Device->Interrupt, &Info);
    return STATUS_SUCCESS;
}

static NTSTATUS BufferOverrun(TEST_DEVICE *Device)
{
    WDFCOMMONBUFFER Buffer;
    WDFDMAENABLER Enabler;
    NTSTATUS Status;
    PUCHAR Va;

    Status = CreateEnabler(Device, &Enabler);
    if (NT_SUCCESS(Status)) {
        Status = WdfCommonBufferCreate(Enabler, 100, NULL, &Buffer);
    }
    if (NT_SUCCESS(Status)) {
        Va = WdfCommonBufferGetAlignedVirtualAddress(Buffer);
        Va[100] = 1;
        WdfObjectDelete(Enabler);
    }
    return Status;
}

const CASE WrongCases[] = {
    { L"wdf-null", NullParameter },
    { L"wdf-wrong-type", WrongType },
    { L"wdf-deleted-handle", DeletedHandle },
    { L"wdf-dereference", Dereference },
    { L"wdf-reference-leak", ReferenceLeak },
    { L"wdf-callback-irql", CallbackIrql },
    { L"wdf-lock-twice", LockTwice },
    { L"wdf-missing", Missing },
    { L"wdf-at-dispatch", AtDispatch },
    { L"wdf-delete-device", DeleteDevice },
    { L"wdf-small-structure", SmallStructure },
    { L"wdf-overrun", BufferOverrun },
    { NULL, NULL }
};
