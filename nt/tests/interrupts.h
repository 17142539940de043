/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CBX device's first interrupt, which it raises on request. */
#ifndef CBX_NT_INTERRUPTS_H
#define CBX_NT_INTERRUPTS_H

#include "cases.h"

typedef struct _CASE_INTERRUPT {
    PVOID Object;
    ULONG Version;              /* as IoConnectInterruptEx gave it back */
    BOOLEAN IsLine;
    BOOLEAN WrongIrql;
    PUCHAR Regs;
    VOID (*InIsr)(VOID);        /* called in the service routine, or NULL */
    volatile LONG Strikes;
    KDPC Dpc;
    KEVENT Event;               /* set by the DPC of each */
} CASE_INTERRUPT;

NTSTATUS CaseInterruptConnect(CASE_DEVICE *Device, CASE_INTERRUPT *Interrupt,
                              ULONG Version, VOID (*InIsr)(VOID));
VOID CaseInterruptDisconnect(CASE_INTERRUPT *Interrupt);
/* Any IRQL. */
VOID CaseInterruptTrigger(CASE_INTERRUPT *Interrupt);

#endif /* CBX_NT_INTERRUPTS_H */
