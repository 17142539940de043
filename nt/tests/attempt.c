/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attempt.h"

enum { ROOM = 64 };

typedef struct _THREAD {
    const WCHAR *Name;
    ATTEMPT_ROUTINE *Routine;
    PVOID Context;
} THREAD;

static VOID NTAPI Run(PVOID Context)
{
    const THREAD *This = Context;

    DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL, "case %ws\n",
               This->Name);
    This->Routine(This->Context);
    DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL, "no bug check\n");
}

NTSTATUS AttemptInThread(const WCHAR *Name, ATTEMPT_ROUTINE *Routine,
                         PVOID Context)
{
    THREAD This = { Name, Routine, Context };
    HANDLE Handle;
    NTSTATUS Status;
    PVOID Thread;

    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  Run, &This);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType,
                              KernelMode, &Thread, NULL);
    ZwClose(Handle);
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
    return STATUS_SUCCESS;
}

NTSTATUS AttemptReadCase(PUNICODE_STRING RegistryPath, WCHAR *Name, ULONG Size)
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING Value = RTL_CONSTANT_STRING(L"Case");
    struct {
        KEY_VALUE_PARTIAL_INFORMATION Information;
        UCHAR More[ROOM];
    } Buffer;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Service, Key;
    NTSTATUS Status;
    ULONG Needed;

    InitializeObjectAttributes(&Attributes, RegistryPath,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL,
                               NULL);
    Status = ZwOpenKey(&Service, KEY_READ, &Attributes);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, &Parameters,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               Service, NULL);
    Status = ZwOpenKey(&Key, KEY_READ, &Attributes);
    ZwClose(Service);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ZwQueryValueKey(Key, &Value, KeyValuePartialInformation, &Buffer,
                             sizeof(Buffer), &Needed);
    ZwClose(Key);
    if (NT_SUCCESS(Status) &&
        Buffer.Information.DataLength <= Size) {
        RtlCopyMemory(Name, Buffer.Information.Data,
                      Buffer.Information.DataLength);
    }
    return Status;
}
