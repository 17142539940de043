/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wdftest.sys: a KMDF driver that does what cbx_nt.parameters=Case=NAME says.
 * Which outcome each case must have is in test-stand-in.
 */
#ifndef CBX_NT_WDFTEST_H
#define CBX_NT_WDFTEST_H

#include "kmdf/kmdf.h"

#define REQUIRE(Condition) \
    do { \
        if (!(Condition)) { \
            DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL, \
                       "%s:%u: %s\n", __FILE__, __LINE__, #Condition); \
            return STATUS_UNSUCCESSFUL; \
        } \
    } while (0)

/* Context of the device. */
typedef struct _TEST_DEVICE {
    WDFDRIVER Driver;
    WDFDEVICE Handle;
    WDFINTERRUPT Interrupt;
    WDFQUEUE Manual;
    CHAR Calls[32];             /* a letter per callback, in order */
    ULONG CallCount;
} TEST_DEVICE;

WDF_DECLARE_CONTEXT(TEST_DEVICE, TestDevice)

/* The device is in D0; called at PASSIVE_LEVEL. */
typedef NTSTATUS CASE_ROUTINE(TEST_DEVICE *Device);

typedef struct _CASE {
    const WCHAR *Name;
    CASE_ROUTINE *Routine;
} CASE;

/* Tables that end with a NULL name. */
extern const CASE WrongCases[], RightCases[];

CASE_ROUTINE CaseBind;

/* In EvtDriverDeviceAdd: the default queue and a manual one. */
NTSTATUS QueuesCreate(TEST_DEVICE *Device);

#endif /* CBX_NT_WDFTEST_H */
