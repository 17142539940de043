/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDFKEY: the driver's parameters. */
#include "wdf.h"

enum { VALUE_TAG = 0x79654b46 };        /* "FKey" */

typedef struct _FX_KEY {
    FX_OBJECT Head;
    HANDLE Handle;
} FX_KEY;

static VOID KeyDispose(FX_OBJECT *Object)
{
    FX_KEY *Key = CONTAINING_RECORD(Object, FX_KEY, Head);

    if (Key->Handle) {
        ZwClose(Key->Handle);
        Key->Handle = NULL;
    }
}

static NTSTATUS Open(PCUNICODE_STRING Path, HANDLE Root, ACCESS_MASK Access,
                     HANDLE *Handle)
{
    OBJECT_ATTRIBUTES Attributes;

    InitializeObjectAttributes(&Attributes, (PUNICODE_STRING)Path,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Root,
                               NULL);
    return ZwOpenKey(Handle, Access, &Attributes);
}

NTSTATUS NTAPI
WdfDriverOpenParametersRegistryKey(PWDF_DRIVER_GLOBALS Globals,
                                   WDFDRIVER DriverHandle, ACCESS_MASK Access,
                                   PWDF_OBJECT_ATTRIBUTES Attributes,
                                   WDFKEY *Handle)
{
    static const UNICODE_STRING Parameters =
        RTL_CONSTANT_STRING(L"Parameters");
    FX_DRIVER *Driver = FX_OBJECT_OF(Driver, DriverHandle);
    HANDLE Service;
    NTSTATUS Status;
    FX_KEY *Key;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Handle);
    *Handle = NULL;
    Status = FX_CHECK_PASSIVE();
    if (NT_SUCCESS(Status)) {
        Status = FxObjectCreate(FxTypeKey, sizeof(*Key), &Driver->Head,
                                Attributes, 0, __builtin_return_address(0),
                                &Key);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Key->Head.Passive = TRUE;
    Key->Head.Dispose = KeyDispose;
    Status = Open(&Driver->RegistryPath, NULL, KEY_READ, &Service);
    if (NT_SUCCESS(Status)) {
        Status = Open(&Parameters, Service, Access, &Key->Handle);
        ZwClose(Service);
    }
    if (!NT_SUCCESS(Status)) {
        FxObjectAbandon(&Key->Head);
        return Status;
    }
    *Handle = FxHandle(Key);
    return STATUS_SUCCESS;
}

VOID NTAPI WdfRegistryClose(PWDF_DRIVER_GLOBALS Globals, WDFKEY Handle)
{
    FX_KEY *Key = FX_OBJECT_OF(Key, Handle);

    UNREFERENCED_PARAMETER(Globals);
    NTS_IRQL(PASSIVE_LEVEL);
    FxObjectDelete(&Key->Head);
}

HANDLE NTAPI WdfRegistryWdmGetHandle(PWDF_DRIVER_GLOBALS Globals,
                                     WDFKEY Handle)
{
    FX_KEY *Key = FX_OBJECT_OF(Key, Handle);

    UNREFERENCED_PARAMETER(Globals);
    return Key->Handle;
}

/* The value in pool, to be freed by the caller. */
static NTSTATUS Query(const FX_KEY *Key, PCUNICODE_STRING Name,
                      PKEY_VALUE_PARTIAL_INFORMATION *Value)
{
    KEY_VALUE_PARTIAL_INFORMATION Head;
    ULONG Length;
    NTSTATUS Status;

    Status = ZwQueryValueKey(Key->Handle, (PUNICODE_STRING)Name,
                             KeyValuePartialInformation, &Head, sizeof(Head),
                             &Length);
    if (!NT_SUCCESS(Status) && Status != STATUS_BUFFER_OVERFLOW &&
        Status != STATUS_BUFFER_TOO_SMALL) {
        return Status;
    }
    *Value = ExAllocatePoolWithTag(PagedPool, Length, VALUE_TAG);
    if (!*Value) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = ZwQueryValueKey(Key->Handle, (PUNICODE_STRING)Name,
                             KeyValuePartialInformation, *Value, Length,
                             &Length);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(*Value, VALUE_TAG);
    }
    return Status;
}

NTSTATUS NTAPI WdfRegistryQueryValue(PWDF_DRIVER_GLOBALS Globals,
                                     WDFKEY Handle, PCUNICODE_STRING Name,
                                     ULONG Length, PVOID Buffer,
                                     PULONG LengthQueried, PULONG Type)
{
    FX_KEY *Key = FX_OBJECT_OF(Key, Handle);
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Name);
    Status = FX_CHECK_PASSIVE();
    if (NT_SUCCESS(Status)) {
        Status = Query(Key, Name, &Value);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (LengthQueried) {
        *LengthQueried = Value->DataLength;
    }
    if (Type) {
        *Type = Value->Type;
    }
    if (Buffer && Length >= Value->DataLength) {
        RtlCopyMemory(Buffer, Value->Data, Value->DataLength);
    } else if (Buffer) {
        Status = STATUS_BUFFER_OVERFLOW;
    }
    ExFreePoolWithTag(Value, VALUE_TAG);
    return Status;
}

NTSTATUS NTAPI WdfRegistryQueryULong(PWDF_DRIVER_GLOBALS Globals,
                                     WDFKEY Handle, PCUNICODE_STRING Name,
                                     PULONG Result)
{
    FX_KEY *Key = FX_OBJECT_OF(Key, Handle);
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Globals);
    FX_REQUIRE(Name);
    FX_REQUIRE(Result);
    Status = FX_CHECK_PASSIVE();
    if (NT_SUCCESS(Status)) {
        Status = Query(Key, Name, &Value);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Value->Type != REG_DWORD || Value->DataLength != sizeof(*Result)) {
        Status = STATUS_OBJECT_TYPE_MISMATCH;
    } else {
        RtlCopyMemory(Result, Value->Data, sizeof(*Result));
    }
    ExFreePoolWithTag(Value, VALUE_TAG);
    return Status;
}
