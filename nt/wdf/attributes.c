/* SPDX-License-Identifier: GPL-2.0-or-later */
/* WDF_OBJECT_ATTRIBUTES: the rules, in the order that KMDF looks at them. */
#include "wdf.h"

static NTSTATUS CheckContext(const WDF_OBJECT_ATTRIBUTES *Attributes)
{
    PCWDF_OBJECT_CONTEXT_TYPE_INFO Type = Attributes->ContextTypeInfo;

    if (Type) {
        if (Type->Size != sizeof(*Type)) {
            return STATUS_INFO_LENGTH_MISMATCH;
        }
        if (Type->ContextSize && !Type->ContextName) {
            return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
        }
    }
    if (Attributes->ContextSizeOverride &&
        (!Type || Attributes->ContextSizeOverride < Type->ContextSize)) {
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    }
    return STATUS_SUCCESS;
}

NTSTATUS FxAttributesCheck(PWDF_OBJECT_ATTRIBUTES Attributes, ULONG Options)
{
    NTSTATUS Status;

    if (!Attributes) {
        return Options & FX_PARENT_REQUIRED ? STATUS_WDF_PARENT_NOT_SPECIFIED
                                            : STATUS_SUCCESS;
    }
    if (Attributes->Size != sizeof(*Attributes)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    Status = CheckContext(Attributes);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Options & FX_PARENT_FORBIDDEN && Attributes->ParentObject) {
        return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
    }
    if (Options & FX_PARENT_REQUIRED && !Attributes->ParentObject) {
        return STATUS_WDF_PARENT_NOT_SPECIFIED;
    }
    if (Attributes->ExecutionLevel == WdfExecutionLevelInvalid ||
        Attributes->ExecutionLevel > WdfExecutionLevelDispatch ||
        Attributes->SynchronizationScope == WdfSynchronizationScopeInvalid ||
        Attributes->SynchronizationScope > WdfSynchronizationScopeNone) {
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    }
    if (!(Options & FX_SYNCHRONIZATION) &&
        Attributes->SynchronizationScope !=
            WdfSynchronizationScopeInheritFromParent &&
        Attributes->SynchronizationScope != WdfSynchronizationScopeNone) {
        return STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID;
    }
    if (!(Options & FX_EXECUTION_LEVEL) &&
        Attributes->ExecutionLevel != WdfExecutionLevelInheritFromParent) {
        return STATUS_WDF_EXECUTION_LEVEL_INVALID;
    }
    return STATUS_SUCCESS;
}
