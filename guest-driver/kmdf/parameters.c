/* SPDX-License-Identifier: MIT */
#include "parameters.h"

static VOID
ParametersReadOne(WDFKEY Key, const WCHAR *Name, ULONG *Value)
{
    UNICODE_STRING String;
    NTSTATUS Status;
    ULONG Read;

    RtlInitUnicodeString(&String, Name);
    Status = WdfRegistryQueryULong(Key, &String, &Read);
    if (NT_SUCCESS(Status)) {
        *Value = Read;
    } else if (Status != STATUS_OBJECT_NAME_NOT_FOUND) {
        LogError("the parameter %ws is no REG_DWORD and is ignored, status "
                 "0x%08lx", Name, Status);
    }
}

VOID
ParametersRead(CBX_PARAMETERS *Parameters, WDFDRIVER Driver)
{
    WDFKEY Key;

    Parameters->RunAtStart = 1;
    Parameters->Apis = 0;
    if (NT_SUCCESS(WdfDriverOpenParametersRegistryKey(Driver, KEY_READ, NULL,
                                                      &Key))) {
        ParametersReadOne(Key, L"RunAtStart", &Parameters->RunAtStart);
        ParametersReadOne(Key, L"Apis", &Parameters->Apis);
        WdfRegistryClose(Key);
    }
}
