/* SPDX-License-Identifier: MIT */
/*
 * The `edu` device of QEMU as a driver sees it. Registers: QEMU's
 * documentation, "EDU device".
 */
#ifndef EDU_DEVICE_H
#define EDU_DEVICE_H

#include <ddk/wdm.h>

NTKERNELAPI PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress);

typedef struct _EDU_DEVICE {
    PDEVICE_OBJECT Pdo;
    PUCHAR Registers;
    ULONG Length;
    PKINTERRUPT Interrupt;
    ULONG Pending;              /* causes; written by the ISR */
    KDPC Dpc;
    KEVENT Done;
} EDU_DEVICE;

/* Maps the BAR and connects the interrupt. IRQL PASSIVE_LEVEL. */
NTSTATUS EduStart(EDU_DEVICE *Device, const CM_RESOURCE_LIST *Translated);
/* Undoes what EduStart did; also after a failed start, and twice. */
VOID EduStop(EDU_DEVICE *Device);

/* Exercises the device; fails with what is wrong. IRQL PASSIVE_LEVEL. */
NTSTATUS EduTest(EDU_DEVICE *Device);

#endif /* EDU_DEVICE_H */
