/* SPDX-License-Identifier: MIT */
#include "hardware.h"

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
    Extension->Started = FALSE;
    InterruptStop(&Extension->Interrupt);
    BarsStop(&Extension->Bars);
}
