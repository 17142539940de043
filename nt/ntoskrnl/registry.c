/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of a system that was just installed: the driver's service key
 * is there and has no values, nothing else exists.
 */
#include "nt.h"

static const WCHAR ServicesPath[] =
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

static UCHAR ServiceKey;

static BOOLEAN IsServiceKey(PCUNICODE_STRING Name)
{
    UNICODE_STRING Path, Prefix;

    RtlInitUnicodeString(&Path, ServicesPath);
    if (!Name || Name->Length <= Path.Length) {
        return FALSE;
    }
    Prefix = *Name;
    Prefix.Length = Path.Length;
    if (!RtlEqualUnicodeString(&Prefix, &Path, TRUE)) {
        return FALSE;
    }
    /* No key below it. */
    for (ULONG i = Path.Length / 2; i < Name->Length / 2u; i++) {
        if (Name->Buffer[i] == '\\') {
            return FALSE;
        }
    }
    return TRUE;
}

NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    UNREFERENCED_PARAMETER(DesiredAccess);
    NTS_IRQL(PASSIVE_LEVEL);
    if (ObjectAttributes->RootDirectory ||
        !IsServiceKey(ObjectAttributes->ObjectName)) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return NtsHandleCreate(NtsHandleKey, &ServiceKey, KeyHandle);
}

NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                               KEY_VALUE_INFORMATION_CLASS Class,
                               PVOID Information, ULONG Length,
                               PULONG ResultLength)
{
    UNREFERENCED_PARAMETER(ValueName);
    UNREFERENCED_PARAMETER(Class);
    UNREFERENCED_PARAMETER(Information);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(ResultLength);
    NTS_IRQL(PASSIVE_LEVEL);
    return NtsHandleObject(KeyHandle, NtsHandleKey)
           ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_INVALID_HANDLE;
}

NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject,
                                       ULONG KeyType, ACCESS_MASK DesiredAccess,
                                       PHANDLE KeyHandle)
{
    UNREFERENCED_PARAMETER(KeyType);
    UNREFERENCED_PARAMETER(DesiredAccess);
    NTS_IRQL(PASSIVE_LEVEL);
    if (!NtsPdo(DeviceObject)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return NtsHandleCreate(NtsHandleKey, &ServiceKey, KeyHandle);
}
