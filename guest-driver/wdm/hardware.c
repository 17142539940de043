/* SPDX-License-Identifier: MIT */
#include "hardware.h"

#include "cbx/abi.h"
#include "log.h"

static VOID
HardwareFindBars(const CM_RESOURCE_LIST *Translated,
                 CBX_BAR_RESOURCES *Resources)
{
    const CM_PARTIAL_RESOURCE_LIST *List;

    if (!Translated || !Translated->Count) {
        return;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG i = 0; i < List->Count; i++) {
        BarsAddResource(Resources, &List->PartialDescriptors[i]);
    }
}

NTSTATUS
HardwareStart(CBX_EXTENSION *Extension, const CM_RESOURCE_LIST *Translated)
{
    CBX_BAR_RESOURCES Resources = { 0 };
    NTSTATUS Status;

    HardwareFindBars(Translated, &Resources);
    Status = BarsStart(&Extension->Bars, &Resources);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = InterruptStart(&Extension->Interrupt, Extension->Bars.Regs,
                            Extension->Pdo);
    if (!NT_SUCCESS(Status)) {
        goto cleanupBars;
    }
    Extension->Started = TRUE;
    Extension->Power = PowerDeviceD0;
    SessionOpen(&Extension->Session);
    return STATUS_SUCCESS;

cleanupBars:
    BarsStop(&Extension->Bars);
    return Status;
}

VOID
HardwareStop(CBX_EXTENSION *Extension)
{
    if (!Extension->Started) {
        return;
    }
    SessionClose(&Extension->Session);
    Extension->Started = FALSE;
    InterruptStop(&Extension->Interrupt);
    BarsStop(&Extension->Bars);
}

VOID
HardwareSuspend(CBX_EXTENSION *Extension)
{
    if (Extension->Started) {
        SessionClose(&Extension->Session);
    }
}

/*
 * The bus driver has restored the configuration space, MSI-X included. A run
 * sets up all other registers that it needs, so only one thing can have been
 * left behind: a line interrupt that nobody would acknowledge.
 */
VOID
HardwareResume(CBX_EXTENSION *Extension)
{
    UCHAR *Regs = Extension->Bars.Regs;
    ULONG Magic;

    if (!Extension->Started) {
        return;
    }
    Magic = READ_REGISTER_ULONG((ULONG *)(Regs + CBX_REG_MAGIC));
    if (Magic != CBX_MAGIC) {
        LogError("the device did not come back with its power: 0x%08lx",
                 Magic);
        return;
    }
    WRITE_REGISTER_ULONG((ULONG *)(Regs + CBX_ARM_INTX_CTL), 0);
    SessionOpen(&Extension->Session);
}
