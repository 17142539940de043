/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registry of a system that was just installed: the driver's service key
 * without values, and its subkey Parameters with what the kernel command line
 * gives as cbx_nt.parameters=NAME=VALUE,...: strings, or a REG_DWORD if VALUE
 * is dword:NUMBER. Nothing else exists.
 */
#include "nt.h"

static const WCHAR ServicesPath[] =
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";

/* What a handle stands for; only the addresses matter. */
static UCHAR ServiceKey, ParametersKey;

static BOOLEAN NameIs(const WCHAR *Name, ULONG Length, const WCHAR *Wanted)
{
    UNICODE_STRING Left, Right;

    Left.Buffer = (PWSTR)Name;
    Left.Length = Left.MaximumLength = (USHORT)(Length * sizeof(WCHAR));
    RtlInitUnicodeString(&Right, Wanted);
    return NtsIsSameName(&Left, &Right);
}

/* The key of an absolute path, or NULL. */
static PVOID KeyOfPath(PCUNICODE_STRING Path)
{
    ULONG Length = Path->Length / sizeof(WCHAR), At;
    ULONG Prefix = RTL_NUMBER_OF(ServicesPath) - 1;

    if (Length <= Prefix || !NameIs(Path->Buffer, Prefix, ServicesPath)) {
        return NULL;
    }
    for (At = Prefix; At < Length && Path->Buffer[At] != '\\'; At++) {
    }
    if (At == Length) {
        return &ServiceKey;
    }
    return NameIs(Path->Buffer + At + 1, Length - At - 1, L"Parameters")
           ? &ParametersKey : NULL;
}

static PVOID KeyOf(POBJECT_ATTRIBUTES Attributes)
{
    PCUNICODE_STRING Name = Attributes->ObjectName;

    if (!Attributes->RootDirectory) {
        return KeyOfPath(Name);
    }
    if (NtsHandleObject(Attributes->RootDirectory, NtsHandleKey) ==
        &ServiceKey &&
        NameIs(Name->Buffer, Name->Length / sizeof(WCHAR), L"Parameters")) {
        return &ParametersKey;
    }
    return NULL;
}

NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes)
{
    PVOID Key;

    UNREFERENCED_PARAMETER(DesiredAccess);
    NTS_IRQL(PASSIVE_LEVEL);
    Key = KeyOf(ObjectAttributes);
    if (!Key) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return NtsHandleCreate(NtsHandleKey, Key, KeyHandle,
                           __builtin_return_address(0));
}

/* The value's text in the parameters, which are NAME=VALUE,... */
static const CHAR *FindValue(PCUNICODE_STRING Name, ULONG *Length)
{
    ULONG Wanted = Name->Length / sizeof(WCHAR);

    for (const CHAR *p = NtsParameters; *p;) {
        ULONG n = 0;
        BOOLEAN Same;

        while (n < Wanted && p[n] == (CHAR)Name->Buffer[n]) {
            n++;
        }
        Same = n == Wanted && p[n] == '=';
        while (*p && *p != '=' && *p != ',') {
            p++;
        }
        p += *p == '=';
        for (n = 0; p[n] && p[n] != ','; n++) {
        }
        if (Same) {
            *Length = n;
            return p;
        }
        p += n;
        p += *p == ',';
    }
    return NULL;
}

static const CHAR DwordPrefix[] = "dword:";

static BOOLEAN IsDword(const CHAR *Value, ULONG Length)
{
    return Length >= sizeof(DwordPrefix) - 1 &&
           !memcmp(Value, DwordPrefix, sizeof(DwordPrefix) - 1);
}

static ULONG DwordOf(const CHAR *Value, ULONG Length)
{
    ULONG Number = 0;

    for (ULONG i = sizeof(DwordPrefix) - 1; i < Length; i++) {
        Number = Number * 10 + (ULONG)(Value[i] - '0');
    }
    return Number;
}

ULONG NtsParameter(const CHAR *Name)
{
    WCHAR Wide[32];
    UNICODE_STRING String = { .Buffer = Wide };
    const CHAR *Value;
    ULONG Length = 0;

    while (Name[String.Length / sizeof(WCHAR)] &&
           String.Length < sizeof(Wide)) {
        Wide[String.Length / sizeof(WCHAR)] =
            Name[String.Length / sizeof(WCHAR)];
        String.Length += sizeof(WCHAR);
    }
    Value = FindValue(&String, &Length);
    return Value && IsDword(Value, Length) ? DwordOf(Value, Length) : 0;
}

NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                               KEY_VALUE_INFORMATION_CLASS Class,
                               PVOID Information, ULONG Length,
                               PULONG ResultLength)
{
    PKEY_VALUE_PARTIAL_INFORMATION Partial = Information;
    PVOID Key = NtsHandleObject(KeyHandle, NtsHandleKey);
    ULONG Characters, Header, Size;
    const CHAR *Value;

    NTS_IRQL(PASSIVE_LEVEL);
    if (!Key) {
        return STATUS_INVALID_HANDLE;
    }
    Value = Key == &ParametersKey ? FindValue(ValueName, &Characters) : NULL;
    if (!Value) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (Class != KeyValuePartialInformation) {
        return STATUS_INVALID_PARAMETER;
    }
    Size = IsDword(Value, Characters) ? sizeof(ULONG)
                                      : (Characters + 1) * sizeof(WCHAR);
    Header = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);
    *ResultLength = Header + Size;
    if (Length < Header) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Partial->TitleIndex = 0;
    Partial->Type = IsDword(Value, Characters) ? REG_DWORD : REG_SZ;
    Partial->DataLength = Size;
    if (Length < *ResultLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Partial->Type == REG_DWORD) {
        *(ULONG UNALIGNED *)Partial->Data = DwordOf(Value, Characters);
        return STATUS_SUCCESS;
    }
    for (ULONG i = 0; i < Characters; i++) {
        ((WCHAR *)Partial->Data)[i] = Value[i];
    }
    ((WCHAR *)Partial->Data)[Characters] = 0;
    return STATUS_SUCCESS;
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
    /* The device's keys have no values either. */
    return NtsHandleCreate(NtsHandleKey, &ServiceKey, KeyHandle,
                           __builtin_return_address(0));
}
