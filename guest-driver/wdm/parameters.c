/* SPDX-License-Identifier: MIT */
#include "parameters.h"

#include "log.h"

static NTSTATUS
ParametersOpen(HANDLE *Key, HANDLE Root, UNICODE_STRING *Name)
{
    OBJECT_ATTRIBUTES Attributes;

    InitializeObjectAttributes(&Attributes, Name,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Root,
                               NULL);
    return ZwOpenKey(Key, KEY_READ, &Attributes);
}

static VOID
ParametersReadOne(HANDLE Key, const WCHAR *Name, ULONG *Value)
{
    struct {
        KEY_VALUE_PARTIAL_INFORMATION Information;
        ULONG More;
    } Buffer;
    UNICODE_STRING String;
    NTSTATUS Status;
    ULONG Length;

    RtlInitUnicodeString(&String, Name);
    Status = ZwQueryValueKey(Key, &String, KeyValuePartialInformation, &Buffer,
                             sizeof(Buffer), &Length);
    if (Status == STATUS_OBJECT_NAME_NOT_FOUND) {
        return;
    }
    if (!NT_SUCCESS(Status) || Buffer.Information.Type != REG_DWORD ||
        Buffer.Information.DataLength != sizeof(*Value)) {
        LogError("the parameter %ws is no REG_DWORD and is ignored, status "
                 "0x%08lx", Name, Status);
        return;
    }
    RtlCopyMemory(Value, Buffer.Information.Data, sizeof(*Value));
}

VOID
ParametersRead(CBX_PARAMETERS *Parameters, UNICODE_STRING *ServiceKey)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Parameters");
    HANDLE Service, Key;

    Parameters->RunAtStart = 1;
    Parameters->Apis = 0;
    if (!NT_SUCCESS(ParametersOpen(&Service, NULL, ServiceKey))) {
        return;
    }
    if (NT_SUCCESS(ParametersOpen(&Key, Service, &Name))) {
        ParametersReadOne(Key, L"RunAtStart", &Parameters->RunAtStart);
        ParametersReadOne(Key, L"Apis", &Parameters->Apis);
        ZwClose(Key);
    }
    ZwClose(Service);
}
