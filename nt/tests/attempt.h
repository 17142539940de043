/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A violation in a thread of its own, which the bug check ends. */
#ifndef CBX_NT_TESTS_ATTEMPT_H
#define CBX_NT_TESTS_ATTEMPT_H

#include "wdk.h"

typedef VOID ATTEMPT_ROUTINE(PVOID Context);

/* Says "case NAME", and "no bug check" should the routine return. */
NTSTATUS AttemptInThread(const WCHAR *Name, ATTEMPT_ROUTINE *Routine,
                         PVOID Context);

/* Value Case of the key Parameters of the service key. */
NTSTATUS AttemptReadCase(PUNICODE_STRING RegistryPath, WCHAR *Name,
                         ULONG Size);

#endif /* CBX_NT_TESTS_ATTEMPT_H */
