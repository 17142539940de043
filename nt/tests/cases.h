/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nttest.sys: a driver that does what cbx_nt.parameters=Case=NAME says, mostly
 * something wrong. Which outcome each case must have is in expected.py.
 *
 * Case=violations runs every case of which the bug check may end the thread
 * (cbx_nt.bugcheck=thread), each in a thread of its own, in one boot.
 */
#ifndef CBX_NT_CASES_H
#define CBX_NT_CASES_H

#include "wdk.h"
#include "cbx_dma.h"

/* What a case finds: the device is started, the case runs at PASSIVE_LEVEL. */
typedef struct _CASE_DEVICE {
    PDRIVER_OBJECT Driver;
    PDEVICE_OBJECT Self, Lower, Pdo;
    const CM_RESOURCE_LIST *Translated;
    ULONG PowerIrps;                /* device states seen on their way down */
} CASE_DEVICE;

typedef NTSTATUS CASE_ROUTINE(CASE_DEVICE *Device);

typedef struct _CASE {
    const WCHAR *Name;
    CASE_ROUTINE *Routine;
    /* One of the violations: a bug check that leaves the next case sound. */
    BOOLEAN IsViolation;
} CASE;

/* Answers "case" in 5 bytes; comes back from its dispatch routine raised. */
#define CASE_IOCTL_NAME \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define CASE_IOCTL_RAISE \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Says that it has put more than there is room for. */
#define CASE_IOCTL_TOO_MUCH \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Tables that end with a NULL name. */
extern const CASE CacheCases[], CallCases[], DmaCases[], KernelCases[], MdlCases[],
                  PacketCases[], RequestCases[],
                  LevelCases[], LeakCases[],
                  GoodCases[];

/* A DMA adapter with 64 address bits. */
typedef struct _ADAPTER {
    CBX_DMA_ADAPTER *Adapter;
    CBX_DMA_OPERATIONS *Do;
} ADAPTER;

NTSTATUS CaseAdapter(CASE_DEVICE *Device, ULONG Version, ADAPTER *Adapter);

/* A routine and the highest IRQL that it may be called at; ends with NULL. */
typedef struct _IRQL_RULE {
    const WCHAR *Routine;
    KIRQL Highest;
} IRQL_RULE;

extern const IRQL_RULE CaseIrqlRules[];
VOID CaseBreakIrqlRule(const IRQL_RULE *Rule);

/* In the section that is discarded after DriverEntry. */
VOID NTAPI CaseInitOnly(VOID);

CASE_ROUTINE CaseVectors, CasePoolPoisoned, CaseOldVersion, CaseBoundsRefused,
             CaseMdlRefused, CaseDomainRefused, CasePacket, CasePacketCaches,
             CaseRegistersWait, CasePower, CaseInterface, CaseVectorFreed,
             CaseInterrupts;

#endif /* CBX_NT_CASES_H */
