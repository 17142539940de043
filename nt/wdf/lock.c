/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFSPINLOCK and WDFWAITLOCK, and a device's callback lock. */
#include "wdf.h"

typedef struct _FX_SPIN_LOCK {
    FX_OBJECT Head;
    KSPIN_LOCK Lock;
    PKTHREAD Owner;
    KIRQL OldIrql;
} FX_SPIN_LOCK;

typedef struct _FX_WAIT_LOCK {
    FX_OBJECT Head;
    KEVENT Free;                /* a synchronization event */
    PKTHREAD Owner;
} FX_WAIT_LOCK;

/* ---- WDFSPINLOCK -------------------------------------------------------- */

NTSTATUS NTAPI WdfSpinLockCreate(PWDF_DRIVER_GLOBALS Globals,
                                 PWDF_OBJECT_ATTRIBUTES Attributes,
                                 WDFSPINLOCK *Handle)
{
    FX_SPIN_LOCK *Lock;
    NTSTATUS Status;

    FX_REQUIRE(Handle);
    Status = FxObjectCreate(FxTypeSpinLock, sizeof(*Lock),
                            &FxGlobals(Globals)->Driver->Head, Attributes, 0,
                            __builtin_return_address(0), &Lock);
    if (NT_SUCCESS(Status)) {
        KeInitializeSpinLock(&Lock->Lock);
        *Handle = FxHandle(Lock);
    }
    return Status;
}

/* WDF_VIOLATION 0x2: taken by the one who holds it. */
static VOID RequireOther(PKTHREAD Owner, const CHAR *Routine,
                         const VOID *Caller)
{
    CHAR Where[64];

    if (Owner == KeGetCurrentThread()) {
        NtsBugCheck(FX_BUG_VIOLATION, FX_VIOLATION_LOCK, 0, 0, 0,
                    "%s of a lock that the thread holds, by %s", Routine,
                    NtsWhere(Caller, Where, sizeof(Where)));
    }
}

VOID NTAPI WdfSpinLockAcquire(PWDF_DRIVER_GLOBALS Globals, WDFSPINLOCK Handle)
{
    FX_SPIN_LOCK *Lock = FX_OBJECT_OF(SpinLock, Handle);
    KIRQL Irql;

    UNREFERENCED_PARAMETER(Globals);
    NTS_IRQL(DISPATCH_LEVEL);
    RequireOther(Lock->Owner, __func__, __builtin_return_address(0));
    KeAcquireSpinLock(&Lock->Lock, &Irql);
    Lock->OldIrql = Irql;
    Lock->Owner = KeGetCurrentThread();
}

VOID NTAPI WdfSpinLockRelease(PWDF_DRIVER_GLOBALS Globals, WDFSPINLOCK Handle)
{
    FX_SPIN_LOCK *Lock = FX_OBJECT_OF(SpinLock, Handle);
    KIRQL Irql = Lock->OldIrql;

    UNREFERENCED_PARAMETER(Globals);
    Lock->Owner = NULL;
    KeReleaseSpinLock(&Lock->Lock, Irql);
}

/* ---- WDFWAITLOCK -------------------------------------------------------- */

NTSTATUS NTAPI WdfWaitLockCreate(PWDF_DRIVER_GLOBALS Globals,
                                 PWDF_OBJECT_ATTRIBUTES Attributes,
                                 WDFWAITLOCK *Handle)
{
    FX_WAIT_LOCK *Lock;
    NTSTATUS Status;

    FX_REQUIRE(Handle);
    Status = FxObjectCreate(FxTypeWaitLock, sizeof(*Lock),
                            &FxGlobals(Globals)->Driver->Head, Attributes, 0,
                            __builtin_return_address(0), &Lock);
    if (NT_SUCCESS(Status)) {
        KeInitializeEvent(&Lock->Free, SynchronizationEvent, TRUE);
        *Handle = FxHandle(Lock);
    }
    return Status;
}

/* Holding it means being in a critical region. */
NTSTATUS NTAPI WdfWaitLockAcquire(PWDF_DRIVER_GLOBALS Globals,
                                  WDFWAITLOCK Handle, PLONGLONG Timeout)
{
    FX_WAIT_LOCK *Lock = FX_OBJECT_OF(WaitLock, Handle);
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    RequireOther(Lock->Owner, __func__, __builtin_return_address(0));
    KeEnterCriticalRegion();
    Status = KeWaitForSingleObject(&Lock->Free, Executive, KernelMode, FALSE,
                                   (PLARGE_INTEGER)Timeout);
    if (Status == STATUS_TIMEOUT) {
        KeLeaveCriticalRegion();
    } else {
        Lock->Owner = KeGetCurrentThread();
    }
    return Status;
}

VOID NTAPI WdfWaitLockRelease(PWDF_DRIVER_GLOBALS Globals, WDFWAITLOCK Handle)
{
    FX_WAIT_LOCK *Lock = FX_OBJECT_OF(WaitLock, Handle);

    UNREFERENCED_PARAMETER(Globals);
    Lock->Owner = NULL;
    KeSetEvent(&Lock->Free, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
}
