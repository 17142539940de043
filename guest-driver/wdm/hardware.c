/* SPDX-License-Identifier: MIT */
#include "hardware.h"

NTSTATUS
HardwareStart(CBX_EXTENSION *Extension, const CM_RESOURCE_LIST *Translated)
{
    NTSTATUS Status;

    Status = BarsStart(&Extension->Bars, Translated);
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
