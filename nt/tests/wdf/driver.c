/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wdftest.h"

WDF_DEFINE_CONTEXT(TEST_DEVICE, TestDevice)

DRIVER_INITIALIZE DriverEntry;

static WCHAR CaseName[32];

/* ---- Callbacks, in the order in which they must come -------------------- */

static VOID Note(WDFDEVICE Handle, CHAR Letter)
{
    TEST_DEVICE *Device = TestDevice(Handle);

    if (Device->CallCount < sizeof(Device->Calls) - 1) {
        Device->Calls[Device->CallCount++] = Letter;
    }
}

static NTSTATUS NTAPI PrepareHardware(WDFDEVICE Handle, WDFCMRESLIST Raw,
                                      WDFCMRESLIST Translated)
{
    Note(Handle, 'P');
    return WdfCmResourceListGetCount(Raw) ==
               WdfCmResourceListGetCount(Translated) &&
           !WdfCmResourceListGetDescriptor(Raw, MAXULONG)
           ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS NTAPI ReleaseHardware(WDFDEVICE Handle,
                                      WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Translated);
    Note(Handle, 'R');
    return STATUS_SUCCESS;
}

static BOOLEAN CaseIs(const WCHAR *Name)
{
    UNICODE_STRING Left, Right;

    RtlInitUnicodeString(&Left, CaseName);
    RtlInitUnicodeString(&Right, Name);
    return RtlEqualUnicodeString(&Left, &Right, FALSE);
}

static NTSTATUS NTAPI D0Entry(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE Before)
{
    Note(Handle, 'D');
    if (CaseIs(L"wdf-no-power")) {
        return STATUS_DEVICE_POWER_FAILURE;
    }
    return Before == WdfPowerDeviceD3Final || Before == WdfPowerDeviceD3
           ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS NTAPI D0EntryPost(WDFDEVICE Handle,
                                  WDF_POWER_DEVICE_STATE Before)
{
    UNREFERENCED_PARAMETER(Before);
    Note(Handle, 'p');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI D0ExitPre(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE To)
{
    UNREFERENCED_PARAMETER(To);
    Note(Handle, 'q');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI D0Exit(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE To)
{
    UNREFERENCED_PARAMETER(To);
    Note(Handle, 'X');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI InterruptEnable(WDFINTERRUPT Interrupt, WDFDEVICE Handle)
{
    UNREFERENCED_PARAMETER(Interrupt);
    Note(Handle, KeGetCurrentIrql() > DISPATCH_LEVEL ? 'E' : '!');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI InterruptDisable(WDFINTERRUPT Interrupt,
                                       WDFDEVICE Handle)
{
    UNREFERENCED_PARAMETER(Interrupt);
    Note(Handle, KeGetCurrentIrql() > DISPATCH_LEVEL ? 'e' : '!');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI Suspend(WDFDEVICE Handle)
{
    Note(Handle, 'S');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI Restart(WDFDEVICE Handle)
{
    Note(Handle, 'r');
    return STATUS_SUCCESS;
}

static VOID NTAPI Surprise(WDFDEVICE Handle)
{
    Note(Handle, '?');
}

static VOID NTAPI Flush(WDFDEVICE Handle)
{
    Note(Handle, 'F');
}

static VOID NTAPI Cleanup(WDFDEVICE Handle)
{
    Note(Handle, 'C');
}

static NTSTATUS NTAPI Init(WDFDEVICE Handle)
{
    static const CASE *const Tables[] = { WrongCases, RightCases };

    Note(Handle, 'I');
    for (ULONG i = 0; i < ARRAYSIZE(Tables); i++) {
        for (const CASE *Case = Tables[i]; Case->Name; Case++) {
            if (CaseIs(Case->Name)) {
                return Case->Routine(TestDevice(Handle));
            }
        }
    }
    return STATUS_NOT_IMPLEMENTED;
}

/* What a device must have been through by the time that its object goes. */
static const CHAR *Course(VOID)
{
    static const struct {
        const WCHAR *Case;
        const CHAR *Calls;
    } Courses[] = {
        { L"wdf-surprise", "PDEpI?SqeXRFC" },
        { L"wdf-rebalance", "PDEpISqeXRPDEprSqeXRFC" },
        { L"wdf-power", "PDEpISqeXDEprSqeXRFC" },
        { L"wdf-no-power", "PDR" },
    };

    for (ULONG i = 0; i < ARRAYSIZE(Courses); i++) {
        if (CaseIs(Courses[i].Case)) {
            return Courses[i].Calls;
        }
    }
    return "PDEpISqeXRFC";
}

static VOID NTAPI DeviceDestroyed(WDFOBJECT Handle)
{
    const CHAR *Calls = TestDevice(Handle)->Calls, *Wanted = Course();
    ULONG n = 0;

    while (Wanted[n] && Wanted[n] == Calls[n]) {
        n++;
    }
    if (Wanted[n] != Calls[n]) {
        DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
                   "callbacks: %s, not %s\n", Calls, Wanted);
        /* MANUALLY_INITIATED_CRASH */
        KeBugCheckEx(0x000000e2, 0, 0, 0, 0);
    }
}

/* ---- Device and driver -------------------------------------------------- */

static BOOLEAN NTAPI Isr(WDFINTERRUPT Interrupt, ULONG Message)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Message);
    return TRUE;
}

static NTSTATUS NTAPI DeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init_)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks = {
        .Size = sizeof(Callbacks),
        .EvtDevicePrepareHardware = PrepareHardware,
        .EvtDeviceReleaseHardware = ReleaseHardware,
        .EvtDeviceD0Entry = D0Entry,
        .EvtDeviceD0EntryPostInterruptsEnabled = D0EntryPost,
        .EvtDeviceD0ExitPreInterruptsDisabled = D0ExitPre,
        .EvtDeviceD0Exit = D0Exit,
        .EvtDeviceSelfManagedIoInit = Init,
        .EvtDeviceSelfManagedIoSuspend = Suspend,
        .EvtDeviceSelfManagedIoRestart = Restart,
        .EvtDeviceSelfManagedIoFlush = Flush,
        .EvtDeviceSelfManagedIoCleanup = Cleanup,
        .EvtDeviceSurpriseRemoval = Surprise,
    };
    WDF_OBJECT_ATTRIBUTES Attributes = WDF_OBJECT_ATTRIBUTES_VALUE;
    WDF_INTERRUPT_CONFIG Config = {
        .Size = sizeof(Config),
        .EvtInterruptIsr = Isr,
        .EvtInterruptEnable = InterruptEnable,
        .EvtInterruptDisable = InterruptDisable,
    };
    TEST_DEVICE *Device;
    WDFDEVICE Handle;
    NTSTATUS Status;

    WdfDeviceInitSetPnpPowerEventCallbacks(Init_, &Callbacks);
    Attributes.ContextTypeInfo = &TestDeviceInfo;
    Attributes.EvtDestroyCallback = DeviceDestroyed;
    Status = WdfDeviceCreate(&Init_, &Attributes, &Handle);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device = TestDevice(Handle);
    Device->Driver = Driver;
    Device->Handle = Handle;
    Status = WdfInterruptCreate(Handle, &Config, NULL, &Device->Interrupt);
    return NT_SUCCESS(Status) ? QueuesCreate(Device) : Status;
}

NTSTATUS NTAPI DriverEntry(DRIVER_OBJECT *DriverObject,
                           UNICODE_STRING *RegistryPath)
{
    UNICODE_STRING Value = RTL_CONSTANT_STRING(L"Case");
    WDF_DRIVER_CONFIG Config = {
        .Size = sizeof(Config),
        .EvtDriverDeviceAdd = DeviceAdd,
    };
    WDFDRIVER Driver;
    NTSTATUS Status;
    WDFKEY Key;

    Status = WdfDriverCreate(DriverObject, RegistryPath, NULL, &Config,
                             &Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfDriverOpenParametersRegistryKey(Driver, KEY_READ, NULL, &Key);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfRegistryQueryValue(Key, &Value, sizeof(CaseName), CaseName,
                                   NULL, NULL);
    WdfRegistryClose(Key);
    return Status;
}
