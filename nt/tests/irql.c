/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The highest IRQL of each routine, as its documentation has it. Called one
 * above that, each must stop before it looks at its arguments, which are
 * zeros. Those with bug checks of their own are cases elsewhere.
 */
#include "cases.h"

const IRQL_RULE CaseIrqlRules[] = {
    { L"IoBuildSynchronousFsdRequest", PASSIVE_LEVEL },
    { L"IoConnectInterrupt", PASSIVE_LEVEL },
    { L"IoConnectInterruptEx", PASSIVE_LEVEL },
    { L"IoCreateSymbolicLink", PASSIVE_LEVEL },
    { L"IoDeleteSymbolicLink", PASSIVE_LEVEL },
    { L"IoDisconnectInterrupt", PASSIVE_LEVEL },
    { L"IoDisconnectInterruptEx", PASSIVE_LEVEL },
    { L"IoGetDeviceProperty", PASSIVE_LEVEL },
    { L"IoGetDmaAdapter", PASSIVE_LEVEL },
    { L"IoInitializeRemoveLockEx", PASSIVE_LEVEL },
    { L"IoOpenDeviceRegistryKey", PASSIVE_LEVEL },
    { L"IoRegisterDeviceInterface", PASSIVE_LEVEL },
    { L"IoReleaseRemoveLockAndWaitEx", PASSIVE_LEVEL },
    { L"IoSetDeviceInterfaceState", PASSIVE_LEVEL },
    { L"KeFlushQueuedDpcs", PASSIVE_LEVEL },
    { L"KeSetPriorityThread", PASSIVE_LEVEL },
    { L"MmGetSystemRoutineAddress", PASSIVE_LEVEL },
    { L"ObReferenceObjectByHandle", PASSIVE_LEVEL },
    { L"PsCreateSystemThread", PASSIVE_LEVEL },
    { L"PsTerminateSystemThread", PASSIVE_LEVEL },
    { L"PsGetVersion", PASSIVE_LEVEL },
    { L"RtlCompareUnicodeString", PASSIVE_LEVEL },
    { L"RtlEqualUnicodeString", PASSIVE_LEVEL },
    { L"RtlFreeUnicodeString", PASSIVE_LEVEL },
    { L"RtlGetVersion", PASSIVE_LEVEL },
    { L"ZwClose", PASSIVE_LEVEL },
    { L"ZwOpenKey", PASSIVE_LEVEL },
    { L"ZwQueryValueKey", PASSIVE_LEVEL },
    { L"IoCreateDevice", APC_LEVEL },
    { L"IoDeleteDevice", APC_LEVEL },
    { L"KeDelayExecutionThread", APC_LEVEL },
    { L"KeEnterCriticalRegion", APC_LEVEL },
    { L"KeLeaveCriticalRegion", APC_LEVEL },
    { L"IoAcquireRemoveLockEx", DISPATCH_LEVEL },
    { L"IoAllocateIrp", DISPATCH_LEVEL },
    { L"IoAllocateMdl", DISPATCH_LEVEL },
    { L"IoAllocateWorkItem", DISPATCH_LEVEL },
    { L"IoAttachDeviceToDeviceStack", DISPATCH_LEVEL },
    { L"IoCancelIrp", DISPATCH_LEVEL },
    { L"IoDetachDevice", DISPATCH_LEVEL },
    { L"IoFreeIrp", DISPATCH_LEVEL },
    { L"IoFreeMdl", DISPATCH_LEVEL },
    { L"IoFreeWorkItem", DISPATCH_LEVEL },
    { L"IoGetAttachedDeviceReference", DISPATCH_LEVEL },
    { L"IoQueueWorkItem", DISPATCH_LEVEL },
    { L"IoQueueWorkItemEx", DISPATCH_LEVEL },
    { L"IoReleaseRemoveLockEx", DISPATCH_LEVEL },
    { L"IoSetCompletionRoutineEx", DISPATCH_LEVEL },
    { L"IofCallDriver", DISPATCH_LEVEL },
    { L"IofCompleteRequest", DISPATCH_LEVEL },
    { L"KeCancelTimer", DISPATCH_LEVEL },
    { L"KeClearEvent", DISPATCH_LEVEL },
    { L"KeReadStateMutex", DISPATCH_LEVEL },
    { L"KeReadStateTimer", DISPATCH_LEVEL },
    { L"KeReleaseMutex", DISPATCH_LEVEL },
    { L"KeReleaseSemaphore", DISPATCH_LEVEL },
    { L"KeResetEvent", DISPATCH_LEVEL },
    { L"KeSetTimer", DISPATCH_LEVEL },
    { L"KeSetTimerEx", DISPATCH_LEVEL },
    { L"MmAllocateContiguousMemory", DISPATCH_LEVEL },
    { L"MmBuildMdlForNonPagedPool", DISPATCH_LEVEL },
    { L"MmFreeContiguousMemory", DISPATCH_LEVEL },
    { L"MmIsAddressValid", DISPATCH_LEVEL },
    { L"MmMapLockedPagesSpecifyCache", DISPATCH_LEVEL },
    { L"MmUnmapLockedPages", DISPATCH_LEVEL },
    { L"ObfDereferenceObject", DISPATCH_LEVEL },
    { L"ObfReferenceObject", DISPATCH_LEVEL },
    { L"PoCallDriver", DISPATCH_LEVEL },
    { L"PoRequestPowerIrp", DISPATCH_LEVEL },
    { L"PoSetPowerState", DISPATCH_LEVEL },
    { L"PoStartNextPowerIrp", DISPATCH_LEVEL },
    { NULL, 0 },
};

typedef ULONG_PTR NTAPI ANY_ROUTINE(ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR,
                                    ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR,
                                    ULONG_PTR, ULONG_PTR, ULONG_PTR);

VOID CaseBreakIrqlRule(const IRQL_RULE *Rule)
{
    UNICODE_STRING Name;
    ANY_ROUTINE *Routine;
    KIRQL Irql;

    RtlInitUnicodeString(&Name, Rule->Routine);
    *(PVOID *)&Routine = MmGetSystemRoutineAddress(&Name);
    if (Routine) {
        KeRaiseIrql(Rule->Highest + 1, &Irql);
        Routine(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        KeLowerIrql(Irql);
    }
}
