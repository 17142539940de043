/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include "cbx/abi.h"

/* A line may be shared: it is ours only if the device asserts it. */
static BOOLEAN
InterruptIsOurs(const CBX_DEVICE *Device, WDFINTERRUPT Interrupt)
{
    ULONG *Register = (ULONG *)(Device->Bars.Regs + CBX_ARM_INTX_CTL);
    WDF_INTERRUPT_INFO Info = { .Size = sizeof(Info) };

    WdfInterruptGetInfo(Interrupt, &Info);
    if (Info.MessageSignaled) {
        return TRUE;
    }
    if (!(READ_REGISTER_ULONG(Register) & CBX_ARM_INTX_ASSERT)) {
        return FALSE;
    }
    WRITE_REGISTER_ULONG(Register, 0);
    return TRUE;
}

static EVT_WDF_INTERRUPT_ISR InterruptIsr;
static BOOLEAN NTAPI
InterruptIsr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    CBX_DEVICE *Device = DeviceContext(WdfInterruptGetDevice(Interrupt));

    UNREFERENCED_PARAMETER(MessageId);

    if (!InterruptIsOurs(Device, Interrupt)) {
        return FALSE;
    }
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

static EVT_WDF_INTERRUPT_DPC InterruptDpc;
static VOID NTAPI
InterruptDpc(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject)
{
    CBX_DEVICE *Device = DeviceContext(AssociatedObject);

    UNREFERENCED_PARAMETER(Interrupt);

    KeSetEvent(&Device->Completion, IO_NO_INCREMENT, FALSE);
}

NTSTATUS
InterruptCreate(CBX_DEVICE *Device)
{
    WDF_INTERRUPT_CONFIG Config = {
        .Size = sizeof(Config),
        .ShareVector = WdfUseDefault,
        .EvtInterruptIsr = InterruptIsr,
        .EvtInterruptDpc = InterruptDpc,
        .ReportInactiveOnPowerDown = WdfUseDefault,
    };

    KeInitializeEvent(&Device->Completion, SynchronizationEvent, FALSE);
    return WdfInterruptCreate(Device->Handle, &Config, NULL,
                              &Device->Interrupt);
}

KEVENT *
InterruptCompletion(CBX_DEVICE *Device)
{
    WDF_INTERRUPT_INFO Info = { .Size = sizeof(Info) };

    WdfInterruptGetInfo(Device->Interrupt, &Info);
    return Info.MessageSignaled ? &Device->Completion : NULL;
}
