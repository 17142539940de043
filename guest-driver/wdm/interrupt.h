/* SPDX-License-Identifier: MIT */
#ifndef CBX_WDM_INTERRUPT_H
#define CBX_WDM_INTERRUPT_H

#include "common/nt.h"

/* The message that the driver's one queue sends, and the wait for it. */
typedef struct _CBX_INTERRUPT {
    UCHAR *Regs;             /* BAR0: a line interrupt is acknowledged there */
    BOOLEAN Connected;
    ULONG Version;           /* CONNECT_MESSAGE_BASED or CONNECT_LINE_BASED */
    union {
        IO_INTERRUPT_MESSAGE_INFO *Messages;
        PKINTERRUPT Line;
        PVOID Generic;
    } Context;
    KDPC Dpc;
    KEVENT Event;
} CBX_INTERRUPT;

/* The MSI-X vector that ends a wait. */
#define CBX_INTERRUPT_VECTOR 0u

/*
 * Connects message-signalled interrupts, or the line when the system assigned
 * no message. Regs is BAR0, mapped until InterruptStop.
 */
_IRQL_requires_max_(PASSIVE_LEVEL)
_Must_inspect_result_
NTSTATUS InterruptStart(_Out_ CBX_INTERRUPT *Interrupt, _In_ UCHAR *Regs,
                        _In_ DEVICE_OBJECT *Pdo);

/* Disconnects and waits until no ISR and no DPC of it runs any more. */
_IRQL_requires_max_(PASSIVE_LEVEL)
VOID InterruptStop(_Inout_ CBX_INTERRUPT *Interrupt);

/*
 * The event that each interrupt signals; NULL when the device does not signal
 * by messages, for the queue has no other way.
 */
_IRQL_requires_max_(DISPATCH_LEVEL)
KEVENT *InterruptCompletion(_In_ CBX_INTERRUPT *Interrupt);

#endif /* CBX_WDM_INTERRUPT_H */
