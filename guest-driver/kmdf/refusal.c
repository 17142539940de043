/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include "cbx/abi.h"

/* The rules of WDF_OBJECT_ATTRIBUTES that concern every object. */
typedef enum _CBX_ATTRIBUTES_FLAW {
    FlawNone,
    FlawSize,
    FlawContextSize,        /* of the context's type information */
    FlawOverride,           /* ContextSizeOverride without a type */
    FlawExecutionLevel,
    FlawSynchronization,
    FlawParent,             /* a buffer's is its enabler, and not given */
    FlawForeignParent,      /* an enabler's descends from the device */
} CBX_ATTRIBUTES_FLAW;

static WDF_OBJECT_ATTRIBUTES *
RefusalAttributes(CBX_ATTRIBUTES_FLAW Flaw, WDFOBJECT Parent,
                  WDF_OBJECT_ATTRIBUTES *Attributes,
                  WDF_OBJECT_CONTEXT_TYPE_INFO *Type)
{
    *Attributes = (WDF_OBJECT_ATTRIBUTES) WDF_OBJECT_ATTRIBUTES_VALUE;
    *Type = (WDF_OBJECT_CONTEXT_TYPE_INFO) {
        .Size = sizeof(*Type) - 1,
        .ContextName = "REFUSAL",
        .UniqueType = Type,
    };
    switch (Flaw) {
    case FlawNone:
        return NULL;
    case FlawSize:
        Attributes->Size--;
        break;
    case FlawContextSize:
        Attributes->ContextTypeInfo = Type;
        break;
    case FlawOverride:
        Attributes->ContextSizeOverride = 1;
        break;
    case FlawExecutionLevel:
        Attributes->ExecutionLevel = WdfExecutionLevelPassive;
        break;
    case FlawSynchronization:
        Attributes->SynchronizationScope = WdfSynchronizationScopeDevice;
        break;
    case FlawParent:
    case FlawForeignParent:
        Attributes->ParentObject = Parent;
        break;
    }
    return Attributes;
}

static VOID
RefusalReport(CbxSuite *Suite, ULONG Api, const char *What, NTSTATUS Seen,
              NTSTATUS Expected)
{
    char Line[64];
    CbxText Text;

    cbx_text_init(&Text, Line, sizeof(Line));
    cbx_text_add(&Text, "status ");
    cbx_text_hex(&Text, (ULONG)Seen);
    cbx_text_add(&Text, ", documented ");
    cbx_text_hex(&Text, (ULONG)Expected);
    cbx_suite_result(Suite, CBX_CHECK_refusal, Api, What,
                     Seen == Expected ? CBX_PASS : CBX_FAIL, Line);
}

/* ---- WdfDmaEnablerCreate ------------------------------------------------ */

enum { CONFIG_SIZE = sizeof(WDF_DMA_ENABLER_CONFIG) };

static const struct {
    const char *What;
    ULONG Size;
    WDF_DMA_PROFILE Profile;
    SIZE_T MaximumLength;
    ULONG Width, Version;
    CBX_ATTRIBUTES_FLAW Flaw;
    NTSTATUS Status;
} RefusalEnablers[] = {
    { "enabler: configuration too small", CONFIG_SIZE - 1, WdfDmaProfilePacket,
      PAGE_SIZE, 0, 0, FlawNone, STATUS_INFO_LENGTH_MISMATCH },
    { "enabler: profile 0", CONFIG_SIZE, WdfDmaProfileInvalid, PAGE_SIZE, 0, 0,
      FlawNone, STATUS_INVALID_PARAMETER },
    { "enabler: unknown profile", CONFIG_SIZE, WdfDmaProfileSystemDuplex + 1,
      PAGE_SIZE, 0, 0, FlawNone, STATUS_INVALID_PARAMETER },
    { "enabler: MaximumLength 0", CONFIG_SIZE, WdfDmaProfilePacket, 0, 0, 0,
      FlawNone, STATUS_INVALID_PARAMETER },
    { "enabler: 33 bits with a 32-bit profile", CONFIG_SIZE,
      WdfDmaProfilePacket, PAGE_SIZE, 33, 0, FlawNone,
      STATUS_INVALID_PARAMETER },
    { "enabler: 32 bits with version 2", CONFIG_SIZE, WdfDmaProfilePacket64,
      PAGE_SIZE, 32, 2, FlawNone, STATUS_INVALID_PARAMETER },
    { "enabler: 24 bits with a system profile", CONFIG_SIZE,
      WdfDmaProfileSystem, PAGE_SIZE, 24, 0, FlawNone,
      STATUS_INVALID_PARAMETER },
    { "enabler: version 4", CONFIG_SIZE, WdfDmaProfilePacket64, PAGE_SIZE, 0,
      4, FlawNone, STATUS_INVALID_PARAMETER },
    { "enabler: attributes too small", CONFIG_SIZE, WdfDmaProfilePacket,
      PAGE_SIZE, 0, 0, FlawSize, STATUS_INFO_LENGTH_MISMATCH },
    { "enabler: the driver as parent", CONFIG_SIZE, WdfDmaProfilePacket,
      PAGE_SIZE, 0, 0, FlawForeignParent,
      STATUS_WDF_OBJECT_ATTRIBUTES_INVALID },
};

static VOID
RefusalOfEnablers(CbxSuite *Suite, ULONG Api, WDFDEVICE Device)
{
    for (ULONG i = 0; i < ARRAYSIZE(RefusalEnablers); i++) {
        WDF_DMA_ENABLER_CONFIG Config = {
            .Size = RefusalEnablers[i].Size,
            .Profile = RefusalEnablers[i].Profile,
            .MaximumLength = RefusalEnablers[i].MaximumLength,
            .AddressWidthOverride = RefusalEnablers[i].Width,
            .WdmDmaVersionOverride = RefusalEnablers[i].Version,
        };
        WDF_OBJECT_CONTEXT_TYPE_INFO Type;
        WDF_OBJECT_ATTRIBUTES Attributes;
        WDFDMAENABLER Enabler;
        NTSTATUS Status;

        Status = WdfDmaEnablerCreate(
            Device, &Config,
            RefusalAttributes(RefusalEnablers[i].Flaw,
                              WdfDeviceGetDriver(Device), &Attributes, &Type),
            &Enabler);
        if (NT_SUCCESS(Status)) {
            WdfObjectDelete(Enabler);
        }
        RefusalReport(Suite, Api, RefusalEnablers[i].What, Status,
                      RefusalEnablers[i].Status);
    }
}

/* ---- The calls ---------------------------------------------------------- */

static const struct {
    const char *What;
    SIZE_T Length;
    ULONG ConfigSize;       /* if not its size, only with a configuration */
    CBX_ATTRIBUTES_FLAW Flaw;
    NTSTATUS Status;
    ULONG Mask;             /* if not 0, only with a configuration */
} RefusalBuffers[] = {
    { "length 0", 0, sizeof(WDF_COMMON_BUFFER_CONFIG), FlawNone,
      STATUS_INVALID_PARAMETER, 0 },
    { "4 GiB", (SIZE_T)MAXULONG + 1, sizeof(WDF_COMMON_BUFFER_CONFIG),
      FlawNone, STATUS_INSUFFICIENT_RESOURCES, 0 },
    { "less than 4 GiB, more with the alignment", MAXULONG - 1,
      sizeof(WDF_COMMON_BUFFER_CONFIG), FlawNone,
      STATUS_INSUFFICIENT_RESOURCES, 0x1fff },
    { "too long for the alignment", MAXULONG_PTR - PAGE_SIZE,
      sizeof(WDF_COMMON_BUFFER_CONFIG), FlawNone, STATUS_INTEGER_OVERFLOW,
      0x1fff },
    { "configuration too small", PAGE_SIZE,
      sizeof(WDF_COMMON_BUFFER_CONFIG) - 1, FlawNone,
      STATUS_INFO_LENGTH_MISMATCH, 0 },
    { "attributes too small", PAGE_SIZE, sizeof(WDF_COMMON_BUFFER_CONFIG),
      FlawSize, STATUS_INFO_LENGTH_MISMATCH, 0 },
    { "context type too small", PAGE_SIZE, sizeof(WDF_COMMON_BUFFER_CONFIG),
      FlawContextSize, STATUS_INFO_LENGTH_MISMATCH, 0 },
    { "context size without a type", PAGE_SIZE,
      sizeof(WDF_COMMON_BUFFER_CONFIG), FlawOverride,
      STATUS_WDF_OBJECT_ATTRIBUTES_INVALID, 0 },
    { "execution level", PAGE_SIZE, sizeof(WDF_COMMON_BUFFER_CONFIG),
      FlawExecutionLevel, STATUS_WDF_EXECUTION_LEVEL_INVALID, 0 },
    { "synchronization scope", PAGE_SIZE, sizeof(WDF_COMMON_BUFFER_CONFIG),
      FlawSynchronization, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID, 0 },
    { "parent object", PAGE_SIZE, sizeof(WDF_COMMON_BUFFER_CONFIG), FlawParent,
      STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED, 0 },
};

static VOID
RefusalOfBuffer(CbxSuite *Suite, ULONG Api, WDFDMAENABLER Enabler, ULONG Row)
{
    WDF_COMMON_BUFFER_CONFIG Config = {
        .Size = RefusalBuffers[Row].ConfigSize,
        .AlignmentRequirement = RefusalBuffers[Row].Mask,
    };
    WDF_OBJECT_CONTEXT_TYPE_INFO Type;
    WDF_OBJECT_ATTRIBUTES Given, *Attributes;
    WDFCOMMONBUFFER Buffer;
    NTSTATUS Status;

    Attributes = RefusalAttributes(RefusalBuffers[Row].Flaw, Enabler, &Given,
                                   &Type);
    if (Api == CBX_API_WDF_COMMON_BUFFER_CREATE_CFG) {
        Status = WdfCommonBufferCreateWithConfig(
            Enabler, RefusalBuffers[Row].Length, &Config, Attributes, &Buffer);
    } else if (Config.Size == sizeof(Config) && !RefusalBuffers[Row].Mask) {
        Status = WdfCommonBufferCreate(Enabler, RefusalBuffers[Row].Length,
                                       Attributes, &Buffer);
    } else {
        return;
    }
    if (NT_SUCCESS(Status)) {
        WdfObjectDelete(Buffer);
    }
    RefusalReport(Suite, Api, RefusalBuffers[Row].What, Status,
                  RefusalBuffers[Row].Status);
}

VOID
RefusalCheck(CbxSuite *Suite, ULONG Api, WDFDEVICE Device)
{
    WDF_DMA_ENABLER_CONFIG Config = {
        .Size = sizeof(Config),
        .Profile = WdfDmaProfilePacket64,
        .MaximumLength = PAGE_SIZE,
    };
    WDFDMAENABLER Enabler;

    RefusalOfEnablers(Suite, Api, Device);
    if (!NT_SUCCESS(WdfDmaEnablerCreate(Device, &Config, NULL, &Enabler))) {
        cbx_suite_result(Suite, CBX_CHECK_refusal, Api, "", CBX_SKIP,
                         "there is no enabler to make requests of");
        return;
    }
    for (ULONG i = 0; i < ARRAYSIZE(RefusalBuffers); i++) {
        RefusalOfBuffer(Suite, Api, Enabler, i);
    }
    WdfObjectDelete(Enabler);
}
